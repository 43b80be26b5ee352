"""The tutorial, followed literally in an empty folder: files are written, commands typed, outputs compared."""

from __future__ import annotations

from pathlib import Path

from documents import ROOT, follow, matches


def test_the_tutorial_works_as_written(tmp_path: Path) -> None:
    follow(ROOT / "docs" / "tutorial.md", tmp_path)


def test_an_output_that_differs_is_noticed() -> None:
    assert matches("a\n...\nz\n", "a\nb\nc\nz\n")
    assert matches("took ... us", "took 3.4 us\n")
    assert not matches("a\nz\n", "a\nb\nz\n")
    assert not matches("a", "ab")
    assert matches("a\n...\n", "a\n")
    assert matches("a\n...\n", "a\nb\n")
    assert not matches("a\n...\n", "ab\n")
