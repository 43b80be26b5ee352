#include "api/prepared.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "api/instance.h"
#include "psab/prepared.h"
#include "util/forked.h"

/* Forms for use by one thread at a time lie in so many places, each in a cache line of its own:
 * threads that use one key at the same time do not meet. */
#define CELLS 4u

/* A key has at most so many forms; drivers have a few. */
#define FORMS_MOST 32u

/* Lists that were used lately are passed over, but an eviction looks at no more than these. */
#define LOOKS 64u

typedef struct cell {
    _Alignas(64) _Atomic(void *) form;
} cell_t;

/* The forms of one kind and variant. Only the atomic members change. */
typedef struct form {
    struct form *next;
    const psab_driver_t *driver;
    const psab_prepared_kind_t *kind;
    uint32_t variant;
    void *shared; /* null where there are cells */
    size_t cell_count;
    cell_t cells[];
} form_t;

/* All of a key. */
typedef struct forms {
    form_t *_Atomic first;
    _Atomic bool used; /* since the pool last looked */
    psab_key_t *key;
    /* guarded by the lock of the pool */
    size_t count;
    struct forms *next; /* the lists of a pool are a ring */
    struct forms *previous;
} forms_t;

typedef struct psab_prepared_pool {
    psab_forked_t forked;
    pthread_mutex_t lock;
    pthread_cond_t evicted;
    forms_t *hand;        /* where the next look for something to evict begins */
    psab_key_t *evicting; /* whose list is being freed without the lock */
    size_t count;
    size_t most;
} pool_t;

/* In place of a list, while the pool tries to evict it: as if there were none, and none may be made. */
static char closed_mark;
#define CLOSED ((void *)&closed_mark)

/* Whoever was evicting in the parent is not here, and those it would wake are not either. */
static void end_eviction(void *of) {
    pool_t *pool = of;
    pthread_cond_init(&pool->evicted, NULL);
    if (pool->evicting != NULL) {
        void *mark = CLOSED;
        (void)atomic_compare_exchange_strong(&pool->evicting->prepared, &mark, NULL);
        pool->evicting = NULL;
    }
}

pool_t *psab_prepared_pool_new(void) {
    pool_t *pool = calloc(1, sizeof *pool);
    if (pool != NULL) {
        pthread_mutex_init(&pool->lock, NULL);
        pthread_cond_init(&pool->evicted, NULL);
        pool->most = PSAB_PREPARED_MOST;
        pool->forked =
            (psab_forked_t){.lock = &pool->lock, .level = PSAB_LEVEL_PREPARED, .in_child = end_eviction, .of = pool};
        psab_forked_add(&pool->forked);
    }
    return pool;
}

void psab_prepared_pool_free(pool_t *pool) {
    if (pool != NULL) {
        psab_forked_remove(&pool->forked);
        pthread_cond_destroy(&pool->evicted);
        pthread_mutex_destroy(&pool->lock);
        free(pool);
    }
}

static void free_form(form_t *form) {
    if (form->shared != NULL) {
        form->kind->drop(form->shared);
    }
    for (size_t i = 0; i < form->cell_count; i++) {
        void *kept = atomic_load(&form->cells[i].form);
        if (kept != NULL) {
            form->kind->drop(kept);
        }
    }
    free(form);
}

/* Free a list that is out of the ring and out of reach. Drivers' functions run: no lock is held. */
static void free_forms(forms_t *forms) {
    form_t *form = atomic_load(&forms->first);
    while (form != NULL) {
        form_t *next = form->next;
        free_form(form);
        form = next;
    }
    free(forms);
}

/* The lock is held. */
static void link_in(pool_t *pool, forms_t *forms) {
    if (pool->hand == NULL) {
        pool->hand = forms->next = forms->previous = forms;
        return;
    }
    forms->next = pool->hand;
    forms->previous = pool->hand->previous;
    forms->previous->next = forms;
    forms->next->previous = forms;
}

/* The lock is held. */
static void take_out(pool_t *pool, forms_t *forms) {
    pool->count -= forms->count;
    if (pool->hand == forms) {
        pool->hand = forms->next == forms ? NULL : forms->next;
    }
    forms->previous->next = forms->next;
    forms->next->previous = forms->previous;
}

