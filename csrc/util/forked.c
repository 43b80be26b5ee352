#include "util/forked.h"

#include <stddef.h>

/* All that are known, lowest level first. The guard is taken before any of them. */
static psab_forked_t *entries;
static pthread_mutex_t guard = PTHREAD_MUTEX_INITIALIZER;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void before(void) {
    pthread_mutex_lock(&guard);
    for (psab_forked_t *entry = entries; entry != NULL; entry = entry->next) {
        if (entry->lock != NULL) {
            pthread_mutex_lock(entry->lock);
        }
    }
}

static void unlock_all(void) {
    for (psab_forked_t *entry = entries; entry != NULL; entry = entry->next) {
        if (entry->lock != NULL) {
            pthread_mutex_unlock(entry->lock);
        }
    }
    pthread_mutex_unlock(&guard);
}

static void in_child(void) {
    for (psab_forked_t *entry = entries; entry != NULL; entry = entry->next) {
        if (entry->in_child != NULL) {
            entry->in_child(entry->of);
        }
    }
    unlock_all();
}

static void watch(void) {
    (void)pthread_atfork(before, unlock_all, in_child);
}

void psab_forked_add(psab_forked_t *entry) {
    (void)pthread_once(&once, watch);
    pthread_mutex_lock(&guard);
    psab_forked_t **place = &entries;
    while (*place != NULL && (*place)->level < entry->level) {
        place = &(*place)->next;
    }
    entry->next = *place;
    *place = entry;
    pthread_mutex_unlock(&guard);
}

void psab_forked_remove(psab_forked_t *entry) {
    pthread_mutex_lock(&guard);
    psab_forked_t **place = &entries;
    while (*place != NULL && *place != entry) {
        place = &(*place)->next;
    }
    if (*place != NULL) {
        *place = entry->next;
    }
    pthread_mutex_unlock(&guard);
}
