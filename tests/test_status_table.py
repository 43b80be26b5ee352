"""Which statuses entry points can return, against the specification, and what becomes of others."""

from __future__ import annotations

from typing import Any

import pytest
from spec_data import driver_interface, functions

from psa_bridge import Alg, Core, GenericError, KeyAttributes, PsaError, PythonDriver, StorageFailure
from psa_bridge._native import ffi, lib
from psa_bridge.packed import PackedDriver
from psa_bridge.spec.entry_points import BY_NAME, ENTRY_POINTS, IDS, EntryPoint
from psa_bridge.spec.statuses import COMMON, OPERATION_INCOMPLETE, OPERATION_INCOMPLETE_VALUE, PARTICULAR, particular
from psa_bridge.spec.values import CONSTANTS, VALUES, Kind

ROWS = pytest.mark.parametrize("row", ENTRY_POINTS, ids=lambda row: row.name)
STATUSES = {name: value for name, value in CONSTANTS[Kind.STATUS].items() if value < 0}
OF_THE_CORE = {
    ("get_builtin_key", "PSA_ERROR_DOES_NOT_EXIST"): "no such key, whatever the function",
    ("get_builtin_key", "PSA_ERROR_BUFFER_TOO_SMALL"): "the core asks for the attributes first, and again",
    ("import_key", "PSA_ERROR_BUFFER_TOO_SMALL"): "NOT_SUPPORTED for the caller, who has no buffer",
    ("get_builtin_key", "PSA_ERROR_NOT_PERMITTED"): "as any use of a key",
    ("destroy_key", "PSA_ERROR_DOES_NOT_EXIST"): "it was destroyed before the core could note it",
}
"""What the core turns into an answer of its own, and why entry points have it."""


def serves(row: EntryPoint) -> set[str]:
    """The functions of the API that an entry point serves."""
    listed = {entry["name"]: entry.get("api_functions", []) for entry in driver_interface()["entry_points"]}
    return {f"psa_{row.name}", *listed.get(row.name, [])}


@ROWS
def test_entry_points_have_no_particular_status_that_their_functions_do_not_have(row: EntryPoint) -> None:
    known = {function["name"]: {one["status"] for one in function["statuses"]} for function in functions()}
    allowed = set().union(*(known.get(name, set()) for name in serves(row)))
    if "interruptible" in row.family:  # as the functions in one call
        allowed = known[f"psa_{'verify' if row.name.startswith('verify') else 'sign'}_hash"] | {OPERATION_INCOMPLETE}
    for status in particular(row):
        assert status in allowed or (row.name, status) in OF_THE_CORE, status


def test_every_status_of_the_api_is_common_or_particular() -> None:
    of_the_core = {"PSA_ERROR_INVALID_HANDLE"}
    assert {*COMMON, *PARTICULAR, "PSA_ERROR_NOT_PERMITTED"} - {OPERATION_INCOMPLETE} == set(STATUSES) - of_the_core
    assert all(name in BY_NAME for names in PARTICULAR.values() for name in names)


@ROWS
def test_the_core_knows_the_statuses_of_every_row(row: EntryPoint) -> None:
    expected = {VALUES[status] for status in {*COMMON, *particular(row)} - {OPERATION_INCOMPLETE}}
    if OPERATION_INCOMPLETE in particular(row):
        expected.add(OPERATION_INCOMPLETE_VALUE)
    tried = [*range(-300, 10), -(2**31), 2**31 - 1, -9999]
    assert {status for status in tried if lib.psab_status_possible(IDS[row.name], status)} == expected


def test_an_unknown_entry_point_has_no_status() -> None:
    assert not lib.psab_status_possible(len(ENTRY_POINTS), -132)


class Verifier(PythonDriver):
    """Returns whatever status it is told, from everything it does."""

    prefix = "odd"
    capabilities = ({"entry_points": ["mac_compute", "mac_verify", "hash_multipart"]},)
    status = -9999

    def answer(self, *values: Any, **sizes: int) -> Any:
        raise PsaError("odd", status=self.status)

    mac_compute = mac_verify = hash_setup = hash_update = hash_finish = hash_abort = answer


@pytest.mark.parametrize(("status", "seen"), [(-9999, -132), (-149, -149), (-150, -132), (-136, -132), (-1, -132)])
def test_a_verification_fails_with_its_own_statuses_only(status: int, seen: int) -> None:
    driver = Verifier()
    driver.status = status
    with Core(driver) as core:
        key = core.import_key(KeyAttributes(0x1100, 256, usage=0xC00, alg=Alg.HMAC(Alg.SHA_256)), bytes(32))
        with pytest.raises(PsaError) as caught:
            key.mac_verify(Alg.HMAC(Alg.SHA_256), b"", bytes(32))
        assert caught.value.status == seen
        assert (caught.value.driver, caught.value.entry_point) == ("odd", "mac_verify")
        assert (f"status {status}," in str(caught.value)) == (seen != status)


@pytest.mark.parametrize("status", [-9999, -149, 5])
def test_a_storage_has_its_own_statuses_only(status: int) -> None:
    answer = {"status": 0}
    load = ffi.callback(
        "psab_status_t(void *, uint32_t, uint32_t, uint8_t *, size_t, size_t *)",
        lambda *given: answer["status"] or -140,
    )
    save = ffi.callback(
        "psab_status_t(void *, uint32_t, uint32_t, uint8_t const *, size_t)", lambda *given: answer["status"]
    )
    remove = ffi.callback("psab_status_t(void *, uint32_t, uint32_t)", lambda *given: answer["status"])
    listing = ffi.callback(
        "psab_status_t(void *, uint32_t, uint32_t *, size_t, size_t *)", lambda *given: answer["status"]
    )

    class Storage:
        memory = ffi.new("psab_storage_t *", {"load": load, "save": save, "remove": remove, "list": listing})
        native = memory[0]

    with Core(storage=Storage()) as core:
        attributes = KeyAttributes(0x1001, 128, id=5, lifetime=1)
        answer["status"] = status
        for use in (lambda: core.import_key(attributes, bytes(16)), lambda: core.check_key_usage(5, 0, 1)):
            with pytest.raises(StorageFailure) as caught:
                use()
            if status != -138:  # which load() may answer, with a length
                assert f"status {status}" in str(caught.value)
        answer["status"] = 0


def test_a_step_without_a_driver_of_its_own_is_judged_too() -> None:
    with Core(Verifier()) as core, pytest.raises(GenericError, match="hash_setup cannot have"):
        core.hash_setup(Alg.SHA_256)


def test_packed_drivers_are_judged_by_the_core_not_by_the_packing() -> None:
    driver = PackedDriver(lambda entry_point, values, count: -9999)
    assert lib.psab_pack_ops.init(driver.pointer) == -9999
