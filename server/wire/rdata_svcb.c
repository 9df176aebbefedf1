// SPDX-License-Identifier: Apache-2.0
/* Service parameters of SVCB and HTTPS, RFC 9460. */
#include "server/wire/rdata_kinds.h"

enum svc_key {
    SVC_MANDATORY = 0,
    SVC_ALPN = 1,
    SVC_NO_DEFAULT_ALPN = 2,
    SVC_PORT = 3,
    SVC_IPV4HINT = 4,
    SVC_ECH = 5,
    SVC_IPV6HINT = 6,
    SVC_DOHPATH = 7, /* RFC 9461 */
    SVC_OHTTP = 8,   /* RFC 9540 */
    SVC_KEY_INVALID = 65535,
};

/* How a key's value is written. */
enum svc_form {
    FORM_OPAQUE,
    FORM_EMPTY,
    FORM_KEYS,
    FORM_ALPN,
    FORM_PORT,
    FORM_IPV4,
    FORM_IPV6,
    FORM_BASE64,
};

static const struct {
    const char *name;
    enum svc_form form;
} svc_keys[] = {
    [SVC_MANDATORY] = {"mandatory", FORM_KEYS},
    [SVC_ALPN] = {"alpn", FORM_ALPN},
    [SVC_NO_DEFAULT_ALPN] = {"no-default-alpn", FORM_EMPTY},
    [SVC_PORT] = {"port", FORM_PORT},
    [SVC_IPV4HINT] = {"ipv4hint", FORM_IPV4},
    [SVC_ECH] = {"ech", FORM_BASE64},
    [SVC_IPV6HINT] = {"ipv6hint", FORM_IPV6},
    [SVC_DOHPATH] = {"dohpath", FORM_OPAQUE},
    [SVC_OHTTP] = {"ohttp", FORM_EMPTY},
};

#define SVC_KEYS_NAMED (sizeof svc_keys / sizeof *svc_keys)

static enum svc_form form_of(unsigned key)
{
    return key < SVC_KEYS_NAMED ? svc_keys[key].form : FORM_OPAQUE;
}

/* ------------------------------------------------------------------ wire form */

static bool keys_are_good(const uint8_t *value, size_t size)
{
    unsigned before = SVC_MANDATORY; /* must not list itself (section 8) */
    for (size_t i = 0; i + 1 < size; i += 2) {
        unsigned key = (unsigned)value[i] << 8 | value[i + 1];
        if (key <= before) {
            return false;
        }
        before = key;
    }
    return size != 0 && size % 2 == 0;
}

static bool alpn_is_good(const uint8_t *value, size_t size)
{
    size_t at = 0;
    while (at < size && value[at] != 0) {
        at += 1u + value[at];
    }
    return size != 0 && at == size;
}

static bool value_is_good(unsigned key, const uint8_t *value, size_t size)
{
    switch (form_of(key)) {
    case FORM_EMPTY:
        return size == 0;
    case FORM_KEYS:
        return keys_are_good(value, size);
    case FORM_ALPN:
        return alpn_is_good(value, size);
    case FORM_PORT:
        return size == 2;
    case FORM_IPV4:
        return size != 0 && size % 4 == 0;
    case FORM_IPV6:
        return size != 0 && size % 16 == 0;
    case FORM_BASE64:
    case FORM_OPAQUE:
        break;
    }
    return key != SVC_KEY_INVALID;
}

void check_svc_params(struct reader *rdata)
{
    int before = -1;
    while (reader_left(rdata) != 0) {
        int key = reader_u16(rdata);
        size_t size = reader_u16(rdata);
        const uint8_t *value = reader_bytes(rdata, size);
        if (value == NULL || key <= before || !value_is_good((unsigned)key, value, size)) {
            reader_fail(rdata);
            return;
        }
        before = key;
    }
}

/* Finds a key among parameters; the value's size in *ret_size. */
static const uint8_t *find_value(struct reader params, unsigned wanted, size_t *ret_size)
{
    while (reader_left(&params) != 0) {
        unsigned key = reader_u16(&params);
        size_t size = reader_u16(&params);
        const uint8_t *value = reader_bytes(&params, size);
        if (value != NULL && key == wanted) {
            *ret_size = size;
            return value;
        }
    }
    return NULL;
}

