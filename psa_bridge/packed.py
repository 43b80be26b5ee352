"""Packed calls in Python: arguments by role, results written back, and the one callback from C.

A packed call is a row of the table and an array of ``psab_value_t``.  Its Python form has
one item per role word:

===================  ============================  =====================================
tag                  input                         result
===================  ============================  =====================================
attributes           :class:`Attributes` or None
attributes_inout     :class:`Attributes`           :class:`Attributes`
input                ``bytes``
output               capacity in bytes             ``bytes``, at most the capacity
fill                 size in bytes                 ``bytes`` of exactly that size
scalar               ``int``
scalar_out           ``int``                       ``int``
context              :class:`Context`
custom               flags, or None
kdf_inputs           :class:`KdfInputs` or None
pake_inputs          :class:`PakeInputs` or None
===================  ============================  =====================================

Nothing here knows an entry point by name.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from psa_bridge._native import ffi, lib
from psa_bridge.spec.entry_points import CONTEXTS, ENTRY_POINTS, EntryPoint
from psa_bridge.spec.roles import Argument, Tag

GENERIC_ERROR = -132
NOT_SUPPORTED = -134
INVALID_ARGUMENT = -135
BUFFER_TOO_SMALL = -138
INSUFFICIENT_MEMORY = -141
CORRUPTION_DETECTED = -151

RESULT_TAGS = frozenset({Tag.ATTRIBUTES_INOUT, Tag.OUTPUT, Tag.FILL, Tag.SCALAR_OUT})
"""Tags of arguments that carry a result."""

ALWAYS_WRITTEN = frozenset({Tag.ATTRIBUTES_INOUT, Tag.SCALAR_OUT})
"""Tags of results that also count when the call fails, as far as the driver gave them."""


class PackedError(Exception):
    """A packed call that does not fit the table, or a result that does not fit its buffer."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


class Attributes(NamedTuple):
    """Key attributes as numbers; the fields of ``psab_attributes_t``."""

    id: int = 0
    lifetime: int = 0
    usage: int = 0
    alg: int = 0
    bits: int = 0
    type: int = 0


class KdfInput(NamedTuple):
    """One input of a key derivation; ``type`` is a ``psab_input_type_t``."""

    step: int
    type: int
    data: bytes = b""
    attributes: Attributes | None = None
    integer: int = 0


class KdfInputs(NamedTuple):
    """The initial inputs of a key derivation."""

    alg: int
    items: tuple[KdfInput, ...] = ()


class PakeInputs(NamedTuple):
    """The initial inputs of a PAKE; ``suite`` is algorithm, primitive and key confirmation."""

    suite: tuple[int, int, int]
    role: int
    attributes: Attributes | None
    password: bytes
    user: bytes
    peer: bytes
    context: bytes


class Context:
    """The memory of an operation context, as the core gave it. Null where the core has none."""

    __slots__ = ("data", "kind", "size")

    def __init__(self, data: Any, kind: int, size: int = 0) -> None:
        self.data = data
        self.kind = kind
        self.size = size

    @property
    def is_null(self) -> bool:
        """Whether there is no memory."""
        return bool(self.data == ffi.NULL)

    @property
    def handle(self) -> int:
        """The first eight bytes as a number: 0 in a fresh context, else what was stored there."""
        return 0 if self.is_null else int.from_bytes(bytes(ffi.buffer(self.data, HANDLE_SIZE)), "little")

    @handle.setter
    def handle(self, value: int) -> None:
        ffi.memmove(self.data, value.to_bytes(HANDLE_SIZE, "little"), HANDLE_SIZE)


HANDLE_SIZE = 8
"""The context size that a driver asks for if it keeps its state elsewhere, behind a handle."""


def row_of(entry_point: int) -> EntryPoint:
    """The row of an entry point id; :class:`PackedError` if there is none."""
    if not 0 <= entry_point < len(ENTRY_POINTS):
        raise PackedError(INVALID_ARGUMENT, f"entry point {entry_point} is not in the table")
    return ENTRY_POINTS[entry_point]


def result_positions(row: EntryPoint) -> tuple[int, ...]:
    """Positions of the arguments that carry a result."""
    return tuple(i for i, argument in enumerate(row.arguments) if argument.role.tag in RESULT_TAGS)


# Reading: C to Python


def _bytes(data: Any, length: int) -> bytes:
    return bytes(ffi.buffer(data, length)) if length else b""