void psab_prepared_discard(pool_t *pool, psab_key_t *key) {
    forms_t *forms = atomic_exchange(&key->prepared, NULL);
    if (forms == NULL) {
        return;
    }
    pthread_mutex_lock(&pool->lock);
    if (forms == CLOSED) {
        /* An eviction has it. It must be over before the key is. */
        while (pool->evicting == key) {
            pthread_cond_wait(&pool->evicted, &pool->lock);
        }
        forms = NULL;
    } else {
        take_out(pool, forms);
    }
    pthread_mutex_unlock(&pool->lock);
    if (forms != NULL) {
        free_forms(forms);
    }
}

/* Close a list that nobody uses. False if somebody does: it stays. The lock is held. */
static bool close_list(forms_t *forms) {
    void *own = forms;
    if (!atomic_compare_exchange_strong(&forms->key->prepared, &own, CLOSED)) {
        return false; /* the key is being wiped, by somebody who waits for the lock */
    }
    if (!psab_hazard_held(forms->key)) {
        return true;
    }
    void *mark = CLOSED;
    /* If this fails, the key was wiped meanwhile by somebody who saw the mark: the list is ours to free. */
    return !atomic_compare_exchange_strong(&forms->key->prepared, &mark, forms);
}

/* The next list to free, closed; null if there is none. The lock is held. */
static forms_t *choose(pool_t *pool) {
    for (size_t i = 0; i < LOOKS && pool->hand != NULL; i++) {
        forms_t *forms = pool->hand;
        pool->hand = forms->next;
        if (atomic_exchange_explicit(&forms->used, false, memory_order_relaxed) && i < LOOKS / 2) {
            continue;
        }
        if (close_list(forms)) {
            take_out(pool, forms);
            return forms;
        }
    }
    return NULL;
}

/* Drop lists until there are as few forms as there may be, or until all that were looked at are in use.
 * The lock is held when called and on return, but not while a driver's function runs. */
static void evict(pool_t *pool) {
    while (pool->count > pool->most && pool->evicting == NULL) {
        forms_t *forms = choose(pool);
        if (forms == NULL) {
            return;
        }
        psab_key_t *key = forms->key;
        pool->evicting = key;
        pthread_mutex_unlock(&pool->lock);
        free_forms(forms);
        pthread_mutex_lock(&pool->lock);
        void *mark = CLOSED;
        (void)atomic_compare_exchange_strong(&key->prepared, &mark, NULL);
        pool->evicting = NULL;
        pthread_cond_broadcast(&pool->evicted);
    }
}

void psab_prepared_limit(pool_t *pool, size_t most) {
    pthread_mutex_lock(&pool->lock);
    pool->most = most;
    evict(pool);
    pthread_mutex_unlock(&pool->lock);
}

size_t psab_prepared_count(pool_t *pool) {
    pthread_mutex_lock(&pool->lock);
    size_t count = pool->count;
    pthread_mutex_unlock(&pool->lock);
    return count;
}

/* The key of the call that this thread is in, if the buffer is that key and copies of it may be kept. */
static PSAB_HOT psab_key_t *key_of_call(const psab_frame_t *frame, const uint8_t *data, size_t size) {
    psab_key_t *key = frame != NULL ? frame->key : NULL;
    bool same = key != NULL && key->data == data && key->size == size && size != 0;
    return PSAB_LIKELY(same && (key->flags & PSAB_KEY_UNCACHED) == 0) ? key : NULL;
}

static PSAB_HOT form_t *look_up(psab_key_t *key, const psab_driver_t *driver, const psab_prepared_kind_t *kind,
                                uint32_t variant) {
    forms_t *forms = atomic_load_explicit(&key->prepared, memory_order_acquire);
    if (forms == NULL || PSAB_UNLIKELY(forms == CLOSED)) {
        return NULL;
    }
    if (PSAB_UNLIKELY(!atomic_load_explicit(&forms->used, memory_order_relaxed))) {
        atomic_store_explicit(&forms->used, true, memory_order_relaxed);
    }
    form_t *form = atomic_load_explicit(&forms->first, memory_order_acquire);
    while (form != NULL && (form->kind != kind || form->variant != variant || form->driver != driver)) {
        form = form->next;
    }
    return form;
}

/* The list of a key, made if need be; null where none can be. The lock is held. */
static forms_t *forms_of(pool_t *pool, psab_key_t *key) {
    forms_t *forms = atomic_load(&key->prepared);
    if (forms != NULL) {
        return forms == CLOSED || forms->count == FORMS_MOST ? NULL : forms;
    }
    forms = calloc(1, sizeof *forms);
    if (forms == NULL) {
        return NULL;
    }
    forms->key = key;
    link_in(pool, forms);
    atomic_store(&key->prepared, forms);
    return forms;
}

