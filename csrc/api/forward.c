#include "api/forward.h"

#include <string.h>

#include "api/derivation.h"
#include "psab/packed.h"
#include "util/wipe.h"

/* An interruptible operation wants to be called again. The API has no such operations. */
#define OPERATION_INCOMPLETE ((psab_status_t) - 248)

/* A request of a driver. */
typedef struct forwarded {
    psab_core_t *core;
    uint16_t entry_point;
    const psab_row_t *row;
    psab_value_t *values;
    uint32_t *handle; /* of the caller's operation; null without */
} forwarded_t;

static bool values_fit(const psab_row_t *row, const psab_value_t *values, size_t count) {
    if (count != row->count || (values == NULL && count != 0)) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        bool null_length = values[i].tag == PSAB_TAG_OUTPUT && values[i].u.output.length == NULL;
        bool null_context = values[i].tag == PSAB_TAG_CONTEXT && values[i].u.context.data == NULL;
        bool null_attributes = values[i].tag <= PSAB_TAG_ATTRIBUTES_INOUT && values[i].u.attributes == NULL;
        bool null_kdf = values[i].tag == PSAB_TAG_KDF_INPUTS && values[i].u.kdf_inputs == NULL;
        bool null_pake = values[i].tag == PSAB_TAG_PAKE_INPUTS &&
                         (values[i].u.pake_inputs == NULL || values[i].u.pake_inputs->attributes == NULL);
        bool null_inputs = null_kdf || null_pake;
        if (values[i].tag != row->tags[i] || null_length || null_context || null_attributes || null_inputs) {
            return false;
        }
    }
    return true;
}

/* The secret of a derivation: its location says where it goes. Null for other requests, and for a secret that is no
 * key. */
static const psab_attributes_t *secret_of(const forwarded_t *request) {
    for (size_t i = 0; i < request->row->count; i++) {
        const psab_kdf_inputs_t *inputs =
            request->values[i].tag == PSAB_TAG_KDF_INPUTS ? request->values[i].u.kdf_inputs : NULL;
        for (size_t k = 0; inputs != NULL && k < inputs->count; k++) {
            if (psab_kdf_is_secret(inputs->items[k].step)) {
                return inputs->items[k].attributes;
            }
        }
    }
    return NULL;
}

/* The inputs of a PAKE: they say what it is routed by. Null for other requests. */
static const psab_pake_inputs_t *pake_of(const forwarded_t *request) {
    for (size_t i = 0; i < request->row->count; i++) {
        if (request->values[i].tag == PSAB_TAG_PAKE_INPUTS) {
            return request->values[i].u.pake_inputs;
        }
    }
    return NULL;
}

static const psab_attributes_t *attributes_of(const forwarded_t *request) {
    int index = request->row->attributes;
    if (index < 0) {
        const psab_pake_inputs_t *pake = pake_of(request);
        return pake != NULL ? pake->attributes : secret_of(request);
    }
    const psab_value_t *value = &request->values[index];
    return value->tag == PSAB_TAG_ATTRIBUTES ? value->u.attributes : value->u.attributes_inout;
}

static uint32_t alg_of(const forwarded_t *request) {
    const psab_attributes_t *attributes = attributes_of(request);
    const psab_pake_inputs_t *pake = pake_of(request);
    if (pake != NULL) {
        return pake->suite.alg;
    }
    return request->row->alg >= 0 ? (uint32_t)request->values[request->row->alg].u.scalar
           : attributes != NULL   ? attributes->alg
                                  : 0;
}

/* The fewest bytes of a successful output. Texts can be empty, and the context of a key. */
static size_t least_of(uint16_t entry_point) {
    switch ((psab_entry_point_t)entry_point) {
    case PSAB_EP_HASH_FINISH:
    case PSAB_EP_HASH_SUSPEND:
    case PSAB_EP_MAC_SIGN_FINISH:
    case PSAB_EP_SIGN_FINISH:
    case PSAB_EP_SIGN_HASH_COMPLETE:
    case PSAB_EP_SIGN_HASH_WITH_CONTEXT:
    case PSAB_EP_SIGN_MESSAGE_WITH_CONTEXT:
    case PSAB_EP_ASYMMETRIC_ENCRYPT:
    case PSAB_EP_KEY_AGREEMENT:
    case PSAB_EP_WRAP_KEY:
    case PSAB_EP_EXPORT_PUBLIC_KEY:
        return 1;
    default:
        return 0;
    }
}

