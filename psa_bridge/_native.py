"""The one module that imports the compiled core. Everything else gets ``ffi`` and ``lib`` from here."""

from __future__ import annotations

from typing import Any

try:
    from psa_bridge import _core
except ImportError as error:
    raise ImportError(
        f"the compiled core psa_bridge._core cannot be loaded ({error}); build it with 'make build', "
        "or install with 'pip install -e .', which needs a C compiler and the Python headers"
    ) from error

ffi: Any = _core.ffi
"""The cffi interface: types are those of csrc/include, no stubs exist for them."""

lib: Any = _core.lib
"""The functions and constants of the core."""
