"""Who wants to know how far a build is. Nobody, unless somebody says so."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from typing import TypeAlias

Watcher: TypeAlias = Callable[[int, int, str], None]
"""Called with the steps done, the steps in all, and what was done last, on the thread that builds."""

_WATCHER: ContextVar[Watcher | None] = ContextVar("watcher", default=None)


@contextlib.contextmanager
def watching(watcher: Watcher) -> Iterator[None]:
    """Call ``watcher`` for builds in this context."""
    token = _WATCHER.set(watcher)
    try:
        yield
    finally:
        _WATCHER.reset(token)


def report(done: int, total: int, what: str) -> None:
    """Say how far a build is."""
    watcher = _WATCHER.get()
    if watcher is not None:
        watcher(done, total, what)
