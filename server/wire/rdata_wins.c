// SPDX-License-Identifier: Apache-2.0
/* Microsoft's WINS and WINS-R: flags and two timeouts, then servers or a domain. Text as in
 * Windows' own zone files: [LOCAL] [SCOPE] [Llookup] [Ccache] ...; the timeouts in seconds, the
 * letters optional. */
#include "server/wire/rdata_kinds.h"

#define WINS_LOCAL 0x00010000u /* the record is not transferred to others */
#define WINS_SCOPE 0x80000000u /* the NetBIOS scope is appended to answers */
#define WINS_LOOKUP_DEFAULT 2u
#define WINS_CACHE_DEFAULT 900u
#define WINS_SERVERS_MAX 25u /* what Windows takes */

void check_wins_header(struct reader *rdata)
{
    (void)reader_bytes(rdata, 12);
}

void check_wins_servers(struct reader *rdata)
{
    uint32_t count = reader_u32(rdata);
    if (count == 0 || count > WINS_SERVERS_MAX || reader_left(rdata) != (size_t)count * 4) {
        reader_fail(rdata);
        return;
    }
    check_rest(rdata);
}

/* "L5" or "C900" with the right letter, or the number alone. */
static bool timeout_from_text(const struct token *token, char letter, uint32_t *ret_seconds)
{
    uint64_t number;
    if (token->kind != TOKEN_WORD || token->length == 0) {
        return false;
    }
    size_t skip = (token->text[0] & ~0x20) == letter;
    if (!rdata_digits(token->text + skip, token->length - skip, UINT32_MAX, &number)) {
        return false;
    }
    *ret_seconds = (uint32_t)number;
    return true;
}

/* Any order, each at most once; of two numbers without a letter the first is the time-out of a
 * look-up. */
enum result parse_wins_header(struct rdata_parser *parser)
{
    uint32_t flags = 0;
    uint32_t lookup = WINS_LOOKUP_DEFAULT;
    uint32_t cache = WINS_CACHE_DEFAULT;
    bool has_lookup = false;
    bool has_cache = false;
    for (;;) {
        const struct token *token = rdata_peek(parser);
        bool word = token->kind == TOKEN_WORD;
        if (word && (flags & WINS_LOCAL) == 0 && token_is(*token, "LOCAL")) {
            flags |= WINS_LOCAL;
        } else if (word && (flags & WINS_SCOPE) == 0 && token_is(*token, "SCOPE")) {
            flags |= WINS_SCOPE;
        } else if (!has_lookup && timeout_from_text(token, 'L', &lookup)) {
            has_lookup = true;
        } else if (!has_cache && timeout_from_text(token, 'C', &cache)) {
            has_cache = true;
        } else {
            break;
        }
        (void)rdata_take(parser);
    }
    writer_u32(parser->out, flags);
    writer_u32(parser->out, lookup);
    writer_u32(parser->out, cache);
    return OK;
}

enum result parse_wins_servers(struct rdata_parser *parser)
{
    struct writer *out = parser->out;
    size_t at = out->at;
    uint32_t count = 0;
    writer_u32(out, 0);
    do {
        struct token place = *rdata_peek(parser);
        enum result result = parse_ipv4(parser);
        if (result != OK) {
            return result;
        }
        if (++count > WINS_SERVERS_MAX) {
            return rdata_too_long(parser, &place, "more than 25 servers");
        }
    } while (!rdata_at_end(parser));
    if (writer_ok(out)) {
        out->base[at + 3] = (uint8_t)count;
    }
    return OK;
}

bool print_wins_header(struct reader *rdata, struct writer *out)
{
    uint32_t flags = reader_u32(rdata);
    if ((flags & ~(WINS_LOCAL | WINS_SCOPE)) != 0) {
        return false;
    }
    rdata_print_text(out, (flags & WINS_LOCAL) != 0 ? "LOCAL " : "");
    rdata_print_text(out, (flags & WINS_SCOPE) != 0 ? "SCOPE " : "");
    writer_u8(out, 'L');
    (void)print_u32(rdata, out);
    rdata_print_text(out, " C");
    return print_u32(rdata, out);
}

bool print_wins_servers(struct reader *rdata, struct writer *out)
{
    (void)reader_u32(rdata);
    for (bool first = true; reader_left(rdata) != 0; first = false) {
        rdata_print_text(out, first ? "" : " ");
        if (!print_ipv4(rdata, out)) {
            return false;
        }
    }
    return true;
}
