/* The entry points of CMAC (NIST SP 800-38B, 6). */
#include "x86_aes_cpu.h"
#include "x86_aes_key.h"
#include "x86_aes_modes.h"

#include <string.h>

#define SHORTEST 4

/* The length of the MAC; 0 for another algorithm, or for a length that this driver does not give. */
static size_t length_of(psa_algorithm_t alg) {
    if (!PSA_ALG_IS_MAC(alg) || PSA_ALG_IS_WILDCARD(alg) || PSA_ALG_FULL_LENGTH_MAC(alg) != PSA_ALG_CMAC) {
        return 0;
    }
    size_t length = PSA_MAC_LENGTH(PSA_KEY_TYPE_AES, 128, alg);
    return length >= SHORTEST && length <= 16 ? length : 0;
}

static psa_status_t setup(x86_aes_mac_operation_t *operation, const psa_key_attributes_t *attributes,
                          const uint8_t *key, size_t key_size, psa_algorithm_t alg, bool verify) {
    if (length_of(alg) == 0) {
        return PSA_ERROR_NOT_SUPPORTED;
    }
    psa_status_t status = x86_aes_key_check(attributes, key_size, X86_AES_BASE);
    if (status != PSA_SUCCESS) {
        return status;
    }
    memset(operation, 0, offsetof(x86_aes_mac_operation_t, key));
    x86_aes_key_expand(&operation->key, key, key_size);
    operation->alg = alg;
    operation->verify = verify;
    return PSA_SUCCESS;
}

/* The last block is treated apart, so a whole block waits until more comes. */
static void update(x86_aes_mac_operation_t *operation, const uint8_t *input, size_t size) {
    size_t room = 16u - operation->used;
    if (size > room && operation->used > 0) {
        memcpy(operation->block + operation->used, input, room);
        x86_aes_chain(&operation->key, operation->state, operation->block, 1);
        operation->used = 0;
        input += room;
        size -= room;
    }
    if (size > 16) {
        size_t blocks = (size - 1) / 16;
        x86_aes_chain(&operation->key, operation->state, input, blocks);
        input += 16 * blocks;
        size -= 16 * blocks;
    }
    if (size > 0) {
        memcpy(operation->block + operation->used, input, size);
        operation->used = (uint8_t)(operation->used + size);
    }
}

/* Twice a block in the field (5.3): one place up, and the polynomial if a bit leaves at the top. */
static void twice(uint8_t block[16]) {
    uint64_t high;
    uint64_t low;
    memcpy(&high, block, 8);
    memcpy(&low, block + 8, 8);
    high = __builtin_bswap64(high);
    low = __builtin_bswap64(low);
    uint64_t carry = (uint64_t)0 - (high >> 63);
    high = __builtin_bswap64(high << 1 | low >> 63);
    low = __builtin_bswap64(low << 1 ^ (carry & 0x87));
    memcpy(block, &high, 8);
    memcpy(block + 8, &low, 8);
}

/* 6.2: masks the last block with K1 or, padded, with K2. */
static void finish(x86_aes_mac_operation_t *operation, uint8_t mac[16]) {
    uint8_t subkey[16] = {0};
    x86_aes_key_encrypt(&operation->key, subkey, subkey);
    twice(subkey);
    if (operation->used < 16) {
        twice(subkey);
        operation->block[operation->used] = 0x80;
        memset(operation->block + operation->used + 1, 0, 15u - operation->used);
    }
    for (int i = 0; i < 16; i++) {
        operation->block[i] ^= subkey[i];
    }
    x86_aes_chain(&operation->key, operation->state, operation->block, 1);
    memcpy(mac, operation->state, 16);
    x86_aes_wipe(subkey, sizeof(subkey));
}

psa_status_t x86_aes_mac_compute(const psa_key_attributes_t *attributes, const uint8_t *key_buffer,
                                 size_t key_buffer_size, psa_algorithm_t alg, const uint8_t *input, size_t input_length,
                                 uint8_t *mac, size_t mac_size, size_t *mac_length) {
    x86_aes_mac_operation_t operation;
    psa_status_t status = setup(&operation, attributes, key_buffer, key_buffer_size, alg, false);
    if (status != PSA_SUCCESS) {
        return status;
    }
    update(&operation, input, input_length);
    return x86_aes_mac_sign_finish(&operation, mac, mac_size, mac_length);
}

psa_status_t x86_aes_mac_verify(const psa_key_attributes_t *attributes, const uint8_t *key_buffer,
                                size_t key_buffer_size, psa_algorithm_t alg, const uint8_t *input, size_t input_length,
                                const uint8_t *mac, size_t mac_length) {
    x86_aes_mac_operation_t operation;
    psa_status_t status = setup(&operation, attributes, key_buffer, key_buffer_size, alg, true);
    if (status != PSA_SUCCESS) {
        return status;
    }
    update(&operation, input, input_length);
    return x86_aes_mac_verify_finish(&operation, mac, mac_length);
}

psa_status_t x86_aes_mac_sign_setup(x86_aes_mac_operation_t *operation, const psa_key_attributes_t *attributes,
                                    const uint8_t *key_buffer, size_t key_buffer_size, psa_algorithm_t alg) {
    return setup(operation, attributes, key_buffer, key_buffer_size, alg, false);
}

psa_status_t x86_aes_mac_verify_setup(x86_aes_mac_operation_t *operation, const psa_key_attributes_t *attributes,
                                      const uint8_t *key_buffer, size_t key_buffer_size, psa_algorithm_t alg) {
    return setup(operation, attributes, key_buffer, key_buffer_size, alg, true);
}

psa_status_t x86_aes_mac_update(x86_aes_mac_operation_t *operation, const uint8_t *input, size_t input_length) {
    if (operation->alg == 0) {
        return PSA_ERROR_BAD_STATE;
    }
    update(operation, input, input_length);
    return PSA_SUCCESS;
}

/* The core drops the context after a finish that failed, without abort: it is wiped in any case. */
psa_status_t x86_aes_mac_sign_finish(x86_aes_mac_operation_t *operation, uint8_t *mac, size_t mac_size,
                                     size_t *mac_length) {
    uint8_t whole[16];
    size_t length = length_of(operation->alg);
    psa_status_t status = PSA_SUCCESS;
    if (length == 0 || operation->verify) {
        status = PSA_ERROR_BAD_STATE;
    } else if (mac_size < length) {
        status = PSA_ERROR_BUFFER_TOO_SMALL;
    } else {
        finish(operation, whole);
        memcpy(mac, whole, length);
        *mac_length = length;
        x86_aes_wipe(whole, sizeof(whole));
    }
    (void)x86_aes_mac_abort(operation);
    return status;
}

psa_status_t x86_aes_mac_verify_finish(x86_aes_mac_operation_t *operation, const uint8_t *mac, size_t mac_length) {
    uint8_t whole[16];
    size_t length = length_of(operation->alg);
    psa_status_t status = PSA_ERROR_BAD_STATE;
    if (length != 0 && operation->verify) {
        finish(operation, whole);
        bool good = mac_length == length && !x86_aes_differ(whole, mac, length);
        status = good ? PSA_SUCCESS : PSA_ERROR_INVALID_SIGNATURE;
        x86_aes_wipe(whole, sizeof(whole));
    }
    (void)x86_aes_mac_abort(operation);
    return status;
}

psa_status_t x86_aes_mac_abort(x86_aes_mac_operation_t *operation) {
    x86_aes_wipe(operation, sizeof(*operation));
    return PSA_SUCCESS;
}
