"""The key of a call that `run` makes: read, or generated, in the core or in a secure element."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from psa_bridge import Alg, Core, Key, KeyAttributes, KeyType
    from psa_bridge.cli.calls import Call

_PEM = b"-----BEGIN "
_DER = 0x30


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options that describe keys."""
    from psa_bridge.cli.arguments import number, path

    group = parser.add_argument_group("the key")
    source = group.add_mutually_exclusive_group()
    source.add_argument("--key", type=path, metavar="FILE", help="raw material, PEM or DER")
    source.add_argument("--key-hex", metavar="HEX", help="raw material; others on this machine can see it")
    source.add_argument("--generate", action="store_true", help="a new key, gone after the call")
    group.add_argument("--key-format", choices=("auto", "raw", "pem", "der"), help="(auto)")
    group.add_argument("--password-file", type=path, metavar="FILE", help="its first line opens an encrypted key")
    group.add_argument("--key-type", metavar="MACRO", help="where neither file nor algorithm says it")
    group.add_argument("--bits", type=number, metavar="N", help="of a generated key, or of raw material")
    group.add_argument("--location", metavar="N|DRIVER", help="a number, or the prefix of an opaque driver")
    group.add_argument("--save-key", type=path, metavar="FILE", help="write the raw material, readable by you only")
    group.add_argument("--save-public", type=path, metavar="FILE", help="write the public key in PEM")
    group = parser.add_argument_group("a second key", "What is wrapped or compared with, or the server's in a PAKE.")
    group.add_argument("--other-key", type=path, metavar="FILE", help="raw material, PEM or DER")
    group.add_argument("--other-type", metavar="MACRO", help="of raw material")
    group = parser.add_argument_group(
        "a key that the call makes", "Its material is the output of the call, unless there is another."
    )
    group.add_argument("--new-type", metavar="MACRO", help="of an agreed or encapsulated key: PSA_KEY_TYPE_DERIVE")
    group.add_argument("--new-bits", type=number, metavar="N", help="0 where its material says it")
    group.add_argument("--new-location", metavar="N|DRIVER", help="as --location")
    group.add_argument("--save-new", type=path, metavar="FILE", help="write the raw material, readable by you only")


def is_given(arguments: argparse.Namespace) -> bool:
    """Whether a key was named."""
    return bool(arguments.key or arguments.key_hex is not None or arguments.generate)


def check_options(call: Call, arguments: argparse.Namespace) -> None:
    """Refuse options about keys that the call would not look at."""
    from psa_bridge.cli.failures import UsageError

    needed = "key" in call.values and "key" not in call.optional
    alone = "new" in call.values and "key" not in call.values  # then they describe the key that is made
    surplus = [name for name in ("key_type", "bits", "location") if not (needed or alone or is_given(arguments))]
    surplus += [name for name in ("save_key", "save_public") if not (needed or is_given(arguments))]
    surplus += [] if arguments.key else ["key_format"]
    surplus += [] if arguments.key or arguments.other_key else ["password_file"]
    surplus += [] if arguments.other_key else ["other_type"]
    for name in surplus:
        if getattr(arguments, name) is not None:
            hint = "; --save-new keeps the key that it makes" if alone and name.startswith("save") else ""
            raise UsageError(f"there is no key that --{name.replace('_', '-')} is about{hint}")


def make_key(core: Core, arguments: argparse.Namespace, usage: int, alg: Alg) -> Key:
    """The key with the policy that the call needs, and no more."""
    from psa_bridge import KeyAttributes, Usage
    from psa_bridge.cli.bundles import location
    from psa_bridge.cli.failures import UsageError, usage_errors

    if not is_given(arguments):
        raise UsageError(f"{arguments.call} needs a key: give --key FILE, --key-hex or --generate")
    usage |= Usage.EXPORT if arguments.save_key else 0
    policy: dict[str, Any] = {"usage": usage, "alg": alg, "lifetime": location(core, arguments.location) << 8}
    if arguments.generate and not arguments.bits:
        raise UsageError("--generate needs --bits, the size of the key")
    data, form = (b"", "raw") if arguments.generate else _material(arguments)
    if form == "raw":
        if arguments.password_file and not arguments.other_key:
            raise UsageError("--password-file opens keys in PEM and DER; this is raw material")
        with usage_errors():
            attributes = KeyAttributes(_key_type(arguments.key_type, alg), arguments.bits or 0, **policy)
        return core.generate_key(attributes) if arguments.generate else core.import_key(attributes, data)
    key = _load(core, data, form, arguments.password_file, **policy)
    _check_contradiction(key, arguments)
    return key


def _check_contradiction(key: Key, arguments: argparse.Namespace) -> None:
    """PEM and DER say themselves what a key is; whoever says otherwise is mistaken, or has taken the wrong file."""
    from psa_bridge import KeyType
    from psa_bridge.cli.failures import UsageError, number_or_macro, usage_errors

    held = key.attributes
    with usage_errors():
        kind = KeyType(number_or_macro(arguments.key_type, "--key-type")) if arguments.key_type else held.type
    if kind != held.type:
        raise UsageError(f"--key-type {kind}, but {arguments.key} holds a {held.type}")
    if arguments.bits not in (None, 0, held.bits):
        raise UsageError(f"--bits {arguments.bits}, but the key in {arguments.key} has {held.bits} bits")


