"""Fixtures for tests of the Python API.  The compiled core is only imported by tests that use it."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from psa_bridge import Core, Key

DRIVERS = Path(__file__).resolve().parent.parent / "drivers"

# Images that tests build are kept with the other build results, not in the user's cache.
os.environ.setdefault("PSA_BRIDGE_CACHE", str(DRIVERS.parent / "build" / "cache"))

settings.register_profile(
    "default", deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
settings.register_profile("thorough", settings.get_profile("default"), max_examples=1000)
settings.register_profile("same", settings.get_profile("default"), derandomize=True)

REQUIRED = os.environ.get("PSA_BRIDGE_TEST_COMPONENTS") == "required"
"""Where every component is installed, as in CI, a test that skips because it *needs* one has not done its work."""

# What fails in CI is to say something about the change, so the same cases are tried there every time.
settings.load_profile(os.environ.get("PSAB_HYPOTHESIS", "same" if REQUIRED else "default"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if REQUIRED and report.skipped and isinstance(report.longrepr, tuple) and "needs " in report.longrepr[2]:
        report.outcome = "failed"
        report.longrepr = f"{report.longrepr[2]}, and all components have to be here"
    return report


@pytest.fixture
def core() -> Iterator[Core]:
    """A core with the software driver alone."""
    from psa_bridge import Core  # noqa: PLC0415

    with Core() as instance:
        yield instance


@pytest.fixture
def p256(core: Core) -> Key:
    """A P-256 key pair that may sign and verify hashes and messages with ECDSA and SHA-256, be exported and copied."""
    from psa_bridge import Alg, EccFamily, KeyAttributes, KeyType, Usage  # noqa: PLC0415

    usage = Usage.SIGN_HASH | Usage.VERIFY_HASH | Usage.EXPORT | Usage.COPY
    kind = KeyType.ECC_KEY_PAIR(EccFamily.SECP_R1)
    return core.generate_key(KeyAttributes(kind, 256, usage=usage, alg=Alg.ECDSA(Alg.SHA_256)))
