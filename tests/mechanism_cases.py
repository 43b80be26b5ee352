"""Published vectors by mechanism: an algorithm with a type of key, and how its vectors are run through a core.

``CASES`` has an entry for everything that vectors were published for; ``DEFINED`` names the tests of
what has none, against ``cryptography`` or against the definition over a cipher that has.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any

import pytest
import vectors
import vectors_asymmetric
import vectors_symmetric

from psa_bridge import Alg, Core, InvalidArgument, InvalidSignature, Key, KeyAttributes, KeyType, NotSupported, Usage

Mechanism = tuple[str, str]
"""The algorithm, with ``PSA_ALG_ANY_HASH`` where it takes a hash, and the type of key."""

USAGE = (
    Usage.EXPORT | Usage.ENCRYPT | Usage.DECRYPT | Usage.SIGN_MESSAGE | Usage.VERIFY_MESSAGE
    | Usage.DERIVE | Usage.WRAP | Usage.UNWRAP
)  # fmt: skip
SECRET = KeyAttributes(KeyType.RAW_DATA, usage=Usage.EXPORT)
PUBLIC_USAGE = Usage.EXPORT | Usage.ENCRYPT | Usage.VERIFY_MESSAGE
SOME = 40
"""Vectors of one mechanism that are run; the tests of the drivers run them all."""


def key(core: Core, kind: int, alg: int, data: bytes, bits: int = 0) -> Key:
    """A key for one algorithm and every use of it."""
    public = KeyType(kind) & 0x7000 == 0x4000
    return core.import_key(KeyAttributes(kind, bits, usage=PUBLIC_USAGE if public else USAGE, alg=alg), data)


def some(found: Iterable[Any]) -> list[Any]:
    """At most ``SOME`` of them, from everywhere."""
    whole = list(found)
    return whole[:: max(1, len(whole) // SOME)]


CASES: dict[Mechanism, Callable[[Core, bool], int]] = {}
"""Each runs its vectors through a core and returns how many were served; all have to be if the core is ``complete``."""


def case(algorithm: str, key_type: str, check: Callable[..., None], found: Callable[[], Iterable[Any]]) -> None:
    """Add a mechanism: what to do with each vector, and where they come from."""

    def run(core: Core, complete: bool) -> int:
        count = 0
        for vector in some(found()):
            try:
                check(core, vector)
                count += 1
            except NotSupported:  # a hash or a size that a software driver does not have
                assert not complete, vector
        return count

    assert (algorithm, key_type) not in CASES
    CASES[algorithm, key_type] = run


# Hashes and XOFs


def _hash(alg: Alg, cut: int | None = None) -> Callable[..., None]:
    def check(core: Core, vector: vectors.HashVector) -> None:
        assert core.hash_compute(alg, vector.message) == vector.digest[:cut]

    return check


def _output(alg: Alg) -> Callable[..., None]:
    def check(core: Core, vector: vectors.HashVector) -> None:
        with core.xof_setup(alg) as operation:
            operation.update(vector.message)
            assert operation.output(len(vector.digest)) == vector.digest

    return check


for _name in vectors.hash_names():
    case(f"PSA_ALG_{_name}", "", _hash(getattr(Alg, _name)), lambda name=_name: vectors.hash_vectors(name))
case("PSA_ALG_MD4", "", _hash(Alg.MD4), vectors.md4_vectors)
case("PSA_ALG_SHA_256_192", "", _hash(Alg.SHA_256_192, 24), lambda: vectors.hash_vectors("SHA_256"))
for _bits, _sizes in {128: (256,), 256: (192, 256, 512)}.items():
    for _size in _sizes:
        _alg = getattr(Alg, f"SHAKE{_bits}_{_size}")
        case(str(_alg), "", _hash(_alg), lambda b=_bits, s=_size: vectors.shake_vectors(b, s))
    case(f"PSA_ALG_SHAKE{_bits}", "", _output(getattr(Alg, f"SHAKE{_bits}")), lambda b=_bits: vectors.shake_vectors(b))


# MACs, ciphers, AEAD, key wrapping


def _mac(base: Callable[[Any], int]) -> Callable[..., None]:
    def check(core: Core, vector: vectors_symmetric.MacVector) -> None:
        alg = Alg.TRUNCATED_MAC(base(vector), len(vector.mac))
        mac_key = key(core, getattr(KeyType, vector.kind), alg, vector.key)
        assert mac_key.mac_compute(alg, vector.message) == vector.mac
        mac_key.mac_verify(alg, vector.message, vector.mac)

    return check


_OF_MODES = {
    "ECB": Alg.ECB_NO_PADDING, "CBC": Alg.CBC_NO_PADDING, "CTR": Alg.CTR, "CFB": Alg.CFB, "OFB": Alg.OFB,
    "XTS": Alg.XTS, "STREAM": Alg.STREAM_CIPHER,
}  # fmt: skip


def _cipher(core: Core, vector: vectors_symmetric.CipherVector) -> None:
    alg = _OF_MODES[vector.mode]
    cipher_key = key(core, getattr(KeyType, vector.kind), alg, vector.key)
    # A block counter of zero is that of a nonce alone, which every driver of ChaCha20 takes.
    iv = vector.iv[4:] if vector.kind == "CHACHA20" and not any(vector.iv[:4]) else vector.iv
    for start, text, expected in (
        (cipher_key.cipher_encrypt_setup, vector.plaintext, vector.ciphertext),
        (cipher_key.cipher_decrypt_setup, vector.ciphertext, vector.plaintext),
    ):
        with start(alg) as operation:
            if iv:
                operation.set_iv(iv)
            assert operation.update(text) + operation.finish() == expected


def _aead(base: Alg) -> Callable[..., None]:
    def check(core: Core, vector: vectors_symmetric.AeadVector) -> None:
        alg = Alg.AEAD_WITH_SHORTENED_TAG(base, vector.tag_length)
        aead_key = key(core, getattr(KeyType, vector.kind), alg, vector.key)
        if vector.plaintext is None:
            with pytest.raises(InvalidSignature):
                aead_key.aead_decrypt(alg, vector.nonce, vector.ad, vector.sealed)
            return
        assert aead_key.aead_decrypt(alg, vector.nonce, vector.ad, vector.sealed) == vector.plaintext
        assert aead_key.aead_encrypt(alg, vector.nonce, vector.ad, vector.plaintext) == vector.sealed

    return check


def _wrap(core: Core, vector: vectors_symmetric.WrapVector) -> None:
    alg = getattr(Alg, vector.mode)
    wrapper = key(core, KeyType.AES, alg, vector.key)
    if vector.plaintext is None:
        with pytest.raises(InvalidSignature):
            wrapper.unwrap(SECRET, alg, vector.wrapped)
        return
    assert wrapper.unwrap(SECRET, alg, vector.wrapped).export() == vector.plaintext
    assert wrapper.wrap(alg, core.import_key(SECRET, vector.plaintext)) == vector.wrapped


_SYMMETRIC: dict[Mechanism, list[Any]] = defaultdict(list)


def _symmetric() -> dict[Mechanism, list[Any]]:
    """All vectors by mechanism, read once."""
    if not _SYMMETRIC:
        found = [*vectors_symmetric.cipher_vectors(), *vectors_symmetric.camellia_ecb_vectors()]
        found += [*vectors_symmetric.chacha20_vectors(), *vectors_symmetric.arc4_vectors()]
        for vector in [*found, *vectors_symmetric.aria_vectors(), *vectors_symmetric.xchacha20_vectors()]:
            _SYMMETRIC[vector.mode, vector.kind].append(vector)
        for vector in [*vectors_symmetric.gcm_vectors(7), *vectors_symmetric.ccm_vectors()]:
            _SYMMETRIC[vector.mode, vector.kind].append(vector)
        for vector in vectors_symmetric.hmac_vectors() + vectors_symmetric.cmac_vectors():
            _SYMMETRIC["HMAC" if vector.hash else "CMAC", vector.kind].append(vector)
        for vector in vectors_symmetric.wrap_vectors():
            if vector.plaintext is None or len(vector.plaintext) < 600:
                _SYMMETRIC[vector.mode, "AES"].append(vector)
    return _SYMMETRIC


def _add(algorithm: str, mode: str, kinds: str, check: Callable[..., None]) -> None:
    for kind in kinds.split():
        case(algorithm, f"PSA_KEY_TYPE_{kind}", check, lambda k=(mode, kind): _symmetric()[k])


_add("PSA_ALG_HMAC(PSA_ALG_ANY_HASH)", "HMAC", "HMAC", _mac(lambda vector: Alg.HMAC(getattr(Alg, vector.hash))))
_add("PSA_ALG_CMAC", "CMAC", "AES DES", _mac(lambda vector: Alg.CMAC))
_add("PSA_ALG_ECB_NO_PADDING", "ECB", "AES DES CAMELLIA SM4 ARIA", _cipher)
_add("PSA_ALG_CBC_NO_PADDING", "CBC", "AES DES CAMELLIA SM4", _cipher)
_add("PSA_ALG_CTR", "CTR", "AES SM4", _cipher)
_add("PSA_ALG_CFB", "CFB", "AES DES CAMELLIA SM4", _cipher)
_add("PSA_ALG_OFB", "OFB", "AES DES CAMELLIA SM4", _cipher)
_add("PSA_ALG_XTS", "XTS", "AES", _cipher)
_add("PSA_ALG_STREAM_CIPHER", "STREAM", "CHACHA20 XCHACHA20 ARC4", _cipher)
_add("PSA_ALG_GCM", "GCM", "AES SM4", _aead(Alg.GCM))
_add("PSA_ALG_CCM", "CCM", "AES", _aead(Alg.CCM))
case("PSA_ALG_CHACHA20_POLY1305", "PSA_KEY_TYPE_CHACHA20", _aead(Alg.CHACHA20_POLY1305),
     vectors_symmetric.chacha20_poly1305_vectors)  # fmt: skip
case("PSA_ALG_XCHACHA20_POLY1305", "PSA_KEY_TYPE_XCHACHA20", _aead(Alg.XCHACHA20_POLY1305),
     vectors_symmetric.xchacha20_poly1305_vectors)  # fmt: skip
_add("PSA_ALG_KW", "KW", "AES", _wrap)
_add("PSA_ALG_KWP", "KWP", "AES", _wrap)


# Signatures


def _verdict(signer: Key, alg: int, vector: Any) -> None:
    if vector.valid:
        signer.verify_message(alg, vector.message, vector.signature)
    else:
        with pytest.raises(InvalidSignature):
            signer.verify_message(alg, vector.message, vector.signature)


def _ecdsa(core: Core, vector: vectors.EcdsaVector) -> None:
    alg = Alg.ECDSA(getattr(Alg, vector.hash))
    kind = KeyType.parse(f"PSA_KEY_TYPE_ECC_PUBLIC_KEY(PSA_ECC_FAMILY_{vector.family})")
    try:
        public = key(core, kind, alg, vector.public, vector.bits)
    except InvalidArgument:  # a point that was changed
        assert not vector.valid
        return
    _verdict(public, alg, vector)


def _rfc6979(core: Core, vector: vectors.EcdsaVector) -> None:
    alg = Alg.DETERMINISTIC_ECDSA(getattr(Alg, vector.hash))
    kind = KeyType.parse(f"PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_{vector.family})")
    pair = key(core, kind, alg, vector.private, vector.bits)
    assert pair.sign_message(alg, vector.message) == vector.signature
    assert pair.export_public() == vector.public


def _eddsa(core: Core, vector: vectors.EddsaVector) -> None:
    kind = KeyType.parse("PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_TWISTED_EDWARDS)")
    pair = key(core, kind, Alg.PURE_EDDSA, vector.private)
    assert pair.export_public() == vector.public
    assert pair.sign_message(Alg.PURE_EDDSA, vector.message) == vector.signature
    public = key(core, int(kind) & ~0x3000, Alg.PURE_EDDSA, vector.public, vector.bits)
    public.verify_message(Alg.PURE_EDDSA, vector.message, vector.signature)


def _rsa(alg_of: Callable[[int], int]) -> Callable[..., None]:
    def check(core: Core, vector: vectors.RsaVector) -> None:
        alg = alg_of(getattr(Alg, vector.hash))
        public = key(core, KeyType.RSA_PUBLIC_KEY, alg, vectors.der_sequence(vector.n, vector.e))
        _verdict(public, alg, vector)

    return check


def _curves(kinds: str, family: str) -> list[str]:
    return [f"PSA_KEY_TYPE_ECC_{kind}(PSA_ECC_FAMILY_{family})" for kind in kinds.split()]


def _verifications(family: str) -> Callable[[], list[vectors.EcdsaVector]]:
    names = [name for name, (own, _) in vectors.CURVES.items() if own == family]
    if family == "SECP_K1":
        return vectors.ecdsa_secp256k1_vectors
    return lambda: [vector for name in names for vector in vectors.ecdsa_verify_vectors(name)]


for _family in ("SECP_R1", "SECP_K1", "SECT_K1", "SECT_R1", "SECT_R2"):
    for _kind in _curves("PUBLIC_KEY", _family):
        case("PSA_ALG_ECDSA(PSA_ALG_ANY_HASH)", _kind, _ecdsa, _verifications(_family))
for _family in ("SECP_R1", "SECT_K1", "SECT_R1", "SECT_R2"):
    _names = [name for name, (own, _) in vectors.CURVES.items() if own == _family]
    for _kind in _curves("KEY_PAIR", _family):
        case("PSA_ALG_DETERMINISTIC_ECDSA(PSA_ALG_ANY_HASH)", _kind, _rfc6979,
             lambda names=_names: [v for name in names for v in vectors.rfc6979_vectors(name)])  # fmt: skip
for _kind in _curves("KEY_PAIR", "TWISTED_EDWARDS"):
    case("PSA_ALG_PURE_EDDSA", _kind, _eddsa, lambda: vectors.ed25519_vectors(60) + vectors.ed448_vectors())
case("PSA_ALG_RSA_PKCS1V15_SIGN(PSA_ALG_ANY_HASH)", "PSA_KEY_TYPE_RSA_PUBLIC_KEY", _rsa(Alg.RSA_PKCS1V15_SIGN),
     vectors.rsa_pkcs1_verify_vectors)  # fmt: skip
case("PSA_ALG_RSA_PSS_ANY_SALT(PSA_ALG_ANY_HASH)", "PSA_KEY_TYPE_RSA_PUBLIC_KEY", _rsa(Alg.RSA_PSS_ANY_SALT),
     vectors.rsa_pss_verify_vectors)  # fmt: skip


def _ml_dsa(core: Core, vector: vectors_asymmetric.LatticeSignature) -> None:
    pair = key(core, KeyType.ML_DSA_KEY_PAIR, Alg.ML_DSA, vector.seed, vector.bits)
    assert pair.export_public() == vector.public
    for alg in (Alg.ML_DSA, Alg.DETERMINISTIC_ML_DSA):
        public = key(core, KeyType.ML_DSA_PUBLIC_KEY, alg, vector.public)
        public.verify_message_with_context(alg, vector.message, vector.context, vector.signature)
        with pytest.raises(InvalidSignature):
            public.verify_message_with_context(alg, vector.message, vector.context + b"x", vector.signature)


for _name in ("ML_DSA", "DETERMINISTIC_ML_DSA"):
    case(f"PSA_ALG_{_name}", "PSA_KEY_TYPE_ML_DSA_PUBLIC_KEY", _ml_dsa,
         lambda: [v for bits in (128, 192, 256) for v in vectors_asymmetric.ml_dsa_vectors(bits, 8)])  # fmt: skip


# Encryption, encapsulation, agreement


def _decrypt(alg: int) -> Callable[..., None]:
    def check(core: Core, vector: vectors_asymmetric.CryptVector) -> None:
        pair = key(core, KeyType.RSA_KEY_PAIR, alg, vector.pair)
        assert pair.asymmetric_decrypt(alg, vector.ciphertext, vector.label) == vector.plaintext

    return check


def _ml_kem(core: Core, vector: vectors_asymmetric.KemVector) -> None:
    pair = key(core, KeyType.ML_KEM_KEY_PAIR, Alg.ML_KEM, vector.seed, vector.bits)
    assert pair.export_public() == vector.public
    secret = KeyAttributes(KeyType.DERIVE, usage=Usage.EXPORT)
    assert pair.decapsulate(Alg.ML_KEM, vector.ciphertext, secret).export() == vector.secret
    assert pair.decapsulate(Alg.ML_KEM, vector.bad_ciphertext, secret).export() == vector.bad_secret


def _agree(core: Core, vector: vectors.AgreementVector) -> None:
    kind = KeyType.parse(f"PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_{vector.family})")
    pair = key(core, kind, Alg.ECDH, vector.private, vector.bits)
    assert pair.raw_key_agreement(Alg.ECDH, vector.peer) == vector.secret


case("PSA_ALG_RSA_OAEP(PSA_ALG_ANY_HASH)", "PSA_KEY_TYPE_RSA_KEY_PAIR", _decrypt(Alg.RSA_OAEP(Alg.SHA_1)),
     vectors_asymmetric.oaep_vectors)  # fmt: skip
case("PSA_ALG_RSA_PKCS1V15_CRYPT", "PSA_KEY_TYPE_RSA_KEY_PAIR", _decrypt(Alg.RSA_PKCS1V15_CRYPT),
     vectors_asymmetric.pkcs1_crypt_vectors)  # fmt: skip
case("PSA_ALG_ML_KEM", "PSA_KEY_TYPE_ML_KEM_KEY_PAIR", _ml_kem,
     lambda: [v for bits in (768, 1024) for v in vectors_asymmetric.ml_kem_vectors(bits, 8)])  # fmt: skip
for _family in ("SECP_R1", "BRAINPOOL_P_R1"):
    for _kind in _curves("KEY_PAIR", _family):
        case("PSA_ALG_ECDH", _kind, _agree,
             lambda family=_family: [v for v in vectors.ecdh_vectors() if v.family == family])  # fmt: skip
for _kind in _curves("KEY_PAIR", "MONTGOMERY"):
    case("PSA_ALG_ECDH", _kind, _agree, vectors.montgomery_vectors)
