#ifndef CMPI_SHIMS_H
#define CMPI_SHIMS_H

#include <mpi.h>
#include <stddef.h>

// Handles are pointers in Open MPI and integers in MPICH; in a structure they look the same, so
// that one Swift source serves both. They are never followed, so they count as safe in both.
typedef struct __attribute__((swift_attr("safe"))) {
  MPI_Message raw;
} cmpi_message;

typedef struct __attribute__((swift_attr("safe"))) {
  MPI_Request raw;
} cmpi_request;

// Null pointers and MPI_THREAD_FUNNELED: macros with casts in one implementation or the other.
static inline int cmpi_start(int *provided) {
  return MPI_Init_thread(NULL, NULL, MPI_THREAD_FUNNELED, provided);
}

static inline int cmpi_thread_funneled(void) { return MPI_THREAD_FUNNELED; }

// MPI_COMM_WORLD, MPI_COMM_SELF and MPI_ERRORS_RETURN are cast macros. MPI 3.1 raises errors that
// belong to no communicator on the world (section 8.3), MPI 4.0 on self (section 9.3).
static inline int cmpi_return_errors(void) {
  int code = MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
  if (code != MPI_SUCCESS) return code;
  return MPI_Comm_set_errhandler(MPI_COMM_SELF, MPI_ERRORS_RETURN);
}

// MPI_COMM_WORLD again.
static inline int cmpi_rank(int *rank) { return MPI_Comm_rank(MPI_COMM_WORLD, rank); }
static inline int cmpi_size(int *size) { return MPI_Comm_size(MPI_COMM_WORLD, size); }
static inline int cmpi_abort(int code) { return MPI_Abort(MPI_COMM_WORLD, code); }

// MPI_BYTE and MPI_COMM_WORLD are cast macros.
static inline int cmpi_isend(
  const void *bytes, int count, int peer, int tag, cmpi_request *request
) {
  return MPI_Isend(bytes, count, MPI_BYTE, peer, tag, MPI_COMM_WORLD, &request->raw);
}

// MPI_COMM_WORLD again; the record of the match is passed in the structure above.
static inline int cmpi_improbe(int *is_found, cmpi_message *message, MPI_Status *status) {
  return MPI_Improbe(
    MPI_ANY_SOURCE, MPI_ANY_TAG, MPI_COMM_WORLD, is_found, &message->raw, status);
}

// MPI_BYTE again.
static inline int cmpi_count(const MPI_Status *status, int *count) {
  return MPI_Get_count(status, MPI_BYTE, count);
}

static inline int cmpi_imrecv(
  void *bytes, int count, cmpi_message *message, cmpi_request *request
) {
  return MPI_Imrecv(bytes, count, MPI_BYTE, &message->raw, &request->raw);
}

// MPI_STATUS_IGNORE is a cast macro.
static inline int cmpi_test(cmpi_request *request, int *is_finished) {
  return MPI_Test(&request->raw, is_finished, MPI_STATUS_IGNORE);
}

// The lengths of texts are plain macros in one implementation and enumerators in others.
enum {
  cmpi_name_length = MPI_MAX_PROCESSOR_NAME,
  cmpi_error_length = MPI_MAX_ERROR_STRING,
  cmpi_version_length = MPI_MAX_LIBRARY_VERSION_STRING
};

#endif
