/* The protocols: which step may come when (sections 10.13.8 to 10.13.12). */
#include <psa/crypto_driver_common.h>

#include "api/pake.h"

#define MOVES_MOST 6u

/* Steps that are done in a row, once the first is done, on the way from one state to another. */
typedef struct edge {
    uint8_t from;
    uint8_t to;
    uint8_t driver_step; /* of the first step, the others follow; 0: those of the API in their own range */
    uint8_t count;
    uint16_t moves[MOVES_MOST];
} edge_t;

struct psab_pake_protocol {
    const edge_t *edges;
    size_t count;
    uint32_t ends; /* bit mask of the states in which the shared key is there */
};

#define OUT(step) (PSAB_PAKE_OUT | PSA_PAKE_STEP_##step)
#define IN(step) (PSAB_PAKE_IN | PSA_PAKE_STEP_##step)
#define PROOF(way) way(KEY_SHARE), way(ZK_PUBLIC), way(ZK_PROOF)
#define END(state) (1u << (state))
#define PROTOCOL(edges, ends) {edges, sizeof(edges) / sizeof((edges)[0]), ends}

/* Two rounds; in each, all of the own data and all of the peer's, in either order. */
enum { J_START, J_SENT_1, J_GOT_1, J_ROUND_1, J_SENT_2, J_GOT_2, J_ROUND_2 };
static const edge_t jpake[] = {
    {J_START, J_SENT_1, PSA_JPAKE_X1_STEP_KEY_SHARE, 6, {PROOF(OUT), PROOF(OUT)}},
    {J_START, J_GOT_1, PSA_JPAKE_X1_STEP_KEY_SHARE, 6, {PROOF(IN), PROOF(IN)}},
    {J_SENT_1, J_ROUND_1, PSA_JPAKE_X1_STEP_KEY_SHARE, 6, {PROOF(IN), PROOF(IN)}},
    {J_GOT_1, J_ROUND_1, PSA_JPAKE_X1_STEP_KEY_SHARE, 6, {PROOF(OUT), PROOF(OUT)}},
    {J_ROUND_1, J_SENT_2, PSA_JPAKE_X2S_STEP_KEY_SHARE, 3, {PROOF(OUT)}},
    {J_ROUND_1, J_GOT_2, PSA_JPAKE_X4S_STEP_KEY_SHARE, 3, {PROOF(IN)}},
    {J_SENT_2, J_ROUND_2, PSA_JPAKE_X4S_STEP_KEY_SHARE, 3, {PROOF(IN)}},
    {J_GOT_2, J_ROUND_2, PSA_JPAKE_X2S_STEP_KEY_SHARE, 3, {PROOF(OUT)}},
};

/* Exactly one order for each side. */
static const edge_t spake2p_client[] = {
    {0, 1, 0, 2, {OUT(KEY_SHARE), IN(KEY_SHARE)}},
    {1, 2, 0, 2, {IN(CONFIRM), OUT(CONFIRM)}},
};
static const edge_t spake2p_server[] = {
    {0, 1, 0, 2, {IN(KEY_SHARE), OUT(KEY_SHARE)}},
    {1, 2, 0, 2, {OUT(CONFIRM), IN(CONFIRM)}},
};

/* Commits in either order, then perhaps the list of rejected groups, then confirmations, as often as wanted. */
enum { W_START, W_SENT, W_GOT, W_COMMITTED, W_SALTED, W_CONFIRMED, W_CHECKED, W_BOTH, W_NAMED };
#define CONFIRM_OUT {IN(CONFIRM_COUNT), OUT(CONFIRM)}
static const edge_t wpa3_sae[] = {
    {W_START, W_SENT, 0, 1, {OUT(COMMIT)}},        {W_START, W_GOT, 0, 1, {IN(COMMIT)}},
    {W_SENT, W_COMMITTED, 0, 1, {IN(COMMIT)}},     {W_GOT, W_COMMITTED, 0, 1, {OUT(COMMIT)}},
    {W_COMMITTED, W_SALTED, 0, 1, {IN(SALT)}},     {W_COMMITTED, W_CONFIRMED, 0, 2, CONFIRM_OUT},
    {W_SALTED, W_CONFIRMED, 0, 2, CONFIRM_OUT},    {W_CONFIRMED, W_CONFIRMED, 0, 2, CONFIRM_OUT},
    {W_CHECKED, W_BOTH, 0, 2, CONFIRM_OUT},        {W_BOTH, W_BOTH, 0, 2, CONFIRM_OUT},
    {W_COMMITTED, W_CHECKED, 0, 1, {IN(CONFIRM)}}, {W_SALTED, W_CHECKED, 0, 1, {IN(CONFIRM)}},
    {W_CHECKED, W_CHECKED, 0, 1, {IN(CONFIRM)}},   {W_CONFIRMED, W_BOTH, 0, 1, {IN(CONFIRM)}},
    {W_BOTH, W_BOTH, 0, 1, {IN(CONFIRM)}},         {W_BOTH, W_NAMED, 0, 1, {OUT(KEY_ID)}},
};

static const psab_pake_protocol_t protocols[] = {
    PROTOCOL(jpake, END(J_ROUND_2)),
    PROTOCOL(spake2p_client, END(2)),
    PROTOCOL(spake2p_server, END(2)),
    PROTOCOL(wpa3_sae, END(W_BOTH) | END(W_NAMED)),
};

const psab_pake_protocol_t *psab_pake_protocol(psa_algorithm_t alg, psa_pake_role_t role) {
    if (PSA_ALG_IS_SPAKE2P(alg)) {
        return role == PSA_PAKE_ROLE_CLIENT ? &protocols[1] : role == PSA_PAKE_ROLE_SERVER ? &protocols[2] : NULL;
    }
    return PSA_ALG_IS_JPAKE(alg) ? &protocols[0] : PSA_ALG_IS_WPA3_SAE(alg) ? &protocols[3] : NULL;
}

bool psab_pake_has(const psab_pake_protocol_t *protocol, unsigned move) {
    for (size_t i = 0; i < protocol->count; i++) {
        for (size_t k = 0; k < protocol->edges[i].count; k++) {
            if (protocol->edges[i].moves[k] == move) {
                return true;
            }
        }
    }
    return false;
}

bool psab_pake_advance(const psab_pake_protocol_t *protocol, psab_pake_place_t *place, unsigned move,
                       uint32_t *driver_step) {
    size_t number = place->edge;
    for (size_t i = 0; number == 0 && i < protocol->count; i++) {
        bool leaves = protocol->edges[i].from == place->state && protocol->edges[i].moves[0] == move;
        number = leaves ? i + 1 : 0;
    }
    if (number == 0 || protocol->edges[number - 1].moves[place->done] != move) {
        return false;
    }
    const edge_t *edge = &protocol->edges[number - 1];
    *driver_step = edge->driver_step != 0 ? (uint32_t)edge->driver_step + place->done : 0x100u + (move & 0xffu);
    place->edge = (uint8_t)number;
    place->done++;
    if (place->done == edge->count) {
        *place = (psab_pake_place_t){edge->to, 0, 0};
    }
    return true;
}

bool psab_pake_complete(const psab_pake_protocol_t *protocol, psab_pake_place_t place) {
    return place.edge == 0 && (protocol->ends & END(place.state)) != 0;
}
