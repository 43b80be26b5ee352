"""python_calls.c: compiled Python methods, from the prototypes of the standard header and the rows of the table.

A wrapper reads the arguments, calls ``psab_X`` and gives its result; see csrc/python/call.h and batch.h.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from psa_bridge.gen.api import Function
from psa_bridge.gen.ctext import banner, call, string
from psa_bridge.spec.fast_calls import FAST_CALLS, FastCall

_OPERATION = re.compile(r"psa_(\w+)_operation_t \*\w+")
_SCALARS = {"psa_key_derivation_step_t": ("step", 16), "psa_pake_step_t": ("step", 8), "uint64_t": ("value", 64)}
"""Numbers by type: the part that they are, and how many bits they have."""


@dataclass(frozen=True)
class Shape:
    """What a prototype consists of, in its order: ``key``, ``alg``, ``in``, numbers; then ``out``, ``fill`` or nothing.

    Attributes:
        parts: the inputs; a number is its name and its bits, such as ``step:8``.
        operation: the family of the operation that comes first, or nothing.
        result: ``out`` (buffer, size, length), ``fill`` (buffer, size) or nothing.
    """

    parts: tuple[str, ...]
    operation: str = ""
    result: str = ""


def shape(function: Function) -> Shape:
    """The shape of a function; ``ValueError`` if a wrapper could not call it."""
    parts: list[str] = []
    operation = result = ""
    left = list(function.parameters)
    while left:
        head, ahead = left.pop(0), " ".join(left[:2])
        match = _OPERATION.fullmatch(head)
        if match and not parts:
            operation = match.group(1)
        elif head.startswith("psa_key_id_t "):
            parts.append("key")
        elif head.startswith("psa_algorithm_t "):
            parts.append("alg")
        elif head.startswith("const uint8_t *") and ahead.startswith("size_t "):
            parts.append("in")
            left = left[1:]
        elif head.rpartition(" ")[0] in _SCALARS:
            parts.append("{}:{}".format(*_SCALARS[head.rpartition(" ")[0]]))
        elif head.startswith("uint8_t *") and re.fullmatch(r"size_t \w+ size_t \*\w+", ahead) and len(left) == 2:
            result, left = "out", []
        elif head.startswith("uint8_t *") and re.fullmatch(r"size_t \w+", ahead):
            result, left = "fill", []
        else:
            raise ValueError(f"psa_{function.name}: no wrapper can pass {head}")
    return Shape(tuple(parts), operation, result)


def _c_name(part: str) -> str:
    """A part as an argument."""
    name, _, bits = part.partition(":")
    return f"(uint{bits}_t){name}" if bits else name


def _passed(core: str, form: Shape, inputs: str, output: str) -> list[str]:
    """The arguments of the function in C; ``inputs`` and ``output`` are the texts of a buffer and its length."""
    texts = [core]
    if form.operation:
        texts.append("call.operation->operation")
    position = 0
    for part in form.parts:
        texts.append(inputs.replace("#", str(position)) if part == "in" else _c_name(part))
        position += part == "in"
    return [*texts, *([output] if form.result else [])]


def _room(row: FastCall, form: Shape) -> list[str]:
    """Conditions that make room for the output."""
    if form.result == "fill":
        return ["psab_py_room(&call, amount)"]
    if form.result != "out":
        return []
    length = f"call.in[{form.parts.count('in') - 1}].length" if "in" in form.parts else "0"
    exact = call(f"{row.name}_size", ["call.core", _key(form), _alg(form), length], "", indent=0)
    return [f"(psab_py_small(&call, {row.name}_bound({_alg(form)}, {length})) || psab_py_room(&call, {exact}))"]


def _key(form: Shape) -> str:
    return "key" if "key" in form.parts else "0"


def _alg(form: Shape) -> str:
    return "alg" if "alg" in form.parts else "0"


def _size(row: FastCall) -> str:
    """The functions that know the size of an output: the most it has; what it has; and the same by the key."""
    unused = "    (void)alg;\n    (void)length;\n"
    values = "uint32_t alg, size_t length"
    return f"""static inline size_t {row.name}_bound({values}) {{
{unused}    return {row.bound};
}}

