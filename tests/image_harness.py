"""Loads a driver image without a core: services in Python, entry points called through their rows."""

from __future__ import annotations

import ctypes
import itertools
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

from psa_bridge.driver.bundle import Image
from psa_bridge.gen.ops import table_hash
from psa_bridge.spec.entry_points import BY_NAME, CONTEXTS, ENTRY_POINTS, IDS
from psa_bridge.spec.roles import Parameter, Tag

HERE = Path(__file__).resolve().parent / "bundles"
ABI_VERSION = 2
OWN_HEADERS = HERE.parents[1] / "csrc" / "include"


class Attributes(ctypes.Structure):
    _fields_ = (
        ("id", ctypes.c_uint32),
        ("lifetime", ctypes.c_uint32),
        ("usage", ctypes.c_uint32),
        ("alg", ctypes.c_uint32),
        ("bits", ctypes.c_uint32),
        ("type", ctypes.c_uint16),
        ("reserved", ctypes.c_uint16),
    )


class _KeyTypeSpec(ctypes.Structure):
    _fields_ = (("value", ctypes.c_uint16), ("mask", ctypes.c_uint16))


class _Capability(ctypes.Structure):
    _fields_ = (
        ("ops", ctypes.POINTER(ctypes.c_void_p)),
        ("algorithms", ctypes.POINTER(ctypes.c_uint32)),
        ("algorithm_count", ctypes.c_size_t),
        ("key_types", ctypes.POINTER(_KeyTypeSpec)),
        ("key_type_count", ctypes.c_size_t),
        ("key_sizes", ctypes.POINTER(ctypes.c_uint32)),
        ("key_size_count", ctypes.c_size_t),
        ("flags", ctypes.c_uint32),
        ("initial_entropy_size", ctypes.c_uint32),
        ("reseed_entropy_size", ctypes.c_uint32),
        ("context_sizes", ctypes.c_size_t * len(CONTEXTS)),
    )


class _KeyContext(ctypes.Structure):
    _fields_ = (
        ("base_size", ctypes.c_size_t),
        ("key_pair_size", ctypes.c_size_t),
        ("public_key_size", ctypes.c_size_t),
        ("symmetric_factor", ctypes.c_size_t),
        ("store_public_key", ctypes.c_bool),
        ("has_builtin_key_size", ctypes.c_bool),
        ("builtin_key_size", ctypes.c_size_t),
        ("size_function", ctypes.CFUNCTYPE(ctypes.c_size_t, ctypes.c_uint16, ctypes.c_size_t)),
    )


class _Description(ctypes.Structure):
    _fields_ = (
        ("name", ctypes.c_char_p),
        ("source", ctypes.c_char_p),
        ("type", ctypes.c_int),
        ("location", ctypes.c_uint32),
        ("capabilities", ctypes.POINTER(_Capability)),
        ("capability_count", ctypes.c_size_t),
        ("key_context", _KeyContext),
        ("persistent_state_size", ctypes.c_size_t),
        ("dialect", ctypes.c_char_p),
    )


class _Bundle(ctypes.Structure):
    _fields_ = (
        ("abi_version", ctypes.c_uint32),
        ("table_hash", ctypes.c_uint32),
        ("drivers", ctypes.POINTER(ctypes.POINTER(_Description))),
        ("driver_count", ctypes.c_size_t),
    )


class _Bytes(ctypes.Structure):
    _fields_ = (("data", ctypes.c_void_p), ("size", ctypes.c_size_t), ("length", ctypes.POINTER(ctypes.c_size_t)))


class _Union(ctypes.Union):
    _fields_ = (
        ("attributes", ctypes.POINTER(Attributes)),
        ("bytes", _Bytes),
        ("scalar", ctypes.c_uint64),
        ("pointer", ctypes.c_void_p),
    )


