#include "api/life.h"

#include <stdlib.h>
#include <string.h>

#include "psab/packed.h"
#include "util/forked.h"
#include "util/wipe.h"

#define CHUNK_SLOTS 64u
#define POSITION_BITS 20u
#define CHUNKS_MOST ((1u << POSITION_BITS) / CHUNK_SLOTS - 1)
#define SHORT_GENERATION ((1u << (32 - POSITION_BITS)) - 1)

struct psab_operations {
    psab_core_t *core;
    _Atomic uint64_t free; /* position + 1 of the first free slot, and a count against ABA */
    psab_forked_t forked;
    pthread_mutex_t lock; /* guards growing */
    _Atomic uint32_t chunk_count;
    uint32_t first_generation;
    psab_operation_t *_Atomic chunks[CHUNKS_MOST];
};

/* `turn` is twice the generation, and odd while a thread has the slot. */
#define TURN_FREE(generation) ((uint64_t)(generation) << 1)
#define TURN_HELD(generation) ((uint64_t)(generation) << 1 | 1)

psab_operations_t *psab_operations_new(psab_core_t *core) {
    static _Atomic uint32_t tables;
    psab_operations_t *operations = calloc(1, sizeof *operations);
    if (operations == NULL || pthread_mutex_init(&operations->lock, NULL) != 0) {
        free(operations);
        return NULL;
    }
    operations->forked = (psab_forked_t){.lock = &operations->lock, .level = PSAB_LEVEL_OPERATIONS};
    psab_forked_add(&operations->forked);
    operations->core = core;
    /* A handle of one core should mean nothing in another. */
    operations->first_generation = atomic_fetch_add_explicit(&tables, 1, memory_order_relaxed) * 0x9e3779b1u;
    return operations;
}

static psab_operation_t *slot_at(psab_operations_t *operations, uint32_t position) {
    uint32_t chunk = position / CHUNK_SLOTS;
    if (chunk >= CHUNKS_MOST) {
        return NULL;
    }
    psab_operation_t *slots = atomic_load_explicit(&operations->chunks[chunk], memory_order_acquire);
    return slots != NULL ? &slots[position % CHUNK_SLOTS] : NULL;
}

void psab_operations_free(psab_operations_t *operations) {
    if (operations == NULL) {
        return;
    }
    uint32_t count = atomic_load_explicit(&operations->chunk_count, memory_order_acquire);
    for (uint32_t i = 0; i < count * CHUNK_SLOTS; i++) { /* one may be a part of another, so none is freed yet */
        psab_operation_t *operation = slot_at(operations, i);
        if (operation->active || operation->extra != NULL) {
            (void)psab_operation_give(operation);
        }
    }
    for (uint32_t i = 0; i < count; i++) {
        psab_operation_t *chunk = atomic_load_explicit(&operations->chunks[i], memory_order_relaxed);
        for (size_t k = 0; k < CHUNK_SLOTS; k++) {
            psab_wipe_free(chunk[k].held.data, chunk[k].held.room);
            psab_key_forget(&chunk[k].kept);
            free(chunk[k].context);
        }
        free(chunk);
    }
    psab_forked_remove(&operations->forked);
    pthread_mutex_destroy(&operations->lock);
    free(operations);
}

/* The list of free slots: the last one given back is the first one taken, its context is warm. */

static void push_free(psab_operations_t *operations, psab_operation_t *operation) {
    uint64_t head = atomic_load_explicit(&operations->free, memory_order_relaxed);
    uint64_t next;
    do {
        atomic_store_explicit(&operation->next, (uint32_t)head, memory_order_relaxed);
        next = ((head >> 32) + 1) << 32 | (operation->position + 1);
    } while (!atomic_compare_exchange_weak_explicit(&operations->free, &head, next, memory_order_release,
                                                    memory_order_relaxed));
}

static psab_operation_t *pop_free(psab_operations_t *operations) {
    uint64_t head = atomic_load_explicit(&operations->free, memory_order_acquire);
    while ((uint32_t)head != 0) {
        psab_operation_t *operation = slot_at(operations, (uint32_t)head - 1);
        uint64_t next = ((head >> 32) + 1) << 32 | atomic_load_explicit(&operation->next, memory_order_relaxed);
        if (atomic_compare_exchange_weak_explicit(&operations->free, &head, next, memory_order_acquire,
                                                  memory_order_acquire)) {
            return operation;
        }
    }
    return NULL;
}

/* Add a chunk and take its first slot. */
static psab_operation_t *grow(psab_operations_t *operations) {
    pthread_mutex_lock(&operations->lock);
    uint32_t count = atomic_load_explicit(&operations->chunk_count, memory_order_relaxed);
    psab_operation_t *chunk = count < CHUNKS_MOST ? calloc(CHUNK_SLOTS, sizeof *chunk) : NULL;
    if (chunk != NULL) {
        for (uint32_t i = 0; i < CHUNK_SLOTS; i++) {
            chunk[i].position = count * CHUNK_SLOTS + i;
            chunk[i].core = operations->core;
            atomic_init(&chunk[i].turn, TURN_HELD(operations->first_generation));
        }
        atomic_store_explicit(&operations->chunks[count], chunk, memory_order_release);
        atomic_store_explicit(&operations->chunk_count, count + 1, memory_order_release);
        for (uint32_t i = CHUNK_SLOTS - 1; i > 0; i--) {
            push_free(operations, &chunk[i]);
        }
    }
    pthread_mutex_unlock(&operations->lock);
    return chunk;
}

