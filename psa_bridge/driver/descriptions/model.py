"""The model of a driver description: what a description says, checked, resolved and immutable.

Everything that has a place in the file keeps it (``place``), so that a later step, such as
the compilation of the glue, can point at the JSON that caused a problem.  All texts that may
reach C (identifiers, expressions, header paths, conditions) have passed the safe grammars of
:mod:`psa_bridge.driver.descriptions.expressions`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from psa_bridge.driver.descriptions.conditions import Condition
from psa_bridge.driver.descriptions.jsontext import Node
from psa_bridge.driver.findings import Finding, Place
from psa_bridge.spec.entry_points import BY_NAME, ENTRY_POINTS, OPAQUE

PSA = "psa"
MBEDTLS = "mbedtls"
DIALECTS = (PSA, MBEDTLS)

VENDOR_ALGORITHM = 0x80000000
"""The bit that algorithms of vendors have."""

_NOWHERE = Place()


@dataclass(frozen=True)
class Constant:
    """A number: given as such, or as a C constant expression that only a compiler can evaluate.

    ``text`` is what to write in C; ``value`` is None where the expression uses identifiers.
    """

    text: str
    value: int | None = None
    place: Place = field(default=_NOWHERE, compare=False, repr=False)

    @property
    def resolved(self) -> bool:
        """Whether the value is known without a compiler."""
        return self.value is not None


ZERO = Constant("0", 0)


@dataclass(frozen=True)
class AlgorithmSpec:
    """An algorithm specification. ``text`` is C; ``wildcard`` tells a policy wildcard from one algorithm.

    ``value`` is None where the text uses macros of the driver's headers, which only a compiler can evaluate.
    """

    text: str
    value: int | None
    wildcard: bool = False
    place: Place = field(default=_NOWHERE, compare=False, repr=False)

    @property
    def of_vendor(self) -> bool:
        """Whether it is, or may be, an algorithm of which the Crypto API knows nothing."""
        return self.value is None or self.value >= VENDOR_ALGORITHM


@dataclass(frozen=True)
class KeyTypeSpec:
    """A key type specification: matches a type t where ``(t & mask) == value``.

    ``text`` is the specification as written, ``value_text`` the same as a C expression for
    the value (``_`` stands as 0 there).
    """

    text: str
    value: int
    mask: int
    value_text: str
    place: Place = field(default=_NOWHERE, compare=False, repr=False)

    @property
    def any_family(self) -> bool:
        """Whether the specification holds for every family, written ``_``."""
        return self.mask != 0xFFFF

    def matches(self, key_type: int) -> bool:
        """Whether a key type is covered."""
        return (key_type & self.mask) == self.value


@dataclass(frozen=True)
class Header:
    """A header to include, as written in the description."""

    path: str
    place: Place = field(default=_NOWHERE, compare=False, repr=False)


@dataclass(frozen=True)
class Name:
    """One entry of ``names``: ``key`` is the row's name or the context type (``..._t``)."""

    key: str
    identifier: str
    place: Place = field(default=_NOWHERE, compare=False, repr=False)


@dataclass(frozen=True)
class EntryPointUse:
    """An entry point of a capability: the row, and the spelling that gives the default C name.

    ``certain`` is false for an optional member of a family that was named as a whole: it is
    used if the driver turns out to have it.
    """

    name: str
    spelling: str
    certain: bool = True
    place: Place = field(default=_NOWHERE, compare=False, repr=False)


