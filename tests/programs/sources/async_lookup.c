/* Looks a name up beside the program's other work, by GetAddrInfoExW, and gives up after a while.

     async_lookup HOST [MILLISECONDS]                                                                            */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <windows.h>
#include <winsock2.h>
#include <ws2tcpip.h>

struct query {
  OVERLAPPED overlapped; /* First: the routine gets its address. */
  PADDRINFOEXW result;
  HANDLE cancel;
  HANDLE done;
  DWORD code;
};

static void CALLBACK completed(DWORD code, DWORD bytes, LPOVERLAPPED overlapped) {
  struct query* query = (struct query*)overlapped;
  (void)bytes;
  query->code = code;
  SetEvent(query->done);
}

static int show(const struct query* query) {
  const ADDRINFOEXW* each;
  if (query->code == WSA_E_CANCELLED) {
    fprintf(stderr, "given up\n");
    return 3;
  }
  if (query->code != NO_ERROR) {
    fprintf(stderr, "error %u\n", (unsigned)query->code);
    return 1;
  }
  for (each = query->result; each; each = each->ai_next) {
    WCHAR text[NI_MAXHOST];
    if (GetNameInfoW(each->ai_addr, (socklen_t)each->ai_addrlen, text, NI_MAXHOST, NULL, 0,
                     NI_NUMERICHOST) == 0)
      printf("%ls\n", text);
  }
  return 0;
}

static int look_up(const WCHAR* host, DWORD patience) {
  struct query query;
  ADDRINFOEXW hints;
  int code;
  int status;
  memset(&query, 0, sizeof query);
  memset(&hints, 0, sizeof hints);
  hints.ai_socktype = SOCK_STREAM;
  query.done = CreateEvent(NULL, TRUE, FALSE, NULL);
  code = GetAddrInfoExW(host, NULL, NS_DNS, NULL, &hints, &query.result, NULL, &query.overlapped,
                        completed, &query.cancel);
  if (code != WSA_IO_PENDING) completed((DWORD)code, 0, &query.overlapped);
  if (WaitForSingleObject(query.done, patience) == WAIT_TIMEOUT) {
    GetAddrInfoExCancel(&query.cancel); /* The routine is called all the same. */
    WaitForSingleObject(query.done, INFINITE);
  }
  status = show(&query);
  if (query.result) FreeAddrInfoExW(query.result);
  CloseHandle(query.done);
  return status;
}

int wmain(int argc, WCHAR** argv) {
  WSADATA data;
  int status;
  if (argc < 2) {
    fprintf(stderr, "usage: async_lookup HOST [MILLISECONDS]\n");
    return 2;
  }
  if (WSAStartup(MAKEWORD(2, 2), &data) != 0) return 1;
  status = look_up(argv[1], argc > 2 ? (DWORD)wcstoul(argv[2], NULL, 10) : INFINITE);
  WSACleanup();
  return status;
}
