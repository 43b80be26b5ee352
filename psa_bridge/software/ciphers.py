"""Ciphers, authenticated ciphers and key wrapping."""

from __future__ import annotations

import importlib
import warnings
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import keywrap, padding
from cryptography.hazmat.primitives.ciphers import Cipher, aead, algorithms, modes

from psa_bridge.attributes import KeyAttributes
from psa_bridge.constants import Alg, KeyType
from psa_bridge.errors import InvalidArgument, InvalidPadding, InvalidSignature, NotSupported


def _decrepit(kind: str, name: str) -> Any:
    """A cipher or a mode that is in the package's attic by now, or was not moved there yet."""
    for place in ("decrepit", "primitives"):
        try:
            return getattr(importlib.import_module(f"cryptography.hazmat.{place}.ciphers.{kind}"), name)
        except (ImportError, AttributeError):
            continue
    raise NotSupported(f"this version of cryptography has no {name}")


def block_cipher(key_type: int, key: bytes) -> Any:
    """The block cipher of a key, with its key."""
    if key_type == KeyType.DES:  # with one key or two of them as with three
        return _decrepit("algorithms", "TripleDES")((key * 3 if len(key) == 8 else key + key[:8])[:24])
    if key_type == KeyType.CAMELLIA:
        return _decrepit("algorithms", "Camellia")(key)
    return {int(KeyType.AES): algorithms.AES, int(KeyType.SM4): algorithms.SM4}[int(key_type)](key)


_MODES: dict[int, Any] = {
    Alg.ECB_NO_PADDING: lambda iv: modes.ECB(),
    Alg.CBC_NO_PADDING: modes.CBC,
    Alg.CBC_PKCS7: modes.CBC,
    Alg.XTS: modes.XTS,
    Alg.CFB: _decrepit("modes", "CFB"),
    Alg.OFB: _decrepit("modes", "OFB"),
}


def _cipher(attributes: KeyAttributes, key: bytes, alg: int, iv: bytes) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # modes and ciphers are the caller's choice here
        try:
            if alg == Alg.STREAM_CIPHER:
                counter = bytes(16 - len(iv))  # of 4 bytes, of 8 with the nonce of the original, or given
                return Cipher(algorithms.ChaCha20(key, counter + iv), None)
            return Cipher(block_cipher(attributes.type, key), _MODES[alg](iv))
        except (ValueError, KeyError) as error:
            raise InvalidArgument(str(error)) from error


def _run(context: Any, data: bytes) -> bytes:
    try:
        return bytes(context.update(data) + context.finalize())
    except ValueError as error:
        raise InvalidArgument(str(error)) from error


_COUNTED = frozenset({Alg.CTR, Alg.CCM_STAR_NO_TAG})
_CCM_STAR_NONCE = 13


def _start(alg: int, iv: bytes) -> bytes:
    """The first counter; that of CCM* follows flags and nonce, and does not encrypt the tag (RFC 3610, 2.3)."""
    return iv if alg == Alg.CTR else bytes([14 - len(iv)]) + iv + (1).to_bytes(15 - len(iv), "big")


