/* Key agreement on elliptic curves. */
#include "ecc.h"

#include <openssl/ecdh.h>

/* Cofactor Diffie-Hellman (SEC 1, 3.3.2); the secret is the x coordinate. */
static psa_status_t agree_weierstrass(const lc_curve_t *curve, const lc_key_t *key, lc_bytes_t peer, uint8_t *secret,
                                      size_t size) {
    lc_key_t other = {PSA_KEY_TYPE_PUBLIC_KEY_OF_KEY_PAIR(key->type), key->bits, peer.data, peer.size};
    EC_KEY *theirs = NULL;
    EC_KEY *ours = NULL;
    psa_status_t status = lc_ec_key(curve, &other, false, &theirs);
    if (status == PSA_SUCCESS) {
        status = lc_ec_key(curve, key, false, &ours);
    }
    if (status == PSA_SUCCESS) {
        int got = ECDH_compute_key(secret, size, EC_KEY_get0_public_key(theirs), ours, NULL);
        /* A peer in the small subgroup of a binary curve ends at infinity. */
        status = got == (int)size ? PSA_SUCCESS : lc_failed(PSA_ERROR_INVALID_ARGUMENT);
    }
    EC_KEY_free(theirs);
    EC_KEY_free(ours);
    return status;
}

/* X25519 and X448; libcrypto refuses a secret of zero, which a small-order peer gives. */
static psa_status_t agree_montgomery(const lc_curve_t *curve, const lc_key_t *key, lc_bytes_t peer, uint8_t *secret,
                                     size_t size) {
    lc_key_t other = {PSA_KEY_TYPE_PUBLIC_KEY_OF_KEY_PAIR(key->type), key->bits, peer.data, peer.size};
    EVP_PKEY *theirs = NULL;
    EVP_PKEY *ours = NULL;
    EVP_PKEY_CTX *context = NULL;
    psa_status_t status = lc_ecx_key(curve, &other, &theirs);
    if (status == PSA_SUCCESS) {
        status = lc_ecx_key(curve, key, &ours);
    }
    if (status == PSA_SUCCESS) {
        context = EVP_PKEY_CTX_new_from_pkey(lc_context(), ours, NULL);
        if (context == NULL || EVP_PKEY_derive_init(context) != 1 ||
            EVP_PKEY_derive_set_peer_ex(context, theirs, 0) != 1) {
            status = lc_failed(PSA_ERROR_NOT_SUPPORTED);
        } else if (EVP_PKEY_derive(context, secret, &size) != 1 || lc_is_zero(secret, size)) {
            status = lc_failed(PSA_ERROR_INVALID_ARGUMENT);
        }
    }
    EVP_PKEY_CTX_free(context);
    EVP_PKEY_free(theirs);
    EVP_PKEY_free(ours);
    return status;
}

psa_status_t lc_ecdh(const lc_key_t *key, lc_bytes_t peer, lc_output_t out) {
    if (!PSA_KEY_TYPE_IS_ECC_KEY_PAIR(key->type)) {
        return PSA_ERROR_INVALID_ARGUMENT;
    }
    const lc_curve_t *curve = lc_curve_find(key->type, key->bits);
    if (curve == NULL) {
        return PSA_ERROR_NOT_SUPPORTED;
    }
    if (curve->shape == LC_EDWARDS || peer.size != lc_curve_public_size(curve)) {
        return PSA_ERROR_INVALID_ARGUMENT;
    }
    uint8_t secret[LC_ECC_PRIVATE_MAX];
    size_t size = lc_curve_private_size(curve);
    psa_status_t status = curve->shape == LC_WEIERSTRASS ? agree_weierstrass(curve, key, peer, secret, size)
                                                         : agree_montgomery(curve, key, peer, secret, size);
    if (status == PSA_SUCCESS) {
        status = lc_write(out, secret, size);
    }
    OPENSSL_cleanse(secret, sizeof(secret));
    return status;
}
