// SPDX-License-Identifier: Apache-2.0
#include "server/config/config.h"
#include "server/wire/name.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

#define TEXT_MAX ((size_t)64 * 1024)
#define ACCOUNT_BYTES ((size_t)64 * 1024 * 1024)

static struct config_problems problems;
static char text[TEXT_MAX + 1];

static void check_problems(void)
{
    static char line[1024];
    FUZZ_CHECK(problems.count > 0);
    for (uint32_t i = 0; i < config_problems_kept(&problems); i++) {
        const struct config_problem *problem = &problems.items[i];
        FUZZ_CHECK(problem->text[0] != '\0' && problem->file[0] != '\0');
        FUZZ_CHECK((problem->line == 0) == (problem->column == 0));
        FUZZ_CHECK(config_problem_text(problem, line, sizeof line) == line);
    }
}

static void check_config(const struct config *config)
{
    FUZZ_CHECK(problems.count == 0 && config->file_count == 1);
    FUZZ_CHECK(config->server.listen.count >= 1);
    FUZZ_CHECK(config->server.listen.count <= CONFIG_LISTEN_MAX);
    FUZZ_CHECK(config->limits.workers <= CONFIG_WORKERS_MAX);
    FUZZ_CHECK(config->limits.jobs >= 1 && config->limits.jobs <= CONFIG_JOBS_MAX);
    FUZZ_CHECK(config->limits.tcp_connections_per_client <= config->limits.tcp_connections);
    FUZZ_CHECK(config->zone_count <= CONFIG_ZONES_MAX);
    for (uint32_t i = 0; i < config->zone_count; i++) {
        const struct zone_options *zone = &config->zones[i];
        FUZZ_CHECK(name_length(zone->name) <= NAME_BYTES_MAX);
        FUZZ_CHECK(zone->file[0] == '/');
        FUZZ_CHECK(zone->records_per_rrset_max >= 1 && zone->records_per_rrset_max <= 65535);
        for (uint32_t j = 0; j < i && i < 100; j++) {
            FUZZ_CHECK(!name_equal(zone->name, config->zones[j].name));
        }
    }
}

// Every text is a configuration within its bounds or has at least one problem, and what it charged
// is given back.
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct config *config = NULL;
    size = size < TEXT_MAX ? size : TEXT_MAX;
    if (size > 0) {
        memcpy(text, data, size);
    }
    text[size] = '\0';
    ledger_limit_set(ACCOUNT_CONFIGURATION, ACCOUNT_BYTES);
    enum result result = config_open_text(text, "/zones", &problems, &config);
    FUZZ_CHECK(result <= OK && (result == OK) == (config != NULL));
    if (result == OK) {
        check_config(config);
    } else {
        check_problems();
    }
    config_close(config);
    FUZZ_CHECK(ledger_read(ACCOUNT_CONFIGURATION).used_bytes == 0);
    return 0;
}
