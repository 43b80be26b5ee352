"""Drivers written in Python.

A driver is a class with a prefix, a type and capabilities, in the grammar of a driver
description, and one method per entry point.  A method gets the inputs of its row of the
table, in that order, as Python values, and returns the outputs::

    class Doubler(PythonDriver):
        prefix = "doubler"
        capabilities = [{"entry_points": ["..."], "algorithms": ["PSA_ALG_SHA_256"], "fallback": True}]

        def <entry point>(self, alg, data): return bytes(32)

* Key attributes come as :class:`~psa_bridge.attributes.KeyAttributes`, buffers as bytes,
  numbers as integers.  Where the size of the output matters, a keyword-only parameter
  ``<output>_size`` receives the room there is; outputs of a fixed size pass it as a number.
  The one that needs it is ``get_random(self, state, *, output_size)``, which fills all of it.
* No output: return None.  One: return it.  Several: return a tuple, in the order of the row.
* Operation contexts are Python objects: the method that sets an operation up returns one,
  the others get it as their first argument.  Cloning copies it unless there is a method.
  A random generator without ``init_random`` has no state and gets None.
* In an opaque driver that has ``allocate_key``, a keyword-only parameter with the name of the
  key context that a method makes receives what ``allocate_key`` chose for this key:
  ``generate_key(self, attributes, *, key_buffer)``.
* An exception reaches the caller of the API as it was raised.  A
  :class:`~psa_bridge.errors.PsaError` is its status, so ``NotSupported`` passes the call on
  where the capability has ``fallback``.
"""

from __future__ import annotations

import copy
import itertools
import json
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from psa_bridge import packed
from psa_bridge._native import ffi, lib
from psa_bridge.attributes import KeyAttributes
from psa_bridge.constants import Alg
from psa_bridge.driver.descriptions.description import parse_description
from psa_bridge.driver.descriptions.model import AlgorithmSpec, Capability, Constant, Description, KeyContext
from psa_bridge.errors import RAISED, BadState, NotSupported, PsaError
from psa_bridge.python_methods import Method, give_back, method_of, passed
from psa_bridge.spec.entry_points import BY_NAME, CONTEXTS, IDS, EntryPoint
from psa_bridge.spec.roles import Tag

_ENDS = frozenset({"finish", "abort", "suspend"})
"""Places after which there is no context any more."""

_INCOMPLETE = -248
"""The status of an interruptible operation that is to be called again."""


class PythonDriver:
    """Base of drivers written in Python; see the module's text.

    Attributes:
        prefix: the driver's name, the start of a C identifier.
        type: ``transparent`` or ``opaque``.
        capabilities: as in a driver description; ``names`` maps entry points to methods.
        location: of an opaque driver, 1 to 0xffffff.
        key_context: of an opaque driver, as in a driver description, with numbers only.
        persistent_state_size: of an opaque driver, bytes; 0 for none.

    >>> import hashlib
    >>> from psa_bridge import Alg, Core
    >>> class Sha(PythonDriver):
    ...     prefix = "sha"
    ...     capabilities = [{"entry_points": ["hash_compute"], "algorithms": ["PSA_ALG_SHA_256"]}]
    ...     def hash_compute(self, alg, data):
    ...         return hashlib.sha256(data).digest()
    >>> with Core(Sha) as core, core.trace() as events:
    ...     digest = core.hash_compute(Alg.SHA_256, b"abc")
    >>> events[0].driver, events[0].mechanism
    ('sha', 'PSA_ALG_SHA_256')
    """

    prefix: ClassVar[str]
    type: ClassVar[str] = "transparent"
    capabilities: ClassVar[Sequence[Mapping[str, Any]]] = ()
    location: ClassVar[int] = 0
    key_context: ClassVar[Mapping[str, Any] | None] = None
    persistent_state_size: ClassVar[int] = 0

    def describe(self) -> Description:
        """The description of this driver, checked like one that is read from a file.

        Raises:
            DescriptionError: it breaks the grammar; all findings are listed.
        """
        kind = type(self)
        if not hasattr(self, "prefix"):
            raise TypeError(f'{kind.__qualname__} has no name: write prefix = "..." into the class')
        document: dict[str, Any] = {"prefix": self.prefix, "type": self.type, "capabilities": list(self.capabilities)}
        optional = ("location", "key_context", "persistent_state_size")
        document.update({name: getattr(self, name) for name in optional if getattr(self, name)})
        return parse_description(json.dumps(document), f"<{kind.__module__}.{kind.__qualname__}>")


