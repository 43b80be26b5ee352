"""PAKE through the Python API with the software driver: whole exchanges, and peers that lie."""

from __future__ import annotations

import pytest
from pake_groups import ED25519
from pake_groups import P256 as CURVE
from pake_sides import (
    BAD_POINTS,
    CONFIRM,
    EDWARDS,
    PROOF,
    PUBLIC,
    R1,
    ROUND_1,
    ROUND_2,
    SHARE,
    SPAKE2P_SUITES,
    jpake,
    jpake_pair,
    jpake_suite,
    matter,
    password,
    primitive,
    run_jpake,
    run_round,
    run_spake2p,
    secret,
    spake2p,
    spake2p_keys,
)

from psa_bridge import (
    Alg,
    BadState,
    Core,
    EccFamily,
    InvalidArgument,
    InvalidSignature,
    KeyAttributes,
    KeyType,
    NotSupported,
    Usage,
)

JPAKE = Alg.JPAKE(Alg.SHA_256)
MATTER = Alg.SPAKE2P_MATTER
WEIERSTRASS = [
    (EccFamily.SECP_R1, 192), (EccFamily.SECP_R1, 224), (EccFamily.SECP_K1, 192), (EccFamily.SECP_K1, 256),
    (EccFamily.BRAINPOOL_P_R1, 256), (EccFamily.BRAINPOOL_P_R1, 512), (EccFamily.SECT_K1, 233),
    (EccFamily.SECT_R1, 571),
]  # fmt: skip


# Whole exchanges


def test_both_sides_of_jpake_get_the_same_secret(core: Core) -> None:
    one, two = jpake_pair(core)
    run_jpake(one, two)
    assert len(secret(one)) == 65
    one, two = jpake_pair(core)
    run_jpake(one, two)
    assert secret(one) == secret(two)
    assert not one.active
    assert not two.active


@pytest.mark.parametrize(("family", "bits"), WEIERSTRASS, ids=str)
def test_jpake_works_on_any_curve_of_libcrypto(core: Core, family: int, bits: int) -> None:
    suite = jpake_suite(Alg.JPAKE(Alg.SHA3_256), primitive(family, bits))
    key = password(core, b"password", suite.algorithm)
    one, two = jpake(core, key, b"a", b"b", suite), jpake(core, key, b"b", b"a", suite)
    try:
        run_jpake(one, two)
    except NotSupported:
        pytest.skip(f"needs a libcrypto with the curve {family!r} {bits}")
    assert secret(one) == secret(two)


@pytest.mark.parametrize("order", ["out in out in", "in out in out", "out in in out", "in out out in"])
def test_a_round_of_jpake_may_begin_with_either_block(core: Core, order: str) -> None:
    one, two = jpake_pair(core)
    for at, steps in ((0, ROUND_1), (2, ROUND_2)):
        theirs = [two.output(step) for step in steps]
        for block in order.split()[at : at + 2]:
            if block == "out":
                ours = [one.output(step) for step in steps]
            else:
                for step, message in zip(steps, theirs, strict=True):
                    one.input(step, message)
        for step, message in zip(steps, ours, strict=True):
            two.input(step, message)
    assert secret(one) == secret(two)


@pytest.mark.parametrize(("alg", "family", "bits"), SPAKE2P_SUITES, ids=str)
def test_both_sides_of_spake2p_get_the_same_secret(core: Core, alg: int, family: int, bits: int) -> None:
    pair, public = spake2p_keys(core, core, alg, family, bits)
    for server_key in (public, pair):
        client, server = spake2p(core, pair, True, context=b"c"), spake2p(core, server_key, False, context=b"c")
        run_spake2p(client, server)
        shared = secret(client)
        assert shared == secret(server)
        assert len(shared) == {0x0A000609: 16}.get(int(alg), 32 if alg & 0xFF == 0x09 else 64)


