/* Preloaded into a program: lets one system call that changes a study's files fail, or ends the
 * program at it.
 *
 *   FAULT_FOLDER   only calls on files in this folder count
 *   FAULT_AT       which call, from 1; 0 counts them all
 *   FAULT_KIND     kill    the program ends before the call
 *                  torn    half of a write is done, then the program ends
 *                  short   half of a write is done, and the call says so
 *                  eio     this call fails with EIO
 *                  enospc  this call and all later ones that need room fail with ENOSPC
 *   FAULT_COUNT    a file that takes the number of calls
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum kind { NONE, KILL, TORN, SHORT, EIO_ONCE, FULL };

static const char *folder;
static long at;
static enum kind kind;
static atomic_long calls;
static __thread int inside;

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

__attribute__((constructor)) static void begin(void) {
  const char *text = getenv("FAULT_KIND");
  folder = getenv("FAULT_FOLDER");
  at = getenv("FAULT_AT") ? atol(getenv("FAULT_AT")) : 0;
  if (!text) return;
  kind = !strcmp(text, "kill") ? KILL
       : !strcmp(text, "torn") ? TORN
       : !strcmp(text, "short") ? SHORT
       : !strcmp(text, "eio") ? EIO_ONCE
       : !strcmp(text, "enospc") ? FULL
                                 : NONE;
}

__attribute__((destructor)) static void end(void) {
  const char *path = getenv("FAULT_COUNT");
  if (!path) return;
  folder = NULL;
  FILE *file = fopen(path, "w");
  if (!file) return;
  fprintf(file, "%ld\n", atomic_load(&calls));
  fclose(file);
}

static int is_inside(const char *path) {
  return folder && path && !strncmp(path, folder, strlen(folder));
}

static int is_ours(int descriptor) {
  char link[64], path[4096];
  if (!folder || inside) return 0;
  snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length <= 0) return 0;
  path[length] = 0;
  return is_inside(path);
}

/* Whether this call fails, with errno set; does not return where the program is to end. */
static enum kind fault(int needs_room) {
  long call = atomic_fetch_add(&calls, 1) + 1;
  if (!at) return NONE;
  if (kind == FULL && call >= at && needs_room) {
    errno = ENOSPC;
    return FULL;
  }
  if (call != at) return NONE;
  if (kind == KILL) _exit(137);
  if (kind == EIO_ONCE) errno = EIO;
  return kind == FULL ? NONE : kind;
}

static ssize_t half(enum kind what, ssize_t done) {
  if (what == TORN) _exit(137);
  return done;
}

ssize_t write(int descriptor, const void *bytes, size_t count) {
  enum kind what = is_ours(descriptor) ? fault(1) : NONE;
  if (what == EIO_ONCE || what == FULL) return -1;
  if (what == TORN || what == SHORT)
    return half(what, REAL(write)(descriptor, bytes, (count + 1) / 2));
  return REAL(write)(descriptor, bytes, count);
}

ssize_t pwrite(int descriptor, const void *bytes, size_t count, off_t place) {
  enum kind what = is_ours(descriptor) ? fault(1) : NONE;
  if (what == EIO_ONCE || what == FULL) return -1;
  if (what == TORN || what == SHORT)
    return half(what, REAL(pwrite)(descriptor, bytes, (count + 1) / 2, place));
  return REAL(pwrite)(descriptor, bytes, count, place);
}

ssize_t pwrite64(int descriptor, const void *bytes, size_t count, off64_t place) {
  return pwrite(descriptor, bytes, count, place);
}

/* A call without a half: a torn or short one is done. */
#define WHOLE(ours, needs_room, call)                 \
  do {                                                \
    enum kind what = (ours) ? fault(needs_room) : NONE; \
    if (what == EIO_ONCE || what == FULL) return -1;  \
    int result = (call);                              \
    if (what == TORN) _exit(137);                     \
    return result;                                    \
  } while (0)

int fsync(int descriptor) { WHOLE(is_ours(descriptor), 1, REAL(fsync)(descriptor)); }
int fdatasync(int descriptor) { WHOLE(is_ours(descriptor), 1, REAL(fdatasync)(descriptor)); }

int ftruncate(int descriptor, off_t size) {
  WHOLE(is_ours(descriptor), 0, REAL(ftruncate)(descriptor, size));
}

int ftruncate64(int descriptor, off64_t size) { return ftruncate(descriptor, size); }

int rename(const char *from, const char *to) { WHOLE(is_inside(to), 1, REAL(rename)(from, to)); }
int unlink(const char *path) { WHOLE(is_inside(path), 0, REAL(unlink)(path)); }
int rmdir(const char *path) { WHOLE(is_inside(path), 0, REAL(rmdir)(path)); }
int mkdir(const char *path, mode_t mode) { WHOLE(is_inside(path), 1, REAL(mkdir)(path, mode)); }

int unlinkat(int at_folder, const char *path, int flags) {
  WHOLE(is_inside(path) || is_ours(at_folder), 0, REAL(unlinkat)(at_folder, path, flags));
}

int open(const char *path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0;
  va_end(rest);
  WHOLE(is_inside(path) && flags & (O_CREAT | O_TRUNC), 1, REAL(open)(path, flags, mode));
}

int open64(const char *path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0;
  va_end(rest);
  return open(path, flags, mode);
}