@dataclass(frozen=True)
class Capability:
    """One capability. Lists that are None match everything applicable.

    For a capability of cooked key derivation, ``key_types`` and ``key_sizes`` hold
    ``derived_types`` and ``derived_sizes``, as the core matches them.
    ``fallback`` is the value in force; ``fallback_written`` what the description says.
    """

    index: int
    prefix: str
    driver_type: str
    uses: tuple[EntryPointUse, ...]
    given_names: tuple[Name, ...] = ()
    algorithms: tuple[AlgorithmSpec, ...] | None = None
    key_types: tuple[KeyTypeSpec, ...] | None = None
    key_sizes: tuple[Constant, ...] | None = None
    fallback: bool = False
    fallback_written: bool | None = None
    memory: bool = False
    initial_entropy_size: Constant | None = None
    reseed_entropy_size: Constant | None = None
    condition: Condition | None = None
    families: tuple[str, ...] = ()
    place: Place = field(default=_NOWHERE, compare=False, repr=False)

    @property
    def entry_points(self) -> tuple[str, ...]:
        """Names of the rows that the driver must have, in table order."""
        return tuple(use.name for use in self.uses if use.certain)

    @property
    def optional_entry_points(self) -> tuple[str, ...]:
        """Optional members of families named as a whole: to be used where the driver defines them."""
        return tuple(use.name for use in self.uses if not use.certain)

    @property
    def contexts(self) -> tuple[str, ...]:
        """Kinds of operation contexts that the entry points use, in the table's order.

        The memory object of cooked derivation counts only where the capability asks for one.
        """
        kinds = (BY_NAME[use.name].context for use in self.uses if self.memory or not is_cooked(use.name))
        return tuple(dict.fromkeys(kind for kind in kinds if kind))

    def functions(self, dialect: str) -> dict[str, str]:
        """The C function of every entry point, optional ones included, in table order."""
        given = {name.key: name.identifier for name in self.given_names}
        return {use.name: given.get(use.name) or self._default(use.spelling, dialect) for use in self.uses}

    def types(self, dialect: str) -> dict[str, str]:
        """The C type of every operation context in :attr:`contexts`."""
        given = {name.key: name.identifier for name in self.given_names}
        return {kind: given.get(f"{kind}_t") or self._default(f"{kind}_t", dialect) for kind in self.contexts}

    def place_of(self, entry_point: str) -> Place:
        """Where the entry point is listed, or the family that brings it."""
        return next((use.place for use in self.uses if use.name == entry_point), self.place)

    def _default(self, spelling: str, dialect: str) -> str:
        return default_name(self.prefix, self.driver_type, spelling, dialect)


@dataclass(frozen=True)
class KeyContext:
    """Sizes of an opaque driver's key contexts, in bytes.

    ``implied`` is true where the description has no ``key_context`` and the dialect puts a
    function of the driver in its place.
    """

    base_size: Constant = ZERO
    key_pair_size: Constant = ZERO
    public_key_size: Constant = ZERO
    symmetric_factor: Constant = ZERO
    store_public_key: bool = False
    size_function: str | None = None
    builtin_key_size: Constant | None = None
    implied: bool = False
    place: Place = field(default=_NOWHERE, compare=False, repr=False)


@dataclass(frozen=True)
class Description:
    """One driver description.

    ``dialect`` is the dialect in force: the one the caller asked for, else the one that the
    description declares, else None: to be found out from headers and symbols.
    ``findings`` holds the warnings and notes of reading it.
    """

    file: str
    prefix: str
    driver_type: str
    headers: tuple[Header, ...] = ()
    capabilities: tuple[Capability, ...] = ()
    key_context: KeyContext | None = None
    location: Constant | None = None
    persistent_state_size: Constant | None = None
    condition: Condition | None = None
    dialect: str | None = None
    declared_dialect: str | None = None
    extensions: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = field(default=(), compare=False, repr=False)
    place: Place = field(default=_NOWHERE, compare=False, repr=False)
    document: Node | None = field(default=None, compare=False, repr=False)

    @property
    def opaque(self) -> bool:
        """Whether the driver serves keys at a location of its own."""
        return self.driver_type == OPAQUE

    @property
    def name(self) -> str:
        """How messages call this driver."""
        return f"{self.prefix} ({self.driver_type})"

    def names(self, dialect: str | None = None) -> tuple[Mapping[str, str], ...]:
        """Per capability, the C name of every entry point and of every context type (keys end in ``_t``).

        Without ``dialect`` the one in force applies, or the written interface where none is.
        """
        chosen = dialect or self.dialect or PSA
        return tuple(
            {
                **capability.functions(chosen),
                **{f"{kind}_t": name for kind, name in capability.types(chosen).items()},
            }
            for capability in self.capabilities
        )


def default_name(prefix: str, driver_type: str, spelling: str, dialect: str) -> str:
    """The C name that a dialect gives to an entry point or a type without an entry in ``names``."""
    if dialect not in DIALECTS:
        raise ValueError(f"unknown dialect {dialect!r}")
    return f"{prefix}_{spelling}" if dialect == PSA else f"{prefix}_{driver_type}_{spelling}"


def is_cooked(entry_point: str) -> bool:
    """Whether an entry point is matched by the derived key, not by algorithm and key."""
    return "derived" in BY_NAME[entry_point].matches


ROW_NAMES: tuple[str, ...] = tuple(row.name for row in ENTRY_POINTS)


def headers_once(descriptions: Sequence[Description]) -> list[tuple[Header, ...]]:
    """The headers of each description without those that an earlier one has included for it.

    Headers of one driver that have no guards are shared by its descriptions all the same.
    """
    included: set[tuple[str, str]] = set()
    result = []
    for description in descriptions:
        condition = description.condition.text if description.condition else ""
        kept = []
        for header in description.headers:
            if not included & {(header.path, ""), (header.path, condition)}:
                kept.append(header)
                included.add((header.path, condition))
        result.append(tuple(kept))
    return result
