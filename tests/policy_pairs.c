/* The policy functions of the core for all pairs of many algorithms: test_policy.py compiles it with them. */

#include "keys/policy.h"

/** psab_alg_permits() of every pair: permitted[i * count + j] is whether algs[i] permits algs[j]. */
void pairs_permit(const uint32_t *algs, size_t count, uint16_t type, uint32_t usage, uint8_t *permitted);

/** psab_policy_check() of every pair, as for a key whose policy has exactly these usage flags. */
void pairs_check(const uint32_t *algs, size_t count, uint16_t type, uint32_t flags, uint32_t usage, uint8_t *permitted);

/** psab_policy_intersect() of every pair: common[i * count + j] is the algorithm of a copy, all ones if there is none.
 */
void pairs_intersect(const uint32_t *algs, size_t count, uint16_t type, uint32_t *common);

void pairs_permit(const uint32_t *algs, size_t count, uint16_t type, uint32_t usage, uint8_t *permitted) {
    for (size_t i = 0; i < count * count; i++) {
        permitted[i] = psab_alg_permits(algs[i / count], algs[i % count], type, usage);
    }
}

void pairs_check(const uint32_t *algs, size_t count, uint16_t type, uint32_t flags, uint32_t usage,
                 uint8_t *permitted) {
    for (size_t i = 0; i < count * count; i++) {
        psab_attributes_t attributes = {.type = type, .usage = flags, .alg = algs[i / count]};
        permitted[i] = psab_policy_check(&attributes, usage, algs[i % count]) == PSA_SUCCESS;
    }
}

void pairs_intersect(const uint32_t *algs, size_t count, uint16_t type, uint32_t *common) {
    for (size_t i = 0; i < count * count; i++) {
        psab_attributes_t source = {.type = type, .alg = algs[i / count]};
        psab_attributes_t target = {.type = type, .alg = algs[i % count]};
        psa_status_t status = psab_policy_intersect(&source, &target);
        common[i] = status == PSA_SUCCESS ? target.alg : UINT32_MAX;
    }
}
