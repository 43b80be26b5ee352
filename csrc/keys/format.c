#include "keys/validity.h"

#include <psa/crypto.h>

size_t psab_key_length_max(psa_key_type_t type, size_t bits) {
    return PSA_EXPORT_KEY_OUTPUT_SIZE(type, bits);
}

/* DER does not have a fixed length; every other format has. */
size_t psab_key_length(psa_key_type_t type, size_t bits) {
    return bits == 0 || PSA_KEY_TYPE_IS_RSA(type) ? 0 : psab_key_length_max(type, bits);
}

/* The sizes that a family of types can have, for telling them from lengths. */
static const uint16_t weierstrass[] = {160, 163, 192, 224, 225, 233, 239, 256, 283, 320, 384, 409, 512, 521, 571};
static const uint16_t edwards_montgomery[] = {255, 448};
static const uint16_t spake2p[] = {256, 384, 521};
static const uint16_t dh[] = {2048, 3072, 4096, 6144, 8192};
static const uint16_t lattice_and_hash[] = {128, 192, 256, 512, 768, 1024};
static const uint16_t rsa[] = {1024, 1536, 2048, 3072, 4096, 6144, 8192, PSAB_RSA_MAX_BITS};

typedef struct candidates {
    const uint16_t *bits;
    size_t count;
} candidates_t;

#define CANDIDATES(table) ((candidates_t){table, sizeof table / sizeof table[0]})

static candidates_t candidates_for(psa_key_type_t type) {
    if (PSA_KEY_TYPE_IS_RSA(type)) {
        return CANDIDATES(rsa);
    }
    if (PSA_KEY_TYPE_IS_DH(type) || PSA_KEY_TYPE_IS_WPA3_SAE_DH(type)) {
        return CANDIDATES(dh);
    }
    if (PSA_KEY_TYPE_IS_ECC(type) || PSA_KEY_TYPE_IS_SPAKE2P(type) || PSA_KEY_TYPE_IS_WPA3_SAE_ECC(type)) {
        psa_ecc_family_t family = PSA_KEY_TYPE_ECC_GET_FAMILY(type);
        bool modern = family == PSA_ECC_FAMILY_MONTGOMERY || family == PSA_ECC_FAMILY_TWISTED_EDWARDS;
        return modern                          ? CANDIDATES(edwards_montgomery)
               : PSA_KEY_TYPE_IS_SPAKE2P(type) ? CANDIDATES(spake2p)
                                               : CANDIDATES(weierstrass);
    }
    return CANDIDATES(lattice_and_hash);
}

/* Whether a curve of this size is in the family; other types have no such rule. */
static bool in_family(psa_key_type_t type, size_t bits) {
    bool curve = PSA_KEY_TYPE_IS_ECC(type) || PSA_KEY_TYPE_IS_SPAKE2P(type) || PSA_KEY_TYPE_IS_WPA3_SAE_ECC(type);
    if (!curve) {
        return true;
    }
    switch (PSA_KEY_TYPE_ECC_GET_FAMILY(type)) {
    case PSA_ECC_FAMILY_SECP_K1:
        return bits == 192 || bits == 225 || bits == 256;
    case PSA_ECC_FAMILY_SECP_R1:
        return bits == 192 || bits == 224 || bits == 256 || bits == 384 || bits == 521;
    case PSA_ECC_FAMILY_SECP_R2:
        return bits == 160;
    case PSA_ECC_FAMILY_SECT_K1:
        return bits == 163 || bits == 233 || bits == 239 || bits == 283 || bits == 409 || bits == 571;
    case PSA_ECC_FAMILY_SECT_R1:
        return bits == 163 || bits == 233 || bits == 283 || bits == 409 || bits == 571;
    case PSA_ECC_FAMILY_SECT_R2:
        return bits == 163;
    case PSA_ECC_FAMILY_BRAINPOOL_P_R1:
        return bits == 160 || bits == 192 || bits == 224 || bits == 256 || bits == 320 || bits == 384 || bits == 512;
    case PSA_ECC_FAMILY_FRP:
        return bits == 256;
    default:
        return true;
    }
}

