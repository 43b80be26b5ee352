/* Detection after Intel's manual, volume 1, 12.13 (AES, PCLMULQDQ), 14.3 (AVX), 14.3.1 (VAES, VPCLMULQDQ) and
 * 15.2 (AVX-512): registers of 256 and 512 bits may be used where the operating system has enabled their state in XCR0.
 */
#include "x86_aes_cpu.h"

#include <cpuid.h>

#define BIT(n) (1u << (n))

/* Leaf 1, ECX */
#define ECX1_PCLMULQDQ BIT(1)
#define ECX1_SSSE3 BIT(9)
#define ECX1_SSE41 BIT(19)
#define ECX1_AES BIT(25)
#define ECX1_OSXSAVE BIT(27)
#define ECX1_AVX BIT(28)
/* Leaf 7, subleaf 0 */
#define EBX7_AVX2 BIT(5)
#define EBX7_AVX512 (BIT(16) | BIT(30) | BIT(31)) /* F, BW, VL */
#define ECX7_VAES BIT(9)
#define ECX7_VPCLMULQDQ BIT(10)
/* XCR0 */
#define XCR0_SSE_AND_AVX (BIT(1) | BIT(2))
#define XCR0_AVX512 (BIT(5) | BIT(6) | BIT(7)) /* masks, and both parts of the registers */

#define ANSWERED BIT(31)

static bool has(uint32_t word, uint32_t bits) {
    return (word & bits) == bits;
}

uint32_t x86_aes_features_of(const x86_aes_cpuid_t *cpuid) {
    if (!has(cpuid->leaf1_ecx, ECX1_AES | ECX1_SSSE3 | ECX1_SSE41)) {
        return 0;
    }
    uint32_t features = X86_AES_BASE;
    if (has(cpuid->leaf1_ecx, ECX1_PCLMULQDQ)) {
        features |= X86_AES_GHASH;
    }
    bool wide = has(cpuid->leaf1_ecx, ECX1_OSXSAVE | ECX1_AVX) && has(cpuid->xcr0, XCR0_SSE_AND_AVX) &&
                has(cpuid->leaf7_ebx, EBX7_AVX2) && has(cpuid->leaf7_ecx, ECX7_VAES);
    if (wide) {
        features |= X86_AES_WIDE;
        if (has(cpuid->leaf7_ecx, ECX7_VPCLMULQDQ) && (features & X86_AES_GHASH) != 0) {
            features |= X86_AES_WIDE_GHASH;
            bool wider = has(cpuid->leaf7_ebx, EBX7_AVX512) && has(cpuid->xcr0, XCR0_AVX512);
            features |= wider ? X86_AES_WIDER : 0;
        }
    }
    return features;
}

static uint32_t ask(void) {
    x86_aes_cpuid_t answers = {0, 0, 0, 0};
    unsigned a = 0;
    unsigned b = 0;
    unsigned c = 0;
    unsigned d = 0;
    if (__get_cpuid(1, &a, &b, &c, &d) != 0) {
        answers.leaf1_ecx = c;
    }
    if (__get_cpuid_count(7, 0, &a, &b, &c, &d) != 0) {
        answers.leaf7_ebx = b;
        answers.leaf7_ecx = c;
    }
    if (has(answers.leaf1_ecx, ECX1_OSXSAVE)) {
        __asm__ volatile("xgetbv" : "=a"(a), "=d"(d) : "c"(0));
        answers.xcr0 = a;
    }
    return x86_aes_features_of(&answers);
}

uint32_t x86_aes_features(void) {
    static uint32_t known; /* 0: not asked yet */
    uint32_t features = __atomic_load_n(&known, __ATOMIC_RELAXED);
    if (features == 0) {
        features = ask() | ANSWERED;
        __atomic_store_n(&known, features, __ATOMIC_RELAXED);
    }
    return features & ~ANSWERED;
}
