/* SPAKE2+ (RFC 9383), for both sides. The client of the API is the prover, the server is the verifier. */
#include "spake2p.h"

typedef struct {
    lc_group_t group;
    psa_algorithm_t alg;
    const lc_hash_t *hash;
    BN_CTX *scratch;
    bool client;
    uint8_t done; /* steps */
    lc_text_t user;
    lc_text_t peer;
    lc_text_t context;
    lc_scalar_t w0;
    lc_scalar_t w1;                       /* of the prover */
    lc_scalar_t x;                        /* or y: of the own share */
    EC_POINT *l;                          /* of the verifier */
    const lc_spake2p_fixed_t *fixed;      /* M, N */
    EC_POINT *theirs;                     /* the share of the peer, without its mask */
    uint8_t shares[2][LC_ECC_PUBLIC_MAX]; /* shareP, shareV */
    lc_spake2p_keys_t keys;
} spake2p_t;

static bool serves(psa_algorithm_t alg) {
    return PSA_ALG_IS_SPAKE2P(alg);
}

static void drop(void *state) {
    spake2p_t *s = state;
    lc_text_free(&s->user);
    lc_text_free(&s->peer);
    lc_text_free(&s->context);
    EC_POINT_clear_free(s->l);
    EC_POINT_clear_free(s->theirs);
    BN_CTX_free(s->scratch);
    OPENSSL_clear_free(s, sizeof(*s));
}

static bool allocate(spake2p_t *s) {
    const EC_GROUP *group = s->group.group;
    s->scratch = BN_CTX_secure_new_ex(lc_context());
    s->l = EC_POINT_new(group);
    s->theirs = EC_POINT_new(group);
    return s->scratch != NULL && s->l != NULL && s->theirs != NULL;
}

/* Role and key: a prover knows w1, a verifier needs L only. */
static psa_status_t take_key(spake2p_t *s, const psa_crypto_driver_pake_inputs_t *inputs) {
    psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
    psa_pake_role_t role = PSA_PAKE_ROLE_NONE;
    uint8_t *data = NULL;
    size_t size = 0;
    psa_status_t status = psa_crypto_driver_pake_get_role(inputs, &role);
    if (status == PSA_SUCCESS) {
        status = psa_crypto_driver_pake_get_password_key(inputs, &data, &size, &attributes);
    }
    if (status != PSA_SUCCESS) {
        return status;
    }
    lc_key_t key = lc_key(&attributes, data, size);
    bool client = role == PSA_PAKE_ROLE_CLIENT;
    if (!PSA_KEY_TYPE_IS_SPAKE2P(key.type) || (client && !PSA_KEY_TYPE_IS_KEY_PAIR(key.type)) ||
        (!client && role != PSA_PAKE_ROLE_SERVER)) {
        return PSA_ERROR_INVALID_ARGUMENT;
    }
    s->client = client;
    return lc_spake2p_read(&s->group, &key, &s->w0, &s->w1, client ? NULL : s->l, s->scratch);
}

static psa_status_t prepare(spake2p_t *s, const psa_crypto_driver_pake_inputs_t *inputs,
                            const psa_pake_cipher_suite_t *suite) {
    psa_pake_primitive_t primitive = psa_pake_cs_get_primitive(suite);
    psa_ecc_family_t family = PSA_PAKE_PRIMITIVE_GET_FAMILY(primitive);
    size_t bits = PSA_PAKE_PRIMITIVE_GET_BITS(primitive);
    s->alg = psa_pake_cs_get_algorithm(suite);
    s->hash = lc_hash_find(PSA_ALG_GET_HASH(s->alg));
    psa_status_t status = s->hash == NULL ? PSA_ERROR_NOT_SUPPORTED : lc_group_find(family, bits, &s->group);
    if (status == PSA_SUCCESS) {
        status = allocate(s) ? lc_spake2p_fixed(&s->group, family, bits, &s->fixed) : PSA_ERROR_INSUFFICIENT_MEMORY;
    }
    if (status == PSA_SUCCESS) {
        status = take_key(s, inputs);
    }
    if (status == PSA_SUCCESS) {
        status = lc_text_get(inputs, psa_crypto_driver_pake_get_user_len, psa_crypto_driver_pake_get_user, &s->user);
    }
    if (status == PSA_SUCCESS) {
        status = lc_text_get(inputs, psa_crypto_driver_pake_get_peer_len, psa_crypto_driver_pake_get_peer, &s->peer);
    }
    return status == PSA_SUCCESS ? lc_text_get(inputs, psa_crypto_driver_pake_get_context_len,
                                               psa_crypto_driver_pake_get_context, &s->context)
                                 : status;
}

