"""PAKEs against what is published, and against an oracle written from the RFCs, step by step."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
from pake_groups import Groups
from pake_oracle import FIXED, NAMES, Jpake, Spake2p, draw, fixed_point
from pake_sides import (
    CONFIRM,
    R1,
    ROUND_1,
    ROUND_2,
    SHARE,
    SPAKE2P_SUITES,
    drawing,
    jpake,
    jpake_suite,
    libcrypto,
    pair_data,
    password,
    primitive,
    run_jpake,
    run_spake2p,
    secret,
    spake2p,
    spake2p_keys,
)

from psa_bridge import Alg, Core

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

VECTORS = tomllib.loads((Path(__file__).parent / "data" / "spake2plus_vectors.toml").read_text())["vector"]
MACS = {"HMAC": Alg.SPAKE2P_HMAC, "CMAC": Alg.SPAKE2P_CMAC, "MATTER": lambda _: Alg.SPAKE2P_MATTER}
TEXTS = {"suite", "context", "source", "prover", "verifier"}

needs_own_numbers = pytest.mark.skipif(
    libcrypto() is None, reason="needs libcrypto as a shared library whose generator can be replaced"
)


def named(vector: dict[str, str]) -> str:
    return f"{vector['suite']}-{vector['x'][:4]}"


def parts(vector: dict[str, str]) -> tuple[dict[str, bytes], dict[str, bytes], Any]:
    """The numbers of a vector; prover, verifier and context; the algorithm."""
    numbers = {name: bytes.fromhex(text) for name, text in vector.items() if name not in TEXTS}
    texts = {"prover": "client", "verifier": "server", **vector}
    _, digest, mac = vector["suite"].split("-")
    alg = MACS[mac](Alg.SHA_256 if digest == "SHA256" else Alg.SHA_512)
    return numbers, {name: texts[name].encode() for name in ("prover", "verifier", "context")}, alg


def bits_of(vector: dict[str, str]) -> int:
    return int(vector["suite"][1:4])


@pytest.mark.parametrize("vector", VECTORS, ids=named)
def test_the_oracle_has_the_published_intermediate_values(vector: dict[str, str]) -> None:
    numbers, texts, _ = parts(vector)
    curve = int(R1), bits_of(vector)
    group, digest = Groups.BY_CURVE[curve], vector["suite"].split("-")[1].lower()
    w0, w1, x, y = (int.from_bytes(numbers[name], "big") for name in ("w0", "w1", "x", "y"))
    common: dict[str, Any] = {"context": texts["context"], "w0": w0}
    confirm = vector["suite"].split("-")[2].lower()
    prover = Spake2p(group, NAMES[curve], digest, confirm, True, w1=w1, user=texts["prover"], peer=texts["verifier"],
                     draw=lambda _: x, **common)  # fmt: skip
    verifier = Spake2p(group, NAMES[curve], digest, confirm, False, w1=None, l=prover.l, user=texts["verifier"],
                       peer=texts["prover"], draw=lambda _: y, **common)  # fmt: skip
    verifier.input(0x101, prover.output(0x101))
    prover.input(0x101, verifier.output(0x101))
    for side in (prover, verifier):
        found = {
            "L": group.encode(side.l), "shareP": side.shares[0], "shareV": side.shares[1], "Z": group.encode(side.z),
            "V": group.encode(side.v), "K_main": side.main, "K_confirmP": side.keys[0], "K_confirmV": side.keys[1],
            "confirmP": side.confirmations[0], "confirmV": side.confirmations[1], "K_shared": side.secret(),
        }  # fmt: skip
        given = {name: value for name, value in numbers.items() if name not in {"w0", "w1", "x", "y"}}
        assert {name: found[name].hex() for name in given} == {name: value.hex() for name, value in given.items()}


@needs_own_numbers
@pytest.mark.parametrize("vector", VECTORS, ids=named)
def test_spake2p_gives_the_published_values(vector: dict[str, str], core: Core) -> None:
    numbers, texts, alg = parts(vector)
    pair, public = spake2p_keys(core, core, alg, R1, bits_of(vector), numbers["w0"] + numbers["w1"])
    if "L" in numbers:
        assert pair.export_public() == numbers["w0"] + numbers["L"]
    context = texts["context"]
    client = spake2p(core, pair, True, user=texts["prover"], peer=texts["verifier"], context=context)
    server = spake2p(core, public, False, user=texts["verifier"], peer=texts["prover"], context=context)
    with drawing(numbers["x"]):
        assert client.output(SHARE) == numbers["shareP"]
    server.input(SHARE, numbers["shareP"])
    with drawing(numbers["y"]):
        assert server.output(SHARE) == numbers["shareV"]
    client.input(SHARE, numbers["shareV"])
    assert server.output(CONFIRM) == numbers["confirmV"]
    client.input(CONFIRM, numbers["confirmV"])
    assert client.output(CONFIRM) == numbers["confirmP"]
    server.input(CONFIRM, numbers["confirmP"])
    assert secret(client) == secret(server) == numbers["K_shared"]


@pytest.mark.parametrize("curve", NAMES, ids=NAMES.get)
@pytest.mark.parametrize("which", "MN")
def test_the_fixed_points_come_from_their_seeds(curve: tuple[int, int], which: str) -> None:
    name = NAMES[curve]
    assert fixed_point(Groups.BY_CURVE[curve], name, which)[1].hex() == FIXED[name]["MN".index(which)]


def oracle_spake2p(alg: int, curve: tuple[int, int], client: bool, data: bytes, **texts: Any) -> Spake2p:
    group = Groups.BY_CURVE[curve]
    digest = "sha512" if alg & 0xFF == int(Alg.SHA_512) & 0xFF else "sha256"
    confirm = {0x0400: "hmac", 0x0500: "cmac", 0x0600: "matter"}[alg & 0xFF00]
    w0, w1 = (group.scalar(data[at : at + group.scalar_size]) for at in (0, group.scalar_size))
    return Spake2p(group, NAMES[curve], digest, confirm, client, w0, w1, **texts)


class Steps:
    """An oracle with the steps of the API, as the other side of an exchange."""

    def __init__(self, oracle: Any) -> None:
        self.oracle = oracle
        self.sent = self.received = 0

    def output(self, step: int) -> bytes:
        self.sent += 1
        return bytes(self.oracle.output(self.sent if isinstance(self.oracle, Jpake) else 0x100 + step))

    def input(self, step: int, data: bytes) -> None:
        self.received += 1
        number = self.received if self.received < 7 else self.received + 3
        self.oracle.input(number if isinstance(self.oracle, Jpake) else 0x100 + step, data)


@pytest.mark.parametrize("client", [True, False], ids=["client", "server"])
@pytest.mark.parametrize(("alg", "family", "bits"), SPAKE2P_SUITES, ids=str)
def test_spake2p_agrees_with_the_oracle(core: Core, alg: int, family: int, bits: int, client: bool) -> None:
    data = pair_data(family, bits)
    pair, public = spake2p_keys(core, core, alg, family, bits, data)
    side = spake2p(core, pair if client else public, client, user=b"me", peer=b"you")
    oracle = oracle_spake2p(alg, (int(family), bits), not client, data, user=b"you", peer=b"me")
    other = Steps(oracle)
    run_spake2p(*((side, other) if client else (other, side)))
    assert secret(side) == oracle.secret()


@pytest.mark.parametrize("context", [None, b"", b"context"], ids=str)
def test_a_context_is_left_out_empty_or_there(core: Core, context: bytes | None) -> None:
    alg, data = Alg.SPAKE2P_MATTER, pair_data(R1, 256)
    pair, _ = spake2p_keys(core, core, alg, R1, 256, data)
    side = spake2p(core, pair, True, **({} if context is None else {"context": context}))
    oracle = oracle_spake2p(alg, (int(R1), 256), False, data, context=context)
    run_spake2p(side, Steps(oracle))
    assert secret(side) == oracle.secret()


@pytest.mark.parametrize(("curve", "digest"), [*((curve, "SHA_512") for curve in NAMES), ((int(R1), 256), "SHA_256")])
def test_jpake_agrees_with_the_oracle(core: Core, curve: tuple[int, int], digest: str) -> None:
    suite = jpake_suite(Alg.JPAKE(getattr(Alg, digest)), primitive(*curve))
    key = password(core, b"a password longer than the order of any group" * 2, suite.algorithm)
    side = jpake(core, key, b"alice", b"bob", suite)
    name = digest.replace("_", "").lower()
    oracle = Jpake(Groups.BY_CURVE[curve], name, b"a password longer than the order of any group" * 2, b"bob", b"alice")
    run_jpake(side, Steps(oracle))
    assert secret(side) == oracle.secret()


@needs_own_numbers
def test_jpake_sends_what_the_oracle_sends_with_the_same_numbers(core: Core) -> None:
    group = Groups.BY_CURVE[int(R1), 256]
    numbers = [draw(group) for _ in range(5)]  # x1, v1, x2, v2, and v of the second round
    left = iter(numbers)
    oracle = Jpake(group, "sha256", b"password", b"alice", b"bob", draw=lambda _: next(left))
    peer = Jpake(group, "sha256", b"password", b"bob", b"alice")
    side = jpake(core, password(core), b"alice", b"bob")
    with drawing(*(number.to_bytes(32, "big") for number in numbers)):
        sent = [side.output(step) for step in ROUND_1]
        assert sent == [oracle.output(number) for number in range(1, 7)]
        for number, step in enumerate(ROUND_1, 1):
            message = peer.output(number)
            side.input(step, message)
            oracle.input(number, message)
            peer.input(number, sent[number - 1])
        for number, step in enumerate(ROUND_2, 7):
            assert side.output(step) == oracle.output(number)
    for number, step in enumerate(ROUND_2, 7):
        side.input(step, peer.output(number))
