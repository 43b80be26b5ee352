"""Services that run an entry point through the calling core: ``psa_driver_wrapper_*`` and keyless API functions.

Everything comes from the table: arguments are packed and handed to the core, which routes
them.  The state of a forwarded multi-part operation is a 32-bit handle at the start of the
caller's operation object, all zero meaning idle.
"""

from __future__ import annotations

import re
from dataclasses import replace

from psa_bridge.driver.descriptions.model import MBEDTLS
from psa_bridge.driver.glue.forms import Form, Types, declare
from psa_bridge.gen.ctext import context_id, entry_point_id
from psa_bridge.spec.entry_points import BY_NAME, ENTRY_POINTS, VARIANTS, EntryPoint
from psa_bridge.spec.roles import ROLES, Argument, Tag

WRAPPER = "psa_driver_wrapper_"
_KEYED = frozenset(("attrs", "attrs_inout", "key"))
_COMPARING = {"compare": "compute", "verify": "finish"}


def _takes_key(row: EntryPoint) -> bool:
    return any(argument.role.word in _KEYED for argument in row.arguments)


_KEYED_CONTEXTS = frozenset(row.context for row in ENTRY_POINTS if row.context and _takes_key(row))


def _is_api_function(row: EntryPoint) -> bool:
    """Whether ``psa_<name>`` is a function of the API with the parameters of the row."""
    return (
        "alg" in row.matches
        and row.returns != "void"
        and not _takes_key(row)
        and row.context not in _KEYED_CONTEXTS
        and all(a.role.tag in (Tag.CONTEXT, Tag.INPUT, Tag.OUTPUT, Tag.FILL, Tag.SCALAR) for a in row.arguments)
    )


def _comparing(name: str) -> EntryPoint | None:
    """The row whose output a comparing API function compares."""
    match = re.fullmatch(r"psa_(\w+)_(\w+)", name)
    row = BY_NAME.get(f"{match[1]}_{_COMPARING[match[2]]}") if match and match[2] in _COMPARING else None
    return row if row and _is_api_function(row) else None


def wrapper_form(row: EntryPoint, types: Types) -> Form:
    """The parameters of Mbed TLS's wrapper of an entry point.

    The variant with custom parameters is the one of SDKs that know their type.
    """
    wanted = [MBEDTLS, "custom"] if types.has("psa_custom_key_parameters_t") else [MBEDTLS]
    for variant in VARIANTS:
        complete = len(variant.arguments) >= len(row.arguments)
        if variant.entry_point == row.name and variant.dialect in wanted and complete:
            return Form(row, variant.arguments, variant.dialect)
    return Form(row, row.arguments)


def service(name: str, types: Types, own_headers: bool) -> tuple[str, str, str] | None:
    """Return type, parameters and body of a forwarding service; None for other names."""
    if name.startswith(WRAPPER):
        row = BY_NAME.get(name[len(WRAPPER) :])
        return _forward(row, wrapper_form(row, types), types, own_headers) if row and row.returns != "void" else None
    row = BY_NAME.get(name.removeprefix("psa_")) if name.startswith("psa_") else None
    if row and _is_api_function(row):
        return _forward(row, Form(row, row.arguments), types, own_headers)
    compared = _comparing(name)
    return _compare(compared, types, own_headers) if compared else None


def _parameters(form: Form, types: Types, own_headers: bool) -> list[str]:
    result = []
    for argument in form.arguments:
        for parameter in argument.parameters:
            keep = argument.role.tag in (Tag.ATTRIBUTES, Tag.ATTRIBUTES_INOUT) and not own_headers
            keep = keep or argument.role.tag is Tag.CUSTOM
            result.append(declare(types.spell(parameter, "") if keep else parameter.core_type, parameter.name))
    return result


