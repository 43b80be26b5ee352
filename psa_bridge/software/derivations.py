"""Key derivations."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

from cryptography.hazmat.primitives import cmac, hashes, hmac
from cryptography.hazmat.primitives.ciphers import algorithms
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC

from psa_bridge.constants import Alg, Step
from psa_bridge.errors import InsufficientData, InvalidArgument, NotSupported
from psa_bridge.packed import KdfInputs
from psa_bridge.software.ciphers import block_cipher
from psa_bridge.software.digests import hash_of

CAPACITY = 0x7F01
"""The input that holds the capacity, PSA_CRYPTO_DRIVER_KEY_DERIVATION_CAPACITY."""

_POINT = 65
_PRF_KEY = 16

Prf = Callable[[bytes], bytes]


class Stream:
    """The output of a derivation, on demand."""

    def __init__(self, blocks: Iterator[bytes]) -> None:
        self._blocks = blocks
        self._left = bytearray()

    def take(self, length: int) -> bytes:
        """The next bytes.

        Raises:
            InsufficientData: there are not as many.
        """
        while len(self._left) < length:
            block = next(self._blocks, None)
            if block is None:
                raise InsufficientData("the derivation has no more output")
            self._left += block
        taken = bytes(self._left[:length])
        self._left[:length] = b""
        return taken


def _keyed(start: Any) -> Prf:
    """A MAC under one key, of any number of messages."""

    def run(data: bytes) -> bytes:
        mac = start.copy()
        mac.update(data)
        return bytes(mac.finalize())

    return run


def _hmac(alg: Alg, key: bytes) -> Prf:
    return _keyed(hmac.HMAC(key, hash_of(alg.hash)))


def _expand(prf: Prf, info: bytes) -> Iterator[bytes]:
    block = b""
    for number in range(1, 256):
        block = prf(block + info + bytes([number]))
        yield block


def _hkdf(alg: Alg, inputs: KdfInputs) -> Iterator[bytes]:
    secret, info = inputs.data(Step.SECRET), inputs.data(Step.INFO)
    if alg.is_hkdf_expand:
        return _expand(_hmac(alg, secret), info)
    prk = _hmac(alg, inputs.data(Step.SALT))(secret)
    return iter((prk,)) if alg.is_hkdf_extract else _expand(_hmac(alg, prk), info)


def _tls(alg: Alg, inputs: KdfInputs) -> Iterator[bytes]:
    secret, start = inputs.data(Step.SECRET), inputs.data(Step.LABEL) + inputs.data(Step.SEED)
    if alg.is_tls12_psk_to_ms:
        other = inputs.get(Step.OTHER_SECRET)
        given = other is not None and other.type != _OMITTED
        parts = (inputs.data(Step.OTHER_SECRET) if given else bytes(len(secret)), secret)
        secret = b"".join(len(part).to_bytes(2, "big") + part for part in parts)
    prf = _hmac(alg, secret)

    def blocks() -> Iterator[bytes]:
        chain = start
        while True:
            chain = prf(chain)
            yield prf(chain + start)

    return blocks()


_OMITTED = 1
"""The type of an input that was left out, PSA_KEY_DERIVATION_INPUT_TYPE_OMITTED."""


def _ecjpake(alg: Alg, inputs: KdfInputs) -> Iterator[bytes]:
    point = inputs.data(Step.SECRET)
    if len(point) != _POINT or point[0] != 4:
        raise InvalidArgument("not an uncompressed point of secp256r1")
    digest = hashes.Hash(hashes.SHA256())
    digest.update(point[1:33])
    return iter((digest.finalize(),))


def _integer(inputs: KdfInputs, step: int) -> int:
    item = inputs.get(step)
    if item is None:
        raise InvalidArgument(f"{Step(step)} is missing")
    return item.integer


def _counter(alg: Alg, inputs: KdfInputs) -> Iterator[bytes]:
    bits = 8 * _integer(inputs, CAPACITY)
    fixed = inputs.data(Step.LABEL) + b"\0" + inputs.data(Step.CONTEXT) + bits.to_bytes(4, "big")
    secret = inputs.get(Step.SECRET)
    if alg == Alg.SP800_108_COUNTER_CMAC:
        if secret is None or secret.attributes is None:
            raise InvalidArgument("the secret has to be a key")
        prf = _keyed(cmac.CMAC(block_cipher(secret.attributes.type, secret.data)))
        fixed += prf(fixed)
    else:
        prf = _hmac(alg, inputs.data(Step.SECRET))
    return (prf(number.to_bytes(4, "big") + fixed) for number in range(1, 1 << 32))


def _pbkdf2(alg: Alg, inputs: KdfInputs) -> Iterator[bytes]:
    password, salt = inputs.data(Step.PASSWORD), inputs.data(Step.SALT)
    cost = _integer(inputs, Step.COST)
    if alg == Alg.PBKDF2_AES_CMAC_PRF_128:
        return _pbkdf2_cmac(password, salt, cost)
    return _pbkdf2_hmac(hash_of(alg.hash), password, salt, cost)


def _pbkdf2_hmac(algorithm: hashes.HashAlgorithm, password: bytes, salt: bytes, cost: int) -> Iterator[bytes]:
    """Every block anew from the first one on, as there is no way to ask for one of them."""
    for number in count(1):
        size = algorithm.digest_size
        yield PBKDF2HMAC(algorithm, number * size, salt, cost).derive(password)[-size:]


def _pbkdf2_cmac(password: bytes, salt: bytes, cost: int) -> Iterator[bytes]:
    """With AES-CMAC-PRF-128 (RFC 4615)."""
    if len(password) != _PRF_KEY:
        password = _keyed(cmac.CMAC(algorithms.AES(bytes(_PRF_KEY))))(password)
    prf = _keyed(cmac.CMAC(algorithms.AES(password)))
    for number in count(1):
        u = prf(salt + number.to_bytes(4, "big"))
        total = int.from_bytes(u, "big")
        for _ in range(cost - 1):
            u = prf(u)
            total ^= int.from_bytes(u, "big")
        yield total.to_bytes(_PRF_KEY, "big")


_KINDS: tuple[tuple[Callable[[Alg], bool], Callable[[Alg, KdfInputs], Iterator[bytes]]], ...] = (
    (lambda alg: alg.is_hkdf or alg.is_hkdf_extract or alg.is_hkdf_expand, _hkdf),
    (lambda alg: alg.is_tls12_prf or alg.is_tls12_psk_to_ms, _tls),
    (lambda alg: alg == Alg.TLS12_ECJPAKE_TO_PMS, _ecjpake),
    (lambda alg: alg.is_sp800_108_counter_hmac or alg == Alg.SP800_108_COUNTER_CMAC, _counter),
    (lambda alg: alg.is_pbkdf2_hmac or alg == Alg.PBKDF2_AES_CMAC_PRF_128, _pbkdf2),
)


class Derivations:
    """The entry points of key derivation."""

    def key_derivation_setup(self, alg: int, inputs: KdfInputs) -> Stream:
        """The output of a derivation."""
        for is_kind, blocks in _KINDS:
            if is_kind(Alg(alg)):
                return Stream(blocks(Alg(alg), inputs))
        raise NotSupported(f"{Alg(alg)} is not here")

    def key_derivation_output_bytes(self, operation: Stream, length: int) -> bytes:
        """The next bytes."""
        return operation.take(length)

    def key_derivation_abort(self, operation: Stream) -> None:
        """Nothing to do: the object goes."""
