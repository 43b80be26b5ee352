/* RSA encryption (RFC 8017): RSAES-PKCS1-v1_5 (7.2) and RSAES-OAEP (7.1). */
#include "hash.h"
#include "rsa.h"

#include <openssl/rsa.h>

/* One call, and what it works with. */
typedef struct {
    psa_algorithm_t alg;
    lc_key_t key;
    lc_bytes_t input;
    lc_bytes_t label;
    EVP_PKEY *pkey;
    EVP_PKEY_CTX *context;
    size_t size; /* bytes of the modulus */
} crypt_t;

static void crypt_close(crypt_t *crypt) {
    EVP_PKEY_CTX_free(crypt->context);
    EVP_PKEY_free(crypt->pkey);
}

/* Checks that need no key object: algorithm, type of key, label. */
static psa_status_t check(const crypt_t *crypt, bool encrypt) {
    bool oaep = PSA_ALG_IS_RSA_OAEP(crypt->alg);
    if (!oaep && crypt->alg != PSA_ALG_RSA_PKCS1V15_CRYPT) {
        return PSA_ERROR_NOT_SUPPORTED;
    }
    bool fits = PSA_KEY_TYPE_IS_RSA(crypt->key.type) && (encrypt || crypt->key.type == PSA_KEY_TYPE_RSA_KEY_PAIR);
    return fits && (oaep || crypt->label.size == 0) ? PSA_SUCCESS : PSA_ERROR_INVALID_ARGUMENT;
}

static psa_status_t crypt_open(crypt_t *crypt, bool encrypt, int padding) {
    psa_status_t status = lc_rsa_object(&crypt->key, &crypt->pkey);
    if (status != PSA_SUCCESS) {
        return status;
    }
    crypt->size = (size_t)EVP_PKEY_get_size(crypt->pkey);
    crypt->context = EVP_PKEY_CTX_new_from_pkey(lc_context(), crypt->pkey, NULL);
    if (crypt->context == NULL) {
        return PSA_ERROR_INSUFFICIENT_MEMORY;
    }
    int started = encrypt ? EVP_PKEY_encrypt_init(crypt->context) : EVP_PKEY_decrypt_init(crypt->context);
    if (started != 1 || EVP_PKEY_CTX_set_rsa_padding(crypt->context, padding) != 1) {
        return lc_failed(PSA_ERROR_NOT_SUPPORTED);
    }
    return PSA_SUCCESS;
}

/* The hash, of label and of MGF1, and the label; how many bytes of input the key has room for. */
static psa_status_t oaep_settings(const crypt_t *crypt, size_t *room) {
    const lc_hash_t *hash = lc_hash_find(PSA_ALG_GET_HASH(crypt->alg));
    const EVP_MD *md = hash == NULL ? NULL : lc_hash_md(hash);
    /* MGF1 needs the hash under a name of its own: not a cut SHA-256, no extendable output. */
    if (md == NULL || EVP_MD_get_size(md) != hash->length || hash->xof) {
        return lc_failed(PSA_ERROR_NOT_SUPPORTED);
    }
    if (crypt->size < 2u * hash->length + 2u) {
        return PSA_ERROR_INVALID_ARGUMENT;
    }
    *room = crypt->size - 2u * hash->length - 2u;
    if (EVP_PKEY_CTX_set_rsa_oaep_md(crypt->context, md) != 1 ||
        EVP_PKEY_CTX_set_rsa_mgf1_md(crypt->context, md) != 1) {
        return lc_failed(PSA_ERROR_NOT_SUPPORTED);
    }
    if (crypt->label.size == 0) {
        return PSA_SUCCESS;
    }
    if (crypt->label.size > INT32_MAX) {
        return PSA_ERROR_NOT_SUPPORTED;
    }
    void *copy = OPENSSL_memdup(crypt->label.data, crypt->label.size);
    if (copy == NULL || EVP_PKEY_CTX_set0_rsa_oaep_label(crypt->context, copy, (int)crypt->label.size) != 1) {
        OPENSSL_free(copy);
        return PSA_ERROR_INSUFFICIENT_MEMORY;
    }
    return PSA_SUCCESS;
}

static psa_status_t encrypt_with(crypt_t *crypt, lc_output_t out) {
    bool oaep = PSA_ALG_IS_RSA_OAEP(crypt->alg);
    psa_status_t status = crypt_open(crypt, true, oaep ? RSA_PKCS1_OAEP_PADDING : RSA_PKCS1_PADDING);
    if (status != PSA_SUCCESS) {
        return status;
    }
    size_t room = crypt->size - 11;
    if (oaep) {
        status = oaep_settings(crypt, &room);
        if (status != PSA_SUCCESS) {
            return status;
        }
    }
    if (crypt->input.size > room) {
        return PSA_ERROR_INVALID_ARGUMENT;
    }
    if (out.size < crypt->size) {
        return PSA_ERROR_BUFFER_TOO_SMALL;
    }
    static const uint8_t nothing = 0;
    const uint8_t *input = crypt->input.size == 0 ? &nothing : crypt->input.data;
    size_t size = crypt->size;
    if (EVP_PKEY_encrypt(crypt->context, out.data, &size, input, crypt->input.size) != 1) {
        return lc_failed(PSA_ERROR_GENERIC_ERROR);
    }
    *out.length = size;
    return PSA_SUCCESS;
}

