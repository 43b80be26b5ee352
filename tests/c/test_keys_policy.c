/* What one algorithm permits of another, and policies (section 9.8). */

#include <psa/crypto.h>

#include "check.h"
#include "keys/policy.h"
#include "util/alg.h"

#define SIGN PSA_KEY_USAGE_SIGN_HASH
#define VERIFY PSA_KEY_USAGE_VERIFY_HASH
#define SHA256 PSA_ALG_SHA_256

static bool permits(psa_algorithm_t policy, psa_algorithm_t requested) {
    return psab_alg_permits(policy, requested, PSA_KEY_TYPE_AES, 0);
}

TEST(no_algorithm_permits_nothing) {
    CHECK(!permits(PSA_ALG_NONE, PSA_ALG_GCM));
    CHECK(!permits(PSA_ALG_NONE, PSA_ALG_NONE));
}

TEST(an_algorithm_permits_itself_only) {
    CHECK(permits(PSA_ALG_CTR, PSA_ALG_CTR));
    CHECK(!permits(PSA_ALG_CTR, PSA_ALG_CFB));
    CHECK(!permits(PSA_ALG_HMAC(SHA256), PSA_ALG_HMAC(PSA_ALG_SHA_512)));
}

TEST(a_wildcard_is_never_a_permitted_request) {
    psa_algorithm_t any = PSA_ALG_ECDSA(PSA_ALG_ANY_HASH);
    psa_algorithm_t mac = PSA_ALG_AT_LEAST_THIS_LENGTH_MAC(PSA_ALG_CMAC, 8);
    CHECK(!permits(any, any));
    CHECK(!permits(mac, mac));
    CHECK(!permits(PSA_ALG_CCM_STAR_ANY_TAG, PSA_ALG_CCM_STAR_ANY_TAG));
    CHECK(!permits(PSA_ALG_WPA3_SAE_ANY, PSA_ALG_WPA3_SAE_ANY));
}

TEST(any_hash_permits_each_hash_but_not_none) {
    psa_algorithm_t any = PSA_ALG_ECDSA(PSA_ALG_ANY_HASH);
    CHECK(permits(any, PSA_ALG_ECDSA(SHA256)));
    CHECK(permits(any, PSA_ALG_ECDSA(PSA_ALG_SHA3_512)));
    CHECK(!permits(any, PSA_ALG_ECDSA_ANY));
    CHECK(!permits(any, PSA_ALG_RSA_PSS(SHA256)));
    CHECK(permits(PSA_ALG_WPA3_SAE_H2E(PSA_ALG_ANY_HASH), PSA_ALG_WPA3_SAE_H2E(SHA256)));
    CHECK(permits(PSA_ALG_HASH_ML_DSA(PSA_ALG_ANY_HASH), PSA_ALG_HASH_ML_DSA(SHA256)));
}

TEST(any_hash_of_pkcs1_permits_the_raw_form) {
    psa_algorithm_t any = PSA_ALG_RSA_PKCS1V15_SIGN(PSA_ALG_ANY_HASH);
    CHECK(permits(any, PSA_ALG_RSA_PKCS1V15_SIGN_RAW));
    CHECK(!permits(PSA_ALG_RSA_PKCS1V15_SIGN(SHA256), PSA_ALG_RSA_PKCS1V15_SIGN_RAW));
}

TEST(any_hash_means_nothing_outside_signatures) {
    CHECK(!permits(PSA_ALG_HMAC(PSA_ALG_ANY_HASH), PSA_ALG_HMAC(SHA256)));
    CHECK(!permits(PSA_ALG_RSA_OAEP(PSA_ALG_ANY_HASH), PSA_ALG_RSA_OAEP(SHA256)));
}

static void check_pair(psa_algorithm_t hedged, psa_algorithm_t deterministic) {
    psa_key_type_t type = PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1);
    CHECK(psab_alg_permits(hedged, deterministic, type, VERIFY));
    CHECK(psab_alg_permits(deterministic, hedged, type, PSA_KEY_USAGE_VERIFY_MESSAGE));
    CHECK(!psab_alg_permits(hedged, deterministic, type, SIGN));
    CHECK(!psab_alg_permits(deterministic, hedged, type, PSA_KEY_USAGE_SIGN_MESSAGE));
}

