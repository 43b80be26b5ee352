"""Compiled methods behave as the Python methods behind them, only faster."""

from __future__ import annotations

import array
import functools
import gc
import inspect
import threading
import weakref
from collections.abc import Callable
from typing import Any, ClassVar

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf import hkdf, pbkdf2
from oracle import ecc

from psa_bridge import (
    Alg,
    BadState,
    Core,
    InvalidHandle,
    Key,
    KeyAttributes,
    KeyType,
    NotPermitted,
    PythonDriver,
    Usage,
)
from psa_bridge.constants import Step
from psa_bridge.gen import fast_calls
from psa_bridge.gen.api import Function, functions
from psa_bridge.ops.aead import AuthenticatedCiphers
from psa_bridge.ops.cipher import Ciphers
from psa_bridge.ops.compiled import WRITTEN
from psa_bridge.ops.hash import Hashing
from psa_bridge.ops.keys import KeyOperations
from psa_bridge.ops.mac import Authentication
from psa_bridge.ops.random import Random
from psa_bridge.ops.sign import Signing
from psa_bridge.paths import INCLUDE
from psa_bridge.spec.fast_calls import FAST_CALLS, MULTI_PART, FastCall

HKDF, PBKDF2 = Alg.HKDF(Alg.SHA_256), Alg.PBKDF2_HMAC(Alg.SHA_256)
HMAC, ECDSA = Alg.HMAC(Alg.SHA_256), Alg.ECDSA(Alg.SHA_256)
NONCE = bytes(12)
SIZES = (0, 1, 16, 495, 496, 497, 511, 512, 513, 2047, 2048, 5000, 100_000)
"""Around the sizes at which outputs go elsewhere, or other threads get the interpreter."""


@pytest.fixture
def mac_key(core: Core) -> Key:
    usage = Usage.SIGN_MESSAGE | Usage.VERIFY_MESSAGE
    return core.import_key(KeyAttributes(KeyType.HMAC, usage=usage, alg=HMAC), bytes(range(32)))


def aes(core: Core, alg: Alg) -> Key:
    usage = Usage.ENCRYPT | Usage.DECRYPT
    return core.import_key(KeyAttributes(KeyType.AES, usage=usage, alg=alg), bytes(range(16)))


def text(size: int) -> bytes:
    return bytes(i * 7 % 251 for i in range(size))


def outcome(call: Callable[..., Any], *arguments: Any, **named: Any) -> tuple[Any, ...]:
    """What a call gave: its value, or the class and text of its exception."""
    try:
        return ("value", call(*arguments, **named))
    except Exception as error:
        return (type(error), str(error))


# Same results


def written(operation: Any, name: str) -> Callable[..., Any]:
    """The Python method behind a compiled one."""
    (found,) = (function for made, method, function in WRITTEN if made is type(operation) and method == name)
    return functools.partial(found, operation)


