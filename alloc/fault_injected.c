// SPDX-License-Identifier: Apache-2.0
#include "alloc/fault.h"

#include <assert.h>
#include <stdatomic.h>
#include <stddef.h>
#include <string.h>

/*
 * Counters are relaxed: passages are numbered by the atomic increment alone, and a test arms a
 * point before it starts what will pass it.
 */
struct armed_point {
    _Atomic uint64_t first; /* 0: disarmed */
    _Atomic uint64_t count;
    _Atomic uint64_t passages;
    _Atomic bool struck;
};

static struct armed_point points[FAULT_POINT_COUNT];

static struct armed_point *at(enum fault_point point)
{
    assert((unsigned)point < FAULT_POINT_COUNT);
    return &points[point];
}

void fault_arm(enum fault_point point, uint64_t first, uint64_t count)
{
    struct armed_point *armed = at(point);
    atomic_store(&armed->first, count == 0 ? 0 : first);
    atomic_store(&armed->count, count);
    atomic_store(&armed->passages, 0);
    atomic_store(&armed->struck, false);
}

void fault_disarm_all(void)
{
    for (unsigned point = 0; point < FAULT_POINT_COUNT; point++) {
        fault_arm((enum fault_point)point, 0, 0);
    }
}

bool fault_strikes(enum fault_point point)
{
    struct armed_point *armed = at(point);
    uint64_t passage = atomic_fetch_add_explicit(&armed->passages, 1, memory_order_relaxed) + 1;
    uint64_t first = atomic_load_explicit(&armed->first, memory_order_relaxed);
    if (first == 0 || passage < first) {
        return false;
    }
    if (passage - first >= atomic_load_explicit(&armed->count, memory_order_relaxed)) {
        return false;
    }
    atomic_store_explicit(&armed->struck, true, memory_order_relaxed);
    return true;
}

uint64_t fault_passages(enum fault_point point)
{
    return atomic_load_explicit(&at(point)->passages, memory_order_relaxed);
}

bool fault_struck(enum fault_point point)
{
    return atomic_load_explicit(&at(point)->struck, memory_order_relaxed);
}

/* Finds the point whose name and colon open the text; the cursor moves behind the colon. */
static bool read_point(const char **cursor, enum fault_point *ret_point)
{
    for (unsigned point = 0; point < FAULT_POINT_COUNT; point++) {
        const char *name = fault_point_name((enum fault_point)point);
        size_t size = strlen(name);
        if (strncmp(*cursor, name, size) == 0 && (*cursor)[size] == ':') {
            *cursor += size + 1;
            *ret_point = (enum fault_point)point;
            return true;
        }
    }
    return false;
}

static bool read_number(const char **cursor, uint64_t *ret_number)
{
    uint64_t number = 0;
    const char *text = *cursor;
    for (; *text >= '0' && *text <= '9'; text++) {
        if (__builtin_mul_overflow(number, (uint64_t)10, &number) ||
            __builtin_add_overflow(number, (uint64_t)(*text - '0'), &number)) {
            return false;
        }
    }
    if (text == *cursor || number == 0) {
        return false;
    }
    *cursor = text;
    *ret_number = number;
    return true;
}

bool fault_arm_from_text(const char *text)
{
    if (text == NULL || text[0] == '\0') {
        return true;
    }
    struct {
        uint64_t first;
        uint64_t count;
    } wanted[FAULT_POINT_COUNT] = {0};
    const char *cursor = text;
    for (;;) {
        enum fault_point point;
        uint64_t first;
        if (!read_point(&cursor, &point) || !read_number(&cursor, &first)) {
            return false;
        }
        bool onwards = *cursor == '+';
        cursor += onwards ? 1 : 0;
        wanted[point].first = first;
        wanted[point].count = onwards ? UINT64_MAX : 1;
        if (*cursor == '\0') {
            break;
        }
        if (*cursor++ != ',') {
            return false;
        }
    }
    for (unsigned point = 0; point < FAULT_POINT_COUNT; point++) {
        if (wanted[point].count > 0) {
            fault_arm((enum fault_point)point, wanted[point].first, wanted[point].count);
        }
    }
    return true;
}
