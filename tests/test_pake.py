"""PAKE through the Python API with the software driver: what works, and what each wrong thing raises."""

from __future__ import annotations

import pytest
from pake_groups import ED25519
from pake_groups import P256 as CURVE
from pake_sides import (
    CONFIRM,
    EDWARDS,
    P256,
    PROOF,
    PUBLIC,
    R1,
    ROUND_1,
    ROUND_2,
    SECRET,
    SHARE,
    SPAKE2P_SUITES,
    jpake,
    jpake_pair,
    jpake_suite,
    pair_data,
    pair_type,
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
    BufferTooSmall,
    Core,
    DhFamily,
    EccFamily,
    InvalidArgument,
    InvalidSignature,
    KeyAttributes,
    KeyType,
    NotPermitted,
    NotSupported,
    PakeCipherSuite,
    PakeConfirmation,
    PakeOperation,
    PakePrimitive,
    PakePrimitiveType,
    PakeRole,
    Usage,
)

JPAKE = Alg.JPAKE(Alg.SHA_256)
MATTER = Alg.SPAKE2P_MATTER
WEIERSTRASS = [
    (EccFamily.SECP_R1, 192), (EccFamily.SECP_R1, 224), (EccFamily.SECP_K1, 192), (EccFamily.SECP_K1, 256),
    (EccFamily.BRAINPOOL_P_R1, 256), (EccFamily.BRAINPOOL_P_R1, 512), (EccFamily.SECT_K1, 233),
    (EccFamily.SECT_R1, 571),
]  # fmt: skip


def matter(core: Core, **texts: bytes) -> tuple[PakeOperation, PakeOperation]:
    """Both sides of SPAKE2+ as Matter has it, without identities unless ``texts`` has some for the client."""
    pair, public = spake2p_keys(core, core, MATTER, R1, 256)
    mirrored = {{"user": "peer", "peer": "user"}.get(name, name): text for name, text in texts.items()}
    return spake2p(core, pair, True, **texts), spake2p(core, public, False, **mirrored)


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


X, Y = (part.to_bytes(32, "big") for part in CURVE.base)
BAD_POINTS = {
    "off the curve": b"\4" + X + X,
    "all zero": bytes(65),
    "compressed": b"\2" + X,
    "hybrid": b"\6" + X + Y,
    "coordinate not reduced": b"\4" + (CURVE.p + 5).to_bytes(33, "big")[-32:] + Y,
    "neutral": b"\0",
    "too short": (b"\4" + X + Y)[:64],
    "too long": b"\4" + X + Y + b"\0",
    "empty": b"",
}


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


# Keys, suites, roles


@pytest.mark.parametrize("data", [bytes(8), CURVE.order.to_bytes(32, "big"), (3 * CURVE.order).to_bytes(33, "big")])
def test_a_password_that_is_zero_modulo_the_order_is_refused(core: Core, data: bytes) -> None:
    with pytest.raises(InvalidArgument):
        jpake(core, password(core, data), b"a", b"b").output(SHARE)


@pytest.mark.parametrize(
    ("suite", "error"),
    [
        (PakeCipherSuite(Alg.SHA_256, P256), InvalidArgument),
        (PakeCipherSuite(Alg.NONE, P256), InvalidArgument),
        (PakeCipherSuite(JPAKE & 0xFFFFFF00, P256, PakeConfirmation.UNCONFIRMED_KEY), InvalidArgument),
        (PakeCipherSuite(JPAKE | 0xFF, P256, PakeConfirmation.UNCONFIRMED_KEY), InvalidArgument),
        (PakeCipherSuite(JPAKE, P256), InvalidArgument),
        (PakeCipherSuite(JPAKE, P256, 2), InvalidArgument),
        (PakeCipherSuite(JPAKE, 0, PakeConfirmation.UNCONFIRMED_KEY), InvalidArgument),
        (jpake_suite(JPAKE, PakePrimitive.of(3, EccFamily.SECP_R1, 256)), InvalidArgument),
        (jpake_suite(JPAKE, primitive(EccFamily.SECP_R1, 0)), InvalidArgument),
        (jpake_suite(Alg.JPAKE(Alg.SHA_512)), NotPermitted),
        (PakeCipherSuite(MATTER, P256), NotPermitted),
    ],
    ids=str,
)
def test_a_suite_that_is_none_is_refused_at_setup(core: Core, suite: PakeCipherSuite, error: type[Exception]) -> None:
    with pytest.raises(error):
        core.pake_setup(password(core), suite)


