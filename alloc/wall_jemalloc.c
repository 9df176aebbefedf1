// SPDX-License-Identifier: Apache-2.0
#include "alloc/wall.h"

#include "alloc/fault.h"
#include "alloc/phase.h"
#include "alloc/wall_settings.h"

#include <jemalloc/jemalloc.h>

#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/*
 * The life of the wall. Before it is raised, memory_take charges each block, as the C library's
 * back end does, and what libraries take is not seen. Raising it creates one arena for each account
 * and puts hooks over the arena that malloc uses; from then on every mapping is charged before it
 * is made and released after it is gone, and a block costs what its mapping costs. Blocks from
 * before stay charged one by one until they are given back.
 */

/* Beyond this jemalloc has no size class, and would say no before a hook could count it. */
#define BLOCK_BYTES_MAX ((size_t)1 << 62)

/* Resident after the arenas were made, and what a page costs that is an extent by itself: its
 * descriptor of 128 bytes and its place in the map of addresses. Both measured, and asserted. */
#define METADATA_BYTES_START ((size_t)2 << 20)
#define METADATA_SHARE 28u

/* First in the struct: the allocator hands a pointer to it back to every hook. */
struct account_hooks {
    extent_hooks_t hooks;
    enum account account;
};

struct account_arena {
    struct account_hooks hooks;
    unsigned index;
    int flags; /* for mallocx */
};

static struct account_arena arenas[ACCOUNT_COUNT];
static extent_hooks_t *kernel_hooks; /* jemalloc's own, which map and unmap; static there */
static _Atomic bool raised;          /* release in wall_raise, acquire in take and give */
static _Atomic size_t early_blocks;  /* taken before the wall stood, not yet given back */

static enum account account_of(const extent_hooks_t *hooks)
{
    return ((const struct account_hooks *)hooks)->account;
}

static void *hook_alloc(extent_hooks_t *hooks, void *address, size_t size, size_t alignment,
                        bool *zero, bool *commit, unsigned arena)
{
    enum account account = account_of(hooks);
    phase_count_allocation();
    if (ledger_charge(account, size) != OK) {
        return NULL;
    }
    void *base = kernel_hooks->alloc(kernel_hooks, address, size, alignment, zero, commit, arena);
    if (base == NULL) {
        ledger_release(account, size);
        ledger_refuse(account, size);
    }
    return base;
}

static bool hook_dalloc(extent_hooks_t *hooks, void *address, size_t size, bool committed,
                        unsigned arena)
{
    bool kept = kernel_hooks->dalloc(kernel_hooks, address, size, committed, arena);
    if (!kept) {
        ledger_release(account_of(hooks), size);
    }
    return kept;
}

static void hook_destroy(extent_hooks_t *hooks, void *address, size_t size, bool committed,
                         unsigned arena)
{
    kernel_hooks->destroy(kernel_hooks, address, size, committed, arena);
    ledger_release(account_of(hooks), size);
}

static bool hook_commit(extent_hooks_t *hooks, void *address, size_t size, size_t offset,
                        size_t length, unsigned arena)
{
    (void)hooks;
    return kernel_hooks->commit == NULL ||
           kernel_hooks->commit(kernel_hooks, address, size, offset, length, arena);
}

static bool hook_split(extent_hooks_t *hooks, void *address, size_t size, size_t size_a,
                       size_t size_b, bool committed, unsigned arena)
{
    (void)hooks;
    return kernel_hooks->split(kernel_hooks, address, size, size_a, size_b, committed, arena);
}

static bool hook_merge(extent_hooks_t *hooks, void *address_a, size_t size_a, void *address_b,
                       size_t size_b, bool committed, unsigned arena)
{
    (void)hooks;
    struct extent_hooks_s *kernel = kernel_hooks;
    return kernel->merge(kernel, address_a, size_a, address_b, size_b, committed, arena);
}

static void prepare_hooks(enum account account)
{
    arenas[account].hooks = (struct account_hooks){
        .hooks =
            {
                .alloc = hook_alloc,
                .dalloc = hook_dalloc,
                .destroy = hook_destroy,
                .commit = hook_commit,
                .split = hook_split,
                .merge = hook_merge,
            },
        .account = account,
    };
}

static bool set_hooks(enum account account, unsigned arena, extent_hooks_t **ret_before)
{
    char name[40];
    snprintf(name, sizeof(name), "arena.%u.extent_hooks", arena);
    extent_hooks_t *hooks = &arenas[account].hooks.hooks;
    extent_hooks_t *before = NULL;
    size_t size = sizeof(before);
    if (mallctl(name, &before, &size, NULL, 0) != 0 || before == NULL) {
        return false;
    }
    *ret_before = before;
    kernel_hooks = before;
    return mallctl(name, NULL, NULL, &hooks, sizeof(hooks)) == 0;
}

/* Bytes that the arena of malloc holds now, to be found in the account from the start. */
static size_t mapped_before(void)
{
    static const char *const counts[] = {
        "stats.arenas.0.pactive",
        "stats.arenas.0.pdirty",
        "stats.arenas.0.pmuzzy",
    };
    uint64_t epoch = 1;
    size_t size = sizeof(epoch);
    mallctl("epoch", &epoch, &size, &epoch, sizeof(epoch));
    size_t pages = 0;
    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
        size_t count = 0;
        size = sizeof(count);
        if (mallctl(counts[i], &count, &size, NULL, 0) == 0) {
            pages += count;
        }
    }
    size_t page = 0;
    size = sizeof(page);
    mallctl("arenas.page", &page, &size, NULL, 0);
    return pages * page;
}

