// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/flavour.h"
#include "zone_fixture.h"

/*
 * Transactions whose Nth allocation is refused, for every N; and a long life of random edits.
 * Linked with --wrap=heap_take.
 */
void *__real_heap_take(struct heap *heap, size_t size);
void *__wrap_heap_take(struct heap *heap, size_t size);

static unsigned takes_left; /* 0: no refusal */

void *__wrap_heap_take(struct heap *heap, size_t size)
{
    if (takes_left > 0 && --takes_left == 0) {
        return NULL;
    }
    return __real_heap_take(heap, size);
}

static const char *const hosts[] = {"a.e.", "b.e.", "c.e.", "x.b.e.", "ab.e.", "a\\255.e."};
#define HOSTS (sizeof hosts / sizeof *hosts)

/* Adds, removes and changes a bit of everything; the first failure ends it. */
static enum result edit_everything(struct zone_edit *edit)
{
    struct name name;
    struct data data;
    enum result result = OK;
    for (unsigned i = 0; i < HOSTS && result == OK; i++) {
        result = add_rr(edit, hosts[i], TYPE_A, data_number(1000, &data));
        if (result == OK) {
            result = add_rr(edit, hosts[i], TYPE_AAAA, data_number(1000, &data));
        }
    }
    if (result == OK) {
        result = zone_edit_remove_name(edit, name_of("c.e.", &name));
    }
    if (result == OK) {
        result = zone_edit_remove_rrset(edit, name_of("a.e.", &name), TYPE_A);
    }
    for (unsigned i = 0; i < 100 && result == OK; i++) {
        result = add_rr(edit, "many.e.", TYPE_A, data_number(i, &data));
    }
    return result;
}

static void must_be_the_base(const struct snapshot *base)
{
    for (unsigned i = 0; i < HOSTS; i++) {
        struct lookup lookup = look(base, hosts[i]);
        cr_assert_eq(lookup.outcome, LOOKUP_EXACT);
        cr_assert_eq(zone_node_record_count(lookup.node), 1);
    }
    cr_assert_eq(look(base, "many.e.").outcome, LOOKUP_NAME_ERROR);
    cr_assert_eq(base->record_count, HOSTS + 1);
}

Test(edit_memory, a_refusal_at_any_point_leaves_the_old_version, .timeout = 60)
{
    struct heap *heap = heap_for_test();
    struct zone_edit *edit = edit_new(heap, "e.", 1);
    for (unsigned i = 0; i < HOSTS; i++) {
        add_a(edit, hosts[i], i);
    }
    struct snapshot *base = committed(edit);
    size_t live = heap_read(heap).live_bytes;
    unsigned refusals = 0;
    for (unsigned nth = 1;; nth++) {
        struct snapshot *next = NULL;
        edit = NULL;
        takes_left = nth;
        enum result result = zone_edit_begin(base, NULL, &edit);
        if (result == OK) {
            result = edit_everything(edit);
        }
        if (result == OK) {
            result = zone_edit_commit(edit, &next);
        }
        bool refused = takes_left == 0;
        takes_left = 0;
        if (!refused) {
            cr_assert_eq(result, OK);
            cr_assert_eq(next->names.count, HOSTS + 1);
            snapshot_release(next);
            break;
        }
        cr_assert_eq(result, REFUSED_MEMORY, "%u: %d", nth, result);
        refusals++;
        must_be_the_base(base);
        zone_edit_abandon(edit);
        must_be_the_base(base);
        cr_assert_eq(heap_read(heap).live_bytes, live, "allocation %u", nth);
    }
    cr_assert_gt(refusals, 10);
    snapshot_release(base);
    heap_must_be_empty(heap);
}

