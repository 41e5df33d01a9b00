#define _GNU_SOURCE
#include "cprocesses.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

int cprocesses_become_subreaper(void) { return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); }

int cprocesses_signal_descriptor(const int *signals, int count) {
  sigset_t set;
  sigemptyset(&set);
  for (int i = 0; i < count; i++) sigaddset(&set, signals[i]);
  if (sigprocmask(SIG_BLOCK, &set, NULL) != 0) return -1;
  return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

int cprocesses_read_signal(int descriptor) {
  struct signalfd_siginfo info;
  ssize_t n = read(descriptor, &info, sizeof info);
  if (n == (ssize_t)sizeof info) return (int)info.ssi_signo;
  return n < 0 && (errno == EAGAIN || errno == EINTR) ? 0 : -1;
}

pid_t cprocesses_peek_ended_child(void) {
  siginfo_t info;
  memset(&info, 0, sizeof info);
  if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) != 0) return errno == ECHILD ? 0 : -1;
  return info.si_pid;
}

int cprocesses_reap(pid_t child) {
  int status = 0;
  if (waitpid(child, &status, 0) != child) return -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 256 + WTERMSIG(status);
}

int64_t cprocesses_peer_user(int socket) {
  struct ucred peer;
  socklen_t length = sizeof peer;
  return getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &length) == 0 ? (int64_t)peer.uid : -1;
}

int cprocesses_listen(const char *path, int backlog) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (strlen(path) >= sizeof address.sun_path) {
    errno = ENAMETOOLONG;
    return -1;
  }
  strcpy(address.sun_path, path);
  int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (listener < 0) return -1;
  if (bind(listener, (struct sockaddr *)&address, sizeof address) != 0
      || listen(listener, backlog) != 0) {
    int saved = errno;
    close(listener);
    errno = saved;
    return -1;
  }
  return listener;
}

int cprocesses_accept(int listener) { return accept4(listener, NULL, NULL, SOCK_CLOEXEC); }

int cprocesses_poll(struct pollfd *entries, int count, double seconds) {
  struct timespec pause = {.tv_sec = (time_t)seconds};
  pause.tv_nsec = (long)((seconds - (double)pause.tv_sec) * 1e9);
  return ppoll(entries, (nfds_t)count, seconds < 0 ? NULL : &pause, NULL);
}

ssize_t cprocesses_copy_range(int from, int to, size_t count) {
  return copy_file_range(from, NULL, to, NULL, count, 0);
}

int cprocesses_spawn_new_session(void) { return POSIX_SPAWN_SETSID; }

int cprocesses_usable_cpus(int *cpus, int capacity) {
  // A set that is smaller than the kernel's is refused: sched_setaffinity(2), "NOTES".
  for (int size = CPU_SETSIZE; size <= 1 << 20; size *= 2) {
    cpu_set_t *set = CPU_ALLOC(size);
    if (!set) return -1;
    if (sched_getaffinity(0, CPU_ALLOC_SIZE(size), set) == 0) {
      int count = 0;
      for (int cpu = 0; cpu < size && count < capacity; cpu++)
        if (CPU_ISSET_S(cpu, CPU_ALLOC_SIZE(size), set)) cpus[count++] = cpu;
      CPU_FREE(set);
      return count;
    }
    CPU_FREE(set);
    if (errno != EINVAL) return -1;
  }
  return -1;
}

int cprocesses_bind(const int *cpus, int count) {
  int size = CPU_SETSIZE;
  for (int i = 0; i < count; i++)
    while (cpus[i] >= size) size *= 2;
  cpu_set_t *set = CPU_ALLOC(size);
  if (!set) return -1;
  CPU_ZERO_S(CPU_ALLOC_SIZE(size), set);
  for (int i = 0; i < count; i++) CPU_SET_S(cpus[i], CPU_ALLOC_SIZE(size), set);
  int code = sched_setaffinity(0, CPU_ALLOC_SIZE(size), set), reason = errno;
  CPU_FREE(set);
  errno = reason;
  return code;
}

int cprocesses_open(const char *path, int flags, mode_t mode) { return open(path, flags, mode); }

int cprocesses_set_blocking(int descriptor, int is_blocking) {
  int flags = fcntl(descriptor, F_GETFL);
  if (flags < 0) return -1;
  return fcntl(descriptor, F_SETFL, is_blocking ? flags & ~O_NONBLOCK : flags | O_NONBLOCK);
}

int cprocesses_close_on_exec(int descriptor) { return fcntl(descriptor, F_SETFD, FD_CLOEXEC); }

