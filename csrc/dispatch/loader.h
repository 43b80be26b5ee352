/** @file
 * Opening driver images.  A build with PSAB_NO_LOADER, which is what the setting
 * MBEDTLS_PSA_CRYPTO_DRIVERS=OFF means, has none of it: there, only linked-in drivers are dispatched to.
 */
#ifndef PSAB_DISPATCH_LOADER_H
#define PSAB_DISPATCH_LOADER_H

#include "dispatch/registry.h"

struct psab_image;

/** Check what an image offers.
 *
 * @param bundle      what its entry symbol returned
 * @param error       receives the reason of a failure, terminated
 * @param error_size  in bytes, not 0
 *
 * @return DATA_INVALID where it was built for another core, INVALID_ARGUMENT for impossible content
 */
psab_status_t psab_bundle_check(const psab_bundle_t *bundle, char *error, size_t error_size);

#ifndef PSAB_NO_LOADER
/** Open an image and get its drivers; nothing is registered yet.
 *
 * @param path        of the image
 * @param services    handed to the image
 * @param image       receives the open image
 * @param bundle      receives what it offers
 * @param error       receives the reason of a failure, terminated
 * @param error_size  in bytes, not 0
 *
 * @return DOES_NOT_EXIST, INSUFFICIENT_MEMORY, or as psab_bundle_check()
 */
psab_status_t psab_image_open(const char *path, const psab_services_t *services, struct psab_image **image,
                              const psab_bundle_t **bundle, char *error, size_t error_size);

/** Keep an image open as long as the registry. */
void psab_image_keep(psab_registry_t *registry, struct psab_image *image);
#endif

/** Close a list of images. Null is allowed. */
void psab_images_close(struct psab_image *images);

#endif