def _counter_mode(attributes: KeyAttributes, key: bytes, start: bytes, data: bytes) -> bytes:
    """Counter mode (SP 800-38A), of which the package does not have all."""
    cipher = block_cipher(attributes.type, key)
    if isinstance(cipher, (algorithms.AES, algorithms.SM4)):
        return _run(Cipher(cipher, modes.CTR(start)).encryptor(), data)
    size, first = len(start), int.from_bytes(start, "big")
    counters = (first + number & (1 << 8 * size) - 1 for number in range(-(-len(data) // size)))
    blocks = b"".join(counter.to_bytes(size, "big") for counter in counters)
    stream = _run(Cipher(cipher, modes.ECB()).encryptor(), blocks)[: len(data)]
    return (int.from_bytes(data, "big") ^ int.from_bytes(stream, "big")).to_bytes(len(data), "big")


def cbc_mac(key_type: int, key: bytes, data: bytes) -> bytes:
    """CBC-MAC (ISO/IEC 9797-1, algorithm 1 with padding method 1: zeros, and a block of them for nothing)."""
    cipher = block_cipher(key_type, key)
    size = int(cipher.block_size) // 8
    whole = data + bytes(-len(data) % size) if data else bytes(size)
    return _run(Cipher(cipher, modes.CBC(bytes(size))).encryptor(), whole)[-size:]


def _iv_length(attributes: KeyAttributes, key: bytes, alg: int) -> int:
    fixed = {int(Alg.ECB_NO_PADDING): 0, int(Alg.STREAM_CIPHER): 12, int(Alg.CCM_STAR_NO_TAG): _CCM_STAR_NONCE}
    length = fixed.get(alg)
    return int(block_cipher(attributes.type, key).block_size) // 8 if length is None else length


class Ciphers:
    """The entry points of ciphers, authenticated ciphers and key wrapping."""

    def cipher_encrypt(self, attributes: KeyAttributes, key: bytes, alg: int, iv: bytes, data: bytes) -> bytes:
        """The ciphertext, without the IV."""
        if alg in _COUNTED:
            return _counter_mode(attributes, key, _start(alg, iv), data)
        if alg == Alg.CBC_PKCS7:
            padder = padding.PKCS7(block_cipher(attributes.type, key).block_size).padder()
            data = padder.update(data) + padder.finalize()
        return _run(_cipher(attributes, key, alg, iv).encryptor(), data)

    def cipher_decrypt(self, attributes: KeyAttributes, key: bytes, alg: int, data: bytes) -> bytes:
        """The plaintext; the IV comes first."""
        length = _iv_length(attributes, key, alg)
        iv, data = data[:length], data[length:]
        if alg in _COUNTED:
            return _counter_mode(attributes, key, _start(alg, iv), data)
        plaintext = _run(_cipher(attributes, key, alg, iv).decryptor(), data)
        if alg != Alg.CBC_PKCS7:
            return plaintext
        unpadder = padding.PKCS7(block_cipher(attributes.type, key).block_size).unpadder()
        try:
            return bytes(unpadder.update(plaintext) + unpadder.finalize())
        except ValueError as error:
            raise InvalidPadding(str(error)) from error

    @staticmethod
    def _aead(key: bytes, alg: int, nonce: bytes) -> tuple[Any, int]:
        tag = alg >> 16 & 0x3F
        base = int(Alg(alg).default_length_tag)
        if base == Alg.CCM:
            return aead.AESCCM(key, tag), tag
        if base == Alg.GCM and not 8 <= len(nonce) <= 128:
            raise NotSupported("cryptography takes nonces of 8 to 128 bytes for GCM")
        return (aead.AESGCM if base == Alg.GCM else aead.ChaCha20Poly1305)(key), tag

    def aead_encrypt(  # noqa: PLR0917
        self, attributes: KeyAttributes, key: bytes, alg: int, nonce: bytes, data: bytes, plaintext: bytes
    ) -> bytes:
        """Ciphertext and tag."""
        try:
            cipher, tag = self._aead(key, alg, nonce)
            sealed = cipher.encrypt(nonce, plaintext, data)
        except ValueError as error:
            raise InvalidArgument(str(error)) from error
        return bytes(sealed[: len(plaintext) + tag])

    def aead_decrypt(  # noqa: PLR0917
        self, attributes: KeyAttributes, key: bytes, alg: int, nonce: bytes, data: bytes, ciphertext: bytes
    ) -> bytes:
        """The plaintext; the tag comes last."""
        try:
            cipher, tag = self._aead(key, alg, nonce)
            if isinstance(cipher, aead.AESGCM) and tag < 16:
                mode = modes.GCM(nonce, ciphertext[-tag:], min_tag_length=tag)
                decryptor = Cipher(algorithms.AES(key), mode).decryptor()
                decryptor.authenticate_additional_data(data)
                return decryptor.update(ciphertext[:-tag]) + decryptor.finalize()
            return bytes(cipher.decrypt(nonce, ciphertext, data))
        except InvalidTag as error:
            raise InvalidSignature("the tag is not genuine") from error
        except ValueError as error:
            raise InvalidArgument(str(error)) from error

    def wrap_key(
        self, wrapper: KeyAttributes, wrapping_key: bytes, alg: int, attributes: KeyAttributes, key: bytes
    ) -> bytes:
        """AES key wrap, with padding or without (RFC 3394, RFC 5649)."""
        wrap = keywrap.aes_key_wrap if alg == Alg.KW else keywrap.aes_key_wrap_with_padding
        return bytes(wrap(wrapping_key, key))

    def unwrap_key(
        self, attributes: KeyAttributes, wrapper: KeyAttributes, wrapping_key: bytes, alg: int, data: bytes
    ) -> tuple[bytes, int]:
        """The key; its size is for the core to find out."""
        unwrap = keywrap.aes_key_unwrap if alg == Alg.KW else keywrap.aes_key_unwrap_with_padding
        try:
            return bytes(unwrap(wrapping_key, data)), attributes.bits
        except keywrap.InvalidUnwrap as error:
            raise InvalidSignature("the data was not wrapped with this key") from error