@pytest.mark.parametrize(
    "group",
    [
        PakePrimitive.of(PakePrimitiveType.DH, DhFamily.RFC7919, 2048),
        primitive(EccFamily.MONTGOMERY, 255),
        primitive(EccFamily.SECP_R1, 123),
        primitive(EccFamily.FRP, 256),
    ],
    ids=str,
)
def test_a_group_that_the_software_lacks_is_not_supported(core: Core, group: int) -> None:
    side = jpake(core, password(core), b"a", b"b", jpake_suite(JPAKE, group))
    with pytest.raises(NotSupported):
        side.output(SHARE)


@pytest.mark.parametrize("family", [R1, EDWARDS])
@pytest.mark.parametrize("bits", [192, 224, 255, 256, 384, 448, 521])
@pytest.mark.parametrize("digest", [Alg.SHA_256, Alg.SHA_384, Alg.SHA_512])
@pytest.mark.parametrize("kind", ["SPAKE2P_HMAC", "SPAKE2P_CMAC"])
def test_spake2p_has_the_suites_of_the_rfc_and_no_others(
    core: Core, family: int, bits: int, digest: int, kind: str
) -> None:
    alg = getattr(Alg, kind)(digest)
    curve = (R1, 256) if bits not in (255, 384, 448, 521) or (family == R1) != (bits in (384, 521)) else (family, bits)
    key = core.import_key(KeyAttributes(pair_type(curve[0]), curve[1], usage=Usage.DERIVE, alg=alg), pair_data(*curve))
    suite = PakeCipherSuite(alg, primitive(family, bits))
    if (alg, family, bits) in SPAKE2P_SUITES:
        core.pake_setup(key, suite).abort()
    else:
        with pytest.raises(InvalidArgument):
            core.pake_setup(key, suite)


def test_unconfirmed_spake2p_is_not_supported(core: Core) -> None:
    pair, _ = spake2p_keys(core, core, MATTER, R1, 256)
    with pytest.raises(NotSupported):
        core.pake_setup(pair, PakeCipherSuite(MATTER, P256, PakeConfirmation.UNCONFIRMED_KEY))


def test_the_key_must_be_of_the_group_of_the_suite(core: Core) -> None:
    alg = Alg.SPAKE2P_HMAC(Alg.SHA_256)
    pair, _ = spake2p_keys(core, core, alg, EDWARDS, 255)
    for group in (P256, primitive(R1, 384)):
        with pytest.raises(InvalidArgument):
            core.pake_setup(pair, PakeCipherSuite(alg, group))


KINDS = [KeyType.PASSWORD, KeyType.PASSWORD_HASH, KeyType.DERIVE, KeyType.RAW_DATA, KeyType.HMAC, KeyType.PEPPER]


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_jpake_takes_passwords_and_their_hashes_only(core: Core, kind: int) -> None:
    key = password(core, type=kind)
    if kind in KINDS[:2]:
        core.pake_setup(key, jpake_suite()).abort()
    else:
        with pytest.raises(InvalidArgument):
            core.pake_setup(key, jpake_suite())


ALGORITHMS = [JPAKE, Alg.JPAKE(Alg.SHA_512), MATTER, Alg.SPAKE2P_HMAC(Alg.SHA_256), Alg.SPAKE2P_CMAC(Alg.SHA_256)]


@pytest.mark.parametrize("policy", [*ALGORITHMS, Alg.NONE, Alg.HKDF(Alg.SHA_256)], ids=str)
@pytest.mark.parametrize("asked", ALGORITHMS, ids=str)
@pytest.mark.parametrize("usage", [Usage.DERIVE, ~Usage.DERIVE & 0x3FF07, Usage(0)], ids=str)
def test_only_what_the_policy_permits_is_set_up(core: Core, policy: int, asked: int, usage: int) -> None:
    usage = int(usage) & int(Usage.EXPORT | Usage.COPY | Usage.SIGN_MESSAGE | Usage.DERIVE)
    is_jpake = asked in ALGORITHMS[:2]
    kind = KeyType.PASSWORD if is_jpake else pair_type(R1)
    data = b"password" if is_jpake else b"\1" * 64
    key = core.import_key(KeyAttributes(kind, usage=usage, alg=policy), data)
    suite = jpake_suite(asked) if is_jpake else PakeCipherSuite(asked, P256)
    if policy == asked and usage & Usage.DERIVE:
        core.pake_setup(key, suite).abort()
    else:
        with pytest.raises(NotPermitted):
            core.pake_setup(key, suite)


