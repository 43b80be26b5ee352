"""Checks that need policy matching or several descriptions."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from psa_bridge.driver.descriptions.description import parse_description, read_description
from psa_bridge.driver.descriptions.lint import default_policies, lint_description, lint_list
from psa_bridge.driver.descriptions.matching import EXACT, Policies
from psa_bridge.driver.descriptions.mechanisms import is_wildcard, parse_algorithm
from psa_bridge.driver.descriptions.model import Description
from psa_bridge.driver.findings import Finding, Findings, Severity

DESCRIPTIONS = Path(__file__).parent / "data" / "descriptions"


def _permits(policy: int, requested: int) -> bool:
    """As much of the core's rules as these tests need: equality and the wildcard for hashes."""
    if is_wildcard(requested):
        return False
    return policy == requested or (policy & 0xFF == 0xFF and (policy ^ requested) & ~0xFF == 0)


def _common(a: int, b: int) -> bool:
    return a == b or _permits(a, b) or _permits(b, a)


FAKE = Policies(_permits, _common)


def transparent(*capabilities: dict[str, Any], prefix: str = "acme", **more: Any) -> Description:
    document = {"prefix": prefix, "type": "transparent", "capabilities": list(capabilities)} | more
    return parse_description(json.dumps(document, indent=1), f"{prefix}.json")


def opaque(location: Any, *capabilities: dict[str, Any], prefix: str = "acme", **more: Any) -> Description:
    document = {
        "prefix": prefix,
        "type": "opaque",
        "location": location,
        "key_context": {},
        "capabilities": capabilities,
    }
    return parse_description(json.dumps(document | more, indent=1), f"{prefix}_opaque.json")


def cap(*entry_points: str, **properties: Any) -> dict[str, Any]:
    return {"entry_points": list(entry_points)} | properties


def found(findings: Findings, *but: str) -> list[tuple[str, str]]:
    return [(f.rule, f.place.json_path) for f in findings if f.rule not in but]


def only(findings: Findings) -> Finding:
    (finding,) = findings
    return finding


ECDSA_ANY = "PSA_ALG_ECDSA(PSA_ALG_ANY_HASH)"
ECDSA_256 = "PSA_ALG_ECDSA(PSA_ALG_SHA_256)"
ECDSA_384 = "PSA_ALG_ECDSA(PSA_ALG_SHA_384)"
P256 = "PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1)"
K1 = "PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_K1)"
ANY_PAIR = "PSA_KEY_TYPE_ECC_KEY_PAIR(_)"
RSA = "PSA_KEY_TYPE_RSA_KEY_PAIR"


# Contradictions within a description.

OVERLAPS: list[tuple[dict[str, Any], dict[str, Any], bool]] = [
    ({}, {}, True),
    ({"algorithms": [ECDSA_256]}, {}, True),
    ({"algorithms": [ECDSA_256]}, {"algorithms": [ECDSA_384]}, False),
    ({"algorithms": [ECDSA_ANY]}, {"algorithms": [ECDSA_384]}, True),
    ({"algorithms": [ECDSA_384]}, {"algorithms": [ECDSA_ANY]}, True),
    ({"algorithms": []}, {}, False),
    ({"key_types": [P256]}, {"key_types": [K1]}, False),
    ({"key_types": [ANY_PAIR]}, {"key_types": [K1]}, True),
    ({"key_types": [K1]}, {"key_types": [ANY_PAIR, RSA]}, True),
    ({"key_types": [RSA]}, {"key_types": [ANY_PAIR]}, False),
    ({"key_sizes": [256]}, {"key_sizes": [384]}, False),
    ({"key_sizes": [256, 384]}, {"key_sizes": ["0x100"]}, True),
    ({"key_sizes": ["ACME_BITS"]}, {"key_sizes": ["ACME_BITS"]}, True),
    ({"key_sizes": ["ACME_BITS"]}, {"key_sizes": [256]}, False),
    ({"algorithms": [ECDSA_256], "key_types": [P256]}, {"algorithms": [ECDSA_ANY], "key_types": [K1]}, False),
    ({"algorithms": [ECDSA_256], "key_sizes": [256]}, {"algorithms": [ECDSA_ANY], "key_types": [P256]}, True),
]


