// Files: opening, reading and writing, by place or by pointer; standard handles and sockets are read and
// written likewise.
#ifndef _APISETFILE_
#define _APISETFILE_

#include "minwinbase.h"

#define FILE_TYPE_UNKNOWN 0x0000
#define FILE_TYPE_DISK 0x0001
#define FILE_TYPE_CHAR 0x0002
#define FILE_TYPE_PIPE 0x0003

#define CREATE_NEW 1
#define CREATE_ALWAYS 2
#define OPEN_EXISTING 3
#define OPEN_ALWAYS 4
#define TRUNCATE_EXISTING 5

#define INVALID_FILE_SIZE ((DWORD)0xFFFFFFFF)
#define INVALID_SET_FILE_POINTER ((DWORD)0xFFFFFFFF)

WSALIVE_EXTERN_C_BEGIN

// Opens or makes a file; backslashes in its name are slashes, NUL, CONIN$ and CONOUT$ are devices. The last error of a
// CREATE_ALWAYS or OPEN_ALWAYS that succeeds is ERROR_ALREADY_EXISTS where the file was there, else 0.
// INVALID_HANDLE_VALUE with ERROR_INVALID_PARAMETER, ERROR_FILE_NOT_FOUND, ERROR_PATH_NOT_FOUND, ERROR_FILE_EXISTS,
// ERROR_SHARING_VIOLATION, ERROR_ACCESS_DENIED (folders too); nothing has been made or cut then. Any thread.
WSALIVE_API HANDLE WINAPI CreateFileA(LPCSTR lpFileName, DWORD dwDesiredAccess, DWORD dwShareMode,
                                      LPSECURITY_ATTRIBUTES lpSecurityAttributes,
                                      DWORD dwCreationDisposition, DWORD dwFlagsAndAttributes,
                                      HANDLE hTemplateFile);
WSALIVE_API HANDLE WINAPI CreateFileW(LPCWSTR lpFileName, DWORD dwDesiredAccess, DWORD dwShareMode,
                                      LPSECURITY_ATTRIBUTES lpSecurityAttributes,
                                      DWORD dwCreationDisposition, DWORD dwFlagsAndAttributes,
                                      HANDLE hTemplateFile);
// ERROR_SHARING_VIOLATION while a handle of this process does not share deletion.
WSALIVE_API BOOL WINAPI DeleteFileA(LPCSTR lpFileName);
WSALIVE_API BOOL WINAPI DeleteFileW(LPCWSTR lpFileName);

// Read and write a file, a pipe or a socket. Without lpOverlapped at the file's pointer; a file's end is TRUE with 0
// bytes. With one at its offset, where a file's end is ERROR_HANDLE_EOF: files end within the call, with event
// and packet as if they had been pending; sockets are WSARecv and WSASend with Win32's codes (K-92).
// ERROR_INVALID_HANDLE, ERROR_INVALID_PARAMETER, ERROR_ACCESS_DENIED, ERROR_NOACCESS, ERROR_BROKEN_PIPE.
WSALIVE_API BOOL WINAPI ReadFile(HANDLE hFile, LPVOID lpBuffer, DWORD nNumberOfBytesToRead,
                                 LPDWORD lpNumberOfBytesRead, LPOVERLAPPED lpOverlapped);
WSALIVE_API BOOL WINAPI WriteFile(HANDLE hFile, LPCVOID lpBuffer, DWORD nNumberOfBytesToWrite,
                                  LPDWORD lpNumberOfBytesWritten, LPOVERLAPPED lpOverlapped);

// The same with a routine, which is called at the end, in an alertable wait of this thread (SleepEx, WaitForSingleObjectEx);
// hEvent is the program's own to use. TRUE: it will be called, and the last error is 0. The handle is one with
// FILE_FLAG_OVERLAPPED, or a socket with WSA_FLAG_OVERLAPPED, and has no completion port: ERROR_INVALID_PARAMETER else, as
// for a lpOverlapped or a routine that is NULL. ERROR_HANDLE_EOF and ReadFile's other codes: nothing is called.
WSALIVE_API BOOL WINAPI ReadFileEx(HANDLE hFile, LPVOID lpBuffer, DWORD nNumberOfBytesToRead,
                                   LPOVERLAPPED lpOverlapped,
                                   LPOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine);
WSALIVE_API BOOL WINAPI WriteFileEx(HANDLE hFile, LPCVOID lpBuffer, DWORD nNumberOfBytesToWrite,
                                    LPOVERLAPPED lpOverlapped,
                                    LPOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine);

WSALIVE_API DWORD WINAPI GetFileType(HANDLE hFile);
// ERROR_INVALID_FUNCTION for what is no disk file.
WSALIVE_API DWORD WINAPI GetFileSize(HANDLE hFile, LPDWORD lpFileSizeHigh);
WSALIVE_API BOOL WINAPI GetFileSizeEx(HANDLE hFile, PLARGE_INTEGER lpFileSize);
// ERROR_NEGATIVE_SEEK before the beginning, ERROR_SEEK_ON_DEVICE for what is no disk file.
WSALIVE_API DWORD WINAPI SetFilePointer(HANDLE hFile, LONG lDistanceToMove,
                                        PLONG lpDistanceToMoveHigh, DWORD dwMoveMethod);
WSALIVE_API BOOL WINAPI SetFilePointerEx(HANDLE hFile, LARGE_INTEGER liDistanceToMove,
                                         PLARGE_INTEGER lpNewFilePointer, DWORD dwMoveMethod);
// Cuts or extends the file at its pointer.
WSALIVE_API BOOL WINAPI SetEndOfFile(HANDLE hFile);
// Waits until the disk has it. A pipe's octets are with its reader already: TRUE at once.
WSALIVE_API BOOL WINAPI FlushFileBuffers(HANDLE hFile);

WSALIVE_EXTERN_C_END

#ifdef UNICODE
#define CreateFile CreateFileW
#define DeleteFile DeleteFileW
#else
#define CreateFile CreateFileA
#define DeleteFile DeleteFileA
#endif

#endif
