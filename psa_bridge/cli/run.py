"""Make one call of the PSA Crypto API, through the drivers that are named, and say who served it.

CALL is a function without psa_: {calls}. --list shows what each of them takes. pake_get_shared_key runs both sides of
an exchange.

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

from psa_bridge.cli.calls import CALLS, Result
from psa_bridge.cli.run_outcome import Outcome

if TYPE_CHECKING:
    from psa_bridge import Alg, Core
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
  psa-bridge run wrap_key --alg PSA_ALG_KW --key kek.bin --other-key aes.key
  psa-bridge run encapsulate --alg PSA_ALG_ML_KEM --generate --bits 768 \\
      --save-key pair.bin --save-new secret.bin -o ciphertext
  psa-bridge run pake_get_shared_key --alg 'PSA_ALG_JPAKE(PSA_ALG_SHA_256)' \\
      --key password.txt --driver acme/ --trace
  psa-bridge run generate_random --size 32
"""

_VALUES = {
    "expected": "hash, MAC, signature or derived bytes to compare with",
    "nonce": "nonce of an AEAD; a random one to encrypt",
    "ad": "additional data of an AEAD",
    "salt": "label of RSA OAEP",
    "context": "context of a signature or XOF",
    "peer": "the other side's public key, as the API exports it",
    "label": "of a key that a secure element has already",
    "client": "identity of the client in a PAKE",
    "server": "identity of the server in a PAKE",
}
_DEFAULTS = {"nonce": None, "client": None, "server": None}
"""Of values that may be missing; the others are empty then."""
_GROUP = "PSA_PAKE_PRIMITIVE(PSA_PAKE_PRIMITIVE_TYPE_ECC, PSA_ECC_FAMILY_SECP_R1, 256)"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of this command."""
    from psa_bridge.cli import run_keys
    from psa_bridge.cli.arguments import add_json, add_sarif, number, path

    parser.description = (parser.description or "").replace("{calls}", ", ".join(CALLS))
    parser.add_argument("call", nargs="?", metavar="CALL", help="for example hash_compute")
    parser.add_argument("input", nargs="?", metavar="INPUT", help="a file; - is standard input")
    parser.add_argument("--alg", metavar="MACRO", help="for example PSA_ALG_SHA_256, or a number")
    parser.add_argument("--list", action="store_true", help="list the calls and what they take, and make none")
    drivers = parser.add_argument_group("the drivers")
    drivers.add_argument(
        "--driver",
        "-d",
        action="append",
        type=path,
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
        help="input of a derivation, in order: salt=VALUE, secret=key, secret=peer (agreed with --peer), cost=1000",
    )  # fmt: skip
    values.add_argument("--group", metavar="MACRO", help="of a PAKE: PSA_PAKE_PRIMITIVE(...), P-256 by default")
    values.add_argument("--size", type=number, metavar="N", help="bytes of output, of random data or a XOF")
    values.add_argument("--parts", type=number, metavar="N", help="through a multi-part operation, N bytes at a time")
    output = parser.add_argument_group("the output")
    output.add_argument("--output", "-o", type=path, metavar="OUT", help="a file to write it to")
    output.add_argument("--format", choices=("hex", "base64", "raw"), help="(hex; raw with --output)")
    add_sarif(output)
    output.add_argument("--trace", action="store_true", help="show every call of a driver")
    output.add_argument("--quiet", "-q", action="store_true", help="the output only")
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Make the call; 1 if it fails."""
    from psa_bridge import Alg, Core, PsaError
    from psa_bridge.cli.arguments import existing
    from psa_bridge.cli.failures import CommandFailedError, number_or_macro, usage_errors
    from psa_bridge.cli.run_keys import material

    if arguments.list:
        return _list()
    call = _call(arguments)
    with usage_errors():
        alg = Alg(number_or_macro(arguments.alg, "--alg"))
    given: dict[str, Any] = {"alg": alg, "size": arguments.size, **_values(call, arguments, alg)}
    existing(arguments.driver)
    drivers = [_bundle(path) for path in arguments.driver]
    with Core(*drivers, software=not arguments.no_software) as core, core.trace() as events:
        _add_keys(core, call, arguments, given)
        before = len(events)
        result, error, made = Result(), None, None
        try:
            result = call.in_parts(core, given, arguments.parts) if arguments.parts else call(core, given)
        except (PsaError, CommandFailedError) as failure:
            error = failure
        own = tuple(events[before:])
        if result.key is not None:
            made = material(result.key)
        return Outcome(arguments, call, given, result, made, error, tuple(events), own).show()


def _list() -> int:
    """Every call with its options; those that may be missing are in brackets."""
    from psa_bridge.cli.output import table

    names = {"input": "INPUT", "steps": "--step ...", "new": "--new-type", "other": "--other-key"}
    rows = []
    for call in CALLS.values():
        words = [names.get(value, f"--{value}") for value in call.values]
        if "key" not in call.values:
            words = ["--key-type" if word == "--new-type" else word for word in words]
        shown = [
            f"[{word}]" if value in call.optional else word for value, word in zip(call.values, words, strict=True)
        ]
        rows.append((call.name, "  ".join(shown)))
    print(table(rows, header=("call", "takes")))
    return 0


