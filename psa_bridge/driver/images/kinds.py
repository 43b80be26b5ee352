"""Is what an object has under a function's name a function? A call to data would end the process."""

from __future__ import annotations

from collections.abc import Sequence

from psa_bridge.driver.findings import Findings, Place, Related, register
from psa_bridge.driver.images.declarations import Survey
from psa_bridge.driver.images.probe import Answers, is_pointer
from psa_bridge.driver.images.prototypes import Use
from psa_bridge.driver.images.symbols import ObjectFile

register(
    """
    symbol-kind        An entry point is a function in its object, or a function pointer as its header says.
    """
)

_WORDS = {"function": "a function", "data": "data"}


def report_size_functions(
    functions: Sequence[tuple[str, Place]], survey: Survey, objects: Sequence[ObjectFile], findings: Findings
) -> None:
    """A size_function has to be a function; given are the names, and where they are."""
    where = {name: one for one in objects for name in one.defined}
    for name, place in functions:
        symbol = survey.symbol(name)
        one = where.get(symbol)
        if one is not None and one.defined[symbol].kind == "data" and not survey.has_definition(name):
            findings.error(
                "symbol-kind", place, f"{name} is data in {one.name}, but a size_function is a function",
                "name the function that gives the size of key contexts, or give key_context sizes",
            )  # fmt: skip


def report_kinds(
    uses: Sequence[Use], survey: Survey, answers: Answers, objects: Sequence[ObjectFile], findings: Findings
) -> None:
    """Compare the kind of every symbol that the glue calls with what the headers make of it."""
    where = {name: one for one in objects for name in one.defined}
    for name, use in {use.function: use for use in uses}.items():
        symbol = survey.symbol(name)
        one = where.get(symbol)
        if one is None or name in survey.macros or survey.has_definition(name):
            continue
        wanted = "data" if answers.values.get(is_pointer(name)) else "function"
        kind = one.defined[symbol].kind
        if kind not in _WORDS or kind == wanted:
            continue
        declaration = survey.declarations.get(name)
        related = (Related(declaration.place, "declared here"),) if declaration else ()
        meant = "a function pointer" if wanted == "data" else "a function"
        source = "the header declares" if declaration else "the interface needs"
        findings.error(
            "symbol-kind", Place(str(one.path)),
            f"{name} is {_WORDS[kind]} in {one.name}, but {source} {meant}",
            "correct the header, or name the function: " f'"names": {{"{use.entry_point}": "..."}}',
            related=(*related, Related(use.capability.place_of(use.entry_point), "used here")),
        )  # fmt: skip