TEST(hedged_and_deterministic_signatures_verify_each_other) {
    check_pair(PSA_ALG_ECDSA(SHA256), PSA_ALG_DETERMINISTIC_ECDSA(SHA256));
    check_pair(PSA_ALG_ML_DSA, PSA_ALG_DETERMINISTIC_ML_DSA);
    check_pair(PSA_ALG_HASH_ML_DSA(SHA256), PSA_ALG_DETERMINISTIC_HASH_ML_DSA(SHA256));
    check_pair(PSA_ALG_SLH_DSA, PSA_ALG_DETERMINISTIC_SLH_DSA);
    check_pair(PSA_ALG_HASH_SLH_DSA(SHA256), PSA_ALG_DETERMINISTIC_HASH_SLH_DSA(SHA256));
}

TEST(any_hash_of_one_form_verifies_the_other) {
    psa_algorithm_t any = PSA_ALG_ECDSA(PSA_ALG_ANY_HASH);
    CHECK(psab_alg_permits(any, PSA_ALG_DETERMINISTIC_ECDSA(SHA256), 0, VERIFY));
    CHECK(!psab_alg_permits(any, PSA_ALG_DETERMINISTIC_ECDSA(SHA256), 0, SIGN));
}

TEST(key_agreement_permits_combinations_but_not_the_reverse) {
    psa_algorithm_t combined = PSA_ALG_KEY_AGREEMENT(PSA_ALG_ECDH, PSA_ALG_HKDF(SHA256));
    psa_algorithm_t stretched = PSA_ALG_KEY_AGREEMENT(PSA_ALG_ECDH, PSA_ALG_PBKDF2_HMAC(SHA256));
    CHECK(permits(PSA_ALG_ECDH, combined));
    CHECK(permits(PSA_ALG_ECDH, stretched));
    CHECK(!permits(combined, PSA_ALG_ECDH));
    CHECK(!permits(PSA_ALG_FFDH, combined));
}

TEST(minimum_mac_length_counts_the_full_length) {
    psa_algorithm_t hmac = PSA_ALG_HMAC(SHA256);
    psa_algorithm_t policy = PSA_ALG_AT_LEAST_THIS_LENGTH_MAC(hmac, 20);
    CHECK(permits(policy, hmac));
    CHECK(permits(policy, PSA_ALG_TRUNCATED_MAC(hmac, 20)));
    CHECK(!permits(policy, PSA_ALG_TRUNCATED_MAC(hmac, 19)));
    CHECK(!permits(policy, PSA_ALG_TRUNCATED_MAC(hmac, 33)));
    CHECK(!permits(policy, PSA_ALG_HMAC(PSA_ALG_SHA_384)));
    CHECK(!permits(PSA_ALG_AT_LEAST_THIS_LENGTH_MAC(PSA_ALG_HMAC(PSA_ALG_MD5), 20), PSA_ALG_HMAC(PSA_ALG_MD5)));
}

TEST(minimum_length_of_a_block_cipher_mac_depends_on_the_block) {
    psa_algorithm_t policy = PSA_ALG_AT_LEAST_THIS_LENGTH_MAC(PSA_ALG_CMAC, 12);
    CHECK(psab_alg_permits(policy, PSA_ALG_CMAC, PSA_KEY_TYPE_AES, 0));
    CHECK(!psab_alg_permits(policy, PSA_ALG_CMAC, PSA_KEY_TYPE_DES, 0));
}

TEST(truncation_to_the_full_length_is_the_plain_mac) {
    psa_algorithm_t hmac = PSA_ALG_HMAC(SHA256);
    CHECK(permits(hmac, PSA_ALG_TRUNCATED_MAC(hmac, 32)));
    CHECK(permits(PSA_ALG_TRUNCATED_MAC(hmac, 32), hmac));
    CHECK(!permits(hmac, PSA_ALG_TRUNCATED_MAC(hmac, 16)));
}

