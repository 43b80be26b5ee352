/* Forwarded requests that the API composes: a driver gets what an application would get. */
#include <string.h>

#include "api/forward.h"
#include "api/hash.h"
#include "api/sign.h"
#include "psab/packed.h"

/* attributes, key, algorithm: how the requests about keys begin. */
static psab_key_view_t view_of(const psab_value_t *values) {
    return (psab_key_view_t){values[0].u.attributes, values[1].u.input.data, values[1].u.input.length, NULL};
}

static psab_status_t forward_hash(psab_core_t *core, psab_value_t *values) {
    psa_algorithm_t alg = (psa_algorithm_t)values[0].u.scalar;
    *values[2].u.output.length = 0;
    return psab_hash_run(core, alg, values[1].u.input.data, values[1].u.input.length, values[2].u.output.data,
                         values[2].u.output.size, values[2].u.output.length);
}

static psab_status_t forward_sign(psab_core_t *core, psab_value_t *values, bool hash) {
    psab_key_view_t key = view_of(values);
    psab_signing_t request = {(psa_algorithm_t)values[2].u.scalar,
                              hash,
                              values[3].u.input.data,
                              values[3].u.input.length,
                              values[4].u.output.data,
                              values[4].u.output.size,
                              NULL,
                              0};
    *values[4].u.output.length = 0;
    return psab_sign_run(core, &key, &request, values[4].u.output.length);
}

static psab_status_t forward_verify(psab_core_t *core, psab_value_t *values, bool hash) {
    psab_key_view_t key = view_of(values);
    psab_verifying_t request = {(psa_algorithm_t)values[2].u.scalar,
                                hash,
                                values[3].u.input.data,
                                values[3].u.input.length,
                                values[4].u.input.data,
                                values[4].u.input.length,
                                NULL,
                                0};
    return psab_verify_run(core, &key, &request);
}

/* The public key of a public key is the key itself: no driver is ever asked for that. */
static psab_status_t copy_public(psab_value_t *values) {
    size_t length = values[1].u.input.length;
    *values[2].u.output.length = 0;
    if (length > values[2].u.output.size) {
        return PSA_ERROR_BUFFER_TOO_SMALL;
    }
    if (length != 0) {
        memmove(values[2].u.output.data, values[1].u.input.data, length);
    }
    *values[2].u.output.length = length;
    return PSA_SUCCESS;
}

bool psab_forward_composed(psab_core_t *core, uint16_t entry_point, psab_value_t *values, psab_status_t *status) {
    switch ((psab_entry_point_t)entry_point) {
    case PSAB_EP_HASH_COMPUTE:
        *status = forward_hash(core, values);
        return true;
    case PSAB_EP_SIGN_MESSAGE:
        *status = forward_sign(core, values, false);
        return true;
    case PSAB_EP_VERIFY_HASH:
        *status = forward_verify(core, values, true);
        return true;
    case PSAB_EP_VERIFY_MESSAGE:
        *status = forward_verify(core, values, false);
        return true;
    case PSAB_EP_EXPORT_PUBLIC_KEY:
        if (!PSA_KEY_TYPE_IS_PUBLIC_KEY(values[0].u.attributes->type) ||
            PSA_KEY_LIFETIME_GET_LOCATION(values[0].u.attributes->lifetime) != PSA_KEY_LOCATION_LOCAL_STORAGE) {
            return false;
        }
        *status = copy_public(values);
        return true;
    default:
        return false;
    }
}
