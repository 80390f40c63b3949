// Control codes of a connected pair of sockets: blocking mode, octets to read, urgent data, keep-alive.
//
//   ioctl
//
// Makes a connection to itself over the loopback and prints what each control code says.

#include <winsock2.h>
#include <ws2tcpip.h>

#include <mstcpip.h>
#include <stdio.h>
#include <string.h>

#pragma comment(lib, "ws2_32.lib")

static int failed(const char* what) {
  fprintf(stderr, "ioctl: %s: error %d\n", what, WSAGetLastError());
  return 1;
}

static int connect_pair(SOCKET* client, SOCKET* server) {
  SOCKADDR_IN address;
  int size = sizeof(address);
  const SOCKET listener = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
  memset(&address, 0, sizeof(address));
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  *client = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
  if (listener == INVALID_SOCKET || *client == INVALID_SOCKET ||
      bind(listener, (SOCKADDR*)&address, sizeof(address)) == SOCKET_ERROR ||
      listen(listener, 1) == SOCKET_ERROR ||
      getsockname(listener, (SOCKADDR*)&address, &size) == SOCKET_ERROR ||
      connect(*client, (SOCKADDR*)&address, size) == SOCKET_ERROR) {
    return failed("connect");
  }
  *server = accept(listener, NULL, NULL);
  closesocket(listener);
  return *server == INVALID_SOCKET ? failed("accept") : 0;
}

static int non_blocking(SOCKET s) {
  u_long mode = 1;
  char octet;
  if (ioctlsocket(s, FIONBIO, &mode) != 0) return failed("FIONBIO");
  if (recv(s, &octet, 1, 0) != SOCKET_ERROR) return failed("recv");
  printf("FIONBIO: nothing to read is error %d\n", WSAGetLastError());
  mode = 0;
  return ioctlsocket(s, FIONBIO, &mode) != 0 ? failed("FIONBIO") : 0;
}

static int unread(SOCKET from, SOCKET to) {
  u_long count = 0;
  WSAPOLLFD item;
  if (send(from, "seven c", 7, 0) != 7) return failed("send");
  item.fd = to;
  item.events = POLLRDNORM;
  if (WSAPoll(&item, 1, 5000) != 1 || ioctlsocket(to, FIONREAD, &count) != 0)
    return failed("FIONREAD");
  printf("FIONREAD: %lu octets\n", count);
  return 0;
}

static int keep_alive(SOCKET s) {
  struct tcp_keepalive values = {1, 60000, 5000};
  DWORD bytes = 0;
  BOOL on = FALSE;
  int size = sizeof(on);
  if (WSAIoctl(s, SIO_KEEPALIVE_VALS, &values, sizeof(values), NULL, 0, &bytes, NULL, NULL) != 0) {
    return failed("SIO_KEEPALIVE_VALS");
  }
  if (getsockopt(s, SOL_SOCKET, SO_KEEPALIVE, (char*)&on, &size) != 0)
    return failed("SO_KEEPALIVE");
  printf("SIO_KEEPALIVE_VALS: keep-alive is %s\n", on ? "on" : "off");
  return 0;
}

static int unknown(SOCKET s) {
  u_long argument = 0;
  if (ioctlsocket(s, (long)_IOW('z', 99, u_long), &argument) == 0) return failed("an unknown code");
  printf("an unknown code: error %d\n", WSAGetLastError());
  return 0;
}

int main(void) {
  WSADATA data;
  SOCKET client = INVALID_SOCKET, server = INVALID_SOCKET;
  int status;
  if (WSAStartup(MAKEWORD(2, 2), &data) != 0) return 1;
  status = connect_pair(&client, &server);
  if (status == 0) status = non_blocking(server);
  if (status == 0) status = unread(client, server);
  if (status == 0) status = keep_alive(client);
  if (status == 0) status = unknown(client);
  if (client != INVALID_SOCKET) closesocket(client);
  if (server != INVALID_SOCKET) closesocket(server);
  WSACleanup();
  return status;
}
