"""The text of the glue: golden for a small bundle, and clean under every warning for the whole table."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from image_harness import HERE, OWN_HEADERS

from psa_bridge.driver.descriptions.description import parse_description
from psa_bridge.driver.descriptions.model import MBEDTLS, PSA
from psa_bridge.driver.glue import shims
from psa_bridge.driver.glue import whole as glue
from psa_bridge.driver.glue.adapters import Target
from psa_bridge.driver.glue.forms import Types, forms, prototype
from psa_bridge.gen import ops
from psa_bridge.spec.entry_points import CONTEXTS, ENTRY_POINTS

SMALL = """{
    "prefix": "small", "type": "opaque", "headers": ["small.h"], "location": "SMALL_LOCATION",
    "key_context": {"base_size": 8, "store_public_key": true, "size_function": "small_size"},
    "capabilities": [{
        "entry_points": ["sign_hash"],
        "algorithms": ["PSA_ALG_ECDSA(PSA_ALG_ANY_HASH)"],
        "key_types": ["PSA_KEY_TYPE_ECC_KEY_PAIR(_)"],
        "key_sizes": [256, 384],
        "names": {"sign_hash": "small_do_sign"}
    }]
}"""

GOLDEN_ADAPTER = """\
static psab_status_t psab_sign_hash_0(void *driver, const psab_attributes_t *attributes, const uint8_t *key_buffer,
    size_t key_buffer_size, uint32_t alg, const uint8_t *hash, size_t hash_length, uint8_t *signature,
    size_t signature_size, size_t *signature_length)
{
    (void)driver;
    return small_do_sign(attributes, key_buffer, key_buffer_size, alg, hash, hash_length, signature, signature_size,
        signature_length);
}
"""

GOLDEN_ROWS = """\
static const psab_ops_t psab_ops_0_0 = {
    .sign_hash = psab_sign_hash_0,
};
static const uint32_t psab_algorithms_0_0[] = {
    (uint32_t)(PSA_ALG_ECDSA(PSA_ALG_ANY_HASH)),
};
static const psab_key_type_spec_t psab_key_types_0_0[] = {
    {(uint16_t)(PSA_KEY_TYPE_ECC_KEY_PAIR(0)), 0xff80},
};
static const uint32_t psab_key_sizes_0_0[] = {
    (uint32_t)(256),
    (uint32_t)(384),
};
static const psab_capability_t psab_capabilities_0[] = {
    {
        &psab_ops_0_0,
        psab_algorithms_0_0, 1,
        psab_key_types_0_0, 1,
        psab_key_sizes_0_0, 2,
        0,
        0,
        0,
        {0},
    },
};
static size_t psab_size_0(uint16_t key_type, size_t key_bits)
{
    return small_size(key_type, key_bits);
}
static const psab_driver_description_t psab_driver_0 = {
    .name = "small",
    .source = "small.json",
    .type = PSAB_DRIVER_OPAQUE,
    .location = (uint32_t)(SMALL_LOCATION),
    .capabilities = psab_capabilities_0,
    .capability_count = sizeof(psab_capabilities_0) / sizeof(psab_capabilities_0[0]),
    .key_context =
        {
            .base_size = (size_t)(8),
            .key_pair_size = (size_t)(0),
            .public_key_size = (size_t)(0),
            .symmetric_factor = (size_t)(0),
            .store_public_key = true,
            .has_builtin_key_size = false,
            .builtin_key_size = 0,
            .size_function = psab_size_0,
        },
    .persistent_state_size = 0,
    .dialect = "psa",
};
"""


def small() -> glue.Glue:
    return glue.linked_in([parse_description(SMALL, "small.json")], "psab_small_entry")


def test_golden_adapter() -> None:
    assert GOLDEN_ADAPTER in glue.emit(small())


def test_golden_rows_and_description() -> None:
    assert GOLDEN_ROWS in glue.emit(small())


def test_the_entry_has_the_name_that_is_asked_for() -> None:
    text = glue.emit(small())
    assert "const psab_bundle_t *psab_small_entry(const psab_services_t *services)" in text
    assert "visibility" not in text


def test_nothing_is_defined_that_no_object_needs() -> None:
    assert "psab_service_" not in glue.emit(small())


def test_conditions_become_preprocessor_lines() -> None:
    text = SMALL.replace('"entry_points"', '"mbedtls/c_condition": "defined(SMALL_ON)", "entry_points"')
    text = text.replace('"headers"', '"mbedtls/h_condition": "SMALL_BOARD == 2", "headers"')
    emitted = glue.emit(glue.linked_in([parse_description(text, "small.json", MBEDTLS)], "entry"))
    assert "#if SMALL_BOARD == 2\n#include <small.h>\n#endif\n" in emitted
    assert "#if (SMALL_BOARD == 2) && (defined(SMALL_ON))\nstatic psab_status_t psab_sign_hash_0(" in emitted
    assert "#if defined(SMALL_ON)\n    {\n        &psab_ops_0_0," in emitted
    assert emitted.count("#if") == emitted.count("#endif")


def test_a_path_in_a_comment_cannot_end_it() -> None:
    emitted = glue.emit(glue.linked_in([parse_description(SMALL, 'a*/b\n\\"c.json')], "entry"))
    assert "a* /b?" in emitted
    assert '.source = "a*/b?\\\\\\"c.json"' in emitted


# The whole table


def whole(dialect: str, types: Types, own_headers: bool, services: tuple[str, ...]) -> tuple[glue.Glue, str]:
    """The glue of a driver that has every entry point in every form, and the driver's header."""
    description = parse_description(SMALL.replace(', "size_function": "small_size"', ""), "small.json")
    contexts = {kind: f"small_{kind}_t" for kind in CONTEXTS}
    targets, lines = [], [f"typedef struct {{ int x; }} {name};" for name in contexts.values()]
    for row in ENTRY_POINTS:
        for number, form in enumerate(forms(row.name, dialect)):
            context = contexts.get(row.context or "", "")
            target = Target(form, f"small_{row.name}_{number}", context, declare=number == 1)
            targets.append(target)
            if not target.declare:
                lines.append(f"extern {prototype(form, target.function, context, types)};")
    capability = replace(description.capabilities[0], key_types=(), algorithms=None, key_sizes=())
    driver = glue.GlueDriver(
        replace(description, capabilities=(capability,)), dialect, (), "small.json", "small_size", True
    )
    parts = tuple(
        glue.GlueCapability(replace(capability, index=index), (target,), contexts)
        for index, target in enumerate(targets)
    )
    unit = glue.Glue((replace(driver, capabilities=parts),), own_headers, types, services)
    return unit, "#include <psa/crypto.h>\n#define SMALL_LOCATION 0x800001\n" + "\n".join(lines) + "\n"


