/* Works the AES accelerator for a sanitizer or valgrind to watch: every path against the others, every length in
 * buffers of exactly that length that start at odd addresses, and operations in pieces of every size. */
#include "x86_aes_cpu.h"
#include "x86_aes_gcm.h"
#include "x86_aes_ghash.h"
#include "x86_aes_key.h"
#include "x86_aes_modes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int failures;

static void expect(int condition, const char *what, size_t number) {
    if (!condition) {
        fprintf(stderr, "%s: %zu\n", what, number);
        failures++;
    }
}

/* `size` bytes that end where the allocation ends, and start off alignment. */
static uint8_t *odd(uint8_t **memory, size_t size) {
    size_t shift = 1 + size % 15;
    *memory = malloc(size + shift);
    if (*memory == NULL) {
        exit(2);
    }
    for (size_t i = 0; i < size; i++) {
        (*memory)[shift + i] = (uint8_t)(i * 7 + size);
    }
    return *memory + shift;
}

static const uint8_t key_bytes[32] = "a key of 32 bytes, or part of it";

/* 1. Paths: the same result from registers of both sizes, in place and not. */
static void compare_modes(size_t key_size, size_t batches) {
    size_t blocks = batches * X86_AES_WIDE_BATCH;
    size_t size = 16 * blocks;
    uint8_t *memory[3];
    uint8_t *in = odd(&memory[0], size);
    uint8_t *one = odd(&memory[1], size);
    uint8_t *two = odd(&memory[2], size);
    x86_aes_key_t key;
    for (int inverse = 0; inverse < 2; inverse++) {
        x86_aes_key_expand(&key, key_bytes, key_size);
        uint8_t counter[2][16] = {{1, 2, 3, 4, 5, 6, 7, 8, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xe5}};
        memcpy(counter[1], counter[0], 16);
        x86_aes_ctr_sse(&key, counter[0], in, one, blocks);
        memcpy(two, in, size);
        x86_aes_ctr_wide(&key, counter[1], two, two, batches);
        expect(memcmp(one, two, size) == 0 && memcmp(counter[0], counter[1], 16) == 0, "CTR", batches);
        if (inverse) {
            x86_aes_key_invert(&key);
        }
        x86_aes_ecb_sse(&key, inverse, in, one, blocks);
        memcpy(two, in, size);
        x86_aes_ecb_wide(&key, inverse, two, two, batches);
        expect(memcmp(one, two, size) == 0, "ECB", batches);
    }
    uint8_t chain[2][16] = {{9}, {9}};
    x86_aes_cbc_decrypt_sse(&key, chain[0], in, one, blocks);
    memcpy(two, in, size);
    x86_aes_cbc_decrypt_wide(&key, chain[1], two, two, batches);
    expect(memcmp(one, two, size) == 0 && memcmp(chain[0], chain[1], 16) == 0, "CBC", batches);
    for (int i = 0; i < 3; i++) {
        free(memory[i]);
    }
}

static void compare_gcm(size_t key_size, size_t batches, bool decrypt) {
    size_t size = batches * 256;
    uint8_t *memory[3];
    uint8_t *in = odd(&memory[0], size);
    uint8_t *one = odd(&memory[1], size);
    uint8_t *two = odd(&memory[2], size);
    x86_aes_gcm_key_t key;
    x86_aes_gcm_t narrow;
    uint8_t tag[3][16];
    memset(&narrow, 0, sizeof(narrow));
    x86_aes_gcm_take(&key, key_bytes, key_size);
    x86_aes_gcm_start(&narrow);
    x86_aes_gcm_nonce(&key, &narrow, key_bytes, 12);
    memset(narrow.counter + 12, 0xff, 3); /* the counter wraps on the way */
    x86_aes_powers_extend(&key, 16);
    x86_aes_gcm_t wide = narrow;
    x86_aes_gcm_t slow = narrow;
    x86_aes_gcm_sse(&key, &narrow, decrypt, in, one, 2 * batches);
    memcpy(two, in, size);
    x86_aes_gcm_wide(&key, &wide, decrypt, two, two, batches);
    expect(memcmp(one, two, size) == 0, "GCM", batches);
    x86_aes_ghash_wide(&key, &slow, decrypt ? in : one, batches);
    expect(memcmp(narrow.hash, wide.hash, 16) == 0 && memcmp(wide.hash, slow.hash, 16) == 0, "GHASH", batches);
    narrow.text_length = wide.text_length = size;
    x86_aes_gcm_tag(&key, &narrow, tag[0]);
    x86_aes_gcm_tag(&key, &wide, tag[1]);
    expect(memcmp(tag[0], tag[1], 16) == 0, "tag", batches);
    for (int i = 0; i < 3; i++) {
        free(memory[i]);
    }
}

