/** @file
 * Keys: lifetimes, identifiers, usage flags, families and types (sections 9.2 to 9.8).
 */
#ifndef PSA_CRYPTO_VALUES_KEY_H
#define PSA_CRYPTO_VALUES_KEY_H

#include "crypto_types.h"

/* Identifiers (section 9.7). The core gives volatile keys identifiers of the vendor range. */

#define PSA_KEY_ID_NULL ((psa_key_id_t)0)
#define PSA_KEY_ID_USER_MIN ((psa_key_id_t)0x00000001)
#define PSA_KEY_ID_USER_MAX ((psa_key_id_t)0x3fffffff)
#define PSA_KEY_ID_VENDOR_MIN ((psa_key_id_t)0x40000000)
#define PSA_KEY_ID_VENDOR_MAX ((psa_key_id_t)0x7fffffff)

/* Lifetimes (section 9.6): location in bits 31..8, persistence in bits 7..0. */

#define PSA_KEY_PERSISTENCE_VOLATILE ((psa_key_persistence_t)0x00)
#define PSA_KEY_PERSISTENCE_DEFAULT ((psa_key_persistence_t)0x01)
#define PSA_KEY_PERSISTENCE_READ_ONLY ((psa_key_persistence_t)0xff)

#define PSA_KEY_LOCATION_LOCAL_STORAGE ((psa_key_location_t)0x000000)
#define PSA_KEY_LOCATION_PRIMARY_SECURE_ELEMENT ((psa_key_location_t)0x000001)

#define PSA_KEY_LIFETIME_VOLATILE ((psa_key_lifetime_t)0x00000000)
#define PSA_KEY_LIFETIME_PERSISTENT ((psa_key_lifetime_t)0x00000001)

#define PSA_KEY_LIFETIME_FROM_PERSISTENCE_AND_LOCATION(persistence, location)                                          \
    ((psa_key_lifetime_t)(((psa_key_lifetime_t)(location) << 8) | (psa_key_persistence_t)(persistence)))
#define PSA_KEY_LIFETIME_GET_PERSISTENCE(lifetime) ((psa_key_persistence_t)((lifetime) & 0xffu))
#define PSA_KEY_LIFETIME_GET_LOCATION(lifetime) ((psa_key_location_t)((psa_key_lifetime_t)(lifetime) >> 8))
#define PSA_KEY_LIFETIME_IS_VOLATILE(lifetime)                                                                         \
    (PSA_KEY_LIFETIME_GET_PERSISTENCE(lifetime) == PSA_KEY_PERSISTENCE_VOLATILE)

/* Usage flags (section 9.8.2). */

#define PSA_KEY_USAGE_EXPORT ((psa_key_usage_t)0x00000001)
#define PSA_KEY_USAGE_COPY ((psa_key_usage_t)0x00000002)
#define PSA_KEY_USAGE_CACHE ((psa_key_usage_t)0x00000004)
#define PSA_KEY_USAGE_DERIVE_PUBLIC ((psa_key_usage_t)0x00000080)
#define PSA_KEY_USAGE_ENCRYPT ((psa_key_usage_t)0x00000100)
#define PSA_KEY_USAGE_DECRYPT ((psa_key_usage_t)0x00000200)
#define PSA_KEY_USAGE_SIGN_MESSAGE ((psa_key_usage_t)0x00000400)
#define PSA_KEY_USAGE_VERIFY_MESSAGE ((psa_key_usage_t)0x00000800)
#define PSA_KEY_USAGE_SIGN_HASH ((psa_key_usage_t)0x00001000)
#define PSA_KEY_USAGE_VERIFY_HASH ((psa_key_usage_t)0x00002000)
#define PSA_KEY_USAGE_DERIVE ((psa_key_usage_t)0x00004000)
#define PSA_KEY_USAGE_VERIFY_DERIVATION ((psa_key_usage_t)0x00008000)
#define PSA_KEY_USAGE_WRAP ((psa_key_usage_t)0x00010000)
#define PSA_KEY_USAGE_UNWRAP ((psa_key_usage_t)0x00020000)

