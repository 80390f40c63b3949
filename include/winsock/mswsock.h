// Microsoft's extensions to Winsock: options and functions of accepted and connected sockets, the
// GUIDs of functions that a program asks for by SIO_GET_EXTENSION_FUNCTION_POINTER, and their types.
#ifndef _MSWSOCK_
#define _MSWSOCK_

#include "winsock2.h"

#define SO_CONNDATA 0x7000
#define SO_CONNOPT 0x7001
#define SO_DISCDATA 0x7002
#define SO_DISCOPT 0x7003
#define SO_CONNDATALEN 0x7004
#define SO_CONNOPTLEN 0x7005
#define SO_DISCDATALEN 0x7006
#define SO_DISCOPTLEN 0x7007
#define SO_OPENTYPE 0x7008
#define SO_SYNCHRONOUS_ALERT 0x10
#define SO_SYNCHRONOUS_NONALERT 0x20
#define SO_MAXDG 0x7009
#define SO_MAXPATHDG 0x700A
#define SO_UPDATE_ACCEPT_CONTEXT 0x700B
#define SO_CONNECT_TIME 0x700C
#define SO_UPDATE_CONNECT_CONTEXT 0x7010

#define SIO_UDP_CONNRESET _WSAIOW(IOC_VENDOR, 12)
#define SIO_SOCKET_CLOSE_NOTIFY _WSAIOW(IOC_VENDOR, 13)
#define SIO_UDP_NETRESET _WSAIOW(IOC_VENDOR, 15)

#define TF_DISCONNECT 0x01
#define TF_REUSE_SOCKET 0x02
#define TF_WRITE_BEHIND 0x04
#define TF_USE_DEFAULT_WORKER 0x00
#define TF_USE_SYSTEM_THREAD 0x10
#define TF_USE_KERNEL_APC 0x20

#define TP_DISCONNECT TF_DISCONNECT
#define TP_REUSE_SOCKET TF_REUSE_SOCKET
#define TP_USE_DEFAULT_WORKER TF_USE_DEFAULT_WORKER
#define TP_USE_SYSTEM_THREAD TF_USE_SYSTEM_THREAD
#define TP_USE_KERNEL_APC TF_USE_KERNEL_APC
#define TP_ELEMENT_MEMORY 1
#define TP_ELEMENT_FILE 2
#define TP_ELEMENT_EOP 4

typedef struct _TRANSMIT_FILE_BUFFERS {
  LPVOID Head;
  DWORD HeadLength;
  LPVOID Tail;
  DWORD TailLength;
} TRANSMIT_FILE_BUFFERS, *PTRANSMIT_FILE_BUFFERS, *LPTRANSMIT_FILE_BUFFERS;

typedef struct _TRANSMIT_PACKETS_ELEMENT {
  ULONG dwElFlags;
  ULONG cLength;
  __extension__ union {
    __extension__ struct {
      LARGE_INTEGER nFileOffset;
      HANDLE hFile;
    };
    PVOID pBuffer;
  };
} TRANSMIT_PACKETS_ELEMENT, *PTRANSMIT_PACKETS_ELEMENT, *LPTRANSMIT_PACKETS_ELEMENT;

#define WSAID_ACCEPTEX                                                             \
  {                                                                                \
    0xb5367df1, 0xcbac, 0x11cf, { 0x95, 0xca, 0x00, 0x80, 0x5f, 0x48, 0xa1, 0x92 } \
  }
#define WSAID_CONNECTEX                                                            \
  {                                                                                \
    0x25a207b9, 0xddf3, 0x4660, { 0x8e, 0xe9, 0x76, 0xe5, 0x8c, 0x74, 0x06, 0x3e } \
  }
#define WSAID_DISCONNECTEX                                                         \
  {                                                                                \
    0x7fda2e11, 0x8630, 0x436f, { 0xa0, 0x31, 0xf5, 0x36, 0xa6, 0xee, 0xc1, 0x57 } \
  }
#define WSAID_GETACCEPTEXSOCKADDRS                                                 \
  {                                                                                \
    0xb5367df2, 0xcbac, 0x11cf, { 0x95, 0xca, 0x00, 0x80, 0x5f, 0x48, 0xa1, 0x92 } \
  }
#define WSAID_TRANSMITFILE                                                         \
  {                                                                                \
    0xb5367df0, 0xcbac, 0x11cf, { 0x95, 0xca, 0x00, 0x80, 0x5f, 0x48, 0xa1, 0x92 } \
  }
