"""The core: an instance with its own keys, drivers, storage and operations."""

from __future__ import annotations

import atexit
import contextlib
import os
import weakref
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Any

from psa_bridge._native import ffi, lib
from psa_bridge.errors import BadState, check, error_from, settle
from psa_bridge.keys import Key
from psa_bridge.ops.aead import AuthenticatedCiphers
from psa_bridge.ops.agreement import Agreement
from psa_bridge.ops.asymmetric import AsymmetricEncryption
from psa_bridge.ops.base import number
from psa_bridge.ops.batch import Batches
from psa_bridge.ops.batch_aead import AeadBatches
from psa_bridge.ops.cipher import Ciphers
from psa_bridge.ops.compiled import quick
from psa_bridge.ops.derivation import Derivation
from psa_bridge.ops.files import Files
from psa_bridge.ops.hash import Hashing
from psa_bridge.ops.interchange import KeyImport
from psa_bridge.ops.mac import Authentication
from psa_bridge.ops.management import KeyManagement
from psa_bridge.ops.pake import PasswordExchange
from psa_bridge.ops.random import Random
from psa_bridge.ops.sign import Signing
from psa_bridge.ops.sign_parts import ContextSigning
from psa_bridge.ops.wrap import KeyTransport
from psa_bridge.ops.xof import ExtendableOutput
from psa_bridge.software.registration import register as register_software
from psa_bridge.trace import Counts, DriverCounts, Trace

if TYPE_CHECKING:
    from typing import TypeAlias

    from typing_extensions import Self

    from psa_bridge.attributes import KeyAttributes
    from psa_bridge.driver.bundle import Bundle, Image
    from psa_bridge.explain import Explanation
    from psa_bridge.python_driver import PythonDriver
    from psa_bridge.storage import MemoryStorage

    Loadable: TypeAlias = "str | os.PathLike[str] | Bundle | Image | PythonDriver | type[PythonDriver]"

_ERROR_SIZE = 1024


@dataclass(frozen=True)
class DriverInfo:
    """A driver of a core, as :attr:`Core.drivers` lists them.

    >>> from psa_bridge import Core
    >>> with Core() as core:
    ...     [driver.type for driver in core.drivers if driver.linked_in][:1]
    ['transparent']

    Attributes:
        name: its prefix.
        source: where its description came from.
        type: ``transparent`` or ``opaque``.
        location: where its keys are; 0 for a transparent driver.
        dialect: ``psa`` or ``mbedtls``.
        linked_in: whether it is part of the core.
    """

    name: str
    source: str
    type: str
    location: int
    dialect: str
    linked_in: bool


@dataclass(frozen=True)
class BuiltinKey:
    """A key that a secure element has from the start, for the ``builtin_keys`` of :class:`Core`. Section 9.7.

    Attributes:
        id: the identifier to give it, none of those that the core gives to volatile keys.
        lifetime: persistence and location, as :class:`~psa_bridge.constants.Lifetime`.
        slot: its number at the location.
    """

    id: int
    lifetime: int
    slot: int


