/* J-PAKE (RFC 8236) with the proofs of RFC 8235, on elliptic curves.
 *
 * The names are those of RFC 8236, section 3, for Alice, whose side this is: X1 to X4 are G1 to G4. */
#include "pake.h"

/* A proof of knowing the x in X = x base. */
typedef struct {
    EC_POINT *base;       /* null: the base point of the group */
    EC_POINT *x;          /* X */
    EC_POINT *commitment; /* V, the commitment */
    BIGNUM *nonce;        /* v */
} proof_t;

typedef struct {
    lc_group_t group;
    const lc_hash_t *hash;
    BN_CTX *scratch;
    lc_text_t user;
    lc_text_t peer;
    BIGNUM *s;      /* the password as a number */
    BIGNUM *own[2]; /* x1, x2 */
    BIGNUM *x2s;
    EC_POINT *x[4];   /* X1 to X4 */
    EC_POINT *second; /* of the peer's second round: B */
    proof_t out;
    proof_t in;
    uint8_t out_next; /* the next step of each direction */
    uint8_t in_next;
} jpake_t;

#define ROUND_1_END ((uint8_t)PSA_JPAKE_X2_STEP_ZK_PROOF)

static bool serves(psa_algorithm_t alg) {
    return PSA_ALG_IS_JPAKE(alg);
}

static void drop(void *state) {
    jpake_t *j = state;
    lc_text_free(&j->user);
    lc_text_free(&j->peer);
    BN_clear_free(j->s);
    BN_clear_free(j->own[0]);
    BN_clear_free(j->own[1]);
    BN_clear_free(j->x2s);
    BN_clear_free(j->out.nonce);
    for (size_t i = 0; i < 4; i++) {
        EC_POINT_clear_free(j->x[i]);
    }
    EC_POINT_clear_free(j->second);
    EC_POINT_clear_free(j->out.base);
    EC_POINT_clear_free(j->out.x);
    EC_POINT_clear_free(j->out.commitment);
    EC_POINT_clear_free(j->in.base);
    EC_POINT_clear_free(j->in.commitment);
    BN_CTX_free(j->scratch);
    OPENSSL_clear_free(j, sizeof(*j));
}

/* Everything that needs memory, so that later steps have it. */
static bool allocate(jpake_t *j) {
    bool done = true;
    j->scratch = BN_CTX_secure_new_ex(lc_context());
    j->s = lc_secret_new();
    j->own[0] = lc_secret_new();
    j->own[1] = lc_secret_new();
    j->x2s = lc_secret_new();
    j->out.nonce = lc_secret_new();
    for (size_t i = 0; i < 4; i++) {
        j->x[i] = EC_POINT_new(j->group.group);
        done = done && j->x[i] != NULL;
    }
    j->second = EC_POINT_new(j->group.group);
    j->out.x = EC_POINT_new(j->group.group);
    j->out.commitment = EC_POINT_new(j->group.group);
    j->in.commitment = EC_POINT_new(j->group.group);
    return done && j->scratch != NULL && j->s != NULL && j->own[0] != NULL && j->own[1] != NULL && j->x2s != NULL &&
           j->out.nonce != NULL && j->second != NULL && j->out.x != NULL && j->out.commitment != NULL &&
           j->in.commitment != NULL;
}

/* s = the password as a number, modulo the order; it must not be 0. */
static psa_status_t take_password(jpake_t *j, const psa_crypto_driver_pake_inputs_t *inputs) {
    lc_text_t password = {NULL, 0};
    psa_status_t status = lc_text_get(inputs, psa_crypto_driver_pake_get_password_len,
                                      psa_crypto_driver_pake_get_password_bytes, &password);
    if (status == PSA_SUCCESS && (password.data == NULL || password.size > 8192)) {
        status = PSA_ERROR_NOT_SUPPORTED;
    }
    if (status == PSA_SUCCESS) {
        bool done = BN_bin2bn(password.data, (int)password.size, j->s) != NULL &&
                    BN_nnmod(j->s, j->s, EC_GROUP_get0_order(j->group.group), j->scratch) == 1;
        status = !done ? PSA_ERROR_INSUFFICIENT_MEMORY : BN_is_zero(j->s) ? PSA_ERROR_INVALID_ARGUMENT : PSA_SUCCESS;
    }
    lc_text_free(&password);
    return status;
}

