/* Key derivation entry points: pick the kind, hand its blocks out in pieces of any size. */
#include "kdf.h"

static const lc_kdf_kind_t *const kinds[] = {
    &lc_kdf_hkdf,    &lc_kdf_hkdf_extract, &lc_kdf_hkdf_expand,  &lc_kdf_tls12_prf,   &lc_kdf_tls12_psk,
    &lc_kdf_ecjpake, &lc_kdf_counter_hmac, &lc_kdf_counter_cmac, &lc_kdf_pbkdf2_hmac, &lc_kdf_pbkdf2_cmac,
};

static const lc_kdf_kind_t *find(psa_algorithm_t alg) {
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if ((alg & kinds[i]->mask) == kinds[i]->value) {
            return kinds[i];
        }
    }
    return NULL;
}

static void drop(libcrypto_key_derivation_operation_t *operation) {
    if (operation->prf.kind != NULL) {
        operation->prf.kind->drop(&operation->prf);
    }
    OPENSSL_clear_free(operation->fixed, operation->fixed_size);
    OPENSSL_cleanse(operation, sizeof(*operation));
}

psa_status_t libcrypto_key_derivation_setup(libcrypto_key_derivation_operation_t *operation, psa_algorithm_t alg,
                                            const psa_crypto_driver_key_derivation_inputs_t *inputs) {
    const lc_kdf_kind_t *kind = find(alg);
    if (kind == NULL) {
        return PSA_ERROR_NOT_SUPPORTED;
    }
    memset(operation, 0, sizeof(*operation));
    ERR_set_mark();
    psa_status_t status = kind->setup(operation, alg, inputs);
    ERR_pop_to_mark();
    if (status == PSA_SUCCESS) {
        operation->kind = kind;
    } else {
        drop(operation);
    }
    return status;
}

/* The next whole block. */
static psa_status_t advance(libcrypto_key_derivation_operation_t *operation, uint8_t *out) {
    if (operation->counter == operation->kind->blocks) {
        return PSA_ERROR_INSUFFICIENT_DATA;
    }
    operation->counter++;
    return operation->kind->next(operation, out);
}

static psa_status_t squeeze(libcrypto_key_derivation_operation_t *operation, uint8_t *output, size_t length) {
    psa_status_t status = PSA_SUCCESS;
    size_t size = operation->block_size;
    while (length > 0 && status == PSA_SUCCESS) {
        if (operation->left == 0 && length >= size) {
            status = advance(operation, output);
            output += size;
            length -= size;
            continue;
        }
        if (operation->left == 0) {
            status = advance(operation, operation->block);
            operation->left = (uint8_t)size;
        }
        size_t part = length < operation->left ? length : operation->left;
        memcpy(output, operation->block + size - operation->left, part);
        operation->left = (uint8_t)(operation->left - part);
        output += part;
        length -= part;
    }
    return status;
}

psa_status_t libcrypto_key_derivation_output_bytes(libcrypto_key_derivation_operation_t *operation, uint8_t *output,
                                                   size_t output_length) {
    if (operation->kind == NULL) {
        return PSA_ERROR_BAD_STATE;
    }
    ERR_set_mark();
    psa_status_t status = squeeze(operation, output, output_length);
    ERR_pop_to_mark();
    return status;
}

psa_status_t libcrypto_key_derivation_abort(libcrypto_key_derivation_operation_t *operation) {
    drop(operation);
    return PSA_SUCCESS;
}
