// SPDX-License-Identifier: Apache-2.0
#include "server/stats/stats_route.h"

#include "server/stats/exposition.h"
#include "server/stats/stats_report.h"

#include <string.h>

static const char *const health_names[] = {
    [HEALTH_STARTING] = "starting",
    [HEALTH_OK] = "ok",
    [HEALTH_DEGRADED] = "degraded",
    [HEALTH_STOPPING] = "stopping",
};

static const struct {
    const char *path;
    enum stats_page page;
    const char *content_type;
} pages[] = {
    {"/metrics", STATS_PAGE_METRICS, EXPOSITION_CONTENT_TYPE},
    {"/stats", STATS_PAGE_STATS, STATS_JSON_CONTENT_TYPE},
    {"/health", STATS_PAGE_HEALTH, STATS_JSON_CONTENT_TYPE},
    {"/ready", STATS_PAGE_HEALTH, STATS_JSON_CONTENT_TYPE},
    {"/", STATS_PAGE_INDEX, "text/html; charset=utf-8"},
};
#define PAGE_COUNT (sizeof pages / sizeof *pages)

const char *health_name(enum health health)
{
    return health_names[health];
}

static void route_text(unsigned status, const char *text, struct stats_reply *ret_reply)
{
    *ret_reply = (struct stats_reply){.status = status,
                                      .page = STATS_PAGE_TEXT,
                                      .content_type = "text/plain; charset=utf-8",
                                      .text = text};
}

static void route_page(const struct stats_request *request, struct stats_reply *ret_reply)
{
    size_t i = 0;
    while (i < PAGE_COUNT && strcmp(pages[i].path, request->path) != 0) {
        i++;
    }
    if (i == PAGE_COUNT) {
        route_text(404, "there are /, /metrics, /stats, /health and /ready\n", ret_reply);
        return;
    }
    bool serves = request->health == HEALTH_OK || request->health == HEALTH_DEGRADED;
    *ret_reply = (struct stats_reply){
        .status = pages[i].page == STATS_PAGE_HEALTH && !serves ? 503 : 200,
        .page = pages[i].page,
        .content_type = pages[i].content_type,
    };
}

void stats_route(const struct stats_request *request, struct stats_reply *ret_reply)
{
    if (strlen(request->path) > STATS_PATH_BYTES_MAX) {
        route_text(414, "the path is too long\n", ret_reply);
        ret_reply->refused = true;
    } else if (request->header_bytes > STATS_REQUEST_BYTES) {
        route_text(431, "the request is too large\n", ret_reply);
        ret_reply->refused = true;
    } else if (strcmp(request->method, "GET") != 0 && strcmp(request->method, "HEAD") != 0) {
        route_text(405, "GET and HEAD only\n", ret_reply);
        ret_reply->allow = true;
    } else if (request->has_body) {
        route_text(413, "a request has no body here\n", ret_reply);
        ret_reply->refused = true;
    } else {
        route_page(request, ret_reply);
    }
}
