/** @file
 * Drivers of a core: registering them, loading them, and seeing what they did.
 *
 * Included by psab/core.h.  Everything here is about one instance, `psab_core_t`.
 */
#ifndef PSAB_DRIVERS_H
#define PSAB_DRIVERS_H

#include "abi.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct psab_core psab_core_t;

/** Why a driver serves a call or does not.  The larger of two refusals is the one that came closer. */
typedef enum psab_reason {
    PSAB_REASON_SERVES = 0,         /**< asked first */
    PSAB_REASON_NEXT = 1,           /**< asked when those before it return NOT_SUPPORTED */
    PSAB_REASON_UNREACHED = 2,      /**< would serve, but a driver before it does not pass calls on */
    PSAB_REASON_DRIVER_TYPE = 3,    /**< opaque drivers do not serve such calls */
    PSAB_REASON_LOCATION = 4,       /**< the key is at another location */
    PSAB_REASON_NOT_APPLICABLE = 5, /**< what it has could only serve another algorithm or key */
    PSAB_REASON_ENTRY_POINT = 6,    /**< an entry point is missing */
    PSAB_REASON_ALGORITHM = 7,      /**< no capability for the algorithm */
    PSAB_REASON_KEY_TYPE = 8,       /**< no capability for the key type */
    PSAB_REASON_KEY_SIZE = 9,       /**< no capability for the key size */
    PSAB_REASON_CONTRADICTION = 10, /**< two capabilities match and name different functions */
    PSAB_REASON_MEMORY = 11,        /**< out of memory while deciding */
    PSAB_REASON_CORE = 12,          /**< the core does this itself */
    PSAB_REASON_RANDOM = 13         /**< the core needs random numbers for this, and no driver gives any */
} psab_reason_t;

/** What happened to the calls that reached a driver. */
typedef struct psab_counts {
    uint64_t served;    /**< its answer was final, success or not */
    uint64_t errors;    /**< of those: not success */
    uint64_t fell_back; /**< NOT_SUPPORTED, and the next driver was asked */
    uint64_t refused;   /**< NOT_SUPPORTED, and nobody was left to ask */
} psab_counts_t;

/** A driver of a core. The strings live as long as the core. */
typedef struct psab_driver_info {
    const char *name;
    const char *source;
    const char *dialect;
    uint32_t type;     /**< psab_driver_type_t */
    uint32_t location; /**< 0 for a transparent driver */
    bool linked_in;
    psab_counts_t counts;
} psab_driver_info_t;

/** Register a driver that lives in this process.
 *
 * It is asked after those registered before it and before the linked-in ones.  If the core is
 * initialised, the driver's initialisation runs at once.
 *
 * @param core         the instance
 * @param description  what it offers; it and all it points to must live as long as the core
 * @param driver       passed to every entry point
 *
 * @return INVALID_ARGUMENT for a description that is not valid, ALREADY_EXISTS where its location
 *         is taken or one of its name and type has been registered or loaded already,
 *         INSUFFICIENT_MEMORY, or what its initialisation returned; the reason as text is in the
 *         failure record of this thread.  NOT_SUPPORTED in a build without loader.
 */
psab_status_t psab_core_register(psab_core_t *core, const psab_driver_description_t *description, void *driver);

/** psab_core_register() of software that stands in where every other driver has nothing: it is asked last, and
 * counts as linked in. */
psab_status_t psab_core_register_last(psab_core_t *core, const psab_driver_description_t *description, void *driver);

/** Load a driver image and register its drivers, all or none.
 *
 * @param core        the instance
 * @param path        of the image, a shared object with the symbol PSAB_BUNDLE_ENTRY_NAME
 * @param error       receives the reason of a failure as text, always terminated; may be null
 * @param error_size  in bytes
 *
 * @return as psab_core_register(); DOES_NOT_EXIST where the image cannot be opened,
 *         DATA_INVALID where it was built for another core.
 */
psab_status_t psab_core_load(psab_core_t *core, const char *path, char *error, size_t error_size);

