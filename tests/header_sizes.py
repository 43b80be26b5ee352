"""What the size macros have to give: expressions with their values, from the size tables."""

from __future__ import annotations

from collections.abc import Iterator

from spec_data import values

Exact = tuple[str, int]


def exact() -> list[Exact]:
    """Every expression of the size tables whose value is exact."""
    groups = (
        _hashes,
        _macs,
        _ciphers,
        _aead,
        _ecc,
        _other_keys,
        _wrapping,
        _asymmetric,
        _jpake,
        _spake2p,
        _wpa3,
        _no_pake,
    )
    return [row for group in groups for row in group()]


def _hashes() -> Iterator[Exact]:
    sizes = values()["sizes"]
    for row in sizes["hash"]:
        alg = row["alg"]
        yield f"PSA_HASH_LENGTH({alg})", row["length"]
        yield f"PSA_HASH_LENGTH(PSA_ALG_HMAC({alg}))", row["length"]
        yield f"PSA_HASH_LENGTH(PSA_ALG_TRUNCATED_MAC(PSA_ALG_HMAC({alg}), 8))", row["length"]
        yield f"PSA_HASH_BLOCK_LENGTH({alg})", row["block_length"]
    suspendable = {row["alg"]: row for row in sizes["hash_suspend"]}
    for alg in (row["alg"] for row in sizes["hash"]):
        row = suspendable.get(alg, {})
        yield f"PSA_HASH_SUSPEND_INPUT_LENGTH_FIELD_LENGTH({alg})", row.get("input_length_field", 0)
        yield f"PSA_HASH_SUSPEND_HASH_STATE_FIELD_LENGTH({alg})", row.get("hash_state_field", 0)
        yield f"PSA_HASH_SUSPEND_OUTPUT_SIZE({alg})", row.get("total", 0)
    yield "PSA_HASH_LENGTH(PSA_ALG_CMAC)", 0
    yield "PSA_HASH_LENGTH(PSA_ALG_ANY_HASH)", 0
    yield "PSA_HASH_BLOCK_LENGTH(PSA_ALG_SHAKE128)", 0


def _macs() -> Iterator[Exact]:
    for row in values()["sizes"]["mac_default_length"]:
        key_type, alg = row.get("key_type", "PSA_KEY_TYPE_HMAC"), row["alg"]
        yield f"PSA_MAC_LENGTH({key_type}, 128, {alg})", row["length"]
        yield f"PSA_MAC_LENGTH({key_type}, 128, PSA_ALG_TRUNCATED_MAC({alg}, 5))", 5
    yield "PSA_MAC_LENGTH(PSA_KEY_TYPE_AES, 128, PSA_ALG_GCM)", 0


