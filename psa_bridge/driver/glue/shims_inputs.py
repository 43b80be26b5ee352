"""The callbacks by which a driver reads the initial inputs of a derivation or a PAKE.

The inputs object of a driver is the core's plain structure; these functions are its getters,
with the statuses that the interface gives them.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from psa_bridge.spec.roles import Tag

_KDF = "psa_crypto_driver_key_derivation_"
_PAKE = "psa_crypto_driver_pake_"

HELPERS = """
__attribute__((unused)) static const psab_kdf_input_t *psab_input(const psab_kdf_inputs_t *inputs, uint16_t step)
{
    for (size_t i = 0; i < inputs->count; i++) {
        if (inputs->items[i].step == step) {
            return &inputs->items[i];
        }
    }
    return NULL;
}

__attribute__((unused)) static psab_status_t psab_input_of(const psab_kdf_inputs_t *inputs, uint16_t step,
                                                           uint16_t type, const psab_kdf_input_t **input)
{
    *input = psab_input(inputs, step);
    if (*input == NULL) {
        return PSAB_DOES_NOT_EXIST;
    }
    return (*input)->type == type ? 0 : PSAB_INVALID_ARGUMENT;
}

__attribute__((unused)) static psab_status_t psab_copy_bytes(const uint8_t *data, size_t length, uint8_t *buffer,
                                                             size_t buffer_size, size_t *buffer_length)
{
    if (length > buffer_size) {
        return PSAB_BUFFER_TOO_SMALL;
    }
    if (length != 0u) {
        memcpy(buffer, data, length);
    }
    *buffer_length = length;
    return 0;
}
"""

_INPUTS = "const psab_kdf_inputs_t *inputs, uint16_t step"


def _typed(kind: str, body: str) -> str:
    return f"""    const psab_kdf_input_t *input;
    const psab_status_t status = psab_input_of(inputs, step, {kind}, &input);
    if (status != 0) {{
        return status;
    }}
{body}"""


def _attributes_out(source: str, own_headers: bool) -> str:
    """The attributes argument is const in the interface's text, and an output in its meaning."""
    target = "(psa_key_attributes_t *)(uintptr_t)attributes"
    if own_headers:
        return f"    *{target} = *{source};\n    return 0;\n"
    return f"    return psab_to_sdk({source}, {target});\n"


_KDF_GETTERS = {
    "get_input_type": (
        "unsigned int",
        _INPUTS,
        "    const psab_kdf_input_t *input = psab_input(inputs, step);\n"
        "    return input == NULL ? PSAB_INPUT_INVALID : input->type;\n",
    ),
    "get_input_size": (
        "psab_status_t",
        f"{_INPUTS}, size_t *size",
        _typed("PSAB_INPUT_BYTES", "    *size = input->length;\n    return 0;\n"),
    ),
    "get_input_bytes": (
        "psab_status_t",
        f"{_INPUTS}, uint8_t *buffer, size_t buffer_size, size_t *buffer_length",
        _typed(
            "PSAB_INPUT_BYTES",
            "    return psab_copy_bytes(input->data, input->length, buffer, buffer_size, buffer_length);\n",
        ),
    ),
    "get_input_integer": (
        "psab_status_t",
        f"{_INPUTS}, uint64_t *value",
        _typed("PSAB_INPUT_INTEGER", "    *value = input->integer;\n    return 0;\n"),
    ),
}

_LENGTH = re.compile(r"get_(password|user|peer|context)_len")
_BYTES = re.compile(r"get_(password_bytes|user|peer|context)")


