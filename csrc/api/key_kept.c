/* Knowing a key again that an operation let go of: its identifier may name another one by then. */
#include <string.h>

#include "api/life.h"
#include "util/wipe.h"

psa_status_t psab_key_keep(psab_core_t *core, const psab_key_t *key, psab_kept_key_t *kept) {
    psab_key_forget(kept);
    kept->attributes = key->attributes;
    /* The identifier of a volatile key is never that of another one. */
    if (PSA_KEY_LIFETIME_IS_VOLATILE(key->attributes.lifetime)) {
        return PSA_SUCCESS;
    }
    kept->name = key->name;
    kept->epoch = psab_store_epoch(core->store);
    return psab_held_add(core, &kept->data, key->data, key->size);
}

/* A key that was loaded again is told by its data. In a cryptoprocessor these can be the number of a place where
 * another key is by now: there, no key must have been destroyed meanwhile. */
static bool is_same(psab_core_t *core, const psab_key_t *key, const psab_kept_key_t *kept) {
    if (memcmp(&key->attributes, &kept->attributes, sizeof kept->attributes) != 0) {
        return false;
    }
    if (PSA_KEY_LIFETIME_IS_VOLATILE(key->attributes.lifetime) || key->name == kept->name) {
        return true;
    }
    bool equal = key->size == kept->data.size && psab_equal_secret(key->data, kept->data.data, key->size);
    return equal && (!psab_key_is_opaque(key) || psab_store_epoch(core->store) == kept->epoch);
}

psa_status_t psab_key_again(psab_core_t *core, const psab_kept_key_t *kept, psab_key_t **key) {
    psa_status_t status = psab_key_acquire(core->store, kept->attributes.id, key);
    if (status == PSA_SUCCESS && is_same(core, *key, kept)) {
        return PSA_SUCCESS;
    }
    if (status == PSA_SUCCESS) {
        psab_key_release(*key);
    }
    *key = NULL;
    status = status == PSA_SUCCESS || status == PSA_ERROR_INVALID_HANDLE ? PSA_ERROR_BAD_STATE : status;
    return psab_refuse(core, status, "a key of the operation was destroyed, or cannot be read any more");
}

void psab_key_forget(psab_kept_key_t *kept) {
    psab_wipe_free(kept->data.data, kept->data.room);
    memset(kept, 0, sizeof *kept);
}
