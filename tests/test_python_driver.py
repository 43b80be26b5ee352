"""Drivers written in Python: every entry point, exceptions, mistakes."""

from __future__ import annotations

import gc
import hashlib
import sys
import weakref
from typing import Any, ClassVar

import derivation_drivers
import pytest
import symmetric_drivers
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_der_private_key
from oracle import ecc, private_bytes, public_bytes
from python_drivers import Accelerator, SecureElement
from python_transport import Cabinet, Carrier

from psa_bridge import (
    AlreadyExists,
    BufferTooSmall,
    Core,
    GenericError,
    HardwareFailure,
    InvalidArgument,
    InvalidSignature,
    Key,
    KeyAttributes,
    KeyType,
    NotPermitted,
    NotSupported,
    PsaError,
    PythonDriver,
    Usage,
)
from psa_bridge.constants import Alg
from psa_bridge.core import BuiltinKey
from psa_bridge.driver.findings import DescriptionError
from psa_bridge.spec.entry_points import ENTRY_POINTS
from psa_bridge.spec.plans import PLANS

ECDSA = Alg.ECDSA(Alg.SHA_256)
SE = 0x800123 << 8
SERVED = {entry for plan in PLANS for alternative in plan.alternatives for entry in alternative.required} | {
    entry for plan in PLANS for alternative in plan.alternatives for entry in alternative.optional
}
"""Entry points that the API functions of the core can reach."""

ELSEWHERE = ("mac_", "cipher_", "aead_", "xof_", "pake_")
"""How entry points begin that tests of their own reach; for others see test_python_transport.py."""

REFERENCE = hashlib.sha256(b"abc").digest()


def exercise_accelerator(core: Core) -> None:
    """Every API function that a transparent driver can serve."""
    assert core.hash_compute(Alg.SHA_256, b"abc") == REFERENCE
    with core.hash_setup(Alg.SHA_384) as operation:
        operation.update(b"ab")
        clone = operation.clone()
        operation.update(b"c")
        assert operation.finish() == hashlib.sha384(b"abc").digest()
        clone.abort()
    operation = core.hash_setup(Alg.SHA_256)
    operation.update(b"ab")
    resumed = core.hash_resume(operation.suspend())
    resumed.update(b"c")
    assert resumed.finish() == REFERENCE
    with core.generate_key_custom(KeyAttributes(KeyType.RSA_KEY_PAIR, 1024, usage=Usage.EXPORT), b"\3") as key:
        theirs: Any = load_der_private_key(key.export(), None)
        assert theirs.public_key().public_numbers().e == 3
    with core.generate_key(ecc("SECP_R1", 256, alg=ECDSA)) as key:
        key.verify_hash(ECDSA, bytes(32), key.sign_hash(ECDSA, bytes(32)))
        signature = key.sign_message(ECDSA, b"m")
        with core.import_key(ecc("SECP_R1", 256, alg=ECDSA, public=True), key.export_public()) as public:
            public.verify_message(ECDSA, b"m", signature)
            with pytest.raises(InvalidSignature):
                public.verify_message(ECDSA, b"n", signature)
    theirs = ec.generate_private_key(ec.SECP256R1())
    with core.import_key(ecc("SECP_R1", 256, alg=Alg.ECDH), private_bytes(theirs)) as key:
        peer = ec.generate_private_key(ec.SECP256R1())
        assert key.raw_key_agreement(Alg.ECDH, public_bytes(peer.public_key())) == theirs.exchange(
            ec.ECDH(), peer.public_key()
        )
        with pytest.raises(InvalidArgument):
            key.raw_key_agreement(Alg.ECDH, b"\4" + bytes(64))
    assert len(core.generate_random(100)) == 100