def test_a_client_needs_the_key_pair(core: Core) -> None:
    _, public = spake2p_keys(core, core, MATTER, R1, 256)
    with pytest.raises(InvalidArgument):
        spake2p(core, public, True)


@pytest.mark.parametrize("role", [PakeRole.NONE, PakeRole.FIRST, PakeRole.SECOND, 0x33])
def test_spake2p_knows_client_and_server_only(core: Core, role: int) -> None:
    pair, _ = spake2p_keys(core, core, MATTER, R1, 256)
    side = core.pake_setup(pair, PakeCipherSuite(MATTER, P256))
    with pytest.raises(InvalidArgument):
        side.set_role(role)


def test_jpake_takes_no_role_but_none(core: Core) -> None:
    key = password(core)
    core.pake_setup(key, jpake_suite()).set_role(PakeRole.NONE)
    with pytest.raises(InvalidArgument):
        core.pake_setup(key, jpake_suite()).set_role(PakeRole.CLIENT)


def test_jpake_takes_no_context(core: Core) -> None:
    with pytest.raises(BadState):
        core.pake_setup(password(core), jpake_suite()).set_context(b"c")


@pytest.mark.parametrize(("own", "other"), [(b"", b"b"), (b"a", b""), (b"same", b"same")])
def test_jpake_needs_two_different_identities(core: Core, own: bytes, other: bytes) -> None:
    with pytest.raises(InvalidArgument):
        jpake(core, password(core), own, other)


# Order


def test_nothing_is_sent_before_everything_needed_is_set(core: Core) -> None:
    key = password(core)
    for missing in ("user", "peer"):
        side = core.pake_setup(key, jpake_suite())
        getattr(side, f"set_{'user' if missing == 'peer' else 'peer'}")(b"x")
        with pytest.raises(BadState):
            side.output(SHARE)
    pair, _ = spake2p_keys(core, core, MATTER, R1, 256)
    with pytest.raises(BadState):
        core.pake_setup(pair, PakeCipherSuite(MATTER, P256)).output(SHARE)


@pytest.mark.parametrize("name", ["role", "user", "peer", "context"])
def test_nothing_is_set_twice_or_after_the_first_step(core: Core, name: str) -> None:
    pair, _ = spake2p_keys(core, core, MATTER, R1, 256)
    value = PakeRole.CLIENT if name == "role" else b"x"
    side = core.pake_setup(pair, PakeCipherSuite(MATTER, P256))
    getattr(side, f"set_{name}")(value)
    with pytest.raises(BadState):
        getattr(side, f"set_{name}")(value)
    late = spake2p(core, pair, True)
    late.output(SHARE)
    with pytest.raises(BadState):
        getattr(late, f"set_{name}")(value)


def test_the_key_is_there_at_the_end_only(core: Core) -> None:
    client, server = matter(core)
    server.input(SHARE, client.output(SHARE))
    with pytest.raises(BadState):
        server.get_shared_key(SECRET)
    one, two = jpake_pair(core)
    run_round(one, two, ROUND_1)
    with pytest.raises(BadState):
        one.get_shared_key(SECRET)


def test_a_password_that_is_destroyed_meanwhile_ends_the_exchange(core: Core) -> None:
    key = password(core)
    side = jpake(core, key, b"a", b"b")
    side.output(SHARE)
    key.destroy()
    with pytest.raises(BadState):
        side.output(PUBLIC)


def test_an_output_buffer_that_is_too_short_is_refused(core: Core) -> None:
    side = jpake(core, password(core), b"a", b"b")
    with pytest.raises(BufferTooSmall):
        side.output(SHARE, out=bytearray(64))
    side.abort()
    side = jpake(core, password(core), b"a", b"b")
    room = bytearray(100)
    assert side.output(SHARE, out=room) == 65
    assert room[0] == 4
    assert not any(room[65:])


