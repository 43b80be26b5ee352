"""The core object: its life, its arguments, its lists."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import weakref
from array import array
from pathlib import Path
from typing import Any

import pytest
from conftest import DRIVERS
from python_drivers import Accelerator

from psa_bridge import (
    Alg,
    AlreadyExists,
    BadState,
    BufferTooSmall,
    Core,
    EccFamily,
    InvalidHandle,
    KeyAttributes,
    KeyType,
    MemoryStorage,
    NotSupported,
    PsaError,
    Usage,
)
from psa_bridge.core import BuiltinKey

ABC = bytes.fromhex("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")


def test_importing_the_package_does_not_load_the_extension() -> None:
    code = "import sys, psa_bridge; sys.exit('psa_bridge._core' in sys.modules or 'cryptography' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_every_public_name_can_be_imported() -> None:
    import psa_bridge  # noqa: PLC0415

    for name in psa_bridge.__all__:
        assert getattr(psa_bridge, name) is not None
    assert set(psa_bridge.__all__) <= set(dir(psa_bridge))
    with pytest.raises(AttributeError, match="no attribute 'Nothing'"):
        _ = psa_bridge.Nothing


def test_cores_have_keys_of_their_own() -> None:
    with Core() as one, Core() as two:
        key = one.import_key(KeyAttributes(KeyType.RAW_DATA, usage=Usage.EXPORT), b"secret")
        with pytest.raises(InvalidHandle):
            two.export_key(key.id)


def test_a_closed_core_says_so() -> None:
    core = Core()
    key = core.import_key(KeyAttributes(KeyType.RAW_DATA), b"secret")
    operation = core.hash_setup(Alg.SHA_256)
    core.close()
    core.close()
    assert core.closed
    for use in (
        lambda: core.hash_compute(Alg.SHA_256, b""),
        lambda: operation.update(b""),
        key.destroy,
        lambda: core.drivers,
        lambda: core.counts,
        lambda: core.explain("hash_compute"),
    ):
        with pytest.raises(BadState, match="the core is closed"):
            use()
    with operation, key:
        pass
    assert repr(core) == "<Core: the core is closed>"


def test_initialising_again_changes_nothing(core: Core) -> None:
    core.crypto_init()
    assert core.hash_compute(Alg.SHA_256, b"abc") == ABC


def test_a_core_is_collected_with_its_operations() -> None:
    core = Core()
    operation = core.hash_setup(Alg.SHA_256)
    gone = weakref.ref(core)
    del core, operation
    assert gone() is None


def test_dropped_operations_give_their_slots_back(core: Core) -> None:
    for _ in range(20000):
        core.hash_setup(Alg.SHA_256)


def test_a_core_without_software_has_no_drivers() -> None:
    with Core(software=False) as core:
        assert core.drivers == ()
        with pytest.raises(NotSupported):
            core.hash_compute(Alg.SHA_256, b"")
        assert core.explain("hash_compute", alg=Alg.SHA_256).served_by == ()
        assert core.counts.refused_by_core == 1


def test_the_software_driver_is_listed(core: Core) -> None:
    software, second = core.drivers
    assert (second.name, second.linked_in) == ("pysoft", True)
    assert (software.name, software.type, software.location, software.linked_in) == (
        "libcrypto",
        "transparent",
        0,
        True,
    )
    assert "libcrypto" in repr(core)


@pytest.mark.parametrize("thing", [Core, lambda: Core().hash_setup(Alg.SHA_256)])
def test_what_lives_in_a_process_cannot_be_pickled(thing: Any) -> None:
    with pytest.raises(TypeError, match="cannot be pickled"):
        pickle.dumps(thing())


# Buffers


@pytest.mark.parametrize(
    "data", [b"abc", bytearray(b"abc"), memoryview(b"xabc")[1:], array("B", b"abc"), memoryview(array("B", b"abc"))]
)
def test_inputs_are_anything_bytes_like(core: Core, data: Any) -> None:
    assert core.hash_compute(Alg.SHA_256, data) == ABC


def test_items_wider_than_a_byte_count_as_their_bytes(core: Core) -> None:
    wide = array("I", [1, 2, 3])
    assert core.hash_compute(Alg.SHA_256, wide) == core.hash_compute(Alg.SHA_256, wide.tobytes())


@pytest.mark.parametrize("data", ["abc", [97, 98, 99], (97,), None, 3, object()])
def test_what_is_not_bytes_like_is_refused_by_name(core: Core, data: Any) -> None:
    with pytest.raises(TypeError, match="data has to be a bytes-like object"):
        core.hash_compute(Alg.SHA_256, data)


def test_memory_with_gaps_is_refused(core: Core) -> None:
    with pytest.raises(ValueError, match="contiguous"):
        core.hash_compute(Alg.SHA_256, memoryview(b"abcdef")[::2])


def test_an_output_buffer_is_filled_in_place(core: Core) -> None:
    out = bytearray(40)
    assert core.hash_compute(Alg.SHA_256, b"abc", out=out) == 32
    assert out == ABC + bytes(8)
    window = memoryview(bytearray(64))
    assert core.hash_compute(Alg.SHA_256, b"abc", out=window[16:48]) == 32
    assert bytes(window[16:48]) == ABC
    with core.hash_setup(Alg.SHA_256) as operation:
        operation.update(b"abc")
        assert operation.finish(out=out) == 32


def test_an_output_buffer_may_be_the_input(core: Core) -> None:
    data = bytearray(b"abc" + bytes(29))
    assert core.hash_compute(Alg.SHA_256, memoryview(data)[:3].toreadonly(), out=data) == 32
    assert data == ABC


def test_a_short_or_read_only_output_buffer_is_refused(core: Core) -> None:
    with pytest.raises(BufferTooSmall):
        core.hash_compute(Alg.SHA_256, b"abc", out=bytearray(31))
    for bad in (b"x" * 32, memoryview(bytes(32))):
        with pytest.raises(TypeError, match="writable"):
            core.hash_compute(Alg.SHA_256, b"abc", out=bad)
    with pytest.raises(TypeError, match="out has to be"):
        core.hash_compute(Alg.SHA_256, b"abc", out=[0] * 32)  # type: ignore[call-overload]


@pytest.mark.parametrize(
    ("alg", "kind"), [("SHA_256", TypeError), (-1, ValueError), (1 << 32, ValueError), (True, TypeError)]
)
def test_numbers_are_checked_by_name(core: Core, alg: Any, kind: type[Exception]) -> None:
    with pytest.raises(kind, match="alg"):
        core.hash_compute(alg, b"")


# Random


def test_random_bytes_differ_and_have_the_size_asked_for(core: Core) -> None:
    assert core.generate_random(0) == b""
    assert len({core.generate_random(16) for _ in range(100)}) == 100
    assert len(core.generate_random(100_000)) == 100_000


def test_random_fills_a_buffer(core: Core) -> None:
    out = bytearray(64)
    assert core.generate_random(out=out) == 64
    assert out != bytes(64)


def test_random_bits_are_balanced(core: Core) -> None:
    ones = int.from_bytes(core.generate_random(125_000), "big").bit_count()
    assert abs(ones - 500_000) < 5_000  # ten standard deviations


@pytest.mark.parametrize("given", [{}, {"size": 3, "out": bytearray(3)}])
def test_random_takes_either_a_size_or_a_buffer(core: Core, given: dict[str, Any]) -> None:
    with pytest.raises(TypeError, match="either size or out"):
        core.generate_random(**given)
    with pytest.raises(ValueError, match="negative"):
        core.generate_random(-1)


# Fork


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_the_child_of_a_fork_is_told_to_make_a_new_core(core: Core) -> None:
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            try:
                core.hash_compute(Alg.SHA_256, b"abc")
                text = "no error"
            except BadState as error:
                text = str(error)
            with Core() as fresh:
                text += " / " + fresh.hash_compute(Alg.SHA_256, b"abc").hex()
            os.write(write, text.encode())
        finally:
            os._exit(0)
    os.close(write)
    answer = os.read(read, 4096).decode()
    os.waitpid(child, 0)
    assert "make a new Core in the child" in answer
    assert answer.endswith(ABC.hex())
    assert core.hash_compute(Alg.SHA_256, b"abc") == ABC


# Persistent keys

PERSISTENT = KeyAttributes(
    KeyType.ECC_KEY_PAIR(EccFamily.SECP_R1),
    256,
    usage=Usage.SIGN_HASH | Usage.EXPORT,
    alg=Alg.ECDSA(Alg.SHA_256),
    id=0x1234,
    lifetime=1,
)


def test_persistent_keys_survive_the_core_when_storage_is_shared() -> None:
    storage = MemoryStorage()
    with Core(storage=storage) as first:
        material = first.generate_key(PERSISTENT).export()
    with Core(storage=storage) as second:
        key = second.key(0x1234)
        assert key.attributes.volatile is False
        assert key.export() == material
        key.destroy()
    with Core(storage=storage) as third, pytest.raises(InvalidHandle):
        third.key(0x1234)


def test_a_storage_cannot_be_pickled() -> None:
    with pytest.raises(TypeError, match="a storage holds keys"):
        pickle.dumps(MemoryStorage())


def test_storage_of_its_own_goes_with_the_core() -> None:
    with Core() as core:
        core.generate_key(PERSISTENT)
    with Core() as core, pytest.raises(PsaError):
        core.key(0x1234)


def test_leaving_the_block_of_a_persistent_key_keeps_it(core: Core) -> None:
    with core.generate_key(PERSISTENT) as key:
        material = key.export()
    assert core.key(0x1234).export() == material


def test_handles_of_beta_3(core: Core) -> None:
    material = core.generate_key(PERSISTENT).export()
    handle = core.open_key(0x1234)
    assert handle.export() == material
    core.close_key(handle)
    assert core.open_key(0x1234).export() == material
    with pytest.raises(PsaError):
        core.open_key(0x4321)
    volatile = core.import_key(KeyAttributes(KeyType.RAW_DATA), b"secret")
    core.close_key(volatile)
    assert not volatile.exists


def test_more_random_bytes_than_there_is_memory_for_are_named(core: Core) -> None:
    with pytest.raises(MemoryError, match=f"^no memory for {2**62} random bytes$"):
        core.generate_random(2**62)


# Arguments of the wrong kind


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"storage": 5}, "storage has to be a MemoryStorage or None, not int"),
        ({"software": "no"}, "software has to be True or False, not str"),
        ({"software": None}, "software has to be True or False, not NoneType"),
        ({"builtin_keys": 5}, "builtin_keys has to be a list of BuiltinKey, not int"),
        ({"builtin_keys": [(1, 2, 3)]}, r"builtin_keys\[0\] has to be a BuiltinKey, not tuple"),
        ({"builtin_keys": [BuiltinKey("1", 2, 3)]}, r"builtin_keys\[0\].id has to be an integer, not str"),
    ],
)
def test_a_wrong_argument_of_a_core_is_named(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(TypeError, match=f"^{message}$"):
        Core(**arguments)


@pytest.mark.parametrize(
    ("what", "settings", "message"),
    [
        ((5,), {}, "driver has to be a path, a Bundle, an Image or a PythonDriver, not int"),
        ((b"acme",), {}, "driver has to be a path, a Bundle, an Image or a PythonDriver, not bytes"),
        (("acme.json", 5), {}, "a file of the bundle has to be a path, as str or pathlib.Path, not int"),
        (("acme.json",), {"include": "here"}, "include has to be a list of paths, not str"),
        (("acme.json",), {"include": Path("here")}, "include has to be a list of paths, not PosixPath"),
        (("acme.json",), {"objects": [b"a.o"]}, r"objects\[0\] has to be a path, as str or pathlib.Path, not bytes"),
        (("acme.json",), {"defines": "A=1"}, "defines has to be a list of strings, not str"),
        (("acme.json",), {"flags": ["-O2", 3]}, r"flags\[1\] has to be a string, not int"),
        (("acme.json",), {"compiler": 5}, "compiler has to be a string, not int"),
        (("acme.json",), {"includes": []}, "load has no setting 'includes'; did you mean 'include'.*"),
        (("acme.json",), {"foo": 1}, "load has no setting 'foo'; known are objects, sources, .*"),
    ],
)
def test_a_wrong_argument_of_load_is_named(
    core: Core, what: tuple[Any, ...], settings: dict[str, Any], message: str
) -> None:
    with pytest.raises(TypeError, match=f"^{message}$"):
        core.load(*what, **settings)


# The same driver again


def test_a_driver_of_the_same_name_is_refused_and_the_first_stays(core: Core) -> None:
    core.load(Accelerator())
    with pytest.raises(AlreadyExists, match="driver pyaccel: one of this name is loaded already"):
        core.load(Accelerator())
    assert [driver.name for driver in core.drivers].count("pyaccel") == 1
    with pytest.raises(AlreadyExists):
        Core(Accelerator(), Accelerator())


def test_a_bundle_is_loaded_once_into_a_core_and_into_as_many_cores_as_wanted() -> None:
    with Core(DRIVERS / "p256_plugin") as core, Core(DRIVERS / "p256_plugin") as other:
        with pytest.raises(
            AlreadyExists, match=r"p256_plugin: one of this name is loaded already, from .*driver\.json"
        ):
            core.load(DRIVERS / "p256_plugin")
        assert other.drivers[0].name == core.drivers[0].name == "p256_plugin"
        assert len(core.images) == 1
