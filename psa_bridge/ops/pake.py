"""Password-authenticated key exchange. Section 10.13 of the PSA Crypto API.

Two sides that know the same password agree on a key, and nobody who listens or interferes learns
anything of the password beyond what one guess an exchange tells.  With J-PAKE, both sides are alike:

>>> from psa_bridge import Alg, Core, KeyAttributes, KeyType, PakeCipherSuite, PakeConfirmation, PakePrimitive, Usage
>>> from psa_bridge import EccFamily, PakePrimitiveType, PakeStep
>>> alg = Alg.JPAKE(Alg.SHA_256)
>>> p256 = PakePrimitive.of(PakePrimitiveType.ECC, EccFamily.SECP_R1, 256)
>>> suite = PakeCipherSuite(alg, p256, PakeConfirmation.UNCONFIRMED_KEY)
>>> core = Core()
>>> password = core.import_key(KeyAttributes(KeyType.PASSWORD, usage=Usage.DERIVE, alg=alg), b"correct horse")
>>> alice, bob = core.pake_setup(password, suite), core.pake_setup(password, suite)
>>> alice.set_user(b"alice"), alice.set_peer(b"bob"), bob.set_user(b"bob"), bob.set_peer(b"alice")
(None, None, None, None)
>>> proven = [PakeStep.KEY_SHARE, PakeStep.ZK_PUBLIC, PakeStep.ZK_PROOF]
>>> for steps in (proven + proven, proven):  # the two rounds
...     sent, received = [alice.output(step) for step in steps], [bob.output(step) for step in steps]
...     for step, of_alice, of_bob in zip(steps, sent, received):
...         bob.input(step, of_alice)
...         alice.input(step, of_bob)
>>> secret = KeyAttributes(KeyType.DERIVE, usage=Usage.EXPORT)  # to derive from: here, to compare
>>> alice.get_shared_key(secret).export() == bob.get_shared_key(secret).export()
True

With SPAKE2+, only the client knows the password; what the server has does not make it one.  Here
the key pair is given, which is otherwise derived from the password:

>>> from psa_bridge import PakeRole
>>> alg = Alg.SPAKE2P_HMAC(Alg.SHA_256)
>>> suite = PakeCipherSuite(alg, p256)
>>> pair_type = KeyType.SPAKE2P_KEY_PAIR(EccFamily.SECP_R1)
>>> pair = core.import_key(KeyAttributes(pair_type, 256, usage=Usage.DERIVE, alg=alg), bytes([1] * 64))
>>> verifier = KeyAttributes(KeyType.SPAKE2P_PUBLIC_KEY(EccFamily.SECP_R1), 256, usage=Usage.DERIVE, alg=alg)
>>> public = core.import_key(verifier, pair.export_public())
>>> client, server = core.pake_setup(pair, suite), core.pake_setup(public, suite)
>>> client.set_role(PakeRole.CLIENT), server.set_role(PakeRole.SERVER)
(None, None)
>>> server.input(PakeStep.KEY_SHARE, client.output(PakeStep.KEY_SHARE))
>>> client.input(PakeStep.KEY_SHARE, server.output(PakeStep.KEY_SHARE))
>>> client.input(PakeStep.CONFIRM, server.output(PakeStep.CONFIRM))
>>> server.input(PakeStep.CONFIRM, client.output(PakeStep.CONFIRM))
>>> client.get_shared_key(secret).export() == server.get_shared_key(secret).export()
True
>>> core.close()
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, overload

from psa_bridge._native import ffi, lib
from psa_bridge.constants import Alg
from psa_bridge.constants.protocol import PakeConfirmation, PakePrimitive
from psa_bridge.ops.base import Native, core_of, in_c, number, view
from psa_bridge.ops.compiled import quick
from psa_bridge.ops.operation import Operation

if TYPE_CHECKING:
    from typing_extensions import Buffer

    from psa_bridge.attributes import KeyAttributes
    from psa_bridge.keys import Key


@dataclass(frozen=True)
class PakeCipherSuite:
    """What both sides of a PAKE agree on beforehand. Section 10.13.3, psa_pake_cipher_suite_t.

    Attributes:
        algorithm: a PAKE algorithm, such as ``Alg.JPAKE(Alg.SHA_256)`` or ``Alg.SPAKE2P_MATTER``.
        primitive: the group, see :meth:`PakePrimitive.of`.
        key_confirmation: whether the exchange ends with both sides proving that they have the same
            key.  J-PAKE has no such end (``PakeConfirmation.UNCONFIRMED_KEY``); the others always have.
    """

    algorithm: int
    primitive: int
    key_confirmation: int = PakeConfirmation.CONFIRMED_KEY

    def __post_init__(self) -> None:
        """Check the ranges; numbers print as what they stand for.

        Raises:
            TypeError: one of them is no integer.
            ValueError: one of them does not fit its type.
        """
        object.__setattr__(self, "algorithm", Alg(number(self.algorithm, "algorithm")))
        object.__setattr__(self, "primitive", PakePrimitive(number(self.primitive, "primitive")))
        confirmation = number(self.key_confirmation, "key_confirmation")
        object.__setattr__(self, "key_confirmation", PakeConfirmation(confirmation))

    def to_c(self) -> Any:
        """The suite as a ``psa_pake_cipher_suite_t *``."""
        return ffi.new("psa_pake_cipher_suite_t *", [self.algorithm, self.primitive, self.key_confirmation])


class PasswordExchange(Native):
    """The PAKE functions of a core."""

    def pake_setup(self, password_key: Key | int, cipher_suite: PakeCipherSuite) -> PakeOperation:
        """Start a password-authenticated key exchange. Section 10.13.6, psa_pake_setup.

        Args:
            password_key: with ``Usage.DERIVE``, its policy permits the algorithm of the suite.  For
                J-PAKE a ``KeyType.PASSWORD`` or ``KeyType.PASSWORD_HASH``; for SPAKE2+ a key pair, or
                on the side of the server its public key, of the suite's group.  It must go on existing.
            cipher_suite: algorithm, group, confirmation.

        Returns:
            The operation, to be ended with :meth:`PakeOperation.get_shared_key`.

        Raises:
            InvalidArgument: the algorithm is no PAKE, or its parts and the key do not fit each other.
            NotPermitted: the key's usage or algorithm does not allow it.
            InvalidHandle: the key does not exist.
            NotSupported: no driver does this.
        """
        if not isinstance(cipher_suite, PakeCipherSuite):
            raise TypeError(f"cipher_suite has to be a PakeCipherSuite, not {type(cipher_suite).__name__}")
        identifier = self._key(password_key, "password_key")
        operation = PakeOperation(self, cipher_suite)
        return operation._start("pake_setup", identifier, cipher_suite.to_c())


@quick("pake")
class PakeOperation(Operation):
    """A PAKE: what it needs with ``set_...``, its steps with ``output`` and ``input``, then ``get_shared_key``.

    J-PAKE needs both identities; in each of its two rounds, all outputs and all inputs come as a
    block, in either order.  SPAKE2+ needs the role and may have identities and a context; the client
    does output, input, input, output, the server input, output, output, input.
    """

    family = "pake"

    def __init__(self, core: Native, cipher_suite: PakeCipherSuite) -> None:
        super().__init__(core)
        self._suite = cipher_suite

    @property
    def cipher_suite(self) -> PakeCipherSuite:
        """What the operation was set up with."""
        return self._suite

    def set_role(self, role: int) -> None:
        """Set the own role, before the first step. psa_pake_set_role.

        Args:
            role: ``PakeRole.CLIENT`` or ``PakeRole.SERVER`` with SPAKE2+; else ``PakeRole.NONE``, or
                nothing at all.

        Raises:
            InvalidArgument: the algorithm has no such role, or it does not fit the key.
            BadState: the operation is not active, has its role, or a step was done.
        """
        self._core._run("pake_set_role", self._operation, number(role, "role", 8))

    def set_user(self, user_id: Buffer) -> None:
        """Set the own identity, before the first step. psa_pake_set_user.

        Args:
            user_id: bytes-like; with J-PAKE, not empty and not that of the peer.

        Raises:
            InvalidArgument: it does not fit the algorithm.
            BadState: the operation is not active, has its identity, or a step was done.
        """
        data = view(user_id, "user_id")
        self._core._run("pake_set_user", self._operation, data, len(data))

    def set_peer(self, peer_id: Buffer) -> None:
        """Set the identity of the peer, before the first step. psa_pake_set_peer.

        Args:
            peer_id: bytes-like; with J-PAKE, not empty and not the own one.

        Raises:
            InvalidArgument: it does not fit the algorithm.
            BadState: the operation is not active, has that identity, or a step was done.
        """
        data = view(peer_id, "peer_id")
        self._core._run("pake_set_peer", self._operation, data, len(data))

    def set_context(self, context: Buffer) -> None:
        """Set what both sides know about the exchange, before the first step. psa_pake_set_context.

        Args:
            context: bytes-like; an empty one is another than none.

        Raises:
            BadState: the operation is not active, has a context, its algorithm takes none, or a step was done.
        """
        data = view(context, "context")
        self._core._run("pake_set_context", self._operation, data, len(data))

    @overload
    def output(self, step: int, *, out: None = None) -> bytes: ...

    @overload
    def output(self, step: int, *, out: Buffer) -> int: ...

    def output(self, step: int, *, out: Buffer | None = None) -> bytes | int:
        """The own data of a step, to be sent to the peer. psa_pake_output.

        Args:
            step: ``PakeStep.KEY_SHARE`` and so on.
            out: a writable buffer to put the data into.

        Returns:
            The data; with ``out``, the number of bytes written.

        Raises:
            InvalidArgument: the algorithm has no such output.
            BadState: the operation is not active, lacks an input, or another step is due.
            BufferTooSmall: ``out`` is too short.
            NotSupported: the driver does not have the group.
        """
        step = number(step, "step", 8)
        size = int(lib.psab_pake_output_size(self._suite.algorithm, self._suite.primitive, step))
        return self._core._produce("pake_output", size, out, self._operation, step)  # type: ignore[no-any-return]

    def input(self, step: int, data: Buffer) -> None:
        """Take the peer's data of a step. psa_pake_input.

        Args:
            step: ``PakeStep.KEY_SHARE`` and so on.
            data: what the peer's ``output`` of the step gave, bytes-like.

        Raises:
            InvalidSignature: a proof or a confirmation is wrong: the peer has another password, or other
                identities, or somebody interferes.
            InvalidArgument: the algorithm has no such input, or ``data`` is not valid for it.
            BadState: the operation is not active, lacks an input, or another step is due.
            NotSupported: the driver does not have the group.
        """
        given = view(data, "data")
        self._core._run("pake_input", self._operation, number(step, "step", 8), given, len(given))

    def get_shared_key(self, attributes: KeyAttributes) -> Key:
        """The shared secret as a key; ends the operation. psa_pake_get_shared_key.

        Args:
            attributes: of the key: ``KeyType.DERIVE`` or ``KeyType.HMAC``; with SPAKE2+ also the type of
                a block cipher.  ``bits`` is 0 or exact: that of an encoded element of the group for
                J-PAKE, of the hash for SPAKE2+, 128 for Matter.

        Returns:
            The key.

        Raises:
            BadState: the exchange is not complete.
            InvalidArgument: the attributes contradict each other or do not fit the secret.
            AlreadyExists: there is a persistent key with this ``id``.
            NotSupported: the location does not take such a key.
        """
        return core_of(self._core)._create("pake_get_shared_key", self._operation, in_c(attributes))
