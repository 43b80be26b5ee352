/* EdDSA with a context, and of a hash (RFC 8032): Ed25519ctx, Ed25519ph, Ed448, Ed448ph. The steps are
 * those of 5.1.6 and 5.1.7. */
#include "scalar.h"
#include "sign.h"
#include "twisted.h"

#define DIGEST_MAX 114
#define PREHASH_SIZE 64

/* One signature to make or to check. */
typedef struct {
    const lc_sign_request_t *request;
    const lc_curve_t *curve;
    const lc_twisted_t *form;
    lc_order_t order;
    uint8_t domain[40 + 255]; /* dom2 or dom4 */
    size_t domain_size;
    uint8_t public_key[LC_ECC_PRIVATE_MAX];
    BN_CTX *scratch;
} eddsa_t;

/* SHA-512, or SHAKE256 of 114 bytes. */
static psa_status_t digest(const eddsa_t *e, const lc_bytes_t *pieces, size_t count, uint8_t *out) {
    if (e->curve->bits == 255) {
        return lc_hash_pieces(lc_hash_find(PSA_ALG_SHA_512), pieces, count, out);
    }
    libcrypto_xof_operation_t xof;
    psa_status_t status = libcrypto_xof_setup(&xof, PSA_ALG_SHAKE256);
    for (size_t i = 0; i < count && status == PSA_SUCCESS; i++) {
        status = libcrypto_xof_update(&xof, pieces[i].data, pieces[i].size);
    }
    if (status == PSA_SUCCESS) {
        status = libcrypto_xof_output(&xof, out, DIGEST_MAX);
    }
    (void)libcrypto_xof_abort(&xof);
    return status;
}

static size_t digest_size(const eddsa_t *e) {
    return e->curve->bits == 255 ? 64 : DIGEST_MAX;
}

/* The other order of bytes: numbers are little-endian in RFC 8032. */
static void reverse(const uint8_t *in, size_t size, uint8_t *out) {
    for (size_t i = 0; i < size; i++) {
        out[i] = in[size - 1 - i];
    }
}

/* A little-endian number modulo the order. */
static void reduce(const eddsa_t *e, const uint8_t *data, size_t size, lc_scalar_t *number) {
    uint8_t big[DIGEST_MAX];
    reverse(data, size, big);
    lc_scalar_reduce(&e->order, big, size, number);
    OPENSSL_cleanse(big, sizeof(big));
}

/* A digest as a number modulo the order. */
static psa_status_t scalar(const eddsa_t *e, const lc_bytes_t *pieces, size_t count, lc_scalar_t *number) {
    uint8_t out[DIGEST_MAX];
    psa_status_t status = digest(e, pieces, count, out);
    if (status == PSA_SUCCESS) {
        reduce(e, out, digest_size(e), number);
    }
    OPENSSL_cleanse(out, sizeof(out));
    return status;
}

/* dom2 and dom4 (section 2): a name, whether the message is a hash, the context with its length. */
static void set_domain(eddsa_t *e, bool hashed) {
    static const char name2[] = "SigEd25519 no Ed25519 collisions";
    static const char name4[] = "SigEd448";
    bool small = e->curve->bits == 255;
    lc_bytes_t context = e->request->context;
    size_t size = small ? sizeof(name2) - 1 : sizeof(name4) - 1;
    memcpy(e->domain, small ? name2 : name4, size);
    e->domain[size++] = hashed ? 1 : 0;
    e->domain[size++] = (uint8_t)context.size;
    if (context.size > 0) {
        memcpy(e->domain + size, context.data, context.size);
    }
    e->domain_size = size + context.size;
}

