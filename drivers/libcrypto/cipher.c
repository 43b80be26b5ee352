/* Cipher entry points: pick the mode, keep what it holds back, call it. */
#include "cipher.h"
#include "brief.h"

static const lc_cipher_kind_t *find(psa_algorithm_t alg, const lc_key_t *key) {
    if (alg == PSA_ALG_XTS) {
        return &lc_cipher_xts;
    }
    if (alg == PSA_ALG_STREAM_CIPHER) {
        return &lc_cipher_stream;
    }
    const lc_block_t *block = lc_block_find(key->type, 8 * key->size);
    if (alg == PSA_ALG_CTR && block != NULL && !lc_block_has(block, LC_CTR)) {
        return &lc_cipher_counter;
    }
    return lc_cipher_native(alg);
}

static void drop(libcrypto_cipher_operation_t *operation) {
    if (operation->kind != NULL) {
        lc_cipher_close(operation->text);
        lc_cipher_close(operation->second);
        OPENSSL_cleanse(operation, sizeof(*operation));
    }
}

static psa_status_t setup(libcrypto_cipher_operation_t *operation, const lc_key_t *key, psa_algorithm_t alg,
                          bool encrypt) {
    const lc_cipher_kind_t *kind = find(alg, key);
    if (kind == NULL) {
        return PSA_ERROR_NOT_SUPPORTED;
    }
    memset(operation, 0, sizeof(*operation));
    operation->kind = kind;
    operation->encrypt = encrypt;
    operation->takes_iv = true;
    operation->left = LC_UNLIMITED;
    operation->block = 1;
    psa_status_t status = kind->setup(operation, key);
    if (status != PSA_SUCCESS) {
        drop(operation);
        return status;
    }
    operation->ready = !operation->takes_iv;
    return PSA_SUCCESS;
}

static psa_status_t set_iv(libcrypto_cipher_operation_t *operation, const uint8_t *iv, size_t iv_length) {
    if (!operation->takes_iv || operation->ready) {
        return PSA_ERROR_BAD_STATE;
    }
    psa_status_t status = operation->kind->set_iv(operation, iv, iv_length);
    if (status == PSA_SUCCESS) {
        operation->ready = true;
    }
    return status;
}

/* How many of the bytes held and coming are processed now. */
static size_t due(const libcrypto_cipher_operation_t *operation, size_t coming) {
    size_t total = operation->held_size + coming;
    return total < operation->hold ? 0 : (total - operation->hold) / operation->block * operation->block;
}

/* Held bytes first, filled up to whole blocks from the input; then the input; the rest is held. */
static psa_status_t process(libcrypto_cipher_operation_t *operation, lc_bytes_t in, size_t now, uint8_t *out) {
    const lc_cipher_kind_t *kind = operation->kind;
    size_t held = operation->held_size;
    psa_status_t status = PSA_SUCCESS;
    if (now > 0 && held > 0) {
        size_t fill = (operation->block - held % operation->block) % operation->block;
        memcpy(operation->held + held, in.data, fill);
        in = (lc_bytes_t){in.data + fill, in.size - fill};
        held += fill;
        size_t first = held < now ? held : now;
        status = kind->process(operation, operation->held, first, out);
        held -= first;
        memmove(operation->held, operation->held + first, held);
        now -= first;
        out += first;
    }
    if (status == PSA_SUCCESS && now > 0) {
        status = kind->process(operation, in.data, now, out);
        in = (lc_bytes_t){in.data + now, in.size - now};
    }
    if (status == PSA_SUCCESS && in.size > 0) {
        memcpy(operation->held + held, in.data, in.size);
    }
    operation->held_size = (uint8_t)(held + in.size);
    return status;
}

static psa_status_t update(libcrypto_cipher_operation_t *operation, lc_bytes_t in, lc_output_t out) {
    if (!operation->ready) {
        return PSA_ERROR_BAD_STATE;
    }
    if (in.size > operation->left) {
        return PSA_ERROR_INVALID_ARGUMENT;
    }
    size_t now = due(operation, in.size);
    if (now > out.size) {
        return PSA_ERROR_BUFFER_TOO_SMALL;
    }
    psa_status_t status = process(operation, in, now, out.data);
    if (status == PSA_SUCCESS) {
        operation->left -= operation->left == LC_UNLIMITED ? 0 : in.size;
        *out.length = now;
    }
    return status;
}

static psa_status_t finish(libcrypto_cipher_operation_t *operation, lc_output_t out) {
    if (!operation->ready) {
        return PSA_ERROR_BAD_STATE;
    }
    *out.length = 0;
    if (operation->kind->finish != NULL) {
        return operation->kind->finish(operation, out);
    }
    return operation->held_size == 0 ? PSA_SUCCESS : PSA_ERROR_INVALID_ARGUMENT;
}

/* A short text in counter mode; false where the long way is to be taken, which also finds out what is wrong. */
static bool counter_brief(const lc_key_t *key, psa_algorithm_t alg, lc_bytes_t iv, lc_bytes_t in,
                          const lc_output_t *out) {
    const lc_block_t *block = alg == PSA_ALG_CTR ? lc_block_find(key->type, 8 * key->size) : NULL;
    if (block == NULL || block->size != 16 || iv.size != 16 || in.size > LC_BRIEF_MAX || out->size < in.size) {
        return false;
    }
    uint8_t stream[LC_BRIEF_STREAM];
    size_t size = (in.size + 15) / 16 * 16;
    lc_brief_t *brief = lc_brief_take(key, block);
    bool done = brief != NULL && (size == 0 || lc_brief_counter(brief, iv.data, size, stream));
    if (brief != NULL) {
        lc_brief_give(key, brief);
    }
    if (done && size != 0) {
        lc_xor(stream, in.data, in.size);
        memcpy(out->data, stream, in.size);
        OPENSSL_cleanse(stream, size);
    }
    if (done) {
        *out->length = in.size;
    }
    return done;
}

