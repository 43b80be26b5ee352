"""Signatures of messages and hashes. Section 10.9 of the PSA Crypto API."""

from __future__ import annotations

from typing import TYPE_CHECKING, overload

from psa_bridge.ops.base import Native, number, view
from psa_bridge.ops.sizes import signature_length

if TYPE_CHECKING:
    from typing_extensions import Buffer

    from psa_bridge.keys import Key


class Signing(Native):
    """The signature functions of a core."""

    def _sign(self, function: str, key: Key | int, alg: int, data: Buffer, out: Buffer | None) -> bytes | int:
        content = view(data, "digest" if function.endswith("hash") else "message")
        alg = number(alg, "alg")
        size = signature_length(self._attributes(key), alg) if out is None else 0
        return self._produce(function, size, out, self._key(key), alg, content, len(content))  # type: ignore[no-any-return]

    def _verify(self, function: str, key: Key | int, alg: int, data: Buffer, signature: Buffer) -> None:
        content, given = view(data, "digest" if function.endswith("hash") else "message"), view(signature, "signature")
        self._run(function, self._key(key), number(alg, "alg"), content, len(content), given, len(given))

    @overload
    def sign_message(self, key: Key | int, alg: int, message: Buffer, *, out: None = None) -> bytes: ...

    @overload
    def sign_message(self, key: Key | int, alg: int, message: Buffer, *, out: Buffer) -> int: ...

    def sign_message(self, key: Key | int, alg: int, message: Buffer, *, out: Buffer | None = None) -> bytes | int:
        """Sign a message; algorithms that hash do so here. Section 10.9.8, psa_sign_message.

        Args:
            key: a key pair with ``Usage.SIGN_MESSAGE`` whose policy permits ``alg``.
            alg: a signature algorithm, such as ``Alg.ECDSA(Alg.SHA_256)``.
            message: bytes-like, any length.
            out: a writable buffer to put the signature into.

        Returns:
            The signature in the format of the algorithm (ECDSA: r and s, each as long as the
            order of the curve); with ``out``, the number of bytes written.

        Raises:
            NotPermitted: the key's usage or algorithm does not allow it.
            InvalidArgument: ``alg`` is not an algorithm for signing messages, or does not fit the key.
            BufferTooSmall: ``out`` is too short.
            InvalidHandle: the key does not exist.
            NotSupported: no driver does this.
        """
        return self._sign("sign_message", key, alg, message, out)

    def verify_message(self, key: Key | int, alg: int, message: Buffer, signature: Buffer) -> None:
        """Verify the signature of a message. Section 10.9.8, psa_verify_message.

        Args:
            key: a public key or key pair with ``Usage.VERIFY_MESSAGE`` whose policy permits ``alg``.
            alg: a signature algorithm.
            message: bytes-like.
            signature: bytes-like, in the format of the algorithm.

        Raises:
            InvalidSignature: the signature is not one of this message by this key.
            NotPermitted, InvalidArgument, InvalidHandle, NotSupported: as for :meth:`sign_message`.
        """
        self._verify("verify_message", key, alg, message, signature)

    @overload
    def sign_hash(self, key: Key | int, alg: int, digest: Buffer, *, out: None = None) -> bytes: ...

    @overload
    def sign_hash(self, key: Key | int, alg: int, digest: Buffer, *, out: Buffer) -> int: ...

    def sign_hash(self, key: Key | int, alg: int, digest: Buffer, *, out: Buffer | None = None) -> bytes | int:
        """Sign a hash that is already computed. Section 10.9.8, psa_sign_hash.

        Args:
            key: a key pair with ``Usage.SIGN_HASH`` whose policy permits ``alg``.
            alg: a signature algorithm that signs hashes.
            digest: bytes-like, exactly the length of the algorithm's hash.
            out: a writable buffer to put the signature into.

        Returns:
            The signature; with ``out``, the number of bytes written.

        Raises:
            NotPermitted: the key's usage or algorithm does not allow it.
            InvalidArgument: ``alg`` does not sign hashes or does not fit the key, or ``digest``
                has the wrong length.
            BufferTooSmall: ``out`` is too short.
            InvalidHandle: the key does not exist.
            NotSupported: no driver does this.
        """
        return self._sign("sign_hash", key, alg, digest, out)

    def verify_hash(self, key: Key | int, alg: int, digest: Buffer, signature: Buffer) -> None:
        """Verify the signature of a hash. Section 10.9.8, psa_verify_hash.

        Args:
            key: a public key or key pair with ``Usage.VERIFY_HASH`` whose policy permits ``alg``.
            alg: a signature algorithm that signs hashes.
            digest: bytes-like, exactly the length of the algorithm's hash.
            signature: bytes-like, in the format of the algorithm.

        Raises:
            InvalidSignature: the signature is not one of this hash by this key.
            NotPermitted, InvalidArgument, InvalidHandle, NotSupported: as for :meth:`sign_hash`.
        """
        self._verify("verify_hash", key, alg, digest, signature)
