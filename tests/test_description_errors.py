"""Each rule of a single description: a bad description, the findings it must give, and where."""

from __future__ import annotations

import json

import pytest

from psa_bridge.driver.descriptions.description import check, parse_description, with_dialect
from psa_bridge.driver.descriptions.model import MBEDTLS, PSA
from psa_bridge.driver.findings import DescriptionError, Finding, Severity

Expected = tuple[str, str, int]


def transparent(capabilities: str, top: str = "") -> str:
    """Line 1 holds the frame, line 2 ``top``, line 3 and on the capabilities."""
    return f'{{"prefix": "acme", "type": "transparent",\n{top}\n"capabilities": [\n{capabilities}\n]}}'


def opaque(capabilities: str, top: str = '"location": 8388609, "key_context": {},') -> str:
    return transparent(capabilities, top).replace("transparent", "opaque", 1)


SIGN = '{"entry_points": ["sign_hash"]}'

ERRORS: dict[str, tuple[str, list[Expected]]] = {
    "no object": ("[1]", [("value-type", "$", 1)]),
    "empty object": (
        "{}",
        [("missing-property", "$", 1), ("missing-property", "$", 1), ("missing-property", "$", 1)],
    ),
    "empty prefix": (
        '{"prefix": "", "type": "transparent", "capabilities": []}',
        [("invalid-prefix", "$.prefix", 1)],
    ),
    "prefix with a digit first": (
        '{"prefix": "4me", "type": "transparent", "capabilities": []}',
        [("invalid-prefix", "$.prefix", 1)],
    ),
    "prefix of the generated code": (
        '{"prefix": "psab_x", "type": "transparent", "capabilities": []}',
        [("invalid-prefix", "$.prefix", 1)],
    ),
    "prefix that is the generated code's": (
        '{"prefix": "psab", "type": "transparent", "capabilities": []}',
        [("invalid-prefix", "$.prefix", 1)],
    ),
    "unknown type": (
        '{"prefix": "a",\n"type": "opaqe", "capabilities": []}',
        [("invalid-value", "$.type", 2)],
    ),
    "opaque properties in a transparent driver": (
        transparent(SIGN, '"key_context": {}, "location": 8388609, "persistent_state_size": 4,'),
        [
            ("misplaced-property", "$.key_context", 2),
            ("misplaced-property", "$.location", 2),
            ("misplaced-property", "$.persistent_state_size", 2),
        ],
    ),
    "no key context": (
        opaque(SIGN, '"location": 8388609, "psa_bridge/dialect": "psa",'),
        [("missing-property", "$", 1)],
    ),
    "no location": (opaque(SIGN, '"key_context": {},'), [("missing-property", "$", 1)]),
    "location of local storage": (
        opaque(SIGN, '"key_context": {}, "location": 0,'),
        [("invalid-location", "$.location", 2)],
    ),
    "location of local storage as text": (
        opaque(SIGN, '"key_context": {}, "location": "0x0",'),
        [("invalid-location", "$.location", 2)],
    ),
    "location too large": (
        opaque(SIGN, '"key_context": {}, "location": "0x1000000",'),
        [("invalid-location", "$.location", 2)],
    ),
    "location negative": (
        opaque(SIGN, '"key_context": {}, "location": -1,'),
        [("invalid-value", "$.location", 2)],
    ),
    "location with a statement": (
        opaque(SIGN, '"key_context": {}, "location": "1; int x",'),
        [("invalid-c-text", "$.location", 2)],
    ),
    "fallback in an opaque driver": (
        opaque('{"entry_points": ["sign_hash"],\n"fallback": true}'),
        [("misplaced-property", "$.capabilities[0].fallback", 5)],
    ),
    "unknown entry point": (
        transparent('{"entry_points": ["sign_hash",\n"sing_hash"]}'),
        [("unknown-entry-point", "$.capabilities[0].entry_points[1]", 5)],
    ),
    "entry point of the other type": (
        opaque('{"entry_points": ["hash_compute"]}'),
        [("entry-point-type", "$.capabilities[0].entry_points[0]", 4)],
    ),
    "family of the other type": (
        opaque('{"entry_points": ["hash_multipart"]}'),
        [("entry-point-type", "$.capabilities[0].entry_points[0]", 4)],
    ),
    "storage entry points in a transparent driver": (
        transparent('{"entry_points": ["export_key", "allocate_key", "destroy_key", "key_derivation_set_capacity"]}'),
        [("entry-point-type", f"$.capabilities[0].entry_points[{i}]", 4) for i in range(4)],
    ),
    "family without a name in the interface": (
        transparent('{"entry_points": ["random"]}'),
        [("unknown-entry-point", "$.capabilities[0].entry_points[0]", 4)],
    ),
    "part of a family": (
        transparent('{"entry_points": ["hash_setup", "hash_update", "hash_finish"]}', '"psa_bridge/dialect": "psa",'),
        [("partial-family", "$.capabilities[0].entry_points[0]", 4)],
    ),
    "part of a second family": (
        transparent('{"entry_points": ["mac_multipart",\n"mac_verify_setup"]}', '"psa_bridge/dialect": "psa",'),
        [("partial-family", "$.capabilities[0].entry_points[1]", 5)],
    ),
    "two parts of two families": (
        transparent('{"entry_points": ["hash_setup", "cipher_encrypt_setup"]}', '"psa_bridge/dialect": "psa",'),
        [
            ("partial-family", "$.capabilities[0].entry_points[0]", 4),
            ("partial-family", "$.capabilities[0].entry_points[1]", 4),
        ],
    ),
    "cooked derivation without types": (
        transparent('{"entry_points": ["derive_key"]}'),
        [("missing-property", "$.capabilities[0]", 4)],
    ),
    "cooked derivation beside others": (
        transparent('{"entry_points": ["derive_key", "sign_hash"], "derived_types": ["PSA_KEY_TYPE_DES"]}'),
        [("mixed-capability", "$.capabilities[0].entry_points[1]", 4)],
    ),
    "cooked derivation with the wrong lists": (
        transparent(
            '{"entry_points": ["derive_key"], "derived_types": ["PSA_KEY_TYPE_DES"],\n'
            '"algorithms": [],\n"key_types": []}'
        ),
        [
            ("misplaced-property", "$.capabilities[0].algorithms", 5),
            ("misplaced-property", "$.capabilities[0].key_types", 6),
        ],
    ),
    "memory elsewhere": (
        transparent('{"entry_points": ["sign_hash"], "memory": true}'),
        [("misplaced-property", "$.capabilities[0].memory", 4)],
    ),
    "random without its size": (
        transparent('{"entry_points": ["get_random"]}'),
        [("missing-property", "$.capabilities[0]", 4)],
    ),
    "random with a seed it cannot receive": (
        transparent('{"entry_points": ["get_random"],\n"initial_entropy_size": 32}'),
        [("entropy-size", "$.capabilities[0].initial_entropy_size", 5)],
    ),
    "random without its generator": (
        transparent('{"entry_points": ["add_entropy"], "initial_entropy_size": 0}', '"psa_bridge/dialect": "psa",'),
        [("partial-family", "$.capabilities[0].entry_points[0]", 4)],
    ),
    "random size in another capability": (
        transparent('{"entry_points": ["sign_hash"], "initial_entropy_size": 0}'),
        [("misplaced-property", "$.capabilities[0].initial_entropy_size", 4)],
    ),
    "init with algorithms": (
        transparent('{"entry_points": ["init"], "algorithms": ["PSA_ALG_SHA_256"], "key_types": [], "key_sizes": []}'),
        [("misplaced-property", f"$.capabilities[0].{name}", 4) for name in ("algorithms", "key_types", "key_sizes")],
    ),
    "entropy with key sizes": (
        transparent('{"entry_points": ["get_entropy"], "key_sizes": [8]}'),
        [("misplaced-property", "$.capabilities[0].key_sizes", 4)],
    ),
    "init beside others": (
        transparent('{"entry_points": ["init", "sign_hash"]}'),
        [("mixed-capability", "$.capabilities[0].entry_points[1]", 4)],
    ),
    "keys that are never destroyed": (
        opaque('{"entry_points": ["allocate_key"]}'),
        [("missing-companion", "$.capabilities[0].entry_points[0]", 4)],
    ),
    "keys that are never allocated": (
        opaque('{"entry_points": ["destroy_key"]}'),
        [("missing-companion", "$.capabilities[0].entry_points[0]", 4)],
    ),
    "cooked keys without a capacity": (
        opaque(
            '{"entry_points": ["key_derivation", "key_derivation_output_key"],\n'
            '"key_types": ["PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1)"]}'
        ),
        [("missing-companion", "$.capabilities[0].entry_points[1]", 4)],
    ),
    "unknown algorithm": (
        transparent('{"entry_points": ["hash_compute"],\n"algorithms": ["PSA_ALG_SHA_265"]}'),
        [("unknown-mechanism", "$.capabilities[0].algorithms[0]", 5)],
    ),
    "vendor algorithm": (
        transparent('{"entry_points": ["hash_compute"], "algorithms": ["ACME_ALG_X"]}'),
        [("unknown-mechanism", "$.capabilities[0].algorithms[0]", 4)],
    ),
    "a predicate is no algorithm": (
        transparent('{"entry_points": ["hash_compute"], "algorithms": ["PSA_ALG_IS_HASH(PSA_ALG_MD5)"]}'),
        [("unknown-mechanism", "$.capabilities[0].algorithms[0]", 4)],
    ),
    "a key type is no algorithm": (
        transparent('{"entry_points": ["hash_compute"], "algorithms": ["PSA_KEY_TYPE_AES"]}'),
        [("unknown-mechanism", "$.capabilities[0].algorithms[0]", 4)],
    ),
    "a MAC of a cipher": (
        transparent('{"entry_points": ["mac_compute"], "algorithms": ["PSA_ALG_HMAC(PSA_ALG_CTR)"]}'),
        [("unknown-mechanism", "$.capabilities[0].algorithms[0]", 4)],
    ),
    "a wildcard where policies have none": (
        transparent('{"entry_points": ["mac_compute"], "algorithms": ["PSA_ALG_HMAC(PSA_ALG_ANY_HASH)"]}'),
        [("unknown-mechanism", "$.capabilities[0].algorithms[0]", 4)],
    ),
    "a number as algorithm": (
        transparent('{"entry_points": ["hash_compute"], "algorithms": ["0x02000009"]}'),
        [("unknown-mechanism", "$.capabilities[0].algorithms[0]", 4)],
    ),
    "a length with a suffix": (
        transparent('{"entry_points": ["mac_compute"], "algorithms": ["PSA_ALG_TRUNCATED_MAC(PSA_ALG_CMAC, 8u)"]}'),
        [("unknown-mechanism", "$.capabilities[0].algorithms[0]", 4)],
    ),
    "no algorithm": (
        transparent('{"entry_points": ["hash_compute"], "algorithms": ["PSA_ALG_NONE", ""]}'),
        [("unknown-mechanism", f"$.capabilities[0].algorithms[{i}]", 4) for i in range(2)],
    ),
    "a family of another kind": (
        transparent(
            '{"entry_points": ["sign_hash"], "key_types": ["PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_DH_FAMILY_RFC7919)",\n'
            '"PSA_KEY_TYPE_AES(_)", "PSA_KEY_TYPE_ECC_KEY_PAIR", "PSA_KEY_TYPE_NONE", "PSA_ALG_CTR", "_"]}'
        ),
        [("unknown-mechanism", "$.capabilities[0].key_types[0]", 4)]
        + [("unknown-mechanism", f"$.capabilities[0].key_types[{i}]", 5) for i in range(1, 6)],
    ),
    "sizes that are no sizes": (
        transparent('{"entry_points": ["sign_hash"], "key_sizes": [0, -1, 65536, 1.5, true, "a b"]}'),
        [
            ("invalid-value", "$.capabilities[0].key_sizes[0]", 4),
            ("invalid-value", "$.capabilities[0].key_sizes[1]", 4),
            ("invalid-value", "$.capabilities[0].key_sizes[2]", 4),
            ("value-type", "$.capabilities[0].key_sizes[3]", 4),
            ("value-type", "$.capabilities[0].key_sizes[4]", 4),
            ("invalid-c-text", "$.capabilities[0].key_sizes[5]", 4),
        ],
    ),
    "names that are no names": (
        transparent(
            '{"entry_points": ["sign_hash"], "names": {\n'
            '"sing_hash": "x",\n"hash_multipart": "x",\n"sign_hash": "a-b"}}'
        ),
        [
            ("unknown-name", "$.capabilities[0].names.sing_hash", 5),
            ("unknown-name", "$.capabilities[0].names.hash_multipart", 6),
            ("invalid-c-text", "$.capabilities[0].names.sign_hash", 7),
        ],
    ),
    "names that C does not allow": (
        transparent(
            '{"entry_points": ["sign_hash", "verify_hash", "sign_message", "verify_message"], "names": {\n'
            '"sign_hash": "int", "verify_hash": "__builtin_trap", "sign_message": "psab_x", "verify_message": ""}}'
        ),
        [
            ("invalid-c-text", f"$.capabilities[0].names.{name}", 5)
            for name in ("sign_hash", "verify_hash", "sign_message", "verify_message")
        ],
    ),
    "one function for two prototypes": (
        transparent('{"entry_points": ["sign_hash", "verify_hash"], "names": {"sign_hash": "f",\n"verify_hash": "f"}}'),
        [("name-conflict", "$.capabilities[0].names.verify_hash", 5)],
    ),
    "one name for a function and a type": (
        transparent('{"entry_points": ["hash_multipart"], "names": {"hash_setup": "f",\n"hash_operation_t": "f"}}'),
        [("name-conflict", "$.capabilities[0].names.hash_operation_t", 5)],
    ),
    "headers that leave the include directory": (
        transparent(
            SIGN, '"psa_bridge/dialect": "psa", "headers": ["../x.h", "/etc/passwd", "a\\"b.h", "a\\nb.h", "", "x/.."],'
        ),
        [("invalid-header", f"$.headers[{i}]", 2) for i in range(6)],
    ),
    "condition with a call": (
        transparent('{"entry_points": ["sign_hash"], "mbedtls/c_condition": "f(1)"}'),
        [("invalid-condition", "$.capabilities[0]['mbedtls/c_condition']", 4)],
    ),
    "condition with a second line": (
        transparent('{"entry_points": ["sign_hash"], "mbedtls/c_condition": "1\\n#error"}'),
        [("invalid-condition", "$.capabilities[0]['mbedtls/c_condition']", 4)],
    ),
    "condition at the wrong place": (
        transparent('{"entry_points": ["sign_hash"], "mbedtls/h_condition": "1"}', '"mbedtls/c_condition": "1",'),
        [
            ("misplaced-property", "$['mbedtls/c_condition']", 2),
            ("misplaced-property", "$.capabilities[0]['mbedtls/h_condition']", 4),
        ],
    ),
    "nothing left by the header condition": (
        transparent(SIGN, '"mbedtls/h_condition": "1 > 2",'),
        [("empty-after-conditions", "$['mbedtls/h_condition']", 2)],
    ),
    "nothing left by capability conditions": (
        transparent('{"entry_points": ["sign_hash"], "mbedtls/c_condition": "0 && defined(X)"}'),
        [("empty-after-conditions", "$.capabilities[0]['mbedtls/c_condition']", 4)],
    ),
    "unknown dialect": (
        transparent(SIGN, '"psa_bridge/dialect": "mbetls",'),
        [("invalid-value", "$['psa_bridge/dialect']", 2)],
    ),
    "unknown property of ours": (
        transparent(SIGN, '"psa_bridge/dialct": "psa",'),
        [("unknown-property", "$['psa_bridge/dialct']", 2)],
    ),
    "comment that is no string": (
        transparent(SIGN, '"_comment": [], "psa_bridge/dialect": "psa",'),
        [("value-type", "$._comment", 2)],
    ),
    "comment under another name": (
        transparent(SIGN, '"_comment_2": "", "psa_bridge/dialect": "psa",'),
        [("unknown-property", "$._comment_2", 2)],
    ),
    "all of them together": (
        '{"prefix": "4me", "type": "transparent",\n"capabilities": [{"entry_points": ["sing_hash"],\n"fallback": 1},\n'
        '{"entry_points": ["sign_hash"],\n"algorithms": "x"}],\n"haeders": []}',
        [
            ("invalid-prefix", "$.prefix", 1),
            ("unknown-entry-point", "$.capabilities[0].entry_points[0]", 2),
            ("value-type", "$.capabilities[0].fallback", 3),
            ("value-type", "$.capabilities[1].algorithms", 5),
            ("unknown-property", "$.haeders", 6),
        ],
    ),
}


