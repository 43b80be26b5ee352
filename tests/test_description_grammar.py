"""The grammar table against the grammar of the driver interface: nothing is missing, nothing is invented."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from psa_bridge.driver.descriptions.description import check, parse_description, read_description
from psa_bridge.driver.descriptions.grammar import KINDS, SECTIONS, kind_of
from psa_bridge.driver.findings import RULES, Finding
from psa_bridge.spec.entry_points import BY_NAME, ENTRY_POINTS, FAMILIES
from psa_bridge.spec.requirements import ALGORITHM_CATEGORY

DATA = Path(__file__).parent / "data"
DESCRIPTIONS = DATA / "descriptions"
INTERFACE = json.loads((DATA / "driver_entry_points.json").read_text(encoding="utf-8"))
GRAMMAR: dict[str, list[dict[str, str]]] = {
    section: rules
    for section, rules in INTERFACE["description_grammar"].items()
    if isinstance(rules[0], dict) and section not in ("any object", "driver list")
}
ROWS = [(section, rule) for section, rules in GRAMMAR.items() for rule in rules]


def test_the_sections_are_those_of_the_interface() -> None:
    assert set(SECTIONS) == set(GRAMMAR)


@pytest.mark.parametrize(
    ("section", "rule"), ROWS, ids=lambda value: value if isinstance(value, str) else value["property"]
)
def test_each_property_has_the_types_of_the_interface(section: str, rule: dict[str, str]) -> None:
    mine = SECTIONS[section][rule["property"]]
    required = rule["required"]
    types = set(rule["driver_types"].split(", "))
    if "forbidden for transparent" in required:
        types = {"opaque"}
    if "forbidden for opaque" in required:
        types = {"transparent"}
    assert set(mine.types) == types
    if rule["property"] == "location":
        # The interface leaves the default open, so a location is asked for.
        assert mine.mandatory == ("opaque",)
    else:
        assert set(mine.mandatory) == (types if required.startswith("mandatory") else set())


def test_only_namespaced_properties_are_added() -> None:
    for section, properties in SECTIONS.items():
        theirs = {rule["property"] for rule in GRAMMAR[section]}
        assert all("/" in name for name in set(properties) - theirs), section


def used_properties(path: Path) -> set[tuple[str, str]]:
    """(section, property) pairs that a description uses."""
    document = json.loads(path.read_text(encoding="utf-8"))
    found = {("top level", name) for name in document}
    found |= {("key_context", name) for name in document.get("key_context", {})}
    for capability in document["capabilities"]:
        row = next((BY_NAME[e] for e in capability["entry_points"] if e in BY_NAME), None)
        section = kind_of(row) if row else "capability"
        found |= {(section, name) for name in capability}
    return found


def test_the_examples_use_every_property() -> None:
    used = set().union(*(used_properties(path) for path in sorted(DESCRIPTIONS.glob("*.json"))))
    assert {(section, name) for section, properties in SECTIONS.items() for name in properties} <= used | {
        # Conditions of further kinds are read by the same code as those that the examples have.
        (kind, "mbedtls/c_condition")
        for kind in KINDS
    }


@pytest.mark.parametrize("path", sorted(DESCRIPTIONS.glob("*.json")), ids=lambda path: path.stem)
def test_the_examples_are_right(path: Path) -> None:
    description = read_description(path)
    assert not any(finding.is_error for finding in description.findings)
    assert {finding.rule for finding in description.findings} <= {"extension-ignored", "fallback-implied"}


def mutations() -> list[tuple[str, str, str, Any]]:
    """Each property of each section with a value of a JSON type that it cannot have."""
    wrong = {
        "string": [1],
        "integer": {"a": 1},
        "boolean": "true",
        "array": "text",
        "object": ["text"],
    }
    cases = []
    for section, rules in GRAMMAR.items():
        for rule in rules:
            kind = rule["type"]
            word = next((w for w in ("array", "object", "boolean") if w in kind), None)
            word = word or ("integer" if "integer" in kind else "string")
            cases.append((section, rule["property"], word, wrong[word]))
    return cases


@pytest.mark.parametrize(("section", "name", "kind", "value"), mutations())
def test_a_value_of_the_wrong_type_is_an_error_at_its_place(section: str, name: str, kind: str, value: Any) -> None:
    opaque = section == "key_context" or (section == "top level" and SECTIONS[section][name].types == ("opaque",))
    source = DESCRIPTIONS / ("element.json" if opaque else "accelerator.json")
    document = json.loads(source.read_text(encoding="utf-8"))
    target, path = find_object(document, section)
    target[name] = value
    description, findings = check(json.dumps(document, indent=1))
    assert description is None
    at_place = [f for f in findings.errors if f.place.json_path.startswith(f"{path}.{name}")]
    assert {f.rule for f in at_place} & {"value-type", "invalid-value", "unknown-entry-point"}
    assert all(f.place.line for f in at_place)


def find_object(document: dict[str, Any], section: str) -> tuple[dict[str, Any], str]:
    if section == "top level":
        return document, "$"
    if section == "key_context":
        return document["key_context"], "$.key_context"
    for index, capability in enumerate(document["capabilities"]):
        row = next((BY_NAME[e] for e in capability["entry_points"] if e in BY_NAME), None)
        if (kind_of(row) if row else "capability") == section:
            return capability, f"$.capabilities[{index}]"
    raise AssertionError(section)


MANDATORY = [(section, name) for section, rules in SECTIONS.items() for name, rule in rules.items() if rule.mandatory]


@pytest.mark.parametrize(("section", "name"), MANDATORY)
def test_a_missing_mandatory_property_is_an_error_at_the_object(section: str, name: str) -> None:
    opaque = SECTIONS[section][name].mandatory == ("opaque",)
    document = json.loads((DESCRIPTIONS / ("element.json" if opaque else "accelerator.json")).read_text("utf-8"))
    target, path = find_object(document, section)
    del target[name]
    _, findings = check(json.dumps(document), dialect="psa")
    missing = [f for f in findings.errors if f.rule == "missing-property"]
    assert [f.place.json_path for f in missing] == [path]
    assert repr(name) in missing[0].message


@pytest.mark.parametrize("section", sorted(SECTIONS))
def test_a_misspelt_property_is_an_error_with_a_suggestion(section: str) -> None:
    opaque = section == "key_context"
    document = json.loads((DESCRIPTIONS / ("element.json" if opaque else "accelerator.json")).read_text("utf-8"))
    for name in [n for n in SECTIONS[section] if "/" not in n]:
        changed = copy.deepcopy(document)
        target, _ = find_object(changed, section)
        misspelt = name[:-1] + ("x" if name[-1] != "x" else "y")
        target[misspelt] = target.pop(name, 1)
        _, findings = check(json.dumps(changed))
        unknown = [f for f in findings.errors if f.rule == "unknown-property"]
        assert len(unknown) == 1, (name, findings.render())
        if opaque or "opaque" not in SECTIONS[section][name].types or "transparent" in SECTIONS[section][name].types:
            assert unknown[0].remedy == f"did you mean {name!r}?"


def test_every_entry_point_and_family_of_the_interface_is_known() -> None:
    for record in INTERFACE["entry_points"]:
        for driver_type in record["driver_types"]:
            description, findings = check(one_capability([record["name"]], driver_type))
            assert "unknown-entry-point" not in {f.rule for f in findings}, record["name"]
            assert "entry-point-type" not in {f.rule for f in findings}, record["name"]
    for record in INTERFACE["families"]:
        if " " not in record["name"]:
            description = parse_description(one_capability([record["name"]], record["driver_types"][0]))
            mandatory = record.get("mandatory", record["entry_points"])
            assert set(description.capabilities[0].entry_points) == set(mandatory)


def one_capability(entry_points: list[str], driver_type: str) -> str:
    document: dict[str, Any] = {"prefix": "p", "type": driver_type, "capabilities": [{"entry_points": entry_points}]}
    if driver_type == "opaque":
        document |= {"location": 0x800001, "key_context": {}}
    return json.dumps(document)


def test_an_entry_point_for_the_other_type_is_an_error() -> None:
    for row in ENTRY_POINTS:
        for driver_type in {"transparent", "opaque"} - set(row.types):
            _, findings = check(one_capability([row.name], driver_type))
            assert "entry-point-type" in {f.rule for f in findings.errors}, row.name


def test_families_without_optional_members_expand_to_certain_entry_points_only() -> None:
    for family in (f for f in FAMILIES if f.named):
        driver_type = BY_NAME[family.entry_points[0]].types[0]
        (capability,) = parse_description(one_capability([family.name], driver_type)).capabilities
        optional = [e for e in family.optional if driver_type in BY_NAME[e].types]
        assert sorted(capability.optional_entry_points) == sorted(optional)
        assert set(capability.entry_points) == set(family.entry_points) - set(family.optional)


def test_every_operation_has_an_algorithm_category() -> None:
    without = {row.name for row in ENTRY_POINTS if row.name not in ALGORITHM_CATEGORY and row.matches}
    assert all(BY_NAME[name].family in ("key management", "derive_key") for name in without)


def test_every_rule_has_an_id_in_kebab_case_and_a_sentence() -> None:
    for rule in RULES.values():
        assert rule.id == rule.id.lower().replace("_", "-").replace(" ", "-")
        assert rule.summary.endswith(".")


def test_a_finding_with_everything_renders_everything() -> None:
    _, findings = check('{"prefix": "p", "type": "transparent",\n "capabilities": [], "location": 5}', "d.json")
    finding: Finding = findings.errors[0]
    assert finding.render().splitlines() == [
        "d.json:2:22: error: at $.location: a transparent driver has no 'location' [misplaced-property]",
        "    remedy: remove it; only opaque drivers have it",
    ]
    assert findings.render().endswith("1 error, 1 warning")
