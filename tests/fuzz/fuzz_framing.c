// SPDX-License-Identifier: Apache-2.0
#include "server/wire/framing.h"
#include "tests/fuzz/fuzz.h"

// A stream's bytes in one piece and byte by byte yield the same messages. The first byte decides
// the size of the pieces.

struct tally {
    size_t messages;
    size_t bytes;
    enum result last;
};

static void take_all(struct reader *stream, struct tally *tally)
{
    const uint8_t *message;
    size_t size;
    size_t before = stream->at;
    while ((tally->last = framing_next(stream, &message, &size)) == OK) {
        FUZZ_CHECK(size >= FRAMING_MESSAGE_MIN && size <= 65535);
        FUZZ_CHECK(message == stream->base + before + FRAMING_PREFIX_BYTES);
        FUZZ_CHECK(stream->at == before + FRAMING_PREFIX_BYTES + size &&
                   stream->at <= stream->size);
        tally->messages++;
        tally->bytes += size;
        before = stream->at;
    }
    FUZZ_CHECK(stream->at == before);
    FUZZ_CHECK(tally->last == ERROR_SYNTAX || framing_needed(stream) > reader_left(stream));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) {
        return 0;
    }
    size_t piece = 1 + data[0];
    data++;
    size--;
    struct reader whole = reader_over(data, size);
    struct tally at_once = {.messages = 0};
    take_all(&whole, &at_once);
    struct reader pieces = reader_over(data, 0);
    struct tally in_pieces = {.messages = 0};
    do {
        pieces.size = size - pieces.size < piece ? size : pieces.size + piece;
        take_all(&pieces, &in_pieces);
    } while (pieces.size < size && in_pieces.last == MORE);
    FUZZ_CHECK(at_once.messages == in_pieces.messages && at_once.bytes == in_pieces.bytes);
    FUZZ_CHECK(at_once.last == in_pieces.last && whole.at == pieces.at);
    return 0;
}
