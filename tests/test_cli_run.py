"""`run`: calls from the shell give what other libraries give, and say who served them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.ciphers.aead import AESCCM, AESGCM
from spec_data import functions

from psa_bridge import Core, paths
from psa_bridge.cli import main
from psa_bridge.cli.calls import CALLS

SHA, HMAC, ECDSA = "PSA_ALG_SHA_256", "PSA_ALG_HMAC(PSA_ALG_SHA_256)", "PSA_ALG_ECDSA(PSA_ALG_SHA_256)"
DATA = b"what is hashed, encrypted and signed" * 5
KEY = bytes(range(16))
PLUGIN, ELEMENT = str(paths.DRIVERS / "p256_plugin"), str(paths.DRIVERS / "wrapped_se")


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("data").write_bytes(DATA)
    Path("key").write_bytes(KEY)
    return tmp_path


class Shell:
    """Runs the command in this process."""

    def __init__(self, capture: pytest.CaptureFixtureBinary) -> None:
        self._capture = capture

    def __call__(self, *words: str, code: int = 0) -> bytes:
        returned = main(["run", *words])
        self.out, self.err = self._capture.readouterr()
        assert returned == code, self.err.decode()
        return self.out

    def json(self, *words: str, code: int = 0) -> dict[str, Any]:
        return json.loads(self(*words, "--json", code=code))  # type: ignore[no-any-return]


@pytest.fixture
def run(files: Path, capfdbinary: pytest.CaptureFixtureBinary) -> Shell:
    return Shell(capfdbinary)


def test_every_row_names_methods_that_there_are() -> None:
    for call in CALLS.values():
        for method in filter(None, (call.setup or call.name, call.setup)):
            assert callable(getattr(Core, method))


OTHERWISE = {"get_key_attributes", "check_key_usage", "destroy_key", "purge_key", "crypto_init", "generate_key_custom"}
"""Functions that do nothing to be tried: they look at keys, remove them, or are others with more arguments."""


def test_every_operation_of_the_api_can_be_run() -> None:
    plain = re.compile(r"_init$|^(set|get|reset)_key_(?!attributes$)|^reset|^pake_cs_")
    wanted = {row["name"].removeprefix("psa_"): row["prototype"] for row in functions()}
    whole = {name for name, text in wanted.items() if "_operation_t" not in text and not plain.search(name)}
    assert whole - set(CALLS) - OTHERWISE == set()
    ways = {call.setup for call in CALLS.values()}
    assert {name for name in wanted if name.endswith("_setup")} - ways == set()


@pytest.mark.parametrize("parts", [[], ["--parts", "1"], ["--parts", "64"], ["--parts", "1000"]])
def test_hash_is_that_of_hashlib(run: Shell, parts: list[str]) -> None:
    expected = hashlib.sha256(DATA).digest()
    assert run("hash_compute", "--alg", SHA, "data", *parts).decode() == expected.hex() + "\n"
    assert b"served by libcrypto: " in run.err
    run("hash_compare", "--alg", SHA, "data", "--expected", expected.hex(), *parts)
    run("hash_compare", "--alg", SHA, "data", "--expected", bytes(32).hex(), *parts, code=1)
    assert b"PSA_ERROR_INVALID_SIGNATURE" in run.err


def test_output_comes_in_the_format_that_is_asked_for(run: Shell) -> None:
    digest = hashlib.sha256(DATA).digest()
    words = ("hash_compute", "--alg", SHA, "data", "--quiet")
    assert base64.b64decode(run(*words, "--format", "base64")) == digest
    assert run.err == b""
    assert run(*words, "--format", "raw") == digest
    assert run(*words, "--output", "out") == b""
    assert Path("out").read_bytes() == digest
    run(*words, "--output", "out", "--format", "hex")
    assert Path("out").read_text() == digest.hex() + "\n"


def test_input_comes_from_standard_input_or_the_command_line(run: Shell, files: Path) -> None:
    assert run("hash_compute", "--alg", SHA, "--hex", "61 62:63").startswith(b"ba7816bf")
    for words in ([], ["-"]):
        command = [sys.executable, "-m", "psa_bridge.cli", "run", "hash_compute", "--alg", SHA, *words]
        done = subprocess.run(command, input=DATA, capture_output=True, check=True, timeout=60)
        assert done.stdout.decode() == hashlib.sha256(DATA).hexdigest() + "\n"


@pytest.mark.parametrize("parts", [[], ["--parts", "7"]])
def test_mac_is_that_of_hmac(run: Shell, parts: list[str]) -> None:
    words = ("--alg", HMAC, "--key", "key", "data", *parts)
    expected = hmac.digest(KEY, DATA, "sha256")
    assert run("mac_compute", *words).decode() == expected.hex() + "\n"
    run("mac_verify", *words, "--expected", expected.hex())
    run("mac_verify", *words, "--expected", bytes(32).hex(), code=1)


@pytest.mark.parametrize("parts", [[], ["--parts", "7"], ["--parts", "4096"]])
@pytest.mark.parametrize(("alg", "oracle", "size"), [("PSA_ALG_GCM", AESGCM, 12), ("PSA_ALG_CCM", AESCCM, 13)])
def test_aead_is_that_of_cryptography(run: Shell, parts: list[str], alg: str, oracle: Any, size: int) -> None:
    nonce, ad = bytes(range(size)), b"header"
    words = ("--alg", alg, "--key", "key", "--nonce", nonce.hex(), "--ad", ad.hex(), *parts)
    run("aead_encrypt", *words, "data", "--output", "box")
    assert Path("box").read_bytes() == oracle(KEY).encrypt(nonce, DATA, ad)
    assert run("aead_decrypt", *words, "box", "--format", "raw") == DATA
    Path("box").write_bytes(Path("box").read_bytes()[:-1] + b"?")
    assert run("aead_decrypt", *words, "box", "--format", "raw", code=1) == b""


def test_a_nonce_that_is_drawn_is_told_and_decrypts(run: Shell) -> None:
    run("aead_encrypt", "--alg", "PSA_ALG_GCM", "--key", "key", "data", "-o", "box")
    nonce = run.err.decode().partition("nonce: ")[2].split()[0]
    words = ("--alg", "PSA_ALG_GCM", "--key", "key", "box", "--format", "raw")
    assert run("aead_decrypt", *words, "--nonce", nonce) == DATA
    again = run.json("aead_encrypt", "--alg", "PSA_ALG_GCM", "--key", "key", "data")
    assert again["nonce"] not in (nonce, None)


@pytest.mark.parametrize("parts", [[], ["--parts", "7"]])
@pytest.mark.parametrize("alg", ["PSA_ALG_CTR", "PSA_ALG_CBC_PKCS7", "PSA_ALG_CFB"])
def test_what_a_cipher_encrypts_it_decrypts(run: Shell, parts: list[str], alg: str) -> None:
    run("cipher_encrypt", "--alg", alg, "--key", "key", "data", "-o", "box", *parts)
    assert DATA[:16] not in Path("box").read_bytes()
    assert run("cipher_decrypt", "--alg", alg, "--key", "key", "box", "--format", "raw", *parts) == DATA


def key_files() -> ec.EllipticCurvePrivateKey:
    key = ec.generate_private_key(ec.SECP256R1())
    none, pkcs8 = serialization.NoEncryption(), serialization.PrivateFormat.PKCS8
    locked = serialization.BestAvailableEncryption(b"secret")
    Path("pem").write_bytes(key.private_bytes(serialization.Encoding.PEM, pkcs8, none))
    Path("der").write_bytes(key.private_bytes(serialization.Encoding.DER, pkcs8, none))
    Path("locked").write_bytes(key.private_bytes(serialization.Encoding.PEM, pkcs8, locked))
    Path("password").write_bytes(b"secret\n")
    Path("raw").write_bytes(key.private_numbers().private_value.to_bytes(32, "big"))
    spki = serialization.PublicFormat.SubjectPublicKeyInfo
    Path("public").write_bytes(key.public_key().public_bytes(serialization.Encoding.PEM, spki))
    return key


@pytest.mark.parametrize(
    "key",
    ["pem", "der", "locked --password-file password",
     "raw --key-type PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1)"],
)  # fmt: skip
def test_signature_with_a_key_from_a_file_verifies_elsewhere_and_here(run: Shell, key: str) -> None:
    theirs = key_files()
    run("sign_message", "--alg", ECDSA, "--driver", PLUGIN, "--require", "p256_plugin", "data", "--key", *key.split(),
        "-o", "signature", "--save-public", "copy")  # fmt: skip
    r, s = (
        int.from_bytes(half, "big")
        for half in (Path("signature").read_bytes()[:32], Path("signature").read_bytes()[32:])
    )
    theirs.public_key().verify(utils.encode_dss_signature(r, s), DATA, ec.ECDSA(hashes.SHA256()))
    assert Path("copy").read_bytes() == Path("public").read_bytes()
    verify = ("verify_message", "--alg", ECDSA, "--key", "public", "--expected", "@signature")
    assert run(*verify, "data") == b"it matches\n"
    assert run(*verify, "data", "--parts", "9") == b"it matches\n"
    run(*verify, "key", code=1)


def test_a_key_in_a_secure_element_is_served_there(run: Shell) -> None:
    words = ("mac_compute", "--alg", HMAC, "--driver", ELEMENT, "--require", "wrapped_se", "--key", "key", "data")
    assert run(*words, "--location", "wrapped_se").decode() == hmac.digest(KEY, DATA, "sha256").hex() + "\n"
    assert b"served by wrapped_se: mac_compute" in run.err
    run(*words, code=1)
    assert b"wrapped_se did not serve the call, but libcrypto" in run.err


def test_trace_shows_every_call_and_no_material(run: Shell) -> None:
    run(
        "mac_compute", "--alg", HMAC, "--driver", ELEMENT, "--location", "wrapped_se", "--key", "key", "data", "--trace"
    )
    text = run.err.decode()
    assert [line.split()[1] for line in text.splitlines() if line.startswith("wrapped_se")] == [
        "import_key",
        "mac_compute",
    ]
    assert KEY.hex() not in text
    assert DATA[:8].hex() not in text


def test_json_tells_output_service_and_failure(run: Shell) -> None:
    good = run.json("mac_compute", "--alg", HMAC, "--key", "key", "data")
    assert (good["ok"], good["output"]) == (True, hmac.digest(KEY, DATA, "sha256").hex())
    assert good["key"] == {"type": "PSA_KEY_TYPE_HMAC", "bits": 128, "location": 0}
    assert [(event["driver"], event["status_name"]) for event in good["events"]] == [("libcrypto", "PSA_SUCCESS")]
    bad = run.json("mac_verify", "--alg", HMAC, "--key", "key", "data", "--expected", "00", code=1)
    assert (bad["ok"], bad["output"]) == (False, None)
    assert bad["error"]["status_name"] == "PSA_ERROR_INVALID_SIGNATURE"


def test_a_generated_key_can_be_kept_and_is_for_its_owner_only(run: Shell) -> None:
    mac = run("mac_compute", "--alg", HMAC, "--generate", "--bits", "256", "--save-key", "kept", "data", "-q")
    assert stat.S_IMODE(Path("kept").stat().st_mode) == 0o600
    assert mac.decode().strip() == hmac.digest(Path("kept").read_bytes(), DATA, "sha256").hex()


def test_the_rest_of_the_calls(run: Shell) -> None:
    key_files()
    assert run(
        "xof_output", "--alg", "PSA_ALG_SHAKE128", "--size", "40", "data", "--format", "raw"
    ) == hashlib.shake_128(DATA).digest(40)
    first, second = (run("generate_random", "--size", "20") for _ in range(2))
    assert first != second
    assert len(bytes.fromhex(first.decode())) == 20
    public = bytes.fromhex(run("export_public_key", "--key", "pem").decode())
    assert (public[0], len(public)) == (4, 65)
    assert bytes.fromhex(run("export_key", "--key", "pem").decode()) == Path("raw").read_bytes()
    agreed = run("raw_key_agreement", "--alg", "PSA_ALG_ECDH", "--key", "pem", "--peer", public.hex())
    assert len(bytes.fromhex(agreed.decode())) == 32
    digest = hashlib.sha256(DATA).hexdigest()
    run("sign_hash", "--alg", ECDSA, "--key", "pem", "--hex", digest, "-o", "signature")
    assert run("verify_hash", "--alg", ECDSA, "--key", "public", "--hex", digest, "--expected", "@signature")
    rsa = ("--generate", "--bits", "1024", "--key-type", "PSA_KEY_TYPE_RSA_KEY_PAIR", "--save-key", "rsa")
    box = run("asymmetric_encrypt", "--alg", "PSA_ALG_RSA_OAEP(PSA_ALG_SHA_256)", *rsa, "--salt", "00", "--hex", "0102")
    plain = run(
        "asymmetric_decrypt", "--alg", "PSA_ALG_RSA_OAEP(PSA_ALG_SHA_256)", "--key", "rsa", "--salt", "00",
        "--key-format", "der", "--hex", box.decode().strip(),
    )  # fmt: skip
    assert plain == b"0102\n"


def test_derivation_gives_what_is_published_and_what_hashlib_gives(run: Shell) -> None:
    Path("secret").write_bytes(bytes([0x0B] * 22))  # RFC 5869, A.1
    hkdf = ("key_derivation_output_bytes", "--alg", "PSA_ALG_HKDF(PSA_ALG_SHA_256)", "--key", "secret", "--size", "42")
    steps = ("salt=000102030405060708090a0b0c", "secret=key", "info=f0f1f2f3f4f5f6f7f8f9")
    expected = "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865\n"
    assert run(*hkdf, *(word for step in steps for word in ("--step", step))).decode() == expected
    pbkdf2 = ("key_derivation_output_bytes", "--alg", "PSA_ALG_PBKDF2_HMAC(PSA_ALG_SHA_1)", "--size", "20")
    steps = ("cost=2", "salt=73616c74", "password=70617373776f7264")
    output = run(*pbkdf2, *(word for step in steps for word in ("--step", step)))
    assert output.decode() == hashlib.pbkdf2_hmac("sha1", b"password", b"salt", 2).hex() + "\n"
    run(*hkdf, "--step", "secret=key", "--step", "salt=00", code=1)
    assert b"PSA_ERROR_BAD_STATE" in run.err
