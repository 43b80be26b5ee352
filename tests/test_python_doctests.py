"""The examples in docstrings run as written."""

from __future__ import annotations

import doctest
import importlib

import pytest

MODULES = [
    "__init__",
    "attributes",
    "constants",
    "constants.algorithms",
    "constants.keys",
    "constants.protocol",
    "core",
    "errors",
    "files",
    "keys",
    "ops.aead",
    "ops.batch",
    "ops.cipher",
    "ops.derivation",
    "ops.files",
    "ops.hash",
    "ops.interchange",
    "ops.mac",
    "ops.pake",
    "ops.sign_parts",
    "ops.xof",
    "python_driver",
    "storage",
]


@pytest.mark.parametrize("name", MODULES)
def test_examples(name: str) -> None:
    module = importlib.import_module("psa_bridge" if name == "__init__" else f"psa_bridge.{name}")
    result = doctest.testmod(module, extraglobs=vars(importlib.import_module("psa_bridge.constants")))
    assert result.attempted > 0
    assert result.failed == 0
