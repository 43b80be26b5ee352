/* The entry points of authenticated encryption. */
#include "x86_aes_cpu.h"
#include "x86_aes_gcm.h"
#include "x86_aes_kept.h"
#include "x86_aes_key.h"

#include <string.h>

/* The length of the tag; 0 for another algorithm, or a tag that SP 800-38D, 5.2.1.2 does not have. */
static size_t tag_of(psa_algorithm_t alg) {
    if (!PSA_ALG_IS_AEAD(alg) || PSA_ALG_IS_WILDCARD(alg) || PSA_ALG_AEAD_WITH_SHORTENED_TAG(alg, 16) != PSA_ALG_GCM) {
        return 0;
    }
    size_t length = PSA_AEAD_TAG_LENGTH(PSA_KEY_TYPE_AES, 128, alg);
    return length == 4 || length == 8 || (length >= 12 && length <= 16) ? length : 0;
}

static psa_status_t check(const psa_key_attributes_t *attributes, size_t key_size, psa_algorithm_t alg) {
    if (tag_of(alg) == 0) {
        return PSA_ERROR_NOT_SUPPORTED;
    }
    return x86_aes_key_check(attributes, key_size, X86_AES_BASE | X86_AES_GHASH);
}

static psa_status_t check_lengths(size_t nonce_length, size_t ad_length, size_t text_length) {
    bool fits = nonce_length > 0 && nonce_length <= X86_AES_GCM_AD_MAX && ad_length <= X86_AES_GCM_AD_MAX &&
                text_length <= X86_AES_GCM_TEXT_MAX;
    return fits ? PSA_SUCCESS : PSA_ERROR_INVALID_ARGUMENT;
}

/* The key of a single call: one that is kept, or one of its own. */
static const x86_aes_gcm_key_t *take(x86_aes_gcm_key_t *own, const uint8_t *key, size_t key_size, uint64_t expected) {
    const x86_aes_gcm_key_t *kept = x86_aes_kept_gcm(key, key_size);
    if (kept != NULL) {
        return kept;
    }
    x86_aes_gcm_take(own, key, key_size);
    x86_aes_gcm_expect(own, expected);
    return own;
}

static void leave(const x86_aes_gcm_key_t *key, x86_aes_gcm_key_t *own, x86_aes_gcm_t *gcm) {
    if (key == own) {
        x86_aes_gcm_forget(own);
    }
    x86_aes_wipe(gcm, sizeof(*gcm));
}

/* The longest of the inputs. */
static uint64_t longest(size_t nonce, size_t ad, size_t text) {
    size_t most = nonce > ad ? nonce : ad;
    return most > text ? most : text;
}

psa_status_t x86_aes_aead_encrypt(const psa_key_attributes_t *attributes, const uint8_t *key_buffer,
                                  size_t key_buffer_size, psa_algorithm_t alg, const uint8_t *nonce,
                                  size_t nonce_length, const uint8_t *additional_data, size_t additional_data_length,
                                  const uint8_t *plaintext, size_t plaintext_length, uint8_t *ciphertext,
                                  size_t ciphertext_size, size_t *ciphertext_length) {
    psa_status_t status = check(attributes, key_buffer_size, alg);
    if (status == PSA_SUCCESS) {
        status = check_lengths(nonce_length, additional_data_length, plaintext_length);
    }
    if (status != PSA_SUCCESS) {
        return status;
    }
    size_t tag_length = tag_of(alg);
    if (ciphertext_size < plaintext_length + tag_length) {
        return PSA_ERROR_BUFFER_TOO_SMALL;
    }
    x86_aes_gcm_t gcm;
    x86_aes_gcm_key_t own;
    uint8_t tag[16];
    const x86_aes_gcm_key_t *key =
        take(&own, key_buffer, key_buffer_size, longest(nonce_length, additional_data_length, plaintext_length));
    x86_aes_gcm_start(&gcm);
    x86_aes_gcm_nonce(key, &gcm, nonce, nonce_length);
    x86_aes_gcm_ad(key, &gcm, additional_data, additional_data_length);
    plaintext = x86_aes_source(plaintext, plaintext_length, ciphertext);
    x86_aes_gcm_text(key, &gcm, false, plaintext, plaintext_length, ciphertext);
    x86_aes_gcm_tag(key, &gcm, tag);
    memcpy(ciphertext + plaintext_length, tag, tag_length);
    *ciphertext_length = plaintext_length + tag_length;
    leave(key, &own, &gcm);
    return PSA_SUCCESS;
}

