"""Headers of a description that are no C, end too early, or are not where the bundle looks."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from test_bundle_findings import BODY, DESCRIPTION, HEADER, PROTOTYPE, SOURCE

from psa_bridge.driver.bundle import BundleError, build_image, load_bundle
from psa_bridge.driver.findings import DETAIL_LINES, Finding, Findings


def errors(folder: Path, header: str, source: str = SOURCE, **settings: object) -> list[Finding]:
    """What building a driver with this header reports."""
    (folder / "toy.h").write_text(header)
    (folder / "toy.c").write_text(source)
    (folder / "toy.json").write_text(json.dumps(DESCRIPTION))
    with pytest.raises(BundleError) as caught:
        build_image(
            load_bundle(folder / "toy.json", **{"sources": [folder / "toy.c"], "include": [folder], **settings})
        )
    return list(caught.value.findings)


@pytest.mark.parametrize(
    ("header", "line", "message", "remedy"),
    [
        (f'#include <psa/crypto.h>\nextern "C" {{\n{PROTOTYPE};\n}}\n', 2, 'extern "C" is no C', "#ifdef __cplusplus"),
        (HEADER + "typedef struct { int x; } toy_t\n", 3, "does not end before the end", "semicolon"),
        (HEADER + "typedef struct {\n int x;\n", 3, "does not end before the end", "brace"),
    ],
)
def test_a_header_that_breaks_off_is_a_finding_of_its_own(
    tmp_path: Path, header: str, line: int, message: str, remedy: str
) -> None:
    finding = next(one for one in errors(tmp_path, header) if one.rule == "header-error")
    assert (Path(finding.place.file).name, finding.place.line) == ("toy.h", line)
    assert message in finding.message
    assert remedy in finding.remedy


def test_the_words_of_the_compiler_are_shown_once(tmp_path: Path) -> None:
    found = errors(tmp_path, f'#include <psa/crypto.h>\n#error "one"\n#error "two"\n{PROTOTYPE};\n')
    assert [bool(finding.detail) for finding in found if finding.rule == "header-error"] == [True, False]


def test_a_header_of_cpp_is_named_as_such(tmp_path: Path) -> None:
    (finding,) = errors(tmp_path, "#include <vector>\n" + HEADER, f"#include <psa/crypto.h>\n{PROTOTYPE} {BODY}\n")
    assert finding.rule == "header-not-found"
    assert "headers are read as C" in finding.remedy


def test_a_header_beside_the_description_is_pointed_out(tmp_path: Path) -> None:
    source = f"#include <psa/crypto.h>\n{PROTOTYPE} {BODY}\n"
    (finding,) = errors(tmp_path, HEADER, source, include=[])
    assert finding.rule == "header-not-found"
    assert f"-I {tmp_path}" in finding.remedy


def test_without_objects_the_remedy_is_to_name_some(tmp_path: Path) -> None:
    (finding,) = errors(tmp_path, HEADER, sources=[])
    assert finding.rule == "missing-entry-point"
    assert "name the objects of the driver" in finding.remedy


def test_a_long_detail_is_shown_in_part(tmp_path: Path) -> None:
    source = SOURCE + "".join(f"int f{number}(void) {{ return unknown_{number}; }}\n" for number in range(40))
    (finding,) = errors(tmp_path, HEADER, source)
    assert finding.detail.count("\n") > DETAIL_LINES
    text = Findings([finding]).render()
    assert text.count("\n    | ") == DETAIL_LINES
    assert "more lines" in text
