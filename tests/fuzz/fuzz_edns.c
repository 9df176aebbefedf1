// SPDX-License-Identifier: Apache-2.0
#include "server/wire/edns.h"
#include "tests/fuzz/fuzz.h"

// The bytes as an OPT record from its class on; what was understood of it is written as a reply and
// read back the same.

static void check_reply(const struct edns *edns)
{
    struct edns_reply reply = {
        .udp_size = edns->udp_size,
        .dnssec_ok = edns->dnssec_ok,
        .keepalive = edns->keepalive,
        .keepalive_timeout = edns->keepalive_timeout,
        .cookie_size = edns->cookie_size,
        .padding_block = edns->padding ? 128 : 0,
    };
    if (edns->cookie_size != 0) {
        memcpy(reply.cookie, edns->cookie, edns->cookie_size);
    }
    if (edns->ede) {
        edns_reply_ede(&reply, edns->ede_code, NULL);
    }
    uint8_t buffer[512];
    struct writer writer = writer_over(buffer, sizeof buffer);
    edns_reply_write(&reply, 0, 0, &writer);
    FUZZ_CHECK(writer_ok(&writer));
    FUZZ_CHECK(writer.at >= edns_reply_size(&reply));
    struct reader reader = reader_over(buffer, writer.at);
    (void)reader_bytes(&reader, 3); /* owner and type */
    struct edns back;
    FUZZ_CHECK(edns_read(&reader, &back) == OK && reader_left(&reader) == 0);
    FUZZ_CHECK(back.udp_size == edns->udp_size && back.dnssec_ok == edns->dnssec_ok);
    FUZZ_CHECK(back.keepalive == edns->keepalive && back.padding == edns->padding);
    FUZZ_CHECK(back.keepalive_timeout == edns->keepalive_timeout);
    FUZZ_CHECK(back.ede == edns->ede && back.ede_code == edns->ede_code);
    FUZZ_CHECK(back.cookie_size == edns->cookie_size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) {
        return 0;
    }
    struct reader reader = reader_over(data, size);
    struct edns edns;
    if (edns_read(&reader, &edns) != OK) {
        return 0;
    }
    FUZZ_CHECK(edns.present && edns.udp_size >= EDNS_UDP_BYTES_MIN && reader.at <= size);
    FUZZ_CHECK(edns.cookie_size <= EDNS_COOKIE_MAX);
    FUZZ_CHECK(!edns.ede || edns.ede_text + edns.ede_text_size <= data + size);
    check_reply(&edns);
    return 0;
}
