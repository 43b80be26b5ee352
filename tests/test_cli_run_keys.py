"""`run`: calls that make keys, take two of them, or are an exchange between two sides."""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.keywrap import aes_key_wrap
from test_cli_run import ELEMENT, KEY, Shell

JPAKE, HKDF = "PSA_ALG_JPAKE(PSA_ALG_SHA_256)", "PSA_ALG_HKDF(PSA_ALG_SHA_256)"
PBKDF2 = "PSA_ALG_PBKDF2_HMAC(PSA_ALG_SHA_256)"
INNER = bytes(range(100, 132))


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixtureBinary) -> Shell:
    monkeypatch.chdir(tmp_path)
    Path("key").write_bytes(KEY)
    Path("inner").write_bytes(INNER)
    Path("password").write_bytes(b"correct horse")
    return Shell(capfdbinary)


def test_a_wrapped_key_is_that_of_cryptography_and_comes_out_again(run: Shell) -> None:
    words = ("--alg", "PSA_ALG_KW", "--key", "key")
    run("wrap_key", *words, "--other-key", "inner", "-o", "wrapped")
    assert Path("wrapped").read_bytes() == aes_key_wrap(KEY, INNER)
    again = run("unwrap_key", *words, "wrapped", "--new-type", "PSA_KEY_TYPE_AES", "--format", "raw")
    assert again == INNER
    assert b"made a PSA_KEY_TYPE_AES of 256 bits\n" in run.err
    Path("wrapped").write_bytes(bytes(40))
    run("unwrap_key", *words, "wrapped", "--new-type", "PSA_KEY_TYPE_AES", code=1)
    assert b"PSA_ERROR_INVALID_SIGNATURE" in run.err


def test_an_encapsulated_key_is_decapsulated(run: Shell) -> None:
    kem = ("--alg", "PSA_ALG_ECIES_SEC1")
    pair = ("--key-type", "PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1)")
    run("encapsulate", *kem, "--generate", "--bits", "256", *pair, "--save-key", "pair", "--save-new", "secret",
        "-o", "box")  # fmt: skip
    assert stat.S_IMODE(Path("secret").stat().st_mode) == 0o600
    assert run("decapsulate", *kem, "--key", "pair", *pair, "box", "--format", "raw") == Path("secret").read_bytes()


def test_a_key_that_comes_beside_the_output_is_told_how_to_keep(run: Shell) -> None:
    kem = ("--alg", "PSA_ALG_ECIES_SEC1", "--key-type", "PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1)")
    run("encapsulate", *kem, "--generate", "--bits", "256")
    assert b"--save-new FILE keeps it" in run.err


@pytest.mark.parametrize("form", ["PEM", "DER"])
def test_options_that_contradict_the_file_of_the_key_are_refused(run: Shell, form: str) -> None:
    private = ec.generate_private_key(ec.SECP256R1())
    pkcs8, plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    Path("file").write_bytes(private.private_bytes(getattr(serialization.Encoding, form), pkcs8, plain))
    words = ("--alg", "PSA_ALG_ECDSA(PSA_ALG_SHA_256)", "--key", "file", "key", "--key-format", form.lower())
    pair = "PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1)"
    run("sign_message", *words, "--key-type", "PSA_KEY_TYPE_AES", code=2)
    assert f"--key-type PSA_KEY_TYPE_AES, but file holds a {pair}".encode() in run.err
    run("sign_message", *words, "--bits", "384", code=2)
    assert b"--bits 384, but the key in file has 256 bits" in run.err
    assert len(run("sign_message", *words, "--key-type", pair, "--bits", "256", "--format", "raw")) == 64


