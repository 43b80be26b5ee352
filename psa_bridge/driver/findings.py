"""Findings: what is wrong with a description, a bundle or an image, where, and what would be right.

A finding is data.  The command line renders it as text, JSON or SARIF; nothing is
formatted before that.  A rule has a stable id; :data:`RULES` holds one sentence for each.
"""

from __future__ import annotations

import contextlib
import difflib
from collections.abc import Iterable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass, field
from enum import Enum


class Severity(Enum):
    """How bad a finding is. Only errors keep a driver from being used."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"

    @property
    def rank(self) -> int:
        """Zero for the most severe."""
        return list(Severity).index(self)


@dataclass(frozen=True)
class Rule:
    """A kind of finding: a stable id in kebab case and a sentence that says what it is about."""

    id: str
    summary: str


RULES: dict[str, Rule] = {}
"""Every rule that a finding may name; filled by :func:`register` where the rules are checked."""


def register(table: str) -> None:
    """Add rules, one per line: the id, then its summary. The same id twice is a ``ValueError``."""
    for line in table.strip().splitlines():
        name, _, summary = line.strip().partition(" ")
        if name in RULES and RULES[name].summary != summary.strip():
            raise ValueError(f"rule {name!r} is registered twice")
        RULES[name] = Rule(name, summary.strip())


DETAIL_LINES = 20
"""How many lines of a finding's detail are shown; the first error of a compiler is the one that counts."""


@dataclass(frozen=True)
class Place:
    """Where something stands: a file and, as far as known, the JSON path, line and column (both from 1)."""

    file: str = ""
    json_path: str = ""
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        text = self.file
        if self.line:
            text += f":{self.line}" + (f":{self.column}" if self.column else "")
        return text


@dataclass(frozen=True)
class Related:
    """Another place that a finding is about, for instance a C declaration, and why."""

    place: Place
    message: str


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong or worth knowing.

    ``message`` says what is wrong, ``remedy`` what would be right, ``detail`` holds longer
    material such as a compiler's output or text to paste.
    """

    rule: str
    severity: Severity
    message: str
    remedy: str = ""
    place: Place = field(default_factory=Place)
    related: tuple[Related, ...] = ()
    detail: str = ""

    @property
    def is_error(self) -> bool:
        """Whether this finding alone makes the input unusable."""
        return self.severity is Severity.ERROR

    def render(self) -> str:
        """Readable text: a line in the form of compilers, then remedy and related places, indented."""
        head = f"{self.place}: " if self.place.file else ""
        where = f" at {self.place.json_path}" if self.place.json_path not in ("", "$") else ""
        lines = [f"{head}{self.severity.value}:{where and where + ':'} {self.message} [{self.rule}]"]
        if self.remedy:
            lines.append(f"    remedy: {self.remedy}")
        for other in self.related:
            path = f" ({other.place.json_path})" if other.place.json_path else ""
            lines.append(f"    {other.place}{path}: {other.message}")
        detail = self.detail.splitlines()
        shown_lines = detail if len(detail) <= DETAIL_LINES else detail[: DETAIL_LINES - 1]
        lines.extend("    | " + line for line in shown_lines)
        if len(shown_lines) < len(detail):
            lines.append(f"    | ... and {len(detail) - len(shown_lines)} more lines")
        return "\n".join(lines)


class Findings:
    """A collection of findings, in the order of discovery; each of them once."""

    def __init__(self, findings: Iterable[Finding] = ()) -> None:
        self._items: dict[Finding, None] = dict.fromkeys(findings)

    def __iter__(self) -> Iterator[Finding]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def add(self, finding: Finding) -> None:
        """Add one finding; its rule must be registered."""
        if finding.rule not in RULES:
            raise ValueError(f"unregistered rule {finding.rule!r}")
        self._items.setdefault(finding)

    def extend(self, findings: Iterable[Finding]) -> None:
        """Add several findings."""
        for finding in findings:
            self.add(finding)

    def report(
        self,
        rule: str,
        severity: Severity,
        place: Place,
        message: str,
        remedy: str = "",
        *,
        related: tuple[Related, ...] = (),
        detail: str = "",
    ) -> None:
        """Add a finding given by its parts."""
        self.add(Finding(rule, severity, message, remedy, place, related, detail))

    def error(self, rule: str, place: Place, message: str, remedy: str = "", related: tuple[Related, ...] = ()) -> None:
        """Add an error."""
        self.report(rule, Severity.ERROR, place, message, remedy, related=related)

    def warning(
        self, rule: str, place: Place, message: str, remedy: str = "", related: tuple[Related, ...] = ()
    ) -> None:
        """Add a warning."""
        self.report(rule, Severity.WARNING, place, message, remedy, related=related)

    def note(self, rule: str, place: Place, message: str, remedy: str = "", related: tuple[Related, ...] = ()) -> None:
        """Add a note."""
        self.report(rule, Severity.NOTE, place, message, remedy, related=related)

    @property
    def errors(self) -> tuple[Finding, ...]:
        """The errors only."""
        return tuple(finding for finding in self._items if finding.is_error)

    def sorted(self) -> tuple[Finding, ...]:
        """By file, then position, then severity; stable otherwise."""
        return tuple(
            sorted(self._items, key=lambda f: (f.place.file, f.place.line, f.place.column, f.severity.rank)),
        )

    def render(self) -> str:
        """All findings as text, sorted, with a closing line of counts; empty for an empty collection."""
        if not self._items:
            return ""
        counts = [(s.value, sum(1 for f in self._items if f.severity is s)) for s in Severity]
        summary = ", ".join(f"{n} {word}{'s' if n != 1 else ''}" for word, n in counts if n)
        return "\n".join([*(finding.render() for finding in self.sorted()), summary])


_HEARD: ContextVar[Findings | None] = ContextVar("heard", default=None)


@contextlib.contextmanager
def collecting() -> Iterator[Findings]:
    """Everything that is found in this context, with images that are built or cached, or in place of them."""
    found = Findings()
    token = _HEARD.set(found)
    try:
        yield found
    finally:
        _HEARD.reset(token)


def tell(findings: Iterable[Finding]) -> None:
    """Say what was found to whoever collects."""
    found = _HEARD.get()
    if found is not None:
        found.extend(findings)


class FindingsError(Exception):
    """Raised with everything that was found; ``findings`` holds errors, warnings and notes."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = findings if isinstance(findings, Findings) else Findings(findings)
        tell(self.findings)
        super().__init__(self.findings.render())


class DescriptionError(FindingsError):
    """A driver description, or a list of them, cannot be used."""


def shown(text: object, limit: int = 60) -> str:
    """A value for a message: quoted, control characters escaped, and cut to a readable length."""
    quoted = ascii(text)
    return quoted if len(quoted) <= limit else quoted[: limit - 3] + "..."


def did_you_mean(word: str, candidates: Iterable[str]) -> str:
    """``did you mean 'x'?`` for the most similar candidate, or an empty string."""
    pool = list(candidates)
    matches = difflib.get_close_matches(word[:200], pool, n=1, cutoff=0.7)
    if not matches:
        folded = {candidate.lower(): candidate for candidate in pool}
        matches = [folded[m] for m in difflib.get_close_matches(word[:200].lower(), list(folded), n=1, cutoff=0.7)]
    return f"did you mean {matches[0]!r}?" if matches else ""
