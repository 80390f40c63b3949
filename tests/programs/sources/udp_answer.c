/* A server of several addresses that answers from the one it was asked at, by WSARecvMsg and WSASendMsg.

     udp_answer serve PORT COUNT         answers COUNT questions, port 0 takes a free one
     udp_answer ask ADDRESS PORT TEXT    asks, and tells who has answered                              */
#include <mswsock.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <winsock2.h>
#include <ws2tcpip.h>

static int failed(const char* what) {
  fprintf(stderr, "%s: error %d\n", what, WSAGetLastError());
  return 1;
}

static struct sockaddr_in address_of(const char* text, const char* port) {
  struct sockaddr_in address;
  memset(&address, 0, sizeof address);
  address.sin_family = AF_INET;
  address.sin_port = htons((u_short)atoi(port));
  if (inet_pton(AF_INET, text, &address.sin_addr) != 1) fprintf(stderr, "no address: %s\n", text);
  return address;
}

static const char* text_of(const struct in_addr* address, char* text) {
  return inet_ntop(AF_INET, (void*)address, text, INET_ADDRSTRLEN);
}

/* WSARecvMsg is no function of the library: it is asked for. */
static LPFN_WSARECVMSG find_recv_msg(SOCKET s) {
  GUID id = WSAID_WSARECVMSG;
  LPFN_WSARECVMSG found = NULL;
  DWORD bytes = 0;
  WSAIoctl(s, SIO_GET_EXTENSION_FUNCTION_POINTER, &id, sizeof id, &found, sizeof found, &bytes,
           NULL, NULL);
  return found;
}

static struct in_addr asked_at(WSAMSG* message) {
  struct in_addr address;
  WSACMSGHDR* header;
  memset(&address, 0, sizeof address);
  for (header = WSA_CMSG_FIRSTHDR(message); header; header = WSA_CMSG_NXTHDR(message, header)) {
    if (header->cmsg_level == IPPROTO_IP && header->cmsg_type == IP_PKTINFO)
      address = ((IN_PKTINFO*)(void*)WSA_CMSG_DATA(header))->ipi_addr;
  }
  return address;
}

static int answer_one(SOCKET s, LPFN_WSARECVMSG recv_msg) {
  union {
    char bytes[WSA_CMSG_SPACE(sizeof(IN_PKTINFO))];
    WSACMSGHDR aligned;
  } control;
  char line[512];
  char here[INET_ADDRSTRLEN];
  char there[INET_ADDRSTRLEN];
  struct sockaddr_in from;
  struct in_addr own;
  WSABUF buffer;
  WSAMSG message;
  DWORD bytes = 0;
  buffer.buf = line;
  buffer.len = sizeof line;
  memset(&message, 0, sizeof message);
  message.name = (struct sockaddr*)&from;
  message.namelen = sizeof from;
  message.lpBuffers = &buffer;
  message.dwBufferCount = 1;
  message.Control.buf = control.bytes;
  message.Control.len = sizeof control.bytes;
  if (recv_msg(s, &message, &bytes, NULL, NULL) == SOCKET_ERROR) return failed("WSARecvMsg");
  own = asked_at(&message);
  printf("%s asked at %s%s: %.*s\n", text_of(&from.sin_addr, there), text_of(&own, here),
         message.dwFlags & MSG_BCAST ? " (everybody)" : "", (int)bytes, line);
  fflush(stdout);
  /* The control data goes back as it came: now it names the sender's address. An answer to everybody's question
     comes from wherever the system likes. */
  if (message.dwFlags & (MSG_BCAST | MSG_MCAST)) {
    message.Control.buf = NULL;
    message.Control.len = 0;
  }
  buffer.len = bytes;
  if (WSASendMsg(s, &message, 0, &bytes, NULL, NULL) == SOCKET_ERROR) return failed("WSASendMsg");
  return 0;
}

static int serve(const char* port, int count) {
  SOCKET s = socket(AF_INET, SOCK_DGRAM, IPPROTO_UDP);
  struct sockaddr_in any = address_of("0.0.0.0", port);
  int size = sizeof any;
  DWORD on = 1;
  LPFN_WSARECVMSG recv_msg = find_recv_msg(s);
  if (!recv_msg) return failed("WSARecvMsg is not there");
  if (setsockopt(s, IPPROTO_IP, IP_PKTINFO, (const char*)&on, sizeof on) == SOCKET_ERROR)
    return failed("IP_PKTINFO");
  if (bind(s, (struct sockaddr*)&any, size) == SOCKET_ERROR) return failed("bind");
  if (getsockname(s, (struct sockaddr*)&any, &size) == SOCKET_ERROR) return failed("getsockname");
  printf("listening on port %d\n", ntohs(any.sin_port));
  fflush(stdout);
  while (count-- > 0) {
    if (answer_one(s, recv_msg) != 0) return 1;
  }
  closesocket(s);
  return 0;
}

static int ask(const char* address, const char* port, const char* text) {
  SOCKET s = socket(AF_INET, SOCK_DGRAM, IPPROTO_UDP);
  struct sockaddr_in to = address_of(address, port);
  struct sockaddr_in from;
  int size = sizeof from;
  int got;
  DWORD wait = 5000;
  char line[512];
  char who[INET_ADDRSTRLEN];
  setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, (const char*)&wait, sizeof wait);
  if (sendto(s, text, (int)strlen(text), 0, (struct sockaddr*)&to, sizeof to) == SOCKET_ERROR)
    return failed("sendto");
  got = recvfrom(s, line, sizeof line, 0, (struct sockaddr*)&from, &size);
  if (got == SOCKET_ERROR) return failed("recvfrom");
  printf("%s answers: %.*s\n", text_of(&from.sin_addr, who), got, line);
  closesocket(s);
  return 0;
}

int main(int argc, char** argv) {
  WSADATA data;
  int status = 2;
  if (WSAStartup(MAKEWORD(2, 2), &data) != 0) return failed("WSAStartup");
  if (argc == 4 && strcmp(argv[1], "serve") == 0) {
    status = serve(argv[2], atoi(argv[3]));
  } else if (argc == 5 && strcmp(argv[1], "ask") == 0) {
    status = ask(argv[2], argv[3], argv[4]);
  } else {
    fprintf(stderr, "usage: udp_answer serve PORT COUNT | ask ADDRESS PORT TEXT\n");
  }
  WSACleanup();
  return status;
}