/* What the parameters say of each other (sections 7.1.2 and 8). Taken from the wire it is let pass
 * and printed as unknown data; written in a master file it is an error. NULL, or the reason. */
static const char *inconsistency(struct reader params)
{
    size_t size = 0;
    size_t other = 0;
    const uint8_t *mandatory = find_value(params, SVC_MANDATORY, &size);
    for (size_t i = 0; mandatory != NULL && i + 1 < size; i += 2) {
        unsigned key = (unsigned)mandatory[i] << 8 | mandatory[i + 1];
        if (find_value(params, key, &other) == NULL) {
            return "mandatory lists a key that is not there";
        }
    }
    if (find_value(params, SVC_NO_DEFAULT_ALPN, &other) != NULL &&
        find_value(params, SVC_ALPN, &other) == NULL) {
        return "no-default-alpn without alpn";
    }
    return NULL;
}

/* ------------------------------------------------------------------ text to wire */

/* A key by its name, or as keyN, which says that the value is written as mere bytes (section 2.1).
 */
static bool key_from_text(const char *text, size_t length, uint16_t *ret_key,
                          enum svc_form *ret_form)
{
    struct token token = {.kind = TOKEN_WORD, .text = text, .length = length};
    for (size_t i = 0; i < SVC_KEYS_NAMED; i++) {
        if (token_is(token, svc_keys[i].name)) {
            *ret_key = (uint16_t)i;
            *ret_form = svc_keys[i].form;
            return true;
        }
    }
    uint64_t number;
    token.length = 3;
    if (length < 4 || length > 8 || !token_is(token, "key") || (text[3] == '0' && length > 4) ||
        !rdata_digits(text + 3, length - 3, SVC_KEY_INVALID - 1, &number)) {
        return false;
    }
    *ret_key = (uint16_t)number;
    *ret_form = FORM_OPAQUE;
    return true;
}

/* The next item of a list without escapes: up to the comma or the end; NULL behind the last. */
static const char *next_item(const char **text, const char *end, size_t *ret_length)
{
    const char *item = *text;
    if (item == NULL || item > end) {
        return NULL;
    }
    const char *comma = memchr(item, ',', (size_t)(end - item));
    *ret_length = (size_t)((comma != NULL ? comma : end) - item);
    *text = comma != NULL ? comma + 1 : end + 1;
    return item;
}

static const char *addresses_append(struct writer *out, struct token value, enum svc_form form)
{
    const char *text = value.text;
    const char *item;
    size_t length = 0;
    while ((item = next_item(&text, value.text + value.length, &length)) != NULL) {
        uint8_t address[16];
        bool good = form == FORM_IPV4 ? ipv4_from_text(item, length, address)
                                      : ipv6_from_text(item, length, address);
        if (!good) {
            return form == FORM_IPV4 ? "not a list of IPv4 addresses"
                                     : "not a list of IPv6 addresses";
        }
        writer_bytes(out, address, form == FORM_IPV4 ? 4 : 16);
    }
    return NULL;
}

/* Sorted as they come; doubles are left for the check. */
static const char *keys_append(struct writer *out, struct token value)
{
    size_t begin = out->at;
    const char *text = value.text;
    const char *item;
    size_t length = 0;
    while ((item = next_item(&text, value.text + value.length, &length)) != NULL) {
        uint16_t key;
        enum svc_form unused;
        if (!key_from_text(item, length, &key, &unused)) {
            return "not a list of service parameter keys";
        }
        writer_u16(out, key);
        for (size_t at = out->at; writer_ok(out) && at >= begin + 4; at -= 2) {
            uint8_t *pair = out->base + at - 4;
            if (memcmp(pair, pair + 2, 2) <= 0) {
                break;
            }
            uint8_t moved[2] = {pair[0], pair[1]};
            memmove(pair, pair + 2, 2);
            memcpy(pair + 2, moved, 2);
        }
    }
    return NULL;
}

/* Appends the bytes of a value, its escapes decoded. */
static const char *decoded_append(struct writer *out, struct token value)
{
    size_t size = 0;
    size_t room = writer_left(out);
    enum result result = token_decode(value, out->base + out->at, room, &size);
    if (result == REFUSED_LIMIT) {
        out->failed = true;
        return NULL;
    }
    if (result != OK) {
        return "a bad escape";
    }
    out->at += size;
    return NULL;
}

