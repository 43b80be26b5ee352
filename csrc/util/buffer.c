#include "util/buffer.h"

#include <stdlib.h>
#include <string.h>

#include "util/wipe.h"

bool psab_scratch_get(psab_scratch_t *scratch, size_t size) {
    scratch->size = size;
    if (size <= sizeof scratch->small) {
        scratch->data = scratch->small;
        memset(scratch->small, 0, size);
        return true;
    }
    scratch->data = calloc(1, size);
    return scratch->data != NULL;
}

void psab_scratch_free(psab_scratch_t *scratch) {
    if (scratch->data != NULL) {
        psab_wipe(scratch->data, scratch->size);
        if (scratch->data != scratch->small) {
            free(scratch->data);
        }
    }
    scratch->data = NULL;
    scratch->size = 0;
}

bool psab_separate(psab_scratch_t *scratch, const uint8_t *input, size_t length, const void *output, size_t output_size,
                   const uint8_t **separate) {
    scratch->data = NULL;
    scratch->size = 0;
    *separate = input;
    if (!psab_overlap(input, length, output, output_size)) {
        return true;
    }
    if (!psab_scratch_get(scratch, length)) {
        return false;
    }
    memcpy(scratch->data, input, length);
    *separate = scratch->data;
    return true;
}
