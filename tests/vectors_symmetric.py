"""Published vectors of MACs, ciphers, AEAD and key wrapping, as in :mod:`vectors`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import vectors

_SHARED = {"KEY", "NONCE", "ADATA", "ALEN", "PLEN", "NLEN", "TLEN"}


def blocks(path: str) -> Iterator[dict[str, str]]:
    """``key = value`` records of a file, which end at an empty line; keys in capitals.

    ``section`` holds the last ``[heading]``, and what stands in headings of the form ``[key = value]``
    or alone (a key that many records share) stays in force.
    """
    shared: dict[str, str] = {"section": ""}
    record: dict[str, str] = {}
    for line in [*vectors.lines(path), ""]:
        heading = re.fullmatch(r"\[(.*)\]", line)
        if heading:
            found = re.findall(r"(\w+) ?= ?(\w+)", heading[1])
            shared.update({k.upper(): v for k, v in found})
            if not found:
                shared["section"] = heading[1]
        elif "=" in line and not line.startswith("#"):
            key, _, value = line.partition("=")
            record[key.strip().upper()] = value.strip()
        elif line == "FAIL":
            record["FAIL"] = ""
        elif not line and record:
            if set(record) <= _SHARED:
                shared.update(record)
            else:
                yield shared | record
            record = {}


def _bytes(record: dict[str, str], *names: str) -> bytes:
    texts = [record[name] for name in names]
    return b"".join(text[1:-1].encode() if text.startswith('"') else bytes.fromhex(text) for text in texts)


# MACs


@dataclass(frozen=True)
class MacVector:
    """A key, a message and its MAC, which may be cut."""

    kind: str
    hash: str
    key: bytes
    message: bytes
    mac: bytes


_HMAC_FILES = {
    "MD5": "rfc-2202-md5",
    "SHA_1": "rfc-2202-sha1",
    "RIPEMD160": "rfc-2286-ripemd160",
    **{f"SHA_{n}": f"rfc-4231-sha{n}" for n in (224, 256, 384, 512)},
}


def hmac_vectors() -> list[MacVector]:
    """HMAC: RFC 2202, RFC 2286 and RFC 4231."""
    found = []
    for name, path in _HMAC_FILES.items():
        for record in vectors.records(f"HMAC/{path}.txt", "MD"):
            message = bytes.fromhex(record["Msg"])[: int(record["Len"]) // 8]
            found.append(MacVector("HMAC", name, bytes.fromhex(record["Key"]), message, bytes.fromhex(record["MD"])))
    return found


def cmac_vectors() -> list[MacVector]:
    """CMAC of AES and triple DES: NIST SP 800-38B, appendix D."""
    found = []
    for path in ("3des", "aes128", "aes192", "aes256"):
        for record in vectors.records(f"CMAC/nist-800-38b-{path}.txt", "OUTPUT"):
            names = ("KEY1", "KEY2", "KEY3") if path == "3des" else ("KEY",)
            kind = "DES" if path == "3des" else "AES"
            message, mac = _bytes(record, "MESSAGE"), _bytes(record, "OUTPUT")
            found.append(MacVector(kind, "", _bytes(record, *names), message, mac))
    return found


# Ciphers


@dataclass(frozen=True)
class CipherVector:
    """One text in one mode: ECB, CBC, CTR, CFB, OFB, XTS or STREAM; ``iv`` is empty for ECB."""

    kind: str
    mode: str
    key: bytes
    iv: bytes
    plaintext: bytes
    ciphertext: bytes


def _cipher_files() -> dict[str, tuple[str, str]]:
    """File -> type of key, mode."""
    files = {}
    for bits in (128, 192, 256):
        for mode, stem in {"ECB": "ECB", "CBC": "CBC", "CFB": "CFB128", "OFB": "OFB"}.items():
            for part in ("GFSbox", "KeySbox", "MMT", "VarKey", "VarTxt"):
                files[f"AES/{mode}/{stem}{part}{bits}.rsp"] = ("AES", mode)
        files[f"AES/CTR/aes-{bits}-ctr.txt"] = ("AES", "CTR")
    for mode, stem in {"ECB": "TECB", "CBC": "TCBC", "CFB": "TCFB64", "OFB": "TOFB"}.items():
        for part in ("MMT1", "MMT2", "MMT3", "invperm", "permop", "subtab", "varkey", "vartext"):
            files[f"3DES/{mode}/{stem}{part}.rsp"] = ("DES", mode)
    for mode in ("CBC", "CFB", "OFB"):
        files[f"Camellia/camellia-{mode.lower()}.txt"] = ("CAMELLIA", mode)
    for mode in ("ECB", "CBC", "CTR", "CFB", "OFB"):
        files[f"SM4/draft-ribose-cfrg-sm4-10-{mode.lower()}.txt"] = ("SM4", mode)
    for bits in (128, 256):
        files[f"AES/XTS/tweak-128hexstr/XTSGenAES{bits}.rsp"] = ("AES", "XTS")
    return files


def _cipher_vector(kind: str, mode: str, record: dict[str, str]) -> CipherVector:
    names = [name for name in ("KEY1", "KEY2", "KEY3") if name in record]
    if "KEYS" in record:
        names = ["KEYS"] * 3
    key = _bytes(record, *(names or ["KEY"]))
    iv = record.get("I", record.get("IV", "")) if mode != "ECB" else ""
    plaintext, ciphertext = ("PT", "CT") if mode == "XTS" else ("PLAINTEXT", "CIPHERTEXT")
    return CipherVector(
        kind, mode, key, bytes.fromhex(iv), _bytes(record, plaintext), _bytes(record, ciphertext)
    )  # fmt: skip


def cipher_vectors() -> list[CipherVector]:
    """NIST CAVP for AES and triple DES, RFC 3686, OpenSSL's for Camellia, draft-ribose-cfrg-sm4, whole bytes only."""
    found = []
    for path, (kind, mode) in _cipher_files().items():
        for record in blocks(f"ciphers/{path}"):
            if int(record.get("DATAUNITLEN", "0")) % 8 == 0:
                found.append(_cipher_vector(kind, mode, record))
    return found