static psa_status_t prepare(jpake_t *j, const psa_crypto_driver_pake_inputs_t *inputs,
                            const psa_pake_cipher_suite_t *suite) {
    psa_pake_primitive_t primitive = psa_pake_cs_get_primitive(suite);
    psa_status_t status =
        lc_group_find(PSA_PAKE_PRIMITIVE_GET_FAMILY(primitive), PSA_PAKE_PRIMITIVE_GET_BITS(primitive), &j->group);
    j->hash = lc_hash_find(PSA_ALG_GET_HASH(psa_pake_cs_get_algorithm(suite)));
    if (status != PSA_SUCCESS || j->hash == NULL) {
        return PSA_ERROR_NOT_SUPPORTED;
    }
    status = allocate(j) ? take_password(j, inputs) : PSA_ERROR_INSUFFICIENT_MEMORY;
    if (status == PSA_SUCCESS) {
        status = lc_text_get(inputs, psa_crypto_driver_pake_get_user_len, psa_crypto_driver_pake_get_user, &j->user);
    }
    if (status == PSA_SUCCESS) {
        status = lc_text_get(inputs, psa_crypto_driver_pake_get_peer_len, psa_crypto_driver_pake_get_peer, &j->peer);
    }
    if (status == PSA_SUCCESS && (j->user.data == NULL || j->peer.data == NULL)) {
        status = PSA_ERROR_INVALID_ARGUMENT;
    }
    return status;
}

static psa_status_t setup(const psa_crypto_driver_pake_inputs_t *inputs, const psa_pake_cipher_suite_t *suite,
                          void **state) {
    jpake_t *j = OPENSSL_zalloc(sizeof(*j));
    if (j == NULL) {
        return PSA_ERROR_INSUFFICIENT_MEMORY;
    }
    psa_status_t status = prepare(j, inputs, suite);
    if (status != PSA_SUCCESS) {
        drop(j);
        return status;
    }
    j->out_next = PSA_JPAKE_X1_STEP_KEY_SHARE;
    j->in_next = PSA_JPAKE_X1_STEP_KEY_SHARE;
    *state = j;
    return PSA_SUCCESS;
}

/* c = H(base || V || X || identity), each behind its length in four bytes (RFC 8235, 2.2 and 3.2). */
static psa_status_t challenge(const jpake_t *j, const proof_t *proof, const lc_text_t *identity, BIGNUM *c) {
    const EC_POINT *elements[3] = {proof->base != NULL ? proof->base : EC_GROUP_get0_generator(j->group.group),
                                   proof->commitment, proof->x};
    uint8_t encoded[3][LC_ECC_PUBLIC_MAX];
    uint8_t lengths[4][4];
    uint8_t digest[LC_HASH_MAX];
    lc_bytes_t pieces[8];
    for (size_t i = 0; i < 4; i++) {
        size_t size = i < 3 ? j->group.element_size : identity->size;
        for (size_t k = 0; k < 4; k++) {
            lengths[i][k] = (uint8_t)(size >> (24 - 8 * k));
        }
        if (i < 3 && !lc_group_encode(&j->group, elements[i], encoded[i])) {
            return PSA_ERROR_INVALID_ARGUMENT;
        }
        pieces[2 * i] = (lc_bytes_t){lengths[i], 4};
        pieces[2 * i + 1] = (lc_bytes_t){i < 3 ? encoded[i] : identity->data, size};
    }
    psa_status_t status = lc_hash_pieces(j->hash, pieces, 8, digest);
    if (status != PSA_SUCCESS) {
        return status;
    }
    bool done = BN_bin2bn(digest, j->hash->length, c) != NULL &&
                BN_nnmod(c, c, EC_GROUP_get0_order(j->group.group), j->scratch) == 1;
    return done ? PSA_SUCCESS : PSA_ERROR_INSUFFICIENT_MEMORY;
}

/* base = X1 + a + b, the base of a proof of the second round. */
static psa_status_t sum(const jpake_t *j, const EC_POINT *a, const EC_POINT *b, EC_POINT **base) {
    const EC_GROUP *group = j->group.group;
    EC_POINT_clear_free(*base);
    *base = EC_POINT_new(group);
    if (*base == NULL || EC_POINT_add(group, *base, j->x[0], a, j->scratch) != 1 ||
        EC_POINT_add(group, *base, *base, b, j->scratch) != 1) {
        return PSA_ERROR_INSUFFICIENT_MEMORY;
    }
    return lc_group_is_neutral(&j->group, *base) ? PSA_ERROR_INVALID_ARGUMENT : PSA_SUCCESS;
}