def test_identities_and_context_are_part_of_what_is_confirmed(core: Core) -> None:
    key, _ = spake2p_keys(core, core, MATTER, R1, 256)
    for right, wrong in (("user", "x"), ("peer", "x"), ("context", "x"), ("context", "")):
        texts = {"user": b"u", "peer": b"p", right: wrong.encode()}
        client = spake2p(core, key, True, **texts)
        server = spake2p(core, key, False, user=b"p", peer=b"u")
        server.input(SHARE, client.output(SHARE))
        client.input(SHARE, server.output(SHARE))
        with pytest.raises(InvalidSignature):
            client.input(CONFIRM, server.output(CONFIRM))


def test_the_shared_secret_of_spake2p_can_be_a_key_of_a_block_cipher(core: Core) -> None:
    client, server = matter(core)
    run_spake2p(client, server)
    attributes = KeyAttributes(KeyType.AES, 128, usage=Usage.ENCRYPT | Usage.DECRYPT, alg=Alg.CTR)
    ours, theirs = client.get_shared_key(attributes), server.get_shared_key(attributes)
    assert theirs.cipher_decrypt(Alg.CTR, ours.cipher_encrypt(Alg.CTR, b"text")) == b"text"


def test_the_shared_secret_can_be_a_persistent_key_and_an_hmac_key(core: Core) -> None:
    one, two = jpake_pair(core)
    run_jpake(one, two)
    key = one.get_shared_key(KeyAttributes(KeyType.HMAC, usage=Usage.EXPORT, id=7, lifetime=1))
    assert (key.id, key.attributes.bits, key.attributes.type) == (7, 520, KeyType.HMAC)
    assert key.export() == secret(two)


# A peer that does not know, or lies


def test_another_password_gives_another_secret_in_jpake(core: Core) -> None:
    one, two = jpake_pair(core, b"password", b"passw0rd")
    run_jpake(one, two)
    assert secret(one) != secret(two)


def test_another_password_is_noticed_by_the_confirmation_of_spake2p(core: Core) -> None:
    one, _ = spake2p_keys(core, core, MATTER, R1, 256)
    _, other = spake2p_keys(core, core, MATTER, R1, 256)
    client, server = spake2p(core, one, True), spake2p(core, other, False)
    server.input(SHARE, client.output(SHARE))
    client.input(SHARE, server.output(SHARE))
    with pytest.raises(InvalidSignature):
        client.input(CONFIRM, server.output(CONFIRM))
    with pytest.raises(BadState):
        client.output(CONFIRM)


@pytest.mark.parametrize("which", range(3))
def test_a_flipped_bit_of_a_proof_is_rejected(core: Core, which: int) -> None:
    one, two = jpake_pair(core)
    if which == 2:
        run_round(one, two, ROUND_1)
    for step in ROUND_1[: 3 * which] if which < 2 else ():
        one.input(step, two.output(step))
    messages = [two.output(step) for step in ROUND_2]
    one.input(SHARE, messages[0])
    one.input(PUBLIC, messages[1])
    wrong = bytearray(messages[2])
    wrong[-1] ^= 1
    with pytest.raises(InvalidSignature):
        one.input(PROOF, wrong)


def test_a_proof_that_is_not_less_than_the_order_is_rejected(core: Core) -> None:
    one, two = jpake_pair(core)
    one.input(SHARE, two.output(SHARE))
    one.input(PUBLIC, two.output(PUBLIC))
    proof = int.from_bytes(two.output(PROOF), "big")
    with pytest.raises(InvalidSignature):
        one.input(PROOF, (CURVE.order + proof % (2**256 - CURVE.order)).to_bytes(32, "big"))


def test_a_proof_without_its_leading_zeros_is_taken(core: Core) -> None:
    for _ in range(2000):
        one, two = jpake_pair(core)
        messages = [two.output(step) for step in ROUND_2]
        if messages[2][0] == 0:
            break
        one.abort()
        two.abort()
    else:
        pytest.fail("no proof began with a zero")
    one.input(SHARE, messages[0])
    one.input(PUBLIC, messages[1])
    one.input(PROOF, messages[2].lstrip(b"\0"))


def test_jpake_messages_that_are_sent_back_are_rejected(core: Core) -> None:
    one, _ = jpake_pair(core)
    own = [one.output(step) for step in ROUND_1]
    one.input(SHARE, own[0])
    one.input(PUBLIC, own[1])
    with pytest.raises(InvalidSignature):
        one.input(PROOF, own[2])