@pytest.mark.parametrize(("first", "second", "overlapping"), OVERLAPS)
def test_overlapping_capabilities_must_name_one_function(
    first: dict[str, Any], second: dict[str, Any], overlapping: bool
) -> None:
    description = transparent(
        cap("sign_hash", names={"sign_hash": "f"}, **first), cap("sign_hash", names={"sign_hash": "g"}, **second)
    )
    rules = found(lint_description(description, FAKE), "without-effect", "algorithm-unusable", "never-reached")
    expected = [("contradicting-capabilities", "$.capabilities[1].entry_points[0]")]
    assert rules == (expected if overlapping else [])


def test_overlapping_capabilities_may_share_a_function() -> None:
    names = {"sign_hash": "f"}
    description = transparent(cap("sign_hash", names=names), cap("sign_hash", names=names, algorithms=[ECDSA_256]))
    assert found(lint_description(description, FAKE)) == []


def test_a_contradiction_names_both_places() -> None:
    description = transparent(cap("sign_hash"), cap("sign_hash", names={"sign_hash": "g"}))
    finding = only(lint_description(description, FAKE))
    assert finding.severity is Severity.ERROR
    assert finding.related[0].place.json_path == "$.capabilities[0].entry_points[0]"
    assert finding.related[0].place.line < finding.place.line


def test_capabilities_under_different_conditions_may_exclude_each_other() -> None:
    one, other = {"mbedtls/c_condition": "defined(X)"}, {"mbedtls/c_condition": "!defined(X)"}

    def severity(first: dict[str, Any], second: dict[str, Any]) -> Severity:
        named = cap("sign_hash", names={"sign_hash": "g"}, **second)
        return only(lint_description(transparent(cap("sign_hash", **first), named), FAKE)).severity

    assert severity(one, other) is Severity.WARNING
    assert severity(one, one) is Severity.ERROR
    assert severity({}, other) is Severity.ERROR


def test_drivers_under_different_conditions_may_exclude_each_other() -> None:
    drivers = [opaque(0x800001, SIGN, prefix=p, **{"mbedtls/h_condition": f"defined({p})"}) for p in ("a", "b")]
    finding = only(lint_list(drivers, FAKE))
    assert (finding.rule, finding.severity) == ("location-twice", Severity.WARNING)


def test_families_with_common_members_must_share_the_operation_type() -> None:
    description = transparent(cap("mac_multipart", names={"mac_operation_t": "t"}), cap("mac_verify_multipart"))
    rules = {rule for rule, _ in found(lint_description(description, FAKE))}
    assert rules == {"contradicting-capabilities"}


def test_hashes_overlap_whatever_the_keys() -> None:
    description = transparent(
        cap("hash_compute", names={"hash_compute": "f"}, key_types=[P256]), cap("hash_compute", key_types=[RSA])
    )
    assert ("contradicting-capabilities", "$.capabilities[1].entry_points[0]") in found(
        lint_description(description, FAKE)
    )


# Capabilities that no call can match.

