// SPDX-License-Identifier: Apache-2.0
#include "server/plimsolld/notify.h"

void notify_ready(const char *status)
{
    (void)status;
}

void notify_status(const char *status)
{
    (void)status;
}

void notify_reloading(uint64_t now_us)
{
    (void)now_us;
}

void notify_stopping(void)
{
}

void notify_alive(void)
{
}

uint64_t notify_alive_every_ms(void)
{
    return 0;
}
