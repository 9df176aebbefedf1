// SPDX-License-Identifier: Apache-2.0
#include "alloc/pages.h"

#include "alloc/checked.h"
#include "alloc/debug.h"

#include <assert.h>
#include <errno.h>
#include <stdint.h>
#include <sys/mman.h>

/* Linux 5.14 and 6.1; older headers do not have them, and older kernels answer EINVAL. */
#define ADVICE_POPULATE_WRITE 23
#define ADVICE_COLLAPSE 25

bool pages_round(size_t size, size_t *ret_size)
{
    size_t sum;
    if (!checked_add(size, PAGES_BYTES - 1, &sum)) {
        return false;
    }
    *ret_size = sum & ~(PAGES_BYTES - 1);
    return true;
}

void *pages_map(size_t size, size_t align)
{
    assert(size > 0 && size % PAGES_BYTES == 0);
    assert(align >= PAGES_BYTES && (align & (align - 1)) == 0);
    size_t slack = align - PAGES_BYTES;
    size_t whole;
    if (!checked_add(size, slack, &whole)) {
        return NULL;
    }
    unsigned char *start =
        mmap(NULL, whole, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (start == MAP_FAILED) {
        return NULL;
    }
    size_t before = (size_t)(-(uintptr_t)start & (align - 1));
    if (before > 0) {
        munmap(start, before);
    }
    if (slack > before) {
        munmap(start + before + size, slack - before);
    }
    debug_mapped(start + before, size);
    return start + before;
}

void pages_unmap(void *base, size_t size)
{
    debug_unmapped(base, size);
    if (munmap(base, size) != 0) {
        pages_drop(base, size);
    }
}

void pages_drop(void *base, size_t size)
{
    madvise(base, size, MADV_DONTNEED);
}

void pages_want_huge(void *base, size_t size, bool huge)
{
    /* A kernel without huge pages refuses the advice, and small pages are what remains. */
    madvise(base, size, huge ? MADV_HUGEPAGE : MADV_NOHUGEPAGE);
}

void pages_collapse(void *base, size_t size)
{
    madvise(base, size, ADVICE_COLLAPSE);
}

bool pages_populate(void *base, size_t size)
{
    if (madvise(base, size, ADVICE_POPULATE_WRITE) == 0) {
        return true;
    }
    if (errno != EINVAL) {
        return false;
    }
    volatile unsigned char *bytes = base; /* volatile: the writes are the purpose */
    for (size_t offset = 0; offset < size; offset += PAGES_BYTES) {
        bytes[offset] = 0;
    }
    return true;
}
