/* The entry points: buffering and padding around the compression functions (FIPS 180-4, 5 and 6). */
#include "x86_sha.h"

#include "x86_sha_blocks.h"

#include <string.h>

#define BLOCK 64

typedef struct {
    psa_algorithm_t alg;
    uint8_t length; /* bytes of the hash */
    uint32_t start[8];
    void (*blocks)(uint32_t *state, const uint8_t *blocks, size_t count);
} method_t;

static const method_t methods[] = {
    {PSA_ALG_SHA_256,
     32,
     {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19},
     x86_sha_blocks_256},
    {PSA_ALG_SHA_224,
     28,
     {0xc1059ed8, 0x367cd507, 0x3070dd17, 0xf70e5939, 0xffc00b31, 0x68581511, 0x64f98fa7, 0xbefa4fa4},
     x86_sha_blocks_256},
    {PSA_ALG_SHA_1, 20, {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0}, x86_sha_blocks_1},
};

static const method_t *find(psa_algorithm_t alg) {
    for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
        if (methods[i].alg == alg) {
            return &methods[i];
        }
    }
    return NULL;
}

/* The empty statement keeps the compiler from dropping the write. */
static void wipe(void *data, size_t size) {
    memset(data, 0, size);
    __asm__ volatile("" : : "r"(data) : "memory");
}

static void put_word(uint8_t *out, uint32_t word) {
    word = __builtin_bswap32(word);
    memcpy(out, &word, sizeof(word));
}

/* Pads the rest of the message (below one block, at the start of `block`) and writes the hash. */
static void close_hash(const method_t *method, uint32_t *state, uint8_t *block, size_t rest, uint64_t length,
                       uint8_t *hash) {
    block[rest++] = 0x80;
    if (rest > BLOCK - 8) {
        memset(block + rest, 0, BLOCK - rest);
        method->blocks(state, block, 1);
        rest = 0;
    }
    memset(block + rest, 0, BLOCK - 8 - rest);
    put_word(block + BLOCK - 8, (uint32_t)(length >> 29));
    put_word(block + BLOCK - 4, (uint32_t)(length << 3));
    method->blocks(state, block, 1);
    for (size_t i = 0; i < method->length / 4u; i++) {
        put_word(hash + 4 * i, state[i]);
    }
}

static psa_status_t check(const method_t *method, size_t hash_size) {
    if (method == NULL || !x86_sha_available()) {
        return PSA_ERROR_NOT_SUPPORTED;
    }
    return hash_size < method->length ? PSA_ERROR_BUFFER_TOO_SMALL : PSA_SUCCESS;
}

psa_status_t x86_sha_hash_compute(psa_algorithm_t alg, const uint8_t *input, size_t input_length, uint8_t *hash,
                                  size_t hash_size, size_t *hash_length) {
    const method_t *method = find(alg);
    psa_status_t status = check(method, hash_size);
    if (status != PSA_SUCCESS) {
        return status;
    }
    uint32_t state[8];
    uint8_t block[BLOCK];
    memcpy(state, method->start, sizeof(state));
    size_t whole = input_length / BLOCK;
    size_t rest = input_length % BLOCK;
    if (whole > 0) {
        method->blocks(state, input, whole);
    }
    if (rest > 0) {
        memcpy(block, input + BLOCK * whole, rest);
    }
    close_hash(method, state, block, rest, input_length, hash);
    *hash_length = method->length;
    wipe(state, sizeof(state));
    wipe(block, sizeof(block));
    return PSA_SUCCESS;
}

psa_status_t x86_sha_hash_setup(x86_sha_hash_operation_t *operation, psa_algorithm_t alg) {
    const method_t *method = find(alg);
    psa_status_t status = check(method, SIZE_MAX);
    if (status != PSA_SUCCESS) {
        return status;
    }
    memset(operation, 0, sizeof(*operation));
    operation->alg = alg;
    memcpy(operation->state, method->start, sizeof(operation->state));
    return PSA_SUCCESS;
}

psa_status_t x86_sha_hash_update(x86_sha_hash_operation_t *operation, const uint8_t *input, size_t input_length) {
    const method_t *method = find(operation->alg);
    if (method == NULL) {
        return PSA_ERROR_BAD_STATE;
    }
    if (input_length == 0) {
        return PSA_SUCCESS;
    }
    operation->length += input_length;
    /* 1. Fill the block that was begun. */
    if (operation->buffered > 0) {
        size_t room = BLOCK - operation->buffered;
        size_t part = input_length < room ? input_length : room;
        memcpy(operation->block + operation->buffered, input, part);
        operation->buffered += (uint32_t)part;
        input += part;
        input_length -= part;
        if (operation->buffered < BLOCK) {
            return PSA_SUCCESS;
        }
        method->blocks(operation->state, operation->block, 1);
    }
    /* 2. Whole blocks straight from the input, and keep the rest. */
    size_t whole = input_length / BLOCK;
    if (whole > 0) {
        method->blocks(operation->state, input, whole);
    }
    operation->buffered = (uint32_t)(input_length % BLOCK);
    memcpy(operation->block, input + BLOCK * whole, operation->buffered);
    return PSA_SUCCESS;
}

psa_status_t x86_sha_hash_finish(x86_sha_hash_operation_t *operation, uint8_t *hash, size_t hash_size,
                                 size_t *hash_length) {
    const method_t *method = find(operation->alg);
    if (method == NULL) {
        return PSA_ERROR_BAD_STATE;
    }
    psa_status_t status = check(method, hash_size);
    if (status != PSA_SUCCESS) {
        return status;
    }
    close_hash(method, operation->state, operation->block, operation->buffered, operation->length, hash);
    *hash_length = method->length;
    return x86_sha_hash_abort(operation);
}

psa_status_t x86_sha_hash_abort(x86_sha_hash_operation_t *operation) {
    wipe(operation, sizeof(*operation));
    return PSA_SUCCESS;
}
