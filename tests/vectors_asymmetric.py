"""Published vectors of asymmetric encryption and of the lattice mechanisms, as in :mod:`vectors`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import vectors


@dataclass(frozen=True)
class CryptVector:
    """A key pair, a plaintext, and a ciphertext under its public key; ``label`` is that of OAEP."""

    pair: bytes
    plaintext: bytes
    ciphertext: bytes
    label: bytes = b""


_NAMES = ["Modulus", "Public exponent", "Exponent", "Prime 1", "Prime 2"]
_NAMES += ["Prime exponent 1", "Prime exponent 2", "Coefficient"]


def _field(text: str, name: str) -> bytes:
    found = re.search(rf"# {name}:\s*\n([0-9a-f \n]+)", text)
    assert found is not None, name
    return bytes.fromhex(found[1])


def _examples(path: str) -> Iterator[CryptVector]:
    """The format of RSA Laboratories: a key, then what was encrypted with it."""
    text = "\n".join(vectors.lines(path))
    for example in re.split(r"# Example \d+: ", text)[1:]:
        head, *cases = example.split("# Message:")
        pair = head[head.index("# Private key") :] if "# Private key" in head else head
        der = vectors.der_sequence(0, *(int.from_bytes(_field(pair, name), "big") for name in _NAMES))
        for block in cases:
            yield CryptVector(der, _field(f"# Message:{block}", "Message"), _field(block, "Encryption"))


def oaep_vectors() -> list[CryptVector]:
    """RSA Laboratories' pkcs-1v2-1d2-vec: OAEP with SHA-1."""
    return list(_examples("asymmetric/RSA/pkcs-1v2-1d2-vec/oaep-vect.txt"))


def pkcs1_crypt_vectors() -> list[CryptVector]:
    """RSA Laboratories' pkcs1v15crypt-vectors: RSAES-PKCS1-v1_5."""
    return list(_examples("asymmetric/RSA/pkcs1v15crypt-vectors.txt"))


@dataclass(frozen=True)
class KemVector:
    """A seed (d and z), its public key, and a secret with its ciphertext; one that is not genuine has its own."""

    bits: int
    seed: bytes
    public: bytes
    ciphertext: bytes
    secret: bytes
    bad_ciphertext: bytes
    bad_secret: bytes


def ml_kem_vectors(bits: int, count: int) -> list[KemVector]:
    """The first of the known answers for ML-KEM (FIPS 203)."""
    found = []
    for r in islice(vectors.records(f"asymmetric/MLKEM/kat_MLKEM_{bits}.rsp", "ss"), count):
        names = ("pk", "ct", "ss", "ct_n", "ss_n")
        found.append(KemVector(bits, bytes.fromhex(r["d"] + r["z"]), *(bytes.fromhex(r[name]) for name in names)))
    return found


@dataclass(frozen=True)
class LatticeSignature:
    """A deterministic signature of ML-DSA; ``bits`` is the PSA size of the key."""

    bits: int
    seed: bytes
    public: bytes
    message: bytes
    context: bytes
    signature: bytes


def ml_dsa_vectors(bits: int, count: int) -> list[LatticeSignature]:
    """The first of the known answers for pure ML-DSA (FIPS 204), which signed deterministically."""
    name = {128: 44, 192: 65, 256: 87}[bits]
    found = []
    for r in islice(vectors.records(f"asymmetric/MLDSA/kat_MLDSA_{name}_det_pure.rsp", "ctx"), count):
        seed, public, message, signed, context = (bytes.fromhex(r[name]) for name in ("xi", "pk", "msg", "sm", "ctx"))
        assert signed.endswith(message)
        signature = signed[: len(signed) - len(message)]
        found.append(LatticeSignature(bits, seed, public, message, context, signature))
    return found
