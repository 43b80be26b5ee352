/* Wrapping and unwrapping; see se_wrap.h for the form. */
#include "se_wrap.h"

#include "p256.h"
#include "se_hmac.h"

#include <string.h>

#define HEADER_SIZE 12
#define NONCE_SIZE 16
#define TAG_SIZE 16
#define DEVICE_KEY_SIZE 32

static const uint8_t blob_mark[4] = {'W', 'S', 'E', 1};
static const uint8_t state_mark[4] = {'W', 'S', 'D', 1};

_Static_assert(WRAPPED_SE_OVERHEAD == HEADER_SIZE + NONCE_SIZE + TAG_SIZE, "overhead of the description");
_Static_assert(WRAPPED_SE_STATE_SIZE == sizeof(state_mark) + DEVICE_KEY_SIZE, "state of the description");

/* The key of one purpose, from the device key in the element's persistent state. */
static psa_status_t derive(const char *purpose, uint8_t key[SE_HASH_SIZE]) {
    uint8_t *state = NULL;
    psa_status_t status = psa_crypto_driver_get_persistent_state(&state);
    if (status != PSA_SUCCESS) {
        return status;
    }
    if (memcmp(state, state_mark, sizeof(state_mark)) != 0) {
        return PSA_ERROR_BAD_STATE; /* not provisioned: init did not run, or failed */
    }
    se_hmac_t hmac;
    se_hmac_start(&hmac, state + sizeof(state_mark), DEVICE_KEY_SIZE);
    se_hmac_update(&hmac, (const uint8_t *)purpose, strlen(purpose));
    se_hmac_finish(&hmac, key);
    return PSA_SUCCESS;
}

psa_status_t se_provision(void) {
    uint8_t *state = NULL;
    psa_status_t status = psa_crypto_driver_get_persistent_state(&state);
    if (status != PSA_SUCCESS || memcmp(state, state_mark, sizeof(state_mark)) == 0) {
        return status;
    }
    uint8_t key[DEVICE_KEY_SIZE];
    status = psa_generate_random(key, sizeof(key));
    if (status == PSA_SUCCESS) {
        memcpy(state + sizeof(state_mark), key, sizeof(key));
        memcpy(state, state_mark, sizeof(state_mark));
        status = psa_crypto_driver_commit_persistent_state(0, WRAPPED_SE_STATE_SIZE);
    }
    p256_wipe(key, sizeof(key));
    return status;
}

static void put(uint8_t *out, size_t size, size_t value) {
    for (size_t i = size; i-- > 0; value >>= 8) {
        out[i] = (uint8_t)value;
    }
}

/* Encrypts or decrypts in place. */
static psa_status_t crypt(const uint8_t *nonce, uint8_t *data, size_t size) {
    uint8_t key[SE_HASH_SIZE];
    uint8_t stream[SE_HASH_SIZE];
    psa_status_t status = derive("wrapped_se encryption", key);
    for (size_t done = 0; status == PSA_SUCCESS && done < size; done += SE_HASH_SIZE) {
        uint8_t counter[4];
        se_hmac_t hmac;
        put(counter, sizeof(counter), done / SE_HASH_SIZE);
        se_hmac_start(&hmac, key, sizeof(key));
        se_hmac_update(&hmac, nonce, NONCE_SIZE);
        se_hmac_update(&hmac, counter, sizeof(counter));
        se_hmac_finish(&hmac, stream);
        for (size_t i = 0; i < SE_HASH_SIZE && done + i < size; i++) {
            data[done + i] ^= stream[i];
        }
    }
    p256_wipe(key, sizeof(key));
    p256_wipe(stream, sizeof(stream));
    return status;
}

/* The tag over the first `size` bytes of a blob, untruncated. */
static psa_status_t authenticate(const uint8_t *blob, size_t size, uint8_t tag[SE_HASH_SIZE]) {
    uint8_t key[SE_HASH_SIZE];
    psa_status_t status = derive("wrapped_se authentication", key);
    if (status == PSA_SUCCESS) {
        se_hmac_t hmac;
        se_hmac_start(&hmac, key, sizeof(key));
        se_hmac_update(&hmac, blob, size);
        se_hmac_finish(&hmac, tag);
    }
    p256_wipe(key, sizeof(key));
    return status;
}

