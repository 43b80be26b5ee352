"""Both sides of a password-authenticated key exchange, as `run` makes them: in one core, one after the other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from psa_bridge import Alg, Core, Key, PakeOperation

_PROVEN = "KEY_SHARE ZK_PUBLIC ZK_PROOF"
_MESSAGES = {
    "jpake": (f"client {_PROVEN} {_PROVEN}", f"server {_PROVEN} {_PROVEN}", f"client {_PROVEN}", f"server {_PROVEN}"),
    "spake2p": ("client KEY_SHARE", "server KEY_SHARE CONFIRM", "client CONFIRM"),
    "wpa3_sae": ("client COMMIT", "server COMMIT", "client CONFIRM_COUNT=0100 CONFIRM",
                 "server CONFIRM_COUNT=0100 CONFIRM"),
}  # fmt: skip
"""What the sides send to each other, in order (section 10.13): who, and the steps. What has a value is an input of
the side's own."""


def protocol(alg: Alg) -> str | None:
    """Which of the exchanges an algorithm is; None if it is none of them."""
    kinds = {"jpake": alg.is_jpake, "spake2p": alg.is_spake2p, "wpa3_sae": alg.is_wpa3_sae}
    return next((name for name, is_it in kinds.items() if is_it), None)


def exchange(core: Core, given: Mapping[str, Any]) -> Key:
    """Run all of it; the client's key, once it is the same as the server's."""
    from psa_bridge.cli.failures import CommandFailedError

    with _side(core, given, "client") as client, _side(core, given, "server") as server:
        sides = {"client": client, "server": server}
        for message in _MESSAGES[protocol(given["alg"]) or ""]:
            sender, *steps = message.split()
            _send(sides[sender], sides["server" if sender == "client" else "client"], steps)
        keys = [side.get_shared_key(given["new"]) for side in (client, server)]
    if not keys[0].attributes.location and keys[0].export() != keys[1].export():
        why = "they have different passwords" if "other" in given else "with one password, so a driver is wrong"
        raise CommandFailedError(f"the two sides have different keys: {why}")
    return keys[0]


def _side(core: Core, given: Mapping[str, Any], name: str) -> PakeOperation:
    """One side, ready for its first step."""
    from psa_bridge import PakeCipherSuite, PakeConfirmation, PakeRole

    alg = given["alg"]
    confirmed = PakeConfirmation.UNCONFIRMED_KEY if alg.is_jpake else PakeConfirmation.CONFIRMED_KEY
    key = given["key"] if name == "client" else given.get("other") or _counterpart(core, given["key"])
    side = core.pake_setup(key, PakeCipherSuite(alg, given["group"], confirmed))
    if alg.is_spake2p:
        side.set_role(PakeRole.CLIENT if name == "client" else PakeRole.SERVER)
    for setter, who in ((side.set_user, name), (side.set_peer, "server" if name == "client" else "client")):
        if given[who] is not None:
            setter(given[who])
    if given["context"]:
        side.set_context(given["context"])
    return side


def _counterpart(core: Core, key: Key) -> Key:
    """What the server has where the client has this key: with SPAKE2+ the public key, else the same."""
    from psa_bridge import KeyType, Lifetime

    attributes = key.attributes
    kind = KeyType(attributes.type)
    if not kind.is_spake2p_key_pair:
        return key
    public = replace(attributes, type=KeyType.SPAKE2P_PUBLIC_KEY(kind.spake2p_family), lifetime=Lifetime(0))
    return core.import_key(public, key.export_public())


def _send(sender: PakeOperation, receiver: PakeOperation, steps: list[str]) -> None:
    """Make a message and take it, as two machines do: all of it is sent before any of it is read."""
    from psa_bridge import PakeStep

    sent = []
    for step in steps:
        name, _, value = step.partition("=")
        number = getattr(PakeStep, name)
        if value:
            sender.input(number, bytes.fromhex(value))
        else:
            sent.append((number, sender.output(number)))
    for number, data in sent:
        receiver.input(number, data)
