"""Who would serve a call, and why not the others, without making it."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, overload

from psa_bridge._native import ffi, lib
from psa_bridge.constants import Alg
from psa_bridge.ops.base import in_c
from psa_bridge.spec.entry_points import BY_NAME, ENTRY_POINTS
from psa_bridge.spec.plans import PLANS

if TYPE_CHECKING:
    from psa_bridge.attributes import KeyAttributes
    from psa_bridge.ops.base import Native

SERVES = ("SERVES", "NEXT")
"""Reasons of a driver that would be asked: first, or after those before it passed the call on."""


_DRAWN = dict.fromkeys(("generate_random", "cipher_generate_iv", "aead_generate_nonce"), "random")
"""Functions that are nothing but random numbers, which drivers give as a family."""


@dataclass(frozen=True)
class Candidate:
    """What one driver would do with the call.

    Attributes:
        driver: its prefix.
        source: where its description came from.
        linked_in: whether it is part of the core.
        reason: SERVES, NEXT, or why not: DRIVER_TYPE, LOCATION, ENTRY_POINT, ALGORITHM, KEY_TYPE, ...
        text: the reason as a sentence.
        alternative: how it would serve: the entry points that stand in for the call, or None.
        capability: index of the capability that matches or came closest, or None.
        entry_point: the one that is missing or does not match, or None.
    """

    driver: str
    source: str
    linked_in: bool
    reason: str
    text: str
    alternative: str | None
    capability: int | None
    entry_point: str | None

    @property
    def serves(self) -> bool:
        """Whether the driver would be asked, first or after others."""
        return self.reason in SERVES

    @property
    def is_core(self) -> bool:
        """Whether this stands for the core itself, which has no drivers, and serves the call."""
        return self.reason == "CORE" and self.driver == "core"

    def __str__(self) -> str:
        mark = {"SERVES": "->", "NEXT": "then"}.get(self.reason, "no")
        how = f" (by {self.alternative})" if self.serves and self.alternative else ""
        return f"{mark:>4} {self.driver}{how}: {self.text}"


@dataclass(frozen=True)
class Explanation(Sequence[Candidate]):
    """The drivers, each with what it would do. ``str()`` is readable text.

    Those that serve come in the order in which they are asked, the others where they are in the list.
    """

    call: str
    alg: Alg
    attributes: KeyAttributes | None
    candidates: tuple[Candidate, ...]

    @property
    def served_by(self) -> tuple[str, ...]:
        """The drivers that would be asked, in order."""
        return tuple(candidate.driver for candidate in self.candidates if candidate.serves)

    @property
    def by_core(self) -> bool:
        """Whether no driver is asked because the core does it: for keys that are just bytes, say, which it makes."""
        return any(candidate.reason == "CORE" for candidate in self.candidates)

    @overload
    def __getitem__(self, index: int) -> Candidate: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Candidate]: ...

    def __getitem__(self, index: int | slice) -> Candidate | Sequence[Candidate]:
        return self.candidates[index]

    def __iter__(self) -> Iterator[Candidate]:
        return iter(self.candidates)

    def __len__(self) -> int:
        return len(self.candidates)

    def of(self, driver: str) -> Candidate:
        """What the driver with this prefix would do; ``KeyError`` if there is none."""
        for candidate in self.candidates:
            if candidate.driver == driver:
                return candidate
        raise KeyError(driver)

    def __str__(self) -> str:
        what = self.call
        if self.alg:
            what += f" with {self.alg}"
        if self.attributes:
            what += f", key {self.attributes.type} {self.attributes.bits}"
            if self.attributes.location:
                what += f" at location {self.attributes.location:#x}"
        verdict = "" if self.served_by else "\n     nobody: the call returns PSA_ERROR_NOT_SUPPORTED"
        if self.by_core:
            verdict = "\n  -> the core itself"
        drivers = [candidate for candidate in self.candidates if not candidate.is_core]
        return "\n".join([what, *map(str, drivers)]) + verdict


def explain(core: Native, call: str, alg: int, attributes: KeyAttributes | None) -> Explanation:
    """Ask the core; see :meth:`psa_bridge.core.Core.explain`."""
    if not isinstance(call, str):
        raise TypeError(f"call has to be the name of a function or an entry point, not {type(call).__name__}")
    name = call.removeprefix("psa_")
    pointer = in_c(attributes) if attributes is not None and name not in _DRAWN else ffi.NULL
    room = max(int(lib.psab_core_driver_count(core.native)), 1)
    entries = ffi.new("psab_explanation_t[]", room)
    known = {plan.name for plan in PLANS} | {row.name for row in ENTRY_POINTS} | _DRAWN.keys()
    if name not in known:
        close = difflib.get_close_matches(name, known, 3)
        hint = f"; did you mean {' or '.join(close)}?" if close else ""
        raise ValueError(f"{call!r} is not a call that drivers serve{hint}")
    if attributes is not None and alg == 0 and not _takes_algorithm(name):
        alg = attributes.alg  # as the core does: a key is made, exported and destroyed under its own algorithm
    plan, asked = (_DRAWN[name], 0) if name in _DRAWN else (name, alg)
    count = lib.psab_core_explain(core.native, plan.encode(), asked, pointer, entries, room)
    return Explanation(name, Alg(alg), attributes, tuple(_candidate(entries[i]) for i in range(min(count, room))))


def needs_algorithm(call: str) -> bool:
    """Whether the algorithm decides who serves this call, and no key could stand in for it."""
    return _takes_algorithm(call.removeprefix("psa_"))


def _takes_algorithm(name: str) -> bool:
    return name in BY_NAME and any(argument.role.word == "alg" for argument in BY_NAME[name].arguments)


def _candidate(entry: Any) -> Candidate:
    reason = next((name for name, value in _reasons().items() if value == entry.reason), str(entry.reason))
    alternative = ffi.string(entry.alternative_name).decode() if entry.alternative_name != ffi.NULL else None
    return Candidate(
        driver=ffi.string(entry.driver).decode(),
        source=ffi.string(entry.source).decode() if entry.source != ffi.NULL else "",
        linked_in=bool(entry.linked_in),
        reason=reason,
        text=ffi.string(entry.text).decode(errors="replace"),
        alternative=alternative,
        capability=entry.capability if entry.capability >= 0 else None,
        entry_point=ENTRY_POINTS[entry.entry_point].name if entry.entry_point >= 0 else None,
    )


def _reasons() -> dict[str, int]:
    prefix = "PSAB_REASON_"
    return {name.removeprefix(prefix): value for value, name in ffi.typeof("psab_reason_t").elements.items()}
