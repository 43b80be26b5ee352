"""Cipher suites in the layout of a foreign SDK: a PAKE driver compiled against its headers gets every member."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from image_harness import HERE, compile_object
from pake_sides import CONFIRM, SECRET, SHARE, jpake_pair, pair_data, pair_type, run_jpake, spake2p

from psa_bridge import Alg, Core, EccFamily, KeyAttributes, Usage
from psa_bridge.driver.bundle import build_image, load_bundle

SDK, SOURCE = HERE / "sdk", HERE / "suite"


def core(tmp_path: Path, *defines: str) -> Core:
    arguments = (f"-I{SDK}", *(f"-D{define}" for define in defines))
    target = compile_object(SOURCE / "suite.c", tmp_path / "suite.o", "-fPIC", *arguments)
    image = build_image(
        load_bundle(SOURCE / "suite.json", objects=[target], include=[SDK, SOURCE], defines=list(defines))
    )
    assert image.foreign_headers
    return Core(image)


def seen(tmp_path: Path, alg: int, *defines: str) -> tuple[int, ...]:
    """Algorithm, group and confirmation as the driver got them."""
    with core(tmp_path, "SDK_PAKE", *defines) as made, made.trace() as events:
        if alg == Alg.SPAKE2P_MATTER:
            family = EccFamily.SECP_R1
            attributes = KeyAttributes(pair_type(family), 256, usage=Usage.DERIVE, alg=alg)
            one = spake2p(made, made.import_key(attributes, pair_data(family, 256)), True)
            for give, step in ((True, SHARE), (False, SHARE), (False, CONFIRM), (True, CONFIRM)):
                one.output(step) if give else one.input(step, bytes(65 if step == SHARE else 32))
        else:
            one, two = jpake_pair(made)
            run_jpake(one, two)
        secret = one.get_shared_key(SECRET).export()
        assert {event.driver for event in events if event.entry_point.startswith("pake")} == {"suite"}
    return struct.unpack("=3I", secret[:12])


@pytest.mark.parametrize("alg", [Alg.JPAKE(Alg.SHA_256), Alg.SPAKE2P_MATTER], ids=str)
def test_a_suite_arrives_with_its_confirmation(tmp_path: Path, alg: int) -> None:
    assert seen(tmp_path, alg, "SDK_CONFIRMATION") == (alg, 0x01120100, alg == Alg.JPAKE(Alg.SHA_256))


def test_headers_that_know_no_confirmation_do_without(tmp_path: Path) -> None:
    alg = Alg.JPAKE(Alg.SHA_256)
    assert seen(tmp_path, alg) == (alg, 0x01120100, 0)
