/* The table of block ciphers, and contexts for them. */
#include "block.h"

#include <psab/prepared.h>
#include <stdio.h>

#define NO_GCM (1u << LC_GCM)
#define NO_CTR (1u << LC_CTR)

/* DES with one and two keys is triple DES with some keys equal: it needs no legacy provider. */
static const lc_block_t blocks[] = {
    {PSA_KEY_TYPE_AES, 128, 16, 16, 0, "AES-128"},
    {PSA_KEY_TYPE_AES, 192, 16, 24, 0, "AES-192"},
    {PSA_KEY_TYPE_AES, 256, 16, 32, 0, "AES-256"},
    {PSA_KEY_TYPE_ARIA, 128, 16, 16, 0, "ARIA-128"},
    {PSA_KEY_TYPE_ARIA, 192, 16, 24, 0, "ARIA-192"},
    {PSA_KEY_TYPE_ARIA, 256, 16, 32, 0, "ARIA-256"},
    {PSA_KEY_TYPE_CAMELLIA, 128, 16, 16, NO_GCM, "CAMELLIA-128"},
    {PSA_KEY_TYPE_CAMELLIA, 192, 16, 24, NO_GCM, "CAMELLIA-192"},
    {PSA_KEY_TYPE_CAMELLIA, 256, 16, 32, NO_GCM, "CAMELLIA-256"},
    {PSA_KEY_TYPE_SM4, 128, 16, 16, NO_GCM, "SM4"},
    {PSA_KEY_TYPE_DES, 64, 8, 24, NO_GCM | NO_CTR, "DES-EDE3"},
    {PSA_KEY_TYPE_DES, 128, 8, 24, NO_GCM | NO_CTR, "DES-EDE3"},
    {PSA_KEY_TYPE_DES, 192, 8, 24, NO_GCM | NO_CTR, "DES-EDE3"},
};

#define BLOCKS (sizeof(blocks) / sizeof(blocks[0]))

static const char *const modes[LC_MODES] = {"ECB", "CBC", "CTR", "CFB", "OFB", "GCM"};
static EVP_CIPHER *fetched[BLOCKS][LC_MODES];

const lc_block_t *lc_block_find(psa_key_type_t type, size_t bits) {
    for (size_t i = 0; i < BLOCKS; i++) {
        if (blocks[i].type == type && blocks[i].bits == bits) {
            return &blocks[i];
        }
    }
    return NULL;
}

psa_status_t lc_block_of_key(const lc_key_t *key, const lc_block_t **block) {
    *block = lc_block_find(key->type, 8 * key->size);
    if (*block != NULL) {
        return PSA_SUCCESS;
    }
    return PSA_BLOCK_CIPHER_BLOCK_LENGTH(key->type) > 1 ? PSA_ERROR_INVALID_ARGUMENT : PSA_ERROR_NOT_SUPPORTED;
}

bool lc_block_has(const lc_block_t *block, lc_mode_t mode) {
    return (block->lacks & 1u << mode) == 0;
}

