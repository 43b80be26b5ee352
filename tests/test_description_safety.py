"""Nothing in a description can get C of its own into generated code, and nothing makes the reader fail."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from psa_bridge.driver.descriptions.conditions import Condition, parse_condition
from psa_bridge.driver.descriptions.description import check
from psa_bridge.driver.descriptions.expressions import check_header, check_prefix, parse_constant
from psa_bridge.driver.descriptions.jsontext import Node
from psa_bridge.driver.descriptions.lint import lint_list
from psa_bridge.driver.descriptions.matching import EXACT
from psa_bridge.driver.descriptions.mechanisms import parse_algorithm, parse_key_type
from psa_bridge.driver.descriptions.model import DIALECTS, Constant, Description, Header, KeyTypeSpec, Name
from psa_bridge.driver.descriptions.tokens import KEYWORDS, ExpressionError, check_identifier
from psa_bridge.driver.findings import Finding, Findings

DESCRIPTIONS = sorted((Path(__file__).parent / "data" / "descriptions").glob("*.json"))
TEXTS = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in DESCRIPTIONS}

# Written from the C grammar, not from the code under test.
C_TOKEN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*|[0-9][0-9A-Za-z]*|\|\||&&|==|!=|<=|>=|<<|>>|[-+*/%&|^~!<>(),]| ")
C_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
HEADER = re.compile(r"[A-Za-z0-9_.+@=,~/ -]+\Z")
FORBIDDEN = ("//", "/*", "*/", "??", "\\", '"', "'", "\n", "\r", ";", "{", "}", "#", "[", "]", "`", "$", "@")

HOSTILE = [
    'x; system("rm -rf /")',
    'x" \n#include "/etc/passwd',
    "x) { abort(); } void y(void",
    "1 /* */ + 2",
    "1 // comment",
    "a\\\nb",
    "a??/\nb",
    "%:include <x>",
    "<% int x; %>",
    '_Pragma("once")',
    "__attribute__((constructor))",
    "__builtin_trap()",
    '__asm__("hlt")',
    "(int){0}",
    "({ abort(); 0; })",
    "x = 1",
    "x++",
    "a ? b : c",
    "*(int *)0",
    "sizeof(int[abort()])",
    "\u0430cme",
    "acme\u200b",
    "acme\x00",
    "acme\x7f",
    "psab_services",
    "PSAB_TABLE_HASH",
    "return",
    "defined",
    "defined(X) || __has_include(</etc/passwd>)",
    "a" * 5000,
    "(" * 2000 + "1" + ")" * 2000,
    "-" * 3000 + "1",
    "!" * 3000 + "1",
    "f(" * 300 + ")" * 300,
    "PSA_ALG_HMAC(" * 300 + "PSA_ALG_MD5" + ")" * 300,
    "1 << 100000000",
    "9" * 5000,
    "0x" + "f" * 80,
    "1 / 0",
    "1 % (2 - 2)",
    "../../../etc/passwd",
    "a/../../b.h",
    "/dev/stdin",
    "x.h>\n#define X",
    'x.h" "y',
    "C:\\x.h",
    "-include",
    "",
    " ",
    "\t",
    "\ud800".encode("utf-8", "surrogatepass").decode("utf-8", "replace"),
]
strings = (
    st.sampled_from(HOSTILE)
    | st.text(max_size=40)
    | st.text(alphabet="aPSA_01 ()+-*/%<>|&^~!,;\"'\\\n#{}=", max_size=30)
)


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Paths of every string in a JSON value, keys of objects included (as a path ending in ``("key", name)``)."""
    if isinstance(value, str):
        yield path
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from places(item, (*path, index))
    elif isinstance(value, dict):
        for key, item in value.items():
            yield (*path, ("key", key))
            yield from places(item, (*path, key))


