"""Messages: packed calls as CBOR. Their form follows from the table, one item per role word.

=======  ==========================================================================
hello    ``[0, version, table hash, name, [entry point, ...]]``
call     ``[1, number, entry point, [item, ...]]``
reply    ``[2, number, status, {position: result, ...}, detail]``
close    ``[3]``
=======  ==========================================================================

Items are those of :mod:`psa_bridge.packed`, with a context as its handle (null where there
is no memory).  Inputs of derivations and PAKEs travel whole.  ``detail`` says where an
exception came from, never what it held.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import cbor2

from psa_bridge.packed import Attributes, KdfInput, KdfInputs, PakeInputs
from psa_bridge.spec.entry_points import ENTRY_POINTS, EntryPoint
from psa_bridge.spec.roles import Argument, Tag
from psa_bridge.wire.errors import MessageError

VERSION = 1
HELLO, CALL, REPLY, CLOSE = range(4)

MOST_ROOM = 8 << 20
"""The largest output buffer that a call may ask for, in bytes."""


class Hello(NamedTuple):
    """What a server says first: who it serves and which entry points it has."""

    table_hash: int
    name: str
    entry_points: tuple[int, ...]


class Call(NamedTuple):
    """A packed call. Contexts are handles."""

    number: int
    entry_point: int
    items: tuple[Any, ...]


class Reply(NamedTuple):
    """The outcome of a call: results by argument position, contexts among them."""

    number: int
    status: int
    results: dict[int, Any]
    detail: str = ""


class Close(NamedTuple):
    """The end of a conversation."""


Message = Hello | Call | Reply | Close


def encode(message: Message) -> bytes:
    """A message as CBOR."""
    if isinstance(message, Hello):
        content: list[Any] = [HELLO, VERSION, message.table_hash, message.name, list(message.entry_points)]
    elif isinstance(message, Call):
        content = [CALL, *message]
    elif isinstance(message, Reply):
        content = [REPLY, *message]
    else:
        content = [CLOSE]
    encoded: bytes = cbor2.dumps(content)
    return encoded


# Checked reading: whatever arrives, only the right types get through.


def _need(condition: bool, what: str) -> None:
    if not condition:
        raise MessageError(f"not a valid message: {what}")


def _integer(value: Any, most: int = 2**64 - 1, least: int = 0) -> int:
    _need(type(value) is int and least <= value <= most, "number")
    return int(value)


def _bytes(value: Any) -> bytes:
    _need(type(value) is bytes, "byte string")
    return bytes(value)


def _list(value: Any, length: int | None = None) -> Sequence[Any]:
    _need(isinstance(value, list | tuple) and length in {None, len(value)}, "array")
    items: Sequence[Any] = value
    return items


def _attributes(value: Any) -> Attributes | None:
    if value is None:
        return None
    items = [_integer(item, 2**32 - 1) for item in _list(value, 6)]
    _need(items[5] <= 0xFFFF, "key type")
    return Attributes(*items)


def _some_attributes(value: Any) -> Attributes:
    attributes = _attributes(value)
    _need(attributes is not None, "attributes")
    assert attributes is not None
    return attributes


def _kdf_input(value: Any) -> KdfInput:
    step, kind, data, attributes, integer = _list(value, 5)
    return KdfInput(
        _integer(step, 0xFFFF), _integer(kind, 0xFFFF), _bytes(data), _attributes(attributes), _integer(integer)
    )


def _kdf_inputs(value: Any) -> KdfInputs | None:
    if value is None:
        return None
    alg, items = _list(value, 2)
    return KdfInputs(_integer(alg, 2**32 - 1), tuple(_kdf_input(item) for item in _list(items)))


def _pake_inputs(value: Any) -> PakeInputs | None:
    if value is None:
        return None
    suite, role, attributes, *strings = _list(value, 7)
    alg, primitive, confirmation = (_integer(number, 2**32 - 1) for number in _list(suite, 3))
    password, *texts = strings
    user, peer, context = (None if text is None else _bytes(text) for text in texts)
    numbers = (alg, primitive, confirmation)
    return PakeInputs(numbers, _integer(role, 0xFF), _attributes(attributes), _bytes(password), user, peer, context)


def _handle(value: Any) -> int | None:
    return None if value is None else _integer(value)


_ITEMS: Mapping[Tag, Callable[[Any], Any]] = {
    Tag.ATTRIBUTES: _attributes,
    Tag.ATTRIBUTES_INOUT: _some_attributes,
    Tag.INPUT: _bytes,
    Tag.OUTPUT: lambda value: _integer(value, MOST_ROOM),
    Tag.FILL: lambda value: _integer(value, MOST_ROOM),
    Tag.SCALAR: _integer,
    Tag.SCALAR_OUT: _integer,
    Tag.CONTEXT: _handle,
    Tag.CUSTOM: lambda value: None if value is None else _integer(value, 2**32 - 1),
    Tag.KDF_INPUTS: _kdf_inputs,
    Tag.PAKE_INPUTS: _pake_inputs,
}

_RESULTS: Mapping[Tag, Callable[[Any], Any]] = {
    Tag.ATTRIBUTES_INOUT: _some_attributes,
    Tag.OUTPUT: _bytes,
    Tag.FILL: _bytes,
    Tag.SCALAR_OUT: _integer,
    Tag.CONTEXT: _handle,
}


def _row(entry_point: Any) -> EntryPoint:
    return ENTRY_POINTS[_integer(entry_point, len(ENTRY_POINTS) - 1)]


def _call(number: Any, entry_point: Any, items: Any) -> Call:
    row = _row(entry_point)
    given = _list(items, len(row.arguments))
    checked = (_ITEMS[argument.role.tag](item) for argument, item in zip(row.arguments, given, strict=True))
    return Call(_integer(number), entry_point, tuple(checked))


def _reply(number: Any, status: Any, results: Any, detail: Any) -> Reply:
    _need(isinstance(results, dict) and all(type(key) is int for key in results), "results")
    _need(isinstance(detail, str), "detail")
    return Reply(_integer(number), _integer(status, 2**31 - 1, -(2**31)), results, detail)


def _hello(version: Any, table_hash: Any, name: Any, entry_points: Any) -> Hello:
    if version != VERSION:
        raise MessageError(f"the other side speaks version {version!r} of the protocol, this one {VERSION}")
    _need(isinstance(name, str), "name")
    ids = tuple(_integer(entry_point, 0xFFFF) for entry_point in _list(entry_points))
    return Hello(_integer(table_hash, 2**32 - 1), name, ids)


def decode(payload: bytes) -> Message:
    """The message in a frame; :class:`MessageError` if there is none."""
    try:
        content = cbor2.loads(payload)
    except Exception as error:
        raise MessageError(f"a frame does not hold CBOR: {type(error).__name__}") from error
    kind, *rest = _list(content) or (None,)
    forms: dict[Any, tuple[int, Callable[..., Message]]] = {
        HELLO: (4, _hello),
        CALL: (3, _call),
        REPLY: (4, _reply),
        CLOSE: (0, Close),
    }
    _need(type(kind) is int and kind in forms, "kind")
    length, form = forms[kind]
    return form(*_list(rest, length))


def checked_results(row: EntryPoint, results: Mapping[int, Any]) -> dict[int, Any]:
    """Results of a reply, checked against the row that was called."""
    return {position: _RESULTS[_result_argument(row, position).role.tag](item) for position, item in results.items()}


def _result_argument(row: EntryPoint, position: int) -> Argument:
    _need(0 <= position < len(row.arguments) and row.arguments[position].role.tag in _RESULTS, "result position")
    return row.arguments[position]
