// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/**
 * Replies for people: aligned columns, units, and colours where they are welcome. What a reply
 * lacks is shown as "-"; control characters in texts are shown as '?'. One thread, no memory.
 */
struct ctl_printer {
    FILE *out; /* borrowed */
    bool colour;
    uint64_t rows; /* items so far */
};
typedef void (*ctl_print_fn)(struct ctl_printer *printer, const json_t *value);

void ctl_print_status(struct ctl_printer *printer, const json_t *result);
void ctl_print_budget_line(struct ctl_printer *printer, const json_t *item);
void ctl_print_budget(struct ctl_printer *printer, const json_t *result);
void ctl_print_metric(struct ctl_printer *printer, const json_t *item);
void ctl_print_zone_line(struct ctl_printer *printer, const json_t *item);
void ctl_print_zones(struct ctl_printer *printer, const json_t *result);
void ctl_print_zone(struct ctl_printer *printer, const json_t *result);
void ctl_print_reload(struct ctl_printer *printer, const json_t *result);
void ctl_print_event(struct ctl_printer *printer, const json_t *item);
void ctl_print_events(struct ctl_printer *printer, const json_t *result);
void ctl_print_stopping(struct ctl_printer *printer, const json_t *result);
