#include "api/fit.h"

psa_status_t psab_mac_fit(psa_algorithm_t alg, psa_key_type_t type, size_t bits, size_t *length) {
    *length = 0;
    if (psab_is_vendor_alg(alg)) {
        return PSA_SUCCESS;
    }
    bool fits = psab_is_vendor_type(type)          ? true
                : PSA_ALG_IS_HMAC(alg)             ? type == PSA_KEY_TYPE_HMAC
                : PSA_ALG_IS_BLOCK_CIPHER_MAC(alg) ? PSA_BLOCK_CIPHER_BLOCK_LENGTH(type) > 1
                : PSA_ALG_IS_BLAKE2_MAC(alg)       ? type == PSA_KEY_TYPE_BLAKE2
                                                   : true;
    size_t full = PSA_MAC_LENGTH(type, bits, PSA_ALG_FULL_LENGTH_MAC(alg));
    size_t stated = PSAB_ALG_GET_LENGTH(alg);
    if (!fits || (full != 0 && stated > full)) {
        return PSA_ERROR_INVALID_ARGUMENT;
    }
    if (stated != 0 && stated < PSAB_MAC_LEAST && !PSA_ALG_IS_BLAKE2_MAC(alg)) {
        return PSA_ERROR_NOT_SUPPORTED;
    }
    *length = stated != 0 ? stated : full;
    (void)bits;
    return PSA_SUCCESS;
}

/* CCM counts the blocks of the text in what the nonce leaves of 15 bytes. */
static uint64_t ccm_most(size_t nonce) {
    size_t counter = 15 - nonce;
    return counter >= 8 ? UINT64_MAX : ((uint64_t)1 << (8 * counter)) - 1;
}

static psab_cipher_shape_t shape_of(psa_algorithm_t alg) {
    switch (alg) {
    case PSA_ALG_ECB_NO_PADDING:
    case PSA_ALG_CBC_NO_PADDING:
        return PSAB_CIPHER_BLOCKS;
    case PSA_ALG_CBC_PKCS7:
        return PSAB_CIPHER_PADDED;
    case PSA_ALG_XTS:
        return PSAB_CIPHER_STEALING;
    default:
        return PSA_ALG_IS_STREAM_CIPHER(alg) ? PSAB_CIPHER_STREAM : PSAB_CIPHER_UNKNOWN;
    }
}

psa_status_t psab_cipher_fit(psa_algorithm_t alg, psa_key_type_t type, psab_cipher_fit_t *fit) {
    *fit = (psab_cipher_fit_t){PSAB_CIPHER_UNKNOWN, 1, 0, UINT64_MAX};
    if (psab_is_vendor_alg(alg) || psab_is_vendor_type(type)) {
        return PSA_SUCCESS;
    }
    size_t block = PSA_BLOCK_CIPHER_BLOCK_LENGTH(type);
    /* XTS is defined for blocks of 16 bytes only. */
    if (!PSAB_CIPHER_FITS(type, alg) || (alg == PSA_ALG_XTS && block != 16)) {
        return PSA_ERROR_INVALID_ARGUMENT;
    }
    fit->shape = shape_of(alg);
    fit->block = block > 1 ? (uint32_t)block : 1;
    fit->iv = (uint32_t)PSA_CIPHER_IV_LENGTH(type, alg);
    fit->most = alg == PSA_ALG_CCM_STAR_NO_TAG ? ccm_most(fit->iv) : UINT64_MAX;
    return PSA_SUCCESS;
}

bool psab_cipher_iv_valid(psa_algorithm_t alg, psa_key_type_t type, size_t length, uint64_t *most) {
    *most = UINT64_MAX;
    if (psab_is_vendor_alg(alg) || psab_is_vendor_type(type)) {
        return true;
    }
    switch (alg) {
    case PSA_ALG_CTR:
        return length >= 1 && length <= PSA_BLOCK_CIPHER_BLOCK_LENGTH(type);
    case PSA_ALG_CCM_STAR_NO_TAG:
        if (length < 7 || length > 13) {
            return false;
        }
        *most = ccm_most(length);
        return true;
    case PSA_ALG_STREAM_CIPHER:
        return type == PSA_KEY_TYPE_CHACHA20 ? length == 12 || length == 16 || length == 8
                                             : type == PSA_KEY_TYPE_XCHACHA20 && (length == 24 || length == 32);
    default:
        return length == PSA_BLOCK_CIPHER_BLOCK_LENGTH(type);
    }
}

size_t psab_round_up(size_t length, size_t block) {
    size_t rest = length % block;
    return rest == 0 ? length : length > SIZE_MAX - (block - rest) ? SIZE_MAX : length + (block - rest);
}