def camellia_ecb_vectors(limit: int = 300) -> list[CipherVector]:
    """The designers' vectors, ``t_camellia.txt``."""
    found = []
    for bits in (128, 192, 256):
        values: dict[str, bytes] = {}
        for line in vectors.lines(f"ciphers/Camellia/camellia-{bits}-ecb.txt"):
            parts = re.fullmatch(r"([KPC]) No\.\d+ : (.*)", line)
            if parts:
                values[parts[1]] = bytes.fromhex(parts[2])
                if parts[1] == "C" and len(found) < limit * bits // 64:
                    found.append(CipherVector("CAMELLIA", "ECB", values["K"], b"", values["P"], values["C"]))
    return found


def chacha20_vectors() -> list[CipherVector]:
    """RFC 8439, appendix A.2; the IV is block counter and nonce."""
    found = []
    for record in blocks("ciphers/ChaCha20/rfc7539.txt"):
        counter = int(record["INITIAL_BLOCK_COUNTER"]).to_bytes(4, "little")
        texts = _bytes(record, "PLAINTEXT"), _bytes(record, "CIPHERTEXT")
        found.append(
            CipherVector("CHACHA20", "STREAM", _bytes(record, "KEY"), counter + _bytes(record, "NONCE"), *texts)
        )
    return found


def aria_vectors() -> list[CipherVector]:
    """RFC 5794, appendix A."""
    text = bytes.fromhex("00112233445566778899aabbccddeeff")
    typed = {
        16: "d718fbd6ab644c739da95f3be6451778",
        24: "26449c1805dbe7aa25a468ce263a9e79",
        32: "f92bd7c79fb72e2f2b8f80c1972d24fc",
    }
    return [CipherVector("ARIA", "ECB", bytes(range(n)), b"", text, bytes.fromhex(c)) for n, c in typed.items()]


def xchacha20_vectors() -> list[CipherVector]:
    """draft-irtf-cfrg-xchacha-03, appendix A.3.2: the first block."""
    text = b'The dhole (pronounced "dole") is also known as the Asiatic wild dog, red dog, and whistling dog.'
    nonce = bytes([*range(0x40, 0x57), 0x58])
    start = bytes.fromhex("4559abba4e48c16102e8bb2c05e6947f")
    return [CipherVector("XCHACHA20", "STREAM", bytes(range(0x80, 0xA0)), nonce, text[: len(start)], start)]


def arc4_vectors() -> list[CipherVector]:
    """The start of each stream of RFC 6229 and others."""
    return [
        CipherVector("ARC4", "STREAM", _bytes(r, "KEY"), b"", _bytes(r, "PLAINTEXT"), _bytes(r, "CIPHERTEXT"))
        for path in ("arc4", *(f"rfc-6229-{bits}" for bits in (40, 56, 64, 80, 128, 192, 256)))
        for r in blocks(f"ciphers/ARC4/{path}.txt")
        if len(_bytes(r, "KEY")) >= 5 and r["OFFSET"] == "0"
    ]


# AEAD


@dataclass(frozen=True)
class AeadVector:
    """``plaintext`` is None where the tag is wrong; ``sealed`` is ciphertext and tag."""

    kind: str
    mode: str
    key: bytes
    nonce: bytes
    ad: bytes
    plaintext: bytes | None
    sealed: bytes
    tag_length: int


