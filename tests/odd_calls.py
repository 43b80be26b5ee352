"""Calls of every public method that would work, and odd values to put in place of each of their arguments.

A method that takes part is one line of a table; the values are the same for all.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from psa_bridge import (
    Alg,
    Core,
    EccFamily,
    Key,
    KeyAttributes,
    KeyType,
    PakeCipherSuite,
    PakeConfirmation,
    PakePrimitive,
    PakePrimitiveType,
    PakeStep,
    Usage,
)
from psa_bridge.constants import Step


class Own(int):
    """A user's kind of integer."""


class Liar(int):
    def __index__(self) -> int:
        raise RuntimeError("no index")


BYTES = {"data", "expected", "state", "mac", "plaintext", "ciphertext", "nonce", "additional_data", "signature"}
BYTES |= {
    "message",
    "digest",
    "context",
    "salt",
    "peer_key",
    "label",
    "custom_data",
    "iv",
    "tag",
    "out",
    "user_id",
    "peer_id",
}
PATHS = {"source", "target"}
NUMBERS = {
    "alg",
    "usage",
    "flags",
    "size",
    "identifier",
    "capacity",
    "ad_length",
    "plaintext_length",
    "value",
    "length",
    "role",
}
LISTS = {"messages", "macs", "signatures", "nonces", "texts", "hashes", "digests"}
TEXTS = {"call", "driver"}

ACCEPTABLE = {
    **{name: {"bytes", "empty", "longer", "wide", "square"} for name in BYTES},
    **{name: {"zero", "own", "liar", "alg", "wildcard", "large"} for name in NUMBERS},
    **{name: {"path", "text"} for name in PATHS | TEXTS},
    **{name: {"list of bytes", "empty list", "dict", "empty", "bytes", "longer", "wide", "square"} for name in LISTS},
    "key": {"zero"},
    "attributes": {"attributes", "nothing"},
    "password": {"nothing"},
    "progress": {"nothing"},
    "out": {"nothing", "wide"},
}
ACCEPTABLE["size"] = ACCEPTABLE["size"] | {"nothing"}
ACCEPTABLE["ad_length"] = ACCEPTABLE["plaintext_length"] = ACCEPTABLE["ad_length"] | {"33 bits"}
"""Odd values with which a call may succeed, by the name of the parameter."""


class Call(NamedTuple):
    """A call that works: the object it is made on is fresh each time where that matters."""

    name: str
    on: Callable[[], Any]
    method: str
    arguments: tuple[Any, ...]