/* The secret of the proof under way. */
static const BIGNUM *secret_of(const jpake_t *j, unsigned part) {
    return part < 2 ? j->own[part] : j->x2s;
}

/* Draw x1 or x2, or put x2 s together; X = x base. `part` is 0 or 1 in the first round, 2 in the second. */
static psa_status_t make_share(jpake_t *j, unsigned part) {
    psa_status_t status;
    if (part < 2) {
        status = lc_group_random(&j->group, j->own[part], j->scratch);
    } else {
        status = sum(j, j->x[2], j->x[3], &j->out.base);
        if (status == PSA_SUCCESS && !lc_group_scale(&j->group, j->x2s, j->own[1], j->s, j->scratch)) {
            status = PSA_ERROR_INSUFFICIENT_MEMORY;
        }
    }
    if (status != PSA_SUCCESS) {
        return status;
    }
    bool done = lc_group_multiply(&j->group, j->out.x, j->out.base, secret_of(j, part), j->scratch) &&
                (part == 2 || EC_POINT_copy(j->x[part], j->out.x) == 1);
    return done ? PSA_SUCCESS : lc_failed(PSA_ERROR_GENERIC_ERROR);
}

static psa_status_t make_commitment(jpake_t *j) {
    psa_status_t status = lc_group_random(&j->group, j->out.nonce, j->scratch);
    if (status == PSA_SUCCESS &&
        !lc_group_multiply(&j->group, j->out.commitment, j->out.base, j->out.nonce, j->scratch)) {
        status = lc_failed(PSA_ERROR_GENERIC_ERROR);
    }
    return status;
}

/* r = v - x c modulo the order. */
static psa_status_t make_proof(jpake_t *j, unsigned part, uint8_t *data) {
    BIGNUM *c = BN_new();
    BIGNUM *product = lc_secret_new();
    BIGNUM *r = lc_secret_new();
    psa_status_t status =
        c == NULL || product == NULL || r == NULL ? PSA_ERROR_INSUFFICIENT_MEMORY : challenge(j, &j->out, &j->user, c);
    if (status == PSA_SUCCESS) {
        const BIGNUM *order = EC_GROUP_get0_order(j->group.group);
        bool done = lc_group_scale(&j->group, product, secret_of(j, part), c, j->scratch) &&
                    BN_mod_sub(r, j->out.nonce, product, order, j->scratch) == 1 &&
                    BN_bn2binpad(r, data, (int)j->group.order_size) == (int)j->group.order_size;
        status = done ? PSA_SUCCESS : lc_failed(PSA_ERROR_GENERIC_ERROR);
    }
    BN_free(c);
    BN_clear_free(product);
    BN_clear_free(r);
    return status;
}

static psa_status_t output(void *state, psa_crypto_driver_pake_step_t step, lc_output_t out) {
    jpake_t *j = state;
    uint8_t data[LC_ECC_PUBLIC_MAX];
    if (step != j->out_next || step > PSA_JPAKE_X2S_STEP_ZK_PROOF ||
        (step > ROUND_1_END && j->in_next <= ROUND_1_END)) {
        return PSA_ERROR_BAD_STATE;
    }
    unsigned part = ((unsigned)step - 1) / 3;
    unsigned kind = ((unsigned)step - 1) % 3;
    size_t size = kind == 2 ? j->group.order_size : j->group.element_size;
    psa_status_t status = kind == 0 ? make_share(j, part) : kind == 1 ? make_commitment(j) : make_proof(j, part, data);
    if (status == PSA_SUCCESS && kind < 2 &&
        !lc_group_encode(&j->group, kind == 0 ? j->out.x : j->out.commitment, data)) {
        status = lc_failed(PSA_ERROR_GENERIC_ERROR);
    }
    if (status == PSA_SUCCESS) {
        status = lc_write(out, data, size);
        j->out_next++;
    }
    return status;
}

