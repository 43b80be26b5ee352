"""Compiles a driver to a shared object and calls its entry points directly, without a core."""

from __future__ import annotations

import ctypes
import os
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DRIVERS = ROOT / "drivers"
FLAGS = ["-std=gnu11", "-O2", "-fPIC", "-Wall", "-Wextra", "-Wconversion", "-Werror", f"-I{ROOT / 'csrc/include'}"]

SUCCESS = 0
NOT_SUPPORTED = -134
INVALID_ARGUMENT = -135
BAD_STATE = -137
BUFFER_TOO_SMALL = -138
INVALID_SIGNATURE = -149
DATA_CORRUPT = -152

HASHES = {
    "MD4": 0x02,
    "MD5": 0x03,
    "RIPEMD160": 0x04,
    "SHA_1": 0x05,
    "SHA_224": 0x08,
    "SHA_256": 0x09,
    "SHA_384": 0x0A,
    "SHA_512": 0x0B,
    "SHA_512_224": 0x0C,
    "SHA_512_256": 0x0D,
    "SHA_256_192": 0x0E,
    "SHA3_224": 0x10,
    "SHA3_256": 0x11,
    "SHA3_384": 0x12,
    "SHA3_512": 0x13,
    "SM3": 0x14,
    "SHAKE256_512": 0x15,
    "SHAKE128_256": 0x16,
    "SHAKE256_192": 0x17,
    "SHAKE256_256": 0x18,
    "BLAKE2S_HASH256": 0x1C,
    "BLAKE2B_HASH512": 0x1E,
}
FAMILIES = {
    "SECP_K1": 0x17,
    "SECP_R1": 0x12,
    "SECT_K1": 0x27,
    "SECT_R1": 0x22,
    "SECT_R2": 0x2B,
    "BRAINPOOL_P_R1": 0x30,
    "MONTGOMERY": 0x41,
    "TWISTED_EDWARDS": 0x42,
}
RSA_PAIR, RSA_PUBLIC = 0x7001, 0x4001
HMAC_KEY = 0x1100
ECDH = 0x09020000
PURE_EDDSA = 0x06000800
ECDSA_ANY = 0x06000600
RSA_RAW = 0x06000200


def hash_alg(name: str) -> int:
    return 0x02000000 | HASHES[name]


def ecdsa(name: str, *, deterministic: bool = False) -> int:
    return (0x06000700 if deterministic else 0x06000600) | HASHES[name]


def rsa_pkcs1(name: str) -> int:
    return 0x06000200 | HASHES[name]


def rsa_pss(name: str, *, any_salt: bool = False) -> int:
    return (0x06001300 if any_salt else 0x06000300) | HASHES[name]


def ecc_pair(family: str) -> int:
    return 0x7100 | FAMILIES[family]


def ecc_public(family: str) -> int:
    return 0x4100 | FAMILIES[family]


class Attributes(ctypes.Structure):
    """``psa_key_attributes_t`` of the project's headers."""

    _fields_ = (
        ("id", ctypes.c_uint32),
        ("lifetime", ctypes.c_uint32),
        ("usage", ctypes.c_uint32),
        ("alg", ctypes.c_uint32),
        ("bits", ctypes.c_uint32),
        ("type", ctypes.c_uint16),
        ("reserved", ctypes.c_uint16),
    )


class DriverError(Exception):
    """An entry point returned something else than PSA_SUCCESS."""

    def __init__(self, status: int) -> None:
        super().__init__(f"status {status}")
        self.status = status


def compile_object(source: Path, out: Path, *flags: str) -> Path:
    """Compile one source file to an object file, every warning an error."""
    target = out / f"{source.parent.name}_{source.stem}.o"
    compiler = os.environ.get("CC", "gcc")
    subprocess.run([compiler, *FLAGS, *flags, "-c", str(source), "-o", str(target)], check=True)
    return target


def build(sources: Sequence[Path], out: Path, *libraries: str, flags: Sequence[str] = ()) -> ctypes.CDLL:
    """One shared object of driver sources and the stand-in for the core."""
    objects = [compile_object(source, out, *flags) for source in [*sources, ROOT / "tests/drivers/support.c"]]
    target = out / "driver.so"
    compiler = os.environ.get("CC", "gcc")
    command = [compiler, "-shared", "-Wl,-Bsymbolic", "-o", str(target), *map(str, objects), *libraries]
    subprocess.run(command, check=True)
    return ctypes.CDLL(str(target))


def status_of(function: Callable[..., object], *arguments: object, **keywords: object) -> int:
    """The status that a call ends with."""
    try:
        function(*arguments, **keywords)
    except DriverError as error:
        return error.status
    return SUCCESS


class Operation:
    """A hash operation context of the driver: zeroed memory, as the core gives it."""

    def __init__(self, driver: Driver) -> None:
        self.driver = driver
        self.memory = ctypes.create_string_buffer(512)

    def update(self, data: bytes) -> None:
        self.driver.call("hash_update", self.memory, data, ctypes.c_size_t(len(data)))

    def finish(self, size: int = 64) -> bytes:
        return self.driver.output(size, "hash_finish", self.memory)

    def abort(self) -> None:
        self.driver.call("hash_abort", self.memory)

    def suspend(self, size: int = 256) -> bytes:
        return self.driver.output(size, "hash_suspend", self.memory)

    def clone(self) -> Operation:
        target = Operation(self.driver)
        self.driver.call("hash_clone", self.memory, target.memory)
        return target

    def copy_bytes(self) -> Operation:
        target = Operation(self.driver)
        ctypes.memmove(target.memory, self.memory, len(self.memory))
        return target


