#include "dispatch/match.h"

#include "psab/packed.h"
#include "util/alg.h"

psab_reason_t psab_match_driver(const psab_driver_t *driver, uint16_t entry_point,
                                const psab_attributes_t *attributes) {
    const psab_driver_description_t *description = driver->description;
    const psab_row_t *row = &psab_rows[entry_point];
    bool opaque = description->type == PSAB_DRIVER_OPAQUE;
    if (attributes != NULL) {
        uint32_t location = PSAB_LOCATION(attributes->lifetime);
        return location == (opaque ? description->location : 0) ? PSAB_REASON_SERVES : PSAB_REASON_LOCATION;
    }
    /* Without a key: what has an algorithm or a context belongs to transparent drivers. */
    bool transparent_only = row->matches != 0 || row->context_kind >= 0;
    return opaque && transparent_only ? PSAB_REASON_DRIVER_TYPE : PSAB_REASON_SERVES;
}

/* Key creation is asked for with the policy of the key, which may be a wildcard too. */
static bool alg_covered(uint32_t specification, uint32_t alg, uint16_t type) {
    return psab_alg_permits(specification, alg, type, 0) ||
           (psab_alg_is_wildcard(alg) && psab_alg_intersect(specification, alg, type) == alg);
}

static bool alg_matches(const psab_capability_t *capability, uint32_t alg, uint16_t type) {
    if (capability->algorithms == NULL) {
        return true;
    }
    for (size_t i = 0; i < capability->algorithm_count; i++) {
        if (alg_covered(capability->algorithms[i], alg, type)) {
            return true;
        }
    }
    return false;
}

static bool type_matches(const psab_capability_t *capability, uint16_t type) {
    if (capability->key_types == NULL) {
        return true;
    }
    for (size_t i = 0; i < capability->key_type_count; i++) {
        if ((type & capability->key_types[i].mask) == capability->key_types[i].value) {
            return true;
        }
    }
    return false;
}

static bool size_matches(const psab_capability_t *capability, uint32_t bits) {
    if (capability->key_sizes == NULL || bits == 0) {
        return true;
    }
    for (size_t i = 0; i < capability->key_size_count; i++) {
        if (capability->key_sizes[i] == bits) {
            return true;
        }
    }
    return false;
}

psab_reason_t psab_match(const psab_capability_t *capability, uint16_t entry_point, uint32_t alg,
                         const psab_attributes_t *attributes) {
    const psab_row_t *row = &psab_rows[entry_point];
    if (!psab_ops_has(capability->ops, entry_point)) {
        return PSAB_REASON_ENTRY_POINT;
    }
    if ((row->matches & PSAB_MATCH_ALG) != 0 &&
        !alg_matches(capability, alg, attributes != NULL ? attributes->type : 0)) {
        return PSAB_REASON_ALGORITHM;
    }
    if ((row->matches & (PSAB_MATCH_KEY | PSAB_MATCH_DERIVED)) == 0 || attributes == NULL) {
        return PSAB_REASON_SERVES;
    }
    if (!type_matches(capability, attributes->type)) {
        return PSAB_REASON_KEY_TYPE;
    }
    return size_matches(capability, attributes->bits) ? PSAB_REASON_SERVES : PSAB_REASON_KEY_SIZE;
}