/* Families: sections 9.2.3, 9.2.4 and 9.5.7. */

#define PSA_ECC_FAMILY_SECP_K1 ((psa_ecc_family_t)0x17)
#define PSA_ECC_FAMILY_SECP_R1 ((psa_ecc_family_t)0x12)
#define PSA_ECC_FAMILY_SECP_R2 ((psa_ecc_family_t)0x1b)
#define PSA_ECC_FAMILY_SECT_K1 ((psa_ecc_family_t)0x27)
#define PSA_ECC_FAMILY_SECT_R1 ((psa_ecc_family_t)0x22)
#define PSA_ECC_FAMILY_SECT_R2 ((psa_ecc_family_t)0x2b)
#define PSA_ECC_FAMILY_BRAINPOOL_P_R1 ((psa_ecc_family_t)0x30)
#define PSA_ECC_FAMILY_FRP ((psa_ecc_family_t)0x33)
#define PSA_ECC_FAMILY_MONTGOMERY ((psa_ecc_family_t)0x41)
#define PSA_ECC_FAMILY_TWISTED_EDWARDS ((psa_ecc_family_t)0x42)

#define PSA_DH_FAMILY_RFC7919 ((psa_dh_family_t)0x03)
#define PSA_DH_FAMILY_RFC3526 ((psa_dh_family_t)0x05)

#define PSA_SLH_DSA_FAMILY_SHA2_S ((psa_slh_dsa_family_t)0x02)
#define PSA_SLH_DSA_FAMILY_SHA2_F ((psa_slh_dsa_family_t)0x04)
#define PSA_SLH_DSA_FAMILY_SHAKE_S ((psa_slh_dsa_family_t)0x0b)
#define PSA_SLH_DSA_FAMILY_SHAKE_F ((psa_slh_dsa_family_t)0x0d)

/* Key types without parameters: sections 9.3 and 9.5. */

#define PSA_KEY_TYPE_NONE ((psa_key_type_t)0x0000)

#define PSA_KEY_TYPE_RAW_DATA ((psa_key_type_t)0x1001)
#define PSA_KEY_TYPE_HMAC ((psa_key_type_t)0x1100)
#define PSA_KEY_TYPE_BLAKE2 ((psa_key_type_t)0x1103)
#define PSA_KEY_TYPE_DERIVE ((psa_key_type_t)0x1200)
#define PSA_KEY_TYPE_PASSWORD ((psa_key_type_t)0x1203)
#define PSA_KEY_TYPE_PASSWORD_HASH ((psa_key_type_t)0x1205)
#define PSA_KEY_TYPE_PEPPER ((psa_key_type_t)0x1206)

#define PSA_KEY_TYPE_ARC4 ((psa_key_type_t)0x2002)
#define PSA_KEY_TYPE_CHACHA20 ((psa_key_type_t)0x2004)
#define PSA_KEY_TYPE_XCHACHA20 ((psa_key_type_t)0x2007)
#define PSA_KEY_TYPE_ASCON ((psa_key_type_t)0x2008)
#define PSA_KEY_TYPE_DES ((psa_key_type_t)0x2301)
#define PSA_KEY_TYPE_AES ((psa_key_type_t)0x2400)
#define PSA_KEY_TYPE_CAMELLIA ((psa_key_type_t)0x2403)
#define PSA_KEY_TYPE_SM4 ((psa_key_type_t)0x2405)
#define PSA_KEY_TYPE_ARIA ((psa_key_type_t)0x2406)

