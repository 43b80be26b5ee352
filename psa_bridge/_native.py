"""The one module that imports the compiled core. Everything else gets ``ffi`` and ``lib`` from here."""

from __future__ import annotations

import weakref
from typing import Any

try:
    from psa_bridge import _core
except ImportError as error:
    raise ImportError(
        f"the compiled core psa_bridge._core cannot be loaded ({error}); build it with 'make build', "
        "or install with 'pip install -e .', which needs a C compiler and the Python headers"
    ) from error

if _core.lib.psab_python_install() != 0:
    raise ImportError("the compiled methods of psa_bridge._core cannot be made known to this interpreter")

ffi: Any = _core.ffi
"""The cffi interface: types are those of csrc/include, no stubs exist for them."""

lib: Any = _core.lib
"""The functions and constants of the core."""

CoreBase = _core.CoreBase
"""Below Core: the instance, as compiled methods see it."""

KeyBase = _core.KeyBase
"""Below Key: the core and the identifier."""

OperationBase = _core.OperationBase
"""Below multi-part operations: the core and the structure in C."""

compiled, compiled_names = _core.compiled, _core.compiled_names
raise_with, recognise, report_unraisable = _core.raise_with, _core.recognise, _core.report_unraisable


def batch_function(name: str) -> Any:
    """The form for many messages of an API function, without ``psa_``; see csrc/python/batch.h."""
    return getattr(_core, f"batch_{name}")


def address(pointer: Any) -> int:
    """Where a pointer of the interface points to."""
    return int(ffi.cast("uintptr_t", pointer))


_PINNED: dict[int, tuple[weakref.ref[Any], memoryview]] = {}
"""Views that the interface has the memory of, each until it is given back."""


def _unpin(pin: weakref.ref[Any]) -> None:
    del _PINNED[id(pin)]


def memory(data: Any, *, writable: bool = False) -> Any:
    """The memory of a bytes-like object as a ``uint8_t[]``, not copied.

    A memoryview crashes the interpreter if the garbage collector clears it while somebody has its memory, as the frames
    of an exception may.  So a view of its own is held here, which the collector leaves alone, until the memory is given
    back.

    Raises:
        TypeError, ValueError, BufferError: as of ``ffi.from_buffer``.
    """
    own = memoryview(data) if isinstance(data, memoryview) else data
    made = ffi.from_buffer("uint8_t[]", own, require_writable=writable)
    if own is not data:
        pin = weakref.ref(made, _unpin)
        _PINNED[id(pin)] = pin, own
    return made
