// SPDX-License-Identifier: Apache-2.0
#include "server/base/event.h"
#include "server/base/refusal.h"
#include "server/stats/stats_page.h"
#include "server/stats/stats_route.h"
#include "server/stats/stats_state.h"

#include <string.h>

static const struct metric_family requests_family = {
    .name = "plimsoll_stats_requests_total",
    .help = "Connections to the statistics endpoint by the HTTP status they ended with",
    .type = METRIC_COUNTER,
    .labels = {"status"},
};
static const struct metric_family errors_family = {
    .name = "plimsoll_stats_errors_total",
    .help = "Complaints of the HTTP library",
    .type = METRIC_COUNTER,
};

static const struct {
    unsigned status;
    const char *label;
} statuses[] = {
    {0, "none"},  {200, "200"}, {404, "404"}, {405, "405"},
    {413, "413"}, {414, "414"}, {431, "431"}, {503, "503"},
};
#define STATUS_COUNT (sizeof statuses / sizeof *statuses)

static const char *const refusal_names[STATS_REFUSED_COUNT] = {
    [STATS_REFUSED_FULL] = "full",     [STATS_REFUSED_CLIENT] = "client",
    [STATS_REFUSED_MEMORY] = "memory", [STATS_REFUSED_DESCRIPTORS] = "descriptors",
    [STATS_REFUSED_SLOW] = "slow",     [STATS_REFUSED_REQUEST] = "request",
};

/* Control thread only. */
static struct counter refusals[STATS_REFUSED_COUNT];
static struct counter requests[STATUS_COUNT];
static struct counter errors;

enum result stats_answer_register(void)
{
    enum result result = counter_register(&errors_family, NULL, &errors);
    for (unsigned i = 0; i < STATS_REFUSED_COUNT && result == OK; i++) {
        result = refusal_register("stats-connections", refusal_names[i], &refusals[i]);
    }
    for (unsigned i = 0; i < STATUS_COUNT && result == OK; i++) {
        result = counter_register(&requests_family, &statuses[i].label, &requests[i]);
    }
    return result;
}

void stats_refuse(enum stats_refusal refusal)
{
    counter_increment(refusals[refusal]);
    event_emit_text(EVENT_STATS_REFUSED, "reason", refusal_names[refusal]);
}

void stats_count_error(void)
{
    counter_increment(errors);
}

void stats_count_request(unsigned status)
{
    for (unsigned i = 0; i < STATUS_COUNT; i++) {
        if (statuses[i].status == status) {
            counter_increment(requests[i]);
        }
    }
}

static ssize_t answer_read_metrics(void *context, uint64_t position, char *buffer, size_t size)
{
    struct stats_place *place = context;
    (void)position;
    size_t written = exposition_read(&place->exposition, buffer, size);
    return written > 0 ? (ssize_t)written : MHD_CONTENT_READER_END_OF_STREAM;
}

static ssize_t answer_read_stats(void *context, uint64_t position, char *buffer, size_t size)
{
    struct stats_place *place = context;
    (void)position;
    size_t written = stats_report_read(&place->report, buffer, size);
    return written > 0 ? (ssize_t)written : MHD_CONTENT_READER_END_OF_STREAM;
}

static struct MHD_Response *answer_constant(const char *text, size_t size)
{
    /* libmicrohttpd does not write to a buffer that is persistent. */
    return MHD_create_response_from_buffer(size, (void *)(uintptr_t)text, MHD_RESPMEM_PERSISTENT);
}

static struct MHD_Response *answer_health(struct stats_place *place, enum health health,
                                          const char *reason)
{
    struct stats_text *text = &place->report.text;
    stats_text_clear(text);
    stats_report_health(text, health, reason);
    stats_text_add(text, "\n");
    return MHD_create_response_from_buffer(text->size, text->bytes, MHD_RESPMEM_PERSISTENT);
}

