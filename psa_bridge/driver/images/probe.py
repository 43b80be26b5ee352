"""Questions to the compiler: constant values, type comparisons, whether a call compiles.

A probe is a C file with one question per line.  It is compiled to an object whose data holds
the answers, so nothing depends on the wording or the language of messages.  A line that does
not compile is a question without an answer; it is taken out and the rest is asked again.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from psa_bridge.driver.images import elf
from psa_bridge.driver.images.compiler import CompilerError, Diagnostic
from psa_bridge.driver.images.tools import Tools

_SYMBOL = "psab_answers"
_ROUNDS = 8
_CALL_FLAGS = ("-Wconversion", "-Wint-conversion", "-Wincompatible-pointer-types", "-Wimplicit-function-declaration")


@dataclass(frozen=True)
class Question:
    """One question.

    ``expression`` is an integer constant expression whose value is wanted.  ``function`` is
    instead a whole function definition, on one line: the answer is 1 if it compiles without
    errors and without warnings.
    """

    expression: str = ""
    function: str = ""


@dataclass
class Answers:
    """Values by question, and why questions have none.

    ``failures`` maps questions to what the compiler said; ``other`` are errors that belong to
    no question, for instance inside a header.
    """

    values: dict[Question, int] = field(default_factory=dict)
    failures: dict[Question, str] = field(default_factory=dict)
    other: list[Diagnostic] = field(default_factory=list)
    stderr: str = ""


def constant(text: str) -> Question:
    """The value of an integer constant expression; anything else does not compile."""
    return Question(f"0 * (long long)sizeof(struct {{ int x : 1 + 0 * ({text}); }}) + (long long)({text})")


def size_of(ctype: str) -> Question:
    """``sizeof`` a type."""
    return Question(f"(long long)sizeof({ctype})")


def same_type(name: str, ctype: str) -> Question:
    """Whether a function, or a pointer to one, has a given function type."""
    return Question(f"__builtin_types_compatible_p(__typeof__(*({name})), {ctype})")


def is_pointer(name: str) -> Question:
    """Whether a name that can be called is a pointer to a function rather than a function."""
    return Question(f"!__builtin_types_compatible_p(__typeof__({name}), __typeof__(*({name})))")


def ask(tools: Tools, preamble: str, questions: Sequence[Question], arguments: Sequence[str]) -> Answers:
    """Compile the questions behind a preamble of includes."""
    answers = Answers()
    remaining = list(dict.fromkeys(questions))
    for _ in range(_ROUNDS):
        failed = _round(tools, preamble, remaining, arguments, answers)
        if not failed:
            return answers
        remaining = [question for question in remaining if question not in failed]
    return answers


def _round(
    tools: Tools, preamble: str, questions: list[Question], arguments: Sequence[str], answers: Answers
) -> set[Question]:
    """One compilation; returns the questions that did not compile."""
    compiler, directory = tools.compiler, tools.directory
    text, lines = _source(preamble, questions)
    source, target = directory / "probe.c", directory / "probe.o"
    source.write_text(text, encoding="utf-8")
    expansion = [] if compiler.is_clang else ["-ftrack-macro-expansion=0"]
    run = compiler.run([*arguments, *_CALL_FLAGS, *expansion, "-O0", "-g0", "-c", str(source), "-o", str(target)])
    failed: dict[Question, list[str]] = {}
    other = []
    for diagnostic in run.diagnostics:
        question = lines.get(diagnostic.line) if Path(diagnostic.file) == source else None
        if question is not None and (
            diagnostic.level == "error" or (question.function and diagnostic.level == "warning")
        ):
            failed.setdefault(question, []).append(diagnostic.message)
        elif diagnostic.level == "error":
            other.append(diagnostic)
    for question, messages in failed.items():
        answers.failures[question] = "\n".join(messages)
    answers.stderr = run.stderr
    if run.ok:
        read = _read(target, questions)  # a call that is only warned about has its element too
        answers.values.update({question: value for question, value in read.items() if question not in failed})
        return set()
    answers.other = other
    if not failed and not other:
        raise CompilerError(f"{' '.join(run.command)} failed:\n{run.stderr.strip()}")
    return set(failed)


def _source(preamble: str, questions: list[Question]) -> tuple[str, dict[int, Question]]:
    lines: dict[int, Question] = {}
    text = preamble if preamble.endswith("\n") else preamble + "\n"
    number = text.count("\n") + 1
    body = []
    for question in questions:
        if question.function:
            body.append(question.function)
            lines[number] = question
            number += 1
    body.append(f"extern const long long {_SYMBOL}[]; const long long {_SYMBOL}[] = {{")
    number += 1
    for question in questions:
        body.append(f"{question.expression or '1'},")
        if question.expression:
            lines[number] = question
        number += 1
    body.append("0};\n")
    return text + "\n".join(body), lines


def _read(target: Path, questions: list[Question]) -> dict[Question, int]:
    file = elf.Elf(target.read_bytes())
    symbol = next(symbol for symbol in file.symbols() if symbol.name == _SYMBOL)
    data = file.content(file.sections[symbol.section])[symbol.value :]
    numbers = struct.unpack_from(f"{file.order}{len(questions)}q", data)
    return dict(zip(questions, numbers, strict=True))
