/* Key derivation: arguments and states, the life of a driver's context, forwarded derivations, drivers that lie. */
#include <string.h>

#include "api/drivers.h"
#include "mock.h"

#define HKDF PSA_ALG_HKDF(PSA_ALG_SHA_256)
#define VENDOR ((psa_algorithm_t)0x88000300u)
#define PLACE ((psa_key_lifetime_t)(MOCK_LOCATION << 8))
#define ECC PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1)

/* A driver whose output is its own letter; it counts what happens to its contexts. */
typedef struct toy {
    uint8_t letter;
    psab_status_t setup, output, derive, forwarded;
    unsigned setups, aborts, dirty, destroyed, derived;
    size_t last_count, claimed;
    bool forwards; /* hands the derivation on to the core */
} toy_t;

typedef struct context {
    uint32_t inner; /* handle of a forwarded operation */
    uint32_t in_use;
} context_t;

static psab_status_t forward_setup(context_t *context, uint32_t alg, const psab_kdf_inputs_t *inputs) {
    psab_value_t values[] = {
        {PSAB_TAG_CONTEXT, 1, {.context = {&context->inner, 4, PSAB_CONTEXT_KEY_DERIVATION_OPERATION}}},
        {PSAB_TAG_SCALAR, 0, {.scalar = alg}},
        {PSAB_TAG_KDF_INPUTS, 1, {.kdf_inputs = inputs}},
    };
    return psab_services.call(PSAB_EP_KEY_DERIVATION_SETUP, values, 3);
}

static psab_status_t setup(void *driver, void *operation, uint32_t alg, const psab_kdf_inputs_t *inputs) {
    toy_t *toy = driver;
    context_t *context = operation;
    toy->dirty += context->in_use != 0 || context->inner != 0;
    toy->last_count = inputs->count;
    context->in_use = 1;
    if (toy->setup != PSA_SUCCESS) {
        return toy->setup;
    }
    if (toy->forwards) {
        toy->forwarded = forward_setup(context, alg, inputs);
    }
    toy->setups++;
    return toy->forwards ? toy->forwarded : PSA_SUCCESS;
}

static psab_status_t output_bytes(void *driver, void *operation, uint8_t *output, size_t length) {
    toy_t *toy = driver;
    context_t *context = operation;
    memset(output, toy->letter, length);
    if (context->inner != 0) {
        psab_value_t values[] = {
            {PSAB_TAG_CONTEXT, 1, {.context = {&context->inner, 4, PSAB_CONTEXT_KEY_DERIVATION_OPERATION}}},
            {PSAB_TAG_FILL, 1, {.output = {output, length, NULL}}},
        };
        return psab_services.call(PSAB_EP_KEY_DERIVATION_OUTPUT_BYTES, values, 2);
    }
    return toy->output;
}

static psab_status_t abort_operation(void *driver, void *operation) {
    toy_t *toy = driver;
    context_t *context = operation;
    toy->aborts++;
    if (context->inner != 0) {
        psab_value_t value = {
            PSAB_TAG_CONTEXT, 1, {.context = {&context->inner, 4, PSAB_CONTEXT_KEY_DERIVATION_OPERATION}}};
        return psab_services.call(PSAB_EP_KEY_DERIVATION_ABORT, &value, 1);
    }
    return PSA_SUCCESS;
}

static psab_status_t derive_key(void *driver, const psab_attributes_t *attributes, const uint8_t *input, size_t length,
                                void *memory, uint8_t *key, size_t size, size_t *written) {
    toy_t *toy = driver;
    (void)attributes;
    CHECK(memory == NULL);
    toy->derived++;
    if (toy->derive != PSA_SUCCESS) {
        memset(key, 0xee, size);
        return toy->derive;
    }
    memcpy(key, input, length < size ? length : size);
    *written = toy->claimed != 0 ? toy->claimed : length;
    return PSA_SUCCESS;
}

static psab_status_t output_key(void *driver, const psab_attributes_t *attributes, void *operation, uint8_t *key,
                                size_t size, size_t *written) {
    toy_t *toy = driver;
    (void)attributes;
    (void)operation;
    memset(key, toy->letter, size);
    *written = toy->claimed != 0 ? toy->claimed : size;
    return toy->output;
}

