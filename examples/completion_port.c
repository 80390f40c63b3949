/* completion_port: an echo server on a completion port; two threads serve all clients.
 *
 *     completion_port PORT         on 127.0.0.1; port 0 takes a free port
 *
 * On Windows:  cl completion_port.c ws2_32.lib    On Linux:  wsalive-cc completion_port.c -o completion_port -lws2_32
 */
#include <winsock2.h>

#include <process.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct {
  OVERLAPPED overlapped; /* First: its address is the client's. */
  SOCKET s;
  int sending;
  char text[4096];
} Client;

static void end(Client* client) {
  closesocket(client->s);
  free(client);
}

/* Starts to receive, or to send back `octets`. A packet tells the end, unless it is refused. */
static void next(Client* client, DWORD octets) {
  const OVERLAPPED none = {0};
  WSABUF buffer = {octets != 0 ? octets : sizeof client->text, client->text};
  DWORD flags = 0;

  client->overlapped = none;
  client->sending = octets != 0;
  if ((octets != 0
           ? WSASend(client->s, &buffer, 1, NULL, 0, &client->overlapped, NULL)
           : WSARecv(client->s, &buffer, 1, NULL, &flags, &client->overlapped, NULL)) != 0 &&
      WSAGetLastError() != WSA_IO_PENDING)
    end(client);
}

static unsigned __stdcall work(void* port) {
  DWORD octets;
  ULONG_PTR key;
  OVERLAPPED* overlapped;

  for (;;) {
    BOOL good = GetQueuedCompletionStatus((HANDLE)port, &octets, &key, &overlapped, INFINITE);
    Client* client = (Client*)overlapped;
    if (client == NULL) return 1;
    if (good && octets != 0)
      next(client, client->sending ? 0 : octets);
    else
      end(client); /* It has closed the connection, or that broke. */
  }
}

int main(int argc, char** argv) {
  WSADATA data;
  SOCKET listener, s;
  struct sockaddr_in name = {0};
  int length = sizeof name, i;
  HANDLE port;

  if (argc != 2) return fprintf(stderr, "usage: completion_port PORT\n"), 2;
  if (WSAStartup(MAKEWORD(2, 2), &data) != 0) return 1;
  name.sin_family = AF_INET;
  name.sin_port = htons((u_short)atoi(argv[1]));
  name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  listener = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
  port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 0);
  if (port == NULL || bind(listener, (struct sockaddr*)&name, sizeof name) == SOCKET_ERROR ||
      listen(listener, SOMAXCONN) == SOCKET_ERROR ||
      getsockname(listener, (struct sockaddr*)&name, &length) == SOCKET_ERROR)
    return fprintf(stderr, "completion_port: error %d\n", WSAGetLastError()), 1;
  printf("listening on 127.0.0.1 port %d\n", ntohs(name.sin_port));
  fflush(stdout);
  for (i = 0; i < 2; ++i) CloseHandle((HANDLE)_beginthreadex(NULL, 0, work, port, 0, NULL));
  while ((s = accept(listener, NULL, NULL)) != INVALID_SOCKET) {
    Client* client = (Client*)calloc(1, sizeof *client);
    if (client == NULL || CreateIoCompletionPort((HANDLE)s, port, 0, 0) == NULL) return 1;
    client->s = s;
    next(client, 0);
  }
  return fprintf(stderr, "completion_port: accept: error %d\n", WSAGetLastError()), 1;
}
