/* Why a step of an operation is refused. */
#include "api/life.h"

typedef struct reason {
    uint32_t mark;
    const char *text;
} reason_t;

static const reason_t missing_reasons[] = {
    {PSAB_MARK_MAKES, "the operation verifies or decrypts, and this is for one that computes or encrypts"},
    {PSAB_MARK_CHECKS, "the operation computes or encrypts, and this is for one that verifies or decrypts"},
    {PSAB_MARK_TAKES_IV, "the algorithm takes no IV"},
    {PSAB_MARK_TAKES_CONTEXT, "the algorithm takes no context"},
    {PSAB_MARK_LENGTHS_OK, "the algorithm needs the lengths first"},
    {PSAB_MARK_IV, "the operation needs its nonce first"},
    {PSAB_MARK_ROLE_OK, "the operation needs the own role first"},
    {PSAB_MARK_USER_OK, "the operation needs the own identity first"},
    {PSAB_MARK_PEER_OK, "the operation needs the identity of the peer first"},
    {PSAB_MARK_TEXT, "no step was done yet"},
    {0, NULL},
};

static const reason_t present_reasons[] = {
    {PSAB_MARK_OUTPUT, "output was taken already"},
    {PSAB_MARK_TEXT, "it is too late: input was given, or a step was done"},
    {PSAB_MARK_IV, "the IV or nonce was set already"},
    {PSAB_MARK_LENGTHS, "the lengths were set already"},
    {PSAB_MARK_CONTEXT, "the context was set already"},
    {PSAB_MARK_ROLE, "the role was set already"},
    {PSAB_MARK_USER, "the own identity was set already"},
    {PSAB_MARK_PEER, "the identity of the peer was set already"},
    {0, NULL},
};

static const char *first(const reason_t *reasons, uint32_t marks) {
    while (reasons->text != NULL && (reasons->mark & marks) == 0) {
        reasons++;
    }
    return reasons->text;
}

const char *psab_step_reason(psab_context_t kind, uint32_t missing, uint32_t present) {
    const char *text = first(missing_reasons, missing);
    if (text == NULL && (missing & PSAB_MARK_READY) != 0) {
        text = kind == PSAB_CONTEXT_XOF_OPERATION ? "the operation needs its context first"
                                                  : "the operation needs its IV first";
    }
    text = text != NULL ? text : first(present_reasons, present);
    return text != NULL ? text : "the operation is not in a state for this call";
}
