#ifndef CMPI_SHIMS_H
#define CMPI_SHIMS_H

// The C++ bindings of Open MPI are no part of what Swift reads.
#define OMPI_SKIP_MPICXX 1
#define MPICH_SKIP_MPICXX 1
#include <mpi.h>
#include <stdlib.h>

// MPI's handles are macros that expand to casts (Open MPI) or to integers with casts (MPICH), of
// types that differ between the two: Swift sees none of them. So the world is spoken of here, and
// a request is handed over as memory of its own.

/// A nonblocking operation on a buffer that stays where it is.
typedef struct {
  MPI_Request request;
} cmpi_request;

/// MPI_Init_thread with MPI_THREAD_FUNNELED; errors are returned, not fatal, from then on.
/// Source: MPI 3.1, sections 12.4.3 and 8.3.
static inline int cmpi_init(void) {
  int provided = 0;
  int code = MPI_Init_thread(NULL, NULL, MPI_THREAD_FUNNELED, &provided);
  if (code != MPI_SUCCESS) return code;
  return MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
}

/// MPI_COMM_WORLD is a macro with a cast.
static inline int cmpi_rank(int *rank) { return MPI_Comm_rank(MPI_COMM_WORLD, rank); }

/// MPI_COMM_WORLD is a macro with a cast.
static inline int cmpi_size(int *size) { return MPI_Comm_size(MPI_COMM_WORLD, size); }

/// MPI_COMM_WORLD is a macro with a cast.
static inline int cmpi_abort(int code) { return MPI_Abort(MPI_COMM_WORLD, code); }

/// Begins to send; `request` and `bytes` must stay in place until cmpi_test says that it is done.
/// Source: MPI 3.1, section 3.7.2.
static inline int cmpi_send(
    const void *bytes, int count, int peer, int tag, cmpi_request *request) {
  return MPI_Isend(bytes, count, MPI_BYTE, peer, tag, MPI_COMM_WORLD, &request->request);
}

/// Whether an operation is done. MPI_STATUS_IGNORE is a macro with a cast.
static inline int cmpi_test(cmpi_request *request, int *done) {
  return MPI_Test(&request->request, done, MPI_STATUS_IGNORE);
}

/// Lets go of an operation that will not be waited for. Source: MPI 3.1, section 3.7.3.
static inline int cmpi_forget(cmpi_request *request) {
  if (request->request == MPI_REQUEST_NULL) return MPI_SUCCESS;
  return MPI_Request_free(&request->request);
}

/// A message that has been matched, with its length and origin.
typedef struct {
  MPI_Message message;
  int count;
  int source;
  int tag;
} cmpi_message;

/// Looks for a message from anybody without waiting. Source: MPI 3.1, section 3.8.2.
static inline int cmpi_probe(int *found, cmpi_message *message) {
  MPI_Status status;
  int code = MPI_Improbe(
      MPI_ANY_SOURCE, MPI_ANY_TAG, MPI_COMM_WORLD, found, &message->message, &status);
  if (code != MPI_SUCCESS || !*found) return code;
  message->source = status.MPI_SOURCE;
  message->tag = status.MPI_TAG;
  return MPI_Get_count(&status, MPI_BYTE, &message->count);
}

/// Begins to receive a matched message; nothing waits, even if its sender dies in the middle.
/// Source: MPI 3.1, section 3.8.3.
static inline int cmpi_receive(cmpi_message *message, void *bytes, cmpi_request *request) {
  return MPI_Imrecv(bytes, message->count, MPI_BYTE, &message->message, &request->request);
}

/// Room for an operation, which MPI refers to by its address.
static inline cmpi_request *cmpi_new_request(void) {
  return (cmpi_request *)calloc(1, sizeof(cmpi_request));
}

#endif
