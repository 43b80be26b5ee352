"""The closed set of roles that a parameter of a driver entry point can have.

A role says which C parameters it stands for, in the spelling of the interface (``api``)
and in the spelling of the core (``core``), whether its content is secret, and under which
tag it travels when a call is packed.  A row of the table is written as role words::

    attrs  key  alg  in:hash  out:signature

A word is ``role``, ``role:name`` or, where the interface names the length or the buffer in
an unusual way, ``role:name/length_name``.  One word is one packed value, however many C
parameters it expands to.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Tag(Enum):
    """How a value travels in a packed call; the names are those of ``psab_tag_t``."""

    ATTRIBUTES = "attributes"
    ATTRIBUTES_INOUT = "attributes_inout"
    INPUT = "input"
    OUTPUT = "output"
    FILL = "fill"
    SCALAR = "scalar"
    SCALAR_OUT = "scalar_out"
    CONTEXT = "context"
    CUSTOM = "custom"
    KDF_INPUTS = "kdf_inputs"
    PAKE_INPUTS = "pake_inputs"


@dataclass(frozen=True)
class Parameter:
    """One C parameter: its type for a driver, its type for the core, its name."""

    api_type: str
    core_type: str
    name: str


@dataclass(frozen=True)
class Role:
    """What a role word means.

    ``shape`` holds one (api type, core type, name suffix) triple per C parameter; the
    suffix is appended to the argument's name.  ``default`` names the argument where the
    word gives none.
    """

    word: str
    tag: Tag
    shape: tuple[tuple[str, str, str], ...]
    default: str
    secret: bool = False


_BYTES_IN = (("const uint8_t *", "const uint8_t *", ""), ("size_t", "size_t", "_length"))
_KEY_IN = (("const uint8_t *", "const uint8_t *", ""), ("size_t", "size_t", "_size"))
_BYTES_OUT = (
    ("uint8_t *", "uint8_t *", ""),
    ("size_t", "size_t", "_size"),
    ("size_t *", "size_t *", "_length"),
)
_FILL = (("uint8_t *", "uint8_t *", ""), ("size_t", "size_t", "_length"))


def _scalar(word: str, api_type: str, core_type: str, default: str) -> Role:
    return Role(word, Tag.SCALAR, ((api_type, core_type, ""),), default)


_ROLES = (
    Role(
        "attrs",
        Tag.ATTRIBUTES,
        (("const psa_key_attributes_t *", "const psab_attributes_t *", ""),),
        "attributes",
    ),
    Role(
        "attrs_inout",
        Tag.ATTRIBUTES_INOUT,
        (("psa_key_attributes_t *", "psab_attributes_t *", ""),),
        "attributes",
    ),
    Role("key", Tag.INPUT, _KEY_IN, "key_buffer", secret=True),
    Role("in", Tag.INPUT, _BYTES_IN, "input"),
    Role("secret_in", Tag.INPUT, _BYTES_IN, "input", secret=True),
    Role("out", Tag.OUTPUT, _BYTES_OUT, "output"),
    Role("secret_out", Tag.OUTPUT, _BYTES_OUT, "output", secret=True),
    Role("key_out", Tag.OUTPUT, _BYTES_OUT, "key_buffer", secret=True),
    Role("fill", Tag.FILL, _FILL, "output"),
    Role("secret_fill", Tag.FILL, _FILL, "output", secret=True),
    Role("op", Tag.CONTEXT, (("{context} *", "void *", ""),), "operation", secret=True),
    Role("const_op", Tag.CONTEXT, (("const {context} *", "const void *", ""),), "operation", secret=True),
    Role("custom", Tag.CUSTOM, (("const psa_custom_key_parameters_t *", "const psab_custom_t *", ""),), "custom"),
    Role(
        "kdf_inputs",
        Tag.KDF_INPUTS,
        (("const psa_crypto_driver_key_derivation_inputs_t *", "const psab_kdf_inputs_t *", ""),),
        "inputs",
        secret=True,
    ),
    Role(
        "pake_inputs",
        Tag.PAKE_INPUTS,
        (("const psa_crypto_driver_pake_inputs_t *", "const psab_pake_inputs_t *", ""),),
        "inputs",
        secret=True,
    ),
    _scalar("alg", "psa_algorithm_t", "uint32_t", "alg"),
    _scalar("size", "size_t", "size_t", "size"),
    _scalar("step", "psa_key_derivation_step_t", "uint16_t", "step"),
    _scalar("pake_step", "psa_crypto_driver_pake_step_t", "uint32_t", "step"),
    _scalar("slot", "psa_drv_slot_number_t", "uint64_t", "slot_number"),
    _scalar("entropy_flags", "psa_driver_get_entropy_flags_t", "uint32_t", "flags"),
    Role("inout_size", Tag.SCALAR_OUT, (("size_t *", "size_t *", ""),), "bits"),
    Role("out_size", Tag.SCALAR_OUT, (("size_t *", "size_t *", ""),), "estimate_bits"),
)

ROLES: dict[str, Role] = {role.word: role for role in _ROLES}


@dataclass(frozen=True)
class Argument:
    """One role word of a row: a role with its name, and its C parameters."""

    role: Role
    name: str
    length_name: str | None = None
    context: str | None = None

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """The C parameters, in order."""
        result = []
        for api_type, core_type, suffix in self.role.shape:
            name = self.name + suffix
            if suffix and self.length_name and suffix == self.role.shape[-1][2]:
                name = self.length_name
            context = "{prefix}_" + f"{self.context}_t" if self.context else "void"
            result.append(Parameter(api_type.replace("{context}", context), core_type, name))
        return tuple(result)


def parse(words: str, context: str | None = None) -> tuple[Argument, ...]:
    """Read the role words of a row.

    ``context`` is the name of the operation type that ``op`` stands for, without the
    driver's prefix and without ``_t``.  An unknown word raises ``ValueError``.
    """
    arguments = []
    for text in words.split():
        word, _, name = text.partition(":")
        name, _, length_name = name.partition("/")
        if word not in ROLES:
            raise ValueError(f"unknown role {word!r} in {words!r}")
        role = ROLES[word]
        bound = context if role.tag is Tag.CONTEXT else None
        arguments.append(Argument(role, name or role.default, length_name or None, bound))
    return tuple(arguments)