def _ciphers() -> Iterator[Exact]:
    for row in values()["sizes"]["cipher_iv_length"]:
        arguments, iv = f"{row['key_type']}, {row['alg']}", row["iv"]
        block = f"PSA_BLOCK_CIPHER_BLOCK_LENGTH({row['key_type']})"
        padded = row["alg"] == "PSA_ALG_CBC_PKCS7"
        length = 8 if row["key_type"] == "PSA_KEY_TYPE_DES" else 16
        yield f"PSA_CIPHER_IV_LENGTH({arguments})", iv
        for size in (0, 1, length - 1, length, length + 1, 1000):
            body = (size // length + 1) * length if padded else size
            yield f"PSA_CIPHER_ENCRYPT_OUTPUT_SIZE({arguments}, {size})", iv + body
            yield f"PSA_CIPHER_DECRYPT_OUTPUT_SIZE({arguments}, {size})", size
        yield f"(PSA_CIPHER_FINISH_OUTPUT_SIZE({arguments}) == {block})", int(padded)
    for key_type, alg in (("HMAC", "CTR"), ("CHACHA20", "CTR"), ("AES", "STREAM_CIPHER"), ("DES", "CCM_STAR_NO_TAG")):
        for macro, rest in (("IV_LENGTH", ""), ("ENCRYPT_OUTPUT_SIZE", ", 9"), ("FINISH_OUTPUT_SIZE", "")):
            yield f"PSA_CIPHER_{macro}(PSA_KEY_TYPE_{key_type}, PSA_ALG_{alg}{rest})", 0
    yield "PSA_CIPHER_UPDATE_OUTPUT_SIZE(PSA_KEY_TYPE_AES, PSA_ALG_CTR, 17)", 17
    yield "PSA_CIPHER_UPDATE_OUTPUT_SIZE(PSA_KEY_TYPE_AES, PSA_ALG_CBC_NO_PADDING, 17)", 32
    yield "PSA_CIPHER_UPDATE_OUTPUT_SIZE(PSA_KEY_TYPE_DES, PSA_ALG_CBC_PKCS7, 17)", 24


def _aead() -> Iterator[Exact]:
    for row in values()["sizes"]["aead"]:
        for key_type in row["key_types"]:
            yield f"PSA_AEAD_NONCE_LENGTH({key_type}, {row['alg']})", row["default_nonce"]
            yield f"PSA_AEAD_TAG_LENGTH({key_type}, 128, {row['alg']})", row["default_tag"]
            for tag in row["valid_tags"]:
                alg = f"PSA_ALG_AEAD_WITH_SHORTENED_TAG({row['alg']}, {tag})"
                yield f"PSA_AEAD_TAG_LENGTH({key_type}, 128, {alg})", tag
                yield f"PSA_AEAD_NONCE_LENGTH({key_type}, {alg})", row["default_nonce"]
                yield f"PSA_AEAD_ENCRYPT_OUTPUT_SIZE({key_type}, {alg}, 100)", 100 + tag
                yield f"PSA_AEAD_DECRYPT_OUTPUT_SIZE({key_type}, {alg}, 100)", 100 - tag
                yield f"PSA_AEAD_DECRYPT_OUTPUT_SIZE({key_type}, {alg}, {tag - 1})", 0
        yield f"PSA_AEAD_TAG_LENGTH(PSA_KEY_TYPE_DES, 192, {row['alg']})", 0
        yield f"PSA_AEAD_NONCE_LENGTH(PSA_KEY_TYPE_ARC4, {row['alg']})", 0
        for macro in ("ENCRYPT_OUTPUT_SIZE", "DECRYPT_OUTPUT_SIZE", "UPDATE_OUTPUT_SIZE"):
            yield f"PSA_AEAD_{macro}(PSA_KEY_TYPE_ARC4, {row['alg']}, 100)", 0


def _ecc() -> Iterator[Exact]:
    for row in values()["sizes"]["ecc"]:
        pair, public = (f"PSA_KEY_TYPE_ECC_{half}({row['family']})" for half in ("KEY_PAIR", "PUBLIC_KEY"))
        bits = row["bits"]
        yield f"PSA_EXPORT_KEY_OUTPUT_SIZE({pair}, {bits})", row["private"]
        yield f"PSA_EXPORT_KEY_OUTPUT_SIZE({public}, {bits})", row["public"]
        yield f"PSA_EXPORT_PUBLIC_KEY_OUTPUT_SIZE({pair}, {bits})", row["public"]
        yield f"PSA_EXPORT_PUBLIC_KEY_OUTPUT_SIZE({public}, {bits})", row["public"]
        yield f"PSA_ENCAPSULATE_CIPHERTEXT_SIZE({pair}, {bits}, PSA_ALG_ECIES_SEC1)", row["public"]
        if "ecdh" in row:
            yield f"PSA_RAW_KEY_AGREEMENT_OUTPUT_SIZE({pair}, {bits})", row["ecdh"]
        for alg in (
            "PSA_ALG_ECDSA_ANY",
            "PSA_ALG_ECDSA(PSA_ALG_SHA_256)",
            "PSA_ALG_DETERMINISTIC_ECDSA(PSA_ALG_SHA_1)",
        ):
            yield f"PSA_SIGN_OUTPUT_SIZE({pair}, {bits}, {alg})", row.get("ecdsa_signature", 0)
        for alg in ("PSA_ALG_PURE_EDDSA", "PSA_ALG_EDDSA_CTX", "PSA_ALG_ED25519PH"):
            yield f"PSA_SIGN_OUTPUT_SIZE({pair}, {bits}, {alg})", row.get("eddsa_signature", 0)


def _other_keys() -> Iterator[Exact]:
    sizes = values()["sizes"]
    for table, prefix in (
        ("dh", "DH"),
        ("slh_dsa", "SLH_DSA"),
        ("spake2p", "SPAKE2P"),
        ("ml_dsa", "ML_DSA"),
        ("ml_kem", "ML_KEM"),
    ):
        for row in sizes[table]:
            family = f"({row['family']})" if "family" in row else ""
            pair, public = (f"PSA_KEY_TYPE_{prefix}_{half}{family}" for half in ("KEY_PAIR", "PUBLIC_KEY"))
            bits = row["bits"]
            yield f"PSA_EXPORT_KEY_OUTPUT_SIZE({pair}, {bits})", row.get("pair", row.get("private"))
            yield f"PSA_EXPORT_KEY_OUTPUT_SIZE({public}, {bits})", row["public"]
            yield f"PSA_EXPORT_PUBLIC_KEY_OUTPUT_SIZE({pair}, {bits})", row["public"]
            if "shared_secret" in row and prefix == "DH":
                yield f"PSA_RAW_KEY_AGREEMENT_OUTPUT_SIZE({pair}, {bits})", row["shared_secret"]
            if "ciphertext" in row:
                yield f"PSA_ENCAPSULATE_CIPHERTEXT_SIZE({public}, {bits}, PSA_ALG_ML_KEM)", row["ciphertext"]
            if "signature" in row:
                for form in (
                    "{}",
                    "DETERMINISTIC_{}",
                    "HASH_{}(PSA_ALG_SHA_256)",
                    "DETERMINISTIC_HASH_{}(PSA_ALG_SHA_256)",
                ):
                    alg = "PSA_ALG_" + form.format(prefix)
                    yield f"PSA_SIGN_OUTPUT_SIZE({pair}, {bits}, {alg})", row["signature"]
    for key_type, bits in (("RAW_DATA", 8), ("AES", 128), ("DES", 64), ("HMAC", 257), ("PASSWORD", 0)):
        yield f"PSA_EXPORT_KEY_OUTPUT_SIZE(PSA_KEY_TYPE_{key_type}, {bits})", (bits + 7) // 8
    # RFC 8554 sections 5.3 and 6.1, RFC 8391 appendix B.3.
    for key_type, bits, size in (
        ("LMS", 192, 48),
        ("LMS", 256, 56),
        ("HSS", 256, 60),
        ("XMSS", 256, 68),
        ("XMSS_MT", 192, 52),
    ):
        yield f"PSA_EXPORT_PUBLIC_KEY_OUTPUT_SIZE(PSA_KEY_TYPE_{key_type}_PUBLIC_KEY, {bits})", size


def _wrapping() -> Iterator[Exact]:
    for bits, kw, kwp in ((128, 24, 24), (192, 32, 32), (256, 40, 40), (264, 41, 48)):
        for alg, size in (("KW", kw), ("KWP", kwp)):
            yield f"PSA_WRAP_KEY_OUTPUT_SIZE(PSA_KEY_TYPE_AES, PSA_ALG_{alg}, PSA_KEY_TYPE_RAW_DATA, {bits})", size
    yield "PSA_WRAP_KEY_OUTPUT_SIZE(PSA_KEY_TYPE_DES, PSA_ALG_KW, PSA_KEY_TYPE_AES, 128)", 0
    yield "PSA_WRAP_KEY_OUTPUT_SIZE(PSA_KEY_TYPE_AES, PSA_ALG_CTR, PSA_KEY_TYPE_AES, 128)", 0


def _asymmetric() -> Iterator[Exact]:
    for row in values()["sizes"]["rsa"]:
        arguments = f"PSA_KEY_TYPE_RSA_KEY_PAIR, {row['bits']}"
        octets = row["bits"] // 8
        for alg in ("RSA_PKCS1V15_SIGN_RAW", "RSA_PKCS1V15_SIGN(PSA_ALG_SHA_256)", "RSA_PSS_ANY_SALT(PSA_ALG_SHA_1)"):
            yield f"PSA_SIGN_OUTPUT_SIZE({arguments}, PSA_ALG_{alg})", row["signature"]
        yield f"PSA_SIGN_OUTPUT_SIZE({arguments}, PSA_ALG_ECDSA_ANY)", 0
        for alg, most in (
            ("RSA_PKCS1V15_CRYPT", row["pkcs1v15_max_plaintext"]),
            ("RSA_OAEP(PSA_ALG_SHA_256)", octets - 66),
        ):
            yield f"PSA_ASYMMETRIC_ENCRYPT_OUTPUT_SIZE({arguments}, PSA_ALG_{alg})", octets
            yield f"PSA_ASYMMETRIC_DECRYPT_OUTPUT_SIZE({arguments}, PSA_ALG_{alg})", most
    yield "PSA_ASYMMETRIC_DECRYPT_OUTPUT_SIZE(PSA_KEY_TYPE_RSA_KEY_PAIR, 1024, PSA_ALG_RSA_OAEP(PSA_ALG_SHA_512))", 0
    yield "PSA_SIGN_OUTPUT_SIZE(PSA_KEY_TYPE_LMS_PUBLIC_KEY, 256, PSA_ALG_LMS)", 0


def _primitive(kind: str, family: str, bits: int) -> str:
    return f"PSA_PAKE_PRIMITIVE(PSA_PAKE_PRIMITIVE_TYPE_{kind}, {family}, {bits})"


def _both(alg: str, primitive: str, step: str, size: int) -> Iterator[Exact]:
    for way in ("OUTPUT", "INPUT"):
        yield f"PSA_PAKE_{way}_SIZE({alg}, {primitive}, PSA_PAKE_STEP_{step})", size


def _jpake() -> Iterator[Exact]:
    for row in values()["sizes"]["ecc"]:
        primitive = _primitive("ECC", row["family"], row["bits"])
        order = row["ecdsa_signature"] // 2 if "ecdsa_signature" in row else row["private"]
        for step, size in (("KEY_SHARE", row["public"]), ("ZK_PUBLIC", row["public"])):
            yield from _both("PSA_ALG_JPAKE(PSA_ALG_SHA_256)", primitive, step, size)
        if "ecdsa_signature" in row:
            yield from _both("PSA_ALG_JPAKE(PSA_ALG_SHA_256)", primitive, "ZK_PROOF", order)
    yield from _both(
        "PSA_ALG_JPAKE(PSA_ALG_SHA_256)", _primitive("DH", "PSA_DH_FAMILY_RFC7919", 2048), "KEY_SHARE", 256
    )
    yield from _both("PSA_ALG_JPAKE(PSA_ALG_SHA_256)", _primitive("DH", "PSA_DH_FAMILY_RFC7919", 2048), "CONFIRM", 0)


def _no_pake() -> Iterator[Exact]:
    for step in ("KEY_SHARE", "CONFIRM", "COMMIT", "SALT", "KEY_ID"):
        yield from _both("PSA_ALG_CCM", _primitive("ECC", "PSA_ECC_FAMILY_SECP_R1", 256), step, 0)


def _spake2p() -> Iterator[Exact]:
    p256 = _primitive("ECC", "PSA_ECC_FAMILY_SECP_R1", 256)
    confirm = (
        ("HMAC(PSA_ALG_SHA_256)", 32),
        ("HMAC(PSA_ALG_SHA_512)", 64),
        ("CMAC(PSA_ALG_SHA_256)", 16),
        ("MATTER", 32),
    )
    for suite, size in confirm:
        yield from _both(f"PSA_ALG_SPAKE2P_{suite}", p256, "CONFIRM", size)
        yield from _both(f"PSA_ALG_SPAKE2P_{suite}", p256, "KEY_SHARE", 65)
        yield from _both(f"PSA_ALG_SPAKE2P_{suite}", p256, "COMMIT", 0)


def _wpa3() -> Iterator[Exact]:
    # A scalar and an element: for P-521 3 x 66, for a group modulo a prime 2 x its bytes.
    groups = (
        (_primitive("ECC", "PSA_ECC_FAMILY_SECP_R1", 521), 198),
        (_primitive("ECC", "PSA_ECC_FAMILY_BRAINPOOL_P_R1", 256), 96),
        (_primitive("DH", "PSA_DH_FAMILY_RFC3526", 3072), 768),
    )
    for name in ("FIXED", "GDH"):
        alg = f"PSA_ALG_WPA3_SAE_{name}(PSA_ALG_SHA_384)"
        for primitive, commit in groups:
            yield from _both(alg, primitive, "COMMIT", commit)
            yield from _both(alg, primitive, "CONFIRM", 50)
            yield f"PSA_PAKE_INPUT_SIZE({alg}, {primitive}, PSA_PAKE_STEP_CONFIRM_COUNT)", 2
            yield f"PSA_PAKE_OUTPUT_SIZE({alg}, {primitive}, PSA_PAKE_STEP_KEY_ID)", 16
    for row in values()["sizes"]["dh"]:
        yield f"PSA_EXPORT_KEY_OUTPUT_SIZE(PSA_KEY_TYPE_WPA3_SAE_DH({row['family']}), {row['bits']})", row["public"]
    yield "PSA_EXPORT_KEY_OUTPUT_SIZE(PSA_KEY_TYPE_WPA3_SAE_ECC(PSA_ECC_FAMILY_SECP_R1), 521)", 132


RSA_EXPONENT_ALLOWANCE = 40
"""How many bytes more than with the exponent 65537 an exported RSA key may be given."""


def _der(tag: int, content: bytes) -> bytes:
    size = len(content)
    count = (size.bit_length() + 7) // 8
    return (
        bytes([tag]) + (bytes([size]) if size < 128 else bytes([0x80 | count]) + size.to_bytes(count, "big")) + content
    )


def _largest_rsa_key(sizes: list[int]) -> int:
    """The length of a sequence of the largest integers of these sizes in bits."""
    return len(_der(0x30, b"".join(_der(2, ((1 << bits) - 1).to_bytes(bits // 8 + 1, "big")) for bits in sizes)))


def _rsa_exports() -> Iterator[Exact]:
    # As the headers say: the exponent has at most 256 bits (FIPS 186-5).
    for bits in (512, 1016, 1023, 1024, 2039, 2040, 2047, 2048, 3072, 4095, 8192):
        half = (bits + 1) // 2
        pair = _largest_rsa_key([1, bits, 256, bits, half, half, half, half, half])
        yield f"PSA_EXPORT_KEY_OUTPUT_SIZE(PSA_KEY_TYPE_RSA_KEY_PAIR, {bits})", pair
        yield f"PSA_EXPORT_PUBLIC_KEY_OUTPUT_SIZE(PSA_KEY_TYPE_RSA_KEY_PAIR, {bits})", _largest_rsa_key([bits, 256])


def at_least() -> list[tuple[str, int, int]]:
    """Expression, smallest and largest acceptable value: RSA keys, whose exponent can be long."""
    rows = [(row["bits"], row["pair_der_max"], row["public_der_max"]) for row in values()["sizes"]["rsa"]]
    for bits in (512, 1023, 1025, 1100, 2047, 4095):
        half = (bits + 1) // 2
        pair = [1, bits, 17, bits, half, half, half, half, half]
        rows.append((bits, _largest_rsa_key(pair), _largest_rsa_key([bits, 17])))
    return [
        (f"PSA_EXPORT_KEY_OUTPUT_SIZE(PSA_KEY_TYPE_RSA_{half}, {bits})", size, size + RSA_EXPONENT_ALLOWANCE)
        for bits, pair_size, public_size in rows
        for half, size in (("KEY_PAIR", pair_size), ("PUBLIC_KEY", public_size))
    ]


# Macro of a maximum -> the expression over type, bits, alg, primitives[k] and step whose largest value it is.
MAXIMA = {
    "PSA_HASH_MAX_SIZE": "PSA_HASH_LENGTH(alg)",
    "PSA_HASH_SUSPEND_OUTPUT_MAX_SIZE": "PSA_HASH_SUSPEND_OUTPUT_SIZE(alg)",
    "PSA_MAC_MAX_SIZE": "PSA_MAC_LENGTH(type, bits, alg)",
    "PSA_BLOCK_CIPHER_BLOCK_MAX_SIZE": "PSA_BLOCK_CIPHER_BLOCK_LENGTH(type)",
    "PSA_CIPHER_IV_MAX_SIZE": "PSA_CIPHER_IV_LENGTH(type, alg)",
    "PSA_CIPHER_FINISH_OUTPUT_MAX_SIZE": "PSA_CIPHER_FINISH_OUTPUT_SIZE(type, alg)",
    "PSA_AEAD_NONCE_MAX_SIZE": "PSA_AEAD_NONCE_LENGTH(type, alg)",
    "PSA_AEAD_TAG_MAX_SIZE": "PSA_AEAD_TAG_LENGTH(type, bits, alg)",
    "PSA_AEAD_FINISH_OUTPUT_MAX_SIZE": "PSA_AEAD_FINISH_OUTPUT_SIZE(type, alg)",
    "PSA_AEAD_VERIFY_OUTPUT_MAX_SIZE": "PSA_AEAD_VERIFY_OUTPUT_SIZE(type, alg)",
    "PSA_SIGNATURE_MAX_SIZE": "PSA_SIGN_OUTPUT_SIZE(type, bits, alg)",
    "PSA_ASYMMETRIC_ENCRYPT_OUTPUT_MAX_SIZE": "PSA_ASYMMETRIC_ENCRYPT_OUTPUT_SIZE(type, bits, alg)",
    "PSA_ASYMMETRIC_DECRYPT_OUTPUT_MAX_SIZE": "PSA_ASYMMETRIC_DECRYPT_OUTPUT_SIZE(type, bits, alg)",
    "PSA_RAW_KEY_AGREEMENT_OUTPUT_MAX_SIZE": "PSA_RAW_KEY_AGREEMENT_OUTPUT_SIZE(type, bits)",
    "PSA_ENCAPSULATE_CIPHERTEXT_MAX_SIZE": "PSA_ENCAPSULATE_CIPHERTEXT_SIZE(type, bits, alg)",
    "PSA_EXPORT_KEY_PAIR_MAX_SIZE": "PSA_KEY_TYPE_IS_KEY_PAIR(type) ? PSA_EXPORT_KEY_OUTPUT_SIZE(type, bits) : 0",
    "PSA_EXPORT_PUBLIC_KEY_MAX_SIZE": "PSA_EXPORT_PUBLIC_KEY_OUTPUT_SIZE(type, bits)",
    "PSA_EXPORT_ASYMMETRIC_KEY_MAX_SIZE": (
        "PSA_KEY_TYPE_IS_ASYMMETRIC(type) ? PSA_EXPORT_KEY_OUTPUT_SIZE(type, bits) : 0"
    ),
    "PSA_WRAP_KEY_PAIR_MAX_SIZE": (
        "PSA_KEY_TYPE_IS_KEY_PAIR(type) ? PSA_WRAP_KEY_OUTPUT_SIZE(PSA_KEY_TYPE_AES, alg, type, bits) : 0"
    ),
    "PSA_PAKE_OUTPUT_MAX_SIZE": "PSA_PAKE_OUTPUT_SIZE(alg, primitives[k], step)",
    "PSA_PAKE_INPUT_MAX_SIZE": "PSA_PAKE_INPUT_SIZE(alg, primitives[k], step)",
    **{
        f"PSA_{macro}_MAX_SIZE({n})": f"PSA_{macro}_SIZE(type, alg, {n})"
        for macro in (
            "CIPHER_ENCRYPT_OUTPUT",
            "CIPHER_DECRYPT_OUTPUT",
            "CIPHER_UPDATE_OUTPUT",
            "AEAD_ENCRYPT_OUTPUT",
            "AEAD_UPDATE_OUTPUT",
        )
        for n in (0, 1, 15, 16, 17, 1000)
    },
}
