// SPDX-License-Identifier: Apache-2.0
#include "server/wire/rdata.h"
#include "tests/fuzz/fuzz.h"

// Two bytes of type, then record data. What the check lets pass is printed, and its text gives the
// same bytes back; its names lie inside; its canonical form is equal to it. What comes through
// rdata_from_wire passes the check.
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t expanded[RDATA_BYTES_MAX];
    static uint8_t text[1024u * 1024u];
    static uint8_t back[RDATA_BYTES_MAX];
    if (size < 2 || size > RDATA_BYTES_MAX) {
        return 0;
    }
    uint16_t type = (uint16_t)((unsigned)data[0] << 8 | data[1]);
    struct reader message = reader_over(data, size);
    struct writer wire = writer_over(expanded, sizeof expanded);
    message.at = 2;
    enum result result = rdata_from_wire(&message, type, size - 2, &wire);
    if (rdata_check(type, data + 2, size - 2) == OK) {
        FUZZ_CHECK(result == OK && wire.at == size - 2);
        FUZZ_CHECK(memcmp(expanded, data + 2, wire.at) == 0);
    }
    if (result != OK) {
        FUZZ_CHECK(wire.at == 0);
        return 0;
    }
    FUZZ_CHECK(rdata_check(type, expanded, wire.at) == OK);

    struct writer printed = writer_over(text, sizeof text);
    FUZZ_CHECK(rdata_to_text(type, expanded, wire.at, &printed) == OK);
    struct lexer lexer;
    lexer_init_text(&lexer, (const char *)text, printed.at);
    lexer.at_line_begin = false;
    struct rdata_error error;
    struct writer again = writer_over(back, sizeof back);
    FUZZ_CHECK(rdata_from_text(&lexer, type, name_root, &again, &error) == OK);
    FUZZ_CHECK(again.at == wire.at && memcmp(back, expanded, wire.at) == 0);

    size_t offset = 0;
    const uint8_t *name;
    while ((name = rdata_name_next(type, expanded, wire.at, &offset)) != NULL) {
        FUZZ_CHECK(offset <= wire.at && (size_t)(name - expanded) + name_length(name) == offset);
    }
    rdata_canonicalise(type, back, again.at);
    FUZZ_CHECK(rdata_equal(type, back, again.at, expanded, wire.at));
    return 0;
}