@quick("core")
class Core(
    KeyManagement,
    KeyImport,
    Hashing,
    ExtendableOutput,
    Authentication,
    Ciphers,
    AuthenticatedCiphers,
    Signing,
    ContextSigning,
    AsymmetricEncryption,
    KeyTransport,
    Agreement,
    Derivation,
    PasswordExchange,
    Random,
    Files,
    Batches,
    AeadBatches,
):
    """An instance of the PSA Crypto API.

    Every function of the API is a method under its name without ``psa_``.  Calls are thread
    safe and release the GIL.  As a context manager it closes on exit.

    Args:
        drivers: what to load, in the order of preference, see :meth:`load`.
        software: whether the software drivers come last: the one that is linked in, and behind it one
            written in Python, for what the first lacks.
        storage: where persistent keys live; by default in memory, for as long as the core.
        builtin_keys: identifiers for keys that secure elements have from the start.

    Raises:
        TypeError: an argument is of the wrong kind; the text names it.
        AlreadyExists: two drivers have the same name or location.
        PsaError: the initialisation of a driver failed.

    >>> from psa_bridge import Alg, Core
    >>> with Core() as core:
    ...     core.hash_compute(Alg.SHA_256, b"abc").hex()[:16]
    'ba7816bf8f01cfea'
    """

    def __init__(
        self,
        *drivers: Loadable,
        software: bool = True,
        storage: MemoryStorage | None = None,
        builtin_keys: Iterable[BuiltinKey] = (),
    ) -> None:
        self._gone = "the core is closed"
        builtin = _checked(software, storage, builtin_keys)
        self._kept: list[Any] = [storage]
        self._images: list[Image] = []
        self._hold(_new(software, self._kept))
        _LIVE.add(self)
        try:
            if software:
                # A thread that waits for a driver written in Python must not have the interpreter.
                self._gives_way = int(lib.psab_core_driver_count(self.native)) == 0
                register_software(self.native)
            if storage is not None:
                pointer = ffi.new("psab_storage_t *", storage.native)
                check(lib.psab_core_set_storage(self.native, pointer), "psab_core_set_storage")
            self._set_builtin_keys(builtin)
            for driver in drivers:
                self.load(driver)
            self.crypto_init()
        except BaseException:
            self.close()
            raise

    def _set_builtin_keys(self, keys: tuple[BuiltinKey, ...]) -> None:
        if keys:
            entries = ffi.new("psab_builtin_key_t[]", [(key.id, key.lifetime, key.slot) for key in keys])
            check(lib.psab_core_set_builtin_keys(self.native, entries, len(keys)), "psab_core_set_builtin_keys")

    # Life

    def crypto_init(self) -> None:
        """Initialise the core and its drivers; done by the constructor. Section 8.2.2, psa_crypto_init.

        Raises:
            PsaError: the initialisation of a driver failed.
        """
        self._run("crypto_init")

    def close(self) -> None:
        """Destroy volatile keys, end operations and release the drivers; persistent keys stay in storage.

        Calls under way on other threads finish first.  Calling it again does nothing.
        """
        self._hold(None)
        _LIVE.discard(self)

    @property
    def closed(self) -> bool:
        """Whether the core was closed, or left behind in the parent by a fork."""
        return self._instance is None

    @property
    def native(self) -> Any:
        """The ``psab_core_t *``.

        Raises:
            BadState: the core was closed, or made before a fork.
        """
        instance = self._instance
        if instance is None:
            raise BadState(self._gone)
        return instance

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        if self.closed:
            return f"<Core: {self._gone}>"
        return f"<Core with {', '.join(driver.name for driver in self.drivers) or 'no drivers'}>"

    def __reduce__(self) -> str:
        raise TypeError("a core lives in its process and cannot be pickled; make one in each process")

    def _left_behind(self) -> None:
        """In the child of a fork: forget the instance without running anything of its drivers."""
        if self._instance is not None:
            ffi.gc(self._instance, None)
            self._hold(None)
            self._gone = (
                "the core was made before a fork: make a new Core in the child, keys and sessions do not follow"
            )

    # Drivers

    def load(self, driver: Loadable, *more: str | os.PathLike[str], **settings: Any) -> tuple[DriverInfo, ...]:
        """Add a driver, after those that are there and before the software driver.

        Args:
            driver: a description file, a bundle file (TOML), a directory with either, a
                :class:`~psa_bridge.driver.bundle.Bundle` or a built image of one, or a driver
                written in Python (:class:`~psa_bridge.python_driver.PythonDriver`).
            more: files that belong to the same bundle: descriptions, objects, archives, sources.
            settings: ``objects``, ``include``, ``defines`` and whatever else a bundle has, see
                :func:`psa_bridge.driver.bundle.load_bundle`.

        Returns:
            The drivers that it brought.

        Raises:
            FindingsError: the description or the objects have errors; all of them are listed.
            AlreadyExists: another driver has its name, or is at its location; only what is linked in can be
                loaded beside itself.
            TypeError: ``settings`` has a name that is none, or a value of the wrong kind.
            PsaError: its initialisation failed.
        """
        before = len(self.drivers)
        linked_in = sum(info.linked_in for info in self.drivers)
        python = _as_python_driver(driver)
        if python is not None:
            if settings or more:
                raise TypeError("a driver written in Python has no further files or settings")
            self._register(python)
        else:
            self._load_image(_image((driver, *more), settings))
        added = self.drivers
        return added[before - linked_in : len(added) - linked_in]

    def _register(self, driver: PythonDriver) -> None:
        from psa_bridge.python_driver import Registration  # noqa: PLC0415

        registration = Registration(driver)
        self._gives_way = True
        self._kept.append(registration)
        status = lib.psab_core_register(self.native, registration.description, registration.driver)
        check(status, "psab_core_register")

    def _load_image(self, image: Image) -> None:
        text = ffi.new("char[]", _ERROR_SIZE)
        own = image.private_copy() if str(image.path) in _OPENED else image
        _OPENED.add(str(own.path))
        status = lib.psab_core_load(self.native, str(own.path).encode(), text, _ERROR_SIZE)
        if own is not image:
            own.path.unlink()
        if status != 0:
            error = error_from(status, "psab_core_load")
            described = ", ".join(dict.fromkeys(driver.source for driver in image.drivers))
            error.detail = ffi.string(text).decode(errors="replace").replace(str(own.path), described)
            raise error
        self._images.append(image)

    @property
    def images(self) -> tuple[Image, ...]:
        """The images that were loaded; each knows its glue, its symbols and what was found when it was built."""
        return tuple(self._images)

    @property
    def drivers(self) -> tuple[DriverInfo, ...]:
        """The drivers, in the order in which they are asked."""
        return tuple(_driver_info(info) for info in self._driver_rows())

    def _driver_rows(self) -> Iterator[Any]:
        info = ffi.new("psab_driver_info_t *")
        for position in range(lib.psab_core_driver_count(self.native)):
            if lib.psab_core_driver_info(self.native, position, info):
                yield info

    # Seeing what happens

    def trace(self, capacity: int = 65536) -> Trace:
        """Record every call of a driver while a ``with`` block runs.

        Args:
            capacity: the most events that are kept, up to 2^24.

        Returns:
            The trace, a context manager and a sequence of :class:`TraceEvent`.

        Raises:
            RuntimeError: on entering it, another trace of this core is running.

        >>> from psa_bridge import Alg, Core
        >>> with Core() as core, core.trace() as events:
        ...     digest = core.hash_compute(Alg.SHA_256, b"abc")
        >>> events[0].mechanism
        'PSA_ALG_SHA_256'
        """
        return Trace(self, number(capacity, "capacity", 24))

    def explain(
        self, call: str, *, alg: int = 0, key: Key | int | None = None, attributes: KeyAttributes | None = None
    ) -> Explanation:
        """Who would serve a call, and why not the others, without making it.

        Args:
            call: an API function or an entry point, with or without ``psa_``.
            alg: the algorithm, if the call has one.
            key: a key of this core, if the call has one.
            attributes: in place of ``key``, the attributes of one.

        Returns:
            An explanation; ``str()`` of it is readable text.

        Raises:
            ValueError: there is no such call.
            InvalidHandle: the key does not exist.
        """
        from psa_bridge.explain import explain  # noqa: PLC0415

        if key is not None and attributes is not None:
            raise TypeError("explain takes either key or attributes")
        known = self._attributes(key) if key is not None else attributes
        return explain(self, call, number(alg, "alg"), known)

    @property
    def counts(self) -> Counts:
        """Calls by driver: served, fell back, refused; and those that the core refused itself."""
        drivers: dict[str, DriverCounts] = {}
        for info in self._driver_rows():
            name = ffi.string(info.name).decode()
            old, new = drivers.get(name, DriverCounts()), info.counts
            drivers[name] = DriverCounts(
                old.served + new.served,
                old.errors + new.errors,
                old.fell_back + new.fell_back,
                old.refused + new.refused,
            )
        return Counts(drivers, int(lib.psab_core_refused(self.native)))

    def reset_counts(self) -> None:
        """Set all counts to zero.

        Raises:
            BadState: the core is closed.
        """
        lib.psab_core_reset_counts(self.native)


