"""Reading the values of a packed call, and writing results into them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from psa_bridge._native import ffi, lib
from psa_bridge.packed.forms import (
    BUFFER_TOO_SMALL,
    GENERIC_ERROR,
    INVALID_ARGUMENT,
    Attributes,
    Context,
    KdfInput,
    KdfInputs,
    PackedError,
    PakeInputs,
)
from psa_bridge.spec.entry_points import CONTEXTS, ENTRY_POINTS, EntryPoint
from psa_bridge.spec.roles import Argument, Tag

RESULT_TAGS = frozenset({Tag.ATTRIBUTES_INOUT, Tag.OUTPUT, Tag.FILL, Tag.SCALAR_OUT})
"""Tags of arguments that carry a result."""


def row_of(entry_point: int) -> EntryPoint:
    """The row of an entry point id; :class:`PackedError` if there is none."""
    if not 0 <= entry_point < len(ENTRY_POINTS):
        raise PackedError(INVALID_ARGUMENT, f"entry point {entry_point} is not in the table")
    return ENTRY_POINTS[entry_point]


def result_positions(row: EntryPoint) -> tuple[int, ...]:
    """Positions of the arguments that carry a result."""
    return tuple(i for i, argument in enumerate(row.arguments) if argument.role.tag in RESULT_TAGS)


# Reading: C to Python


def read_bytes(data: Any, length: int) -> bytes:
    """A copy of a buffer; the pointer is not looked at where the length is 0."""
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
        KdfInput(
            item.step, item.type, read_bytes(item.data, item.length), read_attributes(item.attributes), item.integer
        )
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
        read_bytes(pointer.password, pointer.password_length),
        _read_given(pointer.user, pointer.user_length),
        _read_given(pointer.peer, pointer.peer_length),
        _read_given(pointer.context, pointer.context_length),
    )


def _read_given(data: Any, length: int) -> bytes | None:
    """A copy of an input that need not be there."""
    return None if data == ffi.NULL else read_bytes(data, length)


_READERS: Mapping[Tag, Callable[[Any], Any]] = {
    Tag.ATTRIBUTES: lambda u: read_attributes(u.attributes),
    Tag.ATTRIBUTES_INOUT: lambda u: read_attributes(u.attributes_inout),
    Tag.INPUT: lambda u: read_bytes(u.input.data, u.input.length),
    Tag.OUTPUT: lambda u: int(u.output.size),
    Tag.FILL: lambda u: int(u.output.size),
    Tag.SCALAR: lambda u: int(u.scalar),
    Tag.SCALAR_OUT: lambda u: int(u.scalar_out[0]),
    Tag.CONTEXT: lambda u: Context(u.context.data, u.context.kind, u.context.size),
    Tag.CUSTOM: lambda u: None if u.custom == ffi.NULL else int(u.custom.flags),
    Tag.KDF_INPUTS: lambda u: _read_kdf_inputs(u.kdf_inputs),
    Tag.PAKE_INPUTS: lambda u: _read_pake_inputs(u.pake_inputs),
}

TAG_NUMBERS: Mapping[Tag, int] = {tag: getattr(lib, f"PSAB_TAG_{tag.name}") for tag in Tag}
"""The numbers of tags in C."""


def read(row: EntryPoint, values: Any, count: int) -> list[Any]:
    """The inputs of a call, one per argument; :class:`PackedError` if count or a tag is wrong."""
    if count != len(row.arguments):
        raise PackedError(INVALID_ARGUMENT, f"{row.name} has {len(row.arguments)} arguments, not {count}")
    inputs = []
    for position, argument in enumerate(row.arguments):
        value = values[position]
        if value.tag != TAG_NUMBERS[argument.role.tag]:
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
