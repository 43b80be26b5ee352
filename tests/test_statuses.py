"""Every status that the specification lists for a function has a case, or a reason why not."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
import status_cases_derivation  # noqa: F401 - fills the register
import status_cases_faults  # noqa: F401
import status_cases_pake  # noqa: F401
import status_cases_requests  # noqa: F401
import status_cases_symmetric  # noqa: F401
import status_cases_transport  # noqa: F401
from statuses import CASES, Pair, number_of, watching

from psa_bridge._native import lib

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

DATA = Path(__file__).resolve().parent / "data"


def listed() -> set[Pair]:
    """The pairs of the functions that this core has."""
    functions = json.loads((DATA / "psa_crypto_1_5_functions.json").read_text())["functions"]
    return {
        (function["name"], entry["status"])
        for function in functions
        if hasattr(lib, function["name"].replace("psa_", "psab_", 1))
        for entry in function["statuses"]
    }


def waivers() -> dict[Pair, str]:
    """Pairs without a case, and the reasons."""
    table = tomllib.loads((DATA / "status_waivers.toml").read_text())
    return {(function, status): reason for function, statuses in table.items() for status, reason in statuses.items()}


@pytest.mark.parametrize(("function", "status"), sorted(CASES), ids=lambda word: word.removeprefix("psa_"))
def test_status(function: str, status: str) -> None:
    number = number_of(status)
    with watching() as seen:
        CASES[function, status](function, number)
    assert (function, number) in seen, f"the case did not make {function} return {status}"


def test_every_listed_pair_has_a_case_or_a_waiver() -> None:
    missing = listed() - CASES.keys() - waivers().keys()
    assert not missing, "\n".join(f"{function} {status}" for function, status in sorted(missing))


def test_no_waiver_is_stale() -> None:
    assert not waivers().keys() & CASES.keys(), "these have a case now"
    assert waivers().keys() <= listed(), "these are not in the specification, or their function is not there"


def test_every_waiver_has_a_reason() -> None:
    assert all(len(reason.split()) >= 4 for reason in waivers().values())


def test_every_case_is_of_a_listed_pair() -> None:
    unknown = CASES.keys() - listed()
    assert not unknown, "the specification does not list these"
