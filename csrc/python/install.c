#include "python/install.h"

#include "python/batch.h"
#include "python/call.h"

static PyObject *check;  /* errors.check */
static PyObject *raised; /* a dict: what Python drivers raised, by thread */

bool psab_py_raised(void) {
    return raised != NULL && PyDict_Size(raised) > 0;
}

bool psab_py_check(int32_t status, const char *label) {
    PyObject *result = PyObject_CallFunction(check, "is", (int)status, label);
    Py_XDECREF(result);
    return result != NULL;
}

static PyObject *positional(PyObject *self, PyObject *const *given, Py_ssize_t count) {
    PyObject *tuple = PyTuple_New(count + 1);
    if (tuple == NULL) {
        return NULL;
    }
    Py_INCREF(self);
    (void)PyTuple_SetItem(tuple, 0, self);
    for (Py_ssize_t i = 0; i < count; i++) {
        Py_INCREF(given[i]);
        (void)PyTuple_SetItem(tuple, i + 1, given[i]);
    }
    return tuple;
}

static PyObject *keywords(PyObject *const *given, PyObject *names) {
    PyObject *dict = PyDict_New();
    for (Py_ssize_t i = 0; dict != NULL && i < PyTuple_Size(names); i++) {
        if (PyDict_SetItem(dict, PyTuple_GetItem(names, i), given[i]) != 0) {
            Py_CLEAR(dict);
        }
    }
    return dict;
}

PyObject *psab_py_call_python(PyObject *callable, PyObject *self, PyObject *const *given, Py_ssize_t count,
                              PyObject *names) {
    PyObject *arguments = positional(self, given, count);
    PyObject *named = arguments != NULL && names != NULL ? keywords(given + count, names) : NULL;
    bool ready = arguments != NULL && (names == NULL || named != NULL);
    PyObject *result = ready ? PyObject_Call(callable, arguments, named) : NULL;
    Py_XDECREF(arguments);
    Py_XDECREF(named);
    return result;
}

static psab_py_method_t *find(const char *owner, const char *name) {
    psab_py_method_t *method = psab_py_methods;
    while (method->name != NULL && (strcmp(method->owner, owner) != 0 || strcmp(method->name, name) != 0)) {
        method++;
    }
    return method->name != NULL ? method : NULL;
}

static PyTypeObject *type_of(const psab_py_method_t *method) {
    if (strcmp(method->owner, "core") == 0) {
        return psab_py_core_type;
    }
    return strcmp(method->owner, "key") == 0 ? psab_py_key_type : psab_py_operation_type;
}

/* compiled(owner, name, python, doc): a method descriptor. It lives as long as the process. */
static PyObject *compiled(PyObject *self, PyObject *arguments) {
    (void)self;
    const char *owner;
    const char *name;
    PyObject *python;
    PyObject *doc;
    if (!PyArg_ParseTuple(arguments, "ssOU", &owner, &name, &python, &doc)) {
        return NULL;
    }
    psab_py_method_t *method = find(owner, name);
    const char *text = PyUnicode_AsUTF8AndSize(doc, NULL);
    if (method == NULL || text == NULL) {
        return method != NULL ? NULL : PyErr_Format(PyExc_LookupError, "%s.%s is not compiled", owner, name);
    }
    PyMethodDef *definition = PyMem_Malloc(sizeof *definition);
    if (definition == NULL) {
        return PyErr_NoMemory();
    }
    *definition = (PyMethodDef){method->name, method->wrapper, METH_FASTCALL | METH_KEYWORDS, text};
    Py_INCREF(doc);
    Py_INCREF(python);
    Py_XDECREF(method->python);
    method->python = python;
    return PyDescr_NewMethod(type_of(method), definition);
}

