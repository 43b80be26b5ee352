/* The library context of this driver, and small helpers that every file uses. */
#include "internal.h"

#include <openssl/provider.h>

static CRYPTO_ONCE once = CRYPTO_ONCE_STATIC_INIT;
static OSSL_LIB_CTX *context;

static void create(void) {
    OSSL_LIB_CTX *made = OSSL_LIB_CTX_new();
    if (made == NULL) {
        return;
    }
    if (OSSL_PROVIDER_load(made, "default") == NULL) {
        OSSL_LIB_CTX_free(made);
        return;
    }
    /* The legacy provider is a separate module, which an installation may lack: what needs it
     * is then NOT_SUPPORTED. */
    ERR_set_mark();
    (void)OSSL_PROVIDER_try_load(made, "legacy", 1);
    ERR_pop_to_mark();
    context = made;
}

OSSL_LIB_CTX *lc_context(void) {
    return CRYPTO_THREAD_run_once(&once, create) == 1 ? context : NULL;
}

psa_status_t lc_failed(psa_status_t otherwise) {
    return ERR_GET_REASON(ERR_peek_last_error()) == ERR_R_MALLOC_FAILURE ? PSA_ERROR_INSUFFICIENT_MEMORY : otherwise;
}

psa_status_t lc_unmarked(psa_status_t status) {
    if (status == PSA_ERROR_INSUFFICIENT_MEMORY || status == PSA_ERROR_GENERIC_ERROR) {
        ERR_clear_error();
    }
    return status;
}

psa_status_t lc_write(lc_output_t out, const uint8_t *data, size_t size) {
    if (size > out.size) {
        return PSA_ERROR_BUFFER_TOO_SMALL;
    }
    if (size > 0) {
        memcpy(out.data, data, size);
    }
    *out.length = size;
    return PSA_SUCCESS;
}

unsigned lc_less_than(const uint8_t *a, const uint8_t *b, size_t size) {
    uint32_t borrow = 0;
    for (size_t i = size; i-- > 0;) {
        borrow = ((uint32_t)a[i] - b[i] - borrow) >> 31;
    }
    return borrow;
}

unsigned lc_is_zero(const uint8_t *a, size_t size) {
    uint32_t any = 0;
    for (size_t i = 0; i < size; i++) {
        any |= a[i];
    }
    return (any - 1) >> 31;
}

lc_key_t lc_key(const psa_key_attributes_t *attributes, const uint8_t *data, size_t size) {
    lc_key_t key = {psa_get_key_type(attributes), psa_get_key_bits(attributes), data, size};
    return key;
}
