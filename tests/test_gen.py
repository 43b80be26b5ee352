"""Emitters, each on a table of two rows, against the text they have to give."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from psa_bridge.gen import api, calls, cdef, ctext, linked, ops, pack, plans, reference
from psa_bridge.gen.files import table_files, write_files
from psa_bridge.paths import INCLUDE
from psa_bridge.spec.entry_points import EntryPoint, Family
from psa_bridge.spec.plans import Alternative, Plan

ROWS = (
    EntryPoint("mix", "op alg in out:mixed", ("transparent",), "mixing", ("alg",), "mix_operation", "step"),
    EntryPoint("stop", "", ("opaque",), "mixing", (), returns="void"),
)


def body(text: str) -> str:
    """A generated file without the comment at its top."""
    return text.split("*/\n", 1)[1]


def test_ops_header() -> None:
    text = body(ops.emit(ROWS))
    assert (
        """typedef enum psab_entry_point {
    PSAB_EP_MIX = 0,
    PSAB_EP_STOP = 1
} psab_entry_point_t;
#define PSAB_EP_COUNT 2
"""
        in text
    )
    assert (
        """typedef enum psab_context {
    PSAB_CONTEXT_MIX_OPERATION = 0
} psab_context_t;
#define PSAB_CONTEXT_COUNT 1
"""
        in text
    )
    assert (
        """typedef struct psab_ops {
    psab_status_t (*mix)(void *driver, void *operation, uint32_t alg, const uint8_t *input, size_t input_length,
        uint8_t *mixed, size_t mixed_size, size_t *mixed_length);
    psab_status_t (*stop)(void *driver);
} psab_ops_t;
"""
        in text
    )
    assert f"#define PSAB_TABLE_HASH 0x{ops.table_hash(ROWS):08x}u\n" in text


def test_table_hash_depends_on_order_and_types() -> None:
    assert len({ops.table_hash(ROWS), ops.table_hash(ROWS[::-1]), ops.table_hash(ROWS[:1])}) == 3


def test_packing_stub() -> None:
    assert """\
static psab_status_t pack_mix(void *driver, void *operation, uint32_t alg, const uint8_t *input, size_t input_length,
    uint8_t *mixed, size_t mixed_size, size_t *mixed_length)
{
    const psab_packed_driver_t *packed = (const psab_packed_driver_t *)driver;
    psab_value_t values[] = {
        {PSAB_TAG_CONTEXT, 1, {.context = {operation, 0, PSAB_CONTEXT_MIX_OPERATION}}},
        {PSAB_TAG_SCALAR, 0, {.scalar = alg}},
        {PSAB_TAG_INPUT, 0, {.input = {input, input_length}}},
        {PSAB_TAG_OUTPUT, 0, {.output = {mixed, mixed_size, mixed_length}}},
    };
    return packed->call(packed->user, PSAB_EP_MIX, values, 4);
}

static psab_status_t pack_stop(void *driver)
{
    const psab_packed_driver_t *packed = (const psab_packed_driver_t *)driver;
    return packed->call(packed->user, PSAB_EP_STOP, NULL, 0);
}
""" in pack.emit_source(ROWS)


def test_unpacking_stub() -> None:
    assert """static psab_status_t unpack_mix(const psab_ops_t *ops, void *driver, const psab_value_t *values)
{
    if (values[0].u.context.kind != PSAB_CONTEXT_MIX_OPERATION ||
        exceeds(values[1].u.scalar, UINT32_MAX) ||
        values[3].u.output.length == NULL) {
        return STATUS_INVALID_ARGUMENT;
    }
    return psab_call_mix(ops, driver, values[0].u.context.data, (uint32_t)values[1].u.scalar, values[2].u.input.data,
        values[2].u.input.length, values[3].u.output.data, values[3].u.output.size, values[3].u.output.length);
}

static psab_status_t unpack_stop(const psab_ops_t *ops, void *driver, const psab_value_t *values)
{
    (void)values;
    return psab_call_stop(ops, driver);
}
""" in pack.emit_source(ROWS)


def test_calls_unset_the_lengths_of_outputs() -> None:
    assert """psab_status_t psab_call_mix(const psab_ops_t *ops, void *driver,
    void *operation, uint32_t alg, const uint8_t *input, size_t input_length, uint8_t *mixed, size_t mixed_size,
    size_t *mixed_length)
{
    *mixed_length = PSAB_LENGTH_UNSET;
    return ops->mix(driver, operation, alg, input, input_length, mixed, mixed_size, mixed_length);
}
""" in calls.emit(ROWS)


def test_row_metadata() -> None:
    assert """    [PSAB_EP_MIX] = {"mix", 4, {PSAB_TAG_CONTEXT, PSAB_TAG_SCALAR, PSAB_TAG_INPUT, PSAB_TAG_OUTPUT},
        PSAB_MATCH_ALG, PSAB_LIFE_STEP, PSAB_CONTEXT_MIX_OPERATION, 1, -1, -1, 0, false, 0x0039e62d},
    [PSAB_EP_STOP] = {"stop", 0, {0},
        0, PSAB_LIFE_NONE, -1, -1, -1, -1, -1, true, 0x0039e62d},
