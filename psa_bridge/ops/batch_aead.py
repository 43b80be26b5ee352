"""Many texts through an AEAD in one call; see :mod:`psa_bridge.ops.batch`."""

from __future__ import annotations

from typing import TYPE_CHECKING, overload

from psa_bridge._native import lib
from psa_bridge.ops.batch_inputs import BatchCalls, Input, beside, messages_of, shared

if TYPE_CHECKING:
    from typing_extensions import Buffer

    from psa_bridge.keys import Key
    from psa_bridge.ops.batch_inputs import Many


class AeadBatches(BatchCalls):
    """The AEAD functions of a core for many texts."""

    @overload
    def aead_encrypt_batch(
        self,
        key: Key | int,
        alg: int,
        nonces: Many,
        additional_data: Many,
        plaintexts: Many,
        *,
        size: int | None = None,
        out: None = None,
    ) -> list[bytes]: ...

    @overload
    def aead_encrypt_batch(
        self,
        key: Key | int,
        alg: int,
        nonces: Many,
        additional_data: Many,
        plaintexts: Many,
        *,
        size: int | None = None,
        out: Buffer,
    ) -> int: ...

    def aead_encrypt_batch(
        self,
        key: Key | int,
        alg: int,
        nonces: Many,
        additional_data: Many,
        plaintexts: Many,
        *,
        size: int | None = None,
        out: Buffer | None = None,
    ) -> list[bytes] | int:
        """Encrypt and authenticate many texts. Section 10.6.2, psa_aead_encrypt.

        Args:
            key: a key with ``Usage.ENCRYPT`` whose policy permits ``alg``.
            alg: an AEAD algorithm.
            nonces: one for each text, or one bytes-like object with all of them, of the usual length; never the same
                twice.
            additional_data: one bytes-like object for all texts, or a sequence with one for each.
            plaintexts: bytes-like objects, or one with all of them.
            size: the length of each text in bytes, if ``plaintexts`` is one object.
            out: a writable buffer, apart from the inputs, to put the results into, one after the other.

        Returns:
            The ciphertexts, each with its tag; with ``out``, the number of bytes written.

        Raises:
            PsaError: as for :meth:`Core.aead_encrypt`; ``index`` says for which text.
            ValueError: ``out`` shares memory with an input.
        """
        texts = messages_of(plaintexts, "plaintexts", size)
        return self._aead_batch("aead_encrypt", self._keyed(key, alg), (nonces, additional_data), texts, out)

    @overload
    def aead_decrypt_batch(
        self,
        key: Key | int,
        alg: int,
        nonces: Many,
        additional_data: Many,
        ciphertexts: Many,
        *,
        size: int | None = None,
        out: None = None,
    ) -> list[bytes]: ...

    @overload
    def aead_decrypt_batch(
        self,
        key: Key | int,
        alg: int,
        nonces: Many,
        additional_data: Many,
        ciphertexts: Many,
        *,
        size: int | None = None,
        out: Buffer,
    ) -> int: ...

    def aead_decrypt_batch(
        self,
        key: Key | int,
        alg: int,
        nonces: Many,
        additional_data: Many,
        ciphertexts: Many,
        *,
        size: int | None = None,
        out: Buffer | None = None,
    ) -> list[bytes] | int:
        """Decrypt many texts and check that all are genuine. Section 10.6.2, psa_aead_decrypt.

        Args:
            key: a key with ``Usage.DECRYPT`` whose policy permits ``alg``.
            alg: an AEAD algorithm.
            nonces: those of the encryption, as for :meth:`aead_encrypt_batch`.
            additional_data: that of the encryption.
            ciphertexts: bytes-like objects, each with its tag, or one with all of them.
            size: the length of each ciphertext with its tag in bytes, if ``ciphertexts`` is one object.
            out: a writable buffer, apart from the inputs, to put the texts into, one after the other; wiped if
                one is not genuine.

        Returns:
            The plaintexts; with ``out``, the number of bytes written.

        Raises:
            InvalidSignature: the text at ``index`` is not genuine; no other comes out either.
            PsaError: as for :meth:`Core.aead_decrypt`; ``index`` says for which text.
            ValueError: ``out`` shares memory with an input.
        """
        texts = messages_of(ciphertexts, "ciphertexts", size)
        return self._aead_batch("aead_decrypt", self._keyed(key, alg), (nonces, additional_data), texts, out)

    def _aead_batch(
        self, function: str, scalars: tuple[int, ...], beside_texts: tuple[Many, Many], texts: Input, out: Buffer | None
    ) -> list[bytes] | int:
        nonces, data = beside_texts
        count = texts.count
        inputs = [beside(nonces, "nonces", count), shared(data, "additional_data", count), texts]
        if inputs[0].stride >= 0:
            self._check_cut(inputs[0].stride, count, *scalars)
        return self._batch(function, scalars, count, inputs, out)  # type: ignore[no-any-return]

    def _check_cut(self, each: int, count: int, key: int, alg: int) -> None:
        """A buffer is cut into nonces of the usual length only: one nonce must not become several."""
        usual = int(lib.psab_aead_nonce_length(self._attributes(key).type, alg))
        if usual not in (0, each):
            raise ValueError(
                f"nonces has {each * count} bytes for {count} messages, and a nonce has {usual}: "
                "give nonces of other lengths as a sequence"
            )