@pytest.mark.parametrize("compiled", [True, False])
def test_a_derivation_gives_the_same_either_way(core: Core, compiled: bool) -> None:
    def run(alg: int, steps: list[tuple[str, Step, Any]]) -> bytes:
        with core.key_derivation_setup(alg) as operation:
            for name, step, value in steps:
                (getattr(operation, name) if compiled else written(operation, name))(step, value)
            output = operation.output_bytes if compiled else written(operation, "output_bytes")
            room = bytearray(7)
            assert output(out=room) == 7
            return output(0) + output(33) + room + output(70_000 if alg == PBKDF2 else 5)

    secret = core.import_key(KeyAttributes(KeyType.DERIVE, usage=Usage.DERIVE, alg=HKDF), bytes(range(32)))
    data = hkdf.HKDF(hashes.SHA256(), 45, b"salt", b"info").derive(bytes(range(32)))
    given = [("input_bytes", Step.SALT, b"salt"), ("input_key", Step.SECRET, secret),
             ("input_bytes", Step.INFO, bytearray(b"info"))]  # fmt: skip
    assert run(HKDF, given) == data[7:40] + data[:7] + data[40:]
    data = pbkdf2.PBKDF2HMAC(hashes.SHA256(), 70_040, b"salt", 2).derive(b"word")
    counted = [("input_integer", Step.COST, 2), ("input_bytes", Step.SALT, b"salt"),
               ("input_bytes", Step.PASSWORD, b"word")]  # fmt: skip
    assert run(PBKDF2, counted) == data[7:40] + data[:7] + data[40:]


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("input_bytes", (1 << 16, b"")),
        ("input_bytes", (-1, b"")),
        ("input_bytes", (Step.LABEL, b"")),
        ("input_bytes", (Step.SALT, "text")),
        ("input_bytes", (Step.SALT,)),
        ("input_key", (Step.SECRET, 7)),
        ("input_key", (Step.SECRET, "key")),
        ("input_integer", (Step.COST, 1 << 64)),
        ("input_integer", (Step.COST, (1 << 64) - 1)),
        ("input_integer", (Step.COST, True)),
        ("output_bytes", ()),
        ("output_bytes", (-1,)),
        ("output_bytes", (8161,)),
        ("output_bytes", (1 << 40,)),
        ("output_bytes", (1, 2)),
        ("abort", (1,)),
    ],
    ids=str,
)
def test_errors_of_a_derivation_are_those_of_the_python_methods(core: Core, name: str, arguments: Any) -> None:
    def ready() -> Any:
        operation = core.key_derivation_setup(HKDF)
        if name == "output_bytes":
            operation.input_bytes(Step.SECRET, b"secret")
            operation.input_bytes(Step.INFO, b"")
        return operation

    one, two = ready(), ready()
    found = outcome(getattr(one, name), *arguments)
    behind = outcome(written(two, name), *arguments)
    if found[0] is TypeError and "argument" in found[1]:
        assert behind[0] is TypeError
    else:
        assert found == behind
    assert found[0] != "value"
    assert one.active == two.active


def test_every_family_of_operations_is_ended_by_a_compiled_method() -> None:
    assert {made.family for made, name, _ in WRITTEN if name == "abort"} == set(MULTI_PART)  # type: ignore[attr-defined]


@pytest.mark.parametrize("size", SIZES)
def test_results_are_those_of_the_python_methods(core: Core, mac_key: Key, size: int) -> None:
    data = text(size)
    gcm, cbc = aes(core, Alg.GCM), aes(core, Alg.CBC_PKCS7)
    assert core.hash_compute(Alg.SHA_512, data) == Hashing.hash_compute(core, Alg.SHA_512, data)
    assert core.mac_compute(mac_key, HMAC, data) == Authentication.mac_compute(core, mac_key, HMAC, data)
    sealed = core.aead_encrypt(gcm, Alg.GCM, NONCE, b"ad", data)
    assert sealed == AuthenticatedCiphers.aead_encrypt(core, gcm, Alg.GCM, NONCE, b"ad", data)
    assert core.aead_decrypt(gcm, Alg.GCM, NONCE, b"ad", sealed) == data
    assert Ciphers.cipher_decrypt(core, cbc, Alg.CBC_PKCS7, core.cipher_encrypt(cbc, Alg.CBC_PKCS7, data)) == data
    assert core.cipher_decrypt(cbc, Alg.CBC_PKCS7, Ciphers.cipher_encrypt(core, cbc, Alg.CBC_PKCS7, data)) == data


@pytest.mark.parametrize("size", SIZES)
def test_output_goes_into_the_buffer_that_is_given(core: Core, size: int) -> None:
    key, data = aes(core, Alg.GCM), text(size)
    room = bytearray(size + 20)
    assert core.aead_encrypt(key, Alg.GCM, NONCE, b"", data, out=memoryview(room)[2:]) == size + 16
    assert bytes(room[2 : size + 18]) == key.aead_encrypt(Alg.GCM, NONCE, b"", data)
    assert room[:2] == bytes(2)
    assert key.aead_decrypt(Alg.GCM, NONCE, b"", room[2 : size + 18], out=room) == size
    assert room[:size] == data


