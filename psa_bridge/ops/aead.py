"""Authenticated encryption with associated data. Section 10.6 of the PSA Crypto API."""

from __future__ import annotations

from typing import TYPE_CHECKING, overload

from psa_bridge._native import ffi, lib
from psa_bridge.ops.base import Native, number, view, writable
from psa_bridge.ops.compiled import quick
from psa_bridge.ops.operation import Operation
from psa_bridge.ops.sizes import sealed_length

if TYPE_CHECKING:
    from typing_extensions import Buffer

    from psa_bridge.keys import Key


class AuthenticatedCiphers(Native):
    """The AEAD functions of a core."""

    @overload
    def aead_encrypt(
        self, key: Key | int, alg: int, nonce: Buffer, additional_data: Buffer, plaintext: Buffer, *, out: None = None
    ) -> bytes: ...

    @overload
    def aead_encrypt(
        self, key: Key | int, alg: int, nonce: Buffer, additional_data: Buffer, plaintext: Buffer, *, out: Buffer
    ) -> int: ...

    def aead_encrypt(
        self,
        key: Key | int,
        alg: int,
        nonce: Buffer,
        additional_data: Buffer,
        plaintext: Buffer,
        *,
        out: Buffer | None = None,
    ) -> bytes | int:
        """Encrypt and authenticate a text. Section 10.6.2, psa_aead_encrypt.

        Args:
            key: a key with ``Usage.ENCRYPT`` whose policy permits ``alg``.
            alg: an AEAD algorithm, such as ``Alg.GCM`` or ``Alg.AEAD_WITH_SHORTENED_TAG(Alg.CCM, 8)``.
            nonce: bytes-like, never used twice with a key.
            additional_data: authenticated, not encrypted; bytes-like.
            plaintext: bytes-like.
            out: a writable buffer to put the result into.

        Returns:
            The ciphertext, then the tag; with ``out``, the number of bytes written.

        Raises:
            NotPermitted: the key's usage or algorithm does not allow it.
            InvalidArgument: ``alg`` does not fit the key, or a length is wrong.
            BufferTooSmall: ``out`` is too short.
            InvalidHandle: the key does not exist.
            NotSupported: no driver does this, or ``alg`` is not an AEAD.
        """
        text, alg = view(plaintext, "plaintext"), number(alg, "alg")
        size = sealed_length(self._attributes(key), alg, len(text)) if out is None else 0
        given, data = view(nonce, "nonce"), view(additional_data, "additional_data")
        inputs = (given, len(given), data, len(data), text, len(text))
        return self._produce("aead_encrypt", size, out, self._key(key), alg, *inputs)  # type: ignore[no-any-return]

    @overload
    def aead_decrypt(
        self, key: Key | int, alg: int, nonce: Buffer, additional_data: Buffer, ciphertext: Buffer, *, out: None = None
    ) -> bytes: ...

    @overload
    def aead_decrypt(
        self, key: Key | int, alg: int, nonce: Buffer, additional_data: Buffer, ciphertext: Buffer, *, out: Buffer
    ) -> int: ...

    def aead_decrypt(
        self,
        key: Key | int,
        alg: int,
        nonce: Buffer,
        additional_data: Buffer,
        ciphertext: Buffer,
        *,
        out: Buffer | None = None,
    ) -> bytes | int:
        """Decrypt a text and check that it is genuine. Section 10.6.2, psa_aead_decrypt.

        Args:
            key: a key with ``Usage.DECRYPT`` whose policy permits ``alg``.
            alg: an AEAD algorithm.
            nonce: the one of the encryption.
            additional_data: that of the encryption.
            ciphertext: the ciphertext, then the tag.
            out: a writable buffer to put the plaintext into; wiped if the text is not genuine.

        Returns:
            The plaintext; with ``out``, the number of bytes written.

        Raises:
            InvalidSignature: the text, the additional data or the nonce is not the one that was encrypted.
            NotPermitted, InvalidArgument, BufferTooSmall, InvalidHandle, NotSupported: as for
                :meth:`aead_encrypt`.
        """
        text, given = view(ciphertext, "ciphertext"), view(nonce, "nonce")
        data = view(additional_data, "additional_data")
        inputs = (given, len(given), data, len(data), text, len(text))
        return self._produce(  # type: ignore[no-any-return]
            "aead_decrypt", len(text), out, self._key(key), number(alg, "alg"), *inputs, secret=True
        )

    def aead_encrypt_setup(self, key: Key | int, alg: int) -> AeadOperation:
        """Start to encrypt in parts. Section 10.6.3, psa_aead_encrypt_setup.

        Args:
            key: a key with ``Usage.ENCRYPT`` whose policy permits ``alg``.
            alg: an AEAD algorithm.

        Returns:
            The operation, to be ended with :meth:`AeadOperation.finish`.

        Raises:
            NotPermitted, InvalidArgument, InvalidHandle, NotSupported: as for :meth:`aead_encrypt`.
        """
        return AeadOperation(self)._start("aead_encrypt_setup", self._key(key), number(alg, "alg"))

    def aead_decrypt_setup(self, key: Key | int, alg: int) -> AeadOperation:
        """Start to decrypt in parts. Section 10.6.3, psa_aead_decrypt_setup.

        Args:
            key: a key with ``Usage.DECRYPT`` whose policy permits ``alg``.
            alg: an AEAD algorithm.

        Returns:
            The operation, to be ended with :meth:`AeadOperation.verify`.

        Raises:
            NotPermitted, InvalidArgument, InvalidHandle, NotSupported: as for :meth:`aead_decrypt`.
        """
        return AeadOperation(self)._start("aead_decrypt_setup", self._key(key), number(alg, "alg"))


