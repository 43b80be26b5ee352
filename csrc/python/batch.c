#include "python/batch.h"

#include "util/wipe.h"

static bool memory(const void *made) {
    if (made == NULL) {
        (void)PyErr_NoMemory();
    }
    return made != NULL;
}

static void *array(size_t count, size_t size) {
    return PyMem_Calloc(count != 0 ? count : 1, size);
}

bool psab_py_batch_begin(psab_py_batch_t *batch, PyObject *core, PyObject *count) {
    if (PyObject_IsInstance(core, (PyObject *)psab_py_core_type) != 1) {
        (void)PyErr_Format(PyExc_TypeError, "a batch runs on a Core");
        return false;
    }
    batch->count = PyLong_AsSize_t(count);
    if (batch->count == (size_t)-1) {
        return false;
    }
    batch->holder = (psab_py_core_t *)core;
    batch->core = batch->holder->core;
    if (batch->core == NULL) {
        (void)PyErr_Format(PyExc_RuntimeError, "the core is closed");
    }
    return batch->core != NULL;
}

bool psab_py_batch_counted(Py_ssize_t count, Py_ssize_t expected) {
    if (count != expected) {
        (void)PyErr_Format(PyExc_TypeError, "a batch of this function takes %zd arguments", expected);
    }
    return count == expected;
}

bool psab_py_batch_number(PyObject *given, uint32_t *number) {
    if (!psab_py_number(given, number)) {
        (void)PyErr_Format(PyExc_TypeError, "a batch takes numbers of 32 bits");
        return false;
    }
    return true;
}

static bool view(psab_py_batch_t *batch, PyObject *given, int flags, psab_py_input_t *input) {
    if (batch->view_count == batch->view_room) {
        size_t room = batch->view_room != 0 ? batch->view_room * 2 : 8;
        Py_buffer *larger = PyMem_Realloc(batch->views, room * sizeof *larger);
        if (!memory(larger)) {
            return false;
        }
        batch->views = larger;
        batch->view_room = room;
    }
    Py_buffer *place = &batch->views[batch->view_count];
    if (PyObject_GetBuffer(given, place, flags) != 0) {
        return false;
    }
    batch->view_count++;
    input->data = place->buf;
    input->length = (size_t)place->len;
    return true;
}

static bool read_one(psab_py_batch_t *batch, PyObject *given, psab_py_input_t *input) {
    if (!PyBytes_CheckExact(given)) {
        return view(batch, given, PyBUF_SIMPLE, input);
    }
    char *data = NULL;
    Py_ssize_t length = 0;
    (void)PyBytes_AsStringAndSize(given, &data, &length);
    input->data = (const uint8_t *)data;
    input->length = (size_t)length;
    return true;
}

/* The tuple keeps the objects, whatever happens to the list meanwhile. */
static bool read_sequence(psab_py_batch_t *batch, PyObject *given, PyObject **kept, psab_py_input_t *items) {
    *kept = PySequence_Tuple(given);
    if (*kept == NULL) {
        return false;
    }
    if ((size_t)PyTuple_Size(*kept) != batch->count) {
        (void)PyErr_Format(PyExc_ValueError, "the inputs of a batch differ in number");
        return false;
    }
    bool read = true;
    for (size_t i = 0; read && i < batch->count; i++) {
        read = read_one(batch, PyTuple_GetItem(*kept, (Py_ssize_t)i), &items[i]);
    }
    return read;
}

static bool read_whole(psab_py_batch_t *batch, PyObject *given, size_t stride, psab_py_input_t *items) {
    psab_py_input_t whole = {NULL, 0};
    if (!view(batch, given, PyBUF_SIMPLE, &whole)) {
        return false;
    }
    if (stride != 0 && (whole.length % stride != 0 || whole.length / stride != batch->count)) {
        (void)PyErr_Format(PyExc_ValueError, "the buffer of a batch has another size");
        return false;
    }
    for (size_t i = 0; i < batch->count; i++) {
        items[i] = stride != 0 ? (psab_py_input_t){whole.data + i * stride, stride} : whole;
    }
    return true;
}

bool psab_py_batch_input(psab_py_batch_t *batch, PyObject *given, PyObject *stride) {
    Py_ssize_t step = PyLong_AsSsize_t(stride);
    if (step == -1 && PyErr_Occurred() != NULL) {
        return false;
    }
    unsigned position = batch->inputs++;
    psab_py_input_t *items = array(batch->count, sizeof *items);
    batch->in[position] = items;
    if (!memory(items)) {
        return false;
    }
    return step < 0 ? read_sequence(batch, given, &batch->kept[position], items)
                    : read_whole(batch, given, (size_t)step, items);
}

/* Results over messages that are yet to be read would be wrong. Bytes are never written to, views may be. */
static bool overlaps(const psab_py_batch_t *batch, const psab_py_input_t *written) {
    uintptr_t begin = (uintptr_t)written->data;
    uintptr_t end = begin + written->length;
    bool found = false;
    for (size_t i = 0; !found && i + 1 < batch->view_count; i++) {
        uintptr_t other = (uintptr_t)batch->views[i].buf;
        size_t length = (size_t)batch->views[i].len;
        found = length != 0 && other < end && begin < other + length;
    }
    return found;
}

static bool caller_buffer(psab_py_batch_t *batch, PyObject *out) {
    batch->out = out;
    psab_py_input_t written = {NULL, 0};
    if (!view(batch, out, PyBUF_WRITABLE, &written)) {
        return false;
    }
    if (overlaps(batch, &written)) {
        (void)PyErr_Format(PyExc_ValueError, "out overlaps an input of the batch: give it memory of its own");
        return false;
    }
    batch->written = written;
    return true;
}

