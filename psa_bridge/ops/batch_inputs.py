"""The inputs of a batch, and the call that takes them into C."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from psa_bridge._native import batch_function
from psa_bridge.errors import PsaError, check
from psa_bridge.ops.base import Native, number, view, writable

if TYPE_CHECKING:
    from typing import TypeAlias

    from typing_extensions import Buffer

    from psa_bridge.keys import Key

    Many: TypeAlias = "Iterable[Buffer] | Buffer"


@dataclass(frozen=True)
class Input:
    """An input of a batch: what it is called, and what C gets: the objects, and the distance of the messages."""

    name: str
    objects: Any
    stride: int

    @property
    def count(self) -> int:
        """How many messages it has."""
        return len(self.objects) if self.stride < 0 else memoryview(self.objects).nbytes // self.stride


_TOGETHER = -1
"""The stride of a sequence."""


def _is_buffer(given: Any) -> bool:
    try:
        memoryview(given)
    except TypeError:
        return False
    return True


def _sequence(given: Any, name: str) -> Input:
    if isinstance(given, str):
        raise TypeError(f"{name} has to be a sequence of bytes-like objects, not str; encode text first")
    try:
        return Input(name, tuple(given), _TOGETHER)
    except TypeError:
        kind = type(given).__name__
        raise TypeError(f"{name} has to be a sequence of bytes-like objects, not {kind}") from None


def messages_of(given: Any, name: str, size: int | None) -> Input:
    """The messages, which say how many there are."""
    if not _is_buffer(given):
        if size is not None:
            raise TypeError(f"size is for one bytes-like object that holds all {name}")
        return _sequence(given, name)
    if size is None:
        raise TypeError(f"{name} is one bytes-like object: say with size how long each message in it is")
    if number(size, "size", 63) == 0:
        raise ValueError("size is 0: give messages without content as a sequence")
    length = len(view(given, name))
    if length % size:
        raise ValueError(f"{name} has {length} bytes, which is no multiple of {size}")
    return Input(name, given, size)


def beside(given: Any, name: str, count: int) -> Input:
    """What goes with the messages, one each."""
    if not _is_buffer(given):
        found = _sequence(given, name)
        if len(found.objects) != count:
            raise ValueError(f"{name} has {len(found.objects)} items for {count} messages")
        return found
    length = len(view(given, name))
    if count == 0 or length == 0 or length % count:
        raise ValueError(f"{name} has {length} bytes, which are no equal parts for {count} messages")
    return Input(name, given, length // count)


def shared(given: Any, name: str, count: int) -> Input:
    """What goes with all the messages, if it is one bytes-like object; else one each."""
    return Input(name, given, 0) if _is_buffer(given) else beside(given, name, count)


class BatchCalls(Native):
    """What all batches share."""

    def _keyed(self, key: Key | int, alg: int) -> tuple[int, int]:
        """The two numbers that most batches have for all messages."""
        return self._key(key), number(alg, "alg")

    def _batch(self, function: str, scalars: tuple[int, ...], count: int, inputs: list[Input], *out: Any) -> Any:
        self.native  # noqa: B018 - says what is wrong with a core that is closed
        if out and out[0] is not None:
            writable(out[0])
        given = [part for one in inputs for part in (one.objects, one.stride)]
        try:
            status, index, results = batch_function(function)(self, count, *scalars, *given, *out)
        except (TypeError, ValueError, BufferError):
            _find_wrong(inputs)
            raise
        try:
            check(status, f"psa_{function}")
        except PsaError as error:
            error.index = index
            raise
        except Exception as error:
            if hasattr(error, "add_note"):
                error.add_note(f"in the call for item {index} of a batch")
            raise
        return results


def _find_wrong(inputs: list[Input]) -> None:
    """Raise what is wrong with an input that C could not read, by its name and place."""
    for one in inputs:
        if one.stride >= 0:
            view(one.objects, one.name)
            continue
        for i, item in enumerate(one.objects):
            view(item, f"{one.name}[{i}]")