""" in pack.emit_source(ROWS)


@pytest.mark.parametrize(
    ("words", "index"), [("attrs key", 0), ("attrs:new attrs key", 1), ("alg attrs in", 1), ("alg in", -1)]
)
def test_call_is_routed_by_the_attributes_of_the_key_it_uses(words: str, index: int) -> None:
    assert pack.matched_attributes(EntryPoint("x", words, ("opaque",), "f")) == index


def test_plans() -> None:
    plan = Plan("blend", (Alternative("mix", ("mix",)), Alternative("both", ("mix", "stop"), ("stop",))))
    assert "    PSAB_PLAN_BLEND = 0\n" in plans.emit_header([plan])
    assert "#define PSAB_ALT_BLEND_MIX 0\n#define PSAB_ALT_BLEND_BOTH 1\n" in plans.emit_header([plan])
    assert """static const uint16_t plan_blend_0_required[] = {PSAB_EP_MIX};
static const uint16_t plan_blend_1_required[] = {PSAB_EP_MIX, PSAB_EP_STOP};
static const uint16_t plan_blend_1_optional[] = {PSAB_EP_STOP};
static const psab_alternative_t plan_blend[] = {
    {"mix", plan_blend_0_required, 1, NULL, 0, ""},
    {"both", plan_blend_1_required, 2, plan_blend_1_optional, 1, ""},
};

const psab_plan_row_t psab_plans[PSAB_PLAN_COUNT] = {
    [PSAB_PLAN_BLEND] = {"blend", plan_blend, 2},
};
""" in plans.emit_source([plan])


HEADER = """
/** Mix; psa_status_t psa_not_this(void); */
psa_status_t psa_mix(const psa_key_attributes_t *attributes, const uint8_t
                     *input, size_t input_length);
psa_key_id_t psa_get_key_id(const psa_key_attributes_t *attributes);
psa_status_t psa_stop(void);
psa_status_t psa_later(size_t n);
"""
SOURCES = (
    "psa_status_t psab_mix(psab_core_t *core, const psa_key_attributes_t *attributes,\n    int x)\n{\n}\n",
    "psa_status_t psab_stop(psab_core_t *core)\n{\n}\npsa_status_t psab_later(psab_core_t *core, size_t n);\n"
    "static psa_status_t psab_later(psab_core_t *core)\n{\n}\n",
)


def test_api_declares_and_wraps_what_the_core_defines() -> None:
    functions, available = api.functions(HEADER), api.defined(SOURCES)
    assert [function.name for function in functions] == ["mix", "stop", "later"]
    assert available == {"mix", "stop"}
    declared = api.emit_header(functions, available)
    assert (
        """psa_status_t psab_mix(psab_core_t *core, const psa_key_attributes_t *attributes, const uint8_t *input,
    size_t input_length);
psa_status_t psab_stop(psab_core_t *core);
"""
        in declared
    )
    assert (
        body(api.emit_source(functions, available))
        == """#include "psab/api.h"

psa_status_t psa_mix(const psa_key_attributes_t *attributes, const uint8_t *input, size_t input_length)
{
    return psab_mix(psab_core_default(), attributes, input, input_length);
}

psa_status_t psa_stop(void)
{
    return psab_stop(psab_core_default());
}
"""
    )


def test_linked_in_list_ends_with_null() -> None:
    assert linked.emit(["first", "second"]).endswith("[] = {\n    first,\n    second,\n    NULL,\n};\n")


PREPROCESSED = """# 1 "/usr/include/stdint.h" 1
typedef unsigned int uint32_t;
# 1 "/own/psab/x.h" 1
_Static_assert(sizeof(int) == 4, "int");
typedef uint32_t (*call_t)(void *driver, int n);
typedef struct thing { uint32_t a; struct { int b[2]; } c; } thing_t;
extern const thing_t things[3];
extern const thing_t elsewhere;
uint32_t present(const thing_t *t) __attribute__((warn_unused_result));
uint32_t absent(int);
static inline int twice(int n) { if (n) { return 2 * n; } return 0; }
enum numbers { ONE = 1, TWO };
"""


def test_cdef_has_our_declarations_and_only_what_is_defined() -> None:
    text = cdef.own_text(PREPROCESSED, lambda path: path.startswith("/own/"))
    macros = ['#define PSAB_N 3u /* three */\n#define PSAB_TEXT "x"\n#define PSAB_F(x) 1\n#define OTHER 1\n']
    result = cdef.emit(text, macros, frozenset({"present", "things"}), {"python_call": "call_t"})
    assert (
        result
        == """#define PSAB_N ...