static psab_status_t import_key(void *driver, const psab_attributes_t *attributes, const uint8_t *data, size_t length,
                                uint8_t *key, size_t size, size_t *written, size_t *bits) {
    (void)driver;
    (void)attributes;
    CHECK(length <= size);
    memcpy(key, data, length);
    *written = length;
    *bits = 8 * length;
    return PSA_SUCCESS;
}

static psab_status_t destroy_key(void *driver, const psab_attributes_t *attributes, const uint8_t *key, size_t size) {
    (void)attributes;
    (void)key;
    (void)size;
    ((toy_t *)driver)->destroyed++;
    return PSA_SUCCESS;
}

static const psab_ops_t local_ops = {.key_derivation_setup = setup,
                                     .key_derivation_output_bytes = output_bytes,
                                     .key_derivation_abort = abort_operation};
static const psab_ops_t cooking_ops = {.derive_key = derive_key};
static const psab_ops_t element_ops = {.key_derivation_setup = setup,
                                       .key_derivation_output_bytes = output_bytes,
                                       .key_derivation_output_key = output_key,
                                       .key_derivation_abort = abort_operation,
                                       .import_key = import_key,
                                       .destroy_key = destroy_key};

#define CONTEXTS .context_sizes[PSAB_CONTEXT_KEY_DERIVATION_OPERATION] = sizeof(context_t)
static const psab_capability_t local_capabilities[] = {{.ops = &local_ops, CONTEXTS}, {.ops = &cooking_ops}};
static const psab_capability_t element_capabilities[] = {{.ops = &element_ops, CONTEXTS}};
static const psab_driver_description_t local = {
    .name = "local", .source = "here", .capabilities = local_capabilities, .capability_count = 2, .dialect = "psa"};
static const psab_driver_description_t element = {.name = "element",
                                                  .source = "here",
                                                  .type = PSAB_DRIVER_OPAQUE,
                                                  .location = MOCK_LOCATION,
                                                  .capabilities = element_capabilities,
                                                  .capability_count = 1,
                                                  .key_context = {.base_size = 48},
                                                  .dialect = "psa"};

static psab_core_t *core_with(toy_t *here, toy_t *there) {
    psab_core_t *core = mock_core();
    *here = (toy_t){.letter = 'a'};
    *there = (toy_t){.letter = 'b'};
    CHECK_STATUS(psab_core_register(core, &local, here), PSA_SUCCESS);
    CHECK_STATUS(psab_core_register(core, &element, there), PSA_SUCCESS);
    return core;
}

static psa_key_attributes_t attributes_of(psa_key_type_t type, size_t bits, psa_key_lifetime_t lifetime) {
    psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
    psa_set_key_type(&attributes, type);
    psa_set_key_bits(&attributes, bits);
    psa_set_key_lifetime(&attributes, lifetime);
    psa_set_key_algorithm(&attributes, HKDF);
    psa_set_key_usage_flags(&attributes, PSA_KEY_USAGE_DERIVE);
    return attributes;
}

static psa_key_id_t secret_at(psab_core_t *core, psa_key_lifetime_t lifetime) {
    psa_key_attributes_t attributes = attributes_of(PSA_KEY_TYPE_DERIVE, 128, lifetime);
    psa_key_id_t id = PSA_KEY_ID_NULL;
    CHECK_STATUS(psab_import_key(core, &attributes, (const uint8_t *)"0123456789abcdef", 16, &id), PSA_SUCCESS);
    return id;
}

static psa_key_derivation_operation_t ready(psab_core_t *core, psa_key_lifetime_t lifetime) {
    psa_key_derivation_operation_t operation = PSA_KEY_DERIVATION_OPERATION_INIT;
    CHECK_STATUS(psab_key_derivation_setup(core, &operation, HKDF), PSA_SUCCESS);
    CHECK_STATUS(
        psab_key_derivation_input_key(core, &operation, PSA_KEY_DERIVATION_INPUT_SECRET, secret_at(core, lifetime)),
        PSA_SUCCESS);
    CHECK_STATUS(psab_key_derivation_input_bytes(core, &operation, PSA_KEY_DERIVATION_INPUT_INFO, NULL, 0),
                 PSA_SUCCESS);
    return operation;
}

