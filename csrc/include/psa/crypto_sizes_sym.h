/** @file
 * Sizes of hashes, MACs, ciphers and AEAD (sections 10.2.4, 10.4.4, 10.5.4 and 10.6.4).
 */
#ifndef PSA_CRYPTO_SIZES_SYM_H
#define PSA_CRYPTO_SIZES_SYM_H

#include <stddef.h>

#include "crypto_values.h"

/** `size` rounded up to a multiple of `block`, a power of two. */
#define PSAB_ROUND_UP(size, block) (((size_t)(size) + (block) - 1u) & ~((size_t)(block) - 1u))
#define PSAB_LARGER(a, b) ((a) > (b) ? (a) : (b))

/* Hashes */

#define PSAB_HASH_IS_16_BYTES(alg)                                                                                     \
    ((alg) == PSA_ALG_MD2 || (alg) == PSA_ALG_MD4 || (alg) == PSA_ALG_MD5 || (alg) == PSA_ALG_AES_MMO_ZIGBEE)
#define PSAB_HASH_IS_32_BYTES(alg)                                                                                     \
    ((alg) == PSA_ALG_SHA_256 || (alg) == PSA_ALG_SHA_512_256 || (alg) == PSA_ALG_SHA3_256 || (alg) == PSA_ALG_SM3 ||  \
     (alg) == PSA_ALG_SHAKE128_256 || (alg) == PSA_ALG_SHAKE256_256 || (alg) == PSA_ALG_ASCON_HASH256 ||               \
     (alg) == PSA_ALG_BLAKE2S_HASH256 || (alg) == PSA_ALG_BLAKE2SP_HASH256)
#define PSAB_HASH_IS_64_BYTES(alg)                                                                                     \
    ((alg) == PSA_ALG_SHA_512 || (alg) == PSA_ALG_SHA3_512 || (alg) == PSA_ALG_SHAKE256_512 ||                         \
     (alg) == PSA_ALG_BLAKE2B_HASH512 || (alg) == PSA_ALG_BLAKE2BP_HASH512)

/** Of a hash only. */
#define PSAB_HASH_LENGTH(alg)                                                                                          \
    ((size_t)(PSAB_HASH_IS_16_BYTES(alg)                                                              ? 16u            \
              : (alg) == PSA_ALG_RIPEMD160 || (alg) == PSA_ALG_SHA_1                                  ? 20u            \
              : (alg) == PSA_ALG_SHA_256_192 || (alg) == PSA_ALG_SHAKE256_192                         ? 24u            \
              : (alg) == PSA_ALG_SHA_224 || (alg) == PSA_ALG_SHA_512_224 || (alg) == PSA_ALG_SHA3_224 ? 28u            \
              : PSAB_HASH_IS_32_BYTES(alg)                                                            ? 32u            \
              : (alg) == PSA_ALG_SHA_384 || (alg) == PSA_ALG_SHA3_384                                 ? 48u            \
              : PSAB_HASH_IS_64_BYTES(alg)                                                            ? 64u            \
                                                                                                      : 0u))

/** Of a hash, or of the hash of an HMAC, truncated or not. */
#define PSA_HASH_LENGTH(alg)                                                                                           \
    (PSA_ALG_IS_HASH(alg)                          ? PSAB_HASH_LENGTH(alg)                                             \
     : PSA_ALG_IS_HMAC((alg) & ~PSAB_ALG_AT_LEAST) ? PSAB_HASH_LENGTH(PSA_ALG_GET_HASH(alg))                           \
                                                   : (size_t)0u)
#define PSA_HASH_MAX_SIZE PSA_HASH_LENGTH(PSA_ALG_SHA_512)

/* The shapes of hashes that matter for blocks and suspended states. */

#define PSAB_HASH_IS_SHA512_LIKE(alg)                                                                                  \
    ((alg) == PSA_ALG_SHA_384 || (alg) == PSA_ALG_SHA_512 || (alg) == PSA_ALG_SHA_512_224 ||                           \
     (alg) == PSA_ALG_SHA_512_256)