typedef uint32_t (*call_t)(void *driver, int n);
typedef struct thing { uint32_t a; struct { int b[2]; } c; } thing_t;
extern const thing_t things[3];
uint32_t present(const thing_t *t);
int twice(int n);
enum numbers { ONE = 1, TWO };
extern "Python" {
    uint32_t python_call(void *driver, int n);
}
"""
    )
    assert cdef.names(text) == {"things", "elsewhere", "present", "absent"}


def test_callback_needs_its_function_pointer_type() -> None:
    with pytest.raises(ValueError, match="no function pointer type"):
        cdef.emit("", [], frozenset(), {"f": "missing_t"})


def test_reference() -> None:
    page = reference.emit(ROWS, [Family("mixing", "mix_operation", ("mix", "stop"), ("stop",))], ())
    assert (
        "### mix\n\n```c\npsa_status_t acme_mix(\n    acme_mix_operation_t *operation,\n    psa_algorithm_t alg,\n"
        in page
    )
    assert "void acme_stop(void);" in page
    assert "* **mixing** (context `{prefix}_mix_operation_t`): `mix`, `stop`?\n" in page


def test_the_reference_has_both_forms_of_a_cooked_derivation() -> None:
    part = next(part for part in reference.emit().split("### ") if part.startswith("derive_key\n"))
    with_memory, _, without = part.partition('`"memory": true`')
    assert "acme_derive_key_memory_t *memory," in with_memory
    assert "void *memory," in without
    assert "`derived_types`" in with_memory


@pytest.mark.parametrize("words", ["in:values", "alg alg", "in:count"])
def test_parameter_names_that_clash_are_refused(words: str) -> None:
    with pytest.raises(ValueError, match="cannot be used"):
        ctext.parameters(EntryPoint("x", words, ("transparent",), "f"))


def test_string_literals_are_escaped() -> None:
    assert ctext.string('a"b\\c') == '"a\\"b\\\\c"'
    with pytest.raises(ValueError, match="ASCII"):
        ctext.string("line\nbreak")


def test_files_are_written_only_when_they_change(tmp_path: Path) -> None:
    files = {"a/b.h": "one\n", "c.c": "two\n"}
    assert len(write_files(tmp_path, files)) == 2
    assert write_files(tmp_path, files) == []
    assert write_files(tmp_path, {**files, "c.c": "three\n"}) == [tmp_path / "c.c"]


@pytest.mark.parametrize("compiler", [["gcc", "-std=gnu11", "-x", "c"], ["g++", "-std=c++17", "-x", "c++"]])
def test_generated_headers_compile_without_warnings(tmp_path: Path, compiler: list[str]) -> None:
    write_files(tmp_path, table_files())
    text = "#include <psab/abi.h>\n#include <psab/packed.h>\n#include <psab/plans.h>\n"
    command = [*compiler, "-Wall", "-Wextra", "-Wconversion", "-Werror", f"-I{INCLUDE}", f"-I{tmp_path}"]
    subprocess.run([*command, "-fsyntax-only", "-"], input=text, text=True, check=True)


@pytest.mark.parametrize("name", ["packed.c", "plans.c"])
def test_generated_sources_compile_without_warnings(tmp_path: Path, name: str) -> None:
    write_files(tmp_path, table_files())
    flags = ["-std=gnu11", "-Wall", "-Wextra", "-Wconversion", "-Werror", f"-I{INCLUDE}", f"-I{tmp_path}"]
    subprocess.run(["gcc", *flags, "-fsyntax-only", str(tmp_path / name)], check=True)


def test_the_reference_does_not_match_hashes_by_keys() -> None:
    parts = reference.emit().split("### ")
    assert "matched by alg." in next(part for part in parts if part.startswith("hash_update\n"))
    assert "matched by alg and key." in next(part for part in parts if part.startswith("mac_update\n"))
