// SPDX-License-Identifier: Apache-2.0
#include "server/control/control_reply.h"

#include <criterion/criterion.h>
#include <string.h>

static struct control_connection connection;

static const char *written(void)
{
    connection.output[connection.output_used] = '\0';
    connection.output_used = 0;
    return connection.output;
}

Test(control_reply, forms, .timeout = 10)
{
    control_reply_result(&connection, json_pack("{s:i}", "a", 1));
    cr_assert_str_eq(written(), "{\"ok\":true,\"result\":{\"a\":1}}\n");
    control_reply_item(&connection, json_integer(7));
    cr_assert_str_eq(written(), "{\"ok\":true,\"more\":true,\"item\":7}\n");
    control_reply_item_text(&connection, "{}", 2);
    cr_assert_str_eq(written(), "{\"ok\":true,\"more\":true,\"item\":{}}\n");
    control_reply_error(&connection, "bad", "a \"%s\"", "b");
    cr_assert_str_eq(written(), "{\"ok\":false,\"error\":\"bad\",\"text\":\"a \\\"b\\\"\"}\n");
    control_reply_failure(&connection, "bad", "x", json_integer(1));
    cr_assert_str_eq(written(), "{\"ok\":false,\"error\":\"bad\",\"text\":\"x\",\"result\":1}\n");
}

Test(control_reply, without_memory_there_is_an_answer, .timeout = 10)
{
    static const char refused[] = "{\"ok\":false,\"error\":\"refused-memory\",\"text\":\"no memory "
                                  "for the reply\"}\n";
    control_reply_result(&connection, NULL);
    cr_assert_str_eq(written(), refused);
    control_reply_item(&connection, NULL);
    cr_assert_str_eq(written(), refused);
}

/* A reply whose line, newline included, has that many bytes. */
static void reply_of(size_t size)
{
    static char text[CONTROL_ITEM_BYTES + 16];
    size_t around = strlen("{\"ok\":true,\"result\":\"\"}\n");
    memset(text, 'x', size - around);
    text[size - around] = '\0';
    control_reply_result(&connection, json_string(text));
}

Test(control_reply, the_longest_line, .timeout = 10)
{
    reply_of(CONTROL_ITEM_BYTES - 1);
    cr_assert_eq(strlen(written()), CONTROL_ITEM_BYTES - 1);
    reply_of(CONTROL_ITEM_BYTES);
    cr_assert_eq(strlen(written()), CONTROL_ITEM_BYTES);
    reply_of(CONTROL_ITEM_BYTES + 1);
    cr_assert_not_null(strstr(written(), "too-long"));
    static char item[CONTROL_ITEM_BYTES];
    memset(item, ' ', sizeof item);
    control_reply_item_text(&connection, item, sizeof item);
    cr_assert_str_eq(written(), "");
}

static size_t text_length(const char *text)
{
    json_t *value = control_text(text);
    size_t length = json_string_length(value);
    json_decref(value);
    return length;
}

Test(control_reply, texts_are_cut, .timeout = 10)
{
    char text[CONTROL_TEXT_BYTES + 2];
    memset(text, 'a', sizeof text);
    cr_assert_eq(text_length(""), 0);
    text[CONTROL_TEXT_BYTES - 1] = '\0';
    cr_assert_eq(text_length(text), CONTROL_TEXT_BYTES - 1);
    text[CONTROL_TEXT_BYTES - 1] = 'a';
    text[CONTROL_TEXT_BYTES] = '\0';
    cr_assert_eq(text_length(text), CONTROL_TEXT_BYTES);
    text[CONTROL_TEXT_BYTES] = 'a';
    text[CONTROL_TEXT_BYTES + 1] = '\0';
    cr_assert_eq(text_length(text), CONTROL_TEXT_BYTES + 3);
    /* Not in the middle of a character. */
    memcpy(text + CONTROL_TEXT_BYTES - 1, "\xc3\xa4", 2);
    json_t *value = control_text(text);
    cr_assert_str_eq(json_string_value(value) + CONTROL_TEXT_BYTES - 1, "...");
    json_decref(value);
}

Test(control_reply, what_is_no_utf8_is_marked, .timeout = 10)
{
    json_t *value = control_text("a\xff"
                                 "b\xc3");
    cr_assert_str_eq(json_string_value(value), "a?b?");
    json_decref(value);
    value = control_text("\xc3\xa4");
    cr_assert_str_eq(json_string_value(value), "\xc3\xa4");
    json_decref(value);
}

Test(control_reply, numbers_do_not_turn_negative, .timeout = 10)
{
    json_t *value = control_number(UINT64_MAX);
    cr_assert_eq(json_integer_value(value), INT64_MAX);
    json_decref(value);
    value = control_number(0);
    cr_assert_eq(json_integer_value(value), 0);
    json_decref(value);
}
