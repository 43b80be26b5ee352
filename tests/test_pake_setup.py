"""PAKE through the Python API with the software driver: set-ups, the order of calls, keys, and what is refused."""

from __future__ import annotations

import pytest
from pake_groups import P256 as CURVE
from pake_sides import (
    BAD_POINTS,
    EDWARDS,
    P256,
    PUBLIC,
    R1,
    ROUND_1,
    SECRET,
    SHARE,
    SPAKE2P_SUITES,
    jpake,
    jpake_pair,
    jpake_suite,
    matter,
    pair_data,
    pair_type,
    password,
    primitive,
    run_jpake,
    run_round,
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
    KeyAttributes,
    KeyType,
    NotPermitted,
    NotSupported,
    PakeCipherSuite,
    PakeConfirmation,
    PakePrimitive,
    PakePrimitiveType,
    PakeRole,
    Usage,
)

JPAKE = Alg.JPAKE(Alg.SHA_256)
MATTER = Alg.SPAKE2P_MATTER


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
        primitive(EccFamily.SECP_R1, 123),
        primitive(EccFamily.FRP, 256),
    ],
    ids=str,
)
def test_a_group_that_the_software_lacks_is_not_supported(core: Core, group: int) -> None:
    side = jpake(core, password(core), b"a", b"b", jpake_suite(JPAKE, group))
    with pytest.raises(NotSupported):
        side.output(SHARE)


@pytest.mark.parametrize("bits", [255, 448])
def test_a_group_without_addition_is_not_set_up(core: Core, bits: int) -> None:
    with pytest.raises(NotSupported):
        core.pake_setup(password(core), jpake_suite(JPAKE, primitive(EccFamily.MONTGOMERY, bits)))


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
