"""Findings as JSON and as SARIF 2.1.0: data for other programs. docs/cli.md describes both."""

from __future__ import annotations

import hashlib
import importlib
import pkgutil
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from psa_bridge.driver.findings import RULES, Finding, Place, Severity

FORMAT = 1
"""Version of the JSON that the commands write; it rises when something is renamed or removed."""

SARIF_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_BASE = "WORKING_DIRECTORY"


def document(command: str, **content: Any) -> dict[str, Any]:
    """The JSON document of a command: what it is, then its content."""
    return {"format": FORMAT, "command": command, **content}


def findings_data(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    """Findings as plain data; 0 and empty strings stand for what is not known."""
    return [
        {
            "rule": one.rule,
            "severity": one.severity.value,
            "message": one.message,
            "remedy": one.remedy,
            **_place(one.place),
            "related": [{**_place(other.place), "message": other.message} for other in one.related],
            "detail": one.detail,
        }
        for one in findings
    ]


def _place(place: Place) -> dict[str, Any]:
    return {"file": place.file, "line": place.line, "column": place.column, "json_path": place.json_path}


def counts(findings: Sequence[Finding]) -> dict[str, int]:
    """How many findings there are of each severity."""
    return {severity.value: sum(1 for one in findings if one.severity is severity) for severity in Severity}


def all_rules() -> list[tuple[str, str]]:
    """Every rule, by id, with its sentence."""
    import psa_bridge.driver as package

    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        importlib.import_module(module.name)
    return sorted((rule.id, rule.summary) for rule in RULES.values())


def sarif(findings: Sequence[Finding], exit_code: int) -> dict[str, Any]:
    """One SARIF log with one run. Files below the working directory are relative to it."""
    from importlib.metadata import version

    rules = all_rules()
    index = {name: position for position, (name, _) in enumerate(rules)}
    return {
        "$schema": SARIF_SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "psa-bridge",
                        "version": version("psa_bridge"),
                        "rules": [_rule(name, summary, findings) for name, summary in rules],
                    }
                },
                "columnKind": "unicodeCodePoints",
                "originalUriBaseIds": {_BASE: {"uri": f"{Path.cwd().as_uri().rstrip('/')}/"}},
                "invocations": [{"executionSuccessful": True, "exitCode": exit_code}],
                "results": [_result(one, index[one.rule]) for one in findings],
            }
        ],
    }


def _rule(name: str, summary: str, findings: Sequence[Finding]) -> dict[str, Any]:
    """A rule; its help is what to do about the findings that there are, or else the rule itself."""
    remedies = dict.fromkeys(one.remedy for one in findings if one.rule == name and one.remedy)
    return {
        "id": name,
        "name": "".join(word.capitalize() for word in name.split("-")),
        "shortDescription": {"text": summary},
        "help": {"text": "\n".join(remedies) or summary},
    }


def _result(one: Finding, index: int) -> dict[str, Any]:
    text = f"{one.message}\nremedy: {one.remedy}" if one.remedy else one.message
    result: dict[str, Any] = {
        "ruleId": one.rule,
        "ruleIndex": index,
        "level": one.severity.value,
        "message": {"text": text},
        "partialFingerprints": {"findingHash/v1": _fingerprint(one)},
    }
    if one.place.file:
        result["locations"] = [_location(one.place)]
    related = [
        {"id": number, **_location(other.place), "message": {"text": other.message}}
        for number, other in enumerate(one.related, 1)
        if other.place.file
    ]
    if related:
        result["relatedLocations"] = related
    properties = {"remedy": one.remedy, "detail": one.detail}
    result["properties"] = {name: value for name, value in properties.items() if value}
    return result


def _fingerprint(one: Finding) -> str:
    """The same while lines are added elsewhere in the file, so that a viewer knows a finding again."""
    parts = (one.rule, Path(one.place.file).name, one.place.json_path, one.message)
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogateescape")).hexdigest()[:32]


def _location(place: Place) -> dict[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": _artifact(place.file)}
    if place.line:
        physical["region"] = {"startLine": place.line, **({"startColumn": place.column} if place.column else {})}
    location: dict[str, Any] = {"physicalLocation": physical}
    if place.json_path not in ("", "$"):
        location["logicalLocations"] = [{"fullyQualifiedName": place.json_path, "kind": "element"}]
    return location


def _artifact(file: str) -> dict[str, str]:
    path = Path(file)
    try:
        relative = path.absolute().relative_to(Path.cwd())
    except ValueError:
        return {"uri": path.absolute().as_uri()}
    return {"uri": quote(relative.as_posix().encode("utf-8", "surrogateescape")), "uriBaseId": _BASE}
