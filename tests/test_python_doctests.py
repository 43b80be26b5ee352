"""The examples in docstrings run as written."""

from __future__ import annotations

import doctest
import importlib

import pytest

MODULES = [
    "__init__",
    "attributes",
    "core",
    "constants",
    "files",
    "ops.files",
    "ops.batch",
    "ops.hash",
    "ops.interchange",
]


@pytest.mark.parametrize("name", MODULES)
def test_examples(name: str) -> None:
    module = importlib.import_module("psa_bridge" if name == "__init__" else f"psa_bridge.{name}")
    result = doctest.testmod(module, extraglobs=vars(importlib.import_module("psa_bridge.constants")))
    assert result.attempted > 0
    assert result.failed == 0
