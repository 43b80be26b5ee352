/* What a driver finds in the core, for driver tests without a core: attribute getters, a random
 * generator, and a persistent state that a test can look into. */
#include <psa/crypto.h>
#include <psa/crypto_driver_common.h>
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
