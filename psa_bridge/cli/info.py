"""Build the images of bundles and say what is in them.

Drivers with their entry points and the C functions behind them, who supplies each symbol that the objects need,
sizes and layouts, the glue and the image on disk, and everything that was found on the way.

With --mechanisms: every mechanism of the API, and who serves it on this machine, with the bundles and the software.

Exits 1 if there is an error or a warning; an error is one that keeps the bundle from being built.
"""

from __future__ import annotations

import argparse
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from psa_bridge.driver.bundle import Bundle, Image

_LAYOUTS = {
    "verified": "its structures have the same layout, by its debug information",
    "unverified": "unverified: without debug information its layout cannot be compared (compile with -g)",
    "not concerned": "uses none of the structures that the glue shares",
}
"""What was found out about the layout of an object."""

SUMMARY = "what is in a bundle: entry points, symbols, findings"

EXAMPLES = """\
  psa-bridge info acme/                   a directory with a bundle.toml
  psa-bridge info driver.json libacme.a -I include -D ACME_FAST
  psa-bridge info --json acme/ | jq '.bundles[].findings'
  psa-bridge info --mechanisms acme/      what there is with this driver
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of this command."""
    from psa_bridge.cli.arguments import add_json
    from psa_bridge.cli.bundles import add_arguments

    add_arguments(parser, required=False)
    parser.add_argument("--rebuild", action="store_true", help="build even if the cache has the image")
    parser.add_argument("--mechanisms", action="store_true", help="list every mechanism and who serves it")
    parser.add_argument("--no-software", action="store_true", help="with --mechanisms: without the software drivers")
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print one section per bundle; 1 if there are errors or warnings."""
    from psa_bridge.cli.bundles import bundles
    from psa_bridge.cli.failures import UsageError
    from psa_bridge.cli.output import print_findings
    from psa_bridge.driver.bundle import build_image
    from psa_bridge.driver.findings import Severity

    if arguments.mechanisms:
        return _print_mechanisms(arguments)
    if not arguments.bundles:
        raise UsageError("name a BUNDLE, or ask for --mechanisms")
    if arguments.json:
        return _print_json(arguments)
    noteworthy = False
    for bundle in bundles(arguments):
        image = build_image(bundle, rebuild=arguments.rebuild)
        _print_image(bundle, image)
        print_findings(image.findings)
        noteworthy |= any(finding.severity is not Severity.NOTE for finding in image.findings)
    return 1 if noteworthy else 0


def _print_json(arguments: argparse.Namespace) -> int:
    """All bundles as one document; what keeps one from being built is in its place at the end."""
    from psa_bridge.cli.arguments import print_json
    from psa_bridge.cli.bundles import bundles
    from psa_bridge.cli.info_data import image_data
    from psa_bridge.cli.reports import document, findings_data
    from psa_bridge.driver.bundle import build_image
    from psa_bridge.driver.findings import FindingsError

    built: list[dict[str, Any]] = []
    failed: list[dict[str, Any]] = []
    try:
        for bundle in bundles(arguments):
            built.append(image_data(bundle, build_image(bundle, rebuild=arguments.rebuild)))
    except FindingsError as error:
        failed = findings_data(error.findings.sorted())
    print_json(document("info", bundles=built, findings=failed))
    noteworthy = any(one["counts"]["error"] or one["counts"]["warning"] for one in built)
    return 1 if failed or noteworthy else 0


def _print_mechanisms(arguments: argparse.Namespace) -> int:
    """Every mechanism and call; those that nobody serves say so."""
    from psa_bridge import Core
    from psa_bridge.cli.arguments import print_json
    from psa_bridge.cli.bundles import bundles
    from psa_bridge.cli.mechanism_list import render
    from psa_bridge.cli.reports import document
    from psa_bridge.mechanisms import services

    with Core(*bundles(arguments), software=not arguments.no_software) as core:
        if arguments.json:
            print_json(document("info", mechanisms=[asdict(service) for service in services(core)]))
        else:
            print(render(services(core)))
    return 0


def _print_image(bundle: Bundle, image: Image) -> None:
    from psa_bridge.cli.output import coloured, table

    for driver, description in zip(image.drivers, bundle.descriptions, strict=True):
        where = "" if driver.location is None else f" at location {driver.location:#x}"
        print(coloured(f"{driver.prefix}: {driver.type} driver{where}, dialect {driver.dialect}", "strong"))
        print(f"  described in {driver.source}")
        for capability in description.capabilities:
            print(f"  capability {capability.index}")
            print(table(_capability_rows(capability), indent="    "))
        print("  entry points")
        print(table(sorted(driver.functions.items()), indent="    "))
    if image.suppliers:
        print("symbols that the objects need")
        print(table([(name, kind, by) for name, (kind, by) in sorted(image.suppliers.items())], indent="    "))
    headers = "foreign PSA headers" if image.foreign_headers else "the PSA headers of psa_bridge"
    print(f"compiled with {headers}; psa_key_attributes_t has {image.attributes_size} bytes")
    for name, state in sorted(image.layout.items()):
        print(f"    {name}: {_LAYOUTS.get(state, state)}")
    print(f"glue   {image.glue}\nimage  {image.path}{' (from the cache)' if image.cached else ''}")


def _capability_rows(capability: object) -> list[tuple[str, str]]:
    """What a capability matches, as it is written."""
    rows = []
    for title, name in (("algorithms", "algorithms"), ("key types", "key_types"), ("key sizes", "key_sizes")):
        values = getattr(capability, name)
        text = "any" if values is None else ", ".join(str(getattr(value, "text", value)) for value in values)
        rows.append((title, text))
    rows.append(("fallback", "yes" if getattr(capability, "fallback", False) else "no"))
    return rows
