// SPDX-License-Identifier: Apache-2.0
#include "server/zone/master_reader.h"

#include "tests/unit/server/zone/master_fixture.h"

static struct transcript transcript;

/* What a text reads as: its records and problems, in order. */
struct sample {
    const char *text;
    const char *lines;
};

static void expect(const struct sample *samples, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        enum result result = transcript_read(&transcript, samples[i].text, NULL);
        cr_expect_str_eq(transcript.text, samples[i].lines, "sample %zu: %s", i, transcript.text);
        bool refused =
            strncmp(samples[i].lines, "E ", 2) == 0 || strstr(samples[i].lines, "\nE ") != NULL;
        cr_expect_eq(result, refused ? ERROR_SYNTAX : OK, "sample %zu", i);
    }
}
#define EXPECT(samples) expect(samples, sizeof(samples) / sizeof *(samples))

Test(master_reader, records_and_what_they_inherit, .timeout = 20)
{
    static const struct sample samples[] = {
        {"", ""},
        {"\n;\n  \n()\n", ""},
        {"a 1 IN A 192.0.2.1\n", "a.example. 1 A 192.0.2.1\n"},
        {"a 1 IN A 192.0.2.1", "a.example. 1 A 192.0.2.1\n"},
        {"a 1 IN A 192.0.2.1\r\n b\r\n", "a.example. 1 A 192.0.2.1\nE 2.2 syntax: not a type\n"},
        {"a IN 1 A 192.0.2.1\n", "a.example. 1 A 192.0.2.1\n"},
        {"a in 1h a 192.0.2.1\n", "a.example. 3600 A 192.0.2.1\n"},
        {"a CLASS1 1w2d3h4m5s TYPE1 192.0.2.1\n", "a.example. 788645 A 192.0.2.1\n"},
        {"a. 1 A 192.0.2.1\n", "(out) a. 1 A 192.0.2.1\n"},
        {"a.EXAMPLE. 1 A 192.0.2.1\n", "a.EXAMPLE. 1 A 192.0.2.1\n"},
        {"@ 1 A 192.0.2.1\n", "example. 1 A 192.0.2.1\n"},
        {"example. 1 A 192.0.2.1\n\t 2 A 192.0.2.2\n\n ;c\n 3 A 192.0.2.3\n",
         "example. 1 A 192.0.2.1\nexample. 2 A 192.0.2.2\nexample. 3 A 192.0.2.3\n"},
        {"a ( 1\n IN ;c\n A\n 192.0.2.1 )\nb 2 A 192.0.2.2\n",
         "a.example. 1 A 192.0.2.1\nb.example. 2 A 192.0.2.2\n"},
        {"( a 1 A 192.0.2.1\n)\n", "a.example. 1 A 192.0.2.1\n"},
        {"\\097\\.b\\032\\@ 1 A 192.0.2.1\n", "a\\.b\\032\\@.example. 1 A 192.0.2.1\n"},
        {"\\000\\255 1 A 192.0.2.1\n", "\\000\\255.example. 1 A 192.0.2.1\n"},
        {"\\$TTL 1 A 192.0.2.1\n", "\\$TTL.example. 1 A 192.0.2.1\n"},
        {"* 1 A 192.0.2.1\n", "*.example. 1 A 192.0.2.1\n"},
        {"a 1 TYPE65400 \\# 3 01 02 03\n", "a.example. 1 TYPE65400 \\# 3 010203\n"},
        {"a 1 A \\# 4 C0000201\n", "a.example. 1 A 192.0.2.1\n"},
        {"a 1 MX 10 b\na 1 MX 20 b.\na 1 MX 30 @\n",
         "a.example. 1 MX 10 b.example.\na.example. 1 MX 20 b.\na.example. 1 MX 30 example.\n"},
        {"a 1 TXT \"b c\" d;e\n", "a.example. 1 TXT \"b c\" \"d\"\n"},
        /* A name that looks like a type, a class or a time is an owner where an owner stands. */
        {"A 1 A 192.0.2.1\n1h 1 A 192.0.2.2\nIN 1 A 192.0.2.3\n",
         "A.example. 1 A 192.0.2.1\n1h.example. 1 A 192.0.2.2\nIN.example. 1 A 192.0.2.3\n"},
    };
    EXPECT(samples);
}

