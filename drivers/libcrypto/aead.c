/* AEAD entry points: pick the algorithm, keep the order of calls, count the bytes. */
#include "aead.h"
#include "mac.h"

#include <openssl/modes.h>

const lc_aead_kind_t *lc_aead_find(psa_algorithm_t alg, const lc_key_t *key) {
    static const lc_aead_kind_t *const kinds[] = {&lc_aead_gcm, &lc_aead_ccm, &lc_aead_chacha, &lc_aead_xchacha};
    const lc_block_t *block = lc_block_find(key->type, 8 * key->size);
    if ((alg & PSAB_ALG_AT_LEAST) != 0) {
        return NULL;
    }
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (PSAB_ALG_SAME_AEAD(alg, kinds[i]->alg)) {
            bool lacking = kinds[i] == &lc_aead_gcm && block != NULL && !lc_block_has(block, LC_GCM);
            return lacking ? &lc_aead_gcm_other : kinds[i];
        }
    }
    return NULL;
}

static void drop(libcrypto_aead_operation_t *operation) {
    if (operation->kind != NULL) {
        lc_cipher_close(operation->text);
        CRYPTO_gcm128_release(operation->gcm);
        lc_chain_drop(&operation->mac);
        OPENSSL_cleanse(operation, sizeof(*operation));
    }
}

/* On success the operation is to be dropped. */
static psa_status_t setup(libcrypto_aead_operation_t *operation, const lc_key_t *key, psa_algorithm_t alg,
                          bool encrypt) {
    const lc_aead_kind_t *kind = lc_aead_find(alg, key);
    if (kind == NULL) {
        return PSA_ERROR_NOT_SUPPORTED;
    }
    uint32_t tag_length = PSAB_ALG_GET_LENGTH(alg);
    if (tag_length > LC_TAG_MAX || (kind->tags >> tag_length & 1) == 0) {
        return PSA_ERROR_INVALID_ARGUMENT;
    }
    memset(operation, 0, sizeof(*operation));
    operation->kind = kind;
    operation->encrypt = encrypt;
    operation->tag_length = (uint8_t)tag_length;
    operation->ad_left = kind->ad_max;
    operation->text_left = kind->text_max;
    psa_status_t status = kind->setup(operation, key);
    if (status != PSA_SUCCESS) {
        drop(operation);
    }
    return status;
}

static psa_status_t set_lengths(libcrypto_aead_operation_t *operation, size_t ad_length, size_t text_length) {
    if (operation->ready || operation->declared) {
        return PSA_ERROR_BAD_STATE;
    }
    if (ad_length > operation->kind->ad_max || text_length > operation->kind->text_max) {
        return PSA_ERROR_INVALID_ARGUMENT;
    }
    operation->declared = true;
    operation->ad_length = operation->ad_left = ad_length;
    operation->text_length = operation->text_left = text_length;
    return PSA_SUCCESS;
}

static psa_status_t set_nonce(libcrypto_aead_operation_t *operation, const uint8_t *nonce, size_t nonce_length) {
    if (operation->ready || (operation->kind->needs_lengths && !operation->declared)) {
        return PSA_ERROR_BAD_STATE;
    }
    psa_status_t status = operation->kind->set_nonce(operation, nonce, nonce_length);
    operation->ready = status == PSA_SUCCESS;
    return status;
}

static psa_status_t update_ad(libcrypto_aead_operation_t *operation, const uint8_t *input, size_t size) {
    if (!operation->ready || operation->started) {
        return PSA_ERROR_BAD_STATE;
    }
    if (size > operation->ad_left) {
        return PSA_ERROR_INVALID_ARGUMENT;
    }
    operation->ad_left -= size;
    return size == 0 ? PSA_SUCCESS : operation->kind->add(operation, input, size);
}

/* Whether everything that was declared before the text has come. */
static bool ad_complete(const libcrypto_aead_operation_t *operation) {
    return !operation->declared || operation->ad_left == 0;
}

static psa_status_t update(libcrypto_aead_operation_t *operation, const uint8_t *input, size_t size, uint8_t *output,
                           size_t output_size) {
    if (!operation->ready) {
        return PSA_ERROR_BAD_STATE;
    }
    if (!ad_complete(operation) || size > operation->text_left) {
        return PSA_ERROR_INVALID_ARGUMENT;
    }
    if (size > output_size) {
        return PSA_ERROR_BUFFER_TOO_SMALL;
    }
    operation->started = true;
    operation->text_left -= size;
    return size == 0 ? PSA_SUCCESS : operation->kind->process(operation, input, size, output);
}

/* What finish and verify have in common. */
static psa_status_t end(const libcrypto_aead_operation_t *operation, bool encrypt) {
    if (!operation->ready || operation->encrypt != encrypt) {
        return PSA_ERROR_BAD_STATE;
    }
    bool complete = ad_complete(operation) && (!operation->declared || operation->text_left == 0);
    return complete ? PSA_SUCCESS : PSA_ERROR_INVALID_ARGUMENT;
}

