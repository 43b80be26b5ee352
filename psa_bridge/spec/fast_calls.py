"""The functions of the API whose Python methods are compiled: those that are called for small messages.

One row per function.  What a wrapper does follows from the function's prototype; a row adds what no
prototype says: how large the output gets, and when the work is worth giving other threads the
interpreter.  The Python method of the same name stays what the compiled one falls back on.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class FastCall:
    """A function, without ``psa_``.

    Attributes:
        name: the function.
        bound: C expression for the most its output can have, cheap; of ``alg``, and of ``length``, the length
            of its last input.
        size: C expression for what the output has where ``bound`` is large; it may use ``attributes``, those of
            the key, too. Empty where ``bound`` is all that is known.
        secret: whether the output is to be wiped where it was in between.
        keep: the interpreter is kept for inputs of less than this many bytes in all, about a microsecond's work;
            0: never, which is for long work and for whatever may wait for random numbers.
        most: bytes of output; more than that is for the method written in Python. 0: any number.
        batch: whether there is a form for many messages.
    """

    name: str
    bound: str = ""
    size: str = ""
    secret: bool = False
    keep: int = 0
    most: int = 0
    batch: bool = False


_TAG = "PSA_AEAD_TAG_MAX_SIZE"
_SIGNATURE = "psab_or(PSA_SIGN_OUTPUT_SIZE(attributes.type, attributes.bits, alg), PSA_SIGNATURE_MAX_SIZE)"
_SEALED = f"psab_or(PSA_AEAD_ENCRYPT_OUTPUT_SIZE(attributes.type, alg, length), length + {_TAG})"
_OPENED = "psab_or(PSA_AEAD_DECRYPT_OUTPUT_SIZE(attributes.type, alg, length), length)"
_CIPHERTEXT = (
    "psab_or(PSA_CIPHER_ENCRYPT_OUTPUT_SIZE(attributes.type, alg, length), PSA_CIPHER_ENCRYPT_OUTPUT_MAX_SIZE(length))"
)
_MAC = "psab_or(PSA_MAC_LENGTH(attributes.type, attributes.bits, alg), PSA_MAC_MAX_SIZE)"

MULTI_PART = ("hash", "xof", "mac", "cipher", "aead", "sign", "verify", "key_derivation", "pake")
"""Families of operations that are ended alike."""

FAST_CALLS: tuple[FastCall, ...] = (
    FastCall("hash_compute", "psab_or(PSA_HASH_LENGTH(alg), PSA_HASH_MAX_SIZE)", keep=2048, batch=True),
    FastCall("hash_compare", keep=2048),
    FastCall("hash_update", keep=2048),
    FastCall("xof_update", keep=1024),
    FastCall("mac_compute", "PSA_MAC_MAX_SIZE", _MAC, keep=2048, batch=True),
    FastCall("mac_verify", keep=2048, batch=True),
    FastCall("mac_update", keep=2048),
    FastCall("cipher_encrypt", "PSA_CIPHER_ENCRYPT_OUTPUT_MAX_SIZE(length)", _CIPHERTEXT),
    FastCall("cipher_decrypt", "length", secret=True, keep=2048),
    FastCall("cipher_update", "PSA_CIPHER_UPDATE_OUTPUT_MAX_SIZE(length)", secret=True, keep=2048),
    FastCall("aead_encrypt", f"length + {_TAG}", _SEALED, keep=2048, batch=True),
    FastCall("aead_decrypt", "length", _OPENED, secret=True, keep=2048, batch=True),
    FastCall("aead_update_ad", keep=4096),
    FastCall("aead_update", "PSA_AEAD_UPDATE_OUTPUT_MAX_SIZE(length)", secret=True, keep=2048),
    FastCall("sign_message", "PSA_SIGNATURE_MAX_SIZE", _SIGNATURE, batch=True),
    FastCall("verify_message", batch=True),
    FastCall("sign_hash", "PSA_SIGNATURE_MAX_SIZE", _SIGNATURE, batch=True),
    FastCall("verify_hash", batch=True),
    FastCall("sign_update", keep=2048),
    FastCall("verify_update", keep=2048),
    FastCall("generate_random"),
    FastCall("key_derivation_input_bytes", keep=4096),
    FastCall("key_derivation_input_integer", keep=1),
    FastCall("key_derivation_input_key", keep=1),
    FastCall("key_derivation_output_bytes", secret=True, most=1 << 16),
    FastCall("pake_output", "PSA_PAKE_OUTPUT_MAX_SIZE"),
    FastCall("pake_input"),
    *(FastCall(f"{family}_abort", keep=1) for family in MULTI_PART),
)
