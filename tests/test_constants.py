"""The Python objects for algorithms, key types and the other numbers of the API."""

from __future__ import annotations

import copy
import doctest
import importlib
import pickle
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spec_data import constants, truth, values

from psa_bridge import constants as psa
from psa_bridge.constants import (
    Alg,
    DhFamily,
    EccFamily,
    KeyType,
    Lifetime,
    Location,
    PakePrimitive,
    PakePrimitiveType,
    Persistence,
    Status,
    Step,
    Usage,
)
from psa_bridge.spec.constructors import CONSTRUCTORS
from psa_bridge.spec.predicates import PREDICATES
from psa_bridge.spec.values import CONSTANTS, Kind

CLASSES = [cls for cls in vars(psa).values() if isinstance(cls, type) and issubclass(cls, psa.Number)]
CLASSES = [cls for cls in CLASSES if cls is not psa.Number]


def _member(cls: type[psa.Number], name: str) -> str:
    return name.removeprefix(cls.KIND.prefix).removeprefix(cls.STRIP)


@pytest.mark.parametrize("cls", CLASSES)
def test_declared_members_are_exactly_those_of_the_table(cls: type[psa.Number]) -> None:
    declared = {name for name in cls.__annotations__ if name.isupper() and not name.startswith("_")}
    table = {_member(cls, name) for name in CONSTANTS.get(cls.KIND, {})}
    table |= {_member(cls, c.name) for c in CONSTRUCTORS.values() if c.kind is cls.KIND} - {""}
    assert declared == table


@pytest.mark.parametrize("cls", CLASSES)
def test_members_print_as_their_macros(cls: type[psa.Number]) -> None:
    for name, value in CONSTANTS.get(cls.KIND, {}).items():
        member = getattr(cls, _member(cls, name))
        assert (type(member), int(member), repr(member), str(member)) == (cls, value, name, name)


def test_every_kind_with_names_has_a_class() -> None:
    assert set(CONSTANTS) - {Kind.SIZE, Kind.API_VERSION} <= {cls.KIND for cls in CLASSES}


def test_every_constant_of_the_specification_is_in_the_table() -> None:
    assert {name: value for names in CONSTANTS.values() for name, value in names.items()} == constants()


@pytest.mark.parametrize(("group", "cls"), [("algorithms", Alg), ("key_types", KeyType)])
def test_predicates_agree_with_the_truth_tables(group: str, cls: type[psa.Number]) -> None:
    universe = [cls(int(entry["hex"], 16)) for entry in values()["universe"][group]]
    for predicate, column in truth(group).items():
        attribute = predicate.removeprefix(cls.KIND.prefix).lower()
        assert [getattr(number, attribute) for number in universe] == column, predicate


def test_every_predicate_is_a_property() -> None:
    owners = {"PSA_ALG_": Alg, "PSA_KEY_TYPE_": KeyType, "PSA_KEY_LIFETIME_": Lifetime}
    for predicate in PREDICATES:
        prefix, cls = next(item for item in owners.items() if predicate.startswith(item[0]))
        assert isinstance(getattr(cls(0), predicate.removeprefix(prefix).lower()), bool)


def test_predicates_without_a_truth_table() -> None:
    assert Alg.HASH_ML_DSA(Alg.SHA_256).sign_supports_context
    assert not Alg.PURE_EDDSA.sign_supports_context
    assert Lifetime(0x80000100).is_volatile
    assert not Lifetime.PERSISTENT.is_volatile


def test_constructors_give_what_their_names_say() -> None:
    assert Alg.HMAC(Alg.SHA_256) == 0x03800009
    assert repr(Alg.ECDSA(Alg.ANY_HASH)) == "PSA_ALG_ECDSA(PSA_ALG_ANY_HASH)"
    assert repr(Alg.TRUNCATED_MAC(Alg.CMAC, 8)) == "PSA_ALG_TRUNCATED_MAC(PSA_ALG_CMAC, 8)"
    assert Alg.KEY_AGREEMENT(Alg.ECDH, Alg.HKDF(Alg.SHA_256)) == 0x09020109
    assert KeyType.ECC_KEY_PAIR(EccFamily.SECP_R1) == 0x7112
    assert Lifetime.FROM_PERSISTENCE_AND_LOCATION(Persistence.DEFAULT, 0x800001) == 0x80000101