/* Whether V = r base + c X.  Nothing in it is secret. */
static psa_status_t check_proof(jpake_t *j, lc_bytes_t in) {
    const EC_GROUP *group = j->group.group;
    BIGNUM *c = BN_new();
    BIGNUM *r = BN_bin2bn(in.data, (int)in.size, NULL);
    EC_POINT *part = EC_POINT_new(group);
    EC_POINT *expected = EC_POINT_new(group);
    psa_status_t status = c == NULL || r == NULL || part == NULL || expected == NULL
                              ? PSA_ERROR_INSUFFICIENT_MEMORY
                              : challenge(j, &j->in, &j->peer, c);
    if (status == PSA_SUCCESS && BN_cmp(r, EC_GROUP_get0_order(group)) >= 0) {
        status = PSA_ERROR_INVALID_SIGNATURE;
    }
    if (status == PSA_SUCCESS) {
        bool done = lc_group_multiply(&j->group, expected, j->in.base, r, j->scratch) &&
                    lc_group_multiply(&j->group, part, j->in.x, c, j->scratch) &&
                    EC_POINT_add(group, expected, expected, part, j->scratch) == 1;
        int differs = done ? EC_POINT_cmp(group, expected, j->in.commitment, j->scratch) : -1;
        status = differs == 0   ? PSA_SUCCESS
                 : differs == 1 ? PSA_ERROR_INVALID_SIGNATURE
                                : lc_failed(PSA_ERROR_GENERIC_ERROR);
    }
    BN_free(c);
    BN_free(r);
    EC_POINT_free(part);
    EC_POINT_free(expected);
    return status;
}

static psa_status_t input(void *state, psa_crypto_driver_pake_step_t step, lc_bytes_t in) {
    jpake_t *j = state;
    if (step != j->in_next || (step > ROUND_1_END && j->out_next <= ROUND_1_END) || in.size > LC_ECC_PUBLIC_MAX) {
        return PSA_ERROR_BAD_STATE;
    }
    bool second = step > ROUND_1_END;
    psa_status_t status = PSA_SUCCESS;
    switch (((unsigned)step - 1) % 3) {
    case 0:
        j->in.x = second ? j->second : step == PSA_JPAKE_X1_STEP_KEY_SHARE ? j->x[2] : j->x[3];
        status = lc_group_decode(&j->group, in.data, in.size, j->in.x, j->scratch);
        if (status == PSA_SUCCESS && second) {
            status = sum(j, j->x[1], j->x[2], &j->in.base);
        }
        break;
    case 1:
        status = lc_group_decode(&j->group, in.data, in.size, j->in.commitment, j->scratch);
        break;
    default:
        status = check_proof(j, in);
        break;
    }
    if (status == PSA_SUCCESS) {
        j->in_next = step == ROUND_1_END ? PSA_JPAKE_X4S_STEP_KEY_SHARE : (uint8_t)(j->in_next + 1);
    }
    return status;
}

/* K = x2 (B - x2 s X4) */
static psa_status_t secret(void *state, lc_output_t out) {
    jpake_t *j = state;
    uint8_t data[LC_ECC_PUBLIC_MAX];
    if (j->out_next <= PSA_JPAKE_X2S_STEP_ZK_PROOF || j->in_next <= PSA_JPAKE_X4S_STEP_ZK_PROOF) {
        return PSA_ERROR_BAD_STATE;
    }
    EC_POINT *k = EC_POINT_new(j->group.group);
    psa_status_t status = PSA_ERROR_INSUFFICIENT_MEMORY;
    if (k != NULL && lc_group_multiply(&j->group, k, j->x[3], j->x2s, j->scratch) &&
        lc_group_subtract(&j->group, k, j->second, k, j->scratch)) {
        /* A peer that knows the password can bring this about, but gains nothing. */
        status = lc_group_is_neutral(&j->group, k) ? PSA_ERROR_INVALID_ARGUMENT : PSA_SUCCESS;
    }
    if (status == PSA_SUCCESS) {
        bool done = lc_group_multiply(&j->group, k, k, j->own[1], j->scratch) && lc_group_encode(&j->group, k, data);
        status = done ? lc_write(out, data, j->group.element_size) : lc_failed(PSA_ERROR_GENERIC_ERROR);
    }
    EC_POINT_clear_free(k);
    OPENSSL_cleanse(data, sizeof(data));
    return status;
}

const lc_pake_kind_t lc_pake_jpake = {serves, setup, output, input, secret, drop};
