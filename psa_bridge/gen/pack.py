"""psab/packed.h and packed.c: typed calls to packed calls, packed calls to typed calls, row metadata."""

from __future__ import annotations

from collections.abc import Sequence

from psa_bridge.gen.ctext import banner, call, context_id, core_parameters, entry_point_id, guarded, string
from psa_bridge.spec.entry_points import ENTRY_POINTS, EntryPoint
from psa_bridge.spec.roles import Argument, Tag
from psa_bridge.spec.statuses import FIRST, INCOMPLETE_BIT, OPERATION_INCOMPLETE_VALUE, mask

LIFE = ("", "setup", "step", "finish", "abort", "clone", "suspend", "resume")
"""Places in a multi-part life, in the order of psab_life_t."""

MATCHES = {"alg": "PSAB_MATCH_ALG", "key": "PSAB_MATCH_KEY", "derived": "PSAB_MATCH_DERIVED"}

_SCALAR_LIMITS = {"uint8_t": "UINT8_MAX", "uint16_t": "UINT16_MAX", "uint32_t": "UINT32_MAX", "size_t": "SIZE_MAX"}
_POINTER_MEMBER = {
    Tag.ATTRIBUTES: "attributes",
    Tag.ATTRIBUTES_INOUT: "attributes_inout",
    Tag.SCALAR_OUT: "scalar_out",
    Tag.CUSTOM: "custom",
    Tag.KDF_INPUTS: "kdf_inputs",
    Tag.PAKE_INPUTS: "pake_inputs",
}


def _tag(argument: Argument) -> str:
    return f"PSAB_TAG_{argument.role.tag.name}"


def _initialiser(argument: Argument) -> str:
    """The value that an argument is packed into."""
    tag = argument.role.tag
    names = [parameter.name for parameter in argument.parameters]
    if tag in _POINTER_MEMBER:
        member = f".{_POINTER_MEMBER[tag]} = {names[0]}"
    elif tag is Tag.SCALAR:
        member = f".scalar = {names[0]}"
    elif tag is Tag.INPUT:
        member = f".input = {{{names[0]}, {names[1]}}}"
    elif tag is Tag.OUTPUT:
        member = f".output = {{{names[0]}, {names[1]}, {names[2]}}}"
    elif tag is Tag.FILL:
        member = f".output = {{{names[0]}, {names[1]}, NULL}}"
    else:
        assert tag is Tag.CONTEXT and argument.context is not None
        pointer = f"(void *){names[0]}" if argument.role.word == "const_op" else names[0]
        member = f".context = {{{pointer}, 0, {context_id(argument.context)}}}"
    return f"{{{_tag(argument)}, {int(argument.role.secret)}, {{{member}}}}}"


def _operands(argument: Argument, position: int) -> list[str]:
    """The C arguments that a value is unpacked to."""
    union = f"values[{position}].u"
    tag = argument.role.tag
    if tag in _POINTER_MEMBER:
        return [f"{union}.{_POINTER_MEMBER[tag]}"]
    if tag is Tag.SCALAR:
        ctype = argument.parameters[0].core_type
        return [f"{union}.scalar" if ctype == "uint64_t" else f"({ctype}){union}.scalar"]
    if tag is Tag.INPUT:
        return [f"{union}.input.data", f"{union}.input.length"]
    if tag is Tag.OUTPUT:
        return [f"{union}.output.data", f"{union}.output.size", f"{union}.output.length"]
    if tag is Tag.FILL:
        return [f"{union}.output.data", f"{union}.output.size"]
    return [f"{union}.context.data"]


def _refusal(argument: Argument, position: int) -> str | None:
    """The C condition under which a value of the right tag still cannot be passed on."""
    union = f"values[{position}].u"
    tag = argument.role.tag
    if tag is Tag.SCALAR:
        limit = _SCALAR_LIMITS.get(argument.parameters[0].core_type)
        return f"exceeds({union}.scalar, {limit})" if limit else None
    if tag is Tag.OUTPUT:
        return f"{union}.output.length == NULL"
    if tag is Tag.CONTEXT:
        assert argument.context is not None
        return f"{union}.context.kind != {context_id(argument.context)}"
    return None


def _pack(row: EntryPoint) -> str:
    head = call(f"static psab_status_t pack_{row.name}", core_parameters(row), "", indent=0)
    values = ",\n".join(f"        {_initialiser(argument)}" for argument in row.arguments)
    array = f"    psab_value_t values[] = {{\n{values},\n    }};\n" if values else ""
    listed = "values" if values else "NULL"
    return f"""{head}
{{
    const psab_packed_driver_t *packed = (const psab_packed_driver_t *)driver;
{array}    return packed->call(packed->user, {entry_point_id(row.name)}, {listed}, {len(row.arguments)});
}}
"""


