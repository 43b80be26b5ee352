"""How large outputs get: the size macros of the API, with its maximum where a macro does not know.

A vendor's algorithm or key type is unknown to the macros; then the largest size of any standard
one is what there is to offer.  Bytes throughout.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from psa_bridge._native import lib

if TYPE_CHECKING:
    from psa_bridge.attributes import KeyAttributes


def hash_length(alg: int) -> int:
    """The length of a hash; for 0, of the longest one."""
    return int(lib.psab_hash_length(alg) or lib.psab_hash_length(0))


def suspended_length(alg: int) -> int:
    """The length of a suspended hash; for 0, of the longest one."""
    return int(lib.psab_hash_suspend_output_size(alg))


def signature_length(attributes: KeyAttributes, alg: int) -> int:
    """The most a signature of this key has."""
    size = lib.psab_sign_output_size(attributes.type, attributes.bits, alg)
    return int(size or lib.psab_signature_max_size())


def export_length(attributes: KeyAttributes) -> int:
    """The most this key has in its export format."""
    size = lib.psab_export_key_output_size(attributes.type, attributes.bits)
    return int(size or lib.psab_export_max_size())


def export_public_length(attributes: KeyAttributes) -> int:
    """The most the public part of this key has in its export format."""
    size = lib.psab_export_public_key_output_size(attributes.type, attributes.bits)
    return int(size or lib.psab_export_max_size())


def shared_secret_length(attributes: KeyAttributes) -> int:
    """The most a shared secret of this key has."""
    size = lib.psab_raw_key_agreement_output_size(attributes.type, attributes.bits)
    return int(size or lib.psab_raw_key_agreement_max_size())


def rsa_encrypted_length(attributes: KeyAttributes, alg: int) -> int:
    """The most a ciphertext of asymmetric encryption with this key has."""
    size = lib.psab_asymmetric_encrypt_output_size(attributes.type, attributes.bits, alg)
    return int(size or lib.psab_asymmetric_max_size())


def rsa_decrypted_length(attributes: KeyAttributes, alg: int) -> int:
    """The most a plaintext of asymmetric encryption with this key has."""
    size = lib.psab_asymmetric_decrypt_output_size(attributes.type, attributes.bits, alg)
    return int(size or lib.psab_asymmetric_max_size())


def encapsulated_length(attributes: KeyAttributes, alg: int) -> int:
    """The most the ciphertext of an encapsulation with this key has."""
    size = lib.psab_encapsulate_ciphertext_size(attributes.type, attributes.bits, alg)
    return int(size or lib.psab_encapsulate_ciphertext_max_size())


def wrapped_length(wrapping: KeyAttributes, alg: int, attributes: KeyAttributes) -> int:
    """The most a wrapped key has."""
    size = lib.psab_wrap_key_output_size(wrapping.type, alg, attributes.type, attributes.bits)
    return int(size or lib.psab_wrap_key_max_size())


def mac_length(attributes: KeyAttributes, alg: int) -> int:
    """The length of a MAC of this key."""
    return int(lib.psab_mac_length(attributes.type, attributes.bits, alg) or lib.psab_mac_max_size())


def iv_length(attributes: KeyAttributes, alg: int) -> int:
    """The default length of the IV of a cipher."""
    return int(lib.psab_cipher_iv_length(attributes.type, alg))


def encrypted_length(attributes: KeyAttributes, alg: int, length: int) -> int:
    """What a text has when encrypted by a cipher, IV included."""
    size = lib.psab_cipher_encrypt_output_size(attributes.type, alg, length)
    return int(size or lib.psab_cipher_encrypt_max_size(length))


def sealed_length(attributes: KeyAttributes, alg: int, length: int) -> int:
    """What a text has when encrypted by an AEAD, tag included."""
    size = lib.psab_aead_encrypt_output_size(attributes.type, alg, length)
    return int(size or length + lib.psab_aead_tag_max_size())
