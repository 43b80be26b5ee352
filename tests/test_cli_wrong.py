"""Wrong command lines: each ends with the right exit code and a readable message, never with a traceback."""

from __future__ import annotations

import contextlib
import io
import os
import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from psa_bridge import paths
from psa_bridge.cli import main

SHA, HMAC, ECDSA = "PSA_ALG_SHA_256", "PSA_ALG_HMAC(PSA_ALG_SHA_256)", "PSA_ALG_ECDSA(PSA_ALG_SHA_256)"
HKDF, GCM, KEY = "PSA_ALG_HKDF(PSA_ALG_SHA_256)", "PSA_ALG_GCM", "--key-hex 000102030405060708090a0b0c0d0e0f"
P256 = "PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1)"

FILES: dict[str, bytes] = {
    "text": b"some text\n",
    "empty": b"",
    "binary": bytes(range(256)),
    "broken.json": b'{"prefix": ',
    "array.json": b"[]",
    "deep.json": b"[" * 20000,
    "latin.json": b'{"prefix": "\xe4"}',
    "nul.json": b'{"prefix": "a\\u0000b", "type": "transparent", "capabilities": []}',
    "fine.json": b'{"prefix": "acme", "type": "transparent", "headers": ["a.h"], "capabilities": '
    b'[{"entry_points": ["hash_compute"], "algorithms": ["PSA_ALG_SHA_256"]}]}',
    "broken.toml": b"objects = [",
    "unknown.toml": b'descriptons = ["fine.json"]',
    "types.toml": b"descriptions = 3",
    "binary.toml": bytes(range(256)),
    "nothing.toml": b'descriptions = ["nowhere.json"]',
    "object.o": b"\x7fELF nothing else",
    "a.h": b"#error this header is not for you\n",
    "broken.c": b"int main(\n",
    "key.pem": b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
    "short.key": b"123",
}


@dataclass(frozen=True)
class Case:
    """A command line, the exit code, and words that the message has."""

    line: str
    code: int
    words: str

    def __str__(self) -> str:
        return self.line or "nothing"


def cases(text: str) -> list[Case]:
    """One per line: ``code | command line | words``; names in braces stand for the macros above."""
    found = []
    for line in filter(None, map(str.strip, text.splitlines())):
        code, command, words = (part.strip() for part in line.split("|"))
        for name, value in (
            ("SHA", SHA),
            ("HMAC", HMAC),
            ("ECDSA", ECDSA),
            ("GCM", GCM),
            ("P256", P256),
            ("HKDF", HKDF),
        ):
            command = command.replace(f"{{{name}}}", value if '"PSA_ALG_HKDF' in command else shlex.quote(value))
        found.append(Case(command.replace("{KEY}", KEY), int(code), words))
    return found


