"""What the model says of good descriptions: names, dialects, values, places."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from psa_bridge.driver.descriptions.conditions import parse_condition
from psa_bridge.driver.descriptions.description import (
    check_list,
    parse_description,
    read_description,
    read_list,
    with_dialect,
)
from psa_bridge.driver.descriptions.model import MBEDTLS, PSA, Description
from psa_bridge.driver.findings import DescriptionError, Severity

DESCRIPTIONS = Path(__file__).parent / "data" / "descriptions"


def describe(*capabilities: dict[str, Any], **properties: Any) -> Description:
    document = {"prefix": "acme", "type": "transparent", "capabilities": list(capabilities)} | properties
    return parse_description(json.dumps(document), dialect=properties.pop("dialect", None))


def test_default_names_follow_the_dialect() -> None:
    (capability,) = describe({"entry_points": ["hash_multipart", "sign_hash"]}).capabilities
    assert capability.functions(PSA)["sign_hash"] == "acme_sign_hash"
    assert capability.functions(MBEDTLS)["sign_hash"] == "acme_transparent_sign_hash"
    assert capability.types(PSA) == {"hash_operation": "acme_hash_operation_t"}
    assert capability.types(MBEDTLS) == {"hash_operation": "acme_transparent_hash_operation_t"}


def test_given_names_win_in_every_dialect() -> None:
    names = {"sign_hash": "f", "hash_operation_t": "t"}
    description = describe({"entry_points": ["hash_multipart", "sign_hash"], "names": names})
    for dialect in (PSA, MBEDTLS):
        (found,) = description.names(dialect)
        assert (found["sign_hash"], found["hash_operation_t"]) == ("f", "t")


def test_names_belong_to_their_capability() -> None:
    description = describe(
        {"entry_points": ["sign_hash"], "names": {"sign_hash": "f"}}, {"entry_points": ["verify_hash"]}
    )
    assert [list(names.values()) for names in description.names()] == [["f"], ["acme_verify_hash"]]


def test_entry_points_are_in_table_order() -> None:
    (capability,) = describe({"entry_points": ["verify_hash", "hash_compute", "sign_hash"]}).capabilities
    assert capability.entry_points == ("hash_compute", "sign_hash", "verify_hash")


def test_an_alias_gives_the_row_and_keeps_its_spelling_for_the_default_name() -> None:
    entry_points = ["pake_setup", "pake_output", "pake_input", "pake_get_shared_key", "pake_abort"]
    (capability,) = describe({"entry_points": entry_points}).capabilities
    assert "pake_get_implicit_key" in capability.entry_points
    assert capability.functions(PSA)["pake_get_implicit_key"] == "acme_pake_get_shared_key"


def test_an_alias_can_be_named() -> None:
    (capability,) = describe({"entry_points": ["pake"], "names": {"pake_get_shared_key": "f"}}).capabilities
    assert capability.functions(PSA)["pake_get_implicit_key"] == "f"


def test_a_family_brings_optional_members_as_uncertain() -> None:
    (capability,) = describe({"entry_points": ["hash_multipart", "hash_suspend", "hash_resume"]}).capabilities
    assert "hash_suspend" in capability.entry_points
    assert capability.optional_entry_points == ("hash_clone",)
    assert capability.families == ("hash_multipart",)


def test_algorithms_have_text_and_value() -> None:
    specs = ["PSA_ALG_AT_LEAST_THIS_LENGTH_MAC( PSA_ALG_HMAC(PSA_ALG_SHA_256),0x8 )", "PSA_ALG_CMAC"]
    (capability,) = describe({"entry_points": ["mac_compute"], "algorithms": specs}).capabilities
    assert capability.algorithms is not None
    first, second = capability.algorithms
    assert first.text == "PSA_ALG_AT_LEAST_THIS_LENGTH_MAC(PSA_ALG_HMAC(PSA_ALG_SHA_256), 0x8)"
    assert (first.value, first.wildcard) == (0x03888009, True)
    assert (second.value, second.wildcard) == (0x03C00200, False)


def test_key_types_with_an_underscore_match_every_family() -> None:
    specs = ["PSA_KEY_TYPE_ECC_KEY_PAIR(_)", "PSA_KEY_TYPE_AES", "PSA_KEY_TYPE_DH_PUBLIC_KEY(PSA_DH_FAMILY_RFC7919)"]
    (capability,) = describe({"entry_points": ["sign_hash"], "key_types": specs}).capabilities
    assert capability.key_types is not None
    every, aes, one = capability.key_types
    assert (every.value, every.mask, every.value_text) == (0x7100, 0xFF80, "PSA_KEY_TYPE_ECC_KEY_PAIR(0)")
    assert every.any_family
    assert not aes.any_family
    assert every.matches(0x7112)
    assert every.matches(0x7142)
    assert not every.matches(0x4112)
    assert not every.matches(0x7182)
    assert (aes.value, aes.mask) == (0x2400, 0xFFFF)
    assert one.value == 0x4203


def test_cooked_derivation_holds_derived_types_and_sizes() -> None:
    capability: dict[str, Any] = {"entry_points": ["derive_key"], "derived_types": ["PSA_KEY_TYPE_DES"]}
    without = describe(capability).capabilities[0]
    with_memory = describe(capability | {"memory": True, "derived_sizes": [64]}).capabilities[0]
    assert without.key_types is not None
    assert without.key_types[0].value == 0x2301
    assert without.types(PSA) == {}
    assert with_memory.types(PSA) == {"derive_key_memory": "acme_derive_key_memory_t"}
    assert with_memory.key_sizes is not None
    assert with_memory.key_sizes[0].value == 64


@pytest.mark.parametrize(
    ("written", "text", "value"),
    [
        (0x800001, "8388609", 0x800001),
        ("0x7fffff", "0x7fffff", 0x7FFFFF),
        ("0X7FFFFF", "0X7FFFFF", 0x7FFFFF),
        ("8388610", "8388610", 8388610),
        ("ACME_LOCATION", "ACME_LOCATION", None),
        ("(ACME_BASE+2)|0x800000", "(ACME_BASE + 2) | 0x800000", None),
        ("PSA_KEY_LOCATION_VENDOR_FLAG | 1u", "PSA_KEY_LOCATION_VENDOR_FLAG | 1u", None),
        ("0x800000 | 3", "0x800000 | 3", 0x800003),
    ],
)
def test_locations_are_numbers_or_expressions(written: Any, text: str, value: int | None) -> None:
    description = describe({"entry_points": ["sign_hash"]}, type="opaque", location=written, key_context={})
    assert description.location is not None
    assert (description.location.text, description.location.value) == (text, value)
    assert description.location.place.json_path == "$.location"


def test_the_key_context_has_all_its_sizes() -> None:
    description = read_description(DESCRIPTIONS / "element.json")
    context = description.key_context
    assert context is not None
    assert (context.base_size.text, context.base_size.value) == ("ACME_SE_LABEL_SIZE", None)
    assert context.key_pair_size.value == 65
    assert context.public_key_size.text.startswith("PSA_EXPORT_PUBLIC_KEY_OUTPUT_SIZE(PSA_KEY_TYPE_")
    assert context.symmetric_factor.value == 1
    assert context.store_public_key
    assert context.size_function == "acme_se_context_size"
    assert context.builtin_key_size is not None
    assert not context.implied
    assert description.persistent_state_size is not None
    assert description.persistent_state_size.text == "sizeof(struct acme_se_state) + 4"


def test_an_opaque_driver_of_the_mbedtls_dialect_has_a_size_function() -> None:
    description = read_description(DESCRIPTIONS / "test_driver_opaque.json")
    assert description.key_context is not None
    assert description.key_context.implied
    assert description.key_context.size_function == "acme_test_opaque_size_function"


def test_fallback_counts_as_true_in_the_mbedtls_dialect() -> None:
    text = (
        '{"prefix": "a", "type": "transparent", "capabilities": [{"entry_points": ["import_key"], "fallback": false}]}'
    )
    description = parse_description(text)
    assert [c.fallback for c in description.capabilities] == [False]
    changed = with_dialect(description, MBEDTLS)
    assert [(c.fallback, c.fallback_written) for c in changed.capabilities] == [(True, False)]
    assert [f.rule for f in changed.findings if f.severity is Severity.NOTE] == ["fallback-implied"]


def test_the_caller_overrules_the_declared_dialect() -> None:
    text = (DESCRIPTIONS / "p256_plugin.json").read_text(encoding="utf-8")
    description = parse_description(
        text.replace('"../3rdparty/', '"3rdparty/')
        .replace('["A soft', '"A soft')
        .replace('a plug-in of Mbed TLS has it.", "Lists two entry points of six."]', 'a plug-in"'),
        dialect=PSA,
    )
    assert (description.dialect, description.declared_dialect) == (PSA, MBEDTLS)
    assert "dialect-overruled" in {f.rule for f in description.findings}


def test_a_dialect_may_be_open() -> None:
    description = describe({"entry_points": ["sign_hash"]})
    assert description.dialect is None
    assert description.names() == description.names(PSA)


def test_conditions_are_kept_for_the_glue() -> None:
    description = read_description(DESCRIPTIONS / "p256_plugin.json")
    assert description.condition is not None
    assert description.condition.text == "defined(ACME_P256_ENABLED)"
    condition = description.capabilities[1].condition
    assert condition is not None
    assert condition.text == "defined(ACME_P256_ENABLED) && !defined(ACME_P256_NO_EXPORT)"
    assert condition.identifiers == ("ACME_P256_ENABLED", "ACME_P256_NO_EXPORT")


@pytest.mark.parametrize(
    ("text", "defines", "complete", "expected"),
    [
        ("defined(A)", {"A": ""}, False, True),
        ("defined A", {}, False, None),
        ("defined A", {}, True, False),
        ("A", {"A": "2"}, False, True),
        ("A >= 2 && B", {"A": "1"}, False, False),
        ("A >= 2 || B", {"A": "3"}, False, True),
        ("A >= 2 && B", {"A": "3"}, False, None),
        ("A", {"A": "B", "B": "A"}, False, False),
        ("A", {"A": "some text"}, False, None),
        ("!A", {}, True, True),
        ("1 / 0", {}, True, None),
        ("-7 / 2 == -3 && -7 % 2 == -1", {}, True, True),
        ("1 + 2 * 3 == 7 && (1 | 2 ^ 3 & 1) == 3", {}, True, True),
        ("1 << 3 == 8 && ~0 == -1 && 0x10u == 020", {}, True, True),
    ],
)
def test_conditions_are_evaluated_as_far_as_known(
    text: str, defines: dict[str, str], complete: bool, expected: bool | None
) -> None:
    assert parse_condition(text).evaluate(defines, complete) is expected


def test_every_part_knows_its_place() -> None:
    description = read_description(DESCRIPTIONS / "accelerator.json")
    first = description.capabilities[0]
    assert first.place.json_path == "$.capabilities[0]"
    assert first.place_of("hash_update").json_path == "$.capabilities[0].entry_points[0]"
    assert first.place_of("hash_compute").json_path == "$.capabilities[0].entry_points[1]"
    assert first.given_names[0].place.json_path == "$.capabilities[0].names.hash_operation_t"
    assert description.headers[1].place.json_path == "$.headers[1]"
    places = [first.place, *(n.place for n in first.given_names), *(h.place for h in description.headers)]
    assert all(place.line for place in places)


def test_extensions_of_others_are_noted() -> None:
    description = read_description(DESCRIPTIONS / "accelerator.json")
    assert description.extensions == ("vendor/board",)


def test_models_compare_by_content() -> None:
    text = (DESCRIPTIONS / "accelerator.json").read_text(encoding="utf-8")
    assert parse_description(text, "x") == parse_description(text.replace("\n", " "), "x")
    assert hash(parse_description(text, "x").capabilities[0])


def test_a_list_holds_names_and_descriptions(tmp_path: Path) -> None:
    for name in ("accelerator.json", "element.json"):
        (tmp_path / name).write_bytes((DESCRIPTIONS / name).read_bytes())
    inline = json.loads((DESCRIPTIONS / "test_driver_transparent.json").read_text(encoding="utf-8"))
    (tmp_path / "list.json").write_text(json.dumps(["accelerator.json", inline, "element.json"]), encoding="utf-8")
    assert [d.prefix for d in read_list(tmp_path / "list.json")] == ["acme", "acme_test", "acme_se"]
    assert [d.prefix for d in read_list(tmp_path / "element.json")] == ["acme_se"]


def test_a_list_reports_all_errors_of_all_its_descriptions(tmp_path: Path) -> None:
    (tmp_path / "bad.json").write_text('{"prefix": "", "type": "opaque", "capabilities": []}', encoding="utf-8")
    (tmp_path / "list.json").write_text('["bad.json",\n"missing.json",\n{"prefix": 1},\n7]', encoding="utf-8")
    descriptions, findings = check_list(tmp_path / "list.json")
    assert descriptions == ()
    found = {(f.rule, Path(f.place.file).name, f.place.json_path, f.place.line) for f in findings.errors}
    assert ("invalid-prefix", "bad.json", "$.prefix", 1) in found
    assert ("json-unreadable", "list.json", "$[1]", 2) in found
    assert ("value-type", "list.json", "$[2].prefix", 3) in found
    assert ("value-type", "list.json", "$[3]", 4) in found
    with pytest.raises(DescriptionError) as raised:
        read_list(tmp_path / "list.json")
    assert len(raised.value.findings.errors) == len(findings.errors)
    assert "bad.json:1:12: error: at $.prefix:" in str(raised.value)


def test_an_empty_list_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "list.json").write_text("[]", encoding="utf-8")
    assert [f.rule for f in check_list(tmp_path / "list.json")[1]] == ["empty-list"]


def test_an_unknown_dialect_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="unknown dialect"):
        parse_description("{}", dialect="x")


def test_reading_needs_the_standard_library_only() -> None:
    program = (
        "import sys; before = set(sys.modules)\n"
        "import psa_bridge.driver.descriptions.description, psa_bridge.driver.descriptions.lint\n"
        "new = {name.partition('.')[0] for name in set(sys.modules) - before} - set(sys.stdlib_module_names)\n"
        "assert new <= {'psa_bridge'}, new\n"
        "assert 'psa_bridge._core' not in sys.modules\n"
    )
    root = Path(__file__).parent.parent
    subprocess.run(
        [sys.executable, "-I", "-c", f"import sys; sys.path.insert(0, {str(root)!r})\n{program}"], check=True
    )