TEST(null_with_a_length_is_an_argument_that_is_not_valid) {
    toy_t here, there;
    psab_core_t *core = core_with(&here, &there);
    psa_key_attributes_t attributes = attributes_of(PSA_KEY_TYPE_AES, 128, 0);
    psa_key_id_t id = 9;
    size_t capacity = 9;
    uint8_t byte;
    psa_key_derivation_operation_t op = PSA_KEY_DERIVATION_OPERATION_INIT;
    CHECK_STATUS(psab_key_derivation_setup(core, NULL, HKDF), PSA_ERROR_INVALID_ARGUMENT);
    CHECK_STATUS(psab_key_derivation_setup(core, &op, HKDF), PSA_SUCCESS);
    CHECK_STATUS(psab_key_derivation_input_bytes(core, &op, PSA_KEY_DERIVATION_INPUT_SALT, NULL, 1),
                 PSA_ERROR_INVALID_ARGUMENT);
    CHECK_STATUS(psab_key_derivation_abort(core, &op), PSA_SUCCESS);
    for (unsigned i = 0; i < 7; i++) {
        op = ready(core, 0);
        psa_status_t status = i == 0   ? psab_key_derivation_output_bytes(core, &op, NULL, 1)
                              : i == 1 ? psab_key_derivation_verify_bytes(core, &op, NULL, 1)
                              : i == 2 ? psab_key_derivation_output_key(core, NULL, &op, &id)
                              : i == 3 ? psab_key_derivation_output_key(core, &attributes, &op, NULL)
                              : i == 4
                                  ? psab_key_derivation_output_key_custom(core, &attributes, &op, NULL, NULL, 0, &id)
                              : i == 5 ? psab_key_derivation_output_bytes(core, NULL, &byte, 1)
                                       : psab_key_derivation_get_capacity(core, &op, NULL);
        CHECK_STATUS(status, PSA_ERROR_INVALID_ARGUMENT);
        psa_status_t expected = i < 5 ? PSA_ERROR_BAD_STATE : PSA_SUCCESS;
        CHECK_STATUS(psab_key_derivation_output_bytes(core, &op, &byte, 1), expected);
        CHECK_STATUS(psab_key_derivation_abort(core, &op), PSA_SUCCESS);
    }
    CHECK_EQUAL(id, 0);
    CHECK_STATUS(psab_key_derivation_get_capacity(core, &op, &capacity), PSA_ERROR_BAD_STATE);
    CHECK_EQUAL(capacity, 0);
    op = psa_key_derivation_operation_init();
    CHECK_STATUS(psab_key_derivation_setup(core, &op, PSA_ALG_KEY_AGREEMENT(PSA_ALG_ECDH, HKDF)),
                 PSA_ERROR_NOT_SUPPORTED);
    CHECK_STATUS(psab_key_agreement(core, 1, NULL, 1, PSA_ALG_ECDH, &attributes, &id), PSA_ERROR_INVALID_ARGUMENT);
    CHECK_STATUS(psab_key_agreement(core, 1, NULL, 0, PSA_ALG_ECDH, NULL, &id), PSA_ERROR_INVALID_ARGUMENT);
    psab_core_free(core);
}

TEST(context_is_zero_at_first_and_aborted_once) {
    toy_t here, there;
    psab_core_t *core = core_with(&here, &there);
    uint8_t out[8];
    for (unsigned round = 0; round < 3; round++) {
        psa_key_derivation_operation_t op = ready(core, 0);
        CHECK_EQUAL(here.setups, round);
        CHECK_STATUS(psab_key_derivation_output_bytes(core, &op, out, 8), PSA_SUCCESS);
        CHECK_BYTES(out, "aaaaaaaa", 8);
        CHECK_STATUS(psab_key_derivation_abort(core, &op), PSA_SUCCESS);
        CHECK_STATUS(psab_key_derivation_abort(core, &op), PSA_SUCCESS);
        CHECK_EQUAL(here.aborts, round + 1);
    }
    CHECK_EQUAL(here.dirty, 0);
    CHECK_EQUAL(here.last_count, 3); /* the salt is there, as one that was left out */
    psab_core_free(core);
}

