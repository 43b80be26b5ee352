"""The table of entry points is the one of the interface."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from psa_bridge.gen.reference import prototype
from psa_bridge.spec.entry_points import (
    BY_NAME,
    CONTEXTS,
    ENTRY_POINTS,
    FAMILIES,
    FAMILY_BY_NAME,
    VARIANTS,
    EntryPoint,
    entry_point,
)
from psa_bridge.spec.plans import PLANS
from psa_bridge.spec.roles import ROLES, Tag, parse

SPEC: dict[str, Any] = json.loads((Path(__file__).parent / "data" / "driver_entry_points.json").read_text())
RECORDS: list[dict[str, Any]] = SPEC["entry_points"]
PROPOSED: list[dict[str, Any]] = SPEC["proposed_for_api_1_3_to_1_5"]["entry_points"]
NAMED = pytest.mark.parametrize("record", [*RECORDS, *PROPOSED], ids=lambda record: record["name"])
MOST_VALUES = 12


def squeezed(text: str) -> str:
    return "".join(text.split())


@NAMED
def test_row_has_the_prototype_of_the_interface(record: dict[str, Any]) -> None:
    row = BY_NAME[record["name"]]
    assert squeezed(prototype(row.name, row.arguments, row.returns, "{prefix}")) == squeezed(record["prototype"])


@NAMED
def test_row_is_open_to_the_driver_types_of_the_interface(record: dict[str, Any]) -> None:
    assert set(BY_NAME[record["name"]].types) == set(record["driver_types"])


@NAMED
def test_row_says_where_it_comes_from(record: dict[str, Any]) -> None:
    assert BY_NAME[record["name"]].origin == ("interface" if record in RECORDS else "analogy")


def test_other_rows_are_marked_as_not_in_the_interface() -> None:
    known = {record["name"] for record in [*RECORDS, *PROPOSED]}
    assert {row.name for row in ENTRY_POINTS if row.name not in known and row.origin == "interface"} == set()


@pytest.mark.parametrize("record", SPEC["families"], ids=lambda record: record["name"].split()[0])
def test_family_has_the_members_and_the_type_of_the_interface(record: dict[str, Any]) -> None:
    family = FAMILY_BY_NAME[record["name"].split()[0]]
    assert set(record["entry_points"]) <= set(family.entry_points)
    extra = set(family.entry_points) - set(record["entry_points"])
    assert extra <= set(family.optional)
    assert record["type"] == f"{{prefix}}_{family.context}_t"


@pytest.mark.parametrize("row", ENTRY_POINTS, ids=lambda row: row.name)
def test_row_is_consistent(row: EntryPoint) -> None:
    assert len(row.arguments) <= MOST_VALUES
    assert set(row.matches) <= {"alg", "key", "derived"}
    uses_context = any(argument.role.tag is Tag.CONTEXT for argument in row.arguments)
    assert uses_context == (row.context is not None)
    names = [parameter.name for argument in row.arguments for parameter in argument.parameters]
    assert len(names) == len(set(names))


def test_names_and_aliases_are_unique() -> None:
    names = [name for row in ENTRY_POINTS for name in (row.name, *row.aliases)]
    assert len(names) == len(set(names))
    assert all(entry_point(alias) is row for row in ENTRY_POINTS for alias in row.aliases)
    with pytest.raises(KeyError):
        entry_point("no_such_entry_point")


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_members_of_a_family_share_its_context(family: Any) -> None:
    assert {BY_NAME[name].context for name in family.entry_points} == {family.context}
    assert set(family.optional) < set(family.entry_points)


@pytest.mark.parametrize("kind", [kind for kind in CONTEXTS if kind not in {"derive_key_memory", "random_context"}])
def test_multi_part_family_can_be_set_up_and_aborted(kind: str) -> None:
    lives = {row.role for row in ENTRY_POINTS if row.context == kind}
    assert {"setup", "abort"} <= lives


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda variant: f"{variant.entry_point}-{variant.dialect}")
def test_variant_differs_from_its_row(variant: Any) -> None:
    assert variant.arguments != BY_NAME[variant.entry_point].arguments


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: plan.name)
def test_plan_names_entry_points_of_the_table(plan: Any) -> None:
    assert plan.alternatives
    for alternative in plan.alternatives:
        assert {*alternative.required, *alternative.optional} <= set(BY_NAME)
    names = [alternative.name for alternative in plan.alternatives]
    assert len(names) == len(set(names))


def test_every_role_is_used() -> None:
    used = {a.role.word for row in (*ENTRY_POINTS, *VARIANTS) for a in row.arguments}
    assert used == set(ROLES)


def test_unknown_role_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown role 'outt'"):
        parse("alg outt:hash")