#define PSAB_HASH_IS_SHA256_LIKE(alg) ((alg) == PSA_ALG_SHA_224 || (alg) == PSA_ALG_SHA_256)
#define PSAB_HASH_IS_MD4_LIKE(alg)                                                                                     \
    ((alg) == PSA_ALG_MD4 || (alg) == PSA_ALG_MD5 || (alg) == PSA_ALG_RIPEMD160 || (alg) == PSA_ALG_SHA_1)

/** Bytes of one input block, as HMAC pads its key to. */
#define PSA_HASH_BLOCK_LENGTH(alg)                                                                                     \
    ((size_t)((alg) == PSA_ALG_ASCON_HASH256                            ? 8u                                           \
              : (alg) == PSA_ALG_MD2 || (alg) == PSA_ALG_AES_MMO_ZIGBEE ? 16u                                          \
              : PSAB_HASH_IS_MD4_LIKE(alg) || PSAB_HASH_IS_SHA256_LIKE(alg) || (alg) == PSA_ALG_SHA_256_192 ||         \
                      (alg) == PSA_ALG_SM3 || (alg) == PSA_ALG_BLAKE2S_HASH256 || (alg) == PSA_ALG_BLAKE2SP_HASH256    \
                  ? 64u                                                                                                \
              : (alg) == PSA_ALG_SHA3_512 ? 72u                                                                        \
              : (alg) == PSA_ALG_SHA3_384 ? 104u                                                                       \
              : PSAB_HASH_IS_SHA512_LIKE(alg) || (alg) == PSA_ALG_BLAKE2B_HASH512 || (alg) == PSA_ALG_BLAKE2BP_HASH512 \
                  ? 128u                                                                                               \
              : (alg) == PSA_ALG_SHA3_256 || (alg) == PSA_ALG_SHAKE256_512 || (alg) == PSA_ALG_SHAKE256_192 ||         \
                      (alg) == PSA_ALG_SHAKE256_256                                                                    \
                  ? 136u                                                                                               \
              : (alg) == PSA_ALG_SHA3_224     ? 144u                                                                   \
              : (alg) == PSA_ALG_SHAKE128_256 ? 168u                                                                   \
                                              : 0u))

/* A suspended hash: algorithm, length so far, state, and up to a block less one byte of input. */

#define PSA_HASH_SUSPEND_ALGORITHM_FIELD_LENGTH ((size_t)4u)
#define PSA_HASH_SUSPEND_INPUT_LENGTH_FIELD_LENGTH(alg)                                                                \
    ((size_t)((alg) == PSA_ALG_MD2                                          ? 1u                                       \
              : PSAB_HASH_IS_MD4_LIKE(alg) || PSAB_HASH_IS_SHA256_LIKE(alg) ? 8u                                       \
              : PSAB_HASH_IS_SHA512_LIKE(alg)                               ? 16u                                      \
                                                                            : 0u))
#define PSA_HASH_SUSPEND_HASH_STATE_FIELD_LENGTH(alg)                                                                  \
    ((size_t)((alg) == PSA_ALG_MD4 || (alg) == PSA_ALG_MD5            ? 16u                                            \
              : (alg) == PSA_ALG_RIPEMD160 || (alg) == PSA_ALG_SHA_1  ? 20u                                            \
              : PSAB_HASH_IS_SHA256_LIKE(alg)                         ? 32u                                            \
              : (alg) == PSA_ALG_MD2 || PSAB_HASH_IS_SHA512_LIKE(alg) ? 64u                                            \
                                                                      : 0u))
#define PSA_HASH_SUSPEND_OUTPUT_SIZE(alg)                                                                              \
    (PSA_HASH_SUSPEND_HASH_STATE_FIELD_LENGTH(alg) == 0                                                                \
         ? (size_t)0u                                                                                                  \
         : PSA_HASH_SUSPEND_ALGORITHM_FIELD_LENGTH + PSA_HASH_SUSPEND_INPUT_LENGTH_FIELD_LENGTH(alg) +                 \
               PSA_HASH_SUSPEND_HASH_STATE_FIELD_LENGTH(alg) + PSA_HASH_BLOCK_LENGTH(alg) - 1u)