static struct MHD_Response *answer_body(struct stats_place *place, const struct stats_reply *reply,
                                        enum health health, const char *reason)
{
    switch (reply->page) {
    case STATS_PAGE_INDEX:
        return answer_constant(stats_page, stats_page_size);
    case STATS_PAGE_METRICS:
        exposition_init(&place->exposition);
        return MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, STATS_BLOCK_BYTES,
                                                 answer_read_metrics, place, NULL);
    case STATS_PAGE_STATS:
        stats_report_init(&place->report, &place->stats->options);
        return MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, STATS_BLOCK_BYTES,
                                                 answer_read_stats, place, NULL);
    case STATS_PAGE_HEALTH:
        return answer_health(place, health, reason);
    case STATS_PAGE_TEXT:
        break;
    }
    return answer_constant(reply->text, strlen(reply->text));
}

static bool answer_add_headers(struct MHD_Response *response, const struct stats_reply *reply)
{
    const char *const headers[][2] = {
        {MHD_HTTP_HEADER_CONTENT_TYPE, reply->content_type},
        {MHD_HTTP_HEADER_CACHE_CONTROL, "no-store"},
        /* One request each: nobody holds a place between two. */
        {MHD_HTTP_HEADER_CONNECTION, "close"},
        {"X-Content-Type-Options", "nosniff"},
        {"Content-Security-Policy",
         "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; "
         "connect-src 'self'; img-src data:; frame-ancestors 'none'"},
        {MHD_HTTP_HEADER_ALLOW, reply->allow ? STATS_METHODS : NULL},
    };
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
        if (headers[i][1] != NULL &&
            MHD_add_response_header(response, headers[i][0], headers[i][1]) != MHD_YES) {
            return false;
        }
    }
    return true;
}

/* An answer that cannot be made closes the connection. */
static enum MHD_Result answer_send(struct stats_place *place, struct MHD_Connection *connection,
                                   struct stats_request *request)
{
    const struct stats_options *options = &place->stats->options;
    struct stats_reply reply;
    const char *reason = NULL;
    request->health = options->health(options->context, &reason);
    stats_route(request, &reply);
    if (reply.refused) {
        stats_refuse(STATS_REFUSED_REQUEST);
    }
    struct MHD_Response *response = answer_body(place, &reply, request->health, reason);
    enum MHD_Result sent = MHD_NO;
    if (response != NULL) {
        if (answer_add_headers(response, &reply)) {
            sent = MHD_queue_response(connection, reply.status, response);
        }
        MHD_destroy_response(response);
    }
    if (sent == MHD_YES) {
        place->status = reply.status;
    } else {
        stats_refuse(STATS_REFUSED_MEMORY);
    }
    return sent;
}

static uint64_t answer_header_bytes(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
    return info != NULL ? info->header_size : 0;
}

static bool answer_has_body(struct MHD_Connection *connection)
{
    const char *length =
        MHD_lookup_connection_value(connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_CONTENT_LENGTH);
    return (length != NULL && strcmp(length, "0") != 0) ||
           MHD_lookup_connection_value(connection, MHD_HEADER_KIND,
                                       MHD_HTTP_HEADER_TRANSFER_ENCODING) != NULL;
}

enum MHD_Result stats_answer(void *context, struct MHD_Connection *connection, const char *url,
                             const char *method, const char *version, const char *upload_data,
                             size_t *upload_data_size, void **request_context)
{
    (void)context;
    (void)version;
    (void)upload_data;
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    struct stats_place *place = info != NULL ? info->socket_context : NULL;
    if (place == NULL) {
        return MHD_NO;
    }
    bool first = *request_context == NULL;
    *request_context = place;
    struct stats_request request = {
        .method = method,
        .path = url,
        .header_bytes = answer_header_bytes(connection),
        .has_body = answer_has_body(connection),
    };
    /* The library takes an answer before the body for these two alone. */
    bool early = strcmp(method, "POST") == 0 || strcmp(method, "PUT") == 0;
    if (first && !early) {
        return MHD_YES;
    }
    if (*upload_data_size > 0) {
        /* Thrown away, as much of it as a request may have; what is longer is cut off. */
        place->body_bytes += *upload_data_size;
        *upload_data_size = 0;
        if (place->body_bytes > STATS_REQUEST_BYTES) {
            stats_refuse(STATS_REFUSED_REQUEST);
            return MHD_NO;
        }
        return MHD_YES;
    }
    return answer_send(place, connection, &request);
}
