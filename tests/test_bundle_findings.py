"""Each mistake in a bundle is a finding of its own: what is wrong, where, and what would be right."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from image_harness import OWN_HEADERS, LoadedImage

from psa_bridge.driver.bundle import BundleError, Image, build_image, load_bundle
from psa_bridge.driver.findings import Finding

PROTOTYPE = (
    "psa_status_t toy_hash_compute(psa_algorithm_t alg, const uint8_t *input, size_t input_length, uint8_t *hash,"
    " size_t hash_size, size_t *hash_length)"
)
BODY = "{ (void)alg; (void)input; (void)input_length; (void)hash; (void)hash_size; *hash_length = 0; return 0; }"
HEADER = f"#include <psa/crypto.h>\n{PROTOTYPE};\n"
SOURCE = f'#include "toy.h"\n{PROTOTYPE} {BODY}\n'
CAPABILITY = {"entry_points": ["hash_compute"], "algorithms": ["PSA_ALG_SHA_256"]}
DESCRIPTION: dict[str, Any] = {
    "prefix": "toy",
    "type": "transparent",
    "headers": ["toy.h"],
    "capabilities": [CAPABILITY],
}


class Toy:
    """A small right driver, to be spoilt in one place."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.header = HEADER
        self.source = SOURCE
        self.description = json.loads(json.dumps(DESCRIPTION))
        self.settings: dict[str, Any] = {}
        self.object = folder / "toy.o"

    def compile(self, *flags: str, name: str = "toy") -> Path:
        (self.folder / "toy.h").write_text(self.header)
        source, target = self.folder / f"{name}.c", self.folder / f"{name}.o"
        source.write_text(self.source)
        command = ["gcc", *(flags or ("-fPIC",)), "-w", f"-I{OWN_HEADERS}", "-c", str(source), "-o", str(target)]
        subprocess.run(command, check=True)
        return target

    def build(self) -> Image:
        (self.folder / "toy.h").write_text(self.header)
        path = self.folder / "toy.json"
        path.write_text(json.dumps(self.description))
        settings = {"objects": [self.object], "include": [self.folder], **self.settings}
        return build_image(load_bundle(path, **settings))

    def error(self) -> Finding:
        with pytest.raises(BundleError) as caught:
            self.build()
        [finding] = caught.value.findings.errors
        return finding


@pytest.fixture
def toy(tmp_path: Path) -> Toy:
    return Toy(tmp_path)


def test_the_unspoilt_driver_has_no_findings(toy: Toy) -> None:
    toy.compile("-fPIC", "-g")
    assert list(toy.build().findings) == []


# Objects


@pytest.mark.parametrize(("machine", "name"), [(40, "ARM"), (183, "AArch64"), (243, "RISC-V")])
def test_wrong_architecture(toy: Toy, machine: int, name: str) -> None:
    data = bytearray(toy.compile().read_bytes())
    data[18:20] = machine.to_bytes(2, "little")
    toy.object.write_bytes(data)
    finding = toy.error()
    assert finding.rule == "wrong-architecture"
    assert f"toy.o is for {name}" in finding.message
    assert finding.place.file.endswith("toy.o")


def test_an_object_of_32_bits(toy: Toy) -> None:
    data = bytearray(toy.compile().read_bytes())
    header = bytearray(data[:52])
    header[4] = 1
    header[18:20] = (3).to_bytes(2, "little")
    header[32:36] = bytes(4)
    toy.object.write_bytes(header)
    finding = toy.error()
    assert finding.rule == "wrong-architecture"
    assert "x86 (32 bits)" in finding.message


def test_an_object_that_is_not_position_independent(toy: Toy) -> None:
    table = "const uint8_t table[300] = {1}; uint8_t at(size_t i); uint8_t at(size_t i) { return table[i]; }\n"
    toy.source += "const uint8_t *pointer(void);\n" + table + "const uint8_t *pointer(void) { return table; }\n"
    toy.compile("-fno-pic", "-fno-pie", "-mcmodel=small")
    finding = toy.error()
    assert finding.rule == "not-pic"
    assert "R_X86_64_32" in finding.message
    assert "-fPIC" in finding.remedy
    assert "isolated process" in finding.remedy