def exercise_secure_element(core: Core) -> None:
    """Every API function that an opaque driver can serve."""
    attributes = ecc("SECP_R1", 256, alg=ECDSA)
    at_home = KeyAttributes(attributes.type, 256, usage=attributes.usage, alg=ECDSA, lifetime=SE)
    key = core.import_key(at_home, bytes(31) + b"\5")
    assert key.export() == bytes(31) + b"\5"
    expected = public_bytes(ec.derive_private_key(5, ec.SECP256R1()).public_key())
    assert key.export_public() == expected
    signature = key.sign_hash(ECDSA, bytes(32))
    key.verify_hash(ECDSA, bytes(32), signature)
    twin = key.copy(KeyAttributes(0, usage=Usage.VERIFY_HASH, alg=ECDSA, lifetime=SE))
    twin.verify_hash(ECDSA, bytes(32), signature)
    with core.generate_key(at_home) as other, pytest.raises(InvalidSignature):
        other.verify_hash(ECDSA, bytes(32), signature)
    agreement = KeyAttributes(attributes.type, 256, usage=Usage.DERIVE, alg=Alg.ECDH, lifetime=SE)
    peer = ec.generate_private_key(ec.SECP256R1())
    with core.import_key(agreement, bytes(31) + b"\5") as private:
        shared = private.raw_key_agreement(Alg.ECDH, public_bytes(peer.public_key()))
        assert shared == peer.exchange(ec.ECDH(), ec.derive_private_key(5, ec.SECP256R1()).public_key())
    key.destroy()
    builtin = core.key(0x7FFF0001)
    builtin.verify_hash(ECDSA, bytes(32), builtin.sign_hash(ECDSA, bytes(32)))
    with pytest.raises(NotPermitted, match="policy"):
        builtin.export()


def builtin_keys() -> tuple[BuiltinKey, ...]:
    return (BuiltinKey(0x7FFF0001, SE | 1, 0),)


def test_every_entry_point_that_the_api_reaches_is_served_by_python() -> None:
    accelerator, element = Accelerator(), SecureElement()
    with Core(accelerator, element, software=False, builtin_keys=builtin_keys()) as core:
        exercise_accelerator(core)
        exercise_secure_element(core)
        assert {name: counts.served > 0 for name, counts in core.counts.items()} == {"pyaccel": True, "pyse": True}
    called = set(accelerator.calls) | set(element.calls) | symmetric_drivers.exercise()
    called |= derivation_drivers.exercise()
    rows = {row.name for row in ENTRY_POINTS}
    carried = {row.name for row in ENTRY_POINTS if hasattr(Carrier, row.name) or hasattr(Cabinet, row.name)}
    missing = (SERVED & rows) - called - carried
    assert not {name for name in missing if not name.startswith(ELSEWHERE)}


def test_results_agree_with_the_software_driver() -> None:
    with Core(Accelerator(), SecureElement(), builtin_keys=builtin_keys()) as core:
        exercise_accelerator(core)
        exercise_secure_element(core)


# Exceptions


class Failing(PythonDriver):
    prefix = "failing"
    capabilities: ClassVar = [
        {"entry_points": ["hash_compute", "hash_multipart"], "algorithms": ["PSA_ALG_SHA_256"], "fallback": True}
    ]

    def __init__(self, error: BaseException | None, at: str = "hash_compute") -> None:
        self.error = error
        self.at = at

    def _fail(self, name: str) -> None:
        if self.error is not None and self.at == name:
            raise self.error

    def hash_compute(self, alg: int, data: bytes) -> bytes:
        self._fail("hash_compute")
        return bytes(32)

    def hash_setup(self, alg: int) -> Any:
        self._fail("hash_setup")
        return []

    def hash_update(self, operation: Any, data: bytes) -> None:
        self._fail("hash_update")

    def hash_finish(self, operation: Any) -> bytes:
        self._fail("hash_finish")
        return bytes(32)

    def hash_abort(self, operation: Any) -> None:
        self._fail("hash_abort")


class OwnError(Exception):
    pass


