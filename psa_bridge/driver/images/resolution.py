"""Who supplies each symbol: the driver's own objects, core services, companion libraries, the system.

The same order as the linker will follow.  Archives are searched through their indices, so
only the members that are really needed are read.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from psa_bridge.driver.images.elf import MAGIC
from psa_bridge.driver.images.symbols import (
    ARCHIVE_MAGIC,
    SHARED,
    NotAnObjectError,
    ObjectFile,
    archive_index,
    archive_members,
    read_object,
)

OWN = "own objects"
SERVICE = "core services"
COMPANION = "companion library"
SYSTEM = "system"
GLUE = "glue"


class BadMemberError(Exception):
    """A member of an archive that is needed is no object; ``path``, ``member`` and what it is instead."""

    def __init__(self, path: Path, member: str, what: str) -> None:
        super().__init__(what)
        self.path, self.member = path, member


@dataclass
class Archive:
    """An archive whose members are read when they are needed."""

    path: Path
    index: dict[str, int]
    _members: dict[int, tuple[str, bytes]] = field(repr=False, default_factory=dict)
    _read: dict[int, ObjectFile] = field(repr=False, default_factory=dict)
    _pulled: set[int] = field(default_factory=set, repr=False)

    @classmethod
    def open(cls, path: Path) -> Archive:
        """Read the index; an archive without one is indexed here."""
        data = path.read_bytes()
        members = {offset: (name, content) for name, offset, content in archive_members(data)}
        index = {symbol: offset for symbol, offset in archive_index(data).items() if offset in members}
        if not index:
            for offset, (name, content) in members.items():
                if content[:4] == MAGIC:
                    for symbol in read_object(path, content, name).defined:
                        index.setdefault(symbol, offset)
        return cls(path, index, members)

    def reset(self) -> None:
        """Forget what was pulled."""
        self._pulled.clear()

    def pull(self, symbol: str) -> ObjectFile | None:
        """The member that defines a symbol, unless it was pulled before."""
        offset = self.index[symbol]
        if offset in self._pulled:
            return None
        self._pulled.add(offset)
        if offset not in self._read:
            name, content = self._members[offset]
            try:
                self._read[offset] = read_object(self.path, content, name)
            except NotAnObjectError as error:
                raise BadMemberError(self.path, name, str(error)) from error
        return self._read[offset]


@dataclass(frozen=True)
class Supplier:
    """Where a symbol comes from: a kind, and the object or library."""

    kind: str
    name: str


@dataclass
class Resolution:
    """The outcome. ``wanted_by`` names the first object that needs each symbol."""

    suppliers: dict[str, Supplier] = field(default_factory=dict)
    wanted_by: dict[str, str] = field(default_factory=dict)
    wanted_by_own: set[str] = field(default_factory=set)
    services: tuple[str, ...] = ()
    pulled: list[ObjectFile] = field(default_factory=list)
    weaken: dict[Path, tuple[str, ...]] = field(default_factory=dict)

    @property
    def system(self) -> tuple[str, ...]:
        """What is left for the system's libraries, or for nobody."""
        return tuple(name for name, supplier in self.suppliers.items() if supplier.kind == SYSTEM)


def is_archive(path: Path) -> bool:
    """Whether a file is an archive, by its first bytes."""
    try:
        with path.open("rb") as stream:
            return stream.read(len(ARCHIVE_MAGIC)) == ARCHIVE_MAGIC
    except OSError:
        return False


class Resolver:
    """Follows undefined symbols through everything that a bundle brings."""

    def __init__(
        self,
        objects: Sequence[ObjectFile],
        own_archives: Sequence[Archive],
        companions: Sequence[Archive | ObjectFile],
        offers: Callable[[str], bool],
    ) -> None:
        self._objects = [o for o in objects if o.kind != SHARED]
        self._own_shared = [o for o in objects if o.kind == SHARED]
        self._own_archives = own_archives
        self._companions = companions
        self._offers = offers
        self._queue: deque[tuple[str, str, bool]] = deque()
        self._defined: dict[str, Supplier] = {}
        self._result = Resolution()
        self._services: set[str] = set()

    def run(self, glue_wants: Iterable[str]) -> Resolution:
        """Resolve what the objects and the glue leave undefined."""
        for shared in self._own_shared:
            self._want(shared, own=True)
        for companion in self._companions:
            if isinstance(companion, ObjectFile):
                self._queue.extend((name, companion.name, False) for name in companion.undefined if self._offers(name))
        for one in self._objects:
            self._add(one, OWN)
        self._queue.extend((name, GLUE, True) for name in glue_wants)
        while self._queue:
            name, wanting, own = self._queue.popleft()
            self._result.wanted_by.setdefault(name, wanting)
            if own and wanting != GLUE:
                self._result.wanted_by_own.add(name)
            if name not in self._result.suppliers:
                self._result.suppliers[name] = self._supply(name)
        self._result.services = tuple(sorted(self._services))
        self._find_doubles()
        return self._result

    def _add(self, one: ObjectFile, kind: str) -> None:
        for name in one.defined:
            self._defined.setdefault(name, Supplier(kind, one.name))
        self._want(one, kind == OWN)

    def _want(self, one: ObjectFile, own: bool) -> None:
        self._queue.extend((name, one.name, own) for name, weak in one.undefined.items() if not weak and name)

    def _supply(self, name: str) -> Supplier:
        """The first that has a symbol: own objects, core services, companions; the system is left to the linker."""
        found = self._defined.get(name)
        if found and found.kind == OWN:
            return found
        own = self._in_libraries(name, [*self._own_archives, *self._own_shared], OWN)
        if own is None and self._offers(name):
            self._services.add(name)
            return Supplier(SERVICE, "psa_bridge")
        return own or found or self._in_libraries(name, self._companions, COMPANION) or Supplier(SYSTEM, "")

    def _in_libraries(self, name: str, libraries: Sequence[Archive | ObjectFile], kind: str) -> Supplier | None:
        for library in libraries:
            if isinstance(library, Archive):
                if name in library.index:
                    return self._pull(library, name, kind)
            elif name in library.defined:
                return Supplier(kind, library.name)
        return None

    def _pull(self, archive: Archive, name: str, kind: str) -> Supplier:
        member = archive.pull(name)
        if member is not None:
            self._result.pulled.append(member)
            self._add(member, kind)
        return self._defined.get(name, Supplier(kind, archive.path.name))

    def _find_doubles(self) -> None:
        """Symbols of companion archives that must give way to own objects and services."""
        taken = self._services | {name for name, supplier in self._defined.items() if supplier.kind == OWN}
        for companion in self._companions:
            if isinstance(companion, Archive):
                doubles = tuple(sorted(taken.intersection(companion.index)))
                if doubles:
                    self._result.weaken[companion.path] = doubles
