#include "mock.h"

#include <string.h>

/* The context of a multi-part hash: bytes are added up, and the end is marked. */
typedef struct toy_hash {
    uint32_t sum;
    uint32_t count;
    uint32_t alg;
    uint8_t rest[20]; /* must be zero in a new context */
} toy_hash_t;

typedef struct toy_random {
    uint32_t state;
    uint32_t left;
} toy_random_t;

static size_t toy_length(uint32_t alg) {
    size_t length = PSA_HASH_LENGTH(alg);
    return length != 0 ? length : MOCK_HASH_LENGTH;
}

void mock_spread(uint32_t sum, uint8_t *output, size_t length) {
    for (size_t i = 0; i < length; i++) {
        output[i] = (uint8_t)((sum >> (8 * (i % 4))) + i);
    }
}

uint32_t mock_add_up(uint32_t sum, const uint8_t *input, size_t length) {
    for (size_t i = 0; i < length; i++) {
        sum = sum * 31 + input[i];
    }
    return sum;
}

void mock_hash(uint8_t key, psa_algorithm_t alg, const uint8_t *input, size_t length, uint8_t *hash, size_t *size) {
    *size = toy_length(alg);
    mock_spread(mock_add_up(key, input, length), hash, *size);
}

/* What every entry point begins with: count, let the test look, say whether to go on. */
psab_status_t mock_begin(mock_t *mock, uint16_t entry_point) {
    atomic_fetch_add(&mock->calls[entry_point], 1);
    if (mock->hook != NULL) {
        mock->hook(mock, entry_point);
    }
    return mock->status[entry_point];
}

bool mock_lies(const mock_t *mock, uint16_t entry_point, mock_lie_t lie) {
    return mock->lie == lie && mock->lying == entry_point;
}

/* Write an output, and lie about it as wanted. */
psab_status_t mock_give(mock_t *mock, uint16_t entry_point, const uint8_t *result, size_t length, uint8_t *output,
                        size_t size, size_t *written) {
    if (size < mock->smallest_output) {
        mock->smallest_output = size;
    }
    if (mock->status[entry_point] != PSA_SUCCESS) {
        memset(output, 0xee, size);
        *written = size;
        return mock->status[entry_point];
    }
    if (mock_lies(mock, entry_point, MOCK_NO_OUTPUT)) {
        return PSA_SUCCESS;
    }
    if (length > size) {
        return PSA_ERROR_BUFFER_TOO_SMALL;
    }
    if (!mock_lies(mock, entry_point, MOCK_UNWRITTEN)) {
        memcpy(output, result, length);
    }
    *written = mock_lies(mock, entry_point, MOCK_TOO_LONG) ? size + 1000
               : mock_lies(mock, entry_point, MOCK_SHORT)  ? length - 1
                                                           : length;
    return PSA_SUCCESS;
}

static psab_status_t toy_hash_compute(void *driver, uint32_t alg, const uint8_t *input, size_t input_length,
                                      uint8_t *hash, size_t hash_size, size_t *hash_length) {
    mock_t *mock = driver;
    uint8_t result[PSA_HASH_MAX_SIZE];
    size_t length;
    (void)mock_begin(mock, PSAB_EP_HASH_COMPUTE);
    mock_hash(mock->key, alg, input, input_length, result, &length);
    return mock_give(mock, PSAB_EP_HASH_COMPUTE, result, length, hash, hash_size, hash_length);
}

static psab_status_t toy_hash_setup(void *driver, void *operation, uint32_t alg) {
    mock_t *mock = driver;
    toy_hash_t *toy = operation;
    static const toy_hash_t zero;
    if (memcmp(toy, &zero, sizeof zero) != 0) {
        atomic_fetch_add(&mock->dirty, 1);
    }
    memset(toy->rest, 0x77, sizeof toy->rest);
    toy->sum = mock->key;
    toy->alg = alg;
    psab_status_t status = mock_begin(mock, PSAB_EP_HASH_SETUP);
    atomic_fetch_add(&mock->setups, status == PSA_SUCCESS ? 1 : 0);
    return status;
}

static psab_status_t toy_hash_update(void *driver, void *operation, const uint8_t *input, size_t input_length) {
    toy_hash_t *toy = operation;
    toy->sum = mock_add_up(toy->sum, input, input_length);
    toy->count++;
    return mock_begin(driver, PSAB_EP_HASH_UPDATE);
}

