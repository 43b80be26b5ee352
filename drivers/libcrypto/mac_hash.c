/* MACs made of hashes: HMAC (RFC 2104), and BLAKE2 with a key (RFC 7693). */
#include "mac.h"

#include <psab/prepared.h>

/* Hashes the key block, each byte changed by `change`, as the first block of a hash. */
static psa_status_t start(libcrypto_hash_operation_t *operation, const lc_hash_t *hash, uint8_t *block,
                          uint8_t change) {
    psa_status_t status = libcrypto_hash_setup(operation, lc_hash_algorithm(hash));
    if (status != PSA_SUCCESS) {
        return status;
    }
    for (size_t i = 0; i < hash->block; i++) {
        block[i] ^= change;
    }
    status = libcrypto_hash_update(operation, block, hash->block);
    if (status != PSA_SUCCESS) {
        (void)libcrypto_hash_abort(operation);
    }
    return status;
}

static void drop_midstates(void *form) {
    libcrypto_hmac_t *hmac = form;
    (void)libcrypto_hash_abort(&hmac->inner);
    (void)libcrypto_hash_abort(&hmac->outer);
    OPENSSL_free(hmac);
}

/* The two hashes after the key, of which every MAC with it is a continuation. */
static const psab_prepared_kind_t midstates = {drop_midstates};

static psa_status_t copy_midstates(libcrypto_hmac_t *to, const libcrypto_hmac_t *from) {
    psa_status_t status = libcrypto_hash_clone(&from->inner, &to->inner);
    if (status == PSA_SUCCESS) {
        status = libcrypto_hash_clone(&from->outer, &to->outer);
        if (status != PSA_SUCCESS) {
            (void)libcrypto_hash_abort(&to->inner);
        }
    }
    return status;
}

/* Leaves them for later calls with the key; that this fails does not matter. */
static void keep_midstates(const lc_key_t *key, const lc_hash_t *hash, const libcrypto_hmac_t *hmac) {
    libcrypto_hmac_t *form = OPENSSL_zalloc(sizeof(*form));
    if (form == NULL || copy_midstates(form, hmac) != PSA_SUCCESS) {
        OPENSSL_free(form);
        return;
    }
    if (psab_prepared_publish(&midstates, key->data, key->size, lc_hash_algorithm(hash), form) == NULL) {
        drop_midstates(form);
    }
}

static psa_status_t hmac_setup(libcrypto_mac_operation_t *operation, const lc_key_t *key, psa_algorithm_t alg) {
    const lc_hash_t *hash = lc_hash_find(PSA_ALG_GET_HASH(alg));
    if (hash == NULL || !hash->hmac) {
        return PSA_ERROR_NOT_SUPPORTED;
    }
    if (key->type != PSA_KEY_TYPE_HMAC) {
        return PSA_ERROR_INVALID_ARGUMENT;
    }
    operation->full = hash->length;
    libcrypto_hmac_t *hmac = &operation->u.hmac;
    const libcrypto_hmac_t *kept = psab_prepared_find(&midstates, key->data, key->size, lc_hash_algorithm(hash));
    if (kept != NULL) {
        return copy_midstates(hmac, kept);
    }
    uint8_t block[LC_BLOCK_MAX];
    lc_bytes_t whole = {key->data, key->size};
    size_t used = key->size;
    psa_status_t status = PSA_SUCCESS;
    if (used > hash->block) {
        status = lc_hash_pieces(hash, &whole, 1, block);
        used = hash->length;
    } else if (used > 0) {
        memcpy(block, key->data, used);
    }
    memset(block + used, 0, hash->block - used);
    if (status == PSA_SUCCESS) {
        status = start(&hmac->inner, hash, block, 0x36);
    }
    if (status == PSA_SUCCESS) {
        status = start(&hmac->outer, hash, block, 0x36 ^ 0x5c);
        if (status != PSA_SUCCESS) {
            (void)libcrypto_hash_abort(&hmac->inner);
        }
    }
    if (status == PSA_SUCCESS) {
        keep_midstates(key, hash, hmac);
    }
    OPENSSL_cleanse(block, hash->block);
    return status;
}

/* Only for hashes whose state is open: it is copied, and wiped once. */
static psa_status_t hmac_kept(const lc_key_t *key, psa_algorithm_t alg, lc_bytes_t message, const lc_output_t *mac) {
    const lc_hash_t *hash = lc_hash_find(PSA_ALG_GET_HASH(alg));
    const lc_hash_open_t *open = hash != NULL ? hash->open : NULL;
    if (open == NULL || mac->size < hash->full || key->type != PSA_KEY_TYPE_HMAC) {
        return PSA_ERROR_DOES_NOT_EXIST;
    }
    const libcrypto_hmac_t *form = psab_prepared_find(&midstates, key->data, key->size, lc_hash_algorithm(hash));
    if (form == NULL) {
        return PSA_ERROR_DOES_NOT_EXIST;
    }
    uint8_t inner[LC_HASH_MAX];
    if (lc_hash_is_brief(hash, message.size)) {
        lc_hash_end(hash, form->inner.state, hash->block, message, inner);
        lc_hash_end(hash, form->outer.state, hash->block, (lc_bytes_t){inner, hash->length}, mac->data);
        lc_wipe(inner, sizeof(inner));
        *mac->length = hash->length;
        return PSA_SUCCESS;
    }
    uint64_t state[sizeof(form->inner.state) / sizeof(uint64_t)];
    memcpy(state, form->inner.state, open->state_size);
    int done = message.size == 0 || open->update(state, message.data, message.size) == 1;
    done &= open->finish(inner, state) == 1;
    memcpy(state, form->outer.state, open->state_size);
    done &= open->update(state, inner, hash->length) == 1 && open->finish(mac->data, state) == 1;
    OPENSSL_cleanse(state, open->state_size);
    OPENSSL_cleanse(inner, hash->full);
    *mac->length = hash->length;
    return done ? PSA_SUCCESS : PSA_ERROR_GENERIC_ERROR;
}

