#include "keys/record.h"

#include <stdio.h>
#include <string.h>

#include "psab/core.h"
#include "util/thread.h"

/* mark "PSAB" | version u16 | kind u16 | length of content u32 | content | CRC-32 of all before */
#define VERSION 1u

uint8_t *psab_put16(uint8_t *at, uint16_t value) {
    at[0] = (uint8_t)value;
    at[1] = (uint8_t)(value >> 8);
    return at + 2;
}

uint8_t *psab_put32(uint8_t *at, uint32_t value) {
    return psab_put16(psab_put16(at, (uint16_t)value), (uint16_t)(value >> 16));
}

uint16_t psab_get16(const uint8_t *at) {
    return (uint16_t)(at[0] | (uint32_t)at[1] << 8);
}

uint32_t psab_get32(const uint8_t *at) {
    return psab_get16(at) | (uint32_t)psab_get16(at + 2) << 16;
}

static uint32_t crc32(const uint8_t *data, size_t length) {
    uint32_t crc = 0xffffffffu;
    for (size_t i = 0; i < length; i++) {
        crc ^= data[i];
        for (int bit = 0; bit < 8; bit++) {
            crc = (crc >> 1) ^ (0xedb88320u & (0u - (crc & 1u)));
        }
    }
    return ~crc;
}

bool psab_record_buffer(psab_scratch_t *content, size_t length) {
    return psab_scratch_get(content, length + PSAB_RECORD_OVERHEAD);
}

psa_status_t psab_record_save(const psab_storage_t *storage, uint32_t kind, uint32_t name, psab_scratch_t *content,
                              size_t length) {
    uint8_t *at = content->data;
    memcpy(at, "PSAB", 4);
    at = psab_put16(at + 4, VERSION);
    at = psab_put16(at, (uint16_t)kind);
    at = psab_put32(at, (uint32_t)length);
    (void)psab_put32(at + length, crc32(content->data, PSAB_RECORD_START + length));
    return psab_storage_answer(storage->save(storage->user, kind, name, content->data, length + PSAB_RECORD_OVERHEAD));
}

/* Those of psab/storage.h, and what else can be wrong with a device. */
static bool may_answer(psa_status_t status) {
    switch (status) {
    case PSA_SUCCESS:
    case PSA_ERROR_DOES_NOT_EXIST:
    case PSA_ERROR_STORAGE_FAILURE:
    case PSA_ERROR_INSUFFICIENT_STORAGE:
    case PSA_ERROR_INSUFFICIENT_MEMORY:
    case PSA_ERROR_DATA_CORRUPT:
    case PSA_ERROR_DATA_INVALID:
    case PSA_ERROR_COMMUNICATION_FAILURE:
    case PSA_ERROR_HARDWARE_FAILURE:
    case PSA_ERROR_CORRUPTION_DETECTED:
    case PSA_ERROR_GENERIC_ERROR:
        return true;
    default:
        return false;
    }
}

psa_status_t psab_storage_answer(psa_status_t status) {
    if (may_answer(status)) {
        /* Not to be taken for an earlier wrong answer. */
        return status == PSA_ERROR_STORAGE_FAILURE ? psab_fail(status, NULL, -1, 0, NULL) : status;
    }
    char detail[64];
    (void)snprintf(detail, sizeof detail, "the storage answered with status %ld", (long)status);
    return psab_fail(PSA_ERROR_STORAGE_FAILURE, NULL, -1, PSAB_REPORT_STATUS, detail);
}

bool psab_storage_misbehaved(psa_status_t status) {
    psab_failure_t failure;
    if (status != PSA_ERROR_STORAGE_FAILURE) {
        return false;
    }
    psab_last_failure(&failure);
    return failure.status == status && failure.report == PSAB_REPORT_STATUS;
}

static psa_status_t check(const uint8_t *record, size_t size, uint32_t kind, size_t *length) {
    if (size < PSAB_RECORD_OVERHEAD || psab_get32(record + size - 4) != crc32(record, size - 4)) {
        return PSA_ERROR_DATA_CORRUPT;
    }
    *length = psab_get32(record + 8);
    bool known = memcmp(record, "PSAB", 4) == 0 && psab_get16(record + 4) == VERSION &&
                 psab_get16(record + 6) == kind && *length == size - PSAB_RECORD_OVERHEAD;
    return known ? PSA_SUCCESS : PSA_ERROR_DATA_INVALID;
}

psa_status_t psab_record_load(const psab_storage_t *storage, uint32_t kind, uint32_t name, psab_scratch_t *content,
                              size_t *length) {
    size_t size = 0;
    if (!psab_scratch_get(content, sizeof content->small)) {
        return PSA_ERROR_INSUFFICIENT_MEMORY;
    }
    psa_status_t status = storage->load(storage->user, kind, name, content->data, content->size, &size);
    /* The record may be replaced by a longer one in between. */
    while (status == PSA_ERROR_BUFFER_TOO_SMALL && size > content->size) {
        psab_scratch_free(content);
        if (!psab_scratch_get(content, size)) {
            return PSA_ERROR_INSUFFICIENT_MEMORY;
        }
        status = storage->load(storage->user, kind, name, content->data, content->size, &size);
    }
    if (status == PSA_ERROR_BUFFER_TOO_SMALL || (status == PSA_SUCCESS && size > content->size)) {
        return PSA_ERROR_STORAGE_FAILURE;
    }
    return status == PSA_SUCCESS ? check(content->data, size, kind, length) : psab_storage_answer(status);
}
