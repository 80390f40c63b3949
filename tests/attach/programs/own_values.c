// A program without any knowledge of us: makes or takes one TCP connection on loopback and prints the
// keep-alive values of its socket, `on idle interval count`.
//
//   own_values connect PORT [option...]     option: keepalive=1 idle=N interval=N count=N, set before
//   own_values accept [option...]           the connection; late-idle=N: set after it
//   own_values sendto PORT                  the same as connect, by MSG_FASTOPEN; also `sendmsg`
//   own_values vfork PORT                   the same as connect, when a child of vfork has closed the descriptor
//   own_values daemon PORT                  ends at once; its child connects a little later
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static int read_option(int fd, int level, int name) {
  int value = -1;
  socklen_t size = sizeof value;
  getsockopt(fd, level, name, &value, &size);
  return value;
}

static void print_values(int fd) {
  printf("%d %d %d %d\n", read_option(fd, SOL_SOCKET, SO_KEEPALIVE),
         read_option(fd, IPPROTO_TCP, TCP_KEEPIDLE), read_option(fd, IPPROTO_TCP, TCP_KEEPINTVL),
         read_option(fd, IPPROTO_TCP, TCP_KEEPCNT));
  fflush(stdout);
}

static const struct {
  const char* word;
  int level;
  int name;
} kOptions[] = {
    {"keepalive=", SOL_SOCKET, SO_KEEPALIVE},
    {"idle=", IPPROTO_TCP, TCP_KEEPIDLE},
    {"interval=", IPPROTO_TCP, TCP_KEEPINTVL},
    {"count=", IPPROTO_TCP, TCP_KEEPCNT},
};

static void set_options(int fd, char** words, const char* prefix) {
  for (; *words; ++words) {
    size_t skip = strlen(prefix);
    if (strncmp(*words, prefix, skip) != 0) continue;
    for (size_t i = 0; i < sizeof kOptions / sizeof kOptions[0]; ++i) {
      size_t length = strlen(kOptions[i].word);
      if (strncmp(*words + skip, kOptions[i].word, length) != 0) continue;
      int value = atoi(*words + skip + length);
      if (setsockopt(fd, kOptions[i].level, kOptions[i].name, &value, sizeof value)) perror(*words);
    }
  }
}

static struct sockaddr_in loopback(int port) {
  struct sockaddr_in address;
  memset(&address, 0, sizeof address);
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons((unsigned short)port);
  return address;
}

static void close_in_child_of_vfork(int fd) {
  pid_t child = vfork();
  if (child == 0) {
    close(fd);
    _exit(0);
  }
  waitpid(child, NULL, 0);
}

static int child_closes;

static const char* how = "connect";

static int begin(int fd, struct sockaddr* address) {
  struct iovec data = {(void*)"x", 1};
  struct msghdr message = {0};
  message.msg_name = address;
  message.msg_namelen = sizeof(struct sockaddr_in);
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  if (strcmp(how, "sendto") == 0)
    return sendto(fd, "x", 1, MSG_FASTOPEN, address, sizeof(struct sockaddr_in)) == 1 ? 0 : -1;
  if (strcmp(how, "sendmsg") == 0) return sendmsg(fd, &message, MSG_FASTOPEN) == 1 ? 0 : -1;
  return connect(fd, address, sizeof(struct sockaddr_in));
}

static int connect_once(int port, char** options) {
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in address = loopback(port);
  set_options(fd, options, "");
  if (begin(fd, (struct sockaddr*)&address) != 0) return perror(how), 1;
  set_options(fd, options, "late-");
  if (child_closes) close_in_child_of_vfork(fd);
  print_values(fd);
  return 0;
}

static int accept_once(char** options) {
  int listener = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  set_options(listener, options, "");
  if (bind(listener, (struct sockaddr*)&address, size) != 0 || listen(listener, 1) != 0)
    return perror("listen"), 1;
  getsockname(listener, (struct sockaddr*)&address, &size);
  int client = socket(AF_INET, SOCK_STREAM, 0);
  if (connect(client, (struct sockaddr*)&address, size) != 0) return perror("connect"), 1;
  int accepted = accept(listener, NULL, NULL);
  set_options(accepted, options, "late-");
  print_values(accepted);
  return 0;
}

int main(int argc, char** argv) {
  if (argc > 2 && (strcmp(argv[1], "connect") == 0 || strncmp(argv[1], "send", 4) == 0)) {
    how = argv[1];
    return connect_once(atoi(argv[2]), argv + 3);
  }
  if (argc > 2 && strcmp(argv[1], "vfork") == 0) {
    child_closes = 1;
    return connect_once(atoi(argv[2]), argv + 3);
  }
  if (argc > 1 && strcmp(argv[1], "accept") == 0) return accept_once(argv + 2);
  if (argc > 2 && strcmp(argv[1], "daemon") == 0) {
    if (fork() != 0) return 0;
    usleep(200000);
    return connect_once(atoi(argv[2]), argv + 3);
  }
  if (argc > 2 && strcmp(argv[1], "exit") == 0) return atoi(argv[2]);
  if (argc > 2 && strcmp(argv[1], "kill") == 0) return kill(getpid(), atoi(argv[2]));
  fprintf(stderr, "usage: see the head of the source\n");
  return 2;
}
