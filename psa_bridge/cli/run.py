"""Make one call of the PSA Crypto API, through the drivers that are named, and say who served it.

CALL is a function without psa_: {calls}.

INPUT is the file that the call is about: what is hashed, encrypted, signed; `-`, or nothing, is standard input. Values
are hexadecimal digits, or @FILE. The result goes to standard output as hexadecimal digits (--format), or as it is into
a file (--output); who served the call goes to standard error.

Exits 1 if the call fails, a verification too, or if --require names a driver that did not serve it.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from psa_bridge.cli.calls import CALLS, CHECKS, OPTIONAL
from psa_bridge.cli.run_outcome import Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence

    from psa_bridge import Alg, Core, Key
    from psa_bridge.cli.calls import Call

SUMMARY = "make one call from the shell, and see who served it"

EXAMPLES = """\
  psa-bridge run hash_compute --alg PSA_ALG_SHA_256 firmware.bin
  psa-bridge run hash_compute --alg PSA_ALG_SHA_256 --driver acme/ \\
      --trace --parts 1000 firmware.bin
  psa-bridge run mac_compute --alg 'PSA_ALG_HMAC(PSA_ALG_SHA_256)' \\
      --generate --bits 256 --driver acme_se/ --location acme_se \\
      --require acme_se firmware.bin
  psa-bridge run aead_encrypt --alg PSA_ALG_GCM --key aes.key -o box text
  psa-bridge run sign_message --alg 'PSA_ALG_ECDSA(PSA_ALG_SHA_256)' \\
      --key private.pem -o sig firmware.bin
  psa-bridge run verify_message --alg 'PSA_ALG_ECDSA(PSA_ALG_SHA_256)' \\
      --key public.pem --expected @sig firmware.bin
  psa-bridge run key_derivation_output_bytes --size 42 --key secret.bin \\
      --alg 'PSA_ALG_HKDF(PSA_ALG_SHA_256)' \\
      --step salt=00 --step secret=key --step info=01
  psa-bridge run generate_random --size 32
