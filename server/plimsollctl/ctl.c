// SPDX-License-Identifier: Apache-2.0
#include "server/plimsollctl/ctl.h"

#include "server/plimsollctl/ctl_client.h"
#include "server/plimsollctl/ctl_options.h"
#include "server/plimsollctl/ctl_text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define WAIT_MS ((int)CONTROL_WAIT_MS + 15000) /* the server says "still under way" before */

static bool colours_wanted(FILE *out)
{
    const char *none = getenv("NO_COLOR");
    const char *terminal = getenv("TERM");
    return (none == NULL || none[0] == '\0') && isatty(fileno(out)) == 1 &&
           (terminal == NULL || strcmp(terminal, "dumb") != 0);
}

static enum ctl_exit tell_unreachable(const struct ctl_client *client, const char *path,
                                      enum result result, FILE *err)
{
    if (result == NOT_FOUND) {
        fprintf(err, "plimsollctl: plimsolld is not running: nobody answers at %s\n",
                path != NULL ? path : "any of the usual places (see -s)");
        return CTL_EXIT_NOT_RUNNING;
    }
    if (result == ERROR_ACCESS) {
        fprintf(err,
                "plimsollctl: no permission for %s: its owner and group may connect (see ls -l)\n",
                client->path);
    } else {
        fprintf(err, "plimsollctl: %s: %s\n", path != NULL ? path : client->path,
                result == REFUSED_LIMIT ? "the path is too long" : strerror(errno));
    }
    return CTL_EXIT_FAILED;
}

static enum ctl_exit tell_broken(enum result result, FILE *err)
{
    const char *what = result == END             ? "the server closed the connection"
                       : result == ERROR_TIMEOUT ? "the server does not answer"
                       : result == REFUSED_LIMIT ? "the reply is longer than a line may be"
                                                 : strerror(errno);
    fprintf(err, "plimsollctl: %s\n", what);
    return CTL_EXIT_FAILED;
}

/** Shows an error reply. */
static void tell_error(const struct ctl_options *options, struct ctl_printer *printer,
                       const json_t *reply, FILE *err)
{
    const char *text = json_string_value(json_object_get(reply, "text"));
    const json_t *result = json_object_get(reply, "result");
    if (result != NULL && options->command->result != NULL) {
        options->command->result(printer, result);
        fflush(printer->out);
    }
    fputs("plimsollctl: ", err);
    struct ctl_printer errors = {.out = err};
    ctl_print_plain(&errors, text != NULL ? text : "the server refused");
    fputc('\n', err);
}

/** Shows one line of the reply. MORE: others follow; OK: it was the last; ERROR_STATE: it was, and
 * says no; ERROR_SYNTAX: it is no reply. */
static enum result show_line(const struct ctl_options *options, struct ctl_printer *printer,
                             const json_t *reply, FILE *err)
{
    bool ok = json_is_true(json_object_get(reply, "ok"));
    bool more = json_is_true(json_object_get(reply, "more"));
    const struct ctl_command *command = options->command;
    if (!json_is_boolean(json_object_get(reply, "ok"))) {
        return ERROR_SYNTAX;
    }
    if (!ok) {
        if (!options->json) {
            tell_error(options, printer, reply, err);
        }
        return ERROR_STATE;
    }
    if (!options->json && more && command->item != NULL) {
        command->item(printer, json_object_get(reply, "item"));
        printer->rows++;
    } else if (!options->json && !more && command->result != NULL) {
        command->result(printer, json_object_get(reply, "result"));
    }
    return more ? MORE : OK;
}

/** Reads and shows the reply, line by line. */
static enum ctl_exit show_reply(const struct ctl_options *options, struct ctl_client *client,
                                struct ctl_printer *printer, FILE *err)
{
    int wait_ms = options->arguments.follow ? -1 : WAIT_MS;
    enum result shown = MORE;
    while (shown == MORE) {
        const char *line;
        size_t size;
        enum result result = ctl_client_line(client, wait_ms, &line, &size);
        if (result != OK) {
            return tell_broken(result, err);
        }
        if (options->json) {
            fwrite(line, 1, size, printer->out);
            fputc('\n', printer->out);
        }
        json_t *reply = json_loadb(line, size, 0, NULL);
        shown = show_line(options, printer, reply, err);
        json_decref(reply);
        if (options->arguments.follow) {
            fflush(printer->out);
        }
        if (ferror(printer->out)) {
            return CTL_EXIT_FAILED; /* whoever reads has gone */
        }
    }
    if (shown == ERROR_SYNTAX) {
        fprintf(err, "plimsollctl: this is no reply of plimsolld\n");
    }
    return shown == OK ? CTL_EXIT_OK : CTL_EXIT_FAILED;
}

static enum ctl_exit run_command(const struct ctl_options *options, FILE *out, FILE *err)
{
    char request[CONTROL_LINE_BYTES + 2u];
    size_t size;
    struct ctl_client client;
    struct ctl_printer printer = {.out = out, .colour = colours_wanted(out)};
    enum result result = ctl_request(options->command, &options->arguments, request, &size);
    if (result != OK) {
        fprintf(err, "plimsollctl: %s: that is too long, or no text\n", options->command->name);
        return CTL_EXIT_USAGE;
    }
    result = ctl_client_open(&client, options->socket);
    if (result != OK) {
        return tell_unreachable(&client, options->socket, result, err);
    }
    /* A server that is full answers without having read: its answer says more than the failure. */
    enum result sent = ctl_client_send(&client, request, size);
    (void)sent;
    enum ctl_exit status = show_reply(options, &client, &printer, err);
    ctl_client_close(&client);
    return status;
}

enum ctl_exit ctl_run(int argc, char **argv, FILE *out, FILE *err)
{
    struct ctl_options options;
    enum ctl_exit status = CTL_EXIT_OK;
    if (ctl_options_parse(argc, argv, err, &options) != OK) {
        return CTL_EXIT_USAGE;
    }
    if (options.action == CTL_ACTION_HELP) {
        ctl_help(out, options.command);
    } else if (options.action == CTL_ACTION_VERSION) {
        fprintf(out, "plimsollctl %s\n", PLIMSOLL_VERSION);
    } else {
        status = run_command(&options, out, err);
    }
    return fflush(out) == 0 ? status : CTL_EXIT_FAILED;
}
