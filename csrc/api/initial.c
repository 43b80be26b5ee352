/* Initial values of operations, and PAKE cipher suites: plain objects, no core is needed
 * (sections 10.2 to 10.9 and 10.13.3). */

#include <psa/crypto.h>

psa_hash_operation_t psa_hash_operation_init(void) {
    return (psa_hash_operation_t)PSA_HASH_OPERATION_INIT;
}

psa_xof_operation_t psa_xof_operation_init(void) {
    return (psa_xof_operation_t)PSA_XOF_OPERATION_INIT;
}

psa_mac_operation_t psa_mac_operation_init(void) {
    return (psa_mac_operation_t)PSA_MAC_OPERATION_INIT;
}

psa_cipher_operation_t psa_cipher_operation_init(void) {
    return (psa_cipher_operation_t)PSA_CIPHER_OPERATION_INIT;
}

psa_aead_operation_t psa_aead_operation_init(void) {
    return (psa_aead_operation_t)PSA_AEAD_OPERATION_INIT;
}

psa_key_derivation_operation_t psa_key_derivation_operation_init(void) {
    return (psa_key_derivation_operation_t)PSA_KEY_DERIVATION_OPERATION_INIT;
}

psa_sign_operation_t psa_sign_operation_init(void) {
    return (psa_sign_operation_t)PSA_SIGN_OPERATION_INIT;
}

psa_verify_operation_t psa_verify_operation_init(void) {
    return (psa_verify_operation_t)PSA_VERIFY_OPERATION_INIT;
}

psa_pake_operation_t psa_pake_operation_init(void) {
    return (psa_pake_operation_t)PSA_PAKE_OPERATION_INIT;
}

psa_pake_cipher_suite_t psa_pake_cipher_suite_init(void) {
    return (psa_pake_cipher_suite_t)PSA_PAKE_CIPHER_SUITE_INIT;
}

psa_algorithm_t psa_pake_cs_get_algorithm(const psa_pake_cipher_suite_t *cipher_suite) {
    return cipher_suite->alg;
}

void psa_pake_cs_set_algorithm(psa_pake_cipher_suite_t *cipher_suite, psa_algorithm_t alg) {
    cipher_suite->alg = alg;
}

psa_pake_primitive_t psa_pake_cs_get_primitive(const psa_pake_cipher_suite_t *cipher_suite) {
    return cipher_suite->primitive;
}

void psa_pake_cs_set_primitive(psa_pake_cipher_suite_t *cipher_suite, psa_pake_primitive_t primitive) {
    cipher_suite->primitive = primitive;
}

uint32_t psa_pake_cs_get_key_confirmation(const psa_pake_cipher_suite_t *cipher_suite) {
    return cipher_suite->key_confirmation;
}

void psa_pake_cs_set_key_confirmation(psa_pake_cipher_suite_t *cipher_suite, uint32_t key_confirmation) {
    cipher_suite->key_confirmation = key_confirmation;
}
