// SPDX-License-Identifier: Apache-2.0
#include "server/zone/check.h"

#include "server/wire/name.h"
#include "server/wire/rrtype.h"

#include <assert.h>

static const struct check table[CHECK_COUNT] = {
    [CHECK_SOA_MISSING] = {"soa-missing", MASTER_ERROR, "the zone has no SOA record"},
    [CHECK_SOA_MULTIPLE] = {"soa-multiple", MASTER_ERROR, "a second SOA record"},
    [CHECK_SOA_NOT_APEX] = {"soa-not-apex", MASTER_ERROR, "a SOA record below the zone's apex"},
    [CHECK_NS_MISSING] = {"ns-missing", MASTER_ERROR, "the zone has no NS record"},
    [CHECK_CNAME_AND_OTHER] = {"cname-and-other-data", MASTER_ERROR,
                               "a CNAME and other data at one name"},
    [CHECK_SINGLETON_MULTIPLE] = {"singleton-multiple", MASTER_ERROR,
                                  "a second record of a type that allows one"},
    [CHECK_OUT_OF_ZONE] = {"out-of-zone", MASTER_WARNING, "outside the zone, ignored"},
    [CHECK_TTL_DIFFERS] = {"ttl-differs", MASTER_WARNING,
                           "a TTL other than that of the set's first record, which is used"},
    [CHECK_META_TYPE] = {"meta-type", MASTER_ERROR, "a type that no zone can hold"},
    [CHECK_RDATA] = {"rdata", MASTER_ERROR, "data too short or too long for its type"},
    [CHECK_RECORDS_PER_RRSET] = {"records-per-rrset", MASTER_ERROR,
                                 "more records in one set than the limit"},
    [CHECK_TYPES_PER_NAME] = {"types-per-name", MASTER_ERROR,
                              "more types at one name than the limit"},
    [CHECK_NODE_BYTES] = {"name-too-large", MASTER_ERROR, "more data at one name than the limit"},
    [CHECK_MEMORY] = {"memory", MASTER_ERROR, "the memory for zones is used up"},
    [CHECK_DNAME_DESCENDANTS] = {"dname-descendants", MASTER_WARNING,
                                 "names below a DNAME are never answered from"},
    [CHECK_NS_NO_ADDRESS] = {"ns-without-address", MASTER_ERROR,
                             "a name server of the zone, in the zone, has no address"},
    [CHECK_NS_CNAME] = {"ns-is-cname", MASTER_ERROR, "a name server of the zone is a CNAME"},
    [CHECK_GLUE_MISSING] = {"glue-missing", MASTER_WARNING,
                            "a delegation's name server, below it, has no address here"},
    [CHECK_TARGET_CNAME] = {"target-is-cname", MASTER_WARNING, "the target is a CNAME"},
    [CHECK_TARGET_NO_ADDRESS] = {"target-without-address", MASTER_WARNING,
                                 "the target, in the zone, has no address"},
    [CHECK_DS_NO_DELEGATION] = {"ds-without-delegation", MASTER_WARNING,
                                "a DS where nothing is delegated"},
    [CHECK_DNSKEY_UNSIGNED] = {"dnskey-unsigned", MASTER_WARNING,
                               "the zone has DNSKEY records and no signature over them"},
    [CHECK_RRSIG_MISSING] = {"rrsig-missing", MASTER_WARNING,
                             "a set without signatures in a signed zone"},
    [CHECK_NSEC_MISSING] = {"nsec-missing", MASTER_WARNING,
                            "a name without NSEC in a zone that uses it"},
    [CHECK_NSEC_CHAIN] = {"nsec-chain", MASTER_WARNING,
                          "the NSEC before does not lead to this name"},
    [CHECK_NSEC3_MISSING] = {"nsec3-missing", MASTER_WARNING,
                             "the zone has NSEC3PARAM and no NSEC3 records that fit it"},
    [CHECK_NSEC3_CHAIN] = {"nsec3-chain", MASTER_WARNING,
                           "the NSEC3 before does not lead to this name"},
};

const struct check *check_at(enum check_id id)
{
    assert((unsigned)id < CHECK_COUNT);
    return &table[id];
}

void check_tell(struct master_problems *problems, enum check_id id, struct master_place place,
                struct check_finding finding)
{
    const struct check *check = check_at(id);
    char owner[NAME_TEXT_MAX] = "";
    char type[RRTYPE_TEXT_MAX];
    if (finding.owner != NULL) {
        (void)name_to_text(finding.owner, owner);
    }
    bool has_type = finding.type != 0;
    master_problems_add(problems, check->severity, check->name, place, "%s%s%s%s%s%s%s", owner,
                        finding.owner != NULL && has_type ? " " : "",
                        has_type ? rrtype_to_text(finding.type, type) : "",
                        finding.owner != NULL || has_type ? ": " : "", check->sentence,
                        finding.detail != NULL ? ": " : "",
                        finding.detail != NULL ? finding.detail : "");
}
