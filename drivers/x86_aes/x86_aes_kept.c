/* Prepared key material, where the headers and the core have it. */
#include "x86_aes_kept.h"

#if defined(__has_include) && __has_include(<psab/prepared.h>)

#include "x86_aes_gcm.h"
#include "x86_aes_key.h"

#include <psab/prepared.h>
#include <stdlib.h>

/* Where nothing was kept, in another process or for a key that may not be copied, so many calls do not try again. */
#define PAUSE 64u

static void drop(void *form) {
    x86_aes_wipe(form, sizeof(x86_aes_gcm_key_t));
    free(form);
}

static const psab_prepared_kind_t kind = {drop};

static const x86_aes_gcm_key_t *make(const uint8_t *key, size_t size) {
    x86_aes_gcm_key_t *made = malloc(sizeof(*made));
    if (made == NULL) {
        return NULL;
    }
    x86_aes_gcm_take(made, key, size);
    x86_aes_gcm_expect(made, UINT64_MAX);
    const x86_aes_gcm_key_t *kept = psab_prepared_publish(&kind, key, size, 0, made);
    if (kept == NULL) {
        drop(made);
    }
    return kept;
}

const x86_aes_gcm_key_t *x86_aes_kept_gcm(const uint8_t *key, size_t size) {
    static uint32_t pause;
    const x86_aes_gcm_key_t *kept = psab_prepared_find(&kind, key, size, 0);
    if (kept != NULL) {
        return kept;
    }
    uint32_t left = __atomic_load_n(&pause, __ATOMIC_RELAXED);
    if (left != 0) {
        __atomic_store_n(&pause, left - 1, __ATOMIC_RELAXED);
        return NULL;
    }
    kept = make(key, size);
    if (kept == NULL) {
        __atomic_store_n(&pause, PAUSE, __ATOMIC_RELAXED);
    }
    return kept;
}

#else

const x86_aes_gcm_key_t *x86_aes_kept_gcm(const uint8_t *key, size_t size) {
    (void)key;
    (void)size;
    return NULL;
}

#endif
