"""Core services under the names that drivers' objects call them by.

Each service is a function of the glue with a name of its own and the wanted assembler name,
so that whatever a header says about the wanted name (constness, enumerations, an inline
function) never conflicts; only the binary interface counts.  Only those that an object
really leaves undefined are written.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from psa_bridge.driver.glue import shims_forward, shims_inputs
from psa_bridge.driver.glue.attributes import MEMBERS
from psa_bridge.driver.glue.forms import Types


@dataclass(frozen=True)
class Service:
    """A function for objects: what it returns, its parameters as C text, its body."""

    returns: str
    parameters: str
    body: str


_NO_CORE = "psab_services == NULL ? PSAB_BAD_STATE : "

_FIXED = {
    "psa_crypto_init": Service("psab_status_t", "void", "    return 0;\n"),
    "psa_generate_random": Service(
        "psab_status_t",
        "uint8_t *output, size_t output_size",
        f"    return {_NO_CORE}psab_services->generate_random(output, output_size);\n",
    ),
    "mbedtls_psa_get_random": Service(
        "int",
        "void *state, unsigned char *output, size_t output_size",
        "    (void)state;\n"
        f"    return (int)({_NO_CORE}psab_services->generate_random(output, output_size));\n",
    ),
    "mbedtls_psa_external_get_random": Service(
        "psab_status_t",
        "void *state, uint8_t *output, size_t output_size, size_t *output_length",
        f"    (void)state;\n    *output_length = output_size;\n"
        f"    return {_NO_CORE}psab_services->generate_random(output, output_size);\n",
    ),
    "mbedtls_platform_zeroize": Service(
        "void",
        "void *buffer, size_t length",
        "    if (psab_services != NULL) {\n        psab_services->wipe(buffer, length);\n        return;\n    }\n"
        "    for (volatile uint8_t *p = buffer; length != 0u; length--) {\n        *p++ = 0;\n    }\n",
    ),
    "psa_crypto_driver_get_persistent_state": Service(
        "psab_status_t",
        "uint8_t **state",
        f"    return {_NO_CORE}psab_services->get_persistent_state(state);\n",
    ),
    "psa_crypto_driver_commit_persistent_state": Service(
        "psab_status_t",
        "size_t from, size_t length",
        f"    return {_NO_CORE}psab_services->commit_persistent_state(from, length);\n",
    ),
    "psab_driver_detail": Service(
        "void",
        "const char *detail",
        "    if (psab_services != NULL) {\n        psab_services->report(PSAB_REPORT_DETAIL, detail);\n    }\n",
    ),
    "psa_reset_key_attributes": Service(
        "void",
        "psa_key_attributes_t *attributes",
        "    const psa_key_attributes_t empty = PSA_KEY_ATTRIBUTES_INIT;\n    *attributes = empty;\n",
    ),
    "psa_set_key_domain_parameters": Service(
        "psab_status_t",
        "psa_key_attributes_t *attributes, uint16_t type, const uint8_t *data, size_t data_length",
        "    (void)attributes;\n    (void)type;\n    (void)data;\n    (void)data_length;\n"
        "    return PSAB_NOT_SUPPORTED;\n",
    ),
}  # fmt: skip

_FORM_OF_KEY = "const psab_prepared_kind_t *kind, const uint8_t *key, size_t key_size, uint32_t variant"


def _prepared(name: str, form: str = "") -> Service:
    """A service for prepared key material that returns a form, null where there is no core."""
    call = f"psab_services->{name}(kind, key, key_size, variant{form})"
    parameters = _FORM_OF_KEY + (", void *form" if form else "")
    return Service("void *", parameters, f"    return psab_services == NULL ? NULL : {call};\n")


_PREPARED = {
    "psab_prepared_find": _prepared("prepared_find"),
    "psab_prepared_publish": _prepared("prepared_publish", ", form"),
    "psab_prepared_take": _prepared("prepared_take"),
    "psab_prepared_give": Service(
        "void",
        f"{_FORM_OF_KEY}, void *form",
        "    if (psab_services == NULL) {\n        kind->drop(form);\n        return;\n    }\n"
        "    psab_services->prepared_give(kind, key, key_size, variant, form);\n",
    ),
}
"""What only drivers built on psa_bridge's own headers can use: other SDKs do not know it."""

_ATTRIBUTES = {
    "id": "psa_key_id_t",
    "lifetime": "psa_key_lifetime_t",
    "usage_flags": "psa_key_usage_t",
    "algorithm": "psa_algorithm_t",
    "type": "psa_key_type_t",
    "bits": "size_t",
}
_SIDE_EFFECTS = {
    "id": "    if ((attributes->{lifetime} & 0xffu) == 0u) {{\n        attributes->{lifetime} |= 1u;\n    }}\n",
    "lifetime": "    if ((value & 0xffu) == 0u) {{\n"
    "        memset(&attributes->{id}, 0, sizeof(attributes->{id}));\n    }}\n",
}
_ACCESSOR = re.compile(r"psa_(get|set)_key_(\w+)")
_INIT = re.compile(r"psa_(\w+)_init")