/* Checks and looks up everything that needs no secret; to be ended by eddsa_close. */
static psa_status_t eddsa_open(eddsa_t *e, const lc_sign_request_t *request) {
    memset(e, 0, sizeof(*e));
    e->request = request;
    e->curve = lc_curve_find(request->key->type, request->key->bits);
    if (e->curve == NULL) {
        return PSA_ERROR_NOT_SUPPORTED;
    }
    bool hashed = request->alg != PSA_ALG_EDDSA_CTX;
    size_t bits = request->alg == PSA_ALG_ED25519PH ? 255 : 448;
    if (hashed && (e->curve->bits != bits || request->input.size != PREHASH_SIZE)) {
        return PSA_ERROR_INVALID_ARGUMENT;
    }
    if (request->context.size > 255 || request->key->size != lc_curve_private_size(e->curve)) {
        return PSA_ERROR_INVALID_ARGUMENT;
    }
    set_domain(e, hashed);
    e->form = lc_twisted(e->curve);
    e->scratch = e->form == NULL ? NULL : BN_CTX_secure_new_ex(lc_context());
    if (e->scratch == NULL || !lc_order_read(&e->order, EC_GROUP_get0_order(e->form->group))) {
        return PSA_ERROR_INSUFFICIENT_MEMORY;
    }
    size_t size = 0;
    return lc_ecc_export_public(request->key, (lc_output_t){e->public_key, sizeof(e->public_key), &size});
}

static void eddsa_close(eddsa_t *e) {
    BN_CTX_free(e->scratch);
}

/* number * base point, encoded. */
static psa_status_t commit(const eddsa_t *e, const lc_scalar_t *secret, uint8_t *encoded) {
    BIGNUM *number = lc_scalar_number(&e->order, secret);
    EC_POINT *point = EC_POINT_new(e->form->group);
    bool done = point != NULL && number != NULL &&
                EC_POINT_mul(e->form->group, point, number, NULL, NULL, e->scratch) == 1 &&
                lc_twisted_encode(e->form, point, encoded);
    EC_POINT_clear_free(point);
    BN_clear_free(number);
    return done ? PSA_SUCCESS : lc_failed(PSA_ERROR_GENERIC_ERROR);
}

/* The secret scalar: the first half of the hash of the key, with some bits set (5.1.5 and 5.2.5). */
static void prune(const eddsa_t *e, uint8_t *half) {
    if (e->curve->bits == 255) {
        half[0] &= 0xf8;
        half[31] = (uint8_t)((half[31] & 0x7f) | 0x40);
    } else {
        half[0] &= 0xfc;
        half[55] |= 0x80;
        half[56] = 0;
    }
}

/* S = r + k s, little-endian. */
static void respond(const eddsa_t *e, const lc_scalar_t *r, const lc_scalar_t *k, const lc_scalar_t *s, uint8_t *out) {
    const lc_scalar_t zero = {{0}};
    lc_scalar_t sum;
    uint8_t big[LC_ECC_PRIVATE_MAX];
    lc_scalar_multiply(&e->order, &sum, k, s);
    lc_scalar_subtract(&e->order, &sum, &zero, &sum);
    lc_scalar_subtract(&e->order, &sum, r, &sum);
    lc_scalar_write(&e->order, &sum, big);
    memset(out, 0, e->form->size); /* Ed448 has a byte more than the order */
    reverse(big, e->order.size, out);
}

/* Steps 2 to 5; expanded: the hash of the private key. */
static psa_status_t make(const eddsa_t *e, uint8_t *expanded, uint8_t *out) {
    size_t size = e->form->size;
    lc_scalar_t s;
    lc_scalar_t r;
    lc_scalar_t k;
    lc_bytes_t domain = {e->domain, e->domain_size};
    lc_bytes_t nonce[] = {domain, {expanded + size, size}, e->request->input};
    lc_bytes_t challenge[] = {domain, {out, size}, {e->public_key, size}, e->request->input};
    prune(e, expanded);
    reduce(e, expanded, size, &s);
    psa_status_t status = scalar(e, nonce, 3, &r);
    if (status == PSA_SUCCESS) {
        status = commit(e, &r, out);
    }
    if (status == PSA_SUCCESS) {
        status = scalar(e, challenge, 4, &k);
    }
    if (status == PSA_SUCCESS) {
        respond(e, &r, &k, &s, out + size);
    }
    OPENSSL_cleanse(&s, sizeof(s));
    OPENSSL_cleanse(&r, sizeof(r));
    return status;
}