/* Batches of 32 blocks against batches of 16. */
static void compare_wider(size_t key_size, size_t batches, bool decrypt) {
    size_t size = batches * 512;
    uint8_t *memory[3];
    uint8_t *in = odd(&memory[0], size);
    uint8_t *one = odd(&memory[1], size);
    uint8_t *two = odd(&memory[2], size);
    x86_aes_gcm_key_t key;
    x86_aes_gcm_t wide;
    memset(&wide, 0, sizeof(wide));
    x86_aes_gcm_take(&key, key_bytes, key_size);
    x86_aes_gcm_start(&wide);
    x86_aes_gcm_nonce(&key, &wide, key_bytes, 12);
    memset(wide.counter + 12, 0xff, 3);
    x86_aes_powers_extend(&key, 32);
    x86_aes_gcm_t wider = wide;
    x86_aes_gcm_wide(&key, &wide, decrypt, in, one, 2 * batches);
    memcpy(two, in, size);
    x86_aes_gcm_wider(&key, &wider, decrypt, two, two, batches);
    expect(memcmp(one, two, size) == 0, "GCM, 512 bits", batches);
    expect(memcmp(wide.hash, wider.hash, 16) == 0, "GHASH, 512 bits", batches);
    expect(memcmp(wide.counter, wider.counter, 16) == 0, "counter, 512 bits", batches);
    for (int i = 0; i < 3; i++) {
        free(memory[i]);
    }
}

/* 2. Entry points: there and back, in buffers without a byte to spare. */
static void there_and_back(size_t key_size, size_t size) {
    static const psa_algorithm_t algs[] = {PSA_ALG_CTR, PSA_ALG_CBC_NO_PADDING, PSA_ALG_CBC_PKCS7,
                                           PSA_ALG_ECB_NO_PADDING};
    psa_key_attributes_t attributes = {.type = PSA_KEY_TYPE_AES, .bits = (uint32_t)(8 * key_size)};
    for (size_t i = 0; i < sizeof(algs) / sizeof(algs[0]); i++) {
        bool any = algs[i] == PSA_ALG_CTR || algs[i] == PSA_ALG_CBC_PKCS7;
        size_t text_size = any ? size : size / 16 * 16;
        size_t iv = algs[i] == PSA_ALG_ECB_NO_PADDING ? 0 : 16;
        size_t room = algs[i] == PSA_ALG_CBC_PKCS7 ? text_size / 16 * 16 + 16 : text_size;
        uint8_t *memory[3];
        uint8_t *text = odd(&memory[0], text_size);
        uint8_t *data = odd(&memory[1], iv + room);
        uint8_t *back = odd(&memory[2], text_size);
        size_t length = 0;
        psa_status_t status = x86_aes_cipher_encrypt(&attributes, key_bytes, key_size, algs[i], data, iv, text,
                                                     text_size, data + iv, room, &length);
        expect(status == PSA_SUCCESS && length == room, "encrypt", size);
        status = x86_aes_cipher_decrypt(&attributes, key_bytes, key_size, algs[i], data, iv + room, back, text_size,
                                        &length);
        expect(status == PSA_SUCCESS && length == text_size && memcmp(text, back, length) == 0, "decrypt", size);
        for (int j = 0; j < 3; j++) {
            free(memory[j]);
        }
    }
}

