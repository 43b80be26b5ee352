"""Where the C side is: package data of an installed psa_bridge, or the checkout."""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent
CHECKOUT = PACKAGE.parent


def _tree(name: str) -> Path:
    installed = PACKAGE / "_data" / name
    return installed if installed.is_dir() else CHECKOUT / name


CSRC = _tree("csrc")
"""C sources of the core."""

INCLUDE = CSRC / "include"
"""Headers for C users and drivers: ``psa/`` and ``psab/``, without the generated ones."""

DRIVERS = _tree("drivers")
"""The drivers that come with psa_bridge, one folder each."""
