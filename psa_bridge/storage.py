"""Where persistent keys are kept."""

from __future__ import annotations

from typing import Any

from psa_bridge._native import ffi, lib


class MemoryStorage:
    """Records in memory, wiped when erased.

    It outlives the cores that use it: a second :class:`~psa_bridge.core.Core` over the same
    object finds the persistent keys of the first.

    >>> from psa_bridge import Core, KeyAttributes, KeyType, MemoryStorage, Usage
    >>> storage = MemoryStorage()
    >>> attributes = KeyAttributes(KeyType.RAW_DATA, usage=Usage.EXPORT, id=5, lifetime=1)
    >>> with Core(storage=storage) as core, core.import_key(attributes, b"kept"):
    ...     pass
    >>> with Core(storage=storage) as core:
    ...     core.key(5).export()
    b'kept'
    """

    def __init__(self) -> None:
        memory = lib.psab_memory_storage_new()
        if memory == ffi.NULL:
            raise MemoryError("no memory for a storage")
        self._memory = ffi.gc(memory, lib.psab_memory_storage_free)

    def __reduce__(self) -> str:
        raise TypeError("a storage holds keys, lives in its process, and cannot be pickled or copied")

    @property
    def native(self) -> Any:
        """The ``psab_storage_t`` for the core."""
        return lib.psab_memory_storage(self._memory)
