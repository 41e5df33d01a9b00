#ifndef CSLURM_SHIMS_H
#define CSLURM_SHIMS_H

#include <dlfcn.h>
#include <errno.h>
#include <slurm/slurm.h>
#include <slurm/slurm_errno.h>
#include <stddef.h>
#include <sys/wait.h>

// A macro in some releases, an enumerator in others, and it changes width.
static inline uint16_t cslurm_show_all(void) { return (uint16_t)SHOW_ALL; }

// An enumerator of an enumeration without a name.
static inline int cslurm_invalid_job_id(void) { return ESLURM_INVALID_JOB_ID; }

// slurm_get_errno() was only another name for errno, and later releases have it no more.
static inline int cslurm_errno(void) { return errno; }

// The result is a pointer to constant text in later releases.
static inline const char *cslurm_words(int code) { return slurm_strerror(code); }

// The words for a job's reason are exported under a name that differs between releases, and are
// declared in no public header; so they are looked up, and may be missing.
static inline const char *cslurm_reason(uint32_t code) {
  void *program = dlopen(NULL, RTLD_LAZY);
  void *found = program ? dlsym(program, "slurm_job_state_reason_string") : NULL;
  if (program && !found) found = dlsym(program, "slurm_job_reason_string");
  return found ? ((const char *(*)(uint32_t))found)(code) : NULL;
}

// Enumerators of enumerations without a name, and macros that are shifts. A node that is drained, being
// emptied, kept back or in maintenance takes no work, whatever its base state.
static inline int cslurm_is_idle(uint32_t state) {
  return (state & NODE_STATE_BASE) == NODE_STATE_IDLE &&
         !(state & (NODE_STATE_DRAIN | NODE_STATE_COMPLETING | NODE_STATE_RES | NODE_STATE_MAINT |
                    NODE_STATE_NO_RESPOND | NODE_STATE_FAIL));
}
static inline int cslurm_is_up(uint16_t state) { return state == PARTITION_UP; }

// Function-like macros of the C library.
static inline int cslurm_exit_status(uint32_t status) {
  return WIFEXITED((int)status) ? WEXITSTATUS((int)status) : 0;
}
static inline int cslurm_signal(uint32_t status) {
  return WIFSIGNALED((int)status) ? WTERMSIG((int)status) : 0;
}

#endif
