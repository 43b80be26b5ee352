"""The table of driver entry points: the single source of everything that exists once per entry point.

One :class:`EntryPoint` per function that a driver can implement, one :class:`Variant` per
deviating form that drivers in the field have, one :class:`Family` per group that a
description may name as a whole.  The position of a row is its entry point id.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from psa_bridge.spec.roles import Argument, parse

TRANSPARENT = "transparent"
OPAQUE = "opaque"
_BOTH = (TRANSPARENT, OPAQUE)
_T = (TRANSPARENT,)
_O = (OPAQUE,)


@dataclass(frozen=True)
class EntryPoint:
    """One row.

    ``matches`` says what a capability is compared with: any of ``alg`` and ``key``.
    ``role`` is its place in a multi-part life: setup, step, finish, abort, clone, suspend,
    resume, or "" outside.
    ``origin`` is ``interface`` for the written text, ``analogy`` for rows by analogy with
    the API, ``mbedtls`` for what only Mbed TLS's dispatcher calls.
    """

    name: str
    words: str
    types: tuple[str, ...]
    family: str
    matches: tuple[str, ...] = ("alg", "key")
    context: str | None = None
    role: str = ""
    origin: str = "interface"
    aliases: tuple[str, ...] = ()
    returns: str = "psa_status_t"
    arguments: tuple[Argument, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "arguments", parse(self.words, self.context))


@dataclass(frozen=True)
class Variant:
    """A form of an entry point that differs from its row in parameters only.

    An argument is matched with the row's argument of the same name.  What only the row has
    is dropped by the adapter; what only the variant has is passed as null or zero.
    """

    entry_point: str
    dialect: str
    words: str
    arguments: tuple[Argument, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        context = BY_NAME[self.entry_point].context
        object.__setattr__(self, "arguments", parse(self.words, context))


@dataclass(frozen=True)
class Family:
    """A group of entry points that share one operation context.

    ``named`` families may be written in a description in place of their entry points;
    the entry points in ``optional`` need not be there.
    """

    name: str
    context: str
    entry_points: tuple[str, ...]
    optional: tuple[str, ...] = ()
    named: bool = True


def _op(context: str, family: str, types: tuple[str, ...], rows: str, origin: str = "interface") -> list[EntryPoint]:
    """Rows of one family, one per line: ``role name words...``."""
    result = []
    for line in rows.strip().splitlines():
        role, name, *words = line.split()
        result.append(
            EntryPoint(name, " ".join(words), types, family, ("alg", "key"), context, role, origin),
        )
    return result


_SINGLE = "single-part"
_KEYS = "key management"

_ROWS: list[EntryPoint] = [
    EntryPoint("hash_compute", "alg in out:hash", _T, _SINGLE, ("alg",)),
    EntryPoint("mac_compute", "attrs key alg in out:mac", _BOTH, _SINGLE),
    EntryPoint("mac_verify", "attrs key alg in in:mac", _BOTH, _SINGLE),
    EntryPoint("cipher_encrypt", "attrs key alg in:iv in out", _BOTH, _SINGLE),
    EntryPoint("cipher_decrypt", "attrs key alg in secret_out", _BOTH, _SINGLE),
    EntryPoint(
        "aead_encrypt",
        "attrs key alg in:nonce in:additional_data secret_in:plaintext out:ciphertext",
        _BOTH,
        _SINGLE,
    ),
    EntryPoint(
        "aead_decrypt",
        "attrs key alg in:nonce in:additional_data in:ciphertext secret_out:plaintext",
        _BOTH,
        _SINGLE,
    ),
    EntryPoint("asymmetric_encrypt", "attrs key alg secret_in in:salt out", _BOTH, _SINGLE),
    EntryPoint("asymmetric_decrypt", "attrs key alg in in:salt secret_out", _BOTH, _SINGLE),
    EntryPoint("sign_hash", "attrs key alg in:hash out:signature", _BOTH, _SINGLE),
    EntryPoint("verify_hash", "attrs key alg in:hash in:signature", _BOTH, _SINGLE),
    EntryPoint("sign_message", "attrs key alg in out:signature", _BOTH, _SINGLE),
    EntryPoint("verify_message", "attrs key alg in in:signature", _BOTH, _SINGLE),
    EntryPoint(
        "sign_hash_with_context", "attrs key alg in:hash in:context out:signature", _BOTH, _SINGLE, origin="analogy"
    ),
    EntryPoint(
        "verify_hash_with_context", "attrs key alg in:hash in:context in:signature", _BOTH, _SINGLE, origin="analogy"
    ),
    EntryPoint(
        "sign_message_with_context", "attrs key alg in in:context out:signature", _BOTH, _SINGLE, origin="analogy"
    ),
    EntryPoint(
        "verify_message_with_context", "attrs key alg in in:context in:signature", _BOTH, _SINGLE, origin="analogy"
    ),
    EntryPoint(
        "key_agreement",
        "alg attrs:our_attributes key:our_key_buffer/our_key_buffer_length in:peer_key secret_out:output",
        _BOTH,
        "key agreement",
    ),
    EntryPoint(
        "key_agreement_to_key",
        "alg attrs:our_attributes key:our_key_buffer/our_key_buffer_length in:peer_key "
        "attrs:shared_secret_attributes key_out:shared_secret_key_buffer",
        _O,
        "key agreement",
        aliases=("key_agreement_key",),
    ),
    EntryPoint(
        "encapsulate",
        "attrs key alg attrs:output_attributes key_out:output_key_buffer out:ciphertext",
        _BOTH,
        _SINGLE,
        origin="analogy",
    ),
    EntryPoint(
        "decapsulate",
        "attrs key alg in:ciphertext attrs:output_attributes key_out:output_key_buffer",
        _BOTH,
        _SINGLE,
        origin="analogy",
    ),
    EntryPoint(
        "wrap_key",
        "attrs:wrapping_attributes key:wrapping_key_buffer alg attrs:attributes key:key_buffer out:data",
        _BOTH,
        _SINGLE,
        origin="analogy",
    ),
    EntryPoint(
        "unwrap_key",
        "attrs:attributes attrs:wrapping_attributes key:wrapping_key_buffer alg in:data key_out inout_size:bits",
        _BOTH,
        _SINGLE,
        origin="analogy",
    ),
    *_op(
        "hash_operation",
        "hash_multipart",
        _T,
        """
        setup hash_setup op alg
        step hash_update op in
        finish hash_finish op out:hash
        abort hash_abort op
        """,
    ),
    EntryPoint(
        "hash_clone",
        "const_op:source_operation op:target_operation",
        _T,
        "hash_multipart",
        ("alg",),
        "hash_operation",
        "clone",
        "mbedtls",
    ),
    *_op(
        "hash_operation",
        "hash_multipart",
        _T,
        """
        suspend hash_suspend op out:hash_state
        resume hash_resume op alg in:hash_state
        """,
        "analogy",
    ),
    *_op(
        "mac_operation",
        "mac_multipart",
        _BOTH,
        """
        setup mac_sign_setup op attrs key alg
        step mac_update op in
        finish mac_sign_finish op out:mac
        abort mac_abort op
        """,
    ),
    *_op(
        "mac_operation",
        "mac_verify_multipart",
        _BOTH,
        """
        setup mac_verify_setup op attrs key alg
        finish mac_verify_finish op in:mac
        """,
    ),
    *_op(
        "cipher_operation",
        "cipher_encrypt_multipart",
        _BOTH,
        """
        setup cipher_encrypt_setup op attrs key alg
        step cipher_set_iv op in:iv
        step cipher_update op secret_in:input secret_out:output
        finish cipher_finish op secret_out:output
        abort cipher_abort op
        """,
    ),
    *_op("cipher_operation", "cipher_decrypt_multipart", _BOTH, "setup cipher_decrypt_setup op attrs key alg"),
    *_op(
        "aead_operation",
        "aead_encrypt_multipart",
        _BOTH,
        """
        setup aead_encrypt_setup op attrs key alg
        step aead_set_lengths op size:ad_length size:plaintext_length
        step aead_set_nonce op in:nonce
        step aead_update_ad op in
        step aead_update op secret_in:input secret_out:output
        finish aead_finish op out:ciphertext out:tag
        abort aead_abort op
        """,
    ),
    *_op(
        "aead_operation",
        "aead_decrypt_multipart",
        _BOTH,
        """
        setup aead_decrypt_setup op attrs key alg
        finish aead_verify op secret_out:plaintext in:tag
        """,
    ),
    *_op(
        "xof_operation",
        "xof_multipart",
        _T,
        """
        setup xof_setup op alg
        step xof_set_context op in:context
        step xof_update op in
        step xof_output op fill:output
        abort xof_abort op
        """,
        "analogy",
    ),
    *_op(
        "sign_operation",
        "sign_multipart",
        _BOTH,
        """
        setup sign_setup op attrs key alg
        step sign_set_context op in:context
        step sign_update op in
        finish sign_finish op out:signature
        abort sign_abort op
        """,
        "analogy",
    ),
    *_op(
        "verify_operation",
        "verify_multipart",
        _BOTH,
        """
        setup verify_setup op attrs key alg in:signature
        step verify_set_context op in:context
        step verify_update op in
        finish verify_finish op
        abort verify_abort op
        """,
        "analogy",
    ),
    *_op(
        "sign_hash_interruptible_operation",
        "sign_hash_interruptible",
        _BOTH,
        """
        setup sign_hash_start op attrs key alg in:hash
        finish sign_hash_complete op out:signature
        abort sign_hash_abort op
        """,
        "mbedtls",
    ),
    *_op(
        "verify_hash_interruptible_operation",
        "verify_hash_interruptible",
        _BOTH,
        """
        setup verify_hash_start op attrs key alg in:hash in:signature
        finish verify_hash_complete op
        abort verify_hash_abort op
        """,
        "mbedtls",
    ),
    *_op(
        "key_derivation_operation",
        "key_derivation",
        _BOTH,
        """
        setup key_derivation_setup op alg kdf_inputs
        step key_derivation_input_step op step secret_in
        step key_derivation_output_bytes op secret_fill:output
        """,
    ),
    *_op(
        "key_derivation_operation",
        "key_derivation",
        _O,
        """
        step key_derivation_output_key attrs op key_out
        step key_derivation_verify_bytes op secret_in:expected_output/output_length
        step key_derivation_verify_key op key
        step key_derivation_set_capacity op size:capacity
        """,
    ),
    *_op("key_derivation_operation", "key_derivation", _BOTH, "abort key_derivation_abort op"),
    EntryPoint("derive_key", "attrs secret_in op:memory key_out", _T, "derive_key", ("derived",), "derive_key_memory"),
    *_op(
        "pake_operation",
        "pake",
        _BOTH,
        """
        setup pake_setup op pake_inputs
        step pake_output op pake_step out
        step pake_input op pake_step in
        """,
    ),
    EntryPoint(
        "pake_get_implicit_key",
        "op secret_out",
        _BOTH,
        "pake",
        ("alg", "key"),
        "pake_operation",
        "step",
        aliases=("pake_get_shared_key",),
    ),
    *_op("pake_operation", "pake", _BOTH, "abort pake_abort op"),
    EntryPoint("import_key", "attrs secret_in:data key_out inout_size:bits", _BOTH, _KEYS),
    EntryPoint("generate_key", "attrs key_out", _BOTH, _KEYS),
    EntryPoint("generate_key_custom", "attrs custom in:custom_data key_out", _BOTH, _KEYS, origin="analogy"),
    EntryPoint("export_public_key", "attrs key out:data", _BOTH, _KEYS),
    EntryPoint("export_key", "attrs key secret_out:data", _O, _KEYS),
    EntryPoint("copy_key", "attrs key:source_key/source_key_length key_out:target_key_buffer", _O, _KEYS),
    EntryPoint("get_builtin_key", "slot attrs_inout key_out", _O, _KEYS, ()),
    EntryPoint("attach_key", "attrs_inout in:label key_out", _O, _KEYS, origin="analogy"),
    EntryPoint("allocate_key", "attrs secret_fill:key_buffer/key_buffer_size", _O, _KEYS),
    EntryPoint("destroy_key", "attrs key", _O, _KEYS),
    EntryPoint(
        "get_entropy", "entropy_flags out_size:estimate_bits secret_fill:output/output_size", _BOTH, "entropy", ()
    ),
    EntryPoint("init_random", "op:context", _T, "random", (), "random_context", "setup"),
    EntryPoint("add_entropy", "op:context secret_in:entropy/entropy_size", _T, "random", (), "random_context", "step"),
    EntryPoint("get_random", "op:context secret_out:output", _T, "random", (), "random_context", "step"),
    EntryPoint("init", "", _BOTH, "init", ()),
    EntryPoint("free", "", _BOTH, "init", (), origin="mbedtls", returns="void"),
]

ENTRY_POINTS: tuple[EntryPoint, ...] = tuple(_ROWS)
BY_NAME: dict[str, EntryPoint] = {row.name: row for row in ENTRY_POINTS}
IDS: dict[str, int] = {row.name: position for position, row in enumerate(ENTRY_POINTS)}

_FAMILY_TABLE = """
hash_multipart             hash_setup hash_update hash_finish hash_abort hash_clone? hash_suspend? hash_resume?
mac_multipart              mac_sign_setup mac_update mac_sign_finish mac_abort
mac_verify_multipart       mac_verify_setup mac_update mac_verify_finish mac_abort
cipher_encrypt_multipart   cipher_encrypt_setup cipher_set_iv cipher_update cipher_finish cipher_abort
cipher_decrypt_multipart   cipher_decrypt_setup cipher_set_iv cipher_update cipher_finish cipher_abort
aead_encrypt_multipart     aead_encrypt_setup aead_set_lengths aead_set_nonce aead_update_ad aead_update \
                           aead_finish aead_abort
