/* Finite field Diffie-Hellman (SP 800-56A, 5.7.1.1) in the groups that libcrypto knows. */
#include "dh.h"

#include "derive_key.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>

typedef struct {
    psa_dh_family_t family;
    uint16_t bits;
    const char *name; /* libcrypto's */
} group_t;

static const group_t groups[] = {
    {PSA_DH_FAMILY_RFC7919, 2048, "ffdhe2048"}, {PSA_DH_FAMILY_RFC7919, 3072, "ffdhe3072"},
    {PSA_DH_FAMILY_RFC7919, 4096, "ffdhe4096"}, {PSA_DH_FAMILY_RFC7919, 6144, "ffdhe6144"},
    {PSA_DH_FAMILY_RFC7919, 8192, "ffdhe8192"}, {PSA_DH_FAMILY_RFC3526, 2048, "modp_2048"},
    {PSA_DH_FAMILY_RFC3526, 3072, "modp_3072"}, {PSA_DH_FAMILY_RFC3526, 4096, "modp_4096"},
    {PSA_DH_FAMILY_RFC3526, 6144, "modp_6144"}, {PSA_DH_FAMILY_RFC3526, 8192, "modp_8192"},
};

#define GROUPS (sizeof(groups) / sizeof(groups[0]))

/* The prime of a group with its Montgomery form; the generator is 2 in all of them. */
typedef struct {
    BIGNUM *prime;
    BN_MONT_CTX *form;
} field_t;

static field_t *fields[GROUPS];

static const group_t *find(psa_key_type_t type, size_t bits) {
    for (size_t i = 0; i < GROUPS; i++) {
        if (groups[i].family == PSA_KEY_TYPE_DH_GET_FAMILY(type) && groups[i].bits == bits) {
            return &groups[i];
        }
    }
    return NULL;
}

static bool is_known(psa_key_type_t type) {
    psa_dh_family_t family = PSA_KEY_TYPE_DH_GET_FAMILY(type);
    return family == PSA_DH_FAMILY_RFC7919 || family == PSA_DH_FAMILY_RFC3526;
}

static void free_field(field_t *field) {
    if (field != NULL) {
        BN_free(field->prime);
        BN_MONT_CTX_free(field->form);
        OPENSSL_free(field);
    }
}

/* The prime from libcrypto's own parameters of the group. */
static bool load_prime(const char *name, BIGNUM **prime) {
    OSSL_PARAM params[2] = {OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, NULL, 0),
                            OSSL_PARAM_construct_end()};
    params[0].data = (char *)(uintptr_t)name; /* read only, by its contract */
    params[0].data_size = strlen(name);
    EVP_PKEY *parameters = NULL;
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(lc_context(), "DH", NULL);
    bool done = context != NULL && EVP_PKEY_paramgen_init(context) == 1 &&
                EVP_PKEY_CTX_set_params(context, params) == 1 && EVP_PKEY_generate(context, &parameters) == 1 &&
                EVP_PKEY_get_bn_param(parameters, OSSL_PKEY_PARAM_FFC_P, prime) == 1;
    EVP_PKEY_free(parameters);
    EVP_PKEY_CTX_free(context);
    return done;
}

static field_t *make_field(const group_t *group) {
    field_t *field = OPENSSL_zalloc(sizeof(*field));
    BN_CTX *scratch = BN_CTX_new_ex(lc_context());
    bool done = field != NULL && scratch != NULL && load_prime(group->name, &field->prime) &&
                (field->form = BN_MONT_CTX_new()) != NULL && BN_MONT_CTX_set(field->form, field->prime, scratch) == 1;
    BN_CTX_free(scratch);
    if (!done) {
        free_field(field);
        return NULL;
    }
    return field;
}

