// SPDX-License-Identifier: Apache-2.0
#include "server/plimsolld/program_pages.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define MAPS_BYTES_MAX (256u * 1024u)
#define LINE_BYTES_MAX 512u

/** One line of /proc/self/maps: "begin-end perms offset device inode path". */
static size_t mapping_bytes(const char *line)
{
    uint64_t ends[2] = {0, 0};
    for (unsigned i = 0; i < 2; i++) {
        for (; (*line >= '0' && *line <= '9') || (*line >= 'a' && *line <= 'f'); line++) {
            unsigned digit = (unsigned)(*line <= '9' ? *line - '0' : *line - 'a' + 10);
            ends[i] = ends[i] << 4 | digit;
        }
        line++; /* "-" or the blank */
    }
    bool is_file = strchr(line, '/') != NULL;
    bool is_reserved = strncmp(line, "---p", 4) == 0;
    /* Anonymous memory at this point is the allocator's and charged as such; a library's data and
     * the program's own are of its file. */
    return is_file && !is_reserved && ends[1] > ends[0] ? (size_t)(ends[1] - ends[0]) : 0;
}

size_t program_pages_bytes(void)
{
    int fd = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return PROGRAM_PAGES_UNKNOWN;
    }
    char line[LINE_BYTES_MAX];
    char chunk[4096];
    size_t length = 0;
    size_t total = 0;
    size_t seen = 0;
    ssize_t got;
    while ((got = read(fd, chunk, sizeof chunk)) > 0 && seen < MAPS_BYTES_MAX) {
        seen += (size_t)got;
        for (ssize_t i = 0; i < got; i++) {
            if (chunk[i] == '\n') {
                line[length] = '\0';
                total += mapping_bytes(line);
                length = 0;
            } else if (length + 1 < sizeof line) {
                line[length++] = chunk[i];
            }
        }
    }
    close(fd);
    return got < 0 || total == 0 ? PROGRAM_PAGES_UNKNOWN : total;
}

void program_stack_hold(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_STACK, &limit) == 0 && limit.rlim_cur > PROGRAM_STACK_BYTES) {
        limit.rlim_cur = PROGRAM_STACK_BYTES;
        (void)setrlimit(RLIMIT_STACK, &limit);
    }
}
