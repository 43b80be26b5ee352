"""Unauthenticated ciphers. Section 10.5 of the PSA Crypto API."""

from __future__ import annotations

from typing import TYPE_CHECKING, overload

from psa_bridge._native import lib
from psa_bridge.ops.base import Native, number, view
from psa_bridge.ops.compiled import quick
from psa_bridge.ops.operation import Operation
from psa_bridge.ops.sizes import encrypted_length

if TYPE_CHECKING:
    from typing_extensions import Buffer

    from psa_bridge.keys import Key


class Ciphers(Native):
    """The cipher functions of a core."""

    @overload
    def cipher_encrypt(self, key: Key | int, alg: int, plaintext: Buffer, *, out: None = None) -> bytes: ...

    @overload
    def cipher_encrypt(self, key: Key | int, alg: int, plaintext: Buffer, *, out: Buffer) -> int: ...

    def cipher_encrypt(self, key: Key | int, alg: int, plaintext: Buffer, *, out: Buffer | None = None) -> bytes | int:
        """Encrypt a text with a random IV. Section 10.5.2, psa_cipher_encrypt.

        Args:
            key: a key with ``Usage.ENCRYPT`` whose policy permits ``alg``.
            alg: a cipher algorithm, such as ``Alg.CTR``.
            plaintext: bytes-like, of a length that the algorithm takes.
            out: a writable buffer to put the result into.

        Returns:
            The IV, then the ciphertext; with ``out``, the number of bytes written.

        Raises:
            NotPermitted: the key's usage or algorithm does not allow it.
            InvalidArgument: ``alg`` is not a cipher, does not fit the key, or takes no text of this length.
            BufferTooSmall: ``out`` is too short.
            InsufficientEntropy: there are no random numbers for the IV.
            InvalidHandle: the key does not exist.
            NotSupported: no driver does this.
        """
        text, alg = view(plaintext, "plaintext"), number(alg, "alg")
        size = encrypted_length(self._attributes(key), alg, len(text)) if out is None else 0
        return self._produce("cipher_encrypt", size, out, self._key(key), alg, text, len(text))  # type: ignore[no-any-return]

    @overload
    def cipher_decrypt(self, key: Key | int, alg: int, ciphertext: Buffer, *, out: None = None) -> bytes: ...

    @overload
    def cipher_decrypt(self, key: Key | int, alg: int, ciphertext: Buffer, *, out: Buffer) -> int: ...

    def cipher_decrypt(self, key: Key | int, alg: int, ciphertext: Buffer, *, out: Buffer | None = None) -> bytes | int:
        """Decrypt a text that begins with its IV. Section 10.5.2, psa_cipher_decrypt.

        Args:
            key: a key with ``Usage.DECRYPT`` whose policy permits ``alg``.
            alg: a cipher algorithm.
            ciphertext: the IV, then the ciphertext, bytes-like.
            out: a writable buffer to put the plaintext into.

        Returns:
            The plaintext; with ``out``, the number of bytes written.

        Raises:
            InvalidPadding: the padding of the plaintext is wrong.
            NotPermitted, InvalidArgument, BufferTooSmall, InvalidHandle, NotSupported: as for
                :meth:`cipher_encrypt`.
        """
        text = view(ciphertext, "ciphertext")
        return self._produce(  # type: ignore[no-any-return]
            "cipher_decrypt", len(text), out, self._key(key), number(alg, "alg"), text, len(text), secret=True
        )

    def cipher_encrypt_setup(self, key: Key | int, alg: int) -> CipherOperation:
        """Start to encrypt in parts. Section 10.5.3, psa_cipher_encrypt_setup.

        Args:
            key: a key with ``Usage.ENCRYPT`` whose policy permits ``alg``.
            alg: a cipher algorithm.

        Returns:
            The operation, to be ended with :meth:`CipherOperation.finish`.

        Raises:
            NotPermitted, InvalidArgument, InvalidHandle, NotSupported: as for :meth:`cipher_encrypt`.
        """
        return CipherOperation(self)._start("cipher_encrypt_setup", self._key(key), number(alg, "alg"))

    def cipher_decrypt_setup(self, key: Key | int, alg: int) -> CipherOperation:
        """Start to decrypt in parts. Section 10.5.3, psa_cipher_decrypt_setup.

        Args:
            key: a key with ``Usage.DECRYPT`` whose policy permits ``alg``.
            alg: a cipher algorithm.

        Returns:
            The operation, to be ended with :meth:`CipherOperation.finish`.

        Raises:
            NotPermitted, InvalidArgument, InvalidHandle, NotSupported: as for :meth:`cipher_decrypt`.
        """
        return CipherOperation(self)._start("cipher_decrypt_setup", self._key(key), number(alg, "alg"))


