/* Asks the rows of a topic and prints a line for each:
 *
 *   row <tab> pass|fail|skip <tab> key <tab> name <tab> rules <tab> what is expected <tab> what was seen
 *
 * (of a skipped row: the reason), behind lines `world` and `release`. `asking <name>` stands before each row,
 * so that a runner knows which one has ended the program.
 *
 *   program              all rows of this world's release and rules
 *   program --after ROW  the rows behind that one */
#include "conformance.h"
#include "host.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const int kMark = 4711;
enum { TOGETHER_LIMIT = 40000 }; /* Milliseconds for rows that run side by side. */

const char* const kReleaseNames[RELEASES] = {"win2000",    "winxp",      "ws2003",     "vista",
                                             "win7",       "win8",       "win8.1",     "win10",
                                             "win10-1703", "win10-1709", "win10-21h1", "win11"};

void mark(void) { WSASetLastError(kMark); }

void effect(struct outcome* seen, const char* format, ...) {
  size_t used = strlen(seen->effect);
  va_list arguments;
  if (used > 0 && used + 2 < EFFECT_SIZE) {
    memcpy(seen->effect + used, ", ", 3);
    used += 2;
  }
  va_start(arguments, format);
  vsnprintf(seen->effect + used, EFFECT_SIZE - used, format, arguments);
  va_end(arguments);
}

void effect_error(struct outcome* seen, const char* what, int code) {
  effect(seen, "%s %s", what, error_name(code));
}

int skip(struct outcome* seen, const char* reason) {
  seen->skip = reason;
  return reason != NULL;
}

static int wanted_error(const struct row* row) {
  if (row->error == BY_K14) return host_release() >= WIN7 ? 0 : kMark;
  return row->error == KEPT ? kMark : row->error;
}

/* "SOCKET_ERROR WSAEFAULT; reads 0" */
static void describe(char* text, size_t size, int result, int error, const char* what) {
  const char* const failed = result == SOCKET_ERROR ? "SOCKET_ERROR" : NULL;
  char number[16];
  char code[48];
  snprintf(number, sizeof number, "%d", result);
  if (error == ANY_ERROR) {
    code[0] = 0;
  } else if (error == kMark) {
    snprintf(code, sizeof code, " last error kept");
  } else if (error == 0) {
    snprintf(code, sizeof code, " last error 0");
  } else {
    snprintf(code, sizeof code, " %s", error_name(error));
  }
  snprintf(text, size, "%s%s%s%s", failed ? failed : number, code, what && *what ? "; " : "",
           what ? what : "");
}

static int matches(const struct row* row, const struct outcome* seen) {
  const int error = wanted_error(row);
  return seen->result == row->result && (error == ANY_ERROR || seen->error == error) &&
         strcmp(row->effect ? row->effect : "", seen->effect) == 0;
}

/* `found`: what was seen, or of a skipped row why. */
static void print_row(const struct row* row, const char* status, const char* found) {
  static const char* const rules[] = {"", "documented", "observed", "both"};
  char expected[256];
  describe(expected, sizeof expected, row->result, wanted_error(row), row->effect);
  printf("row\t%s\t%s\t%s\t%s\t%s\t%s\n", status, row->key, row->name, rules[row->rules], expected,
         found);
  fflush(stdout);
}

static void report(const struct row* row, const struct outcome* seen) {
  char found[256];
  if (seen->skip) {
    print_row(row, "skip", seen->skip);
    return;
  }
  describe(found, sizeof found, seen->result,
           wanted_error(row) == ANY_ERROR ? ANY_ERROR : seen->error, seen->effect);
  print_row(row, matches(row, seen) ? "pass" : "fail", found);
}

static int is_asked(const struct row* row) {
  const int release = host_release();
  return row->first <= release && release <= row->last && (row->rules & host_rules()) != 0;
}

static void ask_each(enum start start, const struct row* rows, size_t count) {
  size_t i;
  for (i = 0; i < count; ++i) {
    struct outcome seen;
    WSADATA data;
    if (!is_asked(&rows[i])) continue;
    printf("asking\t%s\n", rows[i].name);
    fflush(stdout);
    memset(&seen, 0, sizeof seen);
    if (start == EACH_ROW && WSAStartup(MAKEWORD(2, 2), &data) != 0) {
      fprintf(stderr, "WSAStartup failed before row %s\n", rows[i].name);
      exit(3);
    }
    rows[i].call(&rows[i], &seen);
    if (start == EACH_ROW) WSACleanup();
    report(&rows[i], &seen);
  }
}

/* A row that waits side by side with others and gives no answer. */
static void report_hang(const struct row* row) {
  char found[64];
  snprintf(found, sizeof found, "no answer within %d s", TOGETHER_LIMIT / 1000);
  print_row(row, "fail", found);
}

struct job {
  const struct row* row;
  struct outcome seen;
  HANDLE thread;
};

static DWORD WINAPI run_job(LPVOID argument) {
  struct job* const job = argument;
  job->row->call(job->row, &job->seen);
  return 0;
}

static void ask_together(const struct row* rows, size_t count) {
  struct job* const jobs = calloc(count, sizeof *jobs);
  const DWORD begin = GetTickCount();
  WSADATA data;
  size_t i;
  int hung = 0;
  if (!jobs || WSAStartup(MAKEWORD(2, 2), &data) != 0) exit(3);
  printf("asking\tall together\n");
  fflush(stdout);
  for (i = 0; i < count; ++i) {
    jobs[i].row = &rows[i];
    if (is_asked(&rows[i])) jobs[i].thread = spawn(run_job, &jobs[i]);
  }
  for (i = 0; i < count; ++i) {
    const DWORD took = GetTickCount() - begin;
    if (!jobs[i].thread) continue;
    if (WaitForSingleObject(jobs[i].thread, took < TOGETHER_LIMIT ? TOGETHER_LIMIT - took : 0) ==
        WAIT_OBJECT_0) {
      report(&rows[i], &jobs[i].seen);
    } else {
      report_hang(&rows[i]);
      hung = 1;
    }
  }
  /* Threads that hang would not let go of the start-up: the program ends beside them. */
  if (hung) {
    printf("end\n");
    fflush(stdout);
    ExitProcess(0);
  }
  WSACleanup();
  free(jobs);
}

int run_topic(int argc, char** argv, enum start start, const struct row* rows, size_t count) {
  size_t first = 0;
  if (argc == 3 && strcmp(argv[1], "--after") == 0) {
    while (first < count && strcmp(rows[first].name, argv[2]) != 0) ++first;
    ++first;
  } else if (argc != 1) {
    fprintf(stderr, "usage: %s [--after ROW]\n", argv[0]);
    return 2;
  }
  printf("world\t%s\nrelease\t%s\n", host_world(), kReleaseNames[host_release()]);
  if (first < count && start == TOGETHER) ask_together(rows + first, count - first);
  if (first < count && start != TOGETHER) ask_each(start, rows + first, count - first);
  printf("end\n");
  return 0;
}