size_t se_key_size(psa_key_type_t type, size_t bits) {
    if (type == SE_PAIR) {
        return bits == 256 ? WRAPPED_SE_PRIVATE_SIZE : 0;
    }
    return type == PSA_KEY_TYPE_HMAC && bits % 8 == 0 && bits / 8 <= SE_KEY_MAX ? bits / 8 : 0;
}

static size_t public_size(psa_key_type_t type) {
    return type == SE_PAIR ? SE_PUBLIC_SIZE : 0;
}

psa_status_t se_wrap(const se_key_t *key, uint8_t *blob, size_t blob_size, size_t *blob_length) {
    size_t open = public_size(key->type);
    size_t size = WRAPPED_SE_OVERHEAD + open + key->size;
    if (blob_size < size) {
        return PSA_ERROR_BUFFER_TOO_SMALL;
    }
    memcpy(blob, blob_mark, sizeof(blob_mark));
    put(blob + 4, 2, key->type);
    put(blob + 6, 4, key->bits);
    put(blob + 10, 2, 0);
    uint8_t *nonce = blob + HEADER_SIZE;
    uint8_t *secret = nonce + NONCE_SIZE + open;
    psa_status_t status = psa_generate_random(nonce, NONCE_SIZE);
    if (status != PSA_SUCCESS) {
        return status;
    }
    memcpy(nonce + NONCE_SIZE, key->public_key, open);
    memcpy(secret, key->data, key->size);
    status = crypt(nonce, secret, key->size);
    uint8_t tag[SE_HASH_SIZE];
    if (status == PSA_SUCCESS) {
        status = authenticate(blob, size - TAG_SIZE, tag);
    }
    if (status != PSA_SUCCESS) {
        p256_wipe(blob, size);
        return status;
    }
    memcpy(blob + size - TAG_SIZE, tag, TAG_SIZE);
    *blob_length = size;
    return PSA_SUCCESS;
}

/* Whether the blob is one of ours, for a key as the attributes say. */
static psa_status_t check(const psa_key_attributes_t *attributes, const uint8_t *blob, size_t blob_length) {
    uint8_t expected[HEADER_SIZE];
    psa_key_type_t type = psa_get_key_type(attributes);
    size_t bits = psa_get_key_bits(attributes);
    size_t size = se_key_size(type, bits);
    memcpy(expected, blob_mark, sizeof(blob_mark));
    put(expected + 4, 2, type);
    put(expected + 6, 4, bits);
    put(expected + 10, 2, 0);
    if (size == 0 || blob_length != WRAPPED_SE_OVERHEAD + public_size(type) + size ||
        memcmp(blob, expected, HEADER_SIZE) != 0) {
        return PSA_ERROR_DATA_INVALID;
    }
    uint8_t tag[SE_HASH_SIZE];
    psa_status_t status = authenticate(blob, blob_length - TAG_SIZE, tag);
    uint8_t different = 0;
    for (size_t i = 0; status == PSA_SUCCESS && i < TAG_SIZE; i++) {
        different |= (uint8_t)(tag[i] ^ blob[blob_length - TAG_SIZE + i]);
    }
    p256_wipe(tag, sizeof(tag));
    return status != PSA_SUCCESS ? status : different != 0 ? PSA_ERROR_DATA_CORRUPT : PSA_SUCCESS;
}

psa_status_t se_unwrap(const psa_key_attributes_t *attributes, const uint8_t *blob, size_t blob_length, se_key_t *key) {
    psa_status_t status = check(attributes, blob, blob_length);
    if (status != PSA_SUCCESS) {
        return status;
    }
    key->type = psa_get_key_type(attributes);
    key->bits = psa_get_key_bits(attributes);
    key->size = se_key_size(key->type, key->bits);
    const uint8_t *nonce = blob + HEADER_SIZE;
    size_t open = public_size(key->type);
    memcpy(key->public_key, nonce + NONCE_SIZE, open);
    memcpy(key->data, nonce + NONCE_SIZE + open, key->size);
    status = crypt(nonce, key->data, key->size);
    if (status != PSA_SUCCESS) {
        se_forget(key);
    }
    return status;
}

void se_forget(se_key_t *key) {
    p256_wipe(key, sizeof(*key));
}
