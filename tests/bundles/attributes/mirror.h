/* A driver that shows which key attributes reach it, and sets some. */
#ifndef MIRROR_H
#define MIRROR_H

#include <psa/crypto.h>

#define MIRROR_LOCATION (0x800000 + 0x17)

typedef struct {
    uint8_t tag[16];
} mirror_context_t;

/* What sign_hash writes as its "signature": the attributes that it was given. */
typedef struct {
    uint32_t size;
    uint32_t id;
    uint32_t lifetime;
    uint32_t usage;
    uint32_t alg;
    uint32_t bits;
    uint32_t type;
} mirror_view_t;

psa_status_t mirror_sign_hash(const psa_key_attributes_t *attributes, const uint8_t *key_buffer, size_t key_buffer_size,
                              psa_algorithm_t alg, const uint8_t *hash, size_t hash_length, uint8_t *signature,
                              size_t signature_size, size_t *signature_length);
psa_status_t mirror_import_key(const psa_key_attributes_t *attributes, const uint8_t *data, size_t data_length,
                               uint8_t *key_buffer, size_t key_buffer_size, size_t *key_buffer_length, size_t *bits);
psa_status_t mirror_export_public_key(const psa_key_attributes_t *attributes, const uint8_t *key_buffer,
                                      size_t key_buffer_size, uint8_t *data, size_t data_size, size_t *data_length);
psa_status_t mirror_get_builtin_key(psa_drv_slot_number_t slot_number, psa_key_attributes_t *attributes,
                                    uint8_t *key_buffer, size_t key_buffer_size, size_t *key_buffer_length);

#endif
