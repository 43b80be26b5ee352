#include "key_drivers.h"

#include <string.h>

/* plain */

static psab_status_t plain_answer(plain_t *plain, const psab_attributes_t *attributes, size_t size, size_t written,
                                  size_t *length) {
    plain->last_attributes = *attributes;
    plain->last_size = size;
    *length = plain->claimed_length != 0 ? plain->claimed_length : written;
    return plain->status;
}

static psab_status_t plain_import(void *driver, const psab_attributes_t *attributes, const uint8_t *data,
                                  size_t data_length, uint8_t *key_buffer, size_t key_buffer_size,
                                  size_t *key_buffer_length, size_t *bits) {
    plain_t *plain = driver;
    plain->imports++;
    if (data_length > key_buffer_size) {
        return PSA_ERROR_BUFFER_TOO_SMALL;
    }
    memcpy(key_buffer, data, data_length);
    *bits = plain->claimed_bits != 0 ? plain->claimed_bits : 256;
    return plain_answer(plain, attributes, key_buffer_size, data_length, key_buffer_length);
}

static psab_status_t plain_generate(void *driver, const psab_attributes_t *attributes, uint8_t *key_buffer,
                                    size_t key_buffer_size, size_t *key_buffer_length) {
    plain_t *plain = driver;
    plain->generations++;
    memset(key_buffer, 0x11, key_buffer_size);
    return plain_answer(plain, attributes, key_buffer_size, key_buffer_size, key_buffer_length);
}

static psab_status_t plain_export(void *driver, const psab_attributes_t *attributes, const uint8_t *key_buffer,
                                  size_t key_buffer_size, uint8_t *data, size_t data_size, size_t *data_length) {
    plain_t *plain = driver;
    (void)key_buffer_size;
    plain->exports++;
    memset(data, 0x22, data_size);
    data[0] = 0x04;
    data[1] = key_buffer[0];
    return plain_answer(plain, attributes, data_size, data_size, data_length);
}

static const psab_ops_t plain_ops = {
    .import_key = plain_import, .generate_key = plain_generate, .export_public_key = plain_export};
static const psab_key_type_spec_t plain_types[] = {{PSA_KEY_TYPE_ECC_PUBLIC_KEY(PSA_ECC_FAMILY_SECP_R1), 0xcfff}};
static const uint32_t plain_sizes[] = {256};
static const psab_capability_t plain_capabilities[] = {
    {.ops = &plain_ops, .key_types = plain_types, .key_type_count = 1, .key_sizes = plain_sizes, .key_size_count = 1}};

const psab_driver_description_t plain_description = {.name = "plain",
                                                     .source = "test",
                                                     .type = PSAB_DRIVER_TRANSPARENT,
                                                     .capabilities = plain_capabilities,
                                                     .capability_count = 1,
                                                     .dialect = "psa"};

/* vault */

static shelf_t *shelf_of(vault_t *vault, const uint8_t *context, size_t size) {
    return size == 4 && context[0] == 'V' && context[1] < VAULT_SHELVES ? &vault->shelves[context[1]] : NULL;
}

static psab_status_t vault_allocate(void *driver, const psab_attributes_t *attributes, uint8_t *key_buffer,
                                    size_t key_buffer_size) {
    vault_t *vault = driver;
    (void)attributes;
    vault->allocated++;
    for (uint8_t i = 0; i < VAULT_SHELVES; i++) {
        if (!vault->shelves[i].taken && key_buffer_size == 4) {
            vault->shelves[i].taken = true;
            key_buffer[0] = 'V';
            key_buffer[1] = i;
            return PSA_SUCCESS;
        }
    }
    return PSA_ERROR_INSUFFICIENT_STORAGE;
}

static psab_status_t vault_destroy(void *driver, const psab_attributes_t *attributes, const uint8_t *key_buffer,
                                   size_t key_buffer_size) {
    vault_t *vault = driver;
    shelf_t *shelf = shelf_of(vault, key_buffer, key_buffer_size);
    (void)attributes;
    vault->destroyed++;
    if (vault->destroy_status == PSA_SUCCESS && shelf != NULL) {
        memset(shelf, 0, sizeof *shelf);
    }
    return vault->destroy_status;
}

static psab_status_t vault_put(vault_t *vault, uint8_t *context, size_t size, const uint8_t *data, size_t length,
                               size_t *context_length) {
    shelf_t *shelf = shelf_of(vault, context, size);
    if (shelf == NULL || length > sizeof shelf->key) {
        return PSA_ERROR_NOT_SUPPORTED;
    }
    memcpy(shelf->key, data, length);
    shelf->length = length;
    *context_length = 4;
    return vault->status;
}

static psab_status_t vault_import(void *driver, const psab_attributes_t *attributes, const uint8_t *data,
                                  size_t data_length, uint8_t *key_buffer, size_t key_buffer_size,
                                  size_t *key_buffer_length, size_t *bits) {
    (void)attributes;
    *bits = data_length * 8;
    return vault_put(driver, key_buffer, key_buffer_size, data, data_length, key_buffer_length);
}