#define WSAID_TRANSMITPACKETS                                                      \
  {                                                                                \
    0xd9689da0, 0x1f90, 0x11d3, { 0x99, 0x71, 0x00, 0xc0, 0x4f, 0x68, 0xc8, 0x76 } \
  }
#define WSAID_WSAPOLL                                                              \
  {                                                                                \
    0x18C76F85, 0xDC66, 0x4964, { 0x97, 0x2E, 0x23, 0xC2, 0x72, 0x38, 0x31, 0x2B } \
  }
#define WSAID_WSARECVMSG                                                           \
  {                                                                                \
    0xf689d7c8, 0x6f1f, 0x436b, { 0x8a, 0x53, 0xe5, 0x4f, 0xe3, 0x51, 0xc3, 0x22 } \
  }
#define WSAID_WSASENDMSG                                                           \
  {                                                                                \
    0xa441e712, 0x754f, 0x43ca, { 0x84, 0xa7, 0x0d, 0xee, 0x44, 0xcf, 0x60, 0x6d } \
  }

typedef BOOL(PASCAL* LPFN_ACCEPTEX)(SOCKET sListenSocket, SOCKET sAcceptSocket,
                                    PVOID lpOutputBuffer, DWORD dwReceiveDataLength,
                                    DWORD dwLocalAddressLength, DWORD dwRemoteAddressLength,
                                    LPDWORD lpdwBytesReceived, LPOVERLAPPED lpOverlapped);
typedef BOOL(PASCAL* LPFN_CONNECTEX)(SOCKET s, const struct sockaddr* name, int namelen,
                                     PVOID lpSendBuffer, DWORD dwSendDataLength,
                                     LPDWORD lpdwBytesSent, LPOVERLAPPED lpOverlapped);
typedef BOOL(PASCAL* LPFN_DISCONNECTEX)(SOCKET s, LPOVERLAPPED lpOverlapped, DWORD dwFlags,
                                        DWORD dwReserved);
typedef VOID(PASCAL* LPFN_GETACCEPTEXSOCKADDRS)(
    PVOID lpOutputBuffer, DWORD dwReceiveDataLength, DWORD dwLocalAddressLength,
    DWORD dwRemoteAddressLength, struct sockaddr** LocalSockaddr, LPINT LocalSockaddrLength,
    struct sockaddr** RemoteSockaddr, LPINT RemoteSockaddrLength);
typedef BOOL(PASCAL* LPFN_TRANSMITFILE)(SOCKET hSocket, HANDLE hFile, DWORD nNumberOfBytesToWrite,
                                        DWORD nNumberOfBytesPerSend, LPOVERLAPPED lpOverlapped,
                                        LPTRANSMIT_FILE_BUFFERS lpTransmitBuffers,
                                        DWORD dwReserved);
typedef BOOL(PASCAL* LPFN_TRANSMITPACKETS)(SOCKET hSocket, LPTRANSMIT_PACKETS_ELEMENT lpPacketArray,
                                           DWORD nElementCount, DWORD nSendSize,
                                           LPOVERLAPPED lpOverlapped, DWORD dwFlags);

// A message with its sender's address and control data, on datagram and raw sockets (others WSAEINVAL); to be had by
// SIO_GET_EXTENSION_FUNCTION_POINTER alone, as on Windows. lpMsg->dwFlags is MSG_PEEK or 0 before (others, and
// MSG_PEEK of an overlapped call, WSAEOPNOTSUPP), MSG_TRUNC, MSG_CTRUNC, MSG_BCAST, MSG_MCAST after; Control.len
// becomes what was given. A message or control data that do not fit are cut: WSAEMSGSIZE. WSAEFAULT (lpMsg,
// count, Control), WSAEINVAL (unbound); else as WSARecvFrom, overlapped calls too: lpMsg is filled at the end.
typedef INT(PASCAL* LPFN_WSARECVMSG)(SOCKET s, LPWSAMSG lpMsg, LPDWORD lpdwNumberOfBytesRecvd,
                                     LPWSAOVERLAPPED lpOverlapped,
                                     LPWSAOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine);
typedef INT(PASCAL* LPFN_WSASENDMSG)(SOCKET s, LPWSAMSG lpMsg, DWORD dwFlags,
                                     LPDWORD lpNumberOfBytesSent, LPWSAOVERLAPPED lpOverlapped,
                                     LPWSAOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine);

WSALIVE_EXTERN_C_BEGIN

// All of these: WSANOTINITIALISED, WSAEINPROGRESS, WSAENOTSOCK first; FALSE with ERROR_IO_PENDING where the end is
// told later, as of WSASend; any thread. Also to be had by SIO_GET_EXTENSION_FUNCTION_POINTER.