UNREACHABLE: list[tuple[dict[str, Any], list[tuple[str, str]]]] = [
    (cap("sign_hash", algorithms=["PSA_ALG_SHA_256"]), [("never-reached", "")]),
    (cap("hash_compute", algorithms=["PSA_ALG_ANY_HASH"]), [("never-reached", "")]),
    (cap("generate_key", "import_key", key_types=["PSA_KEY_TYPE_AES", "PSA_KEY_TYPE_HMAC"]), [("never-reached", "")]),
    (cap("derive_key", derived_types=["PSA_KEY_TYPE_DES", "PSA_KEY_TYPE_AES"]), [("never-reached", "")]),
    (cap("derive_key", derived_types=["PSA_KEY_TYPE_DES", P256]), [("key-type-unusable", ".derived_types[0]")]),
    (cap("generate_key", key_types=["PSA_KEY_TYPE_AES", RSA]), []),
    (cap("sign_hash", algorithms=[ECDSA_ANY], key_types=[RSA]), [("never-reached", "")]),
    (cap("sign_hash", key_types=["PSA_KEY_TYPE_RSA_PUBLIC_KEY"]), [("never-reached", "")]),
    (cap("sign_hash", key_types=[P256], key_sizes=[100]), [("never-reached", "")]),
    (
        cap("key_agreement", algorithms=["PSA_ALG_KEY_AGREEMENT(PSA_ALG_ECDH, PSA_ALG_HKDF(PSA_ALG_SHA_256))"]),
        [("never-reached", "")],
    ),
    (cap("cipher_encrypt", algorithms=["PSA_ALG_CTR"], key_types=["PSA_KEY_TYPE_CHACHA20"]), [("never-reached", "")]),
    (cap("sign_hash", "mac_compute", algorithms=[ECDSA_ANY]), [("partly-reached", ".entry_points[1]")]),
    (
        cap("sign_hash", "verify_hash", key_types=["PSA_KEY_TYPE_RSA_PUBLIC_KEY"]),
        [("partly-reached", ".entry_points[0]")],
    ),
    (cap("sign_hash", algorithms=[ECDSA_ANY, "PSA_ALG_CTR"]), [("algorithm-unusable", ".algorithms[1]")]),
    (cap("sign_hash", algorithms=[ECDSA_ANY], key_types=[P256, RSA]), [("key-type-unusable", ".key_types[1]")]),
    (cap("sign_hash", key_types=[P256], key_sizes=[256, 257]), [("key-size-unusable", ".key_sizes[1]")]),
    (
        cap("hash_compute", key_types=[P256], key_sizes=[256]),
        [("property-unused", ".key_types[0]"), ("property-unused", ".key_sizes[0]")],
    ),
    (cap("cipher_encrypt", algorithms=["PSA_ALG_XTS"], key_types=["PSA_KEY_TYPE_AES"], key_sizes=[512]), []),
    (
        cap("cipher_encrypt", algorithms=["PSA_ALG_CTR"], key_types=["PSA_KEY_TYPE_AES"], key_sizes=[512]),
        [("never-reached", "")],
    ),
    (
        cap(
            "mac_compute",
            algorithms=["PSA_ALG_AT_LEAST_THIS_LENGTH_MAC(PSA_ALG_CMAC, 8)"],
            key_types=["PSA_KEY_TYPE_AES"],
        ),
        [],
    ),
    (
        cap(
            "mac_compute",
            algorithms=["PSA_ALG_TRUNCATED_MAC(PSA_ALG_HMAC(PSA_ALG_SHA_256), 8)"],
            key_types=["PSA_KEY_TYPE_HMAC"],
            key_sizes=[24],
        ),
        [],
    ),
    (
        cap(
            "import_key",
            "generate_key",
            key_types=[P256, RSA],
            algorithms=[ECDSA_ANY, "PSA_ALG_RSA_OAEP(PSA_ALG_SHA_1)"],
        ),
        [],
    ),
    (
        cap(
            "sign_hash",
            algorithms=["PSA_ALG_PURE_EDDSA"],
            key_types=["PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_TWISTED_EDWARDS)"],
            key_sizes=[255, "ACME_BITS"],
        ),
        [],
    ),
]


