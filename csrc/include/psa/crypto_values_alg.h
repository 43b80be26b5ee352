/** @file
 * Algorithms: categories, hash, XOF, MAC, cipher, AEAD and key wrapping (sections 10.1 to 10.7).
 *
 * The 32 bits of an algorithm: 31 vendor, 30..24 category, 23 stream or stretching, 22 block
 * cipher, 21..16 length of MAC or tag or the kind of key agreement, 15..8 sub-type (bit 15 of
 * a MAC or AEAD: this length or more), 7..0 number of the hash.
 */
#ifndef PSA_CRYPTO_VALUES_ALG_H
#define PSA_CRYPTO_VALUES_ALG_H

#include "crypto_types.h"

/** An algorithm with the number of a hash in its low byte. */
#define PSAB_ALG_WITH_HASH(base, hash_alg) ((psa_algorithm_t)((base) | ((hash_alg) & 0xffu)))

/** Whether the bits of `alg` under `mask` have this value. */
#define PSAB_ALG_IS(alg, mask, value) (((alg) & (mask)) == (value))

/** Whether `alg` is `base` with some hash, or with none. */
#define PSAB_ALG_HAS_BASE(alg, base) PSAB_ALG_IS(alg, 0xffffff00u, base)

/** Whether `alg` is in a category. */
#define PSAB_ALG_IN_CATEGORY(alg, category) PSAB_ALG_IS(alg, 0x7f000000u, category)

#define PSA_ALG_NONE ((psa_algorithm_t)0)

/* Categories (section 10.1). */

#define PSA_ALG_IS_HASH(alg) PSAB_ALG_IN_CATEGORY(alg, 0x02000000u)
#define PSA_ALG_IS_MAC(alg) PSAB_ALG_IN_CATEGORY(alg, 0x03000000u)
#define PSA_ALG_IS_CIPHER(alg) PSAB_ALG_IN_CATEGORY(alg, 0x04000000u)
#define PSA_ALG_IS_AEAD(alg) PSAB_ALG_IN_CATEGORY(alg, 0x05000000u)
#define PSA_ALG_IS_SIGN(alg) PSAB_ALG_IN_CATEGORY(alg, 0x06000000u)
#define PSA_ALG_IS_ASYMMETRIC_ENCRYPTION(alg) PSAB_ALG_IN_CATEGORY(alg, 0x07000000u)
#define PSA_ALG_IS_KEY_DERIVATION(alg) PSAB_ALG_IN_CATEGORY(alg, 0x08000000u)
#define PSA_ALG_IS_KEY_AGREEMENT(alg) PSAB_ALG_IN_CATEGORY(alg, 0x09000000u)
#define PSA_ALG_IS_PAKE(alg) PSAB_ALG_IN_CATEGORY(alg, 0x0a000000u)
#define PSA_ALG_IS_KEY_WRAP(alg) PSAB_ALG_IN_CATEGORY(alg, 0x0b000000u)
#define PSA_ALG_IS_KEY_ENCAPSULATION(alg) PSAB_ALG_IN_CATEGORY(alg, 0x0c000000u)
#define PSA_ALG_IS_XOF(alg) PSAB_ALG_IN_CATEGORY(alg, 0x0d000000u)

/* Hashes (section 10.2). */

#define PSA_ALG_MD2 ((psa_algorithm_t)0x02000001)
#define PSA_ALG_MD4 ((psa_algorithm_t)0x02000002)
#define PSA_ALG_MD5 ((psa_algorithm_t)0x02000003)
#define PSA_ALG_RIPEMD160 ((psa_algorithm_t)0x02000004)
#define PSA_ALG_SHA_1 ((psa_algorithm_t)0x02000005)
#define PSA_ALG_AES_MMO_ZIGBEE ((psa_algorithm_t)0x02000007)
#define PSA_ALG_SHA_224 ((psa_algorithm_t)0x02000008)
#define PSA_ALG_SHA_256 ((psa_algorithm_t)0x02000009)
#define PSA_ALG_SHA_384 ((psa_algorithm_t)0x0200000a)
#define PSA_ALG_SHA_512 ((psa_algorithm_t)0x0200000b)
#define PSA_ALG_SHA_512_224 ((psa_algorithm_t)0x0200000c)
#define PSA_ALG_SHA_512_256 ((psa_algorithm_t)0x0200000d)
#define PSA_ALG_SHA_256_192 ((psa_algorithm_t)0x0200000e)
#define PSA_ALG_SHA3_224 ((psa_algorithm_t)0x02000010)
#define PSA_ALG_SHA3_256 ((psa_algorithm_t)0x02000011)
#define PSA_ALG_SHA3_384 ((psa_algorithm_t)0x02000012)
#define PSA_ALG_SHA3_512 ((psa_algorithm_t)0x02000013)
#define PSA_ALG_SM3 ((psa_algorithm_t)0x02000014)
#define PSA_ALG_SHAKE256_512 ((psa_algorithm_t)0x02000015)
#define PSA_ALG_SHAKE128_256 ((psa_algorithm_t)0x02000016)
#define PSA_ALG_SHAKE256_192 ((psa_algorithm_t)0x02000017)
#define PSA_ALG_SHAKE256_256 ((psa_algorithm_t)0x02000018)
#define PSA_ALG_ASCON_HASH256 ((psa_algorithm_t)0x02000019)
#define PSA_ALG_BLAKE2S_HASH256 ((psa_algorithm_t)0x0200001c)
#define PSA_ALG_BLAKE2SP_HASH256 ((psa_algorithm_t)0x0200001d)
#define PSA_ALG_BLAKE2B_HASH512 ((psa_algorithm_t)0x0200001e)
#define PSA_ALG_BLAKE2BP_HASH512 ((psa_algorithm_t)0x0200001f)

