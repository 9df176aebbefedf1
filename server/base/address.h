// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "alloc/result.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

/**
 * Internet addresses with a port, and prefixes, as plain values.
 *
 * Text is `address@port` as in the configuration; IPv6 needs no brackets, a scope is `%number` (RFC
 * 4007 section 11, numbers only). IPv4-mapped IPv6 addresses (RFC 4291 section 2.5.5.2) become IPv4
 * when they come from a socket or are compared with a prefix. Unused bytes are zero, so equal
 * addresses are equal bytes.
 * Pure; any thread; no allocation.
 */
#define ADDRESS_TEXT_BYTES 80u /* "address%scope@port" and its zero */
#define PREFIX_TEXT_BYTES 52u
#define ADDRESS_PORT_NONE (-1)

enum address_family {
    ADDRESS_NONE = 0,
    ADDRESS_V4 = 4,
    ADDRESS_V6 = 6,
};

struct address {
    uint8_t family; /* enum address_family */
    uint8_t zero;
    uint16_t port;     /* host order */
    uint32_t scope;    /* IPv6 zone index, 0: none */
    uint8_t bytes[16]; /* network order; IPv4 uses the first four */
};

struct prefix {
    uint8_t family; /* enum address_family */
    uint8_t bits;   /* 0..32 or 0..128; bytes beyond them are zero */
    uint8_t bytes[16];
};

/** From the kernel. ERROR_UNSUPPORTED for other families or a size that does not fit. */
RESULT_MUST_CHECK enum result address_from_sockaddr(const struct sockaddr *sockaddr, socklen_t size,
                                                    struct address *ret_address);
/** To the kernel; returns the size of the filled part (0 for ADDRESS_NONE). */
socklen_t address_to_sockaddr(const struct address *address, struct sockaddr_storage *ret_sockaddr);
/**
 * Parses `address@port` or `address`.
 *
 * text          zero-terminated
 * default_port  for text without `@port`; ADDRESS_PORT_NONE makes the port mandatory
 * returns       OK or ERROR_SYNTAX
 */
RESULT_MUST_CHECK enum result address_parse(const char *text, int default_port,
                                            struct address *ret_address);
/** Writes `address@port`; returns text. */
const char *address_format(const struct address *address, char text[ADDRESS_TEXT_BYTES]);
/** The same without the port. */
const char *address_format_host(const struct address *address, char text[ADDRESS_TEXT_BYTES]);

/** Same family, bytes, scope and port. */
bool address_equal(const struct address *a, const struct address *b);
/** Same family, bytes and scope. */
bool address_same_host(const struct address *a, const struct address *b);
/** Orders by family, bytes, scope, port; <0, 0, >0. */
int address_compare(const struct address *a, const struct address *b);
/** An IPv4-mapped address as IPv4, any other unchanged. */
struct address address_unmap(const struct address *address);
/** Bytes that the address has: 4, 16, or 0. */
size_t address_size(const struct address *address);
bool address_is_any(const struct address *address);
bool address_is_loopback(const struct address *address);
/** SipHash over family and bytes (not the port) with a 16-byte key. */
uint64_t address_hash(const struct address *address, const uint8_t key[16]);

/** The prefix of that length (clamped to the family's maximum) that holds the address. */
struct prefix prefix_of(const struct address *address, unsigned bits);
/** `192.0.2.0/24`, `2001:db8::/32`, or a bare address (all its bits). Bits set beyond the length
 * are ERROR_SEMANTICS; anything else that is wrong ERROR_SYNTAX. */
RESULT_MUST_CHECK enum result prefix_parse(const char *text, struct prefix *ret_prefix);
const char *prefix_format(const struct prefix *prefix, char text[PREFIX_TEXT_BYTES]);
/** Whether the address (mapped ones as IPv4; port and scope ignored) lies in the prefix. */
bool prefix_matches(const struct prefix *prefix, const struct address *address);
bool prefix_equal(const struct prefix *a, const struct prefix *b);
