/* Asymmetric encryption (section 10.10.2). */
#include <string.h>

#include "api/compose.h"
#include "psab/api.h"
#include "util/buffer.h"

/* What is to be encrypted or decrypted. */
typedef struct request {
    psa_algorithm_t alg;
    bool encrypt;
    const uint8_t *input;
    size_t length;
    const uint8_t *salt;
    size_t salt_length;
    uint8_t *output;
    size_t size;
} request_t;

static PSAB_HOT psa_status_t check(psab_core_t *core, const request_t *request, const psab_facts_t *facts) {
    if (facts->status != PSA_SUCCESS) {
        return psab_refuse(core, PSA_ERROR_INVALID_ARGUMENT, "the type of the key does not fit the algorithm");
    }
    if (request->alg == PSA_ALG_RSA_PKCS1V15_CRYPT && request->salt_length != 0) {
        return psab_refuse(core, PSA_ERROR_INVALID_ARGUMENT, "the algorithm takes no salt");
    }
    bool fits =
        request->encrypt ? request->length <= facts->most : facts->input == 0 || request->length == facts->input;
    return fits ? PSA_SUCCESS
                : psab_refuse(core, PSA_ERROR_INVALID_ARGUMENT, "the length of the input does not fit the key");
}

static inline psab_found_t find(psab_core_t *core, const psab_key_view_t *key, const request_t *request) {
    uint16_t plan = request->encrypt ? PSAB_PLAN_ASYMMETRIC_ENCRYPT : PSAB_PLAN_ASYMMETRIC_DECRYPT;
    return psab_find(core->registry, plan, request->alg, key->attributes, key->cell);
}

/* A driver that cannot encrypt gives the public key, and whoever encrypts with that does the rest. */
static psa_status_t run(psab_core_t *core, const psab_found_t *found, const psab_key_view_t *key,
                        const request_t *request, uint8_t *output, size_t room, size_t *written);

static psa_status_t run_public(psab_core_t *core, const psab_candidate_t *c, const psab_key_view_t *key,
                               const request_t *request, uint8_t *output, size_t room, size_t *written) {
    psab_public_key_t public_key;
    psa_status_t status = psab_public_key_make(core, c, key, &public_key);
    if (status == PSA_SUCCESS) {
        psab_found_t found = find(core, &public_key.view, request);
        status = run(core, &found, &public_key.view, request, output, room, written);
    }
    psab_public_key_free(&public_key);
    return status;
}

static PSAB_HOT psa_status_t call(psab_core_t *core, const psab_candidate_t *c, uint16_t entry_point,
                                  const psab_key_view_t *key, const request_t *request, uint8_t *output, size_t room,
                                  size_t *written) {
    psab_frame_t frame;
    psab_enter_with(&frame, core, c, key->key);
    psa_status_t status =
        request->encrypt ? psab_call_asymmetric_encrypt(&c->ops, c->context, key->attributes, key->data, key->size,
                                                        request->alg, request->input, request->length, request->salt,
                                                        request->salt_length, output, room, written)
                         : psab_call_asymmetric_decrypt(&c->ops, c->context, key->attributes, key->data, key->size,
                                                        request->alg, request->input, request->length, request->salt,
                                                        request->salt_length, output, room, written);
    return psab_leave(&frame, entry_point, status);
}

static psa_status_t run(psab_core_t *core, const psab_found_t *found, const psab_key_view_t *key,
                        const request_t *request, uint8_t *output, size_t room, size_t *written) {
    uint16_t plan = request->encrypt ? PSAB_PLAN_ASYMMETRIC_ENCRYPT : PSAB_PLAN_ASYMMETRIC_DECRYPT;
    const psab_route_t *route = found->route;
    psa_status_t status;
    for (const psab_candidate_t *c = psab_first(route, &status); c != NULL; c = psab_next(c, status)) {
        uint16_t entry_point = psab_serving(plan, c);
        *written = 0;
        if (entry_point == PSAB_EP_EXPORT_PUBLIC_KEY) {
            status = run_public(core, c, key, request, output, room, written);
        } else {
            status = call(core, c, entry_point, key, request, output, room, written);
            status = psab_output(c, entry_point, status, output, room, found->facts.output, written);
        }
    }
    return route != NULL && route->count != 0
               ? status
               : psab_refuse(core, status, "no driver does this with this key and algorithm");
}

/* Give the driver a buffer of the size that the output can have, whatever the caller's is: a shorter
 * plaintext may still fit. An output of its own keeps overlapping inputs intact, too. */
