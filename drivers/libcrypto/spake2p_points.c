/* The fixed points of SPAKE2+. */
#include "spake2p.h"

/* M and N of each curve (RFC 9383, section 4), compressed. */
static const struct {
    psa_ecc_family_t family;
    uint16_t bits;
    const char *points[2];
} fixed[] = {
    {PSA_ECC_FAMILY_SECP_R1,
     256,
     {"02886e2f97ace46e55ba9dd7242579f2993b64e16ef3dcab95afd497333d8fa12f",
      "03d8bbd6c639c62937b04d997f38c3770719c629d7014d49a24b4f98baa1292b49"}},
    {PSA_ECC_FAMILY_SECP_R1,
     384,
     {"030ff0895ae5ebf6187080a82d82b42e2765e3b2f8749c7e05eba366434b363d3dc36f15314739074d2eb8613fceec2853",
      "02c72cf2e390853a1c1c4ad816a62fd15824f56078918f43f922ca21518f9c543bb252c5490214cf9aa3f0baab4b665c10"}},
    {PSA_ECC_FAMILY_SECP_R1,
     521,
     {"02003f06f38131b2ba2600791e82488e8d20ab889af753a41806c5db18d37d85608cfae06b82e4a72cd744c719193562a653ea1f119eef93"
      "56907edc9b56979962d7aa",
      "0200c7924b9ec017f3094562894336a53c50167ba8c5963876880542bc669e494b2532d76c5b53dfb349fdf69154b9e0048c58a42e8ed04c"
      "ef052a3bc349d95575cd25"}},
    {PSA_ECC_FAMILY_TWISTED_EDWARDS,
     255,
     {"d048032c6ea0b6d697ddc2e86bda85a33adac920f1bf18e1b0c6d166a5cecdaf",
      "d3bfb518f44f3430f29d0c92af503865a1ed3281dc69b35dd868ba85f886c4ab"}},
    {PSA_ECC_FAMILY_TWISTED_EDWARDS,
     448,
     {"b6221038a775ecd007a4e4dde39fd76ae91d3cf0cc92be8f0c2fa6d6b66f9a12942f5a92646109152292464f3e63d354701c7848d9fc3b88"
      "80",
      "6034c65b66e4cd7a49b0edec3e3c9ccc4588afd8cf324e29f0a84a072531c4dbf97ff9af195ed714a689251f08f8e06e2d1f24a0ffc01466"
      "00"}},
};

static psa_status_t read(const lc_group_t *group, const char *text, EC_POINT *point, BN_CTX *scratch) {
    uint8_t data[LC_ECC_PRIVATE_MAX];
    size_t size = 0;
    if (OPENSSL_hexstr2buf_ex(data, sizeof(data), &size, text, '\0') != 1) {
        return lc_failed(PSA_ERROR_GENERIC_ERROR);
    }
    if (group->twisted != NULL) {
        return lc_twisted_decode(group->twisted, data, point);
    }
    return EC_POINT_oct2point(group->group, point, data, size, scratch) == 1 ? PSA_SUCCESS
                                                                             : lc_failed(PSA_ERROR_GENERIC_ERROR);
}

static void drop(lc_spake2p_fixed_t *made) {
    EC_POINT_free(made->element[0].point);
    EC_POINT_free(made->element[1].point);
    OPENSSL_free(made);
}

static psa_status_t fill(const lc_group_t *group, size_t index, lc_spake2p_fixed_t *made) {
    BN_CTX *scratch = BN_CTX_new_ex(lc_context());
    psa_status_t status = scratch == NULL ? PSA_ERROR_INSUFFICIENT_MEMORY : PSA_SUCCESS;
    for (size_t i = 0; i < 2 && status == PSA_SUCCESS; i++) {
        lc_element_t *element = &made->element[i];
        element->point = EC_POINT_new(group->group);
        status = element->point == NULL ? PSA_ERROR_INSUFFICIENT_MEMORY
                                        : read(group, fixed[index].points[i], element->point, scratch);
        if (status == PSA_SUCCESS && !lc_element_encode(group, element)) {
            status = lc_failed(PSA_ERROR_GENERIC_ERROR);
        }
    }
    BN_CTX_free(scratch);
    return status;
}

static lc_spake2p_fixed_t *shared[sizeof(fixed) / sizeof(fixed[0])];

static psa_status_t share(const lc_group_t *group, size_t index, const lc_spake2p_fixed_t **found) {
    lc_spake2p_fixed_t *earlier = __atomic_load_n(&shared[index], __ATOMIC_ACQUIRE);
    *found = earlier;
    if (earlier != NULL) {
        return PSA_SUCCESS;
    }
    lc_spake2p_fixed_t *mine = OPENSSL_zalloc(sizeof(*mine));
    psa_status_t status = mine == NULL ? PSA_ERROR_INSUFFICIENT_MEMORY : fill(group, index, mine);
    if (status == PSA_SUCCESS &&
        __atomic_compare_exchange_n(&shared[index], &earlier, mine, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
        *found = mine;
        return status;
    }
    if (mine != NULL) {
        drop(mine);
    }
    *found = earlier; /* another thread was first, or nothing */
    return status;
}

psa_status_t lc_spake2p_fixed(const lc_group_t *group, psa_ecc_family_t family, size_t bits,
                              const lc_spake2p_fixed_t **found) {
    for (size_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++) {
        if (fixed[i].family == family && fixed[i].bits == bits) {
            return share(group, i, found);
        }
    }
    return PSA_ERROR_NOT_SUPPORTED;
}
