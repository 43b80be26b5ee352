"""Message authentication codes. Section 10.4 of the PSA Crypto API."""

from __future__ import annotations

from typing import TYPE_CHECKING, overload

from psa_bridge._native import lib
from psa_bridge.ops.base import Native, number, view
from psa_bridge.ops.compiled import quick
from psa_bridge.ops.operation import Operation
from psa_bridge.ops.sizes import mac_length

if TYPE_CHECKING:
    from typing_extensions import Buffer

    from psa_bridge.keys import Key


class Authentication(Native):
    """The MAC functions of a core."""

    @overload
    def mac_compute(self, key: Key | int, alg: int, data: Buffer, *, out: None = None) -> bytes: ...

    @overload
    def mac_compute(self, key: Key | int, alg: int, data: Buffer, *, out: Buffer) -> int: ...

    def mac_compute(self, key: Key | int, alg: int, data: Buffer, *, out: Buffer | None = None) -> bytes | int:
        """The MAC of a message. Section 10.4.2, psa_mac_compute.

        Args:
            key: a key with ``Usage.SIGN_MESSAGE`` whose policy permits ``alg``.
            alg: a MAC algorithm, such as ``Alg.HMAC(Alg.SHA_256)`` or ``Alg.TRUNCATED_MAC(Alg.CMAC, 8)``.
            data: the message, bytes-like, any length.
            out: a writable buffer to put the MAC into, of at least its length.

        Returns:
            The MAC; with ``out``, the number of bytes written.

        Raises:
            NotPermitted: the key's usage or algorithm does not allow it.
            InvalidArgument: ``alg`` is not a MAC algorithm or does not fit the key.
            BufferTooSmall: ``out`` is shorter than the MAC.
            InvalidHandle: the key does not exist.
            NotSupported: no driver does this.
        """
        message, alg = view(data, "data"), number(alg, "alg")
        size = mac_length(self._attributes(key), alg) if out is None else 0
        return self._produce("mac_compute", size, out, self._key(key), alg, message, len(message))  # type: ignore[no-any-return]

    def mac_verify(self, key: Key | int, alg: int, data: Buffer, mac: Buffer) -> None:
        """Verify the MAC of a message, in constant time. Section 10.4.2, psa_mac_verify.

        Args:
            key: a key with ``Usage.VERIFY_MESSAGE`` whose policy permits ``alg``.
            alg: a MAC algorithm.
            data: the message, bytes-like.
            mac: the MAC it should have, bytes-like.

        Raises:
            InvalidSignature: the message has another MAC.
            NotPermitted, InvalidArgument, InvalidHandle, NotSupported: as for :meth:`mac_compute`.
        """
        message, given = view(data, "data"), view(mac, "mac")
        self._run("mac_verify", self._key(key), number(alg, "alg"), message, len(message), given, len(given))

    def mac_sign_setup(self, key: Key | int, alg: int) -> MacOperation:
        """Start to compute a MAC in parts. Section 10.4.3, psa_mac_sign_setup.

        Args:
            key: a key with ``Usage.SIGN_MESSAGE`` whose policy permits ``alg``.
            alg: a MAC algorithm.

        Returns:
            The operation, to be ended with :meth:`MacOperation.sign_finish`.

        Raises:
            NotPermitted, InvalidArgument, InvalidHandle, NotSupported: as for :meth:`mac_compute`.
        """
        return MacOperation(self)._start("mac_sign_setup", self._key(key), number(alg, "alg"))

    def mac_verify_setup(self, key: Key | int, alg: int) -> MacOperation:
        """Start to verify a MAC in parts. Section 10.4.3, psa_mac_verify_setup.

        Args:
            key: a key with ``Usage.VERIFY_MESSAGE`` whose policy permits ``alg``.
            alg: a MAC algorithm.

        Returns:
            The operation, to be ended with :meth:`MacOperation.verify_finish`.

        Raises:
            NotPermitted, InvalidArgument, InvalidHandle, NotSupported: as for :meth:`mac_compute`.
        """
        return MacOperation(self)._start("mac_verify_setup", self._key(key), number(alg, "alg"))


@quick("mac")
class MacOperation(Operation):
    """A multi-part MAC: ``update`` any number of times, then ``sign_finish`` or ``verify_finish``, or ``abort``.

    >>> from psa_bridge import Alg, Core, KeyAttributes, KeyType, Usage
    >>> alg = Alg.HMAC(Alg.SHA_256)
    >>> attributes = KeyAttributes(KeyType.HMAC, usage=Usage.SIGN_MESSAGE, alg=alg)
    >>> with Core() as core, core.import_key(attributes, b"Jefe") as key, key.mac_sign_setup(alg) as operation:
    ...     operation.update(b"what do ya want ")
    ...     operation.update(b"for nothing?")
    ...     operation.sign_finish().hex()[:16]
    '5bdcc146bf60754e'
    """

    family = "mac"

    def update(self, data: Buffer) -> None:
        """Add a part of the message. psa_mac_update.

        Args:
            data: the part, bytes-like, any length.

        Raises:
            BadState: the operation is not active.
            NotSupported: the driver takes messages in one piece, and the core keeps no more than 1 MiB.
        """
        part = view(data, "data")
        self._core._run("mac_update", self._operation, part, len(part))

    @overload
    def sign_finish(self, *, out: None = None) -> bytes: ...

    @overload
    def sign_finish(self, *, out: Buffer) -> int: ...

    def sign_finish(self, *, out: Buffer | None = None) -> bytes | int:
        """The MAC of all parts; ends the operation. psa_mac_sign_finish.

        Args:
            out: a writable buffer to put the MAC into.

        Returns:
            The MAC; with ``out``, the number of bytes written.

        Raises:
            BadState: the operation is not active, or verifies.
            BufferTooSmall: ``out`` is shorter than the MAC.
        """
        size = int(lib.psab_mac_max_size())
        return self._core._produce("mac_sign_finish", size, out, self._operation)  # type: ignore[no-any-return]

    def verify_finish(self, mac: Buffer) -> None:
        """Compare the MAC of all parts with an expected one; ends the operation. psa_mac_verify_finish.

        Args:
            mac: the MAC it should be, bytes-like.

        Raises:
            InvalidSignature: the MAC is another one.
            BadState: the operation is not active, or does not verify.
        """
        given = view(mac, "mac")
        self._core._run("mac_verify_finish", self._operation, given, len(given))
