#include "dispatch/trace.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <psa/error.h>

#include "dispatch/match.h"
#include "util/forked.h"

/* The mechanism of an operation, for its later steps, whose arguments do not tell. */
typedef struct mechanism {
    const void *context; /* of the driver; null in an empty place */
    uint32_t alg;
    uint32_t location;
    uint32_t bits;
    uint16_t key_type;
} mechanism_t;

#define MECHANISMS 256u /* the oldest is forgotten */

struct psab_trace {
    _Atomic bool on;
    psab_forked_t forked;
    pthread_mutex_t lock; /* guards what follows */
    psab_trace_event_t *events;
    size_t capacity;
    uint64_t first; /* sequence number of the oldest event that was not read */
    uint64_t next;  /* of the event to come */
    uint64_t lost;
    mechanism_t mechanisms[MECHANISMS];
    size_t oldest;
};

/* What stands in for the driver in a traced candidate. */
typedef struct tracer {
    psab_packed_driver_t packed;
    psab_trace_t *trace;
    const psab_driver_t *driver;
    void *context;
    psab_ops_t ops;
} tracer_t;

psab_trace_t *psab_trace_new(void) {
    psab_trace_t *trace = calloc(1, sizeof *trace);
    if (trace != NULL && pthread_mutex_init(&trace->lock, NULL) != 0) {
        free(trace);
        return NULL;
    }
    if (trace != NULL) {
        trace->forked = (psab_forked_t){.lock = &trace->lock, .level = PSAB_LEVEL_TRACE};
        psab_forked_add(&trace->forked);
    }
    return trace;
}

void psab_trace_free(psab_trace_t *trace) {
    if (trace != NULL) {
        psab_forked_remove(&trace->forked);
        pthread_mutex_destroy(&trace->lock);
        free(trace->events);
        free(trace);
    }
}

bool psab_trace_on(psab_trace_t *trace) {
    return atomic_load_explicit(&trace->on, memory_order_relaxed);
}

psab_status_t psab_trace_switch(psab_trace_t *trace, size_t capacity) {
    if (capacity == 0) {
        atomic_store_explicit(&trace->on, false, memory_order_relaxed);
        return PSA_SUCCESS;
    }
    psab_trace_event_t *events = calloc(capacity, sizeof *events);
    if (events == NULL) {
        return PSA_ERROR_INSUFFICIENT_MEMORY;
    }
    pthread_mutex_lock(&trace->lock);
    free(trace->events);
    trace->events = events;
    trace->capacity = capacity;
    trace->first = 0;
    trace->next = 0;
    trace->lost = 0;
    memset(trace->mechanisms, 0, sizeof trace->mechanisms);
    pthread_mutex_unlock(&trace->lock);
    atomic_store_explicit(&trace->on, true, memory_order_relaxed);
    return PSA_SUCCESS;
}

static void record(psab_trace_t *trace, psab_trace_event_t *event) {
    pthread_mutex_lock(&trace->lock);
    if (trace->next - trace->first == trace->capacity) {
        trace->first++;
        trace->lost++;
    }
    event->sequence = trace->next++;
    trace->events[event->sequence % trace->capacity] = *event;
    pthread_mutex_unlock(&trace->lock);
}

size_t psab_trace_read(psab_trace_t *trace, psab_trace_event_t *events, size_t count, uint64_t *lost) {
    size_t taken = 0;
    pthread_mutex_lock(&trace->lock);
    while (taken < count && trace->first < trace->next) {
        events[taken++] = trace->events[trace->first++ % trace->capacity];
    }
    if (lost != NULL) {
        *lost = trace->lost;
        trace->lost = 0;
    }
    pthread_mutex_unlock(&trace->lock);
    return taken;
}

