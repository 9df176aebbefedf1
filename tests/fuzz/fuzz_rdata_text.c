// SPDX-License-Identifier: Apache-2.0
#include "server/wire/rdata.h"
#include "tests/fuzz/fuzz.h"

// Two bytes of type, then an entry's text. What parses passes the check and survives its printed
// form; what does not names its reason and place, and leaves nothing behind.
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t wire[RDATA_BYTES_MAX];
    static uint8_t text[1024u * 1024u];
    static uint8_t back[RDATA_BYTES_MAX];
    if (size < 2) {
        return 0;
    }
    uint16_t type = (uint16_t)((unsigned)data[0] << 8 | data[1]);
    struct lexer lexer;
    struct rdata_error error = {0};
    struct writer out = writer_over(wire, sizeof wire);
    lexer_init_text(&lexer, (const char *)data + 2, size - 2);
    lexer.at_line_begin = false;
    enum result result = rdata_from_text(&lexer, type, name_root, &out, &error);
    if (result != OK) {
        FUZZ_CHECK(result == ERROR_SYNTAX || result == REFUSED_LIMIT);
        FUZZ_CHECK(error.reason != NULL && error.line >= 1 && error.column >= 1 && out.at == 0);
        return 0;
    }
    FUZZ_CHECK(rdata_check(type, wire, out.at) == OK);
    struct writer printed = writer_over(text, sizeof text);
    FUZZ_CHECK(rdata_to_text(type, wire, out.at, &printed) == OK);
    struct writer again = writer_over(back, sizeof back);
    lexer_init_text(&lexer, (const char *)text, printed.at);
    lexer.at_line_begin = false;
    FUZZ_CHECK(rdata_from_text(&lexer, type, name_root, &again, &error) == OK);
    FUZZ_CHECK(again.at == out.at && memcmp(back, wire, out.at) == 0);
    return 0;
}