class Scene:
    """A core with keys for everything, a second core, and a closed one."""

    def __init__(self, folder: Path) -> None:
        self.core, self.other, gone = Core(), Core(), Core()
        usage = Usage(0)
        for flag in ["EXPORT", "COPY", "ENCRYPT", "DECRYPT", "SIGN_HASH", "VERIFY_HASH", "DERIVE", "WRAP", "UNWRAP"]:
            usage |= getattr(Usage, flag)
        self.usage = usage | Usage.SIGN_MESSAGE | Usage.VERIFY_MESSAGE
        self.foreign = self.made(KeyType.AES, 128, Alg.GCM, self.other)
        self.homeless = self.made(KeyType.AES, 128, Alg.GCM, gone)
        self.gone = gone.hash_setup(Alg.SHA_256)
        gone.close()
        self.gcm = self.made(KeyType.AES, 128, Alg.GCM)
        self.ctr = self.made(KeyType.AES, 128, Alg.CTR)
        self.cmac = self.made(KeyType.AES, 128, Alg.CMAC)
        self.kek = self.made(KeyType.AES, 128, Alg.KW)
        pair = KeyType.ECC_KEY_PAIR(EccFamily.SECP_R1)
        self.ec = self.made(pair, 256, Alg.ECDSA(Alg.SHA_256))
        self.ecdh = self.made(pair, 256, Alg.ECDH)
        self.rsa = self.made(KeyType.RSA_KEY_PAIR, 1024, Alg.RSA_OAEP(Alg.SHA_256))
        self.kem = self.made(KeyType.ML_KEM_KEY_PAIR, 768, Alg.ML_KEM)
        self.dsa = self.made(KeyType.ML_DSA_KEY_PAIR, 128, Alg.ML_DSA)
        self.secret = self.made(KeyType.DERIVE, 256, Alg.HKDF(Alg.SHA_256))
        group = PakePrimitive.of(PakePrimitiveType.ECC, EccFamily.SECP_R1, 256)
        self.suite = PakeCipherSuite(Alg.JPAKE(Alg.SHA_256), group, PakeConfirmation.UNCONFIRMED_KEY)
        self.password = self.made(KeyType.PASSWORD, 64, Alg.JPAKE(Alg.SHA_256))
        self.folder = folder
        for name, content in (
            ("plain", b"abc"),
            ("sealed", self.gcm.aead_encrypt(Alg.GCM, NONCE, b"", b"abc")),
            ("ciphered", self.ctr.cipher_encrypt(Alg.CTR, b"abc")),
        ):
            (folder / name).write_bytes(content)

    def made(self, kind: int, bits: int, alg: int, core: Core | None = None) -> Key:
        return (core or self.core).generate_key(KeyAttributes(kind, bits, usage=self.usage, alg=alg))

    def close(self) -> None:
        self.core.close()
        self.other.close()

    def odd(self) -> dict[str, Any]:
        """What somebody might put in by mistake."""
        return {
            "nothing": None,
            "text": "text",
            "path": str(self.folder / "other"),
            "negative": -1,
            "large": 1 << 20,
            "33 bits": 1 << 32,
            "65 bits": 1 << 64,
            "huge": 1 << 200,
            "bool": True,
            "float": 1.5,
            "list": [1, 2],
            "list of bytes": [b"ab"],
            "empty list": [],
            "bytes": b"xy",
            "empty": b"",
            "longer": b"123456",
            "gaps": memoryview(b"abcdef")[::2],
            "square": memoryview(bytes(16)).cast("B", (4, 4)),
            "wide": array("I", [1, 2]),
            "object": object(),
            "own": Own(5),
            "liar": Liar(5),
            "zero": 0,
            "alg": Alg.SHA_256,
            "wildcard": Alg.ECDSA(Alg.ANY_HASH),
            "attributes": KeyAttributes(KeyType.AES, 128),
            "key of another core": self.foreign,
            "key of a closed core": self.homeless,
            "core": self.core,
            "operation": self.gone,
            "dict": {},
        }


NONCE = bytes(12)
SHA = Alg.SHA_256
SIGN = Alg.ECDSA(Alg.SHA_256)
OAEP = Alg.RSA_OAEP(Alg.SHA_256)


Rows = list[tuple[str, tuple[Any, ...]]]


def calls(s: Scene) -> Iterator[Call]:
    """Calls that work, on the core, on keys and on operations."""
    on_core = [*_symmetric(s), *_asymmetric(s), *_keys(s), *_files(s)]
    for method, arguments in on_core:
        yield Call(f"core.{method}", lambda: s.core, method, arguments)
    for method, arguments in on_core:
        if arguments and isinstance(arguments[0], Key) and hasattr(Key, method):
            yield Call(f"key.{method}", lambda key=arguments[0]: key, method, arguments[1:])
    yield from _operations(s)


def _symmetric(s: Scene) -> Rows:
    digest, mac = s.core.hash_compute(SHA, b"abc"), s.cmac.mac_compute(Alg.CMAC, b"abc")
    return [
        ("hash_compute", (SHA, b"abc")),
        ("hash_compare", (SHA, b"abc", digest)),
        ("hash_setup", (SHA,)),
        ("hash_resume", (s.core.hash_setup(SHA).suspend(),)),
        ("hash_compute_batch", (SHA, [b"abc"])),
        ("xof_setup", (Alg.SHAKE128,)),
        ("mac_compute", (s.cmac, Alg.CMAC, b"abc")),
        ("mac_verify", (s.cmac, Alg.CMAC, b"abc", mac)),
        ("mac_compute_batch", (s.cmac, Alg.CMAC, [b"abc"])),
        ("mac_verify_batch", (s.cmac, Alg.CMAC, [b"abc"], [mac])),
        ("mac_sign_setup", (s.cmac, Alg.CMAC)),
        ("mac_verify_setup", (s.cmac, Alg.CMAC)),
        ("cipher_encrypt", (s.ctr, Alg.CTR, b"abc")),
        ("cipher_decrypt", (s.ctr, Alg.CTR, bytes(20))),
        ("cipher_encrypt_setup", (s.ctr, Alg.CTR)),
        ("cipher_decrypt_setup", (s.ctr, Alg.CTR)),
        ("aead_encrypt", (s.gcm, Alg.GCM, NONCE, b"", b"abc")),
        ("aead_decrypt", (s.gcm, Alg.GCM, NONCE, b"", s.gcm.aead_encrypt(Alg.GCM, NONCE, b"", b"abc"))),
        ("aead_encrypt_setup", (s.gcm, Alg.GCM)),
        ("aead_decrypt_setup", (s.gcm, Alg.GCM)),
    ]


