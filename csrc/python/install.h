/** @file
 * What compiled methods need from Python, and putting them where Python finds them.
 */
#ifndef PSAB_PYTHON_INSTALL_H
#define PSAB_PYTHON_INSTALL_H

#include "python/types.h"

/** Whether a driver written in Python raised something that nobody has looked at yet. */
bool psab_py_raised(void);

/** Raise what a status stands for.
 *
 * @param status  what the function returned
 * @param label   its name
 *
 * @return false with the exception set; true if there is nothing to raise
 */
bool psab_py_check(int32_t status, const char *label);

/** Call an object with the arguments that a compiled method got.
 *
 * @return what it returned, or null with its exception set
 */
PyObject *psab_py_call_python(PyObject *callable, PyObject *self, PyObject *const *given, Py_ssize_t count,
                              PyObject *names);

/** Put types and functions into the module psa_bridge._core. Called once, when that is imported, without the
 * interpreter.
 *
 * @return 0, or -1 after an exception, which is printed
 */
int psab_python_install(void);

#endif
