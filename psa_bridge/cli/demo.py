"""Compile example drivers, load them, hash and sign a file through them, and check every result.

The drivers are a P-256 plug-in in C and, on x86-64, an accelerator on the SHA instructions. They are compiled here
with plain compiler calls, as a vendor would, and loaded as object files. Hashes are checked with hashlib, signatures
with cryptography. Exits 1 if a result differs or if the plug-in served nothing.
"""

from __future__ import annotations

import argparse
import hashlib
import platform
import shlex
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from psa_bridge import Core

SUMMARY = "compile and load example drivers, and try them on a file"

EXAMPLES = """\
  psa-bridge demo
  psa-bridge demo firmware.bin
"""

_CANDIDATES = ("/usr/bin/python3", "/bin/sh", "/etc/passwd", __file__)
_ACCELERATOR, _PLUGIN = "x86_sha", "p256_plugin"
_PIECES = 4


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of this command."""
    from psa_bridge.cli.arguments import path

    parser.add_argument(
        "file", nargs="?", type=path, metavar="FILE", help="the file to hash and sign (one of the system's)"
    )


def run(arguments: argparse.Namespace) -> int:
    """Run the demonstration; 1 if anything is not as it should be."""
    from psa_bridge import Core
    from psa_bridge.cli.output import trace_table

    path = arguments.file or next(Path(name) for name in _CANDIDATES if Path(name).is_file())
    data = path.read_bytes()
    with tempfile.TemporaryDirectory(prefix="psa-bridge-demo-") as folder, Core() as core:
        accelerated = platform.machine().lower() in ("x86_64", "amd64")
        for name in (_ACCELERATOR, _PLUGIN) if accelerated else (_PLUGIN,):
            _load(core, name, Path(folder))
        print(f"\nfile: {path}, {len(data)} bytes")
        with core.trace() as events:
            good = _hash(core, data) & _sign(core, data)
        print(f"\nevery driver call:\n{trace_table(events)}\n\ncalls by driver:\n{core.counts}\n")
        served = core.counts.drivers[_PLUGIN].served
    if not served:
        print(f"{_PLUGIN} served nothing")
    print("demo passed" if good and served else "demo FAILED")
    return 0 if good and served else 1


def _load(core: Core, name: str, folder: Path) -> None:
    """Compile the sources of an example driver one by one, then load the objects with the description."""
    from psa_bridge import paths
    from psa_bridge.cbuild.toolchain import options_from_environment
    from psa_bridge.cli.failures import CommandFailedError
    from psa_bridge.driver.bundle import load_bundle

    home = paths.DRIVERS / name
    compiler = options_from_environment().compiler
    settings = load_bundle(home).settings
    objects = []
    for source in settings.sources:
        target = folder / f"{name}-{source.stem}.o"
        command = [*compiler, "-O2", "-g", "-fPIC", f"-I{paths.INCLUDE}", f"-I{home}"]
        command += ["-c", str(source), "-o", str(target)]
        print("$", shlex.join(command))
        try:
            done = subprocess.run(command, check=False)
        except OSError as error:
            raise CommandFailedError(f"{command[0]} cannot be run: install a C compiler, or set CC") from error
        if done.returncode:
            raise CommandFailedError(f"the compiler failed on {source}")
        objects.append(target)
    drivers = core.load(home / "driver.json", objects=objects, include=[home])
    print(f"loaded {', '.join(driver.name for driver in drivers)} from {len(objects)} object files")


def _verdict(what: str, good: bool) -> bool:
    print(f"  {what}: {'agrees' if good else 'DIFFERS'}")
    return good


def _hash(core: Core, data: bytes) -> bool:
    from psa_bridge import Alg

    digest = core.hash_compute(Alg.SHA_256, data)
    print(f"SHA-256 {digest.hex()}")
    good = _verdict("hashlib", digest == hashlib.sha256(data).digest())
    with core.hash_setup(Alg.SHA_256) as operation:
        piece = max(1, -(-len(data) // _PIECES))
        for start in range(0, len(data), piece):
            operation.update(data[start : start + piece])
        return _verdict("in pieces", operation.finish() == digest) and good


def _sign(core: Core, data: bytes) -> bool:
    """Sign the file with a new P-256 key, and verify with `cryptography`; then the other way round."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec, utils

    from psa_bridge import Alg, EccFamily, KeyAttributes, KeyType, PsaError, Usage

    alg = Alg.ECDSA(Alg.SHA_256)
    attributes = KeyAttributes(
        type=KeyType.ECC_KEY_PAIR(EccFamily.SECP_R1),
        bits=256,
        usage=Usage.SIGN_MESSAGE | Usage.VERIFY_MESSAGE | Usage.EXPORT,
        alg=alg,
    )
    key = core.generate_key(attributes)
    signature = key.sign_message(alg, data)
    print(f"ECDSA   {signature.hex()}")
    theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), key.export_public())
    encoded = utils.encode_dss_signature(*(int.from_bytes(half, "big") for half in (signature[:32], signature[32:])))
    try:
        theirs.verify(encoded, data, ec.ECDSA(hashes.SHA256()))
        good = True
    except InvalidSignature:
        good = False
    good = _verdict("cryptography verifies it", good)
    private = ec.derive_private_key(int.from_bytes(key.export(), "big"), ec.SECP256R1())
    r, s = utils.decode_dss_signature(private.sign(data, ec.ECDSA(hashes.SHA256())))
    try:
        key.verify_message(alg, data, r.to_bytes(32, "big") + s.to_bytes(32, "big"))
        accepted = True
    except PsaError:
        accepted = False
    good &= _verdict("the driver verifies one of cryptography", accepted)
    try:
        key.verify_message(alg, data + b"!", signature)
        refused = False
    except PsaError as error:
        refused = error.status_name == "PSA_ERROR_INVALID_SIGNATURE"
    return _verdict("a changed file is refused", refused) and good