static inline size_t {row.name}_with(psa_key_attributes_t attributes, {values}) {{
    (void)attributes;
{unused}    return {row.size or row.bound};
}}

static size_t {row.name}_size(psab_core_t *core, uint32_t key, {values}) {{
    return {row.name}_with(psab_py_attributes(core, key), alg, length);
}}
"""


def _reads(form: Shape, first: int) -> list[str]:
    """Conditions that read the arguments, from position ``first`` of the prototype's parts."""
    readers = {
        "key": "psab_py_key(&call, given[{}], &key)",
        "alg": "psab_py_number(given[{}], &alg)",
        "in": "psab_py_input(&call, given[{}])",
    }
    found = []
    for position, part in enumerate(form.parts[first:]):
        name, _, bits = part.partition(":")
        number = f"psab_py_number(given[{{}}], &{name})"
        number += f" && {name} <= UINT{bits}_MAX" if bits in {"8", "16"} else ""
        found.append((number if bits else readers[part]).format(position))
    return found


def _amount(row: FastCall) -> list[str]:
    """Conditions that read how much output is wanted."""
    most = f" && amount <= {row.most}u" if row.most else ""
    return [f"psab_py_amount(given[0], &amount){most}"]


def _declared(form: Shape) -> str:
    numbers = [part.partition(":")[0] for part in form.parts if part != "in"]
    text = "".join(f"    uint32_t {name} = 0;\n" for name in numbers)
    return text + ("    size_t amount = 0;\n" if form.result == "fill" else "")


def _wrapper(row: FastCall, form: Shape, owner: str, position: int) -> str:
    """One compiled method."""
    on_key = owner == "key"
    begin = {"core": "psab_py_on_core(&call, self)", "key": "psab_py_on_key(&call, self, &key)"}
    reads = _reads(form, int(on_key)) + (_amount(row) if form.result == "fill" else [])
    counted = f"psab_py_counted(&call, {len(reads)}, given, count, names)"
    if form.result == "fill":  # with out= the size comes from there: that goes the long way
        counted = f"count == {len(reads)} && names == NULL"
    ready = [counted]
    ready += [begin.get(owner, "psab_py_on_operation(&call, self)"), *reads, *_room(row, form)]
    condition = " &&\n          ".join(ready)
    output = "call.target, call.size" + (", &call.length" if form.result == "out" else "")
    arguments = _passed("call.core", form, "call.in[#].data, call.in[#].length", output)
    flags = f"{str(bool(form.result)).lower()}, {str(row.secret).lower()}"
    fill = "    call.length = call.size;\n" if form.result == "fill" else ""
    return f"""
static PyObject *{owner}_{row.name}(PyObject *self, PyObject *const *given, Py_ssize_t count, PyObject *names) {{
    psab_py_call_t call;
{_declared(form)}    psab_py_blank(&call, &psab_py_methods[{position}], {flags});
    if (!({condition})) {{
        return psab_py_instead(&call, self, given, count, names);
    }}
    psab_py_leave(&call, {row.keep}u);
{call(f"psa_status_t status = psab_{row.name}", arguments, ";")}
{fill}    return psab_py_finish(&call, status);
}}
"""


