"""Leaks, overruns and undefined behaviour of the software driver; secret-dependent branches of the P-256 plug-in."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
from pathlib import Path

import pytest
from harness import DRIVERS, FLAGS, ROOT

HERE = Path(__file__).parent
SANITIZERS = ["-g", "-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover"]


def program(out: Path, sources: list[Path], folder: Path, *flags: str) -> Path:
    target = out / "program"
    compiler = os.environ.get("CC", "gcc")
    command = [compiler, *FLAGS, *flags, f"-I{folder}", *map(str, sources), "-o", str(target), "-lcrypto"]
    subprocess.run(command, check=True)
    return target


@pytest.fixture(scope="module")
def sanitized(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("sanitized")
    probe = out / "probe.c"
    probe.write_text("int main(void) { return 0; }\n")
    command = [os.environ.get("CC", "gcc"), *SANITIZERS, str(probe), "-o", str(out / "probe")]
    if subprocess.run(command, check=False).returncode:
        pytest.skip("needs a compiler with the address sanitizer")
    folder = DRIVERS / "libcrypto"
    sources = [*sorted(folder.glob("*.c")), *sorted(HERE.glob("exercise*.c")), HERE / "support.c"]
    return program(out, sources, folder, *SANITIZERS)


def run_clean(command: list[str]) -> None:
    environment = {k: v for k, v in os.environ.items() if k not in ("LD_PRELOAD", "ASAN_OPTIONS")}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stderr[-4000:]


def test_every_entry_point_under_the_sanitizers(sanitized: Path) -> None:
    run_clean([str(sanitized)])


def test_every_failing_allocation_ends_in_an_error_and_leaks_nothing(sanitized: Path) -> None:
    run_clean([str(sanitized), "faults"])


needs_valgrind = pytest.mark.skipif(
    shutil.which("valgrind") is None or not Path("/usr/include/valgrind/memcheck.h").exists(),
    reason="needs valgrind and its headers",
)


@needs_valgrind
@pytest.mark.parametrize("words", ["", "-U__SIZEOF_INT128__"], ids=["64-bit words", "32-bit words"])
def test_p256_does_not_branch_on_secrets(tmp_path: Path, words: str) -> None:
    folder = DRIVERS / "p256_plugin"
    sources = [folder / name for name in ("p256.c", "p256_point.c", "p256_field.c")]
    flags = [flag for flag in ("-g", words) if flag]
    target = program(tmp_path, [*sources, HERE / "constant_time.c"], folder, *flags)
    run_clean(["valgrind", "-q", "--error-exitcode=99", str(target)])


@needs_valgrind
def test_paddings_are_checked_without_a_branch_on_them(tmp_path: Path) -> None:
    folder = DRIVERS / "libcrypto"
    sources = [source for source in sorted(folder.glob("*.c")) if source.name != "rsa_crypt.c"]
    target = program(tmp_path, [*sources, HERE / "constant_time_padding.c", HERE / "support.c"], folder, "-g")
    run_clean(["valgrind", "-q", "--error-exitcode=99", str(target)])


@needs_valgrind
def test_numbers_modulo_an_order_are_libcryptos_without_a_branch_on_them(tmp_path: Path) -> None:
    folder = DRIVERS / "libcrypto"
    # Only what multiplies points gets the number, and knows its width: libcrypto itself is not checked here.
    (tmp_path / "quiet").write_text("{\n   number\n   Memcheck:Cond\n   obj:*libcrypto.so*\n   ...\n"
                                    "   fun:lc_scalar_number\n}\n")  # fmt: skip
    target = program(tmp_path, [folder / "scalar.c", HERE / "constant_time_scalar.c"], folder, "-g", "-O2")
    options = ["-q", "--error-exitcode=99", f"--suppressions={tmp_path / 'quiet'}"]
    run_clean(["valgrind", *options, str(target)])


@needs_valgrind
def test_the_constant_time_check_notices_a_branch(tmp_path: Path) -> None:
    """The check itself: a branch on a secret is reported."""
    source = tmp_path / "branch.c"
    source.write_text(
        "#include <valgrind/memcheck.h>\n#include <stdio.h>\n"
        "int main(void) {\n    volatile int secret = 1;\n"
        "    VALGRIND_MAKE_MEM_UNDEFINED((void *)&secret, sizeof(secret));\n"
        '    if (secret) {\n        puts("");\n    }\n    return 0;\n}\n'
    )
    target = program(tmp_path, [source], tmp_path)
    done = subprocess.run(["valgrind", "-q", "--error-exitcode=99", str(target)], capture_output=True, check=False)
    assert done.returncode == 99


@needs_valgrind
@pytest.mark.skipif(platform.machine() not in ("x86_64", "AMD64"), reason="not an x86-64 processor")
def test_the_accelerator_declines_on_a_processor_without_the_instructions(tmp_path: Path) -> None:
    """Valgrind's processor has no SHA instructions, and says so."""
    folder = DRIVERS / "x86_sha"
    source = tmp_path / "decline.c"
    source.write_text(
        '#include "x86_sha.h"\n'
        "int main(void) {\n    uint8_t hash[32] = {0};\n    size_t length;\n"
        "    x86_sha_hash_operation_t operation = {0};\n"
        "    psa_status_t one = x86_sha_hash_compute(PSA_ALG_SHA_256, hash, 0, hash, 32, &length);\n"
        "    psa_status_t two = x86_sha_hash_setup(&operation, PSA_ALG_SHA_1);\n"
        "    return one == PSA_ERROR_NOT_SUPPORTED && two == PSA_ERROR_NOT_SUPPORTED ? 0 : 1;\n}\n"
    )
    target = program(tmp_path, [*sorted(folder.glob("*.c")), source], folder)
    run_clean(["valgrind", "-q", "--error-exitcode=99", str(target)])