def test_another_identity_than_that_of_the_peer_is_rejected(core: Core) -> None:
    key = password(core)
    one, two = jpake(core, key, b"alice", b"bob"), jpake(core, key, b"bobby", b"alice")
    one.input(SHARE, two.output(SHARE))
    one.input(PUBLIC, two.output(PUBLIC))
    with pytest.raises(InvalidSignature):
        one.input(PROOF, two.output(PROOF))


@pytest.mark.parametrize("point", BAD_POINTS.values(), ids=BAD_POINTS.keys())
@pytest.mark.parametrize("step", [SHARE, PUBLIC], ids=["share", "commitment"])
def test_an_invalid_point_in_jpake_is_rejected(core: Core, step: int, point: bytes) -> None:
    one, two = jpake_pair(core)
    if step == PUBLIC:
        one.input(SHARE, two.output(SHARE))
    with pytest.raises(InvalidArgument):
        one.input(step, point)


@pytest.mark.parametrize("point", BAD_POINTS.values(), ids=BAD_POINTS.keys())
@pytest.mark.parametrize("client", [True, False], ids=["client", "server"])
def test_an_invalid_share_in_spake2p_is_rejected(core: Core, client: bool, point: bytes) -> None:
    side = matter(core)[0 if client else 1]
    if client:
        side.output(SHARE)
    with pytest.raises(InvalidArgument):
        side.input(SHARE, point)


def _small_order() -> list[bytes]:
    """Points of edwards25519 whose order divides 8, and one that is the sum of such a point and a good one."""
    point = next(ED25519.decode(y.to_bytes(32, "little")) for y in range(2, 99) if _on_curve(y))
    torsion = ED25519.multiply(ED25519.order, point)
    multiples = [ED25519.multiply(k, torsion) for k in range(1, 9)]
    return [ED25519.encode(each) for each in (*multiples, ED25519.add(ED25519.base, torsion))]


def _on_curve(y: int) -> bool:
    try:
        point = ED25519.decode(y.to_bytes(32, "little"))
    except ValueError:
        return False
    return ED25519.multiply(4 * ED25519.order, point) != ED25519.neutral


@pytest.mark.parametrize("point", _small_order(), ids=bytes.hex)
def test_a_share_outside_the_group_of_prime_order_is_rejected(core: Core, point: bytes) -> None:
    _, public = spake2p_keys(core, core, Alg.SPAKE2P_HMAC(Alg.SHA_256), EDWARDS, 255)
    with pytest.raises(InvalidArgument):
        spake2p(core, public, False).input(SHARE, point)


def test_a_share_that_is_nothing_but_the_mask_is_rejected(core: Core) -> None:
    w0 = 5
    data = CURVE.scalar_bytes(w0) + CURVE.scalar_bytes(6)
    pair, _ = spake2p_keys(core, core, MATTER, R1, 256, data)
    m = CURVE.decode(bytes.fromhex("02886e2f97ace46e55ba9dd7242579f2993b64e16ef3dcab95afd497333d8fa12f"))
    with pytest.raises(InvalidArgument):
        spake2p(core, pair, False).input(SHARE, CURVE.encode(CURVE.multiply(w0, m)))


@pytest.mark.parametrize("length", [0, 31, 33])
def test_a_confirmation_of_another_length_is_rejected(core: Core, length: int) -> None:
    client, server = matter(core)
    server.input(SHARE, client.output(SHARE))
    client.input(SHARE, server.output(SHARE))
    with pytest.raises(InvalidArgument):
        client.input(CONFIRM, bytes(length))


def test_two_clients_do_not_come_to_a_key(core: Core) -> None:
    pair, _ = spake2p_keys(core, core, MATTER, R1, 256)
    one, two = spake2p(core, pair, True), spake2p(core, pair, True)
    first, second = one.output(SHARE), two.output(SHARE)
    one.input(SHARE, second)
    two.input(SHARE, first)
    with pytest.raises(BadState):
        one.output(CONFIRM)
