/* J-PAKE (RFC 8236) on elliptic curves. */
#include "jpake.h"

#define ROUND_1_END ((uint8_t)PSA_JPAKE_X2_STEP_ZK_PROOF)

static bool serves(psa_algorithm_t alg) {
    return PSA_ALG_IS_JPAKE(alg);
}

/* Every element that is not the generator. */
static size_t elements_of(lc_jpake_t *j, lc_element_t *elements[10]) {
    size_t count = 0;
    for (size_t i = 0; i < 4; i++) {
        elements[count++] = &j->x[i];
    }
    elements[count++] = &j->a;
    elements[count++] = &j->b;
    lc_proof_t *proofs[2] = {&j->out, &j->in};
    for (size_t i = 0; i < 2; i++) {
        elements[count++] = &proofs[i]->sum;
        elements[count++] = &proofs[i]->commitment;
    }
    return count;
}

static void drop(void *state) {
    lc_jpake_t *j = state;
    lc_element_t *elements[10];
    lc_text_free(&j->user);
    lc_text_free(&j->peer);
    for (size_t i = elements_of(j, elements); i-- > 0;) {
        EC_POINT_clear_free(elements[i]->point);
    }
    BN_CTX_free(j->scratch);
    OPENSSL_clear_free(j, sizeof(*j));
}

/* Everything that needs memory, so that later steps have it. */
static bool allocate(lc_jpake_t *j) {
    lc_element_t *elements[10];
    j->scratch = BN_CTX_secure_new_ex(lc_context());
    bool done = j->scratch != NULL;
    for (size_t i = elements_of(j, elements); i-- > 0;) {
        elements[i]->point = EC_POINT_new(j->group.group);
        done = done && elements[i]->point != NULL;
    }
    return done && lc_group_encode(&j->group, EC_GROUP_get0_generator(j->group.group), j->generator.data);
}

/* s = the password as a number, modulo the order; it must not be 0. */
static psa_status_t take_password(lc_jpake_t *j, const psa_crypto_driver_pake_inputs_t *inputs) {
    lc_text_t password = {NULL, 0};
    psa_status_t status = lc_text_get(inputs, psa_crypto_driver_pake_get_password_len,
                                      psa_crypto_driver_pake_get_password_bytes, &password);
    if (status == PSA_SUCCESS && (password.data == NULL || password.size > 8192)) {
        status = PSA_ERROR_NOT_SUPPORTED;
    }
    if (status == PSA_SUCCESS) {
        lc_scalar_reduce(&j->group.order, password.data, password.size, &j->s);
        status = lc_scalar_is_zero(&j->s) ? PSA_ERROR_INVALID_ARGUMENT : PSA_SUCCESS;
    }
    lc_text_free(&password);
    return status;
}