/* All outputs of a call, judged. */
static psab_status_t judge(const forwarded_t *request, const psab_candidate_t *c, psab_status_t status) {
    for (size_t i = 0; i < request->row->count; i++) {
        psab_value_t *value = &request->values[i];
        if (value->tag == PSAB_TAG_OUTPUT) {
            status = psab_output(c, request->entry_point, status, value->u.output.data, value->u.output.size,
                                 least_of(request->entry_point), value->u.output.length);
        }
    }
    for (size_t i = 0; i < request->row->count && status != PSA_SUCCESS; i++) {
        psab_value_t *value = &request->values[i];
        if (value->tag == PSAB_TAG_FILL || value->tag == PSAB_TAG_OUTPUT) {
            psab_wipe(value->u.output.data, value->u.output.size);
        }
        if (value->tag == PSAB_TAG_OUTPUT) {
            *value->u.output.length = 0;
        }
    }
    return status;
}

/* Call a driver, with the contexts of operations in place of the caller's handles. */
static psab_status_t call(const forwarded_t *request, const psab_candidate_t *c, psab_operation_t *const *operations,
                          bool choosing) {
    psab_value_t values[PSAB_MAX_VALUES];
    const psab_operation_t *changed = NULL; /* the last one: others are sources */
    for (size_t i = 0; i < request->row->count; i++) {
        values[i] = request->values[i];
        if (values[i].tag == PSAB_TAG_CONTEXT) {
            values[i].u.context.data = (*operations)->context;
            values[i].u.context.size = (*operations)->size;
            changed = *operations++;
        }
    }
    psab_frame_t frame;
    psab_enter(&frame, request->core, c);
    frame.guard = changed != NULL ? changed->context + changed->size : NULL;
    psab_status_t status = psab_unpack_call(&c->ops, c->context, request->entry_point, values, request->row->count);
    status = choosing ? psab_leave(&frame, request->entry_point, status)
                      : psab_leave_step(&frame, request->entry_point, status);
    return judge(request, c, status);
}

static const psab_route_t *route_of(const forwarded_t *request) {
    return psab_route(request->core->registry, PSAB_PLAN_ENTRY_POINT(request->entry_point), alg_of(request),
                      attributes_of(request), NULL);
}

static psab_status_t forward_single(const forwarded_t *request) {
    psab_status_t status;
    for (const psab_candidate_t *c = psab_first(route_of(request), &status); c != NULL; c = psab_next(c, status)) {
        status = call(request, c, NULL, true);
    }
    return status;
}

static uint32_t get_handle(const forwarded_t *request) {
    uint32_t handle;
    memcpy(&handle, request->handle, sizeof handle); /* the caller's memory may have any alignment */
    return handle;
}

static void set_handle(const forwarded_t *request, uint32_t handle) {
    memcpy(request->handle, &handle, sizeof handle);
}

static psab_context_t kind_of(const forwarded_t *request) {
    return (psab_context_t)request->row->context_kind;
}

static psab_status_t bad_state(const forwarded_t *request) {
    return psab_refuse(request->core, PSA_ERROR_BAD_STATE, "a forwarded operation is not in a state for this call");
}

/* Take a slot for the caller's idle operation. */
static psab_status_t take_idle(const forwarded_t *request, psab_operation_t **operation) {
    if (get_handle(request) != 0) {
        return bad_state(request);
    }
    *operation = psab_operation_take(request->core, kind_of(request));
    return *operation != NULL ? PSA_SUCCESS : PSA_ERROR_INSUFFICIENT_MEMORY;
}

/* The operation is active, or it never was. */
static psab_status_t opened(const forwarded_t *request, psab_operation_t *operation, psab_status_t status) {
    operation->active = status == PSA_SUCCESS;
    if (status != PSA_SUCCESS) {
        (void)psab_operation_give(operation);
        return status;
    }
    set_handle(request, psab_operation_short(operation));
    return psab_operation_left(operation, PSA_SUCCESS);
}

