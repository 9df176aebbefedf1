// SPDX-License-Identifier: Apache-2.0
#include "alloc/wall_settings.h"

#include <jemalloc/jemalloc.h>

#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>

/*
 * Why each: one arena for malloc, so that hooks on one arena see everything (narenas,
 * percpu_arena), huge blocks too (oversize_threshold). No thread keeps freed blocks (tcache) and no
 * arena keeps freed pages (the decays, retain), so that what is freed is back in the account when
 * free returns. No thread that was not declared (background_thread). Nothing from brk (dss). Pages
 * stay small where they hold metadata (metadata_thp).
 */
#define SETTINGS                                                                                   \
    "narenas:1,percpu_arena:disabled,oversize_threshold:0,tcache:false,dirty_decay_ms:0,"          \
    "muzzy_decay_ms:0,retain:false,background_thread:false,dss:disabled,metadata_thp:disabled"

/* jemalloc's own name for the settings that a program brings along; read before main. */
const char *malloc_conf = SETTINGS;

enum setting_kind {
    SETTING_BOOL,
    SETTING_UNSIGNED,
    SETTING_SIZE,
    SETTING_TEXT,
};

struct setting {
    const char *name;
    enum setting_kind kind;
    const char *wanted;
};

static const struct setting settings[] = {
    {"opt.narenas", SETTING_UNSIGNED, "1"},
    {"opt.percpu_arena", SETTING_TEXT, "disabled"},
    {"opt.oversize_threshold", SETTING_SIZE, "0"},
    {"opt.tcache", SETTING_BOOL, "false"},
    {"opt.dirty_decay_ms", SETTING_SIZE, "0"},
    {"opt.muzzy_decay_ms", SETTING_SIZE, "0"},
    {"opt.retain", SETTING_BOOL, "false"},
    {"opt.background_thread", SETTING_BOOL, "false"},
    {"opt.dss", SETTING_TEXT, "disabled"},
    {"opt.metadata_thp", SETTING_TEXT, "disabled"},
    /* These are the defaults, and only the environment could have changed them. */
    {"opt.xmalloc", SETTING_BOOL, "false"},
    {"opt.hpa", SETTING_BOOL, "false"},
    {"opt.prof", SETTING_BOOL, "false"},
    {"opt.junk", SETTING_TEXT, "false"},
    {"opt.stats_print", SETTING_BOOL, "false"},
};

static char difference[160];

/* Writes the value in use as text; false where this jemalloc was built without the setting. */
static bool read_setting(const struct setting *setting, char *text, size_t text_size)
{
    union {
        bool flag;
        unsigned number;
        ssize_t size;
        const char *text;
    } value = {0};
    static const size_t sizes[] = {
        [SETTING_BOOL] = sizeof(value.flag),
        [SETTING_UNSIGNED] = sizeof(value.number),
        [SETTING_SIZE] = sizeof(value.size),
        [SETTING_TEXT] = sizeof(value.text),
    };
    size_t size = sizes[setting->kind];
    if (mallctl(setting->name, &value, &size, NULL, 0) != 0) {
        return false;
    }
    switch (setting->kind) {
    case SETTING_BOOL:
        snprintf(text, text_size, "%s", value.flag ? "true" : "false");
        break;
    case SETTING_UNSIGNED:
        snprintf(text, text_size, "%u", value.number);
        break;
    case SETTING_SIZE:
        snprintf(text, text_size, "%zd", value.size);
        break;
    case SETTING_TEXT:
        snprintf(text, text_size, "%s", value.text);
        break;
    }
    return true;
}

bool wall_settings_hold(void)
{
    difference[0] = '\0';
    for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++) {
        char text[32];
        if (!read_setting(&settings[i], text, sizeof(text))) {
            continue;
        }
        if (strcmp(text, settings[i].wanted) != 0) {
            snprintf(difference, sizeof(difference),
                     "jemalloc runs with %s=%s, the wall needs %s (see MALLOC_CONF and "
                     "/etc/malloc.conf)",
                     settings[i].name, text, settings[i].wanted);
            return false;
        }
    }
    return true;
}

const char *wall_settings_difference(void)
{
    return difference;
}
