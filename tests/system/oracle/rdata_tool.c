// SPDX-License-Identifier: Apache-2.0
/* Reads lines "TYPE record data" and answers each with a line of three fields divided by tabs: the
 * printed form, the form of RFC 3597, and the printed form of that one parsed again; or "error",
 * the column and the reason. The comparison with other servers' tools drives it. */
#include "server/wire/rdata.h"

#include <stdio.h>

#define LINE_BYTES_MAX (256u * 1024u)

static char line[LINE_BYTES_MAX];
static char again[2 * LINE_BYTES_MAX];
static uint8_t wire[RDATA_BYTES_MAX];
static uint8_t wire_again[RDATA_BYTES_MAX];
static uint8_t text[4 * LINE_BYTES_MAX];

static enum result parse(const char *from, size_t length, uint16_t type, struct writer *out,
                         struct rdata_error *ret_error)
{
    struct lexer lexer;
    lexer_init_text(&lexer, from, length);
    lexer.at_line_begin = false;
    return rdata_from_text(&lexer, type, name_root, out, ret_error);
}

static void convert(const char *rest, size_t length, uint16_t type)
{
    struct rdata_error error = {0};
    struct writer out = writer_over(wire, sizeof wire);
    struct writer printed = writer_over(text, sizeof text);
    if (parse(rest, length, type, &out, &error) != OK) {
        printf("error\t%u\t%s\n", error.column, error.reason);
        return;
    }
    if (rdata_check(type, wire, out.at) != OK ||
        rdata_to_text(type, wire, out.at, &printed) != OK) {
        printf("error\t0\tthe parsed form does not pass the check\n");
        return;
    }
    size_t first = printed.at;
    memcpy(again, text, first);
    writer_u8(&printed, '\t');
    if (rdata_to_text_unknown(wire, out.at, &printed) != OK) {
        printf("error\t0\ttoo long\n");
        return;
    }
    writer_u8(&printed, '\t');
    struct writer second = writer_over(wire_again, sizeof wire_again);
    if (parse(again, first, type, &second, &error) != OK || second.at != out.at ||
        memcmp(wire, wire_again, out.at) != 0) {
        printf("error\t%u\tprinted, but parsed differently: %.*s\n", error.column, (int)first,
               (const char *)text);
        return;
    }
    printf("%.*ssame\n", (int)printed.at, (const char *)text);
}

int main(void)
{
    while (fgets(line, sizeof line, stdin) != NULL) {
        size_t length = strcspn(line, "\n");
        size_t word = strcspn(line, " \t\n");
        uint16_t type;
        if (rrtype_from_text(line, word, &type) != OK) {
            printf("error\t1\tnot a record type\n");
            continue;
        }
        size_t rest = word < length ? word + 1 : word;
        convert(line + rest, length - rest, type);
    }
    return 0;
}