QUICK = cases("""
    2 |                                                | usage
    2 | lintt                                          | lint
    2 | --nonsense                                     | usage
    2 | lint                                           | name at least one FILE
    2 | lint --format yaml text                        | yaml
    2 | lint --output nowhere/out text                 | nowhere/out: No such file
    2 | lint --output folder text                      | folder: Is a directory
    2 | lint nowhere.json                              | nowhere.json
    1 | lint broken.json                               | broken.json:1
    1 | lint text                                      | text:1
    1 | lint empty                                     | empty
    1 | lint binary                                    | binary
    1 | lint latin.json                                | UTF-8
    1 | lint deep.json                                 | deep.json
    1 | lint array.json                                | driver list is empty
    1 | lint nul.json                                  | prefix
    1 | lint folder                                    | no bundle.toml
    1 | lint broken.toml                               | broken.toml:1
    1 | lint unknown.toml                              | did you mean 'descriptions'
    1 | lint types.toml                                | types.toml:1
    1 | lint binary.toml                               | binary.toml
    1 | lint nothing.toml                              | nowhere.json
    1 | lint unreadable.json                           | unreadable.json
    1 | lint unreadable.toml                           | unreadable.toml
    2 | lint text text/below                           | text/below
    1 | lint --format json broken.json                 | "line": 1
    1 | lint --format sarif binary                     | "level": "error"
    2 | info                                           | name a BUNDLE
    2 | info nowhere.toml                              | nowhere.toml
    1 | info text                                      | text
    1 | info folder                                    | no bundle.toml
    1 | info fine.json                                 | a.h
    1 | info fine.json object.o -I .                   | object.o
    1 | info fine.json broken.c -I .                   | broken.c:1
    1 | info fine.json --cc no-such-compiler           | no-such-compiler
    1 | info fine.json --cc "'unbalanced"              | unbalanced
    2 | info fine.json --dialect other                 | other
    1 | info --json fine.json                          | "severity": "error"
    2 | explain                                        | CALL
    2 | explain sign_hsh                               | sign_hash
    2 | explain hash_compute                           | give --alg
    2 | explain hash_compute --alg PSA_ALG_SHA_257     | PSA_ALG_SHA_257
    2 | explain hash_compute --alg "PSA_ALG_HMAC("     | --alg
    2 | explain hash_compute --alg "__import__('os')"  | --alg
    2 | explain hash_compute --alg 0xzz                | no number
    2 | explain sign_hash --bits few                   | 'few' is no number
    2 | explain sign_hash --location here              | give --key-type
    2 | explain sign_hash --alg {ECDSA} --key-type {P256} --bits 256 --location here | there is no opaque driver here
    2 | explain sign_hash --alg {ECDSA} --bits 256     | give --key-type
    2 | explain hash_compute --alg {SHA} nowhere.toml  | nowhere.toml
    2 | new                                            | NAME
    2 | new 9lives                                     | no C identifier
    2 | new my-driver                                  | how about my_driver
    2 | new ../escape                                  | no C identifier
    2 | new ünicode                                    | no C identifier
    2 | new while                                      | a word of C
    2 | new string                                     | in place of the system's
    2 | new psa                                        | taken
    2 | new aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa | 40 are the most
    2 | new acme --directory folder                    | exists already
    2 | new acme --directory text                      | exists already
    2 | new acme --directory nowhere/acme              | no directory
    2 | new acme --location 0x800001                   | no location
    2 | new acme --type opaque --location 5            | vendor range
    2 | new acme --type opaque --location here         | 'here' is no number
    2 | new acme --type opaque --template hash         | transparent
    2 | run                                            | CALL
    2 | run hash_comput --alg {SHA} text               | hash_compute
    2 | run key_derivation_setup --alg {SHA} text      | no call that can be run
    2 | run hash_compute text                          | needs --alg
    2 | run hash_compute --alg {SHA} nowhere           | nowhere: No such file
    2 | run hash_compute --alg {SHA} folder            | folder: Is a directory
    2 | run hash_compute --alg {SHA} text --hex 00     | once
    2 | run hash_compute --alg {SHA} --hex 0g          | not hexadecimal
    2 | run hash_compute --alg {SHA} text {KEY}        | takes no key
    2 | run hash_compute --alg {SHA} text --nonce 00   | no use for --nonce
    2 | run hash_compute --alg {SHA} text --parts 0    | at least 1
    2 | run sign_hash --alg {ECDSA} text --parts 5     | no multi-part form
    2 | run hash_compute --alg {SHA} text --output folder | folder: Is a directory
    2 | run hash_compute --alg {SHA} text --driver nowhere | nowhere
    1 | run hash_compute --alg {SHA} text --no-software | PSA_ERROR_NOT_SUPPORTED
    1 | run hash_compute --alg {HMAC} text             | PSA_ERROR_INVALID_ARGUMENT
    1 | run hash_compute --alg {SHA} text --require acme | acme did not serve
    2 | run mac_compute --alg {HMAC} text              | needs a key
    2 | run mac_compute --alg {HMAC} text --key nowhere | nowhere: No such file
    2 | run mac_compute --alg {HMAC} text --key-hex 0  | not hexadecimal
    2 | run mac_compute --alg {HMAC} text --key a --generate | not allowed with
    2 | run mac_compute --alg {HMAC} text --generate   | needs --bits
    2 | run mac_compute --alg {HMAC} text {KEY} --location acme | there is no opaque driver
    1 | run mac_compute --alg {HMAC} text {KEY} --location 0x812345 | PSA_ERROR_INVALID_ARGUMENT
    2 | run mac_verify --alg {HMAC} text {KEY}         | needs --expected
    1 | run mac_verify --alg {HMAC} text {KEY} --expected 00 | PSA_ERROR_INVALID_SIGNATURE
    2 | run mac_verify --alg {HMAC} text {KEY} --expected @nowhere | nowhere: No such file
    1 | run aead_encrypt --alg {GCM} text --key short.key | PSA_ERROR_INVALID_ARGUMENT
    2 | run aead_decrypt --alg {GCM} text {KEY}        | needs --nonce
    1 | run aead_decrypt --alg {GCM} text {KEY} --nonce 000000000000000000000000 | PSA_ERROR_INVALID_SIGNATURE
    1 | run aead_decrypt --alg {GCM} empty {KEY} --nonce 000000000000000000000000 --parts 4 | PSA_ERROR_
    2 | run sign_message --alg {ECDSA} text {KEY}      | give --key-type
    1 | run sign_message --alg {ECDSA} text --key key.pem | PSA_ERROR_INVALID_ARGUMENT
    1 | run sign_message --alg {ECDSA} text --key key.pem --key-format der | PSA_ERROR_INVALID_ARGUMENT
    1 | run sign_message --alg {ECDSA} text --generate --bits 255 --key-type {P256} | PSA_ERROR_
    1 | run export_key --generate --bits 256 --key-type PSA_KEY_TYPE_NONE | PSA_ERROR_
    2 | run generate_random                            | needs --size
    2 | run generate_random --size -1                  | --size
    2 | run generate_random --size 4 text              | takes no input
    1 | run export_public_key --key-hex 00112233 --key-type PSA_KEY_TYPE_HMAC | PSA_ERROR_INVALID_ARGUMENT
    2 | run key_derivation_output_bytes --alg {HKDF} --size 4 --step sal=00 | salt, secret, seed
    2 | run key_derivation_output_bytes --alg {HKDF} --size 4 --step cost=x | decimal number
    2 | run key_derivation_output_bytes --alg {HKDF} --size 4 --step secret=key | takes the key
    2 | run key_derivation_output_bytes --alg {HKDF} --step info=00 | needs --size
    2 | run hash_compute --alg {SHA} text --step info=00 | no use for --step
    2 | run hash_compute --alg 0xfffffffff text        | no algorithm
    2 | run mac_compute --alg {HMAC} text --key-hex 00 --key-type 0x10000 | no key type
    2 | run mac_compute --alg {HMAC} text --generate --bits 99999999999 | does not fit 32 bits
    2 | run mac_compute --alg {HMAC} text --generate --bits -8 | does not fit 32 bits
    1 | run mac_compute --alg {HMAC} text --generate --bits 80000000 | PSA_ERROR_NOT_SUPPORTED
    2 | run hash_compute --alg {SHA} text --key-type PSA_KEY_TYPE_AES | no key that --key-type is about
    2 | run hash_compute --alg {SHA} text --bits 256     | no key that --bits is about
    2 | run hash_compute --alg {SHA} text --save-key kept | no key that --save-key is about
    2 | run generate_random --size 4 --save-public kept  | no key that --save-public is about
    2 | run generate_key --key-type PSA_KEY_TYPE_AES --bits 128 --save-key kept | --save-new keeps the key
    2 | run mac_compute --alg {HMAC} text {KEY} --key-format pem | no key that --key-format is about
    2 | run mac_compute --alg {HMAC} text {KEY} --password-file text | no key that --password-file is about
    2 | run mac_compute --alg {HMAC} text --key short.key --password-file text | this is raw material
    2 | run mac_compute --alg {HMAC} text {KEY} --other-type PSA_KEY_TYPE_AES | no key that --other-type is about
    2 | run key_derivation_output_bytes --alg {HKDF} --size 4 --step info=00 --save-key kept | no key that --save-key
    2 | lint ''                                        | a path cannot be empty
    2 | info ''                                        | a path cannot be empty
    2 | build -o ''                                    | a path cannot be empty
    2 | lint brokn.json                                | No such file or directory; did you mean 'broken.json'?
    2 | build --output text/below --cc no-such-compiler | text: Not a directory
    2 | run hash_compute --alg {SHA} --hex @text       | a file has an argument of its own
    2 | run mac_compute --alg {HMAC} text --key-hex @text | a file has an argument of its own
    2 | doctor surplus                                 | surplus
    2 | demo nowhere                                   | nowhere: No such file
    1 | build --output built --cc no-such-compiler     | no-such-compiler
    2 | build --surplus                                | surplus
    2 | build --image x.so                             | --image needs a BUNDLE
    2 | build --link-in                                | --link-in needs a BUNDLE
    2 | build --link-in --image x.so fine.json         | not allowed with
    2 | build --image x.so --flags fine.json           | does not build
    1 | build --image x.so fine.json nothing.toml      | nothing.toml
    2 | build --no-drivers fine.json                   | --link-in
    2 | build -I .                                     | name a BUNDLE
    2 | build nowhere.toml                             | nowhere.toml
    1 | build --link-in folder                         | no bundle.toml
    1 | build --image x.so fine.json                   | a.h
    1 | build --image x.so fine.json --cc no-such-compiler | no-such-compiler
    1 | info fine.json --sarif nowhere/out             | a.h
    1 | info fine.json --sarif folder                  | folder: Is a directory
    2 | explain hash_compute --alg {SHA} --sarif nowhere/out | nowhere/out: No such file
    2 | build --output built --cc "cc 'unbalanced"     | --cc: "cc 'unbalanced" cannot be split
    2 | build --output built --cflags "'-O2"           | --cflags: "'-O2" cannot be split
""")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wrong")
    for name, content in FILES.items():
        (folder / name).write_bytes(content)
    (folder / "folder").mkdir()
    for name in ("unreadable.json", "unreadable.toml"):  # a link to itself: nobody can read it, not even root
        (folder / name).symlink_to(name)
    return folder


