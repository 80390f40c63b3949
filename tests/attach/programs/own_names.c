// A program that defines functions which libc has too, as programs may, and counts who calls them: itself it never does.
//
//   own_names PORT          connects, waits two seconds, prints `calls idle`: how often they were called, and TCP_KEEPIDLE
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static volatile int calls;

int close(int fd) {
  ++calls;
  return (int)syscall(SYS_close, fd);
}
int poll(struct pollfd* fds, nfds_t count, int timeout) {
  ++calls;
  struct timespec limit = {timeout / 1000, (timeout % 1000) * 1000000L};
  return (int)syscall(SYS_ppoll, fds, count, timeout < 0 ? NULL : &limit, NULL, 0);
}
int clock_gettime(clockid_t clock, struct timespec* time) {
  ++calls;
  return (int)syscall(SYS_clock_gettime, clock, time);
}
int pthread_mutex_lock(pthread_mutex_t* mutex) {
  (void)mutex;
  ++calls;
  return 0;
}

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  struct sockaddr_in address;
  memset(&address, 0, sizeof address);
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons((unsigned short)atoi(argv[1]));
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  if (connect(fd, (struct sockaddr*)&address, sizeof address) != 0) return perror("connect"), 1;
  sleep(2);
  int idle = 0;
  socklen_t size = sizeof idle;
  getsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle, &size);
  printf("%d %d\n", calls, idle);
  return 0;
}
