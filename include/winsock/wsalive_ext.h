// What wsalive offers beyond Windows: descriptors in and out, and the read-back of what keep-alive does.
// Plain C; a Windows program that uses it asks for __has_include(<wsalive_ext.h>).
#ifndef WSALIVE_EXT_H
#define WSALIVE_EXT_H

#include "winsock2.h"

WSALIVE_EXTERN_C_BEGIN

// Where a value in force came from (K-55, K-96).
#define WSALIVE_SOURCE_RELEASE 0   // the Windows release's own default
#define WSALIVE_SOURCE_REGISTRY 1  // the registry store
#define WSALIVE_SOURCE_SOCKET 2    // set on this socket by the program
#define WSALIVE_SOURCE_OUTSIDE 3   // set on the kernel's socket from outside

// How a connection's probes are made, best first (K-96).
#define WSALIVE_DRIVER_OFF 0     // SO_KEEPALIVE is off
#define WSALIVE_DRIVER_SILENT 1  // no probes are wanted (K-53)
#define WSALIVE_DRIVER_NATIVE 2  // the kernel keeps the timing by itself, by its coarse timers
#define WSALIVE_DRIVER_REARM 3   // the library re-arms the kernel's timer at each due instant
#define WSALIVE_DRIVER_REPAIR 4  // the library sends each probe
#define WSALIVE_DRIVER_LATE 5    // the nearest later timing that the host can do

// How exactly the times are to be kept (K-121).
#define WSALIVE_PRECISION_EXACT 0   // on the instant, by a thread of the library
#define WSALIVE_PRECISION_KERNEL 1  // by the kernel alone: no thread, coarse

#define WSALIVE_NEVER 0xFFFFFFFFFFFFFFFFULL

// What keep-alive does on one socket. Times in milliseconds. Later versions add members at the end.
typedef struct wsalive_keepalive {
  DWORD size;             // in: sizeof(struct wsalive_keepalive); out: bytes filled in
  DWORD on;               // what SO_KEEPALIVE reads
  DWORD idle;             // T asked for: silence before the first probe
  DWORD interval;         // I asked for: between unanswered probes
  DWORD probes;           // N asked for: unanswered probes before the connection is given up
  DWORD idle_source;      // WSALIVE_SOURCE_*
  DWORD interval_source;  // WSALIVE_SOURCE_*
  DWORD probes_source;    // WSALIVE_SOURCE_*
  DWORD actual_idle;      // T, I and N that the host really does: as asked for, or later (K-57)
  DWORD actual_interval;  //
  DWORD actual_probes;    //
  DWORD driver;           // WSALIVE_DRIVER_*
  DWORD lateness_us;      // how late a probe may be by the driver's nature, microseconds
  DWORD unanswered;       // probes sent in the present silence
  ULONGLONG
  next_probe_in;  // WSALIVE_NEVER: off, silent, not connected, data outstanding, or the end is next
  ULONGLONG give_up_in;  // if the peer is silent from now on; WSALIVE_NEVER: never
  // Probes of a silence before the connection is given up: actual_probes, or more where a Linux peer, which
  // answers one in 500 ms, could not answer so many, or ten (K-52). 0: off, silent.
  DWORD probes_before_end;
  DWORD precision;  // WSALIVE_PRECISION_*: what was chosen
} WSALIVE_KEEPALIVE;

// Reads back what is in force on a TCP socket, which Windows has no call for. Any state, any thread.
// Returns 0, or SOCKET_ERROR with WSAGetLastError: WSANOTINITIALISED, WSAEINPROGRESS, WSAENOTSOCK,
// WSAENOPROTOOPT (not TCP), WSAEFAULT (bad pointer, or `size` below that of the first version); then
// nothing has been written. K-96
WSALIVE_API int WSAAPI wsalive_keepalive_in_force(SOCKET s, struct wsalive_keepalive* in_force);

// "release", "registry", "socket", "outside"; "unknown" for any other number.
WSALIVE_API const char* WSAAPI wsalive_source_name(DWORD source);
// "off", "silent", "native", "rearm", "repair", "late"; "unknown" for any other number.
WSALIVE_API const char* WSAAPI wsalive_driver_name(DWORD driver);

// Makes a descriptor a socket of the same number, in the state in which it is: TCP, UDP and raw over IPv4
// and IPv6, AF_UNIX streams. From then on it belongs to closesocket and WSACleanup. Keep-alive that is on
// stays on, with the values of this process's release until the program sets others. Errors: WSANOTINITIALISED,
// WSAEINPROGRESS, WSAEINVAL (a socket already), WSAENOTSOCK, WSAEAFNOSUPPORT (another kind). K-23.
WSALIVE_API SOCKET wsalive_adopt(int fd);

// The socket's descriptor, which stays the library's: for calls that Winsock lacks. -1 and WSAENOTSOCK.
WSALIVE_API int wsalive_fd(SOCKET s);

// Chooses the release ("win7", "ws2019", ... ) and the option-size rules ("documented", "observed") for the
// next WSAStartup that leaves the count 0; NULL leaves the choice to environment and registry. WSAEINVAL
// for an unknown name, and nothing is chosen. Needs no start-up; any thread. K-121, K-122.
WSALIVE_API int wsalive_choose(const char* release, const char* rules);

// Why the last WSAStartup answered WSASYSNOTREADY: a sentence that names the unknown release or rule set and
// where it stands, one a line; "" if it found nothing wrong. Needs no start-up; good until the next
// WSAStartup. K-122
WSALIVE_API const char* WSAAPI wsalive_startup_problem(void);

WSALIVE_EXTERN_C_END

#endif
