/** @file
 * One call of a compiled method: arguments in, status to exception, output to Python.
 *
 * A generated wrapper reads its arguments with the functions below, each of which says false for whatever is out
 * of the ordinary; then nothing has happened yet, and the method written in Python is called with the same
 * arguments: it knows every rule, and raises what there is to raise.
 *
 * While the function runs the interpreter is given up if the work is about a microsecond or more, if the core may call
 * drivers written in Python, or if a call of the same function that was timed took long: every 64th call is.
 */
#ifndef PSAB_PYTHON_CALL_H
#define PSAB_PYTHON_CALL_H

#include "python/types.h"

#include <string.h>

#include <psa/crypto.h>

#include "psab/api.h"

#define PSAB_PY_INPUTS 4u
#define PSAB_PY_SCRATCH 512u

/** A method that is compiled: a function of the API on a Core, on a Key, or on an operation. */
typedef struct psab_py_method {
    const char *owner; /**< "core", "key", or the family of the operation */
    const char *name;  /**< of the method */
    const char *label; /**< the function as exceptions name it */
    PyCFunction wrapper;
    uint8_t function; /**< position in the tables of a core */
    PyObject *python; /**< the method written in Python; set when the method is made */
} psab_py_method_t;

typedef struct psab_py_input {
    const uint8_t *data;
    size_t length;
} psab_py_input_t;

typedef struct psab_py_call {
    psab_py_method_t *method;
    psab_py_core_t *holder;
    PyObject *owner; /**< keeps the instance through the call, whoever closes it meanwhile */
    psab_core_t *core;
    psab_py_operation_t *operation;
    PyObject *out;   /**< the caller's buffer; null if bytes are wanted */
    PyObject *bytes; /**< the result, where it is written in place */
    uint8_t *target;
    size_t size;
    size_t length;
    size_t work; /**< bytes of input */
    uint64_t started;
    PyThreadState *thread;
    unsigned inputs;
    unsigned views;
    bool writes;
    bool secret;
    psab_py_input_t in[PSAB_PY_INPUTS];
    Py_buffer view[PSAB_PY_INPUTS + 1];
    _Alignas(64) uint8_t scratch[PSAB_PY_SCRATCH];
} psab_py_call_t;

/** The class that is Key, to be recognised at a glance; null before it is made. */
extern PyTypeObject *psab_py_key_class;

/** The class that is Core. */
extern PyTypeObject *psab_py_core_class;

/** The one that is not null. */
static inline size_t psab_or(size_t size, size_t otherwise) {
    return size != 0 ? size : otherwise;
}

/** Read keywords: none, or `out` alone. */
bool psab_py_keywords(psab_py_call_t *call, PyObject *const *given, Py_ssize_t count, PyObject *names);

/** Read an integer of 32 bits. */
static inline bool psab_py_number(PyObject *given, uint32_t *number) {
    unsigned long value = PyBool_Check(given) ? ULONG_MAX : PyLong_AsUnsignedLong(given);
    *number = (uint32_t)value;
    if (value < UINT32_MAX) {
        return true;
    }
    if (PyErr_Occurred() != NULL) {
        PyErr_Clear();
        return false;
    }
    return value == UINT32_MAX && !PyBool_Check(given);
}

/** Read the size of an output. */
static inline bool psab_py_amount(PyObject *given, size_t *amount) {
    uint32_t small = 0;
    bool read = psab_py_number(given, &small);
    *amount = small;
    return read;
}

/* Null what is not set before it is looked at. One by one: a compiler clears all of it with a slower instruction. */
static inline void psab_py_blank(psab_py_call_t *call, psab_py_method_t *method, bool writes, bool secret) {
    call->method = method;
    call->operation = NULL;
    call->out = NULL;
    call->bytes = NULL;
    call->length = 0;
    call->work = 0;
    call->started = 0;
    call->inputs = 0;
    call->views = 0;
    call->writes = writes;
    call->secret = secret;
}

static inline bool psab_py_take(psab_py_call_t *call, psab_py_core_t *holder) {
    call->holder = holder;
    call->core = holder->core;
    return call->core != NULL;
}

/* `expected` positional arguments, then perhaps out=. */
static inline bool psab_py_counted(psab_py_call_t *call, Py_ssize_t expected, PyObject *const *given, Py_ssize_t count,
                                   PyObject *names) {
    return count == expected && (names == NULL || psab_py_keywords(call, given, count, names));
}

/** Begin a method of a Core. */
static inline bool psab_py_on_core(psab_py_call_t *call, PyObject *self) {
    return psab_py_take(call, (psab_py_core_t *)self);
}

