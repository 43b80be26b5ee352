"""What entry points demand of each other and of algorithms, beyond prototypes and families.

These rules come from the text of the driver interface and are used to check descriptions.
"""

from __future__ import annotations

from dataclasses import dataclass

from psa_bridge.spec.entry_points import ENTRY_POINTS


@dataclass(frozen=True)
class Requirement:
    """A driver that has ``entry_point`` must have one of ``needs``.

    With ``cooked_only`` the rule holds where the capability covers key types whose derivation
    processes the output, see :data:`COOKED_KEY_TYPES`.
    """

    entry_point: str
    needs: tuple[str, ...]
    reason: str
    cooked_only: bool = False


REQUIREMENTS: tuple[Requirement, ...] = (
    Requirement(
        "allocate_key",
        ("destroy_key",),
        "a driver that stores keys must be able to destroy them",
    ),
    Requirement(
        "destroy_key",
        ("allocate_key", "get_builtin_key", "attach_key"),
        "only a driver that stores keys has keys to destroy",
    ),
    Requirement(
        "key_derivation_output_key",
        ("key_derivation_set_capacity",),
        "a driver that makes cooked keys must be told the capacity",
        cooked_only=True,
    ),
)

FILLED: frozenset[str] = frozenset({"get_random"})
"""Entry points that must fill all of an output whose length they get as its size."""

SLOT_ENTRY_POINT = "allocate_key"
"""What chooses a place for a key before it is made; the entry point that makes it finds the choice in its output."""

SEED_ENTRY_POINT = "add_entropy"
"""What a random driver must have to receive the entropy that ``initial_entropy_size`` asks for."""

COOKED_KEY_TYPES: tuple[str, ...] = (
    "PSA_KEY_TYPE_DES",
    "PSA_KEY_TYPE_RSA_KEY_PAIR",
    "PSA_KEY_TYPE_ECC_KEY_PAIR(_)",
    "PSA_KEY_TYPE_DH_KEY_PAIR(_)",
)
"""Key types that ``derive_key`` and its opaque counterpart make by more than copying bytes."""

# Algorithm categories: bits 30 to 24 of an algorithm.
HASH, MAC, CIPHER, AEAD, SIGNATURE, ENCRYPTION, DERIVATION, AGREEMENT, PAKE, WRAPPING, ENCAPSULATION, XOF = range(2, 14)

_CATEGORIES_BY_START: tuple[tuple[str, int], ...] = (
    ("hash_", HASH),
    ("mac_", MAC),
    ("cipher_", CIPHER),
    ("aead_", AEAD),
    ("asymmetric_", ENCRYPTION),
    ("sign_", SIGNATURE),
    ("verify_", SIGNATURE),
    ("key_agreement", AGREEMENT),
    ("key_derivation_", DERIVATION),
    ("pake_", PAKE),
    ("wrap_", WRAPPING),
    ("unwrap_", WRAPPING),
    ("encapsulate", ENCAPSULATION),
    ("decapsulate", ENCAPSULATION),
    ("xof_", XOF),
)

ALGORITHM_CATEGORY: dict[str, int] = {
    row.name: category for row in ENTRY_POINTS for start, category in _CATEGORIES_BY_START if row.name.startswith(start)
}
"""The algorithm category that an entry point is called with; key management takes any algorithm."""

FURTHER_CATEGORY: dict[str, int] = {"PSA_ALG_CCM_STAR_ANY_TAG": AEAD, "PSA_ALG_WPA3_SAE_ANY": DERIVATION}
"""Wildcards that permit algorithms of a second category beside their own."""
