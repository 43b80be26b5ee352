"""Do the functions that a description names fit the interface? Asked before anything is linked.

The compiler compares each declared function with every form that its entry point can have,
and calls function-like macros with arguments of the right types.  What no header declares,
or declares without parameters, is reported as unverified.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from psa_bridge.driver.descriptions.model import Capability, Description, EntryPointUse, default_name, is_cooked
from psa_bridge.driver.findings import Findings, Place, Related, Severity, did_you_mean, register
from psa_bridge.driver.glue.adapters import Target
from psa_bridge.driver.glue.forms import Form, Types, context_position, forms, function_type, prototype
from psa_bridge.driver.glue.forms import parameters as form_parameters
from psa_bridge.driver.glue.whole import GlueCapability, GlueDriver
from psa_bridge.driver.images.declarations import Survey, parameters, pointed_type
from psa_bridge.driver.images.probe import Answers, Question, is_pointer, same_type, size_of
from psa_bridge.spec.entry_points import BY_NAME

register(
    """
    prototype-mismatch    A function has the parameters and the result that its entry point needs.
    prototype-unverified  A header declares every function with its parameters, so that it can be checked.
    type-missing          The headers define the types that the entry points need.
    """
)

PREAMBLE_TYPES = "struct psab_nobody;\n"
_UNPROTOTYPED = "psa_status_t(struct psab_nobody *)"


@dataclass(frozen=True)
class Use:
    """An entry point of a capability with its C function and the type of its operation context."""

    description: int
    capability: Capability
    entry_point: str
    function: str
    context_type: str
    dialect: str
    certain: bool


class Prototypes:
    """Collects the questions of a bundle, and reads the answers."""

    def __init__(self, survey: Survey, defined: Collection[str], types: Types, findings: Findings) -> None:
        self._survey = survey
        self._defined = defined
        self._types = types
        self._findings = findings

    def uses(self, number: int, description: Description, capability: Capability, dialect: str) -> list[Use]:
        """What a capability uses; optional members of families only where the driver has them."""
        functions = capability.functions(dialect)
        contexts = self._contexts(description, capability, dialect, functions)
        result = []
        for use in capability.uses:
            function = self._spelt(description, capability, use, functions[use.name], dialect)
            present = self._is_present(function)
            if not use.certain and not present:
                continue
            kind = forms(use.name, dialect)[0].row.context or ""
            result.append(
                Use(number, capability, use.name, function, contexts.get(kind, ""), dialect, use.certain),
            )
        return result

    def _is_present(self, function: str) -> bool:
        return function in self._defined or self._survey.has_definition(function)

    def _spelt(
        self, description: Description, capability: Capability, use: EntryPointUse, function: str, dialect: str
    ) -> str:
        """The function, or the one under another name of the entry point where only that is there."""
        if self._is_present(function) or any(name.key == use.name for name in capability.given_names):
            return function
        row = BY_NAME[use.name]
        others = [
            default_name(description.prefix, description.driver_type, spelling, dialect)
            for spelling in (row.name, *row.aliases)
        ]
        return next((other for other in others if self._is_present(other)), function)

    def _contexts(
        self, description: Description, capability: Capability, dialect: str, functions: Mapping[str, str]
    ) -> dict[str, str]:
        """The C type of every operation context: as named, or as the declared functions take it."""
        result = {}
        named = capability.types(dialect)
        for kind in sorted(capability.contexts):  # without memory that the capability does not ask for
            name = named.get(kind, "")
            if name and (self._types.has(name) or name in self._survey.macros):
                result[kind] = name
                continue
            inferred = self._inferred(kind, dialect, functions)
            if inferred:
                result[kind] = inferred
            if name and (not inferred or any(given.key == f"{kind}_t" for given in capability.given_names)):
                self._missing_type(description, capability, kind, name)
        return result

    def _inferred(self, kind: str, dialect: str, functions: Mapping[str, str]) -> str:
        found = set()
        for entry_point, function in functions.items():
            form = forms(entry_point, dialect)[0]
            position = context_position(form)
            declaration = self._survey.declarations.get(function)
            listed = parameters(declaration) if declaration else None
            if form.row.context == kind and position is not None and listed and position < len(listed):
                found.add(pointed_type(listed[position]))
        found -= {"", "void"}
        only = found.pop() if len(found) == 1 else ""
        return only if self._types.has(only) else ""

    def _missing_type(self, description: Description, capability: Capability, kind: str, name: str) -> None:
        similar = did_you_mean(name, [t for t in self._survey.types if not t.startswith("psa_")])
        listed = ", ".join(header.path for header in description.headers) or "no header"
        self._findings.error(
            "type-missing",
            capability.place,
            f"the operation type {name} is not defined by the headers ({listed})",
            similar or f'define it there, or name the type: "names": {{"{kind}_t": "..."}}',
        )

    # What to ask

    def questions(self, uses: Sequence[Use]) -> list[Question]:
        """Everything to ask about the functions and types of some uses."""
        found: dict[Question, None] = {}
        for use in uses:
            if use.context_type and use.context_type != "void":
                found[size_of(use.context_type)] = None
            for form in forms(use.entry_point, use.dialect):
                question = self._question(use, form)
                if question:
                    found[question] = None
            if self._is_declared(use.function):
                found[same_type(use.function, _UNPROTOTYPED)] = None
                found[is_pointer(use.function)] = None
        return list(found)

    def _is_macro(self, function: str) -> bool:
        macro = self._survey.macros.get(function)
        return macro is not None and macro.parameters is not None and function not in self._survey.declarations

    def _is_declared(self, function: str) -> bool:
        return self._survey.knows(function) and not self._is_macro(function)

    def _question(self, use: Use, form: Form) -> Question | None:
        if self._is_macro(use.function):
            return self._call(use, form)
        if self._is_declared(use.function):
            return same_type(use.function, function_type(form, use.context_type, self._types))
        return None

    def _call(self, use: Use, form: Form) -> Question:
        """A function that calls a function-like macro with the parameters of a form."""
        listed = ", ".join(form_parameters(form, use.context_type, self._types)) or "void"
        names = ", ".join(p.name for argument in form.arguments for p in argument.parameters)
        run = f"{use.function}({names})"
        void = form.row.returns == "void"
        body = f"{run};" if void else f"return {run};"
        label = f"psab_call_{use.description}_{use.capability.index}_{use.entry_point}_{form.dialect}"
        return Question(function=f"__attribute__((unused)) static {form.row.returns} {label}({listed}) {{ {body} }}")

    # What the answers mean

    def resolve(self, uses: Sequence[Use], answers: Answers) -> dict[Use, Target]:
        """The form of every function; reports mismatches and what could not be verified."""
        result = {}
        for use in uses:
            target = self._resolve(use, answers)
            if target is not None:
                result[use] = target
            self._check_complete(use, answers)
        return result

    def _check_complete(self, use: Use, answers: Answers) -> None:
        if use.context_type and size_of(use.context_type) in answers.failures:
            self._findings.report(
                "type-missing", Severity.ERROR, use.capability.place,
                f"the operation type {use.context_type} is not complete: its size is not known",
                "define it in a header of the description", detail=answers.failures[size_of(use.context_type)],
            )  # fmt: skip

    def _resolve(self, use: Use, answers: Answers) -> Target | None:
        possible = forms(use.entry_point, use.dialect)
        if not self._survey.knows(use.function):
            self._unverified(use, possible[0], "no header declares it", Place())
            return Target(possible[0], use.function, use.context_type, declare=True)
        if self._is_declared(use.function) and answers.values.get(same_type(use.function, _UNPROTOTYPED)):
            self._unverified(use, possible[0], "it is declared without parameters", self._declared_at(use.function))
            return Target(possible[0], use.function, use.context_type)
        for form in possible:
            question = self._question(use, form)
            if question and answers.values.get(question):
                pointer = bool(answers.values.get(is_pointer(use.function)))
                return Target(form, use.function, use.context_type, pointer=pointer)
        self._mismatch(use, possible, answers)
        return None

    def _declared_at(self, function: str) -> Place:
        declaration = self._survey.declarations.get(function)
        macro = self._survey.macros.get(function)
        return declaration.place if declaration else (macro.place if macro else Place())

    def _unverified(self, use: Use, form: Form, why: str, at: Place) -> None:
        expected = prototype(form, use.function, use.context_type, self._types)
        where = use.capability.place_of(use.entry_point)
        related = () if at == Place() else (Related(at, "declared here"),)
        self._findings.report(
            "prototype-unverified", Severity.WARNING, where,
            f"the prototype of {use.function} is unverified: {why}",
            "declare it in a header of the description", related=related, detail=f"{expected};",
        )  # fmt: skip

    def _mismatch(self, use: Use, possible: Sequence[Form], answers: Answers) -> None:
        at = self._declared_at(use.function)
        declaration = self._survey.declarations.get(use.function)
        macro = self._survey.macros.get(use.function)
        failure = ""
        if declaration:
            found = declaration.text
        elif macro and macro.parameters is not None:
            found = f"#define {macro.name}({', '.join(macro.parameters)}) {macro.body}"
            question = self._question(use, possible[0])
            failure = answers.failures.get(question, "") if question else ""
        else:
            found = f"#define {use.function} {macro.body if macro else ''}".rstrip()
        expected = [prototype(form, use.function, use.context_type, self._types) for form in possible]
        detail = f"found:    {found}\n" + "".join(
            f"{'expected' if position == 0 else 'or      '}: {text};\n" for position, text in enumerate(expected)
        )
        place = use.capability.place_of(use.entry_point)
        self._findings.report(
            "prototype-mismatch", Severity.ERROR, at,
            f"{use.function} cannot serve {use.entry_point}: its type is not the one of the entry point",
            _remedy(use),
            related=(Related(place, "used here"),), detail=detail + (failure + "\n" if failure else ""),
        )  # fmt: skip


def _remedy(use: Use) -> str:
    if is_cooked(use.entry_point) and not use.capability.memory:
        return 'without "memory": true in the capability, memory is void * and always null: add it, or correct this'
    return "correct the prototype, or map the entry point to another function with names"


def glue_driver(description: Description, dialect: str, targets: Mapping[Use, Target], survey: Survey) -> GlueDriver:
    """One driver for the glue. ``targets`` are those of its own capabilities, of the ones that are kept."""
    capabilities = []
    for capability in description.capabilities:
        own = {u: t for u, t in targets.items() if u.capability is capability}
        if not own:
            continue
        contexts = {u.entry_point: t for u, t in own.items()}
        sizes = {
            str(t.form.row.context): t.context_type
            for t in contexts.values()
            if t.form.row.context and t.context_type and t.context_type != "void"
        }
        capabilities.append(GlueCapability(capability, tuple(own.values()), sizes))
    function = description.key_context.size_function if description.key_context else None
    declare = function is not None and not survey.knows(function)
    return GlueDriver(description, dialect, tuple(capabilities), description.file, function, declare)
