// SPDX-License-Identifier: Apache-2.0
#include "server/zone/master_state.h"

#include "tests/unit/server/zone/master_fixture.h"

static struct transcript transcript;

static void expect(const char *text, const char *lines)
{
    (void)transcript_read(&transcript, text, NULL);
    cr_expect_str_eq(transcript.text, lines, "%s: %s", text, transcript.text);
}

Test(master_directive, origin, .timeout = 20)
{
    expect("$ORIGIN sub\na 1 A 192.0.2.1\n$origin deeper\n@ 1 NS b\n$ORIGIN other.\n"
           "a 1 A 192.0.2.2\n$ORIGIN example.\n 1 A 192.0.2.3\n",
           "a.sub.example. 1 A 192.0.2.1\ndeeper.sub.example. 1 NS b.deeper.sub.example.\n"
           "(out) a.other. 1 A 192.0.2.2\n(out) a.other. 1 A 192.0.2.3\n");
    expect("$ORIGIN .\na.example 1 A 192.0.2.1\n", "a.example. 1 A 192.0.2.1\n");
    expect("$DATE 20240101000000\na 1 A 192.0.2.1\n", "a.example. 1 A 192.0.2.1\n");
}

Test(master_directive, generate, .timeout = 20)
{
    expect("$GENERATE 1-3 h$ 5 IN A 192.0.2.$\n",
           "h1.example. 5 A 192.0.2.1\nh2.example. 5 A 192.0.2.2\nh3.example. 5 A 192.0.2.3\n");
    expect("$TTL 5\n$GENERATE 0-4/2 ${10,3}.$$ IN CNAME x\\$-$\n",
           "010.\\$.example. 5 CNAME x\\$-0.example.\n012.\\$.example. 5 CNAME x\\$-2.example.\n"
           "014.\\$.example. 5 CNAME x\\$-4.example.\n");
    expect("$GENERATE 1-2 @ IN 5 MX \"$0 mail$\" ; two\na 1 A 192.0.2.1\n",
           "example. 5 MX 10 mail1.example.\nexample. 5 MX 20 mail2.example.\n"
           "a.example. 1 A 192.0.2.1\n");
    expect("$GENERATE 1-1 t 5 TXT \"\\\"a b$\\\" c\"\n", "t.example. 5 TXT \"a b1\" \"c\"\n");
    expect("$GENERATE 255-256 ${0,3,n}.r 5 PTR h$\n",
           "f.f.r.example. 5 PTR h255.example.\n0.0.1.r.example. 5 PTR h256.example.\n");
    /* An owner outside: delivered, marked. The present owner stays what it was. */
    expect("a 1 A 192.0.2.1\n$GENERATE 1-1 b. 5 A 192.0.2.2\n 1 A 192.0.2.3\n",
           "a.example. 1 A 192.0.2.1\n(out) b. 5 A 192.0.2.2\na.example. 1 A 192.0.2.3\n");
}

Test(master_directive, generate_errors, .timeout = 20)
{
    expect("$GENERATE\n", "E 1.10 syntax: $GENERATE needs a range\n");
    expect("$GENERATE 3-1 h A 192.0.2.1\n",
           "E 1.11 syntax: $GENERATE: not a range: start-stop or start-stop/step\n");
    expect("$GENERATE 0-1048576 h 1 A 192.0.2.1\n",
           "E 1.11 syntax: $GENERATE: more than 1,048,576 records\n");
    expect("$GENERATE 1-3\n", "E 1.14 syntax: $GENERATE: a template was expected\n");
    expect("$GENERATE 1-3 h$ 1 A\n", "E 1.21 syntax: $GENERATE: a template was expected\n");
    expect("$GENERATE 1-3 h$ 1 A 192.0.2.$ x\n",
           "E 1.32 syntax: more on the line than belongs there\n");
    expect("$GENERATE 1-3 h$ A 192.0.2.$\n",
           "E 1.18 ttl-missing: no TTL, and none before it to take\n");
    expect("$GENERATE 1-3 h$ 1 SOAP x\n", "E 1.20 syntax: not a type\n");
    expect("$GENERATE 1-3 h${x} 1 A 192.0.2.$\na 1 A 192.0.2.1\n",
           "E 1.25 syntax: $GENERATE: a bad modifier, or out of range, with 1\n"
           "a.example. 1 A 192.0.2.1\n");
    expect("$GENERATE 1-3 h..$ 1 A 192.0.2.$\n",
           "E 1.24 syntax: $GENERATE: not an owner name, with 1\n");
    (void)transcript_read(&transcript, "$GENERATE 255-257 h$ 1 A 192.0.2.$\n", NULL);
    cr_assert_not_null(strstr(transcript.text, "h255.example. 1 A 192.0.2.255\nE 1.26 syntax: "),
                       "%s", transcript.text);
    cr_assert_not_null(strstr(transcript.text, ", with 256\n"));
    cr_assert_null(strstr(transcript.text, ", with 257\n"));
}

