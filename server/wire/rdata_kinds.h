// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "server/wire/rdata_field.h"

/**
 * The functions of every kind of field, by the file they live in; rdata_field.c makes the table of
 * them. What the three families do: struct rdata_field_kind.
 */

/* rdata_wire.c */
void check_u8(struct reader *rdata);
void check_u16(struct reader *rdata);
void check_u32(struct reader *rdata);
void check_u48(struct reader *rdata);
void check_u64(struct reader *rdata);
void check_16_bytes(struct reader *rdata);
void check_name(struct reader *rdata);
void check_name_optional(struct reader *rdata);
void check_names_rest(struct reader *rdata);
void check_string(struct reader *rdata);
void check_string_optional(struct reader *rdata);
void check_strings_rest(struct reader *rdata);
void check_digits(struct reader *rdata);
void check_tag(struct reader *rdata);
void check_rest(struct reader *rdata);
void check_rest_some(struct reader *rdata);
void check_digest(struct reader *rdata);
void check_fingerprint(struct reader *rdata);
void check_zone_digest(struct reader *rdata);
void check_counted8_some(struct reader *rdata);
void check_counted16(struct reader *rdata);
void check_key(struct reader *rdata);

/* rdata_text_parse.c */
enum result parse_u8(struct rdata_parser *parser);
enum result parse_u16(struct rdata_parser *parser);
enum result parse_u32(struct rdata_parser *parser);
enum result parse_u48(struct rdata_parser *parser);
enum result parse_u64(struct rdata_parser *parser);
enum result parse_ttl(struct rdata_parser *parser);
enum result parse_name_optional(struct rdata_parser *parser);
enum result parse_names_rest(struct rdata_parser *parser);
enum result parse_string(struct rdata_parser *parser);
enum result parse_string_optional(struct rdata_parser *parser);
enum result parse_strings_rest(struct rdata_parser *parser);
enum result parse_digits(struct rdata_parser *parser);
enum result parse_tag(struct rdata_parser *parser);
enum result parse_text_rest(struct rdata_parser *parser);

/* rdata_text_print.c */
bool print_u8(struct reader *rdata, struct writer *out);
bool print_u16(struct reader *rdata, struct writer *out);
bool print_u32(struct reader *rdata, struct writer *out);
bool print_u48(struct reader *rdata, struct writer *out);
bool print_u64(struct reader *rdata, struct writer *out);
bool print_name(struct reader *rdata, struct writer *out);
bool print_name_optional(struct reader *rdata, struct writer *out);
bool print_names_rest(struct reader *rdata, struct writer *out);
bool print_string(struct reader *rdata, struct writer *out);
bool print_string_optional(struct reader *rdata, struct writer *out);
bool print_strings_rest(struct reader *rdata, struct writer *out);
bool print_tag(struct reader *rdata, struct writer *out);
bool print_text_rest(struct reader *rdata, struct writer *out);

/* rdata_encoding.c */
enum result parse_hex_rest(struct rdata_parser *parser);
enum result parse_digest(struct rdata_parser *parser);
enum result parse_fingerprint(struct rdata_parser *parser);
enum result parse_zone_digest(struct rdata_parser *parser);
enum result parse_hex_counted8(struct rdata_parser *parser);
enum result parse_base32_counted8(struct rdata_parser *parser);
enum result parse_base64_rest(struct rdata_parser *parser);
enum result parse_base64_optional(struct rdata_parser *parser);
enum result parse_base64_dash(struct rdata_parser *parser);
enum result parse_base64_counted16(struct rdata_parser *parser);
enum result parse_key(struct rdata_parser *parser);
bool print_hex_rest(struct reader *rdata, struct writer *out);
bool print_hex_counted8(struct reader *rdata, struct writer *out);
bool print_base32_counted8(struct reader *rdata, struct writer *out);
bool print_base64_rest(struct reader *rdata, struct writer *out);
bool print_base64_dash(struct reader *rdata, struct writer *out);
bool print_base64_counted16(struct reader *rdata, struct writer *out);
/** "\# size hex": the tokens behind the \#. */
enum result parse_unknown(struct rdata_parser *parser);
/** Hexadecimal of one token appended; NULL, or the reason why not. */
const char *hex_append(struct writer *out, const char *text, size_t length);
/** Base64 of one token appended; NULL, or the reason why not. */
const char *base64_append(struct writer *out, const char *text, size_t length);
void hex_print(struct writer *out, const uint8_t *bytes, size_t size, const char digits[16]);
void base64_print(struct writer *out, const uint8_t *bytes, size_t size);

