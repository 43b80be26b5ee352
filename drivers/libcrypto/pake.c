/* PAKE entry points: pick the protocol, and give it its inputs. */
#include "pake.h"

static const lc_pake_kind_t *const kinds[] = {&lc_pake_jpake, &lc_pake_spake2p};

static const lc_pake_kind_t *find(psa_algorithm_t alg) {
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (kinds[i]->serves(alg)) {
            return kinds[i];
        }
    }
    return NULL;
}

psa_status_t lc_text_get(const psa_crypto_driver_pake_inputs_t *inputs, lc_text_length_t length, lc_text_bytes_t bytes,
                         lc_text_t *text) {
    size_t size = 0;
    psa_status_t status = length(inputs, &size);
    if (status == PSA_ERROR_BAD_STATE) {
        return PSA_SUCCESS;
    }
    if (status != PSA_SUCCESS) {
        return status;
    }
    text->data = OPENSSL_malloc(size != 0 ? size : 1);
    return text->data == NULL ? PSA_ERROR_INSUFFICIENT_MEMORY : bytes(inputs, text->data, size, &text->size);
}

void lc_text_free(lc_text_t *text) {
    OPENSSL_clear_free(text->data, text->size);
    *text = (lc_text_t){NULL, 0};
}

psa_status_t libcrypto_pake_setup(libcrypto_pake_operation_t *operation,
                                  const psa_crypto_driver_pake_inputs_t *inputs) {
    psa_pake_cipher_suite_t suite = PSA_PAKE_CIPHER_SUITE_INIT;
    psa_status_t status = psa_crypto_driver_pake_get_cipher_suite(inputs, &suite);
    if (status != PSA_SUCCESS) {
        return status;
    }
    const lc_pake_kind_t *kind = find(psa_pake_cs_get_algorithm(&suite));
    psa_pake_primitive_t primitive = psa_pake_cs_get_primitive(&suite);
    if (kind == NULL || PSA_PAKE_PRIMITIVE_GET_TYPE(primitive) != PSA_PAKE_PRIMITIVE_TYPE_ECC) {
        return PSA_ERROR_NOT_SUPPORTED;
    }
    ERR_set_mark();
    status = kind->setup(inputs, &suite, &operation->state);
    ERR_pop_to_mark();
    operation->kind = status == PSA_SUCCESS ? kind : NULL;
    return status;
}

psa_status_t libcrypto_pake_output(libcrypto_pake_operation_t *operation, psa_crypto_driver_pake_step_t step,
                                   uint8_t *output, size_t output_size, size_t *output_length) {
    if (operation->kind == NULL) {
        return PSA_ERROR_BAD_STATE;
    }
    ERR_set_mark();
    psa_status_t status =
        operation->kind->output(operation->state, step, (lc_output_t){output, output_size, output_length});
    ERR_pop_to_mark();
    return status;
}

psa_status_t libcrypto_pake_input(libcrypto_pake_operation_t *operation, psa_crypto_driver_pake_step_t step,
                                  const uint8_t *input, size_t input_length) {
    if (operation->kind == NULL) {
        return PSA_ERROR_BAD_STATE;
    }
    ERR_set_mark();
    psa_status_t status = operation->kind->input(operation->state, step, (lc_bytes_t){input, input_length});
    ERR_pop_to_mark();
    return status;
}

psa_status_t libcrypto_pake_get_implicit_key(libcrypto_pake_operation_t *operation, uint8_t *output, size_t output_size,
                                             size_t *output_length) {
    if (operation->kind == NULL) {
        return PSA_ERROR_BAD_STATE;
    }
    ERR_set_mark();
    psa_status_t status = operation->kind->secret(operation->state, (lc_output_t){output, output_size, output_length});
    ERR_pop_to_mark();
    return status;
}

psa_status_t libcrypto_pake_abort(libcrypto_pake_operation_t *operation) {
    if (operation->kind != NULL) {
        operation->kind->drop(operation->state);
        operation->kind = NULL;
        operation->state = NULL;
    }
    return PSA_SUCCESS;
}
