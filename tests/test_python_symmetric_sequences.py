"""Every multi-part operation type, walked through random calls and compared with a model of its states.

How a walk goes and what all models share is in walk.py.
"""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import rule
from symmetric_drivers import Both, OnePiece, Parts, mac_of, open_, seal
from walk import SIZES, SMALL, TROUBLE, Error, Walk, outcome

from psa_bridge import (
    AeadOperation,
    Alg,
    BadState,
    BufferTooSmall,
    CipherOperation,
    HashOperation,
    InvalidArgument,
    InvalidSignature,
    Key,
    KeyAttributes,
    KeyType,
    MacOperation,
    Usage,
    XofOperation,
)

HMAC = Alg.HMAC(Alg.SHA_256)
MATERIAL = bytes(range(32))
USES = Usage.SIGN_MESSAGE | Usage.VERIFY_MESSAGE | Usage.ENCRYPT | Usage.DECRYPT


class SymmetricWalk(Walk):
    """With the drivers in three shapes, and the software."""

    drivers = (OnePiece, Parts, Both, None)

    def new_key(self, usage: int | None = None) -> Key:
        kind = (
            KeyType.HMAC if self.alg == HMAC else KeyType.CHACHA20 if self.alg == Alg.CHACHA20_POLY1305 else KeyType.AES
        )
        usage = USES if usage is None else usage
        return self.core.import_key(KeyAttributes(kind, usage=usage, alg=self.alg), MATERIAL)


class HashWalk(SymmetricWalk):
    """update any number of times, then finish or verify."""

    kind, algs = HashOperation, (Alg.SHA_256,)

    def new_key(self, usage: int | None = None) -> Key:
        self.alg = HMAC
        return super().new_key(usage)

    def begin(self, makes: bool) -> None:
        self.setup(False)

    @rule(bad=st.booleans())
    def setup(self, bad: bool) -> None:
        result = outcome(self.operation._start, "hash_setup", HMAC if bad else Alg.SHA_256)
        if self.state != "idle":
            assert result is BadState
            self.state = "error"
        elif bad:
            assert result is InvalidArgument
        else:
            self.clear()
            self.state, self.used = "active", self.core.import_key(KeyAttributes(KeyType.HMAC), b"x")

    @rule(size=SIZES)
    def update(self, size: int) -> None:
        self.step(True, None, self.operation.update, bytes(size))
        self.data += bytes(size)

    @rule(small=st.booleans())
    def finish(self, small: bool) -> None:
        named = {"out": SMALL} if small else {}
        made = self.step(True, BufferTooSmall if small else None, self.operation.finish, ends=True, **named)
        assert made is None or made == hashlib.sha256(self.data).digest()

    @rule(good=st.booleans())
    def verify(self, good: bool) -> None:
        digest = hashlib.sha256(self.data if good else self.data + b"x").digest()
        self.step(True, None if good else InvalidSignature, self.operation.verify, digest, ends=True)


class MacWalk(SymmetricWalk):
    """update any number of times, then sign_finish or verify_finish, whichever it was set up for."""

    kind, algs = MacOperation, (HMAC, Alg.CMAC)

    def begin(self, makes: bool) -> None:
        self.setup("", makes)

    @rule(trouble=TROUBLE, makes=st.booleans())
    def setup(self, trouble: str, makes: bool) -> None:
        self.set_up("mac_sign_setup" if makes else "mac_verify_setup", makes, trouble)

    @rule(size=SIZES)
    def update(self, size: int) -> None:
        self.step(True, None, self.operation.update, bytes(size))
        self.data += bytes(size)

    @rule(small=st.booleans())
    def sign_finish(self, small: bool) -> None:
        named = {"out": SMALL} if small else {}
        error = BufferTooSmall if small else None
        made = self.step(self.makes, error, self.operation.sign_finish, ends=True, **named)
        assert made is None or made == mac_of(MATERIAL, self.alg, self.data)

    @rule(cut=st.integers(0, 1), good=st.booleans())
    def verify_finish(self, cut: int, good: bool) -> None:
        mac = mac_of(MATERIAL, self.alg, self.data if good else self.data + b"x")
        mac = mac[: len(mac) - cut]
        error = None if good and not cut else InvalidSignature
        self.step(not self.makes, error, self.operation.verify_finish, mac, ends=True)


