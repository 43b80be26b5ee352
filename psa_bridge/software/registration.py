"""Putting the second software driver behind a core, without importing what it is made of."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from psa_bridge import packed
from psa_bridge._native import ffi, lib
from psa_bridge.errors import check
from psa_bridge.software.table import SUPPLEMENT, WHOLE, Offer, available
from psa_bridge.spec.entry_points import BY_NAME, CONTEXTS, IDS

if TYPE_CHECKING:
    from psa_bridge.python_driver import Registration

PREFIX = "pysoft"
"""The name of the driver."""


class _Description:
    """The C description of some capabilities, and the handler of their calls. One per process and kind."""

    def __init__(self, offers: Sequence[Offer]) -> None:
        self._offers = offers
        self._kept: list[Any] = []
        self._rows = ffi.new("psab_capability_t[]", len(offers))
        for row, offer in zip(self._rows, offers, strict=True):
            self._fill(row, offer)
        self._registration: Registration | None = None
        self._packed = packed.PackedDriver(self._handle)
        self.driver = self._packed.pointer
        self.pointer = ffi.new("psab_driver_description_t *")
        self.pointer.name, self.pointer.source = self._text(PREFIX), self._text("psa_bridge.software")
        self.pointer.dialect = self._text("psa")
        self.pointer.type = lib.PSAB_DRIVER_TRANSPARENT
        self.pointer.capabilities, self.pointer.capability_count = self._rows, len(offers)

    def _keep(self, cdata: Any) -> Any:
        self._kept.append(cdata)
        return cdata

    def _text(self, text: str) -> Any:
        return self._keep(ffi.new("char[]", text.encode()))

    def _array(self, ctype: str, items: Sequence[Any]) -> tuple[Any, int]:
        return (self._keep(ffi.new(f"{ctype}[]", list(items))), len(items)) if items else (ffi.NULL, 0)

    def _fill(self, row: Any, offer: Offer) -> None:
        row.ops = self._keep(ffi.new("psab_ops_t *"))
        ids = [IDS[name] for name in offer.entry_points]
        lib.psab_ops_select(row.ops, ffi.addressof(lib.psab_pack_ops), ids, len(ids))
        types = [(int(key_type), 0xFFFF) for key_type in (*offer.key_types, *offer.derived_types)]
        row.algorithms, row.algorithm_count = self._array("uint32_t", [int(alg) for alg in offer.algorithms])
        row.key_types, row.key_type_count = self._array("psab_key_type_spec_t", types)
        row.key_sizes, row.key_size_count = self._array("uint32_t", offer.key_sizes)
        row.flags = lib.PSAB_CAPABILITY_FALLBACK if offer.fallback else 0
        row.initial_entropy_size = offer.initial_entropy_size or 0
        for kind in {BY_NAME[name].context or "" for name in offer.entry_points} - {""}:
            row.context_sizes[CONTEXTS.index(kind)] = packed.HANDLE_SIZE

    def _handle(self, entry_point: int, values: Any, count: int) -> int:
        """The first call makes the driver."""
        if self._registration is None:
            from psa_bridge.python_driver import Registration  # noqa: PLC0415
            from psa_bridge.software.driver import make  # noqa: PLC0415

            self._registration = Registration(make(self._offers))
        return self._registration.handle(entry_point, values, count)


@cache
def _description(whole: bool) -> _Description | None:
    present = importlib.util.find_spec("cryptography") is not None
    return _Description(available(WHOLE if whole else SUPPLEMENT)) if present else None


def register(core: Any) -> None:
    """Make the driver the last of a core, a ``psab_core_t *`` with its linked-in drivers."""
    description = _description(int(lib.psab_core_driver_count(core)) == 0)
    if description is not None:
        status = lib.psab_core_register_last(core, description.pointer, description.driver)
        check(status, "psab_core_register_last")
