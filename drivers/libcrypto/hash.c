/* Hash entry points: single-part and multi-part. */
#include "hash.h"

/* The EVP context of an operation whose hash is not open. */
static EVP_MD_CTX *md_of(const libcrypto_hash_operation_t *operation) {
    EVP_MD_CTX *md;
    memcpy(&md, operation->state, sizeof(md));
    return md;
}

/* A new context costs a tenth of a short hash; keeping a used one, cleared of its input, costs more. */
static psa_status_t start_md(libcrypto_hash_operation_t *operation, const lc_hash_t *hash) {
    const EVP_MD *digest = lc_hash_md(hash);
    if (digest == NULL) {
        return lc_failed(PSA_ERROR_NOT_SUPPORTED);
    }
    EVP_MD_CTX *md = EVP_MD_CTX_new();
    if (md == NULL || EVP_DigestInit_ex2(md, digest, NULL) != 1) {
        EVP_MD_CTX_free(md);
        return PSA_ERROR_INSUFFICIENT_MEMORY;
    }
    memcpy(operation->state, &md, sizeof(md));
    return PSA_SUCCESS;
}

static psa_status_t start(libcrypto_hash_operation_t *operation, const lc_hash_t *hash) {
    psa_status_t status = PSA_SUCCESS;
    if (hash->open == NULL) {
        ERR_set_mark();
        status = start_md(operation, hash);
        ERR_pop_to_mark();
    } else if (hash->open->init(operation->state) != 1) {
        status = PSA_ERROR_GENERIC_ERROR;
    }
    if (status == PSA_SUCCESS) {
        operation->hash = hash;
    }
    return status;
}

static psa_status_t absorb(libcrypto_hash_operation_t *operation, const uint8_t *input, size_t length) {
    const lc_hash_open_t *open = operation->hash->open;
    if (length == 0) {
        return PSA_SUCCESS;
    }
    int done = open != NULL ? open->update(operation->state, input, length)
                            : EVP_DigestUpdate(md_of(operation), input, length);
    return done == 1 ? PSA_SUCCESS : PSA_ERROR_GENERIC_ERROR;
}

/* Writes the hash; the operation stays to be dropped. */
static psa_status_t squeeze(libcrypto_hash_operation_t *operation, uint8_t *digest) {
    const lc_hash_t *hash = operation->hash;
    if (hash->open == NULL) {
        EVP_MD_CTX *md = md_of(operation);
        int done = hash->xof ? EVP_DigestFinalXOF(md, digest, hash->length) : EVP_DigestFinal_ex(md, digest, NULL);
        return done == 1 ? PSA_SUCCESS : PSA_ERROR_GENERIC_ERROR;
    }
    if (hash->full == hash->length) {
        return hash->open->finish(digest, operation->state) == 1 ? PSA_SUCCESS : PSA_ERROR_GENERIC_ERROR;
    }
    uint8_t full[LC_HASH_MAX];
    int done = hash->open->finish(full, operation->state);
    memcpy(digest, full, hash->length);
    OPENSSL_cleanse(full, sizeof(full));
    return done == 1 ? PSA_SUCCESS : PSA_ERROR_GENERIC_ERROR;
}

static void drop(libcrypto_hash_operation_t *operation) {
    const lc_hash_t *hash = operation->hash;
    if (hash == NULL) {
        return;
    }
    if (hash->open != NULL) {
        OPENSSL_cleanse(operation->state, hash->open->state_size);
    } else {
        EVP_MD_CTX_free(md_of(operation));
        operation->state[0] = 0;
    }
    operation->hash = NULL;
}

psa_status_t lc_hash_pieces(const lc_hash_t *hash, const lc_bytes_t *pieces, size_t count, uint8_t *digest) {
    libcrypto_hash_operation_t operation;
    psa_status_t status = start(&operation, hash);
    if (status != PSA_SUCCESS) {
        return status;
    }
    for (size_t i = 0; i < count && status == PSA_SUCCESS; i++) {
        status = absorb(&operation, pieces[i].data, pieces[i].size);
    }
    if (status == PSA_SUCCESS) {
        status = squeeze(&operation, digest);
    }
    drop(&operation);
    return status;
}

psa_status_t libcrypto_hash_compute(psa_algorithm_t alg, const uint8_t *input, size_t input_length, uint8_t *hash,
                                    size_t hash_size, size_t *hash_length) {
    const lc_hash_t *row = lc_hash_find(alg);
    if (row == NULL) {
        return PSA_ERROR_NOT_SUPPORTED;
    }
    if (hash_size < row->length) {
        return PSA_ERROR_BUFFER_TOO_SMALL;
    }
    lc_bytes_t piece = {input, input_length};
    uint64_t start[sizeof(((libcrypto_hash_operation_t *)0)->state) / sizeof(uint64_t)];
    if (row->full == row->length && lc_hash_is_brief(row, input_length) && row->open->init(start) == 1) {
        lc_hash_end(row, start, 0, piece, hash);
        *hash_length = row->length;
        return PSA_SUCCESS;
    }
    psa_status_t status = lc_hash_pieces(row, &piece, 1, hash);
    if (status == PSA_SUCCESS) {
        *hash_length = row->length;
    }
    return status;
}

psa_status_t libcrypto_hash_setup(libcrypto_hash_operation_t *operation, psa_algorithm_t alg) {
    const lc_hash_t *row = lc_hash_find(alg);
    return row == NULL ? PSA_ERROR_NOT_SUPPORTED : start(operation, row);
}

psa_status_t libcrypto_hash_update(libcrypto_hash_operation_t *operation, const uint8_t *input, size_t input_length) {
    return operation->hash == NULL ? PSA_ERROR_BAD_STATE : absorb(operation, input, input_length);
}

psa_status_t libcrypto_hash_finish(libcrypto_hash_operation_t *operation, uint8_t *hash, size_t hash_size,
                                   size_t *hash_length) {
    const lc_hash_t *row = operation->hash;
    if (row == NULL) {
        return PSA_ERROR_BAD_STATE;
    }
    if (hash_size < row->length) {
        return PSA_ERROR_BUFFER_TOO_SMALL;
    }
    psa_status_t status = squeeze(operation, hash);
    if (status == PSA_SUCCESS) {
        *hash_length = row->length;
    }
    drop(operation);
    return status;
}

psa_status_t libcrypto_hash_abort(libcrypto_hash_operation_t *operation) {
    drop(operation);
    return PSA_SUCCESS;
}

psa_status_t libcrypto_hash_clone(const libcrypto_hash_operation_t *source_operation,
                                  libcrypto_hash_operation_t *target_operation) {
    const lc_hash_t *row = source_operation->hash;
    if (row == NULL) {
        return PSA_ERROR_BAD_STATE;
    }
    if (row->open != NULL) {
        memcpy(target_operation->state, source_operation->state, row->open->state_size);
        target_operation->hash = row;
        return PSA_SUCCESS;
    }
    psa_status_t status = start(target_operation, row);
    if (status == PSA_SUCCESS && EVP_MD_CTX_copy_ex(md_of(target_operation), md_of(source_operation)) != 1) {
        drop(target_operation);
        return PSA_ERROR_INSUFFICIENT_MEMORY;
    }
    return status;
}