int cprocesses_free_port(void) {
  int s = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (s < 0) return -1;
  // Of every address, since whoever takes it may listen on every one.
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_ANY)};
  socklen_t length = sizeof address;
  int port = -1;
  if (bind(s, (struct sockaddr *)&address, length) == 0 &&
      getsockname(s, (struct sockaddr *)&address, &length) == 0)
    port = ntohs(address.sin_port);
  int reason = errno;
  close(s);
  errno = reason;
  return port;
}

int cprocesses_lock(int descriptor, int is_exclusive, int waits) {
  return flock(descriptor, (is_exclusive ? LOCK_EX : LOCK_SH) | (waits ? 0 : LOCK_NB));
}

int cprocesses_unlock(int descriptor) { return flock(descriptor, LOCK_UN); }

static const uint64_t prime1 = 0x9E3779B185EBCA87, prime2 = 0xC2B2AE3D27D4EB4F,
                      prime3 = 0x165667B19E3779F9, prime4 = 0x85EBCA77C2B2AE63,
                      prime5 = 0x27D4EB2F165667C5;

static uint64_t turned(uint64_t value, int bits) { return value << bits | value >> (64 - bits); }

static uint64_t mixed(uint64_t lane, uint64_t input) {
  return turned(lane + input * prime2, 31) * prime1;
}

static uint64_t merged(uint64_t sum, uint64_t lane) {
  return (sum ^ mixed(0, lane)) * prime1 + prime4;
}

/* Little-endian, as the processors are that Swift runs on. */
static uint64_t word(const unsigned char *bytes) {
  uint64_t value;
  memcpy(&value, bytes, sizeof value);
  return value;
}

struct cprocesses_checksum cprocesses_checksum_begin(void) {
  struct cprocesses_checksum sum = {{prime1 + prime2, prime2, 0, -prime1}, 0, {0}};
  return sum;
}

static void add_stripes(uint64_t *lanes, const unsigned char *bytes, size_t count) {
  uint64_t a = lanes[0], b = lanes[1], c = lanes[2], d = lanes[3];
  for (; count > 0; count--, bytes += 32) {
    a = mixed(a, word(bytes));
    b = mixed(b, word(bytes + 8));
    c = mixed(c, word(bytes + 16));
    d = mixed(d, word(bytes + 24));
  }
  lanes[0] = a, lanes[1] = b, lanes[2] = c, lanes[3] = d;
}

void cprocesses_checksum_add(struct cprocesses_checksum *sum, const void *bytes, size_t count) {
  const unsigned char *next = bytes;
  size_t kept = sum->length % 32;
  sum->length += count;
  if (kept > 0) {
    size_t taken = count < 32 - kept ? count : 32 - kept;
    memcpy(sum->rest + kept, next, taken);
    next += taken, count -= taken;
    if (kept + taken < 32) return;
    add_stripes(sum->lanes, sum->rest, 1);
  }
  add_stripes(sum->lanes, next, count / 32);
  next += count / 32 * 32;
  if (count % 32 > 0) memcpy(sum->rest, next, count % 32);
}

uint64_t cprocesses_checksum_end(const struct cprocesses_checksum *sum) {
  const uint64_t *lanes = sum->lanes;
  const unsigned char *next = sum->rest, *end = sum->rest + sum->length % 32;
  uint64_t value = prime5;
  if (sum->length >= 32) {
    value = turned(lanes[0], 1) + turned(lanes[1], 7) + turned(lanes[2], 12) + turned(lanes[3], 18);
    for (int i = 0; i < 4; i++) value = merged(value, lanes[i]);
  }
  value += sum->length;
  for (; end - next >= 8; next += 8) value = turned(value ^ mixed(0, word(next)), 27) * prime1 + prime4;
  if (end - next >= 4) {
    uint32_t half;
    memcpy(&half, next, sizeof half);
    value = turned(value ^ half * prime1, 23) * prime2 + prime3;
    next += 4;
  }
  for (; next < end; next++) value = turned(value ^ *next * prime5, 11) * prime1;
  value = (value ^ value >> 33) * prime2;
  value = (value ^ value >> 29) * prime3;
  return value ^ value >> 32;
}

int cprocesses_terminal_size(int descriptor, int *columns, int *rows) {
  struct winsize size;
  if (ioctl(descriptor, TIOCGWINSZ, &size) != 0) return -1;
  *columns = size.ws_col;
  *rows = size.ws_row;
  return 0;
}