/* rdata_address.c */
enum result parse_ipv4(struct rdata_parser *parser);
enum result parse_ipv6(struct rdata_parser *parser);
enum result parse_eui48(struct rdata_parser *parser);
enum result parse_eui64(struct rdata_parser *parser);
enum result parse_ilnp64(struct rdata_parser *parser);
bool print_ipv4(struct reader *rdata, struct writer *out);
bool print_ipv6(struct reader *rdata, struct writer *out);
bool print_eui48(struct reader *rdata, struct writer *out);
bool print_eui64(struct reader *rdata, struct writer *out);
bool print_ilnp64(struct reader *rdata, struct writer *out);
bool ipv4_from_text(const char *text, size_t length, uint8_t ret_address[4]);
bool ipv6_from_text(const char *text, size_t length, uint8_t ret_address[16]);
void ipv4_print(struct writer *out, const uint8_t address[4]);
void ipv6_print(struct writer *out, const uint8_t address[16]);

/* rdata_gateway.c */
void check_apl(struct reader *rdata);
void check_ipsec_gateway(struct reader *rdata);
void check_amt_relay(struct reader *rdata);
void check_a6_suffix(struct reader *rdata);
enum result parse_apl(struct rdata_parser *parser);
enum result parse_ipsec_gateway(struct rdata_parser *parser);
enum result parse_amt_relay(struct rdata_parser *parser);
enum result parse_a6_suffix(struct rdata_parser *parser);
bool print_apl(struct reader *rdata, struct writer *out);
bool print_ipsec_gateway(struct reader *rdata, struct writer *out);
bool print_amt_relay(struct reader *rdata, struct writer *out);
bool print_a6_suffix(struct reader *rdata, struct writer *out);

/* rdata_bitmap.c */
void check_type_bitmap(struct reader *rdata);
void check_nxt_bitmap(struct reader *rdata);
void check_services(struct reader *rdata);
enum result parse_type_bitmap(struct rdata_parser *parser);
enum result parse_nxt_bitmap(struct rdata_parser *parser);
enum result parse_services(struct rdata_parser *parser);
bool print_type_bitmap(struct reader *rdata, struct writer *out);
bool print_nxt_bitmap(struct reader *rdata, struct writer *out);
bool print_services(struct reader *rdata, struct writer *out);

/* rdata_security.c */
void check_hip_header(struct reader *rdata);
enum result parse_time(struct rdata_parser *parser);
enum result parse_type(struct rdata_parser *parser);
enum result parse_rcode(struct rdata_parser *parser);
enum result parse_key_flags(struct rdata_parser *parser);
enum result parse_key_protocol(struct rdata_parser *parser);
enum result parse_algorithm(struct rdata_parser *parser);
enum result parse_digest_type(struct rdata_parser *parser);
enum result parse_cert_type(struct rdata_parser *parser);
enum result parse_dsync_scheme(struct rdata_parser *parser);
enum result parse_hip_header(struct rdata_parser *parser);
bool print_time(struct reader *rdata, struct writer *out);
bool print_type(struct reader *rdata, struct writer *out);
bool print_rcode(struct reader *rdata, struct writer *out);
bool print_algorithm_name(struct reader *rdata, struct writer *out);
bool print_cert_type(struct reader *rdata, struct writer *out);
bool print_dsync_scheme(struct reader *rdata, struct writer *out);
bool print_hip_header(struct reader *rdata, struct writer *out);

/* rdata_svcb.c */
void check_svc_params(struct reader *rdata);
enum result parse_svc_params(struct rdata_parser *parser);
bool print_svc_params(struct reader *rdata, struct writer *out);

/* rdata_location.c */
void check_location(struct reader *rdata);
enum result parse_location(struct rdata_parser *parser);
bool print_location(struct reader *rdata, struct writer *out);

/* rdata_telecom.c */
void check_atm(struct reader *rdata);
enum result parse_nsap(struct rdata_parser *parser);
enum result parse_atm(struct rdata_parser *parser);
bool print_nsap(struct reader *rdata, struct writer *out);
bool print_atm(struct reader *rdata, struct writer *out);

/* rdata_wins.c */
void check_wins_header(struct reader *rdata);
void check_wins_servers(struct reader *rdata);
enum result parse_wins_header(struct rdata_parser *parser);
enum result parse_wins_servers(struct rdata_parser *parser);
bool print_wins_header(struct reader *rdata, struct writer *out);
bool print_wins_servers(struct reader *rdata, struct writer *out);
