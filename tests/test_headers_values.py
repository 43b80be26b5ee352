"""The numbers of the standard headers: constants, macro tables, truth tables, sizes."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from header_programs import HEAD, numbers, output, run_compiler, truths
from header_sizes import MAXIMA, at_least, exact
from spec_data import INCLUDE, constants, context_signatures, key_sizes, macro_rows, truth, values

from psa_bridge.spec.predicates import PREDICATES


def test_every_constant_has_its_value(tmp_path: Path) -> None:
    wanted = constants()
    assert len(wanted) == 197
    assert dict(zip(wanted, numbers(list(wanted), tmp_path), strict=True)) == wanted


def test_a_changed_constant_is_noticed(tmp_path: Path) -> None:
    include = tmp_path / "include"
    shutil.copytree(INCLUDE, include)
    header = include / "psa" / "crypto_values_alg.h"
    header.write_text(header.read_text().replace("PSA_ALG_SM3 ((psa_algorithm_t)0x02000014)", "PSA_ALG_SM3 0x02000015"))
    found = dict(zip(constants(), numbers(list(constants()), tmp_path, include), strict=True))
    assert [name for name in found if found[name] != constants()[name]] == ["PSA_ALG_SM3"]


def test_the_version_is_known_to_the_preprocessor(tmp_path: Path) -> None:
    check = "#if PSA_CRYPTO_API_VERSION_MAJOR != 1 || PSA_CRYPTO_API_VERSION_MINOR != 5\n#error version\n#endif\n"
    assert not run_compiler(HEAD + check, tmp_path)


def test_every_row_of_every_macro_table_agrees(tmp_path: Path) -> None:
    rows = macro_rows()
    assert len(rows) > 3500
    found = numbers([f"{macro}({', '.join(arguments)})" for macro, arguments, _ in rows], tmp_path)
    wrong = [
        (macro, arguments, value, got)
        for (macro, arguments, value), got in zip(rows, found, strict=True)
        if got != value
    ]
    assert wrong == []


def test_the_unlimited_capacity_is_the_largest_size(tmp_path: Path) -> None:
    assert numbers(["PSA_KEY_DERIVATION_UNLIMITED_CAPACITY == (size_t)-1"], tmp_path) == [1]


def test_a_tls_psk_of_64_bytes_is_accepted(tmp_path: Path) -> None:
    assert numbers(["PSA_TLS12_PSK_TO_MS_PSK_MAX_SIZE >= 64"], tmp_path) == [1]


def test_a_minimum_length_without_an_encoding_gives_no_algorithm(tmp_path: Path) -> None:
    mac = "PSA_ALG_HMAC(PSA_ALG_SHA_512)"
    calls = [f"PSA_ALG_AT_LEAST_THIS_LENGTH_MAC({mac}, {length})" for length in (0, 64, 65)]
    assert numbers(calls, tmp_path) == [0, 0, 0]


@pytest.mark.parametrize(
    ("group", "c_type", "bits"), [("algorithms", "psa_algorithm_t", 32), ("key_types", "psa_key_type_t", 16)]
)
def test_every_predicate_agrees_over_the_universe(group: str, c_type: str, bits: int, tmp_path: Path) -> None:
    wanted = truth(group)
    universe = [int(entry["hex"], 16) for entry in values()["universe"][group]]
    # Beyond the tables, headers and Python have to agree: with every neighbour of the universe.
    others = sorted({value ^ (1 << bit) for value in universe for bit in range(bits)})
    found = truths(list(wanted), universe + others, c_type, tmp_path)
    expressions = [entry["expr"] for entry in values()["universe"][group]]
    for predicate, column in wanted.items():
        got = found[predicate]
        assert [e for e, a, b in zip(expressions, got, column, strict=False) if a != b] == [], predicate
        python = [PREDICATES[predicate](value) for value in others]
        assert [hex(v) for v, a, b in zip(others, got[len(universe) :], python, strict=True) if a != b] == [], predicate


def test_contexts_are_supported_by_exactly_the_listed_signatures(tmp_path: Path) -> None:
    universe = values()["universe"]["algorithms"]
    numbers_of = [int(entry["hex"], 16) for entry in universe]
    found = truths(["PSA_ALG_SIGN_SUPPORTS_CONTEXT"], numbers_of, "psa_algorithm_t", tmp_path)
    column = found["PSA_ALG_SIGN_SUPPORTS_CONTEXT"]
    assert {entry["expr"] for entry, true in zip(universe, column, strict=True) if true} == context_signatures()


def test_every_exact_size_agrees(tmp_path: Path) -> None:
    rows = exact()
    assert len(rows) > 1000
    found = numbers([expression for expression, _ in rows], tmp_path)
    assert [(row, got) for row, got in zip(rows, found, strict=True) if row[1] != got] == []


def test_rsa_exports_have_room_for_the_largest_key(tmp_path: Path) -> None:
    rows = at_least()
    found = numbers([expression for expression, _, _ in rows], tmp_path)
    assert [(row, got) for row, got in zip(rows, found, strict=True) if not row[1] <= got <= row[2]] == []


def test_every_size_is_an_integer_constant_expression(tmp_path: Path) -> None:
    by_macro: dict[str, list[str]] = {}
    for expression in [row[0] for row in exact()] + [row[0] for row in at_least()] + list(MAXIMA):
        by_macro.setdefault(expression.split("(")[0], []).append(expression)
    for row in values()["function_like_macros"]:
        if row["kind"] == "size":
            invalid = f"{row['name']}({', '.join('1' for _ in row['params'])})"
            by_macro.setdefault(row["name"], []).append(invalid)
    for row in values()["constants"]:
        if row["kind"] == "size":
            by_macro.setdefault(row["name"], [row["name"]])
    # The first, the last, and an invalid call of each: the compiler takes long for such text.
    expressions = [text for group in by_macro.values() for text in {group[0], *group[-2:]}]
    lines = [f"typedef char dimension{i}[({text}) + 1u];" for i, text in enumerate(expressions)]
    lines += [f"struct width{i} {{ unsigned field : ({text}) < 1u ? 1 : 2; }};" for i, text in enumerate(expressions)]
    lines += [f"enum {{ constant{i} = (int)({text}) }};" for i, text in enumerate(expressions)]
    assert not run_compiler(HEAD + "\n".join(lines) + "\n", tmp_path)


def test_every_maximum_is_the_largest_of_its_size(tmp_path: Path) -> None:
    symmetric = [(row["name"], 256) for row in values()["constants"] if row["kind"] == "key type"]
    types = ", ".join(f"{{{key_type}, {bits}}}" for key_type, bits in symmetric + key_sizes())
    algorithms = ", ".join(entry["hex"] + "u" for entry in values()["universe"]["algorithms"])
    primitives = ", ".join(row[-1] + "u" for row in values()["tables"]["PSA_PAKE_PRIMITIVE"])
    over_keys = {name: text for name, text in MAXIMA.items() if "primitives" not in text}
    names = list(over_keys) + [name for name in MAXIMA if name not in over_keys]
    updates = {name: f"largest[{i}] = larger(largest[{i}], {MAXIMA[name]});" for i, name in enumerate(names)}
    prints = "\n".join(f'    printf("%zu %zu\\n", (size_t){name}, largest[{i}]);' for i, name in enumerate(names))
    source = f"""{HEAD}
