#ifndef KEEPER_H
#define KEEPER_H

#include <psa/crypto.h>

#ifndef PSA_ALG_HMAC
#define PSA_ALG_HMAC(hash) ((psa_algorithm_t)0x03800000 | ((hash) & 0xff))
#endif

/* The "MAC" is the number of the call with this key, in every byte. */
psa_status_t keeper_mac_compute(const psa_key_attributes_t *attributes, const uint8_t *key_buffer,
                                size_t key_buffer_size, psa_algorithm_t alg, const uint8_t *input, size_t input_length,
                                uint8_t *mac, size_t mac_size, size_t *mac_length);

#endif
