// SPDX-License-Identifier: Apache-2.0
#include "server/wire/lexer.h"
#include "tests/fuzz/fuzz.h"

// Every token lies inside the input, each one costs at least a byte or ends something, and the
// readers of tokens take whatever comes.
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = size > 0 ? (const char *)data : "";
    struct lexer lexer;
    lexer_init_text(&lexer, text, size);
    for (size_t count = 0;; count++) {
        FUZZ_CHECK(count <= 2 * size + 4);
        struct token token = lexer_next(&lexer);
        if (token.kind == TOKEN_END) {
            break;
        }
        if (token.kind == TOKEN_ERROR) {
            FUZZ_CHECK(lexer.error != NULL);
            lexer_skip_line(&lexer);
            continue;
        }
        FUZZ_CHECK(token.line >= 1 && token.column >= 1);
        if (token.kind != TOKEN_WORD && token.kind != TOKEN_QUOTED) {
            continue;
        }
        FUZZ_CHECK(token.length <= size);
        uint8_t bytes[256];
        size_t decoded = 0;
        uint64_t number = 0;
        uint32_t seconds = 0;
        if (token_decode(token, bytes, sizeof bytes, &decoded) == OK) {
            FUZZ_CHECK(decoded <= sizeof bytes && decoded <= token.length);
        }
        if (token_number(token, UINT32_MAX, &number) == OK) {
            FUZZ_CHECK(number <= UINT32_MAX);
            FUZZ_CHECK(token_period(token, &seconds) == OK && seconds == number);
        }
    }
    FUZZ_CHECK(lexer_next(&lexer).kind == TOKEN_END);
    return 0;
}