/** Call one entry point of whoever serves it, as a driver does through the service `call`.
 *
 * For entry points that no function of the API reaches.  An operation context is a handle of 32 bits, 0 when idle.
 *
 * @return what the driver returned; BAD_STATE, INVALID_ARGUMENT where the values do not fit the entry point,
 *         NOT_SUPPORTED where nobody serves it
 */
psab_status_t psab_core_call(psab_core_t *core, uint16_t entry_point, psab_value_t *values, size_t count);

/** How many drivers there are, linked-in ones included. */
size_t psab_core_driver_count(psab_core_t *core);

/** What the driver at a position of the list is, and its counts. False if there is none. */
bool psab_core_driver_info(psab_core_t *core, size_t position, psab_driver_info_t *info);

/** Calls that the core answered with an error without asking any driver. */
uint64_t psab_core_refused(psab_core_t *core);

/** Set all counts to zero. */
void psab_core_reset_counts(psab_core_t *core);

/** One call of an entry point. No argument's content is here, only sizes. */
typedef struct psab_trace_event {
    uint64_t sequence; /**< from 0, without gaps unless events were lost */
    uint64_t start_ns; /**< monotonic clock */
    uint64_t duration_ns;
    const char *driver;              /**< lives as long as the core */
    uint64_t thread;                 /**< a number per thread */
    uint32_t alg;                    /**< 0 where the call has none */
    uint32_t bits;                   /**< of the key; 0 without key */
    uint32_t location;               /**< of the key */
    uint16_t key_type;               /**< 0 without key */
    uint16_t entry_point;            /**< psab_entry_point_t */
    psab_status_t status;            /**< what the driver returned */
    uint16_t depth;                  /**< 1, or more for calls made through the core by a driver */
    uint16_t value_count;            /**< arguments, as in psab_rows */
    uint64_t input_bytes;            /**< total of the inputs, keys not counted */
    uint64_t output_bytes;           /**< total of what was written */
    uint64_t sizes[PSAB_MAX_VALUES]; /**< per argument: bytes in or out; 0 for others */
} psab_trace_event_t;

/** Record every driver call from now on, the latest `capacity` of them; clears what was recorded.
 *
 * Operations that are under way stay unrecorded until they are set up again.
 *
 * @return INSUFFICIENT_MEMORY, or INVALID_ARGUMENT for a capacity of 0 or more than 2^24
 */
psab_status_t psab_core_trace_start(psab_core_t *core, size_t capacity);

/** Stop recording; what was recorded can still be read. */
void psab_core_trace_stop(psab_core_t *core);

/** Take the oldest events out of the record.
 *
 * @param core    the instance
 * @param events  where to
 * @param count   how many at most
 * @param lost    receives the number of events that were overwritten since the last call; may be null
 *
 * @return how many were taken
 */
size_t psab_core_trace_read(psab_core_t *core, psab_trace_event_t *events, size_t count, uint64_t *lost);

/** What one driver would do with a call. */
typedef struct psab_explanation {
    const char *driver;
    const char *source;
    bool linked_in;
    uint32_t reason;              /**< psab_reason_t */
    int32_t alternative;          /**< index in the plan; -1 if it does not serve */
    const char *alternative_name; /**< null if it does not serve */
    int32_t capability;           /**< index of the capability that matches or came closest; -1: none */
    int32_t entry_point;          /**< that is missing or does not match; -1: none */
    char text[256];               /**< one sentence */
} psab_explanation_t;

/** Say which drivers would be asked for a call, and why not the others, without calling any.
 *
 * @param core        the instance
 * @param name        of a plan or of an entry point, such as those of psab_plans and psab_rows
 * @param alg         the algorithm; 0 where there is none
 * @param attributes  of the key; null where there is none
 * @param entries     receives one entry per driver: those that serve in the order in which they are asked, the
 *                    others where they are in the list
 * @param count       size of entries
 *
 * @return the number of drivers, which may exceed `count`; 0 for an unknown name
 */
size_t psab_core_explain(psab_core_t *core, const char *name, uint32_t alg, const psab_attributes_t *attributes,
                         psab_explanation_t *entries, size_t count);

/** A reason as a short phrase. */
const char *psab_reason_text(uint32_t reason);

#ifdef __cplusplus
}
#endif

#endif
