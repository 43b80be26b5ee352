/* Knowing a key again that an operation let go of: its identifier may name another one by then. */
#include <string.h>

#include "api/life.h"
#include "util/wipe.h"

psa_status_t psab_key_keep(psab_core_t *core, const psab_key_t *key, psab_kept_key_t *kept) {
    psab_key_forget(kept);
    kept->attributes = key->attributes;
    /* The identifier of a volatile key is never that of another one. */
    return PSA_KEY_LIFETIME_IS_VOLATILE(key->attributes.lifetime)
               ? PSA_SUCCESS
               : psab_held_add(core, &kept->data, key->data, key->size);
}

static bool is_same(const psab_key_t *key, const psab_kept_key_t *kept) {
    if (memcmp(&key->attributes, &kept->attributes, sizeof kept->attributes) != 0) {
        return false;
    }
    return PSA_KEY_LIFETIME_IS_VOLATILE(key->attributes.lifetime) ||
           (key->size == kept->data.size && psab_equal_secret(key->data, kept->data.data, key->size));
}

psa_status_t psab_key_again(psab_core_t *core, const psab_kept_key_t *kept, psab_key_t **key) {
    psa_status_t status = psab_key_acquire(core->store, kept->attributes.id, key);
    if (status == PSA_SUCCESS && is_same(*key, kept)) {
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
