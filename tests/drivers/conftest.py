"""Fixtures: each driver compiled once per session, reached without a core."""

from __future__ import annotations

import platform
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # vectors.py, shared with the tests of the core

from harness import DRIVERS, Driver, build

P256_SOURCES = [DRIVERS / "p256_plugin" / name for name in ("p256.c", "p256_point.c", "p256_field.c")]


def _folder(name: str) -> list[Path]:
    return sorted((DRIVERS / name).glob("*.c"))


@pytest.fixture(scope="session")
def libcrypto(tmp_path_factory: pytest.TempPathFactory) -> Driver:
    return Driver(build(_folder("libcrypto"), tmp_path_factory.mktemp("libcrypto"), "-lcrypto"), "libcrypto")


@pytest.fixture(scope="session")
def x86_sha(tmp_path_factory: pytest.TempPathFactory) -> Driver:
    if platform.machine() not in ("x86_64", "AMD64"):
        pytest.skip("not an x86-64 processor")
    driver = Driver(build(_folder("x86_sha"), tmp_path_factory.mktemp("x86_sha")), "x86_sha")
    if not driver.library.x86_sha_available():
        pytest.skip("this processor has no SHA instructions")
    return driver


@pytest.fixture(scope="session", params=["", "-U__SIZEOF_INT128__"], ids=["64-bit words", "32-bit words"])
def p256(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Driver:
    flags = [request.param] if request.param else []
    return Driver(build(_folder("p256_plugin"), tmp_path_factory.mktemp("p256"), flags=flags), "p256_plugin")


@pytest.fixture(scope="session")
def wrapped_se(tmp_path_factory: pytest.TempPathFactory) -> Driver:
    flags = [f"-I{DRIVERS / 'p256_plugin'}"]
    sources = [*_folder("wrapped_se"), *P256_SOURCES]
    driver = Driver(build(sources, tmp_path_factory.mktemp("wrapped_se"), flags=flags), "wrapped_se")
    driver.call("init")
    return driver
