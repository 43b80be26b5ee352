"""Every public method with odd arguments: a clear Python exception, never a crash, a hang or a silent wrong answer."""

from __future__ import annotations

import inspect
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from odd_calls import ACCEPTABLE, Call, Scene, calls

from psa_bridge import Alg, Core, InvalidHandle, Key, KeyAttributes, KeyType, PsaError, Usage


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    made = Scene(tmp_path_factory.mktemp("files"))
    yield made
    made.close()


def attempt(call: Call, changed: str, label: str, arguments: tuple[Any, ...], named: dict[str, Any]) -> str:
    """What is wrong with the outcome of a call, empty if nothing is."""
    try:
        getattr(call.on(), call.method)(*arguments, **named)
    except PsaError as error:
        return "" if error.function or changed in str(error) else f"names no function: {error}"
    except (TypeError, ValueError) as error:
        return "" if changed in str(error) else f"does not name the argument: {error!r}"
    except OSError as error:
        return "" if changed in ("source", "target") else repr(error)
    except Exception as error:
        return repr(error)
    optional = call.name == "core.explain" and label == "nothing"
    return "" if optional or label in ACCEPTABLE.get(changed, set()) else "succeeds"


def findings(call: Call, odd: dict[str, Any]) -> Iterator[str]:
    """Everything wrong with a call; 4 GiB of output are not asked for."""
    parameters = list(inspect.signature(getattr(call.on(), call.method)).parameters.values())
    for label, value in odd.items():
        for i, parameter in enumerate(parameters[: len(call.arguments)]):
            if (parameter.name, label) == ("size", "33 bits"):
                continue
            arguments = (*call.arguments[:i], value, *call.arguments[i + 1 :])
            wrong = attempt(call, parameter.name, label, arguments, {})
            if wrong:
                yield f"{call.name}({parameter.name}={label}) {wrong}"
        for parameter in parameters:
            if parameter.kind is inspect.Parameter.KEYWORD_ONLY:
                wrong = attempt(call, parameter.name, label, call.arguments, {parameter.name: value})
                if wrong:
                    yield f"{call.name}({parameter.name}={label}) {wrong}"


def test_every_odd_argument_is_refused_clearly_or_is_none(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(scene.folder)
    odd = scene.odd()
    found = [line for call in calls(scene) for line in findings(call, odd)]
    assert found == []


def test_every_call_of_the_table_works_as_it_stands(scene: Scene) -> None:
    made = list(calls(scene))
    assert len(made) > 90
    for call in made:
        getattr(call.on(), call.method)(*call.arguments)


def test_odd_arguments_leave_the_core_and_its_keys_usable(scene: Scene) -> None:
    for key in (scene.gcm, scene.ec, scene.rsa, scene.foreign):
        assert key.exists
    assert scene.core.hash_compute(Alg.SHA_256, b"abc").hex().startswith("ba7816bf")


def test_a_key_of_another_core_is_never_taken_for_one_with_its_number(core: Core) -> None:
    with Core() as other:
        policy: Any = {"usage": Usage.EXPORT | Usage.COPY}
        theirs = other.import_key(KeyAttributes(KeyType.RAW_DATA, **policy), b"theirs")
        ours = core.import_key(KeyAttributes(KeyType.RAW_DATA, **policy), b"ours")
        assert theirs.id == ours.id, "the numbers begin alike"
        for use in (core.export_key, core.destroy_key, core.get_key_attributes, core.purge_key, core.close_key):
            with pytest.raises(ValueError, match="key is a key of another core"):
                use(theirs)
        with pytest.raises(ValueError, match="another core"):
            core.copy_key(theirs, KeyAttributes(0))
        assert ours.export() == b"ours"
        with pytest.raises(ValueError, match="another core"):
            core.explain("export_key", key=theirs)


def test_attributes_are_no_key(core: Core) -> None:
    key = core.generate_key(KeyAttributes(KeyType.AES, 128, id=5, lifetime=1))
    with pytest.raises(TypeError, match="key has to be a Key or a key identifier, not KeyAttributes"):
        core.destroy_key(key.attributes)  # type: ignore[arg-type]
    assert key.exists


@pytest.mark.parametrize("identifier", [None, "1", 1.0, True, -1, 1 << 32])
def test_a_key_object_takes_identifiers_only(core: Core, identifier: Any) -> None:
    with pytest.raises((TypeError, ValueError), match="identifier"):
        Key(core, identifier)
    with pytest.raises(TypeError, match="core has to be a Core"):
        Key("core", 1)  # type: ignore[arg-type]


@pytest.mark.parametrize("size", [1 << 62, (1 << 63) - 2])
def test_more_memory_than_there_is_is_a_memory_error(core: Core, size: int) -> None:
    with pytest.raises(MemoryError):
        core.generate_random(size)
    with (
        core.xof_setup(Alg.SHAKE128) as operation,
        pytest.raises(MemoryError, match=r"no memory for \d+ bytes of output"),
    ):
        operation.output(size)


@pytest.mark.parametrize("driver", [None, 5, b"bytes", object(), int, [], KeyAttributes(KeyType.AES)])
def test_what_is_no_driver_is_refused_by_name(core: Core, driver: Any) -> None:
    with pytest.raises(TypeError, match="driver has to be a path, a Bundle, an Image or a PythonDriver, not"):
        core.load(driver)
    with pytest.raises(TypeError, match="driver has to be"):
        Core(driver)


def test_a_key_is_usable_after_an_error_and_gone_after_its_end(core: Core) -> None:
    key = core.generate_key(KeyAttributes(KeyType.AES, 128, usage=Usage.ENCRYPT, alg=Alg.CTR))
    for _ in range(3):
        with pytest.raises(TypeError):
            key.cipher_encrypt(Alg.CTR, "text")  # type: ignore[call-overload]
        with pytest.raises(PsaError):
            key.cipher_encrypt(Alg.GCM, b"text")
        assert len(key.cipher_encrypt(Alg.CTR, b"text")) == 20
    key.destroy()
    with pytest.raises(InvalidHandle):
        key.cipher_encrypt(Alg.CTR, b"text")
    assert repr(key) and not key.exists


COLLECTED = """
import gc
from psa_bridge import Core, KeyAttributes, KeyType, PsaError
from psa_bridge._native import _PINNED

gc.disable()
with Core() as core:
    for _ in range(20):
        try:
            core.import_key(KeyAttributes(KeyType.AES), memoryview(bytes(15)))
        except PsaError as error:
            error.itself = error
    gc.collect()
    assert not _PINNED
"""


def test_error_with_a_memoryview_in_its_frames_is_collected() -> None:
    # A crash of the interpreter, where it fails, so it has a process of its own.
    done = subprocess.run([sys.executable, "-c", COLLECTED], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