def test_data_of_another_library_reached_without_its_table(toy: Toy) -> None:
    toy.source += "#include <stdio.h>\nvoid *out(void);\nvoid *out(void) { return stdout; }\n"
    toy.compile("-fPIE")
    finding = toy.error()
    assert finding.rule == "not-pic"
    assert "stdout" in finding.message


@pytest.mark.parametrize(
    ("content", "what"),
    [(b"", "empty"), (b"int main(void);\n", "source code"), (b"{}", "JSON"), (b"\x7fELF" + b"\1" * 60, "damaged")],
)
def test_a_file_that_is_no_object(toy: Toy, content: bytes, what: str) -> None:
    toy.compile()
    toy.object.write_bytes(content)
    finding = toy.error()
    assert finding.rule == "not-an-object"
    assert what in finding.message


def test_a_truncated_object(toy: Toy) -> None:
    data = toy.compile().read_bytes()
    toy.object.write_bytes(data[: len(data) // 2])
    assert toy.error().rule == "not-an-object"


# Prototypes


def test_a_mismatched_prototype(toy: Toy) -> None:
    toy.compile()
    toy.header = HEADER.replace("size_t hash_size", "uint32_t hash_size")
    finding = toy.error()
    assert finding.rule == "prototype-mismatch"
    assert finding.place.file.endswith("toy.h")
    assert finding.place.line == 2
    assert "uint32_t hash_size" in finding.detail
    assert f"expected: {PROTOTYPE};" in finding.detail
    assert finding.related[0].place.json_path == "$.capabilities[0].entry_points[0]"


@pytest.mark.parametrize("memory", [True, False, None])
def test_memory_that_the_capability_does_not_ask_for_is_void(toy: Toy, memory: bool | None) -> None:
    prototype = (
        "psa_status_t toy_derive_key(const psa_key_attributes_t *attributes, const uint8_t *input,"
        " size_t input_length, toy_derive_key_memory_t *memory, uint8_t *key_buffer, size_t key_buffer_size,"
        " size_t *key_buffer_length)"
    )
    toy.header = f"#include <psa/crypto.h>\ntypedef struct {{ int n; }} toy_derive_key_memory_t;\n{prototype};\n"
    toy.source = f'#include "toy.h"\n{prototype} {{ *key_buffer_length = 0; return memory->n; }}\n'
    toy.compile("-fPIC", "-g")
    capability = {"entry_points": ["derive_key"], "derived_types": ["PSA_KEY_TYPE_RSA_KEY_PAIR"]}
    toy.description["capabilities"] = [capability if memory is None else {**capability, "memory": memory}]
    if memory:
        assert list(toy.build().findings) == []
        return
    finding = toy.error()
    assert finding.rule == "prototype-mismatch"
    assert "void *memory" in finding.detail
    assert '"memory": true' in finding.remedy


@pytest.mark.parametrize("name", ["pake_get_implicit_key", "pake_get_shared_key"])
def test_a_family_takes_either_name_of_a_member(tmp_path: Path, name: str) -> None:
    for path in (Path(__file__).parent / "bundles" / "pake").iterdir():
        text = path.read_text(encoding="utf-8").replace("witness_pake_get_implicit_key", f"witness_{name}")
        (tmp_path / path.name).write_text(text, encoding="utf-8")
    assert list(build_image(load_bundle(tmp_path)).findings) == []


def test_a_macro_whose_call_needs_a_conversion(toy: Toy) -> None:
    toy.header = (
        "#include <psa/crypto.h>\n"
        "psa_status_t toy_run(uint8_t *input, unsigned char length, uint8_t *hash, size_t size, size_t *made);\n"
        "#define toy_hash_compute(alg, input, length, hash, size, made)"
        " toy_run((uint8_t *)(input), length, hash, size, made)\n"
    )
    toy.source = (
        '#include "toy.h"\n'
        "psa_status_t toy_run(uint8_t *input, unsigned char length, uint8_t *hash, size_t size, size_t *made)"
        " { *made = 0; return 0; }\n"
    )
    toy.compile()
    finding = toy.error()
    assert finding.rule == "prototype-mismatch"
    assert "#define toy_hash_compute(alg, input" in finding.detail
    assert "unsigned char" in finding.detail
    assert finding.place.line == 3


def test_a_function_that_nothing_declares_is_unverified(toy: Toy) -> None:
    toy.source = f"#include <psa/crypto.h>\n{PROTOTYPE} {BODY}\n"
    toy.compile("-fPIC", "-g")
    toy.header = "#include <psa/crypto.h>\n"
    image = toy.build()
    [finding] = image.findings
    assert (finding.rule, finding.is_error) == ("prototype-unverified", False)
    assert finding.detail == f"{PROTOTYPE};"
    assert LoadedImage(image).driver("toy").call("hash_compute", 0x02000009, b"") == [b""]


def test_a_declaration_without_parameters_is_unverified(toy: Toy) -> None:
    toy.compile("-fPIC", "-g")
    toy.header = "#include <psa/crypto.h>\npsa_status_t toy_hash_compute();\n"
    [finding] = toy.build().findings
    assert finding.rule == "prototype-unverified"
    assert "without parameters" in finding.message
    assert finding.related[0].place.line == 2


def test_an_operation_type_that_no_header_defines(toy: Toy) -> None:
    toy.compile()
    toy.header = HEADER + "typedef struct { int x; } toy_hash_operaton_t;\n"
    toy.description["capabilities"][0]["entry_points"] = ["hash_multipart"]
    with pytest.raises(BundleError) as caught:
        toy.build()
    finding = caught.value.findings.errors[0]
    assert finding.rule == "type-missing"
    assert "toy_hash_operation_t" in finding.message
    assert finding.remedy == "did you mean 'toy_hash_operaton_t'?"


# Symbols


def test_a_misspelt_entry_point_of_the_object(toy: Toy) -> None:
    toy.source = SOURCE.replace("toy_hash_compute", "toy_hash_compuet")
    toy.compile()
    finding = toy.error()
    assert finding.rule == "missing-entry-point"
    assert "did you mean 'toy_hash_compuet' in toy.o?" in finding.message
    assert finding.place.json_path == "$.capabilities[0].entry_points[0]"


def test_an_entry_point_that_is_nowhere(toy: Toy) -> None:
    toy.source = '#include "toy.h"\nint unrelated;\n'
    toy.compile()
    finding = toy.error()
    assert finding.rule == "missing-entry-point"
    assert "toy_hash_compute for hash_compute is not defined by the objects" in finding.message


@pytest.mark.parametrize(
    ("symbol", "remedy"),
    [
        ("toy_register_write", "add the object"),
        ("mbedtls_aes_init", "mbedcrypto"),
        ("psa_import_key", "does not offer"),
        ("psa_driver_wrapper_sing_hash", "did you mean 'sign_hash'?"),
    ],
)
def test_an_unknown_symbol(toy: Toy, symbol: str, remedy: str) -> None:
    # Under a name of its own, so that no declaration of the headers is in the way.
    toy.source = SOURCE + f'void other(void) __asm__("{symbol}");\nvoid go(void);\nvoid go(void) {{ other(); }}\n'
    toy.compile()
    finding = toy.error()
    assert finding.rule == "unknown-symbol"
    assert f"toy.o needs {symbol}, which nobody supplies" in finding.message
    assert remedy in finding.remedy


def test_several_unknown_symbols_are_reported_together(toy: Toy) -> None:
    toy.source = SOURCE.replace("{ (void)alg;", "{ extern void a(void), b(void); a(); b(); (void)alg;")
    toy.compile()
    with pytest.raises(BundleError) as caught:
        toy.build()
    assert [f.rule for f in caught.value.findings.errors] == ["unknown-symbol", "unknown-symbol"]


def test_a_symbol_that_two_objects_define(toy: Toy) -> None:
    toy.compile()
    toy.settings["objects"] = [toy.object, toy.compile(name="again")]
    finding = toy.error()
    assert finding.rule == "link-error"
    assert "toy_hash_compute is defined twice" in finding.message


def test_an_entry_point_of_the_other_driver_type_is_a_warning(toy: Toy) -> None:
    toy.source = SOURCE + "int toy_destroy_key(void); int toy_destroy_key(void) { return 0; }\n"
    toy.compile("-fPIC", "-g")
    [finding] = toy.build().findings
    assert (finding.rule, finding.is_error) == ("outside-interface", False)
    assert "only opaque drivers have destroy_key" in finding.message


def test_a_prefixed_function_that_looks_misspelt_is_a_warning(toy: Toy) -> None:
    toy.source = SOURCE + "int toy_hash_updaet(void); int toy_hash_updaet(void) { return 0; }\n"
    toy.compile("-fPIC", "-g")
    [finding] = toy.build().findings
    assert finding.rule == "outside-interface"
    assert "did you mean 'hash_update'?" in finding.message


# Headers, conditions and constants


def test_a_header_that_is_not_found(toy: Toy) -> None:
    toy.compile()
    toy.description["headers"] = ["toys.h"]
    finding = toy.error()
    assert finding.rule == "header-not-found"
    assert "the header 'toys.h' was not found" in finding.message
    assert finding.place.json_path == "$.headers[0]"
    assert finding.remedy == "did you mean 'toy.h'?"


def test_a_header_that_another_header_includes(toy: Toy) -> None:
    toy.compile()
    toy.header = HEADER + '#include "deeper.h"\n'
    finding = toy.error()
    assert finding.rule == "header-not-found"
    assert (Path(finding.place.file).name, finding.place.line) == ("toy.h", 3)


def test_a_header_that_does_not_compile(toy: Toy) -> None:
    toy.compile()
    toy.header = HEADER + "#error wrong board\n"
    finding = toy.error()
    assert finding.rule == "header-error"
    assert "wrong board" in finding.message


def test_a_header_with_a_syntax_error(toy: Toy) -> None:
    toy.compile()
    toy.header = HEADER + "int broken(;\n"
    finding = toy.error()
    assert finding.rule == "header-error"
    assert (Path(finding.place.file).name, finding.place.line) == ("toy.h", 3)


@pytest.mark.parametrize("level", ["driver", "capability"])
def test_conditions_that_leave_nothing(toy: Toy, level: str) -> None:
    toy.compile()
    toy.settings["dialect"] = "mbedtls"
    toy.description["capabilities"][0]["names"] = {"hash_compute": "toy_hash_compute"}
    owner = toy.description if level == "driver" else toy.description["capabilities"][0]
    owner["mbedtls/h_condition" if level == "driver" else "mbedtls/c_condition"] = "defined(TOY_ON)"
    finding = toy.error()
    assert finding.rule == "empty-conditions"
    assert "defined(TOY_ON)" in finding.message
    toy.settings["defines"] = ["TOY_ON"]
    assert [d.dialect for d in toy.build().drivers] == ["mbedtls"]


def opaque(toy: Toy, location: object) -> None:
    toy.compile("-fPIC", "-g")
    toy.source = ""
    signature = "psa_status_t toy_destroy_key(const psa_key_attributes_t *, const uint8_t *, size_t)"
    toy.header = f"#include <psa/crypto.h>\n{signature};\n#define TOY_PLACE 0x800003\n"
    toy.source = (
        '#include "toy.h"\n'
        "psa_status_t toy_destroy_key(const psa_key_attributes_t *a, const uint8_t *k, size_t n) { return 0; }\n"
        "psa_status_t toy_allocate_key(const psa_key_attributes_t *a, uint8_t *k, size_t n) { return 0; }\n"
    )
    toy.compile("-fPIC", "-g")
    toy.description.update(type="opaque", location=location, key_context={})
    toy.description["capabilities"] = [{"entry_points": ["destroy_key", "allocate_key"]}]


@pytest.mark.parametrize("text", ["TOY_PLAICE", "TOY_PLACE + sizeof(toy_thing_t)", "toy_destroy_key"])
def test_a_location_that_is_no_constant(toy: Toy, text: str) -> None:
    opaque(toy, text)
    finding = toy.error()
    assert finding.rule == "not-a-constant"
    assert finding.place.json_path == "$.location"
    assert text in finding.message
    assert finding.detail, "the compiler's own words"


def test_a_location_out_of_range(toy: Toy) -> None:
    opaque(toy, "TOY_PLACE * 16")
    finding = toy.error()
    assert finding.rule == "constant-range"
    assert "0x8000030" in finding.message


def test_a_right_location_macro(toy: Toy) -> None:
    opaque(toy, "TOY_PLACE")
    [driver] = toy.build().drivers
    assert driver.location == 0x800003


def test_headers_with_another_value_for_an_algorithm_are_a_warning(toy: Toy) -> None:
    toy.header = HEADER + "#undef PSA_ALG_SHA_256\n#define PSA_ALG_SHA_256 ((psa_algorithm_t)0x02000008)\n"
    toy.compile("-fPIC", "-g")
    [finding] = toy.build().findings
    assert (finding.rule, finding.is_error) == ("value-differs", False)
    assert finding.place.json_path == "$.capabilities[0].algorithms[0]"


def test_an_algorithm_that_old_headers_do_not_know(toy: Toy) -> None:
    toy.compile()
    toy.header = HEADER + "#undef PSA_ALG_SHA_256\n"
    finding = toy.error()
    assert finding.rule == "not-a-constant"
    assert "the algorithm 'PSA_ALG_SHA_256'" in finding.message


def test_names_of_both_dialects_are_a_tie(toy: Toy) -> None:
    toy.header = HEADER + PROTOTYPE.replace("toy_hash", "toy_transparent_hash") + ";\n"
    toy.source = SOURCE + PROTOTYPE.replace("toy_hash", "toy_transparent_hash") + BODY + "\n"
    toy.compile()
    finding = toy.error()
    assert finding.rule == "dialect-unclear"
    toy.settings["dialect"] = "psa"
    assert [d.functions["hash_compute"] for d in toy.build().drivers] == ["toy_hash_compute"]


# Files and settings


@pytest.mark.parametrize("key", ["objects", "sources", "include", "libraries"])
def test_a_missing_file(toy: Toy, key: str) -> None:
    toy.compile()
    toy.settings[key] = ["nowhere/thing.o" if key != "libraries" else "nowhere/libthing.a"]
    (toy.folder / "toy.json").write_text(json.dumps(toy.description))
    with pytest.raises(BundleError) as caught:
        toy.build()
    assert "missing-file" in [finding.rule for finding in caught.value.findings.errors]
    assert "nowhere" in str(caught.value)


def test_a_library_that_the_linker_does_not_find(toy: Toy) -> None:
    toy.compile()
    toy.settings["libraries"] = ["surely_not_there"]
    finding = toy.error()
    assert finding.rule == "missing-file"
    assert "libsurely_not_there.a" in finding.message


def test_a_missing_description_names_a_similar_file(toy: Toy) -> None:
    (toy.folder / "driver.json").write_text("{}")
    with pytest.raises(BundleError) as caught:
        load_bundle(toy.folder / "drivr.json")
    [finding] = caught.value.findings.errors
    assert finding.remedy == "did you mean 'driver.json'?"


def test_a_bundle_file_with_an_unknown_key(toy: Toy) -> None:
    file = toy.folder / "bundle.toml"
    file.write_text('object = ["toy.o"]\n')
    with pytest.raises(BundleError) as caught:
        load_bundle(file)
    finding = caught.value.findings.errors[0]
    assert finding.rule == "bundle-settings"
    assert finding.remedy == "did you mean 'objects'?"


@pytest.mark.parametrize("text", ["objects = 3", 'dialect = ["psa"]', "objects = [=", 'defines = ["A", 1]'])
def test_a_bundle_file_with_a_wrong_value(toy: Toy, text: str) -> None:
    file = toy.folder / "bundle.toml"
    file.write_text(f"# a bundle\n{text}\n")
    with pytest.raises(BundleError) as caught:
        load_bundle(file)
    finding = caught.value.findings.errors[0]
    assert (finding.rule, finding.place.line) == ("bundle-settings", 2)


def test_a_missing_file_of_a_bundle_file_has_its_line(toy: Toy) -> None:
    file = toy.folder / "bundle.toml"
    file.write_text('descriptions = []\n\ninclude = ["nowhere"]\n')
    with pytest.raises(BundleError) as caught:
        load_bundle(file)
    assert {finding.place.line for finding in caught.value.findings if "nowhere" in finding.message} == {3}


def test_a_bundle_file_gives_paths_relative_to_itself(toy: Toy, monkeypatch: pytest.MonkeyPatch) -> None:
    toy.compile("-fPIC", "-g")
    (toy.folder / "toy.json").write_text(json.dumps(toy.description))
    (toy.folder / "bundle.toml").write_text('descriptions = ["toy.json"]\nobjects = ["toy.o"]\ninclude = ["."]\n')
    monkeypatch.chdir("/")
    assert [driver.prefix for driver in build_image(load_bundle(toy.folder)).drivers] == ["toy"]


def test_a_star_in_a_bundle_file_stands_for_the_files_that_match(toy: Toy) -> None:
    (toy.folder / "toy.json").write_text(json.dumps(toy.description))
    for name in ("b.c", "a.c", "a.h"):
        (toy.folder / name).write_text("")
    (toy.folder / "folder.c").mkdir()
    (toy.folder / "bundle.toml").write_text('descriptions = ["toy.json"]\nsources = ["*.c"]\n')
    assert [path.name for path in load_bundle(toy.folder).settings.sources] == ["a.c", "b.c"]


def test_a_star_that_matches_nothing_is_a_missing_file(toy: Toy) -> None:
    (toy.folder / "toy.json").write_text(json.dumps(toy.description))
    (toy.folder / "bundle.toml").write_text('descriptions = ["toy.json"]\nsources = ["*.cpp"]\n')
    with pytest.raises(BundleError) as caught:
        load_bundle(toy.folder)
    [finding] = caught.value.findings.errors
    assert (finding.rule, finding.place.line) == ("missing-file", 2)
    assert "*.cpp" in finding.message


def test_a_source_with_an_error_names_file_and_line(toy: Toy) -> None:
    toy.compile()
    (toy.folder / "bad.c").write_text("int x;\nint y = ;\n")
    toy.settings["sources"] = [toy.folder / "bad.c"]
    finding = toy.error()
    assert finding.rule == "source-error"
    assert (Path(finding.place.file).name, finding.place.line) == ("bad.c", 2)


def test_a_compiler_that_is_not_there(toy: Toy) -> None:
    toy.compile()
    toy.settings["compiler"] = "gcc-of-the-future"
    finding = toy.error()
    assert finding.rule == "no-compiler"


def test_errors_of_several_steps_come_together(toy: Toy) -> None:
    toy.compile()
    toy.header = HEADER.replace("size_t hash_size", "uint32_t hash_size")
    toy.description["capabilities"].append({"entry_points": ["init"], "names": {"init": "toy_start"}})
    toy.description["capabilities"].append({"entry_points": ["hash_compute"], "algorithms": ["PSA_ALG_SHA_512"]})
    toy.description["capabilities"][2]["names"] = {"hash_compute": "toy_long_hash"}
    with pytest.raises(BundleError) as caught:
        toy.build()
    rules = {finding.rule for finding in caught.value.findings}
    assert {"prototype-mismatch", "missing-entry-point"} <= rules


def test_a_companion_core_that_would_answer_is_a_warning(toy: Toy) -> None:
    library = toy.folder / "core.c"
    library.write_text("int psa_sign_hash(void); int psa_sign_hash(void) { return -137; }\n")
    subprocess.run(["gcc", "-fPIC", "-c", str(library), "-o", str(toy.folder / "core.o")], check=True)
    archive = toy.folder / "libcore.a"
    subprocess.run(["ar", "rcs", str(archive), str(toy.folder / "core.o")], check=True)
    toy.source = SOURCE.replace("{ (void)alg;", "{ psa_sign_hash(0, 0, 0, 0, 0, 0, 0); (void)alg;")
    toy.compile("-fPIC", "-g")
    toy.settings["libraries"] = [str(archive)]
    [finding] = toy.build().findings
    assert finding.rule == "second-core"
    assert "psa_sign_hash is answered by libcore.a(core.o)" in finding.message


def test_two_opaque_drivers_at_one_location_are_found_after_compilation(toy: Toy) -> None:
    opaque(toy, "TOY_PLACE")
    other = toy.folder / "other.json"
    names = {"destroy_key": "toy_destroy_key", "allocate_key": "toy_allocate_key"}
    second = {**toy.description, "prefix": "other", "location": "TOY_PLACE + 0"}
    second["capabilities"] = [{**toy.description["capabilities"][0], "names": names}]
    other.write_text(json.dumps(second))
    (toy.folder / "toy.json").write_text(json.dumps(toy.description))
    with pytest.raises(BundleError) as caught:
        build_image(load_bundle(toy.folder / "toy.json", other, objects=[toy.object], include=[toy.folder]))
    assert "location-twice" in [finding.rule for finding in caught.value.findings.errors]


def test_code_of_the_large_model_is_not_position_independent(toy: Toy) -> None:
    toy.source += "extern int far; int far = 1; int read_far(void); int read_far(void) { return far; }\n"
    toy.compile("-fno-pic", "-fno-pie", "-mcmodel=large")
    finding = toy.error()
    assert finding.rule == "not-pic"
    assert "R_X86_64_64 in .rela.text" in finding.message or "R_X86_64_64 in .text" in finding.message
    toy.compile("-fPIC", "-mcmodel=large")
    assert not toy.build().findings.errors


@pytest.mark.parametrize("name", ["g++", "c++", "/usr/bin/g++", "g++ -O2"])
def test_a_compiler_of_cxx_is_told_apart(toy: Toy, name: str) -> None:
    toy.compile()
    toy.settings["compiler"] = name
    finding = toy.error()
    assert finding.rule == "no-compiler"
    assert "compiles C++" in finding.message


@pytest.mark.parametrize("definition", ["#define int long", "#define static", "#define return"])
def test_a_header_that_redefines_a_keyword(toy: Toy, definition: str) -> None:
    toy.compile()
    toy.header = f"{HEADER}{definition}\n"
    finding = toy.error()
    assert finding.rule == "header-keyword"
    assert (finding.place.file.rsplit("/", 1)[-1], finding.place.line) == ("toy.h", 3)


def test_a_function_with_a_symbol_of_another_name(toy: Toy) -> None:
    toy.header = f'#include <psa/crypto.h>\n{PROTOTYPE} __asm__("vendor_" "hash");\n'
    toy.compile("-fPIC", "-g")
    image = toy.build()
    assert list(image.findings) == []
    assert LoadedImage(image).driver("toy")


def test_an_operation_context_beyond_what_the_core_allocates(toy: Toy) -> None:
    setup = "psa_status_t toy_hash_setup(toy_hash_operation_t *operation, psa_algorithm_t alg)"
    update = "psa_status_t toy_hash_update(toy_hash_operation_t *operation, const uint8_t *input, size_t input_length)"
    finish = (
        "psa_status_t toy_hash_finish(toy_hash_operation_t *operation, uint8_t *hash, size_t hash_size,"
        " size_t *hash_length)"
    )
    abort = "psa_status_t toy_hash_abort(toy_hash_operation_t *operation)"
    functions = [setup, update, finish, abort]
    toy.header = "#include <psa/crypto.h>\ntypedef struct { uint8_t x[(1 << 24) + 1]; } toy_hash_operation_t;\n"
    toy.header += "".join(f"{function};\n" for function in functions)
    toy.source = '#include "toy.h"\n' + "".join(f"{function} {{ return 0; }}\n" for function in functions)
    toy.description["capabilities"] = [{**CAPABILITY, "entry_points": ["hash_multipart"]}]
    toy.compile()
    finding = toy.error()
    assert finding.rule == "context-too-large"
    assert "16777217 bytes" in finding.message


def test_a_size_function_that_is_data(toy: Toy) -> None:
    toy.description.update(type="opaque", location=0x800001, key_context={"size_function": "toy_size"})
    key_types = ["PSA_KEY_TYPE_ECC_KEY_PAIR(_)"]
    toy.description["capabilities"] = [{"entry_points": ["generate_key"], "key_types": key_types}]
    generate = (
        "psa_status_t toy_generate_key(const psa_key_attributes_t *attributes, uint8_t *key_buffer,"
        " size_t key_buffer_size, size_t *key_buffer_length)"
    )
    toy.header = f"#include <psa/crypto.h>\n{generate};\n"
    toy.source = f'#include "toy.h"\n{generate} {{ return -134; }}\nsize_t toy_size = 4;\n'
    toy.compile()
    finding = toy.error()
    assert finding.rule == "symbol-kind"
    assert "toy_size is data in toy.o" in finding.message


def test_places_do_not_depend_on_the_base_directory_of_ccache(toy: Toy, monkeypatch: pytest.MonkeyPatch) -> None:
    wrapper = toy.folder / "gcc"
    wrapper.write_text('#!/bin/sh\ntest -z "$CCACHE_BASEDIR" && exec /usr/bin/gcc "$@"\n')
    wrapper.chmod(0o755)
    monkeypatch.setenv("CCACHE_BASEDIR", "/")
    toy.compile("-fPIC", "-g")
    toy.settings["compiler"] = str(wrapper)
    assert list(toy.build().findings) == []
