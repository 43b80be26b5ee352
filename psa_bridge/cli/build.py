"""Build the core as a library for C programs, with or without drivers, and print how to use it.

Writes lib/libpsa_bridge.a, lib/libpsa_bridge.so and include/ below the output directory. Both libraries
export psa_* and psab_* and nothing else. CC, CFLAGS and LDFLAGS are honoured.

Each BUNDLE becomes drivers/NAME.so there, which a program loads with psab_core_load(). With --link-in it becomes part
of both libraries instead, in front of the software: nothing is loaded, and all cores of a process share its state.
With --image only the image is written, for a program that has the library already.
"""

from __future__ import annotations

import argparse
import shlex
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from psa_bridge.cbuild.library import Library
    from psa_bridge.cbuild.toolchain import Options
    from psa_bridge.driver.bundle import Image, Merged

SUMMARY = "the core as a C library, with or without drivers"

EXAMPLES = """\
  psa-bridge build --output out
  cc program.c $(psa-bridge build --output out --flags)
  psa-bridge build --output out acme/             out/drivers/acme.so to load
  psa-bridge build --output out --link-in acme/   acme in the libraries
  psa-bridge build --image acme.so acme/          the image, and no library
  psa-bridge build --no-software --cc arm-linux-gnueabihf-gcc
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of this command."""
    from psa_bridge.cli.arguments import path
    from psa_bridge.cli.bundles import add_arguments

    parser.add_argument(
        "--output", "-o", type=path, default=Path("psa_bridge_library"), metavar="DIR", help="(%(default)s)"
    )
    drivers = parser.add_mutually_exclusive_group()
    drivers.add_argument("--link-in", action="store_true", help="make the bundles part of the libraries")
    drivers.add_argument("--image", type=path, metavar="FILE", help="write the image of the one bundle, and no library")
    parser.add_argument("--cflags", metavar="FLAGS", help="flags instead of -O2 -g for the core; over CFLAGS")
    parser.add_argument(
        "--no-drivers",
        action="store_true",
        help="without loading and registration of drivers: MBEDTLS_PSA_CRYPTO_DRIVERS off",
    )
    parser.add_argument("--no-software", action="store_true", help="without the linked-in software driver")
    parser.add_argument(
        "--flags",
        dest="only_flags",
        action="store_true",
        help="print only the compiler and linker flags, quoted for a shell: with blanks in paths they need eval",
    )
    add_arguments(parser, required=False)


def flags(library: Library, static: bool) -> str:
    """What a C program's compiler call needs."""
    lib = library.archive.parent
    own = [str(library.archive)] if static else [f"-L{lib}", "-lpsa_bridge", f"-Wl,-rpath,{lib}"]
    rest = (*(f"-l{name}" for name in library.libraries), *library.link) if static else ()
    return shlex.join([f"-I{library.include}", *own, *rest])


def run(arguments: argparse.Namespace) -> int:
    """Build, then say what is there."""
    from psa_bridge.cbuild.toolchain import BuildError
    from psa_bridge.cli.arguments import writable
    from psa_bridge.cli.failures import CommandFailedError

    _check(arguments)
    options = _options(arguments)
    writable(arguments.image or arguments.output)
    images = _images(arguments)
    if arguments.image:
        _export(images, [arguments.image])
        return 0
    output = arguments.output.resolve()
    merged = [image.merged for image in images if image.merged]
    try:
        library = _library(output, options, merged)
    except BuildError as error:
        raise CommandFailedError(f"{error}\nremedy: `psa-bridge doctor` tells what is missing") from error
    if arguments.only_flags:
        _export([] if merged else images, _places(images, output), quiet=True)
        print(flags(library, static=False))
        return 0
    _print(library, images, options.software)
    if not merged:
        _export(images, _places(images, output))
    print(f"shared: cc program.c {flags(library, static=False)}\nstatic: cc program.c {flags(library, static=True)}")
    return 0