static psab_status_t toy_hash_finish(void *driver, void *operation, uint8_t *hash, size_t hash_size,
                                     size_t *hash_length) {
    mock_t *mock = driver;
    const toy_hash_t *toy = operation;
    uint8_t result[PSA_HASH_MAX_SIZE];
    (void)mock_begin(mock, PSAB_EP_HASH_FINISH);
    mock_spread(toy->sum, result, toy_length(toy->alg));
    psab_status_t status =
        mock_give(mock, PSAB_EP_HASH_FINISH, result, toy_length(toy->alg), hash, hash_size, hash_length);
    atomic_fetch_add(&mock->finishes, status == PSA_SUCCESS ? 1 : 0);
    return status;
}

static psab_status_t toy_hash_abort(void *driver, void *operation) {
    mock_t *mock = driver;
    memset(operation, 0x99, sizeof(toy_hash_t));
    atomic_fetch_add(&mock->aborts, 1);
    return mock_begin(mock, PSAB_EP_HASH_ABORT);
}

static psab_status_t toy_hash_clone(void *driver, const void *source, void *target) {
    mock_t *mock = driver;
    psab_status_t status = mock_begin(mock, PSAB_EP_HASH_CLONE);
    memcpy(target, source, sizeof(toy_hash_t));
    atomic_fetch_add(&mock->setups, status == PSA_SUCCESS ? 1 : 0);
    return status;
}

static psab_status_t toy_hash_suspend(void *driver, void *operation, uint8_t *state, size_t size, size_t *length) {
    mock_t *mock = driver;
    const toy_hash_t *toy = operation;
    uint8_t result[PSA_HASH_SUSPEND_OUTPUT_MAX_SIZE] = {0};
    for (size_t i = 0; i < 4; i++) {
        result[i] = (uint8_t)(toy->alg >> (24 - 8 * i));
    }
    memcpy(result + 12, &toy->sum, sizeof toy->sum);
    psab_status_t status = mock_begin(mock, PSAB_EP_HASH_SUSPEND);
    size_t whole =
        4 + PSA_HASH_SUSPEND_INPUT_LENGTH_FIELD_LENGTH(toy->alg) + PSA_HASH_SUSPEND_HASH_STATE_FIELD_LENGTH(toy->alg);
    status = mock_give(mock, PSAB_EP_HASH_SUSPEND, result, whole, state, size, length);
    atomic_fetch_add(&mock->finishes, status == PSA_SUCCESS ? 1 : 0);
    return status;
}

static psab_status_t toy_hash_resume(void *driver, void *operation, uint32_t alg, const uint8_t *state, size_t length) {
    mock_t *mock = driver;
    toy_hash_t *toy = operation;
    toy->alg = alg;
    if (length >= 16) {
        memcpy(&toy->sum, state + 12, sizeof toy->sum);
    }
    psab_status_t status = mock_begin(mock, PSAB_EP_HASH_RESUME);
    atomic_fetch_add(&mock->setups, status == PSA_SUCCESS ? 1 : 0);
    return status;
}

/* Signature: the toy hash of key and hash, in as many bytes as ECDSA on P-256 has. */
static void toy_signature(const mock_t *mock, const uint8_t *key, size_t key_size, const uint8_t *hash, size_t length,
                          uint8_t *signature) {
    uint32_t sum = mock_add_up(mock_add_up(mock->key, key, key_size), hash, length);
    mock_spread(sum, signature, 64);
}

static psab_status_t toy_sign_hash(void *driver, const psab_attributes_t *attributes, const uint8_t *key_buffer,
                                   size_t key_buffer_size, uint32_t alg, const uint8_t *hash, size_t hash_length,
                                   uint8_t *signature, size_t signature_size, size_t *signature_length) {
    mock_t *mock = driver;
    uint8_t result[64];
    (void)attributes;
    (void)alg;
    (void)mock_begin(mock, PSAB_EP_SIGN_HASH);
    toy_signature(mock, key_buffer, key_buffer_size, hash, hash_length, result);
    return mock_give(mock, PSAB_EP_SIGN_HASH, result, 64, signature, signature_size, signature_length);
}