def test_an_agreed_key_is_what_cryptography_agrees_on(run: Shell) -> None:
    ours, theirs = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    pem, pkcs8 = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    Path("pem").write_bytes(ours.private_bytes(pem, pkcs8, serialization.NoEncryption()))
    point = serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    words = ("--alg", "PSA_ALG_ECDH", "--key", "pem", "--peer", theirs.public_key().public_bytes(*point).hex())
    secret = ours.exchange(ec.ECDH(), theirs.public_key())
    assert run("key_agreement", *words, "--format", "raw") == secret
    both = ("PSA_ALG_KEY_AGREEMENT(PSA_ALG_ECDH, PSA_ALG_HKDF(PSA_ALG_SHA_256))", *words[2:])
    steps = ("--step", "secret=peer", "--step", "info=", "--size", "16")
    Path("agreed").write_bytes(secret)
    direct = ("--alg", HKDF, "--key", "agreed", "--step", "secret=key", "--step", "info=", "--size", "16")
    assert run("key_derivation_output_bytes", "--alg", *both, *steps) == run("key_derivation_output_bytes", *direct)


def test_a_derived_key_is_the_derived_bytes_and_both_are_compared(run: Shell) -> None:
    steps = ("--step", "cost=3", "--step", "salt=00", "--step", "password=key")
    words = ("--alg", PBKDF2, "--key", "password", *steps)
    expected = hashlib.pbkdf2_hmac("sha256", b"correct horse", b"\0", 3, 16)
    new = ("--new-type", "PSA_KEY_TYPE_AES", "--new-bits", "128")
    assert run("key_derivation_output_key", *words, *new, "--format", "raw") == expected
    Path("expected").write_bytes(expected)
    assert run("key_derivation_verify_bytes", *words, "--expected", "@expected") == b"it matches\n"
    assert run("key_derivation_verify_key", *words, "--other-key", "expected") == b"it matches\n"
    run("key_derivation_verify_key", *words, "--other-key", "key", code=1)
    assert b"PSA_ERROR_INVALID_SIGNATURE" in run.err


@pytest.mark.parametrize(
    "words",
    [["--alg", JPAKE, "--key", "password"],
     ["--alg", "PSA_ALG_SPAKE2P_HMAC(PSA_ALG_SHA_256)", "--key-hex", "01" * 64],
     ["--alg", "PSA_ALG_SPAKE2P_MATTER", "--key-hex", "01" * 64, "--context", "00", "--client", "01"],
     ["--alg", "PSA_ALG_SPAKE2P_HMAC(PSA_ALG_SHA_512)", "--key-hex", "01" * 96,
      "--key-type", "PSA_KEY_TYPE_SPAKE2P_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1)",
      "--group", "PSA_PAKE_PRIMITIVE(PSA_PAKE_PRIMITIVE_TYPE_ECC, PSA_ECC_FAMILY_SECP_R1, 384)"]],
    ids=["jpake", "spake2p", "matter", "p384"],
)  # fmt: skip
def test_both_sides_of_a_pake_agree_on_another_key_each_time(run: Shell, words: list[str]) -> None:
    first, second = (run("pake_get_shared_key", *words) for _ in range(2))
    assert first != second
    assert b"made a PSA_KEY_TYPE_DERIVE" in run.err
    assert b"served by libcrypto: " in run.err


def test_sides_with_different_passwords_do_not_agree(run: Shell) -> None:
    run("pake_get_shared_key", "--alg", JPAKE, "--key", "password", "--other-key", "key", code=1)
    assert b"they have different passwords" in run.err


def test_a_key_is_made_imported_and_copied(run: Shell) -> None:
    kind = ("--key-type", "PSA_KEY_TYPE_AES")
    first, second = (run("generate_key", *kind, "--bits", "128", "--format", "raw") for _ in range(2))
    assert (len(first), len(second)) == (16, 16)
    assert first != second
    assert run("import_key", *kind, "key", "--format", "raw") == KEY
    assert run("copy_key", *kind, "--key", "key", "--format", "raw") == KEY
    run("import_key", *kind, "--hex", "0102", code=1)
    assert b"PSA_ERROR_INVALID_ARGUMENT" in run.err


