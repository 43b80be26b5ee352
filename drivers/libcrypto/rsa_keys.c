/* RSA keys: import with sanity checks, generation, export of the public part. */
#include "rsa.h"

#include <openssl/core_names.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>

static const char *const names[LC_RSA_NUMBERS] = {
    OSSL_PKEY_PARAM_RSA_N,         OSSL_PKEY_PARAM_RSA_E,
    OSSL_PKEY_PARAM_RSA_D,         OSSL_PKEY_PARAM_RSA_FACTOR1,
    OSSL_PKEY_PARAM_RSA_FACTOR2,   OSSL_PKEY_PARAM_RSA_EXPONENT1,
    OSSL_PKEY_PARAM_RSA_EXPONENT2, OSSL_PKEY_PARAM_RSA_COEFFICIENT1,
};

static void free_numbers(BIGNUM *number[LC_RSA_NUMBERS]) {
    for (size_t i = 0; i < LC_RSA_NUMBERS; i++) {
        BN_clear_free(number[i]);
        number[i] = NULL;
    }
}

static bool load_numbers(const lc_rsa_parts_t *parts, BIGNUM *number[LC_RSA_NUMBERS]) {
    for (size_t i = 0; i < parts->count; i++) {
        number[i] = i < LC_RSA_D ? BN_new() : BN_secure_new();
        if (number[i] == NULL || BN_bin2bn(parts->number[i].data, (int)parts->number[i].size, number[i]) == NULL) {
            return false;
        }
        if (i >= LC_RSA_D) {
            BN_set_flags(number[i], BN_FLG_CONSTTIME);
        }
    }
    return true;
}

static psa_status_t build(BIGNUM *number[LC_RSA_NUMBERS], size_t count, EVP_PKEY **pkey) {
    OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
    OSSL_PARAM *params = NULL;
    bool done = builder != NULL;
    for (size_t i = 0; i < count && done; i++) {
        done = OSSL_PARAM_BLD_push_BN(builder, names[i], number[i]) == 1;
    }
    if (done) {
        params = OSSL_PARAM_BLD_to_param(builder);
    }
    OSSL_PARAM_BLD_free(builder);
    EVP_PKEY_CTX *context = params == NULL ? NULL : EVP_PKEY_CTX_new_from_name(lc_context(), "RSA", NULL);
    psa_status_t status = PSA_ERROR_INSUFFICIENT_MEMORY;
    if (context != NULL) {
        int selection = count == LC_RSA_NUMBERS ? EVP_PKEY_KEYPAIR : EVP_PKEY_PUBLIC_KEY;
        done = EVP_PKEY_fromdata_init(context) == 1 && EVP_PKEY_fromdata(context, pkey, selection, params) == 1;
        status = done ? PSA_SUCCESS : lc_failed(PSA_ERROR_INVALID_ARGUMENT);
    }
    EVP_PKEY_CTX_free(context);
    OSSL_PARAM_free(params);
    return status;
}

psa_status_t lc_rsa_object(const lc_key_t *key, EVP_PKEY **pkey) {
    lc_rsa_parts_t parts;
    BIGNUM *number[LC_RSA_NUMBERS] = {NULL};
    if (lc_object_find(key, pkey)) {
        return PSA_SUCCESS;
    }
    if (lc_context() == NULL) {
        return PSA_ERROR_INSUFFICIENT_MEMORY;
    }
    if (!lc_rsa_parse((lc_bytes_t){key->data, key->size}, PSA_KEY_TYPE_IS_KEY_PAIR(key->type), &parts)) {
        return PSA_ERROR_INVALID_ARGUMENT;
    }
    psa_status_t status =
        load_numbers(&parts, number) ? build(number, parts.count, pkey) : PSA_ERROR_INSUFFICIENT_MEMORY;
    free_numbers(number);
    if (status == PSA_SUCCESS) {
        lc_object_keep(key, *pkey);
    }
    return status;
}

/* What can be said of a public key: an odd modulus of a size we do, an odd exponent, 1 < e < n. */
static psa_status_t check_public(const lc_rsa_parts_t *parts, size_t bits) {
    lc_bytes_t n = parts->number[LC_RSA_N];
    lc_bytes_t e = parts->number[LC_RSA_E];
    if (bits < LC_RSA_BITS_MIN || bits > LC_RSA_BITS_MAX) {
        return PSA_ERROR_NOT_SUPPORTED;
    }
    bool odd = (n.data[n.size - 1] & e.data[e.size - 1] & 1) != 0;
    size_t e_bits = lc_rsa_bits(e);
    bool below = e_bits < bits || (e_bits == bits && memcmp(e.data, n.data, n.size) < 0);
    return odd && e_bits > 1 && below ? PSA_SUCCESS : PSA_ERROR_INVALID_ARGUMENT;
}

