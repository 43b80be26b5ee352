/* Attribute objects: storing and reading back, without any check (sections 9.1, 9.2, 9.6 to 9.8). */

#include <psa/crypto.h>

#include "keys/policy.h"

psa_key_attributes_t psa_key_attributes_init(void) {
    return (psa_key_attributes_t)PSA_KEY_ATTRIBUTES_INIT;
}

void psa_reset_key_attributes(psa_key_attributes_t *attributes) {
    *attributes = psa_key_attributes_init();
}

void psa_set_key_id(psa_key_attributes_t *attributes, psa_key_id_t id) {
    attributes->id = id;
    if (PSA_KEY_LIFETIME_IS_VOLATILE(attributes->lifetime)) {
        attributes->lifetime = PSA_KEY_LIFETIME_FROM_PERSISTENCE_AND_LOCATION(
            PSA_KEY_PERSISTENCE_DEFAULT, PSA_KEY_LIFETIME_GET_LOCATION(attributes->lifetime));
    }
}

psa_key_id_t psa_get_key_id(const psa_key_attributes_t *attributes) {
    return attributes->id;
}

void psa_set_key_lifetime(psa_key_attributes_t *attributes, psa_key_lifetime_t lifetime) {
    attributes->lifetime = lifetime;
    if (PSA_KEY_LIFETIME_IS_VOLATILE(lifetime)) {
        attributes->id = PSA_KEY_ID_NULL;
    }
}

psa_key_lifetime_t psa_get_key_lifetime(const psa_key_attributes_t *attributes) {
    return attributes->lifetime;
}

void psa_set_key_algorithm(psa_key_attributes_t *attributes, psa_algorithm_t alg) {
    attributes->alg = alg;
}

psa_algorithm_t psa_get_key_algorithm(const psa_key_attributes_t *attributes) {
    return attributes->alg;
}

void psa_set_key_usage_flags(psa_key_attributes_t *attributes, psa_key_usage_t usage_flags) {
    attributes->usage = psab_usage_with_implied(usage_flags);
}

psa_key_usage_t psa_get_key_usage_flags(const psa_key_attributes_t *attributes) {
    return attributes->usage;
}

void psa_set_key_type(psa_key_attributes_t *attributes, psa_key_type_t type) {
    attributes->type = type;
}

psa_key_type_t psa_get_key_type(const psa_key_attributes_t *attributes) {
    return attributes->type;
}

size_t psa_get_key_bits(const psa_key_attributes_t *attributes) {
    return attributes->bits;
}

void psa_set_key_bits(psa_key_attributes_t *attributes, size_t bits) {
    /* A size that cannot be kept becomes one that no key has. */
    attributes->bits = bits > UINT32_MAX ? UINT32_MAX : (uint32_t)bits;
}