@pytest.mark.parametrize(("capability", "expected"), UNREACHABLE)
def test_what_can_never_match_is_found(capability: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    findings = lint_description(transparent(capability), FAKE)
    assert sorted(found(findings)) == sorted((rule, f"$.capabilities[0]{path}") for rule, path in expected)
    assert all(f.severity is Severity.WARNING and f.remedy for f in findings)


# Locations and prefixes of opaque drivers.

SIGN = cap("sign_hash")


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (0x800001, 0x800001, ["location-twice"]),
        (0x800001, "0x800001", ["location-twice"]),
        (0x800001, "0x800000 | 1", ["location-twice"]),
        (0x800001, 0x800002, []),
        ("ACME_LOCATION", "ACME_LOCATION", ["location-unresolved", "location-unresolved", "location-twice"]),
        ("ACME_LOCATION", "OTHER_LOCATION", ["location-unresolved", "location-unresolved"]),
        ("ACME_LOCATION", 0x800001, ["location-unresolved"]),
        (0x7FFFFF, 0x800001, ["location-range"]),
    ],
)
def test_locations_of_a_list(first: Any, second: Any, expected: list[str]) -> None:
    findings = lint_list([opaque(first, SIGN, prefix="a"), opaque(second, SIGN, prefix="b")], FAKE)
    assert sorted(f.rule for f in findings) == sorted(expected)
    for finding in findings:
        assert finding.place.json_path == "$.location"


def test_locations_that_a_compiler_evaluated() -> None:
    drivers = [opaque("A_LOCATION", SIGN, prefix="a"), opaque("B_LOCATION", SIGN, prefix="b")]
    same = lint_list(drivers, FAKE, location=lambda _: 0x800001)
    assert "location-twice" in {f.rule for f in same}
    other = lint_list(drivers, FAKE, location=lambda d: 0x800001 if d.prefix == "a" else 0x800002)
    assert "location-twice" not in {f.rule for f in other}


def test_two_opaque_drivers_with_one_prefix() -> None:
    names = {"sign_hash": "other_sign"}
    findings = lint_list([opaque(0x800001, SIGN), opaque(0x800002, cap("sign_hash", names=names))], FAKE)
    assert found(findings) == [("prefix-twice", "$.prefix")]


# C names of a list.


def test_a_pair_with_one_prefix_must_name_its_functions() -> None:
    pair = [transparent(SIGN, **{"psa_bridge/dialect": "psa"}), opaque(0x800001, SIGN, **{"psa_bridge/dialect": "psa"})]
    finding = only(lint_list(pair, FAKE))
    assert (finding.rule, finding.severity) == ("name-twice", Severity.ERROR)
    assert "acme_sign_hash" in finding.message


def test_a_pair_of_unknown_dialect_may_be_right() -> None:
    finding = only(lint_list([transparent(SIGN), opaque(0x800001, SIGN)], FAKE))
    assert (finding.rule, finding.severity) == ("name-twice", Severity.WARNING)


def test_a_pair_of_the_mbedtls_dialect_has_different_names() -> None:
    paths = [DESCRIPTIONS / "test_driver_transparent.json", DESCRIPTIONS / "test_driver_opaque.json"]
    findings = lint_list([read_description(path) for path in paths], FAKE)
    assert not findings.errors
    assert "name-twice" not in {f.rule for f in findings}


def test_a_pair_may_share_a_function_on_purpose() -> None:
    shared = cap("sign_hash", names={"sign_hash": "acme_sign"})
    assert found(lint_list([transparent(shared), opaque(0x800001, shared)], FAKE)) == []


# Random drivers.

RANDOM = cap("get_random", initial_entropy_size=0)


def test_two_random_drivers_without_fallback() -> None:
    findings = lint_list([transparent(RANDOM), transparent(RANDOM, prefix="other")], FAKE)
    assert [f.rule for f in findings] == ["random-twice"]
    assert only(findings).related[0].place.file == "acme.json"


def test_one_random_driver_may_fall_back_to_another() -> None:
    first = transparent(RANDOM | {"fallback": True})
    assert found(lint_list([first, transparent(RANDOM, prefix="other")], FAKE)) == []


# Shadows.


def shadow(first: dict[str, Any], second: dict[str, Any], **more: Any) -> list[tuple[str, str]]:
    return found(lint_list([transparent(first, prefix="a", **more), transparent(second, prefix="b")], FAKE))


