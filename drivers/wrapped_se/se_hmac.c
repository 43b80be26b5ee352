/* SHA-256 and HMAC in portable C; see se_hmac.h. */
#include "se_hmac.h"

#include "p256.h" /* p256_wipe */

#include <string.h>

#define BLOCK 64

static const uint32_t round_constants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

static uint32_t rotate(uint32_t x, unsigned by) {
    return x >> by | x << (32 - by);
}

/* FIPS 180-4, 6.2.2. */
static void compress(uint32_t *state, const uint8_t *block) {
    uint32_t w[64];
    for (size_t t = 0; t < 16; t++) {
        w[t] = (uint32_t)block[4 * t] << 24 | (uint32_t)block[4 * t + 1] << 16 | (uint32_t)block[4 * t + 2] << 8 |
               block[4 * t + 3];
    }
    for (size_t t = 16; t < 64; t++) {
        uint32_t s0 = rotate(w[t - 15], 7) ^ rotate(w[t - 15], 18) ^ w[t - 15] >> 3;
        uint32_t s1 = rotate(w[t - 2], 17) ^ rotate(w[t - 2], 19) ^ w[t - 2] >> 10;
        w[t] = s1 + w[t - 7] + s0 + w[t - 16];
    }
    uint32_t v[8];
    memcpy(v, state, sizeof(v));
    for (size_t t = 0; t < 64; t++) {
        uint32_t sum1 = rotate(v[4], 6) ^ rotate(v[4], 11) ^ rotate(v[4], 25);
        uint32_t choice = (v[4] & v[5]) ^ (~v[4] & v[6]);
        uint32_t sum0 = rotate(v[0], 2) ^ rotate(v[0], 13) ^ rotate(v[0], 22);
        uint32_t majority = (v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]);
        uint32_t t1 = v[7] + sum1 + choice + round_constants[t] + w[t];
        memmove(v + 1, v, 7 * sizeof(v[0]));
        v[4] += t1;
        v[0] = t1 + sum0 + majority;
    }
    for (size_t i = 0; i < 8; i++) {
        state[i] += v[i];
    }
    p256_wipe(w, sizeof(w));
    p256_wipe(v, sizeof(v));
}

void se_hash_start(se_hash_t *hash) {
    static const uint32_t start[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                      0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    memcpy(hash->state, start, sizeof(start));
    hash->length = 0;
}

void se_hash_update(se_hash_t *hash, const uint8_t *data, size_t size) {
    size_t used = (size_t)(hash->length % BLOCK);
    hash->length += size;
    while (size > 0) {
        size_t part = size < BLOCK - used ? size : BLOCK - used;
        memcpy(hash->block + used, data, part);
        data += part;
        size -= part;
        used += part;
        if (used == BLOCK) {
            compress(hash->state, hash->block);
            used = 0;
        }
    }
}

void se_hash_finish(se_hash_t *hash, uint8_t *digest) {
    static const uint8_t padding[BLOCK] = {0x80};
    uint64_t bits = 8 * hash->length;
    size_t used = (size_t)(hash->length % BLOCK);
    se_hash_update(hash, padding, (used < 56 ? 56 : 56 + BLOCK) - used);
    uint8_t length[8];
    for (size_t i = 0; i < 8; i++) {
        length[i] = (uint8_t)(bits >> (56 - 8 * i));
    }
    se_hash_update(hash, length, sizeof(length));
    for (size_t i = 0; i < SE_HASH_SIZE; i++) {
        digest[i] = (uint8_t)(hash->state[i / 4] >> (24 - 8 * (i % 4)));
    }
    p256_wipe(hash, sizeof(*hash));
}

void se_hmac_start(se_hmac_t *hmac, const uint8_t *key, size_t size) {
    uint8_t pad[BLOCK] = {0};
    if (size > BLOCK) {
        se_hash_start(&hmac->inner);
        se_hash_update(&hmac->inner, key, size);
        se_hash_finish(&hmac->inner, pad);
    } else if (size > 0) {
        memcpy(pad, key, size);
    }
    for (size_t i = 0; i < BLOCK; i++) {
        hmac->outer_key[i] = pad[i] ^ 0x5c;
        pad[i] ^= 0x36;
    }
    se_hash_start(&hmac->inner);
    se_hash_update(&hmac->inner, pad, BLOCK);
    p256_wipe(pad, sizeof(pad));
}

void se_hmac_update(se_hmac_t *hmac, const uint8_t *data, size_t size) {
    se_hash_update(&hmac->inner, data, size);
}

void se_hmac_finish(se_hmac_t *hmac, uint8_t *mac) {
    se_hash_t outer;
    se_hash_finish(&hmac->inner, mac);
    se_hash_start(&outer);
    se_hash_update(&outer, hmac->outer_key, BLOCK);
    se_hash_update(&outer, mac, SE_HASH_SIZE);
    se_hash_finish(&outer, mac);
    p256_wipe(hmac, sizeof(*hmac));
}
