#define _GNU_SOURCE
#include "cprocesses.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
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

int cprocesses_usable_cores(void) {
  cpu_set_t set;
  return sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : -1;
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
