/* Calls every entry point of the derivation skeleton with buffers of exactly the right size, so that sanitizers see a
 * byte too much. The services of the core are stood for by a few lines. */
#include HEADER

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ALG PSA_ALG_HKDF(PSA_ALG_SHA_256)
#define LEFT_OUT ((size_t)-1)

typedef struct {
    const uint8_t *data;
    size_t size; /**< LEFT_OUT for an input that is not there */
} text_t;

struct psab_kdf_inputs {
    text_t salt, secret, info;
    int as_keys;
};

static const text_t *text_of(const struct psab_kdf_inputs *inputs, psa_key_derivation_step_t step) {
    return step == PSA_KEY_DERIVATION_INPUT_SALT     ? &inputs->salt
           : step == PSA_KEY_DERIVATION_INPUT_SECRET ? &inputs->secret
                                                     : &inputs->info;
}

psa_crypto_driver_key_derivation_input_type_t
psa_crypto_driver_key_derivation_get_input_type(const psa_crypto_driver_key_derivation_inputs_t *inputs,
                                                psa_key_derivation_step_t step) {
    return text_of(inputs, step)->size == LEFT_OUT ? PSA_KEY_DERIVATION_INPUT_TYPE_OMITTED
           : inputs->as_keys                       ? PSA_KEY_DERIVATION_INPUT_TYPE_KEY
                                                   : PSA_KEY_DERIVATION_INPUT_TYPE_BYTES;
}

psa_status_t psa_crypto_driver_key_derivation_get_input_bytes(const psa_crypto_driver_key_derivation_inputs_t *inputs,
                                                              psa_key_derivation_step_t step, uint8_t *buffer,
                                                              size_t buffer_size, size_t *buffer_length) {
    const text_t *text = text_of(inputs, step);
    if (text->size > buffer_size) {
        return PSA_ERROR_BUFFER_TOO_SMALL;
    }
    if (text->size != 0) {
        memcpy(buffer, text->data, text->size);
    }
    *buffer_length = text->size;
    return PSA_SUCCESS;
}

psa_status_t psa_crypto_driver_key_derivation_get_input_key(const psa_crypto_driver_key_derivation_inputs_t *inputs,
                                                            psa_key_derivation_step_t step,
                                                            psa_key_attributes_t *attributes, uint8_t **p_key_buffer,
                                                            size_t *key_buffer_size) {
    (void)attributes;
    memcpy(p_key_buffer, &text_of(inputs, step)->data, sizeof(*p_key_buffer));
    *key_buffer_size = text_of(inputs, step)->size;
    return PSA_SUCCESS;
}

psa_key_type_t psa_get_key_type(const psa_key_attributes_t *attributes) {
    return attributes->type;
}

size_t psa_get_key_bits(const psa_key_attributes_t *attributes) {
    return attributes->bits;
}

static void require(int good, const char *what) {
    if (!good) {
        fprintf(stderr, "wrong: %s\n", what);
        exit(1);
    }
}

static uint8_t *filled(size_t size, uint8_t first, uint8_t step) {
    uint8_t *data = malloc(size != 0 ? size : 1);
    for (size_t i = 0; i < size; i++) {
        data[i] = (uint8_t)(first + step * i);
    }
    return data;
}

/* RFC 5869, A.1 */
static const uint8_t expected[42] = {0x3c, 0xb2, 0x5f, 0x25, 0xfa, 0xac, 0xd5, 0x7a, 0x90, 0x43, 0x4f,
                                     0x64, 0xd0, 0x36, 0x2f, 0x2a, 0x2d, 0x2d, 0x0a, 0x90, 0xcf, 0x1a,
                                     0x5a, 0x4c, 0x5d, 0xb0, 0x2d, 0x56, 0xec, 0xc4, 0xc5, 0xbf, 0x34,
                                     0x00, 0x72, 0x08, 0xd5, 0xb8, 0x87, 0x18, 0x58, 0x65};