def located(findings: tuple[Finding, ...]) -> list[Expected]:
    return [(f.rule, f.place.json_path, f.place.line) for f in findings]


@pytest.mark.parametrize("name", ERRORS)
def test_a_mistake_gives_exactly_its_errors(name: str) -> None:
    text, expected = ERRORS[name]
    description, findings = check(text, "driver.json")
    assert description is None
    assert sorted(located(findings.errors)) == sorted(expected), findings.render()
    for finding in findings.errors:
        assert finding.place.file == "driver.json"
        assert finding.place.column > 0
        assert finding.message
        assert finding.remedy


WARNINGS: dict[str, tuple[str, list[Expected]]] = {
    "no capabilities": (transparent(""), [("without-effect", "$.capabilities", 3)]),
    "no entry points": (
        transparent('{"entry_points": []}'),
        [("without-effect", "$.capabilities[0].entry_points", 4)],
    ),
    "an empty list": (
        transparent('{"entry_points": ["sign_hash"], "algorithms": []}'),
        [("without-effect", "$.capabilities[0].algorithms", 4)],
    ),
    "the same twice": (
        transparent(
            '{"entry_points": ["sign_hash", "sign_hash"], "key_sizes": [128, "0x80"],\n'
            '"algorithms": ["PSA_ALG_ECDSA(PSA_ALG_ANY_HASH)", "PSA_ALG_ECDSA( PSA_ALG_ANY_HASH )"]}'
        ),
        [
            ("duplicate-value", "$.capabilities[0].entry_points[1]", 4),
            ("duplicate-value", "$.capabilities[0].key_sizes[1]", 4),
            ("duplicate-value", "$.capabilities[0].algorithms[1]", 5),
        ],
    ),
    "a name for what is not there": (
        transparent('{"entry_points": ["sign_hash"], "names": {"verify_hash": "f", "hash_operation_t": "g"}}'),
        [
            ("without-effect", "$.capabilities[0].names.verify_hash", 4),
            ("without-effect", "$.capabilities[0].names.hash_operation_t", 4),
        ],
    ),
    "fallback that cannot happen": (
        transparent('{"entry_points": ["init"], "fallback": true}'),
        [("without-effect", "$.capabilities[0].fallback", 4)],
    ),
    "one capability that is never compiled": (
        transparent(f'{{"entry_points": ["sign_hash"], "mbedtls/c_condition": "0"}}, {SIGN}'),
        [("never-compiled", "$.capabilities[0]['mbedtls/c_condition']", 4)],
    ),
    "a name of the API": (
        transparent('{"entry_points": ["sign_hash"], "names": {"sign_hash": "psa_sign_hash"}}'),
        [("invalid-c-text", "$.capabilities[0].names.sign_hash", 4)],
    ),
    "a misspelt condition": (
        transparent('{"entry_points": ["sign_hash"], "mbedtls/c_conditions": "1"}'),
        [("extension-ignored", "$.capabilities[0]['mbedtls/c_conditions']", 4)],
    ),
    "perhaps cooked keys without a capacity": (
        opaque('{"entry_points": ["key_derivation", "key_derivation_output_key"]}'),
        [("missing-companion", "$.capabilities[0].entry_points[1]", 4)],
    ),
}


