"""Files through the multi-part operations."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from psa_bridge import (
    Alg,
    BadState,
    Core,
    EccFamily,
    InvalidArgument,
    InvalidPadding,
    InvalidSignature,
    Key,
    KeyAttributes,
    KeyType,
    NotPermitted,
    NotSupported,
    ProgressBar,
    Usage,
)
from psa_bridge.files import PIECE

SIZES = (0, 1, 15, 16, PIECE - 1, PIECE, PIECE + 17, 3 * PIECE + 5)
NONCE = bytes(range(12))
AD = b"the header"


def content(size: int) -> bytes:
    return (bytes(range(251)) * (size // 251 + 1))[:size]


def aes(core: Core, alg: Alg) -> Key:
    usage = Usage.ENCRYPT | Usage.DECRYPT | Usage.SIGN_MESSAGE | Usage.VERIFY_MESSAGE
    return core.import_key(KeyAttributes(KeyType.AES, usage=usage, alg=alg), bytes(range(16)))


class Slow(io.RawIOBase):
    """A pipe of sorts: nothing can be known of its size, and it gives and takes little at a time."""

    def __init__(self, data: bytes = b"") -> None:
        self.data = bytearray(data)
        self.taken = bytearray()

    def readable(self) -> bool:
        return True

    def writable(self) -> bool:
        return True

    def readinto(self, room: Any) -> int:
        part = self.data[: min(len(room), 1000)]
        room[: len(part)] = part
        del self.data[: len(part)]
        return len(part)

    def write(self, data: Any) -> int:
        self.taken += bytes(data[:777])
        return min(len(data), 777)


@pytest.mark.parametrize("size", SIZES)
def test_a_file_has_the_hash_mac_and_signature_of_its_content(core: Core, size: int, tmp_path: Path) -> None:
    data = content(size)
    path = tmp_path / "data"
    path.write_bytes(data)
    mac, sign = Alg.CMAC, Alg.DETERMINISTIC_ECDSA(Alg.SHA_256)
    usage = Usage.SIGN_MESSAGE | Usage.VERIFY_MESSAGE
    signer = core.generate_key(KeyAttributes(KeyType.ECC_KEY_PAIR(EccFamily.SECP_R1), 256, usage=usage, alg=sign))
    for source in (path, str(path), lambda: io.BytesIO(data), lambda: Slow(data)):
        given: Callable[[], Any] = source if callable(source) else lambda source=source: source  # type: ignore[misc]
        key = aes(core, mac)
        assert core.hash_compute_file(Alg.SHA_256, given()) == core.hash_compute(Alg.SHA_256, data)
        core.hash_compare_file(Alg.SHA_256, given(), core.hash_compute(Alg.SHA_256, data))
        assert key.mac_compute_file(mac, given()) == key.mac_compute(mac, data)
        key.mac_verify_file(mac, given(), key.mac_compute(mac, data))
        assert signer.sign_message_file(sign, given()) == signer.sign_message(sign, data)
        signer.verify_message_file(sign, given(), signer.sign_message(sign, data))
    wrong = data + b"x"
    for verify in (
        lambda: core.hash_compare_file(Alg.SHA_256, path, core.hash_compute(Alg.SHA_256, wrong)),
        lambda: key.mac_verify_file(mac, path, key.mac_compute(mac, wrong)),
        lambda: signer.verify_message_file(sign, path, signer.sign_message(sign, wrong)),
    ):
        with pytest.raises(InvalidSignature):
            verify()


@pytest.mark.parametrize("alg", [Alg.CTR, Alg.CBC_PKCS7, Alg.CFB])
@pytest.mark.parametrize("size", SIZES)
def test_an_encrypted_file_is_what_the_function_in_memory_decrypts(
    core: Core, size: int, alg: Alg, tmp_path: Path
) -> None:
    key, data = aes(core, alg), content(size)
    plain, sealed, opened = tmp_path / "plain", tmp_path / "sealed", tmp_path / "opened"
    plain.write_bytes(data)
    assert key.cipher_encrypt_file(alg, plain, sealed) == sealed.stat().st_size
    assert key.cipher_decrypt(alg, sealed.read_bytes()) == data
    assert key.cipher_decrypt_file(alg, sealed, opened) == size
    assert opened.read_bytes() == data
    out = Slow()
    assert key.cipher_decrypt_file(alg, Slow(sealed.read_bytes()), out) == size
    assert out.taken == data
    assert sorted(tmp_path.iterdir()) == [opened, plain, sealed]


@pytest.mark.parametrize("alg", [Alg.GCM, Alg.CCM, Alg.AEAD_WITH_SHORTENED_TAG(Alg.GCM, 12)])
@pytest.mark.parametrize("size", SIZES)
def test_a_sealed_file_is_what_the_function_in_memory_opens(core: Core, size: int, alg: Alg, tmp_path: Path) -> None:
    key, data = aes(core, alg), content(size)
    plain, sealed, opened = tmp_path / "plain", tmp_path / "sealed", tmp_path / "opened"
    plain.write_bytes(data)
    assert key.aead_encrypt_file(alg, NONCE, AD, plain, sealed) == sealed.stat().st_size
    assert sealed.read_bytes() == key.aead_encrypt(alg, NONCE, AD, data)
    assert key.aead_decrypt_file(alg, NONCE, AD, sealed, opened) == size
    assert opened.read_bytes() == data
    memory = io.BytesIO()
    assert key.aead_decrypt_file(alg, NONCE, AD, io.BytesIO(sealed.read_bytes()), memory) == size
    assert memory.getvalue() == data


def test_a_pipe_is_sealed_and_opened_where_the_algorithm_does_not_need_its_size(core: Core) -> None:
    key, data, sealed, opened = aes(core, Alg.GCM), content(5000), Slow(), Slow()
    key.aead_encrypt_file(Alg.GCM, NONCE, AD, Slow(data), sealed)
    key.aead_decrypt_file(Alg.GCM, NONCE, AD, Slow(bytes(sealed.taken)), opened)
    assert opened.taken == data
    with pytest.raises(InvalidArgument, match="PSA_ALG_CCM depends on the size of source"):
        aes(core, Alg.CCM).aead_encrypt_file(Alg.CCM, NONCE, AD, Slow(data), Slow())


@pytest.mark.parametrize("damage", ["first", "last", "short", "tag only", "empty", "nonce", "ad"])
def test_nothing_is_released_of_a_file_that_is_not_genuine(core: Core, damage: str, tmp_path: Path) -> None:
    key = aes(core, Alg.GCM)
    sealed = bytearray(key.aead_encrypt(Alg.GCM, NONCE, AD, content(2 * PIECE)))
    sealed[{"first": 0, "last": -1}.get(damage, 5)] ^= 1 if damage in ("first", "last") else 0
    sealed = sealed[: {"short": len(sealed) - 1, "tag only": 16, "empty": 3}.get(damage, len(sealed))]
    nonce = bytes(12) if damage == "nonce" else NONCE
    ad = b"" if damage == "ad" else AD
    source, kept, memory = tmp_path / "sealed", tmp_path / "kept", io.BytesIO()
    source.write_bytes(sealed)
    kept.write_bytes(b"older content")
    for target in (kept, tmp_path / "new", memory):
        with pytest.raises(InvalidSignature):
            key.aead_decrypt_file(Alg.GCM, nonce, ad, source, target)
    assert kept.read_bytes() == b"older content"
    assert memory.getvalue() == b""
    assert sorted(tmp_path.iterdir()) == [kept, source]


def test_nothing_is_written_before_the_tag_was_verified(core: Core) -> None:
    key, target = aes(core, Alg.GCM), io.BytesIO()
    sealed = io.BytesIO(key.aead_encrypt(Alg.GCM, NONCE, AD, content(5 * PIECE)))
    seen: list[int] = []
    key.aead_decrypt_file(
        Alg.GCM, NONCE, AD, sealed, target, progress=lambda done, total: seen.append(len(target.getvalue()))
    )
    assert set(seen) == {0} and len(target.getvalue()) == 5 * PIECE


def test_a_file_can_be_replaced_by_its_own_ciphertext_and_keeps_its_mode(core: Core, tmp_path: Path) -> None:
    key, path, link = aes(core, Alg.GCM), tmp_path / "data", tmp_path / "link"
    path.write_bytes(content(1000))
    path.chmod(0o600)
    link.symlink_to(path)
    key.aead_encrypt_file(Alg.GCM, NONCE, AD, link, link)
    assert path.read_bytes() == key.aead_encrypt(Alg.GCM, NONCE, AD, content(1000))
    assert path.stat().st_mode & 0o777 == 0o600 and link.is_symlink()


def test_a_device_is_written_to_and_not_replaced(core: Core, tmp_path: Path) -> None:
    key, pipe = aes(core, Alg.CTR), tmp_path / "pipe"
    os.mkfifo(pipe)
    got: list[bytes] = []
    reader = threading.Thread(target=lambda: got.append(pipe.read_bytes()))
    reader.start()
    key.cipher_encrypt_file(Alg.CTR, io.BytesIO(b"text"), pipe)
    reader.join()
    assert key.cipher_decrypt(Alg.CTR, got[0]) == b"text"
    assert pipe.is_fifo()


def test_wrong_padding_and_short_files_leave_nothing(core: Core, tmp_path: Path) -> None:
    key, target = aes(core, Alg.CBC_PKCS7), tmp_path / "out"
    with pytest.raises(InvalidPadding):
        key.cipher_decrypt_file(Alg.CBC_PKCS7, io.BytesIO(bytes(48)), target)
    with pytest.raises(InvalidArgument, match="source has 3 bytes, and begins with an IV of 16"):
        key.cipher_decrypt_file(Alg.CBC_PKCS7, io.BytesIO(b"abc"), target)
    with pytest.raises(NotPermitted):
        key.cipher_encrypt_file(Alg.CTR, io.BytesIO(b"abc"), target)
    assert list(tmp_path.iterdir()) == []


def test_a_file_object_is_read_from_where_it_stands_and_stays_open(core: Core, tmp_path: Path) -> None:
    path = tmp_path / "data"
    path.write_bytes(b"skip" + content(100))
    with path.open("rb") as file:
        file.seek(4)
        seen: list[tuple[int, int | None]] = []
        digest = core.hash_compute_file(Alg.SHA_256, file, progress=lambda *each: seen.append(each))
        assert not file.closed
    assert digest == core.hash_compute(Alg.SHA_256, content(100))
    assert (seen[0], seen[-1]) == ((0, 100), (100, 100))


class Chatter:
    """A file that has no readinto, like many wrappers, and is not always what it should be."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)

    def read(self, size: int) -> Any:
        return self.answers.pop(0) if self.answers else b""