TEST(minimum_tag_length_permits_that_length_or_more) {
    psa_algorithm_t policy = PSA_ALG_AEAD_WITH_AT_LEAST_THIS_LENGTH_TAG(PSA_ALG_GCM, 12);
    CHECK(permits(policy, PSA_ALG_GCM));
    CHECK(permits(policy, PSA_ALG_AEAD_WITH_SHORTENED_TAG(PSA_ALG_GCM, 12)));
    CHECK(!permits(policy, PSA_ALG_AEAD_WITH_SHORTENED_TAG(PSA_ALG_GCM, 8)));
    CHECK(!permits(policy, PSA_ALG_CCM));
}

TEST(ccm_star_with_any_tag_permits_the_tags_of_ccm_star) {
    CHECK(permits(PSA_ALG_CCM_STAR_ANY_TAG, PSA_ALG_CCM_STAR_NO_TAG));
    CHECK(permits(PSA_ALG_CCM_STAR_ANY_TAG, PSA_ALG_CCM));
    for (unsigned tag = 1; tag <= 16; tag++) {
        bool expected = tag == 4 || tag == 8 || tag == 16;
        CHECK_EQUAL(permits(PSA_ALG_CCM_STAR_ANY_TAG, PSA_ALG_AEAD_WITH_SHORTENED_TAG(PSA_ALG_CCM, tag)), expected);
    }
    CHECK(!permits(PSA_ALG_CCM_STAR_ANY_TAG, PSA_ALG_GCM));
}

TEST(wpa3_wildcard_depends_on_the_type_of_key) {
    psa_key_type_t token = PSA_KEY_TYPE_WPA3_SAE_ECC(PSA_ECC_FAMILY_SECP_R1);
    psa_algorithm_t h2e = PSA_ALG_WPA3_SAE_H2E(SHA256);
    psa_algorithm_t fixed = PSA_ALG_WPA3_SAE_FIXED(SHA256);
    psa_algorithm_t gdh = PSA_ALG_WPA3_SAE_GDH(SHA256);
    CHECK(psab_alg_permits(PSA_ALG_WPA3_SAE_ANY, h2e, PSA_KEY_TYPE_PASSWORD, 0));
    CHECK(psab_alg_permits(PSA_ALG_WPA3_SAE_ANY, fixed, PSA_KEY_TYPE_PASSWORD, 0));
    CHECK(!psab_alg_permits(PSA_ALG_WPA3_SAE_ANY, gdh, PSA_KEY_TYPE_PASSWORD, 0));
    CHECK(psab_alg_permits(PSA_ALG_WPA3_SAE_ANY, gdh, token, 0));
    CHECK(!psab_alg_permits(PSA_ALG_WPA3_SAE_ANY, h2e, token, 0));
    CHECK(!psab_alg_permits(PSA_ALG_WPA3_SAE_ANY, fixed, PSA_KEY_TYPE_AES, 0));
}

TEST(intersection_is_the_more_specific_algorithm) {
    psa_key_type_t type = PSA_KEY_TYPE_AES;
    psa_algorithm_t any = PSA_ALG_ECDSA(PSA_ALG_ANY_HASH);
    psa_algorithm_t combined = PSA_ALG_KEY_AGREEMENT(PSA_ALG_ECDH, PSA_ALG_HKDF(SHA256));
    psa_algorithm_t eight = PSA_ALG_AT_LEAST_THIS_LENGTH_MAC(PSA_ALG_CMAC, 8);
    psa_algorithm_t twelve = PSA_ALG_AT_LEAST_THIS_LENGTH_MAC(PSA_ALG_CMAC, 12);
    CHECK_EQUAL(psab_alg_intersect(any, PSA_ALG_ECDSA(SHA256), type), PSA_ALG_ECDSA(SHA256));
    CHECK_EQUAL(psab_alg_intersect(PSA_ALG_ECDSA(SHA256), any, type), PSA_ALG_ECDSA(SHA256));
    CHECK_EQUAL(psab_alg_intersect(PSA_ALG_ECDH, combined, type), combined);
    CHECK_EQUAL(psab_alg_intersect(eight, twelve, type), twelve);
    CHECK_EQUAL(psab_alg_intersect(twelve, eight, type), twelve);
    CHECK_EQUAL(psab_alg_intersect(eight, PSA_ALG_CMAC, type), PSA_ALG_CMAC);
    CHECK_EQUAL(psab_alg_intersect(any, any, type), any);
    CHECK_EQUAL(psab_alg_intersect(PSA_ALG_GCM, PSA_ALG_CCM, type), PSA_ALG_NONE);
    CHECK_EQUAL(psab_alg_intersect(PSA_ALG_ECDSA(SHA256), PSA_ALG_DETERMINISTIC_ECDSA(SHA256), type), PSA_ALG_NONE);
}