psa_status_t lc_eddsa_domain_sign(const lc_sign_request_t *request, lc_output_t signature) {
    eddsa_t e;
    uint8_t expanded[DIGEST_MAX];
    psa_status_t status = eddsa_open(&e, request);
    if (status == PSA_SUCCESS && signature.size < 2 * e.form->size) {
        status = PSA_ERROR_BUFFER_TOO_SMALL;
    }
    if (status == PSA_SUCCESS) {
        lc_bytes_t key = {request->key->data, request->key->size};
        status = digest(&e, &key, 1, expanded);
    }
    if (status == PSA_SUCCESS) {
        status = make(&e, expanded, signature.data);
    }
    if (status == PSA_SUCCESS) {
        *signature.length = 2 * e.form->size;
    }
    OPENSSL_cleanse(expanded, sizeof(expanded));
    eddsa_close(&e);
    return status;
}

/* R = S B - k A, compared as encoded. */
static psa_status_t compare(const eddsa_t *e, const lc_scalar_t *s, const lc_scalar_t *k, EC_POINT *point,
                            const uint8_t *expected) {
    const EC_GROUP *group = e->form->group;
    uint8_t encoded[LC_ECC_PRIVATE_MAX];
    BIGNUM *of_base = lc_scalar_number(&e->order, s);
    BIGNUM *of_point = lc_scalar_number(&e->order, k);
    bool done = of_base != NULL && of_point != NULL && EC_POINT_invert(group, point, e->scratch) == 1 &&
                EC_POINT_mul(group, point, of_base, point, of_point, e->scratch) == 1 &&
                lc_twisted_encode(e->form, point, encoded);
    BN_free(of_base);
    BN_free(of_point);
    if (!done) {
        return lc_failed(PSA_ERROR_GENERIC_ERROR);
    }
    return memcmp(encoded, expected, e->form->size) == 0 ? PSA_SUCCESS : PSA_ERROR_INVALID_SIGNATURE;
}

/* S has to be below the order (step 1). */
static psa_status_t check(const eddsa_t *e, const uint8_t *signature, EC_POINT *point) {
    size_t size = e->form->size;
    size_t order_size = e->order.size;
    uint8_t big[LC_ECC_PRIVATE_MAX];
    lc_scalar_t s;
    lc_scalar_t k;
    lc_bytes_t challenge[] = {{e->domain, e->domain_size}, {signature, size}, {e->public_key, size}, e->request->input};
    reverse(signature + size, order_size, big);
    if (!lc_is_zero(signature + size + order_size, size - order_size) || !lc_scalar_read(&e->order, big, &s)) {
        return PSA_ERROR_INVALID_SIGNATURE;
    }
    psa_status_t status = scalar(e, challenge, 4, &k);
    if (status == PSA_SUCCESS) {
        status = lc_twisted_decode(e->form, e->public_key, point);
    }
    return status == PSA_SUCCESS ? compare(e, &s, &k, point, signature) : status;
}

psa_status_t lc_eddsa_domain_verify(const lc_sign_request_t *request, lc_bytes_t signature) {
    eddsa_t e;
    psa_status_t status = eddsa_open(&e, request);
    if (status == PSA_SUCCESS && signature.size != 2 * e.form->size) {
        status = PSA_ERROR_INVALID_SIGNATURE;
    }
    if (status == PSA_SUCCESS) {
        EC_POINT *point = EC_POINT_new(e.form->group);
        status = point == NULL ? PSA_ERROR_INSUFFICIENT_MEMORY : check(&e, signature.data, point);
        EC_POINT_free(point);
    }
    eddsa_close(&e);
    return status;
}