@pytest.mark.parametrize("kind", [OwnError, ValueError, RuntimeError, KeyboardInterrupt, SystemExit])
def test_an_exception_reaches_the_caller_intact(kind: type[BaseException]) -> None:
    error = kind("with its arguments", 7)
    with Core(Failing(error)) as core:
        with pytest.raises(kind) as caught:
            core.hash_compute(Alg.SHA_256, b"")
        assert caught.value is error
        assert any(
            entry.name == "hash_compute" for entry in caught.traceback if "test_python_driver" in str(entry.path)
        )
        assert core.hash_compute(Alg.SHA_384, b"") == hashlib.sha384(b"").digest()


def test_a_status_is_raised_as_its_exception_with_the_driver_named() -> None:
    with Core(Failing(HardwareFailure("the door is locked"))) as core, pytest.raises(HardwareFailure) as caught:
        core.hash_compute(Alg.SHA_256, b"")
    error = caught.value
    assert (error.function, error.driver, error.entry_point) == ("psa_hash_compute", "failing", "hash_compute")
    assert "the door is locked" in str(error)


@pytest.mark.parametrize("error", [NotSupported("not me"), NotImplementedError()])
def test_not_supported_falls_back(error: BaseException) -> None:
    with Core(Failing(error)) as core:
        assert core.hash_compute(Alg.SHA_256, b"abc") == REFERENCE
        assert (core.counts["failing"].fell_back, core.counts["libcrypto"].served) == (1, 1)


@pytest.mark.parametrize(
    "error", [PsaError("vendor", status=-4711), NotPermitted("vendor"), InvalidSignature("vendor")]
)
def test_a_status_that_a_hash_cannot_have_is_told_as_a_generic_error(error: PsaError) -> None:
    with Core(Failing(error)) as core, pytest.raises(GenericError) as caught:
        core.hash_compute(Alg.SHA_256, b"")
    assert (caught.value.driver, caught.value.entry_point) == ("failing", "hash_compute")
    assert f"returned status {error.status}, which hash_compute cannot have" in str(caught.value)
    assert caught.value.__cause__ is error


def test_an_old_exception_is_not_raised_by_a_later_call() -> None:
    with Core(Failing(NotSupported("earlier"))) as core:
        core.hash_compute(Alg.SHA_256, b"")
        with pytest.raises(NotSupported) as caught:
            core.hash_compute(0x020000FE, b"")
    assert "earlier" not in str(caught.value)


@pytest.mark.parametrize("at", ["hash_setup", "hash_update", "hash_finish"])
def test_exceptions_of_every_step_reach_the_caller(at: str) -> None:
    error = OwnError(at)
    with Core(Failing(error, at)) as core:
        with pytest.raises(OwnError) as caught:
            operation = core.hash_setup(Alg.SHA_256)
            operation.update(b"x")
            operation.finish()
        assert caught.value is error


def test_an_exception_in_a_clean_up_is_reported_not_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Any] = []
    monkeypatch.setattr("sys.unraisablehook", seen.append)
    error = OwnError("abort")
    with Core(Failing(error, "hash_abort")) as core:
        with pytest.raises(OwnError):
            core.hash_setup(Alg.SHA_256).abort()
        core.hash_setup(Alg.SHA_256)
        gc.collect()
        assert [one.exc_value for one in seen] == [error]
        core.hash_compute(Alg.SHA_384, b"")


