"""Tests may run in several processes: what they build into a shared folder is built by one at a time."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold a folder, made if it is not there, against other processes."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield


def own(folder: Path) -> Path:
    """A folder of this process below a shared one; the same in the next run."""
    return folder / os.environ.get("PYTEST_XDIST_WORKER", "main")
