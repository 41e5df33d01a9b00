/* The client of Rung for trials in C and C++: this one file, POSIX and nothing else.
 *
 *     rung_trial *trial = rung_begin(argc, argv);
 *     double rate = rung_number(trial, "learning_rate", 0.1);
 *     while (rung_next_epoch(trial)) {
 *       ...train one epoch, keep a checkpoint in rung_checkpoint_dir(trial)...
 *       rung_metric(trial, "loss", loss);
 *       rung_report(trial);
 *     }
 *     return rung_end(trial);
 *
 * By hand, as in ./train --learning_rate 0.01, it prints what it would report. Under Rung it speaks JSON
 * lines over the socket that RUNG_SOCKET names; where the trial is a job step of several ranks the first
 * prints, and all train to RUNG_FIDELITY_UNTIL. rung_begin_step has them hear decisions, rung_begin_warm has
 * the process train one trial after another. One trial at a time, one thread.
 *
 * What cannot go on (no memory, a file of Rung's that cannot be read) ends the process with a message and
 * status 70, which counts as the trial's failure. */
#ifndef RUNG_H
#define RUNG_H

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A value of a flat JSON object: words are unescaped, numbers and truth values as they stand. */
typedef struct {
  char *name, *text;
  char kind; /* '"' a word, '0' a number, 't' or 'f' a truth value, 'n' null, '{' anything nested */
} rung_value;

typedef struct {
  rung_value *values;
  size_t count;
} rung_object;

/* Gives every rank the first one's numbers, as MPI_Bcast does. */
typedef void (*rung_broadcast)(int *numbers, int count, void *context);

typedef struct {
  rung_object config, scale;
  int id, attempt, resumed_from, until, max_epoch, knows_max, every, seed;
  int epoch, is_held, has_ended, connection;
  const char *fidelity;
  char *folder, *scratch;
  char *metrics, *received, *part;
  size_t metrics_length, received_length;
  rung_broadcast broadcast;
  void *context;
} rung_trial;

static inline void rung_fail(const char *what, const char *of) {
  fprintf(stderr, "rung: %s: '%s'\n", what, of);
  exit(70);
}

static inline void *rung_memory(void *old, size_t size) {
  void *memory = realloc(old, size ? size : 1);
  if (!memory) rung_fail("no memory", "realloc");
  return memory;
}

static inline char *rung_copy(const char *text, size_t length) {
  char *copy = (char *)rung_memory(NULL, length + 1);
  memcpy(copy, text, length);
  copy[length] = 0;
  return copy;
}

static inline char *rung_copy_of(const char *text) { return rung_copy(text, strlen(text)); }

static inline const char *rung_variable(const char *name) {
  const char *value = getenv(name);
  return value && *value ? value : NULL;
}

static inline int rung_variable_number(const char *name, int otherwise) {
  const char *value = rung_variable(name);
  return value ? atoi(value) : otherwise;
}

/* --- JSON. Source: RFC 8259. ------------------------------------------------------------------ */

static inline const char *rung_skip_space(const char *at) {
  while (*at == ' ' || *at == '\t' || *at == '\n' || *at == '\r') at++;
  return at;
}

static inline int rung_hexadecimal(const char *at, unsigned *number) {
  *number = 0;
  for (int i = 0; i < 4; i++) {
    if (!isxdigit((unsigned char)at[i])) return 0;
    int digit = at[i] <= '9' ? at[i] - '0' : (at[i] | 32) - 'a' + 10;
    *number = *number * 16 + (unsigned)digit;
  }
  return 1;
}