def _asymmetric(s: Scene) -> Rows:
    digest, signature = s.core.hash_compute(SHA, b"abc"), s.ec.sign_message(SIGN, b"abc")
    signed = s.dsa.sign_message_with_context(Alg.ML_DSA, b"abc", b"c")
    return [
        ("sign_message", (s.ec, SIGN, b"abc")),
        ("verify_message", (s.ec, SIGN, b"abc", signature)),
        ("sign_hash", (s.ec, SIGN, digest)),
        ("verify_hash", (s.ec, SIGN, digest, signature)),
        ("sign_message_with_context", (s.dsa, Alg.ML_DSA, b"abc", b"c")),
        ("verify_message_with_context", (s.dsa, Alg.ML_DSA, b"abc", b"c", signed)),
        ("sign_hash_with_context", (s.ec, SIGN, digest, b"")),
        ("verify_hash_with_context", (s.ec, SIGN, digest, b"", signature)),
        ("sign_setup", (s.ec, SIGN)),
        ("verify_setup", (s.ec, SIGN, signature)),
        ("asymmetric_encrypt", (s.rsa, OAEP, b"abc", b"")),
        ("asymmetric_decrypt", (s.rsa, OAEP, s.rsa.asymmetric_encrypt(OAEP, b"abc"), b"")),
    ]


def _keys(s: Scene) -> Rows:
    aes = KeyAttributes(KeyType.AES, 128, usage=s.usage, alg=Alg.GCM)
    secret = KeyAttributes(KeyType.DERIVE, 256, usage=s.usage)
    return [
        ("wrap_key", (s.kek, Alg.KW, s.gcm)),
        ("unwrap_key", (aes, s.kek, Alg.KW, s.kek.wrap(Alg.KW, s.gcm))),
        ("encapsulate", (s.kem, Alg.ML_KEM, secret)),
        ("decapsulate", (s.kem, Alg.ML_KEM, s.kem.encapsulate(Alg.ML_KEM, secret)[1], secret)),
        ("key_agreement", (s.ecdh, s.ecdh.export_public(), Alg.ECDH, secret)),
        ("key_derivation_setup", (Alg.HKDF(SHA),)),
        ("pake_setup", (s.password, s.suite)),
        ("raw_key_agreement", (Alg.ECDH, s.ecdh, s.ecdh.export_public())),
        ("generate_random", (16,)),
        ("import_key", (KeyAttributes(KeyType.RAW_DATA), b"abc")),
        ("generate_key", (aes,)),
        ("generate_key_custom", (aes, b"")),
        ("copy_key", (s.gcm, aes)),
        ("get_key_attributes", (s.gcm,)),
        ("export_key", (s.gcm,)),
        ("export_public_key", (s.ec,)),
        ("check_key_usage", (s.gcm, Alg.GCM, Usage.ENCRYPT)),
        ("key", (s.gcm.id,)),
        ("purge_key", (s.gcm,)),
        ("import_pem", (s.ec.export_pem(),)),
        ("import_der", (s.ec.export_der(),)),
        ("import_from_cryptography", (s.ec.to_cryptography(),)),
        ("trace", (5,)),
        ("explain", ("hash_compute",)),
    ]


def _files(s: Scene) -> Rows:
    digest, mac = s.core.hash_compute(SHA, b"abc"), s.cmac.mac_compute(Alg.CMAC, b"abc")
    signature = s.ec.sign_message(SIGN, b"abc")
    plain, out, ciphered, sealed = (str(s.folder / name) for name in ("plain", "out", "ciphered", "sealed"))
    return [
        ("hash_compute_file", (SHA, plain)),
        ("hash_compare_file", (SHA, plain, digest)),
        ("mac_compute_file", (s.cmac, Alg.CMAC, plain)),
        ("mac_verify_file", (s.cmac, Alg.CMAC, plain, mac)),
        ("sign_message_file", (s.ec, SIGN, plain)),
        ("verify_message_file", (s.ec, SIGN, plain, signature)),
        ("cipher_encrypt_file", (s.ctr, Alg.CTR, plain, out)),
        ("cipher_decrypt_file", (s.ctr, Alg.CTR, ciphered, out)),
        ("aead_encrypt_file", (s.gcm, Alg.GCM, NONCE, b"", plain, out)),
        ("aead_decrypt_file", (s.gcm, Alg.GCM, NONCE, b"", sealed, out)),
    ]


