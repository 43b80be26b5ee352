"""Hashes and MACs."""

from __future__ import annotations

import hashlib
import sys
from typing import Any

from cryptography.hazmat.primitives import cmac, hashes, hmac

from psa_bridge.attributes import KeyAttributes
from psa_bridge.constants import Alg, KeyType
from psa_bridge.errors import InvalidArgument, NotSupported
from psa_bridge.software.ciphers import block_cipher, cbc_mac

_HASHES: dict[int, hashes.HashAlgorithm] = {
    Alg.MD5: hashes.MD5(),
    Alg.SHA_1: hashes.SHA1(),
    Alg.SHA_224: hashes.SHA224(),
    Alg.SHA_256: hashes.SHA256(),
    Alg.SHA_384: hashes.SHA384(),
    Alg.SHA_512: hashes.SHA512(),
    Alg.SHA_512_224: hashes.SHA512_224(),
    Alg.SHA_512_256: hashes.SHA512_256(),
    Alg.SHA3_224: hashes.SHA3_224(),
    Alg.SHA3_256: hashes.SHA3_256(),
    Alg.SHA3_384: hashes.SHA3_384(),
    Alg.SHA3_512: hashes.SHA3_512(),
    Alg.SHAKE128_256: hashes.SHAKE128(32),
    Alg.SHAKE256_192: hashes.SHAKE256(24),
    Alg.SHAKE256_256: hashes.SHAKE256(32),
    Alg.SHAKE256_512: hashes.SHAKE256(64),
    Alg.SM3: hashes.SM3(),
    Alg.BLAKE2S_HASH256: hashes.BLAKE2s(32),
    Alg.BLAKE2B_HASH512: hashes.BLAKE2b(64),
}


def hash_of(alg: int) -> hashes.HashAlgorithm:
    """The hash of a hash algorithm.

    Raises:
        NotSupported: it is not here.
    """
    found = _HASHES.get(alg)
    if found is None:
        raise NotSupported(f"{Alg(alg)} is not in cryptography")
    return found


def _blake2(alg: Alg, key: bytes, data: bytes) -> bytes:
    """A BLAKE2 hash with a key (RFC 7693)."""
    make = hashlib.blake2s if alg.hash == Alg.BLAKE2S_HASH256 else hashlib.blake2b
    try:
        return make(data, key=key).digest()
    except ValueError as error:
        raise InvalidArgument(str(error)) from error


def mac_length(alg: int, full: int) -> int:
    """The length of a MAC, whose algorithm may truncate it."""
    return (alg >> 16 & 0x3F) or full


class Digests:
    """The entry points of hashes and MACs."""

    def hash_compute(self, alg: int, data: bytes) -> bytes:
        """A hash."""
        operation = self.hash_setup(alg)
        operation.update(data)
        return bytes(operation.finalize())

    def hash_setup(self, alg: int) -> Any:
        """A hash to be fed."""
        return hashes.Hash(hash_of(alg))

    def hash_update(self, operation: Any, data: bytes) -> None:
        """Feed it."""
        operation.update(data)

    def hash_finish(self, operation: Any) -> bytes:
        """The hash."""
        return bytes(operation.finalize())

    def hash_abort(self, operation: Any) -> None:
        """Nothing to do: the object goes."""

    def hash_clone(self, operation: Any) -> Any:
        """Another one in the same state."""
        return operation.copy()

    def mac_compute(self, attributes: KeyAttributes, key: bytes, alg: int, data: bytes) -> bytes:
        """An HMAC, a MAC of a block cipher, or a BLAKE2 MAC."""
        base = Alg(alg).full_length_mac
        if base == Alg.CBC_MAC:
            mac = cbc_mac(attributes.type, key, data)
        elif attributes.type == KeyType.BLAKE2:
            mac = _blake2(base, key, data)
        else:
            operation: Any = (
                hmac.HMAC(key, hash_of(base.hash)) if base.is_hmac else cmac.CMAC(block_cipher(attributes.type, key))
            )
            operation.update(data)
            mac = bytes(operation.finalize())
        return mac[: mac_length(alg, len(mac))]

    def xof_setup(self, alg: int) -> Any:
        """An extendable output to be fed; how much is asked for is not known."""
        shake = hashes.SHAKE128 if alg == Alg.SHAKE128 else hashes.SHAKE256
        return hashes.XOFHash(shake(sys.maxsize))

    def xof_update(self, operation: Any, data: bytes) -> None:
        """Feed it."""
        operation.update(data)

    def xof_output(self, operation: Any, length: int) -> bytes:
        """The next bytes."""
        return bytes(operation.squeeze(length))

    def xof_abort(self, operation: Any) -> None:
        """Nothing to do: the object goes."""
