"""Traces, counts and explanations."""

from __future__ import annotations

from typing import Any, ClassVar

import pytest
from oracle import ecc
from python_drivers import Accelerator, SecureElement

from psa_bridge import (
    Alg,
    Core,
    EccFamily,
    InvalidHandle,
    KeyAttributes,
    KeyType,
    NotSupported,
    PythonDriver,
    Usage,
)

ECDSA = Alg.ECDSA(Alg.SHA_256)
P256 = KeyType.ECC_KEY_PAIR(EccFamily.SECP_R1)


def test_a_trace_tells_driver_entry_point_mechanism_status_time_and_sizes(core: Core) -> None:
    key = core.generate_key(ecc("SECP_R1", 256, alg=ECDSA))
    with core.trace() as events:
        key.sign_message(ECDSA, b"some message")
    hashing, signing = events
    assert (hashing.driver, hashing.entry_point, hashing.mechanism) == ("libcrypto", "hash_compute", "PSA_ALG_SHA_256")
    assert (hashing.input_bytes, hashing.output_bytes) == (12, 32)
    assert signing.mechanism == "PSA_ALG_ECDSA(PSA_ALG_SHA_256) PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1) 256"
    assert (signing.alg, signing.key_type, signing.bits) == (ECDSA, P256, 256)
    assert signing.sizes["signature"] == 64
    assert signing.status_name == "PSA_SUCCESS"
    assert signing.duration_ns > 0
    assert signing.start_ns >= hashing.start_ns + hashing.duration_ns
    assert [event.sequence for event in events] == [0, 1]
    assert (signing.depth, signing.thread) == (1, hashing.thread)


def test_nothing_secret_is_in_a_trace(core: Core) -> None:
    secret = bytes(range(1, 33))
    with core.trace() as events:
        key = core.import_key(ecc("SECP_R1", 256, alg=ECDSA), secret)
        key.sign_hash(ECDSA, bytes(32))
        key.export()
    text = str(events) + repr(events[:]) + events.table()
    assert "1, 2, 3" not in text and secret.hex() not in text


def test_a_trace_can_be_read_while_it_runs_and_stops_with_its_block(core: Core) -> None:
    with core.trace() as events:
        assert len(events) == 0
        core.hash_compute(Alg.SHA_256, b"")
        assert len(events) == 1
        core.hash_compute(Alg.SHA_384, b"")
    core.hash_compute(Alg.SHA_512, b"")
    assert [event.alg for event in events] == [Alg.SHA_256, Alg.SHA_384]
    assert events[-1].alg == Alg.SHA_384
    with core.trace() as again:
        core.hash_compute(Alg.SHA_1, b"")
    assert [event.alg for event in again] == [Alg.SHA_1]
    assert len(events) == 2


def test_one_trace_at_a_time(core: Core) -> None:
    with core.trace(), pytest.raises(RuntimeError, match="traced already"), core.trace():
        pass
    with Core() as other, core.trace(), other.trace():
        pass


def test_a_trace_survives_closing_the_core() -> None:
    with Core() as core, core.trace() as events:
        core.hash_compute(Alg.SHA_256, b"")
        assert len(events) == 1
        core.close()
    assert len(events) == 1


def test_lost_events_are_counted(core: Core) -> None:
    with core.trace(capacity=4) as events:
        for _ in range(10):
            core.hash_compute(Alg.SHA_256, b"")
    assert (len(events), events.lost) == (4, 6)
    assert "6 earlier events were lost" in events.table()
    assert [event.sequence for event in events] == [6, 7, 8, 9]


def test_the_table_has_a_line_per_call(core: Core) -> None:
    with core.trace() as events:
        core.hash_compute(Alg.SHA_256, b"abc")
    head, line = events.table().splitlines()
    assert head.split()[0] == "driver"
    assert line.split()[:4] == ["libcrypto", "hash_compute", "PSA_ALG_SHA_256", "PSA_SUCCESS"]