/** In a policy, in place of the hash of a signature or of PSA_ALG_WPA3_SAE_H2E(): any hash. */
#define PSA_ALG_ANY_HASH ((psa_algorithm_t)0x020000ff)

#define PSA_ALG_IS_BLAKE2_HASH(alg) PSAB_ALG_IS(alg, 0x7ffffffcu, PSA_ALG_BLAKE2S_HASH256)

/** The hash in an algorithm, PSA_ALG_NONE if it names none. A hash gives itself, as in other
 * implementations, although it is not built from one. */
#define PSA_ALG_GET_HASH(alg) (((alg) & 0xffu) == 0 ? PSA_ALG_NONE : (psa_algorithm_t)(0x02000000u | ((alg) & 0xffu)))

/* Extendable-output functions (section 10.3). Bit 15: takes a context; only asked of a XOF. */

#define PSA_ALG_SHAKE128 ((psa_algorithm_t)0x0d000100)
#define PSA_ALG_SHAKE256 ((psa_algorithm_t)0x0d000200)
#define PSA_ALG_ASCON_XOF128 ((psa_algorithm_t)0x0d000300)
#define PSA_ALG_ASCON_CXOF128 ((psa_algorithm_t)0x0d008300)

#define PSA_ALG_XOF_HAS_CONTEXT(alg) (((alg) & 0x00008000u) != 0)

/* Message authentication codes (section 10.4). A length of 0 stands for the full length. */

#define PSAB_ALG_LENGTH_MASK 0x003f8000u
#define PSAB_ALG_AT_LEAST 0x00008000u
#define PSAB_ALG_WITH_LENGTH(alg, length)                                                                              \
    ((psa_algorithm_t)(((alg) & ~PSAB_ALG_LENGTH_MASK) | (((length) & 0x3fu) << 16)))
#define PSAB_ALG_GET_LENGTH(alg) (((alg) >> 16) & 0x3fu)

#define PSA_ALG_CBC_MAC ((psa_algorithm_t)0x03c00100)
#define PSA_ALG_CMAC ((psa_algorithm_t)0x03c00200)
#define PSA_ALG_HMAC(hash_alg) PSAB_ALG_WITH_HASH(0x03800000u, hash_alg)
#define PSA_ALG_BLAKE2_MAC(hash_alg) PSAB_ALG_WITH_HASH(0x03800300u, hash_alg)

#define PSA_ALG_TRUNCATED_MAC(mac_alg, mac_length) PSAB_ALG_WITH_LENGTH(mac_alg, mac_length)
#define PSA_ALG_FULL_LENGTH_MAC(mac_alg) PSAB_ALG_WITH_LENGTH(mac_alg, 0u)

/** In a policy: this MAC with this length or more. A length of 1 to 63; others cannot be
 * encoded and give PSA_ALG_NONE. */
#define PSA_ALG_AT_LEAST_THIS_LENGTH_MAC(mac_alg, min_mac_length)                                                      \
    ((min_mac_length) < 1 || (min_mac_length) > 63                                                                     \
         ? PSA_ALG_NONE                                                                                                \
         : (psa_algorithm_t)(PSAB_ALG_WITH_LENGTH(mac_alg, min_mac_length) | PSAB_ALG_AT_LEAST))

#define PSA_ALG_IS_HMAC(alg) PSAB_ALG_IS(alg, 0x7fc0ff00u, 0x03800000u)
#define PSA_ALG_IS_BLAKE2_MAC(alg) PSAB_ALG_IS(alg, 0x7fc0ff00u, 0x03800300u)
#define PSA_ALG_IS_BLOCK_CIPHER_MAC(alg) PSAB_ALG_IS(alg, 0x7fc00000u, 0x03c00000u)

