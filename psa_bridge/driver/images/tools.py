"""What every step of a build works with."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from psa_bridge.driver.findings import Findings
from psa_bridge.driver.images.compiler import Compiler
from psa_bridge.driver.platform import Platform


@dataclass(frozen=True)
class Tools:
    """The compiler, the platform to build for, a directory for intermediate files, and where findings go."""

    compiler: Compiler
    platform: Platform
    directory: Path
    findings: Findings