#define PSA_KEY_TYPE_RSA_PUBLIC_KEY ((psa_key_type_t)0x4001)
#define PSA_KEY_TYPE_RSA_KEY_PAIR ((psa_key_type_t)0x7001)
#define PSA_KEY_TYPE_ML_DSA_PUBLIC_KEY ((psa_key_type_t)0x4002)
#define PSA_KEY_TYPE_ML_DSA_KEY_PAIR ((psa_key_type_t)0x7002)
#define PSA_KEY_TYPE_ML_KEM_PUBLIC_KEY ((psa_key_type_t)0x4004)
#define PSA_KEY_TYPE_ML_KEM_KEY_PAIR ((psa_key_type_t)0x7004)
#define PSA_KEY_TYPE_LMS_PUBLIC_KEY ((psa_key_type_t)0x4007)
#define PSA_KEY_TYPE_HSS_PUBLIC_KEY ((psa_key_type_t)0x4008)
#define PSA_KEY_TYPE_XMSS_PUBLIC_KEY ((psa_key_type_t)0x400b)
#define PSA_KEY_TYPE_XMSS_MT_PUBLIC_KEY ((psa_key_type_t)0x400d)

/* Key types of a family: the family, with its parity bit, fills bits 6..0. */

#define PSAB_KEY_TYPE_OF_FAMILY(base, family) ((psa_key_type_t)((base) | ((family) & 0x7fu)))
#define PSAB_KEY_TYPE_FAMILY(type) ((type) & 0x7fu)

#define PSA_KEY_TYPE_ECC_KEY_PAIR(curve) PSAB_KEY_TYPE_OF_FAMILY(0x7100u, curve)
#define PSA_KEY_TYPE_ECC_PUBLIC_KEY(curve) PSAB_KEY_TYPE_OF_FAMILY(0x4100u, curve)
#define PSA_KEY_TYPE_SLH_DSA_KEY_PAIR(set) PSAB_KEY_TYPE_OF_FAMILY(0x7180u, set)
#define PSA_KEY_TYPE_SLH_DSA_PUBLIC_KEY(set) PSAB_KEY_TYPE_OF_FAMILY(0x4180u, set)
#define PSA_KEY_TYPE_DH_KEY_PAIR(group) PSAB_KEY_TYPE_OF_FAMILY(0x7200u, group)
#define PSA_KEY_TYPE_DH_PUBLIC_KEY(group) PSAB_KEY_TYPE_OF_FAMILY(0x4200u, group)
#define PSA_KEY_TYPE_SPAKE2P_KEY_PAIR(curve) PSAB_KEY_TYPE_OF_FAMILY(0x7400u, curve)
#define PSA_KEY_TYPE_SPAKE2P_PUBLIC_KEY(curve) PSAB_KEY_TYPE_OF_FAMILY(0x4400u, curve)
#define PSA_KEY_TYPE_WPA3_SAE_ECC(curve) PSAB_KEY_TYPE_OF_FAMILY(0x3280u, curve)
#define PSA_KEY_TYPE_WPA3_SAE_DH(group) PSAB_KEY_TYPE_OF_FAMILY(0x3300u, group)

#define PSA_KEY_TYPE_ECC_GET_FAMILY(type) ((psa_ecc_family_t)PSAB_KEY_TYPE_FAMILY(type))
#define PSA_KEY_TYPE_SLH_DSA_GET_FAMILY(type) ((psa_slh_dsa_family_t)PSAB_KEY_TYPE_FAMILY(type))
#define PSA_KEY_TYPE_DH_GET_FAMILY(type) ((psa_dh_family_t)PSAB_KEY_TYPE_FAMILY(type))
#define PSA_KEY_TYPE_SPAKE2P_GET_FAMILY(type) ((psa_ecc_family_t)PSAB_KEY_TYPE_FAMILY(type))
#define PSA_KEY_TYPE_WPA3_SAE_ECC_GET_FAMILY(type) ((psa_ecc_family_t)PSAB_KEY_TYPE_FAMILY(type))
#define PSA_KEY_TYPE_WPA3_SAE_DH_GET_FAMILY(type) ((psa_dh_family_t)PSAB_KEY_TYPE_FAMILY(type))

/* Bits 13..12 tell the halves of an asymmetric key apart: 0 public key, 3 key pair. */

#define PSAB_KEY_TYPE_PAIR 0x3000u

