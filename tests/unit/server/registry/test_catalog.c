// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/server/registry/registry_fixture.h"

#include "alloc/fault.h"

TestSuite(catalog, .init = bed_open_one, .fini = bed_close, .timeout = 60);

static struct catalog *build(const struct catalog *before)
{
    struct catalog *catalog = NULL;
    struct registry_zones zones = {bed.options, bed.count, NULL, NULL};
    cr_assert_eq(catalog_build(bed.registry, &zones, before, &catalog), OK);
    return catalog;
}

static const char *found(const struct catalog *catalog, const char *name)
{
    static char text[NAME_TEXT_MAX];
    struct name_key key;
    name_key_make(bed_name(name), &key);
    const struct catalog_entry *entry = catalog_find(catalog, &key);
    if (entry == NULL) {
        return "none";
    }
    name_to_text(entry->zone->name, text);
    return text;
}

Test(catalog, the_most_specific_zone)
{
    bed_add("example", "e");
    bed_add("corp.example", "c");
    bed_add("_msdcs.corp.example", "m");
    bed_add("10.in-addr.arpa", "r");
    struct catalog *catalog = build(NULL);
    cr_expect_str_eq(found(catalog, "example"), "example.");
    cr_expect_str_eq(found(catalog, "a.b.example"), "example.");
    cr_expect_str_eq(found(catalog, "dc1.CORP.example"), "corp.example.");
    cr_expect_str_eq(found(catalog, "x._msdcs.corp.example"), "_msdcs.corp.example.");
    cr_expect_str_eq(found(catalog, "xcorp.example"), "example.");
    cr_expect_str_eq(found(catalog, "in-addr.arpa"), "none");
    cr_expect_str_eq(found(catalog, "1.10.in-addr.arpa"), "10.in-addr.arpa.");
    cr_expect_str_eq(found(catalog, "110.in-addr.arpa"), "none");
    cr_expect_str_eq(found(catalog, "."), "none");
    cr_expect_str_eq(found(catalog, "org"), "none");
    struct name_key key;
    name_key_make(bed_name("a.example"), &key);
    cr_expect_null(catalog_find_exact(catalog, &key));
    name_key_make(bed_name("EXAMPLE"), &key);
    const struct catalog_entry *entry = catalog_find_exact(catalog, &key);
    cr_assert_not_null(entry);
    cr_expect_eq(entry->options, &bed.options[0]);
    catalog_discard(catalog, NULL);
}

Test(catalog, none_one_and_the_root)
{
    struct catalog *catalog = build(NULL);
    cr_expect_str_eq(found(catalog, "example"), "none");
    catalog_discard(catalog, NULL);
    bed_add(".", "root");
    catalog = build(NULL);
    cr_expect_str_eq(found(catalog, "a.b.c"), ".");
    cr_expect_str_eq(found(catalog, "."), ".");
    catalog_discard(catalog, NULL);
}

Test(catalog, in_canonical_order)
{
    static const char *const names[] = {"z.example", "example", "a.z.example", "Z.a.example",
                                        "*.z.example"};
    static const char *const sorted[] = {"example.", "Z.a.example.", "z.example.", "*.z.example.",
                                         "a.z.example."};
    for (unsigned i = 0; i < 5; i++) {
        bed_add(names[i], "f");
    }
    struct catalog *catalog = build(NULL);
    for (unsigned i = 0; i < 5; i++) {
        char text[NAME_TEXT_MAX];
        name_to_text(catalog->entries[i].zone->name, text);
        cr_expect_str_eq(text, sorted[i]);
    }
    catalog_discard(catalog, NULL);
}

Test(catalog, a_batch_is_the_same_as_one_by_one)
{
    bed_add("example", "e");
    bed_add("corp.example", "c");
    struct catalog *catalog = build(NULL);
    static const char *const names[] = {"a.example", "b.corp.example", "org", "corp.example"};
    struct name_key keys[TRIE_BATCH_MAX];
    const struct name_key *batch[TRIE_BATCH_MAX];
    const struct catalog_entry *entries[TRIE_BATCH_MAX];
    struct name wires[4];
    for (unsigned count = 0; count <= TRIE_BATCH_MAX; count += TRIE_BATCH_MAX / 2) {
        for (unsigned i = 0; i < count; i++) {
            const char *name = names[i % 4];
            cr_assert_eq(name_from_text(name, strlen(name), NULL, &wires[i % 4]), OK);
            name_key_make(wires[i % 4].bytes, &keys[i]);
            batch[i] = i % 5 == 4 ? NULL : &keys[i];
        }
        catalog_find_batch(catalog, batch, count, entries);
        for (unsigned i = 0; i < count; i++) {
            cr_expect_eq(entries[i], batch[i] == NULL ? NULL : catalog_find(catalog, batch[i]));
        }
    }
    catalog_discard(catalog, NULL);
}

Test(catalog, zones_are_taken_over)
{
    bed_add("a", "a");
    bed_add("b", "b");
    struct catalog *before = build(NULL);
    bed.options[1].file = "/another";
    bed_add("c", "c");
    struct catalog *catalog = build(before);
    cr_expect_eq(catalog->entries[0].zone, before->entries[0].zone);
    cr_expect_neq(catalog->entries[1].zone, before->entries[1].zone);
    cr_expect_eq(catalog->count, 3);
    catalog_discard(catalog, before);
    cr_expect_eq(before->entries[0].zone->removed, false, "what was taken over is still there");
    catalog_discard(before, NULL);
}

Test(catalog, refused_at_every_charge_leaves_nothing)
{
    for (unsigned i = 0; i < 40; i++) {
        char name[16];
        snprintf(name, sizeof name, "z%u.example", i);
        bed_add(name, "f");
    }
    struct heap_state empty = registry_heap(bed.registry);
    struct registry_zones zones = {bed.options, bed.count, NULL, NULL};
    for (uint64_t n = 1;; n++) {
        struct catalog *catalog = NULL;
        cr_assert_lt(n, 1000);
        fault_arm(FAULT_CHARGE, n, 1);
        enum result result = catalog_build(bed.registry, &zones, NULL, &catalog);
        bool struck = fault_struck(FAULT_CHARGE);
        fault_disarm_all();
        if (!struck) {
            cr_assert_eq(result, OK);
            catalog_discard(catalog, NULL);
            break;
        }
        cr_expect_eq(result, REFUSED_MEMORY);
        cr_expect_null(catalog);
        cr_expect_eq(registry_heap(bed.registry).live_bytes, empty.live_bytes);
    }
    cr_expect_eq(registry_heap(bed.registry).live_bytes, empty.live_bytes);
}

Test(catalog, states_have_names)
{
    static const char *const names[ZONE_STATE_COUNT] = {"new",    "loading", "serving", "reloading",
                                                        "failed", "stale",   "expired"};
    for (int i = 0; i < ZONE_STATE_COUNT; i++) {
        cr_expect_str_eq(zone_state_name((enum zone_state)i), names[i]);
    }
    cr_expect_str_eq(zone_state_name(ZONE_STATE_COUNT), "unknown");
}
