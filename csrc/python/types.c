#include "python/types.h"

#include <stddef.h>
#include <structmember.h>

PyTypeObject *psab_py_core_type;
PyTypeObject *psab_py_key_type;
PyTypeObject *psab_py_operation_type;

/* Take what a pointer points to out of the way before it is released: its release may run Python. */
static void replace(PyObject **place, PyObject *object) {
    PyObject *old = *place;
    Py_XINCREF(object);
    *place = object;
    Py_XDECREF(old);
}

static void end(PyObject *self) {
    PyTypeObject *type = Py_TYPE(self);
    freefunc release = (freefunc)PyType_GetSlot(type, Py_tp_free);
    release(self);
    Py_DECREF(type);
}

static int core_traverse(PyObject *self, visitproc visit, void *arg) {
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(((psab_py_core_t *)self)->owner);
    return 0;
}

static int core_clear(PyObject *self) {
    ((psab_py_core_t *)self)->core = NULL;
    replace(&((psab_py_core_t *)self)->owner, NULL);
    return 0;
}

static void core_dealloc(PyObject *self) {
    PyObject_GC_UnTrack(self);
    (void)core_clear(self);
    end(self);
}

static int key_traverse(PyObject *self, visitproc visit, void *arg) {
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(((psab_py_key_t *)self)->core);
    Py_VISIT(((psab_py_key_t *)self)->id);
    return 0;
}

static int key_clear(PyObject *self) {
    replace(&((psab_py_key_t *)self)->core, NULL);
    replace(&((psab_py_key_t *)self)->id, NULL);
    return 0;
}

static void key_dealloc(PyObject *self) {
    PyObject_GC_UnTrack(self);
    (void)key_clear(self);
    end(self);
}

static int operation_traverse(PyObject *self, visitproc visit, void *arg) {
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(((psab_py_operation_t *)self)->core);
    Py_VISIT(((psab_py_operation_t *)self)->owner);
    return 0;
}

static int operation_clear(PyObject *self) {
    ((psab_py_operation_t *)self)->operation = NULL;
    replace(&((psab_py_operation_t *)self)->core, NULL);
    replace(&((psab_py_operation_t *)self)->owner, NULL);
    return 0;
}

static void operation_dealloc(PyObject *self) {
    PyObject_GC_UnTrack(self);
    (void)operation_clear(self);
    end(self);
}

static PyObject *core_attach(PyObject *self, PyObject *arguments) {
    PyObject *owner;
    unsigned long long address;
    if (!PyArg_ParseTuple(arguments, "OK", &owner, &address)) {
        return NULL;
    }
    ((psab_py_core_t *)self)->core = (psab_core_t *)(uintptr_t)address;
    replace(&((psab_py_core_t *)self)->owner, owner == Py_None ? NULL : owner);
    Py_RETURN_NONE;
}

static PyObject *operation_attach(PyObject *self, PyObject *arguments) {
    psab_py_operation_t *operation = (psab_py_operation_t *)self;
    PyObject *core;
    PyObject *owner;
    unsigned long long address;
    if (!PyArg_ParseTuple(arguments, "O!OK", psab_py_core_type, &core, &owner, &address)) {
        return NULL;
    }
    operation->operation = (void *)(uintptr_t)address;
    replace(&operation->core, core);
    replace(&operation->owner, owner);
    Py_RETURN_NONE;
}

static PyMemberDef core_members[] = {
    {"_instance", T_OBJECT, offsetof(psab_py_core_t, owner), READONLY, NULL},
    {"_gives_way", T_BOOL, offsetof(psab_py_core_t, gives_way), 0, NULL},
    {NULL, 0, 0, 0, NULL},
};

static PyMethodDef core_methods[] = {
    {"_attach", core_attach, METH_VARARGS, "_attach($self, owner, address, /)\n--\n\nThe instance to work on."},
    {NULL, NULL, 0, NULL},
};

static PyMemberDef key_members[] = {
    {"core", T_OBJECT_EX, offsetof(psab_py_key_t, core), 0, "the core that has the key"},
    {"id", T_OBJECT_EX, offsetof(psab_py_key_t, id), 0, "its identifier there"},
    {NULL, 0, 0, 0, NULL},
};

static PyMemberDef operation_members[] = {
    {"_core", T_OBJECT_EX, offsetof(psab_py_operation_t, core), READONLY, NULL},
    {"_operation", T_OBJECT_EX, offsetof(psab_py_operation_t, owner), READONLY, NULL},
    {"_given", T_PYSSIZET, offsetof(psab_py_operation_t, given), 0, NULL},
    {NULL, 0, 0, 0, NULL},
};

static PyMethodDef operation_methods[] = {
    {"_attach", operation_attach, METH_VARARGS,
     "_attach($self, core, owner, address, /)\n--\n\nThe structure to work on."},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot core_slots[] = {
    {Py_tp_traverse, (void *)core_traverse}, {Py_tp_clear, (void *)core_clear},
    {Py_tp_dealloc, (void *)core_dealloc},   {Py_tp_members, (void *)core_members},
    {Py_tp_methods, (void *)core_methods},   {0, NULL},
};

static PyType_Slot key_slots[] = {
    {Py_tp_traverse, (void *)key_traverse},
    {Py_tp_clear, (void *)key_clear},
    {Py_tp_dealloc, (void *)key_dealloc},
    {Py_tp_members, (void *)key_members},
    {0, NULL},
};

static PyType_Slot operation_slots[] = {
    {Py_tp_traverse, (void *)operation_traverse}, {Py_tp_clear, (void *)operation_clear},
    {Py_tp_dealloc, (void *)operation_dealloc},   {Py_tp_members, (void *)operation_members},
    {Py_tp_methods, (void *)operation_methods},   {0, NULL},
};

#define FLAGS (Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC)

static PyType_Spec core_spec = {"psa_bridge._core.CoreBase", sizeof(psab_py_core_t), 0, FLAGS, core_slots};
static PyType_Spec key_spec = {"psa_bridge._core.KeyBase", sizeof(psab_py_key_t), 0, FLAGS, key_slots};
static PyType_Spec operation_spec = {"psa_bridge._core.OperationBase", sizeof(psab_py_operation_t), 0, FLAGS,
                                     operation_slots};

static int add(PyObject *module, const char *name, PyType_Spec *spec, PyTypeObject **type) {
    *type = (PyTypeObject *)PyType_FromSpec(spec);
    return *type != NULL ? PyObject_SetAttrString(module, name, (PyObject *)*type) : -1;
}

int psab_py_types_add(PyObject *module) {
    int failed = add(module, "CoreBase", &core_spec, &psab_py_core_type);
    failed = failed != 0 ? failed : add(module, "KeyBase", &key_spec, &psab_py_key_type);
    return failed != 0 ? failed : add(module, "OperationBase", &operation_spec, &psab_py_operation_type);
}
