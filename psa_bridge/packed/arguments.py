"""Making the values of a packed call from Python inputs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from psa_bridge._native import ffi, memory
from psa_bridge.packed.forms import (
    CORRUPTION_DETECTED,
    INVALID_ARGUMENT,
    Attributes,
    KdfInput,
    KdfInputs,
    PackedError,
    PakeInputs,
)
from psa_bridge.packed.values import TAG_NUMBERS, read_attributes, read_bytes, result_positions, write_attributes
from psa_bridge.spec.entry_points import EntryPoint
from psa_bridge.spec.roles import Argument, Tag


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
            value.tag = TAG_NUMBERS[argument.role.tag]
            value.secret = argument.role.secret
            try:
                self._fill(value.u, argument, given)
            except (TypeError, ValueError, OverflowError) as error:
                raise PackedError(INVALID_ARGUMENT, f"{row.name}: {argument.name}: {error}") from error

    def _keep(self, cdata: Any) -> Any:
        self._kept.append(cdata)
        return cdata

    def _input(self, data: bytes) -> Any:
        return self._keep(memory(data))

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
            if data is not None:
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
                results[position] = read_bytes(union.output.data, length)
        return results

    def wipe(self) -> None:
        """Clear the output buffers."""
        for buffer in self._buffers:
            ffi.buffer(buffer)[:] = bytes(len(buffer))
