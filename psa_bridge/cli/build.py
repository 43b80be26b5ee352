"""Build the core as a library for C programs, and print how to use it.

Writes lib/libpsa_bridge.a, lib/libpsa_bridge.so and include/ below the output directory. Both libraries
export psa_* and psab_* and nothing else. CC, CFLAGS and LDFLAGS are honoured.
"""

from __future__ import annotations

import argparse
import shlex
from dataclasses import replace
from pathlib import Path

SUMMARY = "build the core as a C library, static and shared, with its headers"

EXAMPLES = """\
  psa-bridge build --output out
  cc program.c $(psa-bridge build --output out --flags)
  psa-bridge build --no-software --cc arm-linux-gnueabihf-gcc
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument(
        "--output", "-o", type=Path, default=Path("psa_bridge_library"), metavar="DIR", help="(%(default)s)"
    )
    parser.add_argument("--cc", metavar="COMMAND", help="the C compiler; over CC")
    parser.add_argument("--cflags", metavar="FLAGS", help="flags instead of -O2 -g; over CFLAGS")
    parser.add_argument(
        "--no-drivers",
        action="store_true",
        help="without loading and registration of drivers: MBEDTLS_PSA_CRYPTO_DRIVERS off",
    )
    parser.add_argument("--no-software", action="store_true", help="without the linked-in software driver")
    parser.add_argument("--flags", action="store_true", help="print only the compiler and linker flags, for scripts")


def flags(include: Path, lib: Path, libraries: tuple[str, ...], static: bool) -> str:
    """What a C program's compiler call needs."""
    own = [str(lib / "libpsa_bridge.a")] if static else [f"-L{lib}", "-lpsa_bridge", f"-Wl,-rpath,{lib}"]
    return shlex.join([f"-I{include}", *own, *(f"-l{name}" for name in (libraries if static else ()))])


def run(arguments: argparse.Namespace) -> int:
    """Build, then say what is there."""
    from psa_bridge.cbuild.library import build_library
    from psa_bridge.cbuild.toolchain import BuildError, options_from_environment
    from psa_bridge.cli.failures import CommandFailedError

    options = options_from_environment(drivers=not arguments.no_drivers, software=not arguments.no_software)
    if arguments.cc:
        options = replace(options, compiler=tuple(shlex.split(arguments.cc)))
    if arguments.cflags is not None:
        options = replace(options, cflags=tuple(shlex.split(arguments.cflags)))
    output = arguments.output.resolve()
    try:
        library = build_library(output, options)
    except BuildError as error:
        raise CommandFailedError(f"{error}\nremedy: `psa-bridge doctor` tells what is missing") from error
    shared = flags(library.include, library.shared.parent, library.libraries, static=False)
    static = flags(library.include, library.archive.parent, library.libraries, static=True)
    if arguments.flags:
        print(shared)
        return 0
    software = "with the software driver over libcrypto" if library.software else "without any software"
    print(f"{library.shared}\n{library.archive}\n{library.include}/psa/crypto.h")
    print(f"a PSA Crypto core {software}")
    if not library.software and options.software:
        print("    libcrypto's headers were not found (Debian: apt-get install libssl-dev)")
    print(f"shared: cc program.c {shared}\nstatic: cc program.c {static}")
    return 0