#define PSA_HASH_SUSPEND_OUTPUT_MAX_SIZE PSA_HASH_SUSPEND_OUTPUT_SIZE(PSA_ALG_SHA_512)

/* Block ciphers. Bits 10..8 of a symmetric key type are the logarithm of its block. */

/** 1 for a stream cipher. */
#define PSA_BLOCK_CIPHER_BLOCK_LENGTH(type) ((size_t)(((type) & 0xf000u) == 0x2000u ? 1u << (((type) >> 8) & 7u) : 0u))
#define PSA_BLOCK_CIPHER_BLOCK_MAX_SIZE PSA_BLOCK_CIPHER_BLOCK_LENGTH(PSA_KEY_TYPE_AES)

/* MACs */

#define PSA_MAC_LENGTH(key_type, key_bits, alg)                                                                        \
    (!PSA_ALG_IS_MAC(alg)               ? (size_t)0u                                                                   \
     : PSAB_ALG_GET_LENGTH(alg) != 0    ? (size_t)PSAB_ALG_GET_LENGTH(alg)                                             \
     : PSA_ALG_IS_BLOCK_CIPHER_MAC(alg) ? PSA_BLOCK_CIPHER_BLOCK_LENGTH(key_type)                                      \
                                        : PSAB_HASH_LENGTH(PSA_ALG_GET_HASH(alg)))
#define PSA_MAC_MAX_SIZE PSA_HASH_MAX_SIZE

/* Ciphers */

/** Whether the cipher works with keys of this type. */
#define PSAB_CIPHER_FITS(key_type, alg)                                                                                \
    ((alg) == PSA_ALG_STREAM_CIPHER ? ((key_type) == PSA_KEY_TYPE_ARC4 || (key_type) == PSA_KEY_TYPE_CHACHA20 ||       \
                                       (key_type) == PSA_KEY_TYPE_XCHACHA20)                                           \
     : (alg) == PSA_ALG_CCM_STAR_NO_TAG                                                                                \
         ? PSA_BLOCK_CIPHER_BLOCK_LENGTH(key_type) == 16u                                                              \
         : (PSA_ALG_IS_CIPHER(alg) && !PSA_ALG_IS_WILDCARD(alg) && PSA_BLOCK_CIPHER_BLOCK_LENGTH(key_type) > 1u))

#define PSA_CIPHER_IV_LENGTH(key_type, alg)                                                                            \
    (!PSAB_CIPHER_FITS(key_type, alg) || (alg) == PSA_ALG_ECB_NO_PADDING || (key_type) == PSA_KEY_TYPE_ARC4            \
         ? (size_t)0u                                                                                                  \
     : (alg) == PSA_ALG_CCM_STAR_NO_TAG     ? (size_t)13u                                                              \
     : (key_type) == PSA_KEY_TYPE_CHACHA20  ? (size_t)12u                                                              \
     : (key_type) == PSA_KEY_TYPE_XCHACHA20 ? (size_t)24u                                                              \
                                            : PSA_BLOCK_CIPHER_BLOCK_LENGTH(key_type))
#define PSA_CIPHER_IV_MAX_SIZE PSA_CIPHER_IV_LENGTH(PSA_KEY_TYPE_XCHACHA20, PSA_ALG_STREAM_CIPHER)

/** IV and ciphertext; padding adds 1 byte to a whole block. */
#define PSA_CIPHER_ENCRYPT_OUTPUT_SIZE(key_type, alg, input_length)                                                    \
    (!PSAB_CIPHER_FITS(key_type, alg)                                                                                  \
         ? (size_t)0u                                                                                                  \
         : PSA_CIPHER_IV_LENGTH(key_type, alg) +                                                                       \
               ((alg) == PSA_ALG_CBC_PKCS7                                                                             \
                    ? PSAB_ROUND_UP((size_t)(input_length) + 1u, PSA_BLOCK_CIPHER_BLOCK_LENGTH(key_type))              \
                    : (size_t)(input_length)))