def in_process(line: str) -> tuple[int, str]:
    """The exit code of a command line and everything that it printed; an exception of ours is the test's."""
    text = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)
    with contextlib.redirect_stdout(text), contextlib.redirect_stderr(text):
        try:
            code = main(shlex.split(line))
        except SystemExit as stop:  # argparse ends so
            code = int(stop.code or 0)
    return code, text.buffer.getvalue().decode()  # type: ignore[attr-defined]


@pytest.mark.parametrize("case", QUICK, ids=str)
def test_wrong_command_line(case: Case, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    before = sorted(path.name for path in folder.iterdir())
    code, printed = in_process(case.line)
    assert code == case.code, printed
    assert case.words in printed
    assert "Traceback" not in printed
    assert sorted(path.name for path in folder.iterdir()) == before


def shell(line: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    command = f"{shlex.quote(sys.executable)} -m psa_bridge.cli {line}"
    return subprocess.run(
        ["bash", "-c", command], cwd=folder, env={**os.environ, **environment}, capture_output=True, text=True,
        timeout=120, check=False, stdin=subprocess.DEVNULL,
    )  # fmt: skip


@pytest.mark.parametrize("words", ["info good", f"run hash_compute --alg {SHA} --driver good text"])
@pytest.mark.parametrize("cache", ["text", "text/below", "/proc/nowhere"])
def test_a_cache_that_cannot_be_written_is_one_message(words: str, cache: str, folder: Path) -> None:
    line = words.replace("good", shlex.quote(str(paths.DRIVERS / "p256_plugin")))
    done = shell(line, folder, PSA_BRIDGE_CACHE=cache)
    assert done.returncode == 1
    assert "PSA_BRIDGE_CACHE" in done.stderr
    assert "Traceback" not in done.stderr


def test_doctor_says_what_is_wrong_with_the_cache_and_the_compiler(folder: Path) -> None:
    done = shell("doctor", folder, PSA_BRIDGE_CACHE="text", CC="'unbalanced")
    assert done.returncode == 1
    assert "missing: image cache, C compiler" in done.stdout
    assert done.stderr == ""


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("doctor --json | head -c 1", 0),
        ("lint --rules | true", 0),
        ("lint broken.json >/dev/full", 2),
        ("lint broken.json >&-", 1),
        ("lint broken.json 2>&-", 1),
        (f"run hash_compute --alg {SHA} text >&- 2>&-", 2),
        (f"run hash_compute --alg {SHA} text -o /dev/null >&- 2>&-", 0),
        (f"run hash_compare --alg {SHA} text --expected 00 >&-", 1),
        (f"run hash_compute --alg {SHA} text >/dev/full", 2),
        (f"run hash_compute --alg {SHA} text 2>/dev/full", 0),
        (f"run hash_compute --alg {SHA} text --require acme 2>/dev/full", 1),
        (f"run hash_compute --alg {SHA} <&-", 2),
        ("lint $'\\xff.json'", 2),
    ],
)
def test_output_that_nobody_takes_is_no_traceback(line: str, code: int, folder: Path) -> None:
    done = shell(f"{line}; exit ${{PIPESTATUS[0]}}", folder)
    assert done.returncode == code
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("lint broken.json", 1),
        ("lint --format json broken.json text", 1),
        (f"explain hash_compute --no-software --alg {SHA}", 1),
        (f"run hash_compute --alg {SHA} text --require acme", 1),
        (f"run hash_compute --alg {SHA} nowhere", 2),
        ("lint --rules", 0),
    ],
)
def test_the_exit_code_is_what_was_found_though_the_reader_has_gone(line: str, code: int, folder: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    try:
        command = [sys.executable, "-m", "psa_bridge.cli", *shlex.split(line)]
        done = subprocess.run(command, cwd=folder, stdout=writer, stderr=subprocess.PIPE, timeout=120, check=False)
    finally:
        os.close(writer)
    assert done.returncode == code
    assert b"Traceback" not in done.stderr
    assert b"Exception ignored" not in done.stderr


@pytest.mark.parametrize("variable", ["CC", "CFLAGS", "LDFLAGS"])
def test_a_variable_that_is_no_list_of_words_is_named(variable: str, folder: Path) -> None:
    done = shell("build --output built", folder, **{variable: "cc '-O2"})
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"psa-bridge: {variable}: ")


def test_a_name_that_the_terminal_cannot_show_is_shown_as_escapes(folder: Path) -> None:
    done = shell("lint \u00e9.json", folder, PYTHONIOENCODING="ascii")
    assert done.returncode == 2
    assert "\\xe9.json" in done.stderr