def _unpack(row: EntryPoint) -> str:
    refusals = [r for r in (_refusal(a, i) for i, a in enumerate(row.arguments)) if r]
    check = ""
    if refusals:
        check = "    if (" + " ||\n        ".join(refusals) + ") {\n        return STATUS_INVALID_ARGUMENT;\n    }\n"
    operands = [operand for i, a in enumerate(row.arguments) for operand in _operands(a, i)]
    unused = "" if row.arguments else "    (void)values;\n"
    run = call(f"return psab_call_{row.name}", ["ops", "driver", *operands], ";")
    head = call(
        f"static psab_status_t unpack_{row.name}",
        ["const psab_ops_t *ops", "void *driver", "const psab_value_t *values"],
        "",
        indent=0,
    )
    return f"{head}\n{{\n{unused}{check}{run}\n}}\n"


def index_of(row: EntryPoint, *words: str) -> int:
    """The position of the first argument with one of these role words, or -1."""
    return next((i for i, argument in enumerate(row.arguments) if argument.role.word in words), -1)


def matched_attributes(row: EntryPoint) -> int:
    """The position of the attributes that a call is routed by, or -1.

    They are those in front of the first key; without a key, the first attributes.
    """
    key = index_of(row, "key")
    if key > 0 and row.arguments[key - 1].role.word == "attrs":
        return key - 1
    return index_of(row, "attrs", "attrs_inout")


def _metadata(row: EntryPoint) -> str:
    tags = ", ".join(_tag(argument) for argument in row.arguments) or "0"
    matches = " | ".join(MATCHES[word] for word in row.matches) or "0"
    life = f"PSAB_LIFE_{row.role.upper() or 'NONE'}"
    kind = context_id(row.context) if row.context else "-1"
    indices = [
        index_of(row, "alg"),
        matched_attributes(row),
        index_of(row, "key"),
        index_of(row, "op", "const_op"),
    ]
    listed = ", ".join(str(index) for index in indices)
    return (
        f"    [{entry_point_id(row.name)}] = {{{string(row.name)}, {len(row.arguments)}, {{{tags}}},\n"
        f"        {matches}, {life}, {kind}, {listed}, {str(row.types == ('opaque',)).lower()}, 0x{mask(row):08x}}},\n"
    )


_CALLS = """
#include "psab/abi.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Typed entry points that pack their arguments and call the `psab_packed_driver_t` that `driver` points to. */
extern const psab_ops_t psab_pack_ops;

/** Make the typed call that packed values stand for: the inverse of psab_pack_ops.
 *
 * @param ops          entry points to call
 * @param driver       passed on to them
 * @param entry_point  id
 * @param values       arguments
 * @param count        how many
 *
 * @return the entry point's status; INVALID_ARGUMENT if the id, the count, a tag, a context
 *         kind, a missing length or the range of a scalar is wrong; NOT_SUPPORTED if the
 *         entry point is not offered.
 */
psab_status_t psab_unpack_call(
    const psab_ops_t *ops, void *driver, uint16_t entry_point, psab_value_t *values, size_t count);

/** Whether an entry point is offered; false for an unknown id. */
bool psab_ops_has(const psab_ops_t *ops, uint16_t entry_point);

/** Copy one entry point; an unknown id changes nothing. */
void psab_ops_copy_member(psab_ops_t *to, const psab_ops_t *from, uint16_t entry_point);

/** Clear `to`, then copy the listed entry points, those that are offered. */
void psab_ops_select(psab_ops_t *to, const psab_ops_t *from, const uint16_t *entry_points, size_t count);

/** Whether an entry point can return a status; false for success, and for an unknown id. */
bool psab_status_possible(uint16_t entry_point, psab_status_t status);

/** Places in the life of a multi-part operation. */
"""

_ROWS = """
#define PSAB_MATCH_ALG 1u     /**< a capability's algorithms apply */
#define PSAB_MATCH_KEY 2u     /**< its key types and sizes apply */
#define PSAB_MATCH_DERIVED 4u /**< its derived types and sizes apply */

/** What a row of the table says about an entry point. Indices are -1 where there is no such argument. */
typedef struct psab_row {
    const char *name;
    uint8_t count;                 /**< packed values */
    uint8_t tags[PSAB_MAX_VALUES]; /**< psab_tag_t of each */
    uint8_t matches;               /**< PSAB_MATCH_* */
    uint8_t life;                  /**< psab_life_t */
    int8_t context_kind;           /**< psab_context_t, or -1 */
    int8_t alg;                    /**< index of the algorithm */
    int8_t attributes;             /**< index of the attributes that the call is routed by */
    int8_t key;                    /**< index of the key buffer that belongs to them */
    int8_t context;                /**< index of the operation context */
    bool opaque_only;
    uint32_t statuses;             /**< that it can return, see psab_status_possible() */
} psab_row_t;

/** Indexed by psab_entry_point_t. */
extern const psab_row_t psab_rows[PSAB_EP_COUNT];

#ifdef __cplusplus
}
#endif
"""


