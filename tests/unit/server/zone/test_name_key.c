// SPDX-License-Identifier: Apache-2.0
#include "zone_fixture.h"

/* A random name of few different bytes, so that names share prefixes; every tenth of any bytes. */
static void random_name(uint64_t *state, struct name *name)
{
    static const uint8_t alphabet[] = {'a',  'B',  'z',  '-', '0', '_', '*',  0,
                                       0x2c, 0x2e, 0x40, '[', '`', '{', 0xa7, 0xff};
    unsigned labels = next_random(state) % 4;
    unsigned at = 0;
    for (unsigned i = 0; i < labels; i++) {
        unsigned size = 1 + next_random(state) % 3;
        name->bytes[at++] = (uint8_t)size;
        for (unsigned j = 0; j < size; j++) {
            name->bytes[at++] = next_random(state) % 10 == 0
                                    ? (uint8_t)next_random(state)
                                    : alphabet[next_random(state) % sizeof alphabet];
        }
    }
    name->bytes[at++] = 0;
    name->length = (uint8_t)at;
}

Test(name_key, order_is_the_canonical_order, .timeout = 30)
{
    uint64_t state = seed_for_test();
    for (unsigned i = 0; i < 200000; i++) {
        struct name a;
        struct name b;
        struct name_key a_key;
        struct name_key b_key;
        random_name(&state, &a);
        random_name(&state, &b);
        name_key_make(a.bytes, &a_key);
        name_key_make(b.bytes, &b_key);
        int wanted = name_compare(a.bytes, b.bytes);
        int order = name_key_compare(&a_key, &b_key);
        cr_assert_eq((wanted > 0) - (wanted < 0), (order > 0) - (order < 0));
        cr_assert_eq(wanted == 0, name_key_difference(&a_key, &b_key) == NAME_KEY_SAME);
        cr_assert_eq(name_key_labels_before(&a_key, name_key_difference(&a_key, &b_key)),
                     name_common_labels(a.bytes, b.bytes));
    }
}

Test(name_key, every_byte_has_a_place_of_its_own_but_upper_case, .timeout = 10)
{
    for (unsigned x = 0; x < 256; x++) {
        for (unsigned y = 0; y < 256; y++) {
            const uint8_t a[] = {1, (uint8_t)x, 0};
            const uint8_t b[] = {1, (uint8_t)y, 0};
            struct name_key a_key;
            struct name_key b_key;
            name_key_make(a, &a_key);
            name_key_make(b, &b_key);
            int wanted = (int)name_lower_byte[x] - (int)name_lower_byte[y];
            int order = name_key_compare(&a_key, &b_key);
            cr_assert_eq((wanted > 0) - (wanted < 0), (order > 0) - (order < 0), "%u %u", x, y);
            for (unsigned i = 0; i < a_key.size; i++) {
                cr_assert_lt(a_key.at[i], NAME_KEY_VALUES);
            }
        }
    }
}

Test(name_key, the_root_has_an_empty_key, .timeout = 10)
{
    struct name_key key;
    name_key_make(name_root, &key);
    cr_assert_eq(key.size, 0);
    cr_assert_eq(key.label_count, 0);
    cr_assert_eq(key.name_size, 1);
    cr_assert_eq(name_key_value(&key, 0), NAME_KEY_SEPARATOR);
    cr_assert_eq(name_key_tail(&key, 0), name_root);
}

Test(name_key, the_longest_names_fit, .timeout = 10)
{
    uint8_t name[255];
    struct name_key key;
    /* Four labels of bytes that take two positions each. */
    memset(name, 0xff, sizeof name);
    name[0] = 63;
    name[64] = 63;
    name[128] = 63;
    name[192] = 61;
    name[254] = 0;
    name_key_make(name, &key);
    cr_assert_eq(key.size, 2 * 250 + 4);
    cr_assert_leq(key.size, NAME_KEY_SIZE_MAX);
    cr_assert_eq(key.name_size, 255);
    /* As many labels as there can be. */
    for (unsigned i = 0; i < 127; i++) {
        name[2 * i] = 1;
        name[2 * i + 1] = 'x';
    }
    name_key_make(name, &key);
    cr_assert_eq(key.label_count, NAME_KEY_LABELS_MAX);
    cr_assert_eq(key.size, 254);
    cr_assert_eq(key.end[127], 254);
}

Test(name_key, tails_are_the_ancestors, .timeout = 10)
{
    struct name name;
    struct name_key key;
    key_of("a.bc.example.", &name, &key);
    cr_assert_eq(name_key_tail(&key, 3), name.bytes);
    cr_assert(name_equal(name_key_tail(&key, 2), (const uint8_t *)"\2bc\7example"));
    cr_assert(name_equal(name_key_tail(&key, 0), name_root));
    cr_assert_eq(key.end[1], 8);
    cr_assert_eq(name_key_labels_before(&key, 7), 0);
    cr_assert_eq(name_key_labels_before(&key, 8), 1);
    cr_assert_eq(name_key_labels_before(&key, NAME_KEY_SAME), 3);
}
