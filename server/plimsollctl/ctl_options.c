// SPDX-License-Identifier: Apache-2.0
#include "server/plimsollctl/ctl_options.h"

#include "server/control/control_path.h"

#include <stdlib.h>
#include <string.h>

#define WORDS_MAX 3u /* a name of two words and an operand */

/** What has been read so far. */
struct parse {
    int argc;
    char **argv;
    int at;
    FILE *err;
    struct ctl_options options;
    char *words[WORDS_MAX];
    unsigned word_count;
    bool helped; /* --help stood somewhere */
};

static enum result complain(struct parse *parse, const char *what, const char *which)
{
    fprintf(parse->err, "plimsollctl: %s%s%s; see plimsollctl help\n", what,
            which[0] != '\0' ? ": " : "", which);
    return ERROR_SYNTAX;
}

static bool is(const char *word, const char *brief, const char *full)
{
    return strcmp(word, brief) == 0 || strcmp(word, full) == 0;
}

/** The value of an option: behind its "=", or the next word. NULL: there is none. */
static const char *option_value(struct parse *parse, const char *word)
{
    const char *equals = word[0] == '-' && word[1] == '-' ? strchr(word, '=') : NULL;
    if (equals != NULL) {
        return equals + 1;
    }
    return parse->at < parse->argc ? parse->argv[parse->at++] : NULL;
}

static bool has_name(const char *word, const char *name)
{
    size_t length = strlen(name);
    return strncmp(word, name, length) == 0 && (word[length] == '\0' || word[length] == '=');
}

static enum result read_count(struct parse *parse, const char *word)
{
    const char *text = option_value(parse, word);
    char *end;
    if (text == NULL || text[0] < '0' || text[0] > '9') {
        return complain(parse, "a number belongs to", word);
    }
    unsigned long long number = strtoull(text, &end, 10);
    if (*end != '\0' || number > UINT32_MAX) {
        return complain(parse, "not a number from 0 to 4294967295", text);
    }
    parse->options.arguments.counted = true;
    parse->options.arguments.count = (uint32_t)number;
    return OK;
}

static enum result read_option(struct parse *parse, const char *word)
{
    if (is(word, "-h", "--help")) {
        parse->helped = true;
    } else if (strcmp(word, "--json") == 0) {
        parse->options.json = true;
    } else if (is(word, "-V", "--version")) {
        parse->options.action = CTL_ACTION_VERSION;
    } else if (is(word, "-f", "--follow")) {
        parse->options.arguments.follow = true;
    } else if (strcmp(word, "-n") == 0 || has_name(word, "--count")) {
        return read_count(parse, word);
    } else if (strcmp(word, "-s") == 0 || has_name(word, "--socket")) {
        parse->options.socket = option_value(parse, word);
        if (parse->options.socket == NULL || parse->options.socket[0] == '\0') {
            return complain(parse, "a path belongs to", word);
        }
    } else {
        return complain(parse, "unknown option", word);
    }
    return OK;
}

/** Options anywhere, words in their order; what follows "--" is a word. */
static enum result read_words(struct parse *parse)
{
    bool options_end = false;
    while (parse->at < parse->argc) {
        char *word = parse->argv[parse->at++];
        if (!options_end && strcmp(word, "--") == 0) {
            options_end = true;
        } else if (!options_end && word[0] == '-' && word[1] != '\0') {
            enum result result = read_option(parse, word);
            if (result != OK) {
                return result;
            }
        } else if (parse->word_count == WORDS_MAX) {
            return complain(parse, "one word too many", word);
        } else {
            parse->words[parse->word_count++] = word;
        }
    }
    return OK;
}

/** "help", "help zone reload", "zone reload --help". */
static enum result read_help(struct parse *parse)
{
    unsigned first = parse->word_count > 0 && strcmp(parse->words[0], "help") == 0 ? 1 : 0;
    unsigned taken = 0;
    parse->options.action = CTL_ACTION_HELP;
    parse->options.command =
        ctl_command_find(parse->words + first, parse->word_count - first, &taken);
    bool group = parse->word_count == first + 1 && ctl_command_is_group(parse->words[first]);
    if (parse->options.command == NULL && parse->word_count > first && !group) {
        return complain(parse, "unknown command", parse->words[first]);
    }
    return OK;
}

static enum result read_command(struct parse *parse)
{
    unsigned taken = 0;
    struct ctl_options *options = &parse->options;
    if (parse->word_count == 0) {
        return complain(parse, "which command?", "");
    }
    options->command = ctl_command_find(parse->words, parse->word_count, &taken);
    const struct ctl_command *command = options->command;
    if (command == NULL) {
        bool group = ctl_command_is_group(parse->words[0]);
        return complain(parse, group ? "unknown or unfinished command" : "unknown command",
                        parse->words[parse->word_count > 1 && group ? 1 : 0]);
    }
    unsigned left = parse->word_count - taken;
    if (command->operand == CTL_OPERAND_NEEDED && left == 0) {
        return complain(parse, "the name of the zone is missing", "");
    }
    if (left > (command->operand == CTL_OPERAND_NONE ? 0u : 1u)) {
        return complain(parse, "one word too many", parse->words[parse->word_count - 1]);
    }
    if ((options->arguments.follow || options->arguments.counted) && !command->follows) {
        return complain(parse, "-f and --count belong to events, not to", command->name);
    }
    options->arguments.operand = left == 1 ? parse->words[taken] : NULL;
    return OK;
}

enum result ctl_options_parse(int argc, char **argv, FILE *err, struct ctl_options *ret_options)
{
    struct parse parse = {.argc = argc, .argv = argv, .at = 1, .err = err};
    enum result result = read_words(&parse);
    bool helps = parse.helped || (parse.word_count > 0 && strcmp(parse.words[0], "help") == 0);
    if (result == OK && helps) {
        result = read_help(&parse);
    } else if (result == OK && parse.options.action == CTL_ACTION_COMMAND) {
        result = read_command(&parse);
    }
    if (result == OK) {
        *ret_options = parse.options;
    }
    return result;
}

static void help_all(FILE *out)
{
    fputs("Usage: plimsollctl [-s SOCKET] [--json] COMMAND\n\n"
          "Commands:\n",
          out);
    const struct ctl_command *command;
    for (unsigned i = 0; (command = ctl_command_at(i)) != NULL; i++) {
        int width = fprintf(out, "  %s %s", command->name, command->usage);
        fprintf(out, "%*s%s\n", width < 28 ? 28 - width : 1, "", command->summary);
    }
    fputs("  help [COMMAND]            this list, or more about one of them\n\n"
          "Options:\n"
          "  -s, --socket SOCKET       where plimsolld listens; otherwise it is looked for in\n"
          "                            " CONTROL_PATH_SERVICE ", $XDG_RUNTIME_DIR and the\n"
          "                            state directory of the embedded default\n"
          "  --json                    the server's replies as they are, one object a line\n"
          "  -h, --help                help, of the command where there is one\n"
          "  -V, --version\n\n"
          "Exit status: 0 ok, 1 failed, 2 usage, 3 plimsolld is not running.\n",
          out);
}

void ctl_help(FILE *out, const struct ctl_command *command)
{
    if (command == NULL) {
        help_all(out);
        return;
    }
    fprintf(out, "Usage: plimsollctl %s%s%s\n\n%s\n\n%s\n", command->name,
            command->usage[0] != '\0' ? " " : "", command->usage, command->summary, command->help);
}
