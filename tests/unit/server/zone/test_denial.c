// SPDX-License-Identifier: Apache-2.0
#include "server/zone/denial.h"
#include "zone_fixture.h"

static const struct zone_node *nsec_of(const struct snapshot *snapshot, const char *text,
                                       bool *ret_matches)
{
    struct name name;
    struct name_key key;
    key_of(text, &name, &key);
    return denial_nsec(snapshot, &key, ret_matches);
}

static void must_be(const struct zone_node *node, const char *wanted)
{
    struct name name;
    cr_assert_not_null(node);
    cr_assert(name_equal(zone_node_name(node), name_of(wanted, &name)), "%s", wanted);
}

Test(denial, nsec_neighbours_pass_over_glue, .timeout = 10)
{
    struct heap *heap = heap_for_test();
    struct zone_edit *edit = edit_new(heap, "e.", 1);
    bool matches;
    struct snapshot *bare = committed(edit_new(heap, "e.", 1));
    cr_assert_null(nsec_of(bare, "a.e.", &matches));
    snapshot_release(bare);
    add_name(edit, "e.", TYPE_NSEC, "b.e.");
    add_name(edit, "b.e.", TYPE_NSEC, "cut.e.");
    add_name(edit, "cut.e.", TYPE_NS, "ns.cut.e.");
    add_name(edit, "cut.e.", TYPE_NSEC, "e.");
    add_a(edit, "ns.cut.e.", 1);
    struct snapshot *snapshot = committed(edit);
    must_be(nsec_of(snapshot, "b.e.", &matches), "b.e.");
    cr_assert(matches);
    must_be(nsec_of(snapshot, "a.e.", &matches), "e.");
    cr_assert_not(matches);
    must_be(nsec_of(snapshot, "ns.cut.e.", &matches), "cut.e.");
    cr_assert_not(matches);
    must_be(nsec_of(snapshot, "z.e.", &matches), "cut.e.");
    snapshot_release(snapshot);
    heap_must_be_empty(heap);
}

/* The zone "example" of RFC 5155 appendix A: SHA-1, opt-out, 12 iterations, salt aabbccdd. */
static const char *const chain[] = {
    "0p9mhaveqvm6t7vbl5lop2u3t2rp3tom.example.", /* example */
    "2t7b4g4vsa5smi47k61mv5bv1a22bojr.example.", /* ns1.example */
    "35mthgpgcu1qg68fab165klnsnk3dpvl.example.", /* a.example */
    "gjeqe526plbf1g8mklp59enfd789njgi.example.", /* ai.example */
    "ji6neoaepv8b5o6k4ev33abha8ht9fgc.example.", /* y.w.example */
    "k8udemvp1j2f7eg6jebps17vp3n8i58h.example.", /* w.example */
    "q04jkcevqvmu85r014c7dkba38o0ji5r.example.", /* ns2.example */
    "r53bq7cc2uvmubfu5ocmm6pers9tk9en.example.", /* *.w.example */
    "t644ebqk9bibcna874givr6joj62mlhv.example.", /* xx.example */
};
static const uint8_t parameters[] = {1, 0, 0, 12, 4, 0xaa, 0xbb, 0xcc, 0xdd};

static struct snapshot *rfc_5155_zone(struct heap *heap, uint16_t iterations)
{
    struct zone_edit *edit = edit_new(heap, "example.", 1);
    uint8_t rdata[64];
    memcpy(rdata, parameters, sizeof parameters);
    rdata[2] = (uint8_t)(iterations >> 8);
    rdata[3] = (uint8_t)iterations;
    cr_assert_eq(add_rr(edit, "example.", TYPE_NSEC3PARAM, &(struct rr){rdata, 9}), OK);
    memset(rdata + 9, 20, 21);
    rdata[1] = 1; /* opt-out */
    for (unsigned i = 0; i < sizeof chain / sizeof *chain; i++) {
        cr_assert_eq(add_rr(edit, chain[i], TYPE_NSEC3, &(struct rr){rdata, 30}), OK);
    }
    /* One of another chain, which must be passed over. */
    rdata[3]++;
    cr_assert_eq(add_rr(edit, "pppppppppppppppppppppppppppppppp.example.", TYPE_NSEC3,
                        &(struct rr){rdata, 30}),
                 OK);
    return committed(edit);
}

