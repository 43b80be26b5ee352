/* What a driver finds in the core, for driver tests without a core: attribute getters, a random
 * generator, the inputs of PAKEs and derivations, and a persistent state that a test can look into. */
#include "support.h"

#include <psa/crypto_driver_common.h>
#include <psab/detail.h>
#include <psab/prepared.h>
#include <string.h>
#include <sys/random.h>

uint8_t support_state[256];
psa_status_t support_random_status = PSA_SUCCESS;

psa_key_type_t psa_get_key_type(const psa_key_attributes_t *attributes) {
    return attributes->type;
}

size_t psa_get_key_bits(const psa_key_attributes_t *attributes) {
    return attributes->bits;
}

psa_key_lifetime_t psa_get_key_lifetime(const psa_key_attributes_t *attributes) {
    return attributes->lifetime;
}

psa_algorithm_t psa_get_key_algorithm(const psa_key_attributes_t *attributes) {
    return attributes->alg;
}

psa_status_t psa_generate_random(uint8_t *output, size_t output_size) {
    if (support_random_status != PSA_SUCCESS) {
        return support_random_status;
    }
    return getrandom(output, output_size, 0) == (ssize_t)output_size ? PSA_SUCCESS : PSA_ERROR_INSUFFICIENT_ENTROPY;
}

psa_status_t psa_crypto_driver_get_persistent_state(uint8_t **persistent_state_ptr) {
    *persistent_state_ptr = support_state;
    return PSA_SUCCESS;
}

psa_status_t psa_crypto_driver_commit_persistent_state(size_t from, size_t length) {
    return from + length <= sizeof(support_state) ? PSA_SUCCESS : PSA_ERROR_INVALID_ARGUMENT;
}

void psab_driver_detail(const char *detail) {
    (void)detail; /* nobody asks */
}

/* No key of the store: nothing is kept. */

void *psab_prepared_find(const psab_prepared_kind_t *kind, const uint8_t *key, size_t key_size, uint32_t variant) {
    (void)kind;
    (void)key;
    (void)key_size;
    (void)variant;
    return NULL;
}

void *psab_prepared_publish(const psab_prepared_kind_t *kind, const uint8_t *key, size_t key_size, uint32_t variant,
                            void *form) {
    (void)form;
    return psab_prepared_find(kind, key, key_size, variant);
}

void *psab_prepared_take(const psab_prepared_kind_t *kind, const uint8_t *key, size_t key_size, uint32_t variant) {
    return psab_prepared_find(kind, key, key_size, variant);
}

void psab_prepared_give(const psab_prepared_kind_t *kind, const uint8_t *key, size_t key_size, uint32_t variant,
                        void *form) {
    (void)key;
    (void)key_size;
    (void)variant;
    kind->drop(form);
}

/* The parts of a cipher suite. */

psa_algorithm_t psa_pake_cs_get_algorithm(const psa_pake_cipher_suite_t *cipher_suite) {
    return cipher_suite->alg;
}

psa_pake_primitive_t psa_pake_cs_get_primitive(const psa_pake_cipher_suite_t *cipher_suite) {
    return cipher_suite->primitive;
}

/* The getters of a PAKE's inputs. */

static psa_status_t length_of(support_text_t text, size_t *length) {
    *length = text.size;
    return text.data != NULL ? PSA_SUCCESS : PSA_ERROR_BAD_STATE;
}

static psa_status_t copy_of(support_text_t text, uint8_t *buffer, size_t size, size_t *length) {
    if (text.data == NULL || text.size > size) {
        return text.data == NULL ? PSA_ERROR_BAD_STATE : PSA_ERROR_BUFFER_TOO_SMALL;
    }
    memcpy(buffer, text.data, text.size);
    *length = text.size;
    return PSA_SUCCESS;
}

psa_status_t psa_crypto_driver_pake_get_password_len(const psa_crypto_driver_pake_inputs_t *inputs,
                                                     size_t *password_len) {
    return length_of(inputs->password, password_len);
}

psa_status_t psa_crypto_driver_pake_get_password_bytes(const psa_crypto_driver_pake_inputs_t *inputs, uint8_t *buffer,
                                                       size_t buffer_size, size_t *buffer_length) {
    return copy_of(inputs->password, buffer, buffer_size, buffer_length);
}

psa_status_t psa_crypto_driver_pake_get_password_key(const psa_crypto_driver_pake_inputs_t *inputs,
                                                     uint8_t **p_key_buffer, size_t *key_buffer_size,
                                                     psa_key_attributes_t *attributes) {
    *p_key_buffer = (uint8_t *)(uintptr_t)inputs->password.data;
    *attributes = inputs->attributes;
    return length_of(inputs->password, key_buffer_size);
}