def _options(arguments: argparse.Namespace) -> Options:
    """What the library is built with: the environment, and over it what was given."""
    from psa_bridge.cbuild.toolchain import options_from_environment, words

    options = options_from_environment(drivers=not arguments.no_drivers, software=not arguments.no_software)
    if arguments.compiler:
        options = replace(options, compiler=words(arguments.compiler, "--cc") or options.compiler)
    if arguments.cflags is not None:
        options = replace(options, cflags=words(arguments.cflags, "--cflags"))
    return options


def _library(output: Path, options: Options, merged: Sequence[Merged]) -> Library:
    """The library that is there already, if nothing has changed since; else a new one."""
    from psa_bridge.cbuild import stamp
    from psa_bridge.cbuild.library import build_library

    environment = stamp.environment(options)
    wanted = stamp.identity(environment, merged)
    library = stamp.recall(output, wanted)
    if library is None:
        stamp.forget(output)
        with stamp.workspace(environment) as work:
            library = build_library(output, options, work, merged)
        stamp.remember(output, library, wanted)
    return library


def _check(arguments: argparse.Namespace) -> None:
    from psa_bridge.cli.bundles import surplus_setting
    from psa_bridge.cli.failures import UsageError

    if not arguments.bundles and (surplus := surplus_setting(arguments)):
        raise UsageError(f"{surplus} is a setting of a bundle: name a BUNDLE")
    if (arguments.image or arguments.link_in) and not arguments.bundles:
        raise UsageError(f"{'--image' if arguments.image else '--link-in'} needs a BUNDLE")
    if arguments.image and arguments.only_flags:
        raise UsageError("--flags are those of the library, which --image does not build")
    if arguments.bundles and arguments.no_drivers and not (arguments.link_in or arguments.image):
        raise UsageError("a library with --no-drivers loads nothing: make the bundle part of it with --link-in")


def _images(arguments: argparse.Namespace) -> list[Image]:
    """Build the bundles; what was found, short of errors, goes to standard error."""
    import sys

    from psa_bridge.cli.bundles import bundles
    from psa_bridge.cli.failures import UsageError
    from psa_bridge.cli.output import print_findings
    from psa_bridge.driver.bundle import build_image

    named = bundles(arguments) if arguments.bundles else []
    if arguments.image and len(named) != 1:
        raise UsageError(f"--image is for one bundle; {len(named)} are named")
    images = [build_image(bundle, merged=arguments.link_in) for bundle in named]
    for image in images:
        print_findings(image.findings, sys.stderr)
    return images


def _places(images: Sequence[Image], output: Path) -> list[Path]:
    """A file per image, named after its drivers."""
    names = ["-".join(driver.prefix for driver in image.drivers) for image in images]
    twice = {name for name in names if names.count(name) > 1}
    files = [f"{name}-{number}" if name in twice else name for number, name in enumerate(names, 1)]
    return [output / "drivers" / f"{name}.so" for name in files]


def _export(images: Sequence[Image], places: Sequence[Path], quiet: bool = False) -> None:
    from psa_bridge.cli.failures import CommandFailedError
    from psa_bridge.driver.images.cache import CacheError

    for image, place in zip(images, places, strict=False):
        try:
            written = image.export(place.resolve())
        except CacheError as error:
            raise CommandFailedError(str(error)) from error
        if not quiet:
            print(*written, sep="\n")
    if images and not quiet:
        print('load: psab_core_load(psab_core_default(), "PATH", why, sizeof why), see psab/drivers.h')


def _print(library: Library, images: Sequence[Image], wanted_software: bool) -> None:
    print(f"{library.shared}\n{library.archive}\n{library.include}/psa/crypto.h")
    names = [driver.prefix for image in images if image.merged for driver in image.drivers]
    software = "with the software driver over libcrypto" if library.software else "without any software"
    print(f"a PSA Crypto core {f'with {chr(44).join(names)}, ' if names else ''}{software}")
    if not library.software and wanted_software:
        print("    libcrypto's headers were not found (Debian: apt-get install libssl-dev)")
