"""Who may use whom: Python imports, C includes, and where entry points may be named."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from psa_bridge.spec.entry_points import ENTRY_POINTS

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "psa_bridge"

LAYERS: tuple[frozenset[str], ...] = (
    frozenset({"paths", "spec", "_core"}),
    frozenset({"constants", "gen", "_native"}),
    frozenset({"attributes", "driver", "files", "packed", "storage"}),
    frozenset({"cbuild", "errors", "wire"}),
    frozenset({"interchange"}),
    frozenset({"ops", "python_methods"}),
    frozenset({"explain", "keys", "python_driver", "trace"}),
    frozenset({"software"}),
    frozenset({"core"}),
    frozenset({"direct", "mechanisms"}),
    frozenset({"__init__"}),
    frozenset({"bench"}),
    frozenset({"cli"}),
)
"""Modules and packages directly below psa_bridge, lowest first; each uses lower ones only."""

LEVEL = {unit: level for level, units in enumerate(LAYERS) for unit in units}

LATE = frozenset({("driver", "_native"), ("keys", "core"), ("ops", "keys"), ("ops", "core")})
"""Uses that are allowed inside functions only: they must not load the other module on import."""

DRIVER_LEVEL = {"descriptions": 0, "glue": 1, "images": 2}
"""The packages below psa_bridge.driver, lowest first. Modules beside them are common to all."""

PURE = ("spec", "gen", "driver", "cbuild", "paths")
"""What has to work in setup.py: without the extension, with the standard library only."""


def unit_of(module: str) -> str:
    """The unit of a module; a name that is none is one of the objects that the package itself offers."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 and parts[1] in LEVEL else "__init__"


def is_typing_only(node: ast.If) -> bool:
    return "TYPE_CHECKING" in ast.dump(node.test)


