// SPDX-License-Identifier: Apache-2.0
#include "server/net/udp.h"

#include "alloc/fault.h"
#include "alloc/memory.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#define CONTROL_BYTES CMSG_SPACE(sizeof(struct in6_pktinfo))

struct udp_slot {
    uint8_t packet[UDP_PACKET_BYTES];
    uint8_t response[QUERY_UDP_BYTES];
};

struct udp_batch {
    struct query_worker *query;          /* borrowed (from the worker, until destroyed) */
    const struct net_counters *counters; /* borrowed (from net, until destroyed) */
    struct region region;                /* owned: this struct and the slots */
    struct udp_slot *slots;
    unsigned stale;      /* how many of `received` the last call wrote to */
    bool stale_wildcard; /* the others are as this kind of socket needs them */
    struct mmsghdr received[UDP_BATCH_MAX];
    struct iovec received_parts[UDP_BATCH_MAX];
    struct sockaddr_storage names[UDP_BATCH_MAX];
    struct address clients[UDP_BATCH_MAX];
    struct query_message messages[UDP_BATCH_MAX];
    struct mmsghdr sent[UDP_BATCH_MAX];
    struct iovec sent_parts[UDP_BATCH_MAX];
    _Alignas(struct cmsghdr) uint8_t controls[UDP_BATCH_MAX][CONTROL_BYTES];
};

size_t udp_cost_bytes(void)
{
    return sizeof(struct udp_batch) + UDP_BATCH_MAX * sizeof(struct udp_slot);
}

enum result udp_create(struct query_worker *query, const struct net_counters *counters,
                       struct udp_batch **ret_batch)
{
    struct region region = {0};
    struct region_options options = {.populate = true};
    enum result result = region_open(&region, ACCOUNT_NETWORK, udp_cost_bytes(), options);
    if (result != OK) {
        return result;
    }
    struct udp_batch *batch = region.base;
    batch->query = query;
    batch->counters = counters;
    batch->region = region;
    batch->slots = (struct udp_slot *)(batch + 1);
    batch->stale = UDP_BATCH_MAX;
    for (unsigned i = 0; i < UDP_BATCH_MAX; i++) {
        batch->received_parts[i] = (struct iovec){batch->slots[i].packet, UDP_PACKET_BYTES};
    }
    *ret_batch = batch;
    return OK;
}

void udp_destroy(struct udp_batch *batch)
{
    if (batch != NULL) {
        struct region region = batch->region; /* the batch lies inside it */
        region_close(&region);
    }
}

/** What recvmmsg overwrote is set anew before the next call, and only that. */
static void prepare(struct udp_batch *batch, bool wildcard)
{
    unsigned stale = wildcard == batch->stale_wildcard ? batch->stale : UDP_BATCH_MAX;
    for (unsigned i = 0; i < stale; i++) {
        batch->received[i].msg_hdr = (struct msghdr){
            .msg_name = &batch->names[i],
            .msg_namelen = sizeof batch->names[i],
            .msg_iov = &batch->received_parts[i],
            .msg_iovlen = 1,
            .msg_control = wildcard ? batch->controls[i] : NULL,
            .msg_controllen = wildcard ? CONTROL_BYTES : 0,
        };
    }
    batch->stale = 0;
    batch->stale_wildcard = wildcard;
}

/** A number of datagrams, 0 when none waits or the system refuses. */
static unsigned receive(struct udp_batch *batch, int fd, bool wildcard)
{
    prepare(batch, wildcard);
    int count = -1;
    if (fault_strikes(FAULT_READ)) {
        errno = EIO;
    } else {
        do {
            count = recvmmsg(fd, batch->received, UDP_BATCH_MAX, MSG_DONTWAIT, NULL);
        } while (count < 0 && errno == EINTR);
    }
    if (count < 0) {
        if (errno != EAGAIN) {
            counter_increment(batch->counters->udp_receive_failed);
        }
        return 0;
    }
    batch->stale = (unsigned)count;
    return (unsigned)count;
}

