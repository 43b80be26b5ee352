/* MAC entry points: pick the kind, cut the MAC to the length that was asked for, compare. */
#include "mac.h"

static const lc_mac_kind_t *const kinds[] = {&lc_mac_hmac, &lc_mac_cmac, &lc_mac_cbc, &lc_mac_blake2};

/* The length of an algorithm, but not the mark of a wildcard, which is for policies only. */
#define LENGTH_MASK ((psa_algorithm_t)0x003f0000)

static const lc_mac_kind_t *find(psa_algorithm_t alg) {
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if ((alg & ~LENGTH_MASK & kinds[i]->mask) == kinds[i]->value) {
            return kinds[i];
        }
    }
    return NULL;
}

static void drop(libcrypto_mac_operation_t *operation) {
    if (operation->kind != NULL) {
        operation->kind->drop(operation);
        operation->kind = NULL;
    }
}

/* On success the operation is to be dropped. */
static psa_status_t setup(libcrypto_mac_operation_t *operation, const lc_key_t *key, psa_algorithm_t alg) {
    const lc_mac_kind_t *kind = find(alg);
    if (kind == NULL) {
        return PSA_ERROR_NOT_SUPPORTED;
    }
    psa_status_t status = kind->setup(operation, key, alg);
    if (status != PSA_SUCCESS) {
        return status;
    }
    operation->kind = kind;
    size_t length = PSAB_ALG_GET_LENGTH(alg);
    if (length > operation->full) {
        drop(operation);
        return PSA_ERROR_INVALID_ARGUMENT;
    }
    operation->length = length == 0 ? operation->full : (uint8_t)length;
    return PSA_SUCCESS;
}

static psa_status_t absorb(libcrypto_mac_operation_t *operation, const uint8_t *in, size_t size) {
    return size == 0 ? PSA_SUCCESS : operation->kind->update(operation, in, size);
}

static psa_status_t write(libcrypto_mac_operation_t *operation, lc_output_t out) {
    uint8_t mac[LC_MAC_MAX];
    if (out.size < operation->length) {
        return PSA_ERROR_BUFFER_TOO_SMALL;
    }
    psa_status_t status = operation->kind->finish(operation, mac);
    if (status == PSA_SUCCESS) {
        status = lc_write(out, mac, operation->length);
    }
    OPENSSL_cleanse(mac, sizeof(mac));
    return status;
}

static psa_status_t compare(libcrypto_mac_operation_t *operation, lc_bytes_t expected) {
    uint8_t mac[LC_MAC_MAX];
    psa_status_t status = operation->kind->finish(operation, mac);
    if (status == PSA_SUCCESS &&
        (expected.size != operation->length || CRYPTO_memcmp(mac, expected.data, expected.size) != 0)) {
        status = PSA_ERROR_INVALID_SIGNATURE;
    }
    OPENSSL_cleanse(mac, sizeof(mac));
    return status;
}

/* Outputs are passed by address here: a structure on the stack is read before its parts have arrived there, and the
 * processor waits for longer than half a block of a hash takes. */

/* The MAC of a message with what an earlier call left; DOES_NOT_EXIST where the long way is to be taken. */
static psa_status_t kept(const lc_key_t *key, psa_algorithm_t alg, lc_bytes_t message, const lc_output_t *mac) {
    const lc_mac_kind_t *kind = find(alg);
    return kind != NULL && kind->kept != NULL ? kind->kept(key, alg, message, mac) : PSA_ERROR_DOES_NOT_EXIST;
}

/* The same, cut to the length that the algorithm states. */
static psa_status_t kept_cut(const lc_key_t *key, psa_algorithm_t alg, lc_bytes_t message, const lc_output_t *mac) {
    uint8_t made[LC_MAC_MAX];
    size_t full = 0;
    size_t wanted = PSAB_ALG_GET_LENGTH(alg);
    if (wanted == 0) {
        return kept(key, alg, message, mac);
    }
    psa_status_t status = kept(key, alg, message, &(lc_output_t){made, sizeof(made), &full});
    if (status == PSA_SUCCESS) {
        status = wanted > full ? PSA_ERROR_INVALID_ARGUMENT : lc_write(*mac, made, wanted);
    }
    OPENSSL_cleanse(made, sizeof(made));
    return status;
}

