/* MACs made of block ciphers: CMAC (SP 800-38B), and CBC-MAC, which is MAC algorithm 1 of
 * ISO/IEC 9797-1 with padding method 1 (zeros, none to a whole block). */
#include "brief.h"
#include "mac.h"

/* Bytes of ciphertext that are computed and thrown away in one call. */
#define BATCH 1024u

psa_status_t lc_chain_open(libcrypto_block_mac_t *chain, const lc_block_t *block, const uint8_t *key) {
    static const uint8_t zeros[LC_CIPHER_BLOCK_MAX] = {0};
    memset(chain, 0, sizeof(*chain));
    chain->block = block->size;
    return lc_block_open(block, LC_CBC, true, key, zeros, &chain->chain);
}

/* Processes whole blocks. */
static psa_status_t advance(libcrypto_block_mac_t *chain, const uint8_t *in, size_t size) {
    uint8_t out[BATCH];
    psa_status_t status = PSA_SUCCESS;
    size_t last = 0;
    while (size > 0 && status == PSA_SUCCESS) {
        size_t part = size < sizeof(out) ? size : sizeof(out);
        status = lc_cipher_run(chain->chain, in, part, out);
        last = part - chain->block;
        in += part;
        size -= part;
    }
    if (status == PSA_SUCCESS) {
        memcpy(chain->state, out + last, chain->block);
    }
    return status;
}

psa_status_t lc_chain_add(libcrypto_block_mac_t *chain, const uint8_t *in, size_t size) {
    size_t block = chain->block;
    psa_status_t status = PSA_SUCCESS;
    size_t room = block - chain->waiting_size;
    if (size > room) {
        memcpy(chain->waiting + chain->waiting_size, in, room);
        in += room;
        size -= room;
        status = advance(chain, chain->waiting, block);
        chain->waiting_size = 0;
        size_t now = (size - 1) / block * block;
        if (status == PSA_SUCCESS && now > 0) {
            status = advance(chain, in, now);
            in += now;
            size -= now;
        }
    }
    if (status == PSA_SUCCESS && size > 0) {
        memcpy(chain->waiting + chain->waiting_size, in, size);
        chain->waiting_size = (uint8_t)(chain->waiting_size + size);
    }
    return status;
}

psa_status_t lc_chain_pad(libcrypto_block_mac_t *chain) {
    size_t waiting = chain->waiting_size;
    if (waiting == 0) {
        return PSA_SUCCESS;
    }
    memset(chain->waiting + waiting, 0, chain->block - waiting);
    chain->waiting_size = 0;
    return advance(chain, chain->waiting, chain->block);
}

void lc_chain_drop(libcrypto_block_mac_t *chain) {
    lc_cipher_close(chain->chain);
    OPENSSL_cleanse(chain, sizeof(*chain));
}

static psa_status_t setup(libcrypto_mac_operation_t *operation, const lc_key_t *key, psa_algorithm_t alg) {
    const lc_block_t *block = NULL;
    (void)alg;
    psa_status_t status = lc_block_of_key(key, &block);
    if (status == PSA_SUCCESS) {
        operation->full = block->size;
        status = lc_chain_open(&operation->u.block, block, key->data);
    }
    return status;
}

/* L is the cipher of zeros: the first step of the chaining, from which it then starts anew. */
static psa_status_t cmac_setup(libcrypto_mac_operation_t *operation, const lc_key_t *key, psa_algorithm_t alg) {
    static const uint8_t zeros[LC_CIPHER_BLOCK_MAX] = {0};
    libcrypto_block_mac_t *chain = &operation->u.block;
    psa_status_t status = setup(operation, key, alg);
    if (status != PSA_SUCCESS) {
        return status;
    }
    status = lc_cipher_run(chain->chain, zeros, chain->block, chain->subkey);
    if (status == PSA_SUCCESS) {
        status = lc_cipher_iv(chain->chain, zeros);
    }
    if (status != PSA_SUCCESS) {
        lc_chain_drop(chain);
    }
    return status;
}

static psa_status_t update(libcrypto_mac_operation_t *operation, const uint8_t *in, size_t size) {
    return lc_chain_add(&operation->u.block, in, size);
}

/* number * x in GF(2^b), big-endian (6.1, steps 2 and 3). */
static void twice(uint8_t *number, size_t size) {
    unsigned carry = 0;
    for (size_t i = size; i-- > 0;) {
        unsigned wide = (unsigned)number[i] << 1 | carry;
        number[i] = (uint8_t)wide;
        carry = wide >> 8;
    }
    number[size - 1] ^= (uint8_t)((size == 16 ? 0x87u : 0x1bu) & (0u - carry));
}