def _pake(name: str, own_headers: bool, setters: Collection[str]) -> tuple[str, str, str] | None:
    inputs = "const psab_pake_inputs_t *inputs"
    match = _LENGTH.fullmatch(name)
    if match:
        field = f"{match[1]}_length"
        body = f"{_ready(match[1])}    *length = inputs->{field};\n    return 0;\n"
        return "psab_status_t", f"{inputs}, size_t *length", body
    match = _BYTES.fullmatch(name)
    if match:
        field = match[1].removesuffix("_bytes")
        copy = f"psab_copy_bytes(inputs->{field}, inputs->{field}_length, buffer, buffer_size, buffer_length)"
        parameters = f"{inputs}, uint8_t *buffer, size_t buffer_size, size_t *buffer_length"
        return "psab_status_t", parameters, f"{_ready(field)}    return {copy};\n"
    if name == "get_password_key":
        pointer = "    *key_buffer = (uint8_t *)(uintptr_t)inputs->password;\n"
        body = pointer + "    *key_buffer_size = inputs->password_length;\n"
        body += "    if (inputs->attributes == NULL) {\n        return PSAB_BAD_STATE;\n    }\n"
        parameters = f"{inputs}, uint8_t **key_buffer, size_t *key_buffer_size, const psa_key_attributes_t *attributes"
        return "psab_status_t", parameters, body + _attributes_out("inputs->attributes", own_headers)
    if name == "get_role":
        return "psab_status_t", f"{inputs}, uint8_t *role", "    *role = inputs->role;\n    return 0;\n"
    if name == "get_cipher_suite":
        return "psab_status_t", f"{inputs}, psa_pake_cipher_suite_t *suite", _suite(own_headers, setters)
    return None


def _ready(field: str) -> str:
    """The refusal of an input that was not given, which is another thing than an empty one."""
    return f"    if (inputs->{field} == NULL) {{\n        return PSAB_BAD_STATE;\n    }}\n"


SUITE_SETTERS = {
    f"psa_pake_cs_set_{what}": member
    for what, member in (("algorithm", "alg"), ("primitive", "primitive"), ("key_confirmation", "key_confirmation"))
}
"""How cipher suites of other SDKs are filled, and what of the core's with."""


def _suite(own_headers: bool, setters: Collection[str]) -> str:
    if own_headers:
        return "    *suite = inputs->suite;\n    return 0;\n"
    # Headers without this one are older than the choice: there, as in the core, the algorithm says it.
    confirmation = "psa_pake_cs_set_key_confirmation"
    used = [name for name in SUITE_SETTERS if name != confirmation or name in setters]
    return (
        "    const psa_pake_cipher_suite_t empty = PSA_PAKE_CIPHER_SUITE_INIT;\n    *suite = empty;\n"
        + "".join(f"    {name}(suite, inputs->suite.{SUITE_SETTERS[name]});\n" for name in used)
        + "    return 0;\n"
    )


GETTERS: Mapping[Tag, tuple[str, ...]] = {
    Tag.KDF_INPUTS: tuple(f"{_KDF}get_input_{what}" for what in ("type", "size", "bytes", "key", "integer")),
    Tag.PAKE_INPUTS: tuple(
        f"{_PAKE}get_{what}"
        for what in (
            "password_len", "password_bytes", "password_key", "user_len", "user", "peer_len", "peer",
            "cipher_suite", "role", "context_len", "context",
        )
    ),
}  # fmt: skip
"""The names of these callbacks, by the kind of inputs that they read."""


def covers(name: str) -> bool:
    """Whether a symbol is one of these callbacks."""
    return service(name, True) is not None


def service(name: str, own_headers: bool, setters: Collection[str] = ()) -> tuple[str, str, str] | None:
    """Return type, parameters and body; None for other names. ``setters`` are those of cipher suites."""
    if name.startswith(_PAKE):
        return _pake(name[len(_PAKE) :], own_headers, setters)
    if not name.startswith(_KDF):
        return None
    getter = name[len(_KDF) :]
    if getter == "get_input_key":
        body = "    *key_buffer = (uint8_t *)(uintptr_t)input->data;\n    *key_buffer_size = input->length;\n"
        body += "    if (input->attributes == NULL) {\n        return PSAB_BAD_STATE;\n    }\n"
        parameters = f"{_INPUTS}, const psa_key_attributes_t *attributes, uint8_t **key_buffer, size_t *key_buffer_size"
        return (
            "psab_status_t",
            parameters,
            _typed("PSAB_INPUT_KEY", body + _attributes_out("input->attributes", own_headers)),
        )
    return _KDF_GETTERS.get(getter)
