"""The examples in docstrings run as written."""

from __future__ import annotations

import doctest
import importlib
import subprocess
import sys
import time

import pytest

MODULES = ["__init__", "attributes", "core", "constants", "files", "ops.files", "ops.hash", "ops.interchange"]


@pytest.mark.parametrize("name", MODULES)
def test_examples(name: str) -> None:
    module = importlib.import_module("psa_bridge" if name == "__init__" else f"psa_bridge.{name}")
    result = doctest.testmod(module, extraglobs=vars(importlib.import_module("psa_bridge.constants")))
    assert result.attempted > 0
    assert result.failed == 0


def test_a_cold_import_does_no_work() -> None:
    """Importing is compared with starting an interpreter that imports what any program does."""

    def seconds(code: str) -> float:
        times = []
        for _ in range(5):
            start = time.perf_counter()
            subprocess.run([sys.executable, "-c", code], check=True)
            times.append(time.perf_counter() - start)
        return min(times)

    assert seconds("import psa_bridge") - seconds("pass") < 0.06
