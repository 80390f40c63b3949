// Completion ports, and the ends of overlapped operations.
#ifndef _IO_APISET_H_
#define _IO_APISET_H_

#include "minwinbase.h"

WSALIVE_EXTERN_C_BEGIN

// A new port (FileHandle INVALID_HANDLE_VALUE; ExistingCompletionPort NULL), or a socket's association with a
// port, new or existing, for good: its operations' ends are packets with this key from now on. The
// number of threads, 0 for the processors', counts for a new port. NULL with ERROR_INVALID_HANDLE or
// ERROR_INVALID_PARAMETER (a socket that has a port, an existing port with INVALID_HANDLE_VALUE). Any thread.
WSALIVE_API HANDLE WINAPI CreateIoCompletionPort(HANDLE FileHandle, HANDLE ExistingCompletionPort,
                                                 ULONG_PTR CompletionKey,
                                                 DWORD NumberOfConcurrentThreads);

// Takes a packet, first come first out; of the waiting threads the latest is served. FALSE with *lpOverlapped
// set: the packet of an operation that failed, with its Win32 code (K-92: ERROR_NETNAME_DELETED); FALSE
// with *lpOverlapped NULL: WAIT_TIMEOUT, ERROR_ABANDONED_WAIT_0 (the port was closed), ERROR_INVALID_HANDLE.
WSALIVE_API BOOL WINAPI GetQueuedCompletionStatus(HANDLE CompletionPort,
                                                  LPDWORD lpNumberOfBytesTransferred,
                                                  PULONG_PTR lpCompletionKey,
                                                  LPOVERLAPPED* lpOverlapped, DWORD dwMilliseconds);
// Takes up to ulCount packets, the first of which it waits for; Internal of an entry is an NTSTATUS. FALSE with
// WAIT_IO_COMPLETION where fAlertable let a routine run. Alertable waits get completions up to 5 ms later.
WSALIVE_API BOOL WINAPI GetQueuedCompletionStatusEx(HANDLE CompletionPort,
                                                    LPOVERLAPPED_ENTRY lpCompletionPortEntries,
                                                    ULONG ulCount, PULONG ulNumEntriesRemoved,
                                                    DWORD dwMilliseconds, BOOL fAlertable);
WSALIVE_API BOOL WINAPI PostQueuedCompletionStatus(HANDLE CompletionPort,
                                                   DWORD dwNumberOfBytesTransferred,
                                                   ULONG_PTR dwCompletionKey,
                                                   LPOVERLAPPED lpOverlapped);

// An operation's end: FALSE with its Win32 code, ERROR_IO_INCOMPLETE while it is pending; the Ex form with
// WAIT_TIMEOUT, and WAIT_IO_COMPLETION where a routine ran.
WSALIVE_API BOOL WINAPI GetOverlappedResult(HANDLE hFile, LPOVERLAPPED lpOverlapped,
                                            LPDWORD lpNumberOfBytesTransferred, BOOL bWait);
WSALIVE_API BOOL WINAPI GetOverlappedResultEx(HANDLE hFile, LPOVERLAPPED lpOverlapped,
                                              LPDWORD lpNumberOfBytesTransferred,
                                              DWORD dwMilliseconds, BOOL bAlertable);

// End a socket's pending operations with ERROR_OPERATION_ABORTED: those of the calling thread; that of one
// OVERLAPPED, or all, of any thread (ERROR_NOT_FOUND where there is none). ERROR_INVALID_HANDLE.
WSALIVE_API BOOL WINAPI CancelIo(HANDLE hFile);
WSALIVE_API BOOL WINAPI CancelIoEx(HANDLE hFile, LPOVERLAPPED lpOverlapped);

WSALIVE_EXTERN_C_END

#endif