Test(master_reader, times_to_live, .timeout = 20)
{
    static const struct sample samples[] = {
        {"$TTL 5\na A 192.0.2.1\na 0 A 192.0.2.2\na A 192.0.2.3\n$TTL 1m\na A 192.0.2.4\n",
         "a.example. 5 A 192.0.2.1\na.example. 0 A 192.0.2.2\na.example. 5 A 192.0.2.3\n"
         "a.example. 60 A 192.0.2.4\n"},
        {"a 7 A 192.0.2.1\na A 192.0.2.2\n 8 A 192.0.2.3\n A 192.0.2.4\n",
         "a.example. 7 A 192.0.2.1\n"
         "W 2.3 ttl-of-last-record: no TTL and no $TTL before it: that of the last record is used\n"
         "a.example. 7 A 192.0.2.2\na.example. 8 A 192.0.2.3\na.example. 8 A 192.0.2.4\n"},
        {"@ SOA a b 1 2 3 4 9\na A 192.0.2.1\n",
         "W 1.3 ttl-of-soa-minimum: no TTL and no $TTL before it: the SOA's MINIMUM is used\n"
         "example. 9 SOA a.example. b.example. 1 2 3 4 9\na.example. 9 A 192.0.2.1\n"},
        {"a A 192.0.2.1\nb 1 A 192.0.2.2\n",
         "E 1.3 ttl-missing: no TTL, and none before it to take\nb.example. 1 A 192.0.2.2\n"},
        {"a 2147483647 A 192.0.2.1\na 2147483648 A 192.0.2.2\n",
         "a.example. 2147483647 A 192.0.2.1\n"
         "W 2.3 ttl-too-large: a TTL of 2147483648 is over 2^31-1 and counts as 0\n"
         "a.example. 0 A 192.0.2.2\n"},
        {"$TTL 2147483648\na A 192.0.2.1\n",
         "W 1.6 ttl-too-large: a $TTL of 2147483648 is over 2^31-1 and counts as 0\n"
         "a.example. 0 A 192.0.2.1\n"},
        {"a 4294967296 A 192.0.2.1\n", "E 1.3 syntax: not a TTL\n"},
        {"a 1x A 192.0.2.1\n", "E 1.3 syntax: not a TTL\n"},
        {"$TTL\n", "E 1.5 syntax: $TTL needs a time\n"},
        {"$TTL x\n", "E 1.6 syntax: not a TTL\n"},
        {"$TTL 1 2\n", "E 1.8 syntax: more on the line than belongs there\n"},
    };
    EXPECT(samples);
}

Test(master_reader, errors_say_where, .timeout = 20)
{
    static const struct sample samples[] = {
        {" A 192.0.2.1\nb 1 A 192.0.2.1\n",
         "E 1.2 syntax: no owner: the line begins with a blank, and is the first\n"
         "b.example. 1 A 192.0.2.1\n"},
        {"a..b 1 A 192.0.2.1\n 1 A 192.0.2.2\nc 1 A 192.0.2.3\n",
         "E 1.1 syntax: not a name: an empty label or a bad escape\nc.example. 1 A 192.0.2.3\n"},
        {".a 1 A 192.0.2.1\n", "E 1.1 syntax: not a name: an empty label or a bad escape\n"},
        {"a\\300 1 A 192.0.2.1\n", "E 1.1 syntax: not a name: an empty label or a bad escape\n"},
        {"\"a\" 1 A 192.0.2.1\n",
         "E 1.1 syntax: an owner name was expected, not a quoted string\n"},
        {"a\n", "E 1.2 syntax: a TTL, a class or a type was expected\n"},
        {"a 1\n", "E 1.4 syntax: a TTL, a class or a type was expected\n"},
        {"a 1 IN\n", "E 1.7 syntax: a TTL, a class or a type was expected\n"},
        {"a 1 IN", "E 1.7 syntax: a TTL, a class or a type was expected\n"},
        {"a 1 IN IN A 192.0.2.1\n", "E 1.8 syntax: not a type\n"},
        {"a 1 2 A 192.0.2.1\n", "E 1.5 syntax: not a type\n"},
        {"a 1 CH TXT b\n", "E 1.5 syntax: the class is not the zone's\n"},
        {"a 1 CLASS3 TXT b\n", "E 1.5 syntax: the class is not the zone's\n"},
        {"a 1 \"A\" 192.0.2.1\n", "E 1.5 syntax: a TTL, a class or a type was expected\n"},
        {"a 1 NOSUCH 192.0.2.1\n", "E 1.5 syntax: not a type\n"},
        {"a 1 ANY 192.0.2.1\n", "E 1.5 syntax: the class is not the zone's\n"},
        {"a 1 IN ANY 192.0.2.1\n", "E 1.8 syntax: a type that no zone can hold\n"},
        {"a 1 AXFR x\n", "E 1.5 syntax: a type that no zone can hold\n"},
        {"a 1 TYPE0 \\# 0\n", "E 1.5 syntax: a type that no zone can hold\n"},
        {"a 1 TXT ( b\n\n", "E 1.9 syntax: a parenthesis is not closed\n"},
        {"a ) 1 A 192.0.2.1\n", "E 1.3 syntax: a closing parenthesis without an opening one\n"},
        {"$ORIGIN\n", "E 1.8 syntax: $ORIGIN needs a name\n"},
        {"$ORIGIN ..\n", "E 1.9 syntax: not a name: an empty label or a bad escape\n"},
        {"$ORIGIN a b\n", "E 1.11 syntax: more on the line than belongs there\n"},
        {"$NOSUCH a b\na 1 A 192.0.2.1\n",
         "E 1.1 syntax: not a directive\na.example. 1 A 192.0.2.1\n"},
        {"$INCLUDE x\n", "E 1.10 include: a text that is no file cannot include one\n"},
    };
    EXPECT(samples);
}

