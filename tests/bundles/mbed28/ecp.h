/* P-256 on top of a library's curve arithmetic, compiled against that library's own PSA headers. */
#ifndef ECP_H
#define ECP_H

#include <psa/crypto.h>

psa_status_t ecp_generate_key(const psa_key_attributes_t *attributes, uint8_t *key_buffer, size_t key_buffer_size,
                              size_t *key_buffer_length);
psa_status_t ecp_export_public_key(const psa_key_attributes_t *attributes, const uint8_t *key_buffer,
                                   size_t key_buffer_size, uint8_t *data, size_t data_size, size_t *data_length);
psa_status_t ecp_key_agreement(psa_algorithm_t alg, const psa_key_attributes_t *attributes, const uint8_t *key_buffer,
                               size_t key_buffer_size, const uint8_t *peer_key, size_t peer_key_length, uint8_t *output,
                               size_t output_size, size_t *output_length);

#endif
