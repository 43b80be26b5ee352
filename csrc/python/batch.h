/** @file
 * Many messages in one call: arrays of inputs, one loop in C, a list of results.
 *
 * The arguments of a batch function are a Core, the scalars of the function, the number of messages, for each input an
 * object and a stride, and for each function with an output the buffer it goes to, or None.  An input is a sequence of
 * bytes-like objects where the stride is -1, otherwise one bytes-like object: message i begins at i times the stride,
 * and a stride of 0 gives every message all of it.  The result is (status, index, results).
 *
 * The interpreter is given up while the loop runs.
 */
#ifndef PSAB_PYTHON_BATCH_H
#define PSAB_PYTHON_BATCH_H

#include "python/call.h"

typedef struct psab_py_batch {
    psab_py_core_t *holder;
    PyObject *owner;
    psab_core_t *core;
    size_t count;
    size_t index; /**< of the message that is being worked on */
    PyThreadState *thread;
    unsigned inputs;
    psab_py_input_t *in[PSAB_PY_INPUTS]; /**< `count` each */
    PyObject *kept[PSAB_PY_INPUTS];      /**< tuples of what the inputs point into */
    Py_buffer *views;
    size_t view_count;
    size_t view_room;
    bool secret;
    PyObject *out; /**< the caller's buffer; null if bytes are wanted */
    psab_py_input_t written;
    size_t used;       /**< bytes of the caller's buffer that have results in them */
    PyObject *results; /**< a list of bytes, or of what a verification found */
    uint8_t **targets; /**< of the bytes in it */
    size_t *lengths;   /**< of the results */
    bool shorter;      /**< some have less than there was room for */
    bool *found;       /**< of a verification: whether each is genuine */
} psab_py_batch_t;

/** Read the Core and the number of messages. */
bool psab_py_batch_begin(psab_py_batch_t *batch, PyObject *core, PyObject *count);

/** Whether a batch function got all its arguments; they come from this package alone. */
bool psab_py_batch_counted(Py_ssize_t count, Py_ssize_t expected);

/** Read a key's identifier or an algorithm. */
bool psab_py_batch_number(PyObject *given, uint32_t *number);

/** Read an input and its stride. */
bool psab_py_batch_input(psab_py_batch_t *batch, PyObject *given, PyObject *stride);

/** The length of message `i` in the last input. */
static inline size_t psab_py_batch_length(const psab_py_batch_t *batch, size_t i) {
    return batch->in[batch->inputs - 1][i].length;
}

/** Prepare for outputs, after all inputs, to be followed by one psab_py_batch_room() per message.
 *
 * The caller's buffer has to share no memory with an input.
 */
bool psab_py_batch_outputs(psab_py_batch_t *batch, PyObject *out);

/** Make room for the output of message `i`. */
bool psab_py_batch_room(psab_py_batch_t *batch, size_t i, size_t size);

/** Prepare for verdicts. */
bool psab_py_batch_verdicts(psab_py_batch_t *batch);

/** Give the interpreter up. */
void psab_py_batch_leave(psab_py_batch_t *batch);

/** Where the output of the message goes that is being worked on. */
static inline uint8_t *psab_py_batch_target(const psab_py_batch_t *batch) {
    return batch->out != NULL ? (uint8_t *)(uintptr_t)batch->written.data + batch->used : batch->targets[batch->index];
}

/** The room there is. */
static inline size_t psab_py_batch_size(const psab_py_batch_t *batch) {
    return batch->out != NULL ? batch->written.length - batch->used : batch->lengths[batch->index];
}

/** Take note of one output; the caller goes on with the next message. */
void psab_py_batch_wrote(psab_py_batch_t *batch, size_t length);

/** Take note of one verdict.
 *
 * @return the status, success for a message that is not genuine
 */
psa_status_t psab_py_batch_found(psab_py_batch_t *batch, psa_status_t status);

/** Take the interpreter back, and give the results; null with an exception set. */
PyObject *psab_py_batch_finish(psab_py_batch_t *batch, psa_status_t status);

/** After arguments that cannot be read: null, with an exception set. */
PyObject *psab_py_batch_drop(psab_py_batch_t *batch);

/** The batch functions, ended by one without a name; generated. */
extern PyMethodDef psab_py_batches[];

#endif