def _driver_info(info: Any) -> DriverInfo:
    return DriverInfo(
        name=ffi.string(info.name).decode(),
        source=ffi.string(info.source).decode() if info.source != ffi.NULL else "",
        type="opaque" if info.type == lib.PSAB_DRIVER_OPAQUE else "transparent",
        location=int(info.location),
        dialect=ffi.string(info.dialect).decode() if info.dialect != ffi.NULL else "",
        linked_in=bool(info.linked_in),
    )


def _new(software: bool, kept: list[Any]) -> Any:
    """A new instance, freed when nobody uses it any more: not even a call on another thread."""
    instance = lib.psab_core_new() if software else lib.psab_core_new_without_software()
    if instance == ffi.NULL:
        raise MemoryError("no memory for a core")
    return ffi.gc(instance, _free(kept))


def _free(kept: list[Any]) -> Callable[[Any], None]:
    def free(instance: Any) -> None:
        lib.psab_core_free(instance)
        settle("psab_core_free")
        kept.clear()  # what the drivers were made of, which had to live until now

    return free


def _checked(software: object, storage: object, builtin_keys: object) -> tuple[BuiltinKey, ...]:
    """The arguments of a core that could be mistaken; the keys as a tuple."""
    if not isinstance(software, bool):
        raise TypeError(f"software has to be True or False, not {type(software).__name__}")
    if storage is not None and not isinstance(getattr(storage, "native", None), ffi.CData):
        raise TypeError(f"storage has to be a MemoryStorage or None, not {type(storage).__name__}")
    if not isinstance(builtin_keys, Iterable) or isinstance(builtin_keys, (str, bytes)):
        raise TypeError(f"builtin_keys has to be a list of BuiltinKey, not {type(builtin_keys).__name__}")
    keys = tuple(builtin_keys)
    for position, key in enumerate(keys):
        if not isinstance(key, BuiltinKey):
            raise TypeError(f"builtin_keys[{position}] has to be a BuiltinKey, not {type(key).__name__}")
        for name, bits in (("id", 32), ("lifetime", 32), ("slot", 64)):
            number(getattr(key, name), f"builtin_keys[{position}].{name}", bits)
    return keys