@pytest.mark.parametrize("name", WARNINGS)
def test_a_doubtful_description_gives_exactly_its_warnings(name: str) -> None:
    text, expected = WARNINGS[name]
    description = parse_description(text)
    warnings = tuple(f for f in description.findings if f.severity is Severity.WARNING)
    assert sorted(located(warnings)) == sorted(expected)


@pytest.mark.parametrize(
    ("written", "suggested"),
    [
        ("sing_hash", "did you mean 'sign_hash'?"),
        ("Sign_Hash", "did you mean 'sign_hash'?"),
        ("acme_sign_hash", "write 'sign_hash', without a prefix"),
        ("acme_transparent_sign_hash", "write 'sign_hash', without a prefix"),
        ("psa_sign_hash", "write 'sign_hash', without a prefix"),
        ("hash_multi_part", "did you mean 'hash_multipart'?"),
        ("pake_get_shared_kee", "did you mean 'pake_get_shared_key'?"),
        ("zzz", "use a name of the driver interface"),
    ],
)
def test_a_misspelt_entry_point_gets_a_suggestion(written: str, suggested: str) -> None:
    _, findings = check(transparent(json.dumps({"entry_points": [written]})))
    assert [f.remedy for f in findings.errors] == [suggested]


DEVIATIONS: dict[str, tuple[str, bool]] = {
    # what the mbedtls dialect allows, and whether it still warns there
    "comment of any kind": (transparent(SIGN, '"_comment": ["a", {}],'), False),
    "comment with a longer name": (transparent(SIGN, '"_comment_about_this": 1,'), False),
    "header beside the include directory": (transparent(SIGN, '"headers": ["../x.h"],'), False),
    "no key context": (opaque(SIGN, '"location": "0x7fffff",'), False),
    "part of a family": (transparent('{"entry_points": ["hash_setup"]}'), True),
}


