/* A program with rules of its own, which a library in it must not break. With a server on 127.0.0.1:PORT that accepts:
 *
 *     own_rules handlers PORT   connects, asks and closes for a second, and in signal handlers as well; prints "done"
 *     own_rules filter PORT     connects, allows itself what a plain client needs and would be killed for more, connects
 *                               again; prints SO_KEEPALIVE and TCP_KEEPIDLE of the first connection, and of the second
 *     own_rules alone PORT      connects and moves into a user namespace; prints the same of the connection
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static struct sockaddr_in g_server;

static int connection(void) {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  if (fd >= 0 && connect(fd, (struct sockaddr*)&g_server, sizeof g_server) != 0) {
    close(fd);
    return -1;
  }
  return fd;
}

static int value(int fd, int level, int name) {
  int found = -1;
  socklen_t size = sizeof found;
  return getsockopt(fd, level, name, &found, &size) == 0 ? found : -1;
}

static void say(int fd) {
  char line[64];
  const int length = snprintf(line, sizeof line, "%d %d\n", value(fd, SOL_SOCKET, SO_KEEPALIVE),
                              value(fd, IPPROTO_TCP, TCP_KEEPIDLE));
  if (write(1, line, (size_t)length) != length) _exit(3);
}

static void use_one(void) {
  const int fd = connection();
  const int on = 1;
  if (fd < 0) return;
  setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
  value(fd, SOL_SOCKET, SO_KEEPALIVE);
  close(fd);
}

static void in_handler(int number) {
  const int kept = errno;
  (void)number;
  use_one();
  errno = kept;
}

static int handlers(void) {
  struct sigaction action = {.sa_handler = in_handler, .sa_flags = SA_RESTART};
  struct itimerval often = {{0, 1000}, {0, 1000}};
  const struct itimerval never = {{0, 0}, {0, 0}};
  const time_t end = time(NULL) + 2;
  sigaction(SIGALRM, &action, NULL);
  setitimer(ITIMER_REAL, &often, NULL);
  while (time(NULL) < end) use_one();
  setitimer(ITIMER_REAL, &never, NULL);
  puts("done");
  return 0;
}

static int restrict_calls(void) {
  static const int kAllowed[] = {SYS_write,      SYS_close,      SYS_socket,      SYS_connect,
                                 SYS_getsockopt, SYS_exit_group, SYS_rt_sigreturn};
  enum { kCalls = sizeof kAllowed / sizeof *kAllowed };
  struct sock_filter rules[2 + 2 * kCalls];
  struct sock_fprog program = {2 + 2 * kCalls, rules};
  size_t at = 0;
  rules[at++] =
      (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
  for (size_t i = 0; i < kCalls; ++i) {
    rules[at++] =
        (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)kAllowed[i], 0, 1);
    rules[at++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
  }
  rules[at] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS);
  return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) == 0;
}

static int filter(void) {
  const int first = connection();
  if (!restrict_calls()) return 77;
  say(first);
  say(connection());
  _exit(0);
}

static int alone(void) {
  const int fd = connection();
  if (unshare(CLONE_NEWUSER) != 0)
    return errno == EINVAL ? 1 : 77; /* EINVAL: there is another thread. */
  say(fd);
  return 0;
}

int main(int count, char** words) {
  if (count != 3) return 2;
  g_server.sin_family = AF_INET;
  g_server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  g_server.sin_port = htons((unsigned short)atoi(words[2]));
  if (strcmp(words[1], "handlers") == 0) return handlers();
  if (strcmp(words[1], "filter") == 0) return filter();
  if (strcmp(words[1], "alone") == 0) return alone();
  return 2;
}
