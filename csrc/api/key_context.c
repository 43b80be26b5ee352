/* Key contexts as drivers leave them, and the judgement of everything that creates a key. */

#include "api/keys.h"
#include "keys/validity.h"

/* A context shorter than this may well be the mark by chance. */
#define TELLING 4u

static uint8_t mark_at(size_t position) {
    return (uint8_t)(0xb7u + 0x3du * position);
}

void psab_context_mark(uint8_t *data, size_t size) {
    for (size_t i = 0; i < size; i++) {
        data[i] = mark_at(i);
    }
}

bool psab_context_marked(const uint8_t *data, size_t length) {
    size_t same = 0;
    while (same < length && data[same] == mark_at(same)) {
        same++;
    }
    return length >= TELLING && same == length;
}

psa_status_t psab_context_judge(const psab_candidate_t *candidate, int32_t entry_point, psa_status_t status,
                                const uint8_t *data, size_t size) {
    return size == 0 || psab_guard_intact(data + size)
               ? status
               : psab_report(candidate, entry_point, PSA_ERROR_CORRUPTION_DETECTED, PSAB_REPORT_CONTEXT,
                             "the driver wrote past the end of the key context");
}

/* The fewest bytes that a driver may return for a key: all of them where the format fixes the length. A context
 * that there is room for is not empty. */
static size_t least(const psab_attributes_t *attributes, size_t size) {
    if (PSA_KEY_LIFETIME_GET_LOCATION(attributes->lifetime) != PSA_KEY_LOCATION_LOCAL_STORAGE) {
        return size != 0 ? 1 : 0;
    }
    size_t exact = psab_key_length(attributes->type, attributes->bits);
    return exact != 0 ? exact : 1;
}

psa_status_t psab_key_output(const psab_candidate_t *candidate, int32_t entry_point, psa_status_t status,
                             const psab_attributes_t *attributes, uint8_t *data, size_t size, size_t *length) {
    bool opaque = PSA_KEY_LIFETIME_GET_LOCATION(attributes->lifetime) != PSA_KEY_LOCATION_LOCAL_STORAGE;
    if (opaque) {
        status = psab_context_judge(candidate, entry_point, status, data, size);
    }
    status = psab_output(candidate, entry_point, status, data, size, least(attributes, size), length);
    if (status == PSA_SUCCESS && opaque && psab_context_marked(data, *length)) {
        status = psab_report(candidate, entry_point, PSA_ERROR_CORRUPTION_DETECTED, PSAB_REPORT_CONTEXT,
                             "success without writing the key context");
        return psab_output_bad(candidate, entry_point, status, data, size, length);
    }
    return status;
}
