"""The calls that `run` makes: which values each takes, and how it is made in one piece or in parts.

The tables name methods of :class:`~psa_bridge.core.Core`; a new call is a new row.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from psa_bridge import Core, Key

_TABLE = """
hash_compute                alg input
hash_compare                alg input expected
xof_output                  alg context? input size
mac_compute                 key:SIGN_MESSAGE alg input
mac_verify                  key:VERIFY_MESSAGE alg input expected
cipher_encrypt              key:ENCRYPT alg input
cipher_decrypt              key:DECRYPT alg input
aead_encrypt                key:ENCRYPT alg nonce? ad? input
aead_decrypt                key:DECRYPT alg nonce ad? input
sign_message                key:SIGN_MESSAGE alg input
verify_message              key:VERIFY_MESSAGE alg input expected
sign_hash                   key:SIGN_HASH alg input
verify_hash                 key:VERIFY_HASH alg input expected
sign_message_with_context   key:SIGN_MESSAGE alg input context?
verify_message_with_context key:VERIFY_MESSAGE alg input context? expected
sign_hash_with_context      key:SIGN_HASH alg input context?
verify_hash_with_context    key:VERIFY_HASH alg input context? expected
asymmetric_encrypt          key:ENCRYPT alg input salt?
asymmetric_decrypt          key:DECRYPT alg input salt?
raw_key_agreement           alg key:DERIVE peer
key_agreement               key:DERIVE peer alg new?
key_derivation_output_bytes alg key?:DERIVE peer? steps size
key_derivation_output_key   alg key?:DERIVE peer? steps new
key_derivation_verify_bytes alg key?:DERIVE peer? steps expected
key_derivation_verify_key   alg key?:DERIVE peer? steps other:VERIFY_DERIVATION
encapsulate                 key:ENCRYPT alg new?
decapsulate                 key:DECRYPT alg input new?
wrap_key                    key:WRAP alg other:EXPORT
unwrap_key                  new key:UNWRAP alg input
pake_get_shared_key         alg key:DERIVE other?:DERIVE group? client? server? context? new?
generate_random             size
generate_key                new
import_key                  new input
attach_key                  new label
copy_key                    key:COPY|EXPORT new?
export_key                  key:EXPORT
export_public_key           key:-
"""
"""Call, then its values in the order of the method's arguments. A question mark is behind what need not be given; a
colon is between a key and the usage that the call needs of it. ``new`` are the attributes of a key that the call makes,
``other`` is a second key."""

_PARTS = """
hash_compute   hash_setup           finish
hash_compare   hash_setup           verify
mac_compute    mac_sign_setup       sign_finish
mac_verify     mac_verify_setup     verify_finish
cipher_encrypt cipher_encrypt_setup finish
cipher_decrypt cipher_decrypt_setup finish
aead_encrypt   aead_encrypt_setup   finish
aead_decrypt   aead_decrypt_setup   verify
sign_message   sign_setup           finish
verify_message verify_setup         finish:expected
xof_output     xof_setup            output
key_derivation_output_bytes key_derivation_setup output_bytes
key_derivation_output_key   key_derivation_setup output_key
key_derivation_verify_bytes key_derivation_setup verify_bytes
key_derivation_verify_key   key_derivation_setup verify_key
pake_get_shared_key         pake_setup           get_shared_key
"""
"""Call, the method that starts it in parts, and the operation's method that ends it.

