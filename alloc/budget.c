// SPDX-License-Identifier: Apache-2.0
#include "alloc/budget.h"

#include "alloc/checked.h"

#include <assert.h>
#include <stdarg.h>
#include <string.h>

#define LARGEST_COUNT 3u

void budget_init(struct budget *budget, size_t limit_bytes)
{
    memset(budget, 0, sizeof(*budget));
    budget->limit_bytes = limit_bytes;
}

enum result budget_add(struct budget *budget, enum account account, size_t bytes,
                       const char *holder, const char *reason_format, ...)
{
    assert((unsigned)account < ACCOUNT_COUNT);
    if (budget->line_count == BUDGET_LINES_MAX) {
        return REFUSED_LIMIT;
    }
    struct budget_line *line = &budget->lines[budget->line_count++];
    line->account = account;
    line->bytes = bytes;
    snprintf(line->holder, sizeof(line->holder), "%s", holder);
    va_list arguments;
    va_start(arguments, reason_format);
    vsnprintf(line->reason, sizeof(line->reason), reason_format, arguments);
    va_end(arguments);
    return OK;
}

static size_t saturated_sum(size_t a, size_t b)
{
    size_t sum;
    return checked_add(a, b, &sum) ? sum : SIZE_MAX;
}

size_t budget_total(const struct budget *budget)
{
    size_t total = 0;
    for (uint32_t i = 0; i < budget->line_count; i++) {
        total = saturated_sum(total, budget->lines[i].bytes);
    }
    return total;
}

size_t budget_account_total(const struct budget *budget, enum account account)
{
    size_t total = 0;
    for (uint32_t i = 0; i < budget->line_count; i++) {
        if (budget->lines[i].account == account) {
            total = saturated_sum(total, budget->lines[i].bytes);
        }
    }
    return total;
}

size_t budget_left(const struct budget *budget)
{
    size_t total = budget_total(budget);
    return total < budget->limit_bytes ? budget->limit_bytes - total : 0;
}

enum result budget_check(const struct budget *budget)
{
    return budget_total(budget) <= budget->limit_bytes ? OK : REFUSED_MEMORY;
}

void budget_apply(const struct budget *budget)
{
    for (unsigned account = 0; account < ACCOUNT_COUNT; account++) {
        ledger_limit_set((enum account)account,
                         budget_account_total(budget, (enum account)account));
    }
}

const char *budget_size_text(size_t bytes, char text[24])
{
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    unsigned unit = 0;
    while (unit + 1 < sizeof(units) / sizeof(units[0]) && bytes >> (10 * (unit + 1)) > 0) {
        unit++;
    }
    size_t one = (size_t)1 << (10 * unit);
    size_t whole = bytes / one;
    size_t rest = bytes % one;
    /* Rounded to the nearest tenth, in parts that cannot overflow: rest is below 2^60. */
    size_t tenths = (rest * 10 + one / 2) / one;
    if (tenths == 10) {
        whole++;
        tenths = 0;
    }
    if (whole == 1024 && unit + 1 < sizeof(units) / sizeof(units[0])) {
        whole = 1;
        unit++;
    }
    if (rest == 0) {
        snprintf(text, 24, "%zu %s", whole, units[unit]);
    } else {
        snprintf(text, 24, "%zu.%zu %s", whole, tenths, units[unit]);
    }
    return text;
}

#define NAME_COLUMNS 36
#define SIZE_COLUMNS 12

static void print_row(FILE *out, const char *indent, const char *name, size_t bytes,
                      const char *reason)
{
    char text[24];
    int columns = NAME_COLUMNS - (int)strlen(indent);
    fprintf(out, "%s%-*s%*s", indent, columns, name, SIZE_COLUMNS, budget_size_text(bytes, text));
    if (reason[0] != '\0') {
        fprintf(out, "   %s", reason);
    }
    fputc('\n', out);
}

static void print_account(const struct budget *budget, enum account account, FILE *out)
{
    bool headed = false;
    for (uint32_t i = 0; i < budget->line_count; i++) {
        const struct budget_line *line = &budget->lines[i];
        if (line->account != account) {
            continue;
        }
        if (!headed) {
            print_row(out, "  ", account_name(account), budget_account_total(budget, account), "");
            headed = true;
        }
        print_row(out, "    ", line->holder, line->bytes, line->reason);
    }
}

/* The largest line that comes after `before` in the order by size, equal ones by their place. */
static const struct budget_line *next_largest(const struct budget *budget,
                                              const struct budget_line *before)
{
    const struct budget_line *largest = NULL;
    for (uint32_t i = 0; i < budget->line_count; i++) {
        const struct budget_line *line = &budget->lines[i];
        bool later = before == NULL || line->bytes < before->bytes ||
                     (line->bytes == before->bytes && line > before);
        if (later && (largest == NULL || line->bytes > largest->bytes)) {
            largest = line;
        }
    }
    return largest;
}

static void print_misfit(const struct budget *budget, size_t total, FILE *out)
{
    char missing[24];
    char limit[24];
    fprintf(out, "\nThis does not fit: the sum is %s above the line of %s. The largest lines:\n",
            budget_size_text(total - budget->limit_bytes, missing),
            budget_size_text(budget->limit_bytes, limit));
    const struct budget_line *line = NULL;
    for (unsigned i = 0; i < LARGEST_COUNT; i++) {
        line = next_largest(budget, line);
        if (line == NULL) {
            break;
        }
        char name[64];
        snprintf(name, sizeof(name), "%s: %s", account_name(line->account), line->holder);
        print_row(out, "  ", name, line->bytes, line->reason);
    }
    fputs("Raise limits.memory, or lower the limits behind these lines.\n", out);
}

static void print_rule(FILE *out)
{
    fputs("  ", out);
    for (unsigned i = 2; i < NAME_COLUMNS + SIZE_COLUMNS; i++) {
        fputc('-', out);
    }
    fputc('\n', out);
}

void budget_print(const struct budget *budget, FILE *out)
{
    size_t total = budget_total(budget);
    bool fits = total <= budget->limit_bytes;
    fprintf(out, "  %-*s%*s   %s\n", NAME_COLUMNS - 2, "Memory budget", SIZE_COLUMNS, "at most",
            "because of");
    print_rule(out);
    for (unsigned account = 0; account < ACCOUNT_COUNT; account++) {
        print_account(budget, (enum account)account, out);
    }
    print_rule(out);
    print_row(out, "  ", "total", total, "");
    print_row(out, "  ", "load line (limits.memory)", budget->limit_bytes, "");
    print_row(out, "  ", fits ? "left" : "missing",
              fits ? budget->limit_bytes - total : total - budget->limit_bytes, "");
    if (!fits) {
        print_misfit(budget, total, out);
    }
}
