/* Toy MACs, ciphers, AEAD and XOF.  A text is changed by adding the sum of key and IV to each byte;
 * a MAC or a tag is the sum of everything. */
#include "mock.h"

#include <string.h>

#define TEXT_MOST 4096u

typedef struct toy_sym {
    uint32_t sum;  /* of what is authenticated */
    uint8_t shift; /* added to each byte */
    uint8_t encrypt;
    uint8_t tag; /* length */
    uint32_t done;
    uint8_t rest[20]; /* must be zero in a new context */
} toy_sym_t;

static uint8_t tag_length(uint32_t alg) {
    uint32_t length = alg >> 16 & 0x3fu;
    return (uint8_t)(length != 0 ? length : 32);
}

static void start(mock_t *mock, void *operation, const uint8_t *key, size_t size, uint32_t alg, bool encrypt) {
    static const toy_sym_t zero;
    toy_sym_t *toy = operation;
    if (memcmp(toy, &zero, sizeof zero) != 0) {
        atomic_fetch_add(&mock->dirty, 1);
    }
    memset(toy->rest, 0x77, sizeof toy->rest);
    toy->sum = mock_add_up(mock->key, key, size);
    toy->shift = (uint8_t)toy->sum;
    toy->encrypt = encrypt;
    toy->tag = tag_length(alg);
}

static psab_status_t set_up(mock_t *mock, uint16_t entry_point, void *operation, const uint8_t *key, size_t size,
                            uint32_t alg, bool encrypt) {
    start(mock, operation, key, size, alg, encrypt);
    psab_status_t status = mock_begin(mock, entry_point);
    atomic_fetch_add(&mock->setups, status == PSA_SUCCESS ? 1 : 0);
    return status;
}

static psab_status_t add(mock_t *mock, uint16_t entry_point, void *operation, const uint8_t *input, size_t length) {
    toy_sym_t *toy = operation;
    toy->sum = mock_add_up(toy->sum, input, length);
    return mock_begin(mock, entry_point);
}

static psab_status_t drop(mock_t *mock, uint16_t entry_point, void *operation) {
    memset(operation, 0x99, sizeof(toy_sym_t));
    atomic_fetch_add(&mock->aborts, 1);
    return mock_begin(mock, entry_point);
}

static psab_status_t ended(mock_t *mock, psab_status_t status) {
    atomic_fetch_add(&mock->finishes, status == PSA_SUCCESS ? 1 : 0);
    return status;
}

static void change(const toy_sym_t *toy, const uint8_t *input, size_t length, uint8_t *output) {
    for (size_t i = 0; i < length; i++) {
        output[i] = (uint8_t)(toy->encrypt ? input[i] + toy->shift : input[i] - toy->shift);
    }
}

/* The sum is that of the plaintext. */
static void authenticate(toy_sym_t *toy, const uint8_t *plaintext, size_t length) {
    toy->sum = mock_add_up(toy->sum, plaintext, length);
}

#define SETUP(name, id, encrypt)                                                                                       \
    static psab_status_t name(void *driver, void *operation, const psab_attributes_t *attributes, const uint8_t *key,  \
                              size_t size, uint32_t alg) {                                                             \
        (void)attributes;                                                                                              \
        return set_up(driver, id, operation, key, size, alg, encrypt);                                                 \
    }
SETUP(mac_sign_setup, PSAB_EP_MAC_SIGN_SETUP, true)
SETUP(mac_verify_setup, PSAB_EP_MAC_VERIFY_SETUP, false)
SETUP(cipher_encrypt_setup, PSAB_EP_CIPHER_ENCRYPT_SETUP, true)
SETUP(cipher_decrypt_setup, PSAB_EP_CIPHER_DECRYPT_SETUP, false)
SETUP(aead_encrypt_setup, PSAB_EP_AEAD_ENCRYPT_SETUP, true)
SETUP(aead_decrypt_setup, PSAB_EP_AEAD_DECRYPT_SETUP, false)

#define ADD(name, id)                                                                                                  \
    static psab_status_t name(void *driver, void *operation, const uint8_t *input, size_t length) {                    \
        return add(driver, id, operation, input, length);                                                              \
    }
ADD(mac_update, PSAB_EP_MAC_UPDATE)
ADD(aead_set_nonce, PSAB_EP_AEAD_SET_NONCE)
ADD(aead_update_ad, PSAB_EP_AEAD_UPDATE_AD)
ADD(xof_set_context, PSAB_EP_XOF_SET_CONTEXT)
ADD(xof_update, PSAB_EP_XOF_UPDATE)