psa_status_t libcrypto_mac_compute(const psa_key_attributes_t *attributes, const uint8_t *key_buffer,
                                   size_t key_buffer_size, psa_algorithm_t alg, const uint8_t *input,
                                   size_t input_length, uint8_t *mac, size_t mac_size, size_t *mac_length) {
    lc_key_t key = lc_key(attributes, key_buffer, key_buffer_size);
    lc_output_t out = {mac, mac_size, mac_length};
    psa_status_t status = kept_cut(&key, alg, (lc_bytes_t){input, input_length}, &out);
    if (status != PSA_ERROR_DOES_NOT_EXIST) {
        return status;
    }
    libcrypto_mac_operation_t operation;
    status = setup(&operation, &key, alg);
    if (status == PSA_SUCCESS) {
        status = absorb(&operation, input, input_length);
        if (status == PSA_SUCCESS) {
            status = write(&operation, out);
        }
        drop(&operation);
    }
    return lc_unmarked(status);
}

psa_status_t libcrypto_mac_verify(const psa_key_attributes_t *attributes, const uint8_t *key_buffer,
                                  size_t key_buffer_size, psa_algorithm_t alg, const uint8_t *input,
                                  size_t input_length, const uint8_t *mac, size_t mac_length) {
    lc_key_t key = lc_key(attributes, key_buffer, key_buffer_size);
    uint8_t made[LC_MAC_MAX];
    size_t length = 0;
    lc_output_t out = {made, sizeof(made), &length};
    psa_status_t status = kept_cut(&key, alg, (lc_bytes_t){input, input_length}, &out);
    if (status != PSA_ERROR_DOES_NOT_EXIST) {
        if (status == PSA_SUCCESS && (mac_length != length || CRYPTO_memcmp(made, mac, length) != 0)) {
            status = PSA_ERROR_INVALID_SIGNATURE;
        }
        OPENSSL_cleanse(made, sizeof(made));
        return status;
    }
    libcrypto_mac_operation_t operation;
    status = setup(&operation, &key, alg);
    if (status == PSA_SUCCESS) {
        status = absorb(&operation, input, input_length);
        if (status == PSA_SUCCESS) {
            status = compare(&operation, (lc_bytes_t){mac, mac_length});
        }
        drop(&operation);
    }
    return lc_unmarked(status);
}

psa_status_t libcrypto_mac_sign_setup(libcrypto_mac_operation_t *operation, const psa_key_attributes_t *attributes,
                                      const uint8_t *key_buffer, size_t key_buffer_size, psa_algorithm_t alg) {
    lc_key_t key = lc_key(attributes, key_buffer, key_buffer_size);
    ERR_set_mark();
    psa_status_t status = setup(operation, &key, alg);
    ERR_pop_to_mark();
    return status;
}

psa_status_t libcrypto_mac_verify_setup(libcrypto_mac_operation_t *operation, const psa_key_attributes_t *attributes,
                                        const uint8_t *key_buffer, size_t key_buffer_size, psa_algorithm_t alg) {
    return libcrypto_mac_sign_setup(operation, attributes, key_buffer, key_buffer_size, alg);
}

psa_status_t libcrypto_mac_update(libcrypto_mac_operation_t *operation, const uint8_t *input, size_t input_length) {
    if (operation->kind == NULL) {
        return PSA_ERROR_BAD_STATE;
    }
    ERR_set_mark();
    psa_status_t status = absorb(operation, input, input_length);
    ERR_pop_to_mark();
    return status;
}

psa_status_t libcrypto_mac_sign_finish(libcrypto_mac_operation_t *operation, uint8_t *mac, size_t mac_size,
                                       size_t *mac_length) {
    if (operation->kind == NULL) {
        return PSA_ERROR_BAD_STATE;
    }
    ERR_set_mark();
    psa_status_t status = write(operation, (lc_output_t){mac, mac_size, mac_length});
    drop(operation);
    ERR_pop_to_mark();
    return status;
}

psa_status_t libcrypto_mac_verify_finish(libcrypto_mac_operation_t *operation, const uint8_t *mac, size_t mac_length) {
    if (operation->kind == NULL) {
        return PSA_ERROR_BAD_STATE;
    }
    ERR_set_mark();
    psa_status_t status = compare(operation, (lc_bytes_t){mac, mac_length});
    drop(operation);
    ERR_pop_to_mark();
    return status;
}

psa_status_t libcrypto_mac_abort(libcrypto_mac_operation_t *operation) {
    drop(operation);
    return PSA_SUCCESS;
}
