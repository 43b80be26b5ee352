"""Status codes as exceptions.

Every status of the API has one subclass of :class:`PsaError`, which also inherits the built-in exception
that a Python user expects for it.  A status that no class knows becomes a plain :class:`PsaError` that
keeps the number.  Section 8.1.2 of the PSA Crypto API.
"""

# ruff: noqa: N818 - the classes are named after the statuses

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar


class PsaError(Exception):
    """A call failed.

    Attributes:
        status: the status code, negative.
        function: the API function that was called, such as ``psa_sign_hash``; empty if unknown.
        driver: the driver that returned the status, or None if the core refused the call itself.
        entry_point: the driver's entry point that returned it, or None.
        detail: more about the cause, where the core or the driver gave it.
        index: in a call for many messages, the position of the one that failed; otherwise None.

    >>> from psa_bridge import Alg, Core, InvalidSignature
    >>> with Core() as core:
    ...     try:
    ...         core.hash_compare(Alg.SHA_256, b"text", bytes(32))
    ...     except InvalidSignature as error:
    ...         print(error.function, error.status, error.status_name)
    psa_hash_compare -149 PSA_ERROR_INVALID_SIGNATURE
    """

    status: int = -132
    name: ClassVar[str] = ""
    sentence: ClassVar[str] = "the status is none that the API defines"

    def __init__(self, detail: str = "", *, status: int | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.function = ""
        self.driver: str | None = None
        self.entry_point: str | None = None
        self.index: int | None = None
        if status is not None:
            self.status = status

    @property
    def status_name(self) -> str:
        """The macro that stands for the status, or its number where there is none."""
        return self.name or f"status {self.status}"

    def __repr__(self) -> str:
        return f"<{self}>" if type(self) is PsaError else f"<{type(self).__name__}: {self}>"

    def __str__(self) -> str:
        place = "" if self.index is None else f", item {self.index} of the batch"
        head = f"{self.function}{place}: " if self.function else ""
        by = ""
        if self.driver:
            by = f", returned by driver {self.driver}" + (f" ({self.entry_point})" if self.entry_point else "")
        tail = f": {self.detail}" if self.detail else ""
        return f"{head}{self.status_name}: {self.sentence}{by}{tail}"


class GenericError(PsaError, RuntimeError):
    """PSA_ERROR_GENERIC_ERROR."""

    status = -132
    name = "PSA_ERROR_GENERIC_ERROR"
    sentence = "something failed that no other status describes"


class NotPermitted(PsaError, PermissionError):
    """PSA_ERROR_NOT_PERMITTED."""

    status = -133
    name = "PSA_ERROR_NOT_PERMITTED"
    sentence = "the policy of the key, or of the core, forbids this"


class NotSupported(PsaError, NotImplementedError):
    """PSA_ERROR_NOT_SUPPORTED."""

    status = -134
    name = "PSA_ERROR_NOT_SUPPORTED"
    sentence = "no driver here does this; explain() tells why"


class InvalidArgument(PsaError, ValueError):
    """PSA_ERROR_INVALID_ARGUMENT."""

    status = -135
    name = "PSA_ERROR_INVALID_ARGUMENT"
    sentence = "an argument is not valid, or the arguments do not fit together"


class InvalidHandle(PsaError, LookupError):
    """PSA_ERROR_INVALID_HANDLE."""

    status = -136
    name = "PSA_ERROR_INVALID_HANDLE"
    sentence = "the identifier names no existing key"


class BadState(PsaError, RuntimeError):
    """PSA_ERROR_BAD_STATE."""

    status = -137
    name = "PSA_ERROR_BAD_STATE"
    sentence = "the operation, or the core, is not in a state that allows this call"


class BufferTooSmall(PsaError, ValueError):
    """PSA_ERROR_BUFFER_TOO_SMALL."""

    status = -138
    name = "PSA_ERROR_BUFFER_TOO_SMALL"
    sentence = "the output does not fit into the buffer"


class AlreadyExists(PsaError, FileExistsError):
    """PSA_ERROR_ALREADY_EXISTS."""

    status = -139
    name = "PSA_ERROR_ALREADY_EXISTS"
    sentence = "what is to be made, or its identifier, exists already"


class DoesNotExist(PsaError, LookupError):
    """PSA_ERROR_DOES_NOT_EXIST."""

    status = -140
    name = "PSA_ERROR_DOES_NOT_EXIST"
    sentence = "there is no such item"


class InsufficientMemory(PsaError, MemoryError):
    """PSA_ERROR_INSUFFICIENT_MEMORY."""

    status = -141
    name = "PSA_ERROR_INSUFFICIENT_MEMORY"
    sentence = "there is not enough memory"


class InsufficientStorage(PsaError, OSError):
    """PSA_ERROR_INSUFFICIENT_STORAGE."""

    status = -142
    name = "PSA_ERROR_INSUFFICIENT_STORAGE"
    sentence = "there is not enough persistent storage"


class InsufficientData(PsaError, EOFError):
    """PSA_ERROR_INSUFFICIENT_DATA."""

    status = -143
    name = "PSA_ERROR_INSUFFICIENT_DATA"
    sentence = "there is not enough data left to produce the output"


class CommunicationFailure(PsaError, ConnectionError):
    """PSA_ERROR_COMMUNICATION_FAILURE."""

    status = -145
    name = "PSA_ERROR_COMMUNICATION_FAILURE"
    sentence = "the link to the cryptoprocessor failed"


class StorageFailure(PsaError, OSError):
    """PSA_ERROR_STORAGE_FAILURE."""

    status = -146
    name = "PSA_ERROR_STORAGE_FAILURE"
    sentence = "persistent storage could not be read or written"


class HardwareFailure(PsaError, OSError):
    """PSA_ERROR_HARDWARE_FAILURE."""

    status = -147
    name = "PSA_ERROR_HARDWARE_FAILURE"
    sentence = "the hardware reported a fault"


class InsufficientEntropy(PsaError, RuntimeError):
    """PSA_ERROR_INSUFFICIENT_ENTROPY."""

    status = -148
    name = "PSA_ERROR_INSUFFICIENT_ENTROPY"
    sentence = "there is no randomness to draw from"


class InvalidSignature(PsaError, ValueError):
    """PSA_ERROR_INVALID_SIGNATURE."""

    status = -149
    name = "PSA_ERROR_INVALID_SIGNATURE"
    sentence = "the signature, MAC or hash is not the right one"


class InvalidPadding(PsaError, ValueError):
    """PSA_ERROR_INVALID_PADDING."""

    status = -150
    name = "PSA_ERROR_INVALID_PADDING"
    sentence = "the padding of the decrypted data is not valid"


class CorruptionDetected(PsaError, RuntimeError):
    """PSA_ERROR_CORRUPTION_DETECTED."""

    status = -151
    name = "PSA_ERROR_CORRUPTION_DETECTED"
    sentence = "internal corruption or a driver that broke its contract was detected"


class DataCorrupt(PsaError, ValueError):
    """PSA_ERROR_DATA_CORRUPT."""

    status = -152
    name = "PSA_ERROR_DATA_CORRUPT"
    sentence = "stored data is damaged"


class DataInvalid(PsaError, ValueError):
    """PSA_ERROR_DATA_INVALID."""

    status = -153
    name = "PSA_ERROR_DATA_INVALID"
    sentence = "stored data cannot be understood"


BY_STATUS: dict[int, type[PsaError]] = {error.status: error for error in PsaError.__subclasses__()}
"""The one map from status codes to exceptions."""


@dataclass(frozen=True)
class Failure:
    """What the core remembers of the last status that was not a success, on this thread."""

    status: int
    driver: str | None
    entry_point: str | None
    detail: str


def status_name(status: int) -> str:
    """The macro that stands for a status code, such as ``PSA_ERROR_BAD_STATE``; its number where there is none."""
    if status == 0:
        return "PSA_SUCCESS"
    error = BY_STATUS.get(status)
    return error.name if error else str(status)


def error_from(status: int, function: str = "", failure: Failure | None = None) -> PsaError:
    """The exception for a status, ready to be raised; an unknown status gives a plain :class:`PsaError`."""
    kind = BY_STATUS.get(status)
    error = kind() if kind else PsaError(status=status)
    return _told(error, function, failure)


def _told(error: PsaError, function: str, failure: Failure | None) -> PsaError:
    """Add what is known of the call, without overwriting what the exception says itself."""
    error.function = error.function or function
    if failure and failure.status == error.status:
        error.driver = error.driver or failure.driver
        error.entry_point = error.entry_point or failure.entry_point
        error.detail = error.detail or failure.detail
    return error


class _Raised:
    """Exceptions that Python drivers raised during the call in progress, by thread.

    C cannot carry them, so they wait here until :func:`check` sees the status of the call.
    """

    def __init__(self) -> None:
        self.by_thread: dict[int, list[tuple[str, str, BaseException]]] = {}

    def __bool__(self) -> bool:
        return bool(self.by_thread)

    def add(self, driver: str, entry_point: str, error: BaseException) -> None:
        self.by_thread.setdefault(threading.get_ident(), []).append((driver, entry_point, error))

    def take(self) -> list[tuple[str, str, BaseException]]:
        return self.by_thread.pop(threading.get_ident(), [])

    def restore(self, earlier: list[tuple[str, str, BaseException]]) -> None:
        """Put back what was taken, before what was added since."""
        if earlier:
            self.by_thread[threading.get_ident()] = earlier + self.take()

    def after(self, function: str, status: int) -> Iterator[BaseException]:
        """The exceptions of this thread that the caller has to see, most important first.

        Whatever is no ``Exception`` (an interrupt) always; what is a bug of the driver if the
        call failed; what stands for a status if that is the status of the call.
        """
        raised = self.take()
        for driver, entry_point, error in raised:
            if isinstance(error, PsaError):
                _told(error, function, Failure(error.status, driver, entry_point, ""))
        yield from (error for _, _, error in raised if not isinstance(error, Exception))
        bugs = [one for one in raised if isinstance(one[2], Exception) and _status_of(one[2]) is None]
        if status != 0:
            yield from (error for _, _, error in bugs)
            yield from (error for _, _, error in reversed(raised) if _status_of(error) == status)
            yield from _in_place_of(raised, function, status)
        else:
            for driver, entry_point, error in bugs:
                _unseen(driver, entry_point, error)


def _in_place_of(raised: list[tuple[str, str, BaseException]], function: str, status: int) -> Iterator[PsaError]:
    """The error that the core made of a status that the entry point cannot have, with its exception as the cause."""
    failure = last_failure() if raised and status == GenericError.status else None
    driver, entry_point, error = raised[-1] if raised else ("", "", None)
    if failure and (failure.driver, failure.entry_point) == (driver, entry_point):
        told = error_from(status, function, failure)
        told.__cause__ = error
        yield told


def _status_of(error: BaseException) -> int | None:
    """The status that an exception stands for on purpose; None for one that is a bug."""
    if isinstance(error, PsaError):
        return error.status
    if isinstance(error, NotImplementedError):
        return NotSupported.status
    return InsufficientMemory.status if isinstance(error, MemoryError) else None


def _unseen(driver: str, entry_point: str, error: BaseException) -> None:
    """Report an exception of a driver in a call that succeeded all the same, such as a clean-up."""
    from psa_bridge._native import report_unraisable  # noqa: PLC0415

    report_unraisable(error, f"driver {driver} ({entry_point})" if driver else entry_point)


RAISED = _Raised()


def check(status: int, function: str) -> None:
    """Raise the exception for a status that is not a success.

    An exception that a driver written in Python raised during the call is raised again as
    it was; otherwise the exception is the status's own, with the driver and the entry point
    that returned it.
    """
    if status == 0 and not RAISED:
        return
    for error in RAISED.after(function, status):
        raise error
    if status != 0:
        from psa_bridge import packed  # noqa: PLC0415

        # A driver that is none of ours to wrap, such as one behind a wire, leaves its exception there.
        raise packed.take_exception(status) or error_from(status, function, last_failure())


def settle(function: str) -> None:
    """Report what Python drivers raised during a call whose status nobody looks at, such as a clean-up."""
    for error in RAISED.after(function, 0):
        _unseen("", function, error)


def last_failure() -> Failure | None:
    """What the core recorded of the last failure on this thread, or None if nothing failed yet."""
    from psa_bridge._native import ffi, lib  # noqa: PLC0415
    from psa_bridge.spec.entry_points import ENTRY_POINTS  # noqa: PLC0415

    failure = ffi.new("psab_failure_t *")
    lib.psab_last_failure(failure)
    if failure.status == 0:
        return None
    entry_point = ENTRY_POINTS[failure.entry_point].name if 0 <= failure.entry_point < len(ENTRY_POINTS) else None
    driver, detail = (ffi.string(text).decode(errors="replace") for text in (failure.driver, failure.detail))
    return Failure(failure.status, driver or None, entry_point, _with_names(detail))


_NUMBER = re.compile(r"\b(algorithm|usage|type) (0x[0-9a-f]+)")


def _with_names(detail: str) -> str:
    """A sentence of the core with the macro expressions of the numbers in it."""
    from psa_bridge import constants  # noqa: PLC0415

    texts = {
        "algorithm": constants.algorithm_text,
        "usage": constants.usage_text,
        "type": constants.key_type_text,
    }
    return _NUMBER.sub(lambda found: f"{found[1]} {texts[found[1]](int(found[2], 16))}", detail)