#define PSA_CIPHER_ENCRYPT_OUTPUT_MAX_SIZE(input_length)                                                               \
    PSAB_LARGER(PSA_CIPHER_ENCRYPT_OUTPUT_SIZE(PSA_KEY_TYPE_AES, PSA_ALG_CBC_PKCS7, input_length),                     \
                PSA_CIPHER_ENCRYPT_OUTPUT_SIZE(PSA_KEY_TYPE_XCHACHA20, PSA_ALG_STREAM_CIPHER, input_length))

#define PSA_CIPHER_DECRYPT_OUTPUT_SIZE(key_type, alg, input_length)                                                    \
    (PSAB_CIPHER_FITS(key_type, alg) ? (size_t)(input_length) : (size_t)0u)
#define PSA_CIPHER_DECRYPT_OUTPUT_MAX_SIZE(input_length) ((size_t)(input_length))

/** Whole-block modes can give out bytes that came in earlier. */
#define PSA_CIPHER_UPDATE_OUTPUT_SIZE(key_type, alg, input_length)                                                     \
    (!PSAB_CIPHER_FITS(key_type, alg) ? (size_t)0u                                                                     \
     : PSA_ALG_IS_STREAM_CIPHER(alg)  ? (size_t)(input_length)                                                         \
                                      : PSAB_ROUND_UP(input_length, PSA_BLOCK_CIPHER_BLOCK_LENGTH(key_type)))
#define PSA_CIPHER_UPDATE_OUTPUT_MAX_SIZE(input_length) PSAB_ROUND_UP(input_length, PSA_BLOCK_CIPHER_BLOCK_MAX_SIZE)

/** The padded block; for XTS the last two blocks, which are processed together. */
#define PSA_CIPHER_FINISH_OUTPUT_SIZE(key_type, alg)                                                                   \
    (!PSAB_CIPHER_FITS(key_type, alg) ? (size_t)0u                                                                     \
     : (alg) == PSA_ALG_CBC_PKCS7     ? PSA_BLOCK_CIPHER_BLOCK_LENGTH(key_type)                                        \
     : (alg) == PSA_ALG_XTS           ? 2u * PSA_BLOCK_CIPHER_BLOCK_LENGTH(key_type)                                   \
                                      : (size_t)0u)
#define PSA_CIPHER_FINISH_OUTPUT_MAX_SIZE PSA_CIPHER_FINISH_OUTPUT_SIZE(PSA_KEY_TYPE_AES, PSA_ALG_XTS)

/* AEAD */

#define PSAB_AEAD_IS_CCM(key_type, alg)                                                                                \
    (PSAB_ALG_SAME_AEAD(alg, PSA_ALG_CCM) && PSA_BLOCK_CIPHER_BLOCK_LENGTH(key_type) == 16u)
#define PSAB_AEAD_IS_GCM(key_type, alg)                                                                                \
    (PSAB_ALG_SAME_AEAD(alg, PSA_ALG_GCM) && PSA_BLOCK_CIPHER_BLOCK_LENGTH(key_type) == 16u)
#define PSAB_AEAD_IS_CHACHA20(key_type, alg)                                                                           \
    (PSAB_ALG_SAME_AEAD(alg, PSA_ALG_CHACHA20_POLY1305) && (key_type) == PSA_KEY_TYPE_CHACHA20)
#define PSAB_AEAD_IS_XCHACHA20(key_type, alg)                                                                          \
    (PSAB_ALG_SAME_AEAD(alg, PSA_ALG_XCHACHA20_POLY1305) && (key_type) == PSA_KEY_TYPE_XCHACHA20)
#define PSAB_AEAD_IS_ASCON(key_type, alg)                                                                              \
    (PSAB_ALG_SAME_AEAD(alg, PSA_ALG_ASCON_AEAD128) && (key_type) == PSA_KEY_TYPE_ASCON)

