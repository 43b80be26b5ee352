/* Seeing what drivers do: traces and explanations. */

#include <string.h>

#include "mock.h"

#define ALG PSA_ALG_ECDSA(PSA_ALG_SHA_256)
static const uint16_t key_and_sign[] = {PSAB_EP_IMPORT_KEY, PSAB_EP_SIGN_HASH};

static psab_core_t *core_with(mock_t *mock) {
    psab_core_t *core = mock_core();
    mock_init(mock, "alpha");
    mock_capability(mock, 0, key_and_sign, 2);
    mock_hash_family(mock, 1);
    mock_register(mock, core);
    return core;
}

TEST(trace_records_each_call_of_a_driver) {
    mock_t m;
    psab_core_t *core = core_with(&m);
    uint8_t hash[32] = {0}, s[64];
    size_t length;
    uint64_t lost = 9;
    psab_trace_event_t events[8];
    psa_key_id_t key = mock_key(core, PSA_KEY_LIFETIME_VOLATILE, ALG);
    CHECK_STATUS(psab_core_trace_start(core, 8), PSA_SUCCESS);
    CHECK_STATUS(psab_sign_hash(core, key, ALG, hash, 32, s, 64, &length), PSA_SUCCESS);
    CHECK_STATUS(psab_hash_compute(core, PSA_ALG_SHA_256, hash, 7, s, 64, &length), PSA_SUCCESS);
    psab_core_trace_stop(core);
    CHECK_STATUS(psab_sign_hash(core, key, ALG, hash, 32, s, 64, &length), PSA_SUCCESS);
    CHECK_EQUAL(psab_core_trace_read(core, events, 8, &lost), 4);
    CHECK_EQUAL(lost, 0);
    CHECK_EQUAL(events[0].entry_point, PSAB_EP_SIGN_HASH);
    CHECK_EQUAL(events[0].alg, ALG);
    CHECK_EQUAL(events[0].key_type, PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1));
    CHECK_EQUAL(events[0].bits, 256);
    CHECK_EQUAL(events[0].input_bytes, 32);
    CHECK_EQUAL(events[0].output_bytes, 64);
    CHECK_EQUAL(events[0].sizes[1], 32);
    CHECK_EQUAL(events[0].value_count, 5);
    CHECK_EQUAL(events[0].depth, 1);
    CHECK(strcmp(events[0].driver, "alpha") == 0);
    CHECK_EQUAL(events[1].entry_point, PSAB_EP_HASH_SETUP);
    CHECK_EQUAL(events[2].entry_point, PSAB_EP_HASH_UPDATE);
    CHECK_EQUAL(events[2].input_bytes, 7);
    CHECK_EQUAL(events[1].alg, PSA_ALG_SHA_256);
    CHECK_EQUAL(events[2].alg, PSA_ALG_SHA_256); /* of the setup */
    CHECK_EQUAL(events[3].alg, PSA_ALG_SHA_256);
    CHECK_EQUAL(events[3].entry_point, PSAB_EP_HASH_FINISH);
    CHECK_EQUAL(events[3].sequence, 3);
    CHECK(events[3].start_ns >= events[0].start_ns);
    psab_core_free(core);
}

TEST(trace_records_what_the_driver_returned) {
    mock_t m;
    psab_core_t *core = core_with(&m);
    uint8_t hash[32] = {0}, s[64];
    size_t length;
    psab_trace_event_t event;
    psa_key_id_t key = mock_key(core, PSA_KEY_LIFETIME_VOLATILE, ALG);
    m.status[PSAB_EP_SIGN_HASH] = 77;
    CHECK_STATUS(psab_core_trace_start(core, 8), PSA_SUCCESS);
    CHECK_STATUS(psab_sign_hash(core, key, ALG, hash, 32, s, 64, &length), PSA_ERROR_GENERIC_ERROR);
    CHECK_EQUAL(psab_core_trace_read(core, &event, 1, NULL), 1);
    CHECK_STATUS(event.status, 77);
    CHECK_EQUAL(event.output_bytes, 0);
    psab_core_free(core);
}

TEST(trace_keeps_the_latest_events_and_counts_the_others) {
    mock_t m;
    psab_core_t *core = core_with(&m);
    uint8_t hash[32] = {0}, s[64];
    size_t length;
    uint64_t lost = 0;
    psab_trace_event_t events[8];
    psa_key_id_t key = mock_key(core, PSA_KEY_LIFETIME_VOLATILE, ALG);
    CHECK_STATUS(psab_core_trace_start(core, 3), PSA_SUCCESS);
    for (int i = 0; i < 10; i++) {
        CHECK_STATUS(psab_sign_hash(core, key, ALG, hash, 32, s, 64, &length), PSA_SUCCESS);
    }
    CHECK_EQUAL(psab_core_trace_read(core, events, 8, &lost), 3);
    CHECK_EQUAL(lost, 7);
    CHECK_EQUAL(events[0].sequence, 7);
    CHECK_STATUS(psab_core_trace_start(core, 0), PSA_ERROR_INVALID_ARGUMENT);
    psab_core_free(core);
}