def gcm_vectors(every: int = 1) -> list[AeadVector]:
    """NIST CAVP for AES, each ``every``-th, and RFC 8998 for SM4."""
    found = []
    for path in [f"gcm{way}{bits}" for bits in (128, 192, 256) for way in ("EncryptExtIV", "Decrypt")]:
        for index, r in enumerate(blocks(f"ciphers/AES/GCM/{path}.rsp")):
            if index % every == 0 and "KEY" in r:
                text = None if "FAIL" in r else _bytes(r, "PT")
                nonce, tag = _bytes(r, "IV"), _bytes(r, "TAG")
                sealed = _bytes(r, "CT") + tag
                found.append(
                    AeadVector("AES", "GCM", _bytes(r, "KEY"), nonce, _bytes(r, "AAD"), text, sealed, len(tag))
                )
    for r in blocks("ciphers/SM4/rfc8998.txt"):
        sealed = _bytes(r, "CIPHERTEXT", "TAG")
        parts = (_bytes(r, "KEY"), _bytes(r, "IV"), _bytes(r, "AAD"), _bytes(r, "PLAINTEXT"))
        found.append(AeadVector("SM4", "GCM", *parts, sealed, 16))
    return found


def ccm_vectors() -> list[AeadVector]:
    """NIST CAVP for AES."""
    found = []
    for path in [f"{name}{bits}" for bits in (128, 192, 256) for name in ("DVPT", "VADT", "VNT", "VPT", "VTT")]:
        for r in blocks(f"ciphers/AES/CCM/{path}.rsp"):
            text = None if r.get("RESULT") == "Fail" else _bytes(r, "PAYLOAD")[: int(r["PLEN"])]
            ad = _bytes(r, "ADATA")[: int(r["ALEN"])]
            found.append(
                AeadVector(
                    "AES", "CCM", _bytes(r, "KEY"), _bytes(r, "NONCE"), ad, text, _bytes(r, "CT"), int(r["TLEN"])
                )
            )
    return found


def chacha20_poly1305_vectors() -> list[AeadVector]:
    """OpenSSL's (among them RFC 8439's) and BoringSSL's."""
    found = []
    for path in ("openssl", "boringssl"):
        for r in blocks(f"ciphers/ChaCha20Poly1305/{path}.txt"):
            text, sealed, nonce = (_bytes(r, n) for n in _CHACHA_NAMES[path])
            plaintext = None if "RESULT" in r else text
            tag = _bytes(r, "TAG")
            if len(tag) == 16 and len(nonce) == 12:
                ad = _bytes(r, "AAD" if "AAD" in r else "AD")
                found.append(AeadVector("CHACHA20", "CHACHA", _bytes(r, "KEY"), nonce, ad, plaintext, sealed + tag, 16))
    return found


def xchacha20_poly1305_vectors() -> list[AeadVector]:
    """draft-irtf-cfrg-xchacha-03, appendix A.3.1."""
    text = (
        b"Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, "
        b"sunscreen would be it."
    )
    sealed = """
        bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb731c7f1b0b4aa6440bf3a82f4eda7e39
        ae64c6708c54c216cb96b72e1213b4522f8c9ba40db5d945b11b69b982c1bb9e3f3fac2bc369488f76b2383565d3fff9
        21f9664c97637da9768812f615c68b13b52ec0875924c1c7987947deafd8780acf49
    """
    key, nonce = bytes(range(0x80, 0xA0)), bytes(range(0x40, 0x58))
    ad = bytes.fromhex("50515253c0c1c2c3c4c5c6c7")
    return [AeadVector("XCHACHA20", "XCHACHA", key, nonce, ad, text, bytes.fromhex(sealed), 16)]


_CHACHA_NAMES = {"openssl": ("PLAINTEXT", "CIPHERTEXT", "IV"), "boringssl": ("IN", "CT", "NONCE")}


# Key wrapping


@dataclass(frozen=True)
class WrapVector:
    """``plaintext`` is None where the wrapped data is not authentic."""

    mode: str
    key: bytes
    plaintext: bytes | None
    wrapped: bytes


def wrap_vectors() -> list[WrapVector]:
    """NIST CAVP, SP 800-38F with AES."""
    found = []
    for mode in ("KW", "KWP"):
        for bits in (128, 192, 256):
            for way in ("AE", "AD"):
                for record in blocks(f"keywrap/kwtestvectors/{mode}_{way}_{bits}.txt"):
                    text = _bytes(record, "P") if "P" in record else None
                    found.append(WrapVector(mode, _bytes(record, "K"), text, _bytes(record, "C")))
    return found
