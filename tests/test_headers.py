"""The standard headers: prototypes, types, structures, and that they compile cleanly everywhere."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from header_programs import HEAD, output, run_compiler
from spec_data import INCLUDE, driver_interface, functions, key_sizes, values

OPERATIONS = ("hash", "xof", "mac", "cipher", "aead", "key_derivation", "sign", "verify", "pake")
HEADERS = sorted(path.name for path in (INCLUDE / "psa").glob("*.h"))

BETA_3 = {
    "psa_open_key": "psa_status_t psa_open_key(psa_key_id_t id, psa_key_handle_t *handle);",
    "psa_close_key": "psa_status_t psa_close_key(psa_key_handle_t handle);",
}


def _callbacks() -> dict[str, str]:
    """The functions of the core for drivers; attributes that a getter writes are not const."""
    rows = {row["name"]: row["prototype"] for row in driver_interface()["core_callbacks"]}
    return {
        name: text.replace("const psa_key_attributes_t *attributes", "psa_key_attributes_t *attributes")
        for name, text in rows.items()
    }


def _prototypes() -> dict[str, str]:
    return {**{row["name"]: row["prototype"] for row in functions()}, **BETA_3, **_callbacks()}


def _same_type(name: str, prototype: str) -> str:
    """A declaration that compiles only if a function has exactly the type of a prototype."""
    type_name = re.sub(rf"\b{name}\b", "", prototype.rstrip(";"), count=1)
    return f"typedef char same_{name}[__builtin_types_compatible_p(__typeof__({name}), {type_name}) ? 1 : -1];"


@pytest.mark.parametrize("header", HEADERS)
def test_each_header_compiles_alone(header: str, tmp_path: Path) -> None:
    assert not run_compiler(f"#include <psa/{header}>\nint unit;\n", tmp_path)


@pytest.mark.parametrize("header", HEADERS)
def test_each_header_compiles_alone_as_cxx(header: str, tmp_path: Path) -> None:
    assert not run_compiler(f"#include <psa/{header}>\nint unit;\n", tmp_path, cxx=True)


def test_every_function_has_the_specified_type(tmp_path: Path) -> None:
    assert len(functions()) == 135
    checks = [_same_type(name, prototype) for name, prototype in _prototypes().items()]
    assert not run_compiler(HEAD + "\n".join(checks) + "\n", tmp_path)


def test_a_changed_prototype_is_noticed(tmp_path: Path) -> None:
    prototype = _prototypes()["psa_hash_compare"].replace("const uint8_t * hash", "uint8_t * hash")
    assert "same_psa_hash_compare" in run_compiler(HEAD + _same_type("psa_hash_compare", prototype) + "\n", tmp_path)


def test_a_missing_function_is_noticed(tmp_path: Path) -> None:
    assert "psa_none" in run_compiler(HEAD + _same_type("psa_none", "void psa_none(void);") + "\n", tmp_path)


def test_crypto_h_declares_each_function_once_in_the_regular_form() -> None:
    text = re.sub(r"/\*.*?\*/", "", (INCLUDE / "psa" / "crypto.h").read_text(), flags=re.S)
    declared = re.findall(r"^[a-z_0-9]+ (psa_\w+)\([^()]*\);$", text, flags=re.M)
    assert sorted(declared) == sorted([row["name"] for row in functions()] + list(BETA_3))


def test_parameter_names_are_those_of_the_specification() -> None:
    text = " ".join(re.sub(r"/\*.*?\*/", "", (INCLUDE / "psa" / "crypto.h").read_text(), flags=re.S).split())
    for prototype in (row["prototype"] for row in functions()):
        assert re.sub(r"\* *", "*", re.sub(r"(\w)\*", r"\1 *", prototype)) in text


def test_scalar_types_are_the_specified_ones(tmp_path: Path) -> None:
    scalars = {
        row["name"]: row["c_type"] for row in values()["types"] if re.fullmatch(r"u?int\d+_t", row["c_type"] or "")
    }
    scalars |= {"psa_key_handle_t": "psa_key_id_t", "psa_drv_slot_number_t": "uint64_t"}
    assert len(scalars) >= 18
    checks = [
        f"typedef char same_{name}[__builtin_types_compatible_p({name}, {c_type}) ? 1 : -1];"
        for name, c_type in scalars.items()
    ]
    assert not run_compiler(HEAD + "\n".join(checks) + "\n", tmp_path)


def test_every_type_is_complete(tmp_path: Path) -> None:
    checks = [f"typedef char size_{row['name']}[sizeof({row['name']})];" for row in values()["types"]]
    checks += [f"typedef char handle_{name}[sizeof(psa_{name}_operation_t) == 8 ? 1 : -1];" for name in OPERATIONS]
    checks += ["typedef char attributes[sizeof(psa_key_attributes_t) == sizeof(struct psab_attributes) ? 1 : -1];"]
    assert not run_compiler(HEAD + "\n".join(checks) + "\n", tmp_path)


def _initialisers() -> dict[str, str]:
    names = [row["name"] for row in values()["constants"] if row["kind"] == "initializer"]
    return {name: "psa_" + name.removeprefix("PSA_").removesuffix("_INIT").lower() + "_t" for name in names}


def test_initialisers_leave_every_byte_zero(tmp_path: Path) -> None:
    assert len(_initialisers()) == 12
    objects = "\n".join(
        f"static const {c_type} o{i} = {name};" for i, (name, c_type) in enumerate(_initialisers().items())
    )
    checks = "\n".join(
        f'    printf("%d", memcmp(&o{i}, zero, sizeof(o{i})) == 0);' for i in range(len(_initialisers()))
    )
    source = (
        f"{HEAD}static const unsigned char zero[256];\n{objects}\nint main(void)\n{{\n{checks}\n    return 0;\n}}\n"
    )
    assert output(source, tmp_path) == "1" * 12


def test_headers_serve_a_cxx_program(tmp_path: Path) -> None:
    objects = "\n".join(f"{c_type} o{i} = {name};" for i, (name, c_type) in enumerate(_initialisers().items()))
    sizes = "\n".join(
        f'static char a{i}[PSA_EXPORT_KEY_OUTPUT_SIZE({key_type}, {bits}) + 1];\nstatic_assert(sizeof(a{i}) > 1, "");'
        for i, (key_type, bits) in enumerate(key_sizes())
    )
    source = f"{HEAD}{objects}\n{sizes}\nextern psa_status_t (*hash)(psa_algorithm_t);\n"
    assert not run_compiler(re.sub(r"static char", "extern char", source), tmp_path, cxx=True)


def test_functions_have_c_linkage_in_cxx(tmp_path: Path) -> None:
    obj = tmp_path / "unit.o"
    source = HEAD + "psa_status_t call() { return psa_purge_key(1); }\n"
    assert not run_compiler(source, tmp_path, "-c", "-o", str(obj), cxx=True)
    symbols = subprocess.run(["nm", str(obj)], capture_output=True, text=True, check=True).stdout
    assert "U psa_purge_key\n" in symbols


def _macros(tmp_path: Path) -> dict[str, str]:
    """Every macro that the headers define themselves."""
    unit = tmp_path / "macros.c"
    unit.write_text("#include <psa/crypto.h>\n#include <psa/crypto_driver_common.h>\n")
    plain = tmp_path / "plain.c"
    plain.write_text("#include <stddef.h>\n#include <stdint.h>\n")
    found = []
    for file in (unit, plain):
        command = ["gcc", "-std=c99", "-dM", "-E", f"-I{INCLUDE}", str(file)]
        text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        found.append({line.split(" ", 2)[1]: line for line in text.splitlines()})
    return {name: line for name, line in found[0].items() if name not in found[1]}


def test_macros_have_the_prefix_of_the_api_or_of_the_project(tmp_path: Path) -> None:
    assert [name for name in _macros(tmp_path) if not name.startswith(("PSA_", "PSAB_"))] == []


def test_no_macro_changes_the_flow_of_the_caller(tmp_path: Path) -> None:
    assert [line for line in _macros(tmp_path).values() if re.search(r"\b(goto|return|break|continue)\b", line)] == []


def test_every_function_like_macro_is_there_with_its_parameters(tmp_path: Path) -> None:
    macros = _macros(tmp_path)
    arities = {}
    for name in macros:
        base, parenthesis, parameters = name.partition("(")
        if parenthesis:
            arities[base] = len(parameters.rstrip(")").split(","))
    wanted = {row["name"]: len(row["params"]) for row in values()["function_like_macros"]}
    assert len(wanted) == 178
    assert {name: arities.get(name) for name in wanted} == wanted


def test_pake_steps_of_drivers_have_the_numbers_in_use(tmp_path: Path) -> None:
    steps = {row["step"]: row["value_in_tf_psa_crypto"] for row in driver_interface()["pake_driver_steps"]["J-PAKE"]}
    steps["PSA_JPAKE_STEP_INVALID"] = 0
    steps |= {
        f"PSA_PAKE_DRIVER_STEP_{name}": f"0x100 + PSA_PAKE_STEP_{name}"
        for name in ("KEY_SHARE", "CONFIRM", "SALT", "COMMIT", "CONFIRM_COUNT", "KEY_ID")
    }
    checks = [f"typedef char step_{name}[(int){name} == {value} ? 1 : -1];" for name, value in steps.items()]
    assert not run_compiler(HEAD + "\n".join(checks) + "\n", tmp_path)


def test_entropy_flags_are_two_different_bits(tmp_path: Path) -> None:
    bits = "PSA_DRIVER_GET_ENTROPY_NONBLOCK == 1u && PSA_DRIVER_GET_ENTROPY_KEEPALIVE == 2u"
    check = f"typedef char flags[({bits}) ? 1 : -1];"
    assert not run_compiler(HEAD + check + "\n", tmp_path)


def test_input_types_are_those_of_the_abi(tmp_path: Path) -> None:
    abi = (INCLUDE / "psab" / "abi.h").read_text()
    ours = dict(re.findall(r"PSAB_INPUT_(\w+) = (\d+)", abi))
    assert set(ours) == {"INVALID", "OMITTED", "BYTES", "KEY", "INTEGER"}
    checks = [
        f"typedef char input_{name}[(int)PSA_KEY_DERIVATION_INPUT_TYPE_{name} == {value} ? 1 : -1];"
        for name, value in ours.items()
    ]
    assert not run_compiler(HEAD + "\n".join(checks) + "\n", tmp_path)