#define ABORT(name, id)                                                                                                \
    static psab_status_t name(void *driver, void *operation) {                                                         \
        return drop(driver, id, operation);                                                                            \
    }
ABORT(mac_abort, PSAB_EP_MAC_ABORT)
ABORT(cipher_abort, PSAB_EP_CIPHER_ABORT)
ABORT(aead_abort, PSAB_EP_AEAD_ABORT)
ABORT(xof_abort, PSAB_EP_XOF_ABORT)

static psab_status_t mac_sign_finish(void *driver, void *operation, uint8_t *mac, size_t size, size_t *length) {
    mock_t *mock = driver;
    const toy_sym_t *toy = operation;
    uint8_t result[64];
    (void)mock_begin(mock, PSAB_EP_MAC_SIGN_FINISH);
    mock_spread(toy->sum, result, toy->tag);
    return ended(mock, mock_give(mock, PSAB_EP_MAC_SIGN_FINISH, result, toy->tag, mac, size, length));
}

static psab_status_t mac_verify_finish(void *driver, void *operation, const uint8_t *mac, size_t length) {
    mock_t *mock = driver;
    const toy_sym_t *toy = operation;
    uint8_t result[64];
    psab_status_t status = mock_begin(mock, PSAB_EP_MAC_VERIFY_FINISH);
    mock_spread(toy->sum, result, toy->tag);
    if (status == PSA_SUCCESS && (length != toy->tag || memcmp(mac, result, length) != 0)) {
        status = PSA_ERROR_INVALID_SIGNATURE;
    }
    return ended(mock, status);
}

static psab_status_t mac_compute(void *driver, const psab_attributes_t *attributes, const uint8_t *key, size_t size,
                                 uint32_t alg, const uint8_t *input, size_t length, uint8_t *mac, size_t mac_size,
                                 size_t *mac_length) {
    mock_t *mock = driver;
    toy_sym_t toy = {0};
    uint8_t result[64];
    (void)attributes;
    (void)mock_begin(mock, PSAB_EP_MAC_COMPUTE);
    start(mock, &toy, key, size, alg, true);
    mock_spread(mock_add_up(toy.sum, input, length), result, toy.tag);
    return mock_give(mock, PSAB_EP_MAC_COMPUTE, result, toy.tag, mac, mac_size, mac_length);
}

static psab_status_t mac_verify(void *driver, const psab_attributes_t *attributes, const uint8_t *key, size_t size,
                                uint32_t alg, const uint8_t *input, size_t length, const uint8_t *mac,
                                size_t mac_length) {
    mock_t *mock = driver;
    toy_sym_t toy = {0};
    uint8_t result[64];
    (void)attributes;
    psab_status_t status = mock_begin(mock, PSAB_EP_MAC_VERIFY);
    start(mock, &toy, key, size, alg, true);
    mock_spread(mock_add_up(toy.sum, input, length), result, toy.tag);
    if (status == PSA_SUCCESS && (mac_length != toy.tag || memcmp(mac, result, mac_length) != 0)) {
        status = PSA_ERROR_INVALID_SIGNATURE;
    }
    return status;
}

static psab_status_t cipher_set_iv(void *driver, void *operation, const uint8_t *iv, size_t length) {
    toy_sym_t *toy = operation;
    toy->shift = (uint8_t)(toy->shift + mock_add_up(0, iv, length));
    return mock_begin(driver, PSAB_EP_CIPHER_SET_IV);
}

static psab_status_t cipher_update(void *driver, void *operation, const uint8_t *input, size_t length, uint8_t *output,
                                   size_t size, size_t *written) {
    mock_t *mock = driver;
    uint8_t result[TEXT_MOST];
    (void)mock_begin(mock, PSAB_EP_CIPHER_UPDATE);
    change(operation, input, length, result);
    return mock_give(mock, PSAB_EP_CIPHER_UPDATE, result, length, output, size, written);
}

static psab_status_t cipher_finish(void *driver, void *operation, uint8_t *output, size_t size, size_t *written) {
    mock_t *mock = driver;
    psab_status_t status = mock_begin(mock, PSAB_EP_CIPHER_FINISH);
    (void)operation;
    (void)output;
    *written = mock_lies(mock, PSAB_EP_CIPHER_FINISH, MOCK_TOO_LONG) ? size + 1 : 0;
    return ended(mock, status);
}

