"""What importing loads: nothing before it is used."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = frozenset({"cryptography", "elftools", "cbor2", "matplotlib", "hypothesis", "pytest", "asyncio"})
"""Top modules that are slow to load."""


def loaded_by(code: str) -> set[str]:
    """The modules that a new interpreter has after running some code, beyond those it starts with."""
    show = "import sys; before = set(sys.modules)\n{}\nprint('\\n', *(set(sys.modules) - before), sep='\\n')"
    run = [sys.executable, "-c", show.format(code)]
    return set(subprocess.run(run, check=True, capture_output=True, text=True).stdout.rpartition("\n\n")[2].split())


def test_importing_the_package_loads_nothing_of_it() -> None:
    ours = {name for name in loaded_by("import psa_bridge") if name.startswith(("psa_bridge.", "_cffi"))}
    assert ours == set()


@pytest.mark.parametrize(
    "code", ["import psa_bridge", "from psa_bridge import Core, Key, Alg", "import psa_bridge.cli"]
)
def test_importing_loads_no_heavy_module(code: str) -> None:
    assert {name.partition(".")[0] for name in loaded_by(code)} & HEAVY == set()


def test_help_is_printed_without_the_compiled_core() -> None:
    code = "import psa_bridge.cli\ntry:\n    psa_bridge.cli.main(['--help'])\nexcept SystemExit:\n    pass"
    loaded = loaded_by(code)
    assert "psa_bridge.cli.lint" in loaded
    assert {name for name in loaded if name == "psa_bridge._core"} == set()
    assert {name.partition(".")[0] for name in loaded} & HEAVY == set()