bool psab_py_batch_outputs(psab_py_batch_t *batch, PyObject *out) {
    if (out != Py_None) {
        return caller_buffer(batch, out);
    }
    batch->targets = array(batch->count, sizeof *batch->targets);
    batch->lengths = array(batch->count, sizeof *batch->lengths);
    batch->results = PyList_New((Py_ssize_t)batch->count);
    return memory(batch->targets) && memory(batch->lengths) && batch->results != NULL;
}

bool psab_py_batch_room(psab_py_batch_t *batch, size_t i, size_t size) {
    if (batch->out != NULL) {
        return true;
    }
    PyObject *bytes = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)size);
    if (bytes == NULL) {
        return false;
    }
    batch->targets[i] = (uint8_t *)PyBytes_AsString(bytes);
    psab_py_zero(batch->targets[i], size);
    batch->lengths[i] = size;
    return PyList_SetItem(batch->results, (Py_ssize_t)i, bytes) == 0;
}

bool psab_py_batch_verdicts(psab_py_batch_t *batch) {
    batch->found = array(batch->count, sizeof *batch->found);
    return memory(batch->found);
}

void psab_py_batch_leave(psab_py_batch_t *batch) {
    batch->core = batch->holder->core; /* null if reading an argument ran Python that closed it */
    batch->owner = batch->holder->owner;
    Py_XINCREF(batch->owner);
    batch->thread = PyEval_SaveThread();
}

void psab_py_batch_wrote(psab_py_batch_t *batch, size_t length) {
    if (batch->out != NULL) {
        batch->used += length;
    } else if (length != batch->lengths[batch->index]) {
        batch->lengths[batch->index] = length;
        batch->shorter = true;
    }
}

psa_status_t psab_py_batch_found(psab_py_batch_t *batch, psa_status_t status) {
    batch->found[batch->index] = status == PSA_SUCCESS;
    return status == PSA_ERROR_INVALID_SIGNATURE ? PSA_SUCCESS : status;
}

/* Bytes that came out shorter than they might have; what is dropped is wiped if it is secret. */
static bool shorten(psab_py_batch_t *batch, size_t i) {
    PyObject *bytes = PyList_GetItem(batch->results, (Py_ssize_t)i);
    size_t size = (size_t)PyBytes_Size(bytes);
    if (batch->lengths[i] == size) {
        return true;
    }
    PyObject *own = PyBytes_FromStringAndSize((const char *)batch->targets[i], (Py_ssize_t)batch->lengths[i]);
    if (batch->secret) {
        psab_wipe(batch->targets[i], size);
    }
    return own != NULL && PyList_SetItem(batch->results, (Py_ssize_t)i, own) == 0;
}

static PyObject *verdicts(const psab_py_batch_t *batch) {
    PyObject *list = PyList_New((Py_ssize_t)batch->count);
    bool filled = list != NULL;
    for (size_t i = 0; filled && i < batch->count; i++) {
        filled = PyList_SetItem(list, (Py_ssize_t)i, PyBool_FromLong(batch->found[i])) == 0;
    }
    if (!filled) {
        Py_CLEAR(list);
    }
    return list;
}

static PyObject *results(psab_py_batch_t *batch) {
    if (batch->found != NULL) {
        return verdicts(batch);
    }
    if (batch->out != NULL) {
        return PyLong_FromSize_t(batch->used);
    }
    bool fine = true;
    for (size_t i = 0; batch->shorter && fine && i < batch->count; i++) {
        fine = shorten(batch, i);
    }
    PyObject *list = fine ? batch->results : NULL;
    Py_XINCREF(list);
    return list;
}

/* Nothing of a batch that failed is left. */
static void wipe_outputs(psab_py_batch_t *batch) {
    if (batch->out != NULL && batch->written.data != NULL) {
        psab_wipe((uint8_t *)(uintptr_t)batch->written.data, batch->used);
    }
    for (size_t i = 0; batch->secret && batch->targets != NULL && i <= batch->index && i < batch->count; i++) {
        psab_wipe(batch->targets[i], batch->lengths[i]);
    }
}

static void release(psab_py_batch_t *batch) {
    for (size_t i = 0; i < batch->view_count; i++) {
        PyBuffer_Release(&batch->views[i]);
    }
    for (unsigned i = 0; i < batch->inputs; i++) {
        PyMem_Free(batch->in[i]);
        Py_CLEAR(batch->kept[i]);
    }
    PyMem_Free(batch->views);
    PyMem_Free(batch->targets);
    PyMem_Free(batch->lengths);
    PyMem_Free(batch->found);
    Py_CLEAR(batch->results);
    Py_CLEAR(batch->owner);
}

PyObject *psab_py_batch_finish(psab_py_batch_t *batch, psa_status_t status) {
    PyEval_RestoreThread(batch->thread);
    PyObject *value = NULL;
    if (status == PSA_SUCCESS) {
        value = results(batch);
    } else {
        wipe_outputs(batch);
        value = Py_None;
        Py_INCREF(value);
    }
    size_t index = batch->index;
    release(batch);
    return value != NULL ? Py_BuildValue("inN", (int)status, (Py_ssize_t)index, value) : NULL;
}

PyObject *psab_py_batch_drop(psab_py_batch_t *batch) {
    release(batch);
    return NULL;
}
