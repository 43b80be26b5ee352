"""Random sequences of derivation calls agree with a model written from the specification."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.kdf import hkdf
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule
from oracle import private_bytes, public_bytes

from psa_bridge import (
    Alg,
    BadState,
    Core,
    EccFamily,
    InsufficientData,
    InvalidArgument,
    InvalidSignature,
    Key,
    KeyAttributes,
    KeyDerivation,
    KeyType,
    NotPermitted,
    PsaError,
    Usage,
)
from psa_bridge.constants import Step

OWN, PEER = ec.derive_private_key(7, ec.SECP256R1()), ec.derive_private_key(9, ec.SECP256R1())
SHARED = OWN.exchange(ec.ECDH(), PEER.public_key())
UNLIMITED = 2**64 - 1
SECRETS = {Step.SECRET, Step.PASSWORD}


@dataclass(frozen=True)
class Rule:
    """One input of an algorithm, as section 10.8.1 lists it."""

    step: Step
    forms: str = "bytes key agreement"
    optional: bool = False
    repeats: bool = False
    free: bool = False


@dataclass(frozen=True)
class Kind:
    """An algorithm: its inputs in order, its capacity, and its output by the standard."""

    alg: int
    rules: tuple[Rule, ...]
    capacity: int
    fixes_length: bool = False


DIRECT = "bytes key"
HKDF = (Rule(Step.SALT, DIRECT, optional=True), Rule(Step.SECRET), Rule(Step.INFO, DIRECT, free=True))
KINDS = {
    "hkdf": Kind(Alg.HKDF(Alg.SHA_256), HKDF, 255 * 32),
    "agreed": Kind(Alg.KEY_AGREEMENT(Alg.ECDH, Alg.HKDF(Alg.SHA_256)), HKDF, 255 * 32),
    "extract": Kind(Alg.HKDF_EXTRACT(Alg.SHA_256), (Rule(Step.SALT, DIRECT), Rule(Step.SECRET)), 32),
    "expand": Kind(Alg.HKDF_EXPAND(Alg.SHA_256), (Rule(Step.SECRET), Rule(Step.INFO, DIRECT)), 255 * 32),
    "tls": Kind(
        Alg.TLS12_PRF(Alg.SHA_256), (Rule(Step.SEED, DIRECT), Rule(Step.SECRET), Rule(Step.LABEL, DIRECT)), UNLIMITED
    ),
    "psk": Kind(
        Alg.TLS12_PSK_TO_MS(Alg.SHA_256),
        (
            Rule(Step.SEED, DIRECT),
            Rule(Step.OTHER_SECRET, optional=True),
            Rule(Step.SECRET, DIRECT),
            Rule(Step.LABEL, DIRECT),
        ),
        UNLIMITED,
    ),
    "pbkdf2": Kind(
        Alg.PBKDF2_HMAC(Alg.SHA_256),
        (Rule(Step.COST, "integer"), Rule(Step.SALT, DIRECT, repeats=True), Rule(Step.PASSWORD)),
        (2**32 - 1) * 32,
    ),
    "counter": Kind(
        Alg.SP800_108_COUNTER_HMAC(Alg.SHA_256),
        (Rule(Step.SECRET), Rule(Step.LABEL, DIRECT, optional=True), Rule(Step.CONTEXT, DIRECT, optional=True)),
        0x1FFFFFFF,
        fixes_length=True,
    ),
}


def p_hash(secret: bytes, start: bytes, length: int) -> bytes:
    out, chain = b"", start
    while len(out) < length:
        chain = hmac.digest(secret, chain, "sha256")
        out += hmac.digest(secret, chain + start, "sha256")
    return out[:length]


def output(kind: str, given: dict[Step, Any], bits: int, length: int) -> bytes:
    """The first bytes of the output, by the standard."""
    data = {step: given.get(step, b"") for step in (Step.SALT, Step.SECRET, Step.INFO, Step.LABEL, Step.CONTEXT)}
    secret = data[Step.SECRET]
    sha256 = hashes.SHA256()
    if kind in {"hkdf", "agreed"}:
        return hkdf.HKDF(sha256, length, data[Step.SALT], data[Step.INFO]).derive(secret)
    if kind == "extract":
        return hmac.digest(data[Step.SALT], secret, "sha256")[:length]
    if kind == "expand":
        return hkdf.HKDFExpand(sha256, length, data[Step.INFO]).derive(secret)
    if kind == "pbkdf2":
        return hashlib.pbkdf2_hmac("sha256", given[Step.PASSWORD], data[Step.SALT], given[Step.COST], length)
    if kind == "counter":
        fixed = data[Step.LABEL] + b"\0" + data[Step.CONTEXT] + bits.to_bytes(4, "big")
        numbers = range(1, length // 32 + 2)
        return b"".join(hmac.digest(secret, n.to_bytes(4, "big") + fixed, "sha256") for n in numbers)[:length]
    if kind == "psk":
        other = given.get(Step.OTHER_SECRET, bytes(len(secret)))
        secret = len(other).to_bytes(2, "big") + other + len(secret).to_bytes(2, "big") + secret
    return p_hash(secret, data[Step.LABEL] + given[Step.SEED], length)


@dataclass
class Model:
    """What an operation should be."""

    kind: str
    state: str = "active"
    given: dict[Step, Any] = field(default_factory=dict)
    capacity: int = 0
    bits: int = 0
    position: int = 0
    started: bool = False
    denied: bool = False
    from_key: bool = False
    key: Key | None = None

    @property
    def rules(self) -> tuple[Rule, ...]:
        return KINDS[self.kind].rules

    def refusal(self, step: Step, form: str) -> type[PsaError] | None:
        """What an input is answered with; None if it is taken."""
        if self.started:
            return BadState
        found = [i for i, one in enumerate(self.rules) if one.step == step]
        agreement = form != "agreement" or self.kind == "agreed"
        if not found or form not in self.rules[found[0]].forms or not agreement:
            return InvalidArgument
        at = self.rules[found[0]]
        if step in self.given and not at.repeats:
            return BadState
        for i, other in enumerate(self.rules):
            if i == found[0] or other.free or at.free:
                continue
            missing = i < found[0] and not other.optional and other.step not in self.given
            if missing or (i > found[0] and other.step in self.given):
                return BadState
        return None

    @property
    def complete(self) -> bool:
        return all(one.optional or one.step in self.given for one in self.rules)

    def draw(self, length: int) -> bytes:
        """The next bytes."""
        if not self.started:
            self.started, self.bits = True, 8 * self.capacity
        self.position += length
        if self.capacity != UNLIMITED:
            self.capacity -= length
        return output(self.kind, self.given, self.bits, self.position)[self.position - length :] if length else b""


class Derivations(RuleBasedStateMachine):
    """One operation after the other, with keys of every permission."""

    @initialize()
    def make(self) -> None:
        self.core = Core()
        self.model: Model | None = None
        self.operation: KeyDerivation | None = None

    def key(self, step: Step, usage: int, data: bytes) -> Key:
        """A key that fits the step."""
        assert self.model is not None
        key_type = {Step.PASSWORD: KeyType.PASSWORD, Step.SECRET: KeyType.DERIVE, Step.OTHER_SECRET: KeyType.DERIVE}
        attributes = KeyAttributes(key_type.get(step, KeyType.RAW_DATA), usage=usage, alg=KINDS[self.model.kind].alg)
        return self.core.import_key(attributes, data)

    def expect(self, expected: type[PsaError] | None, call: Any, *arguments: Any) -> Any:
        """The call fails as expected, and leaves the error state, or succeeds."""
        assert self.model is not None
        try:
            result = call(*arguments)
        except PsaError as error:
            assert type(error) is expected, f"{error!r} in place of {expected}"
            kept = expected is InsufficientData or (expected is InvalidArgument and call.__name__ == "set_capacity")
            self.model.state = "active" if kept else "error"
            return None
        assert expected is None, f"no {expected}"
        return result

    def active(self) -> Model | None:
        """The model, if the operation can be used; else what follows is BadState."""
        return self.model if self.model is not None and self.model.state == "active" else None

    @rule(kind=st.sampled_from(sorted(KINDS)))
    def setup(self, kind: str) -> None:
        if self.operation is not None:
            self.operation.abort()
        self.model = Model(kind, capacity=KINDS[kind].capacity)
        self.operation = self.core.key_derivation_setup(KINDS[kind].alg)

    @rule(
        kind=st.sampled_from(sorted(KINDS)),
        forms=st.lists(st.sampled_from(["bytes", "key", "key", "agreement"]), min_size=5, max_size=5),
        verifies=st.sampled_from([None, None, None, 0, 1, 2, 3]),
        skips=st.booleans(),
        capacity=st.sampled_from([None, None, 40, 100]),
        order=st.none() | st.permutations(range(5)),
    )
    def setup_with_inputs(
        self, kind: str, forms: list[str], verifies: int | None, skips: bool, capacity: int | None, order: Any
    ) -> None:
        """All inputs, or all that have to be there: the way to the states beyond."""
        self.setup(kind)
        if capacity is not None:
            self.set_capacity(capacity)
        for i in order or range(5):
            if i >= len(KINDS[kind].rules) or (KINDS[kind].rules[i].optional and skips):
                continue
            one, form = KINDS[kind].rules[i], forms[i]
            agrees = kind == "agreed" and one.step == Step.SECRET
            if one.forms == "integer" or (form == "agreement" and not agrees):
                form = "integer" if one.forms == "integer" else "key"
            self.give(one.step, form, Usage.VERIFY_DERIVATION if i == verifies else Usage.DERIVE, b"input %d" % i)

    @precondition(lambda self: self.model is not None)
    @rule(
        step=st.sampled_from([Step.SALT, Step.SECRET, Step.INFO, Step.SEED, Step.LABEL, Step.CONTEXT, Step.COST,
                              Step.PASSWORD, Step.OTHER_SECRET]),
        form=st.sampled_from(["bytes", "key", "integer", "agreement"]),
        usage=st.sampled_from([Usage.DERIVE, Usage.DERIVE, Usage.VERIFY_DERIVATION, Usage.COPY]),
        data=st.binary(min_size=1, max_size=12).filter(lambda data: 0 not in data),
    )  # fmt: skip
    def wild_input(self, step: Step, form: str, usage: int, data: bytes) -> None:
        self.give(step, form, usage, data)

    @precondition(lambda self: self.active() is not None and not self.model.complete)
    @rule(
        form=st.sampled_from(["bytes", "key", "agreement"]),
        usage=st.sampled_from([Usage.DERIVE, Usage.DERIVE, Usage.VERIFY_DERIVATION]),
        data=st.binary(min_size=1, max_size=40).filter(lambda data: 0 not in data),
    )
    def next_input(self, form: str, usage: int, data: bytes) -> None:
        """The first input that is missing: otherwise few operations would get any further."""
        assert self.model is not None
        missing = next(one for one in self.model.rules if not one.optional and one.step not in self.model.given)
        form = "integer" if missing.step == Step.COST else form
        if form == "agreement" and (self.model.kind != "agreed" or missing.step != Step.SECRET):
            form = "key"
        self.give(missing.step, form, usage, data)

    def give(self, step: Step, form: str, usage: int, data: bytes) -> None:
        model = self.active()
        assert self.operation is not None
        refusal = BadState if model is None or self.orphaned() else model.refusal(step, form)
        if form == "integer":
            value: Any = len(data)
            self.expect(refusal, self.operation.input_integer, step, value)
        elif form == "bytes":
            value = data
            self.expect(refusal, self.operation.input_bytes, step, data)
        elif form == "key":
            value, key = data, self.key(step, usage, data)
            if refusal is None and usage == Usage.COPY:
                refusal = NotPermitted
            self.expect(refusal, self.operation.input_key, step, key)
            if refusal is None and model is not None:
                model.denied |= usage != Usage.DERIVE
                model.key = key if step in SECRETS else model.key
        else:
            value = SHARED
            pair = KeyAttributes(KeyType.ECC_KEY_PAIR(EccFamily.SECP_R1), 256, usage=Usage.DERIVE, alg=Alg.ECDH)
            own = self.core.import_key(pair, private_bytes(OWN))
            self.expect(refusal, self.operation.key_agreement, step, own, public_bytes(PEER.public_key()))
        if refusal is None and model is not None:
            model.from_key |= step in SECRETS and form != "bytes"
            model.given[step] = model.given.get(step, b"") + value if form != "integer" else value

    def orphaned(self) -> bool:
        return self.model is not None and self.model.key is not None and not self.model.key.exists

    def output_refusal(self, length: int, shown: bool, made: bool = False) -> type[PsaError] | None:
        model = self.active()
        if model is None or self.orphaned() or not model.complete:
            return BadState
        if (made and not model.from_key) or (shown and model.denied):
            return NotPermitted
        if length > model.capacity:
            model.capacity, model.started = 0, True
            return InsufficientData
        return None

    @precondition(lambda self: self.model is not None)
    @rule(length=st.sampled_from([0, 1, 16, 31, 32, 33, 100]))
    def output_bytes(self, length: int) -> None:
        assert self.operation is not None
        assert self.model is not None
        refusal = self.output_refusal(length, True)
        got = self.expect(refusal, lambda: self.operation.output_bytes(out=bytearray(length)))  # type: ignore[union-attr]
        assert got == (length if refusal is None else None)
        if refusal is None:
            self.model.draw(length)

    @precondition(lambda self: self.model is not None)
    @rule(length=st.sampled_from([1, 7, 32, 50]))
    def output_bytes_as_specified(self, length: int) -> None:
        assert self.operation is not None
        assert self.model is not None
        if self.active() is None or self.orphaned():
            return
        refusal = self.output_refusal(length, True)
        got = self.expect(refusal, self.operation.output_bytes, length)
        if refusal is None:
            assert got == self.model.draw(length)

    @precondition(lambda self: self.model is not None)
    @rule(length=st.sampled_from([1, 32, 50]), good=st.booleans())
    def verify_bytes(self, length: int, good: bool) -> None:
        assert self.operation is not None
        assert self.model is not None
        refusal = self.output_refusal(length, False)
        expected = self.model.draw(length) if refusal is None else bytes(length)
        if refusal is None and not good:
            expected, refusal = bytes([expected[0] ^ 1]) + expected[1:], InvalidSignature
        self.expect(refusal, self.operation.verify_bytes, expected)

    @precondition(lambda self: self.model is not None)
    @rule(size=st.sampled_from([8, 16, 40]))
    def output_key(self, size: int) -> None:
        assert self.operation is not None
        assert self.model is not None
        refusal = self.output_refusal(size, True, True)
        attributes = KeyAttributes(KeyType.DERIVE, 8 * size, usage=Usage.EXPORT)
        made = self.expect(refusal, self.operation.output_key, attributes)
        if refusal is None:
            assert made.export() == self.model.draw(size)

    @precondition(lambda self: self.model is not None)
    @rule(capacity=st.sampled_from([0, 1, 40, 90, 1000, UNLIMITED]))
    def set_capacity(self, capacity: int) -> None:
        assert self.operation is not None
        model, refusal = self.active(), None
        if model is None or self.orphaned():
            refusal: type[PsaError] | None = BadState
        elif capacity > model.capacity:
            refusal = InvalidArgument
        elif model.started and KINDS[model.kind].fixes_length:
            refusal = BadState
        self.expect(refusal, self.operation.set_capacity, capacity)
        if refusal is None and model is not None:
            model.capacity = capacity

    @precondition(lambda self: self.model is not None)
    @rule()
    def capacity(self) -> None:
        assert self.operation is not None
        model = self.active()
        if model is None:
            try:
                assert self.operation.capacity is None
            except BadState:
                return
        assert model is not None
        assert self.operation.capacity == model.capacity

    @precondition(lambda self: self.model is not None and self.model.key is not None and self.model.key.exists)
    @rule()
    def destroy_the_secret(self) -> None:
        assert self.model is not None
        assert self.model.key is not None
        self.model.key.destroy()

    @precondition(lambda self: self.operation is not None)
    @rule()
    def abort(self) -> None:
        assert self.operation is not None
        self.operation.abort()
        assert not self.operation.active
        self.model, self.operation = None, None

    def teardown(self) -> None:
        if hasattr(self, "core"):
            self.core.close()


TestDerivations = Derivations.TestCase
TestDerivations.settings = settings(max_examples=200, stateful_step_count=30, deadline=None)
