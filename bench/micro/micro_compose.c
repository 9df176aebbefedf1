// SPDX-License-Identifier: Apache-2.0
/* The composer on the shortest answer: header, question echoed, one A record that points at it. */
#include "bench/micro/micro_frame.h"
#include "bench/micro/micro_questions.h"
#include "server/wire/composer.h"

static struct micro_question question;
static struct request request;
static struct composer composer;
static uint8_t buffer[1232];

const uint32_t micro_operations = 1;

enum result micro_setup(void)
{
    enum result result = micro_question_make("ws-00001.corp.example.", 1, 0, &question);
    if (result != OK) {
        return result;
    }
    composer_init(&composer);
    return request_parse(question.packet, question.size, &request);
}

void micro_step(uint32_t round)
{
    static const uint8_t packed[] = {0, 4, 10, 2, 0, 2};
    struct composer_rrset rrset = {
        .owner_at = COMPOSER_QNAME_AT, .type = 1, .ttl = round, .packed = packed, .count = 1};
    composer_begin_reply(&composer, buffer, sizeof buffer, &request);
    composer_section(&composer, SECTION_ANSWER);
    if (composer_rrset(&composer, &rrset) != OK) {
        __builtin_trap();
    }
    composer_flags(&composer, MESSAGE_AA);
    size_t size = composer_finish(&composer);
    micro_keep(&size);
}