static psa_status_t finish(libcrypto_aead_operation_t *operation, lc_output_t tag) {
    psa_status_t status = end(operation, true);
    if (status == PSA_SUCCESS && tag.size < operation->tag_length) {
        status = PSA_ERROR_BUFFER_TOO_SMALL;
    }
    if (status == PSA_SUCCESS) {
        status = operation->kind->tag(operation, tag.data);
    }
    if (status == PSA_SUCCESS) {
        *tag.length = operation->tag_length;
    }
    return status;
}

static psa_status_t verify(libcrypto_aead_operation_t *operation, lc_bytes_t tag) {
    psa_status_t status = end(operation, false);
    if (status == PSA_SUCCESS && tag.size != operation->tag_length) {
        status = PSA_ERROR_INVALID_SIGNATURE;
    }
    return status == PSA_SUCCESS ? operation->kind->verify(operation, tag.data) : status;
}

/* From setup to the text of a single-part call. */
static psa_status_t begin(libcrypto_aead_operation_t *operation, lc_bytes_t nonce, lc_bytes_t ad, size_t text_length) {
    psa_status_t status = set_lengths(operation, ad.size, text_length);
    if (status == PSA_SUCCESS) {
        status = set_nonce(operation, nonce.data, nonce.size);
    }
    return status == PSA_SUCCESS ? update_ad(operation, ad.data, ad.size) : status;
}

static psa_status_t encrypt_whole(libcrypto_aead_operation_t *operation, lc_bytes_t text, lc_output_t out) {
    if (out.size < operation->tag_length || out.size - operation->tag_length < text.size) {
        return PSA_ERROR_BUFFER_TOO_SMALL;
    }
    psa_status_t status = update(operation, text.data, text.size, out.data, out.size);
    if (status == PSA_SUCCESS) {
        status = finish(operation, (lc_output_t){out.data + text.size, out.size - text.size, out.length});
    }
    if (status == PSA_SUCCESS) {
        *out.length += text.size;
    }
    return status;
}

static psa_status_t decrypt_whole(libcrypto_aead_operation_t *operation, lc_bytes_t text, lc_bytes_t tag,
                                  lc_output_t out) {
    psa_status_t status = update(operation, text.data, text.size, out.data, out.size);
    if (status == PSA_SUCCESS) {
        status = verify(operation, tag);
        if (status != PSA_SUCCESS && text.size > 0) {
            OPENSSL_cleanse(out.data, text.size);
        }
    }
    if (status == PSA_SUCCESS) {
        *out.length = text.size;
    }
    return status;
}

psa_status_t libcrypto_aead_encrypt(const psa_key_attributes_t *attributes, const uint8_t *key_buffer,
                                    size_t key_buffer_size, psa_algorithm_t alg, const uint8_t *nonce,
                                    size_t nonce_length, const uint8_t *additional_data, size_t additional_data_length,
                                    const uint8_t *plaintext, size_t plaintext_length, uint8_t *ciphertext,
                                    size_t ciphertext_size, size_t *ciphertext_length) {
    lc_key_t key = lc_key(attributes, key_buffer, key_buffer_size);
    psa_status_t status = lc_aead_encrypt_whole(
        &key, alg, (lc_bytes_t){nonce, nonce_length}, (lc_bytes_t){additional_data, additional_data_length},
        (lc_bytes_t){plaintext, plaintext_length}, &(lc_output_t){ciphertext, ciphertext_size, ciphertext_length});
    if (status != PSA_ERROR_DOES_NOT_EXIST) {
        return status;
    }
    libcrypto_aead_operation_t operation;
    ERR_set_mark();
    status = setup(&operation, &key, alg, true);
    if (status == PSA_SUCCESS) {
        status = begin(&operation, (lc_bytes_t){nonce, nonce_length},
                       (lc_bytes_t){additional_data, additional_data_length}, plaintext_length);
        if (status == PSA_SUCCESS) {
            status = encrypt_whole(&operation, (lc_bytes_t){plaintext, plaintext_length},
                                   (lc_output_t){ciphertext, ciphertext_size, ciphertext_length});
        }
        drop(&operation);
    }
    ERR_pop_to_mark();
    return status;
}

