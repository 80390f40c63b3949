/* iocp_echo: sends back what comes, for thousands of clients, from one completion port and a few threads.
 *
 *     iocp_echo ADDRESS PORT [CLIENTS]
 *
 * Port 0 takes any free port; the server prints "listening on ADDRESS port PORT". It ends after CLIENTS
 * connections have ended, or never, and then prints how many octets it has sent back.
 *
 * An ordinary Winsock program, C and C++ alike. On Windows:  cl iocp_echo.c
 * On Linux:                                                  wsalive-cc iocp_echo.c -o iocp_echo
 */
#define PROGRAM "iocp_echo"
#include "talking.h"

#define THREADS 2
#define ACCEPTS 64
#define ROOM 4096
#define NAME_ROOM (sizeof(struct sockaddr_storage) + 16)

enum Doing { ACCEPTING, RECEIVING, SENDING };

/* Everything about one client; the OVERLAPPED comes first, so that a packet leads to it. */
typedef struct Client {
  OVERLAPPED overlapped;
  enum Doing doing;
  SOCKET socket;
  DWORD sending;
  char room[ROOM + 2 * NAME_ROOM];
} Client;

static HANDLE port;
static SOCKET listener;
static int family;
static LPFN_ACCEPTEX accept_ex;
static volatile LONG ended;
static LONG most = -1;
static volatile LONG64 octets;

static int start_accept(Client* client) {
  DWORD unused;
  memset(&client->overlapped, 0, sizeof client->overlapped);
  client->doing = ACCEPTING;
  client->socket = socket(family, SOCK_STREAM, IPPROTO_TCP);
  if (client->socket == INVALID_SOCKET) return failed("socket");
  if (!accept_ex(listener, client->socket, client->room, 0, NAME_ROOM, NAME_ROOM, &unused,
                 &client->overlapped) &&
      WSAGetLastError() != ERROR_IO_PENDING)
    return failed("AcceptEx");
  return 0;
}

static void end_client(Client* client) {
  closesocket(client->socket);
  free(client);
  if (InterlockedIncrement(&ended) == most) PostQueuedCompletionStatus(port, 0, 0, NULL);
}

static void start_receive(Client* client) {
  WSABUF buffer;
  DWORD flags = 0;
  buffer.buf = client->room;
  buffer.len = ROOM;
  memset(&client->overlapped, 0, sizeof client->overlapped);
  client->doing = RECEIVING;
  if (WSARecv(client->socket, &buffer, 1, NULL, &flags, &client->overlapped, NULL) != 0 &&
      WSAGetLastError() != WSA_IO_PENDING)
    end_client(client);
}

static void start_send(Client* client, DWORD bytes) {
  WSABUF buffer;
  buffer.buf = client->room;
  buffer.len = bytes;
  memset(&client->overlapped, 0, sizeof client->overlapped);
  client->doing = SENDING;
  client->sending = bytes;
  if (WSASend(client->socket, &buffer, 1, NULL, 0, &client->overlapped, NULL) != 0 &&
      WSAGetLastError() != WSA_IO_PENDING)
    end_client(client);
}

/* The connection's own options come with the update; a dead client is noticed by keep-alive. */
static void welcome(Client* client) {
  DWORD on = 1;
  Client* next = (Client*)malloc(sizeof *next);
  setsockopt(client->socket, SOL_SOCKET, SO_UPDATE_ACCEPT_CONTEXT, (const char*)&listener,
             sizeof listener);
  setsockopt(client->socket, SOL_SOCKET, SO_KEEPALIVE, (const char*)&on, sizeof on);
  if (!CreateIoCompletionPort((HANDLE)client->socket, port, 0, 0)) {
    failed("CreateIoCompletionPort");
    end_client(client);
  } else {
    start_receive(client);
  }
  if (!next || start_accept(next) != 0) free(next);
}

static void go_on(Client* client, BOOL good, DWORD bytes) {
  if (client->doing == ACCEPTING) {
    if (good) {
      welcome(client);
    } else {
      closesocket(client->socket);
      free(client);
    }
  } else if (!good || bytes == 0) {
    end_client(client);
  } else if (client->doing == RECEIVING) {
    start_send(client, bytes);
  } else {
    InterlockedExchangeAdd64(&octets, client->sending);
    start_receive(client);
  }
}

static DWORD WINAPI work(LPVOID unused) {
  (void)unused;
  for (;;) {
    DWORD bytes;
    ULONG_PTR key;
    OVERLAPPED* overlapped;
    BOOL good = GetQueuedCompletionStatus(port, &bytes, &key, &overlapped, INFINITE);
    if (!overlapped) {
      if (good) PostQueuedCompletionStatus(port, 0, 0, NULL); /* To the next thread. */
      return 0;
    }
    go_on((Client*)overlapped, good, bytes);
  }
}

/* And the family of the sockets that it takes. */
static int find_accept_ex(void) {
  struct sockaddr_storage name;
  int size = sizeof name;
  GUID id = WSAID_ACCEPTEX;
  DWORD bytes;
  if (getsockname(listener, (struct sockaddr*)&name, &size) == SOCKET_ERROR ||
      WSAIoctl(listener, SIO_GET_EXTENSION_FUNCTION_POINTER, &id, sizeof id, &accept_ex,
               sizeof accept_ex, &bytes, NULL, NULL) == SOCKET_ERROR)
    return failed("AcceptEx's address");
  family = name.ss_family;
  return 0;
}

static int serve(const char* address) {
  HANDLE threads[THREADS];
  int at;
  port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 0);
  if (!port || !CreateIoCompletionPort((HANDLE)listener, port, 0, 0)) return failed("port");
  for (at = 0; at < ACCEPTS; ++at) {
    Client* client = (Client*)malloc(sizeof *client);
    if (!client || start_accept(client) != 0) return 1;
  }
  for (at = 0; at < THREADS; ++at) threads[at] = CreateThread(NULL, 0, work, NULL, 0, NULL);
  if (announce(listener, address) != 0) return 1;
  WaitForMultipleObjects(THREADS, threads, TRUE, INFINITE);
  for (at = 0; at < THREADS; ++at) CloseHandle(threads[at]);
  printf("%ld connections, %lld octets\n", (long)ended, (long long)octets);
  return 0;
}

int main(int argc, char** argv) {
  WSADATA data;
  int status = 1;
  if (argc < 3) {
    fprintf(stderr, "usage: iocp_echo ADDRESS PORT [CLIENTS]\n");
    return 2;
  }
  if (argc > 3) most = atol(argv[3]);
  if (WSAStartup(MAKEWORD(2, 2), &data) != 0) return failed("WSAStartup");
  listener = listen_on(argv[1], argv[2]);
  if (listener != INVALID_SOCKET && find_accept_ex() == 0) status = serve(argv[1]);
  WSACleanup();
  return status;
}
