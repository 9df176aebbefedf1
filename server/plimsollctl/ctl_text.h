// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "server/plimsollctl/ctl_print.h"

/** Values as text with their units, and the members of replies. One thread, no memory. */
#define CTL_TEXT_BYTES 40u

enum ctl_colour {
    CTL_PLAIN,
    CTL_GOOD, /* green */
    CTL_WARN, /* yellow */
    CTL_BAD,  /* red */
    CTL_BOLD,
};

/** "64 KiB", "1.5 MiB". Returns text. */
const char *ctl_size_text(uint64_t bytes, char text[CTL_TEXT_BYTES]);
/** "12 s", "3 min 5 s", "2 h 10 min", "5 d 3 h". Returns text. */
const char *ctl_duration_text(uint64_t seconds, char text[CTL_TEXT_BYTES]);
/** "2026-11-20 13:08:55 UTC"; 0 is "never". Returns text. */
const char *ctl_time_text(uint64_t wall_seconds, char text[CTL_TEXT_BYTES]);

/** The member's text, "-" when it is not there or empty. */
const char *ctl_member_text(const json_t *object, const char *name);
/** The member's number; 0 when it is not there or negative. */
uint64_t ctl_member_number(const json_t *object, const char *name);

/** Prints a text with '?' for control characters. */
void ctl_print_plain(struct ctl_printer *printer, const char *text);
/** Prints a text in a colour, padded to a width (0: none), with '?' for control characters. */
void ctl_put(struct ctl_printer *printer, enum ctl_colour colour, int width, const char *text);
/** Prints "  label   " of a list of labels and values. */
void ctl_put_label(struct ctl_printer *printer, const char *label);