def replaced(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    head, *rest = path
    if isinstance(head, tuple):
        return {(new if key == head[1] else key): item for key, item in value.items()}
    if isinstance(value, list):
        return [
            replaced(item, tuple(rest), new) if rest and i == head else (new if i == head else item)
            for i, item in enumerate(value)
        ]
    return {
        key: (replaced(item, tuple(rest), new) if rest else new) if key == head else item for key, item in value.items()
    }


def everything(value: Any) -> Iterator[Any]:
    """Every object of a model."""
    yield value
    if is_dataclass(value) and not isinstance(value, (Node, Finding)):
        for field in fields(value):
            if field.name != "document":
                yield from everything(getattr(value, field.name))
    elif isinstance(value, (tuple, list)):
        for item in value:
            yield from everything(item)


def assert_harmless(text: str) -> None:
    """The text is a sequence of the tokens that may be in generated C."""
    assert C_TOKEN.sub("", text) == "", text
    for bad in FORBIDDEN:
        assert bad not in text, text
    assert text.isascii()
    assert text.count("(") == text.count(")")
    for word in re.findall(r"[A-Za-z_][A-Za-z0-9_]*", text):
        assert (
            word in ("sizeof", "defined", "struct", "union", "enum", "_")
            or word not in KEYWORDS
            or word in ("char", "short", "int", "long", "signed", "unsigned")
        )
        assert not word.lower().startswith("psab_")


def assert_harmless_name(name: str) -> None:
    assert C_NAME.match(name), name
    assert name not in KEYWORDS
    assert not name.lower().startswith("psab_")
    assert not name.startswith("__")
    assert len(name) <= 300


def assert_harmless_model(description: Description) -> None:
    for part in everything(description):
        if isinstance(part, (Constant, Condition)):
            assert_harmless(part.text)
        elif isinstance(part, KeyTypeSpec):
            assert_harmless(part.value_text)
        elif isinstance(part, Name):
            assert_harmless_name(part.identifier)
        elif isinstance(part, Header):
            assert HEADER.match(part.path)
            assert not part.path.startswith("/")
            assert "//" not in part.path
    for capability in description.capabilities:
        for algorithm in capability.algorithms or ():
            assert_harmless(algorithm.text)
        for dialect in DIALECTS:
            for name in (*capability.functions(dialect).values(), *capability.types(dialect).values()):
                assert_harmless_name(name)
    if description.key_context and description.key_context.size_function:
        assert_harmless_name(description.key_context.size_function)
    assert C_NAME.match(description.prefix)


def assert_explained(description: Description | None, findings: Findings) -> None:
    assert description is not None or findings.errors
    for finding in findings:
        assert finding.message.isascii() or finding.place.file
        assert finding.place.json_path.startswith("$")
        assert "\n" not in finding.message
    findings.render()
    if description is not None:
        assert_harmless_model(description)
        lint_list([description], EXACT).render()


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_a_hostile_string_anywhere_is_refused_or_harmless(data: st.DataObject) -> None:
    document = TEXTS[data.draw(st.sampled_from(sorted(TEXTS)))]
    path = data.draw(st.sampled_from(list(places(document))))
    text = data.draw(strings)
    changed = replaced(document, path, text)
    assert_explained(*check(json.dumps(changed), dialect=data.draw(st.sampled_from([None, *DIALECTS]))))


@pytest.mark.parametrize("name", sorted(TEXTS))
def test_hostile_strings_in_every_place(name: str) -> None:
    document = TEXTS[name]
    for number, path in enumerate(places(document)):
        # A fifth of the strings for each place, another fifth for the next one.
        for text in HOSTILE[number % 5 :: 5]:
            description, findings = check(json.dumps(replaced(document, path, text)))
            assert description is not None or findings.errors
            if description is not None:
                assert_harmless_model(description)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda children: st.lists(children, max_size=4) | st.dictionaries(st.text(max_size=20), children, max_size=4),
    max_leaves=20,
)
KEYS = {str(key) for text in TEXTS.values() for path in places(text) for key in path if isinstance(key, str)}
words = st.sampled_from([*sorted(KEYS), "transparent", "opaque", "sign_hash", "hash_multipart", "init", "get_random"])
near_values = st.recursive(
    st.none() | st.booleans() | st.integers(-1, 300) | words | strings,
    lambda children: st.lists(children, max_size=4) | st.dictionaries(words, children, max_size=6),
    max_leaves=30,
)


@settings(max_examples=300, deadline=None)
@given(json_values | near_values)
def test_arbitrary_json_is_never_a_traceback(value: Any) -> None:
    assert_explained(*check(json.dumps(value)))


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_a_mutated_description_is_explained_or_valid(data: st.DataObject) -> None:
    document = json.loads(json.dumps(TEXTS[data.draw(st.sampled_from(sorted(TEXTS)))]))
    for _ in range(data.draw(st.integers(1, 3))):
        containers = [node for node in containers_of(document) if node]
        target = data.draw(st.sampled_from(containers))
        keys = list(target) if isinstance(target, dict) else list(range(len(target)))
        key = data.draw(st.sampled_from(keys))
        if data.draw(st.booleans()):
            target[key] = data.draw(json_values | near_values)
        else:
            del target[key]
    assert_explained(*check(json.dumps(document)))


