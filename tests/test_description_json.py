"""The JSON reader: positions of everything, and a finding for everything that is wrong with a file."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from psa_bridge.driver.descriptions.jsontext import MAX_BYTES, MAX_DEPTH, Node, child_path, parse_json, read_json, walk
from psa_bridge.driver.findings import Findings

scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.text()
    | st.floats(allow_nan=False, allow_infinity=False)
)
values = st.recursive(
    scalars, lambda children: st.lists(children) | st.dictionaries(st.text(), children), max_leaves=30
)


def read(text: str | bytes) -> tuple[Node | None, list[str]]:
    findings = Findings()
    node = parse_json(text, "x.json", findings)
    return node, [finding.rule for finding in findings]


@given(values, st.sampled_from([None, 2]), st.booleans())
def test_reads_what_the_standard_library_reads(value: Any, indent: int | None, ascii_only: bool) -> None:
    try:
        text = json.dumps(value, indent=indent, ensure_ascii=ascii_only)
        text.encode("utf-8")
    except UnicodeEncodeError:
        return
    node, rules = read(text)
    if "json-encoding" in rules:
        assert any(0xD800 <= ord(c) <= 0xDFFF for c in json.dumps(value, ensure_ascii=False))
        return
    assert node is not None
    assert node.plain() == json.loads(text)


@given(values)
def test_every_position_points_at_its_value(value: Any) -> None:
    text = json.dumps(value, indent=1)
    node, rules = read(text)
    if node is None:
        assert rules == ["json-encoding"]
        return
    lines = text.split("\n")
    for part in walk(node):
        rest = lines[part.place.line - 1][part.place.column - 1 :]
        start = {"string": '"', "array": "[", "object": "{", "null": "n", "boolean": "tf"}
        assert rest[0] in start.get(part.kind, "-0123456789")


@settings(max_examples=300)
@given(st.text(alphabet='{}[]",:0123456789.eE+-tfnul \n\\/#\'"aNI_', max_size=60))
def test_arbitrary_text_is_read_or_explained(text: str) -> None:
    node, rules = read(text)
    try:
        json.loads(text, parse_constant=lambda name: 1 / 0)
        valid = True
    except (ValueError, ZeroDivisionError, RecursionError):
        valid = False
    if valid:
        assert node is not None
    else:
        assert rules


@given(st.binary(max_size=100))
def test_arbitrary_bytes_are_read_or_explained(data: bytes) -> None:
    node, rules = read(data)
    assert (node is not None) or rules


@pytest.mark.parametrize(
    ("data", "rule", "line", "column", "words"),
    [
        (b"", "json-syntax", 1, 1, "empty"),
        (b"  \n ", "json-syntax", 2, 2, "empty"),
        (b"\xef\xbb\xbf{}", "json-encoding", 0, 0, "byte order mark"),
        (b"\xff\xfe{\x00}\x00", "json-encoding", 0, 0, "UTF-16"),
        (b"{\x00}\x00", "json-encoding", 0, 0, "zero bytes"),
        (b'{"a":\n "\xe9"}', "json-encoding", 2, 3, "not UTF-8"),
        (b'{"a": NaN}', "json-number", 1, 7, "NaN"),
        (b'{"a": -Infinity}', "json-number", 1, 7, "Infinity"),
        (b'{"a": 0x10}', "json-number", 1, 7, "0x"),
        (b'{"a": 010}', "json-number", 1, 7, "number"),
        (b'{"a": 1.}', "json-number", 1, 7, "number"),
        (b'{"a": ' + b"9" * 200 + b"}", "json-number", 1, 7, "200 characters"),
        (b"[" * 200, "json-depth", 1, MAX_DEPTH + 2, "nested"),
        (b'{"a": 1,}', "json-syntax", 1, 9, "property name"),
        (b"[1,]", "json-syntax", 1, 4, "after the comma"),
        (b"{'a': 1}", "json-syntax", 1, 2, "double quotes"),
        (b'{"a" 1}', "json-syntax", 1, 6, "colon"),
        (b'{"a": 1 "b": 2}', "json-syntax", 1, 9, "unexpected"),
        (b'{"a": 1', "json-syntax", 1, 8, "ends too early"),
        (b'{"a": True}', "json-syntax", 1, 7, "unexpected"),
        (b'{"a": 1} // end', "json-syntax", 1, 10, "after the end"),
        (b'// comment\n{"a": 1}', "json-syntax", 1, 1, "unexpected"),
        (b'{"a": "x\n"}', "json-syntax", 1, 9, "not closed"),
        (b'{"a": "x\ty"}', "json-syntax", 1, 9, "control"),
        (b'{"a": "\\x"}', "json-syntax", 1, 8, "escape"),
        (b'{"a": "\\ud83d"}', "json-encoding", 1, 7, "surrogate"),
        (b'{"a": 1, "b": 2,\n "a": 3}', "json-duplicate", 2, 2, "twice"),
    ],
)
def test_each_mistake_has_its_own_finding(data: bytes, rule: str, line: int, column: int, words: str) -> None:
    findings = Findings()
    parse_json(data, "x.json", findings)
    (finding,) = findings
    assert (finding.rule, finding.place.line, finding.place.column) == (rule, line, column)
    assert words in finding.message
    assert finding.remedy
    assert finding.is_error


def test_a_pair_of_surrogates_is_one_character() -> None:
    node, rules = read('"\\ud83d\\ude00"')
    assert node is not None
    assert (node.value, rules) == ("\U0001f600", [])


def test_a_duplicate_points_at_both_places() -> None:
    findings = Findings()
    node = parse_json('{"a": 1,\n "a": 2}', "x.json", findings)
    (finding,) = findings
    assert node is not None
    assert node.plain() == {"a": 1}
    assert (finding.related[0].place.line, finding.related[0].place.column) == (1, 2)


def test_a_huge_file_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "huge.json"
    path.write_bytes(b"[" + b" " * (2 * MAX_BYTES) + b"]")
    findings = Findings()
    assert read_json(path, findings) is None
    assert [finding.rule for finding in findings] == ["json-size"]


@pytest.mark.parametrize("name", ["missing.json", ".", "a\0b"])
def test_a_file_that_cannot_be_opened_is_a_finding(tmp_path: Path, name: str) -> None:
    findings = Findings()
    assert read_json(f"{tmp_path}/{name}", findings) is None
    assert [finding.rule for finding in findings] == ["json-unreadable"]


def test_paths_quote_names_that_are_no_identifiers() -> None:
    assert child_path("$", "names") == "$.names"
    assert child_path("$.a[0]", 3) == "$.a[0][3]"
    assert child_path("$", "mbedtls/x") == "$['mbedtls/x']"


def test_numbers_keep_their_kind() -> None:
    node, _ = read("[1, 1.5, 1e400, true]")
    assert node is not None
    assert [part.kind for part in node.items] == ["integer", "number", "number", "boolean"]
    assert math.isinf(node.items[2].value)  # type: ignore[arg-type]