TEST(trace_follows_each_operation_by_itself) {
    mock_t m;
    psab_core_t *core = core_with(&m);
    psab_trace_event_t events[8];
    psa_hash_operation_t first = PSA_HASH_OPERATION_INIT, second = PSA_HASH_OPERATION_INIT;
    const uint8_t byte = 1;
    CHECK_STATUS(psab_hash_setup(core, &second, PSA_ALG_SHA_256), PSA_SUCCESS);
    CHECK_STATUS(psab_core_trace_start(core, 8), PSA_SUCCESS);
    CHECK_STATUS(psab_hash_setup(core, &first, PSA_ALG_SHA_256), PSA_SUCCESS);
    CHECK_STATUS(psab_hash_update(core, &second, &byte, 1), PSA_SUCCESS);
    CHECK_STATUS(psab_hash_update(core, &first, &byte, 1), PSA_SUCCESS);
    size_t count = psab_core_trace_read(core, events, 8, NULL);
    CHECK(count >= 2);
    CHECK_EQUAL(events[0].alg, PSA_ALG_SHA_256);
    CHECK_EQUAL(events[count - 1].alg, PSA_ALG_SHA_256);
    CHECK_EQUAL(count, 2); /* the other was set up untraced, and is not recorded */
    psab_core_free(core);
}

TEST(explanation_on_a_core_without_drivers_knows_what_the_core_does) {
    psab_core_t *core = mock_core();
    psab_explanation_t entry;
    psab_attributes_t attributes = {.type = PSA_KEY_TYPE_AES, .bits = 128};
    CHECK_EQUAL(psab_core_explain(core, "import_key", 0, &attributes, &entry, 1), 1);
    CHECK_EQUAL(entry.reason, PSAB_REASON_CORE);
    CHECK(strcmp(entry.driver, "core") == 0);
    CHECK_EQUAL(psab_core_explain(core, "generate_key", 0, &attributes, &entry, 1), 1);
    CHECK_EQUAL(entry.reason, PSAB_REASON_RANDOM);
    CHECK(strcmp(entry.driver, "core") == 0);
    CHECK_EQUAL(psab_core_explain(core, "cipher_encrypt", PSA_ALG_CTR, &attributes, &entry, 1), 0);
    CHECK_EQUAL(psab_core_explain(core, "generate_key", 0, &attributes, NULL, 0), 0);
    psab_core_free(core);
}

TEST(operation_outlives_the_end_of_tracing) {
    mock_t m;
    psab_core_t *core = core_with(&m);
    uint8_t hash[32];
    size_t length;
    psa_hash_operation_t operation = PSA_HASH_OPERATION_INIT;
    CHECK_STATUS(psab_core_trace_start(core, 8), PSA_SUCCESS);
    CHECK_STATUS(psab_hash_setup(core, &operation, PSA_ALG_SHA_256), PSA_SUCCESS);
    psab_core_trace_stop(core);
    CHECK_STATUS(psab_hash_update(core, &operation, hash, 0), PSA_SUCCESS);
    CHECK_STATUS(psab_hash_finish(core, &operation, hash, 32, &length), PSA_SUCCESS);
    psab_trace_event_t events[8];
    CHECK_EQUAL(psab_core_trace_read(core, events, 8, NULL), 1);
    psab_core_free(core);
}