@pytest.mark.parametrize(
    ("words", "mode"),
    [
        (["export_key", "--key", "key", "--key-type", "PSA_KEY_TYPE_AES"], 0o600),
        (["generate_key", "--key-type", "PSA_KEY_TYPE_AES", "--bits", "128"], 0o600),
        (["key_derivation_output_bytes", "--alg", HKDF, "--key", "key", "--step", "secret=key", "--step", "info=",
          "--size", "16"], 0o600),
        (["wrap_key", "--alg", "PSA_ALG_KW", "--key", "key", "--other-key", "inner"], 0o644),
    ],
    ids=lambda words: words[0] if isinstance(words, list) else "",
)  # fmt: skip
def test_a_file_with_a_key_in_it_is_for_its_owner_only(run: Shell, words: list[str], mode: int) -> None:
    old = os.umask(0o022)
    try:
        run(*words, "-o", "out")
        run.json(*words, "-o", "again")
    finally:
        os.umask(old)
    assert {stat.S_IMODE(Path(name).stat().st_mode) for name in ("out", "again")} == {mode}


def test_a_key_made_in_a_secure_element_is_served_there_and_stays(run: Shell) -> None:
    words = ("--driver", ELEMENT, "--key-type", "PSA_KEY_TYPE_HMAC", "--bits", "128", "--location", "wrapped_se")
    told = run.json("generate_key", *words)
    assert told["new_key"] == {"type": "PSA_KEY_TYPE_HMAC", "bits": 128, "location": 0x8A0001}
    assert (told["output"], told["served_by"]) == (None, ["wrapped_se"])
    assert run("generate_key", *words) == b""
    assert b"made a PSA_KEY_TYPE_HMAC of 128 bits at location 0x8a0001\n" in run.err
    run("attach_key", *words, "--label", "00", code=1)
    assert b"PSA_ERROR_NOT_SUPPORTED" in run.err


def test_a_driver_with_which_sides_of_one_password_do_not_agree_is_found_out(run: Shell) -> None:
    bundle = Path(__file__).parent / "bundles" / "pake"  # its answers show what it was given, and are no protocol's
    words = ("--alg", JPAKE, "--key", "password", "--driver", str(bundle), "--trace", "--require", "witness")
    run("pake_get_shared_key", *words, code=1)
    assert b"witness  pake_setup" in run.err
    assert b"with one password, so a driver is wrong" in run.err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["wrap_key", "--alg", "PSA_ALG_KW", "--key", "key"], "wrap_key needs --other-key"),
        (["unwrap_key", "--alg", "PSA_ALG_KW", "--key", "key", "inner"], "unwrap_key needs --new-type"),
        (["generate_key"], "generate_key needs --key-type"),
        (["export_key", "--key", "key", "--new-bits", "1"], "export_key makes no key: it has no use for --new-bits"),
        (["export_key", "--key", "key", "--other-key", "key"], "export_key has no use for --other-key"),
        (["pake_get_shared_key", "--alg", "PSA_ALG_SHA_256", "--key", "key"], "PSA_ALG_SHA_256 is no PAKE"),
        (["key_derivation_output_bytes", "--alg", HKDF, "--key", "key", "--size", "1", "--step", "secret=peer"],
         "--step secret=peer needs --peer"),
        (["key_derivation_output_bytes", "--alg", HKDF, "--key", "key", "--size", "1", "--step", "secret=00"],
         "no --step takes the key"),
        (["key_derivation_output_bytes", "--alg", HKDF, "--size", "1", "--step", "secret=00", "--peer", "04"],
         "no --step takes --peer"),
        ([], "name a CALL, or ask for --list"),
    ],
)  # fmt: skip
def test_what_is_missing_or_too_much_is_told(run: Shell, words: list[str], told: str) -> None:
    run(*words, code=2)
    assert told in run.err.decode()


def test_the_list_has_every_call_with_what_it_takes(run: Shell) -> None:
    text = run("--list").decode()
    assert "wrap_key                     --key  --alg  --other-key\n" in text
    assert "generate_random              --size\n" in text