/* libcrypto's object, fetched once; null if it has none. */
static const EVP_CIPHER *fetch(EVP_CIPHER **cell, const char *name) {
    EVP_CIPHER *cipher = __atomic_load_n(cell, __ATOMIC_ACQUIRE);
    if (cipher != NULL) {
        return cipher;
    }
    OSSL_LIB_CTX *library = lc_context();
    EVP_CIPHER *mine = library == NULL ? NULL : EVP_CIPHER_fetch(library, name, NULL);
    if (mine == NULL) {
        return NULL;
    }
    if (__atomic_compare_exchange_n(cell, &cipher, mine, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
        return mine;
    }
    EVP_CIPHER_free(mine); /* another thread was first */
    return cipher;
}

static psa_status_t make(EVP_CIPHER **cell, const char *name, bool encrypt, const uint8_t *key, const uint8_t *iv,
                         EVP_CIPHER_CTX **context) {
    const EVP_CIPHER *cipher = fetch(cell, name);
    if (cipher == NULL) {
        return lc_failed(PSA_ERROR_NOT_SUPPORTED);
    }
    EVP_CIPHER_CTX *made = EVP_CIPHER_CTX_new();
    if (made == NULL) {
        return PSA_ERROR_INSUFFICIENT_MEMORY;
    }
    if (EVP_CIPHER_get_block_size(cipher) > 1) {
        EVP_CIPHER_CTX_set_flags(made, EVP_CIPH_NO_PADDING); /* costs a call of the provider at each start */
    }
    if (EVP_CipherInit_ex2(made, cipher, key, iv, encrypt ? 1 : 0, NULL) != 1) {
        EVP_CIPHER_CTX_free(made);
        return PSA_ERROR_INSUFFICIENT_MEMORY;
    }
    *context = made;
    return PSA_SUCCESS;
}

psa_status_t lc_cipher_open(EVP_CIPHER **cell, const char *name, bool encrypt, const uint8_t *key, const uint8_t *iv,
                            EVP_CIPHER_CTX **context) {
    ERR_set_mark();
    psa_status_t status = make(cell, name, encrypt, key, iv, context);
    ERR_pop_to_mark();
    return status;
}
/* What a context that may be kept with its key was made of. */
typedef struct {
    const uint8_t *key;
    size_t size;
    uint32_t variant;
} origin_t;

static void drop(void *context) {
    OPENSSL_free(EVP_CIPHER_CTX_get_app_data(context));
    EVP_CIPHER_CTX_free(context);
}

static const psab_prepared_kind_t contexts = {drop};

/* Note what a new context was made of. Without memory for that, it is not kept. */
static void remember(EVP_CIPHER_CTX *context, const origin_t *origin) {
    origin_t *copy = OPENSSL_malloc(sizeof(*copy));
    if (copy != NULL) {
        *copy = *origin;
        EVP_CIPHER_CTX_set_app_data(context, copy);
    }
}

void lc_cipher_spoil(EVP_CIPHER_CTX *context) {
    OPENSSL_free(EVP_CIPHER_CTX_get_app_data(context));
    EVP_CIPHER_CTX_set_app_data(context, NULL);
}

/* A kept context, ready for use; null if there is none. */
static EVP_CIPHER_CTX *take(const origin_t *origin, const uint8_t *iv) {
    EVP_CIPHER_CTX *context = psab_prepared_take(&contexts, origin->key, origin->size, origin->variant);
    if (context != NULL && iv != NULL && lc_cipher_iv(context, iv) != PSA_SUCCESS) {
        drop(context);
        return NULL;
    }
    return context;
}

psa_status_t lc_cipher_keyed(EVP_CIPHER **cell, const char *name, bool encrypt, lc_bytes_t key, uint32_t variant,
                             EVP_CIPHER_CTX **context) {
    origin_t origin = {key.data, key.size, variant};
    *context = take(&origin, NULL);
    if (*context != NULL) {
        return PSA_SUCCESS;
    }
    psa_status_t status = lc_cipher_open(cell, name, encrypt, key.data, NULL, context);
    if (status == PSA_SUCCESS) {
        remember(*context, &origin);
    }
    return status;
}

/* K1 K1 K1 or K1 K2 K1 from fewer than three keys. */
static void expand_des(const lc_block_t *block, const uint8_t *key, uint8_t *triple) {
    size_t size = block->bits / 8u;
    for (size_t i = 0; i < 24; i += 8) {
        memcpy(triple + i, key + i % size, 8);
    }
}

psa_status_t lc_block_open(const lc_block_t *block, lc_mode_t mode, bool encrypt, const uint8_t *key, const uint8_t *iv,
                           EVP_CIPHER_CTX **context) {
    char name[24];
    EVP_CIPHER **cell = &fetched[block - blocks][mode];
    origin_t origin = {key, block->bits / 8u, (uint32_t)(cell - fetched[0]) << 1 | encrypt};
    *context = take(&origin, iv);
    if (*context != NULL) {
        return PSA_SUCCESS;
    }
    if (__atomic_load_n(cell, __ATOMIC_RELAXED) == NULL) {
        (void)snprintf(name, sizeof(name), "%s-%s", block->name, modes[mode]);
    }
    uint8_t triple[24];
    bool whole = block->key_size == block->bits / 8u;
    if (!whole) {
        expand_des(block, key, triple);
    }
    psa_status_t status = lc_cipher_open(cell, name, encrypt, whole ? key : triple, iv, context);
    if (status == PSA_SUCCESS) {
        remember(*context, &origin);
    }
    OPENSSL_cleanse(triple, sizeof(triple));
    return status;
}

psa_status_t lc_cipher_iv(EVP_CIPHER_CTX *context, const uint8_t *iv) {
    return EVP_CipherInit_ex2(context, NULL, NULL, iv, -1, NULL) == 1 ? PSA_SUCCESS
                                                                      : lc_failed(PSA_ERROR_GENERIC_ERROR);
}

/* Bytes per call: libcrypto counts in int. A multiple of every block. */
#define RUN_MAX ((size_t)1 << 30)

psa_status_t lc_cipher_run(EVP_CIPHER_CTX *context, const uint8_t *in, size_t size, uint8_t *out) {
    while (size > 0) {
        int part = (int)(size < RUN_MAX ? size : RUN_MAX);
        int done = 0;
        if (EVP_CipherUpdate(context, out, &done, in, part) != 1 || done != part) {
            lc_cipher_spoil(context);
            return lc_failed(PSA_ERROR_GENERIC_ERROR);
        }
        in += part;
        out = out == NULL ? NULL : out + part;
        size -= (size_t)part;
    }
    return PSA_SUCCESS;
}

void lc_cipher_close(EVP_CIPHER_CTX *context) {
    const origin_t *origin = context != NULL ? EVP_CIPHER_CTX_get_app_data(context) : NULL;
    if (origin != NULL) {
        psab_prepared_give(&contexts, origin->key, origin->size, origin->variant, context);
    } else {
        EVP_CIPHER_CTX_free(context);
    }
}

void lc_block_single(const unsigned char in[16], unsigned char out[16], const void *context) {
    /* The type of the callback wants a key that is not changed; a context in ECB mode is not. */
    EVP_CIPHER_CTX *cipher = (EVP_CIPHER_CTX *)(uintptr_t)context;
    int done = 0;
    (void)EVP_CipherUpdate(cipher, out, &done, in, EVP_CIPHER_CTX_get_block_size(cipher));
}

void lc_xor(uint8_t *a, const uint8_t *b, size_t size) {
    for (; size >= 8; size -= 8, a += 8, b += 8) {
        uint64_t x;
        uint64_t y;
        memcpy(&x, a, 8);
        memcpy(&y, b, 8);
        x ^= y;
        memcpy(a, &x, 8);
    }
    for (size_t i = 0; i < size; i++) {
        a[i] ^= b[i];
    }
}