/* Every driver of a list, each with another reason. */
TEST(explanation_gives_every_driver_its_reason) {
    static const uint32_t sha512[] = {PSA_ALG_ECDSA(PSA_ALG_SHA_512)}, sizes[] = {384};
    static const psab_key_type_spec_t rsa[] = {{PSA_KEY_TYPE_RSA_KEY_PAIR, 0xffff}};
    enum { TYPE, ALGORITHM, SIZE, NONE, CONTRADICTION, FIRST, NEXT, LATE, ELEMENT, COUNT };
    static const char *const names[] = {"type",  "algorithm", "size", "none",   "contradiction",
                                        "first", "next",      "late", "element"};
    psab_core_t *core = mock_core();
    mock_t m[COUNT];
    psab_explanation_t e[COUNT];
    for (size_t i = 0; i < COUNT; i++) {
        i == ELEMENT ? mock_init_opaque(&m[i], names[i]) : mock_init(&m[i], names[i]);
        if (i != NONE) {
            mock_capability(&m[i], 0, key_and_sign, 2);
        } else {
            mock_hash_family(&m[i], 0);
        }
    }
    m[TYPE].capabilities[0].key_types = rsa;
    m[TYPE].capabilities[0].key_type_count = 1;
    m[ALGORITHM].capabilities[0].algorithms = sha512;
    m[ALGORITHM].capabilities[0].algorithm_count = 1;
    m[SIZE].capabilities[0].key_sizes = sizes;
    m[SIZE].capabilities[0].key_size_count = 1;
    mock_capability(&m[CONTRADICTION], 1, key_and_sign, 2);
    mock_other_sign_hash(&m[CONTRADICTION], 1);
    m[FIRST].capabilities[0].flags = PSAB_CAPABILITY_FALLBACK;
    for (size_t i = 0; i < COUNT; i++) {
        mock_register(&m[i], core);
    }
    psab_attributes_t key = {.type = PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1), .bits = 256, .alg = ALG};
    CHECK_EQUAL(psab_core_explain(core, "sign_hash", ALG, &key, e, COUNT), COUNT);
    CHECK_EQUAL(e[TYPE].reason, PSAB_REASON_KEY_TYPE);
    CHECK_EQUAL(e[ALGORITHM].reason, PSAB_REASON_ALGORITHM);
    CHECK_EQUAL(e[SIZE].reason, PSAB_REASON_KEY_SIZE);
    CHECK_EQUAL(e[NONE].reason, PSAB_REASON_ENTRY_POINT);
    CHECK_EQUAL(e[NONE].entry_point, PSAB_EP_SIGN_HASH);
    CHECK_EQUAL(e[CONTRADICTION].reason, PSAB_REASON_CONTRADICTION);
    CHECK_EQUAL(e[FIRST].reason, PSAB_REASON_SERVES);
    CHECK_EQUAL(e[NEXT].reason, PSAB_REASON_NEXT);
    CHECK_EQUAL(e[LATE].reason, PSAB_REASON_UNREACHED);
    CHECK_EQUAL(e[ELEMENT].reason, PSAB_REASON_LOCATION);
    CHECK(strcmp(e[FIRST].alternative_name, "sign_hash") == 0);
    CHECK(strstr(e[NONE].text, "sign_hash") != NULL);
    CHECK_EQUAL(psab_core_explain(core, "sign_hash", ALG, &key, e, 2), COUNT);
    CHECK_EQUAL(psab_core_explain(core, "no_such_thing", ALG, &key, e, COUNT), 0);
    psab_core_free(core);
}

TEST(explanation_names_the_composition) {
    mock_t m;
    psab_core_t *core = core_with(&m);
    psab_explanation_t e;
    psab_attributes_t key = {.type = PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1), .bits = 256, .alg = ALG};
    CHECK_EQUAL(psab_core_explain(core, "sign_message", ALG, &key, &e, 1), 1);
    CHECK_EQUAL(e.reason, PSAB_REASON_SERVES);
    CHECK(strcmp(e.alternative_name, "sign_hash") == 0);
    CHECK_EQUAL(psab_core_explain(core, "hash_compute", PSA_ALG_SHA_256, NULL, &e, 1), 1);
    CHECK(strcmp(e.alternative_name, "hash_multipart") == 0);
    /* PureEdDSA hashes nothing beforehand: signing hashes is of no use there. */
    key.type = PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_TWISTED_EDWARDS);
    CHECK_EQUAL(psab_core_explain(core, "sign_message", PSA_ALG_PURE_EDDSA, &key, &e, 1), 1);
    CHECK_EQUAL(e.reason, PSAB_REASON_ENTRY_POINT);
    psab_core_free(core);
}

TEST(explanation_agrees_with_what_happens) {
    mock_t m;
    psab_core_t *core = core_with(&m);
    psab_explanation_t e;
    uint8_t hash[64];
    size_t length;
    for (uint32_t alg = PSA_ALG_MD5; alg < PSA_ALG_MD5 + 0x20; alg++) {
        CHECK_EQUAL(psab_core_explain(core, "hash_compute", alg, NULL, &e, 1), 1);
        psa_status_t status = psab_hash_compute(core, alg, NULL, 0, hash, sizeof hash, &length);
        CHECK_EQUAL(e.reason == PSAB_REASON_SERVES, status == PSA_SUCCESS);
    }
    psab_core_free(core);
}

TEST(every_reason_has_a_text) {
    for (uint32_t i = 0; i <= PSAB_REASON_MEMORY; i++) {
        CHECK(strlen(psab_reason_text(i)) > 5);
    }
    CHECK(strcmp(psab_reason_text(999), "unknown reason") == 0);
}
