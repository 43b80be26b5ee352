/** @file
 * A PAKE driver for tests, without any cryptography, and J-PAKE with it: a core, a password, an exchange.
 */
#ifndef PSAB_TESTS_PAKE_TOY_H
#define PSAB_TESTS_PAKE_TOY_H

#include "api/drivers.h"
#include "mock.h"

#define JPAKE PSA_ALG_JPAKE(PSA_ALG_SHA_256)
#define JPAKE_512 PSA_ALG_JPAKE(PSA_ALG_SHA_512)
#define P256 PSA_PAKE_PRIMITIVE(PSA_PAKE_PRIMITIVE_TYPE_ECC, PSA_ECC_FAMILY_SECP_R1, 256)
#define SHARE_SIZE 65u

/** What an exchange has seen; the driver of a test sums up what it is given. */
typedef struct pake_toy {
    uint32_t sum;
    uint32_t relayed; /**< handle of a forwarded operation */
    uint32_t steps[32];
    uint32_t count;
} pake_toy_t;

/** What the last setup was given; pointers into it are good during setup only. */
extern psab_pake_inputs_t pake_toy_inputs;
extern uint8_t pake_toy_user[8];
extern uint8_t pake_toy_password[65];

psab_status_t pake_toy_abort(void *driver, void *operation);

/** Give a mock the entry points. */
psab_capability_t *pake_toy_offer(mock_t *mock);

/** A core with such a driver, "alpha". */
psab_core_t *pake_toy_core(mock_t *mock);

/** A password, "secret". */
psa_key_id_t pake_toy_key(psab_core_t *core, psa_algorithm_t alg);

/** J-PAKE on P-256. */
psa_pake_cipher_suite_t pake_toy_suite(psa_algorithm_t alg);

/** An operation that is ready for its first step, of "me" with "you". */
psa_pake_operation_t pake_toy_ready(psab_core_t *core, psa_algorithm_t alg);

/** One step; its length is checked. */
psa_status_t pake_toy_send(psab_core_t *core, psa_pake_operation_t *operation, psa_pake_step_t step);
psa_status_t pake_toy_take(psab_core_t *core, psa_pake_operation_t *operation, psa_pake_step_t step);

/** Both rounds. */
void pake_toy_rounds(psab_core_t *core, psa_pake_operation_t *operation);

/** Of a shared secret that can be exported. */
psa_key_attributes_t pake_toy_attributes(void);

#endif
