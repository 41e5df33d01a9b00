/* A trial of MPI ranks, or with -DSERIAL of one process: takes a lock on each device that it is given, adds
 * up the ranks' numbers at each epoch, keeps a checkpoint, and notes where it was. Any other holder of a
 * lock ends it.
 *
 * Speaks by lines on standard output, and trains until RUNG_FIDELITY_UNTIL. LOCKS names a folder that all
 * nodes see, EPOCH_MS the milliseconds of an epoch. */
#include <errno.h>
#include <fcntl.h>
#ifndef SERIAL
#include <mpi.h>
#endif
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/time.h>
#include <unistd.h>

static char host[256];

static const char *variable(const char *name, const char *otherwise) {
  const char *value = getenv(name);
  return value && *value ? value : otherwise;
}

static void fail(const char *what, const char *of) {
  fprintf(stderr, "%s: %s\n", what, of);
#ifndef SERIAL
  MPI_Abort(MPI_COMM_WORLD, 3);
#endif
  exit(3);
}

/* The ranks' numbers added up. */
static int all_reduce(int rank) {
  int total = rank;
#ifndef SERIAL
  MPI_Allreduce(&rank, &total, 1, MPI_INT, MPI_SUM, MPI_COMM_WORLD);
#endif
  return total;
}

static double now(void) {
  struct timeval time;
  gettimeofday(&time, NULL);
  return time.tv_sec + time.tv_usec / 1e6;
}

static void lock(const char *devices) {
  char list[256];
  snprintf(list, sizeof list, "%s", devices);
  for (char *device = strtok(list, ","); device; device = strtok(NULL, ",")) {
    char path[1024];
    snprintf(path, sizeof path, "%s/%s-%s-0", variable("LOCKS", "."), host, device);
    int file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (file < 0 || flock(file, LOCK_EX | LOCK_NB)) fail("a device is given twice", path);
  }
}

int main(int count, char **words) {
  int rank = 0, size = 1, local = 0, here = 1;
#ifndef SERIAL
  MPI_Init(&count, &words);
  MPI_Comm node;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Comm_size(MPI_COMM_WORLD, &size);
  MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &node);
  MPI_Comm_rank(node, &local);
  MPI_Comm_size(node, &here);
#endif
  gethostname(host, sizeof host);

  double x = 0;
  for (int i = 1; i + 1 < count; i++)
    if (!strcmp(words[i], "--x")) x = atof(words[i + 1]);
  int from = atoi(variable("RUNG_RESUME_FROM", "0"));
  int until = atoi(variable("RUNG_FIDELITY_UNTIL", "1"));
  const char *devices = variable("CUDA_VISIBLE_DEVICES", "");
  if (local == 0) lock(devices);

  char state[1024];
  snprintf(state, sizeof state, "%s/state", variable("RUNG_CHECKPOINT_DIR", "."));
  if (from > 0) {
    /* Every rank reads it, on whatever node it is. */
    FILE *file = fopen(state, "r");
    int epoch = 0;
    if (!file || fscanf(file, "%d", &epoch) != 1 || epoch != from) fail("a foreign checkpoint", state);
    fclose(file);
  }
  double begin = now();
  for (int epoch = from + 1; epoch <= until; epoch++) {
    usleep(1000 * atoi(variable("EPOCH_MS", "100")));
    if (all_reduce(rank) != size * (size - 1) / 2) fail("a rank is missing", host);
    if (rank) continue;
    FILE *file = fopen(state, "w");
    if (!file || fprintf(file, "%d\n", epoch) < 0 || fclose(file)) fail("cannot write", state);
    printf("[rung] {\"epoch\": %d, \"value\": %.17g, \"ranks\": %d}\n", epoch,
           (x - 0.3) * (x - 0.3) + 1.0 / epoch, size);
    fflush(stdout);
  }
  if (local == 0) {
    char list[512] = "";
    char copy[256];
    snprintf(copy, sizeof copy, "%s", devices);
    for (char *device = strtok(copy, ","); device; device = strtok(NULL, ","))
      snprintf(list + strlen(list), sizeof list - strlen(list), "%s\"%s\"", *list ? ", " : "", device);
    printf("USED {\"host\": \"%s\", \"devices\": [%s], \"rank\": %d, \"world\": %d, \"local\": %d, "
           "\"leg\": \"%s.%s\", \"begin\": %.6f, \"end\": %.6f}\n",
           host, list, rank, size, here, variable("RUNG_TRIAL", ""), variable("RUNG_ATTEMPT", ""), begin,
           now());
    fflush(stdout);
  }
#ifndef SERIAL
  MPI_Finalize();
#endif
  return 0;
}
