"""Hashes: single-part calls and the multi-part operation. Section 10.2 of the PSA Crypto API."""

from __future__ import annotations

from typing import TYPE_CHECKING, overload

from psa_bridge.ops.base import Native, number, view
from psa_bridge.ops.compiled import quick
from psa_bridge.ops.operation import Operation
from psa_bridge.ops.sizes import hash_length, suspended_length

if TYPE_CHECKING:
    from typing_extensions import Buffer


class Hashing(Native):
    """The hash functions of a core."""

    @overload
    def hash_compute(self, alg: int, data: Buffer, *, out: None = None) -> bytes: ...

    @overload
    def hash_compute(self, alg: int, data: Buffer, *, out: Buffer) -> int: ...

    def hash_compute(self, alg: int, data: Buffer, *, out: Buffer | None = None) -> bytes | int:
        """Hash a message. Section 10.2.2, psa_hash_compute.

        Args:
            alg: a hash algorithm, such as ``Alg.SHA_256``.
            data: the message, bytes-like, any length.
            out: a writable buffer to put the hash into, of at least its length.

        Returns:
            The hash; with ``out``, the number of bytes written.

        Raises:
            BufferTooSmall: ``out`` is shorter than the hash.
            InvalidArgument: ``alg`` is not a hash algorithm.
            NotSupported: no driver has this algorithm.
        """
        message = view(data, "data")
        alg = number(alg, "alg")
        return self._produce("hash_compute", hash_length(alg), out, alg, message, len(message))  # type: ignore[no-any-return]

    def hash_compare(self, alg: int, data: Buffer, expected: Buffer) -> None:
        """Hash a message and compare with an expected value, in constant time. Section 10.2.2, psa_hash_compare.

        Args:
            alg: a hash algorithm.
            data: the message, bytes-like.
            expected: the hash it should have, bytes-like.

        Raises:
            InvalidSignature: the message has another hash.
            InvalidArgument: ``alg`` is not a hash algorithm.
            NotSupported: no driver has this algorithm.
        """
        message, reference = view(data, "data"), view(expected, "expected")
        self._run("hash_compare", number(alg, "alg"), message, len(message), reference, len(reference))

    def hash_setup(self, alg: int) -> HashOperation:
        """Start a multi-part hash. Section 10.2.3, psa_hash_setup.

        Args:
            alg: a hash algorithm.

        Returns:
            The operation, a context manager that aborts on exit what was not finished.

        Raises:
            InvalidArgument: ``alg`` is not a hash algorithm.
            NotSupported: no driver has the multi-part form of this algorithm.
        """
        return HashOperation(self)._start("hash_setup", number(alg, "alg"))

    def hash_resume(self, state: Buffer) -> HashOperation:
        """Go on with a hash that was suspended, also one of another core. Section 10.2.3, psa_hash_resume.

        Args:
            state: what :meth:`HashOperation.suspend` gave, bytes-like.

        Returns:
            The operation, as it was.

        Raises:
            InvalidArgument: ``state`` is not a hash suspend state.
            NotSupported: no driver can resume this algorithm.
        """
        saved = view(state, "state")
        return HashOperation(self)._start("hash_resume", saved, len(saved))


@quick("hash")
class HashOperation(Operation):
    """A multi-part hash: ``update`` any number of times, then ``finish``, ``verify``, ``suspend`` or ``abort``.

    >>> from psa_bridge import Alg, Core
    >>> with Core() as core, core.hash_setup(Alg.SHA_256) as operation:
    ...     operation.update(b"a")
    ...     operation.update(b"bc")
    ...     operation.finish().hex()[:16]
    'ba7816bf8f01cfea'
    """

    family = "hash"

    def __reduce__(self) -> str:
        raise TypeError("a hash operation lives in its core and cannot be pickled; suspend() gives its state as bytes")

    def update(self, data: Buffer) -> None:
        """Add a part of the message. psa_hash_update.

        Args:
            data: the part, bytes-like, any length.

        Raises:
            BadState: the operation is not active.
        """
        part = view(data, "data")
        self._core._run("hash_update", self._operation, part, len(part))

    @overload
    def finish(self, *, out: None = None) -> bytes: ...

    @overload
    def finish(self, *, out: Buffer) -> int: ...

    def finish(self, *, out: Buffer | None = None) -> bytes | int:
        """The hash of all parts; ends the operation. psa_hash_finish.

        Args:
            out: a writable buffer to put the hash into.

        Returns:
            The hash; with ``out``, the number of bytes written.

        Raises:
            BadState: the operation is not active.
            BufferTooSmall: ``out`` is shorter than the hash.
        """
        return self._core._produce("hash_finish", hash_length(0), out, self._operation)  # type: ignore[no-any-return]

    def verify(self, expected: Buffer) -> None:
        """Compare the hash of all parts with an expected value; ends the operation. psa_hash_verify.

        Args:
            expected: the hash it should be, bytes-like.

        Raises:
            InvalidSignature: the hash is another one.
            BadState: the operation is not active.
        """
        reference = view(expected, "expected")
        self._core._run("hash_verify", self._operation, reference, len(reference))

    def clone(self) -> HashOperation:
        """A second operation that has hashed the same parts. psa_hash_clone.

        Returns:
            The other operation; both go on by themselves.

        Raises:
            BadState: the operation is not active.
        """
        copy = HashOperation(self._core)
        self._core._run("hash_clone", self._operation, copy._operation)
        return copy

    @overload
    def suspend(self, *, out: None = None) -> bytes: ...

    @overload
    def suspend(self, *, out: Buffer) -> int: ...

    def suspend(self, *, out: Buffer | None = None) -> bytes | int:
        """The intermediate state, for :meth:`Hashing.hash_resume`; ends the operation. psa_hash_suspend.

        The state is as secret as the message.

        Args:
            out: a writable buffer to put the state into.

        Returns:
            The state; with ``out``, the number of bytes written.

        Raises:
            BadState: the operation is not active.
            NotSupported: this hash, or its driver, has no suspend state.
        """
        return self._core._produce(  # type: ignore[no-any-return]
            "hash_suspend", suspended_length(0), out, self._operation, secret=True
        )