/* compiled_names(owner): what there is for it. */
static PyObject *compiled_names(PyObject *self, PyObject *owner) {
    (void)self;
    const char *wanted = PyUnicode_AsUTF8AndSize(owner, NULL);
    PyObject *names = wanted != NULL ? PyList_New(0) : NULL;
    for (const psab_py_method_t *method = psab_py_methods; names != NULL && method->name != NULL; method++) {
        if (strcmp(method->owner, wanted) == 0) {
            PyObject *name = PyUnicode_FromString(method->name);
            if (name == NULL || PyList_Append(names, name) != 0) {
                Py_CLEAR(names);
            }
            Py_XDECREF(name);
        }
    }
    return names;
}

static void keep(PyObject **place, PyObject *object) {
    Py_INCREF(object);
    Py_XDECREF(*place);
    *place = object;
}

/* raise_with(check, raised) */
static PyObject *raise_with(PyObject *self, PyObject *arguments) {
    (void)self;
    PyObject *function;
    PyObject *dict;
    if (!PyArg_ParseTuple(arguments, "OO!", &function, &PyDict_Type, &dict)) {
        return NULL;
    }
    keep(&check, function);
    keep(&raised, dict);
    Py_RETURN_NONE;
}

/* recognise(class): the class Core or Key. */
static PyObject *recognise(PyObject *self, PyObject *class) {
    (void)self;
    if (!PyType_Check(class)) {
        return PyErr_Format(PyExc_TypeError, "recognise takes a class");
    }
    bool key = PyType_IsSubtype((PyTypeObject *)class, psab_py_key_type) != 0;
    PyTypeObject **place = key ? &psab_py_key_class : &psab_py_core_class;
    Py_INCREF(class);
    Py_XDECREF((PyObject *)*place);
    *place = (PyTypeObject *)class;
    Py_RETURN_NONE;
}

/* report_unraisable(error, where): what the interpreter does with an exception that nobody can catch. */
static PyObject *report_unraisable(PyObject *self, PyObject *arguments) {
    (void)self;
    PyObject *error;
    PyObject *where;
    if (!PyArg_ParseTuple(arguments, "OU", &error, &where)) {
        return NULL;
    }
    if (!PyExceptionInstance_Check(error)) {
        return PyErr_Format(PyExc_TypeError, "report_unraisable takes an exception");
    }
    Py_INCREF((PyObject *)Py_TYPE(error));
    Py_INCREF(error);
    PyErr_Restore((PyObject *)Py_TYPE(error), error, PyException_GetTraceback(error));
    PyErr_WriteUnraisable(where);
    Py_RETURN_NONE;
}

static PyMethodDef functions[] = {
    {"compiled", compiled, METH_VARARGS, "compiled($module, owner, name, python, doc, /)\n--\n\nA compiled method."},
    {"compiled_names", compiled_names, METH_O, "compiled_names($module, owner, /)\n--\n\nNames of compiled methods."},
    {"raise_with", raise_with, METH_VARARGS, "raise_with($module, check, raised, /)\n--\n\nHow errors are raised."},
    {"report_unraisable", report_unraisable, METH_VARARGS,
     "report_unraisable($module, error, where, /)\n--\n\nReport an exception that nobody can catch."},
    {"recognise", recognise, METH_O, "recognise($module, class, /)\n--\n\nWhich class is Core, or Key."},
    {NULL, NULL, 0, NULL},
};

static int add_functions(PyObject *module, PyMethodDef *definitions) {
    int failed = 0;
    for (PyMethodDef *definition = definitions; failed == 0 && definition->ml_name != NULL; definition++) {
        PyObject *function = PyCFunction_NewEx(definition, NULL, NULL);
        failed = function != NULL ? PyObject_SetAttrString(module, definition->ml_name, function) : -1;
        Py_XDECREF(function);
    }
    return failed;
}

int psab_python_install(void) {
    PyGILState_STATE state = PyGILState_Ensure();
    PyObject *module = PyImport_AddModule("psa_bridge._core");
    int failed = module != NULL ? psab_py_types_add(module) : -1;
    failed = failed != 0 ? failed : add_functions(module, functions);
    failed = failed != 0 ? failed : add_functions(module, psab_py_batches);
    if (failed != 0) {
        PyErr_Print();
    }
    PyGILState_Release(state);
    return failed;
}
