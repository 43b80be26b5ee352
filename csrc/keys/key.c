#include "keys/key.h"

#include <stdlib.h>
#include <string.h>

#include "util/wipe.h"

psa_status_t psab_key_reserve(psab_key_t *key, size_t size) {
    psab_key_clear_data(key);
    if (size == 0) {
        return PSA_SUCCESS;
    }
    if (size > UINT32_MAX) {
        return PSA_ERROR_INSUFFICIENT_MEMORY;
    }
    key->data = size <= sizeof key->small ? key->small : calloc(1, size);
    if (key->data == NULL) {
        return PSA_ERROR_INSUFFICIENT_MEMORY;
    }
    key->size = (uint32_t)size;
    return PSA_SUCCESS;
}

void psab_key_shrink(psab_key_t *key, size_t size) {
    if (size >= key->size) {
        return;
    }
    psab_wipe(key->data + size, key->size - size);
    if (key->data != key->small) {
        uint8_t *fit = size <= sizeof key->small ? key->small : malloc(size);
        if (fit != NULL) {
            memcpy(fit, key->data, size);
            psab_wipe_free(key->data, key->size);
            key->data = fit;
        }
    }
    key->size = (uint32_t)size;
    if (size == 0) {
        psab_key_clear_data(key);
    }
}

void psab_key_clear_data(psab_key_t *key) {
    psab_wipe(key->data, key->size);
    if (key->data != key->small) {
        free(key->data);
    }
    key->data = NULL;
    key->size = 0;
}
