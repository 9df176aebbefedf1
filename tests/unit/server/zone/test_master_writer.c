// SPDX-License-Identifier: Apache-2.0
#include "server/zone/master_writer.h"

#include "server/zone/diff.h"
#include "tests/unit/server/zone/master_fixture.h"

static struct transcript transcript;
static struct transcript written;
static struct heap *heap;

static void setup(void)
{
    cr_assert_eq(heap_create(ACCOUNT_ZONES, &heap), OK);
}

static void teardown(void)
{
    cr_expect_eq(heap_read(heap).live_bytes, 0);
    heap_destroy(heap);
}

TestSuite(master_writer, .init = setup, .fini = teardown, .timeout = 120);

static enum result collect(void *context, const char *text, size_t size)
{
    struct transcript *out = context;
    cr_assert_lt(out->used + size, sizeof out->text);
    memcpy(out->text + out->used, text, size);
    out->used += size;
    out->text[out->used] = 0;
    return OK;
}

static char buffer[MASTER_WRITER_BYTES];

static void write_text(const struct snapshot *snapshot)
{
    written.used = 0;
    cr_assert_eq(master_write(snapshot, buffer, collect, &written), OK);
}

/* What is written loads again as the same version, owner case and order included. */
static void expect_same(struct snapshot *snapshot)
{
    static char first[sizeof written.text];
    write_text(snapshot);
    memcpy(first, written.text, written.used + 1);
    struct snapshot *again = load_example(heap, first, &transcript, NULL);
    cr_assert_not_null(again, "%s\n%s", transcript.text, first);
    struct diff diff;
    struct diff_record record;
    diff_begin(&diff, snapshot, again, DIFF_BOTH);
    cr_assert_eq(diff_next(&diff, &record), END, "%s", first);
    cr_assert_eq(again->record_count, snapshot->record_count);
    write_text(again);
    cr_assert_str_eq(written.text, first);
    snapshot_release(again);
}

Test(master_writer, the_form)
{
    struct snapshot *snapshot = load_example(
        heap,
        "$TTL 300\n@ SOA ns h 7 2 3 4 5\n@ NS ns\nNS A 192.0.2.1\nNS 60 TXT \"a b\"\n"
        "b\\.c.d A 192.0.2.2\n\\@ A 192.0.2.3\n\\$x A 192.0.2.4\n* A 192.0.2.5\n@ A 192.0.2.6\n",
        &transcript, NULL);
    cr_assert_not_null(snapshot, "%s", transcript.text);
    write_text(snapshot);
    cr_expect_str_eq(written.text,
                     "$ORIGIN example.\n$TTL 300\n"
                     "@\tSOA\tns.example. h.example. 7 2 3 4 5\n"
                     "\tA\t192.0.2.6\n"
                     "\tNS\tns.example.\n"
                     "\\$x\tA\t192.0.2.4\n"
                     "*\tA\t192.0.2.5\n"
                     "\\@\tA\t192.0.2.3\n"
                     "b\\.c.d\tA\t192.0.2.2\n"
                     "NS\tA\t192.0.2.1\n"
                     "\t60\tTXT\t\"a b\"\n",
                     "%s", written.text);
    expect_same(snapshot);
    snapshot_release(snapshot);
}

static enum result refuse(void *context, const char *text, size_t size)
{
    (void)context;
    (void)text;
    (void)size;
    return REFUSED_LIMIT;
}

Test(master_writer, a_sink_that_fails_ends_it)
{
    struct snapshot *snapshot =
        load_example(heap, "@ 1 SOA a. b. 1 2 3 4 5\n@ 1 NS c.\n", &transcript, NULL);
    cr_assert_eq(master_write(snapshot, buffer, refuse, NULL), REFUSED_LIMIT);
    snapshot_release(snapshot);
}

static size_t random_label(unsigned *seed, uint8_t *to)
{
    static const char easy[] = "abcABC01-_*";
    size_t size = 1 + (size_t)rand_r(seed) % (rand_r(seed) % 8 == 0 ? 63 : 4);
    bool any = rand_r(seed) % 4 == 0;
    *to = (uint8_t)size;
    for (size_t i = 1; i <= size; i++) {
        to[i] = any ? (uint8_t)rand_r(seed) : (uint8_t)easy[(size_t)rand_r(seed) % 11];
    }
    return size + 1;
}

static void random_name(unsigned *seed, struct name *ret_name)
{
    uint8_t labels[200];
    size_t size = 0;
    for (unsigned count = (unsigned)rand_r(seed) % 4; count > 0 && size < 130; count--) {
        size += random_label(seed, labels + size);
    }
    labels[size] = 0;
    cr_assert_eq(name_join(labels, apex_example, ret_name), OK);
}

