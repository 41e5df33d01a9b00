#ifndef CPROCESSES_H
#define CPROCESSES_H

#include <poll.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/// Makes the caller the parent of all its orphaned descendants. Swift sees no variadic prctl().
int cprocesses_become_subreaper(void);

/// Opens a descriptor that is readable when one of `count` signals is pending, and blocks them.
/// Swift does not import <sys/signalfd.h>.
int cprocesses_signal_descriptor(const int *signals, int count);

/// Reads one pending signal's number, 0 when none is pending, -1 on error.
int cprocesses_read_signal(int descriptor);

/// The next ended child, left to be reaped: its id, 0 when there is none, -1 on error.
/// Swift cannot reach into the anonymous unions of siginfo_t.
pid_t cprocesses_peek_ended_child(void);

/// Reaps a child. Returns its exit status (0 to 255), or 256 plus the signal that ended it, or -1.
/// WIFEXITED and its kin are macros.
int cprocesses_reap(pid_t child);

/// The user id of the process at the other end of a Unix-domain socket, or -1.
/// `struct ucred` needs _GNU_SOURCE.
int64_t cprocesses_peer_user(int socket);

/// A Unix-domain stream socket that listens at `path`, or -1 with errno set.
/// Swift cannot write into sockaddr_un's array without pointer arithmetic.
int cprocesses_listen(const char *path, int backlog);

/// Accepts a connection, closed on exec; accept4() needs _GNU_SOURCE.
int cprocesses_accept(int listener);

/// A TCP port on which nobody listens at this moment, or -1 with errno set.
/// htonl() and its kin are macros, and sockaddr_in is cast to sockaddr.
int cprocesses_free_port(void);

/// ppoll() without a signal mask; it needs _GNU_SOURCE. A negative `seconds` waits without end.
int cprocesses_poll(struct pollfd *entries, int count, double seconds);

/// POSIX_SPAWN_SETSID, which needs _GNU_SOURCE.
int cprocesses_spawn_new_session(void);

/// copy_file_range() from where both descriptors stand; it needs _GNU_SOURCE.
ssize_t cprocesses_copy_range(int from, int to, size_t count);

/// The numbers of the CPUs that the caller may run on, ascending, at most `capacity`; returns how
/// many, or -1. CPU_ISSET_S and its kin are macros.
int cprocesses_usable_cpus(int *cpus, int capacity);

/// Binds the calling thread, and what it starts, to CPUs by their numbers, none of them negative. -1
/// with errno set.
int cprocesses_bind(const int *cpus, int count);

/// open(2) with a mode: it is variadic.
int cprocesses_open(const char *path, int flags, mode_t mode);

/// Clears or sets O_NONBLOCK: fcntl() is variadic.
int cprocesses_set_blocking(int descriptor, int is_blocking);

/// flock(2), exclusive or shared, which Swift takes for the structure of this name. Returns -1 with
/// errno set to EWOULDBLOCK where another holds it and `waits` is 0.
int cprocesses_lock(int descriptor, int is_exclusive, int waits);

/// Gives such a lock back.
int cprocesses_unlock(int descriptor);

/// A checksum of 64 bits over a stream: XXH64 with seed 0.
/// Source: xxHash fast digest algorithm, version 0.1.1, https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md.
/// In C, since builds without optimisation are to sum gigabytes too.
struct cprocesses_checksum {
  uint64_t lanes[4];
  uint64_t length;
  unsigned char rest[32];
};

/// The checksum of nothing yet.
struct cprocesses_checksum cprocesses_checksum_begin(void);

/// Adds the next bytes of the stream.
void cprocesses_checksum_add(struct cprocesses_checksum *sum, const void *bytes, size_t count);

/// The checksum of all that was added.
uint64_t cprocesses_checksum_end(const struct cprocesses_checksum *sum);

/// The size of a terminal in characters; -1 where a descriptor is of none. ioctl() is variadic.
int cprocesses_terminal_size(int descriptor, int *columns, int *rows);

/// Sets FD_CLOEXEC: fcntl() is variadic.
int cprocesses_close_on_exec(int descriptor);

enum { cprocesses_gpu_name_length = 64 };

/// The GPUs that the caller can use, by a vendor's library, which is loaded: fills `names`, of
/// cprocesses_gpu_name_length bytes each. Returns how many, at most `capacity`; -1 without the library,
/// or -1 less the code of a call that failed. Functions of a library that is loaded are found by casts.
int cprocesses_gpu_names(const char *library, int is_cuda, char *names, int capacity);

/// What CUDA says of a GPU, or of an instance of one.
struct cprocesses_gpu_facts {
  /// As CUDA_VISIBLE_DEVICES takes it.
  char name[64];
  /// The PCI address, such as 0000:3B:00.0.
  char address[64];
  /// Bytes.
  uint64_t memory;
};

/// The same for CUDA's own library with all that it says; the same results.
int cprocesses_cuda_facts(
  const char *library, struct cprocesses_gpu_facts *facts, int capacity);

/// Loads NVIDIA's management library and begins with it: 0, -1 without the library or a function of it,
/// or -1 less the code of the call that failed. Not for several threads.
int cprocesses_nvml_open(const char *library);

/// A GPU by its number among those that the library shows, or its UUID; 0 where there is none.
uintptr_t cprocesses_nvml_device(const char *name);

/// What a GPU does now; -1 for what it does not tell.
struct cprocesses_gpu_reading {
  double busy;
  double watts;
  int64_t memory_mib;
};

/// Reads a GPU that cprocesses_nvml_device() gave.
struct cprocesses_gpu_reading cprocesses_nvml_read(uintptr_t device);

/// A process that computes on a GPU, and the GPU memory that it has.
struct cprocesses_gpu_process {
  int32_t process;
  int64_t memory_mib;
};

/// The processes on a GPU, as far as the driver tells them: returns how many, at most `capacity`.
int cprocesses_nvml_processes(
  uintptr_t device, struct cprocesses_gpu_process *processes, int capacity);

#endif
