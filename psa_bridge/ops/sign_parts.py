"""Signatures with a context, and of messages in parts. Section 10.9 of the PSA Crypto API."""

from __future__ import annotations

from typing import TYPE_CHECKING, overload

from psa_bridge.ops.base import Native, number, view
from psa_bridge.ops.compiled import quick
from psa_bridge.ops.operation import Operation
from psa_bridge.ops.sizes import signature_length

if TYPE_CHECKING:
    from typing_extensions import Buffer

    from psa_bridge.keys import Key


def _what(function: str) -> str:
    return "message" if "message" in function else "digest"


class ContextSigning(Native):
    """Signature functions of a core beyond those without context and in one call."""

    def _sign_context(
        self, function: str, key: Key | int, alg: int, data: Buffer, context: Buffer, *, out: Buffer | None
    ) -> bytes | int:
        content, label = view(data, _what(function)), view(context, "context")
        alg = number(alg, "alg")
        size = signature_length(self._attributes(key), alg) if out is None else 0
        return self._produce(  # type: ignore[no-any-return]
            function, size, out, self._key(key), alg, content, len(content), label, len(label)
        )

    def _verify_context(
        self, function: str, key: Key | int, alg: int, data: Buffer, context: Buffer, *, signature: Buffer
    ) -> None:
        content, label, given = (
            view(data, _what(function)),
            view(context, "context"),
            view(signature, "signature"),
        )
        self._run(
            function,
            self._key(key),
            number(alg, "alg"),
            content,
            len(content),
            label,
            len(label),
            given,
            len(given),
        )

    @overload
    def sign_message_with_context(
        self, key: Key | int, alg: int, message: Buffer, context: Buffer, *, out: None = None
    ) -> bytes: ...

    @overload
    def sign_message_with_context(
        self, key: Key | int, alg: int, message: Buffer, context: Buffer, *, out: Buffer
    ) -> int: ...

    def sign_message_with_context(
        self, key: Key | int, alg: int, message: Buffer, context: Buffer, *, out: Buffer | None = None
    ) -> bytes | int:
        """Sign a message under a context. Section 10.9.8, psa_sign_message_with_context.

        Args:
            key: a key pair with ``Usage.SIGN_MESSAGE`` whose policy permits ``alg``.
            alg: a signature algorithm with a context, such as ``Alg.ML_DSA``; any, if the context is empty.
            message: bytes-like, any length.
            context: bytes-like, up to 255 bytes; an empty one is the same as none.
            out: a writable buffer to put the signature into.

        Returns:
            The signature; with ``out``, the number of bytes written.

        Raises:
            InvalidArgument: ``alg`` has no context or the context is too long; else as for ``sign_message``.
            NotPermitted, BufferTooSmall, InvalidHandle, NotSupported: as for ``sign_message``.
        """
        return self._sign_context("sign_message_with_context", key, alg, message, context, out=out)

    def verify_message_with_context(
        self, key: Key | int, alg: int, message: Buffer, context: Buffer, signature: Buffer
    ) -> None:
        """Verify a signature under a context. Section 10.9.8, psa_verify_message_with_context.

        Args:
            key: a public key or key pair with ``Usage.VERIFY_MESSAGE`` whose policy permits ``alg``.
            alg: as for :meth:`sign_message_with_context`.
            message: bytes-like.
            context: bytes-like.
            signature: bytes-like, in the format of the algorithm.

        Raises:
            InvalidSignature: the signature is not one of this message and context by this key.
            InvalidArgument, NotPermitted, InvalidHandle, NotSupported: as for
                :meth:`sign_message_with_context`.
        """
        self._verify_context("verify_message_with_context", key, alg, message, context, signature=signature)

    @overload
    def sign_hash_with_context(
        self, key: Key | int, alg: int, digest: Buffer, context: Buffer, *, out: None = None
    ) -> bytes: ...

    @overload
    def sign_hash_with_context(
        self, key: Key | int, alg: int, digest: Buffer, context: Buffer, *, out: Buffer
    ) -> int: ...

    def sign_hash_with_context(
        self, key: Key | int, alg: int, digest: Buffer, context: Buffer, *, out: Buffer | None = None
    ) -> bytes | int:
        """Sign a hash under a context. Section 10.9.8, psa_sign_hash_with_context.

        Args:
            key: a key pair with ``Usage.SIGN_HASH`` whose policy permits ``alg``.
            alg: a signature algorithm that signs hashes, such as ``Alg.ED25519PH``.
            digest: bytes-like, exactly the length of the algorithm's hash.
            context: bytes-like, up to 255 bytes; an empty one is the same as none.
            out: a writable buffer to put the signature into.

        Returns:
            The signature; with ``out``, the number of bytes written.

        Raises:
            InvalidArgument: ``alg`` has no context or the context is too long; else as for ``sign_hash``.
            NotPermitted, BufferTooSmall, InvalidHandle, NotSupported: as for ``sign_hash``.
        """
        return self._sign_context("sign_hash_with_context", key, alg, digest, context, out=out)

    def verify_hash_with_context(
        self, key: Key | int, alg: int, digest: Buffer, context: Buffer, signature: Buffer
    ) -> None:
        """Verify the signature of a hash under a context. Section 10.9.8, psa_verify_hash_with_context.

        Args:
            key: a public key or key pair with ``Usage.VERIFY_HASH`` whose policy permits ``alg``.
            alg: as for :meth:`sign_hash_with_context`.
            digest: bytes-like, exactly the length of the algorithm's hash.
            context: bytes-like.
            signature: bytes-like, in the format of the algorithm.

        Raises:
            InvalidSignature: the signature is not one of this hash and context by this key.
            InvalidArgument, NotPermitted, InvalidHandle, NotSupported: as for :meth:`sign_hash_with_context`.
        """
        self._verify_context("verify_hash_with_context", key, alg, digest, context, signature=signature)

    def sign_setup(self, key: Key | int, alg: int) -> SignOperation:
        """Start signing a message in parts. Section 10.9.9, psa_sign_setup.

        Where no driver takes the message in parts, the core hashes it, or keeps it for one call at the end.

        Args:
            key: a key pair with ``Usage.SIGN_MESSAGE`` whose policy permits ``alg``.
            alg: a signature algorithm; not EdDSA or SLH-DSA, which need the whole message twice.

        Returns:
            The operation, a context manager that aborts on exit what was not finished.

        Raises:
            InvalidArgument, NotPermitted, InvalidHandle, NotSupported: as for ``sign_message``.
        """
        size = signature_length(self._attributes(key), number(alg, "alg"))
        return SignOperation(self, size)._start("sign_setup", self._key(key), alg)

    def verify_setup(self, key: Key | int, alg: int, signature: Buffer) -> VerifyOperation:
        """Start verifying the signature of a message in parts. Section 10.9.9, psa_verify_setup.

        Args:
            key: a public key or key pair with ``Usage.VERIFY_MESSAGE`` whose policy permits ``alg``.
            alg: a signature algorithm.
            signature: bytes-like, in the format of the algorithm.

        Returns:
            The operation, a context manager that aborts on exit what was not finished.

        Raises:
            InvalidArgument, NotPermitted, InvalidHandle, NotSupported: as for ``verify_message``.
        """
        given = view(signature, "signature")
        return VerifyOperation(self)._start("verify_setup", self._key(key), number(alg, "alg"), given, len(given))