NEVER = [("never-reached", "$.capabilities[0]")]
PARTLY = [("partly-reached", "$.capabilities[0]")]


def test_an_earlier_driver_without_fallback_hides_a_later_one() -> None:
    assert shadow(SIGN, SIGN) == NEVER
    assert shadow(SIGN, cap("sign_hash", algorithms=[ECDSA_256], key_types=[P256], key_sizes=[256])) == NEVER
    assert shadow(cap("sign_hash", algorithms=[ECDSA_ANY]), cap("sign_hash", algorithms=[ECDSA_256])) == NEVER
    assert shadow(cap("sign_hash", key_types=[ANY_PAIR]), cap("sign_hash", key_types=[P256])) == NEVER


def test_an_earlier_driver_with_fallback_hides_nothing() -> None:
    assert shadow(cap("sign_hash", fallback=True), SIGN) == []


def test_an_earlier_driver_under_a_condition_hides_nothing_for_sure() -> None:
    assert shadow(cap("sign_hash", **{"mbedtls/c_condition": "defined(X)"}), SIGN) == []
    assert shadow(SIGN, SIGN, **{"mbedtls/h_condition": "defined(X)"}) == []


def test_an_earlier_driver_that_does_less_hides_nothing() -> None:
    assert shadow(cap("sign_hash", algorithms=[ECDSA_256]), SIGN) == []
    assert shadow(cap("sign_hash", algorithms=[ECDSA_256]), cap("sign_hash", algorithms=[ECDSA_ANY])) == []
    assert shadow(cap("sign_hash", key_types=[P256]), cap("sign_hash", key_types=[ANY_PAIR])) == []
    assert shadow(cap("sign_hash", key_sizes=[256]), cap("sign_hash", key_sizes=[256, 384])) == []
    assert shadow(cap("verify_hash"), SIGN) == []


def test_a_part_of_a_capability_may_be_hidden() -> None:
    assert shadow(SIGN, cap("sign_hash", "verify_hash")) == PARTLY


def test_another_way_to_serve_the_same_request_hides_as_well() -> None:
    assert shadow(cap("hash_multipart"), cap("hash_compute")) == NEVER
    assert shadow(cap("hash_compute"), cap("hash_multipart")) == []


def test_an_export_of_the_public_key_is_no_verification() -> None:
    assert shadow(cap("export_public_key"), cap("verify_hash")) == []


def test_opaque_drivers_hide_nothing() -> None:
    drivers = [opaque(0x800001, SIGN, prefix="a"), transparent(SIGN, prefix="b")]
    assert found(lint_list(drivers, FAKE)) == []


def test_entropy_and_init_are_called_in_every_driver() -> None:
    both = (cap("get_entropy"), cap("init"))
    assert found(lint_list([transparent(*both, prefix="a"), transparent(*both, prefix="b")], FAKE)) == []


# The rules of the core.


def test_exact_matching_invents_no_overlap() -> None:
    any_hash, one = parse_algorithm(ECDSA_ANY).value, parse_algorithm(ECDSA_256).value
    assert not EXACT.permits(any_hash, one)
    assert not EXACT.common(any_hash, one)
    assert EXACT.permits(one, one)


def test_the_rules_of_the_core_know_wildcards() -> None:
    pytest.importorskip("psa_bridge._core")
    policies = default_policies()
    if policies is EXACT:
        pytest.skip("the compiled core has no policy functions")

    def value(text: str) -> int:
        return parse_algorithm(text).value

    assert policies.permits(value(ECDSA_ANY), value(ECDSA_256))
    assert not policies.permits(value(ECDSA_256), value(ECDSA_ANY))
    assert policies.common(value(ECDSA_ANY), value(ECDSA_256))
    short = value("PSA_ALG_AT_LEAST_THIS_LENGTH_MAC(PSA_ALG_HMAC(PSA_ALG_SHA_256), 8)")
    long = value("PSA_ALG_AT_LEAST_THIS_LENGTH_MAC(PSA_ALG_HMAC(PSA_ALG_SHA_256), 16)")
    assert policies.common(short, long)
    assert not policies.common(short, value("PSA_ALG_AT_LEAST_THIS_LENGTH_MAC(PSA_ALG_HMAC(PSA_ALG_SHA_1), 8)"))


