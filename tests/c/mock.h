/** @file
 * Drivers for tests of dispatch: they compute something simple, count their calls, and lie on demand.
 *
 *     mock_t m;
 *     mock_init(&m, "alpha");
 *     mock_capability(&m, 0, (uint16_t[]){PSAB_EP_HASH_COMPUTE}, 1);
 *     mock_register(&m, core);
 *
 * The toy hash is the sum of the bytes, spread over PSA_HASH_LENGTH() bytes (16 for hashes that the
 * API does not know); a toy signature is the toy hash of key and hash; both can be verified.
 */
#ifndef PSAB_TESTS_MOCK_H
#define PSAB_TESTS_MOCK_H

#include <stdatomic.h>

#include "check.h"
#include "psab/api.h"
#include "psab/packed.h"
#include "psab/plans.h"

#define MOCK_CAPABILITIES 4u
#define MOCK_LOCATION 0x800042u

/** A hash of nobody else's: category and vendor bit. */
#define MOCK_HASH ((psa_algorithm_t)0x82000042u)
#define MOCK_HASH_LENGTH 16u

/** What a mock does wrong. */
typedef enum mock_lie {
    MOCK_HONEST,
    MOCK_TOO_LONG,   /**< success, with a length over the size of the buffer */
    MOCK_NO_OUTPUT,  /**< success, without writing anything */
    MOCK_SHORT,      /**< success, with one byte less than there should be */
    MOCK_UNWRITTEN,  /**< success, with the right length and nothing written */
    MOCK_OTHER_BITS, /**< an import changes the size of the key */
    MOCK_CONSTANT    /**< entropy that is always the same */
} mock_lie_t;

typedef struct mock {
    psab_driver_description_t description;
    psab_capability_t capabilities[MOCK_CAPABILITIES];
    psab_ops_t ops[MOCK_CAPABILITIES];
    psab_status_t status[PSAB_EP_COUNT]; /**< returned, after half of the work was done */
    mock_lie_t lie;
    uint16_t lying; /**< the entry point that lies */
    uint8_t key;    /**< mixed into everything, to tell drivers apart; 0: plain results */
    void (*hook)(struct mock *mock, uint16_t entry_point); /**< called inside of every entry point */
    _Atomic unsigned calls[PSAB_EP_COUNT];
    _Atomic unsigned setups;   /**< successful ones */
    _Atomic unsigned finishes; /**< successful ones */
    _Atomic unsigned aborts;
    _Atomic unsigned dirty;                            /**< contexts that were not zeroed before setup */
    size_t smallest_output;                            /**< smallest output buffer seen */
    uint32_t seed;                                     /**< of its entropy */
    uint32_t entropy_bits;                             /**< claimed for an output; 0: all of them */
    void (*flaw)(uint8_t *output, size_t size);        /**< applied to its entropy */
    void (*random_flaw)(uint8_t *output, size_t size); /**< applied to its random numbers */
    unsigned random_limit;          /**< bytes that get_random gives before it wants entropy; 0: no limit */
    _Atomic uint32_t entropy_added; /**< bytes */
} mock_t;

/** A transparent driver that offers nothing yet. */
void mock_init(mock_t *mock, const char *name);

/** The same for an opaque driver at MOCK_LOCATION; keys are stored behind one byte 0x5a. */
void mock_init_opaque(mock_t *mock, const char *name);

/** Let capability `index` offer these entry points; returns it for further settings. */
psab_capability_t *mock_capability(mock_t *mock, size_t index, const uint16_t *entry_points, size_t count);

/** Capability with the multi-part hash family, or with it and hash_compute. */
psab_capability_t *mock_hash_family(mock_t *mock, size_t index);

/** The wrong function for an entry point, to contradict the right one. */
void mock_other_sign_hash(mock_t *mock, size_t index);

/** Register; the status is checked. */
void mock_register(mock_t *mock, psab_core_t *core);

/** A new initialised core without software. */
psab_core_t *mock_core(void);

/** A core with one driver, which has the hash family. */
psab_core_t *mock_hash_core(mock_t *mock);

/** The counts of a driver of the core, found by name. */
psab_counts_t mock_counts(psab_core_t *core, const char *name);

/** Import 32 bytes as a key for everything with ECDSA over SHA-256; PSA_KEY_ID_NULL if that failed. */
psa_key_id_t mock_key(psab_core_t *core, psa_key_lifetime_t lifetime, psa_algorithm_t alg);

/* For files with more toy functions. */

/** What every entry point begins with: count, let the test look, say whether to go on. */
psab_status_t mock_begin(mock_t *mock, uint16_t entry_point);

/** Whether it lies so in an entry point. */
bool mock_lies(const mock_t *mock, uint16_t entry_point, mock_lie_t lie);

/** Write an output, and lie about it as wanted. */
psab_status_t mock_give(mock_t *mock, uint16_t entry_point, const uint8_t *result, size_t length, uint8_t *output,
                        size_t size, size_t *written);

/** Add bytes up, and spread a sum over bytes. */
uint32_t mock_add_up(uint32_t sum, const uint8_t *input, size_t length);
void mock_spread(uint32_t sum, uint8_t *output, size_t length);

/** The toy functions of MACs, ciphers, AEAD and XOF (mock_symmetric.c), and the sizes of their contexts. */
extern const psab_ops_t mock_symmetric_ops;
void mock_symmetric_contexts(psab_capability_t *capability);

/** What the toy functions give. */
void mock_hash(uint8_t key, psa_algorithm_t alg, const uint8_t *input, size_t length, uint8_t *hash, size_t *size);

#endif
