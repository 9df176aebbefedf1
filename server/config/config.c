// SPDX-License-Identifier: Apache-2.0
#include "server/config/config.h"

#include "server/config/config_check.h"
#include "server/config/schema.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

/* What is kept of an ordinary zone is a little more than twice its line; included files are not
 * known before they are read. */
#define CONFIG_FIXED_BYTES (64u * 1024u)
#define CONFIG_BYTES_PER_BYTE 3u
#define ATTEMPTS_MAX 12u /* each with twice the room of the one before */
#define TEXT_NAME "embedded default"

/** Where a configuration comes from. */
struct origin {
    const char *path;      /* a file, or NULL */
    const char *text;      /* else this */
    const char *directory; /* of the text */
};

/** One try to read it into regions of a size. */
struct attempt {
    struct region tree_region;
    struct region region;
    struct arena tree_arena;
    struct arena arena;
    struct config *config;
};

size_t config_cost_bytes(size_t source_bytes)
{
    return CONFIG_FIXED_BYTES + source_bytes * CONFIG_BYTES_PER_BYTE;
}

static enum result attempt_begin(struct attempt *attempt, size_t source_bytes)
{
    *attempt = (struct attempt){0};
    struct region_options options = {0};
    if (yaml_tree_cost_bytes(source_bytes) > ARENA_BYTES_MAX) {
        return REFUSED_MEMORY; /* no file that may be read needs more */
    }
    enum result result = region_open(&attempt->tree_region, ACCOUNT_CONFIGURATION,
                                     yaml_tree_cost_bytes(source_bytes), options);
    if (result == OK) {
        result = region_open(&attempt->region, ACCOUNT_CONFIGURATION,
                             config_cost_bytes(source_bytes), options);
    }
    if (result != OK) {
        return result;
    }
    arena_init(&attempt->tree_arena, attempt->tree_region.base, attempt->tree_region.size_bytes);
    arena_init(&attempt->arena, attempt->region.base, attempt->region.size_bytes);
    attempt->config = arena_alloc_array(&attempt->arena, 1, sizeof *attempt->config, 16);
    return attempt->config == NULL ? REFUSED_MEMORY : OK;
}

static void attempt_end(struct attempt *attempt)
{
    region_close(&attempt->tree_region);
    region_close(&attempt->region);
}

/** The names of the files outlive the tree: problems found later are placed with them. */
static enum result files_keep(struct attempt *attempt, const struct yaml_tree *tree)
{
    struct config *config = attempt->config;
    config->files = arena_alloc_array(&attempt->arena, tree->file_count, sizeof *config->files, 8);
    if (config->files == NULL) {
        return REFUSED_MEMORY;
    }
    for (uint16_t i = 0; i < tree->file_count; i++) {
        size_t size = strlen(tree->files[i]) + 1;
        char *copy = arena_alloc(&attempt->arena, size, 1);
        if (copy == NULL) {
            return REFUSED_MEMORY;
        }
        config->files[i] = memcpy(copy, tree->files[i], size);
    }
    config->file_count = tree->file_count;
    return OK;
}

static enum result attempt_read(struct attempt *attempt, const struct origin *origin,
                                struct config_problems *problems)
{
    struct yaml_tree tree;
    schema_defaults(attempt->config);
    enum result result =
        origin->path != NULL
            ? yaml_tree_read_file(&tree, &attempt->tree_arena, origin->path, problems)
            : yaml_tree_read_text(&tree, &attempt->tree_arena, TEXT_NAME, origin->text, problems);
    if (result == OK) {
        struct section_reader reader = {&tree, &attempt->arena, problems, origin->directory};
        result = schema_read(&reader, attempt->config);
    }
    if (result == OK) {
        result = files_keep(attempt, &tree);
    }
    if (result == OK) {
        result = config_check(attempt->config, &attempt->tree_arena, problems);
    }
    return result;
}

/** Reads with ever more room until it fits, fails for another reason, or the account says no. */
static enum result open_origin(const struct origin *origin, size_t source_bytes,
                               struct config_problems *problems, struct config **ret_config)
{
    struct config_place place = {origin->path == NULL ? TEXT_NAME : origin->path, 0, 0};
    for (unsigned i = 0; i < ATTEMPTS_MAX; i++, source_bytes = 2 * source_bytes + 4096) {
        struct attempt attempt;
        problems->count = 0;
        enum result result = attempt_begin(&attempt, source_bytes);
        if (result != OK) {
            attempt_end(&attempt);
            config_problem_add(problems, place, "",
                               "does not fit the memory account of the configuration");
            return result;
        }
        result = attempt_read(&attempt, origin, problems);
        bool was_full = attempt.tree_arena.refused != 0 || attempt.arena.refused != 0;
        if (result == OK && problems->count == 0) {
            region_close(&attempt.tree_region);
            attempt.config->region = attempt.region;
            attempt.config->source_bytes = source_bytes;
            *ret_config = attempt.config;
            return OK;
        }
        attempt_end(&attempt);
        if (!was_full) {
            return result == OK ? ERROR_SEMANTICS : result;
        }
    }
    return REFUSED_MEMORY;
}

enum result config_open(const char *path, struct config_problems *problems,
                        struct config **ret_config)
{
    struct stat status;
    problems->count = 0;
    if (stat(path, &status) != 0) {
        config_problem_add(problems, (struct config_place){path, 0, 0}, "", "cannot open: %s",
                           strerror(errno));
        return ERROR_IO;
    }
    if (status.st_size > (off_t)YAML_FILE_BYTES_MAX) {
        config_problem_add(problems, (struct config_place){path, 0, 0}, "", "larger than %u MiB",
                           YAML_FILE_BYTES_MAX >> 20);
        return REFUSED_LIMIT;
    }
    struct origin origin = {.path = path};
    return open_origin(&origin, (size_t)status.st_size, problems, ret_config);
}

enum result config_open_text(const char *text, const char *directory,
                             struct config_problems *problems, struct config **ret_config)
{
    struct origin origin = {.text = text, .directory = directory};
    return open_origin(&origin, strlen(text), problems, ret_config);
}

void config_close(struct config *config)
{
    if (config != NULL) {
        struct region region = config->region; /* the configuration lies inside it */
        region_close(&region);
    }
}
