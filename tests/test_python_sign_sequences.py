"""Signatures in parts and interruptible ones, walked through random calls and compared with a model of their states."""

from __future__ import annotations

import hashlib
from typing import Any, ClassVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
from walk import SIZES, SMALL, TROUBLE, Error, Walk, outcome

from psa_bridge import (
    Alg,
    BadState,
    BufferTooSmall,
    Core,
    EccFamily,
    InvalidArgument,
    InvalidSignature,
    Key,
    KeyAttributes,
    KeyType,
    NotSupported,
    PsaError,
    Usage,
)
from psa_bridge.direct import Operation, call
from psa_bridge.ops.sign_parts import SignOperation, VerifyOperation
from psa_bridge.python_driver import PythonDriver

ECDSA = Alg.ECDSA(Alg.SHA_256)
LENGTHS = {Alg.ML_DSA: 2420, Alg.ED25519PH: 64, ECDSA: 64}
HASHES = {Alg.ED25519PH: "sha512", ECDSA: "sha256"}
ALGORITHMS = ["PSA_ALG_ML_DSA", "PSA_ALG_ED25519PH", "PSA_ALG_ECDSA_ANY", "PSA_ALG_ECDSA(PSA_ALG_ANY_HASH)"]
CONTEXTS = st.sampled_from([b"", b"", b"ctx", b"ctx", b"another", bytes(256)])


def toy(alg: int, digest: bytes, context: bytes = b"") -> bytes:
    """What the drivers here call a signature: of a message's hash, or of the message where nothing is hashed."""
    return hashlib.shake_256(alg.to_bytes(4, "big") + context + b"|" + digest).digest(LENGTHS[Alg(alg)])


def digest_of(alg: int, message: bytes) -> bytes:
    """What is signed of a message."""
    name = HASHES.get(Alg(alg))
    return hashlib.new(name, message).digest() if name else message


def compare(ours: bytes, theirs: bytes) -> None:
    if ours != theirs:
        raise InvalidSignature


class _Signer(PythonDriver):
    """Its signatures do not depend on the key; the walk has one only."""

    def sign_hash(self, attributes: KeyAttributes, key: bytes, alg: int, digest: bytes) -> bytes:
        return toy(alg, digest)

    def verify_hash(self, attributes: KeyAttributes, key: bytes, alg: int, digest: bytes, signature: bytes) -> None:
        compare(toy(alg, digest), signature)

    def sign_hash_with_context(self, attributes: Any, key: bytes, alg: int, digest: bytes, context: bytes) -> bytes:
        return toy(alg, digest, context)

    def verify_hash_with_context(
        self, attributes: Any, key: bytes, alg: int, digest: bytes, context: bytes, signature: bytes
    ) -> None:
        compare(toy(alg, digest, context), signature)

    def sign_message(self, attributes: KeyAttributes, key: bytes, alg: int, message: bytes) -> bytes:
        return toy(alg, digest_of(alg, message))

    def verify_message(self, attributes: KeyAttributes, key: bytes, alg: int, message: bytes, signature: bytes) -> None:
        compare(toy(alg, digest_of(alg, message)), signature)

    def sign_message_with_context(self, attributes: Any, key: bytes, alg: int, message: bytes, context: bytes) -> bytes:
        return toy(alg, digest_of(alg, message), context)

    def verify_message_with_context(
        self, attributes: Any, key: bytes, alg: int, message: bytes, context: bytes, signature: bytes
    ) -> None:
        compare(toy(alg, digest_of(alg, message), context), signature)

    def sign_setup(self, attributes: KeyAttributes, key: bytes, alg: int) -> Any:
        return {"alg": alg, "data": b"", "context": b""}

    def verify_setup(self, attributes: KeyAttributes, key: bytes, alg: int, signature: bytes) -> Any:
        return {"alg": alg, "data": b"", "context": b"", "signature": signature}

    def sign_set_context(self, operation: Any, context: bytes) -> None:
        operation["context"] = context

    def sign_update(self, operation: Any, message: bytes) -> None:
        operation["data"] += message

    verify_set_context, verify_update = sign_set_context, sign_update

    def sign_finish(self, operation: Any) -> bytes:
        return toy(operation["alg"], digest_of(operation["alg"], operation["data"]), operation["context"])

    def verify_finish(self, operation: Any) -> None:
        compare(self.sign_finish(operation), operation["signature"])

    def sign_abort(self, operation: Any) -> None:
        operation.clear()

    verify_abort = sign_abort


