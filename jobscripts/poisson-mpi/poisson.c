/* Solves Poisson's equation on a square by successive over-relaxation, in as many ranks as it has.
 *
 *     make && mpirun -n 4 ./poisson --omega 1.9 --sweeps 2 --block 64      by hand
 *
 * Each rank has some rows of the grid. It relaxes them, red points before black ones, in blocks of columns that
 * stay in the cache, and exchanges its outermost rows with its neighbours at every sweep or at every few: more
 * seldom costs less, but the ranks then work with old values, which a strong over-relaxation does not forgive. An epoch of the study is a round of eight sweeps. */
#include "rung.h"

#include <math.h>
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SWEEPS_A_ROUND = 8 };

/* The seconds of a digit where not a digit was gained: poor, but no failure. */
static const double HOPELESS = 1e6;

static int rank, size, points, rows;
static double *grid; /* rows + 2 by points + 2: the outermost are the edges, or the neighbours' rows */

static double *row(int i) { return grid + (size_t)i * (size_t)(points + 2); }

static void die(const char *what) {
  perror(what);
  MPI_Abort(MPI_COMM_WORLD, 1);
}

/* The right side at a point: two charges. */
static double charge(int i, int j) {
  int here = rank * rows + i;
  if (here == points / 4 && j == points / 4) return 1;
  return here == 3 * points / 4 && j == 3 * points / 4 ? -1 : 0;
}

static void exchange(void) {
  int above = rank > 0 ? rank - 1 : MPI_PROC_NULL;
  int below = rank + 1 < size ? rank + 1 : MPI_PROC_NULL;
  int width = points + 2;
  MPI_Sendrecv(row(1), width, MPI_DOUBLE, above, 0, row(rows + 1), width, MPI_DOUBLE, below, 0,
               MPI_COMM_WORLD, MPI_STATUS_IGNORE);
  MPI_Sendrecv(row(rows), width, MPI_DOUBLE, below, 1, row(0), width, MPI_DOUBLE, above, 1,
               MPI_COMM_WORLD, MPI_STATUS_IGNORE);
}

static void sweep(double omega, int block, int exchanges) {
  for (int colour = 0; colour < 2; colour++) {
    if (exchanges) exchange();
    for (int from = 1; from <= points; from += block)
      for (int i = 1; i <= rows; i++) {
        double *up = row(i - 1), *here = row(i), *down = row(i + 1);
        int to = from + block <= points + 1 ? from + block : points + 1;
        for (int j = from + (rank * rows + i + from + colour) % 2; j < to; j += 2) {
          double mean = (up[j] + down[j] + here[j - 1] + here[j + 1] + charge(i, j)) / 4;
          here[j] += omega * (mean - here[j]);
        }
      }
  }
}

/* The length of what is left of the equation, over all ranks. */
static double residual(void) {
  double sum = 0, total;
  for (int i = 1; i <= rows; i++)
    for (int j = 1; j <= points; j++) {
      double *here = row(i);
      double left = row(i - 1)[j] + row(i + 1)[j] + here[j - 1] + here[j + 1] + charge(i, j) - 4 * here[j];
      sum += left * left;
    }
  MPI_Allreduce(&sum, &total, 1, MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD);
  return sqrt(total);
}

/* Each rank's rows are a file of its own in the trial's checkpoint, behind the seconds spent so far. */
static void save(const char *folder, double seconds) {
  char path[4096], beside[4100];
  snprintf(path, sizeof path, "%s/rows-%d", folder, rank);
  snprintf(beside, sizeof beside, "%s.new", path);
  FILE *file = fopen(beside, "wb");
  size_t count = (size_t)(rows + 2) * (size_t)(points + 2);
  if (!file || fwrite(&seconds, sizeof seconds, 1, file) != 1
      || fwrite(grid, sizeof *grid, count, file) != count || fclose(file) != 0
      || rename(beside, path) != 0)
    die(path);
}

static void load(const char *folder, double *seconds) {
  char path[4096];
  snprintf(path, sizeof path, "%s/rows-%d", folder, rank);
  FILE *file = fopen(path, "rb");
  size_t count = (size_t)(rows + 2) * (size_t)(points + 2);
  if (!file || fread(seconds, sizeof *seconds, 1, file) != 1
      || fread(grid, sizeof *grid, count, file) != count)
    die(path);
  fclose(file);
}

/* Has all ranks follow what the first one hears from Rung. */
static void broadcast(int *numbers, int count, void *context) {
  (void)context;
  MPI_Bcast(numbers, count, MPI_INT, 0, MPI_COMM_WORLD);
}

int main(int argc, char **argv) {
  MPI_Init(&argc, &argv);
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Comm_size(MPI_COMM_WORLD, &size);

  rung_trial *trial = rung_begin_step(argc, argv, broadcast, NULL);
  rung_epochs_by_hand(trial, 90);
  double omega = rung_number(trial, "omega", 1.9);
  int sweeps = (int)rung_number(trial, "sweeps", 1), block = (int)rung_number(trial, "block", 64);
  const char *wanted = getenv("POINTS");
  rows = (wanted ? atoi(wanted) : 256) / size;
  points = rows * size;
  grid = (double *)calloc((size_t)(rows + 2) * (size_t)(points + 2), sizeof *grid);
  if (!grid || rows < 1) die("the grid");

  double begun = residual(), seconds = 0;
  if (rung_resumed_from(trial) > 0) load(rung_checkpoint_dir(trial), &seconds);
  while (rung_next_epoch(trial)) {
    MPI_Barrier(MPI_COMM_WORLD);
    double start = MPI_Wtime();
    for (int done = 0; done < SWEEPS_A_ROUND; done++) sweep(omega, block, done % sweeps == 0);
    exchange();
    seconds += MPI_Wtime() - start;
    double left = residual();
    save(rung_checkpoint_dir(trial), seconds);
    /* All ranks' files are there before the first reports. */
    MPI_Barrier(MPI_COMM_WORLD);
    double digits = log10(begun / left);
    rung_metric(trial, "seconds_per_digit", digits > 0.01 ? seconds / digits : HOPELESS);
    rung_metric(trial, "digits", isfinite(digits) ? digits : -HOPELESS);
    rung_metric(trial, "seconds", seconds);
    rung_report(trial);
  }
  free(grid);
  int status = rung_end(trial);
  MPI_Finalize();
  return status;
}