typedef struct {
    BIGNUM **number;
    BIGNUM *a, *b;
    BN_CTX *scratch;
    bool failed; /* libcrypto could not compute */
} check_t;

/* x * y == 1 mod m (or mod m - 1) */
static bool inverse_pair(check_t *w, int x, int y, int m, BN_ULONG less) {
    if (BN_copy(w->b, w->number[m]) == NULL || BN_sub_word(w->b, less) != 1 ||
        BN_mod_mul(w->a, w->number[x], w->number[y], w->b, w->scratch) != 1) {
        w->failed = true;
        return false;
    }
    return BN_is_one(w->a);
}

/* small == big mod (m - 1) */
static bool residue(check_t *w, int small, int big, int m) {
    if (BN_copy(w->b, w->number[m]) == NULL || BN_sub_word(w->b, 1) != 1) {
        w->failed = true;
        return false;
    }
    BN_set_flags(w->b, BN_FLG_CONSTTIME);
    if (BN_mod(w->a, w->number[big], w->b, w->scratch) != 1) {
        w->failed = true;
        return false;
    }
    return BN_cmp(w->a, w->number[small]) == 0;
}

/* The relations of RFC 8017, 3.2; that p and q are prime is not checked. */
static bool related(check_t *w) {
    BIGNUM **v = w->number;
    if (BN_is_one(v[LC_RSA_P]) || BN_is_one(v[LC_RSA_Q]) || !BN_is_odd(v[LC_RSA_P]) || !BN_is_odd(v[LC_RSA_Q]) ||
        BN_cmp(v[LC_RSA_D], v[LC_RSA_N]) >= 0) {
        return false;
    }
    if (BN_mul(w->a, v[LC_RSA_P], v[LC_RSA_Q], w->scratch) != 1) {
        w->failed = true;
        return false;
    }
    return BN_cmp(w->a, v[LC_RSA_N]) == 0 && inverse_pair(w, LC_RSA_D, LC_RSA_E, LC_RSA_P, 1) &&
           inverse_pair(w, LC_RSA_D, LC_RSA_E, LC_RSA_Q, 1) && residue(w, LC_RSA_DP, LC_RSA_D, LC_RSA_P) &&
           residue(w, LC_RSA_DQ, LC_RSA_D, LC_RSA_Q) && BN_cmp(v[LC_RSA_QINV], v[LC_RSA_P]) < 0 &&
           inverse_pair(w, LC_RSA_QINV, LC_RSA_Q, LC_RSA_P, 0);
}

static psa_status_t check_private(const lc_rsa_parts_t *parts) {
    BIGNUM *number[LC_RSA_NUMBERS] = {NULL};
    check_t w = {number, BN_secure_new(), BN_secure_new(), BN_CTX_secure_new_ex(lc_context()), false};
    psa_status_t status = PSA_ERROR_INSUFFICIENT_MEMORY;
    if (w.a != NULL && w.b != NULL && w.scratch != NULL && load_numbers(parts, number)) {
        bool good = related(&w);
        status = w.failed ? lc_failed(PSA_ERROR_INVALID_ARGUMENT) : good ? PSA_SUCCESS : PSA_ERROR_INVALID_ARGUMENT;
    }
    free_numbers(number);
    BN_clear_free(w.a);
    BN_clear_free(w.b);
    BN_CTX_free(w.scratch);
    return status;
}

psa_status_t lc_rsa_import(const lc_key_t *key, lc_output_t out, size_t *bits) {
    bool pair = PSA_KEY_TYPE_IS_KEY_PAIR(key->type);
    lc_rsa_parts_t parts;
    if (!lc_rsa_parse((lc_bytes_t){key->data, key->size}, pair, &parts)) {
        return PSA_ERROR_INVALID_ARGUMENT;
    }
    size_t size = lc_rsa_bits(parts.number[LC_RSA_N]);
    if (*bits != 0 && *bits != size) {
        return PSA_ERROR_INVALID_ARGUMENT;
    }
    psa_status_t status = check_public(&parts, size);
    if (status == PSA_SUCCESS && pair) {
        status = check_private(&parts);
    }
    if (status == PSA_SUCCESS) {
        status = lc_write(out, key->data, key->size);
    }
    if (status == PSA_SUCCESS) {
        *bits = size;
    }
    return status;
}

