"""Key wrapping and key encapsulation: keys that travel. Sections 10.7 and 10.12 of the PSA Crypto API."""

from __future__ import annotations

from typing import TYPE_CHECKING, overload

from psa_bridge._native import ffi
from psa_bridge.ops.base import Native, core_of, in_c, number, view
from psa_bridge.ops.sizes import encapsulated_length, wrapped_length

if TYPE_CHECKING:
    from typing_extensions import Buffer

    from psa_bridge.attributes import KeyAttributes
    from psa_bridge.keys import Key


class KeyTransport(Native):
    """The key wrapping and key encapsulation functions of a core."""

    @overload
    def wrap_key(self, wrapping_key: Key | int, alg: int, key: Key | int, *, out: None = None) -> bytes: ...

    @overload
    def wrap_key(self, wrapping_key: Key | int, alg: int, key: Key | int, *, out: Buffer) -> int: ...

    def wrap_key(self, wrapping_key: Key | int, alg: int, key: Key | int, *, out: Buffer | None = None) -> bytes | int:
        """Encrypt a key under another one. Section 10.7.2, psa_wrap_key.

        Args:
            wrapping_key: with ``Usage.WRAP``, its policy permits ``alg``.
            alg: a key wrapping algorithm, ``Alg.KW`` or ``Alg.KWP``.
            key: what is wrapped, in its export format: a public key, or any with ``Usage.EXPORT``.
            out: a writable buffer to put the wrapped key into.

        Returns:
            The wrapped key; with ``out``, the number of bytes written.

        Raises:
            BufferTooSmall: ``out`` is too short.
            NotPermitted: the policy of one of the keys does not allow it.
            InvalidArgument: the wrapping key does not fit ``alg``, or the length of the key does not (KW
                takes multiples of 8 bytes, 16 at least).
            InvalidHandle: one of the keys does not exist.
            NotSupported: no driver does this, or the location of the key does not export it.
        """
        alg = number(alg, "alg")
        size = wrapped_length(self._attributes(wrapping_key, "wrapping_key"), alg, self._attributes(key))
        identifier = self._key(wrapping_key, "wrapping_key")
        return self._produce("wrap_key", size, out, identifier, alg, self._key(key))  # type: ignore[no-any-return]

    def unwrap_key(self, attributes: KeyAttributes, wrapping_key: Key | int, alg: int, data: Buffer) -> Key:
        """Make a key from a wrapped one. Section 10.7.2, psa_unwrap_key.

        Args:
            attributes: of the new key, as for ``import_key``.
            wrapping_key: with ``Usage.UNWRAP``, its policy permits ``alg``.
            alg: the algorithm that it was wrapped with.
            data: what ``wrap_key`` gave, bytes-like.

        Returns:
            The key.

        Raises:
            InvalidSignature: the data was not wrapped with this key and algorithm.
            NotPermitted: the policy of the wrapping key does not allow it.
            InvalidArgument: the attributes contradict each other or the key that came out.
            AlreadyExists: there is a persistent key with this ``id``.
            InvalidHandle: the wrapping key does not exist.
            NotSupported: no driver does this.
        """
        wrapped = view(data, "data")
        identifier = self._key(wrapping_key, "wrapping_key")
        return self._create("unwrap_key", in_c(attributes), identifier, number(alg, "alg"), wrapped, len(wrapped))

    @overload
    def encapsulate(
        self, key: Key | int, alg: int, attributes: KeyAttributes, *, out: None = None
    ) -> tuple[Key, bytes]: ...

    @overload
    def encapsulate(self, key: Key | int, alg: int, attributes: KeyAttributes, *, out: Buffer) -> tuple[Key, int]: ...

    def encapsulate(
        self, key: Key | int, alg: int, attributes: KeyAttributes, *, out: Buffer | None = None
    ) -> tuple[Key, bytes] | tuple[Key, int]:
        """Make a fresh shared secret as a key, and its ciphertext. Section 10.12.3, psa_encapsulate.

        Args:
            key: the other side's public key, or a key pair, with ``Usage.ENCRYPT``; its policy permits ``alg``.
            alg: a key encapsulation algorithm, such as ``Alg.ML_KEM``.
            attributes: of the shared secret: a type to derive from or ``KeyType.HMAC``; with ML-KEM
                also that of a block cipher.
            out: a writable buffer to put the ciphertext into.

        Returns:
            The key with the shared secret, and the ciphertext for the owner of the key pair; with
            ``out``, the number of its bytes.

        Raises:
            BufferTooSmall: ``out`` is too short; there is no key then.
            NotPermitted: the policy of the key does not allow it.
            InvalidArgument: the key does not fit ``alg``, or the attributes do not fit the secret.
            AlreadyExists: there is a persistent key with this ``id``.
            InvalidHandle: the key does not exist.
            NotSupported: no driver does this.
        """
        from psa_bridge.keys import Key  # noqa: PLC0415

        alg = number(alg, "alg")
        made = ffi.new("psa_key_id_t *")
        size = encapsulated_length(self._attributes(key), alg)
        ciphertext = self._produce("encapsulate", size, out, self._key(key), alg, in_c(attributes), made)
        return Key(core_of(self), made[0]), ciphertext

    def decapsulate(self, key: Key | int, alg: int, ciphertext: Buffer, attributes: KeyAttributes) -> Key:
        """The shared secret of a ciphertext, as a key. Section 10.12.3, psa_decapsulate.

        A wrong ciphertext need not be noticed: the key is another one then.

        Args:
            key: a key pair with ``Usage.DECRYPT`` whose policy permits ``alg``.
            alg: a key encapsulation algorithm.
            ciphertext: what ``encapsulate`` gave, bytes-like.
            attributes: of the shared secret, as for :meth:`encapsulate`.

        Returns:
            The key with the shared secret.

        Raises:
            InvalidSignature: the ciphertext is not authentic, with algorithms that notice.
            InvalidArgument: the length of the ciphertext is wrong; else as for :meth:`encapsulate`.
            NotPermitted, AlreadyExists, InvalidHandle, NotSupported: as for :meth:`encapsulate`.
        """
        given = view(ciphertext, "ciphertext")
        return self._create("decapsulate", self._key(key), number(alg, "alg"), given, len(given), in_c(attributes))

    def attach_key(self, attributes: KeyAttributes, label: Buffer) -> Key:
        """An identifier for a key that a secure element has already. Section 9.9.1, psa_attach_key.

        Destroying the key later forgets the identifier only.

        Args:
            attributes: type, policy and a volatile lifetime at the location; ``bits`` may be 0.
            label: names the key at its location, bytes-like.

        Returns:
            The key.

        Raises:
            DoesNotExist: the location has no such key.
            InvalidArgument: the lifetime is local or not volatile, or the key does not fit the attributes.
            NotSupported: the location has no keys to attach to.
        """
        named = view(label, "label")
        return self._create("attach_key", in_c(attributes), named, len(named))