static psab_status_t other_sign_hash(void *driver, const psab_attributes_t *attributes, const uint8_t *key_buffer,
                                     size_t key_buffer_size, uint32_t alg, const uint8_t *hash, size_t hash_length,
                                     uint8_t *signature, size_t signature_size, size_t *signature_length) {
    return toy_sign_hash(driver, attributes, key_buffer, key_buffer_size, alg, hash, hash_length, signature,
                         signature_size, signature_length);
}

/* Public keys of the toy are 0x04, the key twice: verifying takes either form. */
static psab_status_t toy_verify_hash(void *driver, const psab_attributes_t *attributes, const uint8_t *key_buffer,
                                     size_t key_buffer_size, uint32_t alg, const uint8_t *hash, size_t hash_length,
                                     const uint8_t *signature, size_t signature_length) {
    mock_t *mock = driver;
    uint8_t expected[64];
    bool is_public = PSA_KEY_TYPE_IS_PUBLIC_KEY(attributes->type);
    (void)alg;
    psab_status_t status = mock_begin(mock, PSAB_EP_VERIFY_HASH);
    if (status != PSA_SUCCESS) {
        return status;
    }
    toy_signature(mock, is_public ? key_buffer + 1 : key_buffer, is_public ? 32 : key_buffer_size, hash, hash_length,
                  expected);
    return signature_length == 64 && memcmp(signature, expected, 64) == 0 ? PSA_SUCCESS : PSA_ERROR_INVALID_SIGNATURE;
}

static psab_status_t toy_sign_message(void *driver, const psab_attributes_t *attributes, const uint8_t *key_buffer,
                                      size_t key_buffer_size, uint32_t alg, const uint8_t *input, size_t input_length,
                                      uint8_t *signature, size_t signature_size, size_t *signature_length) {
    mock_t *mock = driver;
    uint8_t hash[PSA_HASH_MAX_SIZE];
    uint8_t result[64];
    size_t length;
    (void)attributes;
    (void)mock_begin(mock, PSAB_EP_SIGN_MESSAGE);
    mock_hash(mock->key, PSA_ALG_GET_HASH(alg), input, input_length, hash, &length);
    toy_signature(mock, key_buffer, key_buffer_size, hash, length, result);
    return mock_give(mock, PSAB_EP_SIGN_MESSAGE, result, 64, signature, signature_size, signature_length);
}

static psab_status_t toy_key_agreement(void *driver, uint32_t alg, const psab_attributes_t *our_attributes,
                                       const uint8_t *our_key_buffer, size_t our_key_buffer_length,
                                       const uint8_t *peer_key, size_t peer_key_length, uint8_t *output,
                                       size_t output_size, size_t *output_length) {
    mock_t *mock = driver;
    uint8_t result[32];
    (void)alg;
    (void)our_attributes;
    (void)mock_begin(mock, PSAB_EP_KEY_AGREEMENT);
    mock_spread(mock_add_up(mock->key, our_key_buffer, our_key_buffer_length) ^
                    mock_add_up(mock->key, peer_key, peer_key_length),
                result, sizeof result);
    return mock_give(mock, PSAB_EP_KEY_AGREEMENT, result, sizeof result, output, output_size, output_length);
}

static psab_status_t toy_import_key(void *driver, const psab_attributes_t *attributes, const uint8_t *data,
                                    size_t data_length, uint8_t *key_buffer, size_t key_buffer_size,
                                    size_t *key_buffer_length, size_t *bits) {
    mock_t *mock = driver;
    (void)attributes;
    (void)mock_begin(mock, PSAB_EP_IMPORT_KEY);
    *bits = mock_lies(mock, PSAB_EP_IMPORT_KEY, MOCK_OTHER_BITS) ? *bits + 8 : 8 * data_length;
    if (mock->description.type == PSAB_DRIVER_OPAQUE) {
        uint8_t context[65] = {0x5a};
        memcpy(context + 1, data, data_length > 64 ? 64 : data_length);
        return mock_give(mock, PSAB_EP_IMPORT_KEY, context, data_length + 1, key_buffer, key_buffer_size,
                         key_buffer_length);
    }
    return mock_give(mock, PSAB_EP_IMPORT_KEY, data, data_length, key_buffer, key_buffer_size, key_buffer_length);
}

