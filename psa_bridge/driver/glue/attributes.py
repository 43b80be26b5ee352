"""The part of the glue that moves key attributes between the core's layout and a foreign SDK's."""

from __future__ import annotations

from collections.abc import Mapping

MEMBERS: Mapping[str, str] = {
    "id": "id", "lifetime": "lifetime", "usage_flags": "usage", "algorithm": "alg", "type": "type", "bits": "bits",
}  # fmt: skip
"""The members of psa_bridge's own structure, by the names of the accessors."""

OWN = """
_Static_assert(__builtin_types_compatible_p(psa_key_attributes_t, psab_attributes_t),
               "these are not the headers of psa_bridge: their key attributes differ");
"""

FOREIGN = """
/* The SDK's key attributes have a layout of their own, and its accessors do more than store:
 * setting an id makes a volatile key persistent, setting a lifetime can reset the id, usage
 * flags imply others, sizes saturate.  So: id (with owner) first, lifetime last, read back. */
#if defined(MBEDTLS_SVC_KEY_ID_GET_KEY_ID)
#define PSAB_SDK_ID(id) mbedtls_svc_key_id_make(0, (id))
#define PSAB_PLAIN_ID(id) MBEDTLS_SVC_KEY_ID_GET_KEY_ID(id)
#else
#define PSAB_SDK_ID(id) (id)
#define PSAB_PLAIN_ID(id) (id)
#endif

__attribute__((unused)) static void psab_from_sdk(const psa_key_attributes_t *from, psab_attributes_t *to)
{
    to->id = PSAB_PLAIN_ID(psa_get_key_id(from));
    to->lifetime = psa_get_key_lifetime(from);
    to->usage = psa_get_key_usage_flags(from);
    to->alg = psa_get_key_algorithm(from);
    to->bits = (uint32_t)psa_get_key_bits(from);
    to->type = psa_get_key_type(from);
    to->reserved = 0;
}

__attribute__((cold)) static psab_status_t psab_lost(const psab_attributes_t *sent, const psab_attributes_t *got)
{
    char text[160];
    const char *field = "type";
    uint32_t before = sent->type;
    uint32_t after = got->type;
    if (got->id != sent->id) {
        field = "id", before = sent->id, after = got->id;
    } else if (got->lifetime != sent->lifetime) {
        field = "lifetime", before = sent->lifetime, after = got->lifetime;
    } else if ((got->usage & sent->usage) != sent->usage) {
        field = "usage", before = sent->usage, after = got->usage;
    } else if (got->alg != sent->alg) {
        field = "alg", before = sent->alg, after = got->alg;
    } else if (got->bits != sent->bits) {
        field = "bits", before = sent->bits, after = got->bits;
    }
    (void)snprintf(text, sizeof(text), "the SDK's key attributes did not keep %s: sent 0x%08" PRIx32 " (%" PRIu32
                   "), got 0x%08" PRIx32 " (%" PRIu32 ")", field, before, before, after, after);
    if (psab_services != NULL) {
        psab_services->report(PSAB_REPORT_ATTRIBUTE_LOST, text);
    }
    return PSAB_GENERIC_ERROR;
}

__attribute__((unused)) static psab_status_t psab_to_sdk(const psab_attributes_t *from, psa_key_attributes_t *to)
{
    const psa_key_attributes_t empty = PSA_KEY_ATTRIBUTES_INIT;
    psab_attributes_t sent = *from;
    psab_attributes_t got;
    if ((sent.lifetime & 0xffu) == 0u) {
        sent.id = 0; /* the SDK's idea of a volatile key */
    }
    *to = empty;
    if (sent.id != 0u) {
        psa_set_key_id(to, PSAB_SDK_ID(sent.id));
    }
    psa_set_key_type(to, sent.type);
    psa_set_key_bits(to, sent.bits);
    psa_set_key_usage_flags(to, sent.usage);
    psa_set_key_algorithm(to, sent.alg);
    psa_set_key_lifetime(to, sent.lifetime);
    psab_from_sdk(to, &got);
    if (got.id != sent.id || got.lifetime != sent.lifetime || (got.usage & sent.usage) != sent.usage ||
        got.alg != sent.alg || got.bits != sent.bits || got.type != sent.type) {
        return psab_lost(&sent, &got);
    }
    return 0;
}

/* Takes over what the driver changed, and leaves alone what the SDK itself made of the rest. */
__attribute__((unused)) static void psab_copy_back(const psa_key_attributes_t *sent, const psa_key_attributes_t *now,
                                                   psab_attributes_t *to)
{
    psab_attributes_t before;
    psab_attributes_t after;
    psab_from_sdk(sent, &before);
    psab_from_sdk(now, &after);
    to->id = after.id != before.id ? after.id : to->id;
    to->lifetime = after.lifetime != before.lifetime ? after.lifetime : to->lifetime;
    to->usage = after.usage != before.usage ? after.usage : to->usage;
    to->alg = after.alg != before.alg ? after.alg : to->alg;
    to->bits = after.bits != before.bits ? after.bits : to->bits;
    to->type = after.type != before.type ? after.type : to->type;
}
"""