@pytest.mark.parametrize("form", [bytes, bytearray, memoryview, lambda data: array.array("B", data)])
def test_every_bytes_like_object_is_taken(core: Core, mac_key: Key, form: Callable[[bytes], Any]) -> None:
    expected = core.mac_compute(mac_key, HMAC, text(40))
    assert mac_key.mac_compute(HMAC, form(text(40))) == expected
    mac_key.mac_verify(HMAC, form(text(40)), form(expected))


def test_keys_are_taken_as_objects_and_as_identifiers(core: Core, mac_key: Key) -> None:
    assert core.mac_compute(mac_key.id, HMAC, b"x") == core.mac_compute(mac_key, HMAC, b"x")


def test_random_bytes_have_the_size_that_is_asked_for(core: Core) -> None:
    assert [len(core.generate_random(size)) for size in (0, 1, 16, 600)] == [0, 1, 16, 600]
    room = bytearray(40)
    assert core.generate_random(out=room) == 40
    assert any(room)


def test_signature_by_a_compiled_method_verifies(core: Core) -> None:
    key = core.generate_key(ecc("SECP_R1", 256, alg=ECDSA))
    key.verify_hash(ECDSA, bytes(32), core.sign_hash(key, ECDSA, bytes(32)))
    core.verify_message(key, ECDSA, b"message", key.sign_message(ECDSA, b"message"))


@pytest.mark.parametrize("alg", [Alg.CTR, Alg.CBC_PKCS7])
def test_parts_give_what_the_whole_gives(core: Core, alg: Alg) -> None:
    key, data, made = aes(core, alg), text(5000), b""
    with key.cipher_encrypt_setup(alg) as operation:
        iv = operation.generate_iv()
        for start in range(0, 5000, 37):
            made += operation.update(data[start : start + 37])
        made += operation.finish()
    assert key.cipher_decrypt(alg, iv + made) == data


# Same errors


WRONG: list[tuple[type, str, tuple[Any, ...]]] = [
    (Hashing, "hash_compute", ("x", b"")),
    (Hashing, "hash_compute", (True, b"")),
    (Hashing, "hash_compute", (-1, b"")),
    (Hashing, "hash_compute", (1 << 32, b"")),
    (Hashing, "hash_compute", (0xFFFFFFFF, b"")),
    (Hashing, "hash_compute", (1.0, b"")),
    (Hashing, "hash_compute", (Alg.SHA_256, "text")),
    (Hashing, "hash_compute", (Alg.SHA_256, None)),
    (Hashing, "hash_compute", (Alg.SHA_256, [1, 2])),
    (Hashing, "hash_compute", (Alg.SHA_256, memoryview(bytes(8))[::2])),
    (Hashing, "hash_compute", (Alg.SHA_256,)),
    (Hashing, "hash_compute", (Alg.SHA_256, b"", b"")),
    (Hashing, "hash_compute", (Alg.GCM, b"")),
    (Hashing, "hash_compare", (Alg.SHA_256, b"", bytes(32))),
    (Authentication, "mac_compute", (None, HMAC, b"")),
    (Authentication, "mac_compute", ("key", HMAC, b"")),
    (Authentication, "mac_compute", (1 << 40, HMAC, b"")),
    (Authentication, "mac_verify", (1, HMAC, b"", 5)),
    (Authentication, "mac_verify", (1, HMAC, b"", b"")),
    (AuthenticatedCiphers, "aead_decrypt", (1, Alg.GCM, NONCE, "ad", b"")),
    (Signing, "sign_hash", (1, ECDSA, "digest")),
    (Signing, "verify_hash", (1, ECDSA, bytes(32), bytes(64))),
    (Random, "generate_random", ()),
    (Random, "generate_random", (-1,)),
]


@pytest.mark.parametrize(("family", "name", "arguments"), WRONG)
def test_errors_are_those_of_the_python_methods(
    core: Core, family: type, name: str, arguments: tuple[Any, ...]
) -> None:
    kind, message = outcome(getattr(core, name), *arguments)
    assert issubclass(kind, Exception)
    assert (kind, message) == outcome(getattr(family, name), core, *arguments)