/** Begin a method of a Key of a Core, unless a class derived from Core has methods of its own. */
static inline bool psab_py_on_key(psab_py_call_t *call, PyObject *self, uint32_t *key) {
    const psab_py_key_t *own = (const psab_py_key_t *)self;
    return own->core != NULL && own->id != NULL && Py_IS_TYPE(own->core, psab_py_core_class) &&
           psab_py_take(call, (psab_py_core_t *)own->core) && psab_py_number(own->id, key);
}

/** Begin a method of a multi-part operation. */
static inline bool psab_py_on_operation(psab_py_call_t *call, PyObject *self) {
    call->operation = (psab_py_operation_t *)self;
    return call->operation->operation != NULL && psab_py_take(call, (psab_py_core_t *)call->operation->core);
}

/** Read a key of the same core: a Key, or an identifier. */
static inline bool psab_py_key(const psab_py_call_t *call, PyObject *given, uint32_t *key) {
    if (!Py_IS_TYPE(given, psab_py_key_class)) {
        return psab_py_number(given, key);
    }
    const psab_py_key_t *own = (const psab_py_key_t *)given;
    return own->core == (PyObject *)call->holder && own->id != NULL && psab_py_number(own->id, key);
}

/** Read a bytes-like object that is not bytes. */
bool psab_py_view(psab_py_call_t *call, PyObject *given, int flags, psab_py_input_t *input);

/** Read an input, without copying it. */
static inline bool psab_py_input(psab_py_call_t *call, PyObject *given) {
    psab_py_input_t *input = &call->in[call->inputs++];
    if (PyBytes_CheckExact(given)) {
        char *data = NULL;
        Py_ssize_t length = 0;
        (void)PyBytes_AsStringAndSize(given, &data, &length);
        input->data = (const uint8_t *)data;
        input->length = (size_t)length;
    } else if (!psab_py_view(call, given, PyBUF_SIMPLE, input)) {
        return false;
    }
    call->work += input->length;
    return true;
}

/** So many bytes of a result are zero before a call: a driver that claims to have written what it did not hands out
 * no memory of the process. Beyond, it would cost more than it is worth. */
#define PSAB_PY_ZEROED 4096u

/** Zero the beginning of a result. */
static inline void psab_py_zero(uint8_t *target, size_t size) {
    memset(target, 0, size < PSAB_PY_ZEROED ? size : PSAB_PY_ZEROED);
}

/** Make room for an output whose size is not small, or take the caller's. */
bool psab_py_room(psab_py_call_t *call, size_t size);

/** Whether an output of at most `bound` bytes gets into the call itself. */
static inline bool psab_py_small(psab_py_call_t *call, size_t bound) {
    bool small = call->out == NULL && bound <= PSAB_PY_SCRATCH;
    call->target = call->scratch;
    call->size = bound;
    if (small) {
        memset(call->scratch, 0, bound);
    }
    return small;
}

/** The attributes of a key; all zero for 0, and for a key that there is not. */
static inline psa_key_attributes_t psab_py_attributes(psab_core_t *core, uint32_t key) {
    psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
    if (core != NULL && key != 0) {
        (void)psab_get_key_attributes(core, key, &attributes);
    }
    return attributes;
}

/** Start the clock of a call. */
void psab_py_start(psab_py_call_t *call);

/** The last step before the function is called.
 *
 * @param keep  hold the interpreter for less work than this
 */
static inline void psab_py_leave(psab_py_call_t *call, size_t keep) {
    psab_py_core_t *holder = call->holder;
    bool slow = holder->slow[call->method->function] != 0;
    call->core = holder->core; /* null if reading an argument ran Python that closed it */
    call->owner = holder->owner;
    Py_XINCREF(call->owner);
    Py_INCREF((PyObject *)holder);
    if (slow || (++holder->ticks & 63u) == 0) {
        psab_py_start(call);
    }
    call->thread = slow || call->work >= keep || holder->gives_way != 0 ? PyEval_SaveThread() : NULL;
}

/** The end of a call: the result as a Python object, or null with an exception set. */
PyObject *psab_py_finish(psab_py_call_t *call, psa_status_t status);

/** Call the method that is written in Python instead. */
PyObject *psab_py_instead(psab_py_call_t *call, PyObject *self, PyObject *const *given, Py_ssize_t count,
                          PyObject *names);

/** Every compiled method; the end has no name. */
extern psab_py_method_t psab_py_methods[];

#endif
