/* Calls every entry point of the hash skeleton with buffers of exactly the right size, so that sanitizers see a
 * byte too much; compares with FIPS 180-4's "abc" and with what other splits of the input give. */
#include HEADER

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const uint8_t abc[32] = {0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea, 0x41, 0x41, 0x40,
                                0xde, 0x5d, 0xae, 0x22, 0x23, 0xb0, 0x03, 0x61, 0xa3, 0x96, 0x17,
                                0x7a, 0x9c, 0xb4, 0x10, 0xff, 0x61, 0xf2, 0x00, 0x15, 0xad};

static void require(int good, const char *what) {
    if (!good) {
        fprintf(stderr, "wrong: %s\n", what);
        exit(1);
    }
}

static void in_parts(const uint8_t *data, size_t size, size_t piece, uint8_t *hash) {
    DRIVER(hash_operation_t) operation;
    size_t length = 0;
    require(DRIVER(hash_setup)(&operation, PSA_ALG_SHA_256) == PSA_SUCCESS, "setup");
    for (size_t i = 0; i < size; i += piece) {
        size_t part = size - i < piece ? size - i : piece;
        uint8_t *copy = malloc(part);
        memcpy(copy, data + i, part);
        require(DRIVER(hash_update)(&operation, copy, part) == PSA_SUCCESS, "update");
        free(copy);
    }
    require(DRIVER(hash_update)(&operation, NULL, 0) == PSA_SUCCESS, "an empty update");
    require(DRIVER(hash_finish)(&operation, hash, 31, &length) == PSA_ERROR_BUFFER_TOO_SMALL, "31 bytes are too few");
    require(DRIVER(hash_finish)(&operation, hash, 32, &length) == PSA_SUCCESS && length == 32, "finish");
    require(DRIVER(hash_update)(&operation, data, 1) == PSA_ERROR_BAD_STATE, "update after finish");
    require(DRIVER(hash_finish)(&operation, hash, 32, &length) == PSA_ERROR_BAD_STATE, "finish after finish");
    require(DRIVER(hash_abort)(&operation) == PSA_SUCCESS, "abort of an idle operation");
}

int main(void) {
    uint8_t *hash = malloc(32);
    uint8_t *other = malloc(32);
    size_t length = 0;
    require(DRIVER(hash_compute)(PSA_ALG_SHA_256, (const uint8_t *)"abc", 3, hash, 32, &length) == PSA_SUCCESS, "abc");
    require(length == 32 && memcmp(hash, abc, 32) == 0, "abc has the published hash");
    require(DRIVER(hash_compute)(PSA_ALG_SHA_512, NULL, 0, hash, 32, &length) == PSA_ERROR_NOT_SUPPORTED, "SHA-512");
    require(DRIVER(hash_compute)(PSA_ALG_SHA_256, NULL, 0, hash, 31, &length) == PSA_ERROR_BUFFER_TOO_SMALL, "small");
    require(DRIVER(hash_compute)(PSA_ALG_SHA_256, NULL, 0, hash, 32, &length) == PSA_SUCCESS, "nothing");
    for (size_t size = 0; size < 260; size++) {
        uint8_t *data = malloc(size + 1);
        for (size_t i = 0; i <= size; i++) {
            data[i] = (uint8_t)(i * 7);
        }
        require(DRIVER(hash_compute)(PSA_ALG_SHA_256, data, size, hash, 32, &length) == PSA_SUCCESS, "compute");
        for (size_t piece = 1; piece < 140; piece += 23) {
            in_parts(data, size, piece, other);
            require(memcmp(hash, other, 32) == 0, "parts give the same");
        }
        free(data);
    }
    free(hash);
    free(other);
    return 0;
}