static psab_status_t vault_generate(void *driver, const psab_attributes_t *attributes, uint8_t *key_buffer,
                                    size_t key_buffer_size, size_t *key_buffer_length) {
    uint8_t key[64];
    memset(key, 0x99, sizeof key);
    return vault_put(driver, key_buffer, key_buffer_size, key, attributes->bits / 8, key_buffer_length);
}

static psab_status_t vault_copy(void *driver, const psab_attributes_t *attributes, const uint8_t *source_key,
                                size_t source_key_length, uint8_t *target_key_buffer, size_t target_key_buffer_size,
                                size_t *target_key_buffer_length) {
    shelf_t *source = shelf_of(driver, source_key, source_key_length);
    (void)attributes;
    return source == NULL ? PSA_ERROR_DATA_CORRUPT
                          : vault_put(driver, target_key_buffer, target_key_buffer_size, source->key, source->length,
                                      target_key_buffer_length);
}

static psab_status_t vault_export(void *driver, const psab_attributes_t *attributes, const uint8_t *key_buffer,
                                  size_t key_buffer_size, uint8_t *data, size_t data_size, size_t *data_length) {
    shelf_t *shelf = shelf_of(driver, key_buffer, key_buffer_size);
    (void)attributes;
    if (shelf == NULL || shelf->length > data_size) {
        return PSA_ERROR_DATA_CORRUPT;
    }
    memcpy(data, shelf->key, shelf->length);
    *data_length = shelf->length;
    return PSA_SUCCESS;
}

static psab_status_t vault_builtin(void *driver, uint64_t slot_number, psab_attributes_t *attributes,
                                   uint8_t *key_buffer, size_t key_buffer_size, size_t *key_buffer_length) {
    vault_t *vault = driver;
    if (slot_number != 3) {
        return PSA_ERROR_DOES_NOT_EXIST;
    }
    attributes->type = PSA_KEY_TYPE_AES;
    attributes->bits = vault->builtin_bits != 0 ? vault->builtin_bits : 128;
    attributes->usage = PSA_KEY_USAGE_EXPORT;
    attributes->lifetime ^= vault->builtin_moves ? 0x100u : 0;
    if (key_buffer_size < 4) {
        return PSA_ERROR_BUFFER_TOO_SMALL;
    }
    memcpy(key_buffer, "V\x07\0\0", 4);
    *key_buffer_length = 4;
    return PSA_SUCCESS;
}

static const psab_ops_t vault_ops = {.allocate_key = vault_allocate,
                                     .destroy_key = vault_destroy,
                                     .import_key = vault_import,
                                     .generate_key = vault_generate,
                                     .copy_key = vault_copy,
                                     .export_key = vault_export,
                                     .get_builtin_key = vault_builtin};
static const psab_capability_t vault_capabilities[] = {{.ops = &vault_ops}};

const psab_driver_description_t vault_description = {.name = "vault",
                                                     .source = "test",
                                                     .type = PSAB_DRIVER_OPAQUE,
                                                     .location = VAULT_LOCATION,
                                                     .capabilities = vault_capabilities,
                                                     .capability_count = 1,
                                                     .key_context = {.base_size = 4},
                                                     .dialect = "psa"};

unsigned vault_taken(const vault_t *vault) {
    unsigned taken = 0;
    for (size_t i = 0; i < VAULT_SHELVES; i++) {
        taken += vault->shelves[i].taken;
    }
    return taken;
}

/* wrap */

static void flip(uint8_t *to, const uint8_t *from, size_t length) {
    for (size_t i = 0; i < length; i++) {
        to[i] = (uint8_t)~from[i];
    }
}

static psab_status_t wrap_import(void *driver, const psab_attributes_t *attributes, const uint8_t *data,
                                 size_t data_length, uint8_t *key_buffer, size_t key_buffer_size,
                                 size_t *key_buffer_length, size_t *bits) {
    (void)driver;
    (void)attributes;
    if (data_length > key_buffer_size) {
        return PSA_ERROR_BUFFER_TOO_SMALL;
    }
    flip(key_buffer, data, data_length);
    *key_buffer_length = data_length;
    *bits = data_length * 8;
    return PSA_SUCCESS;
}

static psab_status_t wrap_export(void *driver, const psab_attributes_t *attributes, const uint8_t *key_buffer,
                                 size_t key_buffer_size, uint8_t *data, size_t data_size, size_t *data_length) {
    (void)driver;
    (void)attributes;
    if (key_buffer_size > data_size) {
        return PSA_ERROR_BUFFER_TOO_SMALL;
    }
    flip(data, key_buffer, key_buffer_size);
    *data_length = key_buffer_size;
    return PSA_SUCCESS;
}

static const psab_ops_t wrap_ops = {.import_key = wrap_import, .export_key = wrap_export};
static const psab_capability_t wrap_capabilities[] = {{.ops = &wrap_ops}};

const psab_driver_description_t wrap_description = {.name = "wrap",
                                                    .source = "test",
                                                    .type = PSAB_DRIVER_OPAQUE,
                                                    .location = WRAP_LOCATION,
                                                    .capabilities = wrap_capabilities,
                                                    .capability_count = 1,
                                                    .key_context = {.base_size = 8, .symmetric_factor = 1},
                                                    .dialect = "psa"};
