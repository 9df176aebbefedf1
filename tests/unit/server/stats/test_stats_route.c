// SPDX-License-Identifier: Apache-2.0
#include "server/stats/stats_route.h"

#include <criterion/criterion.h>
#include <string.h>

static struct stats_reply route(const char *method, const char *path)
{
    const struct stats_request request = {
        .method = method, .path = path, .header_bytes = 100, .health = HEALTH_OK};
    struct stats_reply reply;
    stats_route(&request, &reply);
    return reply;
}

Test(stats_route, the_table, .timeout = 10)
{
    static const struct {
        const char *method;
        const char *path;
        unsigned status;
        enum stats_page page;
    } rows[] = {
        {"GET", "/", 200, STATS_PAGE_INDEX},
        {"HEAD", "/", 200, STATS_PAGE_INDEX},
        {"GET", "/metrics", 200, STATS_PAGE_METRICS},
        {"GET", "/stats", 200, STATS_PAGE_STATS},
        {"GET", "/health", 200, STATS_PAGE_HEALTH},
        {"HEAD", "/ready", 200, STATS_PAGE_HEALTH},
        {"GET", "", 404, STATS_PAGE_TEXT},
        {"GET", "/metrics/", 404, STATS_PAGE_TEXT},
        {"GET", "//", 404, STATS_PAGE_TEXT},
        {"GET", "/Metrics", 404, STATS_PAGE_TEXT},
        {"GET", "*", 404, STATS_PAGE_TEXT},
        {"get", "/", 405, STATS_PAGE_TEXT},
        {"POST", "/", 405, STATS_PAGE_TEXT},
        {"OPTIONS", "*", 405, STATS_PAGE_TEXT},
        {"", "/", 405, STATS_PAGE_TEXT},
        {"PUT", "/nothing", 405, STATS_PAGE_TEXT},
    };
    for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct stats_reply reply = route(rows[i].method, rows[i].path);
        cr_assert_eq(reply.status, rows[i].status, "%s %s", rows[i].method, rows[i].path);
        cr_assert_eq(reply.page, rows[i].page);
        cr_assert_eq(reply.allow, rows[i].status == 405);
        cr_assert_not_null(reply.content_type);
        cr_assert_eq(reply.text != NULL, reply.page == STATS_PAGE_TEXT);
        cr_assert_not(reply.refused);
    }
}

Test(stats_route, health_decides_two_pages, .timeout = 10)
{
    static const unsigned statuses[] = {[HEALTH_STARTING] = 503,
                                        [HEALTH_OK] = 200,
                                        [HEALTH_DEGRADED] = 200,
                                        [HEALTH_STOPPING] = 503};
    struct stats_request request = {.method = "GET"};
    struct stats_reply reply;
    for (unsigned i = 0; i <= HEALTH_STOPPING; i++) {
        request.health = (enum health)i;
        request.path = "/health";
        stats_route(&request, &reply);
        cr_assert_eq(reply.status, statuses[i]);
        request.path = "/ready";
        stats_route(&request, &reply);
        cr_assert_eq(reply.status, statuses[i]);
        request.path = "/metrics";
        stats_route(&request, &reply);
        cr_assert_eq(reply.status, 200);
    }
    cr_assert_str_eq(health_name(HEALTH_STARTING), "starting");
    cr_assert_str_eq(health_name(HEALTH_OK), "ok");
    cr_assert_str_eq(health_name(HEALTH_DEGRADED), "degraded");
    cr_assert_str_eq(health_name(HEALTH_STOPPING), "stopping");
}

Test(stats_route, sizes_and_bodies, .timeout = 10)
{
    struct stats_reply reply;
    struct stats_request request = {.method = "GET", .path = "/", .health = HEALTH_OK};
    for (uint64_t size = STATS_REQUEST_BYTES - 1; size <= STATS_REQUEST_BYTES + 1; size++) {
        request.header_bytes = size;
        stats_route(&request, &reply);
        cr_assert_eq(reply.status, size > STATS_REQUEST_BYTES ? 431 : 200);
        cr_assert_eq(reply.refused, size > STATS_REQUEST_BYTES);
    }
    request.header_bytes = 0;
    request.has_body = true;
    stats_route(&request, &reply);
    cr_assert_eq(reply.status, 413);
    cr_assert(reply.refused);
    request.has_body = false;
    char path[STATS_PATH_BYTES_MAX + 2];
    memset(path, '/', sizeof path);
    path[STATS_PATH_BYTES_MAX + 1] = 0;
    request.path = path;
    stats_route(&request, &reply);
    cr_assert_eq(reply.status, 414);
    cr_assert(reply.refused);
    path[STATS_PATH_BYTES_MAX] = 0;
    stats_route(&request, &reply);
    cr_assert_eq(reply.status, 404);
}
