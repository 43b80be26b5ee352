"""PAKE drivers written in Python over the oracle: transparent, opaque, and one for WPA3-SAE that only keeps count."""

from __future__ import annotations

from typing import Any, ClassVar

from pake_groups import Groups
from pake_oracle import NAMES, Jpake, Rejected, Spake2p
from python_drivers import Recorder

from psa_bridge import Alg, InvalidArgument, InvalidSignature, KeyAttributes, NotSupported, PakePrimitive
from psa_bridge.packed import PakeInputs

HASHES = {int(Alg.SHA_256): "sha256", int(Alg.SHA_384): "sha384", int(Alg.SHA_512): "sha512"}
SPAKE2P = [f"PSA_ALG_SPAKE2P_{mac}(PSA_ALG_SHA_{size})" for mac in ("HMAC", "CMAC") for size in (256, 512)]
SPAKE2P.append("PSA_ALG_SPAKE2P_MATTER")
ALGORITHMS = [f"PSA_ALG_JPAKE(PSA_ALG_SHA_{size})" for size in (256, 384, 512)] + SPAKE2P
ENTRY_POINTS = {"pake_setup", "pake_output", "pake_input", "pake_get_implicit_key", "pake_abort"}
LOCATION = 0x800099


def oracle_of(inputs: PakeInputs, key: bytes, **more: Any) -> Jpake | Spake2p:
    """The side of an exchange that the inputs describe."""
    alg, primitive, _ = inputs.suite
    curve = int(PakePrimitive(primitive).family), PakePrimitive(primitive).bits
    if curve not in Groups.BY_CURVE:
        raise NotSupported
    group, name = Groups.BY_CURVE[curve], HASHES[0x02000000 | alg & 0xFF]
    if alg & 0xFF00 == 0x0100:
        assert inputs.user is not None
        assert inputs.peer is not None
        return Jpake(group, name, key, inputs.user, inputs.peer, **more)
    assert inputs.attributes is not None
    confirm = {0x0400: "hmac", 0x0500: "cmac", 0x0600: "matter"}[alg & 0xFF00]
    pair = bool(inputs.attributes.type & 0x3000)
    w0, rest = group.scalar(key[: group.scalar_size]), key[group.scalar_size :]
    return Spake2p(
        group, NAMES[curve], name, confirm, inputs.role == 0x11, w0,
        group.scalar(rest) if pair else None, None if pair else group.decode(rest),
        inputs.user or b"", inputs.peer or b"", inputs.context, **more,
    )  # fmt: skip


class Matchmaker(Recorder):
    """A transparent driver for J-PAKE and SPAKE2+."""

    prefix = "matchmaker"
    capabilities: ClassVar = [{"entry_points": ["pake"], "algorithms": ALGORITHMS}]

    def _material(self, key: bytes) -> bytes:
        return key

    def pake_setup(self, inputs: PakeInputs) -> Any:
        self._inputs = inputs
        try:
            return oracle_of(inputs, self._material(inputs.password))
        except Rejected:
            raise InvalidArgument from None

    def pake_output(self, operation: Any, step: int) -> bytes:
        return bytes(operation.output(step))

    def pake_input(self, operation: Any, step: int, data: bytes) -> None:
        try:
            operation.input(step, data)
        except Rejected as rejected:
            raise (InvalidSignature if rejected.proof else InvalidArgument) from None

    def pake_get_implicit_key(self, operation: Any) -> bytes:
        return bytes(operation.secret())

    def pake_abort(self, operation: Any) -> None:
        """Python frees it."""


class Vault(Matchmaker):
    """The same as an element that keeps passwords: a key is stored behind one byte."""

    prefix = "vaultpake"
    type = "opaque"
    location = LOCATION
    key_context: ClassVar = {"base_size": 1, "key_pair_size": 132, "public_key_size": 200, "symmetric_factor": 1}
    capabilities: ClassVar = [
        {"entry_points": ["pake"], "algorithms": ALGORITHMS},
        {"entry_points": ["import_key", "export_key"]},
    ]

    def import_key(self, attributes: KeyAttributes, data: bytes) -> tuple[bytes, int]:
        return b"\x5a" + data, attributes.bits or 8 * len(data)

    def export_key(self, attributes: KeyAttributes, key_buffer: bytes) -> bytes:
        return self._material(key_buffer)

    def _material(self, key: bytes) -> bytes:
        assert key[0] == 0x5A
        return key[1:]


class Counting(Recorder):
    """WPA3-SAE without any cryptography: its outputs have the right length, its secret is the number of the steps."""

    prefix = "counting"
    capabilities: ClassVar = [{"entry_points": ["pake"], "algorithms": ["PSA_ALG_WPA3_SAE_ANY"]}]
    SIZES: ClassVar = {0x106: 96, 0x104: 34, 0x108: 16}

    def pake_setup(self, inputs: PakeInputs) -> Any:
        return []

    def pake_output(self, operation: Any, step: int) -> bytes:
        operation.append(step)
        return bytes(self.SIZES[step])

    def pake_input(self, operation: Any, step: int, data: bytes) -> None:
        operation.append(step)

    def pake_get_implicit_key(self, operation: Any) -> bytes:
        return bytes([len(operation)]) * 32

    def pake_abort(self, operation: Any) -> None:
        """Nothing to end."""