def read_attributes(pointer: Any) -> Attributes | None:
    """Attributes behind a pointer, None for a null pointer."""
    if pointer == ffi.NULL:
        return None
    return Attributes(pointer.id, pointer.lifetime, pointer.usage, pointer.alg, pointer.bits, pointer.type)


def _read_kdf_inputs(pointer: Any) -> KdfInputs | None:
    if pointer == ffi.NULL:
        return None
    items = tuple(
        KdfInput(item.step, item.type, _bytes(item.data, item.length), read_attributes(item.attributes), item.integer)
        for item in (pointer.items[i] for i in range(pointer.count))
    )
    return KdfInputs(pointer.alg, items)


def _read_pake_inputs(pointer: Any) -> PakeInputs | None:
    if pointer == ffi.NULL:
        return None
    return PakeInputs(
        (pointer.suite.alg, pointer.suite.primitive, pointer.suite.key_confirmation),
        pointer.role,
        read_attributes(pointer.attributes),
        _bytes(pointer.password, pointer.password_length),
        _bytes(pointer.user, pointer.user_length),
        _bytes(pointer.peer, pointer.peer_length),
        _bytes(pointer.context, pointer.context_length),
    )


_READERS: Mapping[Tag, Callable[[Any], Any]] = {
    Tag.ATTRIBUTES: lambda u: read_attributes(u.attributes),
    Tag.ATTRIBUTES_INOUT: lambda u: read_attributes(u.attributes_inout),
    Tag.INPUT: lambda u: _bytes(u.input.data, u.input.length),
    Tag.OUTPUT: lambda u: int(u.output.size),
    Tag.FILL: lambda u: int(u.output.size),
    Tag.SCALAR: lambda u: int(u.scalar),
    Tag.SCALAR_OUT: lambda u: int(u.scalar_out[0]),
    Tag.CONTEXT: lambda u: Context(u.context.data, u.context.kind, u.context.size),
    Tag.CUSTOM: lambda u: None if u.custom == ffi.NULL else int(u.custom.flags),
    Tag.KDF_INPUTS: lambda u: _read_kdf_inputs(u.kdf_inputs),
    Tag.PAKE_INPUTS: lambda u: _read_pake_inputs(u.pake_inputs),
}

_TAG_NUMBERS: Mapping[Tag, int] = {tag: getattr(lib, f"PSAB_TAG_{tag.name}") for tag in Tag}


def read(row: EntryPoint, values: Any, count: int) -> list[Any]:
    """The inputs of a call, one per argument; :class:`PackedError` if count or a tag is wrong."""
    if count != len(row.arguments):
        raise PackedError(INVALID_ARGUMENT, f"{row.name} has {len(row.arguments)} arguments, not {count}")
    inputs = []
    for position, argument in enumerate(row.arguments):
        value = values[position]
        if value.tag != _TAG_NUMBERS[argument.role.tag]:
            raise PackedError(INVALID_ARGUMENT, f"{row.name}: argument {argument.name} has tag {value.tag}")
        inputs.append(_READERS[argument.role.tag](value.u))
    return inputs


# Results: Python to C


def write_attributes(pointer: Any, attributes: Attributes) -> None:
    """Store attributes behind a pointer."""
    pointer.id, pointer.lifetime, pointer.usage, pointer.alg, pointer.bits, pointer.type = attributes


def _write_bytes(row: EntryPoint, argument: Argument, output: Any, data: Any) -> None:
    try:
        size = memoryview(data).nbytes
    except TypeError:
        text = f"{row.name}: {argument.name} has to be bytes, not {type(data).__name__}"
        raise PackedError(GENERIC_ERROR, text) from None
    if argument.role.tag is Tag.FILL and size != output.size:
        text = f"{row.name}: {argument.name} has to be exactly {output.size} bytes, got {size}"
        raise PackedError(GENERIC_ERROR, text)
    if size > output.size:
        text = f"{row.name}: {argument.name} is {size} bytes, the buffer holds {output.size}"
        raise PackedError(BUFFER_TOO_SMALL, text)
    if size:
        ffi.memmove(output.data, data, size)
    if argument.role.tag is Tag.OUTPUT:
        output.length[0] = size


