"""Key policies: the core permits exactly what the specification permits, in every combination."""

from __future__ import annotations

import ctypes
from functools import cache
from pathlib import Path
from typing import Any

import policy_model as model
import pytest
from spec_data import number, truth, values

from psa_bridge._native import lib
from psa_bridge.cbuild.toolchain import run
from psa_bridge.constants import Alg
from psa_bridge.gen.files import table_files, write_files

ROOT = Path(__file__).resolve().parent.parent
NOTHING = 0xFFFFFFFF
TYPES = {entry["expr"]: number(entry["hex"]) for entry in values()["universe"]["key_types"]}
KEY_TYPES = [
    "PSA_KEY_TYPE_AES",
    "PSA_KEY_TYPE_DES",
    "PSA_KEY_TYPE_PASSWORD",
    "PSA_KEY_TYPE_WPA3_SAE_ECC(PSA_ECC_FAMILY_SECP_R1)",
    "PSA_KEY_TYPE_WPA3_SAE_DH(PSA_DH_FAMILY_RFC3526)",
    "PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1)",
]
"""Types on which what a policy permits depends, and one on which nothing does."""

USAGES = {
    entry["name"]: number(entry["value"])
    for entry in values()["constants"]
    if entry["name"].startswith("PSA_KEY_USAGE_")
}


def value_of(alg: model.Argument) -> int:
    """The value of an algorithm."""
    if isinstance(alg, int):
        return alg
    return int(getattr(Alg, alg.name)(*map(value_of, alg.arguments)) if alg.arguments else getattr(Alg, alg.name))


