// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/**
 * Cursors over bytes in network order: a reader and a writer that keep their first error and go
 * quiet, so a sequence of calls is checked once, at its end. They never touch a byte outside their
 * buffer.
 *
 * Pure, no allocation, any thread (each cursor: one). Inline, because every packet goes through
 * them.
 */

struct reader {
    const uint8_t *base; /* borrowed (from the caller, for the cursor's life) */
    size_t size;
    size_t at;
    uint32_t hops; /* compression pointers followed so far, all names together: see name.h */
    bool failed;   /* something was read past the end, or a caller marked the input bad */
};

struct writer {
    uint8_t *base; /* borrowed (from the caller, for the cursor's life) */
    size_t size;
    size_t at;
    bool failed; /* something did not fit, or a caller marked it; `at` stays where the last whole
                    write ended */
};

static inline struct reader reader_over(const void *base, size_t size)
{
    return (struct reader){.base = base, .size = size};
}

static inline size_t reader_left(const struct reader *reader)
{
    return reader->failed ? 0 : reader->size - reader->at;
}

static inline bool reader_ok(const struct reader *reader)
{
    return !reader->failed;
}

static inline void reader_fail(struct reader *reader)
{
    reader->failed = true;
}

/** `size` bytes in place, or NULL (and the cursor fails) when fewer are left. */
static inline const uint8_t *reader_bytes(struct reader *reader, size_t size)
{
    if (reader->failed || size > reader->size - reader->at) {
        reader->failed = true;
        return NULL;
    }
    const uint8_t *bytes = reader->base + reader->at;
    reader->at += size;
    return bytes;
}

static inline uint8_t reader_u8(struct reader *reader)
{
    const uint8_t *b = reader_bytes(reader, 1);
    return b == NULL ? 0 : b[0];
}

static inline uint16_t reader_u16(struct reader *reader)
{
    const uint8_t *b = reader_bytes(reader, 2);
    return b == NULL ? 0 : (uint16_t)((unsigned)b[0] << 8 | b[1]);
}

static inline uint32_t reader_u32(struct reader *reader)
{
    const uint8_t *b = reader_bytes(reader, 4);
    return b == NULL ? 0 : (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

static inline uint64_t reader_u48(struct reader *reader)
{
    uint64_t high = reader_u16(reader);
    return high << 32 | reader_u32(reader);
}

static inline struct writer writer_over(void *base, size_t size)
{
    return (struct writer){.base = base, .size = size};
}

static inline bool writer_ok(const struct writer *writer)
{
    return !writer->failed;
}

static inline size_t writer_left(const struct writer *writer)
{
    return writer->failed ? 0 : writer->size - writer->at;
}

/** Room for `size` bytes, already counted as written, or NULL (and the cursor fails). */
static inline uint8_t *writer_room(struct writer *writer, size_t size)
{
    if (writer->failed || size > writer->size - writer->at) {
        writer->failed = true;
        return NULL;
    }
    uint8_t *room = writer->base + writer->at;
    writer->at += size;
    return room;
}

static inline void writer_u8(struct writer *writer, uint8_t value)
{
    uint8_t *b = writer_room(writer, 1);
    if (b != NULL) {
        b[0] = value;
    }
}

static inline void writer_u16(struct writer *writer, uint16_t value)
{
    uint8_t *b = writer_room(writer, 2);
    if (b != NULL) {
        b[0] = (uint8_t)(value >> 8);
        b[1] = (uint8_t)value;
    }
}

static inline void writer_u32(struct writer *writer, uint32_t value)
{
    uint8_t *b = writer_room(writer, 4);
    if (b != NULL) {
        b[0] = (uint8_t)(value >> 24);
        b[1] = (uint8_t)(value >> 16);
        b[2] = (uint8_t)(value >> 8);
        b[3] = (uint8_t)value;
    }
}

static inline void writer_u48(struct writer *writer, uint64_t value)
{
    writer_u16(writer, (uint16_t)(value >> 32));
    writer_u32(writer, (uint32_t)value);
}

static inline void writer_bytes(struct writer *writer, const void *bytes, size_t size)
{
    uint8_t *room = writer_room(writer, size);
    if (room != NULL && size != 0) {
        memcpy(room, bytes, size);
    }
}

/** Overwrites two bytes written before at offset `at`; a place not yet written fails the cursor. */
static inline void writer_patch_u16(struct writer *writer, size_t at, uint16_t value)
{
    if (at + 2 > writer->at || at + 2 < at) {
        writer->failed = true;
        return;
    }
    writer->base[at] = (uint8_t)(value >> 8);
    writer->base[at + 1] = (uint8_t)value;
}

/** Goes back to an earlier `at`, and forgets a failure that came after it. */
static inline void writer_rewind(struct writer *writer, size_t at)
{
    writer->at = at;
    writer->failed = false;
}