def write(row: EntryPoint, values: Any, results: Mapping[int, Any]) -> None:
    """Write results, by argument position, into the caller's buffers.

    Raises :class:`PackedError`, with everything else untouched, for a result of the wrong
    type or size.
    """
    for position, result in results.items():
        argument = row.arguments[position]
        union = values[position].u
        if argument.role.tag is Tag.ATTRIBUTES_INOUT:
            write_attributes(union.attributes_inout, Attributes(*result))
        elif argument.role.tag is Tag.SCALAR_OUT:
            union.scalar_out[0] = result
        elif argument.role.tag in RESULT_TAGS:
            _write_bytes(row, argument, union.output, result)
        else:
            raise PackedError(GENERIC_ERROR, f"{row.name}: {argument.name} does not carry a result")


# Calling onward: Python to C, then C to Python


class Arguments:
    """An array of values made from Python inputs, and the memory it points to.

    ``values`` and ``count`` are what a packed call takes; :meth:`results` reads what the
    driver left.  :meth:`wipe` clears the buffers.
    """

    def __init__(self, row: EntryPoint, inputs: Sequence[Any]) -> None:
        if len(inputs) != len(row.arguments):
            raise PackedError(INVALID_ARGUMENT, f"{row.name} has {len(row.arguments)} arguments, not {len(inputs)}")
        self.row = row
        self.count = len(inputs)
        self.values = ffi.new("psab_value_t[]", max(self.count, 1))
        self._kept: list[Any] = []
        self._buffers: list[Any] = []
        for position, (argument, given) in enumerate(zip(row.arguments, inputs, strict=True)):
            value = self.values[position]
            value.tag = _TAG_NUMBERS[argument.role.tag]
            value.secret = argument.role.secret
            try:
                self._fill(value.u, argument, given)
            except (TypeError, ValueError, OverflowError) as error:
                raise PackedError(INVALID_ARGUMENT, f"{row.name}: {argument.name}: {error}") from error

    def _keep(self, cdata: Any) -> Any:
        self._kept.append(cdata)
        return cdata

    def _input(self, data: bytes) -> Any:
        return self._keep(ffi.from_buffer("uint8_t[]", data))

    def _attributes(self, attributes: Sequence[int] | None) -> Any:
        if attributes is None:
            return ffi.NULL
        pointer = self._keep(ffi.new("psab_attributes_t *"))
        write_attributes(pointer, Attributes(*attributes))
        return pointer

    def _fill(self, union: Any, argument: Argument, given: Any) -> None:
        tag = argument.role.tag
        if tag is Tag.INPUT:
            union.input.data, union.input.length = self._input(given), len(given)
        elif tag in {Tag.OUTPUT, Tag.FILL}:
            buffer = self._keep(ffi.new("uint8_t[]", max(given, 1)))
            self._buffers.append(buffer)
            union.output.data, union.output.size = buffer, given
            union.output.length = self._keep(ffi.new("size_t *")) if tag is Tag.OUTPUT else ffi.NULL
        elif tag is Tag.SCALAR:
            union.scalar = given
        elif tag is Tag.SCALAR_OUT:
            union.scalar_out = self._keep(ffi.new("size_t *", given))
        elif tag is Tag.CONTEXT:
            union.context.data, union.context.kind, union.context.size = given.data, given.kind, given.size
        elif tag is Tag.ATTRIBUTES:
            union.attributes = self._attributes(given)
        elif tag is Tag.ATTRIBUTES_INOUT:
            union.attributes_inout = self._attributes(given)
        elif tag is Tag.CUSTOM:
            union.custom = ffi.NULL if given is None else self._keep(ffi.new("psab_custom_t *", [given]))
        elif tag is Tag.KDF_INPUTS:
            union.kdf_inputs = ffi.NULL if given is None else self._kdf_inputs(given)
        else:
            union.pake_inputs = ffi.NULL if given is None else self._pake_inputs(given)

    def _kdf_inputs(self, given: Sequence[Any]) -> Any:
        inputs = KdfInputs(*given)
        items = self._keep(ffi.new("psab_kdf_input_t[]", max(len(inputs.items), 1)))
        for target, item in zip(items, (KdfInput(*entry) for entry in inputs.items), strict=False):
            target.step, target.type, target.integer = item.step, item.type, item.integer
            target.data, target.length = self._input(item.data), len(item.data)
            target.attributes = self._attributes(item.attributes)
        return self._keep(ffi.new("psab_kdf_inputs_t *", [inputs.alg, items, len(inputs.items)]))

    def _pake_inputs(self, given: Sequence[Any]) -> Any:
        inputs = PakeInputs(*given)
        pointer = self._keep(ffi.new("psab_pake_inputs_t *"))
        pointer.suite.alg, pointer.suite.primitive, pointer.suite.key_confirmation = inputs.suite
        pointer.role, pointer.attributes = inputs.role, self._attributes(inputs.attributes)
        for name in ("password", "user", "peer", "context"):
            data = getattr(inputs, name)
            setattr(pointer, name, self._input(data))
            setattr(pointer, f"{name}_length", len(data))
        return pointer

    def results(self, status: int) -> dict[int, Any]:
        """Results by position: everything after success, else only what counts then too.

        :class:`PackedError` if the driver claims more output than there is room.
        """
        results: dict[int, Any] = {}
        for position in result_positions(self.row):
            argument = self.row.arguments[position]
            union = self.values[position].u
            tag = argument.role.tag
            if tag is Tag.ATTRIBUTES_INOUT:
                results[position] = read_attributes(union.attributes_inout)
            elif tag is Tag.SCALAR_OUT:
                results[position] = int(union.scalar_out[0])
            elif status == 0:
                length = union.output.length[0] if tag is Tag.OUTPUT else union.output.size
                if length > union.output.size:
                    text = f"{self.row.name}: {argument.name} has {union.output.size} bytes, the driver says {length}"
                    raise PackedError(CORRUPTION_DETECTED, text)
                results[position] = _bytes(union.output.data, length)
        return results

    def wipe(self) -> None:
        """Clear the output buffers."""
        for buffer in self._buffers:
            ffi.buffer(buffer)[:] = bytes(len(buffer))


