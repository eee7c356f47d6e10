/* Kills the process before its N-th file operation (YAOHAO_KILL_AT=N); of a write the first half is done.
 * With YAOHAO_TRACE=FILE it lists the operations that matter after a loss of power instead. Only for tests. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static long done;

static int due(void) {
  static long at = -1;
  if (at < 0) at = getenv("YAOHAO_KILL_AT") ? atol(getenv("YAOHAO_KILL_AT")) : 0;
  return at > 0 && ++done == at;
}
static void die(void) { kill(getpid(), SIGKILL); for (;;) pause(); }
static void before(void) { if (due()) die(); }

static void trace(const char *what, const char *one, const char *two) {
  const char *file = getenv("YAOHAO_TRACE");
  if (!file) return;
  char line[2048];
  int length = snprintf(line, sizeof line, "%s\t%s\t%s\n", what, one, two);
  static int (*real)(const char *, int, ...);
  static ssize_t (*put)(int, const void *, size_t);
  if (!real) real = dlsym(RTLD_NEXT, "open64");
  if (!put) put = dlsym(RTLD_NEXT, "write");
  int fd = real(file, O_WRONLY | O_APPEND | O_CREAT, 0600);
  if (put(fd, line, length) != length) die();
  close(fd);
}
static void trace_fd(const char *what, int fd) {
  char link[64], path[1024];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  path[length < 0 ? 0 : length] = 0;
  trace(what, path, "");
}

#define REAL(name, type, ...) static type (*real)(__VA_ARGS__); if (!real) real = dlsym(RTLD_NEXT, #name)

#define OPEN(name) \
  int name(const char *path, int flags, ...) { \
    va_list more; va_start(more, flags); mode_t mode = va_arg(more, mode_t); va_end(more); \
    REAL(name, int, const char *, int, ...); \
    before(); \
    int fd = real(path, flags, mode); \
    if (fd >= 0 && (flags & O_TRUNC)) trace_fd("create", fd); \
    return fd; \
  }
OPEN(open) OPEN(open64)

ssize_t write(int fd, const void *bytes, size_t length) {
  REAL(write, ssize_t, int, const void *, size_t);
  if (due()) { if (real(fd, bytes, length / 2) >= 0) die(); die(); }
  return real(fd, bytes, length);
}
int fsync(int fd) { REAL(fsync, int, int); before(); trace_fd("sync", fd); return real(fd); }
int fdatasync(int fd) { REAL(fdatasync, int, int); before(); trace_fd("sync", fd); return real(fd); }
int rename(const char *from, const char *to) { REAL(rename, int, const char *, const char *); before(); trace("rename", from, to); return real(from, to); }
int mkdir(const char *path, mode_t mode) {
  REAL(mkdir, int, const char *, mode_t);
  before();
  int result = real(path, mode);
  if (result == 0) trace("mkdir", path, "");
  return result;
}
int unlink(const char *path) { REAL(unlink, int, const char *); before(); return real(path); }
int unlinkat(int fd, const char *path, int flags) { REAL(unlinkat, int, int, const char *, int); before(); return real(fd, path, flags); }
int rmdir(const char *path) { REAL(rmdir, int, const char *); before(); return real(path); }
int flock(int fd, int how) { REAL(flock, int, int, int); before(); return real(fd, how); }