/* Add a form to a key that this thread uses, unless there is one of its name. Returns the one that there
 * is then; null if nothing is kept. */
static PSAB_COLD form_t *add(pool_t *pool, psab_key_t *key, const form_t *wanted) {
    size_t size = sizeof(form_t) + wanted->cell_count * sizeof(cell_t);
    size = (size + _Alignof(form_t) - 1) / _Alignof(form_t) * _Alignof(form_t);
    pthread_mutex_lock(&pool->lock);
    form_t *form = look_up(key, wanted->driver, wanted->kind, wanted->variant);
    forms_t *forms = form != NULL || pool->most == 0 ? NULL : forms_of(pool, key);
    if (forms != NULL && (form = aligned_alloc(_Alignof(form_t), size)) != NULL) {
        memset(form, 0, size);
        memcpy(form, wanted, sizeof *wanted);
        form->next = atomic_load_explicit(&forms->first, memory_order_relaxed);
        atomic_store_explicit(&forms->first, form, memory_order_release);
        forms->count++;
        pool->count++;
        evict(pool);
    }
    pthread_mutex_unlock(&pool->lock);
    return form;
}

void *psab_prepared_find(const psab_prepared_kind_t *kind, const uint8_t *key, size_t key_size, uint32_t variant) {
    const psab_frame_t *frame = psab_dispatch_thread.top;
    psab_key_t *own = key_of_call(frame, key, key_size);
    form_t *form = own != NULL ? look_up(own, frame->candidate->driver, kind, variant) : NULL;
    return form != NULL ? form->shared : NULL;
}

void *psab_prepared_publish(const psab_prepared_kind_t *kind, const uint8_t *key, size_t key_size, uint32_t variant,
                            void *form) {
    const psab_frame_t *frame = psab_dispatch_thread.top;
    psab_key_t *own = key_of_call(frame, key, key_size);
    if (own == NULL || form == NULL) {
        return NULL;
    }
    form_t wanted = {.driver = frame->candidate->driver, .kind = kind, .variant = variant, .shared = form};
    form_t *kept = add(frame->core->prepared, own, &wanted);
    if (kept != NULL && kept->shared != NULL && kept->shared != form) {
        kind->drop(form);
    }
    return kept != NULL ? kept->shared : NULL;
}

/* Threads begin at different cells; with more threads than cells, each looks at all of them. */
static PSAB_HOT size_t first_cell(void) {
    return psab_dispatch_thread.stripe % CELLS;
}

void *psab_prepared_take(const psab_prepared_kind_t *kind, const uint8_t *key, size_t key_size, uint32_t variant) {
    const psab_frame_t *frame = psab_dispatch_thread.top;
    psab_key_t *own = key_of_call(frame, key, key_size);
    form_t *form = own != NULL ? look_up(own, frame->candidate->driver, kind, variant) : NULL;
    size_t start = first_cell();
    for (size_t i = 0; form != NULL && i < form->cell_count; i++) {
        _Atomic(void *) *cell = &form->cells[(start + i) % CELLS].form;
        if (atomic_load_explicit(cell, memory_order_relaxed) != NULL) {
            void *taken = atomic_exchange_explicit(cell, NULL, memory_order_acquire);
            if (PSAB_LIKELY(taken != NULL)) {
                return taken;
            }
        }
    }
    return NULL;
}

void psab_prepared_give(const psab_prepared_kind_t *kind, const uint8_t *key, size_t key_size, uint32_t variant,
                        void *given) {
    const psab_frame_t *frame = psab_dispatch_thread.top;
    psab_key_t *own = key_of_call(frame, key, key_size);
    form_t *form = NULL;
    if (own != NULL) {
        form = look_up(own, frame->candidate->driver, kind, variant);
        if (PSAB_UNLIKELY(form == NULL)) {
            form_t wanted = {.driver = frame->candidate->driver, .kind = kind, .variant = variant, .cell_count = CELLS};
            form = add(frame->core->prepared, own, &wanted);
        }
    }
    size_t start = first_cell();
    for (size_t i = 0; form != NULL && i < form->cell_count; i++) {
        _Atomic(void *) *cell = &form->cells[(start + i) % CELLS].form;
        void *none = NULL;
        if (PSAB_LIKELY(atomic_compare_exchange_strong_explicit(cell, &none, given, memory_order_release,
                                                                memory_order_relaxed))) {
            return;
        }
    }
    kind->drop(given);
}
