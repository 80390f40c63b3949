/* The conformance suite's own header: a row of a topic's table, and what the calls of rows share.
 *
 * A topic is one program: a table of rows and the functions that they name. It is plain Winsock C and builds
 * with wsalive-cc and with a compiler for Windows; what differs between the two worlds stands behind host.h.
 *
 *   {name, key, first release, last release, rules, call, {arguments}, result, last error, effect}
 *
 * `key` is the row of docs/semantics.md that says so. A row's function makes one attempt: it prepares,
 * marks the last error, calls, takes result and last error, and then looks at what has changed. The
 * harness compares all three, so a refused call that changes something fails, too. */
#ifndef CONFORMANCE_H
#define CONFORMANCE_H

// clang-format off
#include <winsock2.h>
#include <ws2tcpip.h>
#include <mswsock.h>
#include <mstcpip.h>
#include <windows.h>
// clang-format on

#include <stddef.h>

/* Not in every compiler's headers. */
#ifndef TCP_KEEPALIVE
#define TCP_KEEPALIVE 3
#endif
#ifndef TCP_MAXRT
#define TCP_MAXRT 5
#endif
#ifndef TCP_KEEPCNT
#define TCP_KEEPCNT 16
#endif
#ifndef TCP_KEEPIDLE
#define TCP_KEEPIDLE TCP_KEEPALIVE
#endif
#ifndef TCP_KEEPINTVL
#define TCP_KEEPINTVL 17
#endif
#ifndef TCP_MAXRTMS
#define TCP_MAXRTMS 14
#endif
#ifndef AF_UNIX
#define AF_UNIX 1
#endif
#ifndef SO_CONNECT_TIME
#define SO_CONNECT_TIME 0x700C
#endif

/* Oldest first (K-120). */
enum release {
  WIN2000,
  WINXP,
  WS2003,
  VISTA,
  WIN7,
  WIN8,
  WIN8_1,
  WIN10,
  WIN10_1703,
  WIN10_1709,
  WIN10_21H1,
  WIN11,
  RELEASES
};

/* As in WSALIVE_RELEASE. */
extern const char* const kReleaseNames[RELEASES];

/* Rule sets of option sizes; a row holds under one or both. */
enum rules { DOCUMENTED = 1, OBSERVED = 2, BOTH = 3 };

/* Release ranges, for a row's third and fourth member. */
#define ALL WIN2000, WIN11
#define FROM(release) release, WIN11
#define BEFORE(release) WIN2000, (release)-1

/* What a row may say in place of a last error. */
enum {
  ANY_ERROR = -1, /* the row is about something else */
  KEPT = -2,      /* left as it was before the call */
  BY_K14 = -3     /* 0 from Windows 7 on, before left as it was: successes that K-14 names */
};

/* Room for a value of any option and what must stay untouched behind it. */
enum { EFFECT_SIZE = 120 };

struct outcome {
  int result;
  int error;
  char effect[EFFECT_SIZE];
  const char* skip; /* why this row cannot be asked here; else NULL */
};

struct row {
  const char* name;
  const char* key;
  int first;
  int last;
  int rules;
  void (*call)(const struct row* row, struct outcome* seen);
  struct {
    int a, b, c;
  } with; /* what they mean is the call's business */
  int result;
  int error;
  const char* effect; /* NULL: none is looked at */
};

/* How the harness starts Winsock for the rows of a topic. */
enum start {
  EACH_ROW,   /* WSAStartup(2.2) before and WSACleanup after each row */
  TOGETHER,   /* rows run side by side, each in a thread of its own, in one start-up */
  NOT_STARTED /* rows start Winsock by themselves */
};

/* A topic's main: asks its rows and prints a line for each. */
int run_topic(int argc, char** argv, enum start start, const struct row* rows, size_t count);
#define RUN_TOPIC(start, rows)                                                \
  int main(int argc, char** argv) {                                           \
    return run_topic(argc, argv, start, rows, sizeof(rows) / sizeof *(rows)); \
  }

/* ---- for the calls of rows ---- */

/* Marks the last error, makes the call, takes the result and the last error. */
#define ATTEMPT(seen, call) \
  (mark(), (seen)->result = (int)(call), (seen)->error = WSAGetLastError())
void mark(void);
extern const int kMark;

/* What has become of it: printf into seen->effect; a second call adds to the first, after a comma. */
void effect(struct outcome* seen, const char* format, ...);
/* The same with the name of an error code: "hears WSAECONNRESET". */
void effect_error(struct outcome* seen, const char* what, int code);
const char* error_name(int code);

/* Ends the row with a reason why it cannot be asked. Answers whether there is one. */
int skip(struct outcome* seen, const char* reason);

/* Sockets. They end the program, naming the step, where the world denies them: nothing is to be learnt then. */
SOCKET tcp(void);
SOCKET udp(void);
SOCKET bound_tcp(void);
SOCKET bound_udp(void);
struct sockaddr_in loopback(int port);
struct sockaddr_in name_of(SOCKET s);
SOCKET listener(void);
SOCKET closed_socket(void);
struct pair {
  SOCKET client;
  SOCKET server;
};
struct pair connected(void);
struct sockaddr_in refused_address(void); /* no socket listens there */
int connect_to(SOCKET s, const struct sockaddr_in* to);
void never_block(SOCKET s);
/* A socket whose connection request is not answered yet; or a reason to skip. */
const char* pending(SOCKET* s);
/* Until the socket is readable, or for so many milliseconds. */
int wait_readable(SOCKET s, int milliseconds);

/* A socket by number, for rows that try several kinds. */
enum kind {
  TCP4,
  TCP6,
  UDP4,
  UDP6,
  BOUND,
  LISTENING,
  CONNECTED,
  ACCEPTED,
  CLOSED,
  INVALID,
  EVENT_HANDLE,
  FILE_HANDLE,
  RAW,  /* needs a right: INVALID_SOCKET without it */
  LOCAL /* a stream of AF_UNIX; INVALID_SOCKET where there is none */
};
SOCKET of_kind(int kind);

/* SO_KEEPALIVE as it reads now: 0 or 1; -1 where getsockopt fails. */
int keep_alive(SOCKET s);
int set_keep_alive(SOCKET s, int on);
/* An option's DWORD; -1 where getsockopt fails. */
int option_of(SOCKET s, int level, int name);
int set_option(SOCKET s, int level, int name, int value);
int keep_alive_values(SOCKET s, u_long on, u_long time, u_long interval);

/* An address of no memory. */
#define NOWHERE ((char*)8)
/* The end of a page behind which no memory is: `size` bytes before it are 0 and can be used. */
char* before_the_end(size_t size);
/* The same, but the memory behind it can be read. */
char* before_read_only(size_t size);
/* A page that can be read and not written: a number, and zeroes behind it. */
char* read_only(int value);

/* A started thread that runs `body(argument)`; join waits for it and answers its result. */
HANDLE spawn(LPTHREAD_START_ROUTINE body, void* argument);
int join(HANDLE thread);

#endif