class Value(ctypes.Structure):
    _fields_ = (("tag", ctypes.c_uint16), ("secret", ctypes.c_uint16), ("u", _Union))

    def input(self) -> bytes:
        return ctypes.string_at(self.u.bytes.data, self.u.bytes.size) if self.u.bytes.size else b""

    def output(self, data: bytes) -> int:
        if len(data) > self.u.bytes.size:
            return -138
        ctypes.memmove(self.u.bytes.data, data, len(data))
        self.u.bytes.length[0] = len(data)
        return 0


_REPORT = ctypes.CFUNCTYPE(None, ctypes.c_int, ctypes.c_char_p)
_WIPE = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_size_t)
_RANDOM = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_void_p, ctypes.c_size_t)
_CALL = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_uint16, ctypes.POINTER(Value), ctypes.c_size_t)
_GET_STATE = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.POINTER(ctypes.c_void_p))
_COMMIT = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_size_t, ctypes.c_size_t)
_KEY = (ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_uint32)
_FIND = ctypes.CFUNCTYPE(ctypes.c_void_p, *_KEY)
_PUBLISH = ctypes.CFUNCTYPE(ctypes.c_void_p, *_KEY, ctypes.c_void_p)
_GIVE = ctypes.CFUNCTYPE(None, *_KEY, ctypes.c_void_p)


class _Services(ctypes.Structure):
    _fields_ = (
        ("abi_version", ctypes.c_uint32),
        ("report", _REPORT),
        ("wipe", _WIPE),
        ("generate_random", _RANDOM),
        ("call", _CALL),
        ("get_persistent_state", _GET_STATE),
        ("commit_persistent_state", _COMMIT),
        ("prepared_find", _FIND),
        ("prepared_publish", _PUBLISH),
        ("prepared_take", _FIND),
        ("prepared_give", _GIVE),
    )


class DriverError(Exception):
    """An entry point returned an error status."""

    def __init__(self, status: int) -> None:
        super().__init__(f"status {status}")
        self.status = status


_SCALARS = {
    "uint8_t": ctypes.c_uint8,
    "uint16_t": ctypes.c_uint16,
    "uint32_t": ctypes.c_uint32,
    "uint64_t": ctypes.c_uint64,
    "size_t": ctypes.c_size_t,
}


def _ctype(parameter: Parameter) -> type:
    return ctypes.c_void_p if parameter.core_type.endswith("*") else _SCALARS[parameter.core_type]


class Driver:
    """One driver of an image. Calls take what the caller gives, in row order, and return outputs."""

    def __init__(self, description: _Description) -> None:
        self.description = description
        self.name = description.name.decode()
        self.dialect = description.dialect.decode()
        self.capabilities = description.capabilities[: description.capability_count]
        self.functions = {
            row.name: address
            for capability in self.capabilities
            for row, address in zip(ENTRY_POINTS, capability.ops[: len(ENTRY_POINTS)], strict=True)
            if address
        }

    def context_size(self, kind: str) -> int:
        return max(int(capability.context_sizes[CONTEXTS.index(kind)]) for capability in self.capabilities)

    def call(self, name: str, *arguments: object, sizes: Sequence[int] = ()) -> list[object]:
        """Attributes are given as Attributes, inputs as bytes, scalars as int, contexts as buffers.

        Outputs take their buffer sizes from ``sizes``, 256 where it is used up; they come back as
        bytes, scalar outputs as int.
        """
        row = BY_NAME[name]
        given, room = iter(arguments), itertools.chain(sizes, itertools.repeat(256))
        values: list[object] = [None]
        results: list[Callable[[], object]] = []
        for argument in row.arguments:
            tag = argument.role.tag
            if tag in (Tag.ATTRIBUTES, Tag.ATTRIBUTES_INOUT, Tag.CUSTOM, Tag.KDF_INPUTS, Tag.PAKE_INPUTS):
                values.append(ctypes.byref(next(given)))  # type: ignore[arg-type]
            elif tag is Tag.INPUT:
                data = next(given)
                assert isinstance(data, bytes)
                values += [ctypes.create_string_buffer(data, max(len(data), 1)), len(data)]
            elif tag is Tag.SCALAR or tag is Tag.CONTEXT:
                values.append(next(given))
            elif tag is Tag.SCALAR_OUT:
                number = ctypes.c_size_t(0)
                values.append(ctypes.byref(number))
                results.append(lambda number=number: number.value)  # type: ignore[misc]
            else:
                size = next(room)
                buffer = ctypes.create_string_buffer(max(size, 1))
                length = ctypes.c_size_t(size if tag is Tag.FILL else 0)
                values += [buffer, size] + ([] if tag is Tag.FILL else [ctypes.byref(length)])
                results.append(lambda b=buffer, n=length: b.raw[: n.value])  # type: ignore[misc]
        types = [ctypes.c_void_p, *(_ctype(p) for argument in row.arguments for p in argument.parameters)]
        status = ctypes.CFUNCTYPE(ctypes.c_int32, *types)(self.functions[name])(*values)
        if status != 0:
            raise DriverError(status)
        return [result() for result in results]


