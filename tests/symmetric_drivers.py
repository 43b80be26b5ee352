"""Symmetric drivers written in Python over ``cryptography`` and hashlib, in three shapes.

``OnePiece`` has the single-part entry points only, ``Parts`` the multi-part families only,
``Both`` has all.  What the core composes from each must give the same.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import Any, ClassVar

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import cmac, padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESCCM, ChaCha20Poly1305

try:
    from cryptography.hazmat.decrepit.ciphers.modes import CFB
except ImportError:
    from cryptography.hazmat.primitives.ciphers.modes import CFB

from psa_bridge import Alg, Core, InvalidPadding, InvalidSignature, KeyAttributes, KeyType, Usage
from psa_bridge.python_driver import PythonDriver

LOCATION = 0x800077

MACS = ["PSA_ALG_AT_LEAST_THIS_LENGTH_MAC(PSA_ALG_HMAC(PSA_ALG_SHA_256), 4)",
        "PSA_ALG_AT_LEAST_THIS_LENGTH_MAC(PSA_ALG_CMAC, 4)"]  # fmt: skip
CIPHERS = [f"PSA_ALG_{name}" for name in ("CTR", "CFB", "CBC_NO_PADDING", "CBC_PKCS7", "ECB_NO_PADDING", "XTS")]
AEADS = [
    "PSA_ALG_AEAD_WITH_AT_LEAST_THIS_LENGTH_TAG(PSA_ALG_GCM, 4)",
    "PSA_ALG_AEAD_WITH_AT_LEAST_THIS_LENGTH_TAG(PSA_ALG_CCM, 4)",
    "PSA_ALG_CHACHA20_POLY1305",
]
XOFS = ["PSA_ALG_SHAKE128", "PSA_ALG_SHAKE256", "PSA_ALG_ASCON_CXOF128"]

IV_SIZE = {Alg.ECB_NO_PADDING: 0}


def tag_size(alg: int) -> int:
    """The length in an AEAD or MAC algorithm."""
    return alg >> 16 & 0x3F


def mac_of(key: bytes, alg: int, data: bytes) -> bytes:
    """The MAC of a message."""
    if alg & 0x00C00000 == 0x00C00000:
        machine = cmac.CMAC(algorithms.AES(key))
        machine.update(data)
        full = machine.finalize()
    else:
        full = hmac.new(key, data, "sha256").digest()
    return full[: tag_size(alg) or len(full)]


def _mode(alg: int, iv: bytes) -> Any:
    if alg == Alg.ECB_NO_PADDING:
        return modes.ECB()
    names = {Alg.CTR: modes.CTR, Alg.CFB: CFB, Alg.XTS: modes.XTS}
    return names.get(Alg(alg), modes.CBC)(iv)


def machine_of(key: bytes, alg: int, iv: bytes, encrypt: bool) -> Any:
    """A cipher of ``cryptography``."""
    cipher = Cipher(algorithms.AES(key), _mode(alg, iv))
    return cipher.encryptor() if encrypt else cipher.decryptor()


def cipher_of(key: bytes, alg: int, iv: bytes, data: bytes, encrypt: bool) -> bytes:
    """A whole text through a cipher."""
    if alg == Alg.CBC_PKCS7 and encrypt:
        pad = padding.PKCS7(128).padder()
        data = pad.update(data) + pad.finalize()
    machine = machine_of(key, alg, iv, encrypt)
    text = machine.update(data) + machine.finalize()
    if alg == Alg.CBC_PKCS7 and not encrypt:
        strip = padding.PKCS7(128).unpadder()
        try:
            return strip.update(text) + strip.finalize()
        except ValueError as error:
            raise InvalidPadding from error
    return bytes(text)


def base_of(alg: int) -> int:
    """An AEAD with its default tag."""
    return alg & ~0x003F0000 | 0x00100000


def seal(key: bytes, alg: int, nonce: bytes, data: bytes, text: bytes) -> bytes:
    """Encrypt with an AEAD."""
    base, size = base_of(alg), tag_size(alg)
    if base == Alg.CCM:
        return AESCCM(key, tag_length=size).encrypt(nonce, text, data)
    if base == Alg.GCM:
        machine = Cipher(algorithms.AES(key), modes.GCM(nonce)).encryptor()
        machine.authenticate_additional_data(data)
        return bytes(machine.update(text) + machine.finalize() + machine.tag[:size])
    return ChaCha20Poly1305(key).encrypt(nonce, text, data)


def open_(key: bytes, alg: int, nonce: bytes, data: bytes, text: bytes) -> bytes:
    """Decrypt with an AEAD."""
    base, size = base_of(alg), tag_size(alg)
    try:
        if base == Alg.CCM:
            return AESCCM(key, tag_length=size).decrypt(nonce, text, data)
        if base == Alg.GCM:
            tag = text[len(text) - size :]
            machine = Cipher(algorithms.AES(key), modes.GCM(nonce, tag, min_tag_length=4)).decryptor()
            machine.authenticate_additional_data(data)
            return bytes(machine.update(text[: len(text) - size]) + machine.finalize())
        return ChaCha20Poly1305(key).decrypt(nonce, text, data)
    except InvalidTag as error:
        raise InvalidSignature from error


class _Base(PythonDriver):
    """Keys are where they are; an opaque subclass has them behind one byte."""

    def material(self, key: bytes) -> bytes:
        """The key itself."""
        return key if self.type == "transparent" else key[1:]

    def import_key(self, attributes: KeyAttributes, data: bytes) -> tuple[bytes, int]:
        return b"\x5a" + data, 8 * len(data)

    def export_key(self, attributes: KeyAttributes, key: bytes) -> bytes:
        return key[1:]

    # One piece

    def mac_compute(self, attributes: KeyAttributes, key: bytes, alg: int, data: bytes) -> bytes:
        return mac_of(self.material(key), alg, data)

    def mac_verify(self, attributes: KeyAttributes, key: bytes, alg: int, data: bytes, mac: bytes) -> None:
        if not hmac.compare_digest(self.mac_compute(attributes, key, alg, data), mac):
            raise InvalidSignature

    def cipher_encrypt(self, attributes: KeyAttributes, key: bytes, alg: int, iv: bytes, data: bytes) -> bytes:
        return cipher_of(self.material(key), alg, iv, data, True)

    def cipher_decrypt(self, attributes: KeyAttributes, key: bytes, alg: int, data: bytes) -> bytes:
        iv = IV_SIZE.get(Alg(alg), 16)
        return cipher_of(self.material(key), alg, data[:iv], data[iv:], False)

    def aead_encrypt(
        self, attributes: KeyAttributes, key: bytes, alg: int, nonce: bytes, data: bytes, text: bytes
    ) -> bytes:
        return seal(self.material(key), alg, nonce, data, text)

    def aead_decrypt(
        self, attributes: KeyAttributes, key: bytes, alg: int, nonce: bytes, data: bytes, text: bytes
    ) -> bytes:
        return open_(self.material(key), alg, nonce, data, text)

    # Parts

    def mac_sign_setup(self, attributes: KeyAttributes, key: bytes, alg: int) -> Any:
        return {"key": self.material(key), "alg": alg, "data": b""}

    mac_verify_setup = mac_sign_setup

    def mac_update(self, operation: Any, data: bytes) -> None:
        operation["data"] += data

    def mac_sign_finish(self, operation: Any) -> bytes:
        return mac_of(operation["key"], operation["alg"], operation["data"])

    def mac_verify_finish(self, operation: Any, mac: bytes) -> None:
        if not hmac.compare_digest(self.mac_sign_finish(operation), mac):
            raise InvalidSignature

    def mac_abort(self, operation: Any) -> None:
        operation.clear()

    cipher_abort = aead_abort = xof_abort = mac_abort

    def _cipher(self, key: bytes, alg: int, encrypt: bool) -> Any:
        return {"key": self.material(key), "alg": alg, "encrypt": encrypt, "rest": b"", "iv": b""}

    def cipher_encrypt_setup(self, attributes: KeyAttributes, key: bytes, alg: int) -> Any:
        return self._cipher(key, alg, True)

    def cipher_decrypt_setup(self, attributes: KeyAttributes, key: bytes, alg: int) -> Any:
        return self._cipher(key, alg, False)

    def cipher_set_iv(self, operation: Any, iv: bytes) -> None:
        operation["iv"] = iv

    def _machine(self, operation: Any) -> Any:
        if "machine" not in operation:
            arguments = (operation["key"], operation["alg"], operation["iv"], operation["encrypt"])
            operation["machine"] = machine_of(*arguments)
        return operation["machine"]

    def cipher_update(self, operation: Any, data: bytes) -> bytes:
        """Whole blocks as soon as they are sure; XTS keeps everything."""
        alg, encrypt = operation["alg"], operation["encrypt"]
        text = operation["rest"] + data
        whole = len(text) - len(text) % 16
        if alg in (Alg.CTR, Alg.CFB):
            whole = len(text)
        elif alg == Alg.XTS:
            whole = 0
        elif alg == Alg.CBC_PKCS7 and not encrypt and whole == len(text):
            whole = max(whole - 16, 0)
        operation["rest"] = text[whole:]
        return bytes(self._machine(operation).update(text[:whole]))

    def cipher_finish(self, operation: Any) -> bytes:
        rest = operation["rest"]
        if operation["alg"] == Alg.CBC_PKCS7 and operation["encrypt"]:
            pad = padding.PKCS7(128).padder()
            rest = pad.update(rest) + pad.finalize()
        machine = self._machine(operation)
        text = machine.update(rest) + machine.finalize()
        if operation["alg"] == Alg.CBC_PKCS7 and not operation["encrypt"]:
            strip = padding.PKCS7(128).unpadder()
            try:
                return strip.update(text) + strip.finalize()
            except ValueError as error:
                raise InvalidPadding from error
        return bytes(text)

    def _aead(self, key: bytes, alg: int, encrypt: bool) -> Any:
        return {"key": self.material(key), "alg": alg, "encrypt": encrypt, "ad": b"", "text": b"", "nonce": b""}

    def aead_encrypt_setup(self, attributes: KeyAttributes, key: bytes, alg: int) -> Any:
        return self._aead(key, alg, True)

    def aead_decrypt_setup(self, attributes: KeyAttributes, key: bytes, alg: int) -> Any:
        return self._aead(key, alg, False)

    def aead_set_lengths(self, operation: Any, ad_length: int, plaintext_length: int) -> None:
        operation["lengths"] = ad_length, plaintext_length

    def aead_set_nonce(self, operation: Any, nonce: bytes) -> None:
        operation["nonce"] = nonce

    def aead_update_ad(self, operation: Any, data: bytes) -> None:
        operation["ad"] += data

    def aead_update(self, operation: Any, text: bytes) -> bytes:
        """Keep everything: what is allowed to lag behind does so."""
        operation["text"] += text
        return b""

    def aead_finish(self, operation: Any) -> tuple[bytes, bytes]:
        o = operation
        sealed = seal(o["key"], o["alg"], o["nonce"], o["ad"], o["text"])
        size = len(sealed) - tag_size(o["alg"])
        return sealed[:size], sealed[size:]

    def aead_verify(self, operation: Any, tag: bytes) -> bytes:
        o = operation
        return open_(o["key"], o["alg"], o["nonce"], o["ad"], o["text"] + tag)

    def xof_setup(self, alg: int) -> Any:
        return {"alg": alg, "data": b"", "done": 0, "context": b""}

    def xof_set_context(self, operation: Any, context: bytes) -> None:
        operation["context"] = context

    def xof_update(self, operation: Any, data: bytes) -> None:
        operation["data"] += data

    def xof_output(self, operation: Any, output_length: int) -> bytes:
        o = operation
        name = "shake_128" if o["alg"] == Alg.SHAKE128 else "shake_256"
        start, o["done"] = o["done"], o["done"] + output_length
        return hashlib.new(name, o["context"] + o["data"]).digest(o["done"])[start:]


_KEYS = [{"entry_points": ["import_key", "export_key"]}]
_ONE = [
    {"entry_points": ["mac_compute"], "algorithms": MACS},
    {"entry_points": ["cipher_encrypt", "cipher_decrypt"], "algorithms": CIPHERS},
    {"entry_points": ["aead_encrypt", "aead_decrypt"], "algorithms": AEADS},
]
_PARTS = [
    {"entry_points": ["mac_multipart"], "algorithms": MACS},
    {"entry_points": ["cipher_encrypt_multipart", "cipher_decrypt_multipart"], "algorithms": CIPHERS},
    {"entry_points": ["aead_encrypt_multipart", "aead_decrypt_multipart"], "algorithms": AEADS},
]
_XOF = [{"entry_points": ["xof_multipart"], "algorithms": XOFS}]
_VERIFY = [{"entry_points": ["mac_verify", "mac_verify_multipart"], "algorithms": MACS}]


class OnePiece(_Base):
    """Single-part entry points only."""

    prefix = "onepiece"
    capabilities: ClassVar = _ONE


class Parts(_Base):
    """Multi-part families only."""

    prefix = "parts"
    capabilities: ClassVar = _PARTS + _XOF


class Both(_Base):
    """Everything."""

    prefix = "both"
    capabilities: ClassVar = _ONE + _PARTS + _VERIFY + _XOF


class Vault(_Base):
    """An opaque driver with single-part entry points."""

    prefix = "vault"
    type = "opaque"
    location = LOCATION
    key_context: ClassVar = {"base_size": 1, "symmetric_factor": 1}
    capabilities: ClassVar = _KEYS + _ONE


class VaultInParts(Vault):
    """An opaque driver with multi-part families."""

    prefix = "vaultparts"
    capabilities: ClassVar = _KEYS + _PARTS


def exercise() -> set[str]:
    """Every API function of these families, on a driver that has everything; the entry points that served."""
    uses = Usage.SIGN_MESSAGE | Usage.VERIFY_MESSAGE | Usage.ENCRYPT | Usage.DECRYPT
    with Core(Both()) as core, core.trace() as events:
        keys = {alg: core.import_key(KeyAttributes(KeyType.AES, 128, usage=uses, alg=alg), bytes(16)) for alg in _USED}
        mac, cipher, aead = (keys[alg] for alg in _USED)
        tag = mac.mac_compute(Alg.CMAC, b"abc")
        mac.mac_verify(Alg.CMAC, b"abc", tag)
        signing, verifying = mac.mac_sign_setup(Alg.CMAC), mac.mac_verify_setup(Alg.CMAC)
        signing.update(b"abc")
        verifying.update(b"abc")
        verifying.verify_finish(signing.sign_finish())
        mac.mac_sign_setup(Alg.CMAC).abort()
        assert cipher.cipher_decrypt(Alg.CTR, cipher.cipher_encrypt(Alg.CTR, b"abc")) == b"abc"
        out, back = cipher.cipher_encrypt_setup(Alg.CTR), cipher.cipher_decrypt_setup(Alg.CTR)
        back.set_iv(out.generate_iv())
        assert back.update(out.update(b"abc") + out.finish()) + back.finish() == b"abc"
        cipher.cipher_encrypt_setup(Alg.CTR).abort()
        sealed = aead.aead_encrypt(Alg.GCM, bytes(12), b"ad", b"abc")
        assert aead.aead_decrypt(Alg.GCM, bytes(12), b"ad", sealed) == b"abc"
        sealing, opening = aead.aead_encrypt_setup(Alg.GCM), aead.aead_decrypt_setup(Alg.GCM)
        sealing.set_lengths(2, 3)
        opening.set_nonce(sealing.generate_nonce())
        for operation in (sealing, opening):
            operation.update_ad(b"ad")
        text = sealing.update(b"abc")
        rest, tag = sealing.finish()
        assert opening.update(text + rest) + opening.verify(tag) == b"abc"
        aead.aead_encrypt_setup(Alg.GCM).abort()
        with core.xof_setup(Alg.ASCON_CXOF128) as xof:
            xof.set_context(b"me")
            xof.update(b"abc")
            assert len(xof.output(4)) == 4
    return {event.entry_point for event in events if event.driver == Both.prefix}


_USED = (Alg.CMAC, Alg.CTR, Alg.GCM)