def _forward(row: EntryPoint, form: Form, types: Types, own_headers: bool) -> tuple[str, str, str]:
    before, after = _conversions(form, own_headers)
    given = {argument.name for argument in form.arguments}
    values = ",\n".join(
        f"        {_value(argument, argument.name in given, own_headers)}" for argument in row.arguments
    )
    named = {argument.name for argument in row.arguments}
    before += [f"    (void){p.name};" for a in form.arguments if a.name not in named for p in a.parameters]
    array = f"    psab_value_t values[] = {{\n{values},\n    }};\n" if values else ""
    run = f"psab_call({entry_point_id(row.name)}, {'values' if values else 'NULL'}, {len(row.arguments)})"
    if after:
        ending = "\n".join([f"    psab_status_t status = {run};", *after, "    return status;"])
    else:
        ending = f"    return {run};"
    start = "".join(line + "\n" for line in before)
    return "psab_status_t", ", ".join(_parameters(form, types, own_headers)) or "void", f"{start}{array}{ending}\n"


def _conversions(form: Form, own_headers: bool) -> tuple[list[str], list[str]]:
    """Statements that turn the SDK's attributes into the core's, and back."""
    before: list[str] = []
    after: list[str] = []
    if own_headers:
        return before, after
    for argument in form.arguments:
        if argument.role.tag not in (Tag.ATTRIBUTES, Tag.ATTRIBUTES_INOUT):
            continue
        name = argument.name
        before += [f"    psab_attributes_t core_{name};", f"    psab_from_sdk({name}, &core_{name});"]
        if argument.role.tag is Tag.ATTRIBUTES_INOUT:
            after += ["    if (status == 0) {", f"        status = psab_to_sdk(&core_{name}, {name});", "    }"]
    return before, after


def _value(argument: Argument, given: bool, own_headers: bool) -> str:
    """The packed value of one argument of the row; zeros where the caller has none."""
    tag = argument.role.tag
    names = [p.name for p in argument.parameters]
    member = f".{tag.value} = {names[0]}"
    if not given:
        member = ".scalar = 0"
    elif tag in (Tag.ATTRIBUTES, Tag.ATTRIBUTES_INOUT) and not own_headers:
        member = f".{tag.value} = &core_{names[0]}"
    elif tag in (Tag.INPUT, Tag.OUTPUT):
        member = f".{tag.value} = {{{', '.join(names)}}}"
    elif tag is Tag.FILL:
        member = f".output = {{{names[0]}, {names[1]}, NULL}}"
    elif tag is Tag.CONTEXT:
        kind = context_id(argument.context or "")
        member = f".context = {{(void *)(uintptr_t){names[0]}, sizeof(uint32_t), {kind}}}"
    elif tag is Tag.CUSTOM:
        member = f".custom = (const void *){names[0]}"
    return f"{{PSAB_TAG_{tag.name}, {int(argument.role.secret)}, {{{member}}}}}"


def _compare(row: EntryPoint, types: Types, own_headers: bool) -> tuple[str, str, str]:
    """The form with an expected value in place of an output: run, then compare without early exit."""
    output = next(argument for argument in row.arguments if argument.role.tag is Tag.OUTPUT)
    expected = replace(output, role=ROLES["in"], length_name=None)
    arguments = tuple(expected if argument is output else argument for argument in row.arguments)
    parameters = _parameters(Form(row, arguments), types, own_headers)
    local = replace(output, name="computed")
    values = ",\n".join(f"        {_value(local if a is output else a, True, own_headers)}" for a in row.arguments)
    name = output.name
    body = f"""    uint8_t computed[64];
    const size_t computed_size = sizeof(computed);
    size_t *const computed_length = &(size_t){{0}};
    uint8_t difference = 0;
    psab_value_t values[] = {{
{values},
    }};
    const psab_status_t status = psab_call({entry_point_id(row.name)}, values, {len(row.arguments)});
    if (status != 0) {{
        return status;
    }}
    if (*computed_length != {name}_length) {{
        return PSAB_INVALID_SIGNATURE;
    }}
    for (size_t i = 0; i < {name}_length; i++) {{
        difference |= (uint8_t)(computed[i] ^ {name}[i]);
    }}
    return difference == 0u ? 0 : PSAB_INVALID_SIGNATURE;
"""
    return "psab_status_t", ", ".join(parameters), body
