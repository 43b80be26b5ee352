"""Calls of API functions that succeed, with what has to come before each; then the same with null pointers.

What a function looks at before it is in the state for its work hides what it does in that state:
here every function gets as far as its work.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import strict_calls
from strict_calls import Statement

KEYS = {
    "hmac": ("PSA_KEY_TYPE_HMAC", 256, "PSA_ALG_HMAC(PSA_ALG_SHA_256)"),
    "aes": ("PSA_KEY_TYPE_AES", 128, "PSA_ALG_CTR"),
    "gcm": ("PSA_KEY_TYPE_AES", 128, "PSA_ALG_GCM"),
    "kw": ("PSA_KEY_TYPE_AES", 128, "PSA_ALG_KW"),
    "ec": ("PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1)", 256, "PSA_ALG_ECDSA(PSA_ALG_SHA_256)"),
    "ecdh": ("PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1)", 256, "PSA_ALG_ECDH"),
    "ecies": ("PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1)", 256, "PSA_ALG_ECIES_SEC1"),
    "ctx": ("PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_TWISTED_EDWARDS)", 448, "PSA_ALG_EDDSA_CTX"),
    "ph": ("PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_TWISTED_EDWARDS)", 255, "PSA_ALG_ED25519PH"),
    "rsa": ("PSA_KEY_TYPE_RSA_KEY_PAIR", 1024, "PSA_ALG_RSA_OAEP(PSA_ALG_SHA_256)"),
    "ka": (
        "PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1)",
        256,
        "PSA_ALG_KEY_AGREEMENT(PSA_ALG_ECDH, PSA_ALG_HKDF(PSA_ALG_SHA_256))",
    ),
    "hkdf": ("PSA_KEY_TYPE_DERIVE", 256, "PSA_ALG_HKDF(PSA_ALG_SHA_256)"),
}
"""Keys that exist, as ``key_NAME`` with every usage, as ``idle_NAME`` with none."""

USAGE = "0x3ff83"
"""Everything but to be cached."""

_FAMILIES = {
    "mac": "hmac", "cipher": "aes", "aead": "gcm", "wrap": "kw", "unwrap": "kw", "asymmetric": "rsa",
    "sign": "ec", "verify": "ec", "encapsulate": "ecies", "decapsulate": "ecies", "raw_key_agreement": "ecdh",
    "key_agreement": "ecdh", "key_derivation": "hkdf",
}  # fmt: skip
"""The key for a function, by the beginning of its name; the longest one counts."""

_KEY_MADE = (
    "psa_set_key_type(&attributes, PSA_KEY_TYPE_HMAC), psa_set_key_bits(&attributes, 256), "
    "psa_set_key_lifetime(&attributes, 0), psa_set_key_usage_flags(&attributes, PSA_KEY_USAGE_EXPORT), "
    "psa_set_key_algorithm(&attributes, PSA_ALG_HMAC(PSA_ALG_SHA_256))"
)
_HASH = "psa_hash_setup(&hash_operation, PSA_ALG_SHA_256)"
_MAC = "psa_mac_sign_setup(&mac_operation, key_hmac, PSA_ALG_HMAC(PSA_ALG_SHA_256))"
_CIPHER = "psa_cipher_encrypt_setup(&cipher_operation, key_aes, PSA_ALG_CTR)"
_AEAD = "psa_aead_encrypt_setup(&aead_operation, key_gcm, PSA_ALG_GCM)"
_NONCE = f"{_AEAD}, psa_aead_set_nonce(&aead_operation, buffer, 12)"
_OPEN = "psa_aead_decrypt_setup(&aead_operation, key_gcm, PSA_ALG_GCM), psa_aead_set_nonce(&aead_operation, buffer, 12)"
_SIGN = "psa_sign_setup(&sign_operation, key_%s, %s)"
_SIGN_EC = _SIGN % ("ec", "PSA_ALG_ECDSA(PSA_ALG_SHA_256)")
_VERIFY = "psa_verify_setup(&verify_operation, key_%s, %s, buffer, 64)"
_VERIFY_EC = _VERIFY % ("ec", "PSA_ALG_ECDSA(PSA_ALG_SHA_256)")
_XOF = "psa_xof_setup(&xof_operation, PSA_ALG_SHAKE128)"
_KDF = (
    "psa_key_derivation_setup(&key_derivation_operation, PSA_ALG_HKDF(PSA_ALG_SHA_256)), "
    "psa_key_derivation_input_key(&key_derivation_operation, PSA_KEY_DERIVATION_INPUT_SECRET, key_hkdf)"
)
_KDF_READY = (
    f"{_KDF}, psa_key_derivation_input_bytes(&key_derivation_operation, PSA_KEY_DERIVATION_INPUT_INFO, buffer, 8)"
)

BEFORE = {
    "psa_import_key": _KEY_MADE,
    "psa_generate_key": _KEY_MADE,
    "psa_generate_key_custom": _KEY_MADE,
    "psa_copy_key": _KEY_MADE,
    "psa_destroy_key": f"{_KEY_MADE}, psa_generate_key(&attributes, &key_out)",
    "psa_unwrap_key": f"{_KEY_MADE}, psa_wrap_key(key_kw, PSA_ALG_KW, key_hmac, buffer, sizeof buffer, &length)",
    "psa_encapsulate": _KEY_MADE,
    "psa_decapsulate": f"{_KEY_MADE}, psa_export_public_key(key_ecies, buffer, sizeof buffer, &length)",
    "psa_key_agreement": f"{_KEY_MADE}, psa_export_public_key(key_ecdh, buffer, sizeof buffer, &length)",
    "psa_raw_key_agreement": "psa_export_public_key(key_ecdh, buffer, sizeof buffer, &length)",
    "psa_asymmetric_decrypt": "memset(buffer, 0, 16), psa_asymmetric_encrypt(key_rsa, "
    "PSA_ALG_RSA_OAEP(PSA_ALG_SHA_256), buffer, 16, buffer, 16, output, sizeof output, &length)",
    "psa_hash_resume": f"{_HASH}, psa_hash_suspend(&hash_operation, output, sizeof output, &length), "
    "psa_hash_abort(&hash_operation)",
    **dict.fromkeys(("psa_hash_update", "psa_hash_finish", "psa_hash_verify", "psa_hash_suspend"), _HASH),
    "psa_hash_clone": f"memset(&moved_hash_operation, 0, sizeof moved_hash_operation), {_HASH}",
    **dict.fromkeys(("psa_mac_update", "psa_mac_sign_finish"), _MAC),
    "psa_mac_verify_finish": _MAC.replace("sign", "verify"),
    **dict.fromkeys(("psa_cipher_generate_iv", "psa_cipher_set_iv"), _CIPHER),
    **dict.fromkeys(
        ("psa_cipher_update", "psa_cipher_finish"), f"{_CIPHER}, psa_cipher_set_iv(&cipher_operation, buffer, 16)"
    ),
    **dict.fromkeys(("psa_aead_set_lengths", "psa_aead_generate_nonce", "psa_aead_set_nonce"), _AEAD),
    **dict.fromkeys(("psa_aead_update_ad", "psa_aead_update", "psa_aead_finish"), _NONCE),
    "psa_aead_verify": _OPEN,
    **dict.fromkeys(("psa_sign_update", "psa_sign_finish"), _SIGN_EC),
    "psa_sign_set_context": _SIGN % ("ph", "PSA_ALG_ED25519PH"),
    **dict.fromkeys(("psa_verify_update", "psa_verify_finish"), _VERIFY_EC),
    "psa_verify_set_context": _VERIFY % ("ph", "PSA_ALG_ED25519PH"),
    **dict.fromkeys(("psa_xof_update", "psa_xof_output"), _XOF),
    "psa_xof_set_context": _XOF,
    **dict.fromkeys(
        ("psa_key_derivation_get_capacity", "psa_key_derivation_set_capacity", "psa_key_derivation_input_bytes"), _KDF
    ),
    "psa_key_derivation_input_key": _KDF.partition(", psa_key_derivation_input")[0],
    "psa_key_derivation_key_agreement": "psa_export_public_key(key_ka, buffer, sizeof buffer, &length), "
    "psa_key_derivation_setup(&key_derivation_operation, "
    "PSA_ALG_KEY_AGREEMENT(PSA_ALG_ECDH, PSA_ALG_HKDF(PSA_ALG_SHA_256)))",
    "psa_key_derivation_output_bytes": _KDF_READY,
    "psa_key_derivation_verify_bytes": _KDF_READY,
    "psa_key_derivation_output_key": f"{_KEY_MADE}, {_KDF_READY}",
    "psa_key_derivation_output_key_custom": f"{_KEY_MADE}, {_KDF_READY}",
}
"""What comes before a call, where something does."""

_CHANGES = {
    "psa_import_key": {"data_length": "32"},
    "psa_copy_key": {"source_key": "key_hmac"},
    "psa_destroy_key": {"key": "key_out"},
    "psa_wrap_key": {"key": "key_hmac"},
    "psa_unwrap_key": {"data_length": "40"},
    "psa_decapsulate": {"ciphertext_length": "65"},
    "psa_key_agreement": {"peer_key_length": "65"},
    "psa_raw_key_agreement": {"peer_key_length": "65"},
    "psa_sign_hash": {"hash_length": "32"},
    "psa_verify_hash": {"hash_length": "32", "signature_length": "64"},
    "psa_verify_message": {"signature_length": "64"},
    "psa_sign_message_with_context": {"key": "key_ctx"},
    "psa_verify_message_with_context": {"key": "key_ctx", "signature_length": "114"},
    "psa_sign_hash_with_context": {"key": "key_ph", "alg": "PSA_ALG_ED25519PH", "hash_length": "64"},
    "psa_verify_hash_with_context": {
        "key": "key_ph", "alg": "PSA_ALG_ED25519PH", "hash_length": "64", "signature_length": "64"
    },
    "psa_verify_setup": {"signature_length": "64"},
    "psa_asymmetric_decrypt": {"input": "output", "input_length": "128"},
    "psa_check_key_usage": {
        "key": "key_hmac", "alg": "PSA_ALG_HMAC(PSA_ALG_SHA_256)", "usage": "PSA_KEY_USAGE_SIGN_MESSAGE"
    },
    "psa_export_public_key": {"key": "key_ec"},
    "psa_hash_compare": {"hash_length": "32"},
    "psa_hash_verify": {"hash_length": "32"},
    "psa_hash_clone": {"target_operation": "&moved_hash_operation"},
    "psa_hash_resume": {"hash_state": "output", "hash_state_length": "length"},
    "psa_mac_verify": {"mac_length": "32"},
    "psa_mac_verify_finish": {"mac_length": "32"},
    "psa_aead_encrypt": {"nonce_length": "12"},
    "psa_aead_decrypt": {"nonce_length": "12", "ciphertext_length": "32"},
    "psa_aead_set_nonce": {"nonce_length": "12"},
    "psa_aead_finish": {"tag": "tag", "tag_size": "sizeof tag", "tag_length": "&tag_length"},
    "psa_cipher_decrypt": {"input_length": "32"},
    "psa_key_derivation_key_agreement": {
        "step": "PSA_KEY_DERIVATION_INPUT_SECRET", "private_key": "key_ka", "peer_key_length": "65"
    },
    "psa_generate_key_custom": {"custom_data_length": "0"},
    "psa_key_derivation_output_key_custom": {"custom_data_length": "0"},
    "psa_key_derivation_input_bytes": {"step": "PSA_KEY_DERIVATION_INPUT_INFO"},
    "psa_key_derivation_input_key": {"step": "PSA_KEY_DERIVATION_INPUT_SECRET"},
}  # fmt: skip
"""Arguments that are not those of ``strict_calls``."""

VERDICTS = ("PSA_ERROR_INVALID_SIGNATURE",)
"""What a verification may come to in its scene: it got as far as its work."""

ELSEWHERE = "psa_pake"
"""Functions that only make sense in a conversation of two; they have tests of their own."""

NOT_IN_C = (
    "psa_attach_key",
    "psa_xof_set_context",
    "psa_key_derivation_input_integer",
    "psa_key_derivation_verify_key",
)
"""Functions that no algorithm or driver of the C library can serve in such a scene."""


def arguments(function: dict[str, Any]) -> dict[str, str]:
    """The arguments with which a function succeeds in its scene."""
    name = function["name"]
    changes = {}
    stem = max((start for start in _FAMILIES if name.startswith(f"psa_{start}")), key=len, default="")
    for parameter in function["params"]:
        if parameter["role"] == "key id":
            changes[parameter["name"]] = f"key_{_FAMILIES.get(stem, 'hmac')}"
        if parameter["role"] == "size":
            changes[parameter["name"]] = "sizeof output"
    if name.startswith(("psa_encapsulate", "psa_decapsulate")):
        changes["alg"] = "PSA_ALG_ECIES_SEC1"
    return changes | _CHANGES.get(name, {})


def declarations() -> Iterator[str]:
    """The keys, and what else the scenes need."""
    yield "uint8_t tag[16]; size_t tag_length = 0; (void)tag, (void)tag_length;"
    for name in KEYS:
        yield f"psa_key_id_t key_{name} = 0, idle_{name} = 0; (void)key_{name}, (void)idle_{name};"


def creation() -> Iterator[str]:
    """The keys come to be."""
    for name, (kind, bits, alg) in KEYS.items():
        for prefix, usage in (("key", USAGE), ("idle", "0")):
            yield f"psa_set_key_type(&attributes, {kind}); psa_set_key_bits(&attributes, {bits});"
            yield f"psa_set_key_usage_flags(&attributes, {usage}); psa_set_key_algorithm(&attributes, {alg});"
            yield f"if (psa_generate_key(&attributes, &{prefix}_{name}) != PSA_SUCCESS) return 4;"


def prepared(function: dict[str, Any], call: str, allowed: tuple[str, ...]) -> Statement:
    """A call in its scene."""
    before = BEFORE.get(function["name"])
    return Statement(f"({before}, {call})" if before else call, allowed)


def successes(chosen: list[dict[str, Any]]) -> Iterator[Statement]:
    """Every function with arguments that are right."""
    for function in chosen:
        if function["name"] in NOT_IN_C or function["name"].startswith(ELSEWHERE):
            continue
        verdict = "verif" in function["name"] or "compare" in function["name"]
        verdict = verdict or function["name"] == "psa_aead_decrypt"
        verdict = verdict and not function["name"].endswith(("setup", "update", "set_context", "abort"))
        allowed = VERDICTS if verdict else ("PSA_SUCCESS",)
        yield prepared(function, strict_calls.call(function, arguments(function)), allowed)


def null_pointers(chosen: list[dict[str, Any]]) -> Iterator[Statement]:
    """Every pointer null, one at a time, in a call that would succeed but for that."""
    for function in chosen:
        good = arguments(function)
        lengths = dict(strict_calls.buffers(function))
        for parameter in function["params"]:
            name = parameter["name"]
            if "*" not in parameter["type"]:
                continue
            null = {name: "NULL", **({lengths[name]: "16"} if name in lengths and "0" in good.values() else {})}
            yield prepared(function, strict_calls.call(function, {**good, **null}), (strict_calls.ERRORS,))
        for name, length in strict_calls.buffers(function):
            anything = (strict_calls.ERRORS, "PSA_SUCCESS")
            yield prepared(function, strict_calls.call(function, {**good, name: "NULL", length: "0"}), anything)
            yield prepared(function, strict_calls.call(function, {**good, length: "0"}), anything)


FREE_OF_POLICY = ("psa_get_key_attributes", "psa_export_public_key", "psa_destroy_key", "psa_purge_key")
"""Functions with a key that need no usage of it."""


def wrong_usages(chosen: list[dict[str, Any]]) -> Iterator[Statement]:
    """Keys that may not be used at all."""
    for function in chosen:
        good = arguments(function)
        for parameter in function["params"]:
            name = parameter["name"]
            free = function["name"] in (*FREE_OF_POLICY, *NOT_IN_C) or function["name"].startswith(ELSEWHERE)
            if parameter["role"] != "key id" or free:
                continue
            idle = {name: good[name].replace("key_", "idle_")}
            yield prepared(function, strict_calls.call(function, {**good, **idle}), ("PSA_ERROR_NOT_PERMITTED",))


WITHOUT_OUTPUT = ("psa_cipher_finish", "psa_aead_finish", "psa_aead_verify")
"""Functions whose buffer may be empty: CTR and GCM leave nothing to the end."""


def small_buffers(chosen: list[dict[str, Any]]) -> Iterator[Statement]:
    """Outputs that do not fit."""
    for function in chosen:
        good = arguments(function)
        for parameter in function["params"]:
            free = function["name"] in (*NOT_IN_C, "psa_generate_random") or function["name"].startswith(ELSEWHERE)
            if parameter["role"] != "size" or free:
                continue
            empty = function["name"] in WITHOUT_OUTPUT and not parameter["name"].startswith("tag")
            allowed = "PSA_SUCCESS" if empty else "PSA_ERROR_BUFFER_TOO_SMALL"
            if function["name"] in ("psa_aead_decrypt", "psa_aead_verify"):
                allowed = "REFUSED"  # the text is not genuine, and nobody says which is found first
            for size in ("0", "1"):
                yield prepared(function, strict_calls.call(function, {**good, parameter["name"]: size}), (allowed,))