psab_operation_t *psab_operation_take(psab_core_t *core, psab_context_t kind) {
    psab_operation_t *operation = pop_free(core->operations);
    if (operation == NULL) {
        operation = grow(core->operations);
    }
    if (operation != NULL) {
        operation->kind = (uint8_t)kind;
        operation->candidate = NULL;
        operation->active = false;
        operation->key = 0;
        operation->alg = 0;
        operation->size = 0;
        operation->holds = false;
        operation->marks = 0;
        memset(&operation->progress, 0, sizeof operation->progress);
    }
    return operation;
}

/* The entry point that aborts a kind of operation; PSAB_EP_COUNT if there is none. */
static uint16_t abort_of(uint8_t kind) {
    uint16_t entry_point = 0;
    while (entry_point < PSAB_EP_COUNT &&
           (psab_rows[entry_point].context_kind != kind || psab_rows[entry_point].life != PSAB_LIFE_ABORT)) {
        entry_point++;
    }
    return entry_point;
}

static psa_status_t abort_driver(psab_operation_t *operation) {
    uint16_t entry_point = abort_of(operation->kind);
    const psab_candidate_t *candidate = operation->candidate;
    if (entry_point == PSAB_EP_COUNT || !psab_ops_has(&candidate->ops, entry_point)) {
        return PSA_SUCCESS;
    }
    psab_value_t value = {PSAB_TAG_CONTEXT, 1, {.context = {operation->context, operation->size, operation->kind}}};
    psab_frame_t frame;
    psab_guard_set(operation->context + operation->size); /* what was written there before was reported then */
    psab_enter_operation(&frame, operation, NULL);
    return psab_leave_step(&frame, entry_point,
                           psab_unpack_call(&candidate->ops, candidate->context, entry_point, &value, 1));
}

psa_status_t psab_operation_leave_driver(psab_operation_t *operation) {
    psa_status_t status = operation->active ? abort_driver(operation) : PSA_SUCCESS;
    operation->active = false;
    psab_wipe(operation->context, operation->size);
    operation->size = 0;
    return status;
}

psa_status_t psab_operation_give(psab_operation_t *operation) {
    psa_status_t status = psab_operation_leave_driver(operation);
    if (operation->extra != NULL) {
        operation->drop(operation->core, operation->extra);
        operation->extra = NULL;
    }
    psab_wipe_free(operation->held.data, operation->held.room);
    memset(&operation->held, 0, sizeof operation->held);
    psab_key_forget(&operation->kept);
    /* The next generation is held, not free, until psab_operation_opened() lets it go. */
    uint64_t turn = atomic_load_explicit(&operation->turn, memory_order_relaxed);
    atomic_store_explicit(&operation->turn, TURN_HELD((uint32_t)(turn >> 1) + 1), memory_order_release);
    push_free(operation->core->operations, operation);
    return status;
}

psa_status_t psab_operation_prepare(psab_operation_t *operation, const psab_candidate_t *candidate) {
    size_t size = candidate->context_sizes[operation->kind];
    psab_wipe(operation->context, operation->size);
    if (size + PSAB_GUARD_SIZE > operation->room) {
        size_t room = (size + PSAB_GUARD_SIZE + 127) & ~(size_t)127;
        uint8_t *context = aligned_alloc(64, room);
        if (context == NULL) {
            return PSA_ERROR_INSUFFICIENT_MEMORY;
        }
        free(operation->context);
        operation->context = context;
        operation->room = room;
    }
    memset(operation->context, 0, size);
    psab_guard_set(operation->context + size);
    operation->size = size;
    operation->candidate = candidate;
    return PSA_SUCCESS;
}

uint64_t psab_operation_handle(const psab_operation_t *operation) {
    uint64_t turn = atomic_load_explicit(&operation->turn, memory_order_relaxed);
    return (uint64_t)(uint32_t)(turn >> 1) << 32 | (operation->position + 1);
}

uint32_t psab_operation_short(const psab_operation_t *operation) {
    uint64_t turn = atomic_load_explicit(&operation->turn, memory_order_relaxed);
    return ((uint32_t)(turn >> 1) & SHORT_GENERATION) << POSITION_BITS | (operation->position + 1);
}

static bool have(psab_operation_t *operation, uint64_t turn, psab_context_t kind) {
    if (!atomic_compare_exchange_strong_explicit(&operation->turn, &turn, turn | 1, memory_order_acquire,
                                                 memory_order_relaxed)) {
        return false;
    }
    if (operation->kind == (uint8_t)kind) {
        return true;
    }
    atomic_store_explicit(&operation->turn, turn, memory_order_release);
    return false;
}

psab_operation_t *psab_operation_have(psab_core_t *core, uint64_t handle, psab_context_t kind) {
    psab_operation_t *operation = slot_at(core->operations, (uint32_t)handle - 1);
    bool mine = operation != NULL && have(operation, TURN_FREE(handle >> 32), kind);
    return mine ? operation : NULL;
}

psab_operation_t *psab_operation_have_short(psab_core_t *core, uint32_t handle, psab_context_t kind) {
    uint32_t position = (handle & ((1u << POSITION_BITS) - 1)) - 1;
    psab_operation_t *operation = slot_at(core->operations, position);
    if (operation == NULL) {
        return NULL;
    }
    uint64_t turn = atomic_load_explicit(&operation->turn, memory_order_relaxed);
    bool mine = (turn & 1) == 0 && ((uint32_t)(turn >> 1) & SHORT_GENERATION) == handle >> POSITION_BITS &&
                have(operation, turn, kind);
    return mine ? operation : NULL;
}

void psab_operations_end(psab_operations_t *operations) {
    uint32_t count =
        operations != NULL ? atomic_load_explicit(&operations->chunk_count, memory_order_acquire) * CHUNK_SLOTS : 0;
    for (uint32_t i = 0; i < count; i++) {
        psab_operation_t *operation = slot_at(operations, i);
        if (operation->active || operation->extra != NULL) {
            (void)psab_operation_give(operation);
        }
    }
}
