"""The list of mechanisms says what is so: each of its lines is tried, and it has all that the specification has."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from mechanism_runs import CALLS, Runner

from psa_bridge import Alg, Core, KeyType, PsaError
from psa_bridge._native import lib
from psa_bridge.driver.descriptions.description import parse_description, read_description
from psa_bridge.driver.descriptions.model import Capability, Description
from psa_bridge.mechanisms import Service, services
from psa_bridge.software.driver import make
from psa_bridge.software.table import WHOLE

DATA = Path(__file__).parent / "data" / "psa_algorithms_1_5.json"
LIBCRYPTO = Path(__file__).parent.parent / "drivers" / "libcrypto" / "driver.json"
CORES = {"linked-in": Core, "stand-in": lambda: Core(make(WHOLE), software=False)}
"""The software as it usually is, and what it is where libcrypto's headers were missing at build time."""


@cache
def listed(name: str) -> tuple[Service, ...]:
    with CORES[name]() as core:
        return tuple(services(core))


def forms(service: Service) -> list[Alg]:
    """The algorithms that a line stands for."""
    return [Alg.parse(service.algorithm.replace("PSA_ALG_ANY_HASH", name)) for name in service.hashes or ("",)]


def tries(service: Service) -> Iterator[tuple[Alg, int]]:
    """Every size with one hash, and every hash with one size."""
    algorithms, sizes = forms(service), service.sizes or (0,)
    yield from ((algorithms[0], bits) for bits in sizes)
    yield from ((alg, sizes[0]) for alg in algorithms[1:])


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("name", CORES)
def test_each_line_is_served_or_not_as_it_says(name: str, call: str) -> None:
    wrong = []
    with CORES[name]() as core:
        runner = Runner(core)
        for service in (one for one in listed(name) if one.call == call):
            for alg, bits in tries(service):
                said = "served" if service.drivers else "NotSupported"
                try:
                    runner.run(call, alg, service.key_type, bits)
                    found = "served"
                except PsaError as error:
                    found = type(error).__name__
                if found != said:
                    wrong.append(f"{alg} {service.key_type} {bits}: {said} in the list, but {found}")
    assert wrong == []


def test_every_call_of_the_list_is_tried() -> None:
    assert {service.call for service in listed("linked-in")} == CALLS.keys()


# What the specification has


def _entries() -> list[dict[str, Any]]:
    found = json.loads(DATA.read_text())["algorithms"]
    return [one for one in found if one["category"] not in {"none", "wildcard"}]


def _numbers(entry: dict[str, Any]) -> set[int]:
    """An algorithm, or those that are made of it with hashes."""
    if "value_int" in entry:
        return {entry["value_int"]}
    hashes = entry["hashes"]
    if isinstance(hashes, str):
        assert hashes == "any hash algorithm"
        hashes = [one["name"] for one in _entries() if one["category"] == "hash"]
    return {int(Alg.parse(f"{entry['name']}({name})")) for name in hashes}


@pytest.mark.parametrize("entry", _entries(), ids=lambda entry: entry["name"])
def test_list_has_the_algorithm_with_all_its_hashes(entry: dict[str, Any]) -> None:
    lines = [one for one in listed("linked-in") if one.algorithm.partition("(")[0] == entry["name"]]
    assert {int(alg) for one in lines for alg in forms(one)} == _numbers(entry)


_OTHER_INPUTS = {"salt", "other inputs", "expected value"}
"""What keys of a derivation are for that are not its secret."""

_WITHOUT_SIZE = {("PSA_KEY_TYPE_DES", "PSA_ALG_XTS")}
"""Named by the specification, which has no size for it."""


@pytest.mark.parametrize("entry", _entries(), ids=lambda entry: entry["name"])
def test_list_has_the_algorithm_with_all_its_keys(entry: dict[str, Any]) -> None:
    numbers = _numbers(entry)
    found: dict[str, set[int]] = {}
    for service in listed("linked-in"):
        if numbers & {int(alg) for alg in forms(service)}:
            found.setdefault(service.key_type, set()).update(service.sizes)
    for key in entry["key_types"]:
        if key.get("for") in _OTHER_INPUTS or (key["type"], entry["name"]) in _WITHOUT_SIZE:
            continue
        name = key["type"].replace("(family)", "(")
        sizes = [size for key_type, size in found.items() if key_type.startswith(name)]
        assert sizes, f"{entry['name']} has keys of type {key['type']}"
        if isinstance(key.get("bits"), list):
            assert sizes == [set(key["bits"])]


# What the drivers offer


def _described(name: str) -> Description:
    if name == "linked-in":
        return read_description(LIBCRYPTO)
    document = {"prefix": "pysoft", "type": "transparent", "capabilities": [offer.described() for offer in WHOLE]}
    return parse_description(json.dumps(document), "pysoft")


def _offered(capability: Capability) -> Iterator[tuple[int, int | None]]:
    """Algorithms with types of keys; None is any."""
    for alg in capability.algorithms or ():
        for key_type in capability.key_types or (None,):
            yield alg.value, key_type.value if key_type is not None and not key_type.any_family else None


@pytest.mark.parametrize("name", CORES)
def test_whatever_a_driver_offers_is_listed_as_served(name: str) -> None:
    """Algorithm by algorithm and key type by key type; their sizes are those of the specification, as tested above.

    What a public key suffices for is listed with that.
    """
    lines = [
        (int(alg), int(KeyType.parse(service.key_type)) if service.key_type else 0, set(service.sizes))
        for service in listed(name)
        if service.drivers
        for alg in forms(service)
    ]
    missing = []
    for capability in _described(name).capabilities:
        offered_sizes = {size.value for size in capability.key_sizes or ()}
        for alg, key_type in _offered(capability):
            fits = (
                key_type in {None, kind, int(KeyType(kind).key_pair) if kind & 0x4000 else kind}
                and (not offered_sizes or offered_sizes & sizes)
                for number, kind, sizes in lines
                if alg == number or lib.psab_alg_permits(alg, number, kind, 0)
            )
            if not any(fits):
                missing.append((str(Alg(alg)), key_type))
    assert missing == []
