"""Every row of the table survives packing and unpacking, and mistakes in packed calls are told."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from row_inputs import comparable, example, inputs_of, operands, results_of

from psa_bridge import packed
from psa_bridge._native import ffi, lib
from psa_bridge.packed import Arguments, Attributes, PackedDriver, PackedError
from psa_bridge.spec.entry_points import CONTEXTS, ENTRY_POINTS, IDS, EntryPoint
from psa_bridge.spec.roles import Tag

ROWS = pytest.mark.parametrize("row", ENTRY_POINTS, ids=lambda row: row.name)
QUICK = settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
MEMBERS = dict(ffi.typeof("psab_ops_t").fields)


def unpack(ops: Any, row: EntryPoint, arguments: Arguments) -> int:
    return int(lib.psab_unpack_call(ops, ffi.NULL, IDS[row.name], arguments.values, arguments.count))


class Recorder:
    """Typed entry points that note what they were called with."""

    def __init__(self, row: EntryPoint, status: int = 0) -> None:
        self.calls: list[tuple[Any, ...]] = []
        self.ops = ffi.new("psab_ops_t *")
        self._function = ffi.callback(MEMBERS[row.name].type, lambda *given: self.calls.append(given) or status)
        setattr(self.ops, row.name, self._function)


@ROWS
def test_output_lengths_are_unset_when_a_driver_is_called(row: EntryPoint) -> None:
    arguments = Arguments(row, example(row))
    outputs = [i for i, argument in enumerate(row.arguments) if argument.role.tag is Tag.OUTPUT]
    lengths = [arguments.values[i].u.output.length for i in outputs]
    seen: list[int] = []

    def look(*given: Any) -> int:
        seen.extend(length[0] for length in lengths)
        return 0

    ops = ffi.new("psab_ops_t *")
    function = ffi.callback(MEMBERS[row.name].type, look)
    setattr(ops, row.name, function)
    assert unpack(ops, row, arguments) == 0
    assert seen == [2**64 - 1] * len(outputs)


def test_every_row_is_a_member_in_the_order_of_the_ids() -> None:
    assert [name for name, _ in ffi.typeof("psab_ops_t").fields] == [row.name for row in ENTRY_POINTS]
    assert len(ENTRY_POINTS) == lib.PSAB_EP_COUNT
    assert len(CONTEXTS) == lib.PSAB_CONTEXT_COUNT


@ROWS
def test_row_metadata_describes_the_row(row: EntryPoint) -> None:
    meta = lib.psab_rows[IDS[row.name]]
    assert ffi.string(meta.name).decode() == row.name
    assert meta.count == len(row.arguments)
    words = [argument.role.word for argument in row.arguments]
    for index, word in ((meta.alg, "alg"), (meta.key, "key")):
        assert index == (words.index(word) if word in words else -1)
    assert meta.context_kind == (CONTEXTS.index(row.context) if row.context else -1)
    assert meta.attributes == -1 or words[meta.attributes].startswith("attrs")


@ROWS
@QUICK
@given(data=st.data())
def test_row_round_trips_typed_packed_typed(row: EntryPoint, data: st.DataObject) -> None:
    arguments = Arguments(row, data.draw(inputs_of(row)))
    before = operands(row, arguments.values)
    recorder = Recorder(row, status=-7)
    seen: list[list[Any]] = []

    def handler(entry_point: int, values: Any, count: int) -> int:
        assert entry_point == IDS[row.name]
        seen.append(packed.read(row, values, count))
        return int(lib.psab_unpack_call(recorder.ops, ffi.cast("void *", 99), entry_point, values, count))

    driver = PackedDriver(handler)
    status = getattr(lib.psab_pack_ops, row.name)(driver.pointer, *before)
    if packed.take_exception():
        raise AssertionError("the handler failed")
    assert status == -7
    assert list(recorder.calls[0][1:]) == before
    assert recorder.calls[0][0] == ffi.cast("void *", 99)
    assert comparable(seen[0]) == comparable(packed.read(row, arguments.values, arguments.count))


@ROWS
@QUICK
@given(data=st.data())
def test_results_reach_the_caller(row: EntryPoint, data: st.DataObject) -> None:
    inputs = data.draw(inputs_of(row))
    results = data.draw(results_of(row, inputs))
    arguments = Arguments(row, inputs)

    def handler(entry_point: int, values: Any, count: int) -> int:
        packed.write(row, values, results)
        return 0

    driver = PackedDriver(handler)
    assert getattr(lib.psab_pack_ops, row.name)(driver.pointer, *operands(row, arguments.values)) == 0
    assert arguments.results(0) == results


@ROWS
def test_member_that_is_not_offered_is_not_supported(row: EntryPoint) -> None:
    arguments = Arguments(row, example(row))
    assert unpack(ffi.new("psab_ops_t *"), row, arguments) == packed.NOT_SUPPORTED


@ROWS
def test_wrong_tag_or_count_is_refused_before_the_call(row: EntryPoint) -> None:
    recorder = Recorder(row)
    arguments = Arguments(row, example(row))
    assert lib.psab_unpack_call(recorder.ops, ffi.NULL, IDS[row.name], arguments.values, arguments.count + 1) == -135
    for position in range(arguments.count):
        tag = arguments.values[position].tag
        for wrong in {*range(len(Tag) + 1), 0xFFFF} - {tag}:
            arguments.values[position].tag = wrong
            assert unpack(recorder.ops, row, arguments) == -135
        arguments.values[position].tag = tag
    assert recorder.calls == []
    assert unpack(recorder.ops, row, arguments) == 0


@ROWS
def test_scalar_out_of_range_wrong_context_and_missing_length_are_refused(row: EntryPoint) -> None:
    recorder = Recorder(row)
    for position, argument in enumerate(row.arguments):
        arguments = Arguments(row, example(row))
        union = arguments.values[position].u
        core_type = argument.parameters[0].core_type
        if argument.role.tag is Tag.SCALAR and core_type in {"uint16_t", "uint32_t"}:
            union.scalar = 2 ** int(core_type[4:-2])
        elif argument.role.tag is Tag.CONTEXT:
            union.context.kind += 1
        elif argument.role.tag is Tag.OUTPUT:
            union.output.length = ffi.NULL
        else:
            continue
        assert unpack(recorder.ops, row, arguments) == packed.INVALID_ARGUMENT
    assert recorder.calls == []


def test_unknown_entry_point_is_refused() -> None:
    assert lib.psab_unpack_call(ffi.new("psab_ops_t *"), ffi.NULL, len(ENTRY_POINTS), ffi.NULL, 0) == -135
    with pytest.raises(PackedError, match="not in the table"):
        packed.row_of(len(ENTRY_POINTS))


def test_select_takes_only_what_is_listed_and_offered() -> None:
    first, second, third = (ENTRY_POINTS[i].name for i in range(3))
    source, target = ffi.new("psab_ops_t *"), ffi.new("psab_ops_t *")
    for name in (first, second):
        setattr(source, name, getattr(lib.psab_pack_ops, name))
    lib.psab_ops_select(target, source, ffi.new("uint16_t[]", [IDS[second], IDS[third], 60000]), 3)
    assert [number for number in range(len(ENTRY_POINTS)) if lib.psab_ops_has(target, number)] == [IDS[second]]
    assert not lib.psab_ops_has(target, 60000)
    lib.psab_ops_copy_member(target, source, IDS[first])
    assert lib.psab_ops_has(target, IDS[first])


SIGN = ENTRY_POINTS[IDS["sign_hash"]]


def call_handler(handler: packed.Handler, row: EntryPoint = SIGN) -> int:
    arguments = Arguments(row, example(row))
    driver = PackedDriver(handler)
    return int(getattr(lib.psab_pack_ops, row.name)(driver.pointer, *operands(row, arguments.values)))


def test_result_that_is_too_long_says_which_and_how_much() -> None:
    def handler(entry_point: int, values: Any, count: int) -> int:
        packed.write(SIGN, values, {4: bytes(9)})
        return 0

    assert call_handler(handler) == packed.BUFFER_TOO_SMALL
    assert str(packed.take_exception()) == "sign_hash: signature is 9 bytes, the buffer holds 8"


def test_result_that_is_not_bytes_is_an_error() -> None:
    def handler(entry_point: int, values: Any, count: int) -> int:
        packed.write(SIGN, values, {4: "text"})
        return 0

    assert call_handler(handler) == packed.GENERIC_ERROR
    assert "signature has to be bytes, not str" in str(packed.take_exception())


def test_fill_has_to_be_exact() -> None:
    row = ENTRY_POINTS[IDS["xof_output"]]

    def handler(entry_point: int, values: Any, count: int) -> int:
        packed.write(row, values, {1: bytes(7)})
        return 0

    assert call_handler(handler, row) == packed.GENERIC_ERROR
    assert "exactly 8 bytes, got 7" in str(packed.take_exception())


class StatusError(Exception):
    status = -151


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (StatusError(), -151),
        (NotImplementedError(), -134),
        (MemoryError(), -141),
        (ZeroDivisionError(), -132),
        (KeyboardInterrupt(), -132),
    ],
)
def test_exception_becomes_a_status_and_is_kept_intact(error: BaseException, status: int) -> None:
    def handler(entry_point: int, values: Any, count: int) -> int:
        raise error

    assert call_handler(handler) == status
    assert packed.take_exception(status) is error
    assert packed.take_exception() is None


def test_exception_that_does_not_explain_the_status_is_dropped() -> None:
    packed.store_exception(NotImplementedError())
    assert packed.take_exception(-132) is None
    assert packed.take_exception() is None


def test_length_beyond_the_buffer_is_never_believed() -> None:
    arguments = Arguments(SIGN, example(SIGN))
    arguments.values[4].u.output.length[0] = 9
    with pytest.raises(PackedError, match="has 8 bytes, the driver says 9"):
        arguments.results(0)


@ROWS
@QUICK
@given(data=st.data())
def test_shown_hides_secrets(row: EntryPoint, data: st.DataObject) -> None:
    inputs = data.draw(inputs_of(row))
    for argument, given_value in zip(row.arguments, inputs, strict=True):
        if argument.role.secret and isinstance(given_value, bytes):
            assert packed.shown(row, inputs)[argument.name] == f"<{len(given_value)} bytes>"


@pytest.mark.parametrize("wrong", [[None] * 5, [Attributes(), "text", 1, b"", 8], [Attributes(), b"", -1, b"", 8], []])
def test_inputs_of_the_wrong_type_are_refused(wrong: list[Any]) -> None:
    with pytest.raises(PackedError):
        Arguments(SIGN, wrong)