Test(edit_memory, a_refused_call_can_be_made_again, .timeout = 60)
{
    struct heap *heap = heap_for_test();
    struct data data;
    for (unsigned nth = 1; nth < 60; nth++) {
        struct zone_edit *edit = edit_new(heap, "e.", 1);
        takes_left = nth;
        for (unsigned i = 0; i < HOSTS; i++) {
            enum result result = add_rr(edit, hosts[i], TYPE_A, data_number(i, &data));
            if (result == REFUSED_MEMORY) {
                result = add_rr(edit, hosts[i], TYPE_A, data_number(i, &data));
            }
            cr_assert_eq(result, OK);
        }
        struct snapshot *snapshot;
        enum result result = zone_edit_commit(edit, &snapshot);
        if (result == REFUSED_MEMORY) {
            result = zone_edit_commit(edit, &snapshot);
        }
        takes_left = 0;
        cr_assert_eq(result, OK);
        must_be_the_base(snapshot);
        snapshot_release(snapshot);
    }
    heap_must_be_empty(heap);
}

Test(edit_memory, a_new_zone_that_is_refused_leaves_nothing, .timeout = 60)
{
    struct heap *heap = heap_for_test();
    struct name name;
    for (unsigned nth = 1; nth < 60; nth++) {
        struct zone_edit *edit = NULL;
        struct snapshot *snapshot = NULL;
        struct data data;
        takes_left = nth;
        enum result result = zone_edit_begin_new(heap, name_of("e.", &name), NULL, &edit);
        if (result == OK) {
            result = add_rr(edit, "e.", TYPE_SOA, data_soa(1, &data));
        }
        if (result == OK) {
            result = edit_everything(edit);
        }
        if (result == OK) {
            result = zone_edit_commit(edit, &snapshot);
        }
        bool refused = takes_left == 0;
        takes_left = 0;
        cr_assert_eq(result, refused ? REFUSED_MEMORY : OK);
        if (refused) {
            zone_edit_abandon(edit);
        }
        snapshot_release(snapshot);
        cr_assert_eq(heap_read(heap).live_bytes, 0, "allocation %u", nth);
    }
    heap_must_be_empty(heap);
}

#define LONG_HOSTS 100000u
#define LONG_EDITS 1000000u
#define LONG_EDITS_PER_VERSION 500u

static uint8_t model[LONG_HOSTS]; /* which of eight addresses a host has */

static void flip(struct zone_edit *edit, unsigned host, unsigned bit)
{
    char text[32];
    struct name name;
    struct data data;
    (void)snprintf(text, sizeof text, "h%u.e.", host * 7919 % 1000003);
    const uint8_t *owner = name_of(text, &name);
    const struct rr *rr = data_number(bit, &data);
    bool present = (model[host] >> bit & 1) != 0;
    enum result result = present ? zone_edit_remove(edit, owner, TYPE_A, rr)
                                 : zone_edit_add(edit, owner, TYPE_A, 60, rr);
    cr_assert_eq(result, OK);
    model[host] ^= (uint8_t)(1u << bit);
}

Test(edit_memory, a_million_random_edits_keep_the_charge_near_what_lives, .timeout = 110)
{
    uint64_t state = seed_for_test();
    const unsigned edits = flavour_rounds(LONG_EDITS, LONG_EDITS / 20);
    struct heap *heap = heap_for_test();
    struct zone_edit *edit = edit_new(heap, "e.", 1);
    for (unsigned host = 0; host < LONG_HOSTS; host++) {
        for (unsigned bit = next_random(&state) % 2; bit < 8; bit += 2) {
            flip(edit, host, bit);
        }
    }
    struct snapshot *snapshot = committed(edit);
    for (unsigned done = 0; done < edits;) {
        edit = edit_next(snapshot);
        for (unsigned n = 0; n < LONG_EDITS_PER_VERSION; n++, done++) {
            flip(edit, next_random(&state) % LONG_HOSTS, next_random(&state) % 8);
        }
        struct snapshot *next = committed(edit);
        snapshot_release(snapshot);
        snapshot = next;
    }
    uint64_t records = 1;
    for (unsigned host = 0; host < LONG_HOSTS; host++) {
        records += (unsigned)__builtin_popcount(model[host]);
    }
    cr_assert_eq(snapshot->record_count, records);
    struct heap_state heap_state = heap_read(heap);
    cr_assert_leq(heap_state.charged_bytes, heap_state.live_bytes / 10 * 13,
                  "charged %zu, live %zu", heap_state.charged_bytes, heap_state.live_bytes);
    snapshot_release(snapshot);
    heap_must_be_empty(heap);
}
