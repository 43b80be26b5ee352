"""Objects, settings and paths that somebody would try: each is a finding, or it works; never a traceback."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from image_harness import OWN_HEADERS, LoadedImage
from test_bundle_findings import HEADER, PROTOTYPE, Toy

from psa_bridge.driver.bundle import BundleError, build_image, load_bundle
from psa_bridge.driver.findings import Findings
from psa_bridge.driver.images import probe
from psa_bridge.driver.images.compiler import find_compiler
from psa_bridge.driver.images.tools import Tools
from psa_bridge.driver.platform import current

MULTIPART = ("setup", "update", "finish", "abort")
OPERATION = """
typedef struct { int n[SIZE]; } toy_hash_operation_t;
psa_status_t toy_hash_setup(toy_hash_operation_t *operation, psa_algorithm_t alg);
psa_status_t toy_hash_update(toy_hash_operation_t *operation, const uint8_t *input, size_t input_length);
psa_status_t toy_hash_finish(toy_hash_operation_t *operation, uint8_t *hash, size_t hash_size, size_t *hash_length);
psa_status_t toy_hash_abort(toy_hash_operation_t *operation);
"""


@pytest.fixture
def toy(tmp_path: Path) -> Toy:
    return Toy(tmp_path)


def archive(toy: Toy, flags: str = "rcs") -> Path:
    path = toy.folder / "libtoy.a"
    subprocess.run(["ar", flags, str(path), str(toy.object)], check=True)
    return path


# Objects


def test_members_of_archives_are_checked_like_objects(toy: Toy) -> None:
    data = bytearray(toy.compile().read_bytes())
    path = archive(toy)
    whole = path.read_bytes()
    wrong = bytearray(data)
    wrong[18:20] = (183).to_bytes(2, "little")
    path.write_bytes(whole.replace(bytes(data), bytes(wrong)))
    toy.settings["objects"] = [path]
    finding = toy.error()
    assert finding.rule == "wrong-architecture"
    assert finding.place.file == str(path)
    assert "libtoy.a(toy.o) is for AArch64" in finding.message


def test_a_member_that_is_no_object_is_named(toy: Toy) -> None:
    data = toy.compile().read_bytes()
    path = archive(toy)
    path.write_bytes(path.read_bytes().replace(data, b"BC\xc0\xde" + data[4:]))
    toy.settings["objects"] = [path]
    finding = toy.error()
    assert finding.rule == "not-an-object"
    assert "toy.o" in finding.message
    assert "-flto" in finding.message


def test_an_archive_without_an_index(toy: Toy) -> None:
    toy.compile()
    toy.settings["objects"] = [archive(toy, "rcS")]
    finding = toy.error()
    assert finding.rule == "not-an-object"
    assert "ranlib libtoy.a" in finding.remedy


@pytest.mark.parametrize("size", [b"-60       ", b"x         ", b"          "])
def test_an_archive_with_a_damaged_size_ends(toy: Toy, size: bytes) -> None:
    path = toy.folder / "libtoy.a"
    path.write_bytes(b"!<arch>\n" + b"toy.o/          0           0     0     100644  " + size + b"`\n" + b"x" * 80)
    toy.settings["objects"] = [path]
    assert toy.error().rule == "not-an-object"


def test_an_archive_with_a_damaged_index(toy: Toy) -> None:
    toy.compile()
    path = archive(toy)
    data = bytearray(path.read_bytes())
    data[68:72] = b"\xff\xff\xff\xff"
    path.write_bytes(bytes(data))
    toy.settings["objects"] = [path]
    assert toy.error().rule == "not-an-object"


def test_intermediate_code_of_gcc(toy: Toy) -> None:
    toy.compile("-fPIC", "-flto", "-fno-fat-lto-objects")
    finding = toy.error()
    assert finding.rule == "not-an-object"
    assert "-ffat-lto-objects" in finding.remedy


def test_an_object_without_symbols_is_not_called_absent(toy: Toy) -> None:
    toy.compile()
    subprocess.run(["strip", "-s", str(toy.object)], check=True)
    assert "(toy.o, without any global symbol)" in toy.error().message


@pytest.mark.parametrize("declared", [True, False])
def test_data_under_the_name_of_an_entry_point(toy: Toy, declared: bool) -> None:
    toy.source = "int toy_hash_compute[4] = {1, 2, 3};\n"
    toy.header = HEADER if declared else ""
    toy.compile()
    toy.header = HEADER if declared else "#include <psa/crypto.h>\n"
    finding = toy.error()
    assert finding.rule == "symbol-kind"
    assert "is data in toy.o" in finding.message


def test_a_function_where_the_header_declares_a_pointer(toy: Toy) -> None:
    toy.compile()
    pointer = PROTOTYPE.replace("toy_hash_compute(", "(*toy_hash_compute)(")
    toy.header = f"#include <psa/crypto.h>\nextern {pointer};\n"
    finding = toy.error()
    assert finding.rule == "symbol-kind"
    assert "a function pointer" in finding.message


def test_data_in_an_archive_under_the_name_of_an_entry_point(toy: Toy) -> None:
    toy.source = "int toy_hash_compute[4] = {1, 2, 3};\n"
    toy.compile()
    toy.settings["objects"] = [archive(toy)]
    assert toy.error().rule == "symbol-kind"


def test_a_symbol_that_is_defined_twice_has_a_place(toy: Toy) -> None:
    toy.compile()
    other = toy.folder / "other.o"
    shutil.copy(toy.object, other)
    toy.settings["objects"] = [toy.object, other]
    finding = toy.error()
    assert finding.rule == "link-error"
    assert finding.place.file in (str(toy.object), str(other))


def test_the_linker_is_quoted(toy: Toy) -> None:
    toy.compile()
    toy.settings["link_flags"] = ["-Wl,--no-such-option"]
    finding = toy.error()
    assert "--no-such-option" in finding.message
    assert "link_flags" in finding.remedy


# Layouts


def multipart(toy: Toy, *flags: str, size: int = 9) -> None:
    toy.description["capabilities"] = [
        {"entry_points": [f"hash_{part}" for part in MULTIPART], "algorithms": ["PSA_ALG_SHA_256"]}
    ]
    toy.header = f"#include <psa/crypto.h>\n#ifndef SIZE\n#define SIZE 1\n#endif\n{OPERATION}"
    bodies = [line.replace(";", " { (void)operation; return 0; }") for line in OPERATION.splitlines() if "psa_" in line]
    toy.source = '#include "toy.h"\n' + "\n".join(bodies)
    toy.compile("-fPIC", f"-DSIZE={size}", *flags)


@pytest.mark.parametrize("flags", [["-g", "-gz"], ["-g", "-gdwarf-4"], ["-g", "-gz", "-gdwarf-4"]])
def test_layouts_in_every_form_of_debug_information(toy: Toy, flags: list[str]) -> None:
    multipart(toy, *flags)
    finding = toy.error()
    assert finding.rule == "layout-mismatch"
    assert "toy_hash_operation_t has 36 bytes in toy.o, but 4" in finding.message


@pytest.mark.parametrize("flag", ["-gsplit-dwarf", "-fdebug-types-section"])
def test_a_layout_that_is_elsewhere_is_unverified(toy: Toy, flag: str) -> None:
    multipart(toy, "-g", flag, size=1)
    assert toy.build().layout == {"toy.o": "unverified"}


def test_layouts_of_every_unit_of_an_object(toy: Toy) -> None:
    multipart(toy, "-g", size=1)
    first = toy.folder / "first.o"
    shutil.move(toy.object, first)
    toy.source = '#include "toy.h"\ntoy_hash_operation_t toy_other;\n'
    toy.compile("-fPIC", "-g", "-DSIZE=9")
    both = toy.folder / "both.o"
    subprocess.run(["ld", "-r", "-o", str(both), str(first), str(toy.object)], check=True)
    toy.settings["objects"] = [both]
    assert toy.error().rule == "layout-mismatch"


def test_the_layout_of_a_shared_library(toy: Toy) -> None:
    multipart(toy, "-g")
    library = toy.folder / "libtoy.so"
    subprocess.run(["gcc", "-shared", "-o", str(library), str(toy.object)], check=True)
    toy.settings["objects"] = [library]
    assert toy.error().rule == "layout-mismatch"


def test_a_type_that_names_misspells(toy: Toy) -> None:
    multipart(toy, "-g", size=1)
    toy.description["capabilities"][0]["names"] = {"hash_operation_t": "toy_hash_operations_t"}
    finding = toy.error()
    assert finding.rule == "type-missing"
    assert finding.remedy == "did you mean 'toy_hash_operation_t'?"


# Headers


def test_answers_stay_with_their_questions_where_a_call_is_warned_about(tmp_path: Path) -> None:
    narrow = probe.Question(function="static int f(long a) { int b = 0; short c = a; b += c; return b; }")
    wide = probe.Question(function="static int g(long a) { return (int)a; }")
    numbers = [probe.constant(str(number)) for number in (7, 8, 9)]
    tools = Tools(find_compiler(), current(), tmp_path, Findings())
    answers = probe.ask(tools, "", [numbers[0], narrow, numbers[1], wide, numbers[2]], ["-Wno-unused-function"])
    assert [answers.values[number] for number in numbers] == [7, 8, 9]
    assert narrow in answers.failures
    assert narrow not in answers.values
    assert answers.values[wide] == 1


def test_descriptions_of_one_bundle_share_a_header_without_guards(toy: Toy) -> None:
    toy.header = "#include <psa/crypto.h>\n" + f"typedef struct {{ int x; }} toy_state_t;\n{PROTOTYPE};\n"
    toy.compile()
    second = {**toy.description, "prefix": "other", "capabilities": [dict(toy.description["capabilities"][0])]}
    second["capabilities"][0].update(algorithms=["PSA_ALG_SHA_512"], names={"hash_compute": "toy_hash_compute"})
    toy.description = [toy.description, second]
    assert [driver.prefix for driver in toy.build().drivers] == ["toy", "other"]


@pytest.mark.parametrize(
    ("settings", "rule"),
    [
        ({"flags": ["--no-such-option"]}, "header-error"),
        ({"defines": ["1x"]}, "header-error"),
        ({"compiler": "false"}, "header-error"),
        ({"compiler": "true"}, "no-compiler"),
        ({"compiler": 'gcc "-DX'}, "no-compiler"),
        ({"compiler": "no-such-compiler"}, "no-compiler"),
        ({"flags": ["-DX\0"]}, "bundle-settings"),
        ({"libraries": ["a\0"]}, "bundle-settings"),
        ({"objects": ["x" * 5000]}, "missing-file"),
        ({"objects": ["."]}, "missing-file"),
        ({"include": [__file__]}, "missing-file"),
    ],
)
def test_every_wrong_setting_has_a_finding_with_a_remedy(toy: Toy, settings: dict[str, Any], rule: str) -> None:
    toy.compile()
    toy.settings.update(settings)
    finding = toy.error()
    assert finding.rule == rule
    assert finding.remedy
    assert finding.place.file


def test_the_error_line_of_a_header_has_a_remedy(toy: Toy) -> None:
    toy.compile()
    toy.header = '#error "give a platform"\n'
    finding = toy.error()
    assert (finding.rule, finding.place.line) == ("header-error", 1)
    assert "defines" in finding.remedy


def test_a_home_directory_of_nobody(toy: Toy) -> None:
    toy.compile()
    bundle = toy.folder / "bundle.toml"
    bundle.write_text('objects = ["~no-such-user/toy.o"]\n')
    with pytest.raises(BundleError) as caught:
        load_bundle(bundle)
    assert "missing-file" in {finding.rule for finding in caught.value.findings}


@pytest.mark.parametrize("name", ["has#hash", "a b", "new\nline", "dollar$x", "back\\slash", "qu'o\"te"])
@pytest.mark.parametrize("source", [True, False])
def test_directories_with_any_name(tmp_path: Path, name: str, source: bool) -> None:
    (tmp_path / name).mkdir()
    toy = Toy(tmp_path / name)
    toy.compile()
    if source:
        toy.settings.update(objects=[], sources=[toy.folder / "toy.c"])
    assert LoadedImage(toy.build()).drivers


def test_an_object_whose_name_looks_like_an_option(toy: Toy, monkeypatch: pytest.MonkeyPatch) -> None:
    toy.compile()
    shutil.copy(toy.object, toy.folder / "-x.o")
    toy.build()
    monkeypatch.chdir(toy.folder)
    assert build_image(load_bundle("toy.json", "-x.o", include=["."])).path.is_file()


def test_an_undeclared_size_function_is_unverified(toy: Toy) -> None:
    toy.description.update(type="opaque", location=0x800001, key_context={"size_function": "toy_size"})
    toy.description["capabilities"] = [
        {
            "entry_points": ["generate_key"],
            "algorithms": ["PSA_ALG_ECDSA(PSA_ALG_ANY_HASH)"],
            "key_types": ["PSA_KEY_TYPE_ECC_KEY_PAIR(_)"],
        }
    ]
    generate = (
        "psa_status_t toy_generate_key(const psa_key_attributes_t *attributes, uint8_t *key_buffer,"
        " size_t key_buffer_size, size_t *key_buffer_length)"
    )
    toy.header = f"#include <psa/crypto.h>\n{generate};\n"
    toy.source = f'#include "toy.h"\n{generate} {{ return -134; }}\n'
    toy.source += "size_t toy_size(psa_key_type_t type, size_t bits) { return 4; }\n"
    toy.compile()
    messages = [finding.message for finding in toy.build().findings if finding.rule == "prototype-unverified"]
    assert messages == ["the prototype of toy_size is unverified: no header declares it"]


# Symbols


@pytest.mark.parametrize(
    ("declaration", "use", "flags", "remedy"),
    [
        ("int lost(void);", "(void)lost();", [], "objects"),
        ("double sin(double);", "if (sin((double)input_length) > 2) return -1;", [], 'libraries = ["m"]'),
        ("", "", ["--coverage"], "--coverage"),
        ("", "", ["-fsanitize=address"], 'link_flags = ["-fsanitize=address"]'),
    ],
)
def test_undefined_symbols_have_a_file_and_a_remedy(
    toy: Toy, declaration: str, use: str, flags: list[str], remedy: str
) -> None:
    toy.source = toy.source.replace(PROTOTYPE, f"{declaration}\n{PROTOTYPE}").replace(
        "{ (void)alg;", f"{{\n{use} (void)alg;"
    )
    toy.compile("-fPIC", "-g", *flags)
    with pytest.raises(BundleError) as caught:
        toy.build()
    for finding in caught.value.findings.errors:
        assert finding.rule == "unknown-symbol"
        assert finding.place.file == str(toy.object)
        assert remedy in finding.remedy
    if declaration:
        [finding] = caught.value.findings.errors
        assert [other.place.line for other in finding.related] == [toy.source[: toy.source.index(use)].count("\n") + 1]
        assert finding.related[0].place.file.endswith("toy.c")


def test_a_cxx_function_without_c_linkage(toy: Toy) -> None:
    source = toy.folder / "toy.cpp"
    source.write_text(f"#include <psa/crypto.h>\n{PROTOTYPE} {{ *hash_length = 0; return 0; }}\n")
    command = ["g++", "-fPIC", "-w", f"-I{OWN_HEADERS}", "-c", str(source), "-o", str(toy.object)]
    subprocess.run(command, check=True)
    assert 'extern "C"' in toy.error().remedy


# The mbedtls dialect


@pytest.mark.parametrize("given", [True, False])
def test_a_clone_function_is_used_where_the_object_has_one(toy: Toy, given: bool) -> None:
    multipart(toy, "-g", size=1)
    clone = "psa_status_t toy_hash_clone(const toy_hash_operation_t *source, toy_hash_operation_t *target)"
    toy.header = toy.header.replace("psa_status_t toy_hash_abort", f"{clone};\npsa_status_t toy_hash_abort")
    toy.source += f"\n{clone} {{ target->n[0] = source->n[0] + 1; return 0; }}\n"
    for text in ("header", "source"):
        setattr(toy, text, getattr(toy, text).replace("toy_hash_", "toy_transparent_hash_"))
    if not given:
        toy.source = toy.source[: toy.source.rindex("\npsa_status_t")]
    toy.description["psa_bridge/dialect"] = "mbedtls"
    toy.compile("-fPIC", "-g")
    image = toy.build()
    assert ("hash_clone" in image.drivers[0].functions) is given
    assert not [finding for finding in image.findings if finding.rule == "forgotten-entry-point"]
