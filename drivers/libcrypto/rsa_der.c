/* The DER forms of RSA keys (RFC 8017, A.1): a sequence of nonnegative integers. */
#include "rsa.h"

#define TAG_INTEGER 0x02
#define TAG_SEQUENCE 0x30

/* Takes one element off the front of *in: false unless it is `tag` with a minimal length that fits. */
static bool take(lc_bytes_t *in, uint8_t tag, lc_bytes_t *content) {
    if (in->size < 2 || in->data[0] != tag) {
        return false;
    }
    size_t length = in->data[1];
    size_t header = 2;
    if (length >= 0x80) {
        size_t octets = length & 0x7f;
        if (octets == 0 || octets > 3 || in->size < 2 + octets || in->data[2] == 0) {
            return false;
        }
        length = 0;
        for (size_t i = 0; i < octets; i++) {
            length = length << 8 | in->data[2 + i];
        }
        if (length < 0x80) {
            return false;
        }
        header += octets;
    }
    if (length > in->size - header) {
        return false;
    }
    *content = (lc_bytes_t){in->data + header, length};
    *in = (lc_bytes_t){in->data + header + length, in->size - header - length};
    return true;
}

/* Takes an integer above zero, without its sign byte. */
static bool take_number(lc_bytes_t *in, lc_bytes_t *number) {
    if (!take(in, TAG_INTEGER, number) || number->size == 0 || number->data[0] >= 0x80) {
        return false;
    }
    if (number->data[0] == 0) {
        if (number->size == 1 || number->data[1] < 0x80) {
            return false;
        }
        *number = (lc_bytes_t){number->data + 1, number->size - 1};
    }
    return true;
}

bool lc_rsa_parse(lc_bytes_t der, bool pair, lc_rsa_parts_t *parts) {
    lc_bytes_t body;
    lc_bytes_t version;
    if (!take(&der, TAG_SEQUENCE, &body) || der.size != 0) {
        return false;
    }
    if (pair && (!take(&body, TAG_INTEGER, &version) || version.size != 1 || version.data[0] != 0)) {
        return false;
    }
    parts->count = pair ? LC_RSA_NUMBERS : 2;
    for (size_t i = 0; i < parts->count; i++) {
        if (!take_number(&body, &parts->number[i])) {
            return false;
        }
    }
    return body.size == 0;
}

/* Octets of a header for content of this length. */
static size_t header_size(size_t length) {
    return length < 0x80 ? 2 : length < 0x100 ? 3 : length < 0x10000 ? 4 : 5;
}

static uint8_t *put_header(uint8_t *at, uint8_t tag, size_t length) {
    size_t octets = header_size(length) - 2;
    *at++ = tag;
    *at++ = (uint8_t)(octets == 0 ? length : 0x80 | octets);
    while (octets-- > 0) {
        *at++ = (uint8_t)(length >> (8 * octets));
    }
    return at;
}

static size_t content_size(lc_bytes_t number) {
    return number.size + (number.data[0] >= 0x80 ? 1 : 0);
}

psa_status_t lc_rsa_format(const lc_rsa_parts_t *parts, lc_output_t out) {
    bool pair = parts->count == LC_RSA_NUMBERS;
    size_t body = pair ? 3 : 0;
    for (size_t i = 0; i < parts->count; i++) {
        size_t size = content_size(parts->number[i]);
        body += header_size(size) + size;
    }
    size_t total = header_size(body) + body;
    if (out.size < total) {
        return PSA_ERROR_BUFFER_TOO_SMALL;
    }
    uint8_t *at = put_header(out.data, TAG_SEQUENCE, body);
    if (pair) {
        at = put_header(at, TAG_INTEGER, 1);
        *at++ = 0;
    }
    for (size_t i = 0; i < parts->count; i++) {
        lc_bytes_t number = parts->number[i];
        at = put_header(at, TAG_INTEGER, content_size(number));
        if (number.data[0] >= 0x80) {
            *at++ = 0;
        }
        memcpy(at, number.data, number.size);
        at += number.size;
    }
    *out.length = total;
    return PSA_SUCCESS;
}

size_t lc_rsa_bits(lc_bytes_t number) {
    size_t bits = 8 * number.size;
    for (unsigned top = number.data[0]; top < 0x80; top <<= 1) {
        bits--;
    }
    return bits;
}