class CipherWalk(SymmetricWalk):
    """An IV unless the algorithm has none, update any number of times, finish."""

    kind, algs = CipherOperation, (Alg.CTR, Alg.CBC_NO_PADDING, Alg.CBC_PKCS7, Alg.ECB_NO_PADDING)

    def clear(self) -> None:
        super().clear()
        self.has_iv = self.alg == Alg.ECB_NO_PADDING
        self.touched = False

    @property
    def takes_iv(self) -> bool:
        return self.alg != Alg.ECB_NO_PADDING

    def begin(self, makes: bool) -> None:
        self.setup("", makes)

    @rule(trouble=TROUBLE, makes=st.booleans())
    def setup(self, trouble: str, makes: bool) -> None:
        self.set_up("cipher_encrypt_setup" if makes else "cipher_decrypt_setup", makes, trouble)

    @rule(size=st.sampled_from([16, 16, 16, 0, 17]))
    def set_iv(self, size: int) -> None:
        error = None if size == 16 else InvalidArgument
        self.step(self.takes_iv and not self.has_iv, error, self.operation.set_iv, bytes(size))
        self.has_iv = True

    @rule(small=st.booleans())
    def generate_iv(self, small: bool) -> None:
        named = {"out": SMALL} if small else {}
        allowed = self.takes_iv and not self.has_iv and self.makes
        made = self.step(allowed, BufferTooSmall if small else None, self.operation.generate_iv, **named)
        assert made is None or len(made) == 16
        self.has_iv = True

    @rule(size=SIZES)
    def update(self, size: int) -> None:
        self.step(self.has_iv, None, self.operation.update, bytes(size))
        self.data += bytes(size)

    @rule()
    def finish(self) -> None:
        whole = len(self.data) % 16 == 0
        if self.alg == Alg.CTR:
            error: Error = None
        elif self.alg == Alg.CBC_PKCS7:
            if not self.makes and whole and self.data:
                # What zeros decrypt to has no valid padding, or, once in 256 keys, has.
                result = outcome(self.operation.finish)
                if self.state == "active" and self.alive(self.used) and self.has_iv:
                    assert not isinstance(result, type) or result.__name__ == "InvalidPadding"
                    self.state = "error" if isinstance(result, type) else "idle"
                else:
                    assert result is BadState
                    self.state = "error"
                return
            error = None if self.makes else InvalidArgument
        else:
            error = None if whole else InvalidArgument
        self.step(self.has_iv, error, self.operation.finish, ends=True)


class AeadWalk(SymmetricWalk):
    """Lengths where CCM needs them, a nonce, additional data, text, then finish or verify."""

    kind, algs = AeadOperation, (Alg.GCM, Alg.CCM, Alg.CHACHA20_POLY1305)

    def clear(self) -> None:
        super().clear()
        self.lengths: tuple[int, int] | None = None
        self.nonce: bytes | None = None
        self.ad = b""
        self.text_begun = False
        self.out = b""

    @property
    def lengths_known(self) -> bool:
        return self.lengths is not None or self.alg != Alg.CCM

    def begin(self, makes: bool) -> None:
        self.setup("", makes)

    @rule(trouble=TROUBLE, makes=st.booleans())
    def setup(self, trouble: str, makes: bool) -> None:
        self.set_up("aead_encrypt_setup" if makes else "aead_decrypt_setup", makes, trouble)

    @rule(ad=SIZES, text=SIZES)
    def set_lengths(self, ad: int, text: int) -> None:
        allowed = self.nonce is None and self.lengths is None
        self.step(allowed, None, self.operation.set_lengths, ad, text)
        self.lengths = ad, text

    @rule(size=st.sampled_from([12, 12, 12, 0, 14]))
    def set_nonce(self, size: int) -> None:
        good = size == 12 or (self.alg == Alg.GCM and size > 0)
        allowed = self.nonce is None and self.lengths_known
        self.step(allowed, None if good else InvalidArgument, self.operation.set_nonce, bytes(size))
        self.nonce = bytes(size)

    @rule(small=st.booleans())
    def generate_nonce(self, small: bool) -> None:
        named = {"out": SMALL} if small else {}
        allowed = self.nonce is None and self.lengths_known and self.makes
        made = self.step(allowed, BufferTooSmall if small else None, self.operation.generate_nonce, **named)
        if made is not None:
            assert len(made) == (13 if self.alg == Alg.CCM else 12)
        self.nonce = made or b""

    @rule(size=SIZES)
    def update_ad(self, size: int) -> None:
        allowed = self.nonce is not None and not self.text_begun
        much = self.lengths is not None and len(self.ad) + size > self.lengths[0]
        self.step(allowed, InvalidArgument if much else None, self.operation.update_ad, bytes(size))
        self.ad += bytes(size)

    def lacks_ad(self) -> bool:
        return self.lengths is not None and len(self.ad) < self.lengths[0]

    @rule(size=SIZES)
    def update(self, size: int) -> None:
        much = self.lengths is not None and len(self.data) + size > self.lengths[1]
        error = InvalidArgument if much or self.lacks_ad() else None
        made = self.step(self.nonce is not None, error, self.operation.update, bytes(size))
        self.data += bytes(size)
        self.out += made or b""
        self.text_begun = True

    def lacks(self) -> bool:
        return self.lacks_ad() or (self.lengths is not None and len(self.data) < self.lengths[1])

    @rule()
    def finish(self) -> None:
        error = InvalidArgument if self.lacks() else None
        allowed = self.nonce is not None and self.makes
        made = self.step(allowed, error, self.operation.finish, ends=True)
        if made is not None:
            assert self.nonce is not None
            assert self.out + made[0] + made[1] == seal(MATERIAL, self.alg, self.nonce, self.ad, self.data)

    @rule(good=st.booleans(), cut=st.integers(0, 1))
    def verify(self, good: bool, cut: int) -> None:
        allowed = self.nonce is not None and not self.makes
        tag = bytes(16)
        if self.nonce and len(self.nonce) in (12, 13) and good and allowed:
            # The tag of the ciphertext that was given: of the text that decrypts to it.
            tag = self.tag_of()
        error: Error = InvalidArgument if self.lacks() else InvalidSignature if not good or cut else None
        self.step(allowed, error, self.operation.verify, tag[cut:], ends=True)

    def tag_of(self) -> bytes:
        """The tag for which the given ciphertext is genuine."""
        assert self.nonce is not None
        stream = seal(MATERIAL, self.alg, self.nonce, b"", bytes(len(self.data)))[: len(self.data)]
        return seal(MATERIAL, self.alg, self.nonce, self.ad, stream)[len(self.data) :]


