// SPDX-License-Identifier: Apache-2.0
#include "server/base/address.h"

#include "server/base/siphash.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

static const uint8_t mapped_start[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

size_t address_size(const struct address *address)
{
    switch (address->family) {
    case ADDRESS_V4:
        return 4;
    case ADDRESS_V6:
        return 16;
    default:
        return 0;
    }
}

struct address address_unmap(const struct address *address)
{
    struct address plain = *address;
    if (address->family == ADDRESS_V6 &&
        memcmp(address->bytes, mapped_start, sizeof mapped_start) == 0) {
        memset(&plain, 0, sizeof plain);
        plain.family = ADDRESS_V4;
        plain.port = address->port;
        memcpy(plain.bytes, address->bytes + sizeof mapped_start, 4);
    }
    return plain;
}

enum result address_from_sockaddr(const struct sockaddr *sockaddr, socklen_t size,
                                  struct address *ret_address)
{
    struct address address = {0};
    if (size >= sizeof(struct sockaddr_in) && sockaddr->sa_family == AF_INET) {
        struct sockaddr_in in;
        memcpy(&in, sockaddr, sizeof in);
        address.family = ADDRESS_V4;
        address.port = ntohs(in.sin_port);
        memcpy(address.bytes, &in.sin_addr, 4);
    } else if (size >= sizeof(struct sockaddr_in6) && sockaddr->sa_family == AF_INET6) {
        struct sockaddr_in6 in6;
        memcpy(&in6, sockaddr, sizeof in6);
        address.family = ADDRESS_V6;
        address.port = ntohs(in6.sin6_port);
        address.scope = in6.sin6_scope_id;
        memcpy(address.bytes, &in6.sin6_addr, 16);
        address = address_unmap(&address);
    } else {
        return ERROR_UNSUPPORTED;
    }
    *ret_address = address;
    return OK;
}

socklen_t address_to_sockaddr(const struct address *address, struct sockaddr_storage *ret_sockaddr)
{
    memset(ret_sockaddr, 0, sizeof *ret_sockaddr);
    if (address->family == ADDRESS_V4) {
        struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(address->port)};
        memcpy(&in.sin_addr, address->bytes, 4);
        memcpy(ret_sockaddr, &in, sizeof in);
        return sizeof in;
    }
    if (address->family == ADDRESS_V6) {
        struct sockaddr_in6 in6 = {
            .sin6_family = AF_INET6,
            .sin6_port = htons(address->port),
            .sin6_scope_id = address->scope,
        };
        memcpy(&in6.sin6_addr, address->bytes, 16);
        memcpy(ret_sockaddr, &in6, sizeof in6);
        return sizeof in6;
    }
    return 0;
}

bool address_equal(const struct address *a, const struct address *b)
{
    return address_same_host(a, b) && a->port == b->port;
}

bool address_same_host(const struct address *a, const struct address *b)
{
    return a->family == b->family && a->scope == b->scope &&
           memcmp(a->bytes, b->bytes, sizeof a->bytes) == 0;
}

static int address_order(uint32_t a, uint32_t b)
{
    return (a > b) - (a < b);
}

int address_compare(const struct address *a, const struct address *b)
{
    int order = address_order(a->family, b->family);
    if (order == 0) {
        order = memcmp(a->bytes, b->bytes, sizeof a->bytes);
    }
    if (order == 0) {
        order = address_order(a->scope, b->scope);
    }
    return order != 0 ? order : address_order(a->port, b->port);
}

bool address_is_any(const struct address *address)
{
    static const uint8_t zero[16] = {0};
    return address->family != ADDRESS_NONE && memcmp(address->bytes, zero, 16) == 0;
}

bool address_is_loopback(const struct address *address)
{
    static const uint8_t one[16] = {[15] = 1};
    struct address plain = address_unmap(address);
    if (plain.family == ADDRESS_V4) {
        return plain.bytes[0] == 127;
    }
    return plain.family == ADDRESS_V6 && memcmp(plain.bytes, one, 16) == 0;
}

uint64_t address_hash(const struct address *address, const uint8_t key[16])
{
    uint8_t bytes[17];
    bytes[0] = address->family;
    memcpy(bytes + 1, address->bytes, 16);
    return siphash(key, bytes, 1 + address_size(address));
}

struct prefix prefix_of(const struct address *address, unsigned bits)
{
    struct prefix prefix = {.family = address->family};
    unsigned bits_max = (unsigned)address_size(address) * 8;
    if (bits > bits_max) {
        bits = bits_max;
    }
    prefix.bits = (uint8_t)bits;
    memcpy(prefix.bytes, address->bytes, bits / 8);
    if (bits % 8 != 0) {
        prefix.bytes[bits / 8] = (uint8_t)(address->bytes[bits / 8] & (0xff00u >> (bits % 8)));
    }
    return prefix;
}

bool prefix_matches(const struct prefix *prefix, const struct address *address)
{
    struct address plain = address_unmap(address);
    if (prefix->family == ADDRESS_NONE || plain.family != prefix->family) {
        return false;
    }
    unsigned whole = prefix->bits / 8;
    if (memcmp(prefix->bytes, plain.bytes, whole) != 0) {
        return false;
    }
    unsigned rest = prefix->bits % 8;
    if (rest == 0) {
        return true;
    }
    return ((prefix->bytes[whole] ^ plain.bytes[whole]) & (0xff00u >> rest) & 0xff) == 0;
}

bool prefix_equal(const struct prefix *a, const struct prefix *b)
{
    return a->family == b->family && a->bits == b->bits &&
           memcmp(a->bytes, b->bytes, sizeof a->bytes) == 0;
}
