"""What a bundle's headers say about its descriptions: conditions, dialects, prototypes, types and values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from psa_bridge import paths
from psa_bridge.driver.descriptions.description import with_dialect
from psa_bridge.driver.descriptions.lint import lint_list
from psa_bridge.driver.descriptions.model import Description
from psa_bridge.driver.findings import DescriptionError, Place, Severity, register
from psa_bridge.driver.glue.forms import Types
from psa_bridge.driver.glue.shims_inputs import SUITE_SETTERS
from psa_bridge.driver.glue.whole import GlueDriver
from psa_bridge.driver.images import constants
from psa_bridge.driver.images.accessors import accessor_questions, members
from psa_bridge.driver.images.declarations import Survey
from psa_bridge.driver.images.headers import HeaderPaths, active, includes, survey, without_warnings
from psa_bridge.driver.images.inputs import Inputs
from psa_bridge.driver.images.probe import Answers, Question, ask, same_type, size_of
from psa_bridge.driver.images.prototypes import PREAMBLE_TYPES, Prototypes, Use, glue_driver
from psa_bridge.driver.images.sniff import decide
from psa_bridge.driver.images.tools import Tools

register(
    """
    context-too-large  The context of an operation is no larger than what the core allocates for one.
    """
)

CONTEXT_MOST = 1 << 24
"""Bytes; CONTEXT_MOST of csrc/dispatch/validate.c."""

_SIZE_FUNCTION = "size_t(psa_key_type_t, size_t)"
ABI_INCLUDE = f'"{paths.INCLUDE}/psab/abi.h"'


@dataclass(frozen=True)
class Study:
    """What was found out. ``descriptions`` are read under the ``dialects`` that apply."""

    descriptions: tuple[Description, ...]
    dialects: tuple[str, ...]
    survey: Survey
    types: Types
    uses: tuple[Use, ...]
    answers: Answers
    drivers: tuple[GlueDriver, ...]

    @property
    def files(self) -> list[str]:
        """Every header that was read."""
        return [str(Path(name).resolve()) for name in self.survey.files if Path(name).is_file()]


class Surveyor:
    """Reads the headers of a bundle; what is wrong goes to the findings of the tools."""

    def __init__(self, tools: Tools, header: HeaderPaths, quoted: Sequence[str]) -> None:
        self._tools = tools
        self._findings = tools.findings
        self._header = header
        self._quoted = quoted

    def study(self, descriptions: Sequence[Description], asked: str | None, inputs: Inputs) -> Study | None:
        """Everything about the descriptions, or None where the headers cannot be used at all."""
        found = survey(self._tools, self._header, descriptions)
        kept = active(descriptions, found, self._findings) if found else []
        if found is None or self._findings.errors:
            return None
        defined = {**dict.fromkeys(inputs.companion_symbols(), ""), **inputs.defined()}
        dialects = tuple(decide(one, asked, found, defined, self._findings) for one in descriptions)
        redone = tuple(self._reread(*pair) for pair in zip(descriptions, dialects, strict=True))
        if self._findings.errors:
            return None
        prototypes = Prototypes(found, defined, Types(frozenset(found.types)), self._findings)
        uses = tuple(_uses(redone, dialects, kept, prototypes))
        wants = [want for number, one in enumerate(redone) for want in constants.wanted(one, kept[number])]
        answers = self._ask(redone, found, [*prototypes.questions(uses), *(want.question for want in wants)])
        if answers.other:
            return None
        constants.judge(wants, answers, self._findings)
        self._findings.extend(lint_list([constants.resolved(one, answers) for one in redone]))
        targets = prototypes.resolve(uses, answers)
        self._check_size_functions(redone, found, answers)
        self._check_contexts(uses, answers)
        drivers = tuple(
            glue_driver(one, dialects[n], {u: t for u, t in targets.items() if u.description == n}, found)
            for n, one in enumerate(redone)
        )
        setters = frozenset(name for name in SUITE_SETTERS if found.knows(name))
        types = Types(frozenset(found.types), members(answers), setters)
        return Study(redone, dialects, found, types, uses, answers, drivers)

    def _reread(self, description: Description, dialect: str) -> Description:
        if description.dialect == dialect or description.document is None:
            return description
        try:
            return with_dialect(description, dialect)
        except DescriptionError as error:
            self._findings.extend(error.findings)
            return description

    def _ask(self, descriptions: Sequence[Description], found: Survey, questions: Sequence[Question]) -> Answers:
        text, _ = includes(descriptions)
        functions = [one.key_context.size_function for one in descriptions if one.key_context]
        everything = [
            size_of("psa_key_attributes_t"),
            *questions,
            *(same_type(name, _SIZE_FUNCTION) for name in functions if name),
            *(accessor_questions(found) if self._header.foreign else ()),
        ]
        arguments = [*without_warnings(self._header.arguments(system=False)), *self._quoted, "-std=gnu11"]
        answers = ask(self._tools, f"#include {ABI_INCLUDE}\n{text}{PREAMBLE_TYPES}", everything, arguments)
        if answers.other:
            first = answers.other[0]
            place = Place(first.file, "", first.line, first.column)
            self._findings.report(
                "header-error", Severity.ERROR, place, f"the compiler says: {first.message}",
                "give the settings that the driver is compiled with (include, defines, flags)", detail=answers.stderr,
            )  # fmt: skip
        return answers

    def _check_contexts(self, uses: Sequence[Use], answers: Answers) -> None:
        """The core refuses a driver whose operation contexts are larger than it would allocate."""
        for name, use in {use.context_type: use for use in uses if use.context_type not in ("", "void")}.items():
            size = answers.values.get(size_of(name), 0)
            if size > CONTEXT_MOST:
                self._findings.error(
                    "context-too-large", use.capability.place_of(use.entry_point),
                    f"{name} has {size} bytes, and the core allocates at most {CONTEXT_MOST} for an operation",
                    "keep large state in the driver, and a reference to it in the operation",
                )  # fmt: skip

    def _check_size_functions(self, descriptions: Sequence[Description], found: Survey, answers: Answers) -> None:
        for description in descriptions:
            name = description.key_context.size_function if description.key_context else None
            declaration = found.declarations.get(name or "")
            if name and description.key_context and not found.knows(name):
                self._findings.warning(
                    "prototype-unverified", description.key_context.place,
                    f"the prototype of {name} is unverified: no header declares it",
                    f"declare it in a header of the description: size_t {name}(psa_key_type_t, size_t);",
                )  # fmt: skip
            if name and declaration and answers.values.get(same_type(name, _SIZE_FUNCTION)) == 0:
                self._findings.report(
                    "prototype-mismatch", Severity.ERROR, declaration.place,
                    f"{name} cannot be a size_function: its type is not the one of the interface",
                    "correct the prototype",
                    detail=f"found:    {declaration.text}\nexpected: size_t {name}(psa_key_type_t, size_t);",
                )  # fmt: skip


def _uses(
    descriptions: Sequence[Description], dialects: Sequence[str], kept: Sequence[Sequence[int]], prototypes: Prototypes
) -> Iterator[Use]:
    for number, (description, dialect) in enumerate(zip(descriptions, dialects, strict=True)):
        for capability in description.capabilities:
            if capability.index in kept[number]:
                yield from prototypes.uses(number, description, capability, dialect)
