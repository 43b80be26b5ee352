"""Published vectors through the core, by both software drivers, and that no mechanism they serve is without a test."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from mechanism_cases import CASES, Mechanism
from mechanism_definitions import DEFINED

from psa_bridge import Core
from psa_bridge.mechanisms import services
from psa_bridge.software.driver import make
from psa_bridge.software.table import WHOLE

CORES = {
    "linked-in": Core,
    "stand-in": lambda: Core(make(WHOLE), software=False),
}
"""The software as it usually is, and what it is where libcrypto's headers were missing at build time."""


ELSEWHERE = ("key_derivation_setup", "pake_setup")
"""Families whose tests have the vectors of all their algorithms."""


@cache
def served(name: str) -> frozenset[Mechanism]:
    """The mechanisms that somebody serves."""
    with CORES[name]() as core:
        return frozenset((s.algorithm, s.key_type) for s in services(core) if s.drivers and s.call not in ELSEWHERE)


@pytest.mark.parametrize("name", CORES)
@pytest.mark.parametrize("mechanism", CASES, ids=" ".join)
def test_published_vectors(name: str, mechanism: Mechanism) -> None:
    if mechanism not in served(name):
        assert name == "stand-in", "the software of the library serves everything that has vectors"
        return
    with CORES[name]() as core:
        assert CASES[mechanism](core, name == "linked-in") > 0


def _unmentioned(name: str) -> Iterator[Mechanism]:
    for algorithm, key_type in sorted(served(name)):
        pair = key_type.replace("PUBLIC_KEY", "KEY_PAIR"), key_type.replace("KEY_PAIR", "PUBLIC_KEY")
        line = f"{algorithm} {key_type}"
        if not any((algorithm, kind) in CASES for kind in pair) and not any(re.match(p, line) for p in DEFINED):
            yield algorithm, key_type


@pytest.mark.parametrize("name", CORES)
def test_every_mechanism_of_the_software_has_vectors_or_a_test_against_its_definition(name: str) -> None:
    assert list(_unmentioned(name)) == []


@pytest.mark.parametrize("test", sorted(set(DEFINED.values())))
def test_the_test_that_is_named_exists(test: str) -> None:
    file, _, function = test.partition("::")
    assert f"def {function}(" in (Path(__file__).parent / file).read_text()
