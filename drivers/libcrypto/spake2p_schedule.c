/* The key schedule of SPAKE2+. */
#include "mac.h"
#include "spake2p.h"

#define AES_128_SIZE 16u
#define MATTER_KEY_SIZE 16u

/* The MAC of some pieces; `type` is that of the key. */
static psa_status_t mac(const lc_mac_kind_t *kind, psa_algorithm_t alg, lc_key_t key, const lc_bytes_t *pieces,
                        size_t count, uint8_t *result) {
    libcrypto_mac_operation_t operation;
    memset(&operation, 0, sizeof(operation));
    psa_status_t status = kind->setup(&operation, &key, alg);
    if (status != PSA_SUCCESS) {
        return status;
    }
    for (size_t i = 0; i < count && status == PSA_SUCCESS; i++) {
        status = pieces[i].size == 0 ? PSA_SUCCESS : kind->update(&operation, pieces[i].data, pieces[i].size);
    }
    if (status == PSA_SUCCESS) {
        status = kind->finish(&operation, result);
    }
    kind->drop(&operation);
    OPENSSL_cleanse(&operation, sizeof(operation));
    return status;
}

static psa_status_t hmac(const lc_hash_t *hash, lc_bytes_t key, const lc_bytes_t *pieces, size_t count,
                         uint8_t *result) {
    return mac(&lc_mac_hmac, PSA_ALG_HMAC(lc_hash_algorithm(hash)),
               (lc_key_t){PSA_KEY_TYPE_HMAC, 8 * key.size, key.data, key.size}, pieces, count, result);
}

/* HKDF without salt (RFC 5869), for at most two blocks of output. */
static psa_status_t hkdf(const lc_hash_t *hash, lc_bytes_t secret, const char *info, uint8_t *output, size_t size) {
    static const uint8_t no_salt[LC_HASH_MAX];
    uint8_t prk[LC_MAC_MAX];
    uint8_t blocks[2 * LC_MAC_MAX];
    psa_status_t status = hmac(hash, (lc_bytes_t){no_salt, hash->length}, &secret, 1, prk);
    for (uint8_t i = 0; i < 2 && status == PSA_SUCCESS && (size_t)i * hash->length < size; i++) {
        uint8_t number = (uint8_t)(i + 1);
        lc_bytes_t pieces[3] = {
            {blocks, (size_t)i * hash->length}, {(const uint8_t *)info, strlen(info)}, {&number, 1}};
        status = hmac(hash, (lc_bytes_t){prk, hash->length}, pieces, 3, blocks + (size_t)i * hash->length);
    }
    if (status == PSA_SUCCESS) {
        memcpy(output, blocks, size);
    }
    OPENSSL_cleanse(prk, sizeof(prk));
    OPENSSL_cleanse(blocks, sizeof(blocks));
    return status;
}

#define PIECES 10u

/* Hash(TT): every piece behind its length in eight bytes, the least first (RFC 9383, section 3.3). */
static psa_status_t hash_transcript(const lc_spake2p_transcript_t *t, uint8_t *digest) {
    const lc_bytes_t whole[PIECES] = {t->context, t->prover,  t->verifier, t->m, t->n,
                                      t->share_p, t->share_v, t->z,        t->v, t->w0};
    uint8_t lengths[PIECES][8];
    lc_bytes_t pieces[2 * PIECES];
    size_t count = 0;
    for (size_t i = 0; i < PIECES; i++) {
        if (i == 0 && t->context.data == NULL) {
            continue; /* left out together with its length */
        }
        for (size_t k = 0; k < 8; k++) {
            lengths[i][k] = (uint8_t)((uint64_t)whole[i].size >> (8 * k));
        }
        pieces[count++] = (lc_bytes_t){lengths[i], 8};
        pieces[count++] = whole[i];
    }
    return lc_hash_pieces(t->hash, pieces, count, digest);
}

/* confirmP = MAC(K_confirmP, shareV), confirmV = MAC(K_confirmV, shareP); `both` is K_confirmP || K_confirmV. */
static psa_status_t confirm(const lc_spake2p_transcript_t *t, const uint8_t *both, size_t size,
                            lc_spake2p_keys_t *keys) {
    const lc_bytes_t *shares[2] = {&t->share_v, &t->share_p};
    uint8_t *results[2] = {keys->confirm_p, keys->confirm_v};
    bool cmac = PSA_ALG_IS_SPAKE2P_CMAC(t->alg);
    psa_status_t status = PSA_SUCCESS;
    keys->confirm_size = cmac ? AES_128_SIZE : t->hash->length;
    for (size_t i = 0; i < 2 && status == PSA_SUCCESS; i++) {
        lc_bytes_t key = {both + i * size, size};
        status = cmac ? mac(&lc_mac_cmac, PSA_ALG_CMAC, (lc_key_t){PSA_KEY_TYPE_AES, 8 * size, key.data, size},
                            shares[i], 1, results[i])
                      : hmac(t->hash, key, shares[i], 1, results[i]);
    }
    return status;
}

psa_status_t lc_spake2p_schedule(const lc_spake2p_transcript_t *transcript, lc_spake2p_keys_t *keys) {
    const lc_hash_t *hash = transcript->hash;
    uint8_t main[LC_HASH_MAX];
    uint8_t both[2 * LC_HASH_MAX];
    bool matter = transcript->alg == PSA_ALG_SPAKE2P_MATTER;
    size_t size = matter ? MATTER_KEY_SIZE : PSA_ALG_IS_SPAKE2P_CMAC(transcript->alg) ? AES_128_SIZE : hash->length;
    psa_status_t status = hash_transcript(transcript, main);
    /* Draft 02 halves the hash: Ka, which the confirmation keys come from, and Ke, which is the shared secret. */
    lc_bytes_t secret = {main, matter ? MATTER_KEY_SIZE : hash->length};
    if (status == PSA_SUCCESS) {
        status = hkdf(hash, secret, "ConfirmationKeys", both, 2 * size);
    }
    if (status == PSA_SUCCESS) {
        status = confirm(transcript, both, size, keys);
    }
    keys->shared_size = matter ? MATTER_KEY_SIZE : hash->length;
    if (status == PSA_SUCCESS && matter) {
        memcpy(keys->shared, main + MATTER_KEY_SIZE, MATTER_KEY_SIZE);
    } else if (status == PSA_SUCCESS) {
        status = hkdf(hash, secret, "SharedKey", keys->shared, keys->shared_size);
    }
    OPENSSL_cleanse(main, sizeof(main));
    OPENSSL_cleanse(both, sizeof(both));
    return status;
}
