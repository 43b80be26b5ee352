"""How fast drivers are: which mechanisms they serve, by size, beside the software in the same run."""

from __future__ import annotations

from psa_bridge.bench.catalogue import MECHANISMS, Mechanism
from psa_bridge.bench.compare import Comparison, Point, compare, served
from psa_bridge.bench.timing import best_of

__all__ = ["MECHANISMS", "Comparison", "Mechanism", "Point", "best_of", "compare", "served"]
"""Plotting is in :mod:`psa_bridge.bench.plot`, which needs matplotlib."""
