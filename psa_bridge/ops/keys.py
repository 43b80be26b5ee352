"""What can be done with a key, as methods of the key. Each calls the core's method of the API function."""

from __future__ import annotations

from typing import TYPE_CHECKING, overload

if TYPE_CHECKING:
    from typing_extensions import Buffer

    from psa_bridge.attributes import KeyAttributes
    from psa_bridge.core import Core
    from psa_bridge.keys import Key
    from psa_bridge.ops.aead import AeadOperation
    from psa_bridge.ops.cipher import CipherOperation
    from psa_bridge.ops.mac import MacOperation


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

    @overload
    def mac_compute(self, alg: int, data: Buffer, *, out: None = None) -> bytes: ...

    @overload
    def mac_compute(self, alg: int, data: Buffer, *, out: Buffer) -> int: ...

    def mac_compute(self, alg: int, data: Buffer, *, out: Buffer | None = None) -> bytes | int:
        """The MAC of a message, see :meth:`Core.mac_compute`."""
        if out is not None:
            return self.core.mac_compute(self.id, alg, data, out=out)
        return self.core.mac_compute(self._key, alg, data)

    def mac_verify(self, alg: int, data: Buffer, mac: Buffer) -> None:
        """Verify the MAC of a message, see :meth:`Core.mac_verify`."""
        self.core.mac_verify(self.id, alg, data, mac)

    def mac_sign_setup(self, alg: int) -> MacOperation:
        """Start to compute a MAC in parts, see :meth:`Core.mac_sign_setup`."""
        return self.core.mac_sign_setup(self.id, alg)

    def mac_verify_setup(self, alg: int) -> MacOperation:
        """Start to verify a MAC in parts, see :meth:`Core.mac_verify_setup`."""
        return self.core.mac_verify_setup(self.id, alg)

    @overload
    def cipher_encrypt(self, alg: int, plaintext: Buffer, *, out: None = None) -> bytes: ...

    @overload
    def cipher_encrypt(self, alg: int, plaintext: Buffer, *, out: Buffer) -> int: ...

    def cipher_encrypt(self, alg: int, plaintext: Buffer, *, out: Buffer | None = None) -> bytes | int:
        """Encrypt a text with a random IV, see :meth:`Core.cipher_encrypt`."""
        if out is not None:
            return self.core.cipher_encrypt(self.id, alg, plaintext, out=out)
        return self.core.cipher_encrypt(self._key, alg, plaintext)

    @overload
    def cipher_decrypt(self, alg: int, ciphertext: Buffer, *, out: None = None) -> bytes: ...

    @overload
    def cipher_decrypt(self, alg: int, ciphertext: Buffer, *, out: Buffer) -> int: ...

    def cipher_decrypt(self, alg: int, ciphertext: Buffer, *, out: Buffer | None = None) -> bytes | int:
        """Decrypt a text that begins with its IV, see :meth:`Core.cipher_decrypt`."""
        if out is not None:
            return self.core.cipher_decrypt(self.id, alg, ciphertext, out=out)
        return self.core.cipher_decrypt(self.id, alg, ciphertext)

    def cipher_encrypt_setup(self, alg: int) -> CipherOperation:
        """Start to encrypt in parts, see :meth:`Core.cipher_encrypt_setup`."""
        return self.core.cipher_encrypt_setup(self.id, alg)

    def cipher_decrypt_setup(self, alg: int) -> CipherOperation:
        """Start to decrypt in parts, see :meth:`Core.cipher_decrypt_setup`."""
        return self.core.cipher_decrypt_setup(self.id, alg)

    @overload
    def aead_encrypt(
        self, alg: int, nonce: Buffer, additional_data: Buffer, plaintext: Buffer, *, out: None = None
    ) -> bytes: ...

    @overload
    def aead_encrypt(
        self, alg: int, nonce: Buffer, additional_data: Buffer, plaintext: Buffer, *, out: Buffer
    ) -> int: ...

    def aead_encrypt(
        self, alg: int, nonce: Buffer, additional_data: Buffer, plaintext: Buffer, *, out: Buffer | None = None
    ) -> bytes | int:
        """Encrypt and authenticate a text, see :meth:`Core.aead_encrypt`."""
        if out is not None:
            return self.core.aead_encrypt(self.id, alg, nonce, additional_data, plaintext, out=out)
        return self.core.aead_encrypt(self._key, alg, nonce, additional_data, plaintext)

    @overload
    def aead_decrypt(
        self, alg: int, nonce: Buffer, additional_data: Buffer, ciphertext: Buffer, *, out: None = None
    ) -> bytes: ...

    @overload
    def aead_decrypt(
        self, alg: int, nonce: Buffer, additional_data: Buffer, ciphertext: Buffer, *, out: Buffer
    ) -> int: ...

    def aead_decrypt(
        self, alg: int, nonce: Buffer, additional_data: Buffer, ciphertext: Buffer, *, out: Buffer | None = None
    ) -> bytes | int:
        """Decrypt a text and check that it is genuine, see :meth:`Core.aead_decrypt`."""
        if out is not None:
            return self.core.aead_decrypt(self.id, alg, nonce, additional_data, ciphertext, out=out)
        return self.core.aead_decrypt(self.id, alg, nonce, additional_data, ciphertext)

    def aead_encrypt_setup(self, alg: int) -> AeadOperation:
        """Start to encrypt in parts, see :meth:`Core.aead_encrypt_setup`."""
        return self.core.aead_encrypt_setup(self.id, alg)

    def aead_decrypt_setup(self, alg: int) -> AeadOperation:
        """Start to decrypt in parts, see :meth:`Core.aead_decrypt_setup`."""
        return self.core.aead_decrypt_setup(self.id, alg)

    @property
    def _key(self) -> Key:
        from psa_bridge.keys import Key  # noqa: PLC0415

        assert isinstance(self, Key)
        return self