/* Made once and shared; null if this libcrypto lacks the group. */
static const field_t *field_of(const group_t *group) {
    field_t **cell = &fields[group - groups];
    field_t *field = __atomic_load_n(cell, __ATOMIC_ACQUIRE);
    if (field != NULL) {
        return field;
    }
    field_t *mine = lc_context() == NULL ? NULL : make_field(group);
    if (mine == NULL) {
        return NULL;
    }
    if (__atomic_compare_exchange_n(cell, &field, mine, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
        return mine;
    }
    free_field(mine); /* another thread was first */
    return field;
}

/* p - less, as wide as the prime. */
static void prime_bytes(const field_t *field, uint8_t less, uint8_t *out, size_t size) {
    (void)BN_bn2binpad(field->prime, out, (int)size);
    out[size - 1] = (uint8_t)(out[size - 1] - less); /* the last byte of these primes is 0xff */
}

#define PRIME_MAX 1024

/* A private key: 0 < x < p. A public key: 1 < y < p - 1 (RFC 7919, 5.1). */
static psa_status_t check(const field_t *field, lc_bytes_t number, bool pair) {
    uint8_t bound[PRIME_MAX];
    size_t size = number.size;
    prime_bytes(field, pair ? 0 : 1, bound, size);
    bool one = !pair && lc_is_zero(number.data, size - 1) && number.data[size - 1] < 2;
    bool good = lc_is_zero(number.data, size) == 0 && !one && lc_less_than(number.data, bound, size) == 1;
    return good ? PSA_SUCCESS : PSA_ERROR_INVALID_ARGUMENT;
}

psa_status_t lc_dh_import(const lc_key_t *key, lc_output_t out, size_t *bits) {
    size_t size = *bits == 0 ? 8 * key->size : *bits;
    const group_t *group = find(key->type, size);
    if (group == NULL) {
        bool odd_data = *bits == 0 && is_known(key->type);
        return odd_data ? PSA_ERROR_INVALID_ARGUMENT : PSA_ERROR_NOT_SUPPORTED;
    }
    if (key->size != size / 8) {
        return PSA_ERROR_INVALID_ARGUMENT;
    }
    const field_t *field = field_of(group);
    if (field == NULL) {
        return lc_failed(PSA_ERROR_NOT_SUPPORTED);
    }
    psa_status_t status = check(field, (lc_bytes_t){key->data, key->size}, PSA_KEY_TYPE_IS_DH_KEY_PAIR(key->type));
    if (status == PSA_SUCCESS) {
        status = lc_write(out, key->data, key->size);
    }
    if (status == PSA_SUCCESS) {
        *bits = size;
    }
    return status;
}

/* What every use of a key starts with. */
static psa_status_t open_field(const lc_key_t *key, size_t room, const field_t **field) {
    const group_t *group = find(key->type, key->bits);
    if (group == NULL) {
        return PSA_ERROR_NOT_SUPPORTED;
    }
    *field = field_of(group);
    if (*field == NULL) {
        return lc_failed(PSA_ERROR_NOT_SUPPORTED);
    }
    return room < key->bits / 8 ? PSA_ERROR_BUFFER_TOO_SMALL : PSA_SUCCESS;
}

/* Uniform in 0 < x < p. */
psa_status_t lc_dh_generate(const lc_key_t *key, lc_output_t out) {
    const field_t *field = NULL;
    psa_status_t status = open_field(key, out.size, &field);
    if (status != PSA_SUCCESS) {
        return status;
    }
    BN_CTX *scratch = BN_CTX_secure_new_ex(lc_context());
    BIGNUM *x = BN_secure_new();
    status = scratch == NULL || x == NULL ? PSA_ERROR_INSUFFICIENT_MEMORY : PSA_SUCCESS;
    while (status == PSA_SUCCESS && BN_is_zero(x)) {
        if (BN_priv_rand_range_ex(x, field->prime, 0, scratch) != 1) {
            status = lc_failed(PSA_ERROR_INSUFFICIENT_ENTROPY);
        }
    }
    size_t size = key->bits / 8;
    if (status == PSA_SUCCESS && BN_bn2binpad(x, out.data, (int)size) < 0) {
        status = PSA_ERROR_GENERIC_ERROR;
    }
    if (status == PSA_SUCCESS) {
        *out.length = size;
    }
    BN_clear_free(x);
    BN_CTX_free(scratch);
    return status;
}

/* x = k + 1 for k < p - 1. */
psa_status_t lc_dh_derive(const lc_key_t *key, lc_bytes_t drawn, lc_output_t out) {
    uint8_t bound[PRIME_MAX];
    const field_t *field = NULL;
    size_t size = key->bits / 8;
    psa_status_t status = open_field(key, out.size, &field);
    if (status == PSA_SUCCESS) {
        prime_bytes(field, 1, bound, size);
        status = lc_draw(bound, size, drawn, out.data);
    }
    *out.length = status == PSA_SUCCESS ? size : 0;
    return status;
}

/* base^x mod p for the private key x, in time that does not depend on it. */
static psa_status_t power(const field_t *field, const lc_key_t *key, const BIGNUM *base, uint8_t *out) {
    BN_CTX *scratch = BN_CTX_secure_new_ex(lc_context());
    BIGNUM *x = BN_secure_new();
    BIGNUM *result = BN_secure_new();
    psa_status_t status = PSA_ERROR_INSUFFICIENT_MEMORY;
    if (base != NULL && scratch != NULL && result != NULL && x != NULL &&
        BN_bin2bn(key->data, (int)key->size, x) != NULL) {
        BN_set_flags(x, BN_FLG_CONSTTIME);
        bool done = BN_mod_exp_mont_consttime(result, base, x, field->prime, scratch, field->form) == 1 &&
                    BN_bn2binpad(result, out, (int)(key->bits / 8)) > 0;
        status = done ? PSA_SUCCESS : lc_failed(PSA_ERROR_GENERIC_ERROR);
    }
    BN_clear_free(result);
    BN_clear_free(x);
    BN_CTX_free(scratch);
    return status;
}

psa_status_t lc_dh_export_public(const lc_key_t *key, lc_output_t out) {
    if (PSA_KEY_TYPE_IS_DH_PUBLIC_KEY(key->type)) {
        return lc_write(out, key->data, key->size);
    }
    const field_t *field = NULL;
    psa_status_t status = open_field(key, out.size, &field);
    if (status != PSA_SUCCESS) {
        return status;
    }
    BIGNUM *generator = BN_new();
    status = generator != NULL && BN_set_word(generator, 2) == 1 ? power(field, key, generator, out.data)
                                                                 : PSA_ERROR_INSUFFICIENT_MEMORY;
    if (status == PSA_SUCCESS) {
        *out.length = key->bits / 8;
    }
    BN_free(generator);
    return status;
}

psa_status_t lc_ffdh(const lc_key_t *key, lc_bytes_t peer, lc_output_t out) {
    const field_t *field = NULL;
    if (!PSA_KEY_TYPE_IS_DH_KEY_PAIR(key->type)) {
        return PSA_ERROR_INVALID_ARGUMENT;
    }
    psa_status_t status = open_field(key, out.size, &field);
    if (status != PSA_SUCCESS) {
        return status;
    }
    size_t size = key->bits / 8;
    if (peer.size != size || key->size != size) {
        return PSA_ERROR_INVALID_ARGUMENT;
    }
    status = check(field, peer, false);
    if (status != PSA_SUCCESS) {
        return status;
    }
    BIGNUM *theirs = BN_bin2bn(peer.data, (int)size, NULL);
    status = power(field, key, theirs, out.data);
    BN_free(theirs);
    /* A secret of 1 says that the peer is in a small subgroup (step 2). */
    if (status == PSA_SUCCESS && lc_is_zero(out.data, size - 1) && out.data[size - 1] < 2) {
        OPENSSL_cleanse(out.data, size);
        status = PSA_ERROR_INVALID_ARGUMENT;
    }
    if (status == PSA_SUCCESS) {
        *out.length = size;
    }
    return status;
}
