"""Say which driver would serve a call, in which order, and why not the others. Nothing is called.

CALL is a function of the API or an entry point, with or without psa_. Without a BUNDLE there is only the
software driver. Exits 1 if nobody would serve the call.
"""

from __future__ import annotations

import argparse
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from psa_bridge import Alg, KeyAttributes
    from psa_bridge.explain import Explanation

SUMMARY = "who would serve a call, and why not the others"

EXAMPLES = """\
  psa-bridge explain hash_compute --alg PSA_ALG_SHA_256 acme/
  psa-bridge explain sign_hash --alg 'PSA_ALG_ECDSA(PSA_ALG_SHA_256)' \\
      --key-type 'PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1)' \\
      --bits 256 --location 0x8a0001 element/
  psa-bridge explain generate_key --key-type PSA_KEY_TYPE_AES --bits 256
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of this command."""
    from psa_bridge.cli.arguments import add_json, number
    from psa_bridge.cli.bundles import add_arguments

    parser.add_argument("call", metavar="CALL", help="for example sign_hash")
    add_arguments(parser, required=False)
    parser.add_argument("--alg", metavar="MACRO", help="for example 'PSA_ALG_ECDSA(PSA_ALG_SHA_256)', or a number")
    parser.add_argument("--key-type", metavar="MACRO", help="for example PSA_KEY_TYPE_AES, or a number")
    parser.add_argument("--bits", type=number, metavar="N", help="size of the key; 0 if it is left open")
    parser.add_argument("--location", metavar="N|DRIVER", help="of the key: a number, or an opaque driver's prefix")
    parser.add_argument("--no-software", action="store_true", help="without the software driver")
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print the explanation; 1 if nobody would serve the call."""
    from psa_bridge import Core, Lifetime
    from psa_bridge.cli.arguments import print_json
    from psa_bridge.cli.bundles import bundles, location
    from psa_bridge.cli.failures import UsageError, usage_errors
    from psa_bridge.cli.output import folded
    from psa_bridge.cli.reports import document
    from psa_bridge.explain import needs_algorithm

    if not arguments.key_type and (arguments.bits or arguments.location):
        raise UsageError("--bits and --location describe a key: give --key-type too")
    if arguments.key_type and arguments.bits is None:
        raise UsageError("--key-type without a size says little: give --bits too, or --bits 0 to leave it open")
    if arguments.alg is None and needs_algorithm(arguments.call):
        raise UsageError(f"who serves {arguments.call} depends on the algorithm: give --alg")
    with usage_errors():
        alg, attributes = _mechanism(arguments)
    with Core(*bundles(arguments), software=not arguments.no_software) as core:
        if attributes:
            attributes = replace(attributes, lifetime=Lifetime(location(core, arguments.location) << 8))
        try:
            explanation = core.explain(arguments.call, alg=alg, attributes=attributes)
        except ValueError as error:
            raise UsageError(str(error)) from error
    if arguments.json:
        print_json(document("explain", **_data(explanation)))
    else:
        print(folded(str(explanation)))
    return 0 if explanation.served_by or explanation.by_core else 1


def _data(explanation: Explanation) -> dict[str, Any]:
    """An explanation as plain data; macros are text."""
    key = explanation.attributes
    return {
        "call": explanation.call,
        "algorithm": str(explanation.alg) if explanation.alg else None,
        "key": {"type": str(key.type), "bits": key.bits, "location": key.location} if key else None,
        "served_by": list(explanation.served_by),
        "by_core": explanation.by_core,
        "candidates": [{"serves": one.serves, **asdict(one)} for one in explanation],
    }


def _mechanism(arguments: argparse.Namespace) -> tuple[Alg, KeyAttributes | None]:
    """Algorithm and key as they were named; ``ValueError`` for numbers that are none."""
    from psa_bridge import Alg, KeyAttributes, KeyType
    from psa_bridge.cli.failures import number_or_macro

    alg = Alg(number_or_macro(arguments.alg, "--alg"))
    if not arguments.key_type:
        return alg, None
    key_type = KeyType(number_or_macro(arguments.key_type, "--key-type"))
    attributes = KeyAttributes(type=key_type, bits=arguments.bits, alg=alg)
    attributes.to_c()
    return alg, attributes