static uint64_t now_ns(void) {
    struct timespec time;
    (void)clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

/* The mechanism, as far as the arguments tell. Only numbers of the mechanism are taken, no content. */
static void describe(psab_trace_event_t *event, uint16_t entry_point, const psab_value_t *values, size_t count) {
    const psab_row_t *row = &psab_rows[entry_point];
    event->entry_point = entry_point;
    event->value_count = (uint16_t)count;
    if (row->alg >= 0) {
        event->alg = (uint32_t)values[row->alg].u.scalar;
    }
    const psab_attributes_t *attributes = row->attributes >= 0 ? values[row->attributes].u.attributes : NULL;
    for (size_t i = 0; i < count; i++) {
        if (values[i].tag == PSAB_TAG_PAKE_INPUTS && values[i].u.pake_inputs != NULL) {
            event->alg = values[i].u.pake_inputs->suite.alg;
            attributes = values[i].u.pake_inputs->attributes;
        }
    }
    if (attributes != NULL) {
        event->key_type = attributes->type;
        event->bits = attributes->bits;
        event->location = PSAB_LOCATION(attributes->lifetime);
    }
}

/* The context of a value that is one, null otherwise. */
static const void *context_of(const psab_value_t *value) {
    return value->tag == PSAB_TAG_CONTEXT ? value->u.context.data : NULL;
}

static mechanism_t *find(psab_trace_t *trace, const void *context) {
    for (size_t i = 0; i < MECHANISMS; i++) {
        if (trace->mechanisms[i].context == context) {
            return &trace->mechanisms[i];
        }
    }
    return NULL;
}

static void remember(psab_trace_t *trace, const void *context, const psab_trace_event_t *event) {
    mechanism_t *place = find(trace, context);
    if (place == NULL) {
        place = &trace->mechanisms[trace->oldest++ % MECHANISMS];
    }
    *place = (mechanism_t){context, event->alg, event->location, event->bits, event->key_type};
}

/* Complete what the arguments of a step say of its mechanism, or keep what those of a setup say. */
static void follow(psab_trace_t *trace, psab_trace_event_t *event, const psab_value_t *values, size_t count) {
    const psab_row_t *row = &psab_rows[event->entry_point];
    const void *context = row->context >= 0 ? context_of(&values[row->context]) : NULL;
    if (context == NULL) {
        return;
    }
    pthread_mutex_lock(&trace->lock);
    const mechanism_t *known = row->alg < 0 && event->alg == 0 ? find(trace, context) : NULL;
    if (known != NULL) {
        event->alg = known->alg;
        event->key_type = known->key_type;
        event->bits = known->bits;
        event->location = known->location;
    }
    for (size_t i = 0; i < count && (row->life == PSAB_LIFE_CLONE || known == NULL); i++) {
        if (context_of(&values[i]) != NULL) {
            remember(trace, context_of(&values[i]), event);
        }
    }
    pthread_mutex_unlock(&trace->lock);
}

static void measure(psab_trace_event_t *event, const psab_value_t *values, size_t count) {
    int key = psab_rows[event->entry_point].key;
    for (size_t i = 0; i < count; i++) {
        const psab_value_t *value = &values[i];
        if (value->tag == PSAB_TAG_INPUT) {
            event->sizes[i] = value->u.input.length;
            event->input_bytes += (int)i == key ? 0 : value->u.input.length;
        } else if (value->tag == PSAB_TAG_OUTPUT && event->status == PSA_SUCCESS) {
            size_t length = *value->u.output.length;
            event->sizes[i] = length;
            event->output_bytes += length <= value->u.output.size ? length : 0; /* else a lie */
        } else if (value->tag == PSAB_TAG_FILL && event->status == PSA_SUCCESS) {
            event->sizes[i] = value->u.output.size;
            event->output_bytes += value->u.output.size;
        }
    }
}

static psab_status_t traced_call(void *user, uint16_t entry_point, psab_value_t *values, size_t count) {
    tracer_t *tracer = user;
    if (!psab_trace_on(tracer->trace)) {
        return psab_unpack_call(&tracer->ops, tracer->context, entry_point, values, count);
    }
    psab_trace_event_t event;
    memset(&event, 0, sizeof event);
    if (psab_dispatch_thread.number == 0) {
        psab_number_thread();
    }
    event.depth = (uint16_t)psab_depth();
    event.thread = psab_dispatch_thread.number;
    event.driver = tracer->driver->description->name;
    describe(&event, entry_point, values, count);
    follow(tracer->trace, &event, values, count);
    event.start_ns = now_ns();
    event.status = psab_unpack_call(&tracer->ops, tracer->context, entry_point, values, count);
    event.duration_ns = now_ns() - event.start_ns;
    measure(&event, values, count);
    record(tracer->trace, &event);
    return event.status;
}

bool psab_trace_candidate(psab_trace_t *trace, psab_candidate_t *candidate) {
    tracer_t *tracer = calloc(1, sizeof *tracer);
    if (tracer == NULL) {
        return false;
    }
    tracer->packed.call = traced_call;
    tracer->packed.user = tracer;
    tracer->trace = trace;
    tracer->driver = candidate->driver;
    tracer->context = candidate->context;
    tracer->ops = candidate->ops;
    for (uint16_t i = 0; i < PSAB_EP_COUNT; i++) {
        if (psab_ops_has(&tracer->ops, i)) {
            psab_ops_copy_member(&candidate->ops, &psab_pack_ops, i);
        }
    }
    candidate->context = tracer; /* begins with what the packing functions expect */
    candidate->traced = true;
    return true;
}

void psab_untrace_candidate(psab_candidate_t *candidate) {
    if (candidate->traced) {
        free(candidate->context);
        candidate->traced = false;
    }
}

const psab_ops_t *psab_traced_ops(const psab_candidate_t *candidate) {
    const tracer_t *tracer = candidate->context;
    return &tracer->ops;
}