/* 3. In pieces of `step` bytes: the same as in one. */
static void gcm_in_pieces(size_t key_size, size_t size, size_t step) {
    psa_key_attributes_t attributes = {.type = PSA_KEY_TYPE_AES, .bits = (uint32_t)(8 * key_size)};
    uint8_t *memory[3];
    uint8_t *text = odd(&memory[0], size);
    uint8_t *data = odd(&memory[1], size + 16);
    uint8_t *back = odd(&memory[2], size);
    size_t length = 0;
    size_t tag_length = 0;
    uint8_t tag[16];
    psa_status_t status = x86_aes_aead_encrypt(&attributes, key_bytes, key_size, PSA_ALG_GCM, key_bytes, 12, text, size,
                                               text, size, data, size + 16, &length);
    expect(status == PSA_SUCCESS && length == size + 16, "seal", size);
    status = x86_aes_aead_decrypt(&attributes, key_bytes, key_size, PSA_ALG_GCM, key_bytes, 12, text, size, data,
                                  size + 16, back, size, &length);
    expect(status == PSA_SUCCESS && length == size && memcmp(text, back, size) == 0, "unseal", size);
    x86_aes_aead_operation_t operation;
    memset(&operation, 0, sizeof(operation));
    status = x86_aes_aead_encrypt_setup(&operation, &attributes, key_bytes, key_size, PSA_ALG_GCM);
    status |= x86_aes_aead_set_nonce(&operation, key_bytes, 12);
    for (size_t i = 0; i < size; i += step) {
        status |= x86_aes_aead_update_ad(&operation, text + i, size - i < step ? size - i : step);
    }
    for (size_t i = 0; i < size; i += step) {
        size_t part = size - i < step ? size - i : step;
        status |= x86_aes_aead_update(&operation, text + i, part, back + i, part, &length);
    }
    status |= x86_aes_aead_finish(&operation, NULL, 0, &length, tag, 16, &tag_length);
    expect(status == PSA_SUCCESS && memcmp(back, data, size) == 0 && memcmp(tag, data + size, 16) == 0, "pieces", size);
    for (int j = 0; j < 3; j++) {
        free(memory[j]);
    }
}

static void cmac_in_pieces(size_t key_size, size_t size, size_t step) {
    psa_key_attributes_t attributes = {.type = PSA_KEY_TYPE_AES, .bits = (uint32_t)(8 * key_size)};
    uint8_t *memory;
    uint8_t *data = odd(&memory, size);
    uint8_t mac[16];
    size_t length = 0;
    psa_status_t status =
        x86_aes_mac_compute(&attributes, key_bytes, key_size, PSA_ALG_CMAC, data, size, mac, 16, &length);
    x86_aes_mac_operation_t operation;
    memset(&operation, 0, sizeof(operation));
    status |= x86_aes_mac_verify_setup(&operation, &attributes, key_bytes, key_size, PSA_ALG_CMAC);
    for (size_t i = 0; i < size; i += step) {
        status |= x86_aes_mac_update(&operation, data + i, size - i < step ? size - i : step);
    }
    status |= x86_aes_mac_verify_finish(&operation, mac, 16);
    expect(status == PSA_SUCCESS, "CMAC", size);
    free(memory);
}

int main(void) {
    uint32_t wide = X86_AES_WIDE | X86_AES_WIDE_GHASH;
    uint32_t features = x86_aes_features();
    if ((features & (X86_AES_BASE | X86_AES_GHASH)) != (X86_AES_BASE | X86_AES_GHASH)) {
        return 77;
    }
    for (size_t key_size = 16; key_size <= 32; key_size += 8) {
        for (size_t batches = 1; batches < 6 && (features & wide) == wide; batches++) {
            compare_modes(key_size, batches);
            compare_gcm(key_size, batches, false);
            compare_gcm(key_size, batches, true);
            if ((features & X86_AES_WIDER) != 0) {
                compare_wider(key_size, batches, false);
                compare_wider(key_size, batches, true);
            }
        }
        for (size_t size = 0; size < 900; size = size < 300 ? size + 1 : size + 13) {
            there_and_back(key_size, size);
            gcm_in_pieces(key_size, size, 1 + size % 97);
            cmac_in_pieces(key_size, size, 1 + size % 61);
        }
        gcm_in_pieces(key_size, 5000, 1023);
        gcm_in_pieces(key_size, 40000, 8999);
    }
    return failures != 0;
}