/* Unauthenticated ciphers (section 10.5). */

#define PSA_ALG_STREAM_CIPHER ((psa_algorithm_t)0x04800100)
#define PSA_ALG_CTR ((psa_algorithm_t)0x04c01000)
#define PSA_ALG_CFB ((psa_algorithm_t)0x04c01100)
#define PSA_ALG_OFB ((psa_algorithm_t)0x04c01200)
#define PSA_ALG_CCM_STAR_NO_TAG ((psa_algorithm_t)0x04c01300)
#define PSA_ALG_XTS ((psa_algorithm_t)0x0440ff00)
#define PSA_ALG_ECB_NO_PADDING ((psa_algorithm_t)0x04404400)
#define PSA_ALG_CBC_NO_PADDING ((psa_algorithm_t)0x04404000)
#define PSA_ALG_CBC_PKCS7 ((psa_algorithm_t)0x04404100)

/** In a policy: CCM* without tag, and CCM with tags of 4, 8 and 16 bytes. */
#define PSA_ALG_CCM_STAR_ANY_TAG ((psa_algorithm_t)0x04c09300)

#define PSA_ALG_IS_STREAM_CIPHER(alg) PSAB_ALG_IS(alg, 0x7f800000u, 0x04800000u)

/* Authenticated encryption (section 10.6). The tag length is always there. */

#define PSA_ALG_CCM ((psa_algorithm_t)0x05500100)
#define PSA_ALG_GCM ((psa_algorithm_t)0x05500200)
#define PSA_ALG_CHACHA20_POLY1305 ((psa_algorithm_t)0x05100500)
#define PSA_ALG_XCHACHA20_POLY1305 ((psa_algorithm_t)0x05100600)
#define PSA_ALG_ASCON_AEAD128 ((psa_algorithm_t)0x05100700)

#define PSA_ALG_AEAD_WITH_SHORTENED_TAG(aead_alg, tag_length) PSAB_ALG_WITH_LENGTH(aead_alg, tag_length)

/** In a policy: this AEAD with a tag of this length or more. */
#define PSA_ALG_AEAD_WITH_AT_LEAST_THIS_LENGTH_TAG(aead_alg, min_tag_length)                                           \
    ((psa_algorithm_t)(PSAB_ALG_WITH_LENGTH(aead_alg, min_tag_length) | PSAB_ALG_AT_LEAST))

/** Whether two AEAD algorithms differ at most in their tag lengths. */
#define PSAB_ALG_SAME_AEAD(alg, other) PSAB_ALG_IS(alg, ~PSAB_ALG_LENGTH_MASK, (other) & ~PSAB_ALG_LENGTH_MASK)

/** The AEAD with its full tag, 16 bytes in every one; PSA_ALG_NONE for an unknown AEAD. */
#define PSA_ALG_AEAD_WITH_DEFAULT_LENGTH_TAG(aead_alg)                                                                 \
    (PSAB_ALG_SAME_AEAD(aead_alg, PSA_ALG_CCM) || PSAB_ALG_SAME_AEAD(aead_alg, PSA_ALG_GCM) ||                         \
             PSAB_ALG_SAME_AEAD(aead_alg, PSA_ALG_CHACHA20_POLY1305) ||                                                \
             PSAB_ALG_SAME_AEAD(aead_alg, PSA_ALG_XCHACHA20_POLY1305) ||                                               \
             PSAB_ALG_SAME_AEAD(aead_alg, PSA_ALG_ASCON_AEAD128)                                                       \
         ? PSAB_ALG_WITH_LENGTH(aead_alg, 16u)                                                                         \
         : PSA_ALG_NONE)

#define PSA_ALG_IS_AEAD_ON_BLOCK_CIPHER(alg) PSAB_ALG_IS(alg, 0x7f400000u, 0x05400000u)

/* Key wrapping (section 10.7). */

#define PSA_ALG_KW ((psa_algorithm_t)0x0b400100)
#define PSA_ALG_KWP ((psa_algorithm_t)0x0bc00200)

/** Whether `alg` only makes sense in a policy (section 10.1). */
#define PSA_ALG_IS_WILDCARD(alg)                                                                                       \
    (((alg) & 0xffu) == 0xffu || (alg) == PSA_ALG_CCM_STAR_ANY_TAG ||                                                  \
     ((PSA_ALG_IS_MAC(alg) || PSA_ALG_IS_AEAD(alg)) && ((alg) & PSAB_ALG_AT_LEAST) != 0))

#endif