Test(denial, nsec3_matches_and_covers_as_in_rfc_5155, .timeout = 10)
{
    static const struct {
        const char *name;
        unsigned index;
        bool matches;
    } cases[] = {
        {"example.", 0, true},        {"NS1.example.", 1, true}, {"a.example.", 2, true},
        {"ai.example.", 3, true},     {"y.w.example.", 4, true}, {"w.example.", 5, true},
        {"ns2.example.", 6, true},    {"*.w.example.", 7, true}, {"xx.example.", 8, true},
        {"c.x.w.example.", 0, false}, /* 0va5bpr2ou0vk0lbqeeljri88laipsfh */
        {"*.x.w.example.", 2, false}, /* 92pqneegtaue7pjatc3l3qnk738c6v5m */
    };
    struct heap *heap = heap_for_test();
    struct snapshot *snapshot = rfc_5155_zone(heap, 12);
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct name name;
        struct denial_nsec3 nsec3;
        denial_nsec3(snapshot, name_of(cases[i].name, &name), &nsec3);
        must_be(nsec3.node, chain[cases[i].index]);
        cr_assert_eq(nsec3.matches, cases[i].matches, "%s", cases[i].name);
        cr_assert(nsec3.opt_out);
    }
    snapshot_release(snapshot);
    heap_must_be_empty(heap);
}

Test(denial, the_encloser_proof_goes_up_to_the_first_that_has_one, .timeout = 10)
{
    struct heap *heap = heap_for_test();
    struct snapshot *snapshot = rfc_5155_zone(heap, 12);
    struct denial_nsec3_proof proof;
    struct name name;
    struct name_key key;
    /* RFC 5155 appendix B.1, the closest encloser being x.w.example, whose hash
     * b4um86eghhds6nea196smvmlo4ors995 this chain leaves out: w.example proves it then. */
    key_of("a.c.x.w.example.", &name, &key);
    cr_assert(denial_nsec3_encloser(snapshot, &key, 3, &proof));
    cr_assert_eq(proof.encloser_labels, 2);
    must_be(proof.encloser.node, chain[5]);
    cr_assert(proof.encloser.matches);
    cr_assert_not_null(proof.next_closer.node);
    cr_assert_not(proof.next_closer.matches);
    key_of("ns1.example.", &name, &key);
    cr_assert(denial_nsec3_encloser(snapshot, &key, 2, &proof));
    cr_assert_eq(proof.encloser_labels, 2);
    cr_assert_null(proof.next_closer.node);
    snapshot_release(snapshot);
    heap_must_be_empty(heap);
}

Test(denial, too_many_iterations_and_no_chain_prove_nothing, .timeout = 10)
{
    struct heap *heap = heap_for_test();
    struct denial_nsec3 nsec3;
    struct denial_nsec3_proof proof;
    struct name name;
    struct name_key key;
    key_of("a.example.", &name, &key);
    struct snapshot *snapshot = rfc_5155_zone(heap, DENIAL_NSEC3_ITERATIONS_MAX);
    denial_nsec3(snapshot, name.bytes, &nsec3);
    cr_assert_not_null(nsec3.node);
    cr_assert_not(denial_nsec3_encloser(snapshot, &key, 2, &proof));
    snapshot_release(snapshot);
    snapshot = rfc_5155_zone(heap, DENIAL_NSEC3_ITERATIONS_MAX + 1);
    denial_nsec3(snapshot, name.bytes, &nsec3);
    cr_assert_null(nsec3.node);
    cr_assert_not(denial_nsec3_encloser(snapshot, &key, 2, &proof));
    snapshot_release(snapshot);
    snapshot = committed(edit_new(heap, "example.", 1));
    denial_nsec3(snapshot, name.bytes, &nsec3);
    cr_assert_null(nsec3.node);
    snapshot_release(snapshot);
    struct zone_edit *edit = edit_new(heap, "example.", 1);
    cr_assert_eq(add_rr(edit, "example.", TYPE_NSEC3PARAM, &(struct rr){parameters, 9}), OK);
    snapshot = committed(edit);
    denial_nsec3(snapshot, name.bytes, &nsec3);
    cr_assert_null(nsec3.node);
    snapshot_release(snapshot);
    heap_must_be_empty(heap);
}