@pytest.mark.parametrize("out", [bytes(32), "text", 5, bytearray(31), memoryview(bytearray(64))[::2]])
def test_a_buffer_that_cannot_take_the_output_is_refused_alike(core: Core, out: Any) -> None:
    expected = outcome(Hashing.hash_compute, core, Alg.SHA_256, b"", out=out)
    assert issubclass(expected[0], Exception)
    assert outcome(core.hash_compute, Alg.SHA_256, b"", out=out) == expected


def test_names_of_parameters_are_those_of_the_python_method(core: Core, mac_key: Key) -> None:
    assert core.hash_compute(data=b"x", alg=Alg.SHA_256) == core.hash_compute(Alg.SHA_256, b"x")
    assert mac_key.mac_compute(HMAC, data=b"x", out=None) == mac_key.mac_compute(HMAC, b"x")
    with pytest.raises(TypeError, match="nonsense"):
        core.hash_compute(Alg.SHA_256, b"x", nonsense=1)  # type: ignore[call-overload]
    with pytest.raises(TypeError):
        mac_key.mac_verify(HMAC, b"x", b"y", out=bytearray(5))  # type: ignore[call-arg]


def test_a_failed_call_names_the_function_and_the_cause(core: Core, mac_key: Key) -> None:
    with pytest.raises(NotPermitted) as caught:
        mac_key.mac_compute(Alg.HMAC(Alg.SHA_512), b"")
    assert caught.value.function == "psa_mac_compute"
    mac_key.destroy()
    with pytest.raises(InvalidHandle, match="psa_mac_compute"):
        mac_key.mac_compute(HMAC, b"")


def test_a_closed_core_refuses_compiled_calls(mac_key: Key) -> None:
    core = mac_key.core
    operation = core.hash_setup(Alg.SHA_256)
    core.close()
    for call in (
        lambda: core.hash_compute(Alg.SHA_256, b""),
        lambda: mac_key.mac_compute(HMAC, b""),
        lambda: operation.update(b""),
    ):
        with pytest.raises(BadState, match="the core is closed"):
            call()


def test_plaintext_that_is_not_genuine_never_comes_out(core: Core) -> None:
    key = aes(core, Alg.GCM)
    for size in (16, 4000):
        sealed = bytearray(key.aead_encrypt(Alg.GCM, NONCE, b"", text(size)))
        sealed[-1] ^= 1
        room = bytearray(b"\xff" * size)
        with pytest.raises(ValueError, match="INVALID_SIGNATURE"):
            key.aead_decrypt(Alg.GCM, NONCE, b"", sealed, out=room)
        assert room == bytes(size)


# What people derive and inspect


def test_a_class_derived_from_core_can_replace_a_method() -> None:
    class Counting(Core):
        calls = 0

        def mac_compute(self, *arguments: Any, **named: Any) -> Any:
            self.calls += 1
            return super().mac_compute(*arguments, **named)

    with Counting() as core:
        key = core.import_key(KeyAttributes(KeyType.HMAC, usage=Usage.SIGN_MESSAGE, alg=HMAC), bytes(32))
        assert key.mac_compute(HMAC, b"x") == core.mac_compute(key, HMAC, b"x")
        assert core.calls == 2


@pytest.mark.parametrize(("compiled", "python"), [(Core, AuthenticatedCiphers), (Key, KeyOperations)])
def test_signature_and_documentation_are_those_of_the_python_method(compiled: type, python: type) -> None:
    ours, theirs = vars(compiled)["aead_encrypt"], vars(python)["aead_encrypt"]
    assert inspect.getdoc(ours) == inspect.getdoc(theirs)
    assert list(inspect.signature(ours).parameters) == list(inspect.signature(theirs).parameters)
    kinds = [parameter.kind for parameter in inspect.signature(ours).parameters.values()][1:]
    assert kinds == [parameter.kind for parameter in inspect.signature(theirs).parameters.values()][1:]