#define PSA_KEY_TYPE_KEY_PAIR_OF_PUBLIC_KEY(type) ((psa_key_type_t)((type) | PSAB_KEY_TYPE_PAIR))
#define PSA_KEY_TYPE_PUBLIC_KEY_OF_KEY_PAIR(type) ((psa_key_type_t)((type) & ~PSAB_KEY_TYPE_PAIR))

/* Predicates of categories (section 9.2). */

#define PSA_KEY_TYPE_IS_UNSTRUCTURED(type) (((type) & 0x7000u) == 0x1000u || ((type) & 0x7000u) == 0x2000u)
#define PSA_KEY_TYPE_IS_ASYMMETRIC(type) (((type) & 0x4000u) != 0)
#define PSA_KEY_TYPE_IS_PUBLIC_KEY(type) (((type) & 0x7000u) == 0x4000u)
#define PSA_KEY_TYPE_IS_KEY_PAIR(type) (((type) & 0x7000u) == 0x7000u)

/* Predicates of types: of both halves, and of one. */

#define PSAB_KEY_TYPE_IS(type, value) (((type) & ~PSAB_KEY_TYPE_PAIR) == (value))
#define PSAB_KEY_TYPE_IN(type, value) (((type) & 0xff80u) == (value))

#define PSA_KEY_TYPE_IS_RSA(type) PSAB_KEY_TYPE_IS(type, PSA_KEY_TYPE_RSA_PUBLIC_KEY)
#define PSA_KEY_TYPE_IS_ML_DSA(type) PSAB_KEY_TYPE_IS(type, PSA_KEY_TYPE_ML_DSA_PUBLIC_KEY)
#define PSA_KEY_TYPE_IS_ML_KEM(type) PSAB_KEY_TYPE_IS(type, PSA_KEY_TYPE_ML_KEM_PUBLIC_KEY)

#define PSA_KEY_TYPE_IS_ECC(type) PSAB_KEY_TYPE_IN((type) & ~PSAB_KEY_TYPE_PAIR, 0x4100u)
#define PSA_KEY_TYPE_IS_ECC_KEY_PAIR(type) PSAB_KEY_TYPE_IN(type, 0x7100u)
#define PSA_KEY_TYPE_IS_ECC_PUBLIC_KEY(type) PSAB_KEY_TYPE_IN(type, 0x4100u)
#define PSA_KEY_TYPE_IS_SLH_DSA(type) PSAB_KEY_TYPE_IN((type) & ~PSAB_KEY_TYPE_PAIR, 0x4180u)
#define PSA_KEY_TYPE_IS_SLH_DSA_KEY_PAIR(type) PSAB_KEY_TYPE_IN(type, 0x7180u)
#define PSA_KEY_TYPE_IS_SLH_DSA_PUBLIC_KEY(type) PSAB_KEY_TYPE_IN(type, 0x4180u)
#define PSA_KEY_TYPE_IS_DH(type) PSAB_KEY_TYPE_IN((type) & ~PSAB_KEY_TYPE_PAIR, 0x4200u)
#define PSA_KEY_TYPE_IS_DH_KEY_PAIR(type) PSAB_KEY_TYPE_IN(type, 0x7200u)
#define PSA_KEY_TYPE_IS_DH_PUBLIC_KEY(type) PSAB_KEY_TYPE_IN(type, 0x4200u)
#define PSA_KEY_TYPE_IS_SPAKE2P(type) PSAB_KEY_TYPE_IN((type) & ~PSAB_KEY_TYPE_PAIR, 0x4400u)
#define PSA_KEY_TYPE_IS_SPAKE2P_KEY_PAIR(type) PSAB_KEY_TYPE_IN(type, 0x7400u)
#define PSA_KEY_TYPE_IS_SPAKE2P_PUBLIC_KEY(type) PSAB_KEY_TYPE_IN(type, 0x4400u)
#define PSA_KEY_TYPE_IS_WPA3_SAE_ECC(type) PSAB_KEY_TYPE_IN(type, 0x3280u)
#define PSA_KEY_TYPE_IS_WPA3_SAE_DH(type) PSAB_KEY_TYPE_IN(type, 0x3300u)

#endif
