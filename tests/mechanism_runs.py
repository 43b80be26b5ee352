"""One operation of any mechanism through a core: a key is made or imported, and one call made with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import cryptography_vectors
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from pake_sides import pair_data

from psa_bridge import (
    Alg,
    Core,
    EccFamily,
    Key,
    KeyAttributes,
    KeyType,
    NotSupported,
    PakeCipherSuite,
    PakeConfirmation,
    PakePrimitive,
    PakePrimitiveType,
    PakeRole,
    PakeStep,
    Step,
    Usage,
)

USAGE = (
    Usage.EXPORT | Usage.ENCRYPT | Usage.DECRYPT | Usage.SIGN_MESSAGE | Usage.VERIFY_MESSAGE | Usage.SIGN_HASH
    | Usage.VERIFY_HASH | Usage.DERIVE | Usage.WRAP | Usage.UNWRAP
)  # fmt: skip
SECRET = KeyAttributes(KeyType.DERIVE, usage=Usage.EXPORT)
TEXT = bytes(range(48))


@cache
def rsa_pair(bits: int) -> bytes:
    """An RSA key pair in PSA's format; the usual sizes are from the vectors, as making them takes long."""
    files = {2048: "asymmetric/DER_Serialization/testrsa.der", 4096: "x509/custom/ca/rsa_key.pem"}
    key: Any
    if bits not in files:
        key = rsa.generate_private_key(65537, bits)
    else:
        data = cryptography_vectors.open_vector_file(files[bits], "rb").read()
        load = serialization.load_pem_private_key if files[bits].endswith("pem") else serialization.load_der_private_key
        key = load(data, None)
    form, none = serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    return bytes(key.private_bytes(serialization.Encoding.DER, form, none))


class Runner:
    """Makes keys in a core and calls with them. Material is made once for each type and size."""

    def __init__(self, core: Core) -> None:
        self.core = core
        self._material: dict[tuple[int, int], bytes] = {}
        self._keys: dict[tuple[int, int, int], Key] = {}

    def _whole(self, kind: KeyType, bits: int, alg: int) -> bytes:
        """The material of a key that is no public key."""
        if kind == KeyType.RSA_KEY_PAIR:
            return rsa_pair(bits)
        if kind.is_spake2p_key_pair:
            return pair_data(kind.spake2p_family, bits)
        if (kind, bits) not in self._material:
            made = self.core.generate_key(KeyAttributes(kind, bits, usage=Usage.EXPORT, alg=alg))
            self._material[kind, bits] = made.export()
        return self._material[kind, bits]

    def key(self, kind: KeyType, bits: int, alg: Alg) -> Key:
        """A key for every use of one algorithm, which may have any hash if it signs."""
        signs = alg.is_hash_and_sign and alg not in {Alg.ED25519PH, Alg.ED448PH}
        policy = Alg(alg & ~0xFF | 0xFF) if signs and alg & 0xFF else alg
        if (kind, bits, policy) not in self._keys:
            if kind.is_public_key:
                data = self.key(kind.key_pair, bits, alg).export_public()
            else:
                data = self._whole(kind, bits, policy)
            made = self.core.import_key(KeyAttributes(kind, bits, usage=USAGE, alg=policy), data)
            self._keys[kind, bits, policy] = made
        return self._keys[kind, bits, policy]

    def run(self, call: str, alg: Alg, key_type: str, bits: int) -> None:
        """Make the call.

        Raises:
            PsaError: as the key or the call does.
        """
        kind = KeyType.parse(key_type) if key_type else KeyType(0)
        key = self.key(kind, bits, alg) if key_type else None
        CALLS[call](self, key, alg)

    def serves(self, call: str, alg: Alg, key_type: str, bits: int) -> bool:
        """Whether the call succeeds; what it returns else is NOT_SUPPORTED."""
        try:
            self.run(call, alg, key_type, bits)
        except NotSupported:
            return False
        return True


def _hash(runner: Runner, key: Any, alg: Alg) -> None:
    assert len(runner.core.hash_compute(alg, TEXT)) > 0


def _xof(runner: Runner, key: Any, alg: Alg) -> None:
    with runner.core.xof_setup(alg) as operation:
        operation.update(TEXT)
        assert len(operation.output(40)) == 40


def _mac(runner: Runner, key: Key, alg: Alg) -> None:
    key.mac_verify(alg, TEXT, key.mac_compute(alg, TEXT))


def _cipher(runner: Runner, key: Key, alg: Alg) -> None:
    assert key.cipher_decrypt(alg, key.cipher_encrypt(alg, TEXT)) == TEXT


def _aead(runner: Runner, key: Key, alg: Alg) -> None:
    lengths: dict[int, int] = {KeyType.XCHACHA20: 24, KeyType.ASCON: 16}
    nonce = bytes(lengths.get(key.attributes.type, 12))
    assert key.aead_decrypt(alg, nonce, b"ad", key.aead_encrypt(alg, nonce, b"ad", TEXT)) == TEXT


def _wrap(runner: Runner, key: Key, alg: Alg) -> None:
    wrapped = key.wrap(alg, runner.core.import_key(SECRET, TEXT))
    assert key.unwrap(SECRET, alg, wrapped).export() == TEXT


def _signer(runner: Runner, key: Key, alg: Alg) -> tuple[Key, Alg]:
    """Deterministic ML-DSA verifies what the hedged one signs."""
    hedged = Alg.ML_DSA if alg == Alg.DETERMINISTIC_ML_DSA else alg
    attributes = key.attributes
    return runner.key(KeyType(attributes.type).key_pair, attributes.bits, hedged), hedged


