"""Making keys, reading them out and removing them. Sections 9.1 and 9.9 of the PSA Crypto API."""

from __future__ import annotations

from typing import TYPE_CHECKING, overload

from psa_bridge._native import ffi
from psa_bridge.attributes import KeyAttributes
from psa_bridge.ops.base import Native, core_of, in_c, number, view
from psa_bridge.ops.sizes import export_length, export_public_length

if TYPE_CHECKING:
    from typing_extensions import Buffer

    from psa_bridge.keys import Key


class KeyManagement(Native):
    """The key management functions of a core."""

    def get_key_attributes(self, key: Key | int) -> KeyAttributes:
        """What a key is. Section 9.1.1, psa_get_key_attributes.

        Args:
            key: any key.

        Returns:
            Its attributes; ``id`` is 0 for a volatile key, so that they are good for another one.

        Raises:
            InvalidHandle: the key does not exist.
        """
        attributes = ffi.new("psab_attributes_t *")
        self._run("get_key_attributes", self._key(key), attributes)
        return KeyAttributes.from_c(attributes)

    def import_key(self, attributes: KeyAttributes, data: Buffer) -> Key:
        """Make a key from its binary form. Section 9.9.1, psa_import_key.

        Args:
            attributes: type and policy; ``bits`` may stay 0, else it has to fit the data;
                ``id`` and ``lifetime`` for a persistent key or one in a secure element.
            data: bytes-like, in the export format of the key type (an ECC private key is the
                number alone, big-endian; an ECC public key the uncompressed point; RSA the DER of
                RSAPrivateKey or RSAPublicKey).

        Returns:
            The key; it lives until it is destroyed or the core is closed.

        Raises:
            InvalidArgument: the data is not such a key, or the attributes contradict each other.
            AlreadyExists: there is a persistent key with this ``id``.
            NotSupported: no driver has this key type, or this location.
        """
        material = view(data, "data")
        return self._create("import_key", in_c(attributes), material, len(material))

    def generate_key(self, attributes: KeyAttributes) -> Key:
        """Make a random key or key pair. Section 9.9.1, psa_generate_key.

        Args:
            attributes: type, ``bits`` and policy.

        Returns:
            The key.

        Raises:
            InvalidArgument: a public key type, or a size that the type does not have.
            AlreadyExists: there is a persistent key with this ``id``.
            NotSupported: no driver generates such keys.
            InsufficientEntropy: there is no randomness.
        """
        return self._create("generate_key", in_c(attributes))

    def generate_key_custom(self, attributes: KeyAttributes, custom_data: Buffer = b"", *, flags: int = 0) -> Key:
        """Make a random key with parameters of its own. Section 9.9.1, psa_generate_key_custom.

        Args:
            attributes: type, ``bits`` and policy.
            custom_data: bytes-like; for RSA the public exponent, little-endian, empty for 65537; empty for
                other types.
            flags: 0.

        Returns:
            The key.

        Raises:
            InvalidArgument: parameters that the key type does not have; else as :meth:`generate_key`.
            NotSupported: no driver takes these parameters.
        """
        data = view(custom_data, "custom_data")
        custom = ffi.new("psab_custom_t *", [number(flags, "flags")])
        return self._create("generate_key_custom", in_c(attributes), custom, data, len(data))

    def copy_key(self, key: Key | int, attributes: KeyAttributes) -> Key:
        """A second key with the same material. Section 9.9.1, psa_copy_key.

        Args:
            key: the source, with ``Usage.COPY``; ``Usage.EXPORT`` too if the copy leaves its location.
            attributes: lifetime and identifier of the copy, and the most it may be used for: its
                usage is what both allow, its algorithm the one that both permit. ``type`` and
                ``bits`` may be 0.

        Returns:
            The copy.

        Raises:
            NotPermitted: the source does not allow it.
            InvalidArgument: type or size differ, or no algorithm is permitted by both.
            AlreadyExists: there is a persistent key with this ``id``.
            NotSupported: the location cannot copy.
        """
        return self._create("copy_key", self._key(key), in_c(attributes))

    def destroy_key(self, key: Key | int) -> None:
        """Erase a key, persistent ones from storage too. Section 9.9.2, psa_destroy_key.

        Calls that use it on other threads finish first. The identifier 0 does nothing.

        Args:
            key: any key.

        Raises:
            InvalidHandle: the key does not exist.
            NotPermitted: it is read-only.
        """
        self._run("destroy_key", self._key(key))

    def purge_key(self, key: Key | int) -> None:
        """Drop the copy of a persistent key in memory; it stays in storage. Section 9.9.2, psa_purge_key.

        Args:
            key: any key.

        Raises:
            InvalidHandle: the key does not exist.
        """
        self._run("purge_key", self._key(key))

    @overload
    def export_key(self, key: Key | int, *, out: None = None) -> bytes: ...

    @overload
    def export_key(self, key: Key | int, *, out: Buffer) -> int: ...

    def export_key(self, key: Key | int, *, out: Buffer | None = None) -> bytes | int:
        """The key in binary form. Section 9.9.3, psa_export_key.

        Args:
            key: a public key, or any key with ``Usage.EXPORT``.
            out: a writable buffer to put it into; it can be wiped, which bytes cannot.

        Returns:
            What :meth:`import_key` takes; with ``out``, the number of bytes written.

        Raises:
            NotPermitted: the key may not be exported.
            BufferTooSmall: ``out`` is too short.
            InvalidHandle: the key does not exist.
            NotSupported: its location cannot export it.
        """
        size = export_length(self._attributes(key)) if out is None else 0
        return self._produce("export_key", size, out, self._key(key), secret=True)  # type: ignore[no-any-return]

    @overload
    def export_public_key(self, key: Key | int, *, out: None = None) -> bytes: ...

    @overload
    def export_public_key(self, key: Key | int, *, out: Buffer) -> int: ...

    def export_public_key(self, key: Key | int, *, out: Buffer | None = None) -> bytes | int:
        """The public key of a key pair, or a public key, in binary form. Section 9.9.3, psa_export_public_key.

        Args:
            key: a key pair or public key; no usage flag is needed.
            out: a writable buffer to put it into.

        Returns:
            What :meth:`import_key` takes with the public key type; with ``out``, the number of
            bytes written.

        Raises:
            InvalidArgument: the key is not asymmetric.
            BufferTooSmall: ``out`` is too short.
            InvalidHandle: the key does not exist.
            NotSupported: no driver can, or its location does not.
        """
        size = export_public_length(self._attributes(key)) if out is None else 0
        return self._produce("export_public_key", size, out, self._key(key))  # type: ignore[no-any-return]

    def check_key_usage(self, key: Key | int, alg: int, usage: int) -> None:
        """Ask whether a key could be used for something, by its attributes. Section 9.8.2, psa_check_key_usage.

        Args:
            key: any key.
            alg: the algorithm of a cryptographic use; 0 for export, copy and cache.
            usage: exactly one usage flag.

        Raises:
            NotPermitted: the policy of the key excludes it.
            InvalidArgument: the flag, the algorithm and the key do not fit together.
            NotSupported: no driver does that with this key.
            InvalidHandle: the key does not exist.
        """
        self._run("check_key_usage", self._key(key), number(alg, "alg"), number(usage, "usage"))

    def open_key(self, identifier: int) -> Key:
        """Open a persistent key by the handle functions of version 1.0 beta 3, psa_open_key.

        Args:
            identifier: of a persistent key.

        Returns:
            The key.

        Raises:
            DoesNotExist, InvalidHandle: there is no such key.
        """
        from psa_bridge.keys import Key  # noqa: PLC0415

        handle = ffi.new("psa_key_handle_t *")
        self._run("open_key", number(identifier, "identifier"), handle)
        return Key(core_of(self), handle[0])

    def close_key(self, key: Key | int) -> None:
        """Close a handle of :meth:`open_key`: a volatile key goes, a persistent one stays. psa_close_key.

        Args:
            key: any key.

        Raises:
            InvalidHandle: the key does not exist.
        """
        self._run("close_key", self._key(key))

    def key(self, identifier: int) -> Key:
        """The object for a key that exists, such as a persistent key of an earlier run.

        Args:
            identifier: of the key.

        Returns:
            The key.

        Raises:
            InvalidHandle: there is no such key.
        """
        from psa_bridge.keys import Key  # noqa: PLC0415

        found = Key(core_of(self), number(identifier, "identifier"))
        found._known = self.get_key_attributes(found)
        return found