def _operations(s: Scene) -> Iterator[Call]:
    core = s.core

    def sealing() -> Any:
        operation = core.aead_encrypt_setup(s.gcm, Alg.GCM)
        operation.set_nonce(NONCE)
        return operation

    def deriving() -> Any:
        operation = core.key_derivation_setup(Alg.HKDF(SHA))
        operation.input_key(Step.SECRET, s.secret)
        return operation

    def derived() -> Any:
        operation = deriving()
        operation.input_bytes(Step.INFO, b"")
        return operation

    def exchanging() -> Any:
        operation = core.pake_setup(s.password, s.suite)
        operation.set_user(b"user")
        operation.set_peer(b"peer")
        return operation

    steps: list[tuple[str, Callable[[], Any], str, tuple[Any, ...]]] = [
        ("hash", lambda: core.hash_setup(SHA), "update", (b"abc",)),
        ("hash", lambda: core.hash_setup(SHA), "finish", ()),
        ("hash", lambda: core.hash_setup(SHA), "suspend", ()),
        ("hash", lambda: core.hash_setup(SHA), "verify", (core.hash_compute(SHA, b""),)),
        ("mac", lambda: core.mac_sign_setup(s.cmac, Alg.CMAC), "update", (b"abc",)),
        ("mac", lambda: core.mac_sign_setup(s.cmac, Alg.CMAC), "sign_finish", ()),
        (
            "mac",
            lambda: core.mac_verify_setup(s.cmac, Alg.CMAC),
            "verify_finish",
            (s.cmac.mac_compute(Alg.CMAC, b""),),
        ),
        ("cipher", lambda: core.cipher_encrypt_setup(s.ctr, Alg.CTR), "set_iv", (bytes(16),)),
        ("cipher", lambda: core.cipher_encrypt_setup(s.ctr, Alg.CTR), "generate_iv", ()),
        ("aead", lambda: core.aead_encrypt_setup(s.gcm, Alg.GCM), "set_nonce", (NONCE,)),
        ("aead", lambda: core.aead_encrypt_setup(s.gcm, Alg.GCM), "set_lengths", (3, 4)),
        ("aead", lambda: core.aead_encrypt_setup(s.gcm, Alg.GCM), "generate_nonce", ()),
        ("aead", sealing, "update_ad", (b"abc",)),
        ("aead", sealing, "update", (b"abc",)),
        ("sign", lambda: core.sign_setup(s.ec, SIGN), "update", (b"abc",)),
        ("sign", lambda: core.sign_setup(s.ec, SIGN), "finish", ()),
        ("sign", lambda: core.sign_setup(s.dsa, Alg.ML_DSA), "set_context", (b"abc",)),
        ("derivation", deriving, "input_bytes", (Step.INFO, b"abc")),
        ("derivation", lambda: core.key_derivation_setup(Alg.HKDF(SHA)), "input_key", (Step.SECRET, s.secret)),
        ("derivation", lambda: core.key_derivation_setup(Alg.HKDF(SHA)), "set_capacity", (100,)),
        ("derivation", lambda: core.key_derivation_setup(Alg.PBKDF2_HMAC(SHA)), "input_integer", (Step.COST, 5)),
        ("derivation", derived, "output_bytes", (16,)),
        ("derivation", derived, "output_key", (KeyAttributes(KeyType.AES, 128),)),
        ("derivation", derived, "output_key_custom", (KeyAttributes(KeyType.AES, 128), b"")),
        ("pake", lambda: core.pake_setup(s.password, s.suite), "set_user", (b"abc",)),
        ("pake", lambda: core.pake_setup(s.password, s.suite), "set_peer", (b"abc",)),
        ("pake", lambda: core.pake_setup(s.password, s.suite), "set_role", (0,)),
        ("pake", exchanging, "output", (PakeStep.KEY_SHARE,)),
        ("xof", lambda: core.xof_setup(Alg.SHAKE128), "update", (b"abc",)),
        ("xof", lambda: core.xof_setup(Alg.SHAKE128), "output", (16,)),
    ]
    for family, on, method, arguments in steps:
        yield Call(f"{family}.{method}", on, method, arguments)
