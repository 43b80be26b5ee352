"""What the state walks share: one operation object, and a model that says what the status of each call should be.

The models are written from the states of the specification, call by call; they know nothing of
how the core keeps them.
"""

from __future__ import annotations

from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from psa_bridge import Alg, BadState, Core, InvalidHandle, Key, NotPermitted, PsaError
from psa_bridge.ops.operation import Operation

SMALL = bytearray(1)
Error = type[PsaError] | None


def outcome(call: Any, *arguments: Any, **named: Any) -> Any:
    """The result of a call, or the class of its error."""
    try:
        return call(*arguments, **named)
    except PsaError as error:
        return type(error)


class Walk(RuleBasedStateMachine):
    """One operation object and its key. Subclasses say what a call should give in which state."""

    kind: type[Operation]
    algs: tuple[int, ...]
    another_alg: int = Alg.OFB
    """Of the same category, and not permitted by the key."""

    drivers: ClassVar[tuple[type | None, ...]]
    """What may serve it; None is the software."""

    @initialize(driver=st.integers(0, 10), alg=st.integers(0, 10))
    def make(self, driver: int, alg: int) -> None:
        self.served = self.drivers[driver % len(self.drivers)]
        self.alg = self.algs[alg % len(self.algs)]
        self.core = self.new_core()
        self.operation: Any = self.new_operation()
        self.state = "idle"
        self.inactive = self.turns = 0
        self.key = self.new_key()
        self.clear()

    def new_core(self) -> Core:
        """With what serves the operation."""
        return Core(self.served()) if self.served else Core()

    def new_operation(self) -> Operation:
        """An idle one."""
        return self.kind(self.core)

    def new_key(self, usage: int | None = None) -> Key:
        """A key for the algorithm; by default for every use."""
        raise NotImplementedError

    def clear(self) -> None:
        """Forget what was done to the operation."""
        self.makes = True
        self.used = self.key
        self.data = b""

    # What is the same for all

    def set_up(self, function: str, makes: bool, trouble: str, *more: Any) -> None:
        """Call a setup with a key, the algorithm and what else it takes."""
        key: Any = self.key
        alg = self.alg
        expected: Error = None
        if trouble == "gone":
            key = self.new_key()
            key.destroy()
            expected = InvalidHandle
        elif trouble == "usage":
            key, expected = self.new_key(0), NotPermitted
        elif trouble == "alg":
            alg, expected = self.another_alg, NotPermitted if self.alive(self.key) else InvalidHandle
        elif not self.alive(self.key):
            expected = InvalidHandle
        was = self.state
        result = outcome(self.operation._start, function, key.id, alg, *more)
        if was != "idle":
            assert result is BadState
            self.state = "error"
        elif expected:
            assert result is expected
            assert not self.operation.active
        else:
            assert result is self.operation
            self.clear()
            self.state, self.makes, self.used = "active", makes, key

    def alive(self, key: Key) -> bool:
        return key.exists

    def step(self, allowed: bool, expected: Error, call: Any, *arguments: Any, ends: bool = False, **named: Any) -> Any:
        """Call a step: BAD_STATE where it is not allowed, else what the model expects."""
        result = outcome(call, *arguments, **named)
        self.inactive = 0 if self.state == "active" else self.inactive + 1
        if self.state != "active" or not self.alive(self.used) or not allowed:
            assert result is BadState, (self.state, result)
            self.state = "error"
            return None
        if expected is not None:
            assert result is expected, result
            self.state = "error"
            return None
        assert not (isinstance(result, type) and issubclass(result, PsaError)), result
        if ends:
            self.state = "idle"
            assert not self.operation.active
        return result

    @rule()
    def abort(self) -> None:
        self.operation.abort()
        self.state = "idle"
        assert not self.operation.active

    @rule(really=st.integers(0, 7))
    def destroy_key(self, really: int) -> None:
        if really == 0 and self.alive(self.key):
            self.key.destroy()

    @rule()
    def replace_key(self) -> None:
        if not self.alive(self.key):
            self.key = self.new_key()

    def begin(self, makes: bool) -> None:
        """Set the operation up as it should be."""
        raise NotImplementedError

    @invariant()
    def get_going(self) -> None:
        """Most calls fail on an operation that is not active: after some that did, there is an active one again."""
        if self.inactive > 2:
            self.abort()
            self.replace_key()
            self.begin(self.turns % 2 == 0)
            self.inactive = 0
            self.turns += 1

    def teardown(self) -> None:
        if hasattr(self, "core"):
            self.core.close()


TROUBLE = st.sampled_from(["", "", "", "", "gone", "usage", "alg"])
SIZES = st.sampled_from([0, 1, 15, 16, 17, 40])
