"""The calls that `run` makes: which values each takes, and how it is made in one piece or in parts.

The tables name methods of :class:`~psa_bridge.core.Core`; a new call is a new row.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from psa_bridge import Core, Key

_TABLE = """
hash_compute                alg input
hash_compare                alg input expected
mac_compute                 key:SIGN_MESSAGE alg input
mac_verify                  key:VERIFY_MESSAGE alg input expected
cipher_encrypt              key:ENCRYPT alg input
cipher_decrypt              key:DECRYPT alg input
aead_encrypt                key:ENCRYPT alg nonce ad input
aead_decrypt                key:DECRYPT alg nonce ad input
sign_message                key:SIGN_MESSAGE alg input
verify_message              key:VERIFY_MESSAGE alg input expected
sign_hash                   key:SIGN_HASH alg input
verify_hash                 key:VERIFY_HASH alg input expected
sign_message_with_context   key:SIGN_MESSAGE alg input context
verify_message_with_context key:VERIFY_MESSAGE alg input context expected
sign_hash_with_context      key:SIGN_HASH alg input context
verify_hash_with_context    key:VERIFY_HASH alg input context expected
asymmetric_encrypt          key:ENCRYPT alg input salt
asymmetric_decrypt          key:DECRYPT alg input salt
raw_key_agreement           alg key:DERIVE peer
xof_output                  alg context input size
key_derivation_output_bytes alg key?:DERIVE steps size
generate_random             size
export_public_key           key:-
export_key                  key:EXPORT
"""
"""Call, then its values in the order of the method's arguments; a key with the usage that the call needs, or with
a question mark may have."""

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
"""
"""Call, the method that starts it in parts, and the operation's method that ends it.

With ``:expected`` the start already takes what the end compares with.  A call that is no method of a core is always
made in parts.
"""

OPTIONAL = frozenset({"nonce", "ad", "salt", "context"})
"""Values that are empty, or for a nonce of an encryption random, where they are not given."""

CHECKS = "expected"
"""The value of a call that has no output, but succeeds or does not."""


@dataclass(frozen=True)
class Call:
    """One row: the method, the names of its values, the usage of its key, and how it is done in parts."""

    name: str
    values: tuple[str, ...]
    usage: str | None
    key_optional: bool = False
    setup: str = ""
    finish: str = ""
    expects_early: bool = False

    def __call__(self, core: Core, given: Mapping[str, Any]) -> bytes | None:
        """Make the call in one piece; its output, or None for one that only checks."""
        method = getattr(core, self.name, None)
        if method is None:
            return self.in_parts(core, given, max(len(given.get("input", b"")), 1))
        result = method(*(given[value] for value in self.values))
        return None if result is None else bytes(result)

    def in_parts(self, core: Core, given: Mapping[str, Any], size: int) -> bytes | None:
        """Make the call through an operation that gets the input in pieces of ``size`` bytes."""
        started = [given[value] for value in ("key", "alg", CHECKS) if value in self._at_start]
        output = bytearray()
        with getattr(core, self.setup)(*started) as operation:
            data, tail = _prepare(self, operation, given, output)
            for piece in _pieces(data, size):
                output += operation.update(piece) or b""
            return _finished(self, operation, given, output, tail)

    @property
    def _at_start(self) -> tuple[str, ...]:
        late = {"" if self.expects_early else CHECKS, "key" if self.key_optional else ""}
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
    """The inputs of a derivation, in the order in which they were named: bytes, a number, or the key."""
    for step, value in given["steps"]:
        if value is None:
            operation.input_key(step, given["key"])
        elif isinstance(value, int):
            operation.input_integer(step, value)
        else:
            operation.input_bytes(step, value)


def _finished(call: Call, operation: Any, given: Mapping[str, Any], output: bytearray, tail: bytes) -> bytes | None:
    finish = getattr(operation, call.finish)
    if CHECKS in call.values:
        finish(*(() if call.expects_early else (given[CHECKS],)))
        return None
    if "size" in call.values:
        return bytes(finish(given["size"]))
    last = finish(tail) if call.name.endswith("decrypt") and "nonce" in call.values else finish()
    return bytes(output) + (b"".join(last) if isinstance(last, tuple) else last)


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
        values = tuple(word.partition(":")[0].rstrip("?") for word in words)
        usage = next((word.partition(":")[2] for word in words if ":" in word), None)
        setup, finish = parts.get(name, ("", ""))
        last, _, early = finish.partition(":")
        found[name] = Call(name, values, usage, "?" in " ".join(words), setup, last, bool(early))
    return found


CALLS: dict[str, Call] = _read()