def test_falling_back_is_visible_in_trace_and_counts() -> None:
    with Core(Accelerator()) as core, core.trace() as events:
        attributes = ecc("SECP_R1", 256, alg=Alg.ECDSA(Alg.SHA_384))
        key = core.generate_key(attributes)
        core.reset_counts()
        key.sign_hash(attributes.alg, bytes(48))
        assert [(e.driver, e.status_name) for e in events][-2:] == [
            ("pyaccel", "PSA_ERROR_NOT_SUPPORTED"),
            ("libcrypto", "PSA_SUCCESS"),
        ]
        assert events.served_by()[-1] == "libcrypto"
        assert (core.counts["pyaccel"].fell_back, core.counts["pyaccel"].served) == (1, 0)
        assert core.counts["libcrypto"].served == 1


def test_counts_tell_served_fell_back_and_refused() -> None:
    with Core(Accelerator(), software=False) as core:
        core.reset_counts()
        core.hash_compute(Alg.SHA_256, b"")
        with pytest.raises(NotSupported):
            core.hash_compute(Alg.SHA_512, b"")
        with pytest.raises(InvalidHandle):
            core.destroy_key(0x12345678)
        counts = core.counts
        assert (counts["pyaccel"].served, counts["pyaccel"].fell_back) == (1, 0)
        assert counts.refused_by_core == 2
        assert list(counts) == ["pyaccel"] and len(counts) == 1
        assert "pyaccel" in str(counts) and "(core)" in str(counts)
        core.reset_counts()
        assert core.counts.refused_by_core == 0


# Explain


def test_explain_lists_who_serves_in_order() -> None:
    with Core(SecureElement(), Accelerator()) as core:
        explanation = core.explain("psa_sign_hash", alg=ECDSA, attributes=KeyAttributes(P256, 256))
        assert explanation.served_by == ("pyaccel", "libcrypto")
        assert [candidate.reason for candidate in explanation] == ["LOCATION", "SERVES", "NEXT", "ENTRY_POINT"]
        text = str(explanation)
        assert text.splitlines()[0] == (
            "sign_hash with PSA_ALG_ECDSA(PSA_ALG_SHA_256), key PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1) 256"
        )
        assert "-> pyaccel" in text and "then libcrypto" in text


@pytest.mark.parametrize(
    ("alg", "attributes", "reason"),
    [
        (Alg.RSA_PSS(Alg.SHA_256), KeyAttributes(P256, 256), "ALGORITHM"),
        (ECDSA, KeyAttributes(KeyType.ECC_KEY_PAIR(EccFamily.SECP_K1), 256), "KEY_TYPE"),
        (ECDSA, KeyAttributes(P256, 384), "KEY_SIZE"),
        (ECDSA, KeyAttributes(P256, 256, lifetime=0x800123 << 8), "LOCATION"),
    ],
)
def test_explain_says_why_not(alg: int, attributes: KeyAttributes, reason: str) -> None:
    with Core(Accelerator()) as core:
        assert core.explain("sign_hash", alg=alg, attributes=attributes).of("pyaccel").reason == reason


def test_explain_follows_the_location_of_a_key() -> None:
    with Core(SecureElement()) as core:
        attributes = KeyAttributes(P256, 256, usage=Usage.SIGN_HASH, alg=ECDSA, lifetime=0x800123 << 8)
        key = core.generate_key(attributes)
        explanation = core.explain("sign_hash", alg=ECDSA, key=key)
        assert explanation.served_by == ("pyse",)
        assert "location 0x800123" in str(explanation)
        assert core.explain("sign_message", alg=ECDSA, key=key.id).of("pyse").alternative == "sign_hash"
        with core.trace() as events:
            key.sign_message(ECDSA, b"m")
        assert ("pyse", "sign_hash") in [(event.driver, event.entry_point) for event in events]


def test_explain_agrees_with_what_happens() -> None:
    with Core(SecureElement(), Accelerator()) as core:
        for bits, name in ((256, "SECP_R1"), (384, "SECP_R1"), (256, "SECP_K1")):
            attributes = ecc(name, bits, alg=ECDSA)
            expected = core.explain("generate_key", attributes=attributes).served_by[0]
            with core.trace() as events:
                core.generate_key(attributes)
            assert events[0].driver == expected


def test_explain_knows_what_the_core_does_itself(core: Core) -> None:
    for call, attributes in (
        ("generate_key", KeyAttributes(KeyType.AES, 128)),
        ("import_key", KeyAttributes(KeyType.HMAC)),
        ("export_key", KeyAttributes(P256, 256)),
        ("destroy_key", KeyAttributes(P256, 256)),
    ):
        explanation = core.explain(call, attributes=attributes)
        assert explanation.by_core
        assert explanation.served_by == ()
        assert "-> the core itself" in str(explanation)
    assert not core.explain("generate_key", attributes=KeyAttributes(P256, 256)).by_core
    core.generate_key(KeyAttributes(KeyType.AES, 128))


