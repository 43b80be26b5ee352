"""Status codes as exceptions."""

from __future__ import annotations

import pickle

import pytest

from psa_bridge import errors
from psa_bridge.errors import BY_STATUS, RAISED, Failure, PsaError, check, error_from, status_name
from psa_bridge.spec.values import CONSTANTS, Kind

STATUSES = {name: value for name, value in CONSTANTS[Kind.STATUS].items() if value != 0}
BUILT_IN = {
    "NotPermitted": PermissionError,
    "NotSupported": NotImplementedError,
    "InvalidArgument": ValueError,
    "InvalidHandle": LookupError,
    "BadState": RuntimeError,
    "InsufficientMemory": MemoryError,
    "CommunicationFailure": ConnectionError,
    "InvalidSignature": ValueError,
}


def test_every_status_of_the_api_has_a_class_of_its_name() -> None:
    assert {error.name: status for status, error in BY_STATUS.items()} == STATUSES
    for error in BY_STATUS.values():
        words = error.name.removeprefix("PSA_ERROR_").split("_")
        assert error.__name__ == "".join(word.capitalize() for word in words)


@pytest.mark.parametrize(("name", "expected"), BUILT_IN.items())
def test_a_class_inherits_the_built_in_that_users_expect(name: str, expected: type[BaseException]) -> None:
    assert issubclass(getattr(errors, name), expected)


@pytest.mark.parametrize("kind", BY_STATUS.values(), ids=lambda kind: kind.__name__)
def test_every_class_can_be_raised_shown_and_pickled(kind: type[PsaError]) -> None:
    error = kind("more about it")
    error.function = "psa_sign_hash"
    assert str(error) == f"psa_sign_hash: {kind.name}: {kind.sentence}: more about it"
    copy = pickle.loads(pickle.dumps(error))
    assert (type(copy), str(copy), copy.status) == (kind, str(error), kind.status)


def test_the_message_names_function_status_driver_and_entry_point() -> None:
    error = error_from(-135, "psa_import_key", Failure(-135, "acme", "import_key", "the point is not on the curve"))
    assert str(error) == (
        "psa_import_key: PSA_ERROR_INVALID_ARGUMENT: an argument is not valid, or the arguments do not fit together, "
        "returned by driver acme (import_key): the point is not on the curve"
    )
    assert (error.function, error.driver, error.entry_point) == ("psa_import_key", "acme", "import_key")


def test_details_of_another_status_are_not_attached() -> None:
    error = error_from(-137, "psa_hash_update", Failure(-135, "acme", "import_key", "earlier"))
    assert error.driver is None and error.detail == ""


@pytest.mark.parametrize("status", [-1, -999, 7, -(2**31)])
def test_an_unknown_status_survives(status: int) -> None:
    with pytest.raises(PsaError, match=f"status {status}") as caught:
        raise error_from(status, "psa_sign_hash")
    assert type(caught.value) is PsaError
    assert caught.value.status == status
    assert pickle.loads(pickle.dumps(caught.value)).status == status
    assert status_name(status) == str(status)


def test_success_raises_nothing() -> None:
    check(0, "psa_hash_compute")
    assert status_name(0) == "PSA_SUCCESS"


def test_an_exception_of_a_driver_is_raised_as_it_was() -> None:
    original = ZeroDivisionError("in the driver")
    RAISED.add("acme", "sign_hash", original)
    with pytest.raises(ZeroDivisionError) as caught:
        check(-132, "psa_sign_hash")
    assert caught.value is original
    assert not RAISED


def test_an_error_that_another_driver_made_up_for_is_forgotten() -> None:
    RAISED.add("acme", "sign_hash", errors.NotSupported("not here"))
    check(0, "psa_sign_hash")
    assert not RAISED


def test_an_interrupt_in_a_driver_is_never_lost() -> None:
    RAISED.add("acme", "sign_hash", KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        check(0, "psa_sign_hash")


def test_a_status_raised_by_a_driver_is_the_same_object_with_the_call_added() -> None:
    original = errors.NotPermitted("locked")
    RAISED.add("acme", "sign_hash", original)
    with pytest.raises(errors.NotPermitted) as caught:
        check(-133, "psa_sign_hash")
    assert caught.value is original
    assert (original.function, original.driver, original.entry_point) == ("psa_sign_hash", "acme", "sign_hash")


def test_the_representation_says_what_happened() -> None:
    error = errors.HardwareFailure("no answer")
    error.function, error.driver = "psa_sign_hash", "acme"
    assert repr(error) == f"<HardwareFailure: {error}>"
    assert "acme" in repr(error)
