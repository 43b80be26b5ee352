/** @file
 * What the core and a driver say to each other: plain C types, no PSA header.
 *
 * A driver image may have been compiled against any SDK's PSA headers, so nothing here uses
 * a PSA type by name.  Numbers are those of the PSA Crypto API.  The structure of entry
 * points, `psab_ops_t`, is generated from the table and follows in psab/ops.h.
 */
#ifndef PSAB_ABI_H
#define PSAB_ABI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "prepared.h"
#include "types.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Raised whenever anything in this file changes its meaning or its layout. */
#define PSAB_ABI_VERSION 2u

/** Kinds of derivation inputs; psa_crypto_driver_key_derivation_input_type_t. */
typedef enum psab_input_type {
    PSAB_INPUT_INVALID = 0,
    PSAB_INPUT_OMITTED = 1,
    PSAB_INPUT_BYTES = 2,
    PSAB_INPUT_KEY = 3,
    PSAB_INPUT_INTEGER = 4
} psab_input_type_t;

/** One collected input of a key derivation. */
typedef struct psab_kdf_input {
    uint16_t step;       /**< psa_key_derivation_step_t */
    uint16_t type;       /**< psab_input_type_t */
    const uint8_t *data; /**< bytes, or key material or key context */
    size_t length;
    const psab_attributes_t *attributes; /**< of a key input, else null */
    uint64_t integer;
} psab_kdf_input_t;

/** The initial inputs of a key derivation. */
typedef struct psab_kdf_inputs {
    uint32_t alg;
    const psab_kdf_input_t *items;
    size_t count;
} psab_kdf_inputs_t;

/** The initial inputs of a PAKE. */
typedef struct psab_pake_inputs {
    psab_cipher_suite_t suite;
    uint8_t role;
    const psab_attributes_t *attributes;
    const uint8_t *password;
    size_t password_length;
    const uint8_t *user;
    size_t user_length;
    const uint8_t *peer;
    size_t peer_length;
    const uint8_t *context;
    size_t context_length;
} psab_pake_inputs_t;

/** Tags of packed values; one per member of Tag in psa_bridge/spec/roles.py, same order. */
typedef enum psab_tag {
    PSAB_TAG_ATTRIBUTES,
    PSAB_TAG_ATTRIBUTES_INOUT,
    PSAB_TAG_INPUT,
    PSAB_TAG_OUTPUT,
    PSAB_TAG_FILL,
    PSAB_TAG_SCALAR,
    PSAB_TAG_SCALAR_OUT,
    PSAB_TAG_CONTEXT,
    PSAB_TAG_CUSTOM,
    PSAB_TAG_KDF_INPUTS,
    PSAB_TAG_PAKE_INPUTS
} psab_tag_t;

/** One argument of a packed call. The tag says which member of the union holds it. */
typedef struct psab_value {
    uint16_t tag;
    uint16_t secret; /**< 1: never to be shown */
    union {
        const psab_attributes_t *attributes;
        psab_attributes_t *attributes_inout;
        struct {
            const uint8_t *data;
            size_t length;
        } input;
        struct {
            uint8_t *data;
            size_t size;
            size_t *length; /**< null for PSAB_TAG_FILL */
        } output;
        uint64_t scalar;
        size_t *scalar_out;
        struct {
            void *data;    /**< the context; const for const_op arguments */
            size_t size;   /**< bytes the core allocated; 0 if the packer does not know */
            uint32_t kind; /**< psab_context_t */
        } context;
        const psab_custom_t *custom;
        const psab_kdf_inputs_t *kdf_inputs;
        const psab_pake_inputs_t *pake_inputs;
    } u;
} psab_value_t;

/** The most arguments a row of the table has. */
#define PSAB_MAX_VALUES 12

/** One call for every entry point: what drivers without typed functions implement.
 *
 * @param driver       what the driver was registered with
 * @param entry_point  id, psab_entry_point_t
 * @param values       the arguments, one per role word of the row
 * @param count        how many
 */
typedef psab_status_t (*psab_packed_call_t)(void *driver, uint16_t entry_point, psab_value_t *values, size_t count);

/** What a driver registered through packed calls is: the `driver` argument of packing stubs. */
typedef struct psab_packed_driver {
    psab_packed_call_t call;
    void *user; /**< passed as `driver` to call */
} psab_packed_driver_t;

#include "psab/ops.h" /* generated: psab_entry_point_t, psab_context_t, psab_ops_t, PSAB_TABLE_HASH */

/** A key type specification: matches a type t where (t & mask) == value. */
typedef struct psab_key_type_spec {
    uint16_t value;
    uint16_t mask;
} psab_key_type_spec_t;

#define PSAB_CAPABILITY_FALLBACK 1u /**< NOT_SUPPORTED passes the call on */
#define PSAB_CAPABILITY_MEMORY 2u   /**< derive_key takes a memory object */

