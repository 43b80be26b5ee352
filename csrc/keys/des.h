/** @file
 * The two things about DES keys that are not just bytes: parity, and weak keys (SP 800-67).
 */
#ifndef PSAB_KEYS_DES_H
#define PSAB_KEYS_DES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Whether every byte has odd parity. Takes the same time whatever the key is. */
bool psab_des_parity_is_odd(const uint8_t *key, size_t size);

/** Give every byte odd parity. */
void psab_des_set_parity(uint8_t *key, size_t size);

/** Whether 8 bytes with odd parity are one of the 4 weak or 12 semi-weak keys. */
bool psab_des_is_weak(const uint8_t key[8]);

#endif