/* The list of protocols of section A.1: decoded one byte further on, then turned in place into
 * strings with a length each, where a comma stands for the next length and a backslash hides the
 * byte behind. */
static const char *alpn_append(struct writer *out, struct token value)
{
    size_t begin = out->at;
    writer_u8(out, 0);
    const char *reason = decoded_append(out, value);
    if (reason != NULL || !writer_ok(out)) {
        return reason;
    }
    uint8_t *bytes = out->base;
    size_t length_at = begin;
    size_t to = begin + 1;
    for (size_t from = begin + 1; from <= out->at; from++) {
        bool over = from == out->at;
        if (over || bytes[from] == ',') {
            size_t size = to - length_at - 1;
            if (size == 0 || size > UINT8_MAX) {
                return "not a list of protocols of 1 to 255 bytes";
            }
            bytes[length_at] = (uint8_t)size;
            length_at = to;
            to += !over;
            continue;
        }
        if (bytes[from] == '\\' && ++from == out->at) {
            return "a bad escape";
        }
        bytes[to++] = bytes[from];
    }
    out->at = to;
    return NULL;
}

static const char *value_append(struct writer *out, enum svc_form form, struct token value)
{
    uint64_t port;
    switch (form) {
    case FORM_EMPTY:
        return value.length == 0 ? NULL : "this key has no value";
    case FORM_KEYS:
        return keys_append(out, value);
    case FORM_ALPN:
        return alpn_append(out, value);
    case FORM_PORT:
        if (!rdata_digits(value.text, value.length, UINT16_MAX, &port)) {
            return "not a port";
        }
        writer_u16(out, (uint16_t)port);
        return NULL;
    case FORM_IPV4:
    case FORM_IPV6:
        return addresses_append(out, value, form);
    case FORM_BASE64:
        return base64_append(out, value.text, value.length);
    case FORM_OPAQUE:
        break;
    }
    return decoded_append(out, value);
}

static void reverse(uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size / 2; i++) {
        uint8_t kept = bytes[i];
        bytes[i] = bytes[size - 1 - i];
        bytes[size - 1 - i] = kept;
    }
}

/* Moves the last parameter, which begins at `last`, to its place in the order of keys. False: that
 * key is there already. */
static bool sort_in(struct writer *out, size_t begin, size_t last)
{
    struct reader params = reader_over(out->base, last);
    params.at = begin;
    const uint8_t *key = out->base + last;
    while (reader_left(&params) != 0) {
        size_t at = params.at;
        int order = memcmp(out->base + at, key, 2);
        if (order == 0) {
            return false;
        }
        if (order > 0) {
            /* Three reversals turn the two parts round without memory. */
            reverse(out->base + at, last - at);
            reverse(out->base + last, out->at - last);
            reverse(out->base + at, out->at - at);
            return true;
        }
        (void)reader_u16(&params);
        (void)reader_bytes(&params, reader_u16(&params));
    }
    return true;
}

/* key, key=value or key="value": in the last the lexer gives two tokens without a blank between. */
static enum result parse_param(struct rdata_parser *parser, size_t begin)
{
    struct writer *out = parser->out;
    struct token token;
    enum result result = rdata_word(parser, &token);
    if (result != OK) {
        return result;
    }
    const struct token place = token;
    const char *equals = memchr(token.text, '=', token.length);
    size_t key_length = equals != NULL ? (size_t)(equals - token.text) : token.length;
    uint16_t key;
    enum svc_form form;
    if (token.kind != TOKEN_WORD || !key_from_text(token.text, key_length, &key, &form)) {
        return rdata_wrong(parser, &token, "not a service parameter key");
    }
    struct token value = token;
    value.length = equals != NULL ? token.length - key_length - 1 : 0;
    value.text = equals != NULL ? equals + 1 : token.text;
    if (equals != NULL && value.length == 0) {
        const struct token *next = rdata_peek(parser);
        if (next->kind == TOKEN_QUOTED && next->line == token.line &&
            next->column == token.column + token.length) {
            value = rdata_take(parser);
        }
    }
    size_t last = out->at;
    writer_u16(out, key);
    writer_u16(out, 0);
    const char *reason = writer_ok(out) ? value_append(out, form, value) : NULL;
    size_t size = writer_ok(out) ? out->at - last - 4 : 0;
    if (reason == NULL && size > UINT16_MAX) {
        return rdata_too_long(parser, &value, "record data above 65535 bytes");
    }
    if (reason == NULL && writer_ok(out)) {
        writer_patch_u16(out, last + 2, (uint16_t)size);
        if (!value_is_good(key, out->base + last + 4, size)) {
            reason = "not a value for this key";
        } else if (!sort_in(out, begin, last)) {
            return rdata_wrong(parser, &place, "a service parameter key given twice");
        }
    }
    return reason == NULL ? OK : rdata_wrong(parser, &value, reason);
}