@pytest.mark.parametrize("name", DEVIATIONS)
def test_what_only_one_dialect_allows(name: str) -> None:
    text, softened = DEVIATIONS[name]
    with pytest.raises(DescriptionError):
        parse_description(text, dialect=PSA)
    open_question = parse_description(text)
    (warning,) = [f for f in open_question.findings if f.severity is Severity.WARNING]
    assert '"psa_bridge/dialect": "mbedtls"' in warning.remedy
    found = [f for f in parse_description(text, dialect=MBEDTLS).findings if f.severity is Severity.WARNING]
    assert len(found) == (1 if softened else 0)
    assert with_dialect(open_question, MBEDTLS).dialect == MBEDTLS
    with pytest.raises(DescriptionError):
        with_dialect(open_question, PSA)


def test_a_wrong_type_or_prefix_does_not_hide_the_other_mistakes() -> None:
    capability = {"entry_points": ["hash_compue"], "algorithms": ["PSA_ALG_SHA_256"], "fallback": "yes"}
    document = {"prefix": "a b", "type": "Transparent", "headers": "x.h", "capabilities": [capability]}
    description, findings = check(json.dumps(document))
    assert description is None
    assert {f.place.json_path for f in findings} >= {
        "$.prefix", "$.type", "$.headers", "$.capabilities[0].entry_points[0]", "$.capabilities[0].fallback"
    }  # fmt: skip