psa_status_t x86_aes_aead_decrypt(const psa_key_attributes_t *attributes, const uint8_t *key_buffer,
                                  size_t key_buffer_size, psa_algorithm_t alg, const uint8_t *nonce,
                                  size_t nonce_length, const uint8_t *additional_data, size_t additional_data_length,
                                  const uint8_t *ciphertext, size_t ciphertext_length, uint8_t *plaintext,
                                  size_t plaintext_size, size_t *plaintext_length) {
    psa_status_t status = check(attributes, key_buffer_size, alg);
    if (status != PSA_SUCCESS) {
        return status;
    }
    size_t tag_length = tag_of(alg);
    if (ciphertext_length < tag_length) {
        return PSA_ERROR_INVALID_ARGUMENT;
    }
    size_t length = ciphertext_length - tag_length;
    status = check_lengths(nonce_length, additional_data_length, length);
    if (status != PSA_SUCCESS) {
        return status;
    }
    if (plaintext_size < length) {
        return PSA_ERROR_BUFFER_TOO_SMALL;
    }
    x86_aes_gcm_t gcm;
    x86_aes_gcm_key_t own;
    uint8_t tag[16];
    uint8_t given[16]; /* the plaintext may be written over it */
    memcpy(given, ciphertext + length, tag_length);
    const x86_aes_gcm_key_t *key =
        take(&own, key_buffer, key_buffer_size, longest(nonce_length, additional_data_length, length));
    x86_aes_gcm_start(&gcm);
    x86_aes_gcm_nonce(key, &gcm, nonce, nonce_length);
    x86_aes_gcm_ad(key, &gcm, additional_data, additional_data_length);
    ciphertext = x86_aes_source(ciphertext, length, plaintext);
    x86_aes_gcm_text(key, &gcm, true, ciphertext, length, plaintext);
    x86_aes_gcm_tag(key, &gcm, tag);
    if (x86_aes_differ(tag, given, tag_length)) {
        x86_aes_wipe(plaintext, length);
        status = PSA_ERROR_INVALID_SIGNATURE;
    } else {
        *plaintext_length = length;
    }
    leave(key, &own, &gcm);
    x86_aes_wipe(tag, sizeof(tag));
    return status;
}

static psa_status_t setup(x86_aes_aead_operation_t *operation, const psa_key_attributes_t *attributes,
                          const uint8_t *key, size_t key_size, psa_algorithm_t alg, bool decrypt) {
    psa_status_t status = check(attributes, key_size, alg);
    if (status != PSA_SUCCESS) {
        return status;
    }
    memset(operation, 0, offsetof(x86_aes_aead_operation_t, gcm));
    x86_aes_gcm_take(&operation->key, key, key_size);
    x86_aes_gcm_start(&operation->gcm);
    operation->alg = alg;
    operation->decrypt = decrypt;
    return PSA_SUCCESS;
}

psa_status_t x86_aes_aead_encrypt_setup(x86_aes_aead_operation_t *operation, const psa_key_attributes_t *attributes,
                                        const uint8_t *key_buffer, size_t key_buffer_size, psa_algorithm_t alg) {
    return setup(operation, attributes, key_buffer, key_buffer_size, alg, false);
}

psa_status_t x86_aes_aead_decrypt_setup(x86_aes_aead_operation_t *operation, const psa_key_attributes_t *attributes,
                                        const uint8_t *key_buffer, size_t key_buffer_size, psa_algorithm_t alg) {
    return setup(operation, attributes, key_buffer, key_buffer_size, alg, true);
}

psa_status_t x86_aes_aead_set_lengths(x86_aes_aead_operation_t *operation, size_t ad_length, size_t plaintext_length) {
    if (operation->alg == 0 || operation->has_nonce || operation->has_lengths) {
        return PSA_ERROR_BAD_STATE;
    }
    operation->has_lengths = 1;
    operation->ad_limit = ad_length;
    operation->text_limit = plaintext_length;
    return check_lengths(1, ad_length, plaintext_length);
}

psa_status_t x86_aes_aead_set_nonce(x86_aes_aead_operation_t *operation, const uint8_t *nonce, size_t nonce_length) {
    if (operation->alg == 0 || operation->has_nonce) {
        return PSA_ERROR_BAD_STATE;
    }
    psa_status_t status = check_lengths(nonce_length, 0, 0);
    if (status == PSA_SUCCESS) {
        x86_aes_gcm_expect(&operation->key, nonce_length);
        x86_aes_gcm_nonce(&operation->key, &operation->gcm, nonce, nonce_length);
        operation->has_nonce = 1;
    }
    return status;
}

