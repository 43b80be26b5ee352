#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <psa/crypto.h>

#include "psab/storage.h"
#include "util/forked.h"
#include "util/wipe.h"

typedef struct record {
    struct record *next;
    uint32_t kind;
    uint32_t name;
    size_t length;
    uint8_t data[];
} record_t;

/* A hash table that grows, so that a million keys can be kept. */
struct psab_memory_storage {
    psab_forked_t forked;
    pthread_mutex_t lock;
    size_t count;
    size_t size; /* a power of two */
    record_t **heads;
};

static record_t **head_of(psab_memory_storage_t *memory, uint32_t kind, uint32_t name) {
    return &memory->heads[((name * 2654435761u) ^ kind) & (memory->size - 1)];
}

/* The link that points to the record, or the null link at the end of its chain. */
static record_t **find(psab_memory_storage_t *memory, uint32_t kind, uint32_t name) {
    record_t **link = head_of(memory, kind, name);
    while (*link != NULL && ((*link)->kind != kind || (*link)->name != name)) {
        link = &(*link)->next;
    }
    return link;
}

static void erase(record_t *record) {
    psab_wipe_free(record, sizeof *record + record->length);
}

psab_memory_storage_t *psab_memory_storage_new(void) {
    psab_memory_storage_t *memory = calloc(1, sizeof *memory);
    if (memory == NULL) {
        return NULL;
    }
    memory->size = 16;
    memory->heads = calloc(memory->size, sizeof(record_t *));
    if (memory->heads == NULL) {
        free(memory);
        return NULL;
    }
    pthread_mutex_init(&memory->lock, NULL);
    memory->forked = (psab_forked_t){.lock = &memory->lock, .level = PSAB_LEVEL_STORAGE};
    psab_forked_add(&memory->forked);
    return memory;
}

void psab_memory_storage_free(psab_memory_storage_t *memory) {
    if (memory == NULL) {
        return;
    }
    for (size_t i = 0; i < memory->size; i++) {
        while (memory->heads[i] != NULL) {
            record_t *record = memory->heads[i];
            memory->heads[i] = record->next;
            erase(record);
        }
    }
    psab_forked_remove(&memory->forked);
    pthread_mutex_destroy(&memory->lock);
    free(memory->heads);
    free(memory);
}

/* If memory is short, chains just get longer. */
static void grow(psab_memory_storage_t *memory) {
    size_t old_size = memory->size;
    record_t **old = memory->heads;
    record_t **heads = calloc(old_size * 2, sizeof(record_t *));
    if (heads == NULL) {
        return;
    }
    memory->heads = heads;
    memory->size = old_size * 2;
    for (size_t i = 0; i < old_size; i++) {
        while (old[i] != NULL) {
            record_t *record = old[i];
            old[i] = record->next;
            record_t **head = head_of(memory, record->kind, record->name);
            record->next = *head;
            *head = record;
        }
    }
    free(old);
}

static psab_status_t load(void *user, uint32_t kind, uint32_t name, uint8_t *data, size_t size, size_t *length) {
    psab_memory_storage_t *memory = user;
    psab_status_t status = PSA_ERROR_DOES_NOT_EXIST;
    pthread_mutex_lock(&memory->lock);
    const record_t *record = *find(memory, kind, name);
    if (record != NULL) {
        *length = record->length;
        status = record->length <= size ? PSA_SUCCESS : PSA_ERROR_BUFFER_TOO_SMALL;
        if (status == PSA_SUCCESS && record->length != 0) {
            memcpy(data, record->data, record->length);
        }
    }
    pthread_mutex_unlock(&memory->lock);
    return status;
}

static psab_status_t save(void *user, uint32_t kind, uint32_t name, const uint8_t *data, size_t length) {
    psab_memory_storage_t *memory = user;
    record_t *record = malloc(sizeof *record + length);
    if (record == NULL) {
        return PSA_ERROR_INSUFFICIENT_STORAGE;
    }
    record->kind = kind;
    record->name = name;
    record->length = length;
    memcpy(record->data, data, length);
    pthread_mutex_lock(&memory->lock);
    record_t **link = find(memory, kind, name);
    record_t *old = *link;
    record->next = old != NULL ? old->next : NULL;
    *link = record;
    if (old == NULL && ++memory->count > memory->size) {
        grow(memory);
    }
    pthread_mutex_unlock(&memory->lock);
    if (old != NULL) {
        erase(old);
    }
    return PSA_SUCCESS;
}

static psab_status_t remove_record(void *user, uint32_t kind, uint32_t name) {
    psab_memory_storage_t *memory = user;
    pthread_mutex_lock(&memory->lock);
    record_t **link = find(memory, kind, name);
    record_t *record = *link;
    if (record != NULL) {
        *link = record->next;
        memory->count--;
    }
    pthread_mutex_unlock(&memory->lock);
    if (record == NULL) {
        return PSA_ERROR_DOES_NOT_EXIST;
    }
    erase(record);
    return PSA_SUCCESS;
}

static psab_status_t list(void *user, uint32_t kind, uint32_t *names, size_t size, size_t *count) {
    psab_memory_storage_t *memory = user;
    *count = 0;
    pthread_mutex_lock(&memory->lock);
    for (size_t i = 0; i < memory->size; i++) {
        for (const record_t *record = memory->heads[i]; record != NULL; record = record->next) {
            if (record->kind != kind) {
                continue;
            }
            if (*count < size) {
                names[*count] = record->name;
            }
            ++*count;
        }
    }
    pthread_mutex_unlock(&memory->lock);
    return PSA_SUCCESS;
}

psab_storage_t psab_memory_storage(psab_memory_storage_t *memory) {
    return (psab_storage_t){.user = memory, .load = load, .save = save, .remove = remove_record, .list = list};
}
