"""More of what can be done with a key, as methods of the key: contexts, parts, encryption, keys that travel."""

from __future__ import annotations

from typing import TYPE_CHECKING, overload

if TYPE_CHECKING:
    from typing_extensions import Buffer

    from psa_bridge.attributes import KeyAttributes
    from psa_bridge.core import Core
    from psa_bridge.keys import Key
    from psa_bridge.ops.sign_parts import SignOperation, VerifyOperation


class AsymmetricKeyOperations:
    """Operations of :class:`~psa_bridge.keys.Key`; errors are those of the core's methods."""

    __slots__ = ()
    core: Core
    id: int

    @overload
    def sign_message_with_context(self, alg: int, message: Buffer, context: Buffer, *, out: None = None) -> bytes: ...

    @overload
    def sign_message_with_context(self, alg: int, message: Buffer, context: Buffer, *, out: Buffer) -> int: ...

    def sign_message_with_context(
        self, alg: int, message: Buffer, context: Buffer, *, out: Buffer | None = None
    ) -> bytes | int:
        """The signature of a message under a context, see :meth:`Core.sign_message_with_context`."""
        if out is not None:
            return self.core.sign_message_with_context(self.id, alg, message, context, out=out)
        return self.core.sign_message_with_context(self.id, alg, message, context)

    def verify_message_with_context(self, alg: int, message: Buffer, context: Buffer, signature: Buffer) -> None:
        """Verify the signature of a message, see :meth:`Core.verify_message_with_context`."""
        self.core.verify_message_with_context(self.id, alg, message, context, signature)

    @overload
    def sign_hash_with_context(self, alg: int, digest: Buffer, context: Buffer, *, out: None = None) -> bytes: ...

    @overload
    def sign_hash_with_context(self, alg: int, digest: Buffer, context: Buffer, *, out: Buffer) -> int: ...

    def sign_hash_with_context(
        self, alg: int, digest: Buffer, context: Buffer, *, out: Buffer | None = None
    ) -> bytes | int:
        """The signature of a hash under a context, see :meth:`Core.sign_hash_with_context`."""
        if out is not None:
            return self.core.sign_hash_with_context(self.id, alg, digest, context, out=out)
        return self.core.sign_hash_with_context(self.id, alg, digest, context)

    def verify_hash_with_context(self, alg: int, digest: Buffer, context: Buffer, signature: Buffer) -> None:
        """Verify the signature of a hash, see :meth:`Core.verify_hash_with_context`."""
        self.core.verify_hash_with_context(self.id, alg, digest, context, signature)

    def sign_setup(self, alg: int) -> SignOperation:
        """Start signing a message in parts, see :meth:`Core.sign_setup`."""
        return self.core.sign_setup(self.id, alg)

    def verify_setup(self, alg: int, signature: Buffer) -> VerifyOperation:
        """Start verifying a message in parts, see :meth:`Core.verify_setup`."""
        return self.core.verify_setup(self.id, alg, signature)

    @overload
    def asymmetric_encrypt(self, alg: int, plaintext: Buffer, salt: Buffer = b"", *, out: None = None) -> bytes: ...

    @overload
    def asymmetric_encrypt(self, alg: int, plaintext: Buffer, salt: Buffer = b"", *, out: Buffer) -> int: ...

    def asymmetric_encrypt(
        self, alg: int, plaintext: Buffer, salt: Buffer = b"", *, out: Buffer | None = None
    ) -> bytes | int:
        """The ciphertext of a short message, see :meth:`Core.asymmetric_encrypt`."""
        if out is not None:
            return self.core.asymmetric_encrypt(self.id, alg, plaintext, salt, out=out)
        return self.core.asymmetric_encrypt(self.id, alg, plaintext, salt)

    @overload
    def asymmetric_decrypt(self, alg: int, ciphertext: Buffer, salt: Buffer = b"", *, out: None = None) -> bytes: ...

    @overload
    def asymmetric_decrypt(self, alg: int, ciphertext: Buffer, salt: Buffer = b"", *, out: Buffer) -> int: ...

    def asymmetric_decrypt(
        self, alg: int, ciphertext: Buffer, salt: Buffer = b"", *, out: Buffer | None = None
    ) -> bytes | int:
        """The plaintext of a ciphertext, see :meth:`Core.asymmetric_decrypt`."""
        if out is not None:
            return self.core.asymmetric_decrypt(self.id, alg, ciphertext, salt, out=out)
        return self.core.asymmetric_decrypt(self.id, alg, ciphertext, salt)

    @overload
    def wrap(self, alg: int, key: Key | int, *, out: None = None) -> bytes: ...

    @overload
    def wrap(self, alg: int, key: Key | int, *, out: Buffer) -> int: ...

    def wrap(self, alg: int, key: Key | int, *, out: Buffer | None = None) -> bytes | int:
        """Encrypt another key under this one, see :meth:`Core.wrap_key`."""
        if out is not None:
            return self.core.wrap_key(self.id, alg, key, out=out)
        return self.core.wrap_key(self.id, alg, key)

    def unwrap(self, attributes: KeyAttributes, alg: int, data: Buffer) -> Key:
        """Make a key from one that was wrapped with this one, see :meth:`Core.unwrap_key`."""
        return self.core.unwrap_key(attributes, self.id, alg, data)

    @overload
    def encapsulate(self, alg: int, attributes: KeyAttributes, *, out: None = None) -> tuple[Key, bytes]: ...

    @overload
    def encapsulate(self, alg: int, attributes: KeyAttributes, *, out: Buffer) -> tuple[Key, int]: ...

    def encapsulate(
        self, alg: int, attributes: KeyAttributes, *, out: Buffer | None = None
    ) -> tuple[Key, bytes] | tuple[Key, int]:
        """A fresh shared secret as a key, and its ciphertext, see :meth:`Core.encapsulate`."""
        if out is not None:
            return self.core.encapsulate(self.id, alg, attributes, out=out)
        return self.core.encapsulate(self.id, alg, attributes)

    def decapsulate(self, alg: int, ciphertext: Buffer, attributes: KeyAttributes) -> Key:
        """The shared secret of a ciphertext, as a key, see :meth:`Core.decapsulate`."""
        return self.core.decapsulate(self.id, alg, ciphertext, attributes)

    def key_agreement(self, peer_key: Buffer, alg: int, attributes: KeyAttributes) -> Key:
        """The shared secret with a peer, as a key, see :meth:`Core.key_agreement`."""
        return self.core.key_agreement(self.id, peer_key, alg, attributes)
