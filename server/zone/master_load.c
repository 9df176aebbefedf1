// SPDX-License-Identifier: Apache-2.0
#include "server/zone/master_load.h"

#include "server/base/clock.h"
#include "server/wire/rrtype.h"
#include "server/zone/check.h"

#include <string.h>

/* What the transaction refused, as a check. */
static enum check_id check_of(enum zone_fault fault, uint16_t type)
{
    switch (fault) {
    case ZONE_FAULT_OUT_OF_ZONE:
        return CHECK_OUT_OF_ZONE;
    case ZONE_FAULT_META_TYPE:
        return CHECK_META_TYPE;
    case ZONE_FAULT_CNAME_AND_OTHER:
        return CHECK_CNAME_AND_OTHER;
    case ZONE_FAULT_SINGLETON:
        return type == TYPE_SOA ? CHECK_SOA_MULTIPLE : CHECK_SINGLETON_MULTIPLE;
    case ZONE_FAULT_SOA_NOT_APEX:
        return CHECK_SOA_NOT_APEX;
    case ZONE_FAULT_NO_SOA:
        return CHECK_SOA_MISSING;
    case ZONE_FAULT_RECORDS_PER_RRSET:
        return CHECK_RECORDS_PER_RRSET;
    case ZONE_FAULT_TYPES_PER_NAME:
        return CHECK_TYPES_PER_NAME;
    case ZONE_FAULT_NODE_BYTES:
        return CHECK_NODE_BYTES;
    default:
        return CHECK_RDATA;
    }
}

static enum result add_record(void *context, const struct master_record *record)
{
    struct master_load *load = context;
    const struct check_finding finding = {record->owner, record->type, NULL};
    load->result.read++;
    if (!record->in_zone) {
        load->result.out_of_zone++;
        check_tell(&load->problems, CHECK_OUT_OF_ZONE, record->place, finding);
        return OK;
    }
    const struct rr rr = {record->rdata, record->size};
    enum result result = zone_edit_add(load->edit, record->owner, record->type, record->ttl, &rr);
    if (result == UNCHANGED) {
        load->result.duplicates++;
        return OK;
    }
    if (result == OK) {
        if (zone_edit_ttl_differed(load->edit)) {
            check_tell(&load->problems, CHECK_TTL_DIFFERS, record->place, finding);
        }
        return OK;
    }
    if (result == ERROR_SEMANTICS || result == REFUSED_LIMIT) {
        /* One bad record is told; reading goes on, for the other errors of the file. */
        check_tell(&load->problems, check_of(zone_edit_fault(load->edit), record->type),
                   record->place, finding);
        return OK;
    }
    check_tell(&load->problems, CHECK_MEMORY, record->place, finding);
    return result;
}

static const char *file_of(const struct master_load *load)
{
    return load->options.path != NULL ? load->options.path : load->options.label;
}

enum result master_load_begin(struct master_load *load, struct master_reader *reader,
                              const struct master_load_options *options)
{
    *load = (struct master_load){
        .options = *options,
        .reader = reader,
        .problems = {.tell = options->tell, .context = options->context},
    };
    enum result result =
        zone_edit_begin_new(options->heap, options->apex, &options->limits, &load->edit);
    if (result != OK) {
        check_tell(&load->problems, CHECK_MEMORY, (struct master_place){.file = file_of(load)},
                   (struct check_finding){0});
        return result;
    }
    const struct master_reader_options reading = {
        .apex = options->apex,
        .include_outside = options->include_outside,
        .record = add_record,
        .context = load,
        .problems = &load->problems,
        .progress = options->progress,
    };
    if (options->path == NULL) {
        master_reader_open_text(reader, options->label, options->text, options->text_size,
                                &reading);
        return OK;
    }
    result = master_reader_open(reader, options->path, &reading);
    if (result != OK) {
        zone_edit_abandon(load->edit);
    }
    return result;
}

/* The file is read without an error: the version is made and looked at as a whole. */
static enum result finish(struct master_load *load, struct snapshot **ret_snapshot)
{
    const struct master_place place = {.file = file_of(load)};
    struct snapshot *snapshot;
    enum result result = zone_edit_commit(load->edit, &snapshot);
    if (result != OK) {
        check_tell(&load->problems, result == ERROR_SEMANTICS ? CHECK_SOA_MISSING : CHECK_MEMORY,
                   place, (struct check_finding){0});
        return result;
    }
    load->edit = NULL;
    check_snapshot(snapshot, place.file, &load->problems);
    if (load->problems.errors != 0) {
        snapshot_release(snapshot);
        return ERROR_SEMANTICS;
    }
    load->result.serial = snapshot->serial;
    load->result.records = snapshot->record_count;
    *ret_snapshot = snapshot;
    return OK;
}

enum result master_load_step(struct master_load *load, uint32_t records_max,
                             struct snapshot **ret_snapshot)
{
    uint64_t begin_ns = clock_ns(clock_real());
    enum result result = master_reader_step(load->reader, records_max);
    if (result == OK) {
        result = finish(load, ret_snapshot);
    }
    load->result.duration_ns += clock_ns(clock_real()) - begin_ns;
    return result;
}

void master_load_end(struct master_load *load, struct master_load_result *ret_result)
{
    master_reader_close(load->reader);
    zone_edit_abandon(load->edit);
    load->edit = NULL;
    load->result.errors = load->problems.errors;
    load->result.warnings = load->problems.warnings;
    if (ret_result != NULL) {
        *ret_result = load->result;
    }
}

enum result master_load_zone(struct master_reader *reader,
                             const struct master_load_options *options,
                             struct snapshot **ret_snapshot, struct master_load_result *ret_result)
{
    struct master_load load;
    enum result result = master_load_begin(&load, reader, options);
    if (result != OK) {
        if (ret_result != NULL) {
            *ret_result = (struct master_load_result){.errors = load.problems.errors};
        }
        return result;
    }
    do {
        result = master_load_step(&load, UINT32_MAX, ret_snapshot);
    } while (result == MORE);
    master_load_end(&load, ret_result);
    return result;
}
