"""Mechanisms without published vectors at hand, by expression, and the test that compares them with something else.

That is ``cryptography``, the standard library, or the definition over a cipher or a curve that has vectors.
"""

from __future__ import annotations

_CIPHERS = r"PSA_KEY_TYPE_(ARIA|CAMELLIA|SM4|DES|AES)"
_CURVES = r"PSA_KEY_TYPE_ECC_(KEY_PAIR|PUBLIC_KEY)\(PSA_ECC_FAMILY_"

DEFINED: dict[str, str] = {
    rf"PSA_ALG_(CBC_\w+|CTR|CFB|OFB) {_CIPHERS}": "drivers/test_driver_cipher.py::test_modes_are_those_of_cryptography",
    rf"PSA_ALG_CCM_STAR_NO_TAG {_CIPHERS}": "drivers/test_driver_cipher.py::test_ccm_star_is_counter_mode_from_one",
    rf"PSA_ALG_XTS {_CIPHERS}": "drivers/test_driver_cipher.py::test_xts_is_its_definition",
    rf"PSA_ALG_GCM {_CIPHERS}": "drivers/test_driver_aead.py::test_gcm_tag_is_its_definition",
    rf"PSA_ALG_CCM {_CIPHERS}": "drivers/test_driver_aead.py::test_text_is_in_counter_mode",
    rf"PSA_ALG_CMAC {_CIPHERS}": "drivers/test_driver_mac.py::test_block_cipher_macs_are_their_definition",
    rf"PSA_ALG_CBC_MAC {_CIPHERS}": "drivers/test_driver_mac.py::test_block_cipher_macs_are_their_definition",
    r"PSA_ALG_BLAKE2_MAC\(": "drivers/test_driver_mac.py::test_blake2_macs_are_those_of_the_standard_library",
    rf"PSA_ALG_KWP? {_CIPHERS}": "drivers/test_driver_wrap.py::test_wrapping_with_every_cipher",
    rf"PSA_ALG_(DETERMINISTIC_)?ECDSA\(.*{_CURVES}": "drivers/test_driver_ecc.py::test_generated_keys_sign_and_agree",
    rf"PSA_ALG_ECDH {_CURVES}": "drivers/test_driver_ecc.py::test_generated_keys_sign_and_agree",
    rf"PSA_ALG_ECIES_SEC1 {_CURVES}": "drivers/test_driver_dh.py::test_encapsulated_secret_is_that_of_ecdh",
    rf"PSA_ALG_(ED25519PH|ED448PH|EDDSA_CTX) {_CURVES}": "drivers/test_driver_eddsa.py::test_published_vectors",
    r"PSA_ALG_FFDH PSA_KEY_TYPE_DH_": "drivers/test_driver_dh.py::test_agreement_with_cryptography",
    rf"PSA_ALG_ECDSA_ANY {_CURVES}": "test_oracle_ecc.py::test_ecdsa_of_any_input_length",
    r"PSA_ALG_RSA_PKCS1V15_SIGN_RAW ": "test_oracle_rsa.py::test_raw_pkcs1_signs_what_it_is_given",
    r"PSA_ALG_RSA_PSS\(": "test_oracle_rsa.py::test_pss_both_ways_with_cryptography",
}
