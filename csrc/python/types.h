/** @file
 * The Python types below Core, Key and the multi-part operations: what compiled methods read from them.
 *
 * Each holds a pointer into the core together with the Python object that keeps it valid.  Everything here is
 * called with the interpreter held.
 */
#ifndef PSAB_PYTHON_TYPES_H
#define PSAB_PYTHON_TYPES_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <stdbool.h>
#include <stdint.h>

#include "psab/core.h"

/** How many functions can be compiled. */
#define PSAB_PY_FUNCTIONS 64u

/** Below Core. */
typedef struct psab_py_core {
    PyObject_HEAD PyObject *owner;   /**< keeps the instance; null once it is closed */
    psab_core_t *core;               /**< null once it is closed */
    char gives_way;                  /**< whether calls always give other threads the interpreter */
    uint8_t ticks;                   /**< counts calls: some are timed */
    uint8_t slow[PSAB_PY_FUNCTIONS]; /**< by function: whether its last timed call took long */
} psab_py_core_t;

/** Below Key. */
typedef struct psab_py_key {
    PyObject_HEAD PyObject *core; /**< a Core */
    PyObject *id;                 /**< an integer */
} psab_py_key_t;

/** Below every multi-part operation. */
typedef struct psab_py_operation {
    PyObject_HEAD PyObject *core; /**< a Core */
    PyObject *owner;              /**< keeps the operation's structure */
    void *operation;              /**< its structure in C */
    Py_ssize_t given;             /**< bytes of text that may not have come out yet */
} psab_py_operation_t;

extern PyTypeObject *psab_py_core_type;
extern PyTypeObject *psab_py_key_type;
extern PyTypeObject *psab_py_operation_type;

/** Make the types and put them into a module.
 *
 * @return 0, or -1 with an exception set
 */
int psab_py_types_add(PyObject *module);

#endif
