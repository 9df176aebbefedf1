// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <stddef.h>

/**
 * The page / of the endpoint: page.html, compiled in by embed_page.py. It needs nothing from
 * elsewhere and refreshes itself from /stats.
 */
extern const char stats_page[];
extern const size_t stats_page_size; /* without the terminating zero */
