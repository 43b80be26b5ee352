"""Keyword-only parameters of drivers written in Python, and random generators of all shapes."""

from __future__ import annotations

import itertools
import os
from typing import Any, ClassVar

import pytest

from psa_bridge import Alg, Core, KeyAttributes, KeyType, PythonDriver, Usage

LOCATION = 0x800456
HMAC = Alg.HMAC(Alg.SHA_256)
AT = KeyAttributes(
    KeyType.HMAC, 256, usage=Usage.SIGN_MESSAGE | Usage.EXPORT | Usage.COPY, alg=HMAC, lifetime=LOCATION << 8
)


# What allocate_key chose


class Slots(PythonDriver):
    """An element that picks a slot first and writes the key there."""

    prefix = "pyslots"
    type = "opaque"
    location = LOCATION
    key_context: ClassVar = {"base_size": 4}
    capabilities: ClassVar = [
        {"entry_points": ["allocate_key", "import_key", "generate_key", "copy_key", "export_key", "destroy_key"]}
    ]

    def __init__(self) -> None:
        self.numbers = itertools.count(0x01020304)
        self.chosen: list[bytes] = []
        self.slots: dict[bytes, bytes] = {}

    def allocate_key(self, attributes: KeyAttributes, size: int) -> bytes:
        self.chosen.append(next(self.numbers).to_bytes(size, "big"))
        return self.chosen[-1]

    def import_key(self, attributes: KeyAttributes, data: bytes, *, key_buffer: bytes) -> tuple[bytes, int]:
        self.slots[key_buffer] = data
        return key_buffer, 8 * len(data)

    def generate_key(self, attributes: KeyAttributes, *, key_buffer: bytes, key_buffer_size: int) -> bytes:
        assert len(key_buffer) == key_buffer_size == 4
        self.slots[key_buffer] = os.urandom(attributes.bits // 8)
        return key_buffer

    def copy_key(self, attributes: KeyAttributes, source: bytes, *, target_key_buffer: bytes) -> bytes:
        self.slots[target_key_buffer] = self.slots[source]
        return target_key_buffer

    def export_key(self, attributes: KeyAttributes, slot: bytes) -> bytes:
        return self.slots[slot]

    def destroy_key(self, attributes: KeyAttributes, slot: bytes) -> None:
        del self.slots[slot]


def test_methods_that_make_keys_see_what_allocate_key_chose() -> None:
    driver = Slots()
    with Core(driver) as core:
        imported = core.import_key(AT, bytes(range(32)))
        generated = core.generate_key(AT)
        copied = imported.copy(AT)
        assert driver.chosen == list(driver.slots) and len(driver.chosen) == 3
        assert imported.export() == copied.export() == bytes(range(32))
        assert generated.export() == driver.slots[driver.chosen[1]]
        for key in (imported, generated, copied):
            key.destroy()
        assert driver.slots == {}


def test_a_choice_is_asked_for_only_where_somebody_chooses() -> None:
    class Wrapped(Slots):
        capabilities: ClassVar = [{"entry_points": ["generate_key"]}]
        allocate_key = None  # type: ignore[assignment]

    with pytest.raises(TypeError, match=r"Wrapped\.generate_key asks for what allocate_key chose as key_buffer"):
        Core(Wrapped())


def test_a_parameter_that_no_output_has_is_refused() -> None:
    class Curious(Slots):
        def generate_key(self, attributes: Any, *, slot: bytes) -> bytes:  # type: ignore[override]
            return slot

    with pytest.raises(TypeError, match="generate_key does not fit the entry point"):
        Core(Curious())


# Random generators


def generator(**methods: Any) -> PythonDriver:
    """A driver with these entry points of random generation, which needs no entropy unless it takes some."""
    capability = {"entry_points": list(methods), "initial_entropy_size": 8 if "add_entropy" in methods else 0}
    made = type("Generator", (PythonDriver,), {"prefix": "pyrandom", "capabilities": [capability], **methods})
    return made()  # type: ignore[no-any-return]


def get_random(self: Any, state: Any, *, output_size: int) -> bytes:
    self.states = [*getattr(self, "states", []), state]
    return os.urandom(output_size)


def test_a_random_generator_without_a_state_gets_none() -> None:
    driver: Any = generator(get_random=get_random)
    with Core(driver) as core:
        assert len({core.generate_random(20) for _ in range(5)}) == 5
        assert core.counts.drivers["pyrandom"].served >= 5
    assert set(driver.states) == {None}


def test_a_random_generator_without_a_state_is_seeded() -> None:
    seeds: list[tuple[Any, bytes]] = []
    driver: Any = generator(
        add_entropy=lambda self, state, entropy: seeds.append((state, entropy)), get_random=get_random
    )
    with Core(driver) as core:
        assert len(core.generate_random(20)) == 20
    state, entropy = seeds[0]
    assert state is None and len(entropy) >= 8


def test_a_random_generator_with_a_state_gets_it_every_time() -> None:
    state = object()
    driver: Any = generator(init_random=lambda self: state, get_random=get_random)
    with Core(driver) as core:
        core.generate_random(20)
        core.generate_random(20)
    assert set(driver.states) == {state}


def test_a_random_generator_that_does_not_ask_for_the_length_is_refused() -> None:
    with pytest.raises(TypeError, match=r"get_random does not fit .*get_random\(self, context, \*, output_size\)"):
        Core(generator(get_random=lambda self, state: os.urandom(16)))