/* Reads a word in quotes; NULL where there is none. */
static inline const char *rung_read_word(const char *at, char **word) {
  if (*at++ != '"') return NULL;
  char *out = (char *)rung_memory(NULL, strlen(at) * 2 + 1), *to = out;
  for (; *at && *at != '"'; at++) {
    unsigned code, low;
    if (*at != '\\') {
      *to++ = *at;
      continue;
    }
    switch (*++at) {
      case 'b': *to++ = '\b'; break;
      case 'f': *to++ = '\f'; break;
      case 'n': *to++ = '\n'; break;
      case 'r': *to++ = '\r'; break;
      case 't': *to++ = '\t'; break;
      case 'u':
        if (!rung_hexadecimal(at + 1, &code)) goto broken;
        at += 4;
        if (code >= 0xD800 && code < 0xDC00 && at[1] == '\\' && at[2] == 'u'
            && rung_hexadecimal(at + 3, &low) && low >= 0xDC00 && low < 0xE000) {
          code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
          at += 6;
        }
        if (code < 0x80) {
          *to++ = (char)code;
        } else if (code < 0x800) {
          *to++ = (char)(0xC0 | code >> 6);
          *to++ = (char)(0x80 | (code & 0x3F));
        } else if (code < 0x10000) {
          *to++ = (char)(0xE0 | code >> 12);
          *to++ = (char)(0x80 | (code >> 6 & 0x3F));
          *to++ = (char)(0x80 | (code & 0x3F));
        } else {
          *to++ = (char)(0xF0 | code >> 18);
          *to++ = (char)(0x80 | (code >> 12 & 0x3F));
          *to++ = (char)(0x80 | (code >> 6 & 0x3F));
          *to++ = (char)(0x80 | (code & 0x3F));
        }
        break;
      case 0: goto broken;
      default: *to++ = *at;
    }
  }
  *to = 0;
  *word = out;
  if (*at == '"') return at + 1;
broken:
  free(out);
  return NULL;
}

/* Passes over a value that is nested. */
static inline const char *rung_skip_nested(const char *at) {
  int depth = 0;
  do {
    char *word;
    if (*at == '"') {
      if (!(at = rung_read_word(at, &word))) return NULL;
      free(word);
      continue;
    }
    if (!*at) return NULL;
    if (*at == '{' || *at == '[') depth++;
    if (*at == '}' || *at == ']') depth--;
    at++;
  } while (depth > 0);
  return at;
}

static inline void rung_put(rung_object *object, char *name, char *text, char kind) {
  object->values =
    (rung_value *)rung_memory(object->values, (object->count + 1) * sizeof *object->values);
  object->values[object->count].name = name;
  object->values[object->count].text = text;
  object->values[object->count++].kind = kind;
}

static inline void rung_clear(rung_object *object) {
  for (size_t i = 0; i < object->count; i++) {
    free(object->values[i].name);
    free(object->values[i].text);
  }
  free(object->values);
  object->values = NULL;
  object->count = 0;
}

/* Reads an object; 0 where the text is none. */
static inline int rung_read_object(const char *at, rung_object *object) {
  at = rung_skip_space(at);
  if (*at++ != '{') return 0;
  at = rung_skip_space(at);
  while (*at != '}') {
    char *name, *word;
    const char *end;
    if (!(at = rung_read_word(at, &name))) return 0;
    at = rung_skip_space(at);
    if (*at != ':') {
      free(name);
      return 0;
    }
    at = rung_skip_space(at + 1);
    if (*at == '"') {
      end = rung_read_word(at, &word);
      if (end) rung_put(object, name, word, '"');
    } else if (*at == '{' || *at == '[') {
      end = rung_skip_nested(at);
      if (end) rung_put(object, name, rung_copy(at, (size_t)(end - at)), '{');
    } else {
      end = at + strcspn(at, ",} \t\r\n");
      char kind = *at == 't' || *at == 'f' || *at == 'n' ? *at : '0';
      if (end == at) end = NULL;
      if (end) rung_put(object, name, rung_copy(at, (size_t)(end - at)), kind);
    }
    if (!end) {
      free(name);
      return 0;
    }
    at = rung_skip_space(end);
    if (*at == ',') at = rung_skip_space(at + 1);
    else if (*at != '}') return 0;
  }
  return 1;
}

static inline const rung_value *rung_find(const rung_object *object, const char *name) {
  for (size_t i = object->count; i-- > 0;)
    if (strcmp(object->values[i].name, name) == 0) return &object->values[i];
  return NULL;
}

/* --- Messages ------------------------------------------------------------------------------------- */

static inline void rung_close(rung_trial *trial) {
  if (trial->connection >= 0) close(trial->connection);
  trial->connection = -1;
}