def test_objects_with_read_alone_are_files_too(core: Core) -> None:
    digest = core.hash_compute_file(Alg.SHA_256, Chatter(b"a", bytearray(b"bc")))  # type: ignore[arg-type]
    assert digest == core.hash_compute(Alg.SHA_256, b"abc")


@pytest.mark.parametrize(
    ("source", "kind", "told"),
    [
        (None, TypeError, "source has to be a path or a binary file object, not NoneType"),
        (b"bytes", TypeError, "source has to be a path or a binary file object, not bytes"),
        (5, TypeError, "not int"),
        (io.StringIO("text"), TypeError, "in text mode: open it in binary mode"),
        (Chatter("text"), TypeError, "source gives text"),
        (Chatter(b"ab", None), BlockingIOError, "no data yet"),
        ("/nonexistent/file", FileNotFoundError, "nonexistent"),
        ("/", IsADirectoryError, "directory"),
    ],
)
def test_sources_that_are_none_are_refused_by_name(
    core: Core, source: Any, kind: type[Exception], told: str, tmp_path: Path
) -> None:
    key = aes(core, Alg.CTR)
    with pytest.raises(kind, match=told):
        core.hash_compute_file(Alg.SHA_256, source)
    if not isinstance(source, Chatter):
        with pytest.raises(kind, match=told):
            key.cipher_encrypt_file(Alg.CTR, source, tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("target", "kind", "told"),
    [
        (None, TypeError, "target has to be a path or a binary file object, not NoneType"),
        (bytearray(100), TypeError, "not bytearray"),
        (io.StringIO(), TypeError, "target is a file in text mode"),
        ("/nonexistent/file", FileNotFoundError, "nonexistent"),
        ("/", IsADirectoryError, "directory"),
    ],
)
def test_targets_that_are_none_are_refused_by_name(core: Core, target: Any, kind: type[Exception], told: str) -> None:
    with pytest.raises(kind, match=told):
        aes(core, Alg.CTR).cipher_encrypt_file(Alg.CTR, io.BytesIO(b"text"), target)