static size_t random_rdata(unsigned *seed, uint16_t *ret_type, uint8_t *to)
{
    struct writer out = writer_over(to, 1024);
    struct name name;
    random_name(seed, &name);
    switch (rand_r(seed) % 6) {
    case 0:
        *ret_type = TYPE_A;
        writer_u32(&out, (uint32_t)rand_r(seed));
        break;
    case 1:
        *ret_type = TYPE_MX;
        writer_u16(&out, (uint16_t)rand_r(seed));
        writer_bytes(&out, name.bytes, name.length);
        break;
    case 2:
        *ret_type = TYPE_TXT;
        for (int strings = 1 + rand_r(seed) % 3; strings > 0; strings--) {
            uint8_t length = (uint8_t)(rand_r(seed) % 3 == 0 ? rand_r(seed) : rand_r(seed) % 5);
            writer_u8(&out, length);
            for (unsigned i = 0; i < length; i++) {
                writer_u8(&out, (uint8_t)rand_r(seed));
            }
        }
        break;
    case 3:
        *ret_type = TYPE_SRV;
        writer_u32(&out, (uint32_t)rand_r(seed));
        writer_u16(&out, (uint16_t)rand_r(seed));
        writer_bytes(&out, name.bytes, name.length);
        break;
    case 4:
        *ret_type = (uint16_t)(65300 + rand_r(seed) % 3);
        for (int bytes = rand_r(seed) % 300; bytes > 0; bytes--) {
            writer_u8(&out, (uint8_t)rand_r(seed));
        }
        break;
    default:
        *ret_type = TYPE_PTR;
        writer_bytes(&out, name.bytes, name.length);
        break;
    }
    return out.at;
}

Test(master_writer, random_zones_come_back_the_same)
{
    unsigned seed = (unsigned)(getenv("SEED") ? atoi(getenv("SEED")) : 7201);
    fprintf(stderr, "seed %u\n", seed);
    for (unsigned round = 0; round < 60; round++) {
        struct zone_edit *edit;
        struct snapshot *snapshot;
        static const uint8_t soa[] = {0, 0, 0, 0, 0, 9, 0, 0, 0, 1, 0,
                                      0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1};
        static const uint8_t ns[] = "\1n";
        const struct rr soa_rr = {soa, sizeof soa};
        const struct rr ns_rr = {ns, sizeof ns};
        cr_assert_eq(zone_edit_begin_new(heap, apex_example, NULL, &edit), OK);
        cr_assert_eq(zone_edit_add(edit, apex_example, TYPE_SOA, 300, &soa_rr), OK);
        cr_assert_eq(zone_edit_add(edit, apex_example, TYPE_NS, 300, &ns_rr), OK);
        for (unsigned count = (unsigned)rand_r(&seed) % 200; count > 0; count--) {
            struct name owner;
            uint16_t type;
            uint8_t rdata[1024];
            random_name(&seed, &owner);
            const size_t size = random_rdata(&seed, &type, rdata);
            const struct rr rr = {rdata, (uint16_t)size};
            cr_assert_eq(rdata_check(type, rdata, size), OK);
            uint32_t ttl = rand_r(&seed) % 2 == 0 ? 300 : (uint32_t)rand_r(&seed);
            enum result result = zone_edit_add(edit, owner.bytes, type, ttl, &rr);
            cr_assert(result == OK || result == UNCHANGED, "%s", result_name(result));
        }
        cr_assert_eq(zone_edit_commit(edit, &snapshot), OK);
        expect_same(snapshot);
        snapshot_release(snapshot);
    }
}

Test(master_writer, the_largest_records)
{
    static char text[300 * 1024];
    size_t used = (size_t)sprintf(text, "@ 1 SOA a. b. 1 2 3 4 5\n@ 1 NS c.\nt 1 TXT");
    /* 65,280 bytes of data as 255 strings, every byte of which is escaped when written. */
    for (unsigned i = 0; i < 255; i++) {
        text[used++] = ' ';
        text[used++] = '"';
        memset(text + used, 7, 255);
        used += 255;
        text[used++] = '"';
    }
    used += (size_t)sprintf(text + used, "\nu 1 TYPE65400 \\# 65535 ");
    memset(text + used, 'a', 131070);
    used += 131070;
    text[used++] = '\n';
    text[used] = 0;
    struct snapshot *snapshot = load_example(heap, text, &transcript, NULL);
    cr_assert_not_null(snapshot, "%s", transcript.text);
    expect_same(snapshot);
    snapshot_release(snapshot);
}