static inline void rung_send(rung_trial *trial, const char *bytes, size_t count) {
  while (count > 0 && trial->connection >= 0) {
    ssize_t sent = send(trial->connection, bytes, count, MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) {
      rung_close(trial);
      return;
    }
    bytes += sent;
    count -= (size_t)sent;
  }
}

/* Follows one message; gives the epoch that a decision in it answers, or -1. */
static inline int rung_follow(rung_trial *trial, const char *line) {
  rung_object message = {NULL, 0};
  if (!rung_read_object(line, &message)) rung_fail("Rung sent what is no JSON object", line);
  const rung_value *hold = rung_find(&message, "hold"), *decision = rung_find(&message, "decision");
  const rung_value *until = rung_find(&message, "until"), *epoch = rung_find(&message, "epoch");
  if (hold && hold->kind == 't') trial->is_held = 1;
  int answered = -1;
  if (decision) {
    answered = epoch ? atoi(epoch->text) : trial->epoch;
    if (strcmp(decision->text, "continue") == 0) {
      if (until) trial->until = atoi(until->text);
    } else {
      trial->has_ended = 1;
    }
  }
  rung_clear(&message);
  return answered;
}

/* Takes the first whole line that has arrived; NULL where there is none. */
static inline char *rung_take_line(rung_trial *trial) {
  char *end = trial->received_length
    ? (char *)memchr(trial->received, '\n', trial->received_length) : NULL;
  if (!end) return NULL;
  size_t length = (size_t)(end - trial->received);
  char *line = rung_copy(trial->received, length);
  trial->received_length -= length + 1;
  memmove(trial->received, end + 1, trial->received_length);
  return line;
}

/* Reads once; 0 when nothing came, be it for now or for good. */
static inline int rung_receive(rung_trial *trial, int flags) {
  char piece[4096];
  if (trial->connection < 0) return 0;
  ssize_t count;
  do count = recv(trial->connection, piece, sizeof piece, flags);
  while (count < 0 && errno == EINTR);
  if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return 0;
  if (count <= 0) {
    rung_close(trial);
    return 0;
  }
  trial->received =
    (char *)rung_memory(trial->received, trial->received_length + (size_t)count);
  memcpy(trial->received + trial->received_length, piece, (size_t)count);
  trial->received_length += (size_t)count;
  return 1;
}

/* Takes the loss of the connection for the decision to stop. */
static inline void rung_mind_connection(rung_trial *trial, int had_connection) {
  if (!had_connection || trial->connection >= 0 || trial->has_ended) return;
  fprintf(stderr, "rung: the agent has closed the connection, so trial %d ends here\n", trial->id);
  trial->has_ended = 1;
}

/* Hears what Rung has said unasked, without waiting. */
static inline void rung_hear(rung_trial *trial) {
  int had_connection = trial->connection >= 0;
  char *line;
  while (rung_receive(trial, MSG_DONTWAIT)) {}
  while ((line = rung_take_line(trial))) {
    if (!trial->has_ended) rung_follow(trial, line);
    free(line);
  }
  rung_mind_connection(trial, had_connection);
}

