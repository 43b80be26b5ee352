"""Many messages in one call: the results of single calls, and errors that name the message."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, ClassVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle import ecc

from psa_bridge import (
    Alg,
    BadState,
    BufferTooSmall,
    Core,
    InvalidArgument,
    InvalidSignature,
    Key,
    KeyAttributes,
    KeyType,
    NotPermitted,
    PsaError,
    PythonDriver,
    Usage,
)

HMAC, ECDSA = Alg.HMAC(Alg.SHA_256), Alg.ECDSA(Alg.SHA_256)
MESSAGES = [b"", b"a", bytes(16), bytearray(b"abc"), memoryview(b"abcdef")[1:4], bytes(600), bytes(5000)]
NONCES = [bytes([i]) * 12 for i in range(len(MESSAGES))]


@pytest.fixture
def hmac(core: Core) -> Key:
    usage = Usage.SIGN_MESSAGE | Usage.VERIFY_MESSAGE
    return core.import_key(KeyAttributes(KeyType.HMAC, usage=usage, alg=HMAC), bytes(range(32)))


@pytest.fixture
def aes(core: Core) -> Key:
    usage = Usage.ENCRYPT | Usage.DECRYPT
    return core.import_key(KeyAttributes(KeyType.AES, usage=usage, alg=Alg.GCM), bytes(range(16)))


@pytest.fixture
def ecdsa(core: Core) -> Key:
    return core.generate_key(ecc("SECP_R1", 256, alg=ECDSA))


# Results


def test_hashes_are_those_of_single_calls(core: Core) -> None:
    assert core.hash_compute_batch(Alg.SHA_256, MESSAGES) == [core.hash_compute(Alg.SHA_256, m) for m in MESSAGES]


def test_macs_are_those_of_single_calls(core: Core, hmac: Key) -> None:
    assert core.mac_compute_batch(hmac, HMAC, MESSAGES) == [hmac.mac_compute(HMAC, m) for m in MESSAGES]


def test_ciphertexts_are_those_of_single_calls_and_decrypt(core: Core, aes: Key) -> None:
    sealed = core.aead_encrypt_batch(aes, Alg.GCM, NONCES, b"ad", MESSAGES)
    assert sealed == [aes.aead_encrypt(Alg.GCM, n, b"ad", m) for n, m in zip(NONCES, MESSAGES, strict=True)]
    assert core.aead_decrypt_batch(aes, Alg.GCM, NONCES, b"ad", sealed) == [bytes(m) for m in MESSAGES]


def test_additional_data_can_differ(core: Core, aes: Key) -> None:
    data = [b"one", b"", b"three"]
    sealed = core.aead_encrypt_batch(aes, Alg.GCM, NONCES[:3], data, MESSAGES[:3])
    assert sealed[2] == aes.aead_encrypt(Alg.GCM, NONCES[2], b"three", MESSAGES[2])
    assert core.aead_decrypt_batch(aes, Alg.GCM, NONCES[:3], data, sealed) == [bytes(m) for m in MESSAGES[:3]]


@pytest.mark.parametrize("form", ["message", "hash"])
def test_signatures_verify_singly_and_together(core: Core, ecdsa: Key, form: str) -> None:
    items = [bytes([i]) * 32 for i in range(5)]
    signatures = getattr(core, f"sign_{form}_batch")(ecdsa, ECDSA, items)
    assert len(set(signatures)) == 5
    for item, signature in zip(items, signatures, strict=True):
        getattr(ecdsa, f"verify_{form}")(ECDSA, item, signature)
    assert getattr(core, f"verify_{form}_batch")(ecdsa, ECDSA, items, signatures) == [True] * 5
    signatures[3] = signatures[2]
    assert getattr(core, f"verify_{form}_batch")(ecdsa, ECDSA, items, signatures) == [True, True, True, False, True]


def test_a_mac_of_another_message_is_found(core: Core, hmac: Key) -> None:
    macs = core.mac_compute_batch(hmac, HMAC, MESSAGES)
    macs[2] = bytes([macs[2][0] ^ 1]) + macs[2][1:]
    macs[4] = macs[4][:31]
    found = core.mac_verify_batch(hmac, HMAC, MESSAGES, macs)
    assert found == [True, True, False, True, False, True, True]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.binary(max_size=700), max_size=12))
def test_any_list_of_messages_hashes_and_seals_as_singly(messages: list[bytes]) -> None:
    with Core() as core:
        key = core.import_key(KeyAttributes(KeyType.AES, usage=Usage.ENCRYPT | Usage.DECRYPT, alg=Alg.GCM), bytes(16))
        nonces = [i.to_bytes(12, "big") for i in range(len(messages))]
        assert core.hash_compute_batch(Alg.SHA3_256, messages) == [core.hash_compute(Alg.SHA3_256, m) for m in messages]
        sealed = core.aead_encrypt_batch(key, Alg.GCM, nonces, b"", messages)
        assert core.aead_decrypt_batch(key, Alg.GCM, nonces, b"", sealed) == messages


# Forms of inputs and outputs


def test_one_buffer_holds_all_messages(core: Core, hmac: Key, aes: Key) -> None:
    whole = bytes(range(64))
    parts = [whole[i : i + 16] for i in range(0, 64, 16)]
    assert core.hash_compute_batch(Alg.SHA_256, bytearray(whole), size=16) == core.hash_compute_batch(
        Alg.SHA_256, parts
    )
    macs = core.mac_compute_batch(hmac, HMAC, whole, size=16)
    assert core.mac_verify_batch(hmac, HMAC, whole, b"".join(macs), size=16) == [True] * 4
    nonces = b"".join(NONCES[:4])
    sealed = core.aead_encrypt_batch(aes, Alg.GCM, nonces, b"", memoryview(whole), size=16)
    assert sealed == core.aead_encrypt_batch(aes, Alg.GCM, NONCES[:4], b"", parts)
    assert core.aead_decrypt_batch(aes, Alg.GCM, nonces, b"", b"".join(sealed), size=32) == parts


def test_any_iterable_of_messages_is_taken(core: Core) -> None:
    assert core.hash_compute_batch(Alg.SHA_256, (bytes(i) for i in range(3))) == core.hash_compute_batch(
        Alg.SHA_256, (b"", bytes(1), bytes(2))
    )


def test_results_lie_one_after_the_other_in_out(core: Core, aes: Key) -> None:
    sealed = core.aead_encrypt_batch(aes, Alg.GCM, NONCES, b"", MESSAGES)
    room = bytearray(sum(map(len, sealed)) + 3)
    assert core.aead_encrypt_batch(aes, Alg.GCM, NONCES, b"", MESSAGES, out=room) == len(room) - 3
    assert room[:-3] == b"".join(sealed)
    assert core.hash_compute_batch(Alg.SHA_256, MESSAGES[:2], out=memoryview(room)[1:]) == 64


@pytest.mark.parametrize("messages", [[], (), b""])
def test_no_message_gives_no_result(core: Core, hmac: Key, messages: Any) -> None:
    size = {"size": 16} if messages == b"" else {}
    assert core.hash_compute_batch(Alg.SHA_256, messages, **size) == []
    assert core.mac_verify_batch(hmac, HMAC, messages, [], **size) == []


# Errors


@pytest.mark.parametrize("shift", [0, 1, 100])
def test_results_over_the_messages_are_refused_before_anything_is_written(core: Core, hmac: Key, shift: int) -> None:
    memory = bytearray(range(200))
    before, messages = bytes(memory), memoryview(memory)[:128]
    each = [messages[at : at + 16] for at in range(0, 128, 16)]
    for call in (
        lambda out: core.hash_compute_batch(Alg.SHA_256, messages, size=16, out=out),
        lambda out: core.hash_compute_batch(Alg.SHA_256, each, out=out),
        lambda out: core.mac_compute_batch(hmac, HMAC, messages, size=16, out=out),
    ):
        with pytest.raises(ValueError, match="out overlaps an input"):
            call(memoryview(memory)[shift:])
    assert memory == before


@pytest.mark.parametrize("which", ["nonces", "additional data", "texts"])
def test_results_over_what_goes_with_the_messages_are_refused(core: Core, aes: Key, which: str) -> None:
    shared, before = bytearray(4 * 64), bytes(4 * 64)
    whole = memoryview(shared)
    nonces = whole[-48:] if which == "nonces" else b"".join(NONCES[:4])
    data = whole[100:110] if which == "additional data" else b""
    texts = whole[:64] if which == "texts" else bytes(64)
    with pytest.raises(ValueError, match="out overlaps an input"):
        core.aead_encrypt_batch(aes, Alg.GCM, nonces, data, texts, size=16, out=shared)
    assert shared == before


def test_results_next_to_the_messages_in_the_same_memory_are_right(core: Core) -> None:
    memory = bytearray(b"a" * 32 + bytes(64) + b"a" * 32)
    whole = memoryview(memory)
    inputs = [whole[:16], whole[16:32], whole[40:40]]  # the last has no bytes, and cannot be overwritten
    with pytest.raises(BufferTooSmall):
        core.hash_compute_batch(Alg.SHA_256, inputs, out=whole[32:96])
    assert core.hash_compute_batch(Alg.SHA_256, inputs[:2], out=whole[32:96]) == 64
    assert memory[32:96] == core.hash_compute(Alg.SHA_256, b"a" * 16) * 2


def test_a_text_that_is_not_genuine_is_named_and_nothing_comes_out(core: Core, aes: Key) -> None:
    sealed = core.aead_encrypt_batch(aes, Alg.GCM, NONCES, b"", MESSAGES)
    sealed[5] = bytes(len(sealed[5]))
    with pytest.raises(InvalidSignature, match="psa_aead_decrypt, item 5 of the batch") as caught:
        core.aead_decrypt_batch(aes, Alg.GCM, NONCES, b"", sealed)
    assert caught.value.index == 5
    room = bytearray(b"\xee" * 6000)
    with pytest.raises(InvalidSignature):
        core.aead_decrypt_batch(aes, Alg.GCM, NONCES, b"", sealed, out=room)
    assert set(room[:10]) == {0}
    assert set(room) <= {0, 0xEE}


def test_an_error_of_the_key_names_the_first_message(core: Core, hmac: Key) -> None:
    with pytest.raises(NotPermitted) as caught:
        core.mac_compute_batch(hmac, Alg.CMAC, [b"a", b"b"])
    assert (caught.value.index, caught.value.function) == (0, "psa_mac_compute")


def test_a_digest_of_the_wrong_length_is_named(core: Core, ecdsa: Key) -> None:
    with pytest.raises(InvalidArgument) as caught:
        core.sign_hash_batch(ecdsa, ECDSA, [bytes(32), bytes(32), bytes(31)])
    assert caught.value.index == 2


def test_a_buffer_that_is_too_short_names_the_message_that_did_not_fit(core: Core) -> None:
    room = bytearray(95)
    with pytest.raises(BufferTooSmall) as caught:
        core.hash_compute_batch(Alg.SHA_256, [b"1", b"2", b"3"], out=room)
    assert caught.value.index == 2
    assert room == bytes(95)


CALLS: list[tuple[Callable[[Core], object], type[Exception], str]] = [
    (lambda c: c.hash_compute_batch(Alg.SHA_256, [b"", "text"]), TypeError, r"messages\[1\] has to be a bytes-like"),
    (lambda c: c.hash_compute_batch(Alg.SHA_256, "text"), TypeError, "messages has to be a sequence"),
    (lambda c: c.hash_compute_batch(Alg.SHA_256, 5), TypeError, "messages has to be a sequence"),
    (lambda c: c.hash_compute_batch(Alg.SHA_256, b"abc"), TypeError, "say with size"),
    (lambda c: c.hash_compute_batch(Alg.SHA_256, b"abc", size=0), ValueError, "size is 0"),
    (lambda c: c.hash_compute_batch(Alg.SHA_256, b"abc", size=2), ValueError, "no multiple of 2"),
    (lambda c: c.hash_compute_batch(Alg.SHA_256, b"abc", size=-1), ValueError, "size is -1"),
    (lambda c: c.hash_compute_batch(Alg.SHA_256, [b"abc"], size=3), TypeError, "size is for one"),
    (lambda c: c.hash_compute_batch("x", [b""]), TypeError, "alg has to be an integer"),
    (lambda c: c.hash_compute_batch(Alg.SHA_256, [b""], out=b"32"), TypeError, "writable"),
    (lambda c: c.hash_compute_batch(Alg.SHA_256, [memoryview(bytes(4))[::2]]), ValueError, r"messages\[0\]"),
    (lambda c: c.mac_compute_batch("key", HMAC, [b""]), TypeError, "key has to be"),
    (lambda c: c.mac_verify_batch(1, HMAC, [b"", b""], [b""]), ValueError, "macs has 1 items for 2 messages"),
    (lambda c: c.mac_verify_batch(1, HMAC, [b"", b""], bytes(33)), ValueError, "macs has 33 bytes"),
    (lambda c: c.aead_encrypt_batch(1, Alg.GCM, [b""], [], [b""]), ValueError, "additional_data has 0 items"),
]


@pytest.mark.parametrize(("call", "error", "message"), CALLS)
def test_wrong_argument_is_named(
    core: Core, call: Callable[[Core], object], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        call(core)


def test_a_closed_core_is_refused() -> None:
    core = Core()
    core.close()
    with pytest.raises(BadState, match="closed"):
        core.hash_compute_batch(Alg.SHA_256, [b""])


class Picky(PythonDriver):
    """A hash that does not like some messages."""

    prefix = "picky"
    capabilities: ClassVar[Any] = [{"entry_points": ["hash_compute"], "algorithms": ["PSA_ALG_SHA_256"]}]

    def hash_compute(self, alg: Alg, data: bytes) -> bytes:
        if data == b"bug":
            raise KeyError("a bug of the driver")
        if data == b"fault":
            raise PsaError("it broke", status=-147)
        return data.ljust(32, b".")


def test_errors_of_a_driver_written_in_python_arrive_as_they_are() -> None:
    with Core(Picky()) as core:
        assert core.hash_compute_batch(Alg.SHA_256, [b"x", b"y"]) == [b"x".ljust(32, b"."), b"y".ljust(32, b".")]
        with pytest.raises(PsaError, match="it broke") as caught:
            core.hash_compute_batch(Alg.SHA_256, [b"x", b"fault", b"bug"])
        assert (caught.value.index, caught.value.driver) == (1, "picky")
        with pytest.raises(KeyError, match="a bug of the driver"):
            core.hash_compute_batch(Alg.SHA_256, [b"x", b"bug"])


def test_batches_on_many_threads(core: Core, hmac: Key) -> None:
    messages = [i.to_bytes(4, "big") for i in range(500)]
    expected = core.mac_compute_batch(hmac, HMAC, messages)
    wrong: list[int] = []

    def work(number: int) -> None:
        for _ in range(10):
            if core.mac_compute_batch(hmac, HMAC, messages) != expected:
                wrong.append(number)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert wrong == []


def test_one_nonce_is_not_cut_into_several(aes: Key, core: Core) -> None:
    for nonces in (bytes(12), bytes(range(24))):
        with pytest.raises(ValueError, match=rf"nonces has {len(nonces)} bytes for 3 messages, and a nonce has 12"):
            core.aead_encrypt_batch(aes, Alg.GCM, nonces, b"", [b"x"] * 3)
    with pytest.raises(ValueError, match="nonces"):
        core.aead_decrypt_batch(aes, Alg.GCM, bytes(12), b"", [bytes(17)] * 3)