/** The default length; CCM allows 7 to 13, GCM any. */
#define PSA_AEAD_NONCE_LENGTH(key_type, alg)                                                                           \
    ((size_t)(PSAB_AEAD_IS_CCM(key_type, alg)                                           ? 13u                          \
              : PSAB_AEAD_IS_GCM(key_type, alg) || PSAB_AEAD_IS_CHACHA20(key_type, alg) ? 12u                          \
              : PSAB_AEAD_IS_XCHACHA20(key_type, alg)                                   ? 24u                          \
              : PSAB_AEAD_IS_ASCON(key_type, alg)                                       ? 16u                          \
                                                                                        : 0u))
#define PSA_AEAD_NONCE_MAX_SIZE PSA_AEAD_NONCE_LENGTH(PSA_KEY_TYPE_XCHACHA20, PSA_ALG_XCHACHA20_POLY1305)

/** Whether the AEAD works with keys of this type: if so, it has a nonce. */
#define PSAB_AEAD_FITS(key_type, alg) (PSA_AEAD_NONCE_LENGTH(key_type, alg) != 0)

#define PSA_AEAD_TAG_LENGTH(key_type, key_bits, alg)                                                                   \
    (PSAB_AEAD_FITS(key_type, alg) ? (size_t)PSAB_ALG_GET_LENGTH(alg) : (size_t)0u)
#define PSA_AEAD_TAG_MAX_SIZE ((size_t)16u)

#define PSA_AEAD_ENCRYPT_OUTPUT_SIZE(key_type, alg, plaintext_length)                                                  \
    (PSAB_AEAD_FITS(key_type, alg) ? (size_t)(plaintext_length) + PSAB_ALG_GET_LENGTH(alg) : (size_t)0u)
#define PSA_AEAD_ENCRYPT_OUTPUT_MAX_SIZE(plaintext_length) ((size_t)(plaintext_length) + PSA_AEAD_TAG_MAX_SIZE)

#define PSA_AEAD_DECRYPT_OUTPUT_SIZE(key_type, alg, ciphertext_length)                                                 \
    (PSAB_AEAD_FITS(key_type, alg) && (size_t)(ciphertext_length) > PSAB_ALG_GET_LENGTH(alg)                           \
         ? (size_t)(ciphertext_length) - PSAB_ALG_GET_LENGTH(alg)                                                      \
         : (size_t)0u)
#define PSA_AEAD_DECRYPT_OUTPUT_MAX_SIZE(ciphertext_length) ((size_t)(ciphertext_length))

/** What an implementation may hold back until it has a whole block: 0 if it has no blocks. */
#define PSAB_AEAD_BLOCK_LENGTH(key_type, alg)                                                                          \
    ((size_t)(PSAB_AEAD_IS_CCM(key_type, alg) || PSAB_AEAD_IS_GCM(key_type, alg) || PSAB_AEAD_IS_ASCON(key_type, alg)  \
                  ? 16u                                                                                                \
                  : 0u))

#define PSA_AEAD_UPDATE_OUTPUT_SIZE(key_type, alg, input_length)                                                       \
    (!PSAB_AEAD_FITS(key_type, alg)                ? (size_t)0u                                                        \
     : PSAB_AEAD_BLOCK_LENGTH(key_type, alg) == 0u ? (size_t)(input_length)                                            \
                                                   : PSAB_ROUND_UP(input_length, 16u))
#define PSA_AEAD_UPDATE_OUTPUT_MAX_SIZE(input_length) PSAB_ROUND_UP(input_length, 16u)
#define PSA_AEAD_FINISH_OUTPUT_SIZE(key_type, alg) PSAB_AEAD_BLOCK_LENGTH(key_type, alg)
#define PSA_AEAD_FINISH_OUTPUT_MAX_SIZE ((size_t)16u)
#define PSA_AEAD_VERIFY_OUTPUT_SIZE(key_type, alg) PSAB_AEAD_BLOCK_LENGTH(key_type, alg)
#define PSA_AEAD_VERIFY_OUTPUT_MAX_SIZE ((size_t)16u)

#endif
