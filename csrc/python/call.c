#include "python/call.h"

#include <time.h>

#include "python/install.h"
#include "util/wipe.h"

#define LONG_NS 2000u
#define SHORT_NS 1000u

PyTypeObject *psab_py_key_class;
PyTypeObject *psab_py_core_class;

bool psab_py_keywords(psab_py_call_t *call, PyObject *const *given, Py_ssize_t count, PyObject *names) {
    Py_ssize_t number = PyTuple_Size(names);
    if (number == 0) {
        return true;
    }
    PyObject *name = PyTuple_GetItem(names, 0);
    if (number != 1 || PyUnicode_CompareWithASCIIString(name, "out") != 0) {
        return false;
    }
    call->out = given[count] != Py_None ? given[count] : NULL;
    return call->out == NULL || call->writes;
}

bool psab_py_view(psab_py_call_t *call, PyObject *given, int flags, psab_py_input_t *input) {
    Py_buffer *view = &call->view[call->views];
    if (PyObject_GetBuffer(given, view, flags) != 0) {
        PyErr_Clear();
        return false;
    }
    call->views++;
    input->data = view->buf;
    input->length = (size_t)view->len;
    return true;
}

bool psab_py_room(psab_py_call_t *call, size_t size) {
    call->size = size;
    if (call->out != NULL) {
        psab_py_input_t room = {NULL, 0};
        bool writable = psab_py_view(call, call->out, PyBUF_WRITABLE, &room);
        call->target = writable ? call->view[call->views - 1].buf : NULL;
        call->size = room.length;
        return writable;
    }
    call->bytes = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)size);
    if (call->bytes == NULL) {
        PyErr_Clear();
        return false;
    }
    call->target = (uint8_t *)PyBytes_AsString(call->bytes);
    psab_py_zero(call->target, size);
    return true;
}

static uint64_t now(void) {
    struct timespec time;
    (void)clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

void psab_py_start(psab_py_call_t *call) {
    call->started = now();
}

/* What was learnt about the function; the interpreter may not be held yet when the time is taken. */
static void learn(psab_py_call_t *call, uint64_t taken) {
    uint8_t *slow = &call->holder->slow[call->method->function];
    *slow = taken > LONG_NS || (*slow != 0 && taken > SHORT_NS);
}

static void release(psab_py_call_t *call) {
    for (unsigned i = 0; i < call->views; i++) {
        PyBuffer_Release(&call->view[i]);
    }
    call->views = 0;
}

/* Bytes that nobody has seen, and nobody is to see. */
static void discard(psab_py_call_t *call) {
    if (call->bytes != NULL && call->secret) {
        psab_wipe(call->target, call->size);
    }
    Py_CLEAR(call->bytes);
}

static PyObject *copied(psab_py_call_t *call) {
    PyObject *result = PyBytes_FromStringAndSize((const char *)call->target, (Py_ssize_t)call->length);
    discard(call);
    return result;
}

static PyObject *result_of(psab_py_call_t *call) {
    if (!call->writes) {
        Py_RETURN_NONE;
    }
    if (call->out != NULL) {
        return PyLong_FromSize_t(call->length);
    }
    if (call->bytes == NULL || call->length != call->size) {
        return copied(call);
    }
    PyObject *result = call->bytes;
    call->bytes = NULL;
    return result;
}

/* Text that went in and did not come out yet: the next output has to have room for it. */
static void account(psab_py_call_t *call) {
    if (call->operation != NULL && call->writes) {
        Py_ssize_t given = call->operation->given + (Py_ssize_t)call->work - (Py_ssize_t)call->length;
        call->operation->given = given > 0 ? given : 0;
    }
}

PyObject *psab_py_finish(psab_py_call_t *call, psa_status_t status) {
    uint64_t taken = call->started != 0 ? now() - call->started : 0;
    if (call->thread != NULL) {
        PyEval_RestoreThread(call->thread);
    }
    if (call->started != 0) {
        learn(call, taken);
    }
    account(call);
    release(call);
    Py_DECREF((PyObject *)call->holder);
    Py_XDECREF(call->owner);
    bool fine = (status == PSA_SUCCESS && !psab_py_raised()) || psab_py_check(status, call->method->label);
    PyObject *result = fine ? result_of(call) : NULL;
    discard(call);
    if (call->secret && call->target == call->scratch) {
        psab_wipe(call->scratch, call->size);
    }
    return result;
}

PyObject *psab_py_instead(psab_py_call_t *call, PyObject *self, PyObject *const *given, Py_ssize_t count,
                          PyObject *names) {
    release(call);
    Py_CLEAR(call->bytes);
    return psab_py_call_python(call->method->python, self, given, count, names);
}
