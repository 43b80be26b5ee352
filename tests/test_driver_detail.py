"""What a driver in C says about a failure reaches the application with the status."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import pytest
from image_harness import HERE, LoadedImage

from psa_bridge import Alg, Core, HardwareFailure, InvalidArgument, PsaError
from psa_bridge.driver.bundle import build_image, load_bundle

FOLDER = HERE / "words"


@pytest.fixture(scope="module")
def words() -> Iterator[Core]:
    with Core() as core:
        core.load(FOLDER / "words.json", sources=[FOLDER / "words.c"], include=[FOLDER])
        yield core


def failure(core: Core, message: bytes) -> PsaError:
    with pytest.raises(HardwareFailure) as raised:
        core.hash_compute(Alg.SHA_256, message)
    return raised.value


def test_explanation_is_part_of_the_error(words: Core) -> None:
    error = failure(words, b"fthe engine is locked")
    assert error.driver == "words"
    assert error.entry_point == "hash_compute"
    assert "the engine is locked" in str(error)
    assert "earlier" not in str(error)


def test_control_characters_do_not_reach_a_terminal(words: Core) -> None:
    assert "?[31mred?line??" in str(failure(words, b"f\x1b[31mred\nline\x7f\t"))


def test_long_explanation_is_cut_and_broken_text_survives(words: Core) -> None:
    assert "x" * 191 in str(failure(words, b"f" + b"x" * 900))
    assert "\N{REPLACEMENT CHARACTER}" in str(failure(words, b"f\xff\xfe"))


def test_null_explains_nothing(words: Core) -> None:
    assert str(failure(words, b"")).endswith("returned by driver words (hash_compute)")


def test_explanation_of_a_call_that_succeeds_or_falls_back_goes_nowhere(words: Core) -> None:
    assert words.hash_compute(Alg.SHA_256, b"sall is well") == bytes(32)
    assert words.hash_compute(Alg.SHA_256, b"nnot mine") == hashlib.sha256(b"nnot mine").digest()
    with pytest.raises(InvalidArgument) as raised:
        words.hash_compute(Alg.HMAC(Alg.SHA_256), b"")
    assert "mine" not in str(raised.value)


def test_explanation_outside_of_a_core_is_taken_by_the_glue() -> None:
    image = LoadedImage(build_image(load_bundle(FOLDER / "words.json", sources=[FOLDER / "words.c"], include=[FOLDER])))
    assert image.driver("words").call("hash_compute", int(Alg.SHA_256), b"s") == [bytes(32)]