def containers_of(value: Any) -> Iterator[Any]:
    if isinstance(value, (dict, list)):
        yield value
        for item in value.values() if isinstance(value, dict) else value:
            yield from containers_of(item)


@settings(max_examples=500)
@given(strings)
@example("a | b ^ (c << 2) / sizeof(struct x) - ~f(1, 2)")
@example("0x10UL + 010")
def test_a_constant_expression_is_refused_or_harmless(text: str) -> None:
    try:
        expression = parse_constant(text)
    except ExpressionError as error:
        assert error.message
        assert error.message.isascii()
        return
    assert_harmless(expression.text)
    again = parse_constant(expression.text)
    assert again == expression


@settings(max_examples=500)
@given(strings)
@example("defined X && !(Y > 1) || -Z % 3 == 0x1u")
def test_a_condition_is_refused_or_harmless(text: str) -> None:
    try:
        condition = parse_condition(text)
    except ExpressionError as error:
        assert error.message.isascii()
        return
    assert_harmless(condition.text)
    assert parse_condition(condition.text).tree == condition.tree
    condition.evaluate()


@given(strings)
@example("ACME_ALG | PSA_ALG_HMAC(ACME_HASH) << sizeof(struct x)")
def test_a_mechanism_is_refused_or_harmless(text: str) -> None:
    with pytest.raises(ExpressionError) as raised:
        parse_key_type(text)
    assert raised.value.message.isascii()
    try:
        spec = parse_algorithm(text)
    except ExpressionError as error:
        assert error.message.isascii()
        return
    assert spec.value is None or spec.of_vendor
    assert_harmless(spec.text)


@given(strings)
@example("acme/x-1.h")
def test_a_name_a_prefix_and_a_header_are_refused_or_harmless(text: str) -> None:
    for check_text, holds in (
        (check_identifier, assert_harmless_name),
        (lambda t: check_prefix(t) + "_x", assert_harmless_name),
    ):
        try:
            holds(check_text(text))
        except ExpressionError as error:
            assert error.message.isascii()
    try:
        assert HEADER.match(check_header(text, allow_parent=False))
        assert ".." not in text.split("/")
    except ExpressionError as error:
        assert error.message.isascii()


@settings(max_examples=200)
@given(st.integers(0, 2**63), st.integers(0, 2**31), st.sampled_from("+-*/%|&^"), st.sampled_from(["", "u", "UL"]))
def test_known_values_are_those_of_c(left: int, right: int, operator: str, suffix: str) -> None:
    text = f"{left}{suffix} {operator} {right}"
    expected: Any
    if operator in "/%" and right == 0:
        expected = None
    else:
        expected = {
            "+": left + right,
            "-": left - right,
            "*": left * right,
            "/": left // (right or 1),
            "%": left % (right or 1),
            "|": left | right,
            "&": left & right,
            "^": left ^ right,
        }[operator]
    if expected is None or not 0 <= expected < 2**64:
        with pytest.raises(ExpressionError):
            parse_constant(text)
    else:
        assert parse_constant(text).value == expected


HUGE: dict[str, Any] = {
    "entry points": {"capabilities": [{"entry_points": [f"no_such_{i}" for i in range(50000)]}]},
    "capabilities": {"capabilities": [{"entry_points": ["sign_hash"]}] * 20000},
    "wrong capabilities": {"capabilities": [{"entry_points": ["sing_hash"]}] * 999},
    "algorithms": {"capabilities": [{"entry_points": ["sign_hash"], "algorithms": ["PSA_ALG_SHA_265"] * 999}] * 30},
    "names": {"capabilities": [{"entry_points": ["sign_hash"], "names": {f"sing_hash{i}": "x" for i in range(30000)}}]},
    "properties": {f"capabilitys{i}": 1 for i in range(50000)},
    "valid capabilities": {
        "capabilities": [{"entry_points": ["hash_setup"], "key_sizes": [i + 1]} for i in range(1000)]
    },
}


@pytest.mark.parametrize("name", HUGE)
def test_a_huge_description_is_answered_soon(name: str) -> None:
    text = json.dumps({"prefix": "acme", "type": "transparent", "capabilities": []} | HUGE[name])
    start = time.process_time()
    description, findings = check(text)
    if description is not None:
        lint_list([description], EXACT)
    assert description is not None or findings.errors
    assert len(findings.errors) <= 1000
    assert time.process_time() - start < 20
