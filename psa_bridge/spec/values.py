"""The constants of the PSA Crypto API 1.5: kinds of numbers, and the names of each kind.

Derivation steps, which the API leaves to implementations, have the numbers that deployed
ones use.
"""

from __future__ import annotations

from enum import Enum


class Kind(Enum):
    """A kind of number: how its names begin, and how many hexadecimal digits it has.

    ``digits`` is 0 for kinds that are written in decimal.
    """

    STATUS = ("status", "PSA_", 0)
    KEY_ID = ("key identifier", "PSA_KEY_ID_", 8)
    LIFETIME = ("key lifetime", "PSA_KEY_LIFETIME_", 8)
    PERSISTENCE = ("key persistence", "PSA_KEY_PERSISTENCE_", 2)
    LOCATION = ("key location", "PSA_KEY_LOCATION_", 6)
    USAGE = ("key usage", "PSA_KEY_USAGE_", 8)
    KEY_TYPE = ("key type", "PSA_KEY_TYPE_", 4)
    ECC_FAMILY = ("elliptic curve family", "PSA_ECC_FAMILY_", 2)
    DH_FAMILY = ("Diffie-Hellman family", "PSA_DH_FAMILY_", 2)
    SLH_DSA_FAMILY = ("SLH-DSA family", "PSA_SLH_DSA_FAMILY_", 2)
    ALGORITHM = ("algorithm", "PSA_ALG_", 8)
    DERIVATION_STEP = ("derivation step", "PSA_KEY_DERIVATION_INPUT_", 4)
    PAKE_PRIMITIVE = ("PAKE primitive", "PSA_PAKE_PRIMITIVE", 8)
    PAKE_PRIMITIVE_TYPE = ("PAKE primitive type", "PSA_PAKE_PRIMITIVE_TYPE_", 2)
    PAKE_CONFIRMATION = ("PAKE key confirmation", "PSA_PAKE_", 0)
    PAKE_ROLE = ("PAKE role", "PSA_PAKE_ROLE_", 2)
    PAKE_STEP = ("PAKE step", "PSA_PAKE_STEP_", 2)
    SIZE = ("size", "PSA_", 0)
    API_VERSION = ("API version", "PSA_CRYPTO_API_VERSION_", 0)

    def __init__(self, label: str, prefix: str, digits: int) -> None:
        self.label = label
        self.prefix = prefix
        self.digits = digits

    def number(self, value: int) -> str:
        """A value without a name, as C would write it."""
        return f"0x{value:0{self.digits}x}" if self.digits and value >= 0 else str(value)


