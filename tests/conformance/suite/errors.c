/* Names of error codes, for people who read a row. */
#include "conformance.h"

#include <stdio.h>

struct name {
  int code;
  const char* name;
};
#define NAMED(code) \
  { code, #code }

static const struct name kNames[] = {
    NAMED(ERROR_INVALID_HANDLE),
    NAMED(ERROR_INVALID_PARAMETER),
    NAMED(ERROR_NETNAME_DELETED),
    {121, "ERROR_SEM_TIMEOUT"}, /* What a port says of WSAETIMEDOUT. */
    NAMED(WSA_IO_PENDING),
    NAMED(WSAEINTR),
    NAMED(WSAEACCES),
    NAMED(WSAEFAULT),
    NAMED(WSAEINVAL),
    NAMED(WSAEWOULDBLOCK),
    NAMED(WSAEINPROGRESS),
    NAMED(WSAEALREADY),
    NAMED(WSAENOTSOCK),
    NAMED(WSAEDESTADDRREQ),
    NAMED(WSAEMSGSIZE),
    NAMED(WSAEPROTOTYPE),
    NAMED(WSAENOPROTOOPT),
    NAMED(WSAEPROTONOSUPPORT),
    NAMED(WSAESOCKTNOSUPPORT),
    NAMED(WSAEOPNOTSUPP),
    NAMED(WSAEAFNOSUPPORT),
    NAMED(WSAEADDRINUSE),
    NAMED(WSAEADDRNOTAVAIL),
    NAMED(WSAENETDOWN),
    NAMED(WSAENETUNREACH),
    NAMED(WSAENETRESET),
    NAMED(WSAECONNABORTED),
    NAMED(WSAECONNRESET),
    NAMED(WSAENOBUFS),
    NAMED(WSAEISCONN),
    NAMED(WSAENOTCONN),
    NAMED(WSAESHUTDOWN),
    NAMED(WSAETIMEDOUT),
    NAMED(WSAECONNREFUSED),
    NAMED(WSAEHOSTUNREACH),
    NAMED(WSASYSNOTREADY),
    NAMED(WSAVERNOTSUPPORTED),
    NAMED(WSANOTINITIALISED),
    NAMED(WSATYPE_NOT_FOUND),
    NAMED(WSAHOST_NOT_FOUND),
    NAMED(WSA_OPERATION_ABORTED),
};

const char* error_name(int code) {
  static char numbers[16][16]; /* Several may be in use at once. */
  static volatile LONG next;
  size_t i;
  if (code == 0) return "no error";
  if (code == -1) return "success"; /* Of a call that should have failed. */
  for (i = 0; i < sizeof kNames / sizeof *kNames; ++i) {
    if (kNames[i].code == code) return kNames[i].name;
  }
  i = (size_t)InterlockedIncrement(&next) % 16;
  snprintf(numbers[i], sizeof numbers[i], "error %d", code);
  return numbers[i];
}
