"""Key derivation. Section 10.8 of the PSA Crypto API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, overload

from psa_bridge._native import ffi
from psa_bridge.ops.base import Native, core_of, in_c, number, view, writable
from psa_bridge.ops.compiled import quick
from psa_bridge.ops.operation import Operation

if TYPE_CHECKING:
    from typing_extensions import Buffer

    from psa_bridge.attributes import KeyAttributes
    from psa_bridge.keys import Key

UNLIMITED_CAPACITY = (1 << 8 * ffi.sizeof("size_t")) - 1
"""As a capacity: as much as the algorithm can give. PSA_KEY_DERIVATION_UNLIMITED_CAPACITY."""

_MUCH = 1 << 16
"""From here on, the capacity is looked at before memory is asked for."""


class Derivation(Native):
    """The key derivation functions of a core."""

    def key_derivation_setup(self, alg: int) -> KeyDerivation:
        """Start to derive keys or bytes. Section 10.8.3, psa_key_derivation_setup.

        Args:
            alg: a key derivation algorithm, such as ``Alg.HKDF(Alg.SHA_256)``, or one combined with a key
                agreement, such as ``Alg.KEY_AGREEMENT(Alg.ECDH, Alg.HKDF(Alg.SHA_256))``.

        Returns:
            The operation, to be given its inputs.

        Raises:
            InvalidArgument: ``alg`` is not a key derivation algorithm.
            NotSupported: no driver derives with it.
        """
        return KeyDerivation(self)._start("key_derivation_setup", number(alg, "alg"))


@quick("key_derivation")
class KeyDerivation(Operation):
    """A key derivation: inputs in the order of the algorithm, then outputs, any number of them.

    The outputs together are one stream of bytes, which keys are made of too.  Leaving it as a context
    manager, or ``abort``, is the normal end.

    >>> from psa_bridge import Alg, Core, KeyAttributes, KeyType, Step, Usage
    >>> alg = Alg.HKDF(Alg.SHA_256)
    >>> with Core() as core:
    ...     secret = core.import_key(KeyAttributes(KeyType.DERIVE, usage=Usage.DERIVE, alg=alg), bytes(32))
    ...     with core.key_derivation_setup(alg) as derivation:
    ...         derivation.input_bytes(Step.SALT, b"salt")
    ...         derivation.input_key(Step.SECRET, secret)
    ...         derivation.input_bytes(Step.INFO, b"session 1")
    ...         iv = derivation.output_bytes(16)
    ...         key = derivation.output_key(KeyAttributes(KeyType.AES, 256, usage=Usage.ENCRYPT, alg=Alg.CTR))
    ...     print(key.attributes.type, key.attributes.bits, len(iv))
    PSA_KEY_TYPE_AES 256 16
    """

    family = "key_derivation"

    @property
    def capacity(self) -> int:
        """How many bytes can still be drawn. psa_key_derivation_get_capacity.

        ``UNLIMITED_CAPACITY`` of this module where there is no limit.

        Raises:
            BadState: the operation is not active.
        """
        left = ffi.new("size_t *")
        self._core._run("key_derivation_get_capacity", self._operation, left)
        return int(left[0])

    def set_capacity(self, capacity: int) -> None:
        """Lower the capacity. psa_key_derivation_set_capacity.

        Args:
            capacity: bytes that can still be drawn from now on.

        Raises:
            InvalidArgument: it is more than the capacity is now; the operation goes on.
            BadState: the operation is not active, or the algorithm is one of SP 800-108, whose output depends
                on the capacity, and has given output.
        """
        bits = 8 * ffi.sizeof("size_t")
        self._core._run("key_derivation_set_capacity", self._operation, number(capacity, "capacity", bits))

    def input_bytes(self, step: int, data: Buffer) -> None:
        """Give an input as bytes. psa_key_derivation_input_bytes.

        Args:
            step: which input, such as ``Step.SALT``.
            data: the input, bytes-like. Of a secret that is given so, no keys are derived.

        Raises:
            BadState: the operation is not active, gave output already, or the input comes out of order.
            InvalidArgument: the algorithm does not take this input, or not as bytes, or not of this length.
            NotSupported: it is longer than 1 MiB.
        """
        given = view(data, "data")
        self._core._run("key_derivation_input_bytes", self._operation, number(step, "step", 16), given, len(given))

    def input_integer(self, step: int, value: int) -> None:
        """Give an input that is a number. psa_key_derivation_input_integer.

        Args:
            step: which input: ``Step.COST``.
            value: 1 to 2**32 - 1 iterations.

        Raises:
            BadState: as for :meth:`input_bytes`.
            InvalidArgument: the algorithm does not take this input as a number, or the number is 0.
            NotSupported: the number is too large.
        """
        step, value = number(step, "step", 16), number(value, "value", 64)
        self._core._run("key_derivation_input_integer", self._operation, step, value)

    def input_key(self, step: int, key: Key | int) -> None:
        """Give a key as an input. psa_key_derivation_input_key.

        The key has to exist until the first output.

        Args:
            step: which input, such as ``Step.SECRET``.
            key: with ``Usage.DERIVE``, or ``Usage.VERIFY_DERIVATION`` to verify only; its policy permits the
                algorithm of the operation. ``KeyType.DERIVE`` for a secret, ``KeyType.PASSWORD`` for a password,
                ``KeyType.RAW_DATA`` for other inputs, as the algorithm says.

        Raises:
            NotPermitted: the policy of the key does not allow it.
            InvalidArgument: the algorithm does not take this input, or not as a key of this type.
            InvalidHandle: the key does not exist.
            BadState: as for :meth:`input_bytes`.
        """
        self._core._run("key_derivation_input_key", self._operation, number(step, "step", 16), self._core._key(key))

    def key_agreement(self, step: int, private_key: Key | int, peer_key: Buffer) -> None:
        """Agree on a secret and give it as an input. Section 10.11.3, psa_key_derivation_key_agreement.

        Args:
            step: which input, usually ``Step.SECRET``.
            private_key: a key pair with ``Usage.DERIVE`` whose policy permits the algorithm of the operation or
                its key agreement.
            peer_key: the other side's public key, bytes-like, in the format of ``export_public_key``.

        Raises:
            InvalidArgument: ``peer_key`` is not a valid public key of the same kind, the algorithm has no key
                agreement, or the step takes none.
            NotPermitted: the policy of the key does not allow it.
            InvalidHandle: the key does not exist.
            BadState: as for :meth:`input_bytes`.
            NotSupported: no driver agrees with this key.
        """
        peer = view(peer_key, "peer_key")
        step, pair = number(step, "step", 16), self._core._key(private_key, "private_key")
        self._core._run("key_derivation_key_agreement", self._operation, step, pair, peer, len(peer))

    @overload
    def output_bytes(self, length: int, *, out: None = None) -> bytes: ...

    @overload
    def output_bytes(self, length: None = None, *, out: Buffer) -> int: ...

    def output_bytes(self, length: int | None = None, *, out: Buffer | None = None) -> bytes | int:
        """The next bytes. psa_key_derivation_output_bytes.

        Args:
            length: how many.
            out: in place of ``length``, a writable buffer to be filled.

        Returns:
            The bytes; with ``out``, how many were written.

        Raises:
            InsufficientData: there are not as many left; the capacity is 0 then.
            NotPermitted: an input key allows to verify only.
            BadState: the operation is not active, or an input is missing.
            NotSupported: no driver derives from these inputs.
        """
        if (length is None) == (out is None):
            raise TypeError("output_bytes takes either a length or out=")
        if out is not None:
            target = writable(out)
            self._core._run("key_derivation_output_bytes", self._operation, target, len(target))
            return len(target)
        assert length is not None
        wanted = number(length, "length", 8 * ffi.sizeof("size_t"))
        if wanted > _MUCH and wanted > self.capacity:  # the core answers, and there is no need for as much memory
            self._core._run("key_derivation_output_bytes", self._operation, ffi.new("uint8_t[1]"), wanted)
        target = ffi.new("uint8_t[]", wanted)
        try:
            self._core._run("key_derivation_output_bytes", self._operation, target, wanted)
            return bytes(ffi.buffer(target))
        finally:
            ffi.buffer(target)[:] = bytes(wanted)

    def output_key(self, attributes: KeyAttributes) -> Key:
        """A key made of the next bytes. psa_key_derivation_output_key.

        Args:
            attributes: of the key; ``type`` and ``bits`` say how it is made (section 9.3).

        Returns:
            The key.

        Raises:
            NotPermitted: the secret came as bytes and not as a key, or an input key allows to verify only.
            InsufficientData: there are not enough bytes left; the capacity is 0 then.
            InvalidArgument: attributes that no derived key can have.
            AlreadyExists: there is a persistent key with this ``id``.
            BadState: the operation is not active, or an input is missing.
            NotSupported: no driver makes such keys.
        """
        return core_of(self._core)._create("key_derivation_output_key", in_c(attributes), self._operation)

    def output_key_custom(self, attributes: KeyAttributes, custom_data: Buffer = b"", *, flags: int = 0) -> Key:
        """A key made of the next bytes, with parameters of its own. psa_key_derivation_output_key_custom.

        Args:
            attributes: of the key.
            custom_data: bytes-like; for RSA the public exponent, little-endian, empty for 65537; empty for
                other types.
            flags: 0.

        Returns:
            The key.

        Raises:
            InvalidArgument: parameters that the key type does not have; else as :meth:`output_key`.
            NotSupported: no driver takes these parameters.
        """
        data = view(custom_data, "custom_data")
        custom = ffi.new("psab_custom_t *", [number(flags, "flags")])
        arguments: tuple[Any, ...] = (in_c(attributes), self._operation, custom, data, len(data))
        return core_of(self._core)._create("key_derivation_output_key_custom", *arguments)

    def verify_bytes(self, expected: Buffer) -> None:
        """Compare the next bytes with expected ones, in constant time. psa_key_derivation_verify_bytes.

        Args:
            expected: what they should be, bytes-like.

        Raises:
            InvalidSignature: they differ.
            InsufficientData: there are not as many left; the capacity is 0 then.
            BadState: the operation is not active, or an input is missing.
        """
        given = view(expected, "expected")
        self._core._run("key_derivation_verify_bytes", self._operation, given, len(given))

    def verify_key(self, expected: Key | int) -> None:
        """Compare the next bytes with a key, in constant time. psa_key_derivation_verify_key.

        Args:
            expected: of type ``KeyType.PASSWORD_HASH`` with ``Usage.VERIFY_DERIVATION``, whose policy permits
                the algorithm of the operation.

        Raises:
            InvalidSignature: they differ.
            InsufficientData: there are not as many left; the capacity is 0 then.
            NotPermitted: the policy of the key does not allow it.
            InvalidArgument: it is a key of another type.
            InvalidHandle: the key does not exist.
            BadState: the operation is not active, or an input is missing.
        """
        self._core._run("key_derivation_verify_key", self._operation, self._core._key(expected, "expected"))