Test(master_reader, a_name_of_255_bytes_and_one_more, .timeout = 20)
{
    /* Below "example.", 9 bytes: three labels of 63 and one of 53 make 255. */
    char label[64];
    char text[600];
    memset(label, 'a', 63);
    label[63] = 0;
    for (unsigned last = 52; last <= 54; last++) {
        snprintf(text, sizeof text, "%s.%s.%s.%.*s 1 A 192.0.2.1\n", label, label, label, last,
                 label);
        enum result result = transcript_read(&transcript, text, NULL);
        cr_assert_eq(result, last <= 53 ? OK : ERROR_SYNTAX, "%u", last);
    }
    snprintf(text, sizeof text, "%sa 1 A 192.0.2.1\n", label);
    cr_assert_eq(transcript_read(&transcript, text, NULL), ERROR_SYNTAX);
    cr_assert_str_eq(transcript.text, "E 1.1 syntax: a name or label is too long\n");
}

Test(master_reader, errors_in_the_data_are_where_the_data_is, .timeout = 20)
{
    static const char *const texts[] = {
        "a 1 A 192.0.2.256\nb 1 A 192.0.2.1\n",
        "a 1 A 192.0.2.1 x\nb 1 A 192.0.2.1\n",
        "a 1 A\nb 1 A 192.0.2.1\n",
        "a 1 MX ( 10\n) \nb 1 A 192.0.2.1\n",
    };
    static const char *const places[] = {"E 1.7 ", "E 1.17 ", "E 1.6 ", "E 2.3 "};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        cr_assert_eq(transcript_read(&transcript, texts[i], NULL), ERROR_SYNTAX);
        cr_expect_eq(strncmp(transcript.text, places[i], strlen(places[i])), 0, "%s",
                     transcript.text);
        /* The next entry is read, whole. */
        cr_expect_not_null(strstr(transcript.text, "\nb.example. 1 A 192.0.2.1\n"), "%s",
                           transcript.text);
    }
}

Test(master_reader, twenty_errors_and_it_gives_up, .timeout = 20)
{
    char text[4096] = "";
    for (unsigned i = 0; i < 25; i++) {
        strcat(text, "a 1 A x\n");
    }
    cr_assert_eq(transcript_read(&transcript, text, NULL), ERROR_SYNTAX);
    unsigned lines = 0;
    for (const char *at = transcript.text; (at = strchr(at, '\n')) != NULL; at++) {
        lines++;
    }
    cr_assert_eq(lines, MASTER_ERRORS_MAX);
    /* 19 errors, and reading goes on to the end. */
    text[19 * strlen("a 1 A x\n")] = 0;
    strcat(text, "b 1 A 192.0.2.1\n");
    cr_assert_eq(transcript_read(&transcript, text, NULL), ERROR_SYNTAX);
    cr_assert_not_null(strstr(transcript.text, "b.example. 1 A 192.0.2.1\n"));
}

static enum result refuse_second(void *context, const struct master_record *record)
{
    (void)record;
    unsigned *seen = context;
    return ++*seen == 2 ? REFUSED_MEMORY : OK;
}

