"""Random sequences of calls agree with a small model: no crash, no hang, no wrong success."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, rule
from python_drivers import Accelerator

from psa_bridge import (
    Alg,
    AlreadyExists,
    BadState,
    Core,
    EccFamily,
    HashOperation,
    InvalidArgument,
    InvalidHandle,
    InvalidSignature,
    Key,
    KeyAttributes,
    KeyType,
    MemoryStorage,
    NotPermitted,
    PsaError,
    Usage,
)

P256 = KeyType.ECC_KEY_PAIR(EccFamily.SECP_R1)
ECDSA = Alg.ECDSA(Alg.SHA_256)
HASHES = {Alg.SHA_256: "sha256", Alg.SHA_384: "sha384", Alg.SHA3_256: "sha3_256", Alg.MD5: "md5"}
USAGES = [Usage.EXPORT, Usage.COPY, Usage.SIGN_HASH, Usage.SIGN_MESSAGE, Usage.VERIFY_HASH, Usage.VERIFY_MESSAGE]


def outcome(call: Any, *arguments: Any) -> Any:
    """The result of a call, or the class of its error."""
    try:
        return call(*arguments)
    except PsaError as error:
        return type(error)


@dataclass
class ModelHash:
    """What a hash operation should be: its parts so far, or why it cannot be used."""

    operation: HashOperation
    alg: int
    data: bytes = b""
    state: str = "active"

    def fail(self) -> None:
        """Enter the error state; an operation of a core that is gone stays so."""
        self.state = "gone" if self.state == "gone" else "error"


@dataclass
class ModelKey:
    """What a key should be."""

    key: Key
    usage: int
    alg: int
    data: bytes | None
    persistent: bool
    alive: bool = True
    signatures: list[bytes] = field(default_factory=list)

    def may(self, flag: Usage) -> bool:
        """Whether usage permits a flag; hashes imply messages."""
        implied = self.usage
        if implied & Usage.SIGN_HASH:
            implied |= Usage.SIGN_MESSAGE
        if implied & Usage.VERIFY_HASH:
            implied |= Usage.VERIFY_MESSAGE
        return bool(implied & flag)


class Calls(RuleBasedStateMachine):
    """A core with a Python driver in front of the software driver."""

    hashes = Bundle("hashes")
    keys = Bundle("keys")
    states = Bundle("states")

    @initialize(python=st.booleans())
    def make(self, python: bool) -> None:
        self.storage = MemoryStorage()
        self.core = Core(*([Accelerator()] if python else []), storage=self.storage)
        self.ids: dict[int, ModelKey] = {}
        self.started: list[ModelHash] = []

    # Hash operations

    @rule(target=hashes, alg=st.sampled_from(list(HASHES)))
    def setup(self, alg: int) -> ModelHash:
        return self.start(self.core.hash_setup(alg), alg)

    def start(self, operation: HashOperation, alg: int, data: bytes = b"") -> ModelHash:
        model = ModelHash(operation, alg, data)
        self.started.append(model)
        return model

    @rule(model=hashes, data=st.binary(max_size=200))
    def update(self, model: ModelHash, data: bytes) -> None:
        if model.state == "active":
            model.operation.update(data)
            model.data += data
        else:
            assert outcome(model.operation.update, data) is BadState
            model.fail()

    @rule(model=hashes)
    def finish(self, model: ModelHash) -> None:
        if model.state == "active":
            assert model.operation.finish() == hashlib.new(HASHES[Alg(model.alg)], model.data).digest()
            model.state = "done"
        else:
            assert outcome(model.operation.finish) is BadState
            model.fail()

    @rule(model=hashes, good=st.booleans())
    def verify(self, model: ModelHash, good: bool) -> None:
        expected = hashlib.new(HASHES[Alg(model.alg)], model.data if good else model.data + b"x").digest()
        result = outcome(model.operation.verify, expected)
        if model.state == "active":
            assert result is (None if good else InvalidSignature)
            model.state = "done" if good else "error"
        else:
            assert result is BadState
            model.fail()

    @rule(model=hashes)
    def abort(self, model: ModelHash) -> None:
        if model.state == "gone":
            return
        model.operation.abort()
        model.state = "done"
        assert not model.operation.active

    @rule(target=hashes, model=hashes)
    def clone(self, model: ModelHash) -> ModelHash:
        if model.state == "active":
            return self.start(model.operation.clone(), model.alg, model.data)
        assert outcome(model.operation.clone) is BadState
        return model

    @rule(target=states, model=hashes)
    def suspend(self, model: ModelHash) -> tuple[int, bytes, bytes] | None:
        if model.state != "active":
            assert outcome(model.operation.suspend) is BadState
            model.fail()
            return None
        if model.alg == Alg.SHA3_256:
            return None
        result = outcome(model.operation.suspend)
        if isinstance(result, type):
            model.fail()
            return None
        model.state = "done"
        return model.alg, model.data, result

    @rule(target=hashes, saved=consumes(states), part=st.binary(max_size=80))
    def resume(self, saved: tuple[int, bytes, bytes] | None, part: bytes) -> ModelHash:
        if saved is None:
            return self.setup(Alg.SHA_256)
        alg, data, state = saved
        model = self.start(self.core.hash_resume(state), alg, data)
        self.update(model, part)
        return model

    @rule(garbage=st.binary(max_size=120))
    def resume_garbage(self, garbage: bytes) -> None:
        result = outcome(self.core.hash_resume, garbage)
        if isinstance(result, HashOperation):
            result.abort()
        else:
            assert issubclass(result, PsaError)

    # Keys

    @rule(
        target=keys,
        usage=st.sets(st.sampled_from(USAGES)).map(lambda flags: sum(flags, Usage(0))),
        alg=st.sampled_from([ECDSA, Alg.ECDSA(Alg.ANY_HASH), Alg.ECDSA(Alg.SHA_384), Alg.NONE]),
        number=st.integers(1, (1 << 255) - 1),
        identifier=st.sampled_from([0, 0, 0, 1, 2]),
    )
    def import_pair(self, usage: int, alg: int, number: int, identifier: int) -> ModelKey:
        lifetime = 1 if identifier else 0
        attributes = KeyAttributes(P256, 256, usage=usage, alg=alg, id=identifier, lifetime=lifetime)
        data = number.to_bytes(32, "big")
        result = outcome(self.core.import_key, attributes, data)
        if identifier in self.ids:
            assert result is AlreadyExists
            return self.ids[identifier]
        model = ModelKey(result, usage, alg, data, bool(identifier))
        if identifier:
            self.ids[identifier] = model
        return model

    @rule(model=keys)
    def export(self, model: ModelKey) -> None:
        if self.foreign(model):
            return
        result = outcome(self.core.export_key, model.key.id)
        if not model.alive:
            assert result is InvalidHandle
        else:
            assert result == (model.data if model.may(Usage.EXPORT) else NotPermitted)

    @rule(model=keys)
    def purge(self, model: ModelKey) -> None:
        if self.foreign(model):
            return
        assert outcome(model.key.purge) is (None if model.alive else InvalidHandle)

    @rule(model=keys)
    def destroy(self, model: ModelKey) -> None:
        if self.foreign(model):
            return
        assert outcome(model.key.destroy) is (None if model.alive else InvalidHandle)
        model.alive = False
        if model.persistent and self.ids.get(model.key.id) is model:
            del self.ids[model.key.id]

    @rule(model=keys, digest=st.binary(min_size=32, max_size=32))
    def sign(self, model: ModelKey, digest: bytes) -> None:
        if self.foreign(model):
            return
        result = outcome(self.core.sign_hash, model.key.id, ECDSA, digest)
        permitted = model.may(Usage.SIGN_HASH) and model.alg in (ECDSA, Alg.ECDSA(Alg.ANY_HASH))
        if not model.alive:
            assert result is InvalidHandle
        elif not permitted:
            assert result is NotPermitted
        else:
            assert isinstance(result, bytes) and len(result) == 64
            model.signatures.append(digest + result)

    @rule(model=keys, flip=st.none() | st.integers(0, 511))
    def verify_signature(self, model: ModelKey, flip: int | None) -> None:
        if not model.signatures or self.foreign(model):
            return
        digest, signature = model.signatures[-1][:32], bytearray(model.signatures[-1][32:])
        if flip is not None:
            signature[flip // 8] ^= 1 << flip % 8
        result = outcome(self.core.verify_hash, model.key.id, ECDSA, digest, signature)
        if not model.alive:
            assert result is InvalidHandle
        elif not model.may(Usage.VERIFY_HASH):
            assert result is NotPermitted
        else:
            assert result is (None if flip is None else InvalidSignature)

    @rule(target=keys, model=keys, usage=st.sampled_from(USAGES))
    def copy(self, model: ModelKey, usage: int) -> ModelKey:
        if self.foreign(model):
            return model
        attributes = KeyAttributes(0, usage=usage, alg=model.alg)
        result = outcome(self.core.copy_key, model.key.id, attributes)
        if not model.alive:
            assert result is InvalidHandle
        elif not model.may(Usage.COPY):
            assert result is NotPermitted
        else:
            return ModelKey(result, usage & model.usage, model.alg, model.data, False)
        return model

    @rule(data=st.binary(max_size=70), bits=st.sampled_from([0, 128, 255, 256]))
    def import_garbage(self, data: bytes, bits: int) -> None:
        result = outcome(self.core.import_key, KeyAttributes(P256, bits), data)
        if isinstance(result, Key):
            # Without a size in the attributes the length tells it: those of P-192 to P-521.
            assert (bits == 256 and len(data) == 32) or (bits == 0 and len(data) in (24, 28, 32, 48, 66))
            result.destroy()
        else:
            assert issubclass(result, PsaError)

    @rule(identifier=st.integers(0, (1 << 32) - 1))
    def use_any_identifier(self, identifier: int) -> None:
        result = outcome(self.core.sign_message, identifier, ECDSA, b"")
        assert result in (InvalidHandle, NotPermitted, InvalidArgument) or isinstance(result, bytes)

    @rule()
    def restart(self) -> None:
        """A new core over the same storage: persistent keys stay, the rest goes."""
        self.core.close()
        self.core = Core(storage=self.storage)
        for model in list(self.ids.values()):
            model.key = self.core.key(model.key.id)
        for operation in self.started:
            operation.state = "gone"

    def foreign(self, model: ModelKey) -> bool:
        """Whether the identifier may name another key now: one of another core, or made after this one went."""
        taken = model.persistent and not model.alive and model.key.id in self.ids
        return taken or model.key.core is not self.core

    @invariant()
    def persistent_keys_exist(self) -> None:
        for identifier in getattr(self, "ids", {}):
            assert self.core.get_key_attributes(identifier).id == identifier

    def teardown(self) -> None:
        if hasattr(self, "core"):
            self.core.close()


TestCalls = Calls.TestCase
TestCalls.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
