/* A training that needs nothing but C: gradient descent with momentum into a narrow valley.
 *
 * Build: cc -O2 -o train train.c -lm
 * By hand: ./train --learning_rate 0.01 --momentum 0.9 */
#include "rung.h"

#include <math.h>
#include <stdio.h>

static double bounded(double x) { return x > 10 ? 10 : x < -10 ? -10 : x; }

int main(int argc, char **argv) {
  rung_trial *trial = rung_begin(argc, argv);
  rung_epochs_by_hand(trial, 27);
  double rate = rung_number(trial, "learning_rate", 0.01);
  double momentum = rung_number(trial, "momentum", 0.9);
  double x = -1, y = 1.5, speed_x = 0, speed_y = 0;

  char state[4096], beside[4100];
  snprintf(state, sizeof state, "%s/state.txt", rung_checkpoint_dir(trial));
  snprintf(beside, sizeof beside, "%s.new", state);
  if (rung_resumed_from(trial) > 0) {
    FILE *file = fopen(state, "r");
    if (!file || fscanf(file, "%lf %lf %lf %lf", &x, &y, &speed_x, &speed_y) != 4) {
      perror(state);
      return 1;
    }
    fclose(file);
  }

  while (rung_next_epoch(trial)) {
    for (int step = 0; step < 20; step++) {
      double slope_x = -2 * (1 - x) - 80 * x * (y - x * x), slope_y = 40 * (y - x * x);
      speed_x = momentum * speed_x - rate * slope_x;
      speed_y = momentum * speed_y - rate * slope_y;
      /* Far too large steps end far away, not at infinity. */
      x = bounded(x + speed_x);
      y = bounded(y + speed_y);
    }
    FILE *file = fopen(beside, "w");
    if (!file || fprintf(file, "%.17g %.17g %.17g %.17g\n", x, y, speed_x, speed_y) < 0
        || fclose(file) != 0 || rename(beside, state) != 0) {
      perror(state);
      return 1;
    }
    rung_metric(trial, "loss", (1 - x) * (1 - x) + 20 * (y - x * x) * (y - x * x));
    rung_report(trial);
  }
  return rung_end(trial);
}