class _PartsOperation(Operation):
    """What signing and verifying in parts share."""

    def set_context(self, context: Buffer) -> None:
        """Set the context, at most once and before any part. psa_sign_set_context, psa_verify_set_context.

        Args:
            context: bytes-like, up to 255 bytes.

        Raises:
            BadState: it is too late, or the operation is not active.
            InvalidArgument: the algorithm has no context, or the context is too long.
            NotSupported: the driver takes none.
        """
        label = view(context, "context")
        self._core._run(f"{self.family}_set_context", self._operation, label, len(label))

    def update(self, message: Buffer) -> None:
        """Add a part of the message. psa_sign_update, psa_verify_update.

        Args:
            message: the part, bytes-like, any length.

        Raises:
            BadState: the operation is not active.
            NotSupported: the message is too long to be kept for a driver that cannot take it in parts.
        """
        part = view(message, "message")
        self._core._run(f"{self.family}_update", self._operation, part, len(part))


@quick("sign")
class SignOperation(_PartsOperation):
    """Signing in parts: ``set_context`` if there is one, ``update`` any number of times, then ``finish``.

    >>> from psa_bridge import Alg, Core, EccFamily, KeyAttributes, KeyType, Usage
    >>> alg, both = Alg.ECDSA(Alg.SHA_256), Usage.SIGN_MESSAGE | Usage.VERIFY_MESSAGE
    >>> attributes = KeyAttributes(KeyType.ECC_KEY_PAIR(EccFamily.SECP_R1), 256, usage=both, alg=alg)
    >>> with Core() as core, core.generate_key(attributes) as key, key.sign_setup(alg) as operation:
    ...     operation.update(b"some ")
    ...     operation.update(b"text")
    ...     key.verify_message(alg, b"some text", operation.finish())
    """

    family = "sign"

    def __init__(self, core: Native, size: int) -> None:
        super().__init__(core)
        self._size = size

    @overload
    def finish(self, *, out: None = None) -> bytes: ...

    @overload
    def finish(self, *, out: Buffer) -> int: ...

    def finish(self, *, out: Buffer | None = None) -> bytes | int:
        """The signature of all parts; ends the operation. psa_sign_finish.

        Args:
            out: a writable buffer to put the signature into.

        Returns:
            The signature; with ``out``, the number of bytes written.

        Raises:
            BadState: the operation is not active.
            BufferTooSmall: ``out`` is too short.
        """
        return self._core._produce("sign_finish", self._size, out, self._operation)  # type: ignore[no-any-return]


@quick("verify")
class VerifyOperation(_PartsOperation):
    """Verifying in parts: ``set_context`` if there is one, ``update`` any number of times, then ``finish``."""

    family = "verify"

    def finish(self) -> None:
        """The verdict; ends the operation. psa_verify_finish.

        Raises:
            InvalidSignature: the signature is not one of this message by this key.
            BadState: the operation is not active.
        """
        self._core._run("verify_finish", self._operation)
