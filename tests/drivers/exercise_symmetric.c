/* Symmetric mechanisms, encryption and wrapping for exercise.c: one function per entry point family, each
 * ending with PSA_SUCCESS, or with the status that an allocation failed with. */
#include "exercise.h"

#include <string.h>

static const uint8_t text[100] = {1, 2, 3, 4, 5, 6, 7, 8};
static const uint8_t key_bytes[64] = {9, 8, 7, 6, 5, 4, 3, 2, 1, 11, 12, 13, 14, 15, 16, 17, 18};

static psa_key_attributes_t of(psa_key_type_t type, size_t size) {
    psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
    attributes.type = type;
    attributes.bits = (uint32_t)(8 * size);
    return attributes;
}

/* A refusal that was asked for is a success; anything but that is not. */
static psa_status_t wanted(psa_status_t got, psa_status_t status) {
    return got == status ? PSA_SUCCESS : got == PSA_SUCCESS ? 1 : got;
}

static const struct {
    psa_key_type_t type;
    size_t size;
    psa_algorithm_t alg;
} macs[] = {
    {PSA_KEY_TYPE_HMAC, 64, PSA_ALG_HMAC(PSA_ALG_SHA_256)},
    {PSA_KEY_TYPE_HMAC, 64, PSA_ALG_HMAC(PSA_ALG_SHA3_512)},
    {PSA_KEY_TYPE_AES, 16, PSA_ALG_CMAC},
    {PSA_KEY_TYPE_DES, 16, PSA_ALG_TRUNCATED_MAC(PSA_ALG_CBC_MAC, 4)},
    {PSA_KEY_TYPE_BLAKE2, 32, PSA_ALG_BLAKE2_MAC(PSA_ALG_BLAKE2S_HASH256)},
};

static psa_status_t mac_of(size_t i) {
    psa_key_attributes_t attributes = of(macs[i].type, macs[i].size);
    libcrypto_mac_operation_t operation = {0};
    uint8_t mac[64];
    size_t size = 0;
    psa_status_t status = libcrypto_mac_compute(&attributes, key_bytes, macs[i].size, macs[i].alg, text, sizeof(text),
                                                mac, sizeof(mac), &size);
    if (status == PSA_SUCCESS) {
        status = libcrypto_mac_verify(&attributes, key_bytes, macs[i].size, macs[i].alg, text, sizeof(text), mac, size);
    }
    if (status == PSA_SUCCESS) {
        status = libcrypto_mac_verify_setup(&operation, &attributes, key_bytes, macs[i].size, macs[i].alg);
    }
    if (status == PSA_SUCCESS) {
        status = libcrypto_mac_update(&operation, text, 33);
        if (status == PSA_SUCCESS) {
            status = libcrypto_mac_update(&operation, text + 33, sizeof(text) - 33);
        }
        if (status == PSA_SUCCESS) {
            status = libcrypto_mac_verify_finish(&operation, mac, size);
        }
        (void)libcrypto_mac_abort(&operation);
    }
    if (status == PSA_SUCCESS) {
        status = libcrypto_mac_sign_setup(&operation, &attributes, key_bytes, macs[i].size, macs[i].alg);
        (void)libcrypto_mac_abort(&operation);
    }
    return status;
}

psa_status_t exercise_macs(void) {
    psa_status_t status = PSA_SUCCESS;
    for (size_t i = 0; i < sizeof(macs) / sizeof(macs[0]) && status == PSA_SUCCESS; i++) {
        status = mac_of(i);
    }
    return status;
}

static const struct {
    psa_key_type_t type;
    size_t size;
    psa_algorithm_t alg;
    size_t iv;
} ciphers[] = {
    {PSA_KEY_TYPE_AES, 16, PSA_ALG_CTR, 16},
    {PSA_KEY_TYPE_DES, 8, PSA_ALG_CTR, 8},
    {PSA_KEY_TYPE_AES, 32, PSA_ALG_CBC_PKCS7, 16},
    {PSA_KEY_TYPE_SM4, 32, PSA_ALG_XTS, 16},
    {PSA_KEY_TYPE_ARIA, 16, PSA_ALG_CFB, 16},
    {PSA_KEY_TYPE_CAMELLIA, 24, PSA_ALG_CCM_STAR_NO_TAG, 13},
    {PSA_KEY_TYPE_CHACHA20, 32, PSA_ALG_STREAM_CIPHER, 12},
    {PSA_KEY_TYPE_XCHACHA20, 32, PSA_ALG_STREAM_CIPHER, 24},
    {PSA_KEY_TYPE_ARC4, 16, PSA_ALG_STREAM_CIPHER, 0},
};

