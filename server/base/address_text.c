// SPDX-License-Identifier: Apache-2.0
#include "server/base/address.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

/* A decimal number without sign or leading zeros, at most `maximum`. */
static bool text_number(const char *text, size_t size, uint64_t maximum, uint64_t *ret_number)
{
    uint64_t number = 0;
    if (size == 0 || size > 10 || (size > 1 && text[0] == '0')) {
        return false;
    }
    for (size_t i = 0; i < size; i++) {
        if (text[i] < '0' || text[i] > '9') {
            return false;
        }
        number = number * 10 + (uint64_t)(text[i] - '0');
    }
    if (number > maximum) {
        return false;
    }
    *ret_number = number;
    return true;
}

/* The address proper, without port or prefix length. */
static bool text_host(const char *text, size_t size, struct address *address)
{
    char host[INET6_ADDRSTRLEN + 16];
    if (size == 0 || size >= sizeof host) {
        return false;
    }
    memcpy(host, text, size);
    host[size] = 0;
    if (strlen(host) != size) {
        return false;
    }
    char *percent = strchr(host, '%');
    if (percent != NULL) {
        uint64_t scope;
        if (!text_number(percent + 1, strlen(percent + 1), UINT32_MAX, &scope)) {
            return false;
        }
        address->scope = (uint32_t)scope;
        *percent = 0;
    }
    if (inet_pton(AF_INET6, host, address->bytes) == 1) {
        address->family = ADDRESS_V6;
        return true;
    }
    memset(address->bytes, 0, sizeof address->bytes);
    if (percent == NULL && inet_pton(AF_INET, host, address->bytes) == 1) {
        address->family = ADDRESS_V4;
        return true;
    }
    return false;
}

enum result address_parse(const char *text, int default_port, struct address *ret_address)
{
    struct address address = {0};
    const char *at = strchr(text, '@');
    size_t host_size = at != NULL ? (size_t)(at - text) : strlen(text);
    uint64_t port;
    if (at != NULL) {
        if (!text_number(at + 1, strlen(at + 1), UINT16_MAX, &port)) {
            return ERROR_SYNTAX;
        }
    } else if (default_port >= 0 && default_port <= UINT16_MAX) {
        port = (uint64_t)default_port;
    } else {
        return ERROR_SYNTAX;
    }
    if (!text_host(text, host_size, &address)) {
        return ERROR_SYNTAX;
    }
    address.port = (uint16_t)port;
    *ret_address = address;
    return OK;
}

static void text_of_bytes(uint8_t family, const uint8_t bytes[16], char text[INET6_ADDRSTRLEN])
{
    text[0] = 0;
    if (family == ADDRESS_V4) {
        inet_ntop(AF_INET, bytes, text, INET6_ADDRSTRLEN);
    } else if (family == ADDRESS_V6) {
        inet_ntop(AF_INET6, bytes, text, INET6_ADDRSTRLEN);
    } else {
        memcpy(text, "none", 5);
    }
}

const char *address_format_host(const struct address *address, char text[ADDRESS_TEXT_BYTES])
{
    char host[INET6_ADDRSTRLEN];
    text_of_bytes(address->family, address->bytes, host);
    if (address->scope != 0) {
        snprintf(text, ADDRESS_TEXT_BYTES, "%s%%%u", host, address->scope);
    } else {
        snprintf(text, ADDRESS_TEXT_BYTES, "%s", host);
    }
    return text;
}

const char *address_format(const struct address *address, char text[ADDRESS_TEXT_BYTES])
{
    address_format_host(address, text);
    size_t size = strlen(text);
    snprintf(text + size, ADDRESS_TEXT_BYTES - size, "@%u", address->port);
    return text;
}

enum result prefix_parse(const char *text, struct prefix *ret_prefix)
{
    struct address address = {0};
    const char *slash = strchr(text, '/');
    size_t host_size = slash != NULL ? (size_t)(slash - text) : strlen(text);
    if (!text_host(text, host_size, &address) || address.scope != 0) {
        return ERROR_SYNTAX;
    }
    uint64_t bits_max = address_size(&address) * 8;
    uint64_t bits = bits_max;
    if (slash != NULL && !text_number(slash + 1, strlen(slash + 1), bits_max, &bits)) {
        return ERROR_SYNTAX;
    }
    struct prefix prefix = prefix_of(&address, (unsigned)bits);
    if (memcmp(prefix.bytes, address.bytes, sizeof prefix.bytes) != 0) {
        return ERROR_SEMANTICS;
    }
    *ret_prefix = prefix;
    return OK;
}

const char *prefix_format(const struct prefix *prefix, char text[PREFIX_TEXT_BYTES])
{
    char host[INET6_ADDRSTRLEN];
    text_of_bytes(prefix->family, prefix->bytes, host);
    snprintf(text, PREFIX_TEXT_BYTES, "%s/%u", host, prefix->bits);
    return text;
}
