"""Many small messages in one call, which crosses into C once.

Messages are a sequence of bytes-like objects, or one bytes-like object with all of them, each ``size`` bytes long. What
goes with each of them, such as a nonce or a MAC, is a sequence too, or one bytes-like object of equal parts.
Results are a list, or lie one after the other in ``out``.  An error names the message it belongs to, and then there
are no results at all.  Other threads run meanwhile.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, overload

from psa_bridge.ops.base import number
from psa_bridge.ops.batch_inputs import BatchCalls, beside, messages_of

if TYPE_CHECKING:
    from typing_extensions import Buffer

    from psa_bridge.keys import Key
    from psa_bridge.ops.batch_inputs import Many


class Batches(BatchCalls):
    """The functions of a core for many messages."""

    @overload
    def hash_compute_batch(
        self, alg: int, messages: Many, *, size: int | None = None, out: None = None
    ) -> list[bytes]: ...

    @overload
    def hash_compute_batch(self, alg: int, messages: Many, *, size: int | None = None, out: Buffer) -> int: ...

    def hash_compute_batch(
        self, alg: int, messages: Many, *, size: int | None = None, out: Buffer | None = None
    ) -> list[bytes] | int:
        """Hash many messages. Section 10.2.2, psa_hash_compute.

        Args:
            alg: a hash algorithm.
            messages: bytes-like objects, or one with all of them.
            size: the length of each message in bytes, if ``messages`` is one object.
            out: a writable buffer, apart from the inputs, to put the hashes into, one after the other.

        Returns:
            The hashes; with ``out``, the number of bytes written.

        Raises:
            PsaError: as for :meth:`Core.hash_compute`; ``index`` says for which message.
            ValueError: ``out`` shares memory with an input.

        >>> from psa_bridge import Alg, Core
        >>> with Core() as core:
        ...     [digest.hex()[:8] for digest in core.hash_compute_batch(Alg.SHA_256, [b"abc", b""])]
        ['ba7816bf', 'e3b0c442']
        """
        given = messages_of(messages, "messages", size)
        return self._batch("hash_compute", (number(alg, "alg"),), given.count, [given], out)  # type: ignore[no-any-return]

    @overload
    def mac_compute_batch(
        self, key: Key | int, alg: int, messages: Many, *, size: int | None = None, out: None = None
    ) -> list[bytes]: ...

    @overload
    def mac_compute_batch(
        self, key: Key | int, alg: int, messages: Many, *, size: int | None = None, out: Buffer
    ) -> int: ...

    def mac_compute_batch(
        self, key: Key | int, alg: int, messages: Many, *, size: int | None = None, out: Buffer | None = None
    ) -> list[bytes] | int:
        """The MACs of many messages. Section 10.4.2, psa_mac_compute.

        Args:
            key: a key with ``Usage.SIGN_MESSAGE`` whose policy permits ``alg``.
            alg: a MAC algorithm.
            messages: bytes-like objects, or one with all of them.
            size: the length of each message in bytes, if ``messages`` is one object.
            out: a writable buffer, apart from the inputs, to put the MACs into, one after the other.

        Returns:
            The MACs; with ``out``, the number of bytes written.

        Raises:
            PsaError: as for :meth:`Core.mac_compute`; ``index`` says for which message.
            ValueError: ``out`` shares memory with an input.
        """
        given = messages_of(messages, "messages", size)
        return self._batch("mac_compute", self._keyed(key, alg), given.count, [given], out)  # type: ignore[no-any-return]

    def mac_verify_batch(
        self, key: Key | int, alg: int, messages: Many, macs: Many, *, size: int | None = None
    ) -> list[bool]:
        """Verify the MACs of many messages. Section 10.4.2, psa_mac_verify.

        Args:
            key: a key with ``Usage.VERIFY_MESSAGE`` whose policy permits ``alg``.
            alg: a MAC algorithm.
            messages: bytes-like objects, or one with all of them.
            macs: the MAC of each, or one bytes-like object with all of them.
            size: the length of each message in bytes, if ``messages`` is one object.

        Returns:
            For each message whether it has this MAC.

        Raises:
            PsaError: as for :meth:`Core.mac_verify`, save for a MAC that is another; ``index`` says for which message.
        """
        return self._verify_batch("mac_verify", key, alg, (messages, size), (macs, "macs"))

    def _verify_batch(
        self, function: str, key: Key | int, alg: int, messages: tuple[Many, int | None], proofs: tuple[Many, str]
    ) -> list[bool]:
        given = messages_of(messages[0], "messages", messages[1])
        proof = beside(*proofs, given.count)
        return self._batch(function, self._keyed(key, alg), given.count, [given, proof])  # type: ignore[no-any-return]

    @overload
    def sign_message_batch(
        self, key: Key | int, alg: int, messages: Many, *, size: int | None = None, out: None = None
    ) -> list[bytes]: ...

    @overload
    def sign_message_batch(
        self, key: Key | int, alg: int, messages: Many, *, size: int | None = None, out: Buffer
    ) -> int: ...

    def sign_message_batch(
        self, key: Key | int, alg: int, messages: Many, *, size: int | None = None, out: Buffer | None = None
    ) -> list[bytes] | int:
        """Sign many messages. Section 10.9.8, psa_sign_message.

        Args:
            key: a key pair with ``Usage.SIGN_MESSAGE`` whose policy permits ``alg``.
            alg: a signature algorithm.
            messages: bytes-like objects, or one with all of them.
            size: the length of each message in bytes, if ``messages`` is one object.
            out: a writable buffer, apart from the inputs, to put the signatures into, one after the other.

        Returns:
            The signatures; with ``out``, the number of bytes written.

        Raises:
            PsaError: as for :meth:`Core.sign_message`; ``index`` says for which message.
            ValueError: ``out`` shares memory with an input.
        """
        given = messages_of(messages, "messages", size)
        return self._batch("sign_message", self._keyed(key, alg), given.count, [given], out)  # type: ignore[no-any-return]

    def verify_message_batch(
        self, key: Key | int, alg: int, messages: Many, signatures: Many, *, size: int | None = None
    ) -> list[bool]:
        """Verify the signatures of many messages. Section 10.9.8, psa_verify_message.

        Args:
            key: a key with ``Usage.VERIFY_MESSAGE`` whose policy permits ``alg``.
            alg: a signature algorithm.
            messages: bytes-like objects, or one with all of them.
            signatures: the signature of each, or one bytes-like object with all of them.
            size: the length of each message in bytes, if ``messages`` is one object.

        Returns:
            For each message whether the signature is one of it.

        Raises:
            PsaError: as for :meth:`Core.verify_message`, save for a wrong signature; ``index`` says for which message.
        """
        return self._verify_batch("verify_message", key, alg, (messages, size), (signatures, "signatures"))

    @overload
    def sign_hash_batch(
        self, key: Key | int, alg: int, digests: Many, *, size: int | None = None, out: None = None
    ) -> list[bytes]: ...

    @overload
    def sign_hash_batch(
        self, key: Key | int, alg: int, digests: Many, *, size: int | None = None, out: Buffer
    ) -> int: ...

    def sign_hash_batch(
        self, key: Key | int, alg: int, digests: Many, *, size: int | None = None, out: Buffer | None = None
    ) -> list[bytes] | int:
        """Sign many hashes. Section 10.9.8, psa_sign_hash.

        Args:
            key: a key pair with ``Usage.SIGN_HASH`` whose policy permits ``alg``.
            alg: a signature algorithm that signs hashes.
            digests: bytes-like objects, each of the length of the algorithm's hash, or one with all of them.
            size: the length of each hash in bytes, if ``digests`` is one object.
            out: a writable buffer, apart from the inputs, to put the signatures into, one after the other.

        Returns:
            The signatures; with ``out``, the number of bytes written.

        Raises:
            PsaError: as for :meth:`Core.sign_hash`; ``index`` says for which hash.
            ValueError: ``out`` shares memory with an input.
        """
        given = messages_of(digests, "digests", size)
        return self._batch("sign_hash", self._keyed(key, alg), given.count, [given], out)  # type: ignore[no-any-return]

    def verify_hash_batch(
        self, key: Key | int, alg: int, digests: Many, signatures: Many, *, size: int | None = None
    ) -> list[bool]:
        """Verify the signatures of many hashes. Section 10.9.8, psa_verify_hash.

        Args:
            key: a key with ``Usage.VERIFY_HASH`` whose policy permits ``alg``.
            alg: a signature algorithm that signs hashes.
            digests: bytes-like objects, each of the length of the algorithm's hash, or one with all of them.
            signatures: the signature of each, or one bytes-like object with all of them.
            size: the length of each hash in bytes, if ``digests`` is one object.

        Returns:
            For each hash whether the signature is one of it.

        Raises:
            PsaError: as for :meth:`Core.verify_hash`, save for a wrong signature; ``index`` says for which hash.
        """
        given = messages_of(digests, "digests", size)
        inputs = [given, beside(signatures, "signatures", given.count)]
        return self._batch("verify_hash", self._keyed(key, alg), given.count, inputs)  # type: ignore[no-any-return]
