/** @file
 * A driver for tests that has any entry points: it counts calls, fills its outputs, and lies on demand.
 *
 * It works with packed calls, so it needs no code per entry point.
 */
#ifndef PSAB_TESTS_TOY_H
#define PSAB_TESTS_TOY_H

#include "check.h"
#include "psab/api.h"
#include "psab/packed.h"

#define TOY_LOCATION 0x800077u

/** What the entry point that lies does wrong, with success. */
typedef enum toy_lie {
    TOY_CLAIMS_MORE,    /**< one byte more than there is room */
    TOY_SAYS_NOTHING,   /**< does not write the length */
    TOY_IS_EMPTY,       /**< the length 0 */
    TOY_WRITES_NOTHING, /**< but the length */
    TOY_OVERRUNS        /**< changes a byte behind its operation context or the key context that it makes */
} toy_lie_t;

typedef struct toy {
    psab_packed_driver_t packed;
    psab_driver_description_t description;
    psab_capability_t capability;
    psab_ops_t ops;
    unsigned calls[PSAB_EP_COUNT];
    psab_status_t status[PSAB_EP_COUNT];
    uint16_t liar;          /**< this entry point lies; PSAB_EP_COUNT: none */
    toy_lie_t lie;          /**< in which way */
    size_t past;            /**< how far behind */
    size_t length;          /**< of outputs; 0: all there is room for */
    uint32_t bits;          /**< reported by an import; 0: those asked for */
    size_t room;            /**< for the last secret output: a key, or its context */
    uint8_t input[64];      /**< the last input that is not a key: where it begins */
    size_t input_length;    /**< of it */
    uint32_t last_lifetime; /**< in the attributes of the last call */
} toy_t;

/** A driver with these entry points, registered. At TOY_LOCATION if opaque. */
void toy_register(toy_t *toy, psab_core_t *core, const char *name, bool opaque, const uint16_t *entry_points,
                  size_t count);

/** Import bytes as a key that may do everything with an algorithm; the status is checked. */
psa_key_id_t toy_key(psab_core_t *core, psa_key_type_t type, size_t bits, psa_algorithm_t alg,
                     psa_key_lifetime_t lifetime, size_t length);

#endif
