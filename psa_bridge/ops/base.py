"""What every family shares: bytes-like arguments without copies, output buffers, and the checked call."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from psa_bridge._native import CoreBase, KeyBase, address, ffi, lib, memory
from psa_bridge.attributes import KeyAttributes
from psa_bridge.errors import BadState, check

if TYPE_CHECKING:
    from typing_extensions import Buffer

    from psa_bridge.core import Core
    from psa_bridge.keys import Key


def view(data: Buffer, name: str) -> Any:
    """The memory of a bytes-like object, not copied, for a ``const uint8_t *`` parameter.

    Raises:
        TypeError: it is not bytes-like; ``name`` says which argument.
        ValueError: its memory is not contiguous.
    """
    try:
        return memory(data)
    except TypeError:
        hint = "; encode text first" if isinstance(data, str) else ""
        raise TypeError(f"{name} has to be a bytes-like object, not {type(data).__name__}{hint}") from None
    except (ValueError, BufferError) as error:
        raise ValueError(f"{name}: {error}") from None


def writable(out: Buffer, name: str = "out") -> Any:
    """The memory of a writable buffer.

    Raises:
        TypeError: it is no buffer, or a read-only one.
        ValueError: its memory is not contiguous.
    """
    try:
        return memory(out, writable=True)
    except TypeError:
        raise TypeError(f"{name} has to be a bytes-like object, not {type(out).__name__}") from None
    except BufferError as error:
        raise TypeError(f"{name} has to be a writable buffer, such as a bytearray: {error}") from None
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from None


def number(value: int, name: str, bits: int = 32) -> int:
    """An integer that fits the C type it is going to.

    Raises:
        TypeError: it is no integer.
        ValueError: it is out of range; ``name`` says which argument.
    """
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"{name} has to be an integer, not {type(value).__name__}")
    if not 0 <= value < 1 << bits:
        raise ValueError(f"{name} is {value}, which does not fit {bits} bits")
    return int(value)


class Native(CoreBase):
    """The C instance of a core and the ways to call it. Base of every family's mixin."""

    def _hold(self, instance: Any) -> None:
        """Set the instance, a ``psab_core_t *`` that frees itself; None to let go of it."""
        self._attach(instance, 0 if instance is None else address(instance))

    @property
    def native(self) -> Any:
        """The ``psab_core_t *``.

        Raises:
            BadState: the core was closed.
        """
        if self._instance is None:
            raise BadState("the core is closed")
        return self._instance

    def _run(self, function: str, *arguments: Any) -> None:
        """Call an API function on this core and raise what it returns."""
        check(getattr(lib, f"psab_{function}")(self.native, *arguments), f"psa_{function}")

    def _produce(self, function: str, size: int, out: Buffer | None, *arguments: Any, secret: bool = False) -> Any:
        """Call a function that ends in ``(output, output_size, *output_length)``.

        Without ``out`` the output comes back as bytes, from a buffer of ``size`` bytes that is
        wiped if it is ``secret``; with ``out`` it is written there and its length comes back.
        """
        length = ffi.new("size_t *")
        target = ffi.new("uint8_t[]", size) if out is None else writable(out)
        try:
            self._run(function, *arguments, target, len(target), length)
            return int(length[0]) if out is not None else bytes(ffi.buffer(target, length[0]))
        finally:
            if secret and out is None:
                ffi.buffer(target)[:] = bytes(size)

    def _create(self, function: str, *arguments: Any) -> Key:
        """Call a function that ends in ``psa_key_id_t *key``."""
        from psa_bridge.keys import Key  # noqa: PLC0415

        identifier = ffi.new("psa_key_id_t *")
        self._run(function, *arguments, identifier)
        return Key(core_of(self), identifier[0])

    def _key(self, key: Key | int, name: str = "key") -> int:
        """The identifier of a key of this core, given as an object or as its identifier.

        Raises:
            TypeError: it is neither; ``name`` says which argument.
            ValueError: it is a key of another core.
        """
        if isinstance(key, KeyBase) and key.core is not self:
            raise ValueError(f"{name} is a key of another core, and keys cannot be used outside of theirs")
        identifier = key.id if isinstance(key, KeyBase) else key
        if not isinstance(identifier, int) or isinstance(identifier, bool):
            raise TypeError(f"{name} has to be a Key or a key identifier, not {type(key).__name__}")
        return number(identifier, name)

    def _attributes(self, key: Key | int, name: str = "key") -> KeyAttributes:
        """The attributes of a key, from the object where it knows them."""
        from psa_bridge.keys import Key  # noqa: PLC0415

        identifier = self._key(key, name)
        return key.attributes if isinstance(key, Key) else Key(core_of(self), identifier).attributes


def in_c(attributes: KeyAttributes, name: str = "attributes") -> Any:
    """Key attributes as a new ``psa_key_attributes_t *``.

    Raises:
        TypeError: it is something else.
    """
    if not isinstance(attributes, KeyAttributes):
        raise TypeError(f"{name} has to be KeyAttributes, not {type(attributes).__name__}")
    return attributes.to_c()


def amount(size: int, name: str = "size") -> int:
    """A number of bytes.

    Raises:
        TypeError: it is no integer.
        ValueError: it is negative, or more than there can be; ``name`` says which argument.
    """
    if not isinstance(size, int) or isinstance(size, bool):
        raise TypeError(f"{name} has to be an integer, not {type(size).__name__}")
    if not 0 <= size < sys.maxsize:
        raise ValueError(f"{name} is {size}, which is {'negative' if size < 0 else 'more than there can be'}")
    return int(size)


def core_of(native: Native) -> Core:
    """The core that a mixin is part of."""
    from psa_bridge.core import Core  # noqa: PLC0415

    assert isinstance(native, Core)
    return native