def _accessor(name: str, members: Mapping[str, str], types: Types) -> Service | None:
    """An accessor of key attributes whose members are known."""
    match = _ACCESSOR.fullmatch(name)
    if not match or match[2] not in members:
        return None
    ctype, member = _ATTRIBUTES[match[2]], members[match[2]]
    if match[2] == "id" and types.known is not None and types.has("mbedtls_svc_key_id_t"):
        ctype = "mbedtls_svc_key_id_t"
    if match[1] == "get":
        return Service(ctype, "const psa_key_attributes_t *attributes", f"    return attributes->{member};\n")
    body = f"    attributes->{member} = {_stored(match[2], member)};\n"
    if match[2] in _SIDE_EFFECTS:
        body += _SIDE_EFFECTS[match[2]].format(lifetime=members.get("lifetime", ""), id=members.get("id", ""))
    return Service("void", f"psa_key_attributes_t *attributes, {ctype} value", body)


def _stored(name: str, member: str) -> str:
    """The value as it is stored; sizes saturate."""
    if name != "bits":
        return "value"
    ctype = f"(__typeof__(attributes->{member}))"
    return f"value > {ctype}-1 ? {ctype}-1 : {ctype}value"


_SUITE = {
    "algorithm": ("psa_algorithm_t", "alg"),
    "primitive": ("psa_pake_primitive_t", "primitive"),
    "key_confirmation": ("uint32_t", "key_confirmation"),
}
_SUITE_ACCESSOR = re.compile(r"psa_pake_cs_(get|set)_(\w+)")


def _suite_accessor(name: str, own_headers: bool) -> Service | None:
    """An accessor of cipher suites; other SDKs have them in their headers."""
    match = _SUITE_ACCESSOR.fullmatch(name)
    if not match or match[2] not in _SUITE or not own_headers:
        return None
    ctype, member = _SUITE[match[2]]
    if match[1] == "get":
        return Service(ctype, "const psa_pake_cipher_suite_t *suite", f"    return suite->{member};\n")
    return Service("void", f"psa_pake_cipher_suite_t *suite, {ctype} value", f"    suite->{member} = value;\n")


def _initialiser(name: str, types: Types) -> Service | None:
    match = _INIT.fullmatch(name)
    ctype = f"psa_{match[1]}_t" if match else ""
    if not match or types.known is None or not types.has(ctype):
        return None
    return Service(ctype, "void", f"    static const {ctype} zero;\n    return zero;\n")


def find(name: str, types: Types, own_headers: bool = True) -> Service | None:
    """The service of a name, or None if the core has none."""
    searches: tuple[Callable[[], Service | None], ...] = (
        lambda: _FIXED.get(name),
        lambda: _PREPARED.get(name) if own_headers else None,
        lambda: _accessor(name, MEMBERS if own_headers else types.members, types),
        lambda: _suite_accessor(name, own_headers),
        lambda: _made(shims_inputs.service(name, own_headers, types.setters)) if _suite_known(name, types) else None,
        lambda: _made(shims_forward.service(name, types, own_headers)),
        lambda: _initialiser(name, types),
    )
    return next((found for search in searches if (found := search()) is not None), None)


def _suite_known(name: str, types: Types) -> bool:
    return not name.endswith("_cipher_suite") or types.has("psa_pake_cipher_suite_t")


def _made(parts: tuple[str, str, str] | None) -> Service | None:
    return Service(*parts) if parts else None


def offers(name: str, types: Types, own_headers: bool = True) -> bool:
    """Whether the glue can define a symbol."""
    return find(name, types, own_headers) is not None


_PREAMBLE = """
#define PSAB_TEXT_(x) #x
#define PSAB_TEXT(x) PSAB_TEXT_(x)
#define PSAB_NAMED(name) __asm__(PSAB_TEXT(__USER_LABEL_PREFIX__) name)

__attribute__((unused)) static psab_status_t psab_call(uint16_t entry_point, psab_value_t *values, size_t count)
{
    return psab_services == NULL ? PSAB_BAD_STATE : psab_services->call(entry_point, values, count);
}
"""


def emit(names: Sequence[str], types: Types, own_headers: bool, exported: bool = True) -> str:
    """The C text of services, in the order given; nothing for none.

    ``exported`` services are seen by shared libraries of the driver; the version script of its
    image hides them from everybody else.
    """
    if not names:
        return ""
    found = [(name, find(name, types, own_headers)) for name in names]
    visibility = "default" if exported else "hidden"
    texts = [
        f'\n__attribute__((visibility("{visibility}"))) {s.returns} psab_service_{name}({s.parameters}) '
        f'PSAB_NAMED("{name}");\n'
        f"{s.returns} psab_service_{name}({s.parameters})\n{{\n{s.body}}}\n"
        for name, s in found
        if s is not None
    ]
    helpers = shims_inputs.HELPERS if any(shims_inputs.covers(name) for name in names) else ""
    return _PREAMBLE + helpers + "".join(texts)
