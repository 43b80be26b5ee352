"""Inputs for any row of the table: hypothesis strategies by role, and their typed C form."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from psa_bridge._native import ffi
from psa_bridge.packed import Attributes, Context, KdfInput, KdfInputs, PakeInputs
from psa_bridge.spec.entry_points import CONTEXTS, EntryPoint
from psa_bridge.spec.roles import Argument, Tag

U8, U16, U32, U64 = (st.integers(0, 2**bits - 1) for bits in (8, 16, 32, 64))
SCALARS = {"uint16_t": U16, "uint32_t": U32, "uint64_t": U64, "size_t": U64}
DATA = st.binary(max_size=40)
ATTRIBUTES = st.builds(Attributes, U32, U32, U32, U32, U32, U16)
KDF_INPUTS = st.builds(
    KdfInputs, U32, st.lists(st.builds(KdfInput, U16, U16, DATA, st.none() | ATTRIBUTES, U64), max_size=4).map(tuple)
)
GIVEN = st.none() | DATA
PAKE_INPUTS = st.builds(PakeInputs, st.tuples(U32, U32, U32), U8, ATTRIBUTES, DATA, GIVEN, GIVEN, GIVEN)

STRATEGIES = {
    Tag.ATTRIBUTES: ATTRIBUTES,
    Tag.ATTRIBUTES_INOUT: ATTRIBUTES,
    Tag.INPUT: DATA,
    Tag.OUTPUT: st.integers(0, 64),
    Tag.FILL: st.integers(0, 64),
    Tag.SCALAR_OUT: U64,
    Tag.CUSTOM: U32,
    Tag.KDF_INPUTS: KDF_INPUTS,
    Tag.PAKE_INPUTS: PAKE_INPUTS,
}


def new_context(argument: Argument, size: int = 64) -> Context:
    """Fresh context memory."""
    return Context(ffi.new("uint8_t[]", size), CONTEXTS.index(str(argument.context)), size)


def strategy(argument: Argument) -> st.SearchStrategy[Any]:
    """Values for one argument."""
    tag = argument.role.tag
    if tag is Tag.CONTEXT:
        return st.builds(lambda: new_context(argument))
    return SCALARS[argument.parameters[0].core_type] if tag is Tag.SCALAR else STRATEGIES[tag]


def inputs_of(row: EntryPoint) -> st.SearchStrategy[list[Any]]:
    """Inputs for a row."""
    return st.tuples(*(strategy(argument) for argument in row.arguments)).map(list)


RESULTS = {
    Tag.ATTRIBUTES_INOUT: lambda given: ATTRIBUTES,
    Tag.OUTPUT: lambda given: st.binary(max_size=given),
    Tag.FILL: lambda given: st.binary(min_size=given, max_size=given),
    Tag.SCALAR_OUT: lambda given: U64,
}


def results_of(row: EntryPoint, inputs: list[Any]) -> st.SearchStrategy[dict[int, Any]]:
    """Results that fit a call."""
    return st.fixed_dictionaries(
        {
            position: RESULTS[argument.role.tag](inputs[position])
            for position, argument in enumerate(row.arguments)
            if argument.role.tag in RESULTS
        }
    )


def operands(row: EntryPoint, values: Any) -> list[Any]:
    """The C arguments of the typed call that an array of values stands for."""
    result: list[Any] = []
    for position, argument in enumerate(row.arguments):
        u = values[position].u
        tag = argument.role.tag
        if tag is Tag.INPUT:
            result += [u.input.data, u.input.length]
        elif tag is Tag.OUTPUT:
            result += [u.output.data, u.output.size, u.output.length]
        elif tag is Tag.FILL:
            result += [u.output.data, u.output.size]
        elif tag is Tag.CONTEXT:
            result.append(u.context.data)
        else:
            result.append(getattr(u, tag.value))
    return result


def comparable(inputs: list[Any]) -> list[Any]:
    """Inputs with contexts by address, for comparison."""
    return [(int(ffi.cast("uintptr_t", i.data)), i.kind) if isinstance(i, Context) else i for i in inputs]


def example(row: EntryPoint) -> list[Any]:
    """Fixed inputs for a row."""
    fixed: dict[Tag, Any] = {
        Tag.ATTRIBUTES: Attributes(),
        Tag.ATTRIBUTES_INOUT: Attributes(),
        Tag.INPUT: b"abc",
        Tag.OUTPUT: 8,
        Tag.FILL: 8,
        Tag.SCALAR: 1,
        Tag.SCALAR_OUT: 1,
        Tag.CUSTOM: None,
        Tag.KDF_INPUTS: None,
        Tag.PAKE_INPUTS: None,
    }
    return [new_context(a) if a.role.tag is Tag.CONTEXT else fixed[a.role.tag] for a in row.arguments]