class XofWalk(Walk):
    """A context where there is one, update any number of times, output any number of times."""

    kind, algs = XofOperation, (Alg.SHAKE256, Alg.ASCON_CXOF128)
    drivers = (Parts,)  # the one that has a function with a context

    def new_key(self, usage: int | None = None) -> Key:
        return self.core.import_key(KeyAttributes(KeyType.HMAC), b"x")

    def clear(self) -> None:
        super().clear()
        self.context: bytes | None = None
        self.done = 0
        self.given = self.taken = False

    def begin(self, makes: bool) -> None:
        self.setup(False)

    @rule(bad=st.booleans())
    def setup(self, bad: bool) -> None:
        result = outcome(self.operation._start, "xof_setup", HMAC if bad else self.alg)
        if self.state != "idle":
            assert result is BadState
            self.state = "error"
        elif bad:
            assert result is InvalidArgument
        else:
            self.clear()
            self.state, self.used = "active", self.new_key()

    @property
    def ready(self) -> bool:
        return self.alg == Alg.SHAKE256 or self.context is not None

    @rule(size=SIZES)
    def set_context(self, size: int) -> None:
        allowed = self.context is None and not self.given and not self.taken
        error = InvalidArgument if self.alg == Alg.SHAKE256 else None
        self.step(allowed, error, self.operation.set_context, bytes(size))
        self.context = bytes(size)

    @rule(size=SIZES)
    def update(self, size: int) -> None:
        self.step(self.ready and not self.taken, None, self.operation.update, bytes(size))
        self.data += bytes(size)
        self.given = True

    @rule(size=SIZES)
    def output(self, size: int) -> None:
        made = self.step(self.ready, None, self.operation.output, size)
        if made is not None:
            stream = hashlib.shake_256((self.context or b"") + self.data).digest(self.done + size)
            assert made == stream[self.done :]
            self.done += size
            self.taken = True


WALKS = (HashWalk, MacWalk, CipherWalk, AeadWalk, XofWalk)


@pytest.mark.parametrize("walk", WALKS, ids=lambda walk: walk.__name__)
def test_every_status_is_that_of_the_model(walk: type[Walk]) -> None:
    from hypothesis.stateful import run_state_machine_as_test  # noqa: PLC0415

    run_state_machine_as_test(walk, settings=settings(max_examples=80, stateful_step_count=30, deadline=None))


def test_model_tags_are_right() -> None:
    """The tag that the model makes for a ciphertext verifies."""
    walk = AeadWalk()
    walk.alg, walk.nonce, walk.ad, walk.data = Alg.GCM, bytes(12), b"ad", bytes(20)
    open_(MATERIAL, Alg.GCM, bytes(12), b"ad", bytes(20) + walk.tag_of())