@quick("aead")
class AeadOperation(Operation):
    """A multi-part AEAD.

    The order is: ``set_lengths`` where the algorithm needs it (CCM), a nonce, ``update_ad`` any
    number of times, ``update`` any number of times, then ``finish`` or ``verify``.

    >>> from psa_bridge import Alg, Core, KeyAttributes, KeyType, Usage
    >>> both = Usage.ENCRYPT | Usage.DECRYPT
    >>> with Core() as core, core.generate_key(KeyAttributes(KeyType.AES, 128, usage=both, alg=Alg.GCM)) as key:
    ...     with key.aead_encrypt_setup(Alg.GCM) as sealing:
    ...         nonce = sealing.generate_nonce()
    ...         sealing.update_ad(b"header")
    ...         start = sealing.update(b"some text")
    ...         rest, tag = sealing.finish()
    ...     key.aead_decrypt(Alg.GCM, nonce, b"header", start + rest + tag)
    b'some text'
    """

    family = "aead"

    def set_lengths(self, ad_length: int, plaintext_length: int) -> None:
        """Announce the lengths, in bytes, before the nonce; they are binding. psa_aead_set_lengths.

        Args:
            ad_length: of the additional data, in bytes.
            plaintext_length: of the text, in bytes.

        Raises:
            BadState: the operation is not active, or has its nonce or its lengths already.
            InvalidArgument: a length is more than the algorithm allows.
        """
        lengths = number(ad_length, "ad_length", 64), number(plaintext_length, "plaintext_length", 64)
        self._core._run("aead_set_lengths", self._operation, *lengths)

    @overload
    def generate_nonce(self, *, out: None = None) -> bytes: ...

    @overload
    def generate_nonce(self, *, out: Buffer) -> int: ...

    def generate_nonce(self, *, out: Buffer | None = None) -> bytes | int:
        """Draw a random nonce of the default length; encryption only. psa_aead_generate_nonce.

        Args:
            out: a writable buffer to put the nonce into.

        Returns:
            The nonce; with ``out``, the number of bytes written.

        Raises:
            BadState: the operation is not active, decrypts, has its nonce already, or lacks its lengths.
            BufferTooSmall: ``out`` is too short.
        """
        size = int(lib.psab_aead_nonce_max_size())
        return self._core._produce("aead_generate_nonce", size, out, self._operation)  # type: ignore[no-any-return]

    def set_nonce(self, nonce: Buffer) -> None:
        """Set the nonce. psa_aead_set_nonce.

        Args:
            nonce: bytes-like, of a length that the algorithm takes; never used twice with a key to encrypt.

        Raises:
            BadState: the operation is not active, has its nonce already, or lacks its lengths.
            InvalidArgument: the length is wrong.
        """
        given = view(nonce, "nonce")
        self._core._run("aead_set_nonce", self._operation, given, len(given))

    def update_ad(self, data: Buffer) -> None:
        """Add a part of the additional data, before any text. psa_aead_update_ad.

        Args:
            data: the part, bytes-like, any length.

        Raises:
            BadState: the operation is not active, lacks its nonce, or has text already.
            InvalidArgument: more than announced or allowed.
        """
        part = view(data, "data")
        self._core._run("aead_update_ad", self._operation, part, len(part))

    @overload
    def update(self, data: Buffer, *, out: None = None) -> bytes: ...

    @overload
    def update(self, data: Buffer, *, out: Buffer) -> int: ...

    def update(self, data: Buffer, *, out: Buffer | None = None) -> bytes | int:
        """Process a part of the text. psa_aead_update.

        Decrypted text must not be trusted before :meth:`verify`.

        Args:
            data: the part, bytes-like, any length.
            out: a writable buffer to put the output into.

        Returns:
            What is ready, which may lag behind; with ``out``, the number of bytes written.

        Raises:
            BadState: the operation is not active, or lacks its nonce.
            InvalidArgument: less additional data or more text than announced or allowed.
            BufferTooSmall: ``out`` is too short.
            NotSupported: the driver takes texts in one piece, and the core keeps no more than 1 MiB.
        """
        part = view(data, "data")
        self._given += len(part)
        size = int(lib.psab_aead_update_max_size(len(part)))
        made = self._core._produce("aead_update", size, out, self._operation, part, len(part), secret=True)
        self._given -= min(self._given, made if out is not None else len(made))
        return made  # type: ignore[no-any-return]

    @overload
    def finish(self, *, out: None = None, tag: None = None) -> tuple[bytes, bytes]: ...

    @overload
    def finish(self, *, out: Buffer, tag: Buffer) -> tuple[int, int]: ...

    def finish(self, *, out: Buffer | None = None, tag: Buffer | None = None) -> tuple[bytes, bytes] | tuple[int, int]:
        """The rest of the ciphertext, and the tag; ends the operation. psa_aead_finish.

        Args:
            out: a writable buffer to put the rest into.
            tag: a writable buffer to put the tag into; both are given, or neither.

        Returns:
            The rest and the tag; with ``out`` and ``tag``, the numbers of bytes written.

        Raises:
            BadState: the operation is not active, decrypts, or lacks its nonce.
            BufferTooSmall: ``out`` or ``tag`` is too short.
            InvalidArgument: less additional data or text than announced.
        """
        lengths = ffi.new("size_t[2]")
        if out is not None and tag is not None:
            rest, end = writable(out), writable(tag, "tag")
        elif out is None and tag is None:
            rest = ffi.new("uint8_t[]", int(lib.psab_aead_finish_max_size()) + self._given)
            end = ffi.new("uint8_t[]", int(lib.psab_aead_tag_max_size()))
        else:
            raise TypeError("finish takes both out and tag, or neither")
        self._core._run("aead_finish", self._operation, rest, len(rest), lengths, end, len(end), lengths + 1)
        if out is not None:
            return int(lengths[0]), int(lengths[1])
        return bytes(ffi.buffer(rest, lengths[0])), bytes(ffi.buffer(end, lengths[1]))

    @overload
    def verify(self, tag: Buffer, *, out: None = None) -> bytes: ...

    @overload
    def verify(self, tag: Buffer, *, out: Buffer) -> int: ...

    def verify(self, tag: Buffer, *, out: Buffer | None = None) -> bytes | int:
        """The rest of the plaintext, if everything is genuine; ends the operation. psa_aead_verify.

        Args:
            tag: the tag of the encryption, bytes-like.
            out: a writable buffer to put the rest into.

        Returns:
            The rest; with ``out``, the number of bytes written.

        Raises:
            InvalidSignature: the text is not genuine.
            BadState: the operation is not active, encrypts, or lacks its nonce.
            InvalidArgument: less additional data or text than announced.
        """
        given = view(tag, "tag")
        size = int(lib.psab_aead_finish_max_size()) + self._given
        target = ffi.new("uint8_t[]", size) if out is None else writable(out)
        length = ffi.new("size_t *")
        try:
            self._core._run("aead_verify", self._operation, target, len(target), length, given, len(given))
            return bytes(ffi.buffer(target, length[0])) if out is None else int(length[0])
        finally:
            if out is None:
                ffi.buffer(target)[:] = bytes(size)