/* A whole text in one call. */
static psa_status_t single(const lc_key_t *key, psa_algorithm_t alg, bool encrypt, lc_bytes_t iv, lc_bytes_t in,
                           const lc_output_t *out) {
    if (counter_brief(key, alg, iv, in, out)) {
        return PSA_SUCCESS;
    }
    libcrypto_cipher_operation_t operation;
    psa_status_t status = setup(&operation, key, alg, encrypt);
    if (status != PSA_SUCCESS) {
        return status;
    }
    size_t done = 0;
    size_t rest = 0;
    if (operation.takes_iv) {
        status = set_iv(&operation, iv.data, iv.size);
    } else if (iv.size != 0) {
        status = PSA_ERROR_INVALID_ARGUMENT;
    }
    if (status == PSA_SUCCESS) {
        status = update(&operation, in, (lc_output_t){out->data, out->size, &done});
    }
    if (status == PSA_SUCCESS) {
        uint8_t *end = done == 0 ? out->data : out->data + done;
        status = finish(&operation, (lc_output_t){end, out->size - done, &rest});
    }
    if (status == PSA_SUCCESS) {
        *out->length = done + rest;
    } else if (done > 0) {
        OPENSSL_cleanse(out->data, done);
    }
    drop(&operation);
    return status;
}

psa_status_t libcrypto_cipher_encrypt(const psa_key_attributes_t *attributes, const uint8_t *key_buffer,
                                      size_t key_buffer_size, psa_algorithm_t alg, const uint8_t *iv, size_t iv_length,
                                      const uint8_t *input, size_t input_length, uint8_t *output, size_t output_size,
                                      size_t *output_length) {
    lc_key_t key = lc_key(attributes, key_buffer, key_buffer_size);
    psa_status_t status = single(&key, alg, true, (lc_bytes_t){iv, iv_length}, (lc_bytes_t){input, input_length},
                                 &(lc_output_t){output, output_size, output_length});
    return lc_unmarked(status);
}

psa_status_t libcrypto_cipher_decrypt(const psa_key_attributes_t *attributes, const uint8_t *key_buffer,
                                      size_t key_buffer_size, psa_algorithm_t alg, const uint8_t *input,
                                      size_t input_length, uint8_t *output, size_t output_size, size_t *output_length) {
    lc_key_t key = lc_key(attributes, key_buffer, key_buffer_size);
    size_t iv_length = PSA_CIPHER_IV_LENGTH(key.type, alg);
    if (input_length < iv_length) {
        return PSA_ERROR_INVALID_ARGUMENT;
    }
    const uint8_t *text = iv_length == 0 ? input : input + iv_length;
    psa_status_t status =
        single(&key, alg, false, (lc_bytes_t){input, iv_length}, (lc_bytes_t){text, input_length - iv_length},
               &(lc_output_t){output, output_size, output_length});
    return lc_unmarked(status);
}

psa_status_t libcrypto_cipher_encrypt_setup(libcrypto_cipher_operation_t *operation,
                                            const psa_key_attributes_t *attributes, const uint8_t *key_buffer,
                                            size_t key_buffer_size, psa_algorithm_t alg) {
    lc_key_t key = lc_key(attributes, key_buffer, key_buffer_size);
    ERR_set_mark();
    psa_status_t status = setup(operation, &key, alg, true);
    ERR_pop_to_mark();
    return status;
}

psa_status_t libcrypto_cipher_decrypt_setup(libcrypto_cipher_operation_t *operation,
                                            const psa_key_attributes_t *attributes, const uint8_t *key_buffer,
                                            size_t key_buffer_size, psa_algorithm_t alg) {
    lc_key_t key = lc_key(attributes, key_buffer, key_buffer_size);
    ERR_set_mark();
    psa_status_t status = setup(operation, &key, alg, false);
    ERR_pop_to_mark();
    return status;
}

psa_status_t libcrypto_cipher_set_iv(libcrypto_cipher_operation_t *operation, const uint8_t *iv, size_t iv_length) {
    if (operation->kind == NULL) {
        return PSA_ERROR_BAD_STATE;
    }
    ERR_set_mark();
    psa_status_t status = set_iv(operation, iv, iv_length);
    ERR_pop_to_mark();
    return status;
}

psa_status_t libcrypto_cipher_update(libcrypto_cipher_operation_t *operation, const uint8_t *input, size_t input_length,
                                     uint8_t *output, size_t output_size, size_t *output_length) {
    if (operation->kind == NULL) {
        return PSA_ERROR_BAD_STATE;
    }
    ERR_set_mark();
    psa_status_t status =
        update(operation, (lc_bytes_t){input, input_length}, (lc_output_t){output, output_size, output_length});
    ERR_pop_to_mark();
    return status;
}

psa_status_t libcrypto_cipher_finish(libcrypto_cipher_operation_t *operation, uint8_t *output, size_t output_size,
                                     size_t *output_length) {
    if (operation->kind == NULL) {
        return PSA_ERROR_BAD_STATE;
    }
    ERR_set_mark();
    psa_status_t status = finish(operation, (lc_output_t){output, output_size, output_length});
    ERR_pop_to_mark();
    drop(operation);
    return status;
}

psa_status_t libcrypto_cipher_abort(libcrypto_cipher_operation_t *operation) {
    drop(operation);
    return PSA_SUCCESS;
}
