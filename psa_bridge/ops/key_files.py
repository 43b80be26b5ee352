"""Whole files with a key, as methods of the key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from typing_extensions import Buffer

    from psa_bridge.core import Core
    from psa_bridge.files import File, Progress


class KeyFiles:
    """Operations of :class:`~psa_bridge.keys.Key` on files; arguments and errors are those of the core's methods."""

    __slots__ = ()
    core: Core
    id: int

    def mac_compute_file(self, alg: int, source: File, *, progress: Progress | None = None) -> bytes:
        """The MAC of a file, see :meth:`Core.mac_compute_file`."""
        return self.core.mac_compute_file(self._own, alg, source, progress=progress)

    def mac_verify_file(self, alg: int, source: File, mac: Buffer, *, progress: Progress | None = None) -> None:
        """Verify the MAC of a file, see :meth:`Core.mac_verify_file`."""
        self.core.mac_verify_file(self._own, alg, source, mac, progress=progress)

    def sign_message_file(self, alg: int, source: File, *, progress: Progress | None = None) -> bytes:
        """The signature of a file, see :meth:`Core.sign_message_file`."""
        return self.core.sign_message_file(self._own, alg, source, progress=progress)

    def verify_message_file(
        self, alg: int, source: File, signature: Buffer, *, progress: Progress | None = None
    ) -> None:
        """Verify the signature of a file, see :meth:`Core.verify_message_file`."""
        self.core.verify_message_file(self._own, alg, source, signature, progress=progress)

    def cipher_encrypt_file(self, alg: int, source: File, target: File, *, progress: Progress | None = None) -> int:
        """Encrypt a file with a random IV, see :meth:`Core.cipher_encrypt_file`."""
        return self.core.cipher_encrypt_file(self._own, alg, source, target, progress=progress)

    def cipher_decrypt_file(self, alg: int, source: File, target: File, *, progress: Progress | None = None) -> int:
        """Decrypt a file that begins with its IV, see :meth:`Core.cipher_decrypt_file`."""
        return self.core.cipher_decrypt_file(self._own, alg, source, target, progress=progress)

    def aead_encrypt_file(
        self,
        alg: int,
        nonce: Buffer,
        additional_data: Buffer,
        source: File,
        target: File,
        *,
        progress: Progress | None = None,
    ) -> int:
        """Encrypt and authenticate a file, see :meth:`Core.aead_encrypt_file`."""
        return self.core.aead_encrypt_file(self._own, alg, nonce, additional_data, source, target, progress=progress)

    def aead_decrypt_file(
        self,
        alg: int,
        nonce: Buffer,
        additional_data: Buffer,
        source: File,
        target: File,
        *,
        progress: Progress | None = None,
    ) -> int:
        """Decrypt a file and check that it is genuine, see :meth:`Core.aead_decrypt_file`."""
        return self.core.aead_decrypt_file(self._own, alg, nonce, additional_data, source, target, progress=progress)

    @property
    def _own(self) -> Any:
        return self