def emit_header() -> str:
    """psab/packed.h, which is the same for every table."""
    life = ",\n".join(f"    PSAB_LIFE_{word.upper() or 'NONE'} = {number}" for number, word in enumerate(LIFE))
    body = f"{_CALLS}typedef enum psab_life {{\n{life}\n}} psab_life_t;\n{_ROWS}"
    return banner("Packed calls: arguments as an array of tagged values.") + guarded("PSAB_PACKED_H", body)


_STATUSES = f"""
bool psab_status_possible(uint16_t entry_point, psab_status_t status)
{{
    uint32_t statuses = entry_point < PSAB_EP_COUNT ? psab_rows[entry_point].statuses : 0;
    if (status == {OPERATION_INCOMPLETE_VALUE}) {{
        return (statuses >> {INCOMPLETE_BIT}) != 0;
    }}
    return status <= {FIRST} && status > {FIRST - INCOMPLETE_BIT} && (statuses >> ({FIRST} - status) & 1u) != 0;
}}
"""

_FUNCTIONS = """
bool psab_ops_has(const psab_ops_t *ops, uint16_t entry_point)
{
    static const psab_ops_t none;
    return entry_point < PSAB_EP_COUNT && memcmp((const char *)ops + offsets[entry_point],
                                              (const char *)&none + offsets[entry_point], sizeof(void (*)(void))) != 0;
}

void psab_ops_copy_member(psab_ops_t *to, const psab_ops_t *from, uint16_t entry_point)
{
    if (entry_point < PSAB_EP_COUNT) {
        memcpy((char *)to + offsets[entry_point], (const char *)from + offsets[entry_point], sizeof(void (*)(void)));
    }
}

void psab_ops_select(psab_ops_t *to, const psab_ops_t *from, const uint16_t *entry_points, size_t count)
{
    memset(to, 0, sizeof(*to));
    for (size_t i = 0; i < count; i++) {
        psab_ops_copy_member(to, from, entry_points[i]);
    }
}

static bool shape_fits(const psab_row_t *row, const psab_value_t *values, size_t count)
{
    if (count != row->count) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        if (values[i].tag != row->tags[i]) {
            return false;
        }
    }
    return true;
}

psab_status_t psab_unpack_call(
    const psab_ops_t *ops, void *driver, uint16_t entry_point, psab_value_t *values, size_t count)
{
    if (entry_point >= PSAB_EP_COUNT || !shape_fits(&psab_rows[entry_point], values, count)) {
        return STATUS_INVALID_ARGUMENT;
    }
    if (!psab_ops_has(ops, entry_point)) {
        return STATUS_NOT_SUPPORTED;
    }
    return unpackers[entry_point](ops, driver, values);
}
"""


def emit_source(rows: Sequence[EntryPoint] = ENTRY_POINTS) -> str:
    """packed.c."""
    packs = "\n".join(_pack(row) for row in rows)
    unpacks = "\n".join(_unpack(row) for row in rows)
    members = "".join(f"    .{row.name} = pack_{row.name},\n" for row in rows)
    offsets = "".join(f"    [{entry_point_id(row.name)}] = offsetof(psab_ops_t, {row.name}),\n" for row in rows)
    unpackers = "".join(f"    [{entry_point_id(row.name)}] = unpack_{row.name},\n" for row in rows)
    metadata = "".join(_metadata(row) for row in rows)
    ranges = any(_SCALAR_LIMITS.get(p.core_type) for row in rows for a in row.arguments
                 if a.role.tag is Tag.SCALAR for p in a.parameters)  # fmt: skip
    exceeds = """
static bool exceeds(uint64_t value, uint64_t most)
{
    return value > most;
}
"""
    return f"""{banner("Packed calls: packing stubs, their inverse, and what the table says about each row.")}
#include "psab/packed.h"

#include <string.h>

#include "psab/calls.h"

#define STATUS_NOT_SUPPORTED (-134)
#define STATUS_INVALID_ARGUMENT (-135)

{packs}
const psab_ops_t psab_pack_ops = {{
{members}}};

const psab_row_t psab_rows[PSAB_EP_COUNT] = {{
{metadata}}};
{exceeds if ranges else ""}
{unpacks}
typedef psab_status_t (*unpacker_t)(const psab_ops_t *ops, void *driver, const psab_value_t *values);

static const unpacker_t unpackers[PSAB_EP_COUNT] = {{
{unpackers}}};

static const size_t offsets[PSAB_EP_COUNT] = {{
{offsets}}};
{_STATUSES}{_FUNCTIONS}"""