static psa_status_t setup(const psa_crypto_driver_pake_inputs_t *inputs, const psa_pake_cipher_suite_t *suite,
                          void **state) {
    spake2p_t *s = OPENSSL_zalloc(sizeof(*s));
    if (s == NULL) {
        return PSA_ERROR_INSUFFICIENT_MEMORY;
    }
    psa_status_t status = prepare(s, inputs, suite);
    if (status != PSA_SUCCESS) {
        drop(s);
        return status;
    }
    *state = s;
    return PSA_SUCCESS;
}

/* r = w0 M, or w0 N */
static bool multiply_mask(const spake2p_t *s, EC_POINT *r, size_t which) {
    return lc_group_multiply(&s->group, r, s->fixed->element[which].point, &s->w0, s->scratch);
}

/* The own share, x P + w0 M or y P + w0 N. */
static psa_status_t make_share(spake2p_t *s, uint8_t *data) {
    EC_POINT *mask = EC_POINT_new(s->group.group);
    EC_POINT *share = EC_POINT_new(s->group.group);
    psa_status_t status =
        mask == NULL || share == NULL ? PSA_ERROR_INSUFFICIENT_MEMORY : lc_group_random(&s->group, &s->x);
    if (status == PSA_SUCCESS) {
        bool done = lc_group_multiply(&s->group, share, NULL, &s->x, s->scratch) &&
                    multiply_mask(s, mask, s->client ? 0 : 1) &&
                    EC_POINT_add(s->group.group, share, share, mask, s->scratch) == 1 &&
                    lc_group_encode(&s->group, share, data);
        status = done ? PSA_SUCCESS : lc_failed(PSA_ERROR_GENERIC_ERROR);
    }
    EC_POINT_clear_free(mask);
    EC_POINT_clear_free(share);
    return status;
}

/* The peer's share must be an element of the group; without its mask, it must not be neutral. */
static psa_status_t take_share(spake2p_t *s, lc_bytes_t in) {
    EC_POINT *mask = EC_POINT_new(s->group.group);
    psa_status_t status = mask == NULL ? PSA_ERROR_INSUFFICIENT_MEMORY
                                       : lc_group_decode(&s->group, in.data, in.size, s->theirs, s->scratch);
    if (status == PSA_SUCCESS) {
        bool done = multiply_mask(s, mask, s->client ? 1 : 0) &&
                    lc_group_subtract(&s->group, s->theirs, s->theirs, mask, s->scratch);
        status = !done                                       ? lc_failed(PSA_ERROR_GENERIC_ERROR)
                 : lc_group_is_neutral(&s->group, s->theirs) ? PSA_ERROR_INVALID_ARGUMENT
                                                             : PSA_SUCCESS;
    }
    if (status == PSA_SUCCESS) {
        memcpy(s->shares[s->client ? 1 : 0], in.data, in.size);
    }
    EC_POINT_clear_free(mask);
    return status;
}

/* r = h k p, encoded. */
static bool share_secret(const spake2p_t *s, const EC_POINT *p, const lc_scalar_t *k, uint8_t *data) {
    EC_POINT *r = EC_POINT_new(s->group.group);
    bool done = r != NULL && lc_group_multiply(&s->group, r, p, k, s->scratch) &&
                lc_group_clear_cofactor(&s->group, r, r, s->scratch) && lc_group_encode(&s->group, r, data);
    EC_POINT_clear_free(r);
    return done;
}