def test_accessors_give_objects() -> None:
    combined = Alg.KEY_AGREEMENT(Alg.ECDH, Alg.HKDF(Alg.SHA_256))
    assert (combined.key_agreement_base, combined.key_agreement_kdf) == (Alg.ECDH, Alg.HKDF(Alg.SHA_256))
    assert isinstance(combined.hash, Alg)
    assert combined.hash is not Alg.SHA_256 and combined.hash == Alg.SHA_256
    assert Alg.CCM.hash == Alg.NONE
    assert Alg.AT_LEAST_THIS_LENGTH_MAC(Alg.CMAC, 8).full_length_mac == Alg.CMAC
    assert Alg.AEAD_WITH_SHORTENED_TAG(Alg.ASCON_AEAD128, 8).default_length_tag == Alg.ASCON_AEAD128
    pair = KeyType.DH_KEY_PAIR(DhFamily.RFC7919)
    assert (pair.public_key.key_pair, repr(pair.dh_family)) == (pair, "PSA_DH_FAMILY_RFC7919")
    assert repr(KeyType.ECC_PUBLIC_KEY(EccFamily.FRP).ecc_family) == "PSA_ECC_FAMILY_FRP"
    lifetime = Lifetime(0x80000101)
    assert (lifetime.persistence, lifetime.location) == (Persistence.DEFAULT, Location(0x800001))


