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

from psa_bridge.packed.arguments import Arguments
from psa_bridge.packed.callback import Handler, PackedDriver, status_of, store_exception, take_exception
from psa_bridge.packed.forms import (
    BUFFER_TOO_SMALL,
    CORRUPTION_DETECTED,
    GENERIC_ERROR,
    HANDLE_SIZE,
    INSUFFICIENT_MEMORY,
    INVALID_ARGUMENT,
    NOT_SUPPORTED,
    Attributes,
    Context,
    KdfInput,
    KdfInputs,
    PackedError,
    PakeInputs,
)
from psa_bridge.packed.values import (
    RESULT_TAGS,
    read,
    read_attributes,
    read_bytes,
    result_positions,
    row_of,
    shown,
    write,
    write_attributes,
)

__all__ = [
    "BUFFER_TOO_SMALL",
    "CORRUPTION_DETECTED",
    "GENERIC_ERROR",
    "HANDLE_SIZE",
    "INSUFFICIENT_MEMORY",
    "INVALID_ARGUMENT",
    "NOT_SUPPORTED",
    "RESULT_TAGS",
    "Arguments",
    "Attributes",
    "Context",
    "Handler",
    "KdfInput",
    "KdfInputs",
    "PackedDriver",
    "PackedError",
    "PakeInputs",
    "read",
    "read_attributes",
    "read_bytes",
    "result_positions",
    "row_of",
    "shown",
    "status_of",
    "store_exception",
    "take_exception",
    "write",
    "write_attributes",
]