def _as_python_driver(driver: Loadable) -> PythonDriver | None:
    if isinstance(driver, (str, os.PathLike)):
        return None
    from psa_bridge.python_driver import PythonDriver  # noqa: PLC0415

    if isinstance(driver, type) and issubclass(driver, PythonDriver):
        return driver()
    if isinstance(driver, PythonDriver):
        return driver
    from psa_bridge.driver.bundle import Bundle, Image  # noqa: PLC0415

    if not isinstance(driver, (Bundle, Image)):
        raise TypeError(f"driver has to be a path, a Bundle, an Image or a PythonDriver, not {type(driver).__name__}")
    return None


def _image(what: tuple[Any, ...], settings: dict[str, Any]) -> Image:
    from psa_bridge.driver.arguments import NAMES  # noqa: PLC0415
    from psa_bridge.driver.bundle import Bundle, Image, build_image, load_bundle  # noqa: PLC0415
    from psa_bridge.driver.findings import did_you_mean  # noqa: PLC0415

    if len(what) == 1 and isinstance(what[0], (Bundle, Image)):
        if settings:
            raise TypeError(f"settings belong to the bundle, which is made already: {', '.join(settings)}")
        return what[0] if isinstance(what[0], Image) else build_image(what[0])
    for name in settings.keys() - set(NAMES):
        hint = did_you_mean(name, NAMES) or f"known are {', '.join(NAMES)}"
        raise TypeError(f"load has no setting {name!r}; {hint}")
    return build_image(load_bundle(*what, **settings))


_OPENED: set[str] = set()
"""Images that this process has loaded. A second core gets a copy: an image is one state."""


_LIVE: weakref.WeakSet[Core] = weakref.WeakSet()


@atexit.register
def _close_all() -> None:
    """Free instances while Python can still run: drivers may be written in it."""
    for core in list(_LIVE):
        core.close()


def _after_fork() -> None:
    for core in list(_LIVE):
        with contextlib.suppress(Exception):
            core._left_behind()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
