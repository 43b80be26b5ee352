"""What can be done with a key, as methods of the key. Each calls the core's method of the API function."""

from __future__ import annotations

from typing import TYPE_CHECKING, overload

if TYPE_CHECKING:
    from typing_extensions import Buffer

    from psa_bridge.attributes import KeyAttributes
    from psa_bridge.core import Core
    from psa_bridge.keys import Key


class KeyOperations:
    """The operations of :class:`~psa_bridge.keys.Key`; errors are those of the core's methods."""

    __slots__ = ()
    core: Core
    id: int

    @overload
    def export(self, *, out: None = None) -> bytes: ...

    @overload
    def export(self, *, out: Buffer) -> int: ...

    def export(self, *, out: Buffer | None = None) -> bytes | int:
        """The key in binary form, see :meth:`Core.export_key`."""
        return self.core.export_key(self.id, out=out) if out is not None else self.core.export_key(self._key)

    @overload
    def export_public(self, *, out: None = None) -> bytes: ...

    @overload
    def export_public(self, *, out: Buffer) -> int: ...

    def export_public(self, *, out: Buffer | None = None) -> bytes | int:
        """The public key in binary form, see :meth:`Core.export_public_key`."""
        if out is not None:
            return self.core.export_public_key(self.id, out=out)
        return self.core.export_public_key(self._key)

    def copy(self, attributes: KeyAttributes) -> Key:
        """A second key with the same material, see :meth:`Core.copy_key`."""
        return self.core.copy_key(self.id, attributes)

    def destroy(self) -> None:
        """Erase the key, see :meth:`Core.destroy_key`."""
        self.core.destroy_key(self.id)

    def purge(self) -> None:
        """Drop the copy in memory of a persistent key, see :meth:`Core.purge_key`."""
        self.core.purge_key(self.id)

    def check_usage(self, alg: int, usage: int) -> None:
        """Ask whether the key could be used for something, see :meth:`Core.check_key_usage`."""
        self.core.check_key_usage(self.id, alg, usage)

    @overload
    def sign_message(self, alg: int, message: Buffer, *, out: None = None) -> bytes: ...

    @overload
    def sign_message(self, alg: int, message: Buffer, *, out: Buffer) -> int: ...

    def sign_message(self, alg: int, message: Buffer, *, out: Buffer | None = None) -> bytes | int:
        """The signature of a message, see :meth:`Core.sign_message`."""
        return self.core._sign("sign_message", self._key, alg, message, out)

    def verify_message(self, alg: int, message: Buffer, signature: Buffer) -> None:
        """Verify the signature of a message, see :meth:`Core.verify_message`."""
        self.core.verify_message(self.id, alg, message, signature)

    @overload
    def sign_hash(self, alg: int, digest: Buffer, *, out: None = None) -> bytes: ...

    @overload
    def sign_hash(self, alg: int, digest: Buffer, *, out: Buffer) -> int: ...

    def sign_hash(self, alg: int, digest: Buffer, *, out: Buffer | None = None) -> bytes | int:
        """The signature of a hash, see :meth:`Core.sign_hash`."""
        return self.core._sign("sign_hash", self._key, alg, digest, out)

    def verify_hash(self, alg: int, digest: Buffer, signature: Buffer) -> None:
        """Verify the signature of a hash, see :meth:`Core.verify_hash`."""
        self.core.verify_hash(self.id, alg, digest, signature)

    @overload
    def raw_key_agreement(self, alg: int, peer_key: Buffer, *, out: None = None) -> bytes: ...

    @overload
    def raw_key_agreement(self, alg: int, peer_key: Buffer, *, out: Buffer) -> int: ...

    def raw_key_agreement(self, alg: int, peer_key: Buffer, *, out: Buffer | None = None) -> bytes | int:
        """The shared secret with a peer, see :meth:`Core.raw_key_agreement`."""
        if out is not None:
            return self.core.raw_key_agreement(alg, self.id, peer_key, out=out)
        return self.core.raw_key_agreement(alg, self._key, peer_key)

    @property
    def _key(self) -> Key:
        from psa_bridge.keys import Key  # noqa: PLC0415

        assert isinstance(self, Key)
        return self