def shape(name: str, *entry_points: str, contexts: bool = True) -> type:
    """A driver with some of the entry points. ``contexts``: whether it can do anything with a context."""
    capability = {"entry_points": list(entry_points), "algorithms": ALGORITHMS}
    return type(name, (_Signer,), {"prefix": name.lower(), "capabilities": [capability], "contexts": contexts})


PARTS = [f"{family}_{step}" for family in ("sign", "verify") for step in ("setup", "update", "finish", "abort")]
Family = shape("Family", *PARTS, "sign_set_context", "verify_set_context")
Plain = shape("Plain", *PARTS, contexts=False)
Whole = shape("Whole", "sign_message", "verify_message", "sign_message_with_context", "verify_message_with_context")
NoContext = shape("NoContext", "sign_message", "verify_message", contexts=False)
Mixed = shape("Mixed", *PARTS, "sign_message_with_context", "verify_message_with_context")
Hashes = shape("Hashes", "sign_hash", "verify_hash", "sign_message_with_context", "verify_message_with_context")
AllHashes = shape("AllHashes", "sign_hash", "verify_hash", "sign_hash_with_context", "verify_hash_with_context")


class Beside(PythonDriver):
    """What the drivers of signatures need of others where the software is left out."""

    prefix = "beside"
    capabilities: ClassVar = [
        {"entry_points": ["import_key"]},
        {"entry_points": ["hash_multipart"], "algorithms": ["PSA_ALG_SHA_256", "PSA_ALG_SHA_512"]},
    ]

    def import_key(self, attributes: KeyAttributes, data: bytes) -> tuple[bytes, int]:
        return data, attributes.bits

    def hash_setup(self, alg: int) -> Any:
        return [hashlib.sha256() if alg == Alg.SHA_256 else hashlib.sha512()]

    def hash_update(self, operation: Any, data: bytes) -> None:
        operation[0].update(data)

    def hash_finish(self, operation: Any) -> bytes:
        return bytes(operation[0].digest())

    def hash_abort(self, operation: Any) -> None:
        operation.clear()


class SignatureWalk(Walk):
    """A context at most once and before the message, update any number of times, finish."""

    algs = (Alg.ML_DSA, Alg.ED25519PH, ECDSA)
    another_alg = Alg.RSA_PSS(Alg.SHA_256)
    drivers = (Family, Plain, Whole, NoContext, Mixed, Hashes, AllHashes, None)

    def new_core(self) -> Core:
        if self.served is AllHashes and self.alg == Alg.ML_DSA:
            self.alg = Alg.ED25519PH  # a message that nobody hashes
        return Core(self.served(), Beside(), software=False) if self.served else Core()

    def new_key(self, usage: int | None = None) -> Key:
        kinds: dict[int, tuple[int, int, int]] = {
            Alg.ML_DSA: (KeyType.ML_DSA_KEY_PAIR, 128, 32),
            Alg.ED25519PH: (KeyType.ECC_KEY_PAIR(EccFamily.TWISTED_EDWARDS), 255, 32),
            ECDSA: (KeyType.ECC_KEY_PAIR(EccFamily.SECP_R1), 256, 32),
        }
        kind, bits, size = kinds[self.alg]
        usage = Usage.SIGN_MESSAGE | Usage.VERIFY_MESSAGE if usage is None else usage
        return self.core.import_key(KeyAttributes(kind, bits, usage=usage, alg=self.alg), bytes([7]) * size)

    def clear(self) -> None:
        super().clear()
        self.context: bytes | None = None
        self.begun = False

    def takes(self, context: bytes) -> Error:
        """What giving a context should come to."""
        if context and (self.alg == ECDSA or len(context) > 255):
            return InvalidArgument
        return NotSupported if context and not getattr(self.served, "contexts", True) else None

    def set_a_context(self, context: bytes) -> None:
        allowed = self.context is None and not self.begun
        self.step(allowed, self.takes(context), self.operation.set_context, context)
        self.context = context

    def add(self, size: int) -> None:
        self.step(True, None, self.operation.update, bytes(size))
        self.data += bytes(size)
        self.begun = True

    def signature(self, context: bytes, message: bytes) -> bytes:
        """A genuine one, made in one piece."""
        if self.served is None:
            key = self.used if self.alive(self.used) else self.key
            return key.sign_message_with_context(self.alg, message, context)
        return toy(self.alg, digest_of(self.alg, message), context)


