"""How to install what is missing, on the platform at hand."""

from __future__ import annotations

import platform
import sys

_COMMANDS = {
    "debian": "apt-get install",
    "fedora": "dnf install",
    "suse": "zypper install",
    "arch": "pacman -S",
    "alpine": "apk add",
    "darwin": "brew install",
}

_TABLE = """
what             debian                 fedora                   suse                  arch            alpine               darwin
compiler         gcc+libc6-dev          gcc+glibc-devel          gcc+glibc-devel       gcc             gcc+musl-dev         -
c++              g++                    gcc-c++                  gcc-c++               gcc             g++                  -
clang            clang                  clang                    clang                 clang           clang                llvm
binutils         binutils               binutils                 binutils              binutils        binutils             binutils
libcrypto        libssl-dev             openssl-devel            libopenssl-devel      openssl         openssl-dev          openssl@3
mbedtls          libmbedtls-dev         mbedtls-devel            mbedtls-devel         mbedtls         mbedtls-dev          mbedtls
python           python3-dev            python3-devel            python3-devel         python          python3-dev          python
valgrind         valgrind               valgrind                 valgrind              valgrind        valgrind             -
sanitizers       gcc                    libasan+libubsan         gcc                   gcc             -                    -
softhsm          softhsm2               softhsm                  softhsm               softhsm         softhsm              softhsm
swtpm            swtpm+libtss2-dev      swtpm+tpm2-tss-devel     swtpm+tpm2-0-tss-devel swtpm+tpm2-tss swtpm+tpm2-tss-dev   swtpm
qemu             qemu-system-arm        qemu-system-arm          qemu-arm              qemu-system-arm qemu-system-arm      qemu
arm-cross        gcc-arm-none-eabi+libnewlib-arm-none-eabi arm-none-eabi-gcc-cs+arm-none-eabi-newlib cross-arm-none-gcc13 \
arm-none-eabi-gcc+arm-none-eabi-newlib gcc-arm-none-eabi+newlib-arm-none-eabi arm-none-eabi-gcc
qemu-user        qemu-user-static       qemu-user-static         qemu-linux-user       qemu-user-static qemu-arm            -
linux-cross      gcc-arm-linux-gnueabihf gcc-arm-linux-gnu       cross-arm-linux-gnueabihf-gcc - - -
gdb              gdb                    gdb                      gdb                   gdb             gdb                  gdb
"""  # noqa: E501


def _read() -> dict[str, dict[str, str]]:
    head, *rows = (line.split() for line in _TABLE.strip().splitlines())
    return {row[0]: dict(zip(head[1:], row[1:], strict=True)) for row in rows}


PACKAGES = _read()
"""Packages by what they bring and by family of distributions; several are joined by +, - is none."""


def family() -> str:
    """The family of distributions of this machine; ``debian`` where it is not known."""
    if sys.platform == "darwin":
        return "darwin"
    try:
        release = platform.freedesktop_os_release()
    except OSError:
        return "debian"
    words = f"{release.get('ID', '')} {release.get('ID_LIKE', '')}".lower()
    aliases = {"ubuntu": "debian", "rhel": "fedora", "centos": "fedora", "sles": "suse", "opensuse": "suse"}
    for word in words.split():
        for name in (word, aliases.get(word, ""), word.partition("-")[0]):
            if name in _COMMANDS:
                return name
    return "debian"


def install(what: str) -> str:
    """The command that installs something here."""
    own = family()
    packages = PACKAGES[what][own]
    if packages == "-":
        if own == "darwin" and what in ("compiler", "c++", "sanitizers"):
            return "xcode-select --install"
        return f"not packaged here; on Debian: apt-get install {PACKAGES[what]['debian'].replace('+', ' ')}"
    return f"{_COMMANDS[own]} {packages.replace('+', ' ')}"