@pytest.mark.parametrize("path", sorted(DESCRIPTIONS.glob("*.json")), ids=lambda path: path.stem)
def test_the_examples_are_right(path: Path) -> None:
    findings = lint_description(read_description(path))
    assert [f.rule for f in findings if f.severity is not Severity.NOTE] == []


def test_the_drivers_of_the_project_are_right() -> None:
    for path in sorted((Path(__file__).parent.parent / "drivers").glob("*/driver*.json")):
        findings = lint_description(read_description(path))
        assert [f.render() for f in findings if f.severity is not Severity.NOTE] == [], path


@pytest.mark.parametrize(
    ("capability", "reason"),
    [
        (cap("mac_compute", algorithms=["PSA_ALG_MD5"]), "mac_compute is not called with PSA_ALG_MD5"),
        (cap("sign_hash", key_types=["PSA_KEY_TYPE_RSA_PUBLIC_KEY"]), "sign_hash is not called with public keys"),
        (cap("sign_hash", algorithms=[ECDSA_ANY], key_types=[RSA]), f"{ECDSA_ANY} does not work with {RSA}"),
        (cap("sign_hash", key_types=[P256], key_sizes=[100]), f"{P256} keys do not have 100 bits"),
        (cap("generate_key", key_types=["PSA_KEY_TYPE_AES"]), "PSA_KEY_TYPE_AES are just bytes"),
        (cap("generate_key", key_types=["PSA_KEY_TYPE_RSA_PUBLIC_KEY"]), "generate_key is not called with public keys"),
        (cap("derive_key", derived_types=["PSA_KEY_TYPE_RSA_PUBLIC_KEY"]), "derive_key is not called with public keys"),
    ],
)
def test_a_capability_that_is_never_reached_says_what_does_not_fit(capability: dict[str, Any], reason: str) -> None:
    document = json.dumps({"prefix": "acme", "type": "transparent", "capabilities": [capability]})
    messages = [f.message for f in lint_description(parse_description(document), EXACT) if f.rule == "never-reached"]
    assert len(messages) == 1
    assert reason in messages[0]


def test_keys_of_bytes_are_the_affair_of_an_opaque_driver() -> None:
    document = {"prefix": "acme", "type": "opaque", "location": 0x800001, "key_context": {"base_size": 40}}
    document["capabilities"] = [cap("generate_key", key_types=["PSA_KEY_TYPE_AES"])]
    assert "never-reached" not in {f.rule for f in lint_description(parse_description(json.dumps(document)), EXACT)}


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ({"algorithms": [ECDSA_256]}, {"algorithms": [ECDSA_256], "fallback": True}, True),
        ({"algorithms": [ECDSA_256], "fallback": True}, {"algorithms": [ECDSA_256]}, True),
        ({"algorithms": [ECDSA_ANY]}, {"algorithms": [ECDSA_256], "fallback": True}, True),
        ({"algorithms": [ECDSA_256]}, {"algorithms": [ECDSA_ANY], "fallback": True}, False),
        ({"algorithms": [ECDSA_256]}, {"algorithms": [ECDSA_384], "fallback": True}, False),
        ({"algorithms": [ECDSA_256]}, {"algorithms": [ECDSA_256]}, False),
    ],
)
def test_capabilities_that_repeat_each_other_with_another_fallback(
    first: dict[str, Any], second: dict[str, Any], expected: bool
) -> None:
    findings = lint_description(transparent(cap("sign_hash", **first), cap("sign_hash", **second)), FAKE)
    place = "$.capabilities[1].entry_points[0]"
    assert found(findings) == ([("repeated-capability", place)] if expected else [])