def test_pake_primitives_know_their_group() -> None:
    primitive = PakePrimitive.of(PakePrimitiveType.DH, DhFamily.RFC3526, 3072)
    assert repr(primitive) == "PSA_PAKE_PRIMITIVE(PSA_PAKE_PRIMITIVE_TYPE_DH, PSA_DH_FAMILY_RFC3526, 3072)"
    assert (primitive.type, primitive.bits) == (PakePrimitiveType.DH, 3072)
    assert isinstance(primitive.family, DhFamily)
    assert isinstance(PakePrimitive.of(PakePrimitiveType.ECC, EccFamily.SECP_R1, 256).family, EccFamily)
    with pytest.raises(ValueError, match="65535 bits"):
        PakePrimitive.of(PakePrimitiveType.ECC, EccFamily.SECP_R1, 65536)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: Alg.HMAC(Alg.CCM),
            "PSA_ALG_CCM cannot be an argument of PSA_ALG_HMAC: there it takes a hash algorithm",
        ),
        (lambda: Alg.HMAC(Alg.ANY_HASH), "PSA_ALG_ANY_HASH cannot be an argument"),
        (lambda: Alg.HMAC(KeyType.AES), "PSA_KEY_TYPE_AES cannot be an argument"),
        (lambda: Alg.TRUNCATED_MAC(Alg.CMAC, 65), "a length of 1 to 64"),
        (lambda: KeyType.ECC_KEY_PAIR(DhFamily.RFC3526), "an elliptic curve family"),
        (lambda: Alg(1 << 32), "0x100000000 is no algorithm: it has 32 bits"),
        (lambda: KeyType(-1), "no key type"),
        (lambda: Status(1 << 31), "no status"),
        (lambda: Alg.parse("PSA_KEY_TYPE_AES"), "is a key type, not an algorithm"),
    ],
)
def test_a_wrong_argument_is_refused(call: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()  # type: ignore[operator]


def test_a_wrong_number_of_arguments_is_refused() -> None:
    with pytest.raises(TypeError, match="takes 1 arguments, not 2"):
        Alg.HMAC(Alg.SHA_256, 8)  # type: ignore[call-arg]


def test_numbers_without_a_name_survive_and_print_in_c_notation() -> None:
    assert [repr(n) for n in (Alg(0x81234567), KeyType(0xABCD), Status(-7), Step(0x7777), Usage(0x80000001))] == [
        "0x81234567",
        "0xabcd",
        "-7",
        "0x7777",
        "0x80000001",
    ]
    assert Alg(0x81234567).macro is None


def test_usage_flags_combine() -> None:
    usage = Usage.SIGN_HASH | Usage.VERIFY_HASH | Usage.EXPORT
    assert isinstance(usage, Usage)
    assert repr(usage) == "PSA_KEY_USAGE_EXPORT | PSA_KEY_USAGE_SIGN_HASH | PSA_KEY_USAGE_VERIFY_HASH"
    assert Usage.parse(repr(usage)) == usage
    assert Usage.EXPORT in usage and Usage.COPY not in usage
    assert list(usage) == [Usage.EXPORT, Usage.SIGN_HASH, Usage.VERIFY_HASH]
    assert usage & ~Usage.EXPORT == Usage.SIGN_HASH | Usage.VERIFY_HASH


def test_numbers_are_ints_in_every_other_respect() -> None:
    assert {Alg.SHA_256: 1}[0x02000009] == 1
    assert f"{Alg.SHA_256:#x}" == "0x2000009"
    assert f"{Alg.SHA_256}" == "PSA_ALG_SHA_256"
    for number in (Alg.HMAC(Alg.SHA_256), Status.NOT_SUPPORTED, Usage(0)):
        for other in (copy.deepcopy(number), pickle.loads(pickle.dumps(number))):
            assert (type(other), other) == (type(number), number)


def test_status_names_leave_error_out() -> None:
    assert repr(Status.NOT_SUPPORTED) == "PSA_ERROR_NOT_SUPPORTED"
    assert Status.SUCCESS == 0


@given(st.integers(0, 0xFFFFFFFF))
def test_every_algorithm_number_prints_and_parses_back(value: int) -> None:
    assert Alg.parse(repr(Alg(value))) == value


@pytest.mark.parametrize("module", ["algorithms", "keys", "protocol", ""])
def test_examples_in_the_documentation(module: str) -> None:
    found = importlib.import_module(f"psa_bridge.constants.{module}".rstrip("."))
    result = doctest.testmod(found, extraglobs={name: getattr(psa, name) for name in psa.__all__})
    assert result.failed == 0


def test_the_tables_load_without_the_extension_and_with_the_standard_library_only() -> None:
    code = (
        "import sys; before = set(sys.modules); import psa_bridge.spec.encodings; "
        "new = {m.split('.')[0] for m in set(sys.modules) - before}; "
        "sys.exit(', '.join(new - set(sys.stdlib_module_names) - {'psa_bridge'}) or 'psa_bridge._core' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-S", "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("wrong", ["text", 1.5, None, True, b"\1", []])
def test_what_is_no_integer_is_refused_by_name(wrong: Any) -> None:
    for make in (psa.Alg, psa.KeyType, psa.Usage, psa.Status, psa.EccFamily):
        with pytest.raises(TypeError, match=f"{make.__name__} takes an integer, not {type(wrong).__name__}"):
            make(wrong)
    with pytest.raises(TypeError, match="PSA_ALG_HMAC takes an integer"):
        psa.Alg.HMAC(wrong)


@pytest.mark.parametrize(
    "look",
    [
        lambda: psa.KeyType.AES.public_key,
        lambda: psa.KeyType.HMAC.key_pair,
        lambda: psa.Alg.SHA_256.key_agreement_kdf,
        lambda: psa.Alg.SHA_256.default_length_tag,
        lambda: psa.Alg.GCM.full_length_mac,
    ],
)
def test_an_accessor_of_another_kind_of_number_is_refused(look: Callable[[], object]) -> None:
    with pytest.raises(ValueError, match="cannot be an argument of PSA_"):
        look()


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (psa.Lifetime(0xFF), "(PSA_KEY_PERSISTENCE_READ_ONLY, PSA_KEY_LOCATION_LOCAL_STORAGE)"),
        (psa.Lifetime(0x123402), "(0x2, 0x1234)"),
        (psa.KeyType.ECC_KEY_PAIR(0x99), "0x7119"),
        (psa.Alg(0x860000FF), "0x860000ff"),
        (psa.Usage(0x80000001), "0x80000001"),
        (psa.Alg.ECDSA(psa.Alg.ANY_HASH), "PSA_ALG_ECDSA(PSA_ALG_ANY_HASH)"),
        (psa.Alg.TRUNCATED_MAC(psa.Alg.TRUNCATED_MAC(psa.Alg.CMAC, 16), 8), "PSA_ALG_TRUNCATED_MAC(PSA_ALG_CMAC, 8)"),
        (
            psa.Alg.KEY_AGREEMENT(psa.Alg.ECDH, psa.Alg.HKDF(psa.Alg.SHA_256)),
            "PSA_ALG_KEY_AGREEMENT(PSA_ALG_ECDH, PSA_ALG_HKDF(PSA_ALG_SHA_256))",
        ),
    ],
)
def test_wildcards_combinations_and_unknown_numbers_print_as_what_they_are(number: psa.Number, text: str) -> None:
    assert repr(number).removeprefix("PSA_KEY_LIFETIME_FROM_PERSISTENCE_AND_LOCATION") == text
    assert type(number).parse(repr(number)) == number


@pytest.mark.parametrize("family", [0x112, 300, 1 << 40, -1])
def test_a_plain_number_that_is_too_large_for_a_family_is_refused(family: int) -> None:
    for make in (KeyType.ECC_KEY_PAIR, KeyType.DH_PUBLIC_KEY, KeyType.SLH_DSA_KEY_PAIR):
        with pytest.raises(ValueError, match="cannot be an argument of"):
            make(family)
    assert KeyType.ECC_KEY_PAIR(5).ecc_family == 5  # of no family that has a name
