"""The statuses that entry points can return.

Some can come from any entry point: resources run out, a device breaks, a request is not one of the driver's.
The others say something about the request, and only entry points with such requests have them.  What an entry
point cannot return, the core does not pass on.
"""

from __future__ import annotations

from psa_bridge.spec.entry_points import EntryPoint
from psa_bridge.spec.roles import Tag
from psa_bridge.spec.values import VALUES

COMMON: tuple[str, ...] = (
    "PSA_ERROR_GENERIC_ERROR",
    "PSA_ERROR_NOT_SUPPORTED",
    "PSA_ERROR_INVALID_ARGUMENT",
    "PSA_ERROR_BAD_STATE",
    "PSA_ERROR_INSUFFICIENT_MEMORY",
    "PSA_ERROR_INSUFFICIENT_STORAGE",
    "PSA_ERROR_COMMUNICATION_FAILURE",
    "PSA_ERROR_STORAGE_FAILURE",
    "PSA_ERROR_HARDWARE_FAILURE",
    "PSA_ERROR_INSUFFICIENT_ENTROPY",
    "PSA_ERROR_CORRUPTION_DETECTED",
    "PSA_ERROR_DATA_CORRUPT",
    "PSA_ERROR_DATA_INVALID",
)
"""From any entry point."""

OPERATION_INCOMPLETE = "PSA_OPERATION_INCOMPLETE"
"""Not of the API: an interruptible operation is to be called again."""
OPERATION_INCOMPLETE_VALUE = -248

_PARTICULAR: dict[str, str] = {
    "PSA_ERROR_BUFFER_TOO_SMALL": """
        hash_compute hash_finish hash_suspend mac_compute mac_sign_finish cipher_encrypt cipher_decrypt cipher_update
        cipher_finish aead_encrypt aead_decrypt aead_update aead_finish aead_verify asymmetric_encrypt
        asymmetric_decrypt sign_hash sign_message sign_hash_with_context sign_message_with_context sign_finish
        sign_hash_complete key_agreement encapsulate wrap_key export_key export_public_key pake_output
        get_builtin_key import_key
    """,
    "PSA_ERROR_INVALID_SIGNATURE": """
        mac_verify mac_verify_finish aead_decrypt aead_verify verify_hash verify_message verify_hash_with_context
        verify_message_with_context verify_finish verify_hash_start verify_hash_complete unwrap_key decapsulate
        key_derivation_verify_bytes key_derivation_verify_key pake_input
    """,
    "PSA_ERROR_INVALID_PADDING": "cipher_decrypt cipher_finish asymmetric_decrypt",
    "PSA_ERROR_INSUFFICIENT_DATA": """
        key_derivation_output_bytes key_derivation_output_key key_derivation_verify_bytes key_derivation_verify_key
        derive_key
    """,
    "PSA_ERROR_ALREADY_EXISTS": """
        import_key generate_key generate_key_custom copy_key unwrap_key key_agreement_to_key encapsulate decapsulate
        key_derivation_output_key allocate_key
    """,
    "PSA_ERROR_DOES_NOT_EXIST": "attach_key get_builtin_key destroy_key",
    OPERATION_INCOMPLETE: "sign_hash_complete verify_hash_complete",
}

PARTICULAR: dict[str, frozenset[str]] = {status: frozenset(names.split()) for status, names in _PARTICULAR.items()}
"""Statuses that only some entry points can return; NOT_PERMITTED, which all with a key can, is not here."""

_KEYS = frozenset({Tag.ATTRIBUTES, Tag.ATTRIBUTES_INOUT, Tag.KDF_INPUTS, Tag.PAKE_INPUTS})

FIRST = -132
"""The status that bit 0 of a mask stands for; each bit above it for the next lower one."""
INCOMPLETE_BIT = 31


def particular(row: EntryPoint) -> frozenset[str]:
    """The statuses that an entry point can return beside the common ones."""
    found = {status for status, names in PARTICULAR.items() if row.name in names}
    if any(argument.role.tag in _KEYS for argument in row.arguments):
        found.add("PSA_ERROR_NOT_PERMITTED")
    return frozenset(found)


def mask(row: EntryPoint) -> int:
    """The statuses that an entry point can return, as bits."""
    listed = {*COMMON, *particular(row)}
    bits = sum(1 << (FIRST - VALUES[status]) for status in listed - {OPERATION_INCOMPLETE})
    return bits | (1 << INCOMPLETE_BIT if OPERATION_INCOMPLETE in listed else 0)
