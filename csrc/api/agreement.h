/** @file
 * Key agreement, for the functions of the API that need a shared secret.
 */
#ifndef PSAB_API_AGREEMENT_H
#define PSAB_API_AGREEMENT_H

#include "api/key_view.h"

/** What is to be agreed on. */
typedef struct psab_agreement {
    psa_algorithm_t alg; /**< standalone */
    const uint8_t *peer;
    size_t peer_length;
    uint8_t *output; /**< overlaps no input */
    size_t size;
} psab_agreement_t;

/** The shared secret as bytes.
 *
 * @param core     the instance
 * @param key      the own key pair, whose policy was checked
 * @param request  with whom, and where to
 * @param written  receives the length of the secret
 *
 * @return INVALID_ARGUMENT, BUFFER_TOO_SMALL, NOT_SUPPORTED, or what the driver returned (section 10.11.2)
 */
psa_status_t psab_agree(psab_core_t *core, const psab_key_view_t *key, const psab_agreement_t *request,
                        size_t *written);

/** The shared secret as a key, which does not leave a cryptoprocessor whose driver can keep it there.
 *
 * @param core        the instance
 * @param pair        the own key pair, whose policy was checked
 * @param agreement   with whom; its output is not used
 * @param attributes  of the key, checked by psab_creation_check()
 * @param id          receives the identifier, PSA_KEY_ID_NULL after a failure
 *
 * @return as psab_agree(), and what creating a key can return
 */
psa_status_t psab_agree_to_key(psab_core_t *core, const psab_key_view_t *pair, const psab_agreement_t *agreement,
                               const psab_attributes_t *attributes, psa_key_id_t *id);

#endif