TEST(minimum_length_of_zero_is_no_policy) {
    CHECK(!psab_alg_is_policy(PSA_ALG_CMAC | PSAB_ALG_AT_LEAST));
    CHECK(psab_alg_is_policy(PSA_ALG_AT_LEAST_THIS_LENGTH_MAC(PSA_ALG_CMAC, 1)));
    CHECK(psab_alg_is_policy(PSA_ALG_NONE));
    CHECK(!psab_alg_is_policy(0x01000000u));
}

TEST(policy_needs_every_flag) {
    psab_attributes_t attributes = {.usage = PSA_KEY_USAGE_ENCRYPT, .alg = PSA_ALG_GCM, .type = PSA_KEY_TYPE_AES};
    CHECK_STATUS(psab_policy_check(&attributes, PSA_KEY_USAGE_ENCRYPT, PSA_ALG_GCM), PSA_SUCCESS);
    CHECK_STATUS(psab_policy_check(&attributes, PSA_KEY_USAGE_DECRYPT, PSA_ALG_GCM), PSA_ERROR_NOT_PERMITTED);
    CHECK_STATUS(psab_policy_check(&attributes, PSA_KEY_USAGE_ENCRYPT, PSA_ALG_CCM), PSA_ERROR_NOT_PERMITTED);
    CHECK_STATUS(psab_policy_check(&attributes, PSA_KEY_USAGE_ENCRYPT, PSA_ALG_NONE), PSA_SUCCESS);
}

TEST(hash_flags_imply_message_flags) {
    psa_key_attributes_t attributes = psa_key_attributes_init();
    psa_set_key_usage_flags(&attributes, PSA_KEY_USAGE_SIGN_HASH | PSA_KEY_USAGE_VERIFY_HASH);
    CHECK_EQUAL(psa_get_key_usage_flags(&attributes), PSA_KEY_USAGE_SIGN_HASH | PSA_KEY_USAGE_VERIFY_HASH |
                                                          PSA_KEY_USAGE_SIGN_MESSAGE | PSA_KEY_USAGE_VERIFY_MESSAGE);
    psa_set_key_usage_flags(&attributes, PSA_KEY_USAGE_SIGN_MESSAGE);
    CHECK_EQUAL(psa_get_key_usage_flags(&attributes), PSA_KEY_USAGE_SIGN_MESSAGE);
}

TEST(copy_policy_is_the_intersection) {
    psab_attributes_t source = {.usage = PSA_KEY_USAGE_SIGN_HASH | PSA_KEY_USAGE_SIGN_MESSAGE | PSA_KEY_USAGE_COPY,
                                .alg = PSA_ALG_ECDSA(PSA_ALG_ANY_HASH)};
    psab_attributes_t target = {.usage = PSA_KEY_USAGE_SIGN_HASH | PSA_KEY_USAGE_EXPORT, .alg = PSA_ALG_ECDSA(SHA256)};
    CHECK_STATUS(psab_policy_intersect(&source, &target), PSA_SUCCESS);
    CHECK_EQUAL(target.usage, PSA_KEY_USAGE_SIGN_HASH | PSA_KEY_USAGE_SIGN_MESSAGE);
    CHECK_EQUAL(target.alg, PSA_ALG_ECDSA(SHA256));
    target.alg = PSA_ALG_GCM;
    CHECK_STATUS(psab_policy_intersect(&source, &target), PSA_ERROR_INVALID_ARGUMENT);
}
