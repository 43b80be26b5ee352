#include "util/thread.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#if defined(__linux__)
#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

_Atomic uint32_t psab_fences;
_Thread_local psab_thread_t *psab_thread_self;

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t exit_key;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static psab_thread_t *_Atomic records;

/* True if membarrier exists and has just made every thread of the process execute a fence. */
static bool everywhere(void) {
#if defined(__linux__) && !PSAB_THREAD_SANITIZER
    if (syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0) == 0) {
        return true;
    }
    /* Not registered yet. */
    return syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0) == 0 &&
           syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0) == 0;
#else
    return false;
#endif
}

static void give_up(psab_thread_t *thread) {
    for (size_t i = 0; i < PSAB_HAZARDS; i++) {
        atomic_store(&thread->hazards[i], NULL);
    }
    atomic_store(&thread->used, 0);
    atomic_store(&thread->owned, false);
}

static void at_exit(void *record) {
    psab_thread_self = NULL;
    give_up(record);
}

/* Only the thread that forked exists in the child. */
static void in_child(void) {
    pthread_mutex_init(&lock, NULL);
    for (psab_thread_t *thread = atomic_load(&records); thread != NULL; thread = thread->next) {
        if (thread != psab_thread_self) {
            give_up(thread);
        }
    }
}

static void prepare(void) {
    (void)pthread_key_create(&exit_key, at_exit);
    (void)pthread_atfork(NULL, NULL, in_child);
    if (!everywhere()) {
        atomic_store(&psab_fences, PSAB_FENCE_ACQUIRE | PSAB_FENCE_RELEASE);
    }
}

/* A free record, or null. */
static psab_thread_t *reuse(void) {
    for (psab_thread_t *thread = atomic_load(&records); thread != NULL; thread = thread->next) {
        if (!atomic_load(&thread->owned)) {
            return thread;
        }
    }
    return NULL;
}

/* A new record, in the list; null if memory is short. From the second one on, threads need fences. */
static psab_thread_t *extend(void) {
    psab_thread_t *thread = aligned_alloc(_Alignof(psab_thread_t), sizeof *thread);
    if (thread == NULL) {
        return NULL;
    }
    memset(thread, 0, sizeof *thread);
    thread->next = atomic_load(&records);
    if (thread->next != NULL) {
        (void)atomic_fetch_or(&psab_fences, PSAB_FENCE_ACQUIRE);
        if (!everywhere()) {
            (void)atomic_fetch_or(&psab_fences, PSAB_FENCE_RELEASE);
        }
    }
    atomic_store(&records, thread);
    return thread;
}

psab_thread_t *psab_thread_attach(void) {
    pthread_once(&once, prepare);
    pthread_mutex_lock(&lock);
    psab_thread_t *thread = reuse();
    if (thread == NULL) {
        thread = extend();
    }
    if (thread != NULL) {
        thread->failure = (psab_failure_t){.entry_point = -1};
        atomic_store(&thread->owned, true);
        (void)pthread_setspecific(exit_key, thread);
        psab_thread_self = thread;
    }
    pthread_mutex_unlock(&lock);
    return thread;
}

bool psab_hazard_held(const void *what) {
#if !PSAB_THREAD_SANITIZER
    atomic_thread_fence(memory_order_seq_cst);
#endif
    for (psab_thread_t *thread = atomic_load(&records); thread != NULL; thread = thread->next) {
#if PSAB_THREAD_SANITIZER
        uint32_t used = PSAB_HAZARDS;
#else
        uint32_t used = atomic_load_explicit(&thread->used, memory_order_acquire);
#endif
        for (uint32_t i = 0; i < used; i++) {
            if (atomic_load(&thread->hazards[i]) == what) {
                return true;
            }
        }
    }
    return false;
}

void psab_hazards_settle(void) {
    if ((atomic_load(&psab_fences) & PSAB_FENCE_RELEASE) == 0 && !everywhere()) {
        (void)atomic_fetch_or(&psab_fences, PSAB_FENCE_RELEASE);
    }
}

psab_status_t psab_fail(psab_status_t status, const char *driver, int32_t entry_point, int32_t report,
                        const char *detail) {
    psab_thread_t *thread = psab_thread();
    if (thread != NULL) {
        psab_failure_t *failure = &thread->failure;
        failure->status = status;
        failure->entry_point = entry_point;
        failure->report = report;
        strncpy(failure->driver, driver != NULL ? driver : "", sizeof failure->driver - 1);
        failure->driver[sizeof failure->driver - 1] = '\0';
        strncpy(failure->detail, detail != NULL ? detail : "", sizeof failure->detail - 1);
        failure->detail[sizeof failure->detail - 1] = '\0';
    }
    return status;
}

void psab_last_failure(psab_failure_t *failure) {
    psab_thread_t *thread = psab_thread();
    *failure = thread != NULL ? thread->failure : (psab_failure_t){.entry_point = -1};
}
