"""What every public method has: documentation of each argument, out= wherever bytes come out, useful types."""

from __future__ import annotations

import copy
import inspect
import pickle
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import psa_bridge
from psa_bridge import Alg, Core, Key, KeyAttributes, KeyType, Usage
from psa_bridge.ops.operation import Operation

PUBLIC = [getattr(psa_bridge, name) for name in psa_bridge.__all__]
OPERATIONS = [each for each in PUBLIC if inspect.isclass(each) and issubclass(each, Operation)]
RETURNS_BYTES = re.compile(r"\bbytes\b")

NO_BUFFER = re.compile(r"_file$|^(export|export_public)_(pem|der)$")
"""Methods without ``out``: what they give is short, or its length is known to nobody beforehand."""


def methods() -> Iterator[tuple[str, str, Any]]:
    for cls in (Core, Key, *OPERATIONS):
        for name, function in inspect.getmembers(cls, callable):
            if not name.startswith("_"):
                yield cls.__name__, name, function


def returned(function: Any) -> str:
    return str(getattr(getattr(function, "__wrapped__", function), "__annotations__", {}).get("return", ""))


@pytest.mark.parametrize(
    ("owner", "name", "function"), list(methods()), ids=lambda each: each if isinstance(each, str) else ""
)
def test_a_method_documents_its_arguments_result_and_errors(owner: str, name: str, function: Any) -> None:
    text = inspect.getdoc(function) or ""
    assert text
    if "see :meth:" in text:  # a method of a key, whose core has one with the text
        target = re.search(r"see :meth:`Core\.(\w+)`", text)
        assert target and callable(getattr(Core, target[1]))
        return
    for parameter in list(inspect.signature(function).parameters)[1:]:
        assert re.search(rf"^ *{parameter}: ", text, re.MULTILINE), f"{owner}.{name}: {parameter}"
    assert "Raises:" in text or name in ("close", "abort")
    if returned(function) not in ("", "None"):
        assert "Returns:" in text, f"{owner}.{name}"


def test_bytes_can_go_into_a_buffer_of_the_caller_wherever_they_come_out() -> None:
    missing = {
        f"{owner}.{name}"
        for owner, name, function in methods()
        if RETURNS_BYTES.search(returned(function)) and "out" not in inspect.signature(function).parameters
    }
    assert {name for name in missing if not NO_BUFFER.search(name.split(".")[1])} == set()


def test_a_class_that_is_worked_with_has_an_example() -> None:
    for cls in (Core, Key, KeyAttributes, *OPERATIONS):
        module = sys.modules[cls.__module__].__doc__ or ""
        assert ">>>" in (inspect.getdoc(cls) or "") or ">>>" in module or cls.__name__ == "VerifyOperation", cls


def test_the_rest_and_the_tag_of_an_aead_go_into_buffers(core: Core) -> None:
    key = core.generate_key(KeyAttributes(KeyType.AES, 128, usage=Usage.ENCRYPT, alg=Alg.GCM))
    out, tag = bytearray(16), bytearray(16)
    with key.aead_encrypt_setup(Alg.GCM) as operation:
        operation.set_nonce(bytes(12))
        text = operation.update(b"some text")
        rest, written = operation.finish(out=out, tag=tag)
    assert text + out[:rest] + tag[:written] == key.aead_encrypt(Alg.GCM, bytes(12), b"", b"some text")
    for given in ({"out": out}, {"tag": tag}):
        with key.aead_encrypt_setup(Alg.GCM) as operation, pytest.raises(TypeError, match="both out and tag"):
            operation.finish(**given)  # type: ignore[call-overload]


def test_wrapped_and_encapsulated_keys_go_into_buffers(core: Core) -> None:
    kek = core.generate_key(KeyAttributes(KeyType.AES, 128, usage=Usage.WRAP | Usage.UNWRAP, alg=Alg.KW))
    inner = core.import_key(KeyAttributes(KeyType.AES, usage=Usage.EXPORT), bytes(range(16)))
    out = bytearray(2000)
    assert kek.wrap(Alg.KW, inner, out=out) == 24
    assert out[:24] == kek.wrap(Alg.KW, inner)
    pair_type, usage = KeyType.ML_KEM_KEY_PAIR, Usage.ENCRYPT | Usage.DECRYPT
    pair = core.generate_key(KeyAttributes(pair_type, 768, usage=usage, alg=Alg.ML_KEM))
    secret = KeyAttributes(KeyType.DERIVE, usage=Usage.EXPORT)
    ours, length = pair.encapsulate(Alg.ML_KEM, secret, out=out)
    assert pair.decapsulate(Alg.ML_KEM, out[:length], secret).export() == ours.export()