Test(master_reader, a_callback_that_fails_ends_the_step, .timeout = 20)
{
    static const char text[] = "a 1 A 192.0.2.1\nb 1 A 192.0.2.1\nc 1 A 192.0.2.1\n";
    unsigned seen = 0;
    struct master_problems problems = {0};
    const struct master_reader_options options = {
        .apex = apex_example,
        .record = refuse_second,
        .context = &seen,
        .problems = &problems,
    };
    struct master_reader *reader;
    cr_assert_eq(master_reader_create(ACCOUNT_ZONES, &reader), OK);
    master_reader_open_text(reader, "text", text, strlen(text), &options);
    cr_assert_eq(master_reader_step(reader, 100), REFUSED_MEMORY);
    cr_assert_eq(seen, 2);
    master_reader_destroy(reader);
    cr_assert_eq(ledger_read(ACCOUNT_ZONES).used_bytes, 0);
}

Test(master_reader, slices_progress_and_stopping, .timeout = 20)
{
    static const char text[] = "a 1 A 192.0.2.1\nb 1 A 192.0.2.1\nc 1 A 192.0.2.1\n";
    struct master_progress progress = {0};
    struct master_problems problems = {0};
    const struct master_reader_options options = {
        .apex = apex_example,
        .record = transcript_record,
        .context = &transcript,
        .problems = &problems,
        .progress = &progress,
    };
    struct master_reader *reader;
    transcript.used = 0;
    cr_assert_eq(master_reader_create(ACCOUNT_ZONES, &reader), OK);
    master_reader_open_text(reader, "text", text, strlen(text), &options);
    cr_assert_eq(progress.bytes_total, strlen(text));
    cr_assert_eq(master_reader_step(reader, 1), MORE);
    cr_assert_eq(progress.records, 1);
    cr_assert_eq(master_reader_step(reader, 2), MORE);
    cr_assert_eq(progress.records, 3);
    cr_assert_eq(master_reader_step(reader, 1), OK);
    master_reader_close(reader);
    /* The same reader, another text; stopped from elsewhere. */
    master_reader_open_text(reader, "text", text, strlen(text), &options);
    cr_assert_eq(master_reader_step(reader, 1), MORE);
    atomic_store(&progress.stop, true);
    cr_assert_eq(master_reader_step(reader, 1), ERROR_STATE);
    cr_assert_eq(problems.errors, 0);
    master_reader_close(reader);
    master_reader_destroy(reader);
    master_reader_destroy(NULL);
}

Test(master_reader, a_word_across_every_edge_of_the_buffer, .timeout = 60)
{
    /* Comment lines shift the records over the end of the reader's buffer, byte by byte. */
    static char text[400 * 1024];
    char directory[64];
    char path[128];
    directory_make(directory);
    snprintf(path, sizeof path, "%s/zone", directory);
    static const char tail[] = "a 1 TXT \"b c\\\"d\" ( e\n f ) ;g\n 2 A 192.0.2.1\n";
    for (size_t shift = 0; shift < sizeof tail + 1; shift++) {
        size_t fill = (size_t)256 * 1024 - shift;
        memset(text, 'x', fill);
        text[0] = ';';
        text[fill - 1] = '\n';
        strcpy(text + fill, tail);
        file_make(directory, "zone", text);
        cr_assert_eq(transcript_read(&transcript, NULL, path), OK);
        cr_assert_str_eq(transcript.text,
                         "a.example. 1 TXT \"b c\\\"d\" \"e\" \"f\"\na.example. 2 A 192.0.2.1\n",
                         "shift %zu", shift);
    }
    directory_remove(directory);
}

Test(master_reader, a_file_that_is_not_there_or_no_file, .timeout = 20)
{
    char directory[64];
    char path[128];
    directory_make(directory);
    snprintf(path, sizeof path, "%s/none", directory);
    cr_assert_eq(transcript_read(&transcript, NULL, path), ERROR_IO);
    cr_assert_str_eq(transcript.text,
                     "E 0.0 file: the file cannot be opened: No such file or directory\n");
    cr_assert_eq(transcript_read(&transcript, NULL, directory), ERROR_ACCESS);
    cr_assert_str_eq(transcript.text,
                     "E 0.0 file: the file cannot be opened: it is not a regular file\n");
    cr_assert_eq(mkfifo(path, 0600), 0);
    cr_assert_eq(transcript_read(&transcript, NULL, path), ERROR_ACCESS);
    directory_remove(directory);
}
