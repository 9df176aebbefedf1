// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "server/config/config.h"
#include "server/config/section.h"

/**
 * Field readers: the kinds of value that a key can have. Each is a field_fn (section.h): it reads
 * one YAML node into the field at `field`, or notes a problem. Memory: the configuration's arena.
 */

/** A whole number within the key's range; uint32_t. */
enum result field_count(const struct section_reader *reader, const struct key_spec *key,
                        const struct yaml_node *value, void *field);
/** The same, or `auto` for 0; uint32_t. */
enum result field_count_or_auto(const struct section_reader *reader, const struct key_spec *key,
                                const struct yaml_node *value, void *field);
/** A whole number within the key's range, which ends at 255 or below; uint8_t. */
enum result field_octet(const struct section_reader *reader, const struct key_spec *key,
                        const struct yaml_node *value, void *field);
/** A size with unit within the key's range; size_t. */
enum result field_size(const struct section_reader *reader, const struct key_spec *key,
                       const struct yaml_node *value, void *field);
/** The same, or `auto` for 0; size_t. */
enum result field_size_or_auto(const struct section_reader *reader, const struct key_spec *key,
                               const struct yaml_node *value, void *field);
/** yes or no; bool. */
enum result field_switch(const struct section_reader *reader, const struct key_spec *key,
                         const struct yaml_node *value, void *field);
/** One of the key's words; int, its place in the list. */
enum result field_choice(const struct section_reader *reader, const struct key_spec *key,
                         const struct yaml_node *value, void *field);
/** Text of `min` to `max` bytes; const char *. */
enum result field_text(const struct section_reader *reader, const struct key_spec *key,
                       const struct yaml_node *value, void *field);
/** The same, or `hidden` (unquoted) for NULL; const char *. */
enum result field_text_or_hidden(const struct section_reader *reader, const struct key_spec *key,
                                 const struct yaml_node *value, void *field);
/** A path, beside the file it stands in unless it is absolute: as the configuration was named, so
 * beside the process's directory where that was relative; const char *. */
enum result field_path(const struct section_reader *reader, const struct key_spec *key,
                       const struct yaml_node *value, void *field);
/** A domain name, absolute with or without the final dot; const uint8_t *. */
enum result field_name(const struct section_reader *reader, const struct key_spec *key,
                       const struct yaml_node *value, void *field);
/** A list of 1..max address@port; struct config_addresses. */
enum result field_listen(const struct section_reader *reader, const struct key_spec *key,
                         const struct yaml_node *value, void *field);
/** address@port, or `no`; struct config_stats. */
enum result field_stats_listen(const struct section_reader *reader, const struct key_spec *key,
                               const struct yaml_node *value, void *field);
/** A list of addresses, prefixes and `any`; struct access_list. */
enum result field_access(const struct section_reader *reader, const struct key_spec *key,
                         const struct yaml_node *value, void *field);
/** The same where absence means the server's list; const struct access_list *. */
enum result field_access_pointer(const struct section_reader *reader, const struct key_spec *key,
                                 const struct yaml_node *value, void *field);
/** A file with 32 hexadecimal digits; struct config_secret. */
enum result field_secret(const struct section_reader *reader, const struct key_spec *key,
                         const struct yaml_node *value, void *field);