"""

_VALUES = {
    CHECKS: "hash, MAC or signature to compare with",
    "nonce": "nonce of an AEAD; a random one to encrypt",
    "ad": "additional data of an AEAD",
    "salt": "label of RSA OAEP",
    "context": "context of a signature or XOF",
    "peer": "the other side's public key, as the API exports it",
}


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of this command."""
    from psa_bridge.cli import run_keys
    from psa_bridge.cli.arguments import add_json, number

    parser.description = (parser.description or "").replace("{calls}", ", ".join(CALLS))
    parser.add_argument("call", metavar="CALL", help="for example hash_compute")
    parser.add_argument("input", nargs="?", metavar="INPUT", help="a file; - is standard input")
    parser.add_argument("--alg", metavar="MACRO", help="for example PSA_ALG_SHA_256, or a number")
    drivers = parser.add_argument_group("the drivers")
    drivers.add_argument(
        "--driver",
        "-d",
        action="append",
        type=Path,
        default=[],
        metavar="BUNDLE",
        help="a directory or .toml",
    )
    drivers.add_argument("--no-software", action="store_true", help="without the software drivers")
    drivers.add_argument("--require", metavar="DRIVER", help="fail unless this driver served the call")
    run_keys.add_arguments(parser)
    values = parser.add_argument_group("values")
    values.add_argument("--hex", metavar="HEX", help="the input, in place of INPUT")
    for name, text in _VALUES.items():
        values.add_argument(f"--{name}", metavar="VALUE", help=text)
    values.add_argument(
        "--step", action="append", default=[], metavar="NAME=VALUE",
        help="input of a derivation, in order: salt=VALUE, secret=key, cost=1000",
    )  # fmt: skip
    values.add_argument("--size", type=number, metavar="N", help="bytes of output, of random data or a XOF")
    values.add_argument("--parts", type=number, metavar="N", help="through a multi-part operation, N bytes at a time")
    output = parser.add_argument_group("the output")
    output.add_argument("--output", "-o", type=Path, metavar="OUT", help="a file to write it to")
    output.add_argument("--format", choices=("hex", "base64", "raw"), help="(hex; raw with --output)")
    output.add_argument("--trace", action="store_true", help="show every call of a driver")
    output.add_argument("--quiet", "-q", action="store_true", help="the output only")
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Make the call; 1 if it fails."""
    from psa_bridge import Alg, Core, PsaError
    from psa_bridge.cli.failures import number_or_macro, usage_errors

    call = _call(arguments)
    with usage_errors():
        alg = Alg(number_or_macro(arguments.alg, "--alg"))
    given: dict[str, Any] = {"alg": alg, "size": arguments.size, **_values(call, arguments)}
    drivers = [_bundle(path) for path in arguments.driver]
    with Core(*drivers, software=not arguments.no_software) as core, core.trace() as events:
        key = _key(core, call, arguments, alg, given.get("steps", ()))
        _complete(core, call, given, key)
        before = len(events)
        result, error = None, None
        try:
            result = call.in_parts(core, given, arguments.parts) if arguments.parts else call(core, given)
        except PsaError as failure:
            error = failure
        return Outcome(arguments, call, given, result, error, tuple(events), tuple(events[before:])).show()


def _call(arguments: argparse.Namespace) -> Call:
    """The row of the call; a usage error where there is none, or where its values are missing or surplus."""
    from psa_bridge.cli.failures import UsageError
    from psa_bridge.driver.findings import did_you_mean, shown

    call = CALLS.get(arguments.call.removeprefix("psa_"))
    if call is None:
        hint = did_you_mean(arguments.call, CALLS) or "`psa-bridge run --help` lists them"
        raise UsageError(f"{shown(arguments.call)} is no call that can be run from the shell; {hint}")
    for name in (*_VALUES, "size", "alg"):
        wanted, value = name in call.values, getattr(arguments, name)
        if value is not None and not wanted:
            raise UsageError(f"{call.name} has no use for --{name}")
        if value is None and wanted and name not in OPTIONAL:
            raise UsageError(f"{call.name} needs --{name}")
    if "input" not in call.values and (arguments.input or arguments.hex is not None):
        raise UsageError(f"{call.name} takes no input")
    if arguments.input and arguments.hex is not None:
        raise UsageError("give the input once: INPUT or --hex")
    if arguments.parts is not None and not (call.setup and "input" in call.values):
        raise UsageError(f"{call.name} has no multi-part form")
    if arguments.parts is not None and arguments.parts < 1:
        raise UsageError("--parts has to be at least 1")
    if arguments.size is not None and not 0 <= arguments.size <= 1 << 30:
        raise UsageError("--size has to be from 0 to 1 GiB")
    keyless = call.usage is None
    if keyless and (arguments.key or arguments.key_hex is not None or arguments.generate):
        raise UsageError(f"{call.name} takes no key")
    return call


def _values(call: Call, arguments: argparse.Namespace) -> dict[str, Any]:
    """The values that are bytes."""
    from psa_bridge.cli.failures import UsageError, bytes_or_file

    found: dict[str, Any] = {}
    for name in _VALUES:
        text = getattr(arguments, name)
        if name in call.values:
            found[name] = b"" if text is None else bytes_or_file(text, f"--{name}")
    if "nonce" in call.values and arguments.nonce is None:
        found["nonce"] = None
    if "steps" in call.values:
        found["steps"] = [_step(text) for text in arguments.step]
    elif arguments.step:
        raise UsageError(f"{call.name} has no use for --step")
    if "input" in call.values:
        found["input"] = _input(arguments)
    return found


def _step(text: str) -> tuple[int, bytes | int | None]:
    """An input of a derivation: which, and its bytes, its number, or None for the key."""
    from psa_bridge.cli.failures import UsageError, bytes_or_file
    from psa_bridge.constants import Step
    from psa_bridge.driver.findings import shown

    known = {name.lower(): step for name in dir(Step) if isinstance(step := getattr(Step, name), Step)}
    name, equals, value = text.partition("=")
    if not equals or name not in known:
        raise UsageError(f"--step {shown(text)}: write NAME=VALUE with one of the names {', '.join(known)}")
    step = known[name]
    if value == "key":
        return step, None
    if step != Step.COST:
        return step, bytes_or_file(value, f"--step {name}")
    if not (value.isascii() and value.isdecimal()):
        raise UsageError(f"--step {shown(text)}: the cost is a decimal number")
    return step, int(value)


def _input(arguments: argparse.Namespace) -> bytes:
    from psa_bridge.cli.failures import UsageError, hexadecimal

    if arguments.hex is not None:
        return hexadecimal(arguments.hex, "--hex")
    if arguments.input not in (None, "-"):
        return Path(arguments.input).read_bytes()
    if sys.stdin is None:
        raise UsageError("standard input is closed: name the INPUT, or give --hex")
    if sys.stdin.isatty():
        print("psa-bridge: reading the input from the terminal; Ctrl-D ends it", file=sys.stderr)
    return sys.stdin.buffer.read()


def _bundle(path: Path) -> Any:
    from psa_bridge.driver.bundle import load_bundle

    return load_bundle(path)


def _key(
    core: Core, call: Call, arguments: argparse.Namespace, alg: Alg, steps: Sequence[tuple[int, object]]
) -> Key | None:
    """The key of the call, if it has one."""
    from psa_bridge import Usage
    from psa_bridge.cli.failures import UsageError
    from psa_bridge.cli.run_keys import make_key, save_key

    given = arguments.key or arguments.key_hex is not None or arguments.generate
    if call.usage is None or (call.key_optional and not given):
        if any(value is None for _, value in steps):
            raise UsageError("a --step takes the key, and there is none: give --key FILE, --key-hex or --generate")
        return None
    usage = 0 if call.usage == "-" else int(getattr(Usage, call.usage))
    key = make_key(core, arguments, usage, alg)
    save_key(arguments, key)
    return key


def _complete(core: Core, call: Call, given: dict[str, Any], key: Key | None) -> None:
    """Add the key, and a random nonce where one is to be made."""
    from psa_bridge.cli.calls import nonce_length
    from psa_bridge.cli.failures import UsageError

    if key is None:
        return
    given["key"] = key
    if "nonce" in call.values and given["nonce"] is None:
        if not call.name.endswith("encrypt"):
            raise UsageError(f"{call.name} needs --nonce, the one that was used to encrypt")
        given["nonce"] = core.generate_random(nonce_length(key, given["alg"]))