static psa_status_t cipher_in_pieces(size_t i, const psa_key_attributes_t *attributes, const uint8_t *sealed,
                                     size_t sealed_size) {
    libcrypto_cipher_operation_t operation = {0};
    uint8_t out[200];
    size_t size = 0;
    size_t more = 0;
    size_t last = 0;
    psa_status_t status =
        libcrypto_cipher_decrypt_setup(&operation, attributes, key_bytes, ciphers[i].size, ciphers[i].alg);
    if (status != PSA_SUCCESS) {
        return status;
    }
    if (ciphers[i].iv != 0) {
        status = libcrypto_cipher_set_iv(&operation, text, ciphers[i].iv);
    }
    if (status == PSA_SUCCESS) {
        status = libcrypto_cipher_update(&operation, sealed, 37, out, sizeof(out), &size);
    }
    if (status == PSA_SUCCESS) {
        status =
            libcrypto_cipher_update(&operation, sealed + 37, sealed_size - 37, out + size, sizeof(out) - size, &more);
    }
    if (status == PSA_SUCCESS) {
        status = libcrypto_cipher_finish(&operation, out + size + more, sizeof(out) - size - more, &last);
    }
    (void)libcrypto_cipher_abort(&operation);
    if (status == PSA_SUCCESS && (size + more + last != sizeof(text) || memcmp(out, text, sizeof(text)) != 0)) {
        return 1;
    }
    return status;
}

psa_status_t exercise_ciphers(void) {
    for (size_t i = 0; i < sizeof(ciphers) / sizeof(ciphers[0]); i++) {
        psa_key_attributes_t attributes = of(ciphers[i].type, ciphers[i].size);
        uint8_t sealed[200];
        uint8_t out[200];
        size_t size = 0;
        size_t iv = ciphers[i].iv;
        memcpy(sealed, text, iv);
        psa_status_t status = libcrypto_cipher_encrypt(&attributes, key_bytes, ciphers[i].size, ciphers[i].alg, text,
                                                       iv, text, sizeof(text), sealed + iv, sizeof(sealed) - iv, &size);
        if (status == PSA_SUCCESS) {
            size_t done = 0;
            status = libcrypto_cipher_decrypt(&attributes, key_bytes, ciphers[i].size, ciphers[i].alg, sealed,
                                              iv + size, out, sizeof(out), &done);
        }
        if (status == PSA_SUCCESS) {
            status = cipher_in_pieces(i, &attributes, sealed + iv, size);
        }
        if (status != PSA_SUCCESS) {
            return status;
        }
    }
    return PSA_SUCCESS;
}

static const struct {
    psa_key_type_t type;
    size_t size;
    psa_algorithm_t alg;
    size_t nonce;
} aeads[] = {
    {PSA_KEY_TYPE_AES, 16, PSA_ALG_GCM, 12},
    {PSA_KEY_TYPE_ARIA, 32, PSA_ALG_GCM, 60},
    {PSA_KEY_TYPE_SM4, 16, PSA_ALG_GCM, 60},
    {PSA_KEY_TYPE_CAMELLIA, 24, PSA_ALG_AEAD_WITH_SHORTENED_TAG(PSA_ALG_CCM, 6), 13},
    {PSA_KEY_TYPE_CHACHA20, 32, PSA_ALG_CHACHA20_POLY1305, 12},
    {PSA_KEY_TYPE_XCHACHA20, 32, PSA_ALG_XCHACHA20_POLY1305, 24},
};

