"""PAKE drivers in C and in Python, transparent and opaque: they serve each entry point, and the trace says so."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any, ClassVar

import pytest
from image_harness import HERE
from pake_drivers import ENTRY_POINTS, LOCATION, Matchmaker, Vault
from pake_sides import (
    CONFIRM,
    P256,
    R1,
    SECRET,
    SHARE,
    jpake,
    jpake_suite,
    pair_data,
    pair_type,
    password,
    run_jpake,
    run_spake2p,
    secret,
    spake2p,
    spake2p_keys,
)

from psa_bridge import (
    Alg,
    Core,
    CorruptionDetected,
    InvalidSignature,
    KeyAttributes,
    KeyType,
    NotSupported,
    PakeCipherSuite,
    PakeOperation,
    PsaError,
    Usage,
)

JPAKE, MATTER = Alg.JPAKE(Alg.SHA_256), Alg.SPAKE2P_MATTER
SAFE_LOCATION = 0x800055


@pytest.fixture(scope="module")
def image() -> Any:
    """The bundle of two C drivers, built once."""
    from psa_bridge.driver.bundle import build_image, load_bundle  # noqa: PLC0415

    return build_image(load_bundle(HERE / "pake"))


@pytest.fixture
def in_c(image: Any) -> Iterator[Core]:
    with Core(image) as core:
        yield core


def fnv(*pieces: bytes | None) -> int:
    """What the C drivers make of their inputs."""
    total = 2166136261
    for piece in pieces:
        for byte in b"\xff\xff\xff\xff" if piece is None else piece:
            total = (total ^ byte) * 16777619 & 0xFFFFFFFF
    return total


def text(data: bytes | None) -> tuple[bytes, bytes] | tuple[None]:
    return (None,) if data is None else (struct.pack(">I", len(data)), data)


def witnessed(suite: PakeCipherSuite, role: int, texts: list[bytes | None], kind: int, bits: int, key: bytes) -> int:
    numbers = struct.pack(">4I", suite.algorithm, suite.primitive, suite.key_confirmation, role)
    return fnv(numbers, *(each for one in texts for each in text(one)), struct.pack(">3I", kind, bits, len(key)), key)


@pytest.mark.parametrize("driver", ["witness", "safe"])
def test_a_driver_in_c_reads_the_inputs_of_jpake(in_c: Core, driver: str) -> None:
    place = {"lifetime": SAFE_LOCATION << 8} if driver == "safe" else {}
    key = password(in_c, b"secret", **place)
    with in_c.trace() as events:
        one, two = jpake(in_c, key, b"alice", b"bob"), jpake(in_c, key, b"bob", b"alice")
        run_jpake(one, two)
        shared = secret(one)
    expected = witnessed(jpake_suite(), 0, [b"alice", b"bob", None], KeyType.PASSWORD, 48, b"secret")
    assert shared[:4].hex() == f"{expected:08x}"
    assert shared[-1] == 18
    assert {(event.driver, event.entry_point) for event in events if "pake" in event.entry_point} == {
        (driver, name) for name in ENTRY_POINTS
    }
    assert next(event for event in events if event.entry_point == "pake_setup").mechanism.startswith(
        "PSA_ALG_JPAKE(PSA_ALG_SHA_256)"
    )


@pytest.mark.parametrize("context", [None, b"", b"context"], ids=str)
@pytest.mark.parametrize("driver", ["witness", "safe"])
def test_a_driver_in_c_reads_the_inputs_of_spake2p(in_c: Core, driver: str, context: bytes | None) -> None:
    data = pair_data(R1, 256)
    place = {"lifetime": SAFE_LOCATION << 8} if driver == "safe" else {}
    attributes = KeyAttributes(pair_type(R1), 256, usage=Usage.DERIVE, alg=MATTER, **place)
    key = in_c.import_key(attributes, data)
    texts = {} if context is None else {"context": context}
    client, server = spake2p(in_c, key, True, user=b"", **texts), spake2p(in_c, key, False, **texts)
    run_spake2p(client, server)
    suite = PakeCipherSuite(MATTER, P256)
    for side, role, user in ((client, 0x11, b""), (server, 0x12, None)):
        shared = secret(side)
        assert shared[:4].hex() == f"{witnessed(suite, role, [user, None, context], pair_type(R1), 256, data):08x}"
        assert shared[-1] == 4


def exchange(core: Core, alg: int, lifetime: int) -> tuple[bytes, bytes]:
    """An exchange of both kinds; the secrets of both sides."""
    if alg == JPAKE:
        key = password(core, lifetime=lifetime)
        one, two = jpake(core, key, b"a", b"b"), jpake(core, key, b"b", b"a")
        run_jpake(one, two)
    else:
        attributes = KeyAttributes(pair_type(R1), 256, usage=Usage.DERIVE, alg=alg, lifetime=lifetime)
        key = core.import_key(attributes, pair_data(R1, 256))
        one, two = spake2p(core, key, True), spake2p(core, key, False)
        run_spake2p(one, two)
    return secret(one), secret(two)


@pytest.mark.parametrize("alg", [JPAKE, MATTER], ids=str)
@pytest.mark.parametrize("driver", [Matchmaker, Vault])
def test_a_driver_in_python_serves_every_entry_point(driver: type[Matchmaker], alg: int) -> None:
    made = driver()
    lifetime = LOCATION << 8 if driver is Vault else 0
    with Core(made) as core, core.trace() as events:
        one, two = exchange(core, alg, lifetime)
        assert one == two
    served = {event.entry_point for event in events if event.driver == made.prefix}
    assert served >= ENTRY_POINTS
    assert not [event for event in events if event.driver == "libcrypto" and event.entry_point in ENTRY_POINTS]
    assert set(made.calls) >= ENTRY_POINTS


@pytest.mark.parametrize("alg", [JPAKE, MATTER], ids=str)
def test_an_element_and_the_software_come_to_the_same_key(alg: int) -> None:
    with Core(Vault()) as element, Core() as software:
        if alg == JPAKE:
            one = jpake(element, password(element, lifetime=LOCATION << 8), b"a", b"b")
            two = jpake(software, password(software), b"b", b"a")
            run_jpake(one, two)
        else:
            data = pair_data(R1, 256)
            pair, public = spake2p_keys(software, software, alg, R1, 256, data)
            attributes = KeyAttributes(pair_type(R1), 256, usage=Usage.DERIVE, alg=alg, lifetime=LOCATION << 8)
            one, two = spake2p(element, element.import_key(attributes, data), True), spake2p(software, public, False)
            assert pair.attributes.bits == 256
            run_spake2p(one, two)
        assert secret(one) == secret(two)


def test_the_shared_key_can_go_to_an_element() -> None:
    with Core(Vault()) as core:
        key = password(core)
        one, two = jpake(core, key, b"a", b"b"), jpake(core, key, b"b", b"a")
        run_jpake(one, two)
        with core.trace() as events:
            kept = one.get_shared_key(KeyAttributes(KeyType.DERIVE, usage=Usage.EXPORT, lifetime=LOCATION << 8))
        assert ("vaultpake", "import_key") in [(event.driver, event.entry_point) for event in events]
        assert kept.export() == secret(two)


def test_a_password_in_an_element_does_not_go_to_the_software() -> None:
    class Store(Vault):
        """An element without PAKE."""

        prefix = "store"
        capabilities: ClassVar = [{"entry_points": ["import_key", "export_key"]}]

    with Core(Store()) as core, pytest.raises(NotSupported):
        core.pake_setup(password(core, lifetime=LOCATION << 8), jpake_suite())


def _long(operation: Any, step: int) -> bytes:
    return bytes(200)


class Liar(Matchmaker):
    """Right but for one method."""

    prefix = "liar"

    def __init__(self, name: str, lie: Any) -> None:
        super().__init__()
        setattr(self, name, lie)


LIES: dict[str, tuple[str, Any, type[Exception]]] = {
    "an output that is too long": ("pake_output", _long, PsaError),
    "an output that is too short": ("pake_output", lambda operation, step: b"\4", CorruptionDetected),
    "an output that is text": ("pake_output", lambda operation, step: "text", TypeError),
    "a secret that is too short": ("pake_get_implicit_key", lambda operation: bytes(15), CorruptionDetected),
    "no secret": ("pake_get_implicit_key", lambda operation: b"", CorruptionDetected),
    "an answer to an input": ("pake_input", lambda operation, step, data: b"yes", TypeError),
}


@pytest.mark.parametrize(("name", "lie", "error"), LIES.values(), ids=LIES.keys())
def test_lies_of_a_driver_are_caught(name: str, lie: Any, error: type[Exception]) -> None:
    with Core(Liar(name, lie), software=True) as core:
        data = pair_data(R1, 256)
        attributes = KeyAttributes(pair_type(R1), 256, usage=Usage.DERIVE, alg=MATTER)
        key = core.import_key(attributes, data)
        with pytest.raises(error):
            _until_lie(spake2p(core, key, True), spake2p(core, key, False))


def _until_lie(client: PakeOperation, server: PakeOperation) -> None:
    run_spake2p(client, server)
    client.get_shared_key(SECRET)


def test_a_wrong_confirmation_names_the_driver_that_found_it() -> None:
    with Core() as core:
        pair, public = spake2p_keys(core, core, MATTER, R1, 256)
        client, server = spake2p(core, pair, True), spake2p(core, public, False)
        server.input(SHARE, client.output(SHARE))
        client.input(SHARE, server.output(SHARE))
        with pytest.raises(InvalidSignature, match=r"driver libcrypto \(pake_input\)"):
            client.input(CONFIRM, bytes(32))


def test_explain_says_who_would_serve() -> None:
    with Core(Matchmaker()) as core:
        said = str(core.explain("pake_setup", alg=JPAKE, key=password(core)))
    assert said.index("matchmaker") < said.index("libcrypto")