@pytest.mark.parametrize("how", [pickle.dumps, copy.copy, copy.deepcopy])
def test_what_lives_in_a_core_is_neither_pickled_nor_copied(core: Core, how: Any) -> None:
    key = core.generate_key(KeyAttributes(KeyType.AES, 128, usage=Usage.ENCRYPT, alg=Alg.GCM))
    for thing in (core, key, core.hash_setup(Alg.SHA_256), key.aead_encrypt_setup(Alg.GCM)):
        with pytest.raises(TypeError, match="cannot be pickled"):
            how(thing)


# Types, as a user's type checker sees them

PROGRAM = """
from psa_bridge import Alg, Core, EccFamily, KeyAttributes, KeyType, Usage

with Core() as core:
    reveal_type(core)
    key = core.generate_key(KeyAttributes(KeyType.ECC_KEY_PAIR(EccFamily.SECP_R1), 256, usage=Usage.SIGN_HASH))
    reveal_type(key)
    reveal_type(key.attributes.alg)
    reveal_type(core.hash_compute(Alg.SHA_256, b"abc"))
    reveal_type(core.hash_compute(Alg.SHA_256, bytearray(b"abc"), out=bytearray(32)))
    reveal_type(key.sign_hash(Alg.ECDSA(Alg.SHA_256), bytes(32)))
    reveal_type(key.sign_hash(Alg.ECDSA(Alg.SHA_256), memoryview(bytes(32)), out=bytearray(64)))
    reveal_type(key.encapsulate(Alg.ML_KEM, key.attributes))
    reveal_type(key.encapsulate(Alg.ML_KEM, key.attributes, out=bytearray(9)))
    reveal_type(core.hash_compute_batch(Alg.SHA_256, [b"abc"]))
    reveal_type(Alg.HMAC(Alg.SHA_256).is_hmac)
    with core.hash_setup(Alg.SHA_256) as operation:
        reveal_type(operation)
        reveal_type(operation.finish())
    with key.aead_encrypt_setup(Alg.GCM) as sealing:
        reveal_type(sealing.finish())
    with core.trace() as events:
        reveal_type(events[0].driver)
    reveal_type(core.import_pem("", password=b"", usage=Usage.EXPORT))
    reveal_type(core.cipher_encrypt_file(key, Alg.CTR, "a", "b", progress=lambda done, total: None))
"""
REVEALED = [
    "psa_bridge.core.Core",
    "psa_bridge.keys.Key",
    "psa_bridge.constants.algorithms.Alg",
    "bytes",
    "int",
    "bytes",
    "int",
    "tuple[psa_bridge.keys.Key, bytes]",
    "tuple[psa_bridge.keys.Key, int]",
    "list[bytes]",
    "bool",
    "psa_bridge.ops.hash.HashOperation",
    "bytes",
    "tuple[bytes, bytes]",
    "str",
    "psa_bridge.keys.Key",
    "int",
]
WRONG = """
from psa_bridge import Alg, Core, KeyAttributes, KeyType

core = Core()
core.hash_compute(Alg.SHA_256, "text")
core.hash_compute("SHA-256", b"")
core.export_key(KeyAttributes(KeyType.AES))
core.import_pem(b"", bits=5)
core.hash_compute_file(Alg.SHA_256, "file", progress=True)
text: str = core.hash_compute(Alg.SHA_256, b"", out=bytearray(32))
"""


def checked(source: str, folder: Path) -> list[str]:
    """What a strict type checker says of a program that lies outside of the package."""
    program = folder / "program.py"
    program.write_text(source)
    command = [sys.executable, "-m", "mypy", "--strict", "--python-version", "3.10", "--cache-dir", ".mypy_cache"]
    command += ["--no-error-summary", str(program)]
    root = Path(psa_bridge.__file__).resolve().parent.parent
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=root)
    assert done.stderr == ""
    return [line.removeprefix(f"{program}:") for line in done.stdout.splitlines()]


def test_a_strict_program_of_a_user_passes_and_sees_useful_types(tmp_path: Path) -> None:
    lines = checked(PROGRAM, tmp_path)
    assert [line for line in lines if ": error:" in line] == []
    found = [re.search(r'Revealed type is "(?:builtins\.)?(.*)"', line) for line in lines if "Revealed" in line]
    assert [each[1].replace("builtins.", "") for each in found if each] == REVEALED


def test_a_type_checker_sees_what_is_wrong(tmp_path: Path) -> None:
    errors = [line.split(":")[0] for line in checked(WRONG, tmp_path) if ": error:" in line]
    assert sorted({int(number) for number in errors}) == [5, 6, 7, 8, 9, 10]
