// SPDX-License-Identifier: Apache-2.0
#include "server/plimsollctl/ctl.h"

#include "tests/unit/server/plimsollctl/ctl_fixture.h"

#include <stdint.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static char directory[] = "/tmp/plimsoll-ctl-XXXXXX";
static char path[64];
static struct ctl_paper out;
static struct ctl_paper err;

static void begin(void)
{
    cr_assert_not_null(mkdtemp(directory));
    snprintf(path, sizeof path, "%s/s", directory);
    ctl_paper_open(&out);
    ctl_paper_open(&err);
}

static void end(void)
{
    unlink(path);
    rmdir(directory);
    ctl_paper_close(&out);
    ctl_paper_close(&err);
}

/* Answers one connection with the text, in a process of its own. */
static void serve(const char *answer)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    memcpy(address.sun_path, path, strlen(path));
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    unlink(path);
    cr_assert_eq(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    cr_assert_eq(listen(fd, 1), 0);
    if (fork() == 0) {
        char request[256];
        int connection = accept(fd, NULL, NULL);
        ssize_t done = recv(connection, request, sizeof request, 0);
        done = send(connection, answer, strlen(answer), MSG_NOSIGNAL);
        _exit(done < 0);
    }
    close(fd);
}

static enum ctl_exit run(const char *first, const char *second, const char *third)
{
    char *argv[] = {(char *)"plimsollctl",
                    (char *)"-s",
                    path,
                    (char *)(uintptr_t)first,
                    (char *)(uintptr_t)second,
                    (char *)(uintptr_t)third,
                    NULL};
    int argc = third != NULL ? 6 : second != NULL ? 5 : first != NULL ? 4 : 3;
    return ctl_run(argc, argv, out.file, err.file);
}

Test(ctl, not_running, .init = begin, .fini = end, .timeout = 20)
{
    cr_assert_eq(run("status", NULL, NULL), CTL_EXIT_NOT_RUNNING);
    cr_assert_not_null(strstr(ctl_paper_text(&err), path));
    cr_assert_str_eq(ctl_paper_text(&out), "");
}

Test(ctl, usage, .init = begin, .fini = end, .timeout = 20)
{
    static char operand[8192];
    cr_assert_eq(run(NULL, NULL, NULL), CTL_EXIT_USAGE);
    cr_assert_eq(run("nonsense", NULL, NULL), CTL_EXIT_USAGE);
    memset(operand, 'x', sizeof operand - 1);
    cr_assert_eq(run("stats", operand, NULL), CTL_EXIT_USAGE);
    cr_assert_str_eq(ctl_paper_text(&out), "");
}

Test(ctl, help_and_version_need_no_server, .init = begin, .fini = end, .timeout = 20)
{
    cr_assert_eq(run("help", NULL, NULL), CTL_EXIT_OK);
    cr_assert_eq(run("help", "zone", "reload"), CTL_EXIT_OK);
    cr_assert_eq(run("--version", NULL, NULL), CTL_EXIT_OK);
    cr_assert_not_null(strstr(ctl_paper_text(&out), "plimsollctl " PLIMSOLL_VERSION "\n"));
    cr_assert_str_eq(ctl_paper_text(&err), "");
}

Test(ctl, an_answer, .init = begin, .fini = end, .timeout = 20)
{
    serve("{\"ok\":true,\"result\":{\"report\":\"done\"}}\n");
    cr_assert_eq(run("reload", NULL, NULL), CTL_EXIT_OK);
    cr_assert_str_eq(ctl_paper_text(&out), "done\n");
    cr_assert_str_eq(ctl_paper_text(&err), "");
}

#define LIST "{\"ok\":true,\"more\":true,\"item\":{\"metric\":\"a\",\"labels\":{},\"value\":1}}\n"

Test(ctl, a_list, .init = begin, .fini = end, .timeout = 20)
{
    serve(LIST LIST "{\"ok\":true,\"result\":{\"count\":2}}\n");
    cr_assert_eq(run("stats", "*", NULL), CTL_EXIT_OK);
    cr_assert_str_eq(ctl_paper_text(&out), "a 1\na 1\n");
}

Test(ctl, json_is_what_the_server_says, .init = begin, .fini = end, .timeout = 20)
{
    serve(LIST "{\"ok\":true,\"result\":{\"count\":1}}\n");
    cr_assert_eq(run("--json", "stats", NULL), CTL_EXIT_OK);
    cr_assert_str_eq(ctl_paper_text(&out), LIST "{\"ok\":true,\"result\":{\"count\":1}}\n");
}

Test(ctl, a_refusal, .init = begin, .fini = end, .timeout = 20)
{
    serve("{\"ok\":false,\"error\":\"not-found\",\"text\":\"no such zone: x.\\u001b\"}\n");
    cr_assert_eq(run("zone", "reload", "x"), CTL_EXIT_FAILED);
    cr_assert_str_eq(ctl_paper_text(&err), "plimsollctl: no such zone: x.?\n");
    cr_assert_str_eq(ctl_paper_text(&out), "");
}

Test(ctl, a_refusal_in_json, .init = begin, .fini = end, .timeout = 20)
{
    serve("{\"ok\":false,\"error\":\"x\",\"text\":\"y\"}\n");
    cr_assert_eq(run("zone", "reload", "--json"), CTL_EXIT_USAGE);
    cr_assert_eq(run("reload", "--json", NULL), CTL_EXIT_FAILED);
    cr_assert_str_eq(ctl_paper_text(&out), "{\"ok\":false,\"error\":\"x\",\"text\":\"y\"}\n");
}

Test(ctl, a_failure_shows_what_is_there, .init = begin, .fini = end, .timeout = 20)
{
    serve("{\"ok\":false,\"error\":\"x\",\"text\":\"not loaded\",\"result\":{\"zone\":\"a.\"}}\n");
    cr_assert_eq(run("zone", "reload", "a"), CTL_EXIT_FAILED);
    cr_assert_not_null(strstr(ctl_paper_text(&out), "zone         a.\n"));
    cr_assert_str_eq(ctl_paper_text(&err), "plimsollctl: not loaded\n");
}

Test(ctl, nonsense_and_silence, .init = begin, .fini = end, .timeout = 20)
{
    static const char *const answers[] = {"",   "half", "hello\n", "[]\n", "{\"ok\":7}\n",
                                          "\n", LIST};
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        serve(answers[i]);
        cr_assert_eq(run("stats", NULL, NULL), CTL_EXIT_FAILED, "%zu", i);
    }
    cr_assert_not_null(strstr(ctl_paper_text(&err), "this is no reply of plimsolld"));
    cr_assert_not_null(strstr(ctl_paper_text(&err), "the server closed the connection"));
}
