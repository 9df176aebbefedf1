// SPDX-License-Identifier: Apache-2.0
#include "bench/micro/micro_questions.h"

#include "server/wire/name.h"

#include <stdio.h>
#include <string.h>

void micro_host_name(uint32_t index, char *text, size_t size)
{
    snprintf(text, size, "ws-%05u.corp.example.", index);
}

enum result micro_question_make(const char *name, uint16_t type, int edns,
                                struct micro_question *ret_question)
{
    static const uint8_t opt[] = {0, 0, 41, 1232 >> 8, 1232 & 0xff, 0, 0, 0, 0, 0, 0};
    struct name qname;
    enum result result = name_from_text(name, strlen(name), NULL, &qname);
    if (result != OK) {
        return result;
    }
    struct writer writer = writer_over(ret_question->packet, sizeof ret_question->packet);
    writer_u16(&writer, 0x4321);
    writer_u16(&writer, 0x0100); /* RD, as stub resolvers send it */
    writer_u16(&writer, 1);
    writer_u16(&writer, 0);
    writer_u16(&writer, 0);
    writer_u16(&writer, edns ? 1 : 0);
    writer_bytes(&writer, qname.bytes, qname.length);
    writer_u16(&writer, type);
    writer_u16(&writer, 1);
    if (edns) {
        writer_bytes(&writer, opt, sizeof opt);
    }
    ret_question->size = writer.at;
    return writer_ok(&writer) ? OK : REFUSED_LIMIT;
}
