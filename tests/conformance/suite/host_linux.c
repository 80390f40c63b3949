/* A peer whose cable is cut, on the loopback and without any right: a socket filter that takes nothing makes
 * the kernel drop each segment for that socket before TCP sees it, so nothing is acknowledged. */
#include "host_linux.h"

#include <arpa/inet.h>
#include <linux/filter.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int linux_deafen(int fd) {
  struct sock_filter nothing[] = {BPF_STMT(BPF_RET | BPF_K, 0)};
  const struct sock_fprog program = {1, nothing};
  return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program);
}

int linux_hear(int fd) {
  const int unused = 0;
  return setsockopt(fd, SOL_SOCKET, SO_DETACH_FILTER, &unused, sizeof unused);
}

int linux_deaf_port(void) {
  struct sockaddr_in address;
  socklen_t size = sizeof address;
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  memset(&address, 0, sizeof address);
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (fd >= 0 && bind(fd, (struct sockaddr*)&address, size) == 0 && listen(fd, 16) == 0 &&
      linux_deafen(fd) == 0 && getsockname(fd, (struct sockaddr*)&address, &size) == 0) {
    return ntohs(address.sin_port);
  }
  if (fd >= 0) close(fd);
  return 0;
}