def _call(arguments: argparse.Namespace) -> Call:
    """The row of the call; a usage error where there is none, or where its values are missing or surplus."""
    from psa_bridge.cli.failures import UsageError
    from psa_bridge.driver.findings import did_you_mean, shown

    if arguments.call is None:
        raise UsageError("name a CALL, or ask for --list")
    call = CALLS.get(arguments.call.removeprefix("psa_"))
    if call is None:
        hint = did_you_mean(arguments.call, CALLS) or "`psa-bridge run --list` shows them"
        raise UsageError(f"{shown(arguments.call)} is no call that can be run from the shell; {hint}")
    options = {**{name: name for name in (*_VALUES, "group", "size", "alg")}, "other": "other_key"}
    for name, option in options.items():
        wanted, value = name in call.values, getattr(arguments, option)
        if value is not None and not wanted:
            raise UsageError(f"{call.name} has no use for --{option.replace('_', '-')}")
        if value is None and wanted and name not in call.optional:
            raise UsageError(f"{call.name} needs --{option.replace('_', '-')}")
    _check_rest(call, arguments)
    return call


def _check_rest(call: Call, arguments: argparse.Namespace) -> None:
    """Options that belong together, or to other calls."""
    from psa_bridge.cli.failures import UsageError
    from psa_bridge.cli.run_keys import check_options, is_given
    from psa_bridge.cli.streams import stdout_is_closed

    if stdout_is_closed() and (arguments.json or not (arguments.output or call.checks)):
        raise UsageError("standard output is closed, so the result would be lost; name a file with --output")
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
    if "key" not in call.values and is_given(arguments):
        raise UsageError(f"{call.name} takes no key")
    for option in ("new_type", "new_bits", "new_location", "save_new"):
        if getattr(arguments, option) is not None and "new" not in call.values:
            raise UsageError(f"{call.name} makes no key: it has no use for --{option.replace('_', '-')}")
    if arguments.step and "steps" not in call.values:
        raise UsageError(f"{call.name} has no use for --step")
    check_options(call, arguments)


def _values(call: Call, arguments: argparse.Namespace, alg: Alg) -> dict[str, Any]:
    """The values that are bytes, and the group of a PAKE."""
    from psa_bridge.cli.failures import UsageError, bytes_or_file, number_or_macro, usage_errors

    found: dict[str, Any] = {}
    for name in set(_VALUES) & set(call.values):
        text = getattr(arguments, name)
        found[name] = _DEFAULTS.get(name, b"") if text is None else bytes_or_file(text, f"--{name}")
    if "steps" in call.values:
        found["steps"] = _steps(arguments)
    if "input" in call.values:
        found["input"] = _input(arguments)
    if "group" in call.values:
        from psa_bridge import PakePrimitive
        from psa_bridge.cli.run_exchange import protocol

        if protocol(alg) is None:
            raise UsageError(f"{alg} is no PAKE with a group of its own: PSA_ALG_JPAKE(...), PSA_ALG_SPAKE2P_...")
        with usage_errors():
            found["group"] = PakePrimitive(number_or_macro(arguments.group or _GROUP, "--group"))
        for name in ("client", "server"):  # J-PAKE does not go without
            found[name] = name.encode() if found[name] is None and alg.is_jpake else found[name]
    return found


def _steps(arguments: argparse.Namespace) -> list[tuple[int, str, bytes | int | None]]:
    """The inputs of a derivation, which take the key and the peer's key that are given."""
    from psa_bridge.cli.failures import UsageError
    from psa_bridge.cli.run_keys import is_given

    steps = [_step(text, arguments) for text in arguments.step]
    taken = {kind for _, kind, _ in steps}
    if arguments.peer is not None and "peer" not in taken:
        raise UsageError("no --step takes --peer: write --step secret=peer")
    if is_given(arguments) and not taken & {"key", "peer"}:
        raise UsageError("no --step takes the key: write --step secret=key")
    return steps


def _step(text: str, arguments: argparse.Namespace) -> tuple[int, str, bytes | int | None]:
    """An input of a derivation: which, of what kind, and its bytes or its number."""
    from psa_bridge.cli.failures import UsageError, bytes_or_file
    from psa_bridge.cli.run_keys import is_given
    from psa_bridge.constants import Step
    from psa_bridge.driver.findings import shown

    known = {name.lower(): step for name in dir(Step) if isinstance(step := getattr(Step, name), Step)}
    name, equals, value = text.partition("=")
    if not equals or name not in known:
        raise UsageError(f"--step {shown(text)}: write NAME=VALUE with one of the names {', '.join(known)}")
    step = known[name]
    if value in ("key", "peer"):
        if not is_given(arguments):
            raise UsageError(f"--step {name}={value} takes the key, and there is none: give --key FILE or --generate")
        if value == "peer" and arguments.peer is None:
            raise UsageError(f"--step {name}=peer needs --peer, the other side's public key")
        return step, value, None
    if step != Step.COST:
        return step, "bytes", bytes_or_file(value, f"--step {name}")
    if not (value.isascii() and value.isdecimal()):
        raise UsageError(f"--step {shown(text)}: the cost is a decimal number")
    return step, "integer", int(value)


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


def _add_keys(core: Core, call: Call, arguments: argparse.Namespace, given: dict[str, Any]) -> None:
    """The keys of the call, the attributes of the one that it makes, and a random nonce where one is to be made."""
    from psa_bridge import Usage
    from psa_bridge.cli import run_keys
    from psa_bridge.cli.calls import nonce_length

    usage = {which: sum(getattr(Usage, name, 0) for name in text.split("|")) for which, text in call.usages.items()}
    if "key" in call.values and ("key" not in call.optional or run_keys.is_given(arguments)):
        given["key"] = run_keys.make_key(core, arguments, usage["key"], given["alg"])
        run_keys.save_key(arguments, given["key"])
    if arguments.other_key:
        given["other"] = run_keys.other_key(core, arguments, usage["other"], given["alg"])
    if "new" in call.values:
        given["new"] = run_keys.new_attributes(core, call, arguments)
    if "nonce" in call.values and given["nonce"] is None:
        given["nonce"] = core.generate_random(nonce_length(given["key"], given["alg"]))
