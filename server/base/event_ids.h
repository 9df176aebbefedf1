// SPDX-License-Identifier: Apache-2.0
#pragma once
/**
 * The events: number, symbol, severity, text. docs/events.md has cause and remedy of each.
 *
 * Numbers below 10000 are those of the Windows DNS Server event of the same meaning. From 10000, a
 * range per area: 10000 the process, 10100 memory, 10200 threads and queues, 10300 zones, 10400
 * sockets and connections, 10500 queries, 10600 configuration and control, 10700 statistics.
 * In the text, {name} is replaced by the event's field of that name. A number is never reused.
 */
#define EVENT_IDS(X)                                                                               \
    X(2, STARTED, NOTICE, "started, version {version}")                                            \
    X(3, STOPPED, NOTICE, "stopped")                                                               \
    X(4, ALL_ZONES_LOADED, NOTICE, "loading is over: {zones} zones, {failed} of them failed")      \
    X(111, THREAD_REFUSED, ERROR, "could not create a thread ({role} {index}): {reason}")          \
    X(404, TCP_BIND_FAILED, ERROR, "could not bind TCP {address}: {reason}")                       \
    X(407, UDP_BIND_FAILED, ERROR, "could not bind UDP {address}: {reason}")                       \
    X(6001, TRANSFER_SENT, INFO, "zone {zone} transferred to {client}")                            \
    X(6522, TRANSFER_STARTED, INFO, "newer version of zone {zone} found, transfer started")        \
    X(6523, REFRESH_FAILED, WARNING, "refresh of zone {zone} failed: {reason}")                    \
    X(6524, TRANSFER_INVALID, ERROR, "invalid response in a transfer of zone {zone}: {reason}")    \
    X(6525, TRANSFER_REFUSED, ERROR, "transfer of zone {zone} refused by {primary}: {reason}")     \
    X(6527, ZONE_EXPIRED, ERROR, "zone {zone} expired")                                            \
    X(10000, READY, NOTICE, "ready")                                                               \
    X(10001, STOPPING, NOTICE, "stopping: {reason}")                                               \
    X(10002, DEGRADED, WARNING, "degraded: {reason}")                                              \
    X(10003, RECOVERED, NOTICE, "no longer degraded")                                              \
    X(10004, EVENTS_DROPPED, WARNING, "log events dropped: {count}")                               \
    X(10005, PRIVILEGES_DROPPED, INFO, "running as user {user}")                                   \
    X(10006, RANDOM_FAILED, ERROR, "the kernel's random generator failed: {reason}")               \
    X(10100, MEMORY_REFUSED, ERROR, "account {account} refused {bytes} bytes")                     \
    X(10101, MEMORY_OVER_LINE, ERROR, "resident memory {resident} is above the line {limit}")      \
    X(10102, BUDGET, INFO, "memory line {limit}, declared {declared}")                             \
    X(10200, THREAD_CREATED_LATE, NOTICE, "thread {role} {index} was created after all")           \
    X(10201, WORKER_STALLED, ERROR, "worker {worker} has not turned for {ms} ms")                  \
    X(10202, WORKER_TURNING, NOTICE, "worker {worker} turns again after {ms} ms")                  \
    X(10203, JOBS_FULL, WARNING, "the job queue is full ({limit} places)")                         \
    X(10204, MAILBOX_FULL, WARNING, "the mailbox of {thread} is full ({limit} places)")            \
    X(10300, ZONE_LOADED, INFO, "zone {zone} loaded, serial {serial}: {records} records, {ms} ms") \
    X(10301, ZONE_LOADING, INFO, "zone {zone}: {percent} % read")                                  \
    X(10302, ZONE_LOAD_FAILED, ERROR, "zone {zone} not loaded: {reason}")                          \
    X(10303, ZONE_PROBLEM, WARNING, "zone {zone}: {place}: {problem}")                             \
    X(10304, ZONE_VERSION_REFUSED, ERROR, "zone {zone}: new version does not fit: {reason}")       \
    X(10305, ZONE_WRITTEN, INFO, "zone {zone} written to {file}")                                  \
    X(10306, ZONE_WRITE_FAILED, ERROR, "zone {zone} not written to {file}: {reason}")              \
    X(10307, ZONE_REMOVED, INFO, "zone {zone} removed")                                            \
    X(10400, SOCKET_REFUSED, ERROR, "no descriptor for {purpose}: {reason}")                       \
    X(10401, DESCRIPTORS_TOO_FEW, ERROR, "descriptor limit {limit} is below the {needed} needed")  \
    X(10402, TCP_SLOTS_FULL, WARNING, "all TCP connections taken ({limit})")                       \
    X(10403, ADDRESS_MISSING, WARNING, "address {address} is not there yet: {reason}")             \
    X(10404, ADDRESS_BOUND_LATE, NOTICE, "address {address} bound after all")                      \
    X(10405, LISTENING, INFO, "listening on {address}")                                            \
    X(10406, LANE_ADOPTED, NOTICE, "lane {lane} adopted by worker {worker}")                       \
    X(10407, LANE_RETURNED, NOTICE, "lane {lane} returned to worker {worker}")                     \
    X(10408, TCP_CLIENT_FULL, WARNING, "client {client} holds all connections it may ({limit})")   \
    X(10409, SOCKET_BUFFER_SMALL, WARNING, "socket buffer of {address}: {got} of {wanted} bytes")  \
    X(10500, RATE_LIMITING, WARNING, "rate limiting answers to {prefix}")                          \
    X(10501, RATE_LIMITING_ENDED, INFO, "rate limiting ended: {count} answers held back")          \
    X(10600, CONFIG_WARNING, WARNING, "configuration: {place}: {problem}")                         \
    X(10601, CONFIG_INVALID, ERROR, "configuration: {place}: {problem}")                           \
    X(10602, RELOAD_DONE, NOTICE, "configuration reloaded")                                        \
    X(10603, RELOAD_REFUSED, ERROR, "reload refused, nothing changed: {reason}")                   \
    X(10604, RESTART_NEEDED, WARNING, "{key} changes with the next start only")                    \
    X(10605, CONTROL_REFUSED, WARNING, "control connection refused: {reason}")                     \
    X(10606, CONTROL_COMMAND, INFO, "command {command} by user {user}")                            \
    X(10700, STATS_REFUSED, WARNING, "statistics connection refused: {reason}")
