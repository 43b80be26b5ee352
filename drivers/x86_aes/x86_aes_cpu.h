/** @file
 * What this processor, and the operating system on it, can do.
 */
#ifndef X86_AES_CPU_H
#define X86_AES_CPU_H

#include <stdbool.h>
#include <stdint.h>

#define X86_AES_BASE 1u       /**< AES, SSSE3, SSE4.1: every mode but GCM */
#define X86_AES_GHASH 2u      /**< and PCLMULQDQ: GCM */
#define X86_AES_WIDE 4u       /**< and AVX2, VAES, 256-bit registers kept by the operating system */
#define X86_AES_WIDE_GHASH 8u /**< and VPCLMULQDQ: GCM on 256-bit registers */
#define X86_AES_WIDER 16u     /**< and AVX-512 F, BW, VL, registers of 512 bits kept by the operating system */

/** What CPUID and XGETBV say. */
typedef struct {
    uint32_t leaf1_ecx;
    uint32_t leaf7_ebx; /**< 0 where there is no leaf 7 */
    uint32_t leaf7_ecx;
    uint32_t xcr0; /**< 0 where there is no XGETBV */
} x86_aes_cpuid_t;

/** The features above that follow from what the processor says; a feature implies those before it
 * on which it builds. A pure function. */
uint32_t x86_aes_features_of(const x86_aes_cpuid_t *cpuid);

/** The features of this processor; asked once. */
uint32_t x86_aes_features(void);

#endif
