// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/** A stream that remembers what was printed. */
struct ctl_paper {
    FILE *file;
    char *text;
    size_t size;
};

static inline void ctl_paper_open(struct ctl_paper *paper)
{
    paper->text = NULL;
    paper->file = open_memstream(&paper->text, &paper->size);
    cr_assert_not_null(paper->file);
}

static inline const char *ctl_paper_text(struct ctl_paper *paper)
{
    fflush(paper->file);
    return paper->text;
}

static inline void ctl_paper_close(struct ctl_paper *paper)
{
    fclose(paper->file);
    free(paper->text);
}