Test(master_directive, the_largest_generate, .timeout = 60)
{
    struct master_reader *reader;
    struct master_problems problems = {0};
    struct master_progress progress = {0};
    static const char good[] = "$GENERATE 0-1048575 h$ 1 NS n\n";
    const struct master_reader_options options = {
        .apex = apex_example,
        .record = transcript_record,
        .context = &transcript,
        .problems = &problems,
        .progress = &progress,
    };
    cr_assert_eq(master_reader_create(ACCOUNT_ZONES, &reader), OK);
    transcript.used = 0;
    master_reader_open_text(reader, "text", good, strlen(good), &options);
    unsigned steps = 0;
    enum result result;
    while ((result = master_reader_step(reader, 4096)) == MORE) {
        transcript.used = 0;
        steps++;
    }
    cr_assert_eq(result, OK);
    cr_assert_eq(steps, 256);
    cr_assert_eq(progress.records, MASTER_GENERATE_MAX);
    master_reader_destroy(reader);
}

/* A directory with a zone that includes, and what lies beside it. */
static char directory[64];
static char zone_path[128];

static void include_setup(void)
{
    char path[128];
    directory_make(directory);
    snprintf(path, sizeof path, "%s/zones", directory);
    cr_assert_eq(mkdir(path, 0700), 0);
    snprintf(path, sizeof path, "%s/zones/sub", directory);
    cr_assert_eq(mkdir(path, 0700), 0);
    snprintf(zone_path, sizeof zone_path, "%s/zones/zone", directory);
}

static void include_teardown(void)
{
    directory_remove(directory);
}

TestSuite(include, .init = include_setup, .fini = include_teardown, .timeout = 30);

static enum result read_zone(const char *text)
{
    file_make(directory, "zones/zone", text);
    return transcript_read(&transcript, NULL, zone_path);
}

Test(include, origin_and_owner_come_back)
{
    file_make(directory, "zones/sub/inner",
              " 1 A 192.0.2.2\n$ORIGIN deep\n@ 1 A 192.0.2.3\n$TTL 77\n$INCLUDE leaf\n");
    file_make(directory, "zones/sub/leaf", "leaf A 192.0.2.9");
    cr_assert_eq(read_zone("a 1 A 192.0.2.1\n$INCLUDE sub/inner here ; comment\n A 192.0.2.4\n"
                           "b A 192.0.2.5\n$INCLUDE \"sub/leaf\"\nc A x\n"),
                 ERROR_SYNTAX);
    cr_assert_str_eq(transcript.text,
                     "a.example. 1 A 192.0.2.1\na.example. 1 A 192.0.2.2\n"
                     "deep.here.example. 1 A 192.0.2.3\n"
                     "leaf.deep.here.example. 77 A 192.0.2.9\n"
                     "a.example. 77 A 192.0.2.4\nb.example. 77 A 192.0.2.5\n"
                     "leaf.example. 77 A 192.0.2.9\n"
                     "E 6.5 syntax: not an IPv4 address\n",
                     "%s", transcript.text);
}

Test(include, the_including_file_is_gone_on_with_behind_its_line)
{
    /* More than a buffer before and behind, so that the place is found again by its offset. */
    static char text[700 * 1024];
    size_t used = 0;
    for (unsigned i = 0; i < 30000; i++) {
        if (i == 15000) {
            used += (size_t)sprintf(text + used, "$INCLUDE leaf\n");
        }
        used += (size_t)sprintf(text + used, "h%05u 1 A 10.0.0.1\n", i);
    }
    file_make(directory, "zones/leaf", "leaf 1 A 192.0.2.9\n");
    static char expected[1 << 20];
    used = 0;
    for (unsigned i = 0; i < 30000; i++) {
        if (i == 15000) {
            used += (size_t)sprintf(expected + used, "leaf.example. 1 A 192.0.2.9\n");
        }
        used += (size_t)sprintf(expected + used, "h%05u.example. 1 A 10.0.0.1\n", i);
    }
    cr_assert_lt(used, sizeof expected);
    (void)read_zone(text);
    cr_assert(strcmp(transcript.text, expected) == 0);
}