static psab_status_t cipher_encrypt(void *driver, const psab_attributes_t *attributes, const uint8_t *key, size_t size,
                                    uint32_t alg, const uint8_t *iv, size_t iv_length, const uint8_t *input,
                                    size_t length, uint8_t *output, size_t output_size, size_t *written) {
    mock_t *mock = driver;
    toy_sym_t toy = {0};
    uint8_t result[TEXT_MOST];
    (void)attributes;
    (void)mock_begin(mock, PSAB_EP_CIPHER_ENCRYPT);
    start(mock, &toy, key, size, alg, true);
    toy.shift = (uint8_t)(toy.shift + mock_add_up(0, iv, iv_length));
    change(&toy, input, length, result);
    return mock_give(mock, PSAB_EP_CIPHER_ENCRYPT, result, length, output, output_size, written);
}

static psab_status_t cipher_decrypt(void *driver, const psab_attributes_t *attributes, const uint8_t *key, size_t size,
                                    uint32_t alg, const uint8_t *input, size_t length, uint8_t *output,
                                    size_t output_size, size_t *written) {
    mock_t *mock = driver;
    toy_sym_t toy = {0};
    uint8_t result[TEXT_MOST];
    (void)attributes;
    (void)mock_begin(mock, PSAB_EP_CIPHER_DECRYPT);
    start(mock, &toy, key, size, alg, false);
    toy.shift = (uint8_t)(toy.shift + mock_add_up(0, input, 16));
    change(&toy, input + 16, length - 16, result);
    return mock_give(mock, PSAB_EP_CIPHER_DECRYPT, result, length - 16, output, output_size, written);
}

static psab_status_t aead_set_lengths(void *driver, void *operation, size_t ad_length, size_t text_length) {
    (void)operation;
    (void)ad_length;
    (void)text_length;
    return mock_begin(driver, PSAB_EP_AEAD_SET_LENGTHS);
}

static psab_status_t aead_update(void *driver, void *operation, const uint8_t *input, size_t length, uint8_t *output,
                                 size_t size, size_t *written) {
    mock_t *mock = driver;
    toy_sym_t *toy = operation;
    uint8_t result[TEXT_MOST];
    (void)mock_begin(mock, PSAB_EP_AEAD_UPDATE);
    change(toy, input, length, result);
    authenticate(toy, toy->encrypt ? input : result, length);
    return mock_give(mock, PSAB_EP_AEAD_UPDATE, result, length, output, size, written);
}

static psab_status_t aead_finish(void *driver, void *operation, uint8_t *text, size_t text_size, size_t *text_length,
                                 uint8_t *tag, size_t tag_size, size_t *tag_written) {
    mock_t *mock = driver;
    const toy_sym_t *toy = operation;
    uint8_t result[64];
    (void)text;
    (void)mock_begin(mock, PSAB_EP_AEAD_FINISH);
    mock_spread(toy->sum, result, toy->tag);
    *text_length = mock_lies(mock, PSAB_EP_AEAD_FINISH, MOCK_OTHER_BITS) ? text_size + 1 : 0;
    return ended(mock, mock_give(mock, PSAB_EP_AEAD_FINISH, result, toy->tag, tag, tag_size, tag_written));
}

static psab_status_t aead_verify(void *driver, void *operation, uint8_t *text, size_t text_size, size_t *text_length,
                                 const uint8_t *tag, size_t length) {
    mock_t *mock = driver;
    const toy_sym_t *toy = operation;
    uint8_t result[64];
    (void)text;
    psab_status_t status = mock_begin(mock, PSAB_EP_AEAD_VERIFY);
    mock_spread(toy->sum, result, toy->tag);
    *text_length = mock_lies(mock, PSAB_EP_AEAD_VERIFY, MOCK_TOO_LONG) ? text_size + 1 : 0;
    if (status == PSA_SUCCESS && (length != toy->tag || memcmp(tag, result, length) != 0)) {
        status = PSA_ERROR_INVALID_SIGNATURE;
    }
    return ended(mock, status);
}

