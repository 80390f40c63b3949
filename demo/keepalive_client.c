/* keepalive_client: a client whose connection stays idle for a while.
 *
 *     keepalive_client ADDRESS PORT IDLE_MS [TIME_MS INTERVAL_MS]
 *
 * It connects, asks, stays idle, asks again, and then waits for the server to speak. With TIME_MS
 * and INTERVAL_MS it first switches TCP keep-alive on by SIO_KEEPALIVE_VALS, so that whatever lies
 * between the two hosts keeps the connection in mind, and so that a server that is gone is noticed.
 *
 * An ordinary Winsock program. On Windows:  cl keepalive_client.c
 * On Linux:                                 wsalive-cc keepalive_client.c -o keepalive_client
 */
#include <winsock2.h>

#include <mstcpip.h>
#include <ws2tcpip.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef _MSC_VER
#pragma comment(lib, "ws2_32.lib")
#endif

#define PATIENCE_MS 3000 /* How long an answer may take. */

static const char* name_of(int error) {
  switch (error) {
    case WSAENETRESET:
      return "WSAENETRESET";
    case WSAETIMEDOUT:
      return "WSAETIMEDOUT";
    case WSAECONNRESET:
      return "WSAECONNRESET";
    case WSAECONNREFUSED:
      return "WSAECONNREFUSED";
    case WSAEINVAL:
      return "WSAEINVAL";
    case WSAEFAULT:
      return "WSAEFAULT";
    default:
      return "see winerror.h";
  }
}

static int failed(const char* what) {
  int error = WSAGetLastError();

  printf("%s: error %d %s\n", what, error, name_of(error));
  return 1;
}

/* Keep-alive with our own times instead of Windows' two hours and one second. */
static int keep_alive(SOCKET s, u_long time_ms, u_long interval_ms) {
  struct tcp_keepalive values;
  DWORD returned = 0;

  values.onoff = 1;
  values.keepalivetime = time_ms;
  values.keepaliveinterval = interval_ms;
  return WSAIoctl(s, SIO_KEEPALIVE_VALS, &values, sizeof values, NULL, 0, &returned, NULL, NULL);
}

static int connect_to(SOCKET s, const char* address, const char* port) {
  struct addrinfo hints, *found = NULL;
  int result;

  memset(&hints, 0, sizeof hints);
  hints.ai_family = AF_INET;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICHOST;
  if (getaddrinfo(address, port, &hints, &found) != 0) return SOCKET_ERROR;
  result = connect(s, found->ai_addr, (int)found->ai_addrlen);
  freeaddrinfo(found);
  return result;
}

/* Sends a question and prints the answer. */
static int ask(SOCKET s, const char* question) {
  char answer[64];
  int got;

  if (send(s, question, (int)strlen(question), 0) == SOCKET_ERROR) return SOCKET_ERROR;
  got = recv(s, answer, sizeof answer - 1, 0);
  if (got == SOCKET_ERROR) return SOCKET_ERROR;
  answer[got] = '\0';
  printf("%s: %s\n", question, answer);
  return 0;
}

/* Idle for a while, unless the server has something to say. */
static void stay_idle(SOCKET s, long milliseconds) {
  fd_set readable;
  struct timeval wait;

  FD_ZERO(&readable);
  FD_SET(s, &readable);
  wait.tv_sec = milliseconds / 1000;
  wait.tv_usec = (milliseconds % 1000) * 1000;
  printf("idle for %ld ms\n", milliseconds);
  select(0, &readable, NULL, NULL, &wait);
}

/* How long recv may take; 0 is for ever. */
static int be_patient(SOCKET s, DWORD milliseconds) {
  return setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, (const char*)&milliseconds, sizeof milliseconds);
}

static int talk(SOCKET s, char** arguments, int count) {
  char octet;

  if (count == 6 && keep_alive(s, strtoul(arguments[4], NULL, 10),
                               strtoul(arguments[5], NULL, 10)) == SOCKET_ERROR)
    return failed("WSAIoctl SIO_KEEPALIVE_VALS");
  if (connect_to(s, arguments[1], arguments[2]) == SOCKET_ERROR) return failed("connect");
  if (be_patient(s, PATIENCE_MS) == SOCKET_ERROR) return failed("setsockopt SO_RCVTIMEO");
  if (ask(s, "first question") == SOCKET_ERROR) return failed("first question");
  stay_idle(s, atol(arguments[3]));
  if (ask(s, "second question") == SOCKET_ERROR) return failed("second question");
  if (be_patient(s, 0) == SOCKET_ERROR) return failed("setsockopt SO_RCVTIMEO");
  printf("waiting\n");
  if (recv(s, &octet, 1, 0) == SOCKET_ERROR) return failed("recv");
  printf("recv: the server has ended the connection\n");
  return 0;
}

int main(int argc, char** argv) {
  WSADATA data;
  SOCKET s;
  int result;

  if (argc != 4 && argc != 6) {
    fprintf(stderr, "usage: keepalive_client ADDRESS PORT IDLE_MS [TIME_MS INTERVAL_MS]\n");
    return 2;
  }
  setvbuf(stdout, NULL, _IONBF, 0); /* A reader of the output sees each line at once. */
  if (WSAStartup(MAKEWORD(2, 2), &data) != 0) return 1;
  s = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
  if (s == INVALID_SOCKET) {
    result = failed("socket");
  } else {
    result = talk(s, argv, argc);
    closesocket(s);
  }
  WSACleanup();
  return result;
}
