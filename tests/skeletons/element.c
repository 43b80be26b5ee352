/* Calls every entry point of the element skeleton with buffers of exactly the right size, so that sanitizers see a
 * byte too much. The services of the core are stood for by a few lines. */
#include HEADER

#include <psa/crypto_driver_common.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ALG PSA_ALG_HMAC(PSA_ALG_SHA_256)
#define OVERHEAD 32

static uint8_t persistent[36];
static uint8_t next;

void psa_set_key_type(psa_key_attributes_t *attributes, psa_key_type_t type) {
    attributes->type = type;
}

void psa_set_key_bits(psa_key_attributes_t *attributes, size_t bits) {
    attributes->bits = (uint32_t)bits;
}

psa_key_type_t psa_get_key_type(const psa_key_attributes_t *attributes) {
    return attributes->type;
}

size_t psa_get_key_bits(const psa_key_attributes_t *attributes) {
    return attributes->bits;
}

psa_status_t psa_generate_random(uint8_t *output, size_t size) {
    for (size_t i = 0; i < size; i++) {
        output[i] = (uint8_t)(next += 11);
    }
    return PSA_SUCCESS;
}

psa_status_t psa_crypto_driver_get_persistent_state(uint8_t **state) {
    *state = persistent;
    return PSA_SUCCESS;
}

psa_status_t psa_crypto_driver_commit_persistent_state(size_t from, size_t length) {
    return from + length <= sizeof(persistent) ? PSA_SUCCESS : PSA_ERROR_INVALID_ARGUMENT;
}

static void require(int good, const char *what) {
    if (!good) {
        fprintf(stderr, "wrong: %s\n", what);
        exit(1);
    }
}

/* RFC 4231, test case 2 */
static const uint8_t message[] = "what do ya want for nothing?";
static const uint8_t expected[32] = {0x5b, 0xdc, 0xc1, 0x46, 0xbf, 0x60, 0x75, 0x4e, 0x6a, 0x04, 0x24,
                                     0x26, 0x08, 0x95, 0x75, 0xc7, 0x5a, 0x00, 0x3f, 0x08, 0x9d, 0x27,
                                     0x39, 0x83, 0x9d, 0xec, 0x58, 0xb9, 0x64, 0xec, 0x38, 0x43};

static psa_key_attributes_t attributes(size_t bits) {
    psa_key_attributes_t made = PSA_KEY_ATTRIBUTES_INIT;
    psa_set_key_type(&made, PSA_KEY_TYPE_HMAC);
    psa_set_key_bits(&made, bits);
    return made;
}

static psa_status_t mac(const uint8_t *wrapped, size_t wrapped_size, size_t bits, uint8_t *out) {
    psa_key_attributes_t key = attributes(bits);
    size_t length = 0;
    return DRIVER(mac_compute)(&key, wrapped, wrapped_size, ALG, message, sizeof(message) - 1, out, 32, &length);
}

static void every_size(void) {
    uint8_t out[32];
    for (size_t size = 1; size <= 128; size++) {
        psa_key_attributes_t key = attributes(0);
        uint8_t *data = calloc(1, size);
        uint8_t *wrapped = malloc(size + OVERHEAD);
        size_t length = 0;
        size_t bits = 0;
        psa_status_t small = DRIVER(import_key)(&key, data, size, wrapped, size + OVERHEAD - 1, &length, &bits);
        require(small == PSA_ERROR_BUFFER_TOO_SMALL, "a buffer that is too small");
        require(DRIVER(import_key)(&key, data, size, wrapped, size + OVERHEAD, &length, &bits) == PSA_SUCCESS,
                "import");
        require(length == size + OVERHEAD && bits == 8 * size, "sizes");
        require(mac(wrapped, length, bits, out) == PSA_SUCCESS, "mac");
        require(mac(wrapped, length - 1, bits, out) == PSA_ERROR_DATA_INVALID, "a key that was cut");
        wrapped[size % length] ^= 1;
        require(mac(wrapped, length, bits, out) == PSA_ERROR_DATA_CORRUPT, "a key that was changed");
        key = attributes(8 * size);
        require(DRIVER(generate_key)(&key, wrapped, size + OVERHEAD, &length) == PSA_SUCCESS, "generate");
        require(mac(wrapped, length, bits, out) == PSA_SUCCESS, "mac with a generated key");
        free(data);
        free(wrapped);
    }
}

int main(void) {
    uint8_t wrapped[4 + OVERHEAD];
    uint8_t out[32];
    size_t length = 0;
    size_t bits = 32;
    psa_key_attributes_t key = attributes(32);
    require(DRIVER(import_key)(&key, (const uint8_t *)"Jefe", 4, wrapped, sizeof(wrapped), &length, &bits) ==
                PSA_ERROR_BAD_STATE,
            "import before init");
    require(DRIVER(init)() == PSA_SUCCESS && DRIVER(init)() == PSA_SUCCESS, "init, twice");
    require(DRIVER(import_key)(&key, (const uint8_t *)"Jefe", 4, wrapped, sizeof(wrapped), &length, &bits) ==
                PSA_SUCCESS,
            "import");
    require(mac(wrapped, length, 32, out) == PSA_SUCCESS && memcmp(out, expected, 32) == 0, "RFC 4231, case 2");
    bits = 24;
    require(DRIVER(import_key)(&key, out, 4, wrapped, sizeof(wrapped), &length, &bits) == PSA_ERROR_INVALID_ARGUMENT,
            "another size than the attributes'");
    uint8_t big[129] = {0};
    bits = 0;
    require(DRIVER(import_key)(&key, big, 129, wrapped, sizeof(wrapped), &length, &bits) == PSA_ERROR_NOT_SUPPORTED,
            "a key that is too long");
    psa_set_key_type(&key, PSA_KEY_TYPE_AES);
    require(DRIVER(generate_key)(&key, wrapped, sizeof(wrapped), &length) == PSA_ERROR_NOT_SUPPORTED, "an AES key");
    every_size();
    return 0;
}
