"""Keys from and to ``cryptography``, PEM and DER, beside the binary formats of the API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypedDict

from psa_bridge._native import ffi
from psa_bridge.attributes import KeyAttributes
from psa_bridge.ops.base import Native, core_of, view
from psa_bridge.ops.sizes import export_length

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes, PublicKeyTypes
    from typing_extensions import Buffer, Unpack

    from psa_bridge.core import Core
    from psa_bridge.keys import Key


class Policy(TypedDict, total=False):
    """What a new key may be used for and where it lives; what is left out is 0."""

    usage: int
    alg: int
    id: int
    lifetime: int


class KeyImport(Native):
    """Making keys of a core from what other programs use.

    All of these need the policy of the new key, as :class:`~psa_bridge.attributes.KeyAttributes` has
    it; type and size come from the key.
    """

    def import_from_cryptography(self, key: PrivateKeyTypes | PublicKeyTypes, **policy: Unpack[Policy]) -> Key:
        """Make a key from a key object of ``cryptography``; psa_import_key does the rest.

        Args:
            key: a private or public key: RSA, a Weierstrass curve of both sides (secp192r1 to secp521r1,
                secp256k1, brainpoolP256r1 to P512r1), Ed25519, Ed448, X25519, X448, DH in a group of RFC 7919
                or RFC 3526, ML-DSA, ML-KEM.
            policy: ``usage``, such as ``Usage.SIGN_HASH | Usage.EXPORT``, and ``alg``, the algorithm that it
                permits; for a persistent key, or one in a secure element, ``id`` and ``lifetime``.

        Returns:
            The key.

        Raises:
            TypeError: ``key`` is no key object of ``cryptography``.
            NotSupported: the API has no such keys (DSA, other curves or groups), or no driver has them.
            PsaError: as for :meth:`import_key`.

        >>> from cryptography.hazmat.primitives.asymmetric import ed25519
        >>> from psa_bridge import Alg, Core, Usage
        >>> theirs = ed25519.Ed25519PrivateKey.generate()
        >>> with Core() as core:
        ...     key = core.import_from_cryptography(theirs, usage=Usage.SIGN_MESSAGE, alg=Alg.PURE_EDDSA)
        ...     theirs.public_key().verify(key.sign_message(Alg.PURE_EDDSA, b"text"), b"text")
        ...     print(key.attributes.type, key.attributes.bits)
        PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_TWISTED_EDWARDS) 255
        """
        from psa_bridge.interchange.objects import material  # noqa: PLC0415

        KeyAttributes(0, **policy)  # wrong ones are refused before there is a copy of the key
        made = material(key)
        try:
            return core_of(self).import_key(KeyAttributes(made.type, made.bits, **policy), made.data)
        finally:
            made.data[:] = bytes(len(made.data))

    def import_pem(self, data: Buffer | str, *, password: Buffer | None = None, **policy: Unpack[Policy]) -> Key:
        """Make a key from PEM: a private key, encrypted or not, or a public key.

        Args:
            data: the text, bytes-like or a string.
            password: bytes-like, if the key is encrypted.
            policy: ``usage``, ``alg``, ``id`` and ``lifetime`` as for :meth:`import_from_cryptography`.

        Returns:
            The key.

        Raises:
            InvalidArgument: ``data`` is no key in PEM, or the password is wrong, missing or needless.
            NotSupported, PsaError: as for :meth:`import_from_cryptography`.
        """
        text = data.encode() if isinstance(data, str) else data
        return self._import_encoded("load_pem", text, password, policy)

    def import_der(self, data: Buffer, *, password: Buffer | None = None, **policy: Unpack[Policy]) -> Key:
        """Make a key from DER: PKCS#8, encrypted or not, or SubjectPublicKeyInfo.

        Args:
            data: bytes-like.  Older forms are read as well: RSAPrivateKey, RSAPublicKey, ECPrivateKey.
            password: bytes-like, if the key is encrypted.
            policy: ``usage``, ``alg``, ``id`` and ``lifetime`` as for :meth:`import_from_cryptography`.

        Returns:
            The key.

        Raises:
            InvalidArgument: ``data`` is no key in DER, or the password is wrong, missing or needless.
            NotSupported, PsaError: as for :meth:`import_from_cryptography`.
        """
        return self._import_encoded("load_der", data, password, policy)

    def _import_encoded(self, load: str, data: Buffer, password: Buffer | None, policy: Policy) -> Key:
        from psa_bridge.interchange import text  # noqa: PLC0415

        KeyAttributes(0, **policy)
        key = getattr(text, load)(bytes(ffi.buffer(view(data, "data"))), _password(password))
        return self.import_from_cryptography(key, **policy)


class KeyExport:
    """Reading a key out as what other programs use; methods of :class:`~psa_bridge.keys.Key`.

    What they give lies in the memory of Python and of ``cryptography`` until it is freed; only
    ``export(out=...)`` gives material that the caller can wipe.
    """

    __slots__ = ()
    core: Core
    id: int

    def to_cryptography(self) -> PrivateKeyTypes | PublicKeyTypes:
        """The key as a key object of ``cryptography``: a private key for a key pair, else a public key.

        Returns:
            An object of the class that ``cryptography`` has for such keys.

        Raises:
            NotPermitted: a key pair without ``Usage.EXPORT``.
            NotSupported: ``cryptography`` has no objects for such keys, symmetric ones among them.
            InvalidHandle: the key does not exist.
        """
        from psa_bridge.interchange.objects import key_object  # noqa: PLC0415

        attributes = self.core.get_key_attributes(self.id)
        out = bytearray(export_length(attributes))
        try:
            data = memoryview(out)[: self.core.export_key(self.id, out=out)]
            return key_object(attributes.type, attributes.bits, data, self._public)  # type: ignore[no-any-return]
        finally:
            out[:] = bytes(len(out))

    def public_to_cryptography(self) -> PublicKeyTypes:
        """The public key of a key pair, or a public key, as a key object of ``cryptography``.

        Returns:
            An object of the class that ``cryptography`` has for such keys.

        Raises:
            InvalidArgument: the key is not asymmetric.
            NotSupported: ``cryptography`` has no objects for such keys.
            InvalidHandle: the key does not exist.
        """
        from psa_bridge.interchange.objects import key_object  # noqa: PLC0415

        data = self._public()
        attributes = self.core.get_key_attributes(self.id)
        return key_object(attributes.type.public_key, attributes.bits, data, self._public)  # type: ignore[no-any-return]

    def export_pem(self, *, password: Buffer | None = None) -> bytes:
        """The key in PEM: PKCS#8 for a key pair, SubjectPublicKeyInfo for a public key.

        Args:
            password: bytes-like, to encrypt a key pair (PBES2 of PKCS#5); without it the text is as
                secret as the key.

        Returns:
            The text.

        Raises:
            NotPermitted, NotSupported, InvalidHandle: as for :meth:`to_cryptography`.
            InvalidArgument: a password for a public key, or an empty one.

        >>> from psa_bridge import Alg, Core, EccFamily, KeyAttributes, KeyType, Usage
        >>> attributes = KeyAttributes(KeyType.ECC_KEY_PAIR(EccFamily.SECP_R1), 256, usage=Usage.EXPORT)
        >>> with Core() as core:
        ...     pem = core.generate_key(attributes).export_pem(password=b"a long sentence")
        ...     key = core.import_pem(pem, password=b"a long sentence", usage=Usage.SIGN_HASH)
        >>> pem.decode().splitlines()[0]
        '-----BEGIN ENCRYPTED PRIVATE KEY-----'
        """
        return self._dump("PEM", self.to_cryptography(), password)

    def export_der(self, *, password: Buffer | None = None) -> bytes:
        """The key in DER: PKCS#8 for a key pair, SubjectPublicKeyInfo for a public key.

        Args:
            password: as for :meth:`export_pem`.

        Returns:
            The encoded key.

        Raises:
            NotPermitted, NotSupported, InvalidHandle, InvalidArgument: as for :meth:`export_pem`.
        """
        return self._dump("DER", self.to_cryptography(), password)

    def export_public_pem(self) -> bytes:
        """The public key in PEM: SubjectPublicKeyInfo.

        Returns:
            The text.

        Raises:
            InvalidArgument, NotSupported, InvalidHandle: as for :meth:`public_to_cryptography`.
        """
        return self._dump("PEM", self.public_to_cryptography(), None)

    def export_public_der(self) -> bytes:
        """The public key in DER: SubjectPublicKeyInfo.

        Returns:
            The encoded key.

        Raises:
            InvalidArgument, NotSupported, InvalidHandle: as for :meth:`public_to_cryptography`.
        """
        return self._dump("DER", self.public_to_cryptography(), None)

    def _public(self) -> bytes:
        return self.core.export_public_key(self.id)

    def _dump(self, encoding: str, key: Any, password: Buffer | None) -> bytes:
        from psa_bridge.interchange import text  # noqa: PLC0415

        return text.dump(key, encoding, _password(password))


def _password(given: Buffer | None) -> bytes | None:
    return None if given is None else bytes(ffi.buffer(view(given, "password")))
