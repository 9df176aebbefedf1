// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "server/security/access_list.h"

/**
 * What the configuration says of one zone. Plain data; the pointers belong to the configuration
 * that made it and live as long.
 */
enum zone_type {
    ZONE_PRIMARY,
};

struct zone_options {
    const uint8_t *name; /* wire form */
    enum zone_type type;
    bool include_outside;            /* $INCLUDE may leave the zone file's directory */
    const char *file;                /* path of the master file */
    const struct access_list *query; /* who may ask; NULL: the server's list */
    uint32_t records_per_rrset_max;  /* 1..65535 */
};