@pytest.mark.parametrize(
    "attributes",
    [
        KeyAttributes(KeyType.AES, 128),
        KeyAttributes(KeyType.RAW_DATA),
        KeyAttributes(KeyType.PASSWORD),
        KeyAttributes(pair_type(R1), 256),
        KeyAttributes(KeyType.DERIVE, 256),
        KeyAttributes(KeyType.DERIVE, id=5),
        KeyAttributes(0),
    ],
    ids=str,
)
def test_attributes_that_do_not_fit_the_secret_are_refused(core: Core, attributes: KeyAttributes) -> None:
    one, two = jpake_pair(core)
    run_jpake(one, two)
    with pytest.raises(InvalidArgument):
        one.get_shared_key(attributes)
    with pytest.raises(BadState):
        one.get_shared_key(SECRET)


# SPAKE2+ keys


@pytest.mark.parametrize(("family", "bits"), [(R1, 256), (R1, 384), (R1, 521), (EDWARDS, 255), (EDWARDS, 448)], ids=str)
def test_a_spake2p_key_pair_is_exported_as_it_was_imported(core: Core, family: int, bits: int) -> None:
    data = pair_data(family, bits)
    key = core.import_key(KeyAttributes(pair_type(family), usage=Usage.EXPORT), data)
    assert key.attributes.bits == bits
    assert key.export() == data
    public = core.import_key(KeyAttributes(KeyType.SPAKE2P_PUBLIC_KEY(family)), key.export_public())
    assert public.attributes.bits == bits
    assert public.export() == public.export_public() == key.export_public()
    assert key.export_public()[: len(data) // 2] == data[: len(data) // 2]


ONE, ORDER = (1).to_bytes(32, "big"), CURVE.order.to_bytes(32, "big")


@pytest.mark.parametrize(
    "data",
    [bytes(32) + ONE, ONE + bytes(32), ORDER + ONE, ONE + ORDER, b"\xff" * 64, ONE + ONE[:31], ONE + ONE + b"\0", ONE],
    ids=bytes.hex,
)
@pytest.mark.parametrize("bits", [0, 256])
def test_a_spake2p_key_pair_out_of_range_is_refused(core: Core, data: bytes, bits: int) -> None:
    with pytest.raises(InvalidArgument):
        core.import_key(KeyAttributes(pair_type(R1), bits), data)


@pytest.mark.parametrize("point", BAD_POINTS.values(), ids=BAD_POINTS.keys())
def test_a_spake2p_public_key_with_an_invalid_point_is_refused(core: Core, point: bytes) -> None:
    with pytest.raises(InvalidArgument):
        core.import_key(KeyAttributes(KeyType.SPAKE2P_PUBLIC_KEY(R1), 256), ONE + point)


@pytest.mark.parametrize("bits", [192, 224])
def test_spake2p_keys_of_other_curves_are_refused(core: Core, bits: int) -> None:
    with pytest.raises((InvalidArgument, NotSupported)):
        core.import_key(KeyAttributes(pair_type(R1), bits), b"\1" * (bits // 4))


def test_a_spake2p_key_pair_cannot_be_generated(core: Core) -> None:
    with pytest.raises(NotSupported):
        core.generate_key(KeyAttributes(pair_type(R1), 256))


# Python


def test_a_suite_prints_as_what_it_is() -> None:
    assert repr(PakeCipherSuite(MATTER, P256)) == (
        "PakeCipherSuite(algorithm=PSA_ALG_SPAKE2P_MATTER, primitive=PSA_PAKE_PRIMITIVE(PSA_PAKE_PRIMITIVE_TYPE_ECC, "
        "PSA_ECC_FAMILY_SECP_R1, 256), key_confirmation=PSA_PAKE_CONFIRMED_KEY)"
    )


def test_wrong_types_are_told_before_anything_is_called(core: Core) -> None:
    with pytest.raises(TypeError, match="cipher_suite has to be a PakeCipherSuite"):
        core.pake_setup(password(core), (JPAKE, P256, 1))  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="encode text first"):
        core.pake_setup(password(core), jpake_suite()).set_user("alice")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="does not fit 32 bits"):
        PakeCipherSuite(1 << 32, P256)


def test_an_operation_that_is_left_behind_is_given_back(core: Core) -> None:
    key = password(core)
    for _ in range(300):
        jpake(core, key, b"a", b"b").output(SHARE)
    with jpake(core, key, b"a", b"b") as side:
        side.output(SHARE)
    assert not side.active