Test(include, outside_the_directory)
{
    file_make(directory, "outside", "x 1 A 192.0.2.1\n");
    char link[128];
    snprintf(link, sizeof link, "%s/zones/link", directory);
    cr_assert_eq(symlink("../outside", link), 0);
    static const char *const texts[] = {"$INCLUDE ../outside\n", "$INCLUDE link\n",
                                        "$INCLUDE /etc/passwd\n", "$INCLUDE sub/../../outside\n"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        cr_assert_eq(read_zone(texts[i]), ERROR_SYNTAX);
        cr_assert_str_eq(transcript.text, "E 1.10 include: the file cannot be included: it lies "
                                          "outside the directory of the zone's file\n");
    }
    /* The directory itself is not left by way of itself. */
    file_make(directory, "zones/leaf", "leaf 1 A 192.0.2.9\n");
    cr_assert_eq(read_zone("$INCLUDE sub/../leaf\n"), OK);
    char text[256];
    snprintf(text, sizeof text, "$INCLUDE %s/zones/leaf\n", directory);
    cr_assert_eq(read_zone(text), OK);
}

Test(include, outside_when_allowed)
{
    struct master_reader *reader;
    struct master_problems problems = {.tell = transcript_problem, .context = &transcript};
    const struct master_reader_options options = {
        .apex = apex_example,
        .include_outside = true,
        .record = transcript_record,
        .context = &transcript,
        .problems = &problems,
    };
    file_make(directory, "outside", "x 1 A 192.0.2.1\n");
    file_make(directory, "zones/zone", "$INCLUDE ../outside\n");
    transcript.used = 0;
    cr_assert_eq(master_reader_create(ACCOUNT_ZONES, &reader), OK);
    cr_assert_eq(master_reader_open(reader, zone_path, &options), OK);
    cr_assert_eq(master_reader_step(reader, 10), OK);
    cr_assert_str_eq(transcript.text, "x.example. 1 A 192.0.2.1\n");
    master_reader_destroy(reader);
}

Test(include, depth_and_cycles)
{
    char name[32];
    char text[64];
    for (unsigned i = 1; i <= MASTER_INCLUDE_DEPTH_MAX + 1; i++) {
        snprintf(name, sizeof name, "zones/f%u", i);
        snprintf(text, sizeof text, "h%u 1 A 192.0.2.1\n$INCLUDE f%u\n", i, i + 1);
        file_make(directory, name, text);
    }
    snprintf(name, sizeof name, "zones/f%u", MASTER_INCLUDE_DEPTH_MAX);
    file_make(directory, name, "deepest 1 A 192.0.2.1\n");
    cr_assert_eq(read_zone("$INCLUDE f1\n"), OK);
    cr_assert_not_null(strstr(transcript.text, "deepest.example."));
    snprintf(text, sizeof text, "$INCLUDE f%u\n", MASTER_INCLUDE_DEPTH_MAX + 1);
    file_make(directory, name, text);
    cr_assert_eq(read_zone("$INCLUDE f1\n"), ERROR_SYNTAX);
    cr_assert_not_null(strstr(transcript.text, "files are included too deeply"));
    cr_assert_eq(read_zone("$INCLUDE zone\n"), ERROR_SYNTAX);
    cr_assert_not_null(strstr(transcript.text, "files are included too deeply"));
}

Test(include, what_cannot_be_included)
{
    static const struct {
        const char *text;
        const char *line;
    } cases[] = {
        {"$INCLUDE\n", "E 1.9 syntax: $INCLUDE needs a file\n"},
        {"$INCLUDE none\n",
         "E 1.10 include: the file cannot be included: No such file or directory\n"},
        {"$INCLUDE sub\n", "E 1.10 include: the file cannot be included: it is not a regular "
                           "file\n"},
        {"$INCLUDE \"\"\n", "E 1.10 syntax: not a path\n"},
        {"$INCLUDE a\\000b\n", "E 1.10 syntax: not a path\n"},
        {"$INCLUDE leaf a b\n", "E 1.17 syntax: more on the line than belongs there\n"},
        {"$INCLUDE leaf \"a\"\n", "E 1.15 syntax: $INCLUDE takes a file and a name\n"},
        {"$INCLUDE leaf a..b\n", "E 1.15 syntax: not a name: an empty label or a bad escape\n"},
    };
    file_make(directory, "zones/leaf", "leaf 1 A 192.0.2.9\n");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cr_assert_eq(read_zone(cases[i].text), ERROR_SYNTAX);
        cr_assert_str_eq(transcript.text, cases[i].line, "case %zu: %s", i, transcript.text);
    }
}
