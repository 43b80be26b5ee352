/* A companion with a core of its own in the same object: a core that nobody has initialised. */
#include <stddef.h>
#include <stdint.h>

uint8_t library_mix(const uint8_t *data, size_t length);
int32_t psa_generate_random(uint8_t *output, size_t size);

uint8_t library_mix(const uint8_t *data, size_t length) {
    uint8_t random;
    uint8_t sum = psa_generate_random(&random, 1) == 0 ? 0 : 0x80;
    for (size_t i = 0; i < length; i++) {
        sum = (uint8_t)(sum ^ data[i]);
    }
    return sum;
}

int32_t psa_generate_random(uint8_t *output, size_t size) {
    (void)output;
    (void)size;
    return -137; /* the state of a core without psa_crypto_init() */
}
