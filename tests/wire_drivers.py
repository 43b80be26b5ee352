"""Drivers that tests serve from a child process, as ``wire_drivers:NAME``."""

from __future__ import annotations

import os
import signal
import sys
import time
from typing import Any

from psa_bridge import packed
from psa_bridge._native import ffi
from psa_bridge.spec.entry_points import ENTRY_POINTS, IDS, EntryPoint
from psa_bridge.spec.roles import Tag
from psa_bridge.wire.server import Served

EVERYTHING = range(len(ENTRY_POINTS))


def reflection(row: EntryPoint, inputs: list[Any]) -> dict[int, Any]:
    """Results that depend on every input, so that a lost or changed one shows."""
    plain = [item.handle if isinstance(item, packed.Context) else item for item in inputs]
    text = repr([item for item in plain if item is not None]).encode()
    results: dict[int, Any] = {}
    for position in packed.result_positions(row):
        tag = row.arguments[position].role.tag
        room = inputs[position]
        if tag is Tag.OUTPUT:
            results[position] = text[:room]
        elif tag is Tag.FILL:
            results[position] = (text * (room // len(text) + 1))[:room]
        elif tag is Tag.SCALAR_OUT:
            results[position] = len(text) ^ room
        else:
            results[position] = room._replace(bits=len(text))
    return results


def _reflect(entry_point: int, values: Any, count: int) -> int:
    row = packed.row_of(entry_point)
    packed.write(row, values, reflection(row, packed.read(row, values, count)))
    return 0


def _count(entry_point: int, values: Any, count: int) -> int:
    """Counts in the context how often it was used; fails when a scalar says so, leaving a mark."""
    row = packed.row_of(entry_point)
    inputs = packed.read(row, values, count)
    for item in inputs:
        if isinstance(item, packed.Context) and not item.is_null:
            item.handle += 1
    numbers = [item.handle for item in inputs if isinstance(item, packed.Context) and not item.is_null]
    outputs = {p: bytes(numbers)[: inputs[p]] for p in packed.result_positions(row) if isinstance(inputs[p], int)}
    if row.name == "hash_clone":
        return packed.NOT_SUPPORTED
    packed.write(row, values, outputs)
    return 0


def _misbehave(entry_point: int, values: Any, count: int) -> int:
    """What goes wrong depends on the algorithm of hash_compute."""
    alg = values[0].u.scalar
    if alg == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    elif alg == 2:
        time.sleep(60)
    elif alg == 3:
        os._exit(7)
    elif alg == 4:
        values[2].u.output.length[0] = values[2].u.output.size + 1
    elif alg == 5:
        raise ValueError("the key is secret")
    elif alg == 6:
        print("a driver that prints")
        sys.stdout.flush()
    elif alg == 7:
        ffi.memmove(values[2].u.output.data, b"left", 4)
        return -151
    return 0


reflecting = Served("reflecting", _reflect, EVERYTHING)
counting = Served("counting", _count, EVERYTHING, {0: 40})
misbehaving = Served("misbehaving", _misbehave, [IDS["hash_compute"]])
not_served = "this is not a driver"
