/* Key objects of libcrypto, kept with the keys they were made of. */
#include "internal.h"

#include <psab/prepared.h>

static void drop(void *object) {
    EVP_PKEY_free(object);
}

static const psab_prepared_kind_t objects = {drop};

bool lc_object_find(const lc_key_t *key, EVP_PKEY **object) {
    EVP_PKEY *kept = psab_prepared_find(&objects, key->data, key->size, 0);
    if (kept == NULL || EVP_PKEY_up_ref(kept) != 1) {
        return false;
    }
    *object = kept;
    return true;
}

void lc_object_keep(const lc_key_t *key, EVP_PKEY *object) {
    /* One reference for the caller, one for the core. */
    if (EVP_PKEY_up_ref(object) == 1 && psab_prepared_publish(&objects, key->data, key->size, 0, object) == NULL) {
        EVP_PKEY_free(object);
    }
}