/** One capability: what is matched, and the entry points that serve it.
 *
 * A null list means that everything applicable matches.  For derive_key, key_types and
 * key_sizes hold the derived types and sizes.
 */
typedef struct psab_capability {
    const psab_ops_t *ops; /**< a non-null member is an entry point of this capability */
    const uint32_t *algorithms;
    size_t algorithm_count;
    const psab_key_type_spec_t *key_types;
    size_t key_type_count;
    const uint32_t *key_sizes;
    size_t key_size_count;
    uint32_t flags;
    uint32_t initial_entropy_size;
    uint32_t reseed_entropy_size;             /**< 0: not given */
    size_t context_sizes[PSAB_CONTEXT_COUNT]; /**< sizeof the driver's types; 0 where not used */
} psab_capability_t;

typedef enum psab_driver_type { PSAB_DRIVER_TRANSPARENT = 0, PSAB_DRIVER_OPAQUE = 1 } psab_driver_type_t;

/** Sizes of an opaque driver's key contexts; the properties of key_context. */
typedef struct psab_key_context_sizes {
    size_t base_size;
    size_t key_pair_size;
    size_t public_key_size;
    size_t symmetric_factor;
    bool store_public_key;
    bool has_builtin_key_size;
    size_t builtin_key_size;
    size_t (*size_function)(uint16_t type, size_t bits); /**< null if there is none */
} psab_key_context_sizes_t;

/** One driver: the compiled form of one description. */
typedef struct psab_driver_description {
    const char *name;   /**< the prefix */
    const char *source; /**< where the description came from, for messages */
    psab_driver_type_t type;
    uint32_t location; /**< 0 for a transparent driver */
    const psab_capability_t *capabilities;
    size_t capability_count;
    psab_key_context_sizes_t key_context;
    size_t persistent_state_size;
    const char *dialect; /**< "psa" or "mbedtls" */
} psab_driver_description_t;

/** What a driver image offers. */
typedef struct psab_bundle {
    uint32_t abi_version; /**< PSAB_ABI_VERSION */
    uint32_t table_hash;  /**< PSAB_TABLE_HASH: the table the image was generated from */
    const psab_driver_description_t *const *drivers;
    size_t driver_count;
} psab_bundle_t;

/** What a report of an adapter or of the core is about. */
typedef enum psab_report_code {
    PSAB_REPORT_ATTRIBUTE_LOST = 1, /**< a foreign attributes object did not keep a value */
    PSAB_REPORT_OUTSIDE_CALL = 2,   /**< a core service was called outside an entry point */
    PSAB_REPORT_RECURSION = 3,      /**< calls back into the core went too deep */
    PSAB_REPORT_OUTPUT_LENGTH = 4,  /**< a driver reported more output than its buffer holds */
    PSAB_REPORT_BITS_CHANGED = 5,   /**< import_key succeeded with another size than asked for */
    PSAB_REPORT_CONTEXT = 6,        /**< a key context or an operation context does not fit */
    PSAB_REPORT_STATUS = 7,         /**< a status that the interface does not allow there */
    PSAB_REPORT_DETAIL = 8          /**< nothing: the driver explains the failure that it returns */
} psab_report_code_t;

/** The core's services for a driver image. Every one of them must be called on a thread that is
 * inside an entry point of that core; elsewhere they return BAD_STATE and are reported. */
typedef struct psab_services {
    uint32_t abi_version;
    void (*report)(psab_report_code_t code, const char *detail);
    void (*wipe)(void *data, size_t size);
    psab_status_t (*generate_random)(uint8_t *output, size_t size);
    /** Runs an entry point through the calling core's dispatch, as psa_driver_wrapper_*.
     * An operation context is a 32-bit handle in memory of the caller, 0 meaning idle. */
    psab_status_t (*call)(uint16_t entry_point, psab_value_t *values, size_t count);
    psab_status_t (*get_persistent_state)(uint8_t **state);
    psab_status_t (*commit_persistent_state)(size_t from, size_t length);
    /** psab_prepared_find() and its companions. */
    void *(*prepared_find)(const psab_prepared_kind_t *kind, const uint8_t *key, size_t key_size, uint32_t variant);
    void *(*prepared_publish)(const psab_prepared_kind_t *kind, const uint8_t *key, size_t key_size, uint32_t variant,
                              void *form);
    void *(*prepared_take)(const psab_prepared_kind_t *kind, const uint8_t *key, size_t key_size, uint32_t variant);
    void (*prepared_give)(const psab_prepared_kind_t *kind, const uint8_t *key, size_t key_size, uint32_t variant,
                          void *form);
} psab_services_t;

/** The one symbol that an image exports: hands over the services, returns the drivers. */
typedef const psab_bundle_t *(*psab_bundle_entry_t)(const psab_services_t *services);
#define PSAB_BUNDLE_ENTRY_NAME "psab_bundle_entry"

#ifdef __cplusplus
}
#endif

#endif