psa_status_t libcrypto_aead_decrypt(const psa_key_attributes_t *attributes, const uint8_t *key_buffer,
                                    size_t key_buffer_size, psa_algorithm_t alg, const uint8_t *nonce,
                                    size_t nonce_length, const uint8_t *additional_data, size_t additional_data_length,
                                    const uint8_t *ciphertext, size_t ciphertext_length, uint8_t *plaintext,
                                    size_t plaintext_size, size_t *plaintext_length) {
    lc_key_t key = lc_key(attributes, key_buffer, key_buffer_size);
    psa_status_t status = lc_aead_decrypt_whole(
        &key, alg, (lc_bytes_t){nonce, nonce_length}, (lc_bytes_t){additional_data, additional_data_length},
        (lc_bytes_t){ciphertext, ciphertext_length}, &(lc_output_t){plaintext, plaintext_size, plaintext_length});
    if (status != PSA_ERROR_DOES_NOT_EXIST) {
        return status;
    }
    libcrypto_aead_operation_t operation;
    ERR_set_mark();
    status = setup(&operation, &key, alg, false);
    if (status == PSA_SUCCESS) {
        size_t tag_length = operation.tag_length;
        size_t length = ciphertext_length - tag_length;
        if (ciphertext_length < tag_length) {
            status = PSA_ERROR_INVALID_ARGUMENT;
        } else {
            status = begin(&operation, (lc_bytes_t){nonce, nonce_length},
                           (lc_bytes_t){additional_data, additional_data_length}, length);
        }
        if (status == PSA_SUCCESS) {
            status = decrypt_whole(&operation, (lc_bytes_t){ciphertext, length},
                                   (lc_bytes_t){ciphertext + length, tag_length},
                                   (lc_output_t){plaintext, plaintext_size, plaintext_length});
        }
        drop(&operation);
    }
    ERR_pop_to_mark();
    return status;
}

psa_status_t libcrypto_aead_encrypt_setup(libcrypto_aead_operation_t *operation, const psa_key_attributes_t *attributes,
                                          const uint8_t *key_buffer, size_t key_buffer_size, psa_algorithm_t alg) {
    lc_key_t key = lc_key(attributes, key_buffer, key_buffer_size);
    ERR_set_mark();
    psa_status_t status = setup(operation, &key, alg, true);
    ERR_pop_to_mark();
    return status;
}

psa_status_t libcrypto_aead_decrypt_setup(libcrypto_aead_operation_t *operation, const psa_key_attributes_t *attributes,
                                          const uint8_t *key_buffer, size_t key_buffer_size, psa_algorithm_t alg) {
    lc_key_t key = lc_key(attributes, key_buffer, key_buffer_size);
    ERR_set_mark();
    psa_status_t status = setup(operation, &key, alg, false);
    ERR_pop_to_mark();
    return status;
}

psa_status_t libcrypto_aead_set_lengths(libcrypto_aead_operation_t *operation, size_t ad_length,
                                        size_t plaintext_length) {
    return operation->kind == NULL ? PSA_ERROR_BAD_STATE : set_lengths(operation, ad_length, plaintext_length);
}

psa_status_t libcrypto_aead_set_nonce(libcrypto_aead_operation_t *operation, const uint8_t *nonce,
                                      size_t nonce_length) {
    if (operation->kind == NULL) {
        return PSA_ERROR_BAD_STATE;
    }
    ERR_set_mark();
    psa_status_t status = set_nonce(operation, nonce, nonce_length);
    ERR_pop_to_mark();
    return status;
}

psa_status_t libcrypto_aead_update_ad(libcrypto_aead_operation_t *operation, const uint8_t *input,
                                      size_t input_length) {
    if (operation->kind == NULL) {
        return PSA_ERROR_BAD_STATE;
    }
    ERR_set_mark();
    psa_status_t status = update_ad(operation, input, input_length);
    ERR_pop_to_mark();
    return status;
}

psa_status_t libcrypto_aead_update(libcrypto_aead_operation_t *operation, const uint8_t *input, size_t input_length,
                                   uint8_t *output, size_t output_size, size_t *output_length) {
    if (operation->kind == NULL) {
        return PSA_ERROR_BAD_STATE;
    }
    ERR_set_mark();
    psa_status_t status = update(operation, input, input_length, output, output_size);
    ERR_pop_to_mark();
    if (status == PSA_SUCCESS) {
        *output_length = input_length;
    }
    return status;
}

psa_status_t libcrypto_aead_finish(libcrypto_aead_operation_t *operation, uint8_t *ciphertext, size_t ciphertext_size,
                                   size_t *ciphertext_length, uint8_t *tag, size_t tag_size, size_t *tag_length) {
    (void)ciphertext;
    (void)ciphertext_size;
    if (operation->kind == NULL) {
        return PSA_ERROR_BAD_STATE;
    }
    ERR_set_mark();
    psa_status_t status = finish(operation, (lc_output_t){tag, tag_size, tag_length});
    ERR_pop_to_mark();
    if (status == PSA_SUCCESS) {
        *ciphertext_length = 0;
    }
    drop(operation);
    return status;
}

psa_status_t libcrypto_aead_verify(libcrypto_aead_operation_t *operation, uint8_t *plaintext, size_t plaintext_size,
                                   size_t *plaintext_length, const uint8_t *tag, size_t tag_length) {
    (void)plaintext;
    (void)plaintext_size;
    if (operation->kind == NULL) {
        return PSA_ERROR_BAD_STATE;
    }
    ERR_set_mark();
    psa_status_t status = verify(operation, (lc_bytes_t){tag, tag_length});
    ERR_pop_to_mark();
    if (status == PSA_SUCCESS) {
        *plaintext_length = 0;
    }
    drop(operation);
    return status;
}

psa_status_t libcrypto_aead_abort(libcrypto_aead_operation_t *operation) {
    drop(operation);
    return PSA_SUCCESS;
}