/* Enters a DER value: its tag must be `tag`. Moves to its content; null if it does not fit. */
static const uint8_t *der_enter(const uint8_t *at, const uint8_t *end, uint8_t tag, size_t *length) {
    if (at == NULL || end - at < 2 || at[0] != tag) {
        return NULL;
    }
    size_t size = at[1];
    at += 2;
    if (size >= 0x80) {
        size_t bytes = size & 0x7f;
        if (bytes == 0 || bytes > 3 || (size_t)(end - at) < bytes) {
            return NULL;
        }
        size = 0;
        while (bytes-- > 0) {
            size = size << 8 | *at++;
        }
    }
    *length = size;
    return (size_t)(end - at) < size ? NULL : at;
}

/* The modulus of an RSAPrivateKey or RSAPublicKey. */
static size_t rsa_bits(psa_key_type_t type, const uint8_t *data, size_t length) {
    size_t size = 0;
    const uint8_t *end = data + length;
    const uint8_t *at = der_enter(data, end, 0x30, &size);
    if (type == PSA_KEY_TYPE_RSA_KEY_PAIR) {
        at = der_enter(at, end, 0x02, &size);
        at = at == NULL ? NULL : at + size;
    }
    at = der_enter(at, end, 0x02, &size);
    if (at == NULL) {
        return 0;
    }
    while (size > 0 && *at == 0) {
        at++;
        size--;
    }
    if (size == 0) {
        return 0;
    }
    size_t bits = size * 8;
    for (uint32_t top = *at; top < 0x80; top <<= 1) {
        bits--;
    }
    return bits;
}

size_t psab_key_bits(psa_key_type_t type, const uint8_t *data, size_t length) {
    if (PSA_KEY_TYPE_IS_UNSTRUCTURED(type)) {
        return length * 8;
    }
    if (PSA_KEY_TYPE_IS_RSA(type)) {
        return rsa_bits(type, data, length);
    }
    candidates_t candidates = candidates_for(type);
    size_t found = 0;
    for (size_t i = 0; i < candidates.count; i++) {
        size_t bits = candidates.bits[i];
        if (in_family(type, bits) && psab_key_length(type, bits) == length) {
            if (found != 0) {
                return 0; /* several sizes have this length */
            }
            found = bits;
        }
    }
    return found;
}

size_t psab_key_bits_next(psa_key_type_t type, psa_algorithm_t alg, size_t bits) {
    if (PSA_KEY_TYPE_IS_UNSTRUCTURED(type)) {
        do {
            bits = bits < 1024 ? bits + 8 : bits < PSAB_KEY_BITS_MAX ? PSAB_KEY_BITS_MAX : 0;
        } while (bits != 0 && psab_key_size_check(type, bits, alg) == PSA_ERROR_INVALID_ARGUMENT);
        return bits;
    }
    candidates_t candidates = candidates_for(type);
    for (size_t i = 0; i < candidates.count; i++) {
        if (candidates.bits[i] > bits && in_family(type, candidates.bits[i])) {
            return candidates.bits[i];
        }
    }
    return 0;
}

size_t psab_key_bits_most(psa_key_type_t type, size_t length) {
    size_t most = 0;
    if (PSA_KEY_TYPE_IS_UNSTRUCTURED(type)) {
        return length < PSAB_KEY_BITS_MAX / 8 ? 8 * length : PSAB_KEY_BITS_MAX;
    }
    for (size_t bits = psab_key_bits_next(type, PSA_ALG_NONE, 0); bits != 0;
         bits = psab_key_bits_next(type, PSA_ALG_NONE, bits)) {
        /* Of keys without a fixed length, the modulus alone takes this much. */
        size_t least = PSA_KEY_TYPE_IS_RSA(type) ? bits / 8 : psab_key_length(type, bits);
        most = least <= length ? bits : most;
    }
    return most;
}