/* The numbers of a generated key, in one allocation that the caller wipes and frees. */
static psa_status_t unload(const EVP_PKEY *pkey, size_t bits, lc_rsa_parts_t *parts, uint8_t *room) {
    size_t width = (bits + 7) / 8;
    parts->count = LC_RSA_NUMBERS;
    for (size_t i = 0; i < LC_RSA_NUMBERS; i++) {
        BIGNUM *number = NULL;
        int size = EVP_PKEY_get_bn_param(pkey, names[i], &number) == 1 ? BN_num_bytes(number) : 0;
        uint8_t *at = room + i * width;
        bool done = size > 0 && (size_t)size <= width && BN_bn2binpad(number, at, size) == size;
        BN_clear_free(number);
        if (!done) {
            return lc_failed(PSA_ERROR_GENERIC_ERROR);
        }
        parts->number[i] = (lc_bytes_t){at, (size_t)size};
    }
    return PSA_SUCCESS;
}

/* Gives the exponent to the generation; BN_lebin2bn() skips the zeros at the end. */
static psa_status_t set_exponent(EVP_PKEY_CTX *context, lc_bytes_t exponent) {
    if (exponent.size == 0) {
        return PSA_SUCCESS;
    }
    BIGNUM *number = BN_lebin2bn(exponent.data, (int)exponent.size, NULL);
    psa_status_t status = PSA_ERROR_INSUFFICIENT_MEMORY;
    if (number != NULL && (!BN_is_odd(number) || BN_is_one(number))) {
        status = PSA_ERROR_INVALID_ARGUMENT;
    } else if (number != NULL) {
        bool taken = EVP_PKEY_CTX_set1_rsa_keygen_pubexp(context, number) == 1;
        status = taken ? PSA_SUCCESS : lc_failed(PSA_ERROR_NOT_SUPPORTED);
    }
    BN_free(number);
    return status;
}

static size_t significant(lc_bytes_t exponent) {
    size_t size = exponent.size;
    while (size > 0 && exponent.data[size - 1] == 0) {
        size--;
    }
    return size;
}

psa_status_t lc_rsa_generate(const lc_key_t *key, lc_output_t out) {
    return lc_rsa_generate_with(key, (lc_bytes_t){NULL, 0}, out);
}

psa_status_t lc_rsa_generate_with(const lc_key_t *key, lc_bytes_t exponent, lc_output_t out) {
    if (exponent.size != 0 && significant(exponent) == 0) {
        return PSA_ERROR_INVALID_ARGUMENT;
    }
    exponent.size = significant(exponent);
    if (exponent.size > LC_RSA_EXPONENT_MAX) {
        return (exponent.data[0] & 1) != 0 ? PSA_ERROR_NOT_SUPPORTED : PSA_ERROR_INVALID_ARGUMENT;
    }
    if (key->bits < LC_RSA_BITS_GENERATE_MIN || key->bits > LC_RSA_BITS_MAX) {
        return PSA_ERROR_NOT_SUPPORTED;
    }
    OSSL_LIB_CTX *library = lc_context();
    EVP_PKEY_CTX *context = library == NULL ? NULL : EVP_PKEY_CTX_new_from_name(library, "RSA", NULL);
    if (context == NULL) {
        return PSA_ERROR_INSUFFICIENT_MEMORY;
    }
    EVP_PKEY *pkey = NULL;
    psa_status_t status = PSA_SUCCESS;
    if (EVP_PKEY_keygen_init(context) != 1 || EVP_PKEY_CTX_set_rsa_keygen_bits(context, (int)key->bits) != 1) {
        status = lc_failed(PSA_ERROR_NOT_SUPPORTED);
    } else {
        status = set_exponent(context, exponent);
    }
    if (status == PSA_SUCCESS && EVP_PKEY_generate(context, &pkey) != 1) {
        status = lc_failed(PSA_ERROR_GENERIC_ERROR);
    }
    size_t room_size = LC_RSA_NUMBERS * ((key->bits + 7) / 8);
    uint8_t *room = status == PSA_SUCCESS ? OPENSSL_malloc(room_size) : NULL;
    if (room != NULL) {
        lc_rsa_parts_t parts;
        status = unload(pkey, key->bits, &parts, room);
        if (status == PSA_SUCCESS) {
            status = lc_rsa_format(&parts, out);
        }
        OPENSSL_clear_free(room, room_size);
    } else if (status == PSA_SUCCESS) {
        status = PSA_ERROR_INSUFFICIENT_MEMORY;
    }
    EVP_PKEY_free(pkey);
    EVP_PKEY_CTX_free(context);
    return status;
}

psa_status_t lc_rsa_export_public(const lc_key_t *key, lc_output_t out) {
    lc_rsa_parts_t parts;
    bool pair = PSA_KEY_TYPE_IS_KEY_PAIR(key->type);
    if (!lc_rsa_parse((lc_bytes_t){key->data, key->size}, pair, &parts)) {
        return PSA_ERROR_INVALID_ARGUMENT;
    }
    parts.count = 2;
    return lc_rsa_format(&parts, out);
}
