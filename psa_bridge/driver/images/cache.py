"""The cache of built images: what is still valid is found by stat and hash alone.

A record is stored under a key of everything that is known before a build (settings, inputs,
compiler, generator).  It lists every file that the build read, headers included, so that a
record is used only while all of them are unchanged.  Images and glue are stored under names
made of their content.  Every file is written beside its place and then renamed, so readers
and other writers never see half of one.  What nobody has used for a month goes.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from psa_bridge.driver.images.eviction import evict, used

VARIABLE = "PSA_BRIDGE_CACHE"
_FORMAT = 3
_TOKENS = re.compile(r"\$(ORIGIN|LIB|PLATFORM|\{)")


class CacheError(Exception):
    """Nothing can be kept in the cache directory."""


def _users_cache() -> Path:
    base = os.environ.get("XDG_CACHE_HOME")
    return Path(base) if base else Path.home() / ".cache"


def directory() -> Path:
    """The cache directory: ``PSA_BRIDGE_CACHE``, else the user's cache directory."""
    given = os.environ.get(VARIABLE)
    try:
        found = Path(given).expanduser() if given else _users_cache() / "psa_bridge"
    except RuntimeError as error:
        raise CacheError(f"the cache directory is not known: {error}") from error
    if _TOKENS.search(str(found)):
        raise CacheError(f"the cache directory {str(found)!r} has words in it that the dynamic linker replaces")
    return found


def digest(*parts: bytes | str) -> str:
    """A hash of parts, each with its length, so that boundaries count."""
    state = hashlib.sha256()
    for part in parts:
        data = part.encode("utf-8", "surrogateescape") if isinstance(part, str) else part
        state.update(len(data).to_bytes(8, "little"))
        state.update(data)
    return state.hexdigest()


def write_atomically(path: Path, data: bytes, mode: int = 0o644) -> None:
    """Write a file so that it is there completely or not at all."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=".new-", dir=path.parent)
    except OSError as error:
        raise CacheError(f"nothing can be written into {str(path.parent)!r}: {error.strerror}") from error
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
        Path(name).chmod(mode)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


class Files:
    """Stamps of files that a build read: size and time, and the content's hash where those differ."""

    @staticmethod
    def stamp(path: str) -> list[Any]:
        """What is remembered of a file."""
        status = Path(path).stat()
        return [path, status.st_size, status.st_mtime_ns, content_hash(path)]

    @staticmethod
    def unchanged(stamp: list[Any]) -> bool:
        """Whether the file still has the content that it had."""
        path, size, time, known = stamp
        try:
            status = Path(path).stat()
            if status.st_size != size:
                return False
            return bool(status.st_mtime_ns == time or content_hash(path) == known)
        except OSError:
            return False


def content_hash(path: str | Path) -> str:
    """A hash of a file's content."""
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()


class Cache:
    """A cache directory."""

    def __init__(self, root: Path | None = None) -> None:
        self.root = root if root is not None else directory()

    def load(self, key: str) -> dict[str, Any] | None:
        """The record of a key, if every file that it depends on is unchanged and its image exists."""
        path = self.root / "records" / f"{key}.json"
        try:
            record = json.loads(path.read_bytes())
        except (OSError, ValueError):
            return None
        try:
            fits = record["format"] == _FORMAT and all(Files.unchanged(stamp) for stamp in record["reads"])
            fits = fits and all(Files.unchanged(kept) for kept in record["keeps"])
        except (KeyError, TypeError, ValueError):  # not a record that this code wrote
            return None
        if fits:
            used(path)
        return record if fits else None

    def store(
        self, key: str, record: dict[str, Any], reads: Iterable[str], keeps: Iterable[Path], started: int
    ) -> None:
        """Remember a build: its record, the files it read, and the files that it must still find later.

        A file that has changed since ``started`` (in ns), or cannot be found again, may not be
        the one that the build read, so such a build is not remembered.
        """
        try:
            stamps = [Files.stamp(path) for path in sorted(set(reads))]
        except OSError:
            return
        if any(stamp[2] > started for stamp in stamps):
            return
        whole = {
            **record,
            "format": _FORMAT,
            "reads": stamps,
            "keeps": [Files.stamp(str(path)) for path in keeps],
        }
        write_atomically(self.root / "records" / f"{key}.json", json.dumps(whole, indent=1).encode())
        evict(self.root)

    def keep(self, kind: str, name: str, suffix: str, data: bytes) -> Path:
        """Store data under a name made of its content; returns the path."""
        path = self.root / kind / f"{name}-{digest(data)[:20]}{suffix}"
        if not path.is_file() or path.read_bytes() != data:
            write_atomically(path, data, 0o755 if suffix.startswith(".so") else 0o644)
        return path

    def workspace(self) -> tempfile.TemporaryDirectory[str]:
        """A directory for intermediate files, on the same file system."""
        base = self.root / "work"
        try:
            base.mkdir(parents=True, exist_ok=True)
            return tempfile.TemporaryDirectory(prefix="build-", dir=base)
        except OSError as error:
            raise CacheError(f"nothing can be written into {str(base)!r}: {error.strerror}") from error