enum result parse_svc_params(struct rdata_parser *parser)
{
    struct writer *out = parser->out;
    size_t begin = out->at;
    struct token place = *rdata_peek(parser);
    while (!rdata_at_end(parser)) {
        enum result result = parse_param(parser, begin);
        if (result != OK) {
            return result;
        }
    }
    if (!writer_ok(out)) {
        return OK;
    }
    const char *reason = inconsistency(reader_over(out->base + begin, out->at - begin));
    return reason == NULL ? OK : rdata_wrong(parser, &place, reason);
}

/* ------------------------------------------------------------------ wire to text */

static void print_key(struct writer *out, unsigned key)
{
    if (key < SVC_KEYS_NAMED) {
        rdata_print_text(out, svc_keys[key].name);
        return;
    }
    rdata_print_text(out, "key");
    rdata_print_number(out, key);
}

/* In the list, commas and backslashes are escaped, and each escape's backslash once more for the
 * string around it (section A.1). */
static void print_alpn(struct writer *out, const uint8_t *value, size_t size)
{
    writer_u8(out, '"');
    for (size_t at = 0; at < size; at += 1u + value[at]) {
        rdata_print_text(out, at == 0 ? "" : ",");
        for (size_t i = at + 1; i <= at + value[at] && i < size; i++) {
            if (value[i] == ',' || value[i] == '\\') {
                rdata_print_text(out, "\\\\");
            }
            rdata_print_escaped(out, value + i, 1);
        }
    }
    writer_u8(out, '"');
}

static void print_list(struct writer *out, enum svc_form form, const uint8_t *value, size_t size)
{
    size_t step = form == FORM_KEYS ? 2 : form == FORM_IPV4 ? 4 : 16;
    for (size_t at = 0; at + step <= size; at += step) {
        rdata_print_text(out, at == 0 ? "" : ",");
        if (form == FORM_KEYS) {
            print_key(out, (unsigned)value[at] << 8 | value[at + 1]);
        } else if (form == FORM_IPV4) {
            ipv4_print(out, value + at);
        } else {
            ipv6_print(out, value + at);
        }
    }
}

static void print_param(struct writer *out, unsigned key, const uint8_t *value, size_t size)
{
    print_key(out, key);
    if (size == 0) {
        return;
    }
    writer_u8(out, '=');
    enum svc_form form = form_of(key);
    switch (form) {
    case FORM_KEYS:
    case FORM_IPV4:
    case FORM_IPV6:
        print_list(out, form, value, size);
        break;
    case FORM_ALPN:
        print_alpn(out, value, size);
        break;
    case FORM_PORT:
        rdata_print_number(out, (unsigned)value[0] << 8 | value[1]);
        break;
    case FORM_BASE64:
        base64_print(out, value, size);
        break;
    case FORM_EMPTY:
    case FORM_OPAQUE:
        rdata_print_quoted(out, value, size);
        break;
    }
}

bool print_svc_params(struct reader *rdata, struct writer *out)
{
    struct reader params = reader_over(rdata->base + rdata->at, reader_left(rdata));
    if (inconsistency(params) != NULL) {
        return false;
    }
    for (bool first = true; reader_left(rdata) != 0; first = false) {
        unsigned key = reader_u16(rdata);
        size_t size = reader_u16(rdata);
        const uint8_t *value = reader_bytes(rdata, size);
        if (value == NULL) {
            return false;
        }
        rdata_print_text(out, first ? "" : " ");
        print_param(out, key, value, size);
    }
    return true;
}
