// SPDX-License-Identifier: Apache-2.0
#include "server/zone/master_load.h"

#include "alloc/fault.h"
#include "tests/unit/server/zone/master_fixture.h"

static struct transcript transcript;
static struct heap *heap;

static void setup(void)
{
    cr_assert_eq(heap_create(ACCOUNT_ZONES, &heap), OK);
}

static void teardown(void)
{
    /* Whatever a test loaded it released: nothing of a zone is left on the heap. */
    cr_expect_eq(heap_read(heap).live_bytes, 0);
    heap_destroy(heap);
    cr_expect_eq(ledger_read(ACCOUNT_ZONES).used_bytes, 0);
}

TestSuite(master_load, .init = setup, .fini = teardown, .timeout = 60);

#define HEAD "$TTL 300\n@ SOA ns h 7 2 3 4 5\n@ NS ns\nns A 192.0.2.1\n"

Test(master_load, a_zone_and_what_is_said_about_it)
{
    struct master_load_result result;
    struct snapshot *snapshot = load_example(
        heap, HEAD "a A 192.0.2.2\na A 192.0.2.2\nb.other. A 192.0.2.3\na 301 A 192.0.2.4\n",
        &transcript, &result);
    cr_assert_not_null(snapshot);
    cr_assert_str_eq(transcript.text,
                     "W 7.1 out-of-zone: b.other. A: outside the zone, ignored\n"
                     "W 8.1 ttl-differs: a.example. A: a TTL other than that of the set's first "
                     "record, which is used\n",
                     "%s", transcript.text);
    cr_assert_eq(snapshot->serial, 7);
    cr_assert_eq(result.serial, 7);
    cr_assert_eq(result.records, 5);
    cr_assert_eq(result.read, 7);
    cr_assert_eq(result.duplicates, 1);
    cr_assert_eq(result.out_of_zone, 1);
    cr_assert_eq(result.errors, 0);
    cr_assert_eq(result.warnings, 2);
    snapshot_release(snapshot);
}

