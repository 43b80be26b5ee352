"""Which dialect a driver is written in, found from its description, headers and symbols."""

from __future__ import annotations

from collections.abc import Collection

from psa_bridge.driver.descriptions.model import DIALECTS, MBEDTLS, PSA, Description
from psa_bridge.driver.findings import Findings, register
from psa_bridge.driver.images.declarations import Survey

register(
    """
    dialect-unclear    Headers and symbols show which dialect a driver is written in.
    dialect-found      The dialect that was found out from headers and symbols.
    """
)


def decide(
    description: Description,
    asked: str | None,
    survey: Survey,
    defined: Collection[str],
    findings: Findings,
) -> str:
    """The dialect in force: asked for, declared, or found out; a tie is an error."""
    settled = asked or description.dialect
    if settled:
        return settled
    scores = {dialect: _score(description, dialect, survey, defined) for dialect in DIALECTS}
    names = {dialect: _names(description, dialect) for dialect in DIALECTS}
    if scores[PSA] == scores[MBEDTLS]:
        return _tie(description, scores[PSA], names[PSA] == names[MBEDTLS], findings)
    best = max(scores, key=lambda dialect: scores[dialect])
    if best != PSA:
        findings.note(
            "dialect-found", description.place,
            f"{description.prefix} is taken as a driver in the {best} dialect: its headers and objects have "
            f"{scores[best]} names of that dialect, {scores[PSA]} of the written interface",
            f'say so: "psa_bridge/dialect": "{best}"',
        )  # fmt: skip
    return best


def _names(description: Description, dialect: str) -> set[str]:
    return {name for c in description.capabilities for name in c.functions(dialect).values()}


def _score(description: Description, dialect: str, survey: Survey, defined: Collection[str]) -> int:
    functions = {name for name in _names(description, dialect) if survey.knows(name) or name in defined}
    types = {name for c in description.capabilities for name in c.types(dialect).values() if name in survey.types}
    return len(functions) + len(types)


def _tie(description: Description, score: int, same_names: bool, findings: Findings) -> str:
    """Nothing found, or the same: the description's own hints decide, else the written interface."""
    if any(name.startswith("mbedtls/") for name in description.extensions):
        return MBEDTLS
    if description.opaque and (description.key_context is None or description.key_context.implied):
        return MBEDTLS
    if score and not same_names:
        findings.error(
            "dialect-unclear", description.place,
            f"the headers and objects have as many names of the written interface as of {MBEDTLS} ({score} each)",
            f'set "psa_bridge/dialect" in the description, or dialect of the bundle, to one of {", ".join(DIALECTS)}',
        )  # fmt: skip
    return PSA