class Registration:
    """A driver as the core sees it.  Must live as long as the core.

    ``description`` and ``driver`` are the arguments of ``psab_core_register``.

    Raises:
        DescriptionError: the description breaks the grammar.
        TypeError: a method is missing, or has other parameters than its entry point.
    """

    def __init__(self, driver: PythonDriver) -> None:
        self._driver = driver
        self._model = driver.describe()
        self._contexts: dict[int, Any] = {}
        self._handles = itertools.count(1)
        self._methods = self._collect()
        self._packed = packed.PackedDriver(self.handle)
        self._kept: list[Any] = []
        self.driver = self._packed.pointer
        self.description = self._describe()

    # From methods to entry points

    def _collect(self) -> dict[int, Method]:
        names: dict[str, str] = {}
        missing = []
        for capability in self._model.capabilities:
            given = {name.key: name.identifier for name in capability.given_names}
            for use in capability.uses:
                name = given.get(use.name, use.name)
                if names.setdefault(use.name, name) != name:
                    raise TypeError(
                        f"{type(self._driver).__name__}: {use.name} is {names[use.name]} in one capability and {name} "
                        "in another; a driver written in Python has one method per entry point"
                    )
                if use.certain and not callable(getattr(self._driver, name, None)):
                    missing.append(name)
        if missing:
            listed = ", ".join(dict.fromkeys(missing))
            raise TypeError(f"{type(self._driver).__name__} has capabilities without a method: {listed}")
        present = {entry: name for entry, name in names.items() if callable(getattr(self._driver, name, None))}
        return {IDS[entry]: method_of(self._driver, BY_NAME[entry], name) for entry, name in present.items()}

    def _offered(self, capability: Capability) -> list[int]:
        """Entry point ids of a capability; cloning is always there, see :meth:`_clone`."""
        return [IDS[use.name] for use in capability.uses if IDS[use.name] in self._methods or self._is_clone(use.name)]

    @staticmethod
    def _is_clone(entry_point: str) -> bool:
        return BY_NAME[entry_point].role == "clone"

    # The C description

    def _keep(self, cdata: Any) -> Any:
        self._kept.append(cdata)
        return cdata

    def _text(self, text: str) -> Any:
        return self._keep(ffi.new("char[]", text.encode()))

    def _array(self, ctype: str, items: Sequence[Any] | None) -> tuple[Any, int]:
        if items is None:
            return ffi.NULL, 0
        return self._keep(ffi.new(f"{ctype}[]", list(items))), len(items)

    def _describe(self) -> Any:
        model = self._model
        rows = self._keep(ffi.new("psab_capability_t[]", max(len(model.capabilities), 1)))
        for row, capability in zip(rows, model.capabilities, strict=False):
            self._fill(row, capability)
        description = ffi.new("psab_driver_description_t *")
        description.name, description.source = self._text(model.prefix), self._text(model.file)
        description.type = lib.PSAB_DRIVER_OPAQUE if model.opaque else lib.PSAB_DRIVER_TRANSPARENT
        description.location = _value(model.location, "location")
        description.capabilities, description.capability_count = rows, len(model.capabilities)
        description.persistent_state_size = _value(model.persistent_state_size, "persistent_state_size")
        description.dialect = self._text("psa")
        if model.key_context is not None:
            _fill_key_context(description.key_context, model.key_context)
        return description

    def _fill(self, row: Any, capability: Capability) -> None:
        if capability.memory:
            raise TypeError("a driver written in Python keeps its own state: leave 'memory' out")
        ids = self._offered(capability)
        ops = self._keep(ffi.new("psab_ops_t *"))
        lib.psab_ops_select(ops, ffi.addressof(lib.psab_pack_ops), ids, len(ids))
        row.ops = ops
        algorithms = None if capability.algorithms is None else [_number(spec) for spec in capability.algorithms]
        types = None if capability.key_types is None else [(spec.value, spec.mask) for spec in capability.key_types]
        sizes = None if capability.key_sizes is None else [_value(size, "key_sizes") for size in capability.key_sizes]
        row.algorithms, row.algorithm_count = self._array("uint32_t", algorithms)
        row.key_types, row.key_type_count = self._array("psab_key_type_spec_t", types)
        row.key_sizes, row.key_size_count = self._array("uint32_t", sizes)
        row.flags = lib.PSAB_CAPABILITY_FALLBACK if capability.fallback else 0
        row.initial_entropy_size = _value(capability.initial_entropy_size, "initial_entropy_size")
        row.reseed_entropy_size = _value(capability.reseed_entropy_size, "reseed_entropy_size")
        for kind in capability.contexts:
            row.context_sizes[CONTEXTS.index(kind)] = packed.HANDLE_SIZE

    # Calls

    def handle(self, entry_point: int, values: Any, count: int) -> int:
        """Serve a packed call; the status of the exception if the method raises one."""
        row = packed.row_of(entry_point)
        # Calls that the method makes, or the collector meanwhile, are not to see what belongs to the call outside.
        earlier = RAISED.take() if RAISED else []
        try:
            inputs = packed.read(row, values, count)
            method = self._methods.get(entry_point)
            if method is None:
                self._clone(row, inputs)
            else:
                self._call(method, inputs, values)
        except BaseException as error:  # C cannot carry it: check() raises it again
            RAISED.add(self._model.prefix, row.name, error)
            return packed.status_of(error)
        finally:
            RAISED.restore(earlier)
        return 0

    def _call(self, method: Method, inputs: Sequence[Any], values: Any) -> None:
        row = method.row
        if row.role == "abort" and self._handle_of(row, inputs) not in self._contexts:
            return  # nothing was set up, or it ended already
        again = False
        try:
            result = method.function(
                *(self._argument(row, i, inputs[i]) for i in passed(row)), **self._named(method, inputs, values)
            )
        except PsaError as error:
            again = error.status == _INCOMPLETE
            raise
        finally:
            if row.role in _ENDS and not again:
                self._contexts.pop(self._handle_of(row, inputs), None)
        if method.makes_context and row.context is not None:
            made, result = (result, None) if not method.results else (result[0], result[1:])
            self._hold(row, inputs, made)
        give_back(method, values, inputs, result)

    def _argument(self, row: EntryPoint, position: int, given: Any) -> Any:
        tag = row.arguments[position].role.tag
        if tag is Tag.CONTEXT:
            return None if self._stateless(row, given) else self._context(given)
        if tag in {Tag.ATTRIBUTES, Tag.ATTRIBUTES_INOUT} and given is not None:
            return KeyAttributes.from_c(given)
        return Alg(given) if row.arguments[position].role.word == "alg" else given

    @staticmethod
    def _named(method: Method, inputs: Sequence[Any], values: Any) -> dict[str, Any]:
        """The keyword-only arguments: sizes of outputs, and what is in key contexts already."""
        sizes = {name: inputs[i] for name, i in method.named.items()}
        chosen = {name: packed.read_bytes(values[i].u.output.data, inputs[i]) for name, i in method.contexts.items()}
        return {**sizes, **chosen}

    # Operation contexts

    def _stateless(self, row: EntryPoint, context: packed.Context) -> bool:
        """Whether nobody set this context up and the driver has nothing that would."""
        makers = (one for one in self._methods.values() if one.makes_context)
        return context.handle == 0 and not any(one.row.context == row.context for one in makers)

    def _context(self, context: packed.Context) -> Any:
        if context.handle not in self._contexts:
            raise BadState("the operation has no context in this driver")
        return self._contexts[context.handle]

    @staticmethod
    def _handle_of(row: EntryPoint, inputs: Sequence[Any]) -> int:
        contexts = (inputs[i] for i, a in enumerate(row.arguments) if a.role.tag is Tag.CONTEXT)
        return next((context.handle for context in contexts), 0)

    def _hold(self, row: EntryPoint, inputs: Sequence[Any], made: Any) -> None:
        handle = next(self._handles)
        self._contexts[handle] = made
        position = next(i for i, a in enumerate(row.arguments) if a.role.word == "op")
        inputs[position].handle = handle

    def _clone(self, row: EntryPoint, inputs: Sequence[Any]) -> None:
        """Clone a context whose driver has no method for it: by its ``copy``, or the copy module."""
        source = self._context(next(i for i in inputs if isinstance(i, packed.Context)))
        own = getattr(source, "copy", None)
        try:
            made = own() if callable(own) and not isinstance(source, (dict, list, set)) else copy.deepcopy(source)
        except TypeError as error:
            raise NotSupported(f"the context of {type(self._driver).__name__} cannot be copied: {error}") from error
        self._hold(row, inputs, made)


def _number(spec: AlgorithmSpec) -> int:
    return _value(Constant(spec.text, spec.value), "an algorithm")


def _value(constant: Constant | None, name: str) -> int:
    if constant is None:
        return 0
    if constant.value is None:
        raise TypeError(f"{name} has to be a number in a driver written in Python, not {constant.text!r}")
    return constant.value


def _fill_key_context(target: Any, context: KeyContext) -> None:
    if context.size_function:
        raise TypeError("a driver written in Python gives the sizes of its key contexts as numbers, not by a function")
    for name in ("base_size", "key_pair_size", "public_key_size", "symmetric_factor"):
        setattr(target, name, _value(getattr(context, name), name))
    target.store_public_key = context.store_public_key
    target.has_builtin_key_size = context.builtin_key_size is not None
    target.builtin_key_size = _value(context.builtin_key_size, "builtin_key_size")
