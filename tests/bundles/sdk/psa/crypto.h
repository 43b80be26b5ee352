/* A foreign SDK for tests: key attributes of 24 bytes, 28 with SDK_OWNER_IDS, 40 with SDK_SLOT_NUMBERS.
 *
 * The accessors do what those of widespread SDKs do: an id makes a volatile key persistent, a
 * volatile lifetime resets the id, usage flags imply others, sizes saturate.  With
 * SDK_ACCESSORS_IN_LIBRARY they are only declared here.  SDK_PAKE adds cipher suites, and
 * SDK_CONFIRMATION the choice of a confirmation to these.
 */
#ifndef SDK_PSA_CRYPTO_H
#define SDK_PSA_CRYPTO_H

#include <stddef.h>
#include <stdint.h>

typedef int32_t psa_status_t;
typedef uint32_t psa_algorithm_t;
typedef uint32_t psa_key_id_t;
typedef uint32_t psa_key_lifetime_t;
typedef uint32_t psa_key_location_t;
typedef uint32_t psa_key_usage_t;
typedef uint16_t psa_key_type_t;
typedef uint16_t psa_key_bits_t;
typedef uint64_t psa_drv_slot_number_t;

#define PSA_SUCCESS ((psa_status_t)0)
#define PSA_ERROR_NOT_SUPPORTED ((psa_status_t) - 134)
#define PSA_ERROR_INVALID_ARGUMENT ((psa_status_t) - 135)
#define PSA_ERROR_BUFFER_TOO_SMALL ((psa_status_t) - 138)
#define PSA_ERROR_INVALID_SIGNATURE ((psa_status_t) - 149)

#define PSA_ALG_SHA_256 ((psa_algorithm_t)0x02000009)
#define PSA_ALG_ANY_HASH ((psa_algorithm_t)0x020000ff)
#define PSA_ALG_ECDSA(hash) ((psa_algorithm_t)(0x06000600 | ((hash) & 0xff)))
#define PSA_ALG_ECDH ((psa_algorithm_t)0x09020000)
#define PSA_ECC_FAMILY_SECP_R1 0x12
#define PSA_KEY_TYPE_RAW_DATA ((psa_key_type_t)0x1001)
#define PSA_KEY_TYPE_ECC_KEY_PAIR(curve) ((psa_key_type_t)(0x7100 | (curve)))
#define PSA_KEY_TYPE_ECC_PUBLIC_KEY(curve) ((psa_key_type_t)(0x4100 | (curve)))
#define PSA_KEY_USAGE_SIGN_HASH 0x1000u
#define PSA_KEY_USAGE_VERIFY_HASH 0x2000u

#if defined(SDK_OWNER_IDS)
typedef int32_t mbedtls_key_owner_id_t;
typedef struct {
    psa_key_id_t key_id;
    mbedtls_key_owner_id_t owner;
} mbedtls_svc_key_id_t;
#define MBEDTLS_SVC_KEY_ID_GET_KEY_ID(id) ((id).key_id)
static inline mbedtls_svc_key_id_t mbedtls_svc_key_id_make(mbedtls_key_owner_id_t owner, psa_key_id_t key_id) {
    const mbedtls_svc_key_id_t id = {key_id, owner};
    return id;
}
#else
typedef psa_key_id_t mbedtls_svc_key_id_t;
#define MBEDTLS_SVC_KEY_ID_GET_KEY_ID(id) (id)
static inline mbedtls_svc_key_id_t mbedtls_svc_key_id_make(unsigned int unused, psa_key_id_t key_id) {
    (void)unused;
    return key_id;
}
#endif

struct psa_key_attributes_s {
#if defined(SDK_SLOT_NUMBERS)
    uint8_t has_slot_number;
    uint64_t slot_number;
#endif
    psa_key_type_t type;
    psa_key_bits_t bits;
    psa_key_lifetime_t lifetime;
    struct {
        psa_key_usage_t usage;
        psa_algorithm_t alg;
        psa_algorithm_t alg2;
    } policy;
    mbedtls_svc_key_id_t id;
};
typedef struct psa_key_attributes_s psa_key_attributes_t;
#define PSA_KEY_ATTRIBUTES_INIT {0}