/* 6.2, steps 1 and 4: a whole last block is changed by K1, one that has to be filled by K2. */
static psa_status_t cmac_finish(libcrypto_mac_operation_t *operation, uint8_t *mac) {
    libcrypto_block_mac_t *chain = &operation->u.block;
    size_t block = chain->block;
    twice(chain->subkey, block);
    if (chain->waiting_size < block) {
        twice(chain->subkey, block);
        chain->waiting[chain->waiting_size] = 0x80;
        memset(chain->waiting + chain->waiting_size + 1, 0, block - chain->waiting_size - 1u);
    }
    lc_xor(chain->waiting, chain->subkey, block);
    psa_status_t status = advance(chain, chain->waiting, block);
    memcpy(mac, chain->state, block);
    return status;
}

/* An empty input is padded to a block of zeros. */
static psa_status_t cbc_finish(libcrypto_mac_operation_t *operation, uint8_t *mac) {
    libcrypto_block_mac_t *chain = &operation->u.block;
    memset(chain->waiting + chain->waiting_size, 0, chain->block - chain->waiting_size);
    psa_status_t status = advance(chain, chain->waiting, chain->block);
    memcpy(mac, chain->state, chain->block);
    return status;
}

static void drop(libcrypto_mac_operation_t *operation) {
    lc_chain_drop(&operation->u.block);
}

/* K1 and K2 of SP 800-38B, 6.1, made once per key. */
static bool make_masks(lc_brief_t *brief) {
    if (!brief->masked) {
        memset(brief->mask, 0, sizeof(brief->mask));
        brief->masked = lc_brief_blocks(brief, brief->mask[0], brief->block, brief->mask[0]);
        twice(brief->mask[0], brief->block);
        memcpy(brief->mask[1], brief->mask[0], brief->block);
        twice(brief->mask[1], brief->block);
    }
    return brief->masked;
}

/* Chaining over a short message, one block at a time: with the masks, or padded with zeros. */
static bool chain_brief(lc_brief_t *brief, bool cmac, lc_bytes_t message, uint8_t *state) {
    size_t block = brief->block;
    bool done = !cmac || make_masks(brief);
    memset(state, 0, block);
    for (; message.size > block && done; message.data += block, message.size -= block) {
        lc_xor(state, message.data, block);
        done = lc_brief_blocks(brief, state, block, state);
    }
    lc_xor(state, message.data, message.size);
    if (cmac) {
        bool whole = message.size == block;
        state[message.size % block] ^= whole ? 0 : 0x80;
        lc_xor(state, brief->mask[whole ? 0 : 1], block);
    }
    return done && lc_brief_blocks(brief, state, block, state);
}

static psa_status_t kept(const lc_key_t *key, bool cmac, lc_bytes_t message, const lc_output_t *mac) {
    const lc_block_t *block = lc_block_find(key->type, 8 * key->size);
    if (block == NULL || message.size > LC_BRIEF_MAX || mac->size < block->size) {
        return PSA_ERROR_DOES_NOT_EXIST;
    }
    lc_brief_t *brief = lc_brief_take(key, block);
    if (brief == NULL) {
        return PSA_ERROR_DOES_NOT_EXIST;
    }
    bool done = chain_brief(brief, cmac, message, mac->data);
    lc_brief_give(key, brief);
    *mac->length = block->size;
    return lc_unmarked(done ? PSA_SUCCESS : PSA_ERROR_GENERIC_ERROR);
}

static psa_status_t cmac_kept(const lc_key_t *key, psa_algorithm_t alg, lc_bytes_t message, const lc_output_t *mac) {
    (void)alg;
    return kept(key, true, message, mac);
}

static psa_status_t cbc_kept(const lc_key_t *key, psa_algorithm_t alg, lc_bytes_t message, const lc_output_t *mac) {
    (void)alg;
    return kept(key, false, message, mac);
}

const lc_mac_kind_t lc_mac_cmac = {PSA_ALG_CMAC, 0xffffffff, cmac_setup, update, cmac_finish, drop, cmac_kept};
const lc_mac_kind_t lc_mac_cbc = {PSA_ALG_CBC_MAC, 0xffffffff, setup, update, cbc_finish, drop, cbc_kept};
