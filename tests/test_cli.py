"""The command line, run as a user runs it: exit codes, readable errors, and what the commands print."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

import psa_bridge
from psa_bridge import paths
from psa_bridge.cli import COMMANDS, main

GOOD = paths.DRIVERS / "p256_plugin"

MISSPELT = {
    "prefix": "acme",
    "type": "transparent",
    "capabilities": [{"entry_points": ["hash_compue"], "algorithms": ["PSA_ALG_SHA_257"]}],
}


def run(*words: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, "-m", "psa_bridge.cli", *map(str, words)],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
        env={**os.environ, **environment},
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_every_command_says_what_it_does(command: str) -> None:
    done = run(command, "--help")
    assert done.returncode == 0
    assert f"psa-bridge {command}" in done.stdout
    assert len(done.stdout) > 200


def test_no_command_and_a_wrong_command_are_usage_errors() -> None:
    assert run().returncode == 2
    assert run("lintt").returncode == 2


def test_doctor_finds_what_the_tests_need() -> None:
    done = run("doctor")
    assert done.returncode == 0, done.stdout
    assert "everything that is required is here" in done.stdout


def test_doctor_names_a_missing_compiler_and_a_remedy() -> None:
    done = run("doctor", CC="no-such-compiler")
    assert done.returncode == 1
    assert "no-such-compiler cannot be run" in done.stdout
    assert "apt-get install gcc" in done.stdout


def test_lint_of_a_good_description_is_clean() -> None:
    done = run("lint", GOOD / "driver.json")
    assert (done.returncode, done.stderr) == (0, "")
    assert "clean" in done.stdout


def test_lint_reports_every_mistake_at_once_with_line_path_and_suggestion(tmp_path: Path) -> None:
    path = tmp_path / "driver.json"
    path.write_text(json.dumps(MISSPELT, indent=1))
    done = run("lint", path)
    assert done.returncode == 1
    assert "hash_compute" in done.stdout
    assert "PSA_ALG_SHA_25" in done.stdout
    assert f"{path}:7" in done.stdout
    assert "$.capabilities[0].entry_points[0]" in done.stdout


def test_lint_of_a_bundle_reads_its_descriptions(tmp_path: Path) -> None:
    for bundle in (GOOD, GOOD / "bundle.toml"):
        done = run("lint", bundle)
        assert (done.returncode, done.stdout) == (0, "clean: p256_plugin (transparent)\n")
    done = run("lint", tmp_path)
    assert done.returncode == 1
    assert "no bundle.toml" in done.stdout + done.stderr


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b"[[[[", b"null", b'{"a": 1, "a": 2}'])
def test_lint_of_something_else_is_a_finding(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "driver.json"
    path.write_bytes(content)
    done = run("lint", path)
    assert done.returncode == 1
    assert str(path) in done.stdout


def test_a_wrong_path_is_one_readable_error(tmp_path: Path) -> None:
    for command in ("lint", "info"):
        done = run(command, tmp_path / "nowhere.json")
        assert done.returncode in (1, 2)
        assert "nowhere.json" in done.stdout + done.stderr


def test_info_shows_entry_points_symbols_and_files(tmp_path: Path) -> None:
    done = run("info", GOOD, PSA_BRIDGE_CACHE=str(tmp_path))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "sign_hash" in done.stdout
    assert "psa_generate_random" in done.stdout
    glue = next(line.split()[1] for line in done.stdout.splitlines() if line.startswith("glue"))
    assert Path(glue).is_file()


def test_explain_names_who_serves_and_why_the_others_do_not() -> None:
    words = ["explain", "sign_hash", GOOD, "--alg", "PSA_ALG_ECDSA(PSA_ALG_SHA_256)", "--key-type"]
    done = run(*words, "PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1)", "--bits", "256")
    assert done.returncode == 0
    assert "-> p256_plugin" in done.stdout
    done = run(*words, "PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1)", "--bits", "384")
    assert "no p256_plugin" in done.stdout
    assert "-> libcrypto" in done.stdout
    done = run(*words, "PSA_KEY_TYPE_AES", "--bits", "128")
    assert done.returncode == 1
    assert "PSA_ERROR_NOT_SUPPORTED" in done.stdout


def test_options_and_files_come_in_any_order() -> None:
    mechanism = ["--alg", "PSA_ALG_ECDSA(PSA_ALG_SHA_256)", "--bits", "256"]
    done = run(
        "explain", "sign_hash", *mechanism, "--key-type", "PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1)",
        GOOD / "bundle.toml",
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert "-> p256_plugin" in done.stdout


def test_version() -> None:
    done = run("--version")
    assert (done.returncode, done.stdout) == (0, f"psa-bridge {psa_bridge.__version__}\n")


@pytest.mark.parametrize(
    "words",
    [
        ("explain", "sign_hsh"),
        ("explain", "sign_hash", "--alg", "PSA_ALG_NO"),
        ("explain", "sign_hash", "--bits", "3"),
        ("explain", "hash_compute", "--alg", "1" * 400),
        ("explain", "sign_hash", "--key-type", "0x10001"),
        ("explain", "sign_hash", "--alg", "0x0600zz"),
        ("explain", "hash_compute"),
        ("explain", "import_key", "--key-type", "PSA_KEY_TYPE_AES"),
        ("explain",),
        ("doctor", "surplus"),
        ("explain", "sign_hash", "--key-type", "PSA_KEY_TYPE_AES", "--bits", "-1"),
        ("explain", "sign_hash", "--key-type", "PSA_KEY_TYPE_AES", "--location", "0x1000000"),
    ],
)
def test_wrong_words_of_explain_are_usage_errors(words: tuple[str, ...]) -> None:
    done = run(*words)
    assert done.returncode == 2
    assert done.stderr.startswith(("psa-bridge: ", "usage: "))


def test_demo_passes_on_a_file_of_the_user(tmp_path: Path) -> None:
    path = tmp_path / "data"
    path.write_bytes(bytes(range(256)) * 40)
    done = run("demo", path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "10240 bytes" in done.stdout
    assert "demo passed" in done.stdout
    assert run("demo", tmp_path / "nowhere").returncode == 2


PROGRAM = """
#include <psa/crypto.h>
#include <stdio.h>
int main(void) {
    unsigned char hash[32];
    size_t length = 0;
    psa_status_t status = psa_crypto_init();
    if (status == PSA_SUCCESS)
        status = psa_hash_compute(PSA_ALG_SHA_256, (const unsigned char *)"abc", 3, hash, sizeof hash, &length);
    if (status == PSA_SUCCESS)
        printf("%02x%02x\\n", hash[0], hash[1]);
    return status == PSA_SUCCESS ? 0 : 1;
}
"""


def test_build_gives_a_library_and_flags_that_a_c_program_compiles_with(tmp_path: Path) -> None:
    source, output, program = tmp_path / "program.c", tmp_path / "out", tmp_path / "program"
    source.write_text(PROGRAM)
    done = run("build", "--output", output, "--flags")
    assert done.returncode == 0, done.stderr
    command = ["cc", "-std=c99", "-Wall", "-Wextra", "-Werror", str(source), "-o", str(program)]
    subprocess.run([*command, *shlex.split(done.stdout)], check=True)
    assert subprocess.check_output([program], text=True) == "ba78\n"


def test_a_flag_for_the_compiler_needs_no_equals_sign(tmp_path: Path) -> None:
    bundle, target = paths.DRIVERS / "p256_plugin", tmp_path / "x.so"
    words = ("--image", target, bundle, "--cflag", "-DNEVER_USED", "--ldflag", "-Wl,-O1")
    assert run("build", *words).returncode == 0
    assert target.is_file()
    wrong = run("build", *words, "--cflag", "-no-such-flag")
    assert wrong.returncode == 1
    assert "no-such-flag" in wrong.stderr


def test_build_without_a_compiler_says_so(tmp_path: Path) -> None:
    done = run("build", "--output", tmp_path, "--cc", "no-such-compiler")
    assert done.returncode == 1
    assert "no-such-compiler" in done.stderr
    assert "doctor" in done.stderr


@pytest.mark.parametrize("columns", [60, 80, 100])
def test_the_list_of_mechanisms_fits_the_terminal(
    columns: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    assert main(["info", "--mechanisms"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= columns
    assert lines[lines.index("PSA_ALG_CTR") + 1] == "  cipher_encrypt: libcrypto"
    assert "  aead_encrypt: nobody" in lines