// A connection request of a bound, unconnected TCP socket, with data to follow it. TRUE or ERROR_IO_PENDING;
// then WSAECONNREFUSED, WSAETIMEDOUT, ... in the OVERLAPPED, and the socket may try again. lpOverlapped NULL is
// ERROR_INVALID_PARAMETER; unbound, pending or listening WSAEINVAL; WSAEISCONN; WSAEFAULT. Options set before hold
// at once; getpeername and shutdown need SO_UPDATE_CONNECT_CONTEXT. Cancelled, the request is taken back.
// K-30 to K-34, K-103, K-115.
WSALIVE_API BOOL PASCAL ConnectEx(SOCKET s, const struct sockaddr* name, int namelen,
                                  PVOID lpSendBuffer, DWORD dwSendDataLength, LPDWORD lpdwBytesSent,
                                  LPOVERLAPPED lpOverlapped);

// Makes sAcceptSocket, unbound and of the listener's kind, the listener's next connection, and with
// dwReceiveDataLength waits for its first data. The end is reported as one of the listener's. Address lengths
// are an address and 16 bytes at least (WSAEFAULT; the local one may be 0); WSAEINVAL for a socket that does not
// listen or is in use. The options are the accepting socket's own until SO_UPDATE_ACCEPT_CONTEXT (K-41).
WSALIVE_API BOOL PASCAL AcceptEx(SOCKET sListenSocket, SOCKET sAcceptSocket, PVOID lpOutputBuffer,
                                 DWORD dwReceiveDataLength, DWORD dwLocalAddressLength,
                                 DWORD dwRemoteAddressLength, LPDWORD lpdwBytesReceived,
                                 LPOVERLAPPED lpOverlapped);
// The addresses in AcceptEx's buffer, with the lengths that were given there.
WSALIVE_API VOID PASCAL GetAcceptExSockaddrs(
    PVOID lpOutputBuffer, DWORD dwReceiveDataLength, DWORD dwLocalAddressLength,
    DWORD dwRemoteAddressLength, struct sockaddr** LocalSockaddr, LPINT LocalSockaddrLength,
    struct sockaddr** RemoteSockaddr, LPINT RemoteSockaddrLength);

// Ends the sending; with TF_REUSE_SOCKET ends when the peer has ended too, passing over what it sends, and the
// socket may be connected again with ConnectEx or AcceptEx'ed. lpOverlapped NULL waits. WSAENOTCONN, WSAEINVAL.
WSALIVE_API BOOL PASCAL DisconnectEx(SOCKET s, LPOVERLAPPED lpOverlapped, DWORD dwFlags,
                                     DWORD dwReserved);

// Sends a file along a TCP connection, with a head and a tail; hFile NULL sends these alone. From the OVERLAPPED's
// offset; without one from the file's pointer, which moves on, and the call waits. 0 octets stand for the
// file's rest, and a file that ends earlier is sent to its end. TF_DISCONNECT ends the sending then; with
// TF_REUSE_SOCKET, which goes with it alone, it is as DisconnectEx. Other TF_ flags change nothing. ERROR_INVALID_HANDLE,
// ERROR_ACCESS_DENIED, WSAEFAULT; WSAEINVAL: more than 2,147,483,646 octets, an unknown flag, what is no disk file;
// WSAENOTCONN, WSAESHUTDOWN; WSAEOPNOTSUPP: no stream.
WSALIVE_API BOOL PASCAL TransmitFile(SOCKET hSocket, HANDLE hFile, DWORD nNumberOfBytesToWrite,
                                     DWORD nNumberOfBytesPerSend, LPOVERLAPPED lpOverlapped,
                                     LPTRANSMIT_FILE_BUFFERS lpTransmitBuffers, DWORD dwReserved);
// The same of any number of pieces, each memory or part of a file (nFileOffset -1: from its pointer). A stream has no
// packets: TP_ELEMENT_EOP changes nothing. A datagram socket, which is connected (WSAENOTCONN), sends the pieces up to one
// with TP_ELEMENT_EOP or the last as one message; with nSendSize (not 0 or 0xFFFFFFFF) as messages of at most so many
// octets each. WSAEMSGSIZE: one is too long; those before it are sent. TP_DISCONNECT there: WSAEOPNOTSUPP.
WSALIVE_API BOOL PASCAL TransmitPackets(SOCKET hSocket, LPTRANSMIT_PACKETS_ELEMENT lpPacketArray,
                                        DWORD nElementCount, DWORD nSendSize,
                                        LPOVERLAPPED lpOverlapped, DWORD dwFlags);

WSALIVE_EXTERN_C_END

#endif
