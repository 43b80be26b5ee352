"""The C compiler: which one, what identifies it, running it, and reading what it says."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

TIMEOUT = 120.0
"""Seconds after which a compiler or linker run counts as hung."""


NAME_A_COMPILER = "install gcc or clang, or name a C compiler with compiler = ... of the bundle or CC"


class CompilerError(Exception):
    """No usable compiler, or a run that could not be carried out."""


@dataclass(frozen=True)
class Diagnostic:
    """One line of a compiler's output."""

    file: str
    line: int
    column: int
    level: str
    message: str


@dataclass(frozen=True)
class Run:
    """The outcome of a compiler run."""

    command: tuple[str, ...]
    returncode: int
    stdout: str
    stderr: str

    @property
    def ok(self) -> bool:
        """Whether the run succeeded."""
        return self.returncode == 0

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """What can be attributed to a file and a line."""
        return parse_diagnostics(self.stderr)


_DIAGNOSTIC = re.compile(
    r"^(?P<file>[^\s:][^:]*):(?P<line>\d+):(?:(?P<col>\d+):)? (?P<level>fatal error|error|warning|note): (?P<text>.*)$"
)


def parse_diagnostics(text: str) -> tuple[Diagnostic, ...]:
    """Read ``file:line:column: level: message`` lines, as gcc and clang write them."""
    found = []
    for line in text.splitlines():
        match = _DIAGNOSTIC.match(line)
        if match:
            level = "error" if match["level"] == "fatal error" else match["level"]
            found.append(Diagnostic(match["file"], int(match["line"]), int(match["col"] or 0), level, match["text"]))
    return tuple(found)


@dataclass(frozen=True)
class Compiler:
    """A C compiler and its C++ companion, each a command with fixed arguments."""

    cc: tuple[str, ...]
    cxx: tuple[str, ...]

    @property
    def identity(self) -> str:
        """Changes when the compiler does: command, resolved path, size and time of the executable."""
        parts = []
        for command in (self.cc, self.cxx):
            path = Path(shutil.which(command[0]) or command[0]).resolve()
            try:
                status = path.stat()
                parts.append(f"{shlex.join(command)}={path}:{status.st_size}:{status.st_mtime_ns}")
            except OSError:
                parts.append(f"{shlex.join(command)}=missing")
        return " ".join(parts)

    @property
    def is_clang(self) -> bool:
        """Whether the options of clang apply."""
        return "clang" in Path(self.cc[0]).name or "zig" in " ".join(self.cc)

    def run(self, arguments: Sequence[str], cxx: bool = False, stdin: str | None = None) -> Run:
        """Run with messages in English and with the paths that were given, which ccache makes relative to a base.

        :class:`CompilerError` where it cannot be started or hangs.
        """
        command = (*(self.cxx if cxx else self.cc), *arguments)
        environment = {**os.environ, "LC_ALL": "C", "LANGUAGE": "C", "GCC_COLORS": "", "CCACHE_BASEDIR": ""}
        try:
            done = subprocess.run(
                command, input=stdin, capture_output=True, text=True, errors="replace", env=environment,
                timeout=TIMEOUT, check=False,
            )  # fmt: skip
        except FileNotFoundError as error:
            raise CompilerError(f"the compiler {command[0]!r} was not found; name one with compiler= or CC") from error
        except subprocess.TimeoutExpired as error:
            raise CompilerError(f"{shlex.join(command)} did not end within {TIMEOUT:.0f} s") from error
        except OSError as error:
            raise CompilerError(f"{command[0]!r} cannot be run: {error.strerror}") from error
        return Run(command, done.returncode, done.stdout, done.stderr)

    def library(self, name: str) -> Path | None:
        """Where the compiler finds a library by file name, or None."""
        answer = self.run([f"-print-file-name={name}"]).stdout.strip()
        return Path(answer) if answer and answer != name and Path(answer).is_file() else None


_CXX = {"gcc": "g++", "cc": "c++", "clang": "clang++"}


_CXX_NAME = re.compile(r"(.*-)?(g|c|clang)\+\+(-[\d.]+)?")


def find_compiler(wanted: str | None = None) -> Compiler:
    """The compiler that is asked for, else ``CC``, else the first of cc, gcc, clang on the path."""
    text = wanted or os.environ.get("CC")
    if text:
        cc = _split(text)
        if not cc or shutil.which(cc[0]) is None:
            raise CompilerError(f"the compiler {text!r} was not found")
    else:
        name = next((name for name in ("cc", "gcc", "clang") if shutil.which(name)), None)
        if name is None:
            raise CompilerError("no C compiler was found: install gcc or clang, or name one with compiler= or CC")
        cc = (name,)
    if any(_CXX_NAME.fullmatch(Path(word).name) for word in cc):
        raise CompilerError(f"{text or name!r} compiles C++, but drivers and glue are compiled as C")
    return Compiler(cc, _cxx_for(cc, wanted))


def _split(text: str) -> tuple[str, ...]:
    """The words of a command, as a shell would split it."""
    try:
        return tuple(shlex.split(text))
    except ValueError as error:
        raise CompilerError(f"the compiler {text!r} is no command: {error}") from error


def _cxx_for(cc: tuple[str, ...], wanted: str | None) -> tuple[str, ...]:
    """The C++ compiler that belongs to a C compiler: ``CXX``, else by its name."""
    if not wanted and os.environ.get("CXX"):
        return _split(os.environ["CXX"])
    path = Path(cc[0])
    for c_name, cxx_name in _CXX.items():
        match = re.fullmatch(rf"(.*-)?{c_name}(-[\d.]+)?", path.name)
        if match:
            name = f"{match[1] or ''}{cxx_name}{match[2] or ''}"
            return (str(path.with_name(name)) if path.parent != Path() else name, *cc[1:])
    return ("c++", *cc[1:])
