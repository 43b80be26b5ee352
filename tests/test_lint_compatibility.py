"""The table of compatible algorithms and key types, against the data of the specification."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from psa_bridge.driver.descriptions.description import parse_description
from psa_bridge.driver.descriptions.lint import lint_description
from psa_bridge.driver.descriptions.matching import EXACT
from psa_bridge.driver.descriptions.mechanisms import parse_algorithm, parse_key_type
from psa_bridge.driver.descriptions.tokens import ExpressionError
from psa_bridge.driver.findings import Findings
from psa_bridge.spec.compatibility import KEY_SIZES, KEY_TYPES, PRIVATE_ENTRY_POINTS, XTS_SIZES, base_of
from psa_bridge.spec.entry_points import BY_NAME
from psa_bridge.spec.requirements import COOKED_KEY_TYPES, REQUIREMENTS, SEED_ENTRY_POINT
from psa_bridge.spec.values import CONSTANTS, Kind

DATA = json.loads((Path(__file__).parent / "data" / "psa_algorithms_1_5.json").read_text(encoding="utf-8"))
ALGORITHMS: dict[str, dict[str, Any]] = {a["name"]: a for a in DATA["algorithms"] if a["key_types"]}
SECONDARY = ("other inputs", "salt", "expected value")


def value(name: str) -> int:
    """The value of an algorithm, with a hash where it takes one."""
    for text in (name, f"{name}(PSA_ALG_SHA_256)", f"{name}(PSA_ALG_BLAKE2S_HASH256)"):
        try:
            return parse_algorithm(text).value
        except ExpressionError:
            continue
    raise AssertionError(name)


def expanded(texts: set[str]) -> set[int]:
    """Every key type that specifications stand for."""
    families = [*CONSTANTS[Kind.ECC_FAMILY], *CONSTANTS[Kind.DH_FAMILY], *CONSTANTS[Kind.SLH_DSA_FAMILY]]
    result = set()
    for text in texts:
        if not text.endswith("(_)"):
            result.add(parse_key_type(text).value)
            continue
        for family in families:
            try:
                result.add(parse_key_type(text.replace("(_)", f"({family})")).value)
            except ExpressionError:
                continue
    return result


MINE = {base_of(value(name.partition("(")[0])): set(key_types) for name, key_types in KEY_TYPES.items()}


@pytest.mark.parametrize("name", ALGORITHMS)
def test_key_types_are_those_of_the_specification(name: str) -> None:
    theirs = {
        k["type"].replace("(family)", "(_)") for k in ALGORITHMS[name]["key_types"] if k.get("for") not in SECONDARY
    }
    if name == "PSA_ALG_XTS":
        # Listed there, but no double-length key of this type exists.
        theirs.discard("PSA_KEY_TYPE_DES")
    assert expanded(MINE[base_of(value(name))]) == expanded(theirs)


def test_every_algorithm_of_the_table_is_in_the_specification() -> None:
    assert {name.partition("(")[0] for name in KEY_TYPES} <= set(ALGORITHMS)


@pytest.mark.parametrize("record", DATA["key_types"], ids=lambda record: record["name"])
def test_key_sizes_are_those_of_the_specification(record: dict[str, Any]) -> None:
    name = record["name"].replace("(family)", "")
    if isinstance(record["bits"], list) and record["bits"]:
        assert KEY_SIZES[name] == tuple(record["bits"])
    elif isinstance(record["bits"], dict):
        for family, sizes in record["bits"].items():
            mine = KEY_SIZES.get(f"{name}({family})") or KEY_SIZES.get(f"{name}(_)")
            assert mine in (tuple(sizes), None)
    else:
        assert name not in KEY_SIZES


def test_xts_takes_two_keys_in_one() -> None:
    record = ALGORITHMS["PSA_ALG_XTS"]["key_types"][0]
    assert tuple(record["bits"]) == XTS_SIZES


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("PSA_ALG_TRUNCATED_MAC(PSA_ALG_HMAC(PSA_ALG_SHA_1), 8)", "PSA_ALG_HMAC(PSA_ALG_MD5)"),
        ("PSA_ALG_AT_LEAST_THIS_LENGTH_MAC(PSA_ALG_CMAC, 8)", "PSA_ALG_CMAC"),
        ("PSA_ALG_AEAD_WITH_SHORTENED_TAG(PSA_ALG_GCM, 8)", "PSA_ALG_GCM"),
        (
            "PSA_ALG_AEAD_WITH_AT_LEAST_THIS_LENGTH_TAG(PSA_ALG_CCM, 8)",
            "PSA_ALG_AEAD_WITH_SHORTENED_TAG(PSA_ALG_CCM, 4)",
        ),
        ("PSA_ALG_ECDSA_ANY", "PSA_ALG_ECDSA(PSA_ALG_ANY_HASH)"),
        ("PSA_ALG_CCM_STAR_ANY_TAG", "PSA_ALG_CCM_STAR_NO_TAG"),
        ("PSA_ALG_KEY_AGREEMENT(PSA_ALG_ECDH, PSA_ALG_HKDF(PSA_ALG_SHA_256))", "PSA_ALG_ECDH"),
        ("PSA_ALG_WPA3_SAE_ANY", "PSA_ALG_WPA3_SAE_FIXED(PSA_ALG_SHA_256)"),
    ],
)
def test_hashes_and_lengths_do_not_change_the_base(text: str, same: str) -> None:
    assert base_of(parse_algorithm(text).value) == base_of(parse_algorithm(same).value)


@pytest.mark.parametrize(
    ("entry_point", "algorithm"),
    [
        ("aead_encrypt", "PSA_ALG_CCM_STAR_ANY_TAG"),
        ("cipher_encrypt", "PSA_ALG_CCM_STAR_ANY_TAG"),
        ("key_agreement", "PSA_ALG_ECDH"),
        ("hash_compute", "PSA_ALG_SHA_256"),
        ("import_key", "PSA_ALG_KEY_AGREEMENT(PSA_ALG_ECDH, PSA_ALG_HKDF(PSA_ALG_SHA_256))"),
    ],
)
def test_an_algorithm_goes_with_its_entry_points(entry_point: str, algorithm: str) -> None:
    document = {
        "prefix": "p",
        "type": "transparent",
        "capabilities": [{"entry_points": [entry_point], "algorithms": [algorithm]}],
    }
    findings: Findings = lint_description(parse_description(json.dumps(document)), EXACT)
    assert list(findings) == []


def test_the_rules_name_entry_points_of_the_table() -> None:
    names = {SEED_ENTRY_POINT, *PRIVATE_ENTRY_POINTS}
    names |= {name for rule in REQUIREMENTS for name in (rule.entry_point, *rule.needs)}
    assert names <= set(BY_NAME)
    assert all(parse_key_type(text) for text in COOKED_KEY_TYPES)
