"""One core used by many threads."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from typing import Any, ClassVar

import pytest
from oracle import ecc
from python_drivers import Accelerator

from psa_bridge import Alg, BadState, Core, InvalidHandle, KeyAttributes, KeyType, PsaError, PythonDriver, Usage

ECDSA = Alg.ECDSA(Alg.SHA_256)
THREADS = 6


def run(work: Callable[[int], None], threads: int = THREADS) -> None:
    """Run ``work`` on several threads and raise what one of them raised."""
    failures: list[BaseException] = []

    def guarded(number: int) -> None:
        try:
            work(number)
        except BaseException as error:  # handed to the test's thread
            failures.append(error)

    started = [threading.Thread(target=guarded, args=(number,)) for number in range(threads)]
    for thread in started:
        thread.start()
    for thread in started:
        thread.join(60)
        assert not thread.is_alive(), "a thread hangs"
    if failures:
        raise failures[0]


def test_hashes_on_many_threads(core: Core) -> None:
    def work(number: int) -> None:
        for round_number in range(200):
            data = bytes([number]) * round_number
            assert core.hash_compute(Alg.SHA_256, data) == hashlib.sha256(data).digest()
            with core.hash_setup(Alg.SHA_512) as operation:
                operation.update(data)
                assert operation.finish() == hashlib.sha512(data).digest()

    run(work)


def test_one_key_on_many_threads(core: Core) -> None:
    key = core.generate_key(ecc("SECP_R1", 256, alg=ECDSA))

    def work(number: int) -> None:
        for _ in range(20):
            key.verify_hash(ECDSA, bytes([number]) * 32, key.sign_hash(ECDSA, bytes([number]) * 32))

    run(work)


def test_keys_come_and_go_on_many_threads(core: Core) -> None:
    attributes = KeyAttributes(KeyType.RAW_DATA, usage=Usage.EXPORT)

    def work(number: int) -> None:
        for round_number in range(300):
            data = b"%d %d" % (number, round_number)
            key = core.import_key(attributes, data)
            assert key.export() == data
            key.destroy()
            with pytest.raises(InvalidHandle):
                key.export()

    run(work)


def test_a_key_destroyed_on_another_thread_fails_cleanly(core: Core) -> None:
    attributes = KeyAttributes(KeyType.RAW_DATA, usage=Usage.EXPORT)
    for _ in range(100):
        key = core.import_key(attributes, b"secret")
        seen: set[Any] = set()

        def read(number: int, key: Any = key, seen: set[Any] = seen) -> None:
            for _ in range(20):
                try:
                    seen.add(bytes(core.export_key(key.id, out=(out := bytearray(16))).to_bytes(1, "big")) + out)
                except InvalidHandle:
                    return
                if number == 0:
                    key.destroy()

        run(read, 3)
        assert seen <= {b"\6secret" + bytes(10)}


class Slow(PythonDriver):
    """A hash whose update waits until the test lets it go on."""

    prefix = "slow"
    capabilities: ClassVar = [{"entry_points": ["hash_multipart"], "algorithms": ["PSA_ALG_SHA_256"]}]

    def __init__(self) -> None:
        self.inside = threading.Event()
        self.go_on = threading.Event()

    def hash_setup(self, alg: int) -> Any:
        return hashlib.sha256()

    def hash_update(self, operation: Any, data: bytes) -> None:
        self.inside.set()
        assert self.go_on.wait(30)
        operation.update(data)

    def hash_finish(self, operation: Any) -> bytes:
        result: bytes = operation.digest()
        return result

    def hash_abort(self, operation: Any) -> None:
        pass


def test_two_threads_on_one_operation_is_an_error_not_a_race() -> None:
    driver = Slow()
    with Core(driver) as core:
        operation = core.hash_setup(Alg.SHA_256)
        first = threading.Thread(target=operation.update, args=(b"abc",))
        first.start()
        assert driver.inside.wait(30)
        for call in (lambda: operation.update(b"x"), operation.finish, operation.clone, operation.abort):
            with pytest.raises(BadState):
                call()
        driver.go_on.set()
        first.join(30)
        assert operation.finish() == hashlib.sha256(b"abc").digest()


def test_other_calls_go_on_while_a_driver_is_busy() -> None:
    driver = Slow()
    with Core(driver) as core:
        operation = core.hash_setup(Alg.SHA_256)
        first = threading.Thread(target=operation.update, args=(b"abc",))
        first.start()
        assert driver.inside.wait(30)
        key = core.generate_key(ecc("SECP_R1", 256, alg=ECDSA))
        key.sign_hash(ECDSA, bytes(32))
        core.load(Accelerator())
        assert core.hash_compute(Alg.SHA_384, b"") == hashlib.sha384(b"").digest()
        driver.go_on.set()
        first.join(30)
        operation.abort()


def test_closing_while_calls_run_is_safe() -> None:
    for _ in range(20):
        core = Core()
        ready = threading.Barrier(4)

        def work(number: int, core: Core = core, ready: threading.Barrier = ready) -> None:
            ready.wait(30)
            try:
                for _ in range(200):
                    core.hash_compute(Alg.SHA_256, bytes(1000))
                    if number == 0:
                        core.close()
            except BadState:
                return

        run(work, 4)


def test_python_drivers_on_many_threads_keep_their_exceptions_apart() -> None:
    class Own(PythonDriver):
        prefix = "own"
        capabilities: ClassVar = [{"entry_points": ["hash_compute"], "algorithms": ["PSA_ALG_SHA_256"]}]

        def hash_compute(self, alg: int, data: bytes) -> bytes:
            raise ValueError(data)

    with Core(Own()) as core:

        def work(number: int) -> None:
            for round_number in range(100):
                data = b"%d/%d" % (number, round_number)
                with pytest.raises(ValueError) as caught:
                    core.hash_compute(Alg.SHA_256, data)
                assert caught.value.args == (data,)

        run(work)


def test_loading_while_calls_run(core: Core) -> None:
    stop = threading.Event()

    def work(number: int) -> None:
        if number == 0:
            for index in range(20):
                kind = type(f"D{index}", (Accelerator,), {"prefix": f"pyaccel{index}"})
                core.load(kind())
            stop.set()
        while not stop.is_set():
            try:
                assert core.hash_compute(Alg.SHA_256, b"abc") == hashlib.sha256(b"abc").digest()
            except PsaError:
                stop.set()
                raise

    run(work, 3)