def _sign(runner: Runner, key: Key, alg: Alg) -> None:
    assert len(key.sign_message(alg, TEXT)) > 0


def _verify(runner: Runner, key: Key, alg: Alg) -> None:
    signer, signed = _signer(runner, key, alg)
    key.verify_message(alg, TEXT, signer.sign_message(signed, TEXT))


def _sign_hash(runner: Runner, key: Key, alg: Alg) -> None:
    assert len(key.sign_hash(alg, TEXT[:32])) > 0


def _verify_hash(runner: Runner, key: Key, alg: Alg) -> None:
    signer, signed = _signer(runner, key, alg)
    key.verify_hash(alg, TEXT[:32], signer.sign_hash(signed, TEXT[:32]))


def _encrypt(runner: Runner, key: Key, alg: Alg) -> None:
    assert len(key.asymmetric_encrypt(alg, TEXT[:20])) > 20


def _decrypt(runner: Runner, key: Key, alg: Alg) -> None:
    assert key.asymmetric_decrypt(alg, key.asymmetric_encrypt(alg, TEXT[:20])) == TEXT[:20]


def _encapsulate(runner: Runner, key: Key, alg: Alg) -> None:
    secret, ciphertext = key.encapsulate(alg, SECRET)
    assert secret.export() != b"" and ciphertext != b""


def _decapsulate(runner: Runner, key: Key, alg: Alg) -> None:
    secret, ciphertext = key.encapsulate(alg, SECRET)
    assert key.decapsulate(alg, ciphertext, SECRET).export() == secret.export()


def _agree(runner: Runner, key: Key, alg: Alg) -> None:
    assert len(key.raw_key_agreement(alg, key.export_public())) > 0


def _inputs(alg: Alg) -> Iterator[tuple[int, bytes | int | None]]:
    """The inputs of a derivation in order; None is the key."""
    if alg.is_pbkdf2_hmac or alg == Alg.PBKDF2_AES_CMAC_PRF_128:
        yield from ((Step.COST, 1), (Step.SALT, b"salt"), (Step.PASSWORD, None))
    elif alg.is_hkdf_extract:
        yield from ((Step.SALT, b"salt"), (Step.SECRET, None))
    elif alg.is_tls12_prf or alg.is_tls12_psk_to_ms:
        yield from ((Step.SEED, b"seed"), (Step.SECRET, None), (Step.LABEL, b"label"))
    elif alg.is_hkdf or alg.is_hkdf_expand:
        yield from ((Step.SECRET, None), (Step.INFO, b"info"))
    else:
        yield (Step.SECRET, None)


def _derive(runner: Runner, key: Key, alg: Alg) -> None:
    if alg == Alg.TLS12_ECJPAKE_TO_PMS:  # from a point
        pair = KeyType.ECC_KEY_PAIR(EccFamily.SECP_R1)
        point = runner.key(pair, 256, Alg.ECDH).export_public()
        assert key.attributes.bits == 8 * len(point)
        key = runner.core.import_key(KeyAttributes(KeyType.DERIVE, usage=Usage.DERIVE, alg=alg), point)
    with runner.core.key_derivation_setup(alg) as operation:
        for step, data in _inputs(alg):
            if data is None:
                operation.input_key(step, key)
            elif isinstance(data, int):
                operation.input_integer(step, data)
            else:
                operation.input_bytes(step, data)
        length = 32 if alg == Alg.TLS12_ECJPAKE_TO_PMS else 16
        assert len(operation.output_bytes(length)) == length


def _pake(runner: Runner, key: Key, alg: Alg) -> None:
    attributes, kind = key.attributes, KeyType(key.attributes.type)
    family, bits = (kind.spake2p_family, attributes.bits) if kind.is_spake2p else (EccFamily.SECP_R1, 256)
    group = PakePrimitive.of(PakePrimitiveType.ECC, family, bits)
    confirmed = PakeConfirmation.UNCONFIRMED_KEY if alg.is_jpake else PakeConfirmation.CONFIRMED_KEY
    with runner.core.pake_setup(key, PakeCipherSuite(alg, group, confirmed)) as side:
        if kind.is_spake2p:
            side.set_role(PakeRole.SERVER if kind.is_public_key else PakeRole.CLIENT)
        side.set_user(b"one")
        side.set_peer(b"other")
        if kind.is_public_key:  # the first word is the client's
            point = runner.key(KeyType.ECC_KEY_PAIR(EccFamily(family)), bits, Alg.ECDH).export_public()
            side.input(PakeStep.KEY_SHARE, point)
        assert len(side.output(PakeStep.KEY_SHARE)) > 0


CALLS: dict[str, Callable[[Runner, Any, Alg], None]] = {
    "hash_compute": _hash,
    "xof_setup": _xof,
    "mac_compute": _mac,
    "cipher_encrypt": _cipher,
    "aead_encrypt": _aead,
    "wrap_key": _wrap,
    "sign_message": _sign,
    "verify_message": _verify,
    "sign_hash": _sign_hash,
    "verify_hash": _verify_hash,
    "asymmetric_encrypt": _encrypt,
    "asymmetric_decrypt": _decrypt,
    "encapsulate": _encapsulate,
    "decapsulate": _decapsulate,
    "key_agreement": _agree,
    "key_derivation_setup": _derive,
    "pake_setup": _pake,
}
"""Every call of the list of mechanisms."""