def test_an_exception_of_the_progress_ends_everything(core: Core, tmp_path: Path) -> None:
    key, target = aes(core, Alg.CTR), tmp_path / "out"

    def stop(done: int, total: int | None) -> None:
        if done >= PIECE:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        key.cipher_encrypt_file(Alg.CTR, io.BytesIO(content(3 * PIECE)), target, progress=stop)
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(TypeError, match="progress has to be callable"):
        core.hash_compute_file(Alg.SHA_256, io.BytesIO(), progress=True)  # type: ignore[arg-type]


def test_what_cannot_be_done_in_parts_says_so(core: Core) -> None:
    kind = KeyType.ECC_KEY_PAIR(EccFamily.TWISTED_EDWARDS)
    key = core.generate_key(KeyAttributes(kind, 255, usage=Usage.SIGN_MESSAGE, alg=Alg.PURE_EDDSA))
    with pytest.raises((NotSupported, InvalidArgument)):
        key.sign_message_file(Alg.PURE_EDDSA, io.BytesIO(b"text"))
    core.close()
    with pytest.raises(BadState, match="closed"):
        core.hash_compute_file(Alg.SHA_256, io.BytesIO())


def test_a_large_file_needs_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "large"
    with path.open("wb") as file:
        file.truncate(96 << 20)
    code = f"""
from psa_bridge import Alg, Core, KeyAttributes, KeyType, Usage
with Core() as core:
    key = core.generate_key(KeyAttributes(KeyType.AES, 128, usage=Usage.ENCRYPT | Usage.DECRYPT, alg=Alg.GCM))
    key.aead_encrypt_file(Alg.GCM, bytes(12), b"", {str(path)!r}, {str(path)!r})
    key.aead_decrypt_file(Alg.GCM, bytes(12), b"", {str(path)!r}, {str(path)!r})
    core.hash_compute_file(Alg.SHA_256, {str(path)!r})
print(open("/proc/self/status").read().split("VmHWM:")[1].split()[0])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert int(done.stdout) < 128 << 10, "in KiB; with the file and its ciphertext it would be more than 192 MiB"


# The bar


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_bar_is_drawn_on_a_terminal_and_nowhere_else(core: Core, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    terminal, pipe = Terminal(), io.StringIO()
    for stream in (terminal, pipe):
        with ProgressBar("hashing", stream=stream) as bar:
            core.hash_compute_file(Alg.SHA_256, io.BytesIO(content(3 * PIECE)), progress=bar)
    assert pipe.getvalue() == ""
    last = terminal.getvalue().split("\r")[-1]
    assert last == f"hashing [{'#' * 30}] 100% of 768.0 KiB\x1b[K\n"


def test_a_bar_without_a_total_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    terminal = Terminal()
    bar = ProgressBar(stream=terminal)
    bar(5 << 30, None)
    bar.close()
    bar.close()
    assert terminal.getvalue() == "\r5.0 GiB\x1b[K\n"


class Generous:
    """A source that gives one byte more than it was asked for."""

    def read(self, size: int) -> bytes:
        return bytes(size + 1)


class GenerousInto(Generous):
    def readinto(self, room: memoryview) -> int:
        return len(room) + 1


@pytest.mark.parametrize("source", [Generous, GenerousInto])
def test_a_source_that_gives_more_than_was_asked_for_is_refused(core: Core, source: Any) -> None:
    with pytest.raises(ValueError, match=rf"source gave {PIECE + 1} bytes where at most {PIECE} were asked for"):
        core.hash_compute_file(Alg.SHA_256, source())


def test_a_path_object_of_bytes_is_a_path(core: Core, tmp_path: Path) -> None:
    class Odd:
        def __fspath__(self) -> bytes:
            return os.fsencode(tmp_path / "odd")

    (tmp_path / "odd").write_bytes(b"abc")
    assert core.hash_compute_file(Alg.SHA_256, Odd()) == core.hash_compute(Alg.SHA_256, b"abc")
