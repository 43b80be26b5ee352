"""The JSON of the commands is what docs/cli.md says it is: every member is described, and nothing else is."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from psa_bridge import paths
from psa_bridge.cli import main, remedies

PAGE = (Path(__file__).resolve().parents[1] / "docs" / "cli.md").read_text(encoding="utf-8")
ROWS = dict(re.findall(r"^\| `([^`]+--(?:json|format json))` \| (.*) \|$", PAGE, re.MULTILINE))
PLUGIN, BROKEN = str(paths.DRIVERS / "p256_plugin"), "broken.json"
HMAC = "PSA_ALG_HMAC(PSA_ALG_SHA_256)"
KEY = ["--key-type", "PSA_KEY_TYPE_HMAC", "--bits", "8"]
WRONG = "00" * 32

COMMANDS = {
    "lint --format json": ["lint", "--format", "json", PLUGIN, BROKEN],
    "lint --rules --format json": ["lint", "--rules", "--format", "json"],
    "info --json": ["info", "--json", PLUGIN, BROKEN],
    "info --mechanisms --json": ["info", "--mechanisms", "--json", "--no-software"],
    "explain --json": ["explain", "mac_compute", "--alg", HMAC, *KEY, "--json"],
    "doctor --json": ["doctor", "--json"],
    "run --json": ["run", "mac_verify", "--alg", HMAC, "--key-hex", "00", "--hex", "", "--expected", WRONG, "--json"],
    "bench --json": ["bench", "--json", "--seconds", "0.001", "--sizes", "16", "--mechanism", "ECDSA*", PLUGIN],
}  # fmt: skip

DESCRIBED = ("findings", "counts", "bundles")
"""Members that the text below the table describes."""


def members(value: Any, inside: str = "") -> set[str]:
    """The names in a document, without those below what is described elsewhere."""
    if isinstance(value, list):
        return set().union(*(members(item, inside) for item in value))
    if not isinstance(value, dict):
        return set()
    below = (members(item) for name, item in value.items() if name not in DESCRIBED)
    return set(value).union(*below)


def test_the_table_has_every_command_that_writes_json() -> None:
    assert set(ROWS) == set(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_members_are_those_of_the_page(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path(BROKEN).write_text("{")
    assert main(COMMANDS[name]) in (0, 1)
    document = json.loads(capsys.readouterr().out)
    assert document.pop("format") == 1
    assert document.pop("command") == name.split(maxsplit=1)[0]
    described = set(re.findall(r"`(\w+)`", ROWS[name])) - {"ok", "missing", "absent"} | ({"ok"} & set(document))
    assert members(document) == described


@pytest.mark.parametrize(("what", "start"), [("findings", "A finding has"), ("bundles", "A bundle has")])
def test_members_of_findings_and_bundles_are_those_of_the_page(
    what: str, start: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path(BROKEN).write_text("{")
    main(["info", "--json", PLUGIN, BROKEN])
    document = json.loads(capsys.readouterr().out)
    text = PAGE[PAGE.index(start) :].partition("\n\n")[0]
    assert document[what]
    for item in document[what]:
        assert [name for name in item if f"`{name}`" not in text] == []


def test_remedies_name_the_packages_of_the_distribution(monkeypatch: pytest.MonkeyPatch) -> None:
    def on(**release: str) -> str:
        monkeypatch.setattr("platform.freedesktop_os_release", lambda: release)
        return remedies.install("compiler")

    monkeypatch.setattr("sys.platform", "linux")
    assert on(ID="debian") == on(ID="ubuntu", ID_LIKE="debian") == "apt-get install gcc libc6-dev"
    assert on(ID="fedora") == on(ID="rocky", ID_LIKE="rhel centos fedora") == "dnf install gcc glibc-devel"
    assert on(ID="opensuse-leap", ID_LIKE="suse opensuse") == "zypper install gcc glibc-devel"
    assert on(ID="arch") == "pacman -S gcc"
    assert on(ID="alpine") == "apk add gcc musl-dev"
    assert "not packaged here; on Debian: apt-get install gcc" in remedies.install("sanitizers")
    monkeypatch.setattr("sys.platform", "darwin")
    assert remedies.install("compiler") == "xcode-select --install"
    assert remedies.install("binutils") == "brew install binutils"


def test_every_remedy_exists_on_every_platform() -> None:
    families = {family for packages in remedies.PACKAGES.values() for family in packages}
    for packages in remedies.PACKAGES.values():
        assert set(packages) == families
        assert packages["debian"] != "-"
