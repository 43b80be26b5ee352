"""Every function of the PSA Crypto API 1.5 is in the C library, with its prototype, and has its place in Python."""

from __future__ import annotations

import inspect
import re
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from spec_data import functions
from test_library import built, symbols

import psa_bridge
from psa_bridge.cbuild import toolchain
from psa_bridge.ops.operation import Operation

PROTOTYPES = {row["name"]: row["prototype"] for row in functions()}

OBJECTS = {
    "psa_key_attributes_init": "KeyAttributes",
    "psa_reset_key_attributes": "KeyAttributes",
    "psa_set_key_id": "KeyAttributes.id",
    "psa_get_key_id": "KeyAttributes.id",
    "psa_set_key_lifetime": "KeyAttributes.lifetime",
    "psa_get_key_lifetime": "KeyAttributes.lifetime",
    "psa_set_key_algorithm": "KeyAttributes.alg",
    "psa_get_key_algorithm": "KeyAttributes.alg",
    "psa_set_key_usage_flags": "KeyAttributes.usage",
    "psa_get_key_usage_flags": "KeyAttributes.usage",
    "psa_set_key_type": "KeyAttributes.type",
    "psa_get_key_type": "KeyAttributes.type",
    "psa_set_key_bits": "KeyAttributes.bits",
    "psa_get_key_bits": "KeyAttributes.bits",
    "psa_key_derivation_get_capacity": "KeyDerivation.capacity",
    "psa_pake_cipher_suite_init": "PakeCipherSuite",
    "psa_pake_cs_get_algorithm": "PakeCipherSuite.algorithm",
    "psa_pake_cs_set_algorithm": "PakeCipherSuite.algorithm",
    "psa_pake_cs_get_primitive": "PakeCipherSuite.primitive",
    "psa_pake_cs_set_primitive": "PakeCipherSuite.primitive",
    "psa_pake_cs_get_key_confirmation": "PakeCipherSuite.key_confirmation",
    "psa_pake_cs_set_key_confirmation": "PakeCipherSuite.key_confirmation",
}
"""Functions on structures: in Python the structure is an object, and what they get or set is an attribute of it."""


@cache
def families() -> dict[str, type[Operation]]:
    """The public classes of operations, by the prefix of their functions."""
    public = [getattr(psa_bridge, name) for name in psa_bridge.__all__]
    classes = [each for each in public if inspect.isclass(each) and issubclass(each, Operation)]
    return {each.family: each for each in classes}


def attribute(path: str) -> Any:
    """What a dotted path below the package names, fields of a dataclass too; None if there is nothing."""
    owner, _, name = path.partition(".")
    found = getattr(psa_bridge, owner, None)
    if not name or found is None:
        return found
    return getattr(found, "__dataclass_fields__", {}).get(name) or getattr(found, name, None)


def in_python(name: str) -> Any:
    """The method, attribute or class that stands for a function; None if there is none."""
    if name in OBJECTS:
        return attribute(OBJECTS[name])
    stem = name.removeprefix("psa_")
    if callable(getattr(psa_bridge.Core, stem, None)):
        return getattr(psa_bridge.Core, stem)
    family = next((each for each in sorted(families(), key=len, reverse=True) if stem.startswith(each + "_")), None)
    if family is None:
        return None
    rest = stem.removeprefix(family + "_")
    return families()[family] if rest == "operation_init" else getattr(families()[family], rest, None)


@cache
def in_c() -> frozenset[str]:
    """The functions that both forms of the library export."""
    made = built("all")
    return frozenset(symbols(made.archive)) & frozenset(symbols(made.shared, "--dynamic"))


def test_the_api_has_all_its_functions() -> None:
    assert len(PROTOTYPES) == 135
    missing = {name for name in PROTOTYPES if name not in in_c() or in_python(name) is None}
    assert not missing


@pytest.mark.parametrize("linked", ["archive", "shared"])
def test_the_library_has_every_function_with_its_exact_prototype(linked: str, tmp_path: Path) -> None:
    """A second declaration of another type is an error of the compiler, a missing function one of the linker."""
    names = [name for name in PROTOTYPES if name in in_c()]
    assert len(names) == 135
    table = "\n".join(f'    {{"{name}", (void (*)(void))&{name}}},' for name in names)
    program = compiled(
        "\n".join(PROTOTYPES[name] for name in names)
        + "\nstatic const struct row { const char *name; void (*function)(void); } rows[] = {\n"
        + table
        + "\n};\nint main(void)\n{\n    unsigned i;\n    for (i = 0; i < sizeof rows / sizeof *rows; i++) {\n"
        "        if (rows[i].function != 0) puts(rows[i].name);\n    }\n    return 0;\n}\n",
        linked,
        tmp_path,
    )
    printed = subprocess.run([program], capture_output=True, text=True, check=True).stdout
    assert printed.split() == names


def compiled(text: str, linked: str, folder: Path) -> Path:
    """A program over the library; its prototypes are compared with those of the installed headers."""
    made = built("all")
    source, program = folder / "program.c", folder / "program"
    source.write_text(f"#include <psa/crypto.h>\n#include <stdio.h>\n{text}")
    lib: list[Any] = [made.archive, *(f"-l{name}" for name in made.libraries)]
    if linked == "shared":
        lib = [made.shared, f"-Wl,-rpath,{made.shared.parent}"]
    toolchain.run(["cc", "-std=c99", "-Wall", "-Werror", f"-I{made.include}", source, *lib, "-o", program])
    return program


@pytest.mark.parametrize(
    ("name", "right", "wrong"),
    [
        ("psa_hash_compare", "const uint8_t * hash", "uint8_t * hash"),
        ("psa_set_key_bits", "size_t", "uint32_t"),
        ("psa_mac_operation_init", "psa_mac_operation_t psa_mac_", "psa_hash_operation_t psa_mac_"),
        ("psa_crypto_init", "psa_crypto_init", "psa_crypto_start"),
    ],
)
def test_another_prototype_or_a_missing_function_is_noticed(name: str, right: str, wrong: str, tmp_path: Path) -> None:
    prototype = PROTOTYPES[name].replace(right, wrong)
    assert prototype != PROTOTYPES[name]
    called = re.search(r"(\w+)\(", prototype)
    assert called
    body = f"{prototype}\nvoid (*used)(void) = (void (*)(void))&{called[1]};\nint main(void)\n{{\n    return 0;\n}}\n"
    with pytest.raises(toolchain.BuildError, match=r"conflicting types|undefined reference"):
        compiled(body, "shared", tmp_path)


@pytest.mark.parametrize("name", [name for name in PROTOTYPES if name not in OBJECTS])
def test_the_documentation_of_a_method_names_its_function(name: str) -> None:
    found = in_python(name)
    text = inspect.getdoc(found) or ""
    general = name.endswith("_abort") and "psa_X_abort" in text
    assert general or inspect.isclass(found) or re.search(rf"\b{name}\b", text), f"{found!r}: {text}"