static psab_status_t toy_export_public_key(void *driver, const psab_attributes_t *attributes, const uint8_t *key_buffer,
                                           size_t key_buffer_size, uint8_t *data, size_t data_size,
                                           size_t *data_length) {
    mock_t *mock = driver;
    uint8_t result[65] = {4};
    (void)attributes;
    (void)mock_begin(mock, PSAB_EP_EXPORT_PUBLIC_KEY);
    size_t skip = mock->description.type == PSAB_DRIVER_OPAQUE ? 1 : 0;
    size_t length = key_buffer_size - skip;
    if (length > 32) {
        return PSA_ERROR_INVALID_ARGUMENT;
    }
    memcpy(result + 1, key_buffer + skip, length);
    memcpy(result + 33, key_buffer + skip, length);
    return mock_give(mock, PSAB_EP_EXPORT_PUBLIC_KEY, result, sizeof result, data, data_size, data_length);
}

static psab_status_t toy_get_entropy(void *driver, uint32_t flags, size_t *estimate_bits, uint8_t *output,
                                     size_t output_size) {
    mock_t *mock = driver;
    (void)flags;
    psab_status_t status = mock_begin(mock, PSAB_EP_GET_ENTROPY);
    for (size_t i = 0; i < output_size; i++) {
        output[i] = mock->lie == MOCK_CONSTANT ? (uint8_t)(3 * i) : (uint8_t)check_random(&mock->seed);
    }
    if (mock->flaw != NULL) {
        mock->flaw(output, output_size);
    }
    *estimate_bits = mock->entropy_bits != 0 ? mock->entropy_bits : 8 * output_size;
    return status;
}

static psab_status_t toy_init_random(void *driver, void *context) {
    mock_t *mock = driver;
    toy_random_t *random = context;
    random->left = mock->random_limit;
    return mock_begin(mock, PSAB_EP_INIT_RANDOM);
}

static psab_status_t toy_add_entropy(void *driver, void *context, const uint8_t *entropy, size_t entropy_size) {
    mock_t *mock = driver;
    toy_random_t *random = context;
    random->state = mock_add_up(random->state, entropy, entropy_size);
    random->left = mock->random_limit;
    mock->entropy_added += (uint32_t)entropy_size;
    return mock_begin(mock, PSAB_EP_ADD_ENTROPY);
}

static psab_status_t toy_get_random(void *driver, void *context, uint8_t *output, size_t output_size,
                                    size_t *output_length) {
    mock_t *mock = driver;
    toy_random_t *random = context;
    psab_status_t status = mock_begin(mock, PSAB_EP_GET_RANDOM);
    random->state = random->state != 0 ? random->state : 1; /* without entropy, too, no two outputs are alike */
    size_t size = mock->random_limit != 0 && output_size > random->left ? random->left : output_size;
    if (mock->random_limit != 0 && size == 0 && output_size != 0) {
        return PSA_ERROR_INSUFFICIENT_ENTROPY;
    }
    for (size_t i = 0; i < size; i++) {
        output[i] = (uint8_t)check_random(&random->state);
    }
    if (mock->random_flaw != NULL) {
        mock->random_flaw(output, size);
    }
    random->left -= (uint32_t)(mock->random_limit != 0 ? size : 0);
    *output_length = mock_lies(mock, PSAB_EP_GET_RANDOM, MOCK_TOO_LONG) ? output_size + 1 : size;
    return status;
}

static psab_status_t toy_destroy_key(void *driver, const psab_attributes_t *attributes, const uint8_t *key_buffer,
                                     size_t key_buffer_size) {
    (void)attributes;
    (void)key_buffer;
    (void)key_buffer_size;
    return mock_begin(driver, PSAB_EP_DESTROY_KEY);
}

static psab_status_t toy_init(void *driver) {
    return mock_begin(driver, PSAB_EP_INIT);
}

static psab_status_t toy_free(void *driver) {
    return mock_begin(driver, PSAB_EP_FREE);
}

static const psab_ops_t toy_ops = {
    .hash_compute = toy_hash_compute,
    .hash_setup = toy_hash_setup,
    .hash_update = toy_hash_update,
    .hash_finish = toy_hash_finish,
    .hash_abort = toy_hash_abort,
    .hash_clone = toy_hash_clone,
    .hash_suspend = toy_hash_suspend,
    .hash_resume = toy_hash_resume,
    .sign_hash = toy_sign_hash,
    .verify_hash = toy_verify_hash,
    .sign_message = toy_sign_message,
    .key_agreement = toy_key_agreement,
    .import_key = toy_import_key,
    .destroy_key = toy_destroy_key,
    .export_public_key = toy_export_public_key,
    .get_entropy = toy_get_entropy,
    .init_random = toy_init_random,
    .add_entropy = toy_add_entropy,
    .get_random = toy_get_random,
    .init = toy_init,
    .free = toy_free,
};