Test(master_load, what_one_name_must_not_hold)
{
    static const struct {
        const char *text;
        const char *lines;
    } cases[] = {
        {"", "E 0.0 soa-missing: the zone has no SOA record\n"},
        {"a 1 A 192.0.2.1\n", "E 0.0 soa-missing: the zone has no SOA record\n"},
        {HEAD "@ SOA ns h 8 2 3 4 5\n", "E 5.1 soa-multiple: example. SOA: a second SOA record\n"},
        {HEAD "a SOA ns h 8 2 3 4 5\n",
         "E 5.1 soa-not-apex: a.example. SOA: a SOA record below the zone's apex\n"},
        {HEAD "c CNAME a\nc CNAME b\n",
         "E 6.1 singleton-multiple: c.example. CNAME: a second record of a type that allows "
         "one\n"},
        {HEAD "c CNAME a\nc TXT b\n",
         "E 6.1 cname-and-other-data: c.example. TXT: a CNAME and other data at one name\n"},
        {HEAD "c TXT b\n CNAME a\n",
         "E 6.2 cname-and-other-data: c.example. CNAME: a CNAME and other data at one name\n"},
        {HEAD "d DNAME a.\nd DNAME b.\n",
         "E 6.1 singleton-multiple: d.example. DNAME: a second record of a type that allows "
         "one\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct master_load_result result;
        cr_expect_null(load_example(heap, cases[i].text, &transcript, &result));
        cr_expect_str_eq(transcript.text, cases[i].lines, "case %zu: %s", i, transcript.text);
        cr_expect_eq(result.errors, 1);
    }
}

Test(master_load, syntax_and_semantics_are_told_together)
{
    cr_assert_null(
        load_example(heap, HEAD "a A x\nc CNAME a\nc TXT b\nd A y\n", &transcript, NULL));
    cr_assert_not_null(strstr(transcript.text, "E 5.5 "));
    cr_assert_not_null(strstr(transcript.text, "E 7.1 cname-and-other-data"));
    cr_assert_not_null(strstr(transcript.text, "E 8.5 "));
}

Test(master_load, records_per_rrset)
{
    struct master_reader *reader;
    struct snapshot *snapshot = NULL;
    static const char text[] = HEAD "a A 192.0.2.1\na A 192.0.2.2\na A 192.0.2.3\n";
    struct master_load_options options = {
        .apex = apex_example,
        .heap = heap,
        .limits = {.records_per_rrset = 3},
        .text = text,
        .text_size = strlen(text),
        .label = "text",
        .tell = transcript_problem,
        .context = &transcript,
    };
    cr_assert_eq(master_reader_create(ACCOUNT_ZONES, &reader), OK);
    transcript.used = 0;
    cr_assert_eq(master_load_zone(reader, &options, &snapshot, NULL), OK);
    snapshot_release(snapshot);
    options.limits.records_per_rrset = 2;
    cr_assert_eq(master_load_zone(reader, &options, &snapshot, NULL), ERROR_SYNTAX);
    cr_assert_str_eq(transcript.text, "E 7.1 records-per-rrset: a.example. A: more records in one "
                                      "set than the limit\n");
    master_reader_destroy(reader);
}

Test(master_load, slices_and_leaving_half_way)
{
    struct master_reader *reader;
    struct master_load load;
    struct snapshot *snapshot = NULL;
    struct master_load_result result;
    const struct master_load_options options = {
        .apex = apex_example,
        .heap = heap,
        .text = HEAD,
        .text_size = strlen(HEAD),
        .label = "text",
    };
    cr_assert_eq(master_reader_create(ACCOUNT_ZONES, &reader), OK);
    cr_assert_eq(master_load_begin(&load, reader, &options), OK);
    cr_assert_eq(master_load_step(&load, 2, &snapshot), MORE);
    master_load_end(&load, &result);
    cr_assert_eq(result.read, 2);
    cr_assert_null(snapshot);
    cr_assert_eq(master_load_begin(&load, reader, &options), OK);
    cr_assert_eq(master_load_step(&load, 3, &snapshot), MORE);
    cr_assert_eq(master_load_step(&load, 3, &snapshot), OK);
    master_load_end(&load, NULL);
    cr_assert_eq(snapshot->record_count, 3);
    snapshot_release(snapshot);
    master_reader_destroy(reader);
}

Test(master_load, a_file_that_is_not_there)
{
    struct master_reader *reader;
    struct snapshot *snapshot = NULL;
    struct master_load_result result;
    const struct master_load_options options = {
        .apex = apex_example,
        .heap = heap,
        .path = "/nonexistent/zone",
        .tell = transcript_problem,
        .context = &transcript,
    };
    cr_assert_eq(master_reader_create(ACCOUNT_ZONES, &reader), OK);
    transcript.used = 0;
    cr_assert_eq(master_load_zone(reader, &options, &snapshot, &result), ERROR_IO);
    cr_assert_eq(result.errors, 1);
    master_reader_destroy(reader);
}

Test(master_load, every_charge_that_fails_leaves_nothing_behind)
{
    if (!fault_arm_from_text("charge:1")) {
        cr_skip("built without fault injection");
    }
    fault_disarm_all();
    /* Big enough for several spans of the heap. */
    static char text[200 * 1024] = HEAD;
    size_t used = strlen(text);
    for (unsigned i = 0; i < 3000; i++) {
        used += (size_t)sprintf(text + used, "h%05u TXT \"some text to fill the heap\"\n", i);
    }
    struct master_reader *reader;
    cr_assert_eq(master_reader_create(ACCOUNT_ZONES, &reader), OK);
    const struct master_load_options options = {
        .apex = apex_example,
        .heap = heap,
        .text = text,
        .text_size = used,
        .label = "text",
        .tell = transcript_problem,
        .context = &transcript,
    };
    enum result result = REFUSED_MEMORY;
    unsigned first = 1;
    for (; result != OK && first < 10000; first++) {
        struct snapshot *snapshot = NULL;
        transcript.used = 0;
        fault_arm(FAULT_CHARGE, first, 1);
        result = master_load_zone(reader, &options, &snapshot, NULL);
        bool struck = fault_struck(FAULT_CHARGE);
        fault_disarm_all();
        cr_assert(result == OK ? !struck : result == REFUSED_MEMORY, "charge %u: %s", first,
                  result_name(result));
        cr_assert(result == OK || strstr(transcript.text, " memory: ") != NULL);
        snapshot_release(snapshot);
        cr_assert_eq(heap_read(heap).live_bytes, 0);
    }
    cr_assert_eq(result, OK);
    cr_assert_gt(first, 2);
    master_reader_destroy(reader);
}

Test(master_load, every_read_that_fails_refuses_the_version)
{
    if (!fault_arm_from_text("read:1")) {
        cr_skip("built without fault injection");
    }
    char directory[64];
    char path[128];
    struct master_reader *reader;
    directory_make(directory);
    snprintf(path, sizeof path, "%s/zone", directory);
    file_make(directory, "zone", HEAD "$INCLUDE inner\n");
    file_make(directory, "inner", "a A 192.0.2.2\n");
    cr_assert_eq(master_reader_create(ACCOUNT_ZONES, &reader), OK);
    const struct master_load_options options = {
        .apex = apex_example,
        .heap = heap,
        .path = path,
        .tell = transcript_problem,
        .context = &transcript,
    };
    enum result result = ERROR_IO;
    unsigned first = 1;
    for (; result != OK && first < 100; first++) {
        struct snapshot *snapshot = NULL;
        transcript.used = 0;
        transcript.text[0] = 0;
        fault_arm(FAULT_READ, first, 1);
        result = master_load_zone(reader, &options, &snapshot, NULL);
        bool struck = fault_struck(FAULT_READ);
        fault_disarm_all();
        cr_assert_eq(struck, result != OK);
        cr_assert(result == OK || strncmp(transcript.text, "E ", 2) == 0);
        cr_assert_eq(snapshot != NULL, result == OK);
        snapshot_release(snapshot);
        cr_assert_eq(heap_read(heap).live_bytes, 0);
    }
    cr_assert_eq(result, OK);
    /* Two opens, each file's text. */
    cr_assert_gt(first, 4);
    master_reader_destroy(reader);
    directory_remove(directory);
}
