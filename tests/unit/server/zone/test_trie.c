// SPDX-License-Identifier: Apache-2.0
#include "trie_fixture.h"

static struct trie_match match_of(const struct trie *trie, const char *text)
{
    struct name name;
    struct name_key key;
    struct trie_match match;
    key_of(text, &name, &key);
    trie_match(trie, &key, 1, &match);
    return match;
}

static bool is_name(const struct trie_entry *entry, const char *text)
{
    struct name name;
    return entry != NULL && name_equal(trie_entry_leaf(entry), name_of(text, &name));
}

Test(trie, an_empty_trie_has_nothing, .timeout = 10)
{
    struct trie trie;
    struct name name;
    struct name_key key;
    trie_init(&trie, leaf_is_name);
    key_of("a.", &name, &key);
    cr_assert_null(trie_find(&trie, &key));
    cr_assert_null(trie_find_deepest(&trie, &key));
    struct trie_match match = match_of(&trie, "a.");
    cr_assert_null(match.exact);
    cr_assert_null(match.encloser);
    cr_assert_eq(match.common_labels, 0);
    cr_assert_not(match.has_descendants);
}

Test(trie, matches_know_what_encloses_and_what_lies_below, .timeout = 10)
{
    struct heap *heap = heap_for_test();
    struct trie trie;
    const char *const names[] = {
        "example.",       "a.example.",   "!cut.example.", "x.cut.example.",
        "b.c.d.example.", "www.example.", "wwwx.example.", NULL};
    trie_of(heap, names, &trie);
    cr_assert_eq(trie.count, 7);

    struct trie_match match = match_of(&trie, "WWW.example.");
    cr_assert(is_name(match.exact, "www.example."));
    cr_assert_eq(match.encloser, match.exact);
    cr_assert_eq(match.common_labels, 2);
    cr_assert_not(match.has_descendants);
    cr_assert_null(match.marked);

    match = match_of(&trie, "cut.example.");
    cr_assert(is_name(match.exact, "cut.example."));
    cr_assert_eq(match.marked, match.exact);
    cr_assert(match.has_descendants);

    match = match_of(&trie, "q.x.cut.example.");
    cr_assert_null(match.exact);
    cr_assert(is_name(match.encloser, "x.cut.example."));
    cr_assert(is_name(match.marked, "cut.example."));
    cr_assert_eq(match.common_labels, 3);

    match = match_of(&trie, "c.d.example.");
    cr_assert_null(match.exact);
    cr_assert(match.has_descendants);
    cr_assert_eq(match.common_labels, 3);
    cr_assert(is_name(match.encloser, "example."));

    match = match_of(&trie, "ww.example.");
    cr_assert_null(match.exact);
    cr_assert_not(match.has_descendants);
    cr_assert_eq(match.common_labels, 1);
    cr_assert(is_name(match.encloser, "example."));

    match = match_of(&trie, "other.");
    cr_assert_eq(match.common_labels, 0);
    cr_assert_null(match.encloser);
    match = match_of(&trie, ".");
    cr_assert(match.has_descendants);
    cr_assert_null(match.exact);

    trie_free(&trie, heap, free_leaf, heap);
    heap_must_be_empty(heap);
}

Test(trie, the_deepest_is_the_most_specific_zone, .timeout = 10)
{
    struct heap *heap = heap_for_test();
    struct trie trie;
    struct name name;
    struct name_key key;
    const char *const names[] = {".", "example.", "sub.example.", "a.b.sub.example.", NULL};
    trie_of(heap, names, &trie);
    key_of("x.sub.EXAMPLE.", &name, &key);
    cr_assert(is_name(trie_find_deepest(&trie, &key), "sub.example."));
    key_of("b.sub.example.", &name, &key);
    cr_assert(is_name(trie_find_deepest(&trie, &key), "sub.example."));
    key_of("subx.example.", &name, &key);
    cr_assert(is_name(trie_find_deepest(&trie, &key), "example."));
    key_of("org.", &name, &key);
    cr_assert(is_name(trie_find_deepest(&trie, &key), "."));
    trie_free(&trie, heap, free_leaf, heap);
    heap_must_be_empty(heap);
}

/* What a match must say, from a list of all names. */
static void model_match(const struct trie *trie, const uint8_t *name, const bool *present,
                        struct trie_match *match, bool *ret_exact)
{
    struct name other;
    unsigned common = 0;
    unsigned encloser = 0;
    bool below = false;
    bool has_encloser = false;
    *ret_exact = false;
    for (unsigned i = 0; i < UNIVERSE; i++) {
        if (!present[i]) {
            continue;
        }
        universe_name(i, &other);
        unsigned shared = name_common_labels(name, other.bytes);
        common = shared > common ? shared : common;
        if (name_equal(name, other.bytes)) {
            *ret_exact = true;
        } else if (name_is_at_or_below(other.bytes, name)) {
            below = true;
        }
        if (name_is_at_or_below(name, other.bytes)) {
            has_encloser = true;
            unsigned labels = name_label_count(other.bytes);
            encloser = labels > encloser ? labels : encloser;
        }
    }
    cr_assert_eq(match->common_labels, common);
    cr_assert_eq(match->has_descendants, below);
    cr_assert_eq(match->exact != NULL, *ret_exact);
    cr_assert_eq(match->encloser != NULL, has_encloser);
    if (has_encloser) {
        cr_assert_eq(trie_entry_labels(match->encloser), encloser);
        cr_assert(name_is_at_or_below(name, trie->leaf_name(trie_entry_leaf(match->encloser))));
    }
}

Test(trie, matches_agree_with_a_list_one_by_one_and_in_batches, .timeout = 60)
{
    uint64_t state = seed_for_test();
    struct heap *heap = heap_for_test();
    struct retired retired;
    struct trie_edit edit;
    struct trie trie;
    static bool present[UNIVERSE];
    struct name name;
    retired_init(&retired);
    trie_init(&trie, leaf_is_name);
    trie_edit_begin(&edit, &trie, heap, &retired);
    for (unsigned i = 0; i < UNIVERSE; i++) {
        present[i] = next_random(&state) % 4 == 0;
        if (present[i]) {
            universe_name(i, &name);
            put_name(&edit, name.bytes, 0);
        }
    }
    /* Two numbers may give one name: the name is there then for both. */
    trie_edit_commit(&edit, &trie);
    static struct name names[TRIE_BATCH_MAX];
    static struct name_key keys[TRIE_BATCH_MAX];
    struct trie_probe probes[TRIE_BATCH_MAX];
    for (unsigned round = 0; round < UNIVERSE / TRIE_BATCH_MAX; round++) {
        for (unsigned i = 0; i < TRIE_BATCH_MAX; i++) {
            universe_name(round * TRIE_BATCH_MAX + i, &names[i]);
            name_key_make(names[i].bytes, &keys[i]);
            trie_probe_begin(&probes[i], &trie, &keys[i], 0);
        }
        trie_probe_run(probes, TRIE_BATCH_MAX);
        for (unsigned i = 0; i < TRIE_BATCH_MAX; i++) {
            struct trie_match match;
            bool exact;
            trie_probe_finish(&probes[i], &match);
            model_match(&trie, names[i].bytes, present, &match, &exact);
            cr_assert_eq(trie_find(&trie, &keys[i]), match.exact);
        }
    }
    trie_probe_run(probes, 0);
    retired_drop(&retired, heap);
    trie_free(&trie, heap, free_leaf, heap);
    heap_must_be_empty(heap);
}