def _batch(row: FastCall, form: Shape) -> str:
    """One batch function."""
    readers, position = [], 2
    for part in form.parts:
        if part == "in":
            readers.append(f"psab_py_batch_input(&batch, given[{position}], given[{position + 1}])")
            position += 2
        elif part == "key":
            readers.append("psab_py_batch_number(given[2], &key)")
            position += 1
        else:
            readers.append(f"psab_py_batch_number(given[{position}], &alg)")
            position += 1
    if form.result:
        readers.append(f"psab_py_batch_outputs(&batch, given[{position}])")
        position += 1
    else:
        readers.append("psab_py_batch_verdicts(&batch)")
    ready = [f"psab_py_batch_counted(count, {position})", "psab_py_batch_begin(&batch, given[0], given[1])", *readers]
    condition = " &&\n                 ".join(ready)
    inputs = "batch.in[#][i].data, batch.in[#][i].length"
    arguments = _passed("batch.core", form, inputs, "psab_py_batch_target(&batch), psab_py_batch_size(&batch), &length")
    status = f"psab_{row.name}"
    rooms = note = ""
    if form.result:
        exact = f"{row.name}_with(attributes, {_alg(form)}, size)"
        rooms = f"""
    psa_key_attributes_t attributes = psab_py_attributes(batch.core, {_key(form)});
    for (size_t i = 0, size, known = SIZE_MAX, room = 0; ready && batch.out == NULL && i < batch.count; i++) {{
        size = psab_py_batch_length(&batch, i);
        room = size == known ? room : {exact};
        known = size;
        ready = psab_py_batch_room(&batch, i, room);
    }}"""
        note = "        psab_py_batch_wrote(&batch, length);\n"
        length = "        size_t length = 0;\n"
    else:
        length = ""
        note = "        status = psab_py_batch_found(&batch, status);\n"
    declared = _declared(form)
    return f"""
static PyObject *batch_{row.name}(PyObject *self, PyObject *const *given, Py_ssize_t count) {{
    (void)self;
    psab_py_batch_t batch;
{declared}    memset(&batch, 0, sizeof batch);
    batch.secret = {str(row.secret).lower()};
    bool ready = {condition};{rooms}
    if (!ready) {{
        return psab_py_batch_drop(&batch);
    }}
    psab_py_batch_leave(&batch);
    psa_status_t status = PSA_SUCCESS;
    for (size_t i = 0; i < batch.count; i++) {{
        batch.index = i;
{length}{call(f"status = {status}", arguments, ";", indent=8)}
{note}        if (status != PSA_SUCCESS) {{
            break;
        }}
    }}
    return psab_py_batch_finish(&batch, status);
}}
"""


def owners(form: Shape) -> tuple[str, ...]:
    """Whose methods the compiled ones are: the core's and a key's, or an operation's."""
    if form.operation:
        return (form.operation,)
    return ("core", "key") if form.parts[:1] == ("key",) else ("core",)


def _method_name(row: FastCall, owner: str) -> str:
    return row.name if owner in {"core", "key"} else row.name.removeprefix(f"{owner}_")


def _cast(function: str) -> str:
    """The interpreter calls a function by the flags beside it, whatever type it is kept under."""
    return f"(PyCFunction)(void (*)(void)){function}"


def emit(api: Sequence[Function], calls: Sequence[FastCall] = FAST_CALLS) -> str:
    """The file; ``api`` is what :func:`psa_bridge.gen.api.functions` finds."""
    by_name: Mapping[str, Function] = {function.name: function for function in api}
    wrappers: list[str] = []
    entries: list[str] = []
    batches: list[str] = []
    sizes: list[str] = []
    for number, row in enumerate(calls):
        form = shape(by_name[row.name])
        if form.result == "out":
            sizes.append(_size(row))
        for owner in owners(form):
            wrappers.append(_wrapper(row, form, owner, len(entries)))
            texts = f"{string(owner)}, {string(_method_name(row, owner))}, {string('psa_' + row.name)}"
            entries.append(f"    {{{texts}, {_cast(f'{owner}_{row.name}')}, {number}, NULL}},\n")
        if row.batch:
            wrappers.append(_batch(row, form))
            label = string(f"batch_{row.name}")
            batches.append(f"    {{{label}, {_cast(f'batch_{row.name}')}, METH_FASTCALL, NULL}},\n")
    head = banner("Compiled Python methods.") + '#include "python/batch.h"\n\n'
    guard = f'_Static_assert({len(calls)} <= PSAB_PY_FUNCTIONS, "the tables of a core have no room");\n\n'
    methods = (
        f"\npsab_py_method_t psab_py_methods[] = {{\n{''.join(entries)}    {{NULL, NULL, NULL, NULL, 0, NULL}},\n}};\n"
    )
    listed = f"\nPyMethodDef psab_py_batches[] = {{\n{''.join(batches)}    {{NULL, NULL, 0, NULL}},\n}};\n"
    return head + guard + "\n".join(sizes) + "".join(wrappers) + methods + listed