TEST(setup_that_fails_is_not_aborted) {
    toy_t here, there;
    psab_core_t *core = core_with(&here, &there);
    uint8_t out[8];
    here.setup = PSA_ERROR_HARDWARE_FAILURE;
    psa_key_derivation_operation_t op = ready(core, 0);
    CHECK_STATUS(psab_key_derivation_output_bytes(core, &op, out, 8), PSA_ERROR_HARDWARE_FAILURE);
    CHECK_STATUS(psab_key_derivation_output_bytes(core, &op, out, 8), PSA_ERROR_BAD_STATE);
    CHECK_STATUS(psab_key_derivation_abort(core, &op), PSA_SUCCESS);
    CHECK_EQUAL(here.aborts, 0);
    psab_core_free(core);
}

TEST(output_that_fails_is_wiped_and_ends_the_context) {
    toy_t here, there;
    psab_core_t *core = core_with(&here, &there);
    uint8_t out[8];
    here.output = PSA_ERROR_COMMUNICATION_FAILURE;
    psa_key_derivation_operation_t op = ready(core, 0);
    CHECK_STATUS(psab_key_derivation_output_bytes(core, &op, out, 8), PSA_ERROR_COMMUNICATION_FAILURE);
    CHECK_BYTES(out, (uint8_t[8]){0}, 8);
    CHECK_EQUAL(here.aborts, 1);
    CHECK_STATUS(psab_key_derivation_abort(core, &op), PSA_SUCCESS);
    CHECK_EQUAL(here.aborts, 1);
    here.output = 3; /* no status of the API */
    op = ready(core, 0);
    CHECK_STATUS(psab_key_derivation_output_bytes(core, &op, out, 8), PSA_ERROR_GENERIC_ERROR);
    CHECK_STATUS(psab_key_derivation_abort(core, &op), PSA_SUCCESS);
    psab_core_free(core);
}

TEST(derived_key_of_another_length_is_refused) {
    toy_t here, there;
    psab_core_t *core = core_with(&here, &there);
    psa_key_attributes_t attributes = attributes_of(ECC, 256, 0);
    psa_key_id_t id = 9;
    for (size_t claimed = 31; claimed < 40; claimed += 2) {
        here.claimed = claimed;
        psa_key_derivation_operation_t op = ready(core, 0);
        CHECK_STATUS(psab_key_derivation_output_key(core, &attributes, &op, &id), PSA_ERROR_CORRUPTION_DETECTED);
        CHECK_EQUAL(id, 0);
        CHECK_STATUS(psab_key_derivation_abort(core, &op), PSA_SUCCESS);
    }
    there.claimed = 4096;
    attributes = attributes_of(PSA_KEY_TYPE_AES, 128, PLACE);
    psa_key_derivation_operation_t op = ready(core, PLACE);
    CHECK_STATUS(psab_key_derivation_output_key(core, &attributes, &op, &id), PSA_ERROR_CORRUPTION_DETECTED);
    CHECK_EQUAL(id, 0);
    CHECK_STATUS(psab_key_derivation_abort(core, &op), PSA_SUCCESS);
    psab_core_free(core);
}

TEST(driver_that_always_wants_more_is_stopped) {
    toy_t here, there;
    psab_core_t *core = core_with(&here, &there);
    psa_key_attributes_t attributes = attributes_of(ECC, 256, 0);
    psa_key_id_t id = 9;
    here.derive = PSA_ERROR_INSUFFICIENT_DATA;
    psa_key_derivation_operation_t op = ready(core, 0);
    CHECK_STATUS(psab_key_derivation_output_key(core, &attributes, &op, &id), PSA_ERROR_INSUFFICIENT_DATA);
    CHECK_EQUAL(here.derived, 255); /* 255 * 32 bytes of output */
    CHECK_STATUS(psab_key_derivation_abort(core, &op), PSA_SUCCESS);
    here.derived = 0;
    op = psa_key_derivation_operation_init(); /* a vendor's algorithm has no end */
    psa_key_attributes_t vendor = attributes_of(PSA_KEY_TYPE_DERIVE, 128, 0);
    psa_set_key_algorithm(&vendor, VENDOR);
    CHECK_STATUS(psab_import_key(core, &vendor, (const uint8_t *)"0123456789abcdef", 16, &id), PSA_SUCCESS);
    CHECK_STATUS(psab_key_derivation_setup(core, &op, VENDOR), PSA_SUCCESS);
    CHECK_STATUS(psab_key_derivation_input_key(core, &op, PSA_KEY_DERIVATION_INPUT_SECRET, id), PSA_SUCCESS);
    CHECK_STATUS(psab_key_derivation_output_key(core, &attributes, &op, &id), PSA_ERROR_CORRUPTION_DETECTED);
    CHECK_EQUAL(here.derived, 65536);
    CHECK_STATUS(psab_key_derivation_abort(core, &op), PSA_SUCCESS);
    psab_core_free(core);
}