With ``:expected`` the start already takes what the end compares with.  A call that is no method of a core is always
made in parts.
"""

_ENDS = ("expected", "other", "size", "new")
"""Values that the end of an operation takes."""


@dataclass(frozen=True)
class Result:
    """What comes of a call: output, a key, both, or neither from one that only checks."""

    output: bytes | None = None
    key: Key | None = None

    @classmethod
    def of(cls, returned: Any) -> Result:
        """What a method returned."""
        if isinstance(returned, tuple):
            return cls(bytes(returned[1]), returned[0])
        if returned is None or not hasattr(returned, "attributes"):
            return cls(None if returned is None else bytes(returned))
        return cls(None, returned)


@dataclass(frozen=True)
class Call:
    """One row: the method, its values, which may be missing, what keys are used for, how it is made in parts."""

    name: str
    values: tuple[str, ...]
    optional: frozenset[str] = frozenset()
    usages: Mapping[str, str] = field(default_factory=dict)
    setup: str = ""
    finish: str = ""
    expects_early: bool = False

    @property
    def checks(self) -> bool:
        """Whether the call has no output, but succeeds or does not."""
        return "verify" in self.name or "compare" in self.name

    def __call__(self, core: Core, given: Mapping[str, Any]) -> Result:
        """Make the call in one piece."""
        method = getattr(core, self.name, None)
        if method is None:
            return self.in_parts(core, given, max(len(given.get("input", b"")), 1))
        return Result.of(method(*(given[value] for value in self.values)))

    def in_parts(self, core: Core, given: Mapping[str, Any], size: int) -> Result:
        """Make the call through an operation that gets the input in pieces of ``size`` bytes."""
        if "group" in self.values:  # an exchange of two sides
            from psa_bridge.cli.run_exchange import exchange

            return Result.of(exchange(core, given))
        started = [given[value] for value in ("key", "alg", "expected") if value in self._at_start]
        output = bytearray()
        with getattr(core, self.setup)(*started) as operation:
            data, tail = _prepare(self, operation, given, output)
            for piece in _pieces(data, size):
                output += operation.update(piece) or b""
            return _finished(self, operation, given, output, tail)

    @property
    def _at_start(self) -> tuple[str, ...]:
        late = {"" if self.expects_early else "expected", "key" if "steps" in self.values else ""}
        return tuple(value for value in self.values if value not in late)


def _pieces(data: bytes, size: int) -> Iterator[memoryview]:
    whole = memoryview(data)
    for start in range(0, len(data), size):
        yield whole[start : start + size]


def _prepare(call: Call, operation: Any, given: Mapping[str, Any], output: bytearray) -> tuple[bytes, bytes]:
    """What an operation needs before its input; returns the input and what comes after it, the tag."""
    data = given.get("input", b"")
    if "steps" in call.values:
        _give_steps(operation, given)
    elif "nonce" in call.values:
        decrypts = call.name.endswith("decrypt")
        length = tag_length(given["key"], given["alg"]) if decrypts else 0
        data, tail = (data[:-length], data[-length:]) if length else (data, b"")
        operation.set_lengths(len(given["ad"]), len(data))
        operation.set_nonce(given["nonce"])
        operation.update_ad(given["ad"])
        return data, tail
    elif call.name.startswith("cipher"):
        length = iv_length(given["key"], given["alg"])
        if length and call.name.endswith("encrypt"):
            output += operation.generate_iv()
        elif length:
            operation.set_iv(data[:length])
            data = data[length:]
    elif given.get("context"):
        operation.set_context(given["context"])
    return data, b""


def _give_steps(operation: Any, given: Mapping[str, Any]) -> None:
    """The inputs of a derivation, in the order in which they were named."""
    for step, kind, value in given["steps"]:
        if kind == "key":
            operation.input_key(step, given["key"])
        elif kind == "peer":
            operation.key_agreement(step, given["key"], given["peer"])
        elif kind == "integer":
            operation.input_integer(step, value)
        else:
            operation.input_bytes(step, value)


def _finished(call: Call, operation: Any, given: Mapping[str, Any], output: bytearray, tail: bytes) -> Result:
    finish = getattr(operation, call.finish)
    taken = [given[value] for value in call.values if value in _ENDS and not call.expects_early]
    if taken or call.expects_early:
        return Result.of(finish(*taken))
    last = finish(tail) if call.name.endswith("decrypt") and "nonce" in call.values else finish()
    return Result(bytes(output) + (b"".join(last) if isinstance(last, tuple) else last))


def iv_length(key: Key, alg: int) -> int:
    """Bytes of the IV of a cipher."""
    from psa_bridge._native import lib

    return int(lib.psab_cipher_iv_length(key.attributes.type, alg))


def nonce_length(key: Key, alg: int) -> int:
    """Bytes of the usual nonce of an AEAD."""
    from psa_bridge._native import lib

    return int(lib.psab_aead_nonce_length(key.attributes.type, alg))


def tag_length(key: Key, alg: int) -> int:
    """Bytes of the tag of an AEAD: what an empty message becomes."""
    from psa_bridge._native import lib

    return int(lib.psab_aead_encrypt_output_size(key.attributes.type, alg, 0))


def _read() -> dict[str, Call]:
    parts = {row[0]: tuple(row[1:]) for row in map(str.split, _PARTS.strip().splitlines())}
    found = {}
    for name, *words in map(str.split, _TABLE.strip().splitlines()):
        split = [(word.partition(":")[0], word.partition(":")[2]) for word in words]
        values = tuple(value.rstrip("?") for value, _ in split)
        optional = frozenset(value[:-1] for value, _ in split if value.endswith("?"))
        usages = {value.rstrip("?"): usage for value, usage in split if usage}
        setup, finish = parts.get(name, ("", ""))
        last, _, early = finish.partition(":")
        found[name] = Call(name, values, optional, usages, setup, last, bool(early))
    return found


CALLS: dict[str, Call] = _read()
