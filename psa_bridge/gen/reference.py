"""The reference of driver entry points, as Markdown."""

from __future__ import annotations

from collections.abc import Sequence

from psa_bridge.gen.ctext import declare
from psa_bridge.spec.entry_points import ENTRY_POINTS, FAMILIES, VARIANTS, EntryPoint, Family, Variant
from psa_bridge.spec.requirements import ALGORITHM_CATEGORY, HASH, XOF
from psa_bridge.spec.roles import Argument, Tag

_ORIGINS = {
    "interface": "written in the interface",
    "analogy": "by analogy with the API",
    "mbedtls": "known to Mbed TLS's dispatcher only",
}
_WORDS = {
    Tag.ATTRIBUTES: "key attributes",
    Tag.ATTRIBUTES_INOUT: "key attributes, in and out",
    Tag.INPUT: "input",
    Tag.OUTPUT: "output: buffer, size, length",
    Tag.FILL: "output that is filled completely",
    Tag.SCALAR: "number",
    Tag.SCALAR_OUT: "number, in and out",
    Tag.CONTEXT: "operation context",
    Tag.CUSTOM: "custom parameters",
    Tag.KDF_INPUTS: "initial inputs of a derivation",
    Tag.PAKE_INPUTS: "initial inputs of a PAKE",
}


def prototype(name: str, arguments: Sequence[Argument], returns: str = "psa_status_t", prefix: str = "acme") -> str:
    """The C prototype of a driver's function."""
    listed = [
        declare(parameter.api_type.replace("{prefix}", prefix), parameter.name)
        for argument in arguments
        for parameter in argument.parameters
    ]
    return f"{returns} {prefix}_{name}({', '.join(listed) or 'void'});"


_WIDEST = 88
"""Characters of a line of code that are seen on the page."""


def _broken(code: str) -> str:
    """A prototype with its parameters below each other if it is long."""
    head, _, parameters = code.partition("(")
    return code if len(code) <= _WIDEST else f"{head}(\n    " + parameters.replace(", ", ",\n    ")


def _arguments(row: EntryPoint) -> str:
    lines = ["| argument | meaning | secret |", "|---|---|---|"]
    for argument in row.arguments:
        secret = "yes" if argument.role.secret else ""
        remembers = argument.role.tag is Tag.CONTEXT and _is_cooked(row)
        meaning = "what the driver keeps between the attempts at one key" if remembers else _WORDS[argument.role.tag]
        lines.append(f"| `{argument.name}` | {meaning} | {secret} |")
    return "\n".join(lines) + "\n\n" if row.arguments else ""


def _is_cooked(row: EntryPoint) -> bool:
    return "derived" in row.matches


def _memory(row: EntryPoint) -> str:
    """How a cooked derivation is listed, and its other form: its memory is optional."""
    context = f"acme_{row.context}_t"
    code = _broken(prototype(row.name, row.arguments, row.returns).replace(f"{context} *", "void *"))
    return (
        "A capability lists it with `derived_types` and `derived_sizes`, the types and sizes of the keys it makes. "
        f'With `"memory": true` in the capability, the driver gets a zeroed `{context}` at the first attempt, and '
        "the same one at the further attempts at that key. Without, the pointer is always null, and the function is"
        f"\n\n```c\n{code}\n```\n\n"
    )


def _row(row: EntryPoint, variants: Sequence[Variant]) -> str:
    facts = [f"{' and '.join(row.types)} drivers", _ORIGINS[row.origin]]
    keyless = ALGORITHM_CATEGORY.get(row.name) in (HASH, XOF)
    words = {"derived": "the key that is made"}
    matches = [words.get(word, word) for word in row.matches if not (keyless and word == "key")]
    if matches:
        facts.append(f"matched by {' and '.join(matches)}")
    if row.aliases:
        facts.append(f"also written {', '.join(f'`{alias}`' for alias in row.aliases)}")
    forms = "".join(
        f"In the dialect `{variant.dialect}`: `{prototype(row.name, variant.arguments)}`\n\n"
        for variant in variants
        if variant.entry_point == row.name
    )
    code = _broken(prototype(row.name, row.arguments, row.returns))
    memory = _memory(row) if _is_cooked(row) else ""
    return f"### {row.name}\n\n```c\n{code}\n```\n\n{'; '.join(facts)}.\n\n{_arguments(row)}{memory}{forms}"


def _family(family: Family) -> str:
    members = ", ".join(f"`{name}`{'?' if name in family.optional else ''}" for name in family.entry_points)
    use = "" if family.named else "; not a name for descriptions"
    return f"* **{family.name}** (context `{{prefix}}_{family.context}_t`{use}): {members}\n"


def emit(
    rows: Sequence[EntryPoint] = ENTRY_POINTS,
    families: Sequence[Family] = FAMILIES,
    variants: Sequence[Variant] = VARIANTS,
) -> str:
    """The whole page."""
    intro = (
        "# Driver entry points\n\nGenerated from psa_bridge/spec/entry_points.py. The prefix of the driver is `acme` "
        "here; a description may give any other name. How the initial inputs of derivations and PAKEs are read is in "
        "[a page of their own](../howto/derivation-driver.md).\n\n"
    )
    groups = "".join(
        f"## {group}\n\n" + "".join(_row(row, variants) for row in rows if row.family == group)
        for group in dict.fromkeys(row.family for row in rows)
    )
    members = "".join(_family(family) for family in families)
    return f"{intro}{groups}## Families\n\nMembers with a question mark are optional.\n\n{members}"