static void messages_make(struct udp_batch *batch, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        const struct msghdr *header = &batch->received[i].msg_hdr;
        struct query_message *message = &batch->messages[i];
        if (address_from_sockaddr(header->msg_name, header->msg_namelen, &batch->clients[i]) !=
            OK) {
            batch->received[i].msg_len = 0; /* too short for a header: dropped and counted there */
        }
        *message = (struct query_message){
            .packet = batch->slots[i].packet,
            .packet_size = batch->received[i].msg_len,
            .client = &batch->clients[i],
            .transport = TRANSPORT_UDP,
            .response = batch->slots[i].response,
            .response_max = QUERY_UDP_BYTES,
        };
    }
}

/** What the kernel told about a packet's destination becomes what we ask for as the source. */
static void control_turn(struct msghdr *header)
{
    for (struct cmsghdr *control = CMSG_FIRSTHDR(header); control != NULL;
         control = CMSG_NXTHDR(header, control)) {
        if (control->cmsg_level == IPPROTO_IP && control->cmsg_type == IP_PKTINFO) {
            struct in_pktinfo info;
            memcpy(&info, CMSG_DATA(control), sizeof info);
            info.ipi_spec_dst = info.ipi_addr;
            info.ipi_ifindex = 0; /* the route back decides, as for any other packet */
            memcpy(CMSG_DATA(control), &info, sizeof info);
            return;
        }
        if (control->cmsg_level == IPPROTO_IPV6 && control->cmsg_type == IPV6_PKTINFO) {
            struct in6_pktinfo info;
            memcpy(&info, CMSG_DATA(control), sizeof info);
            if (!IN6_IS_ADDR_LINKLOCAL(&info.ipi6_addr)) {
                info.ipi6_ifindex = 0;
            }
            memcpy(CMSG_DATA(control), &info, sizeof info);
            return;
        }
    }
}

/** Collects the answers; returns how many there are to send. */
static unsigned answers_collect(struct udp_batch *batch, unsigned count)
{
    unsigned answers = 0;
    for (unsigned i = 0; i < count; i++) {
        const struct query_message *message = &batch->messages[i];
        if (message->response_size == 0) {
            continue;
        }
        struct msghdr *header = &batch->sent[answers].msg_hdr;
        batch->sent_parts[answers] = (struct iovec){message->response, message->response_size};
        *header = batch->received[i].msg_hdr;
        header->msg_iov = &batch->sent_parts[answers];
        header->msg_flags = 0;
        if (header->msg_controllen == 0) {
            header->msg_control = NULL;
        } else {
            control_turn(header);
        }
        answers++;
    }
    return answers;
}

/** Sends all; one that cannot be sent is skipped and counted, so the loop ends after `count` steps.
 */
static void answers_send(struct udp_batch *batch, int fd, unsigned count)
{
    for (unsigned done = 0; done < count;) {
        int sent = -1;
        if (fault_strikes(FAULT_WRITE)) {
            errno = EIO;
        } else {
            sent = sendmmsg(fd, batch->sent + done, count - done, MSG_DONTWAIT);
        }
        if (sent > 0) {
            done += (unsigned)sent;
            continue;
        }
        if (sent < 0 && errno == EAGAIN) {
            counter_add(batch->counters->udp_send_full, count - done);
            return;
        }
        counter_increment(batch->counters->udp_send_failed);
        done++;
    }
}

void udp_serve(struct udp_batch *batch, int fd, bool wildcard)
{
    for (unsigned round = 0; round < UDP_ROUNDS_MAX; round++) {
        unsigned count = receive(batch, fd, wildcard);
        if (count == 0) {
            return;
        }
        messages_make(batch, count);
        for (unsigned first = 0; first < count; first += QUERY_BATCH_MAX) {
            unsigned rest = count - first;
            query_batch(batch->query, batch->messages + first,
                        rest < QUERY_BATCH_MAX ? rest : QUERY_BATCH_MAX);
        }
        answers_send(batch, fd, answers_collect(batch, count));
        if (count < UDP_BATCH_MAX) {
            return;
        }
    }
}