/*
 * The arena is created plain and gets its hooks afterwards: an arena that is born with hooks maps
 * its metadata through them too, in blocks of 2 MiB of which a few pages are ever touched.
 */
static enum result create_arena(enum account account)
{
    extent_hooks_t *before;
    unsigned index = 0;
    size_t size = sizeof(index);
    if (mallctl("arenas.create", &index, &size, NULL, 0) != 0 ||
        !set_hooks(account, index, &before)) {
        return REFUSED_MEMORY;
    }
    arenas[account].index = index;
    arenas[account].flags = MALLOCX_ARENA(index) | MALLOCX_TCACHE_NONE | MALLOCX_ALIGN(16);
    return OK;
}

enum result wall_raise(void)
{
    if (atomic_load(&raised) || !wall_settings_hold()) {
        return ERROR_STATE;
    }
    for (unsigned account = 0; account < ACCOUNT_COUNT; account++) {
        prepare_hooks((enum account)account);
        if (account == ACCOUNT_LIBRARIES) {
            continue;
        }
        enum result result = create_arena((enum account)account);
        if (result != OK) {
            return result;
        }
    }
    ledger_charge_held(ACCOUNT_LIBRARIES, mapped_before());
    extent_hooks_t *before;
    if (!set_hooks(ACCOUNT_LIBRARIES, 0, &before)) {
        return ERROR_STATE;
    }
    arenas[ACCOUNT_LIBRARIES].flags = MALLOCX_ARENA(0) | MALLOCX_TCACHE_NONE | MALLOCX_ALIGN(16);
    atomic_store_explicit(&raised, true, memory_order_release);
    return OK;
}

const char *wall_name(void)
{
    static char name[32];
    if (name[0] == '\0') {
        const char *version = "";
        size_t size = sizeof(version);
        mallctl("version", &version, &size, NULL, 0);
        /* "5.3.0-0-g54eaed…": what comes after the hyphen is the commit */
        snprintf(name, sizeof(name), "jemalloc %.*s", (int)strcspn(version, "-"), version);
    }
    return name;
}

bool wall_is_complete(void)
{
    return atomic_load_explicit(&raised, memory_order_acquire);
}

const char *wall_difference(void)
{
    return wall_settings_difference();
}

size_t wall_metadata_bytes(void)
{
    uint64_t epoch = 1;
    size_t size = sizeof(epoch);
    mallctl("epoch", &epoch, &size, &epoch, sizeof(epoch));
    char name[40];
    snprintf(name, sizeof(name), "stats.arenas.%u.base", MALLCTL_ARENAS_ALL);
    size_t bytes = 0;
    size = sizeof(bytes);
    if (mallctl(name, &bytes, &size, NULL, 0) != 0) {
        return 0;
    }
    return bytes;
}

size_t wall_metadata_bytes_max(size_t walled_bytes)
{
    return METADATA_BYTES_START + walled_bytes / METADATA_SHARE;
}

/* A block from before the wall stands: charged by itself. */
static void *take_early(enum account account, size_t size)
{
    if (size > BLOCK_BYTES_MAX) {
        ledger_refuse(account, size);
        return NULL;
    }
    size_t cost = nallocx(size, MALLOCX_ALIGN(16));
    if (ledger_charge(account, cost) != OK) {
        return NULL;
    }
    void *block = mallocx(size, MALLOCX_ARENA(0) | MALLOCX_TCACHE_NONE | MALLOCX_ALIGN(16));
    if (block == NULL) {
        ledger_release(account, cost);
        ledger_refuse(account, size);
        return NULL;
    }
    atomic_fetch_add_explicit(&early_blocks, 1, memory_order_relaxed);
    return block;
}

static void give_early(enum account account, void *block, size_t size)
{
    sdallocx(block, size, MALLOCX_TCACHE_NONE | MALLOCX_ALIGN(16));
    ledger_release(account, nallocx(size, MALLOCX_ALIGN(16)));
    atomic_fetch_sub_explicit(&early_blocks, 1, memory_order_relaxed);
}

/* Only asked while blocks from before the wall are out: the look-up takes a lock. */
static bool is_early(enum account account, void *block)
{
    if (!atomic_load_explicit(&raised, memory_order_acquire)) {
        return true;
    }
    if (atomic_load_explicit(&early_blocks, memory_order_relaxed) == 0) {
        return false;
    }
    unsigned index = 0;
    size_t size = sizeof(index);
    mallctl("arenas.lookup", &index, &size, &block, sizeof(block));
    return index == 0 && account != ACCOUNT_LIBRARIES;
}

void *wall_take(enum account account, size_t size)
{
    if (!atomic_load_explicit(&raised, memory_order_acquire)) {
        return take_early(account, size);
    }
    /* Most blocks need no new mapping, so the charge alone would be too seldom for an injection. */
    if (size > BLOCK_BYTES_MAX || fault_strikes(FAULT_CHARGE)) {
        ledger_refuse(account, size);
        return NULL;
    }
    return mallocx(size, arenas[account].flags);
}

void wall_give(enum account account, void *block, size_t size)
{
    if (is_early(account, block)) {
        give_early(account, block, size);
        return;
    }
    sdallocx(block, size, MALLOCX_TCACHE_NONE | MALLOCX_ALIGN(16));
}
