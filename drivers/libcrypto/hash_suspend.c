/* Hash suspend and resume: Crypto API 1.5, 10.2.5 "Hash suspend state".
 *
 * state = algorithm (4) || input length in bytes (8 or 16) || chaining words || unprocessed input,
 * numbers big-endian, chaining words in the byte order of the hash. */
#include "hash.h"

#define ALGORITHM_SIZE 4u

static uint64_t get(const uint8_t *data, size_t size, bool little) {
    uint64_t value = 0;
    for (size_t i = 0; i < size; i++) {
        value = value << 8 | data[little ? size - 1 - i : i];
    }
    return value;
}

static void put(uint8_t *data, size_t size, bool little, uint64_t value) {
    for (size_t i = 0; i < size; i++) {
        data[little ? i : size - 1 - i] = (uint8_t)(value >> (8 * i));
    }
}

/* One word of libcrypto's structure. */
static uint64_t load(const void *state, size_t offset, size_t size) {
    uint64_t wide;
    uint32_t narrow;
    const uint8_t *at = (const uint8_t *)state + offset;
    if (size == sizeof(wide)) {
        memcpy(&wide, at, sizeof(wide));
        return wide;
    }
    memcpy(&narrow, at, sizeof(narrow));
    return narrow;
}

static void store(void *state, size_t offset, size_t size, uint64_t value) {
    uint32_t narrow = (uint32_t)value;
    uint8_t *at = (uint8_t *)state + offset;
    if (size == sizeof(value)) {
        memcpy(at, &value, sizeof(value));
    } else {
        memcpy(at, &narrow, sizeof(narrow));
    }
}

psa_status_t libcrypto_hash_suspend(libcrypto_hash_operation_t *operation, uint8_t *hash_state, size_t hash_state_size,
                                    size_t *hash_state_length) {
    const lc_hash_t *hash = operation->hash;
    if (hash == NULL) {
        return PSA_ERROR_BAD_STATE;
    }
    if (!hash->suspend) {
        return PSA_ERROR_NOT_SUPPORTED;
    }
    const lc_hash_open_t *open = hash->open;
    size_t word = open->word_size;

    /* 1. The bit count of two words becomes a byte count. */
    uint64_t low_bits = load(operation->state, open->low_offset, word);
    uint64_t high_bits = load(operation->state, open->high_offset, word);
    if (word == 4) {
        low_bits |= high_bits << 32;
        high_bits = 0;
    }
    uint64_t low = low_bits >> 3 | high_bits << 61;
    uint64_t high = high_bits >> 3;
    size_t rest = (size_t)(low % hash->block);

    size_t size = ALGORITHM_SIZE + 2 * word + open->words * word + rest;
    if (hash_state_size < size) {
        return PSA_ERROR_BUFFER_TOO_SMALL;
    }

    /* 2. The fields. */
    uint8_t *out = hash_state;
    put(out, ALGORITHM_SIZE, false, lc_hash_algorithm(hash));
    out += ALGORITHM_SIZE;
    if (word == 8) {
        put(out, 8, false, high);
    }
    put(out + 2 * word - 8, 8, false, low);
    out += 2 * word;
    for (size_t i = 0; i < open->words; i++, out += word) {
        put(out, word, open->little, load(operation->state, i * word, word));
    }
    memcpy(out, (const uint8_t *)operation->state + open->block_offset, rest);
    *hash_state_length = size;
    return libcrypto_hash_abort(operation);
}

psa_status_t libcrypto_hash_resume(libcrypto_hash_operation_t *operation, psa_algorithm_t alg,
                                   const uint8_t *hash_state, size_t hash_state_length) {
    const lc_hash_t *hash = lc_hash_find(alg);
    if (hash == NULL || !hash->suspend) {
        return PSA_ERROR_NOT_SUPPORTED;
    }
    const lc_hash_open_t *open = hash->open;
    size_t word = open->word_size;
    size_t fixed = ALGORITHM_SIZE + 2 * word + open->words * word;

    /* 1. The form: algorithm, size, and a length whose count of bits the hash can hold. */
    if (hash_state_length < fixed || get(hash_state, ALGORITHM_SIZE, false) != alg) {
        return PSA_ERROR_INVALID_ARGUMENT;
    }
    const uint8_t *in = hash_state + ALGORITHM_SIZE;
    uint64_t high = word == 8 ? get(in, 8, false) : 0;
    uint64_t low = get(in + 2 * word - 8, 8, false);
    in += 2 * word;
    size_t rest = (size_t)(low % hash->block);
    if (hash_state_length - fixed != rest || (word == 8 ? high : low) >> 61 != 0) {
        return PSA_ERROR_INVALID_ARGUMENT;
    }

    /* 2. The state before the unprocessed input, which is then hashed as usual. */
    psa_status_t status = libcrypto_hash_setup(operation, alg);
    if (status != PSA_SUCCESS) {
        return status;
    }
    for (size_t i = 0; i < open->words; i++, in += word) {
        store(operation->state, i * word, word, get(in, word, open->little));
    }
    low -= rest;
    uint64_t low_bits = low << 3;
    uint64_t high_bits = word == 8 ? high << 3 | low >> 61 : low_bits >> 32;
    store(operation->state, open->low_offset, word, low_bits);
    store(operation->state, open->high_offset, word, high_bits);
    return libcrypto_hash_update(operation, in, rest);
}
