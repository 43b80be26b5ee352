"""Published test vectors as plain records, independent of what they are run against.

The files are those of the ``cryptography-vectors`` package; the docstring of each function
says where they come from.  Algorithms and curves are named as in the PSA Crypto API, bytes
are bytes, and a record is a frozen dataclass.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from dataclasses import dataclass

import cryptography_vectors

HASH_NAMES = {
    "SHA1": "SHA_1",
    "SHA-1": "SHA_1",
    **{f"SHA{n}": f"SHA_{n}" for n in (224, 256, 384, 512)},
    **{f"SHA-{n}": f"SHA_{n}" for n in (224, 256, 384, 512)},
}
"""Hash names of the vector files -> names after ``PSA_ALG_``."""

_SECP = {f"P-{bits}": ("SECP_R1", bits) for bits in (192, 224, 256, 384, 521)}
_SECT = {f"K-{bits}": ("SECT_K1", bits) for bits in (163, 233, 283, 409, 571)}
_SECT |= {f"B-{bits}": ("SECT_R1", bits) for bits in (233, 283, 409, 571)}
_SECT["B-163"] = ("SECT_R2", 163)
CURVES = _SECP | _SECT
"""Curve names of the vector files -> (name after ``PSA_ECC_FAMILY_``, bits)."""


def lines(path: str) -> list[str]:
    """The lines of a vector file."""
    with cryptography_vectors.open_vector_file(path, "r") as file:
        return [line.strip() for line in file.read().splitlines()]


def records(path: str, end: str) -> Iterator[dict[str, str]]:
    """``key = value`` records of a NIST file; one ends at the key ``end``.

    Keys seen before stay in force, which covers files that give a key pair once for many
    messages.  ``section`` holds the last ``[heading]``.
    """
    record: dict[str, str] = {"section": ""}
    for line in lines(path):
        if line.startswith("[") and line.endswith("]"):
            record["section"] = line[1:-1]
        elif "=" in line and not line.startswith("#"):
            key, _, value = line.partition("=")
            record[key.strip()] = value.strip()
            if key.strip() == end:
                yield dict(record)


def _message(record: dict[str, str]) -> bytes:
    return bytes.fromhex(record["Msg"])[: int(record["Len"]) // 8]


# Hashes


@dataclass(frozen=True)
class HashVector:
    """A message and its hash."""

    hash: str
    message: bytes
    digest: bytes


_HASH_FILES = {
    "MD5": ["MD5/rfc-1321.txt"],
    "RIPEMD160": ["ripemd160/ripevectors.txt"],
    "SM3": ["SM3/oscca.txt"],
    "BLAKE2S_HASH256": ["blake2/blake2s.txt"],
    "BLAKE2B_HASH512": ["blake2/blake2b.txt"],
    "SHA_1": ["SHA1/SHA1ShortMsg.rsp", "SHA1/SHA1LongMsg.rsp"],
    **{
        f"SHA_{n}": [f"SHA2/SHA{n}ShortMsg.rsp", f"SHA2/SHA{n}LongMsg.rsp"]
        for n in ("224", "256", "384", "512", "512_224", "512_256")
    },
    **{f"SHA3_{n}": [f"SHA3/SHA3_{n}ShortMsg.rsp", f"SHA3/SHA3_{n}LongMsg.rsp"] for n in (224, 256, 384, 512)},
}


def hash_vectors(name: str, limit: int | None = None) -> list[HashVector]:
    """Vectors of a hash: NIST CAVP for SHA, the standard's own for the others."""
    found = []
    for path in _HASH_FILES[name]:
        for record in records(f"hashes/{path}", "MD"):
            found.append(HashVector(name, _message(record), bytes.fromhex(record["MD"])))
    return found[:limit]


def md4_vectors() -> list[HashVector]:
    """RFC 1320, appendix A.5."""
    typed = {
        "": "31d6cfe0d16ae931b73c59d7e0c089c0",
        "a": "bde52cb31de33e46245e05fbdbd6fb24",
        "abc": "a448017aaf21d8525fc10ae87aa6729d",
        "message digest": "d9130a8164549fe818874806e1c7014b",
    }
    return [HashVector("MD4", message.encode(), bytes.fromhex(digest)) for message, digest in typed.items()]


