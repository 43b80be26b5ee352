"""Random sequences of calls on PAKE operations agree with a model written from the specification."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule
from pake_drivers import Counting, Matchmaker
from pake_sides import CONFIRM, P256, R1, ROUND_1, ROUND_2, SECRET, SHARE, jpake_suite, password, spake2p_keys

from psa_bridge import (
    Alg,
    BadState,
    Core,
    InvalidArgument,
    InvalidSignature,
    KeyAttributes,
    KeyType,
    PakeCipherSuite,
    PakeOperation,
    PakeRole,
    PakeStep,
    PsaError,
    Usage,
)

OUT, IN = "out", "in"
RARELY = st.sampled_from([False] * 11 + [True])
"""Wild calls end an exchange; they are made rarely, so that others come to their end."""


def outcome(call: Any, *arguments: Any) -> Any:
    """The result of a call, or the class of its error."""
    try:
        return call(*arguments)
    except PsaError as error:
        return type(error)


def jpake_order(done: list[tuple[str, int]]) -> set[tuple[str, int]]:
    """The steps that may come next: within a round, each direction is a block."""
    for steps in (ROUND_1, ROUND_2):
        here = done[: 2 * len(steps)]
        done = done[2 * len(steps) :]
        if len(here) == 2 * len(steps):
            continue
        block = here[len(here) - len(here) % len(steps) :]
        if block:
            return {(block[0][0], steps[len(block)])}
        return {(way, steps[0]) for way in (OUT, IN) if not here or here[0][0] != way}
    return set()


def spake2p_order(done: list[tuple[str, int]], client: bool) -> set[tuple[str, int]]:
    """Shares first, that of the client before that of the server; the server confirms first."""
    ways = (OUT, IN, IN, OUT) if client else (IN, OUT, OUT, IN)
    steps = (SHARE, SHARE, CONFIRM, CONFIRM)
    return {(ways[len(done)], steps[len(done)])} if len(done) < 4 else set()


@dataclass
class Side:
    """A side of an exchange, and what the model knows of it."""

    operation: PakeOperation
    name: str
    state: str = "setup"
    given: set[str] = field(default_factory=set)
    role: int | None = None
    done: list[tuple[str, int]] = field(default_factory=list)
    sent: list[tuple[int, bytes]] = field(default_factory=list)
    wrong: bool = False


class Exchange(RuleBasedStateMachine):
    """Both sides of one exchange, each called at will; messages are delivered in order, lost or damaged."""

    @initialize(jpake=st.booleans(), python=st.booleans())
    def make(self, jpake: bool, python: bool) -> None:
        self.core = Core(*([Matchmaker()] if python else []))
        self.jpake = jpake
        if jpake:
            self.key = password(self.core)
            self.suite = jpake_suite()
        else:
            self.key, _ = spake2p_keys(self.core, self.core, Alg.SPAKE2P_MATTER, R1, 256)
            self.suite = PakeCipherSuite(Alg.SPAKE2P_MATTER, P256)
        self.begin(True)

    def begin(self, prepared: bool) -> None:
        """Both sides anew, with everything that they need or with nothing."""
        self.sides = [Side(self.core.pake_setup(self.key, self.suite), name) for name in ("one", "two")]
        self.secrets: list[bytes] = []
        for at in (0, 1) if prepared else ():
            self.give_role(at, True, 0)
            self.give(at, "user")
            self.give(at, "peer")

    def ready(self, side: Side) -> bool:
        """Whether everything that the algorithm needs was given."""
        return {"user", "peer"} <= side.given if self.jpake else side.role is not None

    def due(self, side: Side) -> set[tuple[str, int]]:
        return jpake_order(side.done) if self.jpake else spake2p_order(side.done, side.role == PakeRole.CLIENT)

    def known(self, way: str, step: int) -> bool:
        """Whether the algorithm has the step."""
        return step in (ROUND_2 if self.jpake else (SHARE, CONFIRM))

    def expected(self, side: Side, way: str, step: int) -> type[PsaError] | None:
        if side.state not in ("setup", "exchange") or not self.ready(side):
            return BadState
        if not self.known(way, step):
            return InvalidArgument
        return None if (way, step) in self.due(side) else BadState

    def settle(self, side: Side, result: Any, error: type[PsaError] | None) -> bool:
        """Compare; a failure is the end."""
        if error is not None:
            assert result is error, (result, error, side)
            side.state = "error"
            return False
        assert not isinstance(result, type), (result, side)
        return True

    @rule(at=st.integers(0, 1), what=st.sampled_from(["user", "peer", "context"]), wild=RARELY)
    def give_any(self, at: int, what: str, wild: bool) -> None:
        if wild or (self.sides[at].state == "setup" and what not in self.sides[at].given and what != "context"):
            self.give(at, what)

    def give(self, at: int, what: str) -> None:
        side = self.sides[at]
        own = side.name.encode() if what == "user" else self.sides[1 - at].name.encode()
        error = None
        if side.state != "setup" or what in side.given or (what == "context" and self.jpake):
            error = BadState
        if self.settle(
            side, outcome(getattr(side.operation, f"set_{what}"), b"c" if what == "context" else own), error
        ):
            side.given.add(what)

    @rule(at=st.integers(0, 1), natural=st.booleans(), role=st.sampled_from([*list(range(3)), 17, 18]), wild=RARELY)
    def give_any_role(self, at: int, natural: bool, role: int, wild: bool) -> None:
        if wild or (self.sides[at].state == "setup" and self.sides[at].role is None):
            self.give_role(at, natural or not wild, role)

    def give_role(self, at: int, natural: bool, role: int) -> None:
        side = self.sides[at]
        if natural:
            role = 0 if self.jpake else (PakeRole.CLIENT, PakeRole.SERVER)[at]
        error: type[PsaError] | None = None
        if side.state != "setup" or side.role is not None:
            error = BadState
        elif role not in ((0,) if self.jpake else (0x11, 0x12)):
            error = InvalidArgument
        if self.settle(side, outcome(side.operation.set_role, role), error):
            side.role = role

    def step_out(self, side: Side, step: int) -> None:
        error = self.expected(side, OUT, step)
        result = outcome(side.operation.output, step)
        if self.settle(side, result, error):
            side.done.append((OUT, step))
            side.state = "exchange"
            side.sent.append((step, result))

    @rule(at=st.integers(0, 1), step=st.sampled_from([PakeStep(n) for n in range(10)]), wild=RARELY)
    def output_any(self, at: int, step: int, wild: bool) -> None:
        if wild:
            self.step_out(self.sides[at], step)

    @rule(
        at=st.integers(0, 1),
        step=st.sampled_from([SHARE, CONFIRM, PakeStep.ZK_PROOF]),
        data=st.binary(max_size=70),
        wild=RARELY,
    )
    def input_any(self, at: int, step: int, data: bytes, wild: bool) -> None:
        """Nothing that is made up is taken, but a confirmation or proof by a chance that does not come."""
        if not wild:
            return
        side = self.sides[at]
        error = self.expected(side, IN, step)
        result = outcome(side.operation.input, step, data)
        if error is None:
            assert result in (InvalidArgument, InvalidSignature)
        else:
            assert result is error
        side.state = "error"

    @precondition(lambda self: all(self.ready(side) for side in self.sides))
    @rule(at=st.integers(0, 1), count=st.sampled_from([1, 2, 3, 5, 8, 36, 36, 36]))
    def go_on(self, at: int, count: int) -> None:
        """What is due, first at one side, as far as the messages of the other go."""
        for _ in range(count):
            if not self.move(at) and not self.move(1 - at):
                return

    def move(self, at: int) -> bool:
        """One step of a side, if one is due and can be done."""
        side, other = self.sides[at], self.sides[1 - at]
        if side.state not in ("setup", "exchange"):
            return False
        for way, step in sorted(self.due(side)):
            if way == OUT:
                self.step_out(side, step)
                return True
            if other.sent:
                self.deliver(side, other, step)
                return True
        return False

    def deliver(self, side: Side, other: Side, step: int) -> None:
        sent, message = other.sent.pop(0)
        assert sent == step
        mismatch = not self.jpake and (
            {side.role, other.role} != {0x11, 0x12} or ("context" in side.given) != ("context" in other.given)
            or ("user" in side.given) != ("peer" in other.given) or ("peer" in side.given) != ("user" in other.given)
        )  # fmt: skip
        wrong = InvalidSignature if mismatch and step == CONFIRM else None
        if self.settle(side, outcome(side.operation.input, step, message), wrong):
            side.done.append((IN, step))
            side.state = "exchange"

    @rule(at=st.integers(0, 1), good=st.sampled_from([True, True, False]), wild=RARELY)
    def finish(self, at: int, good: bool, wild: bool) -> None:
        side = self.sides[at]
        complete = side.state == "exchange" and not self.due(side)
        if not complete and not wild:
            return
        error: type[PsaError] | None = None if complete else BadState
        if complete and not good:
            error = InvalidArgument
        attributes = SECRET if good else KeyAttributes(KeyType.RAW_DATA, usage=Usage.EXPORT)
        result = outcome(side.operation.get_shared_key, attributes)
        if self.settle(side, result, error):
            side.state = "idle"
            assert not side.operation.active
            self.secrets.append(result.export())
            assert len(set(self.secrets)) == 1
            assert len(self.secrets[0]) == (65 if self.jpake else 16)

    @rule(at=st.integers(0, 1), wild=RARELY)
    def abort(self, at: int, wild: bool) -> None:
        if not wild:
            return
        self.sides[at].operation.abort()
        self.sides[at].state = "idle"
        assert not self.sides[at].operation.active

    @rule(prepared=st.sampled_from([True, True, True, False]))
    def start_again(self, prepared: bool) -> None:
        """An operation that failed or ended is no use any more."""
        if any(side.state in ("idle", "error") for side in self.sides):
            for side in self.sides:
                side.operation.abort()
            self.begin(prepared)

    def teardown(self) -> None:
        if hasattr(self, "core"):
            self.core.close()


TestExchange = Exchange.TestCase
TestExchange.settings = settings(max_examples=80, stateful_step_count=50, deadline=None)


# WPA3-SAE, of which there is no software: the core keeps the order for drivers that bring it.

SAE = Alg.WPA3_SAE_FIXED(Alg.SHA_256)
COMMIT, SALT, COUNT, KEY_ID = PakeStep.COMMIT, PakeStep.SALT, PakeStep.CONFIRM_COUNT, PakeStep.KEY_ID
SIZES = {COMMIT: 96, SALT: 4, COUNT: 2, CONFIRM: 34}


def sae_order(done: tuple[tuple[str, int], ...]) -> set[tuple[str, int]]:
    """What may come next (section 10.13.12)."""
    if len(done) < 2:
        return {(way, COMMIT) for way in (OUT, IN)} - set(done)
    if done[-1] == (IN, COUNT):
        return {(OUT, CONFIRM)}
    if done[-1] == (OUT, KEY_ID):
        return set()
    steps = {(IN, COUNT), (IN, CONFIRM)}
    if len(done) == 2:
        steps.add((IN, SALT))
    if {(OUT, CONFIRM), (IN, CONFIRM)} <= set(done):
        steps.add((OUT, KEY_ID))
    return steps


def sae(core: Core, done: tuple[tuple[str, int], ...]) -> PakeOperation:
    """An exchange that has come so far."""
    side = core.pake_setup(password(core, alg=SAE), PakeCipherSuite(SAE, P256))
    side.set_user(b"\1" * 6)
    side.set_peer(b"\2" * 6)
    for way, step in done:
        assert outcome(side.output, step) if way == OUT else side.input(step, bytes(SIZES[PakeStep(step)])) is None
    return side


def sae_paths(length: int) -> list[tuple[tuple[str, int], ...]]:
    """All ways to begin, of at most so many steps."""
    paths: list[tuple[tuple[str, int], ...]] = [()]
    for path in paths:
        if len(path) < length:
            paths.extend((*path, step) for step in sorted(sae_order(path)))
    return paths


def test_wpa3_sae_goes_every_way_that_the_specification_has_and_no_other() -> None:
    with Core(Counting(), software=False) as core:
        for path in sae_paths(5):
            for way in (OUT, IN):
                for step in (COMMIT, SALT, COUNT, CONFIRM, KEY_ID):
                    side = sae(core, path)
                    call = side.output if way == OUT else side.input
                    arguments = (step,) if way == OUT else (step, bytes(SIZES.get(step, 1)))
                    result = outcome(call, *arguments)
                    allowed = (way, step) in sae_order(path)
                    has = step == COMMIT or (way, step) in {
                        (IN, SALT),
                        (IN, COUNT),
                        (OUT, CONFIRM),
                        (IN, CONFIRM),
                        (OUT, KEY_ID),
                    }
                    if allowed:
                        assert not isinstance(result, type), (path, way, step, result)
                    else:
                        assert result is (BadState if has else InvalidArgument), (path, way, step)
                    side.abort()


@pytest.mark.parametrize("named", [False, True])
def test_wpa3_sae_gives_its_key_when_both_have_confirmed(named: bool) -> None:
    path = (
        (OUT, COMMIT),
        (IN, COMMIT),
        (IN, COUNT),
        (OUT, CONFIRM),
        (IN, CONFIRM),
        *(((OUT, KEY_ID),) if named else ()),
    )
    with Core(Counting(), software=False) as core:
        for early in range(len(path)):
            if early != 5:
                assert outcome(sae(core, path[:early]).get_shared_key, SECRET) is BadState
        assert sae(core, path).get_shared_key(SECRET).export() == bytes([len(path)]) * 32
