"""One line of progress on a terminal; nothing where standard error is not one."""

from __future__ import annotations

import os
import sys
from types import TracebackType
from typing import TYPE_CHECKING

from psa_bridge.cli.output import columns

if TYPE_CHECKING:
    from typing_extensions import Self

_BAR = 20


class Progress:
    """A line that is written over and over, and gone at the end. Call it with done, total and what is being done.

    It writes to standard error, so output that is piped elsewhere stays clean.
    """

    def __init__(self, title: str = "") -> None:
        self._title = f"{title} " if title else ""
        self._shown = False
        self._live = sys.stderr.isatty() and os.environ.get("TERM") != "dumb"

    def __call__(self, done: int, total: int, what: str) -> None:
        """Show that ``done`` of ``total`` steps are done, the last of them ``what``."""
        if not self._live:
            return
        if done >= total:
            self.clear()
            return
        filled = _BAR * done // max(total, 1)
        text = f"{self._title}[{'#' * filled}{'.' * (_BAR - filled)}] {done}/{total} {what}"
        width = columns() - 1
        print(f"\r\033[K{text[:width]}", end="", file=sys.stderr, flush=True)
        self._shown = True

    def clear(self) -> None:
        """Take the line away, before something else is printed."""
        if self._shown:
            print("\r\033[K", end="", file=sys.stderr, flush=True)
        self._shown = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.clear()
