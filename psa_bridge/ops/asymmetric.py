"""Asymmetric encryption. Section 10.10 of the PSA Crypto API."""

from __future__ import annotations

from typing import TYPE_CHECKING, overload

from psa_bridge.ops.base import Native, number, view
from psa_bridge.ops.sizes import rsa_decrypted_length, rsa_encrypted_length

if TYPE_CHECKING:
    from typing_extensions import Buffer

    from psa_bridge.keys import Key


class AsymmetricEncryption(Native):
    """The asymmetric encryption functions of a core."""

    @overload
    def asymmetric_encrypt(
        self, key: Key | int, alg: int, plaintext: Buffer, salt: Buffer = b"", *, out: None = None
    ) -> bytes: ...

    @overload
    def asymmetric_encrypt(
        self, key: Key | int, alg: int, plaintext: Buffer, salt: Buffer = b"", *, out: Buffer
    ) -> int: ...

    def asymmetric_encrypt(
        self, key: Key | int, alg: int, plaintext: Buffer, salt: Buffer = b"", *, out: Buffer | None = None
    ) -> bytes | int:
        """Encrypt a short message with a public key. Section 10.10.2, psa_asymmetric_encrypt.

        Args:
            key: a public key or key pair with ``Usage.ENCRYPT`` whose policy permits ``alg``.
            alg: an asymmetric encryption algorithm, such as ``Alg.RSA_OAEP(Alg.SHA_256)``.
            plaintext: bytes-like; how long it may be depends on key and algorithm.
            salt: the label of OAEP, bytes-like; empty for none.
            out: a writable buffer to put the ciphertext into.

        Returns:
            The ciphertext, as long as the modulus; with ``out``, the number of bytes written.

        Raises:
            InvalidArgument: ``alg`` does not fit the key, or a length does not fit both.
            NotPermitted: the key's usage or algorithm does not allow it.
            BufferTooSmall: ``out`` is too short.
            InvalidHandle: the key does not exist.
            NotSupported: no driver does this.
        """
        size = rsa_encrypted_length(self._attributes(key), number(alg, "alg")) if out is None else 0
        return self._asymmetric("asymmetric_encrypt", key, alg, plaintext, salt, size=size, out=out)

    @overload
    def asymmetric_decrypt(
        self, key: Key | int, alg: int, ciphertext: Buffer, salt: Buffer = b"", *, out: None = None
    ) -> bytes: ...

    @overload
    def asymmetric_decrypt(
        self, key: Key | int, alg: int, ciphertext: Buffer, salt: Buffer = b"", *, out: Buffer
    ) -> int: ...

    def asymmetric_decrypt(
        self, key: Key | int, alg: int, ciphertext: Buffer, salt: Buffer = b"", *, out: Buffer | None = None
    ) -> bytes | int:
        """Decrypt a short message with a key pair. Section 10.10.2, psa_asymmetric_decrypt.

        Args:
            key: a key pair with ``Usage.DECRYPT`` whose policy permits ``alg``.
            alg: an asymmetric encryption algorithm.
            ciphertext: bytes-like, as long as the modulus.
            salt: what was given to :meth:`asymmetric_encrypt`.
            out: a writable buffer to put the plaintext into.

        Returns:
            The plaintext; with ``out``, the number of bytes written.

        Raises:
            InvalidPadding: the ciphertext does not decrypt to a message. Do not tell the sender
                this from other failures.
            InvalidArgument, NotPermitted, BufferTooSmall, InvalidHandle, NotSupported: as for
                :meth:`asymmetric_encrypt`.
        """
        size = rsa_decrypted_length(self._attributes(key), number(alg, "alg")) if out is None else 0
        return self._asymmetric("asymmetric_decrypt", key, alg, ciphertext, salt, size=size, out=out)

    def _asymmetric(
        self, function: str, key: Key | int, alg: int, data: Buffer, salt: Buffer, *, size: int, out: Buffer | None
    ) -> bytes | int:
        decrypts = function == "asymmetric_decrypt"
        content, label = view(data, "ciphertext" if decrypts else "plaintext"), view(salt, "salt")
        return self._produce(  # type: ignore[no-any-return]
            function,
            size,
            out,
            self._key(key),
            number(alg, "alg"),
            content,
            len(content),
            label,
            len(label),
            secret=decrypts,
        )