static psa_status_t hmac_update(libcrypto_mac_operation_t *operation, const uint8_t *in, size_t size) {
    return libcrypto_hash_update(&operation->u.hmac.inner, in, size);
}

static psa_status_t hmac_finish(libcrypto_mac_operation_t *operation, uint8_t *mac) {
    libcrypto_hmac_t *hmac = &operation->u.hmac;
    uint8_t inner[LC_HASH_MAX];
    size_t length = 0;
    psa_status_t status = libcrypto_hash_finish(&hmac->inner, inner, sizeof(inner), &length);
    if (status == PSA_SUCCESS) {
        status = libcrypto_hash_update(&hmac->outer, inner, length);
    }
    if (status == PSA_SUCCESS) {
        status = libcrypto_hash_finish(&hmac->outer, mac, LC_MAC_MAX, &length);
    }
    OPENSSL_cleanse(inner, sizeof(inner));
    return status;
}

static void hmac_drop(libcrypto_mac_operation_t *operation) {
    (void)libcrypto_hash_abort(&operation->u.hmac.inner);
    (void)libcrypto_hash_abort(&operation->u.hmac.outer);
}

const lc_mac_kind_t lc_mac_hmac = {
    PSA_ALG_HMAC(0), 0xffffff00, hmac_setup, hmac_update, hmac_finish, hmac_drop, hmac_kept,
};

/* libcrypto's BLAKE2 MACs; the longest key is as long as the MAC. */
static const struct {
    psa_algorithm_t hash;
    const char *name;
    uint8_t length;
} blake2[] = {{PSA_ALG_BLAKE2S_HASH256, "BLAKE2SMAC", 32}, {PSA_ALG_BLAKE2B_HASH512, "BLAKE2BMAC", 64}};

static EVP_MAC *fetched[2];

static EVP_MAC *fetch(size_t index) {
    EVP_MAC *mac = __atomic_load_n(&fetched[index], __ATOMIC_ACQUIRE);
    if (mac != NULL) {
        return mac;
    }
    OSSL_LIB_CTX *library = lc_context();
    EVP_MAC *mine = library == NULL ? NULL : EVP_MAC_fetch(library, blake2[index].name, NULL);
    if (mine == NULL) {
        return NULL;
    }
    if (__atomic_compare_exchange_n(&fetched[index], &mac, mine, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
        return mine;
    }
    EVP_MAC_free(mine); /* another thread was first */
    return mac;
}

static psa_status_t blake2_setup(libcrypto_mac_operation_t *operation, const lc_key_t *key, psa_algorithm_t alg) {
    size_t index = 0;
    while (index < 2 && blake2[index].hash != PSA_ALG_GET_HASH(alg)) {
        index++;
    }
    if (index == 2) {
        return PSA_ERROR_NOT_SUPPORTED;
    }
    if (key->type != PSA_KEY_TYPE_BLAKE2 || key->size == 0 || key->size > blake2[index].length) {
        return PSA_ERROR_INVALID_ARGUMENT;
    }
    ERR_set_mark();
    EVP_MAC *mac = fetch(index);
    ERR_pop_to_mark();
    if (mac == NULL) {
        return PSA_ERROR_NOT_SUPPORTED;
    }
    EVP_MAC_CTX *context = EVP_MAC_CTX_new(mac);
    if (context == NULL || EVP_MAC_init(context, key->data, key->size, NULL) != 1) {
        EVP_MAC_CTX_free(context);
        return PSA_ERROR_INSUFFICIENT_MEMORY;
    }
    operation->u.object = context;
    operation->full = blake2[index].length;
    return PSA_SUCCESS;
}

static psa_status_t blake2_update(libcrypto_mac_operation_t *operation, const uint8_t *in, size_t size) {
    return EVP_MAC_update(operation->u.object, in, size) == 1 ? PSA_SUCCESS : PSA_ERROR_GENERIC_ERROR;
}

static psa_status_t blake2_finish(libcrypto_mac_operation_t *operation, uint8_t *mac) {
    size_t length = 0;
    return EVP_MAC_final(operation->u.object, mac, &length, LC_MAC_MAX) == 1 ? PSA_SUCCESS : PSA_ERROR_GENERIC_ERROR;
}

static void blake2_drop(libcrypto_mac_operation_t *operation) {
    EVP_MAC_CTX_free(operation->u.object);
    operation->u.object = NULL;
}

const lc_mac_kind_t lc_mac_blake2 = {
    PSA_ALG_BLAKE2_MAC(0), 0xffffff00, blake2_setup, blake2_update, blake2_finish, blake2_drop, NULL,
};
