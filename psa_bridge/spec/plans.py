"""How a request of the API can be served: the entry points that may stand in for each other.

A plan is what the API asks for.  Its alternatives are tried in order, driver by driver: the
first driver that covers one alternative completely is a candidate, with that alternative.
An alternative is a tuple of entry points that the driver must offer for the mechanism
(those after a ``?`` are used where present).  How an alternative is carried out is written
once, in ``csrc/api``; that an alternative exists is written here, and only here.

An alternative whose name begins with ``held`` serves a multi-part operation with a driver that
takes its input in one piece: the core keeps the input, up to 1 MiB, and calls the driver at the
end.  It is tried after every driver was asked for the real thing.  Where there is output, all of
it comes with the last call, which then needs more room than the size macros for it say.
"""

from __future__ import annotations

from dataclasses import dataclass

from psa_bridge.spec.entry_points import FAMILY_BY_NAME


@dataclass(frozen=True)
class Alternative:
    """One way to serve a plan: required entry points, and those used where present."""

    name: str
    required: tuple[str, ...]
    optional: tuple[str, ...] = ()

    @property
    def note(self) -> str:
        """What a reader of an explanation should know about it."""
        if self.name.startswith("held"):
            held = f": {self.required[0]} at the end, the core keeps up to 1 MiB of input"
            late = self.required[0].startswith(("cipher", "aead"))
            return f"{held}, and the last call needs room for all of the output" if late else held
        return ""


@dataclass(frozen=True)
class Plan:
    """A request of the API and its alternatives, best first."""

    name: str
    alternatives: tuple[Alternative, ...]


def _alternative(text: str) -> Alternative:
    """``name`` of an entry point or a family, or ``name=entry_point,entry_point``."""
    name, _, listed = text.partition("=")
    if listed:
        return Alternative(name, tuple(listed.split(",")))
    if name in FAMILY_BY_NAME:
        family = FAMILY_BY_NAME[name]
        required = tuple(e for e in family.entry_points if e not in family.optional)
        return Alternative(name, required, family.optional)
    return Alternative(name, (name,))


def _plan(line: str) -> Plan:
    name, *alternatives = line.split()
    return Plan(name, tuple(_alternative(text) for text in alternatives))


_TABLE = """
hash_compute       hash_compute hash_multipart
hash_setup         hash_multipart held=hash_compute
hash_resume        hash_resume=hash_setup,hash_update,hash_finish,hash_abort,hash_suspend,hash_resume
mac_compute        mac_compute mac_multipart
mac_verify         mac_verify mac_verify_multipart compute=mac_compute mac_multipart
mac_sign_setup     mac_multipart held=mac_compute
mac_verify_setup   mac_verify_multipart mac_multipart held_verify=mac_verify held=mac_compute
cipher_encrypt     cipher_encrypt cipher_encrypt_multipart
cipher_decrypt     cipher_decrypt cipher_decrypt_multipart
cipher_encrypt_setup cipher_encrypt_multipart held=cipher_encrypt
cipher_decrypt_setup cipher_decrypt_multipart held=cipher_decrypt
aead_encrypt       aead_encrypt aead_encrypt_multipart
aead_decrypt       aead_decrypt aead_decrypt_multipart
aead_encrypt_setup aead_encrypt_multipart held=aead_encrypt
aead_decrypt_setup aead_decrypt_multipart held=aead_decrypt
xof_setup          xof_multipart
sign_hash          sign_hash sign_hash_with_context
verify_hash        verify_hash verify_hash_with_context public=export_public_key
sign_message       sign_message sign_hash sign_message_with_context sign_hash_with_context sign_multipart
verify_message     verify_message verify_hash verify_message_with_context verify_hash_with_context \
                   verify_multipart public=export_public_key
sign_hash_with_context      sign_hash_with_context
verify_hash_with_context    verify_hash_with_context public=export_public_key
sign_message_with_context   sign_message_with_context sign_hash_with_context \
                   sign_multipart=sign_setup,sign_set_context,sign_update,sign_finish,sign_abort
verify_message_with_context verify_message_with_context verify_hash_with_context \
                   verify_multipart=verify_setup,verify_set_context,verify_update,verify_finish,verify_abort \
                   public=export_public_key
sign_setup         sign_multipart hashed=sign_hash hashed_with_context=sign_hash_with_context \
                   held=sign_message held_with_context=sign_message_with_context
verify_setup       verify_multipart hashed=verify_hash hashed_with_context=verify_hash_with_context \
                   held=verify_message held_with_context=verify_message_with_context public=export_public_key
asymmetric_encrypt asymmetric_encrypt public=export_public_key
asymmetric_decrypt asymmetric_decrypt
encapsulate        encapsulate public=export_public_key
decapsulate        decapsulate key_agreement
wrap_key           wrap_key
unwrap_key         unwrap_key
key_agreement      key_agreement
key_agreement_to_key key_agreement_to_key
key_derivation_setup key_derivation
derive_key         derive_key
pake_setup         pake
import_key         import_key
generate_key       generate_key
generate_key_custom generate_key_custom
export_public_key  export_public_key
export_key         export_key
copy_key           copy_key
allocate_key       allocate_key
destroy_key        destroy_key
get_builtin_key    get_builtin_key
attach_key         attach_key
get_entropy        get_entropy
random             random
init               init
free               free
"""

PLANS: tuple[Plan, ...] = tuple(_plan(line) for line in _TABLE.strip().splitlines())
PLAN_BY_NAME: dict[str, Plan] = {plan.name: plan for plan in PLANS}