static __attribute__((noinline)) psa_status_t run_apart(psab_core_t *core, const psab_found_t *found,
                                                        const psab_key_view_t *key, const request_t *request,
                                                        size_t room, size_t *written) {
    psab_scratch_t scratch;
    psa_status_t status = psab_scratch_get(&scratch, room)
                              ? run(core, found, key, request, scratch.data, room, written)
                              : psab_refuse(core, PSA_ERROR_INSUFFICIENT_MEMORY, "no memory for the output");
    if (status == PSA_SUCCESS && *written > request->size) {
        status = psab_refuse(core, PSA_ERROR_BUFFER_TOO_SMALL, "the buffer is too small for the plaintext");
    }
    if (status == PSA_SUCCESS && *written != 0) {
        memcpy(request->output, scratch.data, *written);
    }
    psab_scratch_free(&scratch);
    return status;
}

static PSAB_HOT psa_status_t run_sized(psab_core_t *core, const psab_key_view_t *key, const request_t *request,
                                       size_t *written) {
    psab_found_t found = find(core, key, request);
    psa_status_t status = check(core, request, &found.facts);
    if (status != PSA_SUCCESS) {
        return status;
    }
    size_t exact = request->encrypt ? found.facts.output : found.facts.most;
    size_t room = exact != 0 ? exact : request->size;
    if (request->encrypt && request->size < room) {
        return psab_refuse(core, PSA_ERROR_BUFFER_TOO_SMALL, "the buffer is too small for the ciphertext");
    }
    bool overlap = psab_overlap(request->input, request->length, request->output, request->size) ||
                   psab_overlap(request->salt, request->salt_length, request->output, request->size);
    const psab_candidate_t *c = psab_first(found.route, &status);
    if (PSAB_LIKELY(c != NULL && !c->passes && c->alternative == 0 && !overlap && request->size >= room)) {
        uint16_t entry_point = request->encrypt ? PSAB_EP_ASYMMETRIC_ENCRYPT : PSAB_EP_ASYMMETRIC_DECRYPT;
        *written = 0;
        status = call(core, c, entry_point, key, request, request->output, room, written);
        return psab_output(c, entry_point, status, request->output, room, found.facts.output, written);
    }
    request_t other = *request; /* put together only here */
    psab_key_view_t view = *key;
    return overlap || other.size < room ? run_apart(core, &found, &view, &other, room, written)
                                        : run(core, &found, &view, &other, other.output, room, written);
}

static PSAB_HOT psa_status_t crypt(psab_core_t *core, psa_key_id_t id, request_t filled, size_t *written) {
    const request_t *request = &filled;
    psab_key_t *key = NULL;
    if (!psab_ready(core)) {
        return psab_refuse(core, PSA_ERROR_BAD_STATE, "the library is not initialised");
    }
    if (written == NULL || !psab_buffer_valid(request->output, request->size) ||
        !psab_buffer_valid(request->input, request->length) ||
        !psab_buffer_valid(request->salt, request->salt_length)) {
        return psab_refuse(core, PSA_ERROR_INVALID_ARGUMENT, "a buffer is a null pointer");
    }
    *written = 0;
    if (!PSA_ALG_IS_ASYMMETRIC_ENCRYPTION(request->alg)) {
        return psab_refuse(core, PSA_ERROR_INVALID_ARGUMENT, "the algorithm is not one of asymmetric encryption");
    }
    psa_key_usage_t usage = request->encrypt ? PSA_KEY_USAGE_ENCRYPT : PSA_KEY_USAGE_DECRYPT;
    psa_status_t status = psab_acquire(core, id, usage, request->alg, &key);
    if (status != PSA_SUCCESS) {
        return status;
    }
    psab_key_view_t view = psab_key_view(key);
    status = run_sized(core, &view, request, written);
    *written = status == PSA_SUCCESS ? *written : 0;
    psab_key_release(key);
    return status;
}

_Static_assert(PSAB_ALT_ASYMMETRIC_ENCRYPT_ASYMMETRIC_ENCRYPT == 0 &&
                   PSAB_ALT_ASYMMETRIC_DECRYPT_ASYMMETRIC_DECRYPT == 0,
               "the first alternative is the entry point for just that");

psa_status_t psab_asymmetric_encrypt(psab_core_t *core, psa_key_id_t key, psa_algorithm_t alg, const uint8_t *input,
                                     size_t input_length, const uint8_t *salt, size_t salt_length, uint8_t *output,
                                     size_t output_size, size_t *output_length) {
    request_t request = {alg, true, input, input_length, salt, salt_length, output, output_size};
    return crypt(core, key, request, output_length);
}

psa_status_t psab_asymmetric_decrypt(psab_core_t *core, psa_key_id_t key, psa_algorithm_t alg, const uint8_t *input,
                                     size_t input_length, const uint8_t *salt, size_t salt_length, uint8_t *output,
                                     size_t output_size, size_t *output_length) {
    request_t request = {alg, false, input, input_length, salt, salt_length, output, output_size};
    return crypt(core, key, request, output_length);
}
