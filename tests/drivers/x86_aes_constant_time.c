/* Constant-time check of the AES accelerator: keys and texts are marked undefined, and valgrind then reports every
 * branch and every address that depends on one. Run under valgrind; elsewhere it does nothing. */
#include "x86_aes_cipher.h"
#include "x86_aes_cpu.h"
#include "x86_aes_gcm.h"
#include "x86_aes_key.h"
#include "x86_aes_padding.h"

#include <string.h>
#include <valgrind/memcheck.h>

#define SIZE 1000

static uint8_t text[SIZE];
static uint8_t out[SIZE + 16];

static void ciphers(const psa_key_attributes_t *attributes, const uint8_t *key, size_t key_size) {
    static const psa_algorithm_t algs[] = {PSA_ALG_CTR, PSA_ALG_CBC_NO_PADDING, PSA_ALG_CBC_PKCS7,
                                           PSA_ALG_ECB_NO_PADDING};
    uint8_t iv[16] = {7};
    size_t length = 0;
    for (size_t i = 0; i < sizeof(algs) / sizeof(algs[0]); i++) {
        size_t iv_size = algs[i] == PSA_ALG_ECB_NO_PADDING ? 0 : 16;
        (void)x86_aes_cipher_encrypt(attributes, key, key_size, algs[i], iv, iv_size, text, 960, out, sizeof(out),
                                     &length);
        if (algs[i] != PSA_ALG_CBC_PKCS7) { /* there the padding is told at the end */
            (void)x86_aes_cipher_decrypt(attributes, key, key_size, algs[i], text, 960, out, sizeof(out), &length);
        }
    }
}

static void authenticated(const psa_key_attributes_t *attributes, const uint8_t *key, size_t key_size) {
    uint8_t nonce[12] = {7};
    uint8_t tag[16];
    size_t length = 0;
    (void)x86_aes_aead_encrypt(attributes, key, key_size, PSA_ALG_GCM, nonce, 12, text, SIZE, text, SIZE, out,
                               sizeof(out), &length);
    x86_aes_gcm_t gcm;
    x86_aes_gcm_key_t prepared;
    x86_aes_gcm_take(&prepared, key, key_size);
    x86_aes_gcm_expect(&prepared, SIZE);
    x86_aes_gcm_start(&gcm);
    x86_aes_gcm_nonce(&prepared, &gcm, nonce, 12);
    x86_aes_gcm_text(&prepared, &gcm, true, text, SIZE, out);
    x86_aes_gcm_tag(&prepared, &gcm, tag);
    (void)x86_aes_differ(tag, text + 16, 16);
    (void)x86_aes_mac_compute(attributes, key, key_size, PSA_ALG_CMAC, text, SIZE, tag, 16, &length);
}

int main(void) {
    if ((x86_aes_features() & X86_AES_GHASH) == 0) {
        return 77;
    }
    uint8_t key[32];
    memset(key, 0x35, sizeof(key));
    memset(text, 0x53, sizeof(text));
    VALGRIND_MAKE_MEM_UNDEFINED(key, sizeof(key));
    VALGRIND_MAKE_MEM_UNDEFINED(text, sizeof(text));
    VALGRIND_MAKE_MEM_DEFINED(text, 16); /* the IV of what is decrypted, no secret */
    for (size_t size = 16; size <= 32; size += 8) {
        psa_key_attributes_t attributes = {.type = PSA_KEY_TYPE_AES, .bits = (uint32_t)(8 * size)};
        ciphers(&attributes, key, size);
        authenticated(&attributes, key, size);
    }
    size_t length = 0;
    (void)x86_aes_unpad(text + 16, &length);
    return 0;
}