aead_decrypt_multipart     aead_decrypt_setup aead_set_lengths aead_set_nonce aead_update_ad aead_update \
                           aead_verify aead_abort
xof_multipart              xof_setup xof_set_context? xof_update xof_output xof_abort
sign_multipart             sign_setup sign_set_context? sign_update sign_finish sign_abort
verify_multipart           verify_setup verify_set_context? verify_update verify_finish verify_abort
sign_hash_interruptible    sign_hash_start sign_hash_complete sign_hash_abort
verify_hash_interruptible  verify_hash_start verify_hash_complete verify_hash_abort
key_derivation             key_derivation_setup key_derivation_input_step? key_derivation_output_bytes \
                           key_derivation_output_key? key_derivation_verify_bytes? key_derivation_verify_key? \
                           key_derivation_set_capacity? key_derivation_abort
pake                       pake_setup pake_output pake_input pake_get_implicit_key pake_abort
random                     init_random? add_entropy? get_random
"""


def _family(line: str) -> Family:
    name, *members = line.split()
    entry_points = tuple(member.rstrip("?") for member in members)
    optional = tuple(member[:-1] for member in members if member.endswith("?"))
    context = BY_NAME[entry_points[0]].context
    assert context is not None, name
    return Family(name, context, entry_points, optional, named=name != "random")


FAMILIES: tuple[Family, ...] = tuple(_family(line) for line in _FAMILY_TABLE.strip().splitlines())
FAMILY_BY_NAME: dict[str, Family] = {family.name: family for family in FAMILIES}

CONTEXTS: tuple[str, ...] = tuple(dict.fromkeys(row.context for row in ENTRY_POINTS if row.context))
"""Kinds of operation contexts, in id order: names of driver types without prefix and ``_t``."""

VARIANTS: tuple[Variant, ...] = (
    Variant(
        "key_agreement",
        "mbedtls",
        "attrs:our_attributes key:our_key_buffer/our_key_buffer_length alg in:peer_key secret_out:output",
    ),
    Variant("copy_key", "mbedtls", "attrs_inout:attributes key:source_key/source_key_length key_out:target_key_buffer"),
    Variant("generate_key", "custom", "attrs custom in:custom_data key_out"),
    Variant("unwrap_key", "mbedtls", "in:data key_out"),
)


def entry_point(name: str) -> EntryPoint:
    """The row of an entry point, also under one of its aliases; ``KeyError`` if there is none."""
    if name in BY_NAME:
        return BY_NAME[name]
    for row in ENTRY_POINTS:
        if name in row.aliases:
            return row
    raise KeyError(name)
