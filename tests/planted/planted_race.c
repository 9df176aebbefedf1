// SPDX-License-Identifier: Apache-2.0
#include <pthread.h>
#include <stddef.h>

// Two threads add to one counter without any order between them.
static long counter;

static void *planted_race(void *argument)
{
    (void)argument;
    for (int i = 0; i < 100000; i++) {
        counter++;
    }
    return NULL;
}

int main(void)
{
    pthread_t threads[2];
    for (size_t i = 0; i < 2; i++) {
        if (pthread_create(&threads[i], NULL, planted_race, NULL) != 0) {
            return 1;
        }
    }
    for (size_t i = 0; i < 2; i++) {
        pthread_join(threads[i], NULL);
    }
    return 0;
}
