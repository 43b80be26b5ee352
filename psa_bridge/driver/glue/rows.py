"""Capability rows and descriptions as C data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from psa_bridge.driver.descriptions.model import Capability, Constant, Description, KeyContext
from psa_bridge.driver.glue.forms import Types
from psa_bridge.gen.ctext import context_id, string


def _array(ctype: str, name: str, items: Sequence[str] | None) -> tuple[str, str]:
    """A static array and its ``pointer, count`` initialisers; no items at all still is a list."""
    if items is None:
        return "", "NULL, 0"
    listed = "".join(f"    {item},\n" for item in items) or f"    {'{0, 0}' if ctype.startswith('psab_') else '0'},\n"
    return f"static const {ctype} {name}[] = {{\n{listed}}};\n", f"{name}, {len(items)}"


def capability_rows(
    label: str, capability: Capability, adapters: Mapping[str, str], contexts: Mapping[str, str]
) -> tuple[str, str]:
    """Arrays of one capability, and its initialiser in the list.

    ``adapters`` maps entry points to adapters, ``contexts`` kinds of contexts to C types.
    """
    members = "".join(f"    .{name} = {function},\n" for name, function in adapters.items())
    arrays = [f"static const psab_ops_t psab_ops_{label} = {{\n{members}}};\n"]
    algorithms = capability.algorithms
    lists = (
        ("uint32_t", "algorithms", None if algorithms is None else [f"(uint32_t)({a.text})" for a in algorithms]),
        ("psab_key_type_spec_t", "key_types", _key_types(capability)),
        ("uint32_t", "key_sizes", None if capability.key_sizes is None else [_number(s) for s in capability.key_sizes]),
    )
    fields = []
    for ctype, what, items in lists:
        text, initialiser = _array(ctype, f"psab_{what}_{label}", items)
        arrays.append(text)
        fields.append(initialiser)
    sizes = ", ".join(f"[{context_id(kind)}] = sizeof({ctype})" for kind, ctype in contexts.items() if ctype)
    return "".join(arrays), (
        f"    {{\n        &psab_ops_{label},\n"
        + "".join(f"        {one},\n" for one in fields)
        + f"        {_flags(capability)},\n"
        + f"        {_number(capability.initial_entropy_size)},\n"
        + f"        {_number(capability.reseed_entropy_size)},\n"
        + f"        {{{sizes or '0'}}},\n    }},\n"
    )


def _key_types(capability: Capability) -> list[str] | None:
    if capability.key_types is None:
        return None
    return [f"{{(uint16_t)({spec.value_text}), 0x{spec.mask:04x}}}" for spec in capability.key_types]


def _flags(capability: Capability) -> str:
    names = [
        name
        for name, held in (
            ("PSAB_CAPABILITY_FALLBACK", capability.fallback),
            ("PSAB_CAPABILITY_MEMORY", capability.memory),
        )
        if held
    ]
    return " | ".join(names) or "0"


def _number(constant: Constant | None, ctype: str = "uint32_t") -> str:
    return f"({ctype})({constant.text})" if constant is not None else "0"


def size_adapter(number: int, function: str | None, declare: bool, types: Types) -> str:
    """An adapter of the function that gives the size of a driver's key contexts; nothing if there is none."""
    if not function:
        return ""
    type_name = "psa_key_type_t" if types.has("psa_key_type_t") else "uint16_t"
    declared = f"extern size_t {function}({type_name} key_type, size_t key_bits);\n" if declare else ""
    return f"""{declared}static size_t psab_size_{number}(uint16_t key_type, size_t key_bits)
{{
    return {function}(key_type, key_bits);
}}
"""


def description_row(number: int, description: Description, dialect: str, source: str, size_function: bool) -> str:
    """The description of one driver; its capabilities and its size adapter come before it."""
    context = description.key_context
    kind = "PSAB_DRIVER_OPAQUE" if description.opaque else "PSAB_DRIVER_TRANSPARENT"
    return f"""static const psab_driver_description_t psab_driver_{number} = {{
    .name = {string(description.prefix)},
    .source = {_string(source)},
    .type = {kind},
    .location = {_number(description.location)},
    .capabilities = psab_capabilities_{number},
    .capability_count = sizeof(psab_capabilities_{number}) / sizeof(psab_capabilities_{number}[0]),
{_key_context(context, f"psab_size_{number}" if size_function else "NULL")}\
    .persistent_state_size = {_number(description.persistent_state_size, "size_t")},
    .dialect = {string(dialect)},
}};
"""


def _key_context(context: KeyContext | None, size_function: str) -> str:
    if context is None:
        return ""
    builtin = context.builtin_key_size
    return f"""    .key_context =
        {{
            .base_size = {_number(context.base_size, "size_t")},
            .key_pair_size = {_number(context.key_pair_size, "size_t")},
            .public_key_size = {_number(context.public_key_size, "size_t")},
            .symmetric_factor = {_number(context.symmetric_factor, "size_t")},
            .store_public_key = {str(context.store_public_key).lower()},
            .has_builtin_key_size = {str(builtin is not None).lower()},
            .builtin_key_size = {_number(builtin, "size_t")},
            .size_function = {size_function},
        }},
"""


def _string(text: str) -> str:
    return string("".join(c if " " <= c <= "~" else "?" for c in text))