class Driver:
    """The entry points of one driver, by their prefix."""

    def __init__(self, library: ctypes.CDLL, prefix: str) -> None:
        self.library = library
        self.prefix = prefix

    def call(self, name: str, *arguments: object) -> None:
        function = getattr(self.library, f"{self.prefix}_{name}")
        function.restype = ctypes.c_int32
        status = function(*arguments)
        if status != SUCCESS:
            raise DriverError(status)

    def output(self, size: int, name: str, *arguments: object) -> bytes:
        """Call an entry point that ends in output buffer, size, length; checks the buffer's guard."""
        buffer = ctypes.create_string_buffer(b"\xa5" * (size + 16), size + 16)
        length = ctypes.c_size_t(0)
        self.call(name, *arguments, buffer, ctypes.c_size_t(size), ctypes.byref(length))
        assert length.value <= size
        assert buffer.raw[size:] == b"\xa5" * 16, "wrote beyond the buffer"
        return buffer.raw[: length.value]

    @staticmethod
    def _input(data: bytes) -> tuple[bytes, ctypes.c_size_t]:
        return data, ctypes.c_size_t(len(data))

    def hash_compute(self, alg: int, data: bytes, size: int = 64) -> bytes:
        return self.output(size, "hash_compute", ctypes.c_uint32(alg), *self._input(data))

    def hash_setup(self, alg: int) -> Operation:
        operation = Operation(self)
        self.call("hash_setup", operation.memory, ctypes.c_uint32(alg))
        return operation

    def hash_resume(self, alg: int, state: bytes) -> Operation:
        operation = Operation(self)
        self.call("hash_resume", operation.memory, ctypes.c_uint32(alg), *self._input(state))
        return operation

    def import_key(self, kind: int, data: bytes, bits: int = 0, size: int = 16384) -> tuple[bytes, int]:
        """The key buffer and the size in bits that the driver found."""
        attributes = Attributes(type=kind, bits=bits)
        buffer = ctypes.create_string_buffer(size)
        length, found = ctypes.c_size_t(0), ctypes.c_size_t(bits)
        self.call(
            "import_key",
            ctypes.byref(attributes),
            *self._input(data),
            buffer,
            ctypes.c_size_t(size),
            ctypes.byref(length),
            ctypes.byref(found),
        )
        return buffer.raw[: length.value], found.value

    def generate_key(self, kind: int, bits: int, size: int = 16384) -> bytes:
        return self.output(size, "generate_key", ctypes.byref(Attributes(type=kind, bits=bits)))

    def export_public_key(self, kind: int, bits: int, key: bytes, size: int = 4096) -> bytes:
        return self.output(size, "export_public_key", ctypes.byref(Attributes(type=kind, bits=bits)), *self._input(key))

    def sign(self, name: str, kind: int, bits: int, key: bytes, alg: int, data: bytes, size: int = 2048) -> bytes:
        """``name`` is hash or message."""
        attributes = Attributes(type=kind, bits=bits)
        arguments = (ctypes.byref(attributes), *self._input(key), ctypes.c_uint32(alg), *self._input(data))
        return self.output(size, f"sign_{name}", *arguments)

    def verify(self, name: str, kind: int, bits: int, key: bytes, alg: int, data: bytes, signature: bytes) -> bool:
        attributes = Attributes(type=kind, bits=bits)
        arguments = (ctypes.byref(attributes), *self._input(key), ctypes.c_uint32(alg), *self._input(data))
        try:
            self.call(f"verify_{name}", *arguments, *self._input(signature))
        except DriverError as error:
            if error.status != INVALID_SIGNATURE:
                raise
            return False
        return True

    def mac_compute(self, kind: int, bits: int, key: bytes, alg: int, data: bytes, size: int = 64) -> bytes:
        attributes = Attributes(type=kind, bits=bits)
        arguments = (ctypes.byref(attributes), *self._input(key), ctypes.c_uint32(alg), *self._input(data))
        return self.output(size, "mac_compute", *arguments)

    def export_key(self, kind: int, bits: int, key: bytes, size: int = 4096) -> bytes:
        return self.output(size, "export_key", ctypes.byref(Attributes(type=kind, bits=bits)), *self._input(key))

    def copy_key(self, kind: int, bits: int, key: bytes, size: int = 4096) -> bytes:
        return self.output(size, "copy_key", ctypes.byref(Attributes(type=kind, bits=bits)), *self._input(key))

    def key_agreement(self, alg: int, kind: int, bits: int, key: bytes, peer: bytes, size: int = 256) -> bytes:
        attributes = Attributes(type=kind, bits=bits)
        arguments = (ctypes.c_uint32(alg), ctypes.byref(attributes), *self._input(key), *self._input(peer))
        return self.output(size, "key_agreement", *arguments)
