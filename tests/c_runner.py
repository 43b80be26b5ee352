"""Builds and runs the C tests: ``python tests/c_runner.py [VARIANT...]``.

Every ``tests/c/test_*.c`` is a program; the other C files there are linked into each.  A
variant is ``plain`` or a list of sanitizers, such as ``address,undefined``.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from psa_bridge.cbuild.core import Sources, compile_core, prepare  # noqa: E402
from psa_bridge.cbuild.toolchain import BuildError, Options, Unit, compile_unit, options_from_environment, run  # noqa: E402

FOLDER = ROOT / "tests" / "c"
VARIANTS = ("plain", "address,undefined", "thread")
TIMEOUT = 300.0
"""Seconds after which a test program counts as hung."""

ENVIRONMENT = {
    "ASAN_OPTIONS": "abort_on_error=0:detect_leaks=1:detect_stack_use_after_return=1:strict_string_checks=1",
    "UBSAN_OPTIONS": "print_stacktrace=1",
    "TSAN_OPTIONS": "halt_on_error=1:second_deadlock_stack=1",
}


@dataclass(frozen=True)
class Outcome:
    """How one test program went; ``status`` is None if it hung."""

    status: int | None
    output: str
    seconds: float

    @property
    def passed(self) -> bool:
        """Whether it succeeded."""
        return self.status == 0


def programs() -> tuple[Path, ...]:
    """The sources that are test programs."""
    return tuple(sorted(FOLDER.glob("test_*.c")))


def directory(name: str) -> Path:
    """Where a variant is built; kept for the next time."""
    return ROOT / "build" / "ctest" / name.replace(",", "-")


class Variant:
    """The core in one variant, compiled once, and the test programs linked to it."""

    def __init__(self, name: str) -> None:
        sanitize = () if name == "plain" else tuple(name.split(","))
        self.name = name
        self.options: Options = options_from_environment(
            cflags=("-O1", "-g", "-Werror"), sanitize=sanitize, hidden=False
        )
        self.directory = directory(name)
        self.sources: Sources = prepare(self.directory, self.options)
        self.objects = compile_core(self.sources, self.directory / "obj", self.options)
        support = sorted(path for path in FOLDER.glob("*.c") if path not in programs())
        self.objects += [self._compile(path) for path in support]

    def _compile(self, source: Path) -> Path:
        include = (*self.sources.include_flags, f"-I{FOLDER}")
        return compile_unit(Unit(source), self.directory / "obj", include, self.options)

    def build(self, source: Path) -> Path:
        """Link one test program."""
        target = self.directory / source.stem
        libraries = [f"-l{name}" for name in self.sources.libraries]
        flags = [*self.options.sanitizer_flags, *self.options.ldflags]
        run([*self.options.compiler, *flags, self._compile(source), *self.objects, "-o", target, *libraries])
        return target

    def run(self, source: Path) -> Outcome:
        """Build and run one test program."""
        program = self.build(source)
        environment = {**ENVIRONMENT, **os.environ}
        start = time.monotonic()
        try:
            done = subprocess.run(
                [program], capture_output=True, text=True, errors="replace", timeout=TIMEOUT, env=environment,
                cwd=self.directory, check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            return Outcome(None, f"did not end within {TIMEOUT:.0f} s", TIMEOUT)
        return Outcome(done.returncode, done.stdout + done.stderr, time.monotonic() - start)


def main(names: list[str]) -> int:
    """Run all programs in the variants that are named; 1 if anything failed."""
    failures = 0
    for name in names or VARIANTS:
        try:
            variant = Variant(name)
            for source in programs():
                outcome = variant.run(source)
                print(f"{'ok  ' if outcome.passed else 'FAIL'} {name:18} {source.stem} ({outcome.seconds:.1f} s)")
                if not outcome.passed:
                    failures += 1
                    print(outcome.output)
        except BuildError as error:
            print(f"FAIL {name}: {error}")
            failures += 1
    print(f"{failures} failed" if failures else "all C tests passed")
    return int(failures > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
