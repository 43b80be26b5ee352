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

bool psab_room_get(psab_room_t *room, uint8_t *target, size_t size, size_t wanted) {
    room->scratch.data = NULL;
    room->scratch.size = 0;
    if (size >= wanted) {
        room->data = target;
        room->size = size;
        return true;
    }
    bool got = psab_scratch_get(&room->scratch, wanted);
    room->data = room->scratch.data;
    room->size = wanted;
    return got;
}

bool psab_room_put(psab_room_t *room, uint8_t *target, size_t size, size_t length) {
    if (length > size) {
        return false;
    }
    if (length != 0 && room->data != target) {
        memcpy(target, room->data, length);
    }
    return true;
}

void psab_room_free(psab_room_t *room) {
    psab_scratch_free(&room->scratch);
}
