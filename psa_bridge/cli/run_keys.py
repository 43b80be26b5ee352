"""The key of a call that `run` makes: read, or generated, in the core or in a secure element."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from psa_bridge import Alg, Core, Key, KeyType

_PEM = b"-----BEGIN "
_DER = 0x30
_SECRET = frozenset({"raw"})


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options that describe a key."""
    from psa_bridge.cli.arguments import number

    group = parser.add_argument_group("the key")
    source = group.add_mutually_exclusive_group()
    source.add_argument("--key", type=Path, metavar="FILE", help="raw material, PEM or DER")
    source.add_argument("--key-hex", metavar="HEX", help="raw material; others on this machine can see it")
    source.add_argument("--generate", action="store_true", help="a new key, gone after the call")
    group.add_argument("--key-format", choices=("auto", "raw", "pem", "der"), default="auto", help="(%(default)s)")
    group.add_argument("--password-file", type=Path, metavar="FILE", help="its first line opens an encrypted key")
    group.add_argument("--key-type", metavar="MACRO", help="where neither file nor algorithm says it")
    group.add_argument("--bits", type=number, default=0, metavar="N", help="of a generated key, or of raw material")
    group.add_argument("--location", metavar="N|DRIVER", help="a number, or the prefix of an opaque driver")
    group.add_argument("--save-key", type=Path, metavar="FILE", help="write the raw material, readable by you only")
    group.add_argument("--save-public", type=Path, metavar="FILE", help="write the public key in PEM")


def make_key(core: Core, arguments: argparse.Namespace, usage: int, alg: Alg) -> Key:
    """The key with the policy that the call needs, and no more."""
    from psa_bridge import KeyAttributes, Usage
    from psa_bridge.cli.bundles import location
    from psa_bridge.cli.failures import UsageError, usage_errors

    if not (arguments.key or arguments.key_hex is not None or arguments.generate):
        raise UsageError(f"{arguments.call} needs a key: give --key FILE, --key-hex or --generate")
    usage |= Usage.EXPORT if arguments.save_key else 0
    policy: dict[str, Any] = {"usage": usage, "alg": alg, "lifetime": location(core, arguments.location) << 8}
    if arguments.generate and not arguments.bits:
        raise UsageError("--generate needs --bits, the size of the key")
    data, form = (b"", "raw") if arguments.generate else _material(arguments)
    if form == "raw":
        with usage_errors():
            attributes = KeyAttributes(_key_type(arguments, alg), arguments.bits, **policy)
        return core.generate_key(attributes) if arguments.generate else core.import_key(attributes, data)
    password = arguments.password_file.read_bytes().split(b"\n", 1)[0] if arguments.password_file else None
    load = core.import_pem if form == "pem" else core.import_der
    return load(bytes(data), password=password, **policy)


def save_key(arguments: argparse.Namespace, key: Key) -> None:
    """Write what is asked for of the key."""
    from psa_bridge.cli.arguments import write_bytes

    if arguments.save_key:
        write_bytes(arguments.save_key, key.export(), secret=True)
    if arguments.save_public:
        write_bytes(arguments.save_public, key.export_public_pem())


def _material(arguments: argparse.Namespace) -> tuple[bytes, str]:
    """What was given, and its format; PEM and DER are recognised unless a type says that it is raw."""
    from psa_bridge.cli.failures import hexadecimal

    if arguments.key_hex is not None:
        return hexadecimal(arguments.key_hex, "--key-hex"), "raw"
    data = arguments.key.read_bytes()
    if arguments.key_format != "auto":
        return data, arguments.key_format
    if data.startswith(_PEM):
        return data, "pem"
    return data, "der" if _is_der(data) and not arguments.key_type else "raw"


def _is_der(data: bytes) -> bool:
    """Whether this is one DER sequence, to its last byte."""
    if len(data) < 2 or data[0] != _DER:
        return False
    if data[1] < 0x80:
        return len(data) == 2 + data[1]
    count = data[1] & 0x7F
    return len(data) == 2 + count + int.from_bytes(data[2 : 2 + count], "big")


def _key_type(arguments: argparse.Namespace, alg: Alg) -> KeyType:
    """The type that is named, or the only one that an algorithm is usually used with."""
    from psa_bridge import KeyType
    from psa_bridge.cli.failures import UsageError, number_or_macro

    if arguments.key_type:
        return KeyType(number_or_macro(arguments.key_type, "--key-type"))
    if alg.is_key_derivation:
        return KeyType.PASSWORD if alg.is_key_derivation_stretching else KeyType.DERIVE
    if alg.is_hmac:
        return KeyType.HMAC
    if str(alg).startswith("PSA_ALG_CHACHA20") or (alg.is_stream_cipher and str(alg) == "PSA_ALG_STREAM_CIPHER"):
        return KeyType.CHACHA20
    if alg.is_block_cipher_mac or alg.is_cipher or alg.is_aead_on_block_cipher:
        return KeyType.AES
    raise UsageError(f"what type of key is it? {alg or 'the call'} does not tell: give --key-type")
