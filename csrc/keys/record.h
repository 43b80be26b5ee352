/** @file
 * The frame of every record in storage: a mark, a version, the content and a checksum.
 *
 * All numbers are little-endian.  A record that was damaged is told apart from one that this
 * version does not understand.
 */
#ifndef PSAB_KEYS_RECORD_H
#define PSAB_KEYS_RECORD_H

#include <stddef.h>
#include <stdint.h>

#include <psa/crypto.h>

#include "psab/storage.h"
#include "util/buffer.h"

/** Bytes of a record besides its content. */
#define PSAB_RECORD_OVERHEAD 16u

/** Write a number of 2 or 4 bytes and return the position after it. */
uint8_t *psab_put16(uint8_t *at, uint16_t value);
uint8_t *psab_put32(uint8_t *at, uint32_t value);

/** Read a number of 2 or 4 bytes. */
uint16_t psab_get16(const uint8_t *at);
uint32_t psab_get32(const uint8_t *at);

/** What a backend answered: STORAGE_FAILURE in place of what no backend may answer, which psab_last_failure() tells. */
psa_status_t psab_storage_answer(psa_status_t status);

/** Whether the last failure of this thread is such an answer, and `status` what became of it. */
bool psab_storage_misbehaved(psa_status_t status);

/** Frame and save a record.
 *
 * @param storage  the backend
 * @param kind     psab_storage_kind_t; part of the mark
 * @param name     of the record
 * @param content  see psab_record_buffer(): the frame is written around it
 * @param length   of the content, in bytes
 */
psa_status_t psab_record_save(const psab_storage_t *storage, uint32_t kind, uint32_t name, psab_scratch_t *content,
                              size_t length);

/** Get room for a record; its content begins at PSAB_RECORD_START of the data.
 *
 * @return false if memory is short
 */
bool psab_record_buffer(psab_scratch_t *content, size_t length);
#define PSAB_RECORD_START 12u

/** Load a record and check its frame.
 *
 * @param storage  the backend
 * @param kind     psab_storage_kind_t
 * @param name     of the record
 * @param content  receives the record, content at PSAB_RECORD_START; to be freed in any case
 * @param length   receives the length of the content
 *
 * @return DOES_NOT_EXIST, DATA_CORRUPT where the checksum is wrong, DATA_INVALID where mark or
 *         version are unknown, INSUFFICIENT_MEMORY, failures of the backend
 */
psa_status_t psab_record_load(const psab_storage_t *storage, uint32_t kind, uint32_t name, psab_scratch_t *content,
                              size_t *length);

#endif