psa_status_t x86_aes_aead_update_ad(x86_aes_aead_operation_t *operation, const uint8_t *input, size_t input_length) {
    if (!operation->has_nonce || operation->has_text) {
        return PSA_ERROR_BAD_STATE;
    }
    uint64_t limit = operation->has_lengths ? operation->ad_limit : X86_AES_GCM_AD_MAX;
    if (input_length > limit - operation->gcm.ad_length) {
        return PSA_ERROR_INVALID_ARGUMENT;
    }
    x86_aes_gcm_expect(&operation->key, input_length);
    x86_aes_gcm_ad(&operation->key, &operation->gcm, input, input_length);
    return PSA_SUCCESS;
}

psa_status_t x86_aes_aead_update(x86_aes_aead_operation_t *operation, const uint8_t *input, size_t input_length,
                                 uint8_t *output, size_t output_size, size_t *output_length) {
    if (!operation->has_nonce) {
        return PSA_ERROR_BAD_STATE;
    }
    uint64_t limit = operation->has_lengths ? operation->text_limit : X86_AES_GCM_TEXT_MAX;
    bool too_early = operation->has_lengths && operation->gcm.ad_length < operation->ad_limit;
    if (too_early || input_length > limit - operation->gcm.text_length) {
        return PSA_ERROR_INVALID_ARGUMENT;
    }
    if (output_size < input_length) {
        return PSA_ERROR_BUFFER_TOO_SMALL;
    }
    operation->has_text = 1;
    input = x86_aes_source(input, input_length, output);
    x86_aes_gcm_expect(&operation->key, input_length);
    x86_aes_gcm_text(&operation->key, &operation->gcm, operation->decrypt, input, input_length, output);
    *output_length = input_length;
    return PSA_SUCCESS;
}

/* What finishing needs; the tag comes out whole. */
static psa_status_t finish(x86_aes_aead_operation_t *operation, bool decrypt, uint8_t tag[16]) {
    if (!operation->has_nonce || operation->decrypt != decrypt) {
        return PSA_ERROR_BAD_STATE;
    }
    if (operation->has_lengths &&
        (operation->gcm.ad_length < operation->ad_limit || operation->gcm.text_length < operation->text_limit)) {
        return PSA_ERROR_INVALID_ARGUMENT;
    }
    x86_aes_gcm_tag(&operation->key, &operation->gcm, tag);
    return PSA_SUCCESS;
}

/* The core drops the context after a finish that failed, without abort: it is wiped in any case. */
psa_status_t x86_aes_aead_finish(x86_aes_aead_operation_t *operation, uint8_t *ciphertext, size_t ciphertext_size,
                                 size_t *ciphertext_length, uint8_t *tag, size_t tag_size, size_t *tag_length) {
    uint8_t whole[16];
    size_t length = tag_of(operation->alg);
    psa_status_t status = finish(operation, false, whole);
    (void)ciphertext; /* all of it came out of the updates */
    (void)ciphertext_size;
    if (status == PSA_SUCCESS && tag_size < length) {
        status = PSA_ERROR_BUFFER_TOO_SMALL;
    }
    if (status == PSA_SUCCESS) {
        memcpy(tag, whole, length);
        *tag_length = length;
        *ciphertext_length = 0;
    }
    (void)x86_aes_aead_abort(operation);
    return status;
}

psa_status_t x86_aes_aead_verify(x86_aes_aead_operation_t *operation, uint8_t *plaintext, size_t plaintext_size,
                                 size_t *plaintext_length, const uint8_t *tag, size_t tag_length) {
    uint8_t whole[16];
    size_t length = tag_of(operation->alg);
    psa_status_t status = finish(operation, true, whole);
    (void)plaintext; /* all of it came out of the updates */
    (void)plaintext_size;
    if (status == PSA_SUCCESS) {
        *plaintext_length = 0;
        bool good = tag_length == length && !x86_aes_differ(whole, tag, length);
        status = good ? PSA_SUCCESS : PSA_ERROR_INVALID_SIGNATURE;
        x86_aes_wipe(whole, sizeof(whole));
    }
    (void)x86_aes_aead_abort(operation);
    return status;
}

psa_status_t x86_aes_aead_abort(x86_aes_aead_operation_t *operation) {
    x86_aes_wipe(operation, sizeof(*operation));
    return PSA_SUCCESS;
}
