// SPDX-License-Identifier: Apache-2.0
#include "server/wire/rdata_field.h"
#include "server/wire/rdata_kinds.h"

#include <assert.h>

static const struct rdata_field_kind kinds[RDATA_FIELDS] = {
    [FIELD_U8] = {check_u8, parse_u8, print_u8},
    [FIELD_U16] = {check_u16, parse_u16, print_u16},
    [FIELD_U32] = {check_u32, parse_u32, print_u32},
    [FIELD_U48] = {check_u48, parse_u48, print_u48},
    [FIELD_TTL] = {check_u32, parse_ttl, print_u32},
    [FIELD_TIME] = {check_u32, parse_time, print_time},
    [FIELD_TYPE] = {check_u16, parse_type, print_type},
    [FIELD_RCODE] = {check_u16, parse_rcode, print_rcode},
    [FIELD_IPV4] = {check_u32, parse_ipv4, print_ipv4},
    [FIELD_IPV6] = {check_16_bytes, parse_ipv6, print_ipv6},
    [FIELD_NAME] = {check_name, rdata_parse_name, print_name},
    [FIELD_NAME_OPTIONAL] = {check_name_optional, parse_name_optional, print_name_optional},
    [FIELD_NAMES_REST] = {check_names_rest, parse_names_rest, print_names_rest},
    [FIELD_STRING] = {check_string, parse_string, print_string},
    [FIELD_STRING_OPTIONAL] = {check_string_optional, parse_string_optional, print_string_optional},
    [FIELD_STRINGS_REST] = {check_strings_rest, parse_strings_rest, print_strings_rest},
    [FIELD_DIGITS] = {check_digits, parse_digits, print_string},
    [FIELD_TAG] = {check_tag, parse_tag, print_tag},
    [FIELD_TEXT_REST] = {check_rest, parse_text_rest, print_text_rest},
    [FIELD_HEX_REST] = {check_rest_some, parse_hex_rest, print_hex_rest},
    [FIELD_DIGEST_REST] = {check_digest, parse_digest, print_hex_rest},
    [FIELD_FINGERPRINT_REST] = {check_fingerprint, parse_fingerprint, print_hex_rest},
    [FIELD_ZONE_DIGEST_REST] = {check_zone_digest, parse_zone_digest, print_hex_rest},
    [FIELD_HEX_COUNTED8] = {check_string, parse_hex_counted8, print_hex_counted8},
    [FIELD_BASE32_COUNTED8] = {check_counted8_some, parse_base32_counted8, print_base32_counted8},
    [FIELD_BASE64_REST] = {check_rest_some, parse_base64_rest, print_base64_rest},
    [FIELD_BASE64_OPTIONAL] = {check_rest, parse_base64_optional, print_base64_rest},
    [FIELD_BASE64_DASH] = {check_rest, parse_base64_dash, print_base64_dash},
    [FIELD_BASE64_COUNTED16] = {check_counted16, parse_base64_counted16, print_base64_counted16},
    [FIELD_KEY_FLAGS] = {check_u16, parse_key_flags, print_u16},
    [FIELD_KEY_PROTOCOL] = {check_u8, parse_key_protocol, print_u8},
    [FIELD_KEY_REST] = {check_key, parse_key, print_base64_rest},
    [FIELD_ALGORITHM] = {check_u8, parse_algorithm, print_u8},
    [FIELD_ALGORITHM_NAME] = {check_u8, parse_algorithm, print_algorithm_name},
    [FIELD_DIGEST_TYPE] = {check_u8, parse_digest_type, print_u8},
    [FIELD_CERT_TYPE] = {check_u16, parse_cert_type, print_cert_type},
    [FIELD_DSYNC_SCHEME] = {check_u8, parse_dsync_scheme, print_dsync_scheme},
    [FIELD_TYPE_BITMAP_REST] = {check_type_bitmap, parse_type_bitmap, print_type_bitmap},
    [FIELD_NXT_BITMAP_REST] = {check_nxt_bitmap, parse_nxt_bitmap, print_nxt_bitmap},
    [FIELD_SERVICES_REST] = {check_services, parse_services, print_services},
    [FIELD_SVC_PARAMS_REST] = {check_svc_params, parse_svc_params, print_svc_params},
    [FIELD_APL_REST] = {check_apl, parse_apl, print_apl},
    [FIELD_LOCATION] = {check_location, parse_location, print_location},
    [FIELD_IPSEC_GATEWAY] = {check_ipsec_gateway, parse_ipsec_gateway, print_ipsec_gateway},
    [FIELD_AMT_RELAY] = {check_amt_relay, parse_amt_relay, print_amt_relay},
    [FIELD_A6_SUFFIX] = {check_a6_suffix, parse_a6_suffix, print_a6_suffix},
    [FIELD_NSAP_REST] = {check_rest_some, parse_nsap, print_nsap},
    [FIELD_ATM_REST] = {check_atm, parse_atm, print_atm},
    [FIELD_EUI48] = {check_u48, parse_eui48, print_eui48},
    [FIELD_EUI64] = {check_u64, parse_eui64, print_eui64},
    [FIELD_ILNP64] = {check_u64, parse_ilnp64, print_ilnp64},
    [FIELD_U64] = {check_u64, parse_u64, print_u64},
    [FIELD_HIP_HEADER] = {check_hip_header, parse_hip_header, print_hip_header},
    [FIELD_WINS_HEADER] = {check_wins_header, parse_wins_header, print_wins_header},
    [FIELD_WINS_SERVERS_REST] = {check_wins_servers, parse_wins_servers, print_wins_servers},
};

const struct rdata_field_kind *rdata_field_kind(uint8_t name)
{
    assert(name != FIELD_END && name < RDATA_FIELDS);
    return &kinds[name];
}