def other_key(core: Core, arguments: argparse.Namespace, usage: int, alg: Alg) -> Key:
    """The second key; where nothing says its type, a password hash to compare with, or material of no kind."""
    from psa_bridge import KeyAttributes, KeyType, Usage
    from psa_bridge.cli.failures import number_or_macro, usage_errors

    data, form = _read(arguments.other_key, "auto", arguments.other_type)
    if form != "raw":
        return _load(core, data, form, arguments.password_file, usage=usage, alg=alg)
    usual = KeyType.PASSWORD_HASH if usage == Usage.VERIFY_DERIVATION else KeyType.RAW_DATA
    with usage_errors():
        if arguments.other_type:
            usual = KeyType(number_or_macro(arguments.other_type, "--other-type"))
        elif usage == Usage.DERIVE:
            usual = _key_type(None, alg)
        attributes = KeyAttributes(usual, usage=usage, alg=alg)
    return core.import_key(attributes, data)


def new_attributes(core: Core, call: Call, arguments: argparse.Namespace) -> KeyAttributes:
    """The attributes of the key that a call makes; where it has no other key, those of --key-type and so on.

    Without a type, it is a copy as it was, or a secret to derive from.
    """
    from psa_bridge import KeyAttributes, KeyType, Usage
    from psa_bridge.cli.bundles import location
    from psa_bridge.cli.failures import UsageError, number_or_macro, usage_errors

    alone = "key" not in call.values
    text = arguments.new_type or (arguments.key_type if alone else None)
    bits = arguments.new_bits if arguments.new_bits is not None or not alone else arguments.bits
    place = arguments.new_location or (arguments.location if alone else None)
    kind = None if text is None else number_or_macro(text, "--new-type" if arguments.new_type else "--key-type")
    if kind is None and "new" not in call.optional:
        raise UsageError(f"{call.name} needs {'--key-type' if alone else '--new-type'}, the type of the key it makes")
    with usage_errors():
        lifetime = location(core, place) << 8
        usual = KeyType.NONE if "COPY" in call.usages.get("key", "") else KeyType.DERIVE
        usage = 0 if lifetime else Usage.EXPORT
        return KeyAttributes(usual if kind is None else KeyType(kind), bits or 0, usage=usage, lifetime=lifetime)


def material(key: Key) -> bytes | None:
    """What a new key is, in the API's export format: a public key if it is in a secure element, or nothing."""
    from psa_bridge import KeyType

    if not key.attributes.location:
        return key.export()
    return key.export_public() if KeyType(key.attributes.type).is_key_pair else None


def save_key(arguments: argparse.Namespace, key: Key) -> None:
    """Write what is asked for of the key."""
    from psa_bridge.cli.arguments import write_bytes

    if arguments.save_key:
        write_bytes(arguments.save_key, key.export(), secret=True)
    if arguments.save_public:
        write_bytes(arguments.save_public, key.export_public_pem())


def _load(core: Core, data: bytes, form: str, password_file: Path | None, **policy: Any) -> Key:
    """A key in PEM or DER."""
    password = password_file.read_bytes().split(b"\n", 1)[0] if password_file else None
    load = core.import_pem if form == "pem" else core.import_der
    return load(bytes(data), password=password, **policy)


def _material(arguments: argparse.Namespace) -> tuple[bytes, str]:
    """What was given, and its format."""
    from psa_bridge.cli.failures import hexadecimal

    if arguments.key_hex is not None:
        return hexadecimal(arguments.key_hex, "--key-hex"), "raw"
    return _read(arguments.key, arguments.key_format, arguments.key_type)


def _read(path: Path, form: str | None, type_text: str | None) -> tuple[bytes, str]:
    """A file's content and format; PEM and DER are recognised unless a type says that it is raw."""
    data = path.read_bytes()
    if form not in (None, "auto"):
        return data, form
    if data.startswith(_PEM):
        return data, "pem"
    return data, "der" if _is_der(data) and not type_text else "raw"


def _is_der(data: bytes) -> bool:
    """Whether this is one DER sequence, to its last byte."""
    if len(data) < 2 or data[0] != _DER:
        return False
    if data[1] < 0x80:
        return len(data) == 2 + data[1]
    count = data[1] & 0x7F
    return len(data) == 2 + count + int.from_bytes(data[2 : 2 + count], "big")


def _key_type(text: str | None, alg: Alg) -> KeyType:
    """The type that is named, or the only one that an algorithm is usually used with."""
    from psa_bridge import EccFamily, KeyType
    from psa_bridge.cli.failures import UsageError, number_or_macro

    if text:
        return KeyType(number_or_macro(text, "--key-type"))
    if str(alg).startswith("PSA_ALG_CHACHA20") or (alg.is_stream_cipher and str(alg) == "PSA_ALG_STREAM_CIPHER"):
        return KeyType.CHACHA20
    usual = {
        KeyType.PASSWORD: alg.is_key_derivation_stretching or alg.is_jpake,
        KeyType.DERIVE: alg.is_key_derivation,
        KeyType.HMAC: alg.is_hmac,
        KeyType.AES: alg.is_block_cipher_mac or alg.is_cipher or alg.is_aead_on_block_cipher or alg.is_key_wrap,
        KeyType.ML_KEM_KEY_PAIR: str(alg) == "PSA_ALG_ML_KEM",
        KeyType.SPAKE2P_KEY_PAIR(EccFamily.SECP_R1): alg.is_spake2p,
    }
    for kind, fits in usual.items():
        if fits:
            return kind
    raise UsageError(f"what type of key is it? {alg or 'the call'} does not tell: give --key-type")