def test_every_row_has_a_compiled_method_that_a_python_method_stands_behind() -> None:
    api = {function.name: function for function in functions((INCLUDE / "psa" / "crypto.h").read_text())}
    for row in FAST_CALLS:
        for owner in fast_calls.owners(fast_calls.shape(api[row.name])):
            if owner in {"core", "key"}:
                made = getattr(Core if owner == "core" else Key, row.name)
                assert inspect.ismethoddescriptor(made), row.name


def test_a_core_in_a_cycle_is_collected() -> None:
    core = Core()
    core.me = core  # type: ignore[attr-defined]
    gone = weakref.ref(core)
    del core
    gc.collect()
    assert gone() is None


# Drivers written in Python, and other threads


class Waiting(PythonDriver):
    """A hash that waits until the test lets it go on."""

    prefix = "waiting"
    capabilities: ClassVar[Any] = [{"entry_points": ["hash_compute"], "algorithms": ["PSA_ALG_SHA_256"]}]

    def __init__(self) -> None:
        self.entered, self.go = threading.Event(), threading.Event()

    def hash_compute(self, alg: Alg, data: bytes) -> bytes:
        self.entered.set()
        assert self.go.wait(20)
        return bytes(32)


def test_a_core_closed_by_another_thread_finishes_the_call_first() -> None:
    driver = Waiting()
    core = Core(driver)
    made: list[bytes] = []
    thread = threading.Thread(target=lambda: made.append(core.hash_compute(Alg.SHA_256, b"x")))
    thread.start()
    assert driver.entered.wait(20)
    core.close()
    driver.go.set()
    thread.join(20)
    assert made == [bytes(32)]


def test_drivers_written_in_python_never_wait_for_a_thread_that_waits_for_them() -> None:
    class Source(PythonDriver):
        prefix = "source"
        capabilities: ClassVar[Any] = [{"entry_points": ["init_random", "get_random"], "initial_entropy_size": 0}]

        def init_random(self) -> None:
            return None

        def get_random(self, context: Any, *, output_size: int) -> bytes:
            threading.Event().wait(0.001)  # other threads run now, and want random numbers too
            return bytes(output_size)

    with Core(Source()) as core:
        threads = [threading.Thread(target=lambda: [core.generate_random(8) for _ in range(20)]) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
            assert not thread.is_alive()


# The generator


def test_shape_of_a_prototype_is_recognised() -> None:
    parameters = ("psa_key_id_t key", "psa_algorithm_t alg", "const uint8_t *a", "size_t a_length", "uint8_t *b")
    form = fast_calls.shape(Function("f", (*parameters, "size_t b_size", "size_t *b_length")))
    assert form == fast_calls.Shape(("key", "alg", "in"), "", "out")
    assert fast_calls.owners(form) == ("core", "key")


def test_a_prototype_that_no_wrapper_can_call_is_refused() -> None:
    with pytest.raises(ValueError, match="psa_f: no wrapper can pass size_t capacity"):
        fast_calls.shape(Function("f", ("psa_key_id_t key", "size_t capacity")))


@pytest.mark.parametrize(("ctype", "part"), [("psa_pake_step_t step", "step:8"), ("uint64_t value", "value:64")])
def test_a_number_is_a_part_with_its_bits(ctype: str, part: str) -> None:
    assert fast_calls.shape(Function("f", (ctype, "const uint8_t *a", "size_t a_length"))).parts == (part, "in")


def test_emitted_wrapper_calls_the_function() -> None:
    function = Function(
        "hash_update", ("psa_hash_operation_t *operation", "const uint8_t *input", "size_t input_length")
    )
    made = fast_calls.emit([function], [FastCall("hash_update", keep=7)])
    assert "psab_hash_update(call.core, call.operation->operation, call.in[0].data, call.in[0].length);" in made
    assert '{"hash", "update", "psa_hash_update",' in made
    assert "psab_py_leave(&call, 7u);" in made
