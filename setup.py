"""Everything static is in pyproject.toml; here is what has to be computed."""

import sys
from pathlib import Path

from setuptools import find_packages, setup

sys.path.insert(0, str(Path(__file__).resolve().parent))

from build_ext import command_classes, extension
from psa_bridge.cbuild.python import LIMITED, TAG

setup(
    packages=find_packages(include=["psa_bridge", "psa_bridge.*"]),
    package_data={"psa_bridge": ["py.typed", "_core.pyi", "cli/skeletons/*/*", "cli/skeletons/*/.*"]},
    ext_modules=[extension()],
    cmdclass=command_classes(),
    options={"bdist_wheel": {"py_limited_api": TAG}} if LIMITED else {},
)
