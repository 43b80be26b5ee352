#include <stdlib.h>

#include "keys/slots.h"

/* Chains through the slots. A reader without lock can be led into another chain by a slot
 * that is being reused; it gives up after this many steps, and the lock decides. */
#define MOST_STEPS 64u
#define FIRST_SIZE_LOG2 6u

/* Old tables stay until the store is freed, because readers may still be in them; each is
 * half as large as the next. */
typedef struct psab_key_table {
    struct psab_key_table *previous;
    uint32_t size_log2;
    uint32_t count;
    _Atomic uint32_t heads[];
} psab_key_table_t;

static psab_key_table_t *new_table(uint32_t size_log2) {
    psab_key_table_t *table = calloc(1, sizeof *table + (sizeof(uint32_t) << size_log2));
    if (table != NULL) {
        table->size_log2 = size_log2;
    }
    return table;
}

static _Atomic uint32_t *head_of(psab_key_table_t *table, psa_key_id_t id) {
    return &table->heads[(id * 2654435761u) >> (32u - table->size_log2)];
}

static uint32_t link_of(const psab_key_t *key) {
    return (key->name >> PSAB_GENERATION_BITS) + 1;
}

bool psab_table_init(psab_store_t *store) {
    psab_key_table_t *table = new_table(FIRST_SIZE_LOG2);
    atomic_store(&store->table, table);
    return table != NULL;
}

void psab_table_free(psab_store_t *store) {
    psab_key_table_t *table = atomic_load(&store->table);
    while (table != NULL) {
        psab_key_table_t *previous = table->previous;
        free(table);
        table = previous;
    }
}

psab_key_t *psab_table_find(psab_store_t *store, psa_key_id_t id) {
    uint32_t link = atomic_load(head_of(atomic_load(&store->table), id));
    while (link != 0) {
        psab_key_t *key = psab_slot(store, link - 1);
        if (key->attributes.id == id) {
            return key;
        }
        link = atomic_load_explicit(&key->next, memory_order_relaxed);
    }
    return NULL;
}

psab_key_t *psab_table_find_live(psab_store_t *store, psa_key_id_t id) {
    psab_key_table_t *table = atomic_load_explicit(&store->table, memory_order_acquire);
    uint32_t link = atomic_load_explicit(head_of(table, id), memory_order_acquire);
    for (uint32_t step = 0; link != 0 && step < MOST_STEPS; step++) {
        psab_key_t *key = psab_slot(store, link - 1);
        if (atomic_load_explicit(&key->id, memory_order_relaxed) == id) {
            return key;
        }
        link = atomic_load_explicit(&key->next, memory_order_acquire);
    }
    return NULL;
}

static void push(psab_key_table_t *table, psab_key_t *key) {
    _Atomic uint32_t *head = head_of(table, key->attributes.id);
    atomic_store_explicit(&key->next, atomic_load(head), memory_order_release);
    atomic_store_explicit(head, link_of(key), memory_order_release);
    table->count++;
}

/* Twice the size. If memory is short, chains just get longer. */
static psab_key_table_t *grow(psab_store_t *store, psab_key_table_t *table) {
    psab_key_table_t *larger = new_table(table->size_log2 + 1);
    if (larger == NULL) {
        return table;
    }
    larger->previous = table;
    for (uint32_t i = 0; i < (1u << table->size_log2); i++) {
        uint32_t link = atomic_load(&table->heads[i]);
        while (link != 0) {
            psab_key_t *key = psab_slot(store, link - 1);
            link = atomic_load_explicit(&key->next, memory_order_relaxed);
            push(larger, key);
        }
    }
    atomic_store_explicit(&store->table, larger, memory_order_release);
    return larger;
}

void psab_table_insert(psab_store_t *store, psab_key_t *key) {
    psab_key_table_t *table = atomic_load(&store->table);
    if (table->count >= (1u << table->size_log2) && table->size_log2 < 24) {
        table = grow(store, table);
    }
    push(table, key);
    key->chained = true;
}

void psab_table_remove(psab_store_t *store, psab_key_t *key) {
    if (!key->chained) {
        return;
    }
    psab_key_table_t *table = atomic_load(&store->table);
    _Atomic uint32_t *link = head_of(table, key->attributes.id);
    while (atomic_load(link) != link_of(key)) {
        link = &psab_slot(store, atomic_load(link) - 1)->next;
    }
    atomic_store_explicit(link, atomic_load(&key->next), memory_order_release);
    table->count--;
    key->chained = false;
}