static psa_status_t aead_in_pieces(size_t i, const psa_key_attributes_t *attributes, const uint8_t *sealed,
                                   size_t sealed_size) {
    libcrypto_aead_operation_t operation = {0};
    uint8_t out[200];
    size_t size = 0;
    psa_status_t status = libcrypto_aead_decrypt_setup(&operation, attributes, key_bytes, aeads[i].size, aeads[i].alg);
    if (status != PSA_SUCCESS) {
        return status;
    }
    status = libcrypto_aead_set_lengths(&operation, 20, sizeof(text));
    if (status == PSA_SUCCESS) {
        status = libcrypto_aead_set_nonce(&operation, text, aeads[i].nonce);
    }
    if (status == PSA_SUCCESS) {
        status = libcrypto_aead_update_ad(&operation, text, 20);
    }
    if (status == PSA_SUCCESS) {
        status = libcrypto_aead_update(&operation, sealed, sizeof(text), out, sizeof(out), &size);
    }
    if (status == PSA_SUCCESS) {
        status = libcrypto_aead_verify(&operation, NULL, 0, &size, sealed + sizeof(text), sealed_size - sizeof(text));
    }
    (void)libcrypto_aead_abort(&operation);
    return status;
}

psa_status_t exercise_aeads(void) {
    for (size_t i = 0; i < sizeof(aeads) / sizeof(aeads[0]); i++) {
        psa_key_attributes_t attributes = of(aeads[i].type, aeads[i].size);
        uint8_t sealed[200];
        uint8_t out[200];
        size_t size = 0;
        size_t done = 0;
        psa_status_t status =
            libcrypto_aead_encrypt(&attributes, key_bytes, aeads[i].size, aeads[i].alg, text, aeads[i].nonce, text, 20,
                                   text, sizeof(text), sealed, sizeof(sealed), &size);
        if (status == PSA_SUCCESS) {
            status = aead_in_pieces(i, &attributes, sealed, size);
        }
        if (status == PSA_SUCCESS) {
            sealed[size - 1] ^= 1;
            status = wanted(libcrypto_aead_decrypt(&attributes, key_bytes, aeads[i].size, aeads[i].alg, text,
                                                   aeads[i].nonce, text, 20, sealed, size, out, sizeof(out), &done),
                            PSA_ERROR_INVALID_SIGNATURE);
        }
        if (status != PSA_SUCCESS) {
            return status;
        }
    }
    return PSA_SUCCESS;
}

psa_status_t exercise_wrapping(void) {
    static const psa_algorithm_t algs[] = {PSA_ALG_KW, PSA_ALG_KWP};
    psa_key_attributes_t wrapping = of(PSA_KEY_TYPE_AES, 16);
    psa_key_attributes_t wrapped = of(PSA_KEY_TYPE_DERIVE, 40);
    psa_status_t status = PSA_SUCCESS;
    for (size_t i = 0; i < 2 && status == PSA_SUCCESS; i++) {
        uint8_t data[80];
        uint8_t key[80];
        size_t size = 0;
        size_t key_size = 0;
        size_t bits = 0;
        status = libcrypto_wrap_key(&wrapping, key_bytes, 16, algs[i], &wrapped, text, 40, data, sizeof(data), &size);
        if (status == PSA_SUCCESS) {
            status = libcrypto_unwrap_key(&wrapped, &wrapping, key_bytes, 16, algs[i], data, size, key, sizeof(key),
                                          &key_size, &bits);
        }
        if (status == PSA_SUCCESS) {
            data[0] ^= 1;
            status = wanted(libcrypto_unwrap_key(&wrapped, &wrapping, key_bytes, 16, algs[i], data, size, key,
                                                 sizeof(key), &key_size, &bits),
                            PSA_ERROR_INVALID_SIGNATURE);
        }
    }
    return status;
}

psa_status_t exercise_xofs(void) {
    libcrypto_xof_operation_t operation = {0};
    uint8_t out[400];
    psa_status_t status = libcrypto_xof_setup(&operation, PSA_ALG_SHAKE128);
    if (status == PSA_SUCCESS) {
        status = libcrypto_xof_update(&operation, text, sizeof(text));
    }
    if (status == PSA_SUCCESS) {
        status = libcrypto_xof_output(&operation, out, sizeof(out));
    }
    (void)libcrypto_xof_abort(&operation);
    return status;
}