def shake_vectors(bits: int, size: int = 0) -> list[HashVector]:
    """NIST CAVP for SHAKE128 and SHAKE256: of every length of output, or of ``size`` bits."""
    found = []
    for record in records(f"hashes/SHAKE/SHAKE{bits}VariableOut.rsp", "Output"):
        if size in (0, int(record["Outputlen"])):
            message, output = bytes.fromhex(record["Msg"]), bytes.fromhex(record["Output"])
            found.append(HashVector(f"SHAKE{bits}", message, output))
    return found


def hash_names() -> list[str]:
    """Hashes that :func:`hash_vectors` has vectors for."""
    return list(_HASH_FILES)


@dataclass(frozen=True)
class MonteVector:
    """A chain of NIST CAVP's Monte Carlo test: the seed, and the digest after each round."""

    hash: str
    seed: bytes
    digests: tuple[bytes, ...]


def monte_vector(name: str) -> MonteVector:
    """The Monte Carlo chain of SHA-1, a SHA-2 or a SHA-3 hash."""
    family = "SHA3" if name.startswith("SHA3") else "SHA1" if name == "SHA_1" else "SHA2"
    stem = name if family == "SHA3" else name.replace("SHA_", "SHA", 1)
    found = list(records(f"hashes/{family}/{stem}Monte.rsp", "MD"))
    return MonteVector(name, bytes.fromhex(found[0]["Seed"]), tuple(bytes.fromhex(r["MD"]) for r in found))


# ECDSA


@dataclass(frozen=True)
class EcdsaVector:
    """A signature over a message; ``private`` where the vector signs, ``valid`` where it verifies."""

    family: str
    bits: int
    hash: str
    message: bytes
    private: bytes
    public: bytes
    signature: bytes
    valid: bool
    deterministic: bool = False


def _point(record: dict[str, str], size: int) -> bytes:
    return b"\x04" + b"".join(int(record[key], 16).to_bytes(size, "big") for key in ("Qx", "Qy"))


def ecdsa_verify_vectors(curve: str) -> list[EcdsaVector]:
    """NIST CAVP SigVer of FIPS 186-3 for a curve such as ``P-256``; valid and invalid ones.

    Where a changed value does not fit the format any more, the vector is left out.
    """
    family, bits = CURVES[curve]
    size = (bits + 7) // 8
    found = []
    for record in records("asymmetric/ECDSA/FIPS_186-3/SigVer.rsp", "Result"):
        name, _, digest = record["section"].partition(",")
        if name != curve or digest not in HASH_NAMES:
            continue
        half = order_size(family, bits)
        numbers = [int(record[key], 16) for key in ("R", "S")]
        if any(number >> (8 * half) for number in numbers):
            continue
        signature = b"".join(number.to_bytes(half, "big") for number in numbers)
        message = bytes.fromhex(record["Msg"])
        valid = record["Result"].startswith("P")
        found.append(
            EcdsaVector(family, bits, HASH_NAMES[digest], message, b"", _point(record, size), signature, valid)
        )
    return found


ORDER_BITS = {("SECT_K1", 233): 232, ("SECT_K1", 239): 238, ("SECT_K1", 283): 281, ("SECT_K1", 409): 407}
ORDER_BITS |= {("SECT_K1", 571): 570, ("SECT_R1", 283): 282, ("SECT_R1", 571): 570, ("SECT_R1", 163): 162}
"""Bits of the group order where they differ from the field's (SEC 2)."""


def order_size(family: str, bits: int) -> int:
    """Bytes of r and of s."""
    return (ORDER_BITS.get((family, bits), bits) + 7) // 8