static void published(int as_keys) {
    DRIVER(key_derivation_operation_t) operation;
    struct psab_kdf_inputs inputs = {
        {filled(13, 0, 1), 13}, {filled(22, 0x0b, 0), 22}, {filled(10, 0xf0, 1), 10}, as_keys};
    uint8_t *output = malloc(42);
    memset(&operation, 0, sizeof(operation));
    require(DRIVER(key_derivation_setup)(&operation, ALG, &inputs) == PSA_SUCCESS, "setup");
    for (size_t i = 0; i < 42; i += 6) {
        require(DRIVER(key_derivation_output_bytes)(&operation, output + i, 6) == PSA_SUCCESS, "output");
    }
    require(memcmp(output, expected, 42) == 0, "the output is the published one");
    require(DRIVER(key_derivation_abort)(&operation) == PSA_SUCCESS, "abort");
    require(DRIVER(key_derivation_output_bytes)(&operation, output, 1) == PSA_ERROR_BAD_STATE, "output after abort");
    free((void *)(uintptr_t)inputs.salt.data);
    free((void *)(uintptr_t)inputs.secret.data);
    free((void *)(uintptr_t)inputs.info.data);
    free(output);
}

static void edges(int as_keys) {
    DRIVER(key_derivation_operation_t) operation;
    uint8_t *info = filled(257, 1, 3);
    uint8_t *output = malloc(255 * 32);
    struct psab_kdf_inputs inputs = {{NULL, LEFT_OUT}, {info, 32}, {info, 256}, as_keys};
    memset(&operation, 0, sizeof(operation));
    require(DRIVER(key_derivation_setup)(&operation, PSA_ALG_HKDF(PSA_ALG_SHA_512), &inputs) == PSA_ERROR_NOT_SUPPORTED,
            "another hash");
    require(DRIVER(key_derivation_setup)(&operation, ALG, &inputs) == PSA_SUCCESS, "the most info");
    require(DRIVER(key_derivation_output_bytes)(&operation, output, 0) == PSA_SUCCESS, "no output");
    require(DRIVER(key_derivation_output_bytes)(&operation, output, 255 * 32) == PSA_SUCCESS, "all output");
    require(DRIVER(key_derivation_output_bytes)(&operation, output, 1) == PSA_ERROR_INSUFFICIENT_DATA, "no more");
    require(DRIVER(key_derivation_abort)(&operation) == PSA_SUCCESS, "abort");
    inputs.info.size = 257;
    require(DRIVER(key_derivation_setup)(&operation, ALG, &inputs) == PSA_ERROR_NOT_SUPPORTED, "too much info");
    free(info);
    free(output);
}

static psa_status_t key_of(const uint8_t *input, size_t size, size_t room, uint8_t *key) {
    psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
    uint8_t *copy = malloc(size);
    uint8_t *made = malloc(room != 0 ? room : 1);
    size_t length = 0;
    memcpy(copy, input, size);
    attributes.type = PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1);
    attributes.bits = 256;
    psa_status_t status = DRIVER(derive_key)(&attributes, copy, size, NULL, made, room, &length);
    if (status == PSA_SUCCESS) {
        require(length == 32, "a key has 32 bytes");
        memcpy(key, made, 32);
    }
    free(copy);
    free(made);
    return status;
}

static void keys(void) {
    uint8_t input[32] = {0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff,
                         0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17,
                         0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x4f};
    uint8_t zero[32] = {0};
    uint8_t key[32];
    require(key_of(input, 32, 32, key) == PSA_SUCCESS && key[31] == 0x50 && memcmp(key, input, 31) == 0, "the largest");
    input[31]++;
    require(key_of(input, 32, 32, key) == PSA_ERROR_INSUFFICIENT_DATA, "one more is too large");
    require(key_of(zero, 32, 32, key) == PSA_SUCCESS && key[31] == 1 && memcmp(key, zero, 31) == 0, "the smallest");
    require(key_of(zero, 32, 31, key) == PSA_ERROR_BUFFER_TOO_SMALL, "31 bytes are too few");
    require(key_of(zero, 31, 32, key) == PSA_ERROR_NOT_SUPPORTED, "31 bytes make no key");
    zero[31] = 0xff;
    require(key_of(zero, 32, 32, key) == PSA_SUCCESS && key[31] == 0 && key[30] == 1, "the carry");
}

int main(void) {
    for (int as_keys = 0; as_keys < 2; as_keys++) {
        published(as_keys);
        edges(as_keys);
    }
    keys();
    return 0;
}
