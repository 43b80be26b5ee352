"""Which headers a bundle is compiled with, and what they contain.

Headers of a foreign SDK are used when the bundle's include paths have a ``psa/crypto.h``;
otherwise psa_bridge's own are added.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from psa_bridge import paths
from psa_bridge.driver.descriptions.model import Description, headers_once
from psa_bridge.driver.findings import Finding, Findings, Place, Severity, did_you_mean, register, shown
from psa_bridge.driver.images.compiler import CompilerError, Diagnostic
from psa_bridge.driver.images.declarations import MARK, Survey, parse
from psa_bridge.driver.images.tools import Tools
from psa_bridge.driver.settings import Settings

register(
    """
    header-not-found   Every header that a description names, and what it includes, is found.
    header-error       The headers compile with the bundle's settings.
    header-keyword     No header gives a keyword of C another meaning.
    empty-conditions   After the conditions of a description something is left of it.
    """
)

_KEYWORDS = frozenset(
    ("auto", "break", "case", "char", "const", "continue", "default", "do", "double", "else", "enum", "extern", "float",
     "for", "goto", "if", "int", "long", "return", "short", "signed", "sizeof", "static", "struct", "switch", "typedef",
     "union", "unsigned", "void", "volatile", "while", "_Bool")
)  # fmt: skip
"""Words of C that the glue needs. Headers that define inline, restrict and the like for old compilers are common."""

PSA_HEADER = "psa/crypto.h"


@dataclass(frozen=True)
class HeaderPaths:
    """Include paths and macro definitions, and whose PSA headers they lead to."""

    directories: tuple[Path, ...]
    preprocessor: tuple[str, ...]
    foreign: bool

    def arguments(self, system: bool = True) -> list[str]:
        """Compiler arguments; as system headers nothing in them is warned about."""
        option = "-isystem" if system else "-I"
        own = [] if self.foreign else ["-isystem", str(paths.INCLUDE)]
        listed = [part for directory in self.directories for part in (option, str(directory))]
        return [*self.preprocessor, *listed, *own]


def header_paths(settings: Settings) -> HeaderPaths:
    """The include paths of a bundle."""
    directories = tuple(path.resolve() for path in settings.include)
    named = [*directories, *_from_flags(settings.flags)]
    foreign = any((directory / PSA_HEADER).is_file() for directory in named)
    defines = tuple(f"-D{define}" for define in settings.defines)
    return HeaderPaths(directories, (*defines, *settings.flags), foreign)


def _from_flags(flags: Sequence[str]) -> list[Path]:
    """Directories that compiler flags add, attached or as the next argument."""
    found = []
    for position, flag in enumerate(flags):
        for option in ("-I", "-isystem", "-iquote", "-idirafter"):
            if flag == option and position + 1 < len(flags):
                found.append(Path(flags[position + 1]))
            elif flag.startswith(option) and len(flag) > len(option):
                found.append(Path(flag[len(option) :]))
    return found


def includes(descriptions: Sequence[Description], with_marks: bool = False) -> tuple[str, dict[int, Place]]:
    """Include lines for all descriptions under their conditions, and the place behind each line.

    With marks, the preprocessed text shows which conditions held.
    """
    lines = [f"#include <{PSA_HEADER}>"]
    places: dict[int, Place] = {}
    once = headers_once(descriptions)
    for number, description in enumerate(descriptions):
        if description.condition:
            lines.append(f"#if {description.condition.text}")
            places[len(lines)] = description.condition.place
        for header in once[number]:
            lines.append(f"#include <{header.path}>")
            places[len(lines)] = header.place
        if with_marks:
            lines.append(f"{MARK}{number}")
        if description.condition:
            lines.append("#endif")
    if with_marks:
        for number, description in enumerate(descriptions):
            for capability in description.capabilities:
                if capability.condition:
                    lines.append(f"#if {capability.condition.text}")
                    places[len(lines)] = capability.condition.place
                    lines += [f"{MARK}{number}_{capability.index}", "#endif"]
    return "\n".join(lines) + "\n", places


def survey(tools: Tools, header: HeaderPaths, descriptions: Sequence[Description]) -> Survey | None:
    """Preprocess the headers of all descriptions; None with findings where that fails."""
    text, places = includes(descriptions, with_marks=True)
    source = tools.directory / "headers.c"
    source.write_text(text, encoding="utf-8")
    run = tools.compiler.run([*header.arguments(), "-std=gnu11", "-E", "-dD", str(source)])
    if run.ok:
        result = parse(run.stdout)
        result.files = [name for name in result.files if Path(name) != source]
        if result.unfinished:
            tools.findings.add(_unfinished(*result.unfinished))
            return None
        for name in sorted(_KEYWORDS & result.macros.keys()):
            tools.findings.error(
                "header-keyword", result.macros[name].place,
                f"the header defines the keyword {name!r} as a macro, which changes the meaning of all that follows it",
                "use another name, or keep the definition in the driver's sources",
            )  # fmt: skip
        return result
    reported = False
    for diagnostic in run.diagnostics:
        if diagnostic.level == "error":
            own = Path(diagnostic.file) == source
            place = places.get(diagnostic.line, Place()) if own else Place(diagnostic.file, "", diagnostic.line)
            detail = "" if reported else run.stderr  # the compiler's words once, they are about all of its errors
            tools.findings.add(_explain(diagnostic, place, header, descriptions, detail))
            reported = True
    if not reported:
        said = next((line.strip() for line in run.stderr.splitlines() if line.strip()), "nothing")
        tools.findings.report(
            "header-error", Severity.ERROR, _named(descriptions),
            f"the headers cannot be preprocessed; the compiler says: {shown(said, 200)}",
            "check compiler, flags, defines and include of the bundle", detail=run.stderr,
        )  # fmt: skip
    return None


def _named(descriptions: Sequence[Description]) -> Place:
    """Where the first header is named."""
    return next((header.place for one in descriptions for header in one.headers), descriptions[0].place)


def _explain(
    diagnostic: Diagnostic, place: Place, header: HeaderPaths, descriptions: Sequence[Description], text: str
) -> Finding:
    """The finding for an error of the preprocessor."""
    missing = _missing_header(diagnostic.message)
    if not missing:
        message = f"the compiler says: {diagnostic.message}"
        remedy = "give the settings that the driver is compiled with (include, defines, flags), or correct this line"
        return Finding("header-error", Severity.ERROR, message, remedy, place, detail=text)
    searched = ", ".join(str(directory) for directory in header.directories) or "no include path of the bundle"
    similar = did_you_mean(Path(missing).name, _headers_in(header.directories))
    own = any(h.path == missing for d in descriptions for h in d.headers)
    what = f"the header {missing!r}" if own else f"the header {missing!r}, which another header includes,"
    return Finding(
        "header-not-found", Severity.ERROR, f"{what} was not found; searched: {searched}",
        similar or _where(missing, descriptions), place, detail=text,
    )  # fmt: skip


def _unfinished(text: str, place: Place) -> Finding:
    """The finding for a declaration that a header leaves open, or that is none in C."""
    if text.startswith('extern "'):
        return Finding(
            "header-error", Severity.ERROR, 'this header is C++ here: extern "C" is no C, and headers are read as C',
            "write it between #ifdef __cplusplus and #endif, and the closing brace too", place,
        )  # fmt: skip
    message = f"what begins here, {shown(text)}, does not end before the end of the headers"
    return Finding("header-error", Severity.ERROR, message, "add the semicolon or the brace that is missing", place)


def _where(missing: str, descriptions: Sequence[Description]) -> str:
    """What to do about a header that no include path has."""
    if "." not in missing:
        return "headers are read as C: write what is C++ between #ifdef __cplusplus and #endif"
    for directory in dict.fromkeys(Path(one.file).parent for one in descriptions):
        if (directory / missing).is_file():
            return f"it is beside the description: add {str(directory)!r} to include, or give -I {directory}"
    return "add the directory that holds it to include"


def _missing_header(message: str) -> str:
    """The header in gcc's ``x.h: No such file or directory`` or clang's ``'x.h' file not found``."""
    if message.endswith(": No such file or directory"):
        return message.partition(":")[0].strip()
    if message.endswith("file not found") and "'" in message:
        return message.split("'")[1]
    return ""


def _headers_in(directories: Sequence[Path]) -> list[str]:
    names: list[str] = []
    for directory in directories:
        try:
            names += [entry.name for entry in directory.iterdir() if entry.suffix in (".h", ".hpp")]
        except OSError:
            continue
    return names


def active(descriptions: Sequence[Description], found: Survey, findings: Findings) -> list[list[int]]:
    """Per description, the indices of the capabilities whose conditions hold; reports what is left empty."""
    result: list[list[int]] = []
    for number, description in enumerate(descriptions):
        if str(number) not in found.marks:
            if description.condition is None:
                raise CompilerError("what is named as the compiler preprocesses no C")
            findings.error(
                "empty-conditions", description.condition.place,
                f"the condition {description.condition.text!r} does not hold, so nothing is left of this description",
                "define what it asks for: defines = [...] of the bundle",
            )  # fmt: skip
            result.append([])
            continue
        kept = [c.index for c in description.capabilities if not c.condition or f"{number}_{c.index}" in found.marks]
        if not kept and description.capabilities:
            texts = ", ".join(repr(c.condition.text) for c in description.capabilities if c.condition)
            place = next(c.condition.place for c in description.capabilities if c.condition)
            findings.error(
                "empty-conditions", place,
                f"no capability is left: none of the conditions {texts} holds",
                "define what they ask for: defines = [...] of the bundle",
            )  # fmt: skip
        result.append(kept)
    return result


def without_warnings(arguments: Sequence[str]) -> list[str]:
    """Compiler arguments without those that turn a driver's warnings into errors of generated code."""
    return [a for a in arguments if not (a.startswith(("-Werror", "-pedantic")) or re.fullmatch(r"-W[a-z][\w+=-]*", a))]