psa_status_t psa_crypto_driver_pake_get_user_len(const psa_crypto_driver_pake_inputs_t *inputs, size_t *user_len) {
    return length_of(inputs->user, user_len);
}

psa_status_t psa_crypto_driver_pake_get_user(const psa_crypto_driver_pake_inputs_t *inputs, uint8_t *user_id,
                                             size_t user_id_size, size_t *user_id_len) {
    return copy_of(inputs->user, user_id, user_id_size, user_id_len);
}

psa_status_t psa_crypto_driver_pake_get_peer_len(const psa_crypto_driver_pake_inputs_t *inputs, size_t *peer_len) {
    return length_of(inputs->peer, peer_len);
}

psa_status_t psa_crypto_driver_pake_get_peer(const psa_crypto_driver_pake_inputs_t *inputs, uint8_t *peer_id,
                                             size_t peer_id_size, size_t *peer_id_length) {
    return copy_of(inputs->peer, peer_id, peer_id_size, peer_id_length);
}

psa_status_t psa_crypto_driver_pake_get_context_len(const psa_crypto_driver_pake_inputs_t *inputs,
                                                    size_t *context_len) {
    return length_of(inputs->context, context_len);
}

psa_status_t psa_crypto_driver_pake_get_context(const psa_crypto_driver_pake_inputs_t *inputs, uint8_t *context,
                                                size_t context_size, size_t *context_length) {
    return copy_of(inputs->context, context, context_size, context_length);
}

psa_status_t psa_crypto_driver_pake_get_role(const psa_crypto_driver_pake_inputs_t *inputs, psa_pake_role_t *role) {
    *role = inputs->role;
    return PSA_SUCCESS;
}

psa_status_t psa_crypto_driver_pake_get_cipher_suite(const psa_crypto_driver_pake_inputs_t *inputs,
                                                     psa_pake_cipher_suite_t *cipher_suite) {
    *cipher_suite = inputs->suite;
    return PSA_SUCCESS;
}

static const support_input_t *input_of(const psa_crypto_driver_key_derivation_inputs_t *inputs,
                                       psa_key_derivation_step_t step) {
    static const support_input_t omitted = {0};
    for (size_t i = 0; i < inputs->count; i++) {
        if (inputs->items[i].step == step) {
            return &inputs->items[i];
        }
    }
    return &omitted;
}

psa_crypto_driver_key_derivation_input_type_t
psa_crypto_driver_key_derivation_get_input_type(const psa_crypto_driver_key_derivation_inputs_t *inputs,
                                                psa_key_derivation_step_t step) {
    const support_input_t *input = input_of(inputs, step);
    return input->step == 0              ? PSA_KEY_DERIVATION_INPUT_TYPE_OMITTED
           : input->attributes.type != 0 ? PSA_KEY_DERIVATION_INPUT_TYPE_KEY
           : input->text.data != NULL    ? PSA_KEY_DERIVATION_INPUT_TYPE_BYTES
                                         : PSA_KEY_DERIVATION_INPUT_TYPE_INTEGER;
}

psa_status_t psa_crypto_driver_key_derivation_get_input_size(const psa_crypto_driver_key_derivation_inputs_t *inputs,
                                                             psa_key_derivation_step_t step, size_t *size) {
    return length_of(input_of(inputs, step)->text, size);
}

psa_status_t psa_crypto_driver_key_derivation_get_input_bytes(const psa_crypto_driver_key_derivation_inputs_t *inputs,
                                                              psa_key_derivation_step_t step, uint8_t *buffer,
                                                              size_t buffer_size, size_t *buffer_length) {
    return copy_of(input_of(inputs, step)->text, buffer, buffer_size, buffer_length);
}

psa_status_t psa_crypto_driver_key_derivation_get_input_key(const psa_crypto_driver_key_derivation_inputs_t *inputs,
                                                            psa_key_derivation_step_t step,
                                                            psa_key_attributes_t *attributes, uint8_t **p_key_buffer,
                                                            size_t *key_buffer_size) {
    const support_input_t *input = input_of(inputs, step);
    *attributes = input->attributes;
    *p_key_buffer = (uint8_t *)(uintptr_t)input->text.data;
    return length_of(input->text, key_buffer_size);
}

psa_status_t psa_crypto_driver_key_derivation_get_input_integer(const psa_crypto_driver_key_derivation_inputs_t *inputs,
                                                                psa_key_derivation_step_t step, uint64_t *value) {
    *value = input_of(inputs, step)->integer;
    return PSA_SUCCESS;
}
