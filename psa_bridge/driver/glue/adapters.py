"""Typed adapters: functions with the core's types that call a driver's function in its own types."""

from __future__ import annotations

from dataclasses import dataclass

from psa_bridge.driver.glue.forms import Form, Types, prototype
from psa_bridge.gen.ctext import call, core_parameters
from psa_bridge.spec.roles import Argument, Tag


@dataclass(frozen=True)
class Target:
    """What an adapter calls.

    ``declare`` asks for a declaration of the function in front of the adapter, because no
    header has one.  ``pointer`` says that the name is a function pointer, which may be null.
    """

    form: Form
    function: str
    context_type: str = ""
    declare: bool = False
    pointer: bool = False

    @property
    def entry_point(self) -> str:
        """The name of the row."""
        return self.form.row.name


_CAST = frozenset(("step", "pake_step", "slot", "entropy_flags"))
"""Scalar roles whose types in the field may be enumerations or of another width."""


def declaration(target: Target, types: Types) -> str:
    """A declaration of the driver's function, in the form that the adapter uses."""
    return f"extern {prototype(target.form, target.function, target.context_type, types)};\n"


def adapter(name: str, target: Target, types: Types, own_headers: bool) -> str:
    """The adapter's definition."""
    row, form = target.form.row, target.form
    given = {argument.name: argument for argument in row.arguments}
    kept = {argument.name for argument in form.arguments}
    unused = [p.name for argument in row.arguments if argument.name not in kept for p in argument.parameters]
    lines = [f"    (void){parameter};" for parameter in ["driver", *unused]]
    if target.pointer:
        lines += _null_check(target)
    before, operands, after = [], [], []
    for argument in form.arguments:
        if argument.name not in given:
            operands += _absent(argument)
            continue
        start, values, end = _pass(argument, given[argument.name], target, types, own_headers)
        before += start
        operands += values
        after += end
    head = call(f"static psab_status_t {name}", core_parameters(row), "", indent=0)
    return f"{head}\n{{\n" + "\n".join([*lines, *_body(target, before, operands, after)]) + "\n}\n"


def _null_check(target: Target) -> list[str]:
    """A pointer that the driver has not set is reported, not called."""
    text = f'"the function pointer for {target.entry_point} is null"'
    return [
        f"    if (({target.function}) == NULL) {{",
        "        if (psab_services != NULL) {",
        f"            psab_services->report(PSAB_REPORT_STATUS, {text});",
        "        }",
        "        return PSAB_GENERIC_ERROR;",
        "    }",
    ]


def _body(target: Target, before: list[str], operands: list[str], after: list[str]) -> list[str]:
    if target.form.row.returns == "void":
        return [*before, call(target.function, operands, ";"), *after, "    return 0;"]
    if not after:
        return [*before, call(f"return {target.function}", operands, ";")]
    run = call(f"const psab_status_t result = {target.function}", operands, ";")
    return [*before, run, *after, "    return result;"]


def _absent(argument: Argument) -> list[str]:
    """Operands for what only the driver's form has: an empty object, null, or zero."""
    if argument.role.tag is Tag.CUSTOM:
        return ["&psab_no_custom"]
    return ["NULL" if p.core_type.endswith("*") else "0" for p in argument.parameters]


def _pass(
    argument: Argument, core: Argument, target: Target, types: Types, own_headers: bool
) -> tuple[list[str], list[str], list[str]]:
    """Statements before the call, operands of the call, statements after it."""
    names = [parameter.name for parameter in core.parameters]
    tag = argument.role.tag
    if tag in (Tag.ATTRIBUTES, Tag.ATTRIBUTES_INOUT):
        return _attributes(argument, core, own_headers)
    if tag is Tag.CUSTOM and not own_headers:
        start = [
            f"    {types.custom} sdk_{names[0]} = psab_no_custom;",
            f"    if ({names[0]} != NULL) {{",
            f"        sdk_{names[0]}.flags = {names[0]}->flags;",
            "    }",
        ]
        return start, [f"&sdk_{names[0]}"], []
    if tag in (Tag.KDF_INPUTS, Tag.PAKE_INPUTS):
        return [], [f"(const void *){names[0]}"], []
    if argument.role.word in _CAST or tag is Tag.CONTEXT:  # a macro needs the type as much as a function does
        ctype = types.spell(argument.parameters[0], target.context_type)
        return [], [f"({ctype}){names[0]}"], []
    return [], names, []


def _attributes(argument: Argument, core: Argument, own_headers: bool) -> tuple[list[str], list[str], list[str]]:
    name = core.name
    changes = argument.role.tag is Tag.ATTRIBUTES_INOUT
    back = changes and core.role.tag is Tag.ATTRIBUTES_INOUT
    if own_headers:
        if not changes or back:
            return [], [name], []
        return [f"    psa_key_attributes_t copy_of_{name} = *{name};"], [f"&copy_of_{name}"], []
    start = [
        f"    psa_key_attributes_t sdk_{name};",
        f"    const psab_status_t {name}_status = psab_to_sdk({name}, &sdk_{name});",
        f"    if ({name}_status != 0) {{",
        f"        return {name}_status;",
        "    }",
    ]
    if not back:
        return start, [f"&sdk_{name}"], []
    start.append(f"    const psa_key_attributes_t sent_{name} = sdk_{name};")
    end = ["    if (result == 0) {", f"        psab_copy_back(&sent_{name}, &sdk_{name}, {name});", "    }"]
    return start, [f"&sdk_{name}"], end
