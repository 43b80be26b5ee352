"""C programs that print what the standard headers give, and the compilations that check them."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest
from spec_data import INCLUDE

C_FLAGS = ["-std=c99", "-Wall", "-Wextra", "-Werror", "-pedantic", "-Wconversion"]
CXX_FLAGS = ["-std=c++11", "-Wall", "-Wextra", "-Werror", "-pedantic"]
HEAD = "#include <psa/crypto.h>\n#include <psa/crypto_driver_common.h>\n#include <stdio.h>\n#include <string.h>\n"


def run_compiler(source: str, folder: Path, *options: str, include: Path = INCLUDE, cxx: bool = False) -> str:
    """Compile a source; the messages of the compiler, empty if it found nothing to say."""
    compiler = shutil.which("g++" if cxx else "gcc") or shutil.which("c++" if cxx else "cc")
    if compiler is None:
        pytest.skip("needs a C++ compiler" if cxx else "needs a C compiler")
    file = folder / ("unit.cpp" if cxx else "unit.c")
    file.write_text(source)
    flags = CXX_FLAGS if cxx else C_FLAGS
    command = [compiler, *flags, f"-I{include}", *(options or ("-fsyntax-only",)), str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0 or done.stderr, done
    return done.stderr


def numbers(expressions: Sequence[str], folder: Path, include: Path = INCLUDE) -> list[int]:
    """The values of constant expressions: they initialise an array, and a program prints it."""
    rows = "\n".join(f"    (long long)({expression})," for expression in expressions)
    source = (
        f"{HEAD}static const long long values[] = {{\n{rows}\n}};\n"
        "int main(void)\n{\n    size_t i;\n"
        "    for (i = 0; i < sizeof(values) / sizeof(values[0]); i++) {\n"
        '        printf("%lld\\n", values[i]);\n    }\n    return 0;\n}\n'
    )
    return [int(line) for line in output(source, folder, include).split()]


def truths(predicates: Sequence[str], arguments: Sequence[int], c_type: str, folder: Path) -> dict[str, list[bool]]:
    """The value of every predicate for every argument, computed at run time."""
    values = ", ".join(f"({c_type}){value:#x}u" for value in arguments)
    loop = "    for (i = 0; i < sizeof(all) / sizeof(all[0]); i++) {\n"
    loops = "\n".join(
        f'{loop}        printf("%d", {predicate}(all[i]));\n    }}\n    printf("\\n");' for predicate in predicates
    )
    source = (
        f"{HEAD}static const {c_type} all[] = {{{values}}};\n"
        f"int main(void)\n{{\n    size_t i;\n{loops}\n    return 0;\n}}\n"
    )
    lines = output(source, folder).splitlines()
    assert all(len(line) == len(arguments) and set(line) <= set("01") for line in lines), "a predicate gives 0 or 1"
    return {name: [digit == "1" for digit in line] for name, line in zip(predicates, lines, strict=True)}


def output(source: str, folder: Path, include: Path = INCLUDE) -> str:
    """What a program prints."""
    program = folder / "program"
    messages = run_compiler(source, folder, "-o", str(program), include=include)
    assert not messages, messages
    return subprocess.run([str(program)], capture_output=True, text=True, check=True, timeout=60).stdout