CALLBACKS = (
    *(f"psa_crypto_driver_key_derivation_get_input_{what}" for what in ("type", "size", "bytes", "key", "integer")),
    *(
        f"psa_crypto_driver_pake_get_{what}"
        for what in (
            "password_len",
            "password_bytes",
            "password_key",
            "user_len",
            "user",
            "peer_len",
            "peer",
            "context_len",
            "context",
            "role",
        )
    ),
)
SUITE = ("algorithm", "primitive", "key_confirmation")
PLAIN = (
    "psa_crypto_init", "psa_generate_random", "mbedtls_psa_get_random", "mbedtls_psa_external_get_random",
    "mbedtls_platform_zeroize", "psa_crypto_driver_get_persistent_state", "psa_crypto_driver_commit_persistent_state",
    "psa_reset_key_attributes", "psa_set_key_domain_parameters",
    *(f"psa_hash_{verb}" for verb in ("compute", "compare", "setup", "update", "finish", "verify", "abort", "clone")),
)  # fmt: skip
PREPARED = tuple(f"psab_prepared_{verb}" for verb in ("find", "publish", "take", "give"))
WRAPPERS = tuple(f"psa_driver_wrapper_{row.name}" for row in ENTRY_POINTS if row.returns != "void")
ACCESSORS = tuple(
    f"psa_{verb}_key_{what}"
    for verb in ("get", "set")
    for what in ("id", "lifetime", "usage_flags", "algorithm", "type", "bits")
)


def compiles(compiler: str, unit: glue.Glue, header: str, tmp_path: Path, include: list[Path]) -> None:
    (tmp_path / "psab").mkdir()
    (tmp_path / "psab" / "ops.h").write_text(ops.emit())
    (tmp_path / "small.h").write_text(header)
    source = tmp_path / "glue.c"
    source.write_text(glue.emit(replace(unit, abi_include=f'"{OWN_HEADERS}/psab/abi.h"')))
    command = [compiler, "-std=gnu11", "-O2", "-Wall", "-Wextra", "-Wconversion", "-Werror", "-iquote", str(tmp_path)]
    command += ["-isystem", str(tmp_path), *(part for path in include for part in ("-isystem", str(path)))]
    command += ["-c", str(source), "-o", str(tmp_path / "glue.o")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("compiler", ["gcc", "clang"])
@pytest.mark.parametrize("dialect", [PSA, MBEDTLS])
def test_every_row_and_every_service_is_clean_c_with_own_headers(compiler: str, dialect: str, tmp_path: Path) -> None:
    types = Types(known_types(OWN_HEADERS, tmp_path))
    suite = [f"psa_pake_cs_{verb}_{what}" for verb in ("get", "set") for what in SUITE]
    services = (*CALLBACKS, "psa_crypto_driver_pake_get_cipher_suite", *suite, *PLAIN, *PREPARED, *WRAPPERS, *ACCESSORS)
    assert [name for name in PREPARED if shims.offers(name, types, own_headers=False)] == []
    assert [name for name in services if not shims.offers(name, types)] == []
    unit, header = whole(dialect, types, True, services)
    compiles(compiler, unit, header, tmp_path, [OWN_HEADERS])


@pytest.mark.parametrize("compiler", ["gcc", "clang"])
@pytest.mark.parametrize("dialect", [PSA, MBEDTLS])
def test_every_row_and_every_service_is_clean_c_with_foreign_headers(
    compiler: str, dialect: str, tmp_path: Path
) -> None:
    types = Types(known_types(HERE / "sdk", tmp_path))
    unit, header = whole(dialect, types, False, (*CALLBACKS, *PLAIN, *WRAPPERS))
    compiles(compiler, unit, header, tmp_path, [HERE / "sdk"])


def known_types(include: Path, tmp_path: Path) -> frozenset[str]:
    from psa_bridge.driver.images.declarations import parse  # noqa: PLC0415

    source = tmp_path / "types.c"
    source.write_text("#include <psa/crypto.h>\n")
    command = ["gcc", "-E", "-dD", "-isystem", str(include), str(source)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return frozenset(parse(done.stdout).types)