TEST(derivation_that_a_driver_forwards_goes_where_its_secret_is) {
    toy_t here, there, front;
    psab_core_t *core = mock_core();
    uint8_t out[8];
    here = (toy_t){.letter = 'a'};
    there = (toy_t){.letter = 'b'};
    front = (toy_t){.letter = 'f', .forwards = true};
    static const uint32_t vendor[] = {VENDOR};
    static const psab_capability_t only[] = {{.ops = &local_ops, .algorithms = vendor, .algorithm_count = 1, CONTEXTS}};
    static const psab_driver_description_t asking = {
        .name = "front", .source = "here", .capabilities = only, .capability_count = 1, .dialect = "psa"};
    CHECK_STATUS(psab_core_register(core, &asking, &front), PSA_SUCCESS);
    CHECK_STATUS(psab_core_register(core, &local, &here), PSA_SUCCESS);
    CHECK_STATUS(psab_core_register(core, &element, &there), PSA_SUCCESS);
    psa_key_derivation_operation_t op = PSA_KEY_DERIVATION_OPERATION_INIT;
    /* The front driver asks for what it is asked for: it would call itself for ever, were that not bounded. */
    CHECK_STATUS(psab_key_derivation_setup(core, &op, VENDOR), PSA_SUCCESS);
    CHECK_STATUS(psab_key_derivation_input_bytes(core, &op, PSA_KEY_DERIVATION_INPUT_SECRET, out, 0), PSA_SUCCESS);
    CHECK_STATUS(psab_key_derivation_output_bytes(core, &op, out, 8), PSA_ERROR_BAD_STATE);
    CHECK_STATUS(psab_key_derivation_abort(core, &op), PSA_SUCCESS);
    /* From outside, a forwarded derivation with a secret of the element goes to the element. */
    psab_attributes_t attributes = attributes_of(PSA_KEY_TYPE_DERIVE, 128, PLACE);
    psab_kdf_input_t inputs[] = {{.step = PSA_KEY_DERIVATION_INPUT_SECRET,
                                  .type = PSAB_INPUT_KEY,
                                  .data = out,
                                  .length = 8,
                                  .attributes = &attributes}};
    psab_kdf_inputs_t all = {HKDF, inputs, 1};
    uint32_t handle = 0;
    psab_value_t values[] = {
        {PSAB_TAG_CONTEXT, 1, {.context = {&handle, 4, PSAB_CONTEXT_KEY_DERIVATION_OPERATION}}},
        {PSAB_TAG_SCALAR, 0, {.scalar = HKDF}},
        {PSAB_TAG_KDF_INPUTS, 1, {.kdf_inputs = &all}},
    };
    for (unsigned i = 0; i < 2; i++) {
        CHECK_STATUS(psab_core_call(core, PSAB_EP_KEY_DERIVATION_SETUP, values, 3), PSA_SUCCESS);
        CHECK_EQUAL(i == 0 ? there.setups : here.setups, 1);
        psab_value_t drawing[] = {values[0], {PSAB_TAG_FILL, 1, {.output = {out, 8, NULL}}}};
        CHECK_STATUS(psab_core_call(core, PSAB_EP_KEY_DERIVATION_OUTPUT_BYTES, drawing, 2), PSA_SUCCESS);
        CHECK_EQUAL(out[0], i == 0 ? 'b' : 'a');
        CHECK_STATUS(psab_core_call(core, PSAB_EP_KEY_DERIVATION_ABORT, values, 1), PSA_SUCCESS);
        CHECK_EQUAL(handle, 0);
        inputs[0].attributes = NULL;
        inputs[0].type = PSAB_INPUT_BYTES;
    }
    values[2].u.kdf_inputs = NULL;
    CHECK_STATUS(psab_core_call(core, PSAB_EP_KEY_DERIVATION_SETUP, values, 3), PSA_ERROR_INVALID_ARGUMENT);
    psab_core_free(core);
}

