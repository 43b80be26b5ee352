/* Takes the place of the detection in x86_aes, so that a test can run each path: one number to set. */
#include "x86_aes_cpu.h"

uint32_t support_features;

uint32_t x86_aes_features(void) {
    return support_features;
}
