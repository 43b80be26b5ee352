/* Entropy and random numbers, from the generators of the driver's library context. */
#include "internal.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <pthread.h>

/* Bytes per request that every generator of libcrypto serves. */
#define REQUEST_MAX 65536u

/* A request costs libcrypto about as much as 256 bytes do: it looks at the process, the time and its parent generators
 * each time. Requests up to this size are served from bytes made ahead. */
#define SMALL 64u

static uint32_t fork_count;

static void count_fork(void) {
    (void)__atomic_add_fetch(&fork_count, 1, __ATOMIC_RELAXED);
}

/* Without it nothing is made ahead. */
static bool watching;

static void watch_forks(void) {
    watching = pthread_atfork(NULL, NULL, count_fork) == 0;
}

static bool watches_forks(void) {
    static CRYPTO_ONCE once = CRYPTO_ONCE_STATIC_INIT;
    return CRYPTO_THREAD_run_once(&once, watch_forks) == 1 && watching;
}

#define KNOWN_FLAGS (PSA_DRIVER_GET_ENTROPY_NONBLOCK | PSA_DRIVER_GET_ENTROPY_KEEPALIVE)

/* libcrypto's view of the operating system's entropy; it does not wait once the system has started. */
static psa_status_t from_system(OSSL_LIB_CTX *library, uint8_t *output, size_t size) {
    EVP_RAND *source = EVP_RAND_fetch(library, "SEED-SRC", NULL);
    EVP_RAND_CTX *context = source == NULL ? NULL : EVP_RAND_CTX_new(source, NULL);
    EVP_RAND_free(source);
    psa_status_t status = PSA_SUCCESS;
    if (context == NULL) {
        return lc_failed(PSA_ERROR_NOT_SUPPORTED);
    }
    if (EVP_RAND_instantiate(context, 0, 0, NULL, 0, NULL) != 1) {
        status = lc_failed(PSA_ERROR_INSUFFICIENT_ENTROPY);
    }
    for (size_t done = 0; status == PSA_SUCCESS && done < size;) {
        size_t part = size - done < 256 ? size - done : 256;
        if (EVP_RAND_generate(context, output + done, part, 0, 0, NULL, 0) != 1) {
            status = lc_failed(PSA_ERROR_INSUFFICIENT_ENTROPY);
        }
        done += part;
    }
    EVP_RAND_CTX_free(context);
    return status;
}

psa_status_t libcrypto_get_entropy(psa_driver_get_entropy_flags_t flags, size_t *estimate_bits, uint8_t *output,
                                   size_t output_size) {
    if ((flags & ~(psa_driver_get_entropy_flags_t)KNOWN_FLAGS) != 0) {
        return PSA_ERROR_NOT_SUPPORTED;
    }
    OSSL_LIB_CTX *library = lc_context();
    if (library == NULL) {
        return PSA_ERROR_INSUFFICIENT_MEMORY;
    }
    ERR_set_mark();
    psa_status_t status = from_system(library, output, output_size);
    ERR_pop_to_mark();
    if (status == PSA_SUCCESS) {
        *estimate_bits = 8 * output_size;
    }
    return status;
}

psa_status_t libcrypto_init_random(libcrypto_random_context_t *context) {
    if (lc_context() == NULL) {
        return PSA_ERROR_INSUFFICIENT_MEMORY;
    }
    memset(context, 0, sizeof(*context));
    context->ready = 1;
    return PSA_SUCCESS;
}

static void forget(libcrypto_random_context_t *context) {
    OPENSSL_cleanse(context->ahead, sizeof(context->ahead));
    context->left = 0;
}

psa_status_t libcrypto_add_entropy(libcrypto_random_context_t *context, const uint8_t *entropy, size_t entropy_size) {
    if (context->ready != 1) {
        return PSA_ERROR_BAD_STATE;
    }
    forget(context);
    ERR_set_mark();
    /* Reseeds the root generator with its own source and these bytes; those of the threads, which
     * hang under it, see that and reseed from it before they answer again. */
    EVP_RAND_CTX *root = RAND_get0_primary(lc_context());
    psa_status_t status = root != NULL && EVP_RAND_reseed(root, 0, NULL, 0, entropy, entropy_size) == 1
                              ? PSA_SUCCESS
                              : lc_failed(PSA_ERROR_INSUFFICIENT_ENTROPY);
    ERR_pop_to_mark();
    return status;
}

static psa_status_t generate(uint8_t *output, size_t size) {
    ERR_set_mark();
    psa_status_t status = RAND_priv_bytes_ex(lc_context(), output, size, 0) == 1
                              ? PSA_SUCCESS
                              : lc_failed(PSA_ERROR_INSUFFICIENT_ENTROPY);
    ERR_pop_to_mark();
    return status;
}

/* Sees that so many bytes are there. */
static psa_status_t make_ahead(libcrypto_random_context_t *context, size_t size) {
    uint32_t forks = __atomic_load_n(&fork_count, __ATOMIC_RELAXED);
    if (context->left >= size && context->forks == forks) {
        return PSA_SUCCESS;
    }
    forget(context);
    psa_status_t status = generate(context->ahead, sizeof(context->ahead));
    if (status == PSA_SUCCESS) {
        context->forks = forks;
        context->left = sizeof(context->ahead);
    }
    return status;
}

psa_status_t libcrypto_get_random(libcrypto_random_context_t *context, uint8_t *output, size_t output_size,
                                  size_t *output_length) {
    if (context->ready != 1) {
        return PSA_ERROR_BAD_STATE;
    }
    size_t size = output_size < REQUEST_MAX ? output_size : REQUEST_MAX;
    if (size > SMALL || !watches_forks()) {
        psa_status_t status = generate(output, size);
        *output_length = status == PSA_SUCCESS ? size : *output_length;
        return status;
    }
    psa_status_t status = make_ahead(context, size);
    if (status == PSA_SUCCESS && size > 0) {
        uint8_t *next = context->ahead + sizeof(context->ahead) - context->left;
        memcpy(output, next, size);
        OPENSSL_cleanse(next, size);
        context->left -= (uint32_t)size;
    }
    *output_length = status == PSA_SUCCESS ? size : *output_length;
    return status;
}