_TABLE: dict[Kind, str] = {
    Kind.STATUS: """
        SUCCESS 0
        ERROR_GENERIC_ERROR -132
        ERROR_NOT_PERMITTED -133
        ERROR_NOT_SUPPORTED -134
        ERROR_INVALID_ARGUMENT -135
        ERROR_INVALID_HANDLE -136
        ERROR_BAD_STATE -137
        ERROR_BUFFER_TOO_SMALL -138
        ERROR_ALREADY_EXISTS -139
        ERROR_DOES_NOT_EXIST -140
        ERROR_INSUFFICIENT_MEMORY -141
        ERROR_INSUFFICIENT_STORAGE -142
        ERROR_INSUFFICIENT_DATA -143
        ERROR_COMMUNICATION_FAILURE -145
        ERROR_STORAGE_FAILURE -146
        ERROR_HARDWARE_FAILURE -147
        ERROR_INSUFFICIENT_ENTROPY -148
        ERROR_INVALID_SIGNATURE -149
        ERROR_INVALID_PADDING -150
        ERROR_CORRUPTION_DETECTED -151
        ERROR_DATA_CORRUPT -152
        ERROR_DATA_INVALID -153
    """,
    Kind.KEY_ID: """
        NULL 0x00000000
        USER_MIN 0x00000001
        USER_MAX 0x3fffffff
        VENDOR_MIN 0x40000000
        VENDOR_MAX 0x7fffffff
    """,
    Kind.LIFETIME: """
        VOLATILE 0x00000000
        PERSISTENT 0x00000001
    """,
    Kind.PERSISTENCE: """
        VOLATILE 0x00
        DEFAULT 0x01
        READ_ONLY 0xff
    """,
    Kind.LOCATION: """
        LOCAL_STORAGE 0x000000
        PRIMARY_SECURE_ELEMENT 0x000001
    """,
    Kind.USAGE: """
        EXPORT 0x00000001
        COPY 0x00000002
        CACHE 0x00000004
        DERIVE_PUBLIC 0x00000080
        ENCRYPT 0x00000100
        DECRYPT 0x00000200
        SIGN_MESSAGE 0x00000400
        VERIFY_MESSAGE 0x00000800
        SIGN_HASH 0x00001000
        VERIFY_HASH 0x00002000
        DERIVE 0x00004000
        VERIFY_DERIVATION 0x00008000
        WRAP 0x00010000
        UNWRAP 0x00020000
    """,
    Kind.KEY_TYPE: """
        NONE 0x0000
        RAW_DATA 0x1001
        DERIVE 0x1200
        PASSWORD 0x1203
        PASSWORD_HASH 0x1205
        PEPPER 0x1206
        HMAC 0x1100
        AES 0x2400
        ARIA 0x2406
        DES 0x2301
        CAMELLIA 0x2403
        SM4 0x2405
        ARC4 0x2002
        CHACHA20 0x2004
        XCHACHA20 0x2007
        ASCON 0x2008
        BLAKE2 0x1103
        RSA_KEY_PAIR 0x7001
        RSA_PUBLIC_KEY 0x4001
        LMS_PUBLIC_KEY 0x4007
        HSS_PUBLIC_KEY 0x4008
        XMSS_PUBLIC_KEY 0x400b
        XMSS_MT_PUBLIC_KEY 0x400d
        ML_DSA_KEY_PAIR 0x7002
        ML_DSA_PUBLIC_KEY 0x4002
        ML_KEM_KEY_PAIR 0x7004
        ML_KEM_PUBLIC_KEY 0x4004
    """,
    Kind.ECC_FAMILY: """
        SECP_K1 0x17
        SECP_R1 0x12
        SECP_R2 0x1b
        SECT_K1 0x27
        SECT_R1 0x22
        SECT_R2 0x2b
        BRAINPOOL_P_R1 0x30
        FRP 0x33
        MONTGOMERY 0x41
        TWISTED_EDWARDS 0x42
    """,
    Kind.DH_FAMILY: """
        RFC7919 0x03
        RFC3526 0x05
    """,
    Kind.SLH_DSA_FAMILY: """
        SHA2_S 0x02
        SHA2_F 0x04
        SHAKE_S 0x0b
        SHAKE_F 0x0d
    """,
    Kind.ALGORITHM: """
        NONE 0x00000000
        MD2 0x02000001
        MD4 0x02000002
        MD5 0x02000003
        RIPEMD160 0x02000004
        SHA_1 0x02000005
        AES_MMO_ZIGBEE 0x02000007
        SHA_224 0x02000008
        SHA_256 0x02000009
        SHA_384 0x0200000a
        SHA_512 0x0200000b
        SHA_512_224 0x0200000c
        SHA_512_256 0x0200000d
        SHA_256_192 0x0200000e
        SHA3_224 0x02000010
        SHA3_256 0x02000011
        SHA3_384 0x02000012
        SHA3_512 0x02000013
        SM3 0x02000014
        SHAKE256_512 0x02000015
        SHAKE128_256 0x02000016
        SHAKE256_192 0x02000017
        SHAKE256_256 0x02000018
        ASCON_HASH256 0x02000019
        BLAKE2S_HASH256 0x0200001c
        BLAKE2SP_HASH256 0x0200001d
        BLAKE2B_HASH512 0x0200001e
        BLAKE2BP_HASH512 0x0200001f
        ANY_HASH 0x020000ff
        CBC_MAC 0x03c00100
        CMAC 0x03c00200
        CBC_NO_PADDING 0x04404000
        CBC_PKCS7 0x04404100
        ECB_NO_PADDING 0x04404400
        XTS 0x0440ff00
        STREAM_CIPHER 0x04800100
        CTR 0x04c01000
        CFB 0x04c01100
        OFB 0x04c01200
        CCM_STAR_NO_TAG 0x04c01300
        CCM_STAR_ANY_TAG 0x04c09300
        CHACHA20_POLY1305 0x05100500
        XCHACHA20_POLY1305 0x05100600
        ASCON_AEAD128 0x05100700
        CCM 0x05500100
        GCM 0x05500200
        RSA_PKCS1V15_SIGN_RAW 0x06000200
        ECDSA_ANY 0x06000600
        PURE_EDDSA 0x06000800
        ED25519PH 0x0600090b
        ED448PH 0x06000915
        EDDSA_CTX 0x06000a00
        SLH_DSA 0x06004000
        DETERMINISTIC_SLH_DSA 0x06004100
        ML_DSA 0x06004400
        DETERMINISTIC_ML_DSA 0x06004500
        LMS 0x06004800
        HSS 0x06004900
        XMSS 0x06004a00
        XMSS_MT 0x06004b00
        RSA_PKCS1V15_CRYPT 0x07000200
        TLS12_ECJPAKE_TO_PMS 0x08000609
        SP800_108_COUNTER_CMAC 0x08000800
        PBKDF2_AES_CMAC_PRF_128 0x08800200
        FFDH 0x09010000
        ECDH 0x09020000
        SPAKE2P_MATTER 0x0a000609
        WPA3_SAE_ANY 0x0a0088ff
        KW 0x0b400100
        KWP 0x0bc00200
        ECIES_SEC1 0x0c000100
        ML_KEM 0x0c000200
        SHAKE128 0x0d000100
        SHAKE256 0x0d000200
        ASCON_XOF128 0x0d000300
        ASCON_CXOF128 0x0d008300
    """,
    Kind.DERIVATION_STEP: """
        SECRET 0x0101
        OTHER_SECRET 0x0103
        PASSWORD 0x0102
        LABEL 0x0201
        CONTEXT 0x0206
        SALT 0x0202
        INFO 0x0203
        SEED 0x0204
        COST 0x0205
    """,
    Kind.PAKE_PRIMITIVE_TYPE: """
        ECC 0x01
        DH 0x02
    """,
    Kind.PAKE_CONFIRMATION: """
        CONFIRMED_KEY 0x00
        UNCONFIRMED_KEY 0x01
    """,
    Kind.PAKE_ROLE: """
        NONE 0x00
        FIRST 0x01
        SECOND 0x02
        CLIENT 0x11
        SERVER 0x12
    """,
    Kind.PAKE_STEP: """
        KEY_SHARE 0x01
        ZK_PUBLIC 0x02
        ZK_PROOF 0x03
        CONFIRM 0x04
        SALT 0x05
        COMMIT 0x06
        CONFIRM_COUNT 0x07
        KEY_ID 0x08
    """,
    Kind.SIZE: """
        HASH_SUSPEND_ALGORITHM_FIELD_LENGTH 4
        TLS12_ECJPAKE_TO_PMS_OUTPUT_SIZE 32
    """,
    Kind.API_VERSION: """
        MAJOR 1
        MINOR 5
    """,
}


def _rows(kind: Kind, text: str) -> dict[str, int]:
    return {kind.prefix + name: int(value, 0) for name, value in (line.split() for line in text.strip().splitlines())}


CONSTANTS: dict[Kind, dict[str, int]] = {kind: _rows(kind, text) for kind, text in _TABLE.items()}
"""Kind -> name -> value."""

KIND_OF: dict[str, Kind] = {name: kind for kind, names in CONSTANTS.items() for name in names}
VALUES: dict[str, int] = {name: value for names in CONSTANTS.values() for name, value in names.items()}
"""Every constant by name."""

NAMES: dict[Kind, dict[int, str]] = {
    kind: {value: name for name, value in names.items()} for kind, names in CONSTANTS.items()
}
"""Kind -> value -> name."""