def ecdsa_secp256k1_vectors() -> list[EcdsaVector]:
    """Signatures on secp256k1 with several hashes, made by an independent implementation."""
    found = []
    for record in records("asymmetric/ECDSA/SECP256K1/SigGen.txt", "S"):
        digest = HASH_NAMES[record["section"].partition(",")[2]]
        signature = b"".join(int(record[key], 16).to_bytes(32, "big") for key in ("R", "S"))
        private = int(record["d"], 16).to_bytes(32, "big")
        message = bytes.fromhex(record["Msg"])
        found.append(EcdsaVector("SECP_K1", 256, digest, message, private, _point(record, 32), signature, True))
    return found


def _der_integers(data: bytes) -> list[int]:
    """The integers of a DER SEQUENCE of INTEGER."""
    position = 2 if data[1] < 0x80 else 3
    found = []
    while position < len(data):
        length = data[position + 1]
        found.append(int.from_bytes(data[position + 2 : position + 2 + length], "big"))
        position += 2 + length
    return found


_PEM = re.compile(r"(PrivateKey|PublicKey)=([PKB]-\d+)_\w+\n-----BEGIN[^\n]*\n(.*?)-----END", re.S)


def rfc6979_vectors(curve: str) -> list[EcdsaVector]:
    """RFC 6979, appendix A.2: deterministic signatures, of a curve such as ``P-256``."""
    family, bits = CURVES[curve]
    size, half = (bits + 7) // 8, order_size(family, bits)
    path = "asymmetric/ECDSA/RFC6979/evppkey_ecdsa_rfc6979.txt"
    text = "\n".join(lines(path))
    keys = {(kind, name): base64.b64decode(body) for kind, name, body in _PEM.findall(text)}
    private = keys["PrivateKey", curve].partition(b"\x02\x01\x01\x04")[2]
    scalar = private[1 : 1 + private[0]].rjust(size, b"\0")
    public = keys["PublicKey", curve][-(2 * size + 1) :]
    found = []
    pattern = rf'DigestSign = (\w+)\nKey = {curve}_PRIV\nNonceType = deterministic\nInput = "(\w+)"\nOutput = (\w+)\n'
    for digest, message, output in re.findall(pattern, text):
        signature = b"".join(number.to_bytes(half, "big") for number in _der_integers(bytes.fromhex(output)))
        found.append(
            EcdsaVector(
                family, bits, HASH_NAMES[digest], message.encode(), scalar, public, signature, True, deterministic=True
            )
        )
    return found


# EdDSA


@dataclass(frozen=True)
class EddsaVector:
    """A PureEdDSA signature."""

    bits: int
    private: bytes
    public: bytes
    message: bytes
    signature: bytes


def ed25519_vectors(limit: int | None = None) -> list[EddsaVector]:
    """The vectors of Ed25519's authors, ``sign.input``."""
    found = []
    for line in lines("asymmetric/Ed25519/sign.input")[:limit]:
        pair, public, message, signed = (bytes.fromhex(part) for part in line.split(":")[:4])
        found.append(EddsaVector(255, pair[:32], public, message, signed[:64]))
    return found


def ed448_vectors() -> list[EddsaVector]:
    """RFC 8032, section 7.4, those without a context."""
    found = []
    context = ""
    record: dict[str, str] = {}
    for line in [*lines("asymmetric/Ed448/rfc8032.txt"), "COUNT = end"]:
        key, _, value = (part.strip() for part in line.partition("="))
        if key == "COUNT" and "SIGNATURE" in record:
            context = record.get("CONTEXT", "")
            if not context:
                data = [bytes.fromhex(record[name]) for name in ("SECRET", "PUBLIC", "MESSAGE", "SIGNATURE")]
                found.append(EddsaVector(448, *data))
            record = {}
        elif key and not key.startswith("#"):
            record[key] = value
    return found


# Key agreement


@dataclass(frozen=True)
class AgreementVector:
    """A shared secret; ``secret`` is None where the peer's key must be refused."""

    family: str
    bits: int
    private: bytes
    peer: bytes
    secret: bytes | None


