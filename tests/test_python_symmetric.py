"""MAC, cipher, AEAD and XOF through drivers of every shape, compared with ``cryptography`` and hashlib."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterator
from typing import Any

import pytest
from symmetric_drivers import LOCATION, Both, OnePiece, Parts, Vault, VaultInParts, cipher_of, mac_of, open_, seal

from psa_bridge import (
    Alg,
    BadState,
    BufferTooSmall,
    Core,
    InvalidArgument,
    InvalidHandle,
    InvalidPadding,
    InvalidSignature,
    Key,
    KeyAttributes,
    KeyType,
    NotPermitted,
    NotSupported,
    Usage,
)

HMAC = Alg.HMAC(Alg.SHA_256)
MACS = [HMAC, Alg.TRUNCATED_MAC(HMAC, 10), Alg.CMAC, Alg.TRUNCATED_MAC(Alg.CMAC, 4)]
CIPHERS = [Alg.CTR, Alg.CFB, Alg.CBC_NO_PADDING, Alg.CBC_PKCS7, Alg.ECB_NO_PADDING, Alg.XTS]
AEADS = [
    Alg.GCM,
    Alg.AEAD_WITH_SHORTENED_TAG(Alg.GCM, 12),
    Alg.CCM,
    Alg.AEAD_WITH_SHORTENED_TAG(Alg.CCM, 4),
    Alg.CHACHA20_POLY1305,
]
USES = Usage.SIGN_MESSAGE | Usage.VERIFY_MESSAGE | Usage.ENCRYPT | Usage.DECRYPT
MATERIAL = bytes(range(64))
NONCE = b"n" * 12
DRIVERS: dict[str, Any] = {
    "one": OnePiece,
    "parts": Parts,
    "both": Both,
    "vault": Vault,
    "vault_parts": VaultInParts,
    "software": None,
}


@pytest.fixture(params=DRIVERS)
def bench(request: pytest.FixtureRequest) -> Iterator[Core]:
    kind = DRIVERS[request.param]
    with Core(*([kind()] if kind else [])) as core:
        core.location = LOCATION << 8 if request.param.startswith("vault") else 0  # type: ignore[attr-defined]
        yield core


def key_for(core: Core, alg: int, policy: int | None = None, usage: int = USES, **changes: Any) -> Key:
    """A key that fits an algorithm; its material is the beginning of ``MATERIAL``."""
    base, size = KeyType.AES, 16
    if alg & 0x7FC00000 == 0x03800000:
        base = KeyType.HMAC
    elif alg == Alg.CHACHA20_POLY1305:
        base, size = KeyType.CHACHA20, 32
    elif alg == Alg.XTS:
        size = 32
    lifetime = getattr(core, "location", 0)
    attributes = KeyAttributes(base, 8 * size, usage=usage, alg=alg if policy is None else policy, lifetime=lifetime)
    return core.import_key(attributes, MATERIAL[:size])


def material(key: Key) -> bytes:
    return MATERIAL[: key.attributes.bits // 8]


def pieces(data: bytes, *cuts: int) -> list[bytes]:
    bounds = [0, *(min(cut, len(data)) for cut in cuts), len(data)]
    return [data[a:b] for a, b in itertools.pairwise(bounds)]


@pytest.mark.parametrize("alg", MACS, ids=str)
@pytest.mark.parametrize("length", [0, 1, 16, 100])
def test_mac(bench: Core, alg: int, length: int) -> None:
    key, data = key_for(bench, alg), MATERIAL[:1] * length
    expected = mac_of(material(key), alg, data)
    assert key.mac_compute(alg, data) == expected
    key.mac_verify(alg, data, expected)
    wrong = expected[:-1] + bytes([expected[-1] ^ 1])
    for bad in (wrong, expected[:-1], expected + b"\0", b""):
        with pytest.raises(InvalidSignature):
            key.mac_verify(alg, data, bad)
    with key.mac_sign_setup(alg) as operation:
        for part in pieces(data, 3, 3, 20):
            operation.update(part)
        assert operation.sign_finish() == expected
    with key.mac_verify_setup(alg) as operation:
        operation.update(data)
        operation.verify_finish(expected)
        assert not operation.active
    for bad in (wrong, expected[:-1], b""):
        with key.mac_verify_setup(alg) as operation:
            operation.update(data)
            with pytest.raises(InvalidSignature):
                operation.verify_finish(bad)


def text_for(alg: int, length: int) -> bytes | None:
    """A text of this length, if the cipher takes one."""
    if (alg in (Alg.CBC_NO_PADDING, Alg.ECB_NO_PADDING) and length % 16) or (alg == Alg.XTS and length < 16):
        return None
    return bytes(i % 251 for i in range(length))


@pytest.mark.parametrize("alg", CIPHERS, ids=str)
@pytest.mark.parametrize("length", [0, 5, 16, 21, 48, 400])
def test_cipher(bench: Core, alg: int, length: int) -> None:
    key, text = key_for(bench, alg), text_for(alg, length)
    if text is None:
        with pytest.raises(InvalidArgument):
            key.cipher_encrypt(alg, bytes(length))
        return
    size = 0 if alg == Alg.ECB_NO_PADDING else 16
    made = key.cipher_encrypt(alg, text)
    iv, body = made[:size], made[size:]
    assert body == cipher_of(material(key), alg, iv, text, True)
    assert key.cipher_decrypt(alg, made) == text
    if size:
        assert key.cipher_encrypt(alg, text)[:size] != iv
    tight = bytearray(length)
    assert key.cipher_decrypt(alg, made, out=tight) == length and tight == text
    with key.cipher_encrypt_setup(alg) as operation:
        if size:
            operation.set_iv(iv)
        out = b"".join(operation.update(part) for part in pieces(text, 1, 17, 30))
        assert out + operation.finish() == body
    with key.cipher_decrypt_setup(alg) as operation:
        if size:
            operation.set_iv(iv)
        out = b"".join(operation.update(part) for part in pieces(body, 16, 17))
        assert out + operation.finish() == text
    if size:
        with key.cipher_encrypt_setup(alg) as operation:
            drawn = operation.generate_iv()
            out = operation.update(text) + operation.finish()
        assert out == cipher_of(material(key), alg, drawn, text, True)


def test_short_iv_of_ctr_ends_in_zeros(bench: Core) -> None:
    key = key_for(bench, Alg.CTR)
    with key.cipher_encrypt_setup(Alg.CTR) as operation:
        operation.set_iv(b"abc")
        out = operation.update(b"text") + operation.finish()
    assert out == cipher_of(material(key), Alg.CTR, b"abc" + bytes(13), b"text", True)


def test_wrong_padding_is_found(bench: Core) -> None:
    key = key_for(bench, Alg.CBC_PKCS7)
    made = bytearray(cipher_of(material(key), Alg.CBC_NO_PADDING, bytes(16), b"\x11" * 32, True))
    with pytest.raises(InvalidPadding):
        key.cipher_decrypt(Alg.CBC_PKCS7, bytes(16) + made)
    with key.cipher_decrypt_setup(Alg.CBC_PKCS7) as operation:
        operation.set_iv(bytes(16))
        operation.update(made)
        with pytest.raises(InvalidPadding):
            operation.finish()
        with pytest.raises(BadState):
            operation.finish()


@pytest.mark.parametrize("alg", AEADS, ids=str)
@pytest.mark.parametrize(("ad_length", "length"), [(0, 0), (5, 0), (0, 7), (20, 16), (3, 100)])
def test_aead(bench: Core, alg: int, ad_length: int, length: int) -> None:
    key, ad, text = key_for(bench, alg), b"a" * ad_length, bytes(range(length))
    expected = seal(material(key), alg, NONCE, ad, text)
    assert key.aead_encrypt(alg, NONCE, ad, text) == expected
    assert key.aead_decrypt(alg, NONCE, ad, expected) == text
    tag = len(expected) - length
    wrong = expected[:-1] + bytes([expected[-1] ^ 1])
    out = bytearray(b"\xaa" * length)
    with pytest.raises(InvalidSignature):
        key.aead_decrypt(alg, NONCE, ad, wrong, out=out)
    assert out in (bytes(length), b"\xaa" * length)
    with pytest.raises(InvalidSignature):
        key.aead_decrypt(alg, NONCE, ad + b"x", expected)
    with pytest.raises(InvalidSignature):
        key.aead_decrypt(alg, NONCE, ad, expected[: tag - 1])
    with key.aead_encrypt_setup(alg) as operation:
        operation.set_lengths(ad_length, length)
        operation.set_nonce(NONCE)
        for part in pieces(ad, 2):
            operation.update_ad(part)
        out_parts = [operation.update(part) for part in pieces(text, 1, 40)]
        rest, made = operation.finish()
        assert b"".join(out_parts) + rest + made == expected
    for good in (True, False):
        with key.aead_decrypt_setup(alg) as operation:
            if good or alg & 0xFF00 == Alg.CCM & 0xFF00:
                operation.set_lengths(ad_length, length)
            operation.set_nonce(NONCE)
            operation.update_ad(ad)
            plain = operation.update(expected[:length])
            if good:
                assert plain + operation.verify(expected[length:]) == text
            else:
                with pytest.raises(InvalidSignature):
                    operation.verify(wrong[length:])


@pytest.mark.parametrize("alg", AEADS, ids=str)
def test_generated_nonce(bench: Core, alg: int) -> None:
    key = key_for(bench, alg)
    with key.aead_encrypt_setup(alg) as operation:
        operation.set_lengths(0, 4)
        nonce = operation.generate_nonce()
        text = operation.update(b"text")
        rest, tag = operation.finish()
    assert len(nonce) == (13 if alg & 0xFF00 == Alg.CCM & 0xFF00 else 12)
    assert open_(material(key), alg, nonce, b"", text + rest + tag) == b"text"


@pytest.mark.parametrize("shape", ["parts", "both"])
@pytest.mark.parametrize(("alg", "name"), [(Alg.SHAKE128, "shake_128"), (Alg.SHAKE256, "shake_256")])
def test_xof(shape: str, alg: int, name: str) -> None:
    with Core(DRIVERS[shape]()) as core, core.xof_setup(alg) as operation:
        operation.update(b"ab")
        operation.update(b"")
        operation.update(b"c")
        out = bytearray(40)
        stream = operation.output(3) + operation.output(0) + operation.output(100)
        assert operation.output(out=out) == 40
        assert stream + out == hashlib.new(name, b"abc").digest(143)
        with pytest.raises(BadState):
            operation.update(b"d")
        operation.abort()
        assert not operation.active


def test_xof_with_a_context() -> None:
    with Core(Parts()) as core:
        with core.xof_setup(Alg.ASCON_CXOF128) as operation:
            operation.set_context(b"me")
            operation.update(b"abc")
            assert len(operation.output(8)) == 8
        with core.xof_setup(Alg.ASCON_CXOF128) as operation, pytest.raises(BadState):
            operation.update(b"abc")
        with core.xof_setup(Alg.SHAKE256) as operation, pytest.raises(InvalidArgument):
            operation.set_context(b"me")
        with pytest.raises(NotSupported):
            core.xof_setup(Alg.ASCON_XOF128)
        with pytest.raises(InvalidArgument):
            core.xof_setup(Alg.SHA_256)


# Policy


def starts(key: Key, alg: int) -> dict[Usage, Any]:
    """What needs which permission."""
    calls: dict[Usage, Any] = {
        Usage.SIGN_MESSAGE: (lambda: key.mac_compute(alg, b"", out=bytearray(64)), lambda: key.mac_sign_setup(alg)),
        Usage.VERIFY_MESSAGE: (lambda: key.mac_verify(alg, b"", b"x"), lambda: key.mac_verify_setup(alg)),
        Usage.ENCRYPT: (lambda: key.cipher_encrypt(alg, b""), lambda: key.cipher_encrypt_setup(alg)),
        Usage.DECRYPT: (lambda: key.cipher_decrypt(alg, bytes(16)), lambda: key.cipher_decrypt_setup(alg)),
    }
    if alg >> 24 == 5:
        calls = {
            Usage.ENCRYPT: (
                lambda: key.aead_encrypt(alg, NONCE, b"", b""),
                lambda: key.aead_encrypt_setup(alg),
            ),
            Usage.DECRYPT: (
                lambda: key.aead_decrypt(alg, NONCE, b"", bytes(16)),
                lambda: key.aead_decrypt_setup(alg),
            ),
        }
    of_mac = alg >> 24 == 3
    signs = (Usage.SIGN_MESSAGE, Usage.VERIFY_MESSAGE)
    return {usage: made for usage, made in calls.items() if (usage in signs) == of_mac}


def permitted(call: Any) -> bool:
    try:
        result = call()
    except NotPermitted:
        return False
    except InvalidSignature:
        return True
    if hasattr(result, "abort"):
        result.abort()
    return True


POLICIES = [
    (Alg.AT_LEAST_THIS_LENGTH_MAC(HMAC, 8), {HMAC: True, MACS[1]: True, Alg.TRUNCATED_MAC(HMAC, 7): False}),
    (MACS[1], {MACS[1]: True, HMAC: False, Alg.TRUNCATED_MAC(HMAC, 11): False}),
    (Alg.TRUNCATED_MAC(HMAC, 32), {HMAC: True}),
    (HMAC, {Alg.TRUNCATED_MAC(HMAC, 32): True, Alg.TRUNCATED_MAC(HMAC, 31): False}),
    (Alg.CTR, {Alg.CTR: True, Alg.CFB: False}),
    (Alg.GCM, {Alg.GCM: True, AEADS[1]: False, Alg.CCM: False}),
    (AEADS[1], {Alg.GCM: False, AEADS[1]: True}),
    (
        Alg.AEAD_WITH_AT_LEAST_THIS_LENGTH_TAG(Alg.GCM, 12),
        {Alg.GCM: True, AEADS[1]: True, Alg.AEAD_WITH_SHORTENED_TAG(Alg.GCM, 8): False, Alg.CCM: False},
    ),
    (Alg.CCM_STAR_ANY_TAG, {Alg.CCM: True, AEADS[3]: True, Alg.AEAD_WITH_SHORTENED_TAG(Alg.CCM, 6): False}),
    (Alg.NONE, {Alg.CTR: False, Alg.GCM: False}),
]


@pytest.mark.parametrize(("policy", "expected"), POLICIES, ids=lambda x: str(x) if isinstance(x, int) else "")
def test_policy_decides(policy: int, expected: dict[int, bool]) -> None:
    with Core(Both()) as core:
        for alg, allowed in expected.items():
            for usage in (Usage(0), Usage.SIGN_MESSAGE, Usage.VERIFY_MESSAGE, Usage.ENCRYPT, Usage.DECRYPT, USES):
                key = key_for(core, alg, policy, usage)
                for flag, calls in starts(key, alg).items():
                    for call in calls:
                        assert permitted(call) == (allowed and bool(usage & flag)), (alg, usage, flag)


# Arguments


def test_wrong_kinds_of_algorithms_and_keys(bench: Core) -> None:
    key = key_for(bench, Alg.CTR)
    for alg in (Alg.SHA_256, Alg.GCM, Alg.CCM_STAR_ANY_TAG):
        for call in (lambda a: key.cipher_encrypt(a, b"", out=bytearray(64)), lambda a: key.cipher_decrypt(a, b"")):
            with pytest.raises(InvalidArgument):
                call(alg)
    for alg in (Alg.CFB, Alg.SHA_256, Alg.AEAD_WITH_AT_LEAST_THIS_LENGTH_TAG(Alg.GCM, 4)):
        with pytest.raises(NotSupported):
            key.aead_encrypt(alg, NONCE, b"", b"")
        with pytest.raises(NotSupported):
            key.aead_decrypt(alg, NONCE, b"", bytes(16))
    for alg in (Alg.SHA_256, Alg.CTR, Alg.AT_LEAST_THIS_LENGTH_MAC(Alg.CMAC, 4)):
        with pytest.raises(InvalidArgument):
            key.mac_compute(alg, b"")
        with pytest.raises(InvalidArgument):
            key.mac_verify(alg, b"", b"")


MISFITS = [
    (HMAC, KeyType.AES, 16, InvalidArgument),
    (Alg.CMAC, KeyType.HMAC, 16, InvalidArgument),
    (HMAC | 33 << 16, KeyType.HMAC, 16, InvalidArgument),
    (Alg.TRUNCATED_MAC(HMAC, 1), KeyType.HMAC, 16, NotSupported),
    (Alg.CTR, KeyType.CHACHA20, 32, InvalidArgument),
    (Alg.STREAM_CIPHER, KeyType.AES, 16, InvalidArgument),
    (Alg.XTS, KeyType.DES, 8, InvalidArgument),
    (Alg.CCM_STAR_NO_TAG, KeyType.DES, 8, InvalidArgument),
    (Alg.GCM, KeyType.CHACHA20, 32, InvalidArgument),
    (Alg.CHACHA20_POLY1305, KeyType.AES, 32, InvalidArgument),
    (Alg.AEAD_WITH_SHORTENED_TAG(Alg.CHACHA20_POLY1305, 12), KeyType.CHACHA20, 32, InvalidArgument),
    (Alg.AEAD_WITH_SHORTENED_TAG(Alg.CCM, 5), KeyType.AES, 16, InvalidArgument),
    (Alg.AEAD_WITH_SHORTENED_TAG(Alg.GCM, 11), KeyType.AES, 16, InvalidArgument),
    (Alg.GCM & ~0x3F0000, KeyType.AES, 16, InvalidArgument),
]


@pytest.mark.parametrize(("alg", "kind", "size", "error"), MISFITS, ids=lambda x: str(x) if isinstance(x, int) else "")
def test_key_or_length_that_does_not_fit(alg: int, kind: int, size: int, error: type[Exception]) -> None:
    with Core(Both()) as core:
        data = b"\x01\x02\x04\x07\x08\x0b\x0d\x0e" if kind == KeyType.DES else MATERIAL[:size]
        key = core.import_key(KeyAttributes(kind, usage=USES, alg=alg), data)
        for calls in starts(key, alg).values():
            for call in calls:
                with pytest.raises(error):
                    call()


def test_nonces_and_lengths(bench: Core) -> None:
    ccm, gcm = key_for(bench, Alg.CCM), key_for(bench, Alg.GCM)
    for size in (0, 6, 14):
        with pytest.raises(InvalidArgument):
            ccm.aead_encrypt(Alg.CCM, b"n" * size, b"", b"")
    with pytest.raises(InvalidArgument):
        ccm.aead_encrypt(Alg.CCM, b"n" * 13, b"", bytes(65536))
    with pytest.raises(InvalidArgument):
        gcm.aead_encrypt(Alg.GCM, b"", b"", b"")
    assert gcm.aead_decrypt(Alg.GCM, b"n" * 33, b"", gcm.aead_encrypt(Alg.GCM, b"n" * 33, b"", b"x")) == b"x"
    with gcm.aead_encrypt_setup(Alg.GCM) as operation, pytest.raises(InvalidArgument):
        operation.set_lengths(0, (1 << 36) - 31)
    with ccm.aead_encrypt_setup(Alg.CCM) as operation:
        operation.set_lengths(0, 70000)
        assert len(operation.generate_nonce()) == 12
    with ccm.aead_encrypt_setup(Alg.CCM) as operation:
        operation.set_lengths(0, 70000)
        with pytest.raises(InvalidArgument):
            operation.set_nonce(bytes(13))


def test_announced_lengths_are_binding(bench: Core) -> None:
    key = key_for(bench, Alg.GCM)

    def begun() -> Any:
        operation = key.aead_encrypt_setup(Alg.GCM)
        operation.set_lengths(4, 4)
        operation.set_nonce(NONCE)
        return operation

    wrong = [
        lambda o: o.update_ad(bytes(5)),
        lambda o: o.update(b"x"),
        lambda o: o.finish(),
        lambda o: (o.update_ad(bytes(4)), o.update(bytes(5))),
        lambda o: (o.update_ad(bytes(4)), o.update(bytes(3)), o.finish()),
    ]
    for call in wrong:
        operation = begun()
        with pytest.raises(InvalidArgument):
            call(operation)
        with pytest.raises(BadState):
            operation.update(b"")
        operation.abort()


def test_buffers_that_are_too_small(bench: Core) -> None:
    small = bytearray(3)
    mac, cipher, aead = key_for(bench, HMAC), key_for(bench, Alg.CTR), key_for(bench, Alg.GCM)
    bench.reset_counts()
    driver = bench.drivers[0].name
    calls = [
        lambda: mac.mac_compute(HMAC, b"", out=small),
        lambda: cipher.cipher_encrypt(Alg.CTR, b"", out=small),
        lambda: cipher.cipher_decrypt(Alg.CTR, bytes(20), out=small),
        lambda: aead.aead_encrypt(Alg.GCM, NONCE, b"", b"", out=small),
        lambda: aead.aead_decrypt(Alg.GCM, NONCE, b"", bytes(20), out=small),
    ]
    for call in calls:
        with pytest.raises(BufferTooSmall):
            call()
    assert bench.counts.drivers[driver].served == 0


def test_overlapping_buffers(bench: Core) -> None:
    key = key_for(bench, Alg.GCM)
    buffer = bytearray(b"text" * 100)
    view = memoryview(buffer)
    expected = seal(material(key), Alg.GCM, bytes(view[8:20]), bytes(view[4:9]), bytes(view[:300]))
    assert key.aead_encrypt(Alg.GCM, view[8:20], view[4:9], view[:300], out=view[3:]) == 316
    assert view[3:319] == expected
    cipher = key_for(bench, Alg.CTR)
    data = bytearray(range(200))
    made = cipher.cipher_encrypt(Alg.CTR, memoryview(data)[:100], out=data)
    assert cipher.cipher_decrypt(Alg.CTR, data[:made]) == bytes(range(100))


def test_operation_whose_key_was_destroyed_fails(bench: Core) -> None:
    for alg, setup in ((HMAC, "mac_sign_setup"), (Alg.CTR, "cipher_encrypt_setup"), (Alg.GCM, "aead_encrypt_setup")):
        key = key_for(bench, alg)
        operation = getattr(key, setup)(alg)
        key.destroy()
        with pytest.raises(BadState):
            operation.update(b"x")
        operation.abort()
        with pytest.raises(InvalidHandle):
            getattr(bench, setup)(key, alg)


def test_input_that_is_kept_has_a_limit() -> None:
    with Core(OnePiece(), software=False) as core:
        key = key_for(core, HMAC)
        explanation = core.explain("mac_sign_setup", key=key, alg=HMAC)
        assert "1 MiB" in str(explanation) and explanation[0].alternative == "held"
        with key.mac_sign_setup(HMAC) as operation:
            operation.update(bytes(1 << 20))
            with pytest.raises(NotSupported):
                operation.update(b"x")
        with key.mac_sign_setup(HMAC) as operation:
            for _ in range(16):
                operation.update(bytes(1 << 16))
            assert operation.sign_finish() == mac_of(material(key), HMAC, bytes(1 << 20))


def test_driver_with_parts_is_preferred_to_keeping_the_input() -> None:
    with Core(OnePiece(), Parts(), software=False) as core:
        key = key_for(core, HMAC)
        assert core.explain("mac_sign_setup", key=key, alg=HMAC).served_by == ("parts",)
        assert core.explain("mac_compute", key=key, alg=HMAC).served_by == ("onepiece",)