/* A persistent secret whose identifier is free to be used again. */
static psa_key_id_t stored(psab_core_t *core, const char *data, psa_key_usage_t usage) {
    psa_key_attributes_t attributes = attributes_of(PSA_KEY_TYPE_DERIVE, 128, PSA_KEY_LIFETIME_PERSISTENT);
    psa_key_id_t id = PSA_KEY_ID_NULL;
    psa_set_key_id(&attributes, 7);
    psa_set_key_usage_flags(&attributes, usage);
    CHECK_STATUS(psab_import_key(core, &attributes, (const uint8_t *)data, 16, &id), PSA_SUCCESS);
    return id;
}

static void begin_with(psab_core_t *core, psa_key_derivation_operation_t *op, psa_key_id_t secret) {
    CHECK_STATUS(psab_key_derivation_setup(core, op, HKDF), PSA_SUCCESS);
    CHECK_STATUS(psab_key_derivation_input_key(core, op, PSA_KEY_DERIVATION_INPUT_SECRET, secret), PSA_SUCCESS);
    CHECK_STATUS(psab_key_derivation_input_bytes(core, op, PSA_KEY_DERIVATION_INPUT_INFO, NULL, 0), PSA_SUCCESS);
}

TEST(secret_that_was_replaced_is_not_given_to_a_driver) {
    toy_t here, there;
    psab_core_t *core = core_with(&here, &there);
    psa_key_derivation_operation_t op = PSA_KEY_DERIVATION_OPERATION_INIT;
    psa_key_derivation_operation_t open = PSA_KEY_DERIVATION_OPERATION_INIT;
    uint8_t output[4];
    psa_key_id_t id = stored(core, "0123456789abcdef", PSA_KEY_USAGE_DERIVE);
    begin_with(core, &op, id);
    CHECK_STATUS(psab_purge_key(core, id), PSA_SUCCESS);
    CHECK_STATUS(psab_key_derivation_output_bytes(core, &op, output, sizeof output), PSA_SUCCESS);
    CHECK_STATUS(psab_key_derivation_abort(core, &op), PSA_SUCCESS);
    CHECK_EQUAL(here.setups, 1);
    for (unsigned i = 0; i < 2; i++) { /* other material, then the same with another policy */
        begin_with(core, &op, id);
        CHECK_STATUS(psab_destroy_key(core, id), PSA_SUCCESS);
        id = stored(core, "0123456789abcdeg", i == 0 ? PSA_KEY_USAGE_DERIVE : PSA_KEY_USAGE_EXPORT);
        CHECK_STATUS(psab_key_derivation_output_bytes(core, &op, output, sizeof output), PSA_ERROR_BAD_STATE);
        CHECK_STATUS(psab_key_derivation_abort(core, &op), PSA_SUCCESS);
    }
    CHECK_STATUS(psab_destroy_key(core, id), PSA_SUCCESS);
    id = stored(core, "0123456789abcdef", PSA_KEY_USAGE_DERIVE);
    CHECK_EQUAL(here.setups, 1);
    begin_with(core, &open, id); /* what is kept of the key goes with the core */
    psab_core_free(core);
}

TEST(operation_that_is_open_when_the_core_goes_is_aborted) {
    toy_t here, there;
    psab_core_t *core = core_with(&here, &there);
    uint8_t out[8];
    psa_key_derivation_operation_t running = ready(core, PLACE);
    psa_key_derivation_operation_t waiting = ready(core, 0);
    CHECK_STATUS(psab_key_derivation_output_bytes(core, &running, out, 8), PSA_SUCCESS);
    CHECK(waiting.handle != 0);
    psab_core_free(core);
    CHECK_EQUAL(there.aborts, 1);
    CHECK_EQUAL(here.aborts, 0);
}
