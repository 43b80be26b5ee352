"""The C tests, one test per program and variant."""

from __future__ import annotations

import functools
from pathlib import Path

import c_runner
import pytest
from locking import locked


@functools.cache
def variant(name: str) -> c_runner.Variant:
    with locked(c_runner.directory(name)):
        return c_runner.Variant(name)


@pytest.mark.parametrize("name", c_runner.VARIANTS)
@pytest.mark.parametrize("source", c_runner.programs(), ids=lambda path: path.stem)
def test_c_program_passes(name: str, source: Path) -> None:
    outcome = variant(name).run(source)
    assert outcome.passed, outcome.output