psa_status_t psab_cipher_lengths(const psab_cipher_fit_t *fit, bool encrypt, size_t length, size_t *least,
                                 size_t *most) {
    *least = *most = length;
    bool whole = length % fit->block == 0;
    switch (fit->shape) {
    case PSAB_CIPHER_BLOCKS:
        return whole ? PSA_SUCCESS : PSA_ERROR_INVALID_ARGUMENT;
    case PSAB_CIPHER_STEALING:
        return length >= fit->block ? PSA_SUCCESS : PSA_ERROR_INVALID_ARGUMENT;
    case PSAB_CIPHER_PADDED:
        if (encrypt) {
            *least = *most = length > SIZE_MAX - fit->block ? SIZE_MAX : length - length % fit->block + fit->block;
            return PSA_SUCCESS;
        }
        if (!whole || length == 0) {
            return PSA_ERROR_INVALID_ARGUMENT;
        }
        *least = length - fit->block;
        *most = length - 1;
        return PSA_SUCCESS;
    case PSAB_CIPHER_UNKNOWN:
        *least = 0;
        *most = SIZE_MAX;
        return PSA_SUCCESS;
    default:
        return PSA_SUCCESS;
    }
}

uint64_t psab_cipher_due(const psab_cipher_fit_t *fit, bool encrypt, uint64_t input) {
    switch (fit->shape) {
    case PSAB_CIPHER_STREAM:
        return input;
    case PSAB_CIPHER_BLOCKS:
        return input - input % fit->block;
    case PSAB_CIPHER_PADDED: {
        /* The last block is held back: it may be the padding. */
        uint64_t passed = encrypt || input == 0 ? input : input - 1;
        return passed - passed % fit->block;
    }
    default:
        return 0;
    }
}

static bool tag_valid(psa_algorithm_t alg, uint32_t tag) {
    if (PSAB_ALG_SAME_AEAD(alg, PSA_ALG_CCM)) {
        return tag >= 4 && tag <= 16 && tag % 2 == 0;
    }
    if (PSAB_ALG_SAME_AEAD(alg, PSA_ALG_GCM)) {
        return tag == 4 || tag == 8 || (tag >= 12 && tag <= 16);
    }
    if (PSAB_ALG_SAME_AEAD(alg, PSA_ALG_ASCON_AEAD128)) {
        return tag >= 4 && tag <= 16;
    }
    return tag == 16;
}

psa_status_t psab_aead_fit(psa_algorithm_t alg, psa_key_type_t type, psab_aead_fit_t *fit) {
    uint32_t tag = PSAB_ALG_GET_LENGTH(alg);
    *fit = (psab_aead_fit_t){0, 0, false, UINT64_MAX, UINT64_MAX};
    if (psab_is_vendor_alg(alg)) {
        return PSA_SUCCESS;
    }
    fit->tag = tag;
    if (psab_is_vendor_type(type)) {
        return tag <= PSA_AEAD_TAG_MAX_SIZE ? PSA_SUCCESS : PSA_ERROR_INVALID_ARGUMENT;
    }
    if (!PSAB_AEAD_FITS(type, alg) || !tag_valid(alg, tag)) {
        return PSA_ERROR_INVALID_ARGUMENT;
    }
    fit->nonce = (uint32_t)PSA_AEAD_NONCE_LENGTH(type, alg);
    if (PSAB_ALG_SAME_AEAD(alg, PSA_ALG_CCM)) {
        fit->lengths_first = true;
    } else if (PSAB_ALG_SAME_AEAD(alg, PSA_ALG_GCM)) {
        /* 2^39 - 256 bits of text and 2^64 - 1 bits of additional data (SP 800-38D, 5.2.1.1). */
        fit->text_most = ((uint64_t)1 << 36) - 32;
        fit->ad_most = ((uint64_t)1 << 61) - 1;
    } else if (!PSAB_ALG_SAME_AEAD(alg, PSA_ALG_ASCON_AEAD128)) {
        /* A counter of 32 bits, of which block 0 makes the key of Poly1305 (RFC 8439, 2.8). */
        fit->text_most = ((uint64_t)1 << 38) - 64;
    }
    return PSA_SUCCESS;
}

bool psab_aead_nonce_valid(psa_algorithm_t alg, psa_key_type_t type, size_t length, uint64_t *most) {
    *most = UINT64_MAX;
    if (psab_is_vendor_alg(alg) || psab_is_vendor_type(type)) {
        return true;
    }
    if (PSAB_ALG_SAME_AEAD(alg, PSA_ALG_CCM)) {
        if (length < 7 || length > 13) {
            return false;
        }
        *most = ccm_most(length);
        return true;
    }
    if (PSAB_ALG_SAME_AEAD(alg, PSA_ALG_GCM)) {
        return length >= 1;
    }
    /* 8 bytes: the original ChaCha20, for drivers that have it. */
    return length == PSA_AEAD_NONCE_LENGTH(type, alg) ||
           (PSAB_ALG_SAME_AEAD(alg, PSA_ALG_CHACHA20_POLY1305) && length == 8);
}

size_t psab_aead_nonce_for(psa_algorithm_t alg, psa_key_type_t type, uint64_t text) {
    if (!PSAB_ALG_SAME_AEAD(alg, PSA_ALG_CCM)) {
        return PSA_AEAD_NONCE_LENGTH(type, alg);
    }
    size_t length = 13;
    while (length > 7 && text > ccm_most(length)) {
        length--;
    }
    return length;
}
