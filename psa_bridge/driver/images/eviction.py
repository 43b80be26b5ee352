"""What leaves the cache: what nobody has used for a month, looked at once a day at most, after a build."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

_DAY = 86400.0
_MONTH = 30 * _DAY


def used(record: Path) -> None:
    """Note that a record was used, to the day."""
    with contextlib.suppress(OSError):
        if record.stat().st_mtime < time.time() - _DAY:
            os.utime(record)


def evict(root: Path) -> None:
    """Remove old records of a cache directory, images and glue that no other record has, and what a dead build left."""
    mark = root / "evicted"
    now = time.time()
    with contextlib.suppress(OSError):
        if mark.is_file() and mark.stat().st_mtime > now - _DAY:
            return
        mark.touch()
        kept = set(_needed(root / "records", now - _MONTH))
        for kind in ("images", "glue", "objects"):
            for path in _older(root / kind, now - _MONTH):
                if str(path) not in kept:
                    path.unlink(missing_ok=True)
        for kind, limit in (("work", now - _DAY), ("library", now - _MONTH)):
            for path in _older(root / kind, limit):
                shutil.rmtree(path, ignore_errors=True)


def _older(directory: Path, limit: float) -> Iterator[Path]:
    """What lies in a directory and was last changed before a time."""
    for path in sorted(directory.iterdir()) if directory.is_dir() else ():
        with contextlib.suppress(OSError):
            if path.stat().st_mtime < limit:
                yield path


def _needed(records: Path, limit: float) -> Iterator[str]:
    """The files of the records that stay; the others go."""
    for path in _older(records, limit):
        path.unlink(missing_ok=True)
    for path in records.glob("*.json"):
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            yield from (str(stamp[0]) for stamp in json.loads(path.read_bytes())["keeps"])
