"""Whole files through the multi-part operations: hashes, MACs, ciphers, AEADs and signatures.

Each method does what the function of its name does for a message in memory, and in any amount of data
uses a few hundred KiB; what a driver makes the core keep is limited by the core.  Sources and targets are
paths or binary file objects.  A target that is a path is replaced when everything went well and not
touched otherwise, also if it is the source.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from psa_bridge._native import ffi, lib
from psa_bridge.constants import Alg
from psa_bridge.errors import InvalidArgument, InvalidSignature, NotSupported
from psa_bridge.files import PIECE, File, Progress, Source, Target, open_target
from psa_bridge.ops.base import Native, core_of, view
from psa_bridge.ops.sizes import iv_length

if TYPE_CHECKING:
    from typing_extensions import Buffer

    from psa_bridge.keys import Key
    from psa_bridge.ops.aead import AeadOperation
    from psa_bridge.ops.cipher import CipherOperation


class Files(Native):
    """The functions of a core that take files."""

    def hash_compute_file(self, alg: int, source: File, *, progress: Progress | None = None) -> bytes:
        """Hash a file, as :meth:`hash_compute` hashes a message.

        Args:
            alg: a hash algorithm.
            source: a path, or a binary file object, read from where it stands to its end.
            progress: called with the number of bytes done and that of all, or None where it is unknown,
                such as a :class:`~psa_bridge.files.ProgressBar`; an exception from it ends the operation.

        Returns:
            The hash.

        Raises:
            OSError: the file cannot be read.
            TypeError: ``source`` is neither a path nor a binary file object.
            PsaError: as for :meth:`hash_compute`.

        >>> import io
        >>> from psa_bridge import Alg, Core
        >>> with Core() as core:
        ...     core.hash_compute_file(Alg.SHA_256, io.BytesIO(b"abc")).hex()[:16]
        'ba7816bf8f01cfea'
        """
        with Source(source, progress) as given, core_of(self).hash_setup(alg) as operation:
            _feed(given, operation.update)
            return operation.finish()

    def hash_compare_file(self, alg: int, source: File, expected: Buffer, *, progress: Progress | None = None) -> None:
        """Hash a file and compare with an expected value, as :meth:`hash_compare`.

        Args:
            alg: a hash algorithm.
            source: a path, or a binary file object, read from where it stands to its end.
            expected: the hash it should have, bytes-like.
            progress: as for :meth:`hash_compute_file`.

        Raises:
            InvalidSignature: the file has another hash.
            OSError, TypeError, PsaError: as for :meth:`hash_compute_file`.
        """
        view(expected, "expected")
        with Source(source, progress) as given, core_of(self).hash_setup(alg) as operation:
            _feed(given, operation.update)
            operation.verify(expected)

    def mac_compute_file(self, key: Key | int, alg: int, source: File, *, progress: Progress | None = None) -> bytes:
        """The MAC of a file, as :meth:`mac_compute`.

        Args:
            key: a key with ``Usage.SIGN_MESSAGE`` whose policy permits ``alg``.
            alg: a MAC algorithm.
            source: a path, or a binary file object, read from where it stands to its end.
            progress: as for :meth:`hash_compute_file`.

        Returns:
            The MAC.

        Raises:
            OSError, TypeError, PsaError: as for :meth:`hash_compute_file` and :meth:`mac_compute`.
        """
        with Source(source, progress) as given, core_of(self).mac_sign_setup(key, alg) as operation:
            _feed(given, operation.update)
            return operation.sign_finish()

    def mac_verify_file(
        self, key: Key | int, alg: int, source: File, mac: Buffer, *, progress: Progress | None = None
    ) -> None:
        """Verify the MAC of a file, as :meth:`mac_verify`.

        Args:
            key: a key with ``Usage.VERIFY_MESSAGE`` whose policy permits ``alg``.
            alg: a MAC algorithm.
            source: a path, or a binary file object, read from where it stands to its end.
            mac: the MAC it should have, bytes-like.
            progress: as for :meth:`hash_compute_file`.

        Raises:
            InvalidSignature: the file has another MAC.
            OSError, TypeError, PsaError: as for :meth:`hash_compute_file` and :meth:`mac_verify`.
        """
        view(mac, "mac")
        with Source(source, progress) as given, core_of(self).mac_verify_setup(key, alg) as operation:
            _feed(given, operation.update)
            operation.verify_finish(mac)

    def sign_message_file(self, key: Key | int, alg: int, source: File, *, progress: Progress | None = None) -> bytes:
        """The signature of a file, as :meth:`sign_message`.

        Args:
            key: a key pair with ``Usage.SIGN_MESSAGE`` whose policy permits ``alg``.
            alg: a signature algorithm that takes messages in parts.
            source: a path, or a binary file object, read from where it stands to its end.
            progress: as for :meth:`hash_compute_file`.

        Returns:
            The signature.

        Raises:
            NotSupported: the algorithm needs the message in one piece (EdDSA), or no driver takes it in parts.
            OSError, TypeError, PsaError: as for :meth:`hash_compute_file` and :meth:`sign_message`.
        """
        with Source(source, progress) as given, core_of(self).sign_setup(key, alg) as operation:
            _feed(given, operation.update)
            return operation.finish()

    def verify_message_file(
        self, key: Key | int, alg: int, source: File, signature: Buffer, *, progress: Progress | None = None
    ) -> None:
        """Verify the signature of a file, as :meth:`verify_message`.

        Args:
            key: a public key or key pair with ``Usage.VERIFY_MESSAGE`` whose policy permits ``alg``.
            alg: a signature algorithm that takes messages in parts.
            source: a path, or a binary file object, read from where it stands to its end.
            signature: bytes-like, in the format of the algorithm.
            progress: as for :meth:`hash_compute_file`.

        Raises:
            InvalidSignature: the signature is not one of this file by this key.
            NotSupported, OSError, TypeError, PsaError: as for :meth:`sign_message_file`.
        """
        with Source(source, progress) as given, core_of(self).verify_setup(key, alg, signature) as operation:
            _feed(given, operation.update)
            operation.finish()

    def cipher_encrypt_file(
        self, key: Key | int, alg: int, source: File, target: File, *, progress: Progress | None = None
    ) -> int:
        """Encrypt a file with a random IV, as :meth:`cipher_encrypt`: the IV, then the ciphertext.

        Args:
            key: a key with ``Usage.ENCRYPT`` whose policy permits ``alg``.
            alg: a cipher algorithm.
            source: a path, or a binary file object.
            target: a path, or a binary file object; a path is written only if everything goes well.
            progress: as for :meth:`hash_compute_file`.

        Returns:
            The number of bytes written.

        Raises:
            OSError: a file cannot be read or written.
            TypeError: ``source`` or ``target`` is neither a path nor a binary file object.
            PsaError: as for :meth:`cipher_encrypt`.
        """
        with (
            Source(source, progress) as given,
            core_of(self).cipher_encrypt_setup(key, alg) as operation,
            open_target(target, hold=False) as out,
        ):
            if iv_length(self._attributes(key), alg):
                out.write(operation.generate_iv())
            _through(given, operation, out)
            out.write(operation.finish())
            return out.written

    def cipher_decrypt_file(
        self, key: Key | int, alg: int, source: File, target: File, *, progress: Progress | None = None
    ) -> int:
        """Decrypt a file that begins with its IV, as :meth:`cipher_decrypt`.

        Nothing tells whether the file is the one that was encrypted: that takes an AEAD.

        Args:
            key: a key with ``Usage.DECRYPT`` whose policy permits ``alg``.
            alg: a cipher algorithm.
            source: a path, or a binary file object: the IV, then the ciphertext.
            target: as for :meth:`cipher_encrypt_file`.
            progress: as for :meth:`hash_compute_file`.

        Returns:
            The number of bytes written.

        Raises:
            InvalidArgument: the file is shorter than an IV.
            OSError, TypeError, PsaError: as for :meth:`cipher_encrypt_file` and :meth:`cipher_decrypt`.
        """
        with (
            Source(source, progress) as given,
            core_of(self).cipher_decrypt_setup(key, alg) as operation,
            open_target(target, hold=False) as out,
        ):
            length = iv_length(self._attributes(key), alg)
            if length:
                iv = given.read(length)
                if len(iv) < length:
                    raise InvalidArgument(f"source has {len(iv)} bytes, and begins with an IV of {length} bytes")
                operation.set_iv(iv)
            _through(given, operation, out)
            out.write(operation.finish())
            return out.written

    def aead_encrypt_file(  # noqa: PLR0917 - the function of the API has no fewer
        self,
        key: Key | int,
        alg: int,
        nonce: Buffer,
        additional_data: Buffer,
        source: File,
        target: File,
        *,
        progress: Progress | None = None,
    ) -> int:
        """Encrypt and authenticate a file, as :meth:`aead_encrypt`: the ciphertext, then the tag.

        Args:
            key: a key with ``Usage.ENCRYPT`` whose policy permits ``alg``.
            alg: an AEAD algorithm; CCM needs a source whose size can be known.
            nonce: bytes-like, never used twice with a key.
            additional_data: authenticated, not encrypted; bytes-like.
            source: a path, or a binary file object.
            target: as for :meth:`cipher_encrypt_file`.
            progress: as for :meth:`hash_compute_file`.

        Returns:
            The number of bytes written.

        Raises:
            InvalidArgument: the size of ``source`` cannot be known, or changes, and the algorithm depends on it.
            OSError, TypeError, PsaError: as for :meth:`cipher_encrypt_file` and :meth:`aead_encrypt`.
        """
        with (
            Source(source, progress) as given,
            core_of(self).aead_encrypt_setup(key, alg) as operation,
            open_target(target, hold=False) as out,
        ):
            _begin(operation, alg, nonce, additional_data, given.total)
            _through(given, operation, out)
            for last in operation.finish():
                out.write(last)
            return out.written

    def aead_decrypt_file(  # noqa: PLR0917
        self,
        key: Key | int,
        alg: int,
        nonce: Buffer,
        additional_data: Buffer,
        source: File,
        target: File,
        *,
        progress: Progress | None = None,
    ) -> int:
        """Decrypt a file and check that it is genuine, as :meth:`aead_decrypt`.

        Nothing is in ``target`` before the tag was verified: a path gets its file at the end; for a
        file object the plaintext waits in an unnamed temporary file, in the directory that the
        environment variable ``TMPDIR`` names.

        Args:
            key: a key with ``Usage.DECRYPT`` whose policy permits ``alg``.
            alg: an AEAD algorithm; CCM needs a source whose size can be known.
            nonce: the one of the encryption.
            additional_data: that of the encryption.
            source: a path, or a binary file object: the ciphertext, then the tag.
            target: a path, or a binary file object.
            progress: as for :meth:`hash_compute_file`.

        Returns:
            The number of bytes written.

        Raises:
            InvalidSignature: the file, the additional data or the nonce is not the one that was encrypted.
            InvalidArgument, OSError, TypeError, PsaError: as for :meth:`aead_encrypt_file`.
        """
        with (
            Source(source, progress) as given,
            core_of(self).aead_decrypt_setup(key, alg) as operation,
            open_target(target, hold=True) as out,
        ):
            length = self._tag_length(key, alg)
            total = given.total
            _begin(operation, alg, nonce, additional_data, None if total is None else max(total - length, 0))
            _through(given, operation, out, keep=length)
            if len(given.rest) < length:
                raise InvalidSignature(f"source has {len(given.rest)} bytes, and a tag alone has {length}")
            out.write(operation.verify(given.rest))
            return out.written

    def _tag_length(self, key: Key | int, alg: int) -> int:
        length = int(lib.psab_aead_encrypt_output_size(self._attributes(key).type, alg, 0))
        if length == 0:
            raise NotSupported(f"nobody knows how long a tag of {Alg(alg)} is, so it cannot be found in a file")
        return length


def _feed(source: Source, update: Callable[[memoryview], None]) -> None:
    for piece in source.pieces():
        update(piece)


def _through(source: Source, operation: CipherOperation | AeadOperation, out: Target, keep: int = 0) -> None:
    """Everything but the last ``keep`` bytes of a source through an operation."""
    buffer = bytearray(max(int(lib.psab_cipher_update_max_size(PIECE)), int(lib.psab_aead_update_max_size(PIECE))))
    try:
        with memoryview(buffer) as made:
            for piece in source.pieces(keep):
                out.write(made[: operation.update(piece, out=made)])
    finally:
        buffer[:] = bytes(len(buffer))


def _begin(operation: AeadOperation, alg: int, nonce: Buffer, additional_data: Buffer, total: int | None) -> None:
    """Lengths where the algorithm depends on them, nonce, additional data."""
    bytes_like = ffi.buffer(view(additional_data, "additional_data"))
    if Alg(alg).default_length_tag == Alg.CCM:
        if total is None:
            raise InvalidArgument(f"{Alg(alg)} depends on the size of source, which cannot be known")
        operation.set_lengths(len(bytes_like), total)
    operation.set_nonce(nonce)
    operation.update_ad(bytes_like)
