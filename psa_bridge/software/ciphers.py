"""Ciphers, authenticated ciphers and key wrapping."""

from __future__ import annotations

import importlib
import warnings
from typing import Any

from cryptography.exceptions import InvalidTag, UnsupportedAlgorithm
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
    if key_type == KeyType.DES:
        return _decrepit("algorithms", "TripleDES")(key if len(key) != 8 else key * 3)
    if key_type == KeyType.CAMELLIA:
        return _decrepit("algorithms", "Camellia")(key)
    return {int(KeyType.AES): algorithms.AES, int(KeyType.SM4): algorithms.SM4}[int(key_type)](key)


_MODES: dict[int, Any] = {
    Alg.ECB_NO_PADDING: lambda iv: modes.ECB(),
    Alg.CBC_NO_PADDING: modes.CBC,
    Alg.CBC_PKCS7: modes.CBC,
    Alg.CTR: modes.CTR,
    Alg.XTS: modes.XTS,
    Alg.CFB: _decrepit("modes", "CFB"),
    Alg.OFB: _decrepit("modes", "OFB"),
}


def _cipher(attributes: KeyAttributes, key: bytes, alg: int, iv: bytes) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # modes and ciphers are the caller's choice here
        try:
            if alg == Alg.STREAM_CIPHER:
                if len(iv) == 12:
                    iv = bytes(4) + iv
                return Cipher(algorithms.ChaCha20(key, iv), None)
            return Cipher(block_cipher(attributes.type, key), _MODES[alg](iv))
        except UnsupportedAlgorithm as error:
            raise NotSupported(str(error)) from error
        except (ValueError, KeyError) as error:
            raise InvalidArgument(str(error)) from error


def _run(context: Any, data: bytes) -> bytes:
    try:
        return bytes(context.update(data) + context.finalize())
    except UnsupportedAlgorithm as error:
        raise NotSupported(str(error)) from error
    except ValueError as error:
        raise InvalidArgument(str(error)) from error


def _iv_length(attributes: KeyAttributes, key: bytes, alg: int) -> int:
    if alg == Alg.ECB_NO_PADDING:
        return 0
    return 12 if alg == Alg.STREAM_CIPHER else int(block_cipher(attributes.type, key).block_size) // 8


class Ciphers:
    """The entry points of ciphers, authenticated ciphers and key wrapping."""

    def cipher_encrypt(self, attributes: KeyAttributes, key: bytes, alg: int, iv: bytes, data: bytes) -> bytes:
        """The ciphertext, without the IV."""
        if alg == Alg.CBC_PKCS7:
            padder = padding.PKCS7(block_cipher(attributes.type, key).block_size).padder()
            data = padder.update(data) + padder.finalize()
        try:
            encryptor = _cipher(attributes, key, alg, iv).encryptor()
        except UnsupportedAlgorithm as error:
            raise NotSupported(str(error)) from error
        return _run(encryptor, data)

    def cipher_decrypt(self, attributes: KeyAttributes, key: bytes, alg: int, data: bytes) -> bytes:
        """The plaintext; the IV comes first."""
        length = _iv_length(attributes, key, alg)
        iv, data = data[:length], data[length:]
        try:
            decryptor = _cipher(attributes, key, alg, iv).decryptor()
        except UnsupportedAlgorithm as error:
            raise NotSupported(str(error)) from error
        plaintext = _run(decryptor, data)
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