def ecdh_vectors() -> list[AgreementVector]:
    """NIST CAVP ECC static unified, the primitive only; and RFC 7027 for Brainpool."""
    found = []
    sets = {"EA": 192, "EB": 224, "EC": 256, "ED": 384, "EE": 521}
    for role in ("init", "resp"):
        path = f"asymmetric/ECDH/KASValidityTest_ECCStaticUnified_NOKC_ZZOnly_{role}.fax"
        for record in records(path, "Result"):
            bits = sets[record["section"].partition(" ")[0]]
            size = (bits + 7) // 8
            numbers = [int(record[key], 16) for key in ("dsIUT", "QsCAVSx", "QsCAVSy")]
            if any(number >> (8 * size) for number in numbers):
                continue
            private, x, y = (number.to_bytes(size, "big") for number in numbers)
            result = record["Result"]
            secret = bytes.fromhex(record["Z"]).rjust(size, b"\0")[-size:]
            if result.startswith("F"):
                # 2: a changed tag or Z, which is no matter of the primitive; 3 to 10: bad keys
                continue
            found.append(AgreementVector("SECP_R1", bits, private, b"\x04" + x + y, secret))
    for record in records("asymmetric/ECDH/brainpool.txt", "y_Z"):
        bits = int(record["curve"].removeprefix("brainpoolP").removesuffix("r1"))
        size = bits // 8
        private, x, y, z = (bytes.fromhex(record[key]).rjust(size, b"\0") for key in ("dA", "x_qB", "y_qB", "x_Z"))
        found.append(AgreementVector("BRAINPOOL_P_R1", bits, private, b"\x04" + x + y, z))
    return found


def montgomery_vectors() -> list[AgreementVector]:
    """RFC 7748, section 5.2: X25519 and X448."""
    found = []
    for bits in (255, 448):
        name = {255: "X25519", 448: "X448"}[bits]
        for record in records(f"asymmetric/{name}/rfc7748.txt", "OUTPUT_U"):
            private, peer, secret = (bytes.fromhex(record[k]) for k in ("INPUT_SCALAR", "INPUT_U", "OUTPUT_U"))
            found.append(AgreementVector("MONTGOMERY", bits, private, peer, secret))
    return found


# RSA


@dataclass(frozen=True)
class RsaVector:
    """A signature under a public key; ``valid`` says whether it verifies."""

    n: int
    e: int
    hash: str
    message: bytes
    signature: bytes
    valid: bool
    salt: int | None = None


def rsa_pss_verify_vectors() -> list[RsaVector]:
    """NIST CAVP SigVer RSASSA-PSS of FIPS 186-3."""
    found = []
    for record in records("asymmetric/RSA/FIPS_186-2/SigVerPSS_186-3.rsp", "Result"):
        found.append(_rsa(record, len(record["SaltVal"]) // 2))
    return found


def rsa_pkcs1_verify_vectors() -> list[RsaVector]:
    """NIST CAVP SigVer RSASSA-PKCS1-v1_5 of FIPS 186-3."""
    return [_rsa(record, None) for record in records("asymmetric/RSA/FIPS_186-2/SigVer15_186-3.rsp", "Result")]


def _rsa(record: dict[str, str], salt: int | None) -> RsaVector:
    n, e = int(record["n"], 16), int(record["e"], 16)
    size = (n.bit_length() + 7) // 8
    signature = int(record["S"], 16).to_bytes(max(size, (len(record["S"]) + 1) // 2), "big")[-size:]
    valid = record["Result"].startswith("P")
    return RsaVector(n, e, HASH_NAMES[record["SHAAlg"]], bytes.fromhex(record["Msg"]), signature, valid, salt)


def _der(tag: int, content: bytes) -> bytes:
    size = len(content)
    octets = b"" if size < 0x80 else size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(octets) if octets else size]) + octets + content


def der_sequence(*numbers: int) -> bytes:
    """DER SEQUENCE of nonnegative INTEGERs: RSAPublicKey and RSAPrivateKey are such."""
    return _der(0x30, b"".join(_der(0x02, n.to_bytes(n.bit_length() // 8 + 1, "big")) for n in numbers))