def imports(tree: ast.AST, late: bool = False) -> Iterator[tuple[str, bool]]:
    """Imported modules, and whether inside a function; what only type checkers see is left out."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, late) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            yield from ((name, late) for name in (names if node.module == "psa_bridge" else [node.module]))
        elif isinstance(node, ast.If) and is_typing_only(node):
            for other in node.orelse:
                yield from imports(other, late)
        else:
            inside = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
            yield from imports(node, late or inside)


def modules() -> Iterator[tuple[Path, str]]:
    """Python files of the package, and the unit each belongs to."""
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).parts
        yield path, parts[0] if len(parts) > 1 else path.stem


MODULES = list(modules())
C_FILES = sorted(path for path in (ROOT / "csrc").rglob("*.[ch]"))


def short(path: object) -> str:
    return str(path.relative_to(ROOT)) if isinstance(path, Path) else str(path)


@pytest.mark.parametrize(("path", "unit"), MODULES, ids=short)
def test_module_uses_lower_layers_only(path: Path, unit: str) -> None:
    for module, late in imports(ast.parse(path.read_text(encoding="utf-8"))):
        if not module.startswith("psa_bridge") or unit_of(module) == unit:
            continue
        used = unit_of(module)
        allowed = LEVEL[used] < LEVEL[unit] or (late and (unit, used) in LATE)
        assert allowed, f"{short(path)} imports {module}: {unit} must not use {used}"


@pytest.mark.parametrize("package", DRIVER_LEVEL)
def test_driver_package_uses_lower_ones_only(package: str) -> None:
    paths = sorted((PACKAGE / "driver" / package).glob("*.py"))
    assert len(paths) > 5
    for path in paths:
        for module, _ in imports(ast.parse(path.read_text(encoding="utf-8"))):
            used = module.removeprefix("psa_bridge.driver.").split(".")[0]
            assert DRIVER_LEVEL.get(used, 0) <= DRIVER_LEVEL[package], f"{short(path)} imports {module}"


def test_one_module_imports_the_extension() -> None:
    users = {
        short(path)
        for path, _ in MODULES
        for module, _ in imports(ast.parse(path.read_text(encoding="utf-8")))
        if module == "psa_bridge._core" or module.split(".")[0] in {"cffi", "_cffi_backend"}
    }
    assert users == {"psa_bridge/_native.py"}


@pytest.mark.parametrize("unit", PURE)
def test_building_needs_only_the_standard_library(unit: str) -> None:
    names = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        for path, belongs in MODULES
        if belongs == unit and path.stem != "__main__"
    }
    code = f"import sys; sys.path.insert(0, {str(ROOT)!r})\n" + "".join(f"import {name}\n" for name in sorted(names))
    check = "assert 'psa_bridge._core' not in sys.modules"
    done = subprocess.run([sys.executable, "-I", "-S", "-c", code + check], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


# C

C_LAYERS = {
    "include": {"include"},
    "util": {"util", "include"},
    "keys": {"keys", "util", "include"},
    "dispatch": {"dispatch", "util", "include"},
    "api": {"api", "keys", "dispatch", "util", "include"},
    "python": {"python", "util", "include"},
}
_INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]', re.MULTILINE)
GENERATED = frozenset({"psab/ops.h", "psab/calls.h", "psab/plans.h", "psab/packed.h", "psab/api.h"})


def included(path: Path) -> Iterator[tuple[str, str]]:
    """Our own files that a C file includes: folder below csrc (or drivers' name), and the text."""
    for _, text in _INCLUDE.findall(path.read_text(encoding="utf-8")):
        first = text.split("/")[0] if "/" in text else ""
        if first in {"psa", "psab"}:
            yield "include", text
        elif first in C_LAYERS:
            yield first, text


@pytest.mark.parametrize("path", C_FILES, ids=short)
def test_c_file_includes_lower_layers_only(path: Path) -> None:
    folder = path.relative_to(ROOT / "csrc").parts[0]
    for used, text in included(path):
        assert used in C_LAYERS[folder], f"{short(path)} includes {text}: {folder} must not use {used}"
        assert used != "include" or text in GENERATED or (ROOT / "csrc" / "include" / text).is_file()


def test_the_core_calls_drivers_in_one_way() -> None:
    calls = re.compile(r"(?:\.|->)ops(?:\.|->)(\w+)\s*\(")
    assert calls.search("status = c->ops.hash_abort(c->context);")
    for path in C_FILES:
        assert not calls.search(path.read_text()), f"{short(path)} calls an entry point not by psab_call_xxx()"


@pytest.mark.parametrize("path", sorted((ROOT / "drivers").rglob("*.[ch]")), ids=short)
def test_driver_sees_the_standard_headers_and_the_abi_only(path: Path) -> None:
    for used, text in included(path):
        assert used == "include", f"{short(path)} includes {text}"
        own = text in {"psab/abi.h", "psab/detail.h", "psab/prepared.h"}
        assert text.startswith("psa/") or own, f"{short(path)} includes {text}"


def test_standard_headers_need_nothing_of_ours_but_the_plain_types() -> None:
    for path in (ROOT / "csrc" / "include" / "psa").glob("*.h"):
        ours = {text for _, text in included(path) if text.startswith("psab/")}
        assert ours <= {"psab/types.h"}, short(path)


# Names of entry points

NAMES = frozenset(row.name for row in ENTRY_POINTS if "_" in row.name)
"""Those that are not ordinary words; ``init`` and ``free`` cannot be told from other uses."""

_NAMING = ("spec", "ops", "software", "bench")
NAMING = (*(PACKAGE / name for name in _NAMING), ROOT / "csrc" / "api", ROOT / "csrc" / "include")
_C_NOISE = re.compile(r"/\*.*?\*/|//[^\n]*", re.DOTALL)
_C_NAME = re.compile(r"PSAB_EP_(\w+)|(?:->|\.)\s*(\w+)|\"(\w+)\"")


def c_names(text: str) -> set[str]:
    """Entry points that C code names: by id, as a member, as a string."""
    found = {group.lower() for groups in _C_NAME.findall(_C_NOISE.sub(" ", text)) for group in groups if group}
    return found & NAMES


def python_names(tree: ast.AST) -> set[str]:
    """Entry points that Python code names as a whole string."""
    return {
        node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)
    } & NAMES


def may_name(path: Path) -> bool:
    return any(folder in path.parents for folder in NAMING)


@pytest.mark.parametrize("path", [path for path in C_FILES if not may_name(path)], ids=short)
def test_c_file_names_no_entry_point(path: Path) -> None:
    assert c_names(path.read_text(encoding="utf-8")) == set()


@pytest.mark.parametrize("path", [path for path, _ in MODULES if not may_name(path)], ids=short)
def test_module_names_no_entry_point(path: Path) -> None:
    assert python_names(ast.parse(path.read_text(encoding="utf-8"))) == set()


def test_naming_is_found_in_all_its_forms() -> None:
    assert c_names('x = PSAB_EP_SIGN_HASH; ops->hash_setup(a); ops.hash_abort(a); f("copy_key"); /* mac_verify */') == {
        "sign_hash",
        "hash_setup",
        "hash_abort",
        "copy_key",
    }
    assert python_names(ast.parse("x = 'sign_hash'; y = 'about sign_hash'")) == {"sign_hash"}
