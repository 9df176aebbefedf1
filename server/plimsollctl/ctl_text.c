// SPDX-License-Identifier: Apache-2.0
#include "server/plimsollctl/ctl_text.h"

#include "alloc/budget.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

#define LABEL_WIDTH 12

static const char *const colour_codes[] = {"", "\033[32m", "\033[33m", "\033[31m", "\033[1m"};

const char *ctl_size_text(uint64_t bytes, char text[CTL_TEXT_BYTES])
{
    return budget_size_text(bytes, text);
}

const char *ctl_duration_text(uint64_t seconds, char text[CTL_TEXT_BYTES])
{
    uint64_t minutes = seconds / 60;
    uint64_t hours = minutes / 60;
    if (minutes == 0) {
        snprintf(text, CTL_TEXT_BYTES, "%" PRIu64 " s", seconds);
    } else if (hours == 0) {
        snprintf(text, CTL_TEXT_BYTES, "%" PRIu64 " min %" PRIu64 " s", minutes, seconds % 60);
    } else if (hours < 24) {
        snprintf(text, CTL_TEXT_BYTES, "%" PRIu64 " h %" PRIu64 " min", hours, minutes % 60);
    } else {
        snprintf(text, CTL_TEXT_BYTES, "%" PRIu64 " d %" PRIu64 " h", hours / 24, hours % 24);
    }
    return text;
}

const char *ctl_time_text(uint64_t wall_seconds, char text[CTL_TEXT_BYTES])
{
    struct tm parts;
    time_t seconds = (time_t)wall_seconds;
    if (wall_seconds == 0) {
        snprintf(text, CTL_TEXT_BYTES, "never");
    } else if (gmtime_r(&seconds, &parts) == NULL ||
               strftime(text, CTL_TEXT_BYTES, "%Y-%m-%d %H:%M:%S UTC", &parts) == 0) {
        snprintf(text, CTL_TEXT_BYTES, "-");
    }
    return text;
}

const char *ctl_member_text(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    return text != NULL && text[0] != '\0' ? text : "-";
}

uint64_t ctl_member_number(const json_t *object, const char *name)
{
    json_int_t number = json_integer_value(json_object_get(object, name));
    return number > 0 ? (uint64_t)number : 0;
}

void ctl_print_plain(struct ctl_printer *printer, const char *text)
{
    for (; *text != '\0'; text++) {
        unsigned char byte = (unsigned char)*text;
        fputc(byte < 0x20 || byte == 0x7f ? '?' : byte, printer->out);
    }
}

void ctl_put(struct ctl_printer *printer, enum ctl_colour colour, int width, const char *text)
{
    bool coloured = printer->colour && colour != CTL_PLAIN;
    if (coloured) {
        fputs(colour_codes[colour], printer->out);
    }
    ctl_print_plain(printer, text);
    if (coloured) {
        fputs("\033[0m", printer->out);
    }
    int left = width - (int)strnlen(text, 256);
    fprintf(printer->out, "%*s", left > 0 ? left : 0, "");
}

void ctl_put_label(struct ctl_printer *printer, const char *label)
{
    ctl_put(printer, CTL_BOLD, LABEL_WIDTH, label);
    fputc(' ', printer->out);
}