class LoadedImage:
    """An image with services of the test's own."""

    def __init__(self, image: Image) -> None:
        self.reports: list[tuple[int, str]] = []
        self.wiped: list[int] = []
        self.calls: list[str] = []
        self.handlers: dict[str, Callable[[list[Value]], int]] = {}
        self.state = ctypes.create_string_buffer(64)
        self.commits: list[tuple[int, int]] = []
        self._random = itertools.count(1)
        own = image.private_copy().path
        self.library = ctypes.CDLL(str(own))
        own.unlink()
        self._services = _Services(
            ABI_VERSION, _REPORT(self._report), _WIPE(self._wipe), _RANDOM(self._fill), _CALL(self._call),
            _GET_STATE(self._get_state), _COMMIT(self._commit),
            _FIND(self._nothing), _PUBLISH(self._nothing), _FIND(self._nothing), _GIVE(self._drop),
        )  # fmt: skip
        entry = self.library.psab_bundle_entry
        entry.restype = ctypes.POINTER(_Bundle)
        bundle = entry(ctypes.byref(self._services)).contents
        assert bundle.abi_version == ABI_VERSION
        assert bundle.table_hash == table_hash()
        self.drivers = {
            (d.contents.name.decode(), d.contents.type): Driver(d.contents)
            for d in bundle.drivers[: bundle.driver_count]
        }

    def driver(self, name: str, opaque: bool = False) -> Driver:
        return self.drivers[name, int(opaque)]

    def _report(self, code: int, detail: bytes) -> None:
        self.reports.append((code, detail.decode()))

    def _wipe(self, data: int, size: int) -> None:
        ctypes.memset(data, 0, size)
        self.wiped.append(size)

    def _fill(self, data: int, size: int) -> int:
        ctypes.memmove(data, bytes(next(self._random) % 256 for _ in range(size)), size)
        return 0

    def _call(self, entry_point: int, values: object, count: int) -> int:
        name = next(name for name, number in IDS.items() if number == entry_point)
        self.calls.append(name)
        handler = self.handlers.get(name)
        return handler(values[:count]) if handler else -134  # type: ignore[index]

    def _nothing(self, *_key_and_form: object) -> None:
        """There is no key of a store, so nothing is kept."""

    def _drop(self, kind: int, _key: int, _size: int, _variant: int, form: int) -> None:
        ctypes.CFUNCTYPE(None, ctypes.c_void_p)(ctypes.c_void_p.from_address(kind).value)(form)

    def _get_state(self, state: object) -> int:
        state[0] = ctypes.addressof(self.state)  # type: ignore[index]
        return 0

    def _commit(self, start: int, length: int) -> int:
        self.commits.append((start, length))
        return 0


def compile_object(source: Path, target: Path, *flags: str, compiler: str = "gcc") -> Path:
    """What a driver's author does: one plain compiler call."""
    command = [compiler, "-O1", "-g", "-Wall", "-Wextra", "-Werror", *flags, "-c", str(source), "-o", str(target)]
    subprocess.run(command, check=True)
    return target
