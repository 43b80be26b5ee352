/* P-256 in the manner of drivers for Mbed TLS. */
#ifndef PLUG_H
#define PLUG_H

#include <psa/crypto.h>

psa_status_t plug_transparent_import_key(const psa_key_attributes_t *attributes, const uint8_t *data,
                                         size_t data_length, uint8_t *key_buffer, size_t key_buffer_size,
                                         size_t *key_buffer_length, size_t *bits);
psa_status_t plug_transparent_generate_key(const psa_key_attributes_t *attributes, uint8_t *key_buffer,
                                           size_t key_buffer_size, size_t *key_buffer_length);
psa_status_t plug_transparent_export_public_key(const psa_key_attributes_t *attributes, const uint8_t *key_buffer,
                                                size_t key_buffer_size, uint8_t *data, size_t data_size,
                                                size_t *data_length);
psa_status_t plug_transparent_sign_hash(const psa_key_attributes_t *attributes, const uint8_t *key_buffer,
                                        size_t key_buffer_size, psa_algorithm_t alg, const uint8_t *hash,
                                        size_t hash_length, uint8_t *signature, size_t signature_size,
                                        size_t *signature_length);
psa_status_t plug_transparent_verify_hash(const psa_key_attributes_t *attributes, const uint8_t *key_buffer,
                                          size_t key_buffer_size, psa_algorithm_t alg, const uint8_t *hash,
                                          size_t hash_length, const uint8_t *signature, size_t signature_length);
psa_status_t plug_transparent_key_agreement(const psa_key_attributes_t *attributes, const uint8_t *key_buffer,
                                            size_t key_buffer_size, psa_algorithm_t alg, const uint8_t *peer_key,
                                            size_t peer_key_length, uint8_t *output, size_t output_size,
                                            size_t *output_length);

#endif
