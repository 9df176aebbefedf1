// SPDX-License-Identifier: Apache-2.0
#include "threadpool/lanes.h"

#include <assert.h>
#include <string.h>

void lanes_init(struct lanes *lanes, uint16_t count)
{
    assert(count >= 1 && count <= LANES_MAX);
    memset(lanes, 0, sizeof *lanes);
    lanes->count = count;
    for (uint16_t i = 0; i < LANES_MAX; i++) {
        lanes->server[i] = LANES_NOBODY;
    }
}

uint16_t lanes_server(const struct lanes *lanes, uint16_t lane)
{
    assert(lane < lanes->count);
    return lanes->server[lane];
}

uint16_t lanes_load(const struct lanes *lanes, uint16_t worker)
{
    uint16_t load = 0;
    for (uint16_t lane = 0; lane < lanes->count; lane++) {
        load = (uint16_t)(load + (lanes->server[lane] == worker ? 1 : 0));
    }
    return load;
}

static uint16_t lanes_least_loaded(const struct lanes *lanes)
{
    uint16_t best = LANES_NOBODY;
    uint16_t best_load = UINT16_MAX;
    for (uint16_t worker = 0; worker < lanes->count; worker++) {
        uint16_t load = lanes_load(lanes, worker);
        if (lanes->living[worker] && load < best_load) {
            best = worker;
            best_load = load;
        }
    }
    return best;
}

uint16_t lanes_update(struct lanes *lanes, const bool living[LANES_MAX],
                      struct lane_move ret_moves[LANES_MAX])
{
    uint16_t before[LANES_MAX];
    memcpy(before, lanes->server, sizeof before);
    memcpy(lanes->living, living, sizeof lanes->living);

    /* First everybody gets the own lane back, and the missing lose theirs; then the orphans go to
     * whoever has least, which is only known after that. */
    for (uint16_t lane = 0; lane < lanes->count; lane++) {
        if (living[lane]) {
            lanes->server[lane] = lane;
        } else if (lanes->server[lane] != LANES_NOBODY && !living[lanes->server[lane]]) {
            lanes->server[lane] = LANES_NOBODY;
        }
    }
    for (uint16_t lane = 0; lane < lanes->count; lane++) {
        if (lanes->server[lane] == LANES_NOBODY) {
            lanes->server[lane] = lanes_least_loaded(lanes);
        }
    }

    uint16_t count = 0;
    for (uint16_t lane = 0; lane < lanes->count; lane++) {
        if (lanes->server[lane] == before[lane]) {
            continue;
        }
        bool can_release = before[lane] != LANES_NOBODY && living[before[lane]];
        ret_moves[count++] = (struct lane_move){
            .lane = lane,
            .from = can_release ? before[lane] : LANES_NOBODY,
            .to = lanes->server[lane],
        };
    }
    return count;
}
