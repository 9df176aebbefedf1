// SPDX-License-Identifier: Apache-2.0
#include "server/wire/framing.h"

size_t framing_needed(const struct reader *stream)
{
    if (reader_left(stream) < FRAMING_PREFIX_BYTES) {
        return FRAMING_PREFIX_BYTES;
    }
    const uint8_t *prefix = stream->base + stream->at;
    return FRAMING_PREFIX_BYTES + ((size_t)prefix[0] << 8 | prefix[1]);
}

enum result framing_next(struct reader *stream, const uint8_t **ret_message, size_t *ret_size)
{
    size_t left = reader_left(stream);
    size_t needed = framing_needed(stream);
    if (left < FRAMING_PREFIX_BYTES) {
        return MORE;
    }
    if (needed < FRAMING_PREFIX_BYTES + FRAMING_MESSAGE_MIN) {
        return ERROR_SYNTAX;
    }
    if (left < needed) {
        return MORE;
    }
    *ret_message = stream->base + stream->at + FRAMING_PREFIX_BYTES;
    *ret_size = needed - FRAMING_PREFIX_BYTES;
    stream->at += needed;
    return OK;
}