/* This process's rank among those of the trial; by hand, what torchrun or mpirun says; 0 when it is alone. */
static inline int rung_rank(void) {
  static const char *const names[] = {"RUNG_RANK", "RANK", "OMPI_COMM_WORLD_RANK", "PMI_RANK"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (rung_variable(names[i])) return rung_variable_number(names[i], 0);
  return 0;
}

/* --- What trials call ------------------------------------------------------------------------------- */

/* What the calls below have in common. */
static inline rung_trial *rung_start(
  int argc, char **argv, int is_warm, rung_broadcast broadcast, void *context
) {
  rung_trial *trial = (rung_trial *)rung_memory(NULL, sizeof *trial);
  memset(trial, 0, sizeof *trial);
  trial->connection = -1;
  trial->id = rung_variable_number("RUNG_TRIAL", 0);
  trial->attempt = rung_variable_number("RUNG_ATTEMPT", 1);
  trial->resumed_from = trial->epoch = rung_variable_number("RUNG_RESUME_FROM", 0);
  trial->knows_max = rung_variable("RUNG_FIDELITY_MAX") != NULL;
  trial->max_epoch = rung_variable_number("RUNG_FIDELITY_MAX", 1);
  trial->until = rung_variable_number("RUNG_FIDELITY_UNTIL", trial->max_epoch);
  trial->every = rung_variable_number("RUNG_CHECKPOINT_EVERY", 0);
  trial->fidelity = rung_variable("RUNG_FIDELITY_NAME");
  if (!trial->fidelity) trial->fidelity = "epoch";
  trial->seed = rung_variable_number("RUNG_SEED", 0);
  /* By hand there is nobody to broadcast to. */
  trial->broadcast = rung_variable("RUNG_RANK") ? broadcast : NULL;
  trial->context = context;
  const char *path = rung_variable("RUNG_CHECKPOINT_DIR");
  trial->folder = rung_copy_of(path ? path : "rung-checkpoint");
  if (!path && mkdir(trial->folder, 0777) != 0 && errno != EEXIST)
    rung_fail("cannot make the folder for the checkpoint", trial->folder);
  path = rung_variable("RUNG_TRIAL_DIR");
  if (!path) path = rung_variable("TMPDIR");
  trial->scratch = rung_copy_of(path ? path : "/tmp");
  path = rung_variable("RUNG_SCALE");
  if (path && !rung_read_object(path, &trial->scale)) rung_fail("is no JSON object", path);

  path = rung_variable("RUNG_CONFIG");
  if (path) {
    FILE *file = fopen(path, "r");
    if (!file) rung_fail("cannot read the configuration", path);
    char *text = NULL;
    size_t length = 0, count;
    do {
      text = (char *)rung_memory(text, length + 4097);
      count = fread(text + length, 1, 4096, file);
      length += count;
    } while (count > 0);
    text[length] = 0;
    fclose(file);
    if (!rung_read_object(text, &trial->config)) rung_fail("is no JSON object", path);
    free(text);
  } else {
    for (int i = 1; i + 1 < argc; i++) {
      if (strncmp(argv[i], "--", 2) != 0) continue;
      char *name = rung_copy(argv[i] + 2, strlen(argv[i] + 2));
      rung_put(&trial->config, name, rung_copy(argv[i + 1], strlen(argv[i + 1])), '"');
      i++;
    }
  }

  path = rung_variable("RUNG_SOCKET");
  if (!path || (rung_variable("RUNG_RANK") && !(trial->broadcast && rung_rank() == 0))) return trial;
  struct sockaddr_un address;
  memset(&address, 0, sizeof address);
  address.sun_family = AF_UNIX;
  if (strlen(path) >= sizeof address.sun_path) rung_fail("too long for a socket", path);
  memcpy(address.sun_path, path, strlen(path));
  trial->connection = socket(AF_UNIX, SOCK_STREAM, 0);
  if (trial->connection < 0
      || connect(trial->connection, (struct sockaddr *)&address, sizeof address) != 0)
    rung_fail("cannot reach Rung; to run the program by hand, unset RUNG_SOCKET", path);
  char hello[160];
  int count = snprintf(
    hello, sizeof hello,
    "{\"trial\": %d, \"attempt\": %d, \"rank\": %d, \"protocol\": 1, \"warm\": %s}\n",
    trial->id, trial->attempt, rung_rank(), is_warm ? "true" : "false");
  rung_send(trial, hello, (size_t)count);
  return trial;
}

/* The trial that this process was started for; by hand, of the settings '--name value' on the command
 * line. */
static inline rung_trial *rung_begin(int argc, char **argv) {
  return rung_start(argc, argv, 0, NULL, NULL);
}

/* The same, of a process that goes on to others by rung_next_trial. */
static inline rung_trial *rung_begin_warm(int argc, char **argv) {
  return rung_start(argc, argv, 1, NULL, NULL);
}

/* The same, of a job step's ranks that all call rung_report at every epoch, in which the first one's numbers
 * are broadcast: all follow the decisions that it hears. */
static inline rung_trial *rung_begin_step(
  int argc, char **argv, rung_broadcast broadcast, void *context
) {
  return rung_start(argc, argv, 0, broadcast, context);
}

/* A setting as a number; `otherwise` where the trial has none of that name, or no number. */
static inline double rung_number(const rung_trial *trial, const char *name, double otherwise) {
  const rung_value *value = rung_find(&trial->config, name);
  char *end;
  if (!value) return otherwise;
  if (value->kind == 't' || value->kind == 'f') return value->kind == 't';
  double number = strtod(value->text, &end);
  return end == value->text || *end ? otherwise : number;
}

/* A setting as a word; `otherwise` where the trial has none of that name. */
static inline const char *rung_word(
  const rung_trial *trial, const char *name, const char *otherwise
) {
  const rung_value *value = rung_find(&trial->config, name);
  return value && value->kind != 'n' ? value->text : otherwise;
}

/* A setting as a truth value; `otherwise` where the trial has none of that name. */
static inline int rung_truth(const rung_trial *trial, const char *name, int otherwise) {
  const rung_value *value = rung_find(&trial->config, name);
  return value ? strcmp(value->text, "true") == 0 || strcmp(value->text, "1") == 0 : otherwise;
}

/* The folder for the checkpoint, which holds the one to go on from. */
static inline const char *rung_checkpoint_dir(const rung_trial *trial) { return trial->folder; }

/* The epoch of the checkpoint to go on from, or 0. */
static inline int rung_resumed_from(const rung_trial *trial) { return trial->resumed_from; }

/* The epoch that is trained now, from 1. */
static inline int rung_epoch(const rung_trial *trial) { return trial->epoch; }

/* The epochs of a full training: the length of a learning-rate schedule. */
static inline int rung_max_epoch(const rung_trial *trial) { return trial->max_epoch; }

/* The number of the trial, from 0. */
static inline int rung_id(const rung_trial *trial) { return trial->id; }

/* Which try at this trial it is, from 1. */
static inline int rung_attempt(const rung_trial *trial) { return trial->attempt; }

/* The last epoch of this leg, at which a decision is due. */
static inline int rung_until(const rung_trial *trial) { return trial->until; }

/* 0 in the search and by hand; 1, 2 and so on in the trainings of the winner. */
static inline int rung_seed(const rung_trial *trial) { return trial->seed; }

/* The trial's own scratch folder on this node. */
static inline const char *rung_trial_dir(const rung_trial *trial) { return trial->scratch; }

/* The folder with what the study's `trial.stage` names; NULL by hand, and where nothing is staged. */
static inline const char *rung_stage(void) { return rung_variable("RUNG_STAGE"); }

/* The folder of a rank's part of the checkpoint, from 0; NULL where there is none. A trial that goes on finds
 * there what each rank of its last process left, whatever the number of ranks is now. Where the ranks have one
 * folder together, it is part 0. The path is good until the next call. */
static inline const char *rung_checkpoint_part(rung_trial *trial, int rank) {
  const char *name = strrchr(trial->folder, '/');
  if (!rung_variable("WORLD_SIZE") || !name || strncmp(name, "/rank-", 6) != 0)
    return rank == 0 ? trial->folder : NULL;
  size_t length = (size_t)(name - trial->folder);
  trial->part = (char *)rung_memory(trial->part, length + 20);
  snprintf(trial->part, length + 20, "%.*s/rank-%d", (int)length, trial->folder, rank);
  return access(trial->part, F_OK) == 0 ? trial->part : NULL;
}

/* A setting after so many epochs of training, fractions allowed, where the study's `trial.scale` has it rise
 * gradually; else the setting, and `otherwise` where the trial has none of that name. */
static inline double rung_warmed(
  const rung_trial *trial, const char *name, double epochs, double otherwise
) {
  double value = rung_number(trial, name, otherwise), from = value, since = 0, over = 0;
  const rung_value *scaled = rung_find(&trial->scale, name);
  rung_object entry = {NULL, 0}, warmup = {NULL, 0};
  if (scaled && rung_read_object(scaled->text, &entry)) {
    const rung_value *rise = rung_find(&entry, "warmup");
    if (rise && rise->kind == '{' && rung_read_object(rise->text, &warmup)) {
      const rung_value *begin = rung_find(&warmup, "from"), *behind = rung_find(&warmup, "since");
      const rung_value *length = rung_find(&warmup, "epochs");
      if (begin && behind && length) {
        from = strtod(begin->text, NULL);
        since = strtod(behind->text, NULL);
        over = strtod(length->text, NULL);
      }
    }
  }
  rung_clear(&warmup);
  rung_clear(&entry);
  if (over <= 0 || epochs >= since + over) return value;
  return from + (value - from) * (epochs > since ? (epochs - since) / over : 0);
}

/* By hand: how many epochs to train; under Rung it changes nothing. */
static inline void rung_epochs_by_hand(rung_trial *trial, int epochs) {
  if (!trial->knows_max) trial->max_epoch = trial->until = epochs;
}

/* Goes on to the next epoch; 0 where the trial is to end. */
static inline int rung_next_epoch(rung_trial *trial) {
  /* What the first rank hears unasked the others would not know. */
  if (trial->connection >= 0 && !trial->broadcast) rung_hear(trial);
  int limit = trial->connection >= 0 || trial->broadcast ? trial->max_epoch : trial->until;
  if (trial->has_ended || trial->epoch >= limit) return 0;
  trial->epoch++;
  return 1;
}

/* Adds a metric to the next report; NaN is how a diverged training is reported. */
static inline void rung_metric(rung_trial *trial, const char *name, double value) {
  char number[40];
  if (isnan(value)) snprintf(number, sizeof number, "NaN");
  else if (isinf(value)) snprintf(number, sizeof number, value > 0 ? "Infinity" : "-Infinity");
  else snprintf(number, sizeof number, "%.17g", value);
  size_t length = strlen(name);
  trial->metrics = (char *)rung_memory(
    trial->metrics, trial->metrics_length + 6 * length + strlen(number) + 8);
  char *to = trial->metrics + trial->metrics_length;
  to += sprintf(to, ", \"");
  for (size_t i = 0; i < length; i++) {
    unsigned char byte = (unsigned char)name[i];
    if (byte == '"' || byte == '\\') to += sprintf(to, "\\%c", byte);
    else if (byte < 0x20) to += sprintf(to, "\\u%04x", byte);
    else *to++ = (char)byte;
  }
  to += sprintf(to, "\": %s", number);
  trial->metrics_length = (size_t)(to - trial->metrics);
}

/* Sends a report, or prints it, and waits where a decision is due. */
static inline void rung_tell(rung_trial *trial) {
  int had_connection = trial->connection >= 0;
  if (had_connection) rung_hear(trial);
  size_t room = strlen(trial->fidelity) + trial->metrics_length + 80;
  char *line = (char *)rung_memory(NULL, room);
  int is_held = trial->is_held;
  int count = snprintf(
    line, room, "{\"%s\": %d%.*s%s}", trial->fidelity, trial->epoch, (int)trial->metrics_length,
    trial->metrics ? trial->metrics : "", had_connection && is_held ? ", \"waiting\": true" : "");
  trial->metrics_length = 0;
  if (!had_connection) {
    if (rung_rank() == 0) {
      printf("[rung] %s\n", line);
      fflush(stdout);
    }
    free(line);
    return;
  }
  line[count] = '\n';
  rung_send(trial, line, (size_t)count + 1);
  free(line);
  int is_answered = 0;
  while (!is_answered && !trial->has_ended
         && (trial->is_held || trial->epoch >= trial->until
             || (trial->every > 0 && trial->epoch % trial->every == 0))) {
    char *answer = rung_take_line(trial);
    if (!answer) {
      if (!rung_receive(trial, 0)) break;
      continue;
    }
    is_answered = rung_follow(trial, answer) >= trial->epoch;
    free(answer);
  }
  if (is_answered && is_held) trial->is_held = 0;
  rung_mind_connection(trial, had_connection);
}

/* Reports the epoch with the metrics that were added since the last; waits where a decision is due. */
static inline void rung_report(rung_trial *trial) {
  rung_tell(trial);
  if (!trial->broadcast) return;
  int heard[2] = {trial->has_ended, trial->until};
  trial->broadcast(heard, 2, trial->context);
  trial->has_ended = heard[0];
  trial->until = heard[1];
}

/* The text of a member, or an empty one. */
static inline const char *rung_member(const rung_object *object, const char *name) {
  const rung_value *value = rung_find(object, name);
  return value ? value->text : "";
}

/* Has the environment say of this trial what it said of the one before. */
static inline void rung_publish(const rung_trial *trial, const rung_object *start) {
  static const char *const names[][2] = {
    {"id", "RUNG_TRIAL"},         {"attempt", "RUNG_ATTEMPT"},
    {"until", "RUNG_FIDELITY_UNTIL"}, {"max", "RUNG_FIDELITY_MAX"},
    {"resumed_from", "RUNG_RESUME_FROM"}, {"checkpoint_dir", "RUNG_CHECKPOINT_DIR"},
    {"trial_dir", "RUNG_TRIAL_DIR"}, {"trial_dir", "TMPDIR"},
    {"scale", "RUNG_SCALE"}};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    setenv(names[i][1], rung_member(start, names[i][0]), 1);
  setenv("RUNG_SEED", *rung_member(start, "seed") ? rung_member(start, "seed") : "0", 1);
  size_t room = strlen(trial->scratch) + 30;
  char *path = (char *)rung_memory(NULL, room);
  snprintf(path, room, "%s/config.json", trial->scratch);
  if (access(path, R_OK) != 0) {
    /* No agent has written it. */
    if (mkdir(trial->scratch, 0777) != 0 && errno != EEXIST)
      rung_fail("cannot make the trial's folder", trial->scratch);
    snprintf(path, room, "%s/rung-config.json", trial->scratch);
    FILE *file = fopen(path, "w");
    if (!file || fputs(rung_member(start, "config"), file) < 0 || fclose(file) != 0)
      rung_fail("cannot write the configuration", path);
  }
  setenv("RUNG_CONFIG", path, 1);
  free(path);
}

/* Goes on to the next trial of a process that began by rung_begin_warm, and waits until there is one; 0 where
 * there is no more. The environment follows, the command line does not: take settings from here. */
static inline int rung_next_trial(rung_trial *trial) {
  static const char ask[] = "{\"next\": true}\n";
  rung_send(trial, ask, sizeof ask - 1);
  while (trial->connection >= 0) {
    char *line = rung_take_line(trial);
    if (!line) {
      rung_receive(trial, 0);
      continue;
    }
    rung_object message = {NULL, 0}, start = {NULL, 0};
    if (!rung_read_object(line, &message)) rung_fail("Rung sent what is no JSON object", line);
    free(line);
    const rung_value *next = rung_find(&message, "trial");
    /* Whatever comes before it still speaks of the trial that is over. */
    int is_next = next && rung_read_object(next->text, &start);
    if (is_next) {
      rung_clear(&trial->config);
      rung_clear(&trial->scale);
      free(trial->folder);
      free(trial->scratch);
      trial->folder = rung_copy_of(rung_member(&start, "checkpoint_dir"));
      trial->scratch = rung_copy_of(rung_member(&start, "trial_dir"));
      trial->id = atoi(rung_member(&start, "id"));
      trial->attempt = atoi(rung_member(&start, "attempt"));
      trial->seed = atoi(rung_member(&start, "seed"));
      trial->resumed_from = trial->epoch = atoi(rung_member(&start, "resumed_from"));
      trial->until = atoi(rung_member(&start, "until"));
      trial->max_epoch = atoi(rung_member(&start, "max"));
      trial->is_held = trial->has_ended = 0;
      trial->metrics_length = 0;
      if (!rung_read_object(rung_member(&start, "config"), &trial->config))
        rung_fail("Rung sent no configuration", rung_member(&start, "config"));
      rung_read_object(rung_member(&start, "scale"), &trial->scale);
      rung_publish(trial, &start);
    }
    rung_clear(&start);
    rung_clear(&message);
    if (is_next) return 1;
  }
  return 0;
}

/* Lets go of everything. Returns 0, for main(). */
static inline int rung_end(rung_trial *trial) {
  rung_close(trial);
  rung_clear(&trial->config);
  rung_clear(&trial->scale);
  free(trial->folder);
  free(trial->scratch);
  free(trial->part);
  free(trial->metrics);
  free(trial->received);
  free(trial);
  return 0;
}

#ifdef __cplusplus
}
#endif

#endif
