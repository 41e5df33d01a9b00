/* Runs a command so many times, so many at a time, by posix_spawn and wait alone: what a run of processes costs
   at least.

       spawn COUNT AT-A-TIME COMMAND [ARGUMENT...]                                                             */
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>

extern char **environ;

int main(int count, char **words) {
  if (count < 4) {
    fprintf(stderr, "usage: spawn COUNT AT-A-TIME COMMAND [ARGUMENT...]\n");
    return 64;
  }
  const long all = atol(words[1]), slots = atol(words[2]);
  posix_spawn_file_actions_t actions;
  if (posix_spawn_file_actions_init(&actions) != 0 ||
      posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0) != 0)
    return 71;
  long running = 0;
  for (long begun = 0; begun < all || running > 0;) {
    if (begun < all && running < slots) {
      pid_t process;
      if (posix_spawnp(&process, words[3], &actions, NULL, words + 3, environ) != 0) return 71;
      begun++;
      running++;
      continue;
    }
    int status;
    if (wait(&status) < 0 || status != 0) return 70;
    running--;
  }
  return 0;
}
