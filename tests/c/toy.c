#include "toy.h"

#include <string.h>

#define CONTEXT_SIZE 8u

#define EVERYTHING                                                                                                     \
    (PSA_KEY_USAGE_EXPORT | PSA_KEY_USAGE_ENCRYPT | PSA_KEY_USAGE_DECRYPT | PSA_KEY_USAGE_SIGN_HASH |                  \
     PSA_KEY_USAGE_VERIFY_HASH | PSA_KEY_USAGE_WRAP | PSA_KEY_USAGE_UNWRAP)

static void output(toy_t *toy, uint16_t entry_point, const psab_value_t *value) {
    size_t length = toy->length != 0 && toy->length < value->u.output.size ? toy->length : value->u.output.size;
    bool lies = toy->liar == entry_point;
    toy->room = value->secret ? value->u.output.size : toy->room;
    if (!(lies && toy->lie == TOY_WRITES_NOTHING)) {
        memset(value->u.output.data, 0x5a, length);
    }
    if (!(lies && toy->lie == TOY_SAYS_NOTHING)) {
        *value->u.output.length = lies && toy->lie == TOY_CLAIMS_MORE ? value->u.output.size + 1
                                  : lies && toy->lie == TOY_IS_EMPTY  ? 0
                                                                      : length;
    }
}

static void overrun(const toy_t *toy, uint16_t entry_point, const psab_value_t *value) {
    bool makes_key = psab_rows[entry_point].context_kind < 0 && value->secret;
    if (value->tag == PSAB_TAG_CONTEXT) {
        ((uint8_t *)value->u.context.data)[CONTEXT_SIZE + toy->past] ^= 0x10;
    } else if (makes_key && (value->tag == PSAB_TAG_OUTPUT || value->tag == PSAB_TAG_FILL)) {
        value->u.output.data[value->u.output.size + toy->past] ^= 0x10;
    }
}

static psab_status_t call(void *user, uint16_t entry_point, psab_value_t *values, size_t count) {
    toy_t *toy = user;
    const psab_value_t *given = NULL;
    const psab_attributes_t *attributes = NULL;
    toy->calls[entry_point]++;
    for (size_t i = 0; i < count; i++) {
        psab_value_t *value = &values[i];
        if (toy->liar == entry_point && toy->lie == TOY_OVERRUNS) {
            overrun(toy, entry_point, value);
        }
        if (value->tag == PSAB_TAG_ATTRIBUTES) {
            attributes = attributes != NULL ? attributes : value->u.attributes;
        } else if (value->tag == PSAB_TAG_ATTRIBUTES_INOUT) {
            value->u.attributes_inout->bits = toy->bits != 0 ? toy->bits : 256;
        } else if (value->tag == PSAB_TAG_INPUT && (!value->secret || entry_point == PSAB_EP_IMPORT_KEY)) {
            given = value;
        } else if (value->tag == PSAB_TAG_OUTPUT) {
            output(toy, entry_point, value);
        } else if (value->tag == PSAB_TAG_FILL && !(toy->liar == entry_point && toy->lie == TOY_WRITES_NOTHING)) {
            memset(value->u.output.data, 0x5a, value->u.output.size);
        } else if (value->tag == PSAB_TAG_SCALAR_OUT) {
            *value->u.scalar_out = toy->bits != 0 ? toy->bits : *value->u.scalar_out;
        }
        if (entry_point == PSAB_EP_IMPORT_KEY && toy->liar != entry_point && value->tag == PSAB_TAG_OUTPUT &&
            given != NULL) {
            size_t length = given->u.input.length;
            *value->u.output.length = length < value->u.output.size ? length : value->u.output.size;
        }
    }
    if (given != NULL) {
        toy->input_length = given->u.input.length;
        if (toy->input_length != 0) {
            memcpy(toy->input, given->u.input.data, toy->input_length < 64 ? toy->input_length : 64);
        }
    }
    toy->last_lifetime = attributes != NULL ? attributes->lifetime : toy->last_lifetime;
    return toy->status[entry_point];
}

void toy_register(toy_t *toy, psab_core_t *core, const char *name, bool opaque, const uint16_t *entry_points,
                  size_t count) {
    memset(toy, 0, sizeof *toy);
    toy->packed = (psab_packed_driver_t){call, toy};
    toy->liar = PSAB_EP_COUNT;
    psab_ops_select(&toy->ops, &psab_pack_ops, entry_points, count);
    toy->capability.ops = &toy->ops;
    toy->capability.flags = opaque ? 0 : PSAB_CAPABILITY_FALLBACK;
    for (size_t i = 0; i < PSAB_CONTEXT_COUNT; i++) {
        toy->capability.context_sizes[i] = CONTEXT_SIZE;
    }
    toy->description.name = name;
    toy->description.source = "test";
    toy->description.dialect = "psa";
    toy->description.type = opaque ? PSAB_DRIVER_OPAQUE : PSAB_DRIVER_TRANSPARENT;
    toy->description.location = opaque ? TOY_LOCATION : 0;
    toy->description.key_context.base_size = opaque ? 8 : 0;
    toy->description.capabilities = &toy->capability;
    toy->description.capability_count = 1;
    CHECK_STATUS(psab_core_register(core, &toy->description, &toy->packed), PSA_SUCCESS);
}

psa_key_id_t toy_key(psab_core_t *core, psa_key_type_t type, size_t bits, psa_algorithm_t alg,
                     psa_key_lifetime_t lifetime, size_t length) {
    static const uint8_t data[4096] = {4, 1, 2, 3};
    psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
    psa_key_id_t key = PSA_KEY_ID_NULL;
    psa_set_key_type(&attributes, type);
    psa_set_key_bits(&attributes, bits);
    psa_set_key_algorithm(&attributes, alg);
    psa_set_key_usage_flags(&attributes, EVERYTHING);
    psa_set_key_lifetime(&attributes, lifetime);
    CHECK_STATUS(psab_import_key(core, &attributes, data, length, &key), PSA_SUCCESS);
    return key;
}