#if defined(SDK_ACCESSORS_IN_LIBRARY)
void psa_set_key_id(psa_key_attributes_t *attributes, mbedtls_svc_key_id_t id);
void psa_set_key_lifetime(psa_key_attributes_t *attributes, psa_key_lifetime_t lifetime);
void psa_set_key_usage_flags(psa_key_attributes_t *attributes, psa_key_usage_t usage);
void psa_set_key_bits(psa_key_attributes_t *attributes, size_t bits);
void psa_set_key_type(psa_key_attributes_t *attributes, psa_key_type_t type);
void psa_set_key_algorithm(psa_key_attributes_t *attributes, psa_algorithm_t alg);
mbedtls_svc_key_id_t psa_get_key_id(const psa_key_attributes_t *attributes);
psa_key_lifetime_t psa_get_key_lifetime(const psa_key_attributes_t *attributes);
psa_key_usage_t psa_get_key_usage_flags(const psa_key_attributes_t *attributes);
psa_algorithm_t psa_get_key_algorithm(const psa_key_attributes_t *attributes);
psa_key_type_t psa_get_key_type(const psa_key_attributes_t *attributes);
size_t psa_get_key_bits(const psa_key_attributes_t *attributes);
#else
static inline void psa_set_key_id(psa_key_attributes_t *attributes, mbedtls_svc_key_id_t id) {
    attributes->id = id;
    if ((attributes->lifetime & 0xffu) == 0u) {
        attributes->lifetime |= 1u;
    }
}

static inline void psa_set_key_lifetime(psa_key_attributes_t *attributes, psa_key_lifetime_t lifetime) {
    attributes->lifetime = lifetime;
    if ((lifetime & 0xffu) == 0u) {
        attributes->id = mbedtls_svc_key_id_make(0, 0);
    }
}

static inline void psa_set_key_usage_flags(psa_key_attributes_t *attributes, psa_key_usage_t usage) {
    usage |= (usage & PSA_KEY_USAGE_SIGN_HASH) != 0u ? 0x400u : 0u;
    usage |= (usage & PSA_KEY_USAGE_VERIFY_HASH) != 0u ? 0x800u : 0u;
    attributes->policy.usage = usage;
}

static inline void psa_set_key_bits(psa_key_attributes_t *attributes, size_t bits) {
    attributes->bits = bits > 0xfff8u ? 0xffffu : (psa_key_bits_t)bits;
}

static inline void psa_set_key_type(psa_key_attributes_t *attributes, psa_key_type_t type) {
    attributes->type = type;
}

static inline void psa_set_key_algorithm(psa_key_attributes_t *attributes, psa_algorithm_t alg) {
    attributes->policy.alg = alg;
}

static inline mbedtls_svc_key_id_t psa_get_key_id(const psa_key_attributes_t *attributes) {
    return attributes->id;
}

static inline psa_key_lifetime_t psa_get_key_lifetime(const psa_key_attributes_t *attributes) {
    return attributes->lifetime;
}

static inline psa_key_usage_t psa_get_key_usage_flags(const psa_key_attributes_t *attributes) {
    return attributes->policy.usage;
}

static inline psa_algorithm_t psa_get_key_algorithm(const psa_key_attributes_t *attributes) {
    return attributes->policy.alg;
}

static inline psa_key_type_t psa_get_key_type(const psa_key_attributes_t *attributes) {
    return attributes->type;
}

static inline size_t psa_get_key_bits(const psa_key_attributes_t *attributes) {
    return attributes->bits;
}
#endif

#if defined(SDK_PAKE)
#define PSA_ALG_JPAKE(hash) ((psa_algorithm_t)(0x0a000100 | ((hash) & 0xff)))
#define PSA_ALG_SPAKE2P_MATTER ((psa_algorithm_t)0x0a000609)
typedef uint32_t psa_pake_primitive_t;
typedef struct {
#if defined(SDK_CONFIRMATION)
    uint32_t confirmation;
#endif
    psa_pake_primitive_t group;
    psa_algorithm_t protocol;
} psa_pake_cipher_suite_t;
#define PSA_PAKE_CIPHER_SUITE_INIT {0}

static inline void psa_pake_cs_set_algorithm(psa_pake_cipher_suite_t *suite, psa_algorithm_t alg) {
    suite->protocol = alg;
}

static inline void psa_pake_cs_set_primitive(psa_pake_cipher_suite_t *suite, psa_pake_primitive_t primitive) {
    suite->group = primitive;
}

#if defined(SDK_CONFIRMATION)
static inline void psa_pake_cs_set_key_confirmation(psa_pake_cipher_suite_t *suite, uint32_t confirmation) {
    suite->confirmation = confirmation;
}
#endif
#endif

psa_status_t psa_generate_random(uint8_t *output, size_t output_size);

#endif
