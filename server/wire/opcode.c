// SPDX-License-Identifier: Apache-2.0
#include "server/wire/opcode.h"

const char *opcode_to_text(uint8_t opcode)
{
    switch (opcode) {
    case OPCODE_QUERY:
        return "QUERY";
    case OPCODE_IQUERY:
        return "IQUERY";
    case OPCODE_STATUS:
        return "STATUS";
    case OPCODE_NOTIFY:
        return "NOTIFY";
    case OPCODE_UPDATE:
        return "UPDATE";
    case OPCODE_DSO:
        return "DSO";
    default:
        return "OTHER";
    }
}