/* All ones if a == b, else 0, for values below 2^31. */
static uint32_t equal(uint32_t a, uint32_t b) {
    return 0u - (((a ^ b) - 1) >> 31);
}

/* EME-PKCS1-v1_5 decoding (7.2.2, step 3): where the message starts, or 0 if the encoding is wrong,
 * in time that depends on the size only. */
static uint32_t message_start(const uint8_t *encoded, size_t size) {
    uint32_t good = equal(encoded[0], 0) & equal(encoded[1], 2);
    uint32_t found = 0;
    uint32_t start = 0;
    for (uint32_t i = 2; i < size; i++) {
        uint32_t zero = equal(encoded[i], 0) & ~found;
        start |= zero & (i + 1);
        found |= zero;
    }
    /* eight bytes of padding at least: 2 + 8 + 1 */
    uint32_t enough = ~(0u - ((start - 11) >> 31));
    return start & good & found & enough;
}

/* Moves the message, which starts at `start`, to the front, without an address that depends on `start`:
 * by powers of two. */
static void move_to_front(uint8_t *data, size_t size, uint32_t start) {
    for (size_t step = 1; step < size; step <<= 1) {
        uint8_t mask = (uint8_t)~equal(start & (uint32_t)step, 0);
        for (size_t i = 0; i < size; i++) {
            uint8_t from = i + step < size ? data[i + step] : 0;
            data[i] = (uint8_t)(data[i] ^ (mask & (data[i] ^ from)));
        }
    }
}

static psa_status_t take_pkcs1(uint8_t *encoded, size_t size, lc_output_t out) {
    uint32_t start = message_start(encoded, size);
    move_to_front(encoded, size, start);
    /* The status tells whether the padding was right, as the API has it; nothing before does. */
    return start == 0 ? PSA_ERROR_INVALID_PADDING : lc_write(out, encoded, size - start);
}

static psa_status_t decrypt_into(crypt_t *crypt, uint8_t *room, lc_output_t out) {
    bool oaep = PSA_ALG_IS_RSA_OAEP(crypt->alg);
    size_t size = crypt->size;
    if (EVP_PKEY_decrypt(crypt->context, room, &size, crypt->input.data, crypt->input.size) != 1) {
        return lc_failed(PSA_ERROR_INVALID_PADDING);
    }
    return oaep ? lc_write(out, room, size) : take_pkcs1(room, size, out);
}

/* PKCS#1 v1.5 padding is taken off here, where it can be done without a trace in the time. */
static psa_status_t decrypt_with(crypt_t *crypt, lc_output_t out) {
    bool oaep = PSA_ALG_IS_RSA_OAEP(crypt->alg);
    psa_status_t status = crypt_open(crypt, false, oaep ? RSA_PKCS1_OAEP_PADDING : RSA_NO_PADDING);
    size_t unused = 0;
    if (status == PSA_SUCCESS && oaep) {
        status = oaep_settings(crypt, &unused);
    }
    if (status == PSA_SUCCESS && crypt->input.size != crypt->size) {
        status = PSA_ERROR_INVALID_ARGUMENT;
    }
    if (status != PSA_SUCCESS) {
        return status;
    }
    uint8_t *room = OPENSSL_malloc(crypt->size);
    if (room == NULL) {
        return PSA_ERROR_INSUFFICIENT_MEMORY;
    }
    status = decrypt_into(crypt, room, out);
    OPENSSL_clear_free(room, crypt->size);
    return status;
}

static psa_status_t run(crypt_t *crypt, bool encrypt, lc_output_t out) {
    psa_status_t status = check(crypt, encrypt);
    if (status != PSA_SUCCESS) {
        return status;
    }
    ERR_set_mark();
    status = encrypt ? encrypt_with(crypt, out) : decrypt_with(crypt, out);
    crypt_close(crypt);
    ERR_pop_to_mark();
    return status;
}

psa_status_t libcrypto_asymmetric_encrypt(const psa_key_attributes_t *attributes, const uint8_t *key_buffer,
                                          size_t key_buffer_size, psa_algorithm_t alg, const uint8_t *input,
                                          size_t input_length, const uint8_t *salt, size_t salt_length, uint8_t *output,
                                          size_t output_size, size_t *output_length) {
    crypt_t crypt = {.alg = alg,
                     .key = lc_key(attributes, key_buffer, key_buffer_size),
                     .input = {input, input_length},
                     .label = {salt, salt_length}};
    return run(&crypt, true, (lc_output_t){output, output_size, output_length});
}

psa_status_t libcrypto_asymmetric_decrypt(const psa_key_attributes_t *attributes, const uint8_t *key_buffer,
                                          size_t key_buffer_size, psa_algorithm_t alg, const uint8_t *input,
                                          size_t input_length, const uint8_t *salt, size_t salt_length, uint8_t *output,
                                          size_t output_size, size_t *output_length) {
    crypt_t crypt = {.alg = alg,
                     .key = lc_key(attributes, key_buffer, key_buffer_size),
                     .input = {input, input_length},
                     .label = {salt, salt_length}};
    return run(&crypt, false, (lc_output_t){output, output_size, output_length});
}
