// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/fuzz.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Stands in for libFuzzer: each seed once as it is, then cut and bent. The sequence is fixed, so a
// failure can be repeated: it is in the line that was printed last.
#define SEED_BYTES_MAX (1u << 20)
#define MUTATIONS 500u
#define MUTATED_BYTES_MAX 16384u /* larger seeds run only as they are */

static uint8_t seed_bytes[SEED_BYTES_MAX];

static uint64_t step(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

// Each input is a block of its own and of its exact size, so that a sanitizer sees the first byte
// read past its end.
static void run(const uint8_t *data, size_t size)
{
    uint8_t *exact = malloc(size > 0 ? size : 1);
    if (exact == NULL) {
        return;
    }
    if (size > 0) {
        memcpy(exact, data, size);
    }
    LLVMFuzzerTestOneInput(exact, size);
    free(exact);
}

static void mutate(uint8_t *bytes, size_t *size, uint64_t *state)
{
    static const uint8_t edges[] = {0x00, 0x01, 0x3f, 0x40, 0x7f, 0x80, 0xc0, 0xff, '"', '\\'};
    uint64_t changes = 1 + step(state) % 4;
    for (uint64_t i = 0; i<changes && * size> 0; i++) {
        size_t at = step(state) % *size;
        switch (step(state) % 5) {
        case 0:
            bytes[at] ^= (uint8_t)(1u << step(state) % 8);
            break;
        case 1:
            bytes[at] = edges[step(state) % sizeof edges];
            break;
        case 2:
            *size = at;
            break;
        case 3:
            memmove(bytes + at, bytes + at + 1, *size - at - 1);
            *size -= 1;
            break;
        default:
            bytes[at] = (uint8_t)step(state);
            break;
        }
    }
}

static int replay(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        perror(path);
        return 1;
    }
    size_t size = fread(seed_bytes, 1, sizeof seed_bytes, file);
    fclose(file);
    printf("%s (%zu bytes, %u mutations)\n", path, size,
           size <= MUTATED_BYTES_MAX ? MUTATIONS : 0u);
    fflush(stdout);
    run(seed_bytes, size);
    uint64_t state = 0x9e3779b97f4a7c15u ^ size;
    for (unsigned i = 0; i < MUTATIONS && size <= MUTATED_BYTES_MAX; i++) {
        uint8_t bent[MUTATED_BYTES_MAX];
        size_t bent_size = size;
        memcpy(bent, seed_bytes, size);
        mutate(bent, &bent_size, &state);
        run(bent, bent_size);
    }
    return 0;
}

int main(int argc, char **argv)
{
    int status = 0;
    size_t count = 0;
    run(NULL, 0);
    for (int i = 1; i < argc; i++) {
        DIR *folder = opendir(argv[i]);
        if (folder == NULL) {
            status |= replay(argv[i]);
            count++;
            continue;
        }
        for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
            char path[4096];
            if (entry->d_name[0] != '.') {
                snprintf(path, sizeof path, "%s/%s", argv[i], entry->d_name);
                status |= replay(path);
                count++;
            }
        }
        closedir(folder);
    }
    printf("%zu seeds\n", count);
    return count == 0 ? 1 : status;
}