struct key {{ psa_key_type_t type; size_t bits; }};
static const struct key keys[] = {{{types}}};
static const psa_algorithm_t algorithms[] = {{{algorithms}}};
static const psa_pake_primitive_t primitives[] = {{{primitives}}};
static size_t largest[{len(names)}];
static size_t larger(size_t a, size_t b) {{ return a > b ? a : b; }}
int main(void)
{{
    size_t i, j, k;
    for (i = 0; i < sizeof(algorithms) / sizeof(algorithms[0]); i++) {{
        psa_algorithm_t alg = algorithms[i];
        for (j = 0; j < sizeof(keys) / sizeof(keys[0]); j++) {{
            psa_key_type_t type = keys[j].type;
            size_t bits = keys[j].bits;
            {" ".join(updates[name] for name in names if name in over_keys)}
        }}
        for (k = 0; k < sizeof(primitives) / sizeof(primitives[0]); k++) {{
            psa_pake_step_t step;
            for (step = 1; step <= 8; step++) {{
                {" ".join(updates[name] for name in names if name not in over_keys)}
            }}
        }}
    }}
{prints}
    return 0;
}}
"""
    lines = [tuple(map(int, line.split())) for line in output(source, tmp_path).splitlines()]
    wrong = {name: line for name, line in zip(names, lines, strict=True) if line[0] != line[1]}
    assert wrong == {}
