"""Key agreement. Section 10.11 of the PSA Crypto API."""

from __future__ import annotations

from typing import TYPE_CHECKING, overload

from psa_bridge.ops.base import Native, in_c, number, view
from psa_bridge.ops.sizes import shared_secret_length

if TYPE_CHECKING:
    from typing_extensions import Buffer

    from psa_bridge.attributes import KeyAttributes
    from psa_bridge.keys import Key


class Agreement(Native):
    """The key agreement functions of a core."""

    @overload
    def raw_key_agreement(self, alg: int, private_key: Key | int, peer_key: Buffer, *, out: None = None) -> bytes: ...

    @overload
    def raw_key_agreement(self, alg: int, private_key: Key | int, peer_key: Buffer, *, out: Buffer) -> int: ...

    def raw_key_agreement(
        self, alg: int, private_key: Key | int, peer_key: Buffer, *, out: Buffer | None = None
    ) -> bytes | int:
        """The shared secret of a key agreement, unprocessed. Section 10.11.2, psa_raw_key_agreement.

        The secret is not uniformly random: derive keys from it, do not use it as one.

        Args:
            alg: a standalone key agreement algorithm, such as ``Alg.ECDH``.
            private_key: a key pair with ``Usage.DERIVE`` whose policy permits ``alg``.
            peer_key: the other side's public key, bytes-like, in the format of ``export_public_key``.
            out: a writable buffer to put the secret into.

        Returns:
            The secret (ECDH: the x coordinate, or the output of X25519 and X448); with ``out``,
            the number of bytes written.

        Raises:
            InvalidArgument: ``peer_key`` is not a valid public key of the same kind, or ``alg``
                does not fit the key.
            NotPermitted: the key's usage or algorithm does not allow it.
            BufferTooSmall: ``out`` is too short.
            InvalidHandle: the key does not exist.
            NotSupported: no driver does this.
        """
        peer = view(peer_key, "peer_key")
        alg = number(alg, "alg")
        size = shared_secret_length(self._attributes(private_key, "private_key")) if out is None else 0
        return self._produce(  # type: ignore[no-any-return]
            "raw_key_agreement", size, out, alg, self._key(private_key, "private_key"), peer, len(peer), secret=True
        )

    def key_agreement(self, private_key: Key | int, peer_key: Buffer, alg: int, attributes: KeyAttributes) -> Key:
        """The shared secret of a key agreement, as a key to derive from. Section 10.11.2, psa_key_agreement.

        Where the key pair is in a secure element and the key is to be there, the secret does not leave it.

        Args:
            private_key: a key pair with ``Usage.DERIVE`` whose policy permits ``alg``.
            peer_key: the other side's public key, bytes-like, in the format of ``export_public_key``.
            alg: a standalone key agreement algorithm, such as ``Alg.ECDH``.
            attributes: of the key: ``KeyType.DERIVE``, ``RAW_DATA``, ``HMAC`` or ``PASSWORD``; ``bits`` may be 0.

        Returns:
            The key.

        Raises:
            InvalidArgument: ``peer_key`` is not a valid public key of the same kind, ``alg`` does not fit the
                key, or the attributes do not fit the secret.
            NotPermitted: the policy of the key does not allow it.
            AlreadyExists: there is a persistent key with this ``id``.
            InvalidHandle: the key does not exist.
            NotSupported: no driver does this.
        """
        peer = view(peer_key, "peer_key")
        pair = self._key(private_key, "private_key")
        return self._create("key_agreement", pair, peer, len(peer), number(alg, "alg"), in_c(attributes))