static psab_status_t aead_encrypt(void *driver, const psab_attributes_t *attributes, const uint8_t *key, size_t size,
                                  uint32_t alg, const uint8_t *nonce, size_t nonce_length, const uint8_t *ad,
                                  size_t ad_length, const uint8_t *text, size_t length, uint8_t *output,
                                  size_t output_size, size_t *written) {
    mock_t *mock = driver;
    toy_sym_t toy = {0};
    uint8_t result[TEXT_MOST];
    (void)attributes;
    (void)mock_begin(mock, PSAB_EP_AEAD_ENCRYPT);
    start(mock, &toy, key, size, alg, true);
    toy.sum = mock_add_up(mock_add_up(toy.sum, nonce, nonce_length), ad, ad_length);
    change(&toy, text, length, result);
    authenticate(&toy, text, length);
    mock_spread(toy.sum, result + length, toy.tag);
    return mock_give(mock, PSAB_EP_AEAD_ENCRYPT, result, length + toy.tag, output, output_size, written);
}

static psab_status_t aead_decrypt(void *driver, const psab_attributes_t *attributes, const uint8_t *key, size_t size,
                                  uint32_t alg, const uint8_t *nonce, size_t nonce_length, const uint8_t *ad,
                                  size_t ad_length, const uint8_t *text, size_t length, uint8_t *output,
                                  size_t output_size, size_t *written) {
    mock_t *mock = driver;
    toy_sym_t toy = {0};
    uint8_t result[TEXT_MOST];
    uint8_t tag[64];
    (void)attributes;
    (void)mock_begin(mock, PSAB_EP_AEAD_DECRYPT);
    start(mock, &toy, key, size, alg, false);
    toy.sum = mock_add_up(mock_add_up(toy.sum, nonce, nonce_length), ad, ad_length);
    change(&toy, text, length - toy.tag, result);
    authenticate(&toy, result, length - toy.tag);
    mock_spread(toy.sum, tag, toy.tag);
    psab_status_t status =
        mock_give(mock, PSAB_EP_AEAD_DECRYPT, result, length - toy.tag, output, output_size, written);
    bool genuine = memcmp(tag, text + length - toy.tag, toy.tag) == 0;
    return status == PSA_SUCCESS && !genuine ? PSA_ERROR_INVALID_SIGNATURE : status;
}

static psab_status_t xof_setup(void *driver, void *operation, uint32_t alg) {
    return set_up(driver, PSAB_EP_XOF_SETUP, operation, NULL, 0, alg, true);
}

static psab_status_t xof_output(void *driver, void *operation, uint8_t *output, size_t length) {
    mock_t *mock = driver;
    toy_sym_t *toy = operation;
    psab_status_t status = mock_begin(mock, PSAB_EP_XOF_OUTPUT);
    for (size_t i = 0; i < length; i++) {
        output[i] = (uint8_t)(toy->sum + toy->done++);
    }
    return status;
}

const psab_ops_t mock_symmetric_ops = {
    .mac_compute = mac_compute,
    .mac_verify = mac_verify,
    .mac_sign_setup = mac_sign_setup,
    .mac_verify_setup = mac_verify_setup,
    .mac_update = mac_update,
    .mac_sign_finish = mac_sign_finish,
    .mac_verify_finish = mac_verify_finish,
    .mac_abort = mac_abort,
    .cipher_encrypt = cipher_encrypt,
    .cipher_decrypt = cipher_decrypt,
    .cipher_encrypt_setup = cipher_encrypt_setup,
    .cipher_decrypt_setup = cipher_decrypt_setup,
    .cipher_set_iv = cipher_set_iv,
    .cipher_update = cipher_update,
    .cipher_finish = cipher_finish,
    .cipher_abort = cipher_abort,
    .aead_encrypt = aead_encrypt,
    .aead_decrypt = aead_decrypt,
    .aead_encrypt_setup = aead_encrypt_setup,
    .aead_decrypt_setup = aead_decrypt_setup,
    .aead_set_lengths = aead_set_lengths,
    .aead_set_nonce = aead_set_nonce,
    .aead_update_ad = aead_update_ad,
    .aead_update = aead_update,
    .aead_finish = aead_finish,
    .aead_verify = aead_verify,
    .aead_abort = aead_abort,
    .xof_setup = xof_setup,
    .xof_set_context = xof_set_context,
    .xof_update = xof_update,
    .xof_output = xof_output,
    .xof_abort = xof_abort,
};

void mock_symmetric_contexts(psab_capability_t *capability) {
    static const psab_context_t kinds[] = {PSAB_CONTEXT_MAC_OPERATION, PSAB_CONTEXT_CIPHER_OPERATION,
                                           PSAB_CONTEXT_AEAD_OPERATION, PSAB_CONTEXT_XOF_OPERATION};
    for (size_t i = 0; i < 4; i++) {
        capability->context_sizes[kinds[i]] = sizeof(toy_sym_t);
    }
}
