// The machine, the time, and the release of Windows that is reported.
#ifndef _SYSINFOAPI_H_
#define _SYSINFOAPI_H_

#include "minwinbase.h"

typedef struct _SYSTEM_INFO {
  __extension__ union {
    DWORD dwOemId;
    __extension__ struct {
      WORD wProcessorArchitecture;
      WORD wReserved;
    };
  };
  DWORD dwPageSize;
  LPVOID lpMinimumApplicationAddress;
  LPVOID lpMaximumApplicationAddress;
  DWORD_PTR dwActiveProcessorMask;
  DWORD dwNumberOfProcessors;
  DWORD dwProcessorType;
  DWORD dwAllocationGranularity;
  WORD wProcessorLevel;
  WORD wProcessorRevision;
} SYSTEM_INFO, *LPSYSTEM_INFO;

#define PROCESSOR_ARCHITECTURE_INTEL 0
#define PROCESSOR_ARCHITECTURE_ARM 5
#define PROCESSOR_ARCHITECTURE_AMD64 9
#define PROCESSOR_ARCHITECTURE_ARM64 12
#define PROCESSOR_ARCHITECTURE_UNKNOWN 0xFFFF

WSALIVE_EXTERN_C_BEGIN

WSALIVE_API DWORD WINAPI GetTickCount(void);
WSALIVE_API ULONGLONG WINAPI GetTickCount64(void);
WSALIVE_API VOID WINAPI GetSystemTimeAsFileTime(LPFILETIME lpSystemTimeAsFileTime);
WSALIVE_API VOID WINAPI GetSystemTimePreciseAsFileTime(LPFILETIME lpSystemTimeAsFileTime);
WSALIVE_API VOID WINAPI GetSystemTime(LPSYSTEMTIME lpSystemTime);
WSALIVE_API VOID WINAPI GetLocalTime(LPSYSTEMTIME lpSystemTime);
WSALIVE_API BOOL WINAPI FileTimeToSystemTime(const FILETIME* lpFileTime, LPSYSTEMTIME lpSystemTime);
WSALIVE_API BOOL WINAPI SystemTimeToFileTime(const SYSTEMTIME* lpSystemTime, LPFILETIME lpFileTime);

WSALIVE_API VOID WINAPI GetSystemInfo(LPSYSTEM_INFO lpSystemInfo);
WSALIVE_API VOID WINAPI GetNativeSystemInfo(LPSYSTEM_INFO lpSystemInfo);

// The release that was chosen (K-120): of the running start-up, else what a start-up now would choose.
WSALIVE_API DWORD WINAPI GetVersion(void);
WSALIVE_API BOOL WINAPI GetVersionExA(LPOSVERSIONINFOA lpVersionInformation);
WSALIVE_API BOOL WINAPI GetVersionExW(LPOSVERSIONINFOW lpVersionInformation);
WSALIVE_API BOOL WINAPI VerifyVersionInfoA(LPOSVERSIONINFOEXA lpVersionInformation,
                                           DWORD dwTypeMask, DWORDLONG dwlConditionMask);
WSALIVE_API BOOL WINAPI VerifyVersionInfoW(LPOSVERSIONINFOEXW lpVersionInformation,
                                           DWORD dwTypeMask, DWORDLONG dwlConditionMask);
WSALIVE_API ULONGLONG NTAPI VerSetConditionMask(ULONGLONG ConditionMask, DWORD TypeMask,
                                                BYTE Condition);

WSALIVE_EXTERN_C_END

#ifdef UNICODE
#define GetVersionEx GetVersionExW
#define VerifyVersionInfo VerifyVersionInfoW
#else
#define GetVersionEx GetVersionExA
#define VerifyVersionInfo VerifyVersionInfoA
#endif

#endif