class SignWalk(SignatureWalk):
    kind = SignOperation

    def new_operation(self) -> SignOperation:
        return SignOperation(self.core, 4096)

    def begin(self, makes: bool) -> None:
        self.setup("")

    @rule(trouble=TROUBLE)
    def setup(self, trouble: str) -> None:
        self.set_up("sign_setup", True, trouble)

    @rule()
    def setup_of_what_needs_the_message_twice(self) -> None:
        result = outcome(self.operation._start, "sign_setup", self.key.id, Alg.PURE_EDDSA)
        assert result is (InvalidArgument if self.state == "idle" else BadState)
        self.state = "idle" if self.state == "idle" else "error"

    @rule(context=CONTEXTS)
    def set_context(self, context: bytes) -> None:
        self.set_a_context(context)

    @rule(size=SIZES)
    def update(self, size: int) -> None:
        self.add(size)

    @rule(small=st.integers(0, 3))
    def finish(self, small: int) -> None:
        named = {} if small else {"out": SMALL}
        made = self.step(True, None if small else BufferTooSmall, self.operation.finish, ends=True, **named)
        if made is None:
            return
        context = self.context or b""
        if self.served is None:
            self.used.verify_message_with_context(self.alg, self.data, context, made)
        else:
            assert made == self.signature(context, self.data)


class VerifyWalk(SignatureWalk):
    kind = VerifyOperation

    def begin(self, makes: bool) -> None:
        self.setup("", b"ctx" if makes else b"", 17)

    @rule(trouble=TROUBLE, context=CONTEXTS, size=SIZES)
    def setup(self, trouble: str, context: bytes, size: int) -> None:
        """With the signature of what may be given later."""
        planned = b"" if self.takes(context) else context, bytes(size)
        signature = self.signature(*planned) if self.alive(self.key) else bytes(64)
        before = self.state
        self.set_up("verify_setup", False, trouble, signature, len(signature))
        if before == "idle" and self.state == "active":
            self.planned = planned

    @rule(context=CONTEXTS)
    def set_context(self, context: bytes) -> None:
        self.set_a_context(context)

    @rule(size=SIZES)
    def update(self, size: int) -> None:
        self.add(size)

    @rule()
    def go_on_as_planned(self) -> None:
        if self.state == "active" and self.context is None and self.planned[0] and not self.begun:
            self.set_a_context(self.planned[0])
        if self.state == "active" and len(self.data) < len(self.planned[1]):
            self.add(len(self.planned[1]) - len(self.data))

    @rule()
    def finish(self) -> None:
        good = self.state == "active" and self.planned == (self.context or b"", self.data)
        self.step(True, None if good else InvalidSignature, self.operation.finish, ends=True)


# Interruptible signatures: no function of the API has them, so that a bench calls the entry points.