def test_an_exception_in_a_clean_up_is_shown_by_the_interpreter(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.unraisablehook", sys.__unraisablehook__)
    with Core(Failing(OwnError("cannot end"), "hash_abort")) as core:
        core.hash_setup(Alg.SHA_256)
        gc.collect()
        core.hash_compute(Alg.SHA_384, b"")
    shown = capsys.readouterr().err
    assert "driver failing (hash_abort)" in shown
    assert "OwnError: cannot end" in shown
    assert "TypeError" not in shown


def test_an_exception_survives_calls_that_the_clean_up_makes() -> None:
    class Busy(Failing):
        def hash_abort(self, operation: Any) -> None:
            other.hash_compute(Alg.SHA_256, b"")
            left = other.hash_setup(Alg.SHA_256)
            del left
            gc.collect()

    error = OwnError("hash_update")
    with Core() as other, Core(Busy(error, "hash_update")) as core:
        with pytest.raises(OwnError) as caught:
            core.hash_setup(Alg.SHA_256).update(b"x")
        assert caught.value is error


# Mistakes


class Returning(PythonDriver):
    prefix = "returning"
    capabilities: ClassVar = [
        {"entry_points": ["hash_compute"], "algorithms": ["PSA_ALG_SHA_256"]},
        {
            "entry_points": ["verify_hash", "import_key"],
            "key_types": ["PSA_KEY_TYPE_ECC_PUBLIC_KEY(PSA_ECC_FAMILY_SECP_R1)"],
        },
    ]

    def __init__(self, result: Any) -> None:
        self.result = result

    def hash_compute(self, alg: int, data: bytes) -> Any:
        return self.result

    def verify_hash(self, attributes: Any, key: bytes, alg: int, digest: bytes, signature: bytes) -> Any:
        return self.result

    def import_key(self, attributes: Any, data: bytes) -> Any:
        return (data, 256) if self.result is not None and self.result != "tuple" else self.result


@pytest.mark.parametrize("result", [None, 5, "text", [1, 2], (b"x", b"y")])
def test_a_result_of_the_wrong_type_is_an_error_that_names_the_method(result: Any) -> None:
    with Core(Returning(result), software=False) as core, pytest.raises(TypeError, match=r"Returning\.hash_compute"):
        core.hash_compute(Alg.SHA_256, b"")


def test_a_result_that_is_too_long_is_an_error_that_names_the_method() -> None:
    core = Core(Returning(bytes(33)), software=False)
    with core, pytest.raises(BufferTooSmall, match=r"Returning\.hash_compute: hash is 33 bytes, the buffer holds 32"):
        core.hash_compute(Alg.SHA_256, b"")


def test_a_result_that_is_too_short_is_no_hash() -> None:
    with Core(Returning(bytes(31)), software=False) as core, pytest.raises(PsaError):
        core.hash_compute(Alg.SHA_256, b"")


def test_bytes_like_results_are_taken() -> None:
    for result in (bytes(32), bytearray(32), memoryview(bytes(32))):
        with Core(Returning(result), software=False) as core:
            assert core.hash_compute(Alg.SHA_256, b"") == bytes(32)


@pytest.mark.parametrize("verdict", [True, False])
def test_a_verdict_in_place_of_an_exception_is_refused(verdict: bool) -> None:
    with Core(Returning(verdict), software=False) as core:
        key = core.import_key(ecc("SECP_R1", 256, alg=ECDSA, public=True), b"\4" + bytes(64))
        with pytest.raises(TypeError, match=r"Returning\.verify_hash has to return nothing"):
            key.verify_hash(ECDSA, bytes(32), bytes(64))


def test_a_missing_part_of_a_result_is_told() -> None:
    core = Core(Returning("tuple"), software=False)
    with core, pytest.raises(TypeError, match=r"Returning\.import_key has to return a tuple of key_buffer, bits"):
        core.import_key(ecc("SECP_R1", 256, alg=ECDSA, public=True), b"\4" + bytes(64))


@pytest.mark.parametrize("bits", [-1, 1 << 32])
def test_a_number_out_of_range_is_told(bits: int) -> None:
    class Odd(Returning):
        def import_key(self, attributes: Any, data: bytes) -> Any:
            return data, bits

    with Core(Odd(None), software=False) as core, pytest.raises(ValueError, match=rf"Odd\.import_key: bits .* {bits}$"):
        core.import_key(ecc("SECP_R1", 256, alg=ECDSA, public=True), b"\4" + bytes(64))


def test_capabilities_without_methods_are_listed() -> None:
    class Incomplete(PythonDriver):
        prefix = "incomplete"
        capabilities: ClassVar = [{"entry_points": ["hash_multipart"], "algorithms": ["PSA_ALG_SHA_256"]}]

        def hash_setup(self, alg: int) -> Any:
            return None

    with pytest.raises(TypeError, match="hash_update, hash_finish, hash_abort"):
        Core(Incomplete())


def test_a_method_with_other_parameters_is_refused() -> None:
    class Wrong(PythonDriver):
        prefix = "wrong"
        capabilities: ClassVar = [{"entry_points": ["hash_compute"], "algorithms": ["PSA_ALG_SHA_256"]}]

        def hash_compute(self, data: bytes) -> bytes:
            return data

    with pytest.raises(TypeError, match=r"Wrong\.hash_compute does not fit .*hash_compute\(self, alg, input\)"):
        Core(Wrong())


def test_a_bad_description_is_reported_like_one_in_a_file() -> None:
    class Bad(PythonDriver):
        prefix = "bad"
        capabilities: ClassVar = [{"entry_points": ["hash_compte"], "algorithms": ["PSA_ALG_SHA256"]}]

    with pytest.raises(DescriptionError) as caught:
        Core(Bad())
    assert "hash_compute" in str(caught.value) and "PSA_ALG_SHA_256" in str(caught.value)


def test_names_map_entry_points_to_methods() -> None:
    class Renamed(PythonDriver):
        prefix = "renamed"
        capabilities: ClassVar = [
            {"entry_points": ["hash_compute"], "algorithms": ["PSA_ALG_SHA_256"], "names": {"hash_compute": "digest"}}
        ]

        def digest(self, alg: int, data: bytes) -> bytes:
            return bytes(32)

    with Core(Renamed()) as core:
        assert core.hash_compute(Alg.SHA_256, b"abc") == bytes(32)


def test_classes_are_instantiated_and_one_location_is_taken_once() -> None:
    with Core(Accelerator, SecureElement) as core:
        assert [driver.name for driver in core.drivers] == ["pyaccel", "pyse", "libcrypto", "pysoft"]
        assert core.drivers[1].location == 0x800123
        with pytest.raises(AlreadyExists):
            core.load(SecureElement())


def test_a_driver_may_use_the_core_it_serves() -> None:
    class Nested(PythonDriver):
        prefix = "nested"
        capabilities: ClassVar = [{"entry_points": ["hash_compute"], "algorithms": ["PSA_ALG_SHA_256"]}]
        core: Core

        def hash_compute(self, alg: int, data: bytes) -> bytes:
            return self.core.hash_compute(Alg.SHA_384, data)[:32]

    driver = Nested()
    with Core(driver) as core:
        driver.core = core
        assert core.hash_compute(Alg.SHA_256, b"abc") == hashlib.sha384(b"abc").digest()[:32]


def test_a_driver_goes_with_its_core() -> None:
    driver = Accelerator()
    gone = weakref.ref(driver)
    with Core(driver) as core:
        core.hash_compute(Alg.SHA_256, b"")
        del driver
        gc.collect()
        assert gone() is not None
    del core
    gc.collect()
    assert gone() is None


def test_contexts_do_not_pile_up() -> None:
    from psa_bridge.python_driver import Registration  # noqa: PLC0415

    with Core(Accelerator()) as core:
        (registration,) = [kept for kept in core._kept if isinstance(kept, Registration)]
        for _ in range(50):
            with core.hash_setup(Alg.SHA_256) as operation:
                operation.update(b"x")
                operation.clone()
                operation.finish()
            core.hash_setup(Alg.SHA_256).abort()
        assert len(registration._contexts) <= 1, "the random generator's alone"


def test_keys_keep_working_while_their_driver_is_traced() -> None:
    with Core(Accelerator()) as core, core.trace() as events:
        key: Key = core.generate_key(ecc("SECP_R1", 256, alg=ECDSA))
        key.sign_hash(ECDSA, bytes(32))
        assert [(e.driver, e.entry_point) for e in events] == [("pyaccel", "generate_key"), ("pyaccel", "sign_hash")]
        assert KeyType(events[1].key_type) == key.attributes.type


def test_a_driver_without_a_prefix_is_told_what_is_missing() -> None:
    class Nameless(PythonDriver):
        pass

    with pytest.raises(TypeError, match=r'Nameless has no name: write prefix = "..."'):
        Core(Nameless())