static psab_status_t forward_setup(const forwarded_t *request) {
    psab_operation_t *operation = NULL;
    psab_status_t status = take_idle(request, &operation);
    if (status != PSA_SUCCESS) {
        return status;
    }
    for (const psab_candidate_t *c = psab_first(route_of(request), &status); c != NULL; c = psab_next(c, status)) {
        status = psab_operation_prepare(operation, c);
        if (status == PSA_SUCCESS) {
            status = call(request, c, &operation, true);
        }
    }
    return opened(request, operation, status);
}

static psab_status_t forward_clone(const forwarded_t *request) {
    forwarded_t target = *request;
    target.handle = request->values[1].u.context.data;
    psab_operation_t *operations[2] = {psab_operation_have_short(request->core, get_handle(request), kind_of(request)),
                                       NULL};
    if (operations[0] == NULL) {
        return bad_state(request);
    }
    psab_status_t status = take_idle(&target, &operations[1]);
    if (status == PSA_SUCCESS) {
        const psab_candidate_t *c = operations[0]->candidate;
        status = psab_operation_prepare(operations[1], c);
        if (status == PSA_SUCCESS && psab_ops_has(&c->ops, request->entry_point)) {
            status = call(request, c, operations, false);
        } else if (status == PSA_SUCCESS) {
            memcpy(operations[1]->context, operations[0]->context, operations[0]->size);
        }
        status = opened(&target, operations[1], status);
    }
    return psab_operation_left(operations[0], status);
}

static psab_status_t end(const forwarded_t *request, psab_operation_t *operation) {
    set_handle(request, 0);
    return psab_operation_give(operation);
}

static psab_status_t forward_later(const forwarded_t *request) {
    uint8_t life = request->row->life;
    uint32_t handle = get_handle(request);
    if (handle == 0 && life == PSAB_LIFE_ABORT) {
        return PSA_SUCCESS;
    }
    psab_operation_t *operation = psab_operation_have_short(request->core, handle, kind_of(request));
    if (operation == NULL) {
        return bad_state(request);
    }
    if (life == PSAB_LIFE_ABORT) {
        return end(request, operation);
    }
    psab_status_t status = call(request, operation->candidate, &operation, false);
    if ((status == PSA_SUCCESS && life == PSAB_LIFE_STEP) || status == OPERATION_INCOMPLETE) {
        return psab_operation_left(operation, status);
    }
    bool finished = life == PSAB_LIFE_FINISH || life == PSAB_LIFE_SUSPEND;
    if (finished && (status == PSA_SUCCESS || !psab_finish_aborts(kind_of(request)))) {
        operation->active = false;
    }
    (void)end(request, operation);
    return status;
}

psab_status_t psab_forward(psab_core_t *core, uint16_t entry_point, psab_value_t *values, size_t count) {
    if (entry_point >= PSAB_EP_COUNT || !values_fit(&psab_rows[entry_point], values, count) || count == 0) {
        return psab_refuse(core, PSA_ERROR_INVALID_ARGUMENT, "a forwarded call does not fit its entry point");
    }
    psab_status_t status;
    forwarded_t request = {core, entry_point, &psab_rows[entry_point], values, NULL};
    if (psab_forward_composed(core, entry_point, values, &status)) {
        return status;
    }
    if (request.row->context < 0) {
        return forward_single(&request);
    }
    request.handle = values[request.row->context].u.context.data;
    switch ((psab_life_t)request.row->life) {
    case PSAB_LIFE_SETUP:
    case PSAB_LIFE_RESUME:
        return forward_setup(&request);
    case PSAB_LIFE_CLONE:
        return forward_clone(&request);
    case PSAB_LIFE_NONE:
        return psab_refuse(core, PSA_ERROR_NOT_SUPPORTED, "this entry point cannot be forwarded");
    default:
        return forward_later(&request);
    }
}

psab_status_t psab_core_call(psab_core_t *core, uint16_t entry_point, psab_value_t *values, size_t count) {
    if (!psab_ready(core)) {
        return psab_refuse(core, PSA_ERROR_BAD_STATE, "the library is not initialised");
    }
    return psab_forward(core, entry_point, values, count);
}