/* Z and V from both shares, and what follows from them. */
static psa_status_t derive(spake2p_t *s) {
    uint8_t points[2][LC_ECC_PUBLIC_MAX]; /* Z, V */
    uint8_t w0[LC_ECC_PRIVATE_MAX];
    size_t size = s->group.element_size;
    bool done = share_secret(s, s->theirs, &s->x, points[0]) &&
                (s->client ? share_secret(s, s->theirs, &s->w1, points[1]) : share_secret(s, s->l, &s->x, points[1]));
    const lc_text_t *prover = s->client ? &s->user : &s->peer;
    const lc_text_t *verifier = s->client ? &s->peer : &s->user;
    lc_spake2p_transcript_t transcript = {
        s->alg,
        s->hash,
        {s->context.data, s->context.size},
        {prover->data, prover->size},
        {verifier->data, verifier->size},
        {s->fixed->element[0].data, size},
        {s->fixed->element[1].data, size},
        {s->shares[0], size},
        {s->shares[1], size},
        {points[0], size},
        {points[1], size},
        {w0, s->group.order.size},
    };
    lc_scalar_write(&s->group.order, &s->w0, w0);
    psa_status_t status = done ? lc_spake2p_schedule(&transcript, &s->keys) : lc_failed(PSA_ERROR_GENERIC_ERROR);
    OPENSSL_cleanse(points, sizeof(points));
    OPENSSL_cleanse(w0, sizeof(w0));
    return status;
}

/* Whether a step is due: the shares first, that of the client before that of the server, then the confirmations the
 * other way round. */
static bool is_due(const spake2p_t *s, psa_crypto_driver_pake_step_t step, bool out) {
    psa_crypto_driver_pake_step_t expected =
        s->done < 2 ? PSA_PAKE_DRIVER_STEP_KEY_SHARE : PSA_PAKE_DRIVER_STEP_CONFIRM;
    bool by_client = s->done == 0 || s->done == 3;
    return s->done < 4 && step == expected && out == (by_client == s->client);
}

static psa_status_t output(void *state, psa_crypto_driver_pake_step_t step, lc_output_t out) {
    spake2p_t *s = state;
    if (!is_due(s, step, true)) {
        return PSA_ERROR_BAD_STATE;
    }
    psa_status_t status;
    if (step == PSA_PAKE_DRIVER_STEP_KEY_SHARE) {
        uint8_t *share = s->shares[s->client ? 0 : 1];
        status = make_share(s, share);
        if (status == PSA_SUCCESS && !s->client) {
            status = derive(s);
        }
        status = status == PSA_SUCCESS ? lc_write(out, share, s->group.element_size) : status;
    } else {
        status = lc_write(out, s->client ? s->keys.confirm_p : s->keys.confirm_v, s->keys.confirm_size);
    }
    s->done = (uint8_t)(s->done + (status == PSA_SUCCESS));
    return status;
}

static psa_status_t input(void *state, psa_crypto_driver_pake_step_t step, lc_bytes_t in) {
    spake2p_t *s = state;
    if (!is_due(s, step, false)) {
        return PSA_ERROR_BAD_STATE;
    }
    psa_status_t status;
    if (step == PSA_PAKE_DRIVER_STEP_KEY_SHARE) {
        status = take_share(s, in);
        if (status == PSA_SUCCESS && s->client) {
            status = derive(s);
        }
    } else {
        const uint8_t *expected = s->client ? s->keys.confirm_v : s->keys.confirm_p;
        bool same = in.size == s->keys.confirm_size && CRYPTO_memcmp(in.data, expected, in.size) == 0;
        status = same ? PSA_SUCCESS : PSA_ERROR_INVALID_SIGNATURE;
    }
    s->done = (uint8_t)(s->done + (status == PSA_SUCCESS));
    return status;
}

static psa_status_t secret(void *state, lc_output_t out) {
    spake2p_t *s = state;
    return s->done == 4 ? lc_write(out, s->keys.shared, s->keys.shared_size) : PSA_ERROR_BAD_STATE;
}

const lc_pake_kind_t lc_pake_spake2p = {serves, setup, output, input, secret, drop};