def shown(row: EntryPoint, inputs: Sequence[Any]) -> dict[str, str]:
    """Inputs as text for a reader; of secrets, only the size."""
    result = {}
    for argument, given in zip(row.arguments, inputs, strict=True):
        if isinstance(given, Context):
            result[argument.name] = f"<{CONTEXTS[given.kind]}>"
        elif argument.role.tag in {Tag.OUTPUT, Tag.FILL}:
            result[argument.name] = f"<{given} bytes of room>"
        elif argument.role.secret:
            result[argument.name] = f"<{len(given)} bytes>" if isinstance(given, bytes) else "<secret>"
        else:
            result[argument.name] = given.hex() if isinstance(given, bytes) else repr(given)
    return result


# Exceptions past C

_thread = threading.local()


def status_of(error: BaseException) -> int:
    """The status that stands for an exception: its ``status`` if that is an error code."""
    status = getattr(error, "status", None)
    if isinstance(status, int) and -(2**31) <= status < 0:
        return int(status)
    if isinstance(error, NotImplementedError):
        return NOT_SUPPORTED
    return INSUFFICIENT_MEMORY if isinstance(error, MemoryError) else GENERIC_ERROR


def store_exception(error: BaseException) -> int:
    """Keep an exception of a driver on this thread until the API call returns; gives its status."""
    _thread.error = error
    return status_of(error)


def take_exception(status: int | None = None) -> BaseException | None:
    """The exception that was stored on this thread, which is then forgotten.

    With ``status``, only if it stands for that status: an exception that a later driver
    made up for is not the outcome of the call.
    """
    error: BaseException | None = getattr(_thread, "error", None)
    _thread.error = None
    if error is not None and status is not None and status_of(error) != status:
        return None
    return error


Handler = Callable[[int, Any, int], int]
"""``handler(entry_point, values, count) -> status``: what a driver without C functions is."""


@ffi.def_extern(name="psab_python_call")  # type: ignore[untyped-decorator,unused-ignore]
def _python_call(driver: Any, entry_point: int, values: Any, count: int) -> int:
    """The one way from C into Python: no exception gets out, none is lost."""
    try:
        handler: Handler = ffi.from_handle(driver)
        return handler(entry_point, values, count)
    except BaseException as error:  # KeyboardInterrupt must not unwind through C either
        return store_exception(error)


class PackedDriver:
    """A handler as C sees it: ``pointer`` is a ``psab_packed_driver_t *`` for ``psab_pack_ops``.

    Must live as long as the core may call it.
    """

    def __init__(self, handler: Handler) -> None:
        self._handle = ffi.new_handle(handler)
        self.pointer = ffi.new("psab_packed_driver_t *", {"call": lib.psab_python_call, "user": self._handle})