class Slow(PythonDriver):
    """Signs and verifies in three calls of the completing entry point."""

    prefix = "slow"
    capabilities: ClassVar = [
        {"entry_points": ["sign_hash_interruptible", "verify_hash_interruptible"], "algorithms": ["PSA_ALG_ECDSA_ANY"]}
    ]

    def sign_hash_start(self, attributes: KeyAttributes, key: bytes, alg: int, digest: bytes) -> Any:
        if alg != Alg.ECDSA_ANY:
            raise InvalidArgument
        return {"digest": digest, "left": 2, "signature": b""}

    def verify_hash_start(self, attributes: Any, key: bytes, alg: int, digest: bytes, signature: bytes) -> Any:
        return {**self.sign_hash_start(attributes, key, alg, digest), "signature": signature}

    def sign_hash_complete(self, operation: Any) -> bytes:
        if operation["left"]:
            operation["left"] -= 1
            error = PsaError("not yet")
            error.status = -248
            raise error
        return hashlib.sha512(operation["digest"]).digest()

    def verify_hash_complete(self, operation: Any) -> None:
        compare(self.sign_hash_complete(operation), operation["signature"])

    def sign_hash_abort(self, operation: Any) -> None:
        operation.clear()

    verify_hash_abort = sign_hash_abort


class InterruptibleWalk(RuleBasedStateMachine):
    """Start, complete as often as it takes, or abort."""

    @initialize(signs=st.booleans())
    def make(self, signs: bool) -> None:
        self.core = Core(Slow(), software=False)
        self.family = "sign_hash" if signs else "verify_hash"
        self.operation = Operation()
        self.left = -1
        self.attributes = KeyAttributes(KeyType.ECC_KEY_PAIR(EccFamily.SECP_R1), 256, alg=Alg.ECDSA_ANY)

    def go(self, name: str, *more: Any) -> Any:
        return outcome(call, self.core, f"{self.family}_{name}", self.operation, *more)

    @rule(good=st.booleans(), supported=st.booleans())
    def start(self, good: bool, supported: bool) -> None:
        alg = Alg.ECDSA_ANY if supported else Alg.PURE_EDDSA
        signature = hashlib.sha512(b"digest" if good else b"").digest()
        more = () if self.family == "sign_hash" else (signature,)
        result = self.go("start", self.attributes, bytes(32), alg, b"digest", *more)
        if self.left >= 0:
            assert result is BadState
        elif not supported:
            assert result is NotSupported
        else:
            assert result is None
            self.left, self.good = 2, good
        assert self.operation.active == (self.left >= 0)

    @rule(small=st.integers(0, 3))
    def complete(self, small: int) -> None:
        signs = self.family == "sign_hash"
        result = self.go("complete", *((64 if small else 8,) if signs else ()))
        if self.left < 0:
            assert result is BadState
        elif self.left:
            assert result == "incomplete"
            self.left -= 1
        else:
            self.left = -1
            if signs:
                assert result == hashlib.sha512(b"digest").digest() if small else issubclass(result, PsaError)
            else:
                assert result is (None if self.good else InvalidSignature)
        assert self.operation.active == (self.left >= 0)

    @rule()
    def abort(self) -> None:
        assert self.go("abort") is None
        self.left = -1
        assert not self.operation.active

    def teardown(self) -> None:
        if hasattr(self, "core"):
            self.core.close()


@pytest.mark.parametrize("driver", SignatureWalk.drivers, ids=lambda driver: driver.__name__ if driver else "software")
@pytest.mark.parametrize("walk", [SignWalk, VerifyWalk])
def test_every_status_is_that_of_the_model(walk: type[Walk], driver: type | None) -> None:
    one = type(walk.__name__, (walk,), {"drivers": (driver,)})
    run_state_machine_as_test(one, settings=settings(max_examples=40, stateful_step_count=30, deadline=None))


def test_every_status_of_interruptible_operations_is_that_of_the_model() -> None:
    steps = settings(max_examples=60, stateful_step_count=20, deadline=None)
    run_state_machine_as_test(InterruptibleWalk, settings=steps)
