"""Declarations for cffi, taken from the project's own headers after preprocessing.

Nothing is declared by hand: a compiler preprocesses the headers, and what comes from our
own files is reduced to what cffi reads.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping

CALLBACKS: Mapping[str, str] = {"psab_python_call": "psab_packed_call_t"}
"""Functions that Python implements, and the function pointer types they have."""

_MARKER = re.compile(r'^# \d+ "([^"]*)"')
_ATTRIBUTE = re.compile(r"__attribute__\s*\(\((?:[^()]|\([^()]*\))*\)\)|__extension__\b|__restrict\b")
_ASSERTION = re.compile(r"^_Static_assert\b")
_MACRO = re.compile(
    r"^#define\s+(PSAB_\w+)\s+\(?\s*-?(?:0[xX][0-9a-fA-F]+|\d+)[uUlL]*\s*\)?\s*(?:/[*/].*)?$", re.MULTILINE
)
_FUNCTION_NAME = re.compile(r"\b(\w+)\s*\(")
_VARIABLE_NAME = re.compile(r"(\w+)\s*(?:\[[^\]]*\])*$")


def own_text(preprocessed: str, own: Callable[[str], bool]) -> str:
    """The lines of a preprocessor's output that come from files for which ``own(path)`` holds."""
    kept = []
    inside = False
    for line in preprocessed.splitlines():
        marker = _MARKER.match(line)
        if marker:
            inside = own(marker.group(1))
        elif inside and not line.startswith("#"):
            kept.append(line)
    return "\n".join(kept)


def declarations(text: str) -> Iterator[str]:
    """Top-level declarations without the final semicolon; functions with their body, on one line each."""
    depth, start = 0, 0
    for position, character in enumerate(text):
        if character == "{":
            depth += 1
        elif character == "}":
            depth -= 1
        definition = character == "}" and depth == 0 and _defines_function(text[start:position])
        if depth == 0 and (character == ";" or definition):
            declaration = " ".join(_ATTRIBUTE.sub(" ", text[start : position + definition]).split())
            start = position + 1
            if declaration:
                yield declaration


def _defines_function(text: str) -> bool:
    before = text.split("{", 1)[0]
    return before.rstrip().endswith(")") and not before.lstrip().startswith("typedef")


def _reduced(declaration: str, available: frozenset[str]) -> str | None:
    """A declaration as cffi wants it, or None where there is nothing to declare."""
    if _ASSERTION.match(declaration):
        return None
    if declaration.startswith(("typedef", "struct", "enum", "union")) and (
        declaration.startswith("typedef") or declaration.endswith("}")
    ):
        return declaration
    if declaration.endswith("}"):
        return re.sub(r"^(?:(?:static|inline|__inline__|__inline)\s+)+", "", declaration.split("{", 1)[0].strip())
    name = _VARIABLE_NAME.search(declaration) if declaration.startswith("extern") else None
    name = name or _FUNCTION_NAME.search(declaration)
    return declaration if name and name.group(1) in available else None


def _callback(name: str, pointer: str, kept: Iterable[str]) -> str:
    for declaration in kept:
        if f"(*{pointer})" in declaration:
            return declaration.replace("typedef ", "", 1).replace(f"(*{pointer})", name) + ";"
    raise ValueError(f"no function pointer type {pointer}")


def names(text: str) -> frozenset[str]:
    """Names of the functions and variables that :func:`own_text` declares, not of inline functions."""
    found = set()
    for declaration in declarations(text):
        if declaration.startswith(("typedef", "struct", "enum", "union", "static")) or _ASSERTION.match(declaration):
            continue
        name = _VARIABLE_NAME.search(declaration) if declaration.startswith("extern") else None
        name = name or _FUNCTION_NAME.search(declaration)
        if name:
            found.add(name.group(1))
    return frozenset(found)


def macros(headers: Iterable[str]) -> tuple[str, ...]:
    """Names of the macros with our prefix that are plain numbers."""
    return tuple(dict.fromkeys(name for text in headers for name in _MACRO.findall(text)))


def emit(text: str, headers: Iterable[str], available: frozenset[str], callbacks: Mapping[str, str] = CALLBACKS) -> str:
    """The cdef.

    ``text`` is what :func:`own_text` gives, ``headers`` the texts of the headers with the
    macros, ``available`` the functions and variables that are defined in the extension;
    inline functions are always there.
    """
    reduced = (_reduced(declaration, available) for declaration in declarations(text))
    kept = list(dict.fromkeys(declaration for declaration in reduced if declaration))
    lines = [f"#define {name} ..." for name in macros(headers)]
    lines += [f"{declaration};" for declaration in kept]
    if callbacks:
        functions = "\n".join(f"    {_callback(name, pointer, kept)}" for name, pointer in callbacks.items())
        lines.append(f'extern "Python" {{\n{functions}\n}}')
    return "\n".join(lines) + "\n"
