/* Moves the wall clock of one process of a stack, also while it runs; the monotonic clock stays right.
 *
 * Preloaded into a whole stack. PROOF_CLOCKS names a folder with a file for each process that may be told a
 * wrong time: two 64-bit numbers, the shift in nanoseconds and how often the process was told a shifted time.
 * A process without a file, or whose shift is 0, is told the truth.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define SECOND 1000000000LL

static int64_t *shared;
static int (*true_time)(clockid_t, struct timespec *);

/* What comes behind `-m ioc` on the command line; `reducer` for `worker --role reduce`. */
static const char *own_name(char *line, ssize_t size) {
    const char *name = NULL;
    const char *before = "", *before_that = "";
    for (char *at = line; at < line + size; at += strlen(at) + 1) {
        if (!name && !strcmp(before, "ioc") && !strcmp(before_that, "-m"))
            name = at;
        if (name && !strcmp(before, "--role") && !strcmp(at, "reduce"))
            return "reducer";
        before_that = before;
        before = at;
    }
    return name;
}

__attribute__((constructor)) static void begin(void) {
    true_time = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
    const char *folder = getenv("PROOF_CLOCKS");
    int said = open("/proc/self/cmdline", O_RDONLY);
    char line[4096], path[4096];
    ssize_t size = said < 0 ? 0 : read(said, line, sizeof line - 1);
    if (said >= 0)
        close(said);
    if (!folder || size <= 0)
        return;
    line[size] = 0;
    const char *name = own_name(line, size);
    if (!name || snprintf(path, sizeof path, "%s/%s", folder, name) >= (int)sizeof path)
        return;
    int file = open(path, O_RDWR);
    if (file < 0)
        return;
    void *held = mmap(NULL, 2 * sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    close(file);
    if (held != MAP_FAILED)
        shared = held;
}

int clock_gettime(clockid_t clock, struct timespec *at) {
    int done = true_time(clock, at);
    int64_t shift = shared ? shared[0] : 0;
    if (done || !shift || (clock != CLOCK_REALTIME && clock != CLOCK_REALTIME_COARSE))
        return done;
    __atomic_add_fetch(&shared[1], 1, __ATOMIC_RELAXED);
    int64_t moved = at->tv_sec * SECOND + at->tv_nsec + shift;
    at->tv_sec = moved / SECOND;
    at->tv_nsec = moved % SECOND;
    return 0;
}

int gettimeofday(struct timeval *restrict at, void *restrict zone) {
    struct timespec now;
    (void)zone;
    if (clock_gettime(CLOCK_REALTIME, &now))
        return -1;
    at->tv_sec = now.tv_sec;
    at->tv_usec = now.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *at) {
    struct timespec now;
    if (clock_gettime(CLOCK_REALTIME, &now))
        return -1;
    if (at)
        *at = now.tv_sec;
    return now.tv_sec;
}