@quick("cipher")
class CipherOperation(Operation):
    """A multi-part cipher: an IV if the algorithm has one, ``update`` any number of times, ``finish`` or ``abort``.

    >>> from psa_bridge import Alg, Core, KeyAttributes, KeyType, Usage
    >>> both = Usage.ENCRYPT | Usage.DECRYPT
    >>> with Core() as core, core.generate_key(KeyAttributes(KeyType.AES, 256, usage=both, alg=Alg.CTR)) as key:
    ...     with key.cipher_encrypt_setup(Alg.CTR) as operation:
    ...         iv = operation.generate_iv()
    ...         text = operation.update(b"some ") + operation.update(b"text") + operation.finish()
    ...     key.cipher_decrypt(Alg.CTR, iv + text)
    b'some text'
    """

    family = "cipher"

    @overload
    def generate_iv(self, *, out: None = None) -> bytes: ...

    @overload
    def generate_iv(self, *, out: Buffer) -> int: ...

    def generate_iv(self, *, out: Buffer | None = None) -> bytes | int:
        """Draw a random IV of the default length; encryption only. psa_cipher_generate_iv.

        Args:
            out: a writable buffer to put the IV into.

        Returns:
            The IV; with ``out``, the number of bytes written.

        Raises:
            BadState: the operation is not active, decrypts, has its IV already, or takes none.
            BufferTooSmall: ``out`` is too short.
        """
        size = int(lib.psab_cipher_iv_max_size())
        return self._core._produce("cipher_generate_iv", size, out, self._operation)  # type: ignore[no-any-return]

    def set_iv(self, iv: Buffer) -> None:
        """Set the IV. psa_cipher_set_iv.

        Args:
            iv: bytes-like, of a length that the algorithm takes.

        Raises:
            BadState: the operation is not active, has its IV already, or takes none.
            InvalidArgument: the length is wrong.
        """
        given = view(iv, "iv")
        self._core._run("cipher_set_iv", self._operation, given, len(given))

    @overload
    def update(self, data: Buffer, *, out: None = None) -> bytes: ...

    @overload
    def update(self, data: Buffer, *, out: Buffer) -> int: ...

    def update(self, data: Buffer, *, out: Buffer | None = None) -> bytes | int:
        """Process a part of the text. psa_cipher_update.

        Args:
            data: the part, bytes-like, any length.
            out: a writable buffer to put the output into.

        Returns:
            What is ready, which may lag behind; with ``out``, the number of bytes written.

        Raises:
            BadState: the operation is not active, or lacks its IV.
            BufferTooSmall: ``out`` is too short.
            InvalidArgument: the text is longer than the algorithm allows.
            NotSupported: the driver takes texts in one piece, and the core keeps no more than 1 MiB.
        """
        part = view(data, "data")
        self._given += len(part)
        size = int(lib.psab_cipher_update_max_size(len(part)))
        made = self._core._produce("cipher_update", size, out, self._operation, part, len(part), secret=True)
        self._given -= min(self._given, made if out is not None else len(made))
        return made  # type: ignore[no-any-return]

    @overload
    def finish(self, *, out: None = None) -> bytes: ...

    @overload
    def finish(self, *, out: Buffer) -> int: ...

    def finish(self, *, out: Buffer | None = None) -> bytes | int:
        """The rest of the output; ends the operation. psa_cipher_finish.

        Args:
            out: a writable buffer to put the output into.

        Returns:
            The rest; with ``out``, the number of bytes written.

        Raises:
            InvalidPadding: the padding of the plaintext is wrong.
            InvalidArgument: the algorithm takes no text of this length.
            BadState: the operation is not active, or lacks its IV.
            BufferTooSmall: ``out`` is too short.
        """
        size = int(lib.psab_cipher_finish_max_size()) + self._given
        return self._core._produce("cipher_finish", size, out, self._operation, secret=True)  # type: ignore[no-any-return]