void mock_init(mock_t *mock, const char *name) {
    memset(mock, 0, sizeof *mock);
    mock->description.name = name;
    mock->description.source = "a test";
    mock->description.dialect = "psa";
    mock->description.type = PSAB_DRIVER_TRANSPARENT;
    mock->description.capabilities = mock->capabilities;
    mock->smallest_output = SIZE_MAX;
    mock->seed = 1;
}

void mock_init_opaque(mock_t *mock, const char *name) {
    mock_init(mock, name);
    mock->description.type = PSAB_DRIVER_OPAQUE;
    mock->description.location = MOCK_LOCATION;
    mock->description.key_context.base_size = 1;
    mock->description.key_context.key_pair_size = 64;
    mock->description.key_context.public_key_size = 65;
    mock->description.key_context.symmetric_factor = 1;
}

psab_capability_t *mock_capability(mock_t *mock, size_t index, const uint16_t *entry_points, size_t count) {
    psab_capability_t *capability = &mock->capabilities[index];
    memset(&mock->ops[index], 0, sizeof mock->ops[index]);
    for (size_t i = 0; i < count; i++) {
        const psab_ops_t *from = psab_ops_has(&toy_ops, entry_points[i]) ? &toy_ops : &mock_symmetric_ops;
        psab_ops_copy_member(&mock->ops[index], from, entry_points[i]);
    }
    memset(capability, 0, sizeof *capability);
    capability->ops = &mock->ops[index];
    capability->context_sizes[PSAB_CONTEXT_HASH_OPERATION] = sizeof(toy_hash_t);
    capability->context_sizes[PSAB_CONTEXT_RANDOM_CONTEXT] = sizeof(toy_random_t);
    mock_symmetric_contexts(capability);
    if (mock->description.capability_count <= index) {
        mock->description.capability_count = index + 1;
    }
    return capability;
}

psab_capability_t *mock_hash_family(mock_t *mock, size_t index) {
    static const uint16_t family[] = {PSAB_EP_HASH_SETUP, PSAB_EP_HASH_UPDATE, PSAB_EP_HASH_FINISH, PSAB_EP_HASH_ABORT};
    return mock_capability(mock, index, family, 4);
}

void mock_other_sign_hash(mock_t *mock, size_t index) {
    mock->ops[index].sign_hash = other_sign_hash;
}

void mock_register(mock_t *mock, psab_core_t *core) {
    CHECK_STATUS(psab_core_register(core, &mock->description, mock), PSA_SUCCESS);
}

psab_core_t *mock_core(void) {
    psab_core_t *core = psab_core_new_without_software();
    CHECK(core != NULL);
    CHECK_STATUS(psab_crypto_init(core), PSA_SUCCESS);
    return core;
}

psab_core_t *mock_hash_core(mock_t *mock) {
    psab_core_t *core = mock_core();
    mock_init(mock, "alpha");
    mock_hash_family(mock, 0);
    mock_register(mock, core);
    return core;
}

psab_counts_t mock_counts(psab_core_t *core, const char *name) {
    psab_driver_info_t info;
    for (size_t i = 0; psab_core_driver_info(core, i, &info); i++) {
        if (strcmp(info.name, name) == 0) {
            return info.counts;
        }
    }
    CHECK(!"the driver is in the list");
    return (psab_counts_t){0, 0, 0, 0};
}

psa_key_id_t mock_key(psab_core_t *core, psa_key_lifetime_t lifetime, psa_algorithm_t alg) {
    psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
    psa_key_id_t id = PSA_KEY_ID_NULL;
    uint8_t data[32];
    memset(data, 0x21, sizeof data);
    psa_set_key_type(&attributes, PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1));
    psa_set_key_lifetime(&attributes, lifetime);
    psa_set_key_algorithm(&attributes, alg);
    psa_set_key_usage_flags(&attributes, PSA_KEY_USAGE_SIGN_HASH | PSA_KEY_USAGE_VERIFY_HASH | PSA_KEY_USAGE_DERIVE);
    CHECK_STATUS(psab_import_key(core, &attributes, data, sizeof data, &id), PSA_SUCCESS);
    return id;
}