static psa_status_t prepare(lc_jpake_t *j, const psa_crypto_driver_pake_inputs_t *inputs,
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
    lc_jpake_t *j = OPENSSL_zalloc(sizeof(*j));
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

/* The base of a proof of the second round: X1 + p + q. */
static psa_status_t make_base(lc_jpake_t *j, const lc_element_t *p, const lc_element_t *q, lc_proof_t *proof) {
    const EC_GROUP *group = j->group.group;
    lc_element_t *sum = &proof->sum;
    if (EC_POINT_add(group, sum->point, j->x[0].point, p->point, j->scratch) != 1 ||
        EC_POINT_add(group, sum->point, sum->point, q->point, j->scratch) != 1) {
        return lc_failed(PSA_ERROR_GENERIC_ERROR);
    }
    if (lc_group_is_neutral(&j->group, sum->point)) {
        return PSA_ERROR_INVALID_ARGUMENT;
    }
    proof->base = sum;
    return lc_element_encode(&j->group, sum) ? PSA_SUCCESS : lc_failed(PSA_ERROR_GENERIC_ERROR);
}

/* The secret of the proof under way. */
static const lc_scalar_t *secret_of(const lc_jpake_t *j, unsigned part) {
    return part < 2 ? &j->own[part] : &j->x2s;
}

/* Draw x1 or x2, or put x2 s together; X = x base. `part` is 0 or 1 in the first round, 2 in the second. */
static psa_status_t make_share(lc_jpake_t *j, unsigned part) {
    psa_status_t status;
    if (part < 2) {
        j->out.base = &j->generator;
        j->out.x = &j->x[part];
        status = lc_group_random(&j->group, &j->own[part]);
    } else {
        j->out.x = &j->a;
        status = make_base(j, &j->x[2], &j->x[3], &j->out);
        lc_scalar_multiply(&j->group.order, &j->x2s, &j->own[1], &j->s);
    }
    if (status != PSA_SUCCESS) {
        return status;
    }
    bool done = lc_group_multiply(&j->group, j->out.x->point, j->out.base->point, secret_of(j, part), j->scratch) &&
                lc_element_encode(&j->group, j->out.x);
    return done ? PSA_SUCCESS : lc_failed(PSA_ERROR_GENERIC_ERROR);
}

static psa_status_t make_commitment(lc_jpake_t *j) {
    lc_proof_t *proof = &j->out;
    psa_status_t status = lc_group_random(&j->group, &proof->nonce);
    if (status == PSA_SUCCESS &&
        (!lc_group_multiply(&j->group, proof->commitment.point, proof->base->point, &proof->nonce, j->scratch) ||
         !lc_element_encode(&j->group, &proof->commitment))) {
        status = lc_failed(PSA_ERROR_GENERIC_ERROR);
    }
    return status;
}

static psa_status_t output(void *state, psa_crypto_driver_pake_step_t step, lc_output_t out) {
    lc_jpake_t *j = state;
    uint8_t proof[LC_ECC_PRIVATE_MAX];
    if (step != j->out_next || step > PSA_JPAKE_X2S_STEP_ZK_PROOF ||
        (step > ROUND_1_END && j->in_next <= ROUND_1_END)) {
        return PSA_ERROR_BAD_STATE;
    }
    unsigned part = ((unsigned)step - 1) / 3;
    unsigned kind = ((unsigned)step - 1) % 3;
    size_t size = kind == 2 ? j->group.order.size : j->group.element_size;
    psa_status_t status = kind == 0   ? make_share(j, part)
                          : kind == 1 ? make_commitment(j)
                                      : lc_jpake_prove(j, secret_of(j, part), proof);
    if (status == PSA_SUCCESS) {
        status = lc_write(out, kind == 0 ? j->out.x->data : kind == 1 ? j->out.commitment.data : proof, size);
    }
    if (status == PSA_SUCCESS) {
        j->out_next++;
    }
    return status;
}

static psa_status_t input(void *state, psa_crypto_driver_pake_step_t step, lc_bytes_t in) {
    lc_jpake_t *j = state;
    if (step != j->in_next || (step > ROUND_1_END && j->out_next <= ROUND_1_END) || in.size > LC_ECC_PUBLIC_MAX) {
        return PSA_ERROR_BAD_STATE;
    }
    bool second = step > ROUND_1_END;
    psa_status_t status = PSA_SUCCESS;
    switch (((unsigned)step - 1) % 3) {
    case 0:
        j->in.x = second ? &j->b : step == PSA_JPAKE_X1_STEP_KEY_SHARE ? &j->x[2] : &j->x[3];
        j->in.base = &j->generator;
        status = lc_element_decode(&j->group, in, j->in.x, j->scratch);
        if (status == PSA_SUCCESS && second) {
            status = make_base(j, &j->x[1], &j->x[2], &j->in);
        }
        break;
    case 1:
        status = lc_element_decode(&j->group, in, &j->in.commitment, j->scratch);
        break;
    default:
        status = lc_jpake_check(j, in);
        break;
    }
    if (status == PSA_SUCCESS) {
        j->in_next = step == ROUND_1_END ? PSA_JPAKE_X4S_STEP_KEY_SHARE : (uint8_t)(j->in_next + 1);
    }
    return status;
}

/* K = x2 (B - x2 s X4) */
static psa_status_t secret(void *state, lc_output_t out) {
    lc_jpake_t *j = state;
    uint8_t data[LC_ECC_PUBLIC_MAX];
    if (j->out_next <= PSA_JPAKE_X2S_STEP_ZK_PROOF || j->in_next <= PSA_JPAKE_X4S_STEP_ZK_PROOF) {
        return PSA_ERROR_BAD_STATE;
    }
    EC_POINT *k = EC_POINT_new(j->group.group);
    psa_status_t status = PSA_ERROR_INSUFFICIENT_MEMORY;
    if (k != NULL && lc_group_multiply(&j->group, k, j->x[3].point, &j->x2s, j->scratch) &&
        lc_group_subtract(&j->group, k, j->b.point, k, j->scratch)) {
        /* A peer that knows the password can bring this about, but gains nothing. */
        status = lc_group_is_neutral(&j->group, k) ? PSA_ERROR_INVALID_ARGUMENT : PSA_SUCCESS;
    }
    if (status == PSA_SUCCESS) {
        bool done = lc_group_multiply(&j->group, k, k, &j->own[1], j->scratch) && lc_group_encode(&j->group, k, data);
        status = done ? lc_write(out, data, j->group.element_size) : lc_failed(PSA_ERROR_GENERIC_ERROR);
    }
    EC_POINT_clear_free(k);
    OPENSSL_cleanse(data, sizeof(data));
    return status;
}

const lc_pake_kind_t lc_pake_jpake = {serves, setup, output, input, secret, drop};