class Ciphers(PythonDriver):
    """It has a cipher, and no random numbers."""

    prefix = "ciphers"
    capabilities: ClassVar = [{"entry_points": ["cipher_encrypt"], "key_types": ["PSA_KEY_TYPE_AES"]}]

    def cipher_encrypt(self, attributes: KeyAttributes, key: bytes, alg: int, iv: bytes, data: bytes) -> bytes:
        return data


@pytest.mark.parametrize("drivers", [(), (Ciphers,)])
def test_explain_says_that_random_numbers_are_missing_for_what_the_core_draws(drivers: tuple[Any, ...]) -> None:
    attributes = KeyAttributes(KeyType.AES, 128, usage=Usage.ENCRYPT, alg=Alg.CTR)
    with Core(*drivers, software=False) as core:
        key = core.import_key(attributes, bytes(16))
        for call, alg, made in (
            ("generate_key", Alg.NONE, lambda: core.generate_key(attributes)),
            ("cipher_encrypt", Alg.CTR, lambda: key.cipher_encrypt(Alg.CTR, b"text")),
            ("generate_random", Alg.NONE, lambda: core.generate_random(4)),
        ):
            explanation = core.explain(call, alg=alg, attributes=attributes)
            assert not explanation.by_core
            assert explanation.served_by == ()
            assert "nobody: the call returns PSA_ERROR_NOT_SUPPORTED" in str(explanation)
            with pytest.raises(NotSupported):
                made()
        explained = core.explain("generate_key", attributes=attributes)
        assert [candidate.reason for candidate in explained] == ["RANDOM"]
        assert "random numbers" in str(explained)
        ecb = core.explain("cipher_encrypt", alg=Alg.ECB_NO_PADDING, attributes=attributes)
        assert ecb.served_by == tuple(driver.prefix for driver in drivers)  # there is no IV to draw


def test_explain_calls_nobody(core: Core) -> None:
    with core.trace() as events:
        core.explain("hash_compute", alg=Alg.SHA_256)
    assert len(events) == 0


def test_explain_refuses_what_is_no_call(core: Core) -> None:
    with pytest.raises(ValueError, match=r"did you mean .*sign_hash"):
        core.explain("sign_hsh")
    with pytest.raises(TypeError, match="either key or attributes"):
        core.explain("sign_hash", key=1, attributes=KeyAttributes(P256))
    with pytest.raises(InvalidHandle):
        core.explain("sign_hash", key=0x12345678)
    with pytest.raises(KeyError):
        core.explain("hash_compute", alg=Alg.SHA_256).of("nobody")


def test_explain_says_when_nobody_serves(core: Core) -> None:
    explanation = core.explain("hash_compute", alg=0x020000FE)
    assert explanation.served_by == ()
    assert "nobody" in str(explanation)


def test_later_steps_of_an_operation_have_its_mechanism(core: Core) -> None:
    alg = Alg.HMAC(Alg.SHA_256)
    key = core.generate_key(KeyAttributes(KeyType.HMAC, 256, usage=Usage.SIGN_MESSAGE, alg=alg))
    with core.trace() as events, key.mac_sign_setup(alg) as mac, core.hash_setup(Alg.SHA_512) as digest:
        mac.update(b"x")
        digest.update(b"x")
        mac.sign_finish()
        digest.finish()
    found = {(event.entry_point.split("_")[0], event.mechanism) for event in events}
    assert found == {("mac", f"{alg} PSA_KEY_TYPE_HMAC 256"), ("hash", "PSA_ALG_SHA_512")}


def test_a_core_without_drivers_explains_what_it_does_itself() -> None:
    with Core(software=False) as bare:
        made = bare.explain("import_key", attributes=KeyAttributes(KeyType.AES, 128))
        assert made.by_core
        assert made.served_by == ()
        assert "the core itself" in str(made)
        assert "nobody" not in str(made)
        assert "nobody" in str(bare.explain("hash_compute", alg=Alg.SHA_256))
