// SPDX-License-Identifier: Apache-2.0
/*
 * Compression where it works hardest in a domain: an NS set of four servers, each name compressed
 * against the question, and the servers' addresses with owners that are looked up.
 */
#include "bench/micro/micro_frame.h"
#include "bench/micro/micro_questions.h"
#include "server/wire/composer.h"

#include <stdio.h>
#include <string.h>

#define SERVERS 4U

static struct micro_question question;
static struct request request;
static struct composer composer;
static struct name servers[SERVERS];
static uint8_t packed[SERVERS * (2 + NAME_BYTES_MAX)];
static uint8_t buffer[1232];

const uint32_t micro_operations = 1;

enum result micro_setup(void)
{
    struct writer writer = writer_over(packed, sizeof packed);
    for (uint32_t i = 0; i < SERVERS; i++) {
        char text[64];
        snprintf(text, sizeof text, "dc%u.corp.example.", i + 1);
        enum result result = name_from_text(text, strlen(text), NULL, &servers[i]);
        if (result != OK) {
            return result;
        }
        writer_u16(&writer, servers[i].length);
        writer_bytes(&writer, servers[i].bytes, servers[i].length);
    }
    enum result result = micro_question_make("corp.example.", 2, 0, &question);
    if (result != OK) {
        return result;
    }
    composer_init(&composer);
    return request_parse(question.packet, question.size, &request);
}

static void put(const struct composer_rrset *rrset)
{
    if (composer_rrset(&composer, rrset) != OK) {
        __builtin_trap();
    }
}

void micro_step(uint32_t round)
{
    static const uint8_t address[] = {0, 4, 10, 1, 0, 1};
    struct composer_rrset rrset = {
        .owner_at = COMPOSER_QNAME_AT, .type = 2, .ttl = round, .packed = packed, .count = SERVERS};
    composer_begin_reply(&composer, buffer, sizeof buffer, &request);
    composer_section(&composer, SECTION_ANSWER);
    put(&rrset);
    composer_section(&composer, SECTION_ADDITIONAL);
    for (uint32_t i = 0; i < SERVERS; i++) {
        rrset = (struct composer_rrset){
            .owner = servers[i].bytes, .type = 1, .ttl = round, .packed = address, .count = 1};
        put(&rrset);
    }
    size_t size = composer_finish(&composer);
    micro_keep(&size);
}
