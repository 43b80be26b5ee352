"""The forms that a driver's function for an entry point can have, as C types.

A form is the row of the table, or a variant row of a dialect.  Types that a driver's headers
do not know are spelt in the types of the core.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from psa_bridge.driver.descriptions.model import MBEDTLS
from psa_bridge.spec.entry_points import BY_NAME, VARIANTS, EntryPoint
from psa_bridge.spec.roles import Argument, Parameter, Tag


@dataclass(frozen=True)
class Form:
    """The parameters of a function that serves an entry point. ``dialect`` is empty for the row itself."""

    row: EntryPoint
    arguments: tuple[Argument, ...]
    dialect: str = ""


def forms(name: str, dialect: str) -> tuple[Form, ...]:
    """Every form of an entry point, the one to expect in a dialect first."""
    row = BY_NAME[name]
    variants = [Form(row, v.arguments, v.dialect) for v in VARIANTS if v.entry_point == name]
    own = [form for form in variants if form.dialect == dialect == MBEDTLS]
    return (*own, Form(row, row.arguments), *(form for form in variants if form not in own))


@dataclass(frozen=True)
class Types:
    """Which type names a driver's headers know; ``known`` is None where all of the API's are taken as known.

    ``members`` says where a foreign SDK's key attributes keep the fields whose accessors the
    glue has to define, ``setters`` which setters of cipher suites it has.
    """

    known: Collection[str] | None = None
    members: Mapping[str, str] = field(default_factory=dict)
    setters: Collection[str] = ()

    def has(self, name: str) -> bool:
        """Whether the headers define a type."""
        return self.known is None or name in self.known or name == "void"

    @property
    def custom(self) -> str:
        """The type of custom parameters of key creation."""
        sdk = "psa_custom_key_parameters_t"
        return sdk if self.has(sdk) else "psab_custom_t"

    def spell(self, parameter: Parameter, context_type: str) -> str:
        """The C type of a parameter of a driver's function, ``...*`` with the star attached to a space."""
        if "{prefix}" in parameter.api_type:
            const = "const " if parameter.api_type.startswith("const ") else ""
            return f"{const}{context_type or 'void'} *"
        base = parameter.api_type.replace("const ", "").rstrip(" *")
        if base.startswith(("psa_", "mbedtls_")) and not self.has(base):
            return parameter.core_type
        return parameter.api_type


def declare(ctype: str, name: str) -> str:
    """A parameter declaration."""
    return f"{ctype}{name}" if ctype.endswith("*") else f"{ctype} {name}"


def parameters(form: Form, context_type: str, types: Types) -> list[str]:
    """The parameters as C declarations."""
    return [
        declare(types.spell(parameter, context_type), parameter.name)
        for argument in form.arguments
        for parameter in argument.parameters
    ]


def result(form: Form) -> str:
    """The type that a function of this form returns."""
    return form.row.returns


def prototype(form: Form, function: str, context_type: str, types: Types) -> str:
    """The prototype that a driver's function should have, without a semicolon."""
    return f"{result(form)} {function}({', '.join(parameters(form, context_type, types)) or 'void'})"


def function_type(form: Form, context_type: str, types: Types) -> str:
    """The type of such a function, without names."""
    listed = [types.spell(p, context_type) for argument in form.arguments for p in argument.parameters]
    return f"{result(form)}({', '.join(listed) or 'void'})"


def context_position(form: Form) -> int | None:
    """The index of the C parameter that points to the operation context."""
    position = 0
    for argument in form.arguments:
        if argument.role.tag is Tag.CONTEXT:
            return position
        position += len(argument.parameters)
    return None
