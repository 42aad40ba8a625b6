/* Loaded into nospill by tests (shim.rs): a clock that is set or jumps, a record of the files that are written, a signal
 * at a step of the program, and a file that is shortened as soon as it is mapped. The programs that nospill starts are left alone. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static int is_ours(void) { return !strcmp(program_invocation_short_name, "nospill"); }

/* SHIM_CLOCK: seconds since 1970, or "jump": every look is seventy years before or after the one before it. */
static void set(clockid_t clock, struct timespec *time) {
    static int looks;
    const char *wanted = getenv("SHIM_CLOCK");
    if (!wanted || !is_ours() || (clock != CLOCK_REALTIME && clock != CLOCK_REALTIME_COARSE))
        return;
    if (strcmp(wanted, "jump"))
        time->tv_sec = atoll(wanted);
    else
        time->tv_sec += __atomic_fetch_add(&looks, 1, __ATOMIC_SEQ_CST) % 2 ? 2208988800 : -2208988800;
}

int clock_gettime(clockid_t clock, struct timespec *time) {
    int result = syscall(SYS_clock_gettime, clock, time);
    set(clock, time);
    return result;
}

time_t time(time_t *result) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (result)
        *result = now.tv_sec;
    return now.tv_sec;
}

int gettimeofday(struct timeval *result, void *zone) {
    struct timespec now;
    (void)zone;
    clock_gettime(CLOCK_REALTIME, &now);
    result->tv_sec = now.tv_sec;
    result->tv_usec = now.tv_nsec / 1000;
    return 0;
}

/* SHIM_SIGNAL: sent at step SHIM_AT. */
static void step(void) {
    static int steps;
    const char *number = getenv("SHIM_SIGNAL"), *at = getenv("SHIM_AT");
    if (number && at && is_ours() && __atomic_add_fetch(&steps, 1, __ATOMIC_SEQ_CST) == atoi(at))
        raise(atoi(number));
}

/* SHIM_OF: a step is to open a file whose path holds this. Without it each call is one that may change a file, from the first
 * file that is made on. */
static int is_making;

static void changes(void) {
    if (!getenv("SHIM_OF") && __atomic_load_n(&is_making, __ATOMIC_SEQ_CST))
        step();
}

static int opened(int folder, const char *path, int flags, mode_t mode) {
    const char *part = getenv("SHIM_OF");
    if (flags & O_CREAT)
        __atomic_store_n(&is_making, 1, __ATOMIC_SEQ_CST);
    if (part && strstr(path, part))
        step();
    changes();
    return syscall(SYS_openat, folder, path, flags, mode);
}

#define OPEN(name)                                                                                                                 \
    int name(const char *path, int flags, ...) {                                                                                   \
        va_list rest;                                                                                                              \
        va_start(rest, flags);                                                                                                     \
        mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0;                                                    \
        va_end(rest);                                                                                                              \
        return opened(AT_FDCWD, path, flags, mode);                                                                                \
    }
OPEN(open)
OPEN(open64)

#define OPENAT(name)                                                                                                               \
    int name(int folder, const char *path, int flags, ...) {                                                                       \
        va_list rest;                                                                                                              \
        va_start(rest, flags);                                                                                                     \
        mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0;                                                    \
        va_end(rest);                                                                                                              \
        return opened(folder, path, flags, mode);                                                                                  \
    }
OPENAT(openat)
OPENAT(openat64)

/* SHIM_WRITES: a file that gets the mode and the path of every file, at every write to it. */
static void record(int file) {
    const char *into = getenv("SHIM_WRITES");
    struct stat meta;
    if (!into || !is_ours() || fstat(file, &meta) || !S_ISREG(meta.st_mode))
        return;
    char link[64], path[4000], line[4100];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, sizeof path - 1);
    path[length < 0 ? 0 : length] = 0;
    int bytes = snprintf(line, sizeof line, "%o %s\n", meta.st_mode & 07777, path);
    int log = syscall(SYS_openat, AT_FDCWD, into, O_WRONLY | O_APPEND | O_CREAT, 0600);
    if (log < 0 || syscall(SYS_write, log, line, bytes) != bytes)
        abort();
    syscall(SYS_close, log);
}

ssize_t write(int file, const void *bytes, size_t count) {
    changes();
    ssize_t result = syscall(SYS_write, file, bytes, count);
    int before = errno;
    record(file);
    errno = before;
    return result;
}

int fsync(int file) {
    changes();
    return syscall(SYS_fsync, file);
}

int fchmod(int file, mode_t mode) {
    changes();
    return syscall(SYS_fchmod, file, mode);
}

int close(int file) {
    changes();
    return syscall(SYS_close, file);
}

int rename(const char *from, const char *to) {
    changes();
    return syscall(SYS_rename, from, to);
}

/* SHIM_SHORTEN: each file whose path holds this is cut to its first page when it was mapped. */
static void *mapped(void *place, size_t length, int access, int flags, int file, off_t from) {
    const char *part = getenv("SHIM_SHORTEN");
    void *map = (void *)syscall(SYS_mmap, place, length, access, flags, file, from);
    if (file < 0 || !part || !is_ours())
        return map;
    char link[64], path[4000];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t size = readlink(link, path, sizeof path - 1);
    path[size < 0 ? 0 : size] = 0;
    if (strstr(path, part) && truncate(path, 4096))
        abort();
    return map;
}

#undef mmap
void *mmap(void *place, size_t length, int access, int flags, int file, off_t from) {
    return mapped(place, length, access, flags, file, from);
}
void *mmap64(void *place, size_t length, int access, int flags, int file, off_t from) {
    return mapped(place, length, access, flags, file, from);
}