@cache
def universe() -> model.Universe:
    """The universe of the truth tables, and many lengths of MACs and tags."""
    return model.Universe(model.stated() | {alg: value_of(alg) for alg in model.lengths()})


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The functions of policy_pairs.c, compiled with those of the core."""
    work = tmp_path_factory.mktemp("policy")
    target = work / "pairs.so"
    write_files(work, table_files())
    sources = [ROOT / "tests/policy_pairs.c", ROOT / "csrc/util/alg.c", ROOT / "csrc/keys/policy.c"]
    include = [f"-I{ROOT / 'csrc/include'}", f"-I{ROOT / 'csrc'}", f"-I{work}"]
    run(
        ["cc", "-std=gnu11", "-O2", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", *include, *sources, "-o", target]
    )
    return ctypes.CDLL(str(target))


def table(call: Any, element: Any, key_type: str, *arguments: int) -> Any:
    """What a function of policy_pairs.c gives for all pairs of the universe."""
    algs = list(universe().algs.values())
    given = (ctypes.c_uint32 * len(algs))(*algs)
    result = (element * len(algs) ** 2)()
    call(given, ctypes.c_size_t(len(algs)), ctypes.c_uint16(TYPES[key_type]), *map(ctypes.c_uint32, arguments), result)
    return memoryview(result).cast("B").cast("B" if element is ctypes.c_uint8 else "I")


@cache
def expected(key_type: str, verifying: bool) -> bytes:
    """What the specification gives for all pairs of the universe."""
    usage = "PSA_KEY_USAGE_VERIFY_HASH" if verifying else "PSA_KEY_USAGE_SIGN_HASH"
    position = {alg: i for i, alg in enumerate(universe().algs)}
    result = bytearray(len(position) ** 2)
    for row, policy in enumerate(position):
        for alg in universe().permitted(policy, key_type, usage):
            result[row * len(position) + position[alg]] = True
    return bytes(result)


def differences(actual: Any, wanted: Any) -> list[str]:
    """The pairs in which two tables differ, in words."""
    algs = list(universe().algs)
    return [
        f"{model.write(algs[i // len(algs)])} and {model.write(algs[i % len(algs)])}: {mine:#x}, not {right:#x}"
        for i, (mine, right) in enumerate(zip(actual, wanted, strict=True))
        if mine != right
    ]


def test_model_knows_every_wildcard() -> None:
    wildcards = truth("algorithms")["PSA_ALG_IS_WILDCARD"]
    assert [model.is_wildcard(alg) for alg in model.stated()] == wildcards


def test_model_reads_every_expression() -> None:
    assert [model.write(alg) for alg in model.stated()] == [e["expr"] for e in values()["universe"]["algorithms"]]
    assert all(value_of(alg) == value for alg, value in model.stated().items())


@pytest.mark.parametrize("key_type", KEY_TYPES)
def test_every_pair_of_algorithms_is_permitted_as_specified(pairs: Any, key_type: str) -> None:
    for usage, flag in {"none": 0, **USAGES}.items():
        wanted = expected(key_type, usage in model.VERIFYING)
        actual = table(pairs.pairs_permit, ctypes.c_uint8, key_type, flag)
        if bytes(actual) != wanted:
            pytest.fail(usage + "\n" + "\n".join(differences(actual, wanted)[:20]))


@pytest.mark.parametrize("key_type", KEY_TYPES)
def test_key_policy_needs_the_flag_and_the_algorithm(pairs: Any, key_type: str) -> None:
    algs = list(universe().algs)
    every = sum(USAGES.values())
    for usage, flag in USAGES.items():
        wanted = bytearray(expected(key_type, usage in model.VERIFYING))
        for row in range(len(algs)):  # without an algorithm, only the usage counts
            wanted[row * len(algs) + algs.index(model.Call("NONE"))] = True
        actual = table(pairs.pairs_check, ctypes.c_uint8, key_type, flag, flag)
        if bytes(actual) != wanted:
            pytest.fail(usage + "\n" + "\n".join(differences(actual, wanted)[:20]))
        assert not any(table(pairs.pairs_check, ctypes.c_uint8, key_type, every & ~flag, flag)), usage


def test_extension_decides_like_the_sources(pairs: Any) -> None:
    key_type = "PSA_KEY_TYPE_AES"
    algs, flag = list(universe().algs.values()), USAGES["PSA_KEY_USAGE_VERIFY_HASH"]
    actual = table(pairs.pairs_permit, ctypes.c_uint8, key_type, flag)
    permits, number_of_type = lib.psab_alg_permits, TYPES[key_type]
    assert bytes(actual) == bytes(permits(a, b, number_of_type, flag) for a in algs for b in algs)


def test_short_cuts_of_the_model_miss_nothing() -> None:
    known = universe()
    for policy in known.algs:
        if not (policy.name in model.LENGTHS or policy.arguments):
            usage, key_type = "PSA_KEY_USAGE_VERIFY_MESSAGE", "PSA_KEY_TYPE_AES"
            scanned = {alg for alg in known.algs if model.permits(policy, alg, key_type, usage)}
            assert known.permitted(policy, key_type, usage) == scanned, policy


@cache
def permitted(alg: model.Call, key_type: str, usage: str) -> frozenset[model.Call]:
    """What a policy permits, remembered."""
    return universe().permitted(alg, key_type, usage)


@cache
def named(key_type: str) -> dict[frozenset[model.Call], model.Call]:
    """Policies by what they permit."""
    return {permitted(alg, key_type, ""): alg for alg in universe().algs}


@pytest.mark.parametrize("key_type", KEY_TYPES)
def test_policy_of_a_copy_permits_exactly_what_both_permit(pairs: Any, key_type: str) -> None:
    algs = list(universe().algs)
    actual = table(pairs.pairs_intersect, ctypes.c_uint32, key_type)
    by_value = {value: alg for alg, value in universe().algs.items()}
    wrong = []
    for i, found in enumerate(actual):
        a, b = algs[i // len(algs)], algs[i % len(algs)]
        if not right_copy(a, b, by_value.get(found), key_type):
            wrong.append(f"{model.write(a)} and {model.write(b)}: {found:#x}")
    assert not wrong, "\n".join([str(len(wrong)), *wrong[:20]])


def right_copy(a: model.Call, b: model.Call, found: model.Call | None, key_type: str) -> bool:
    """Whether ``found`` is a right policy for a copy of a key with one policy, asked for with the other."""
    if a == b:
        return found == a
    both = permitted(a, key_type, "") & permitted(b, key_type, "")
    if found is None:
        return not both or both not in named(key_type)
    if found == model.Call("NONE") or permitted(found, key_type, "") != both:
        return False
    verify = "PSA_KEY_USAGE_VERIFY_HASH"
    return permitted(found, key_type, verify) <= permitted(a, key_type, verify) & permitted(b, key_type, verify)
