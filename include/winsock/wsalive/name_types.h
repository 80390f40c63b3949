// Answers of the name functions: hosts, networks, services, protocols, with `short` where Windows has it;
// and the error names that older programs use for them.
#ifndef WSALIVE_NAME_TYPES_H
#define WSALIVE_NAME_TYPES_H

#define MAXGETHOSTSTRUCT 1024

struct hostent {
  char* h_name;
  char** h_aliases;
  short h_addrtype;
  short h_length;
  char** h_addr_list;
#define h_addr h_addr_list[0]
};
typedef struct hostent HOSTENT, *PHOSTENT, *LPHOSTENT;

struct netent {
  char* n_name;
  char** n_aliases;
  short n_addrtype;
  u_long n_net;
};
typedef struct netent NETENT, *PNETENT, *LPNETENT;

struct servent {
  char* s_name;
  char** s_aliases;
#if __SIZEOF_POINTER__ == 8
  char* s_proto;
  short s_port;
#else
  short s_port;
  char* s_proto;
#endif
};
typedef struct servent SERVENT, *PSERVENT, *LPSERVENT;

struct protoent {
  char* p_name;
  char** p_aliases;
  short p_proto;
};
typedef struct protoent PROTOENT, *PPROTOENT, *LPPROTOENT;

#define h_errno WSAGetLastError()
#define HOST_NOT_FOUND WSAHOST_NOT_FOUND
#define TRY_AGAIN WSATRY_AGAIN
#define NO_RECOVERY WSANO_RECOVERY
#define NO_DATA WSANO_DATA
#define WSANO_ADDRESS WSANO_DATA
#define NO_ADDRESS WSANO_ADDRESS

#define SERVICE_RESOURCE 0x00000001
#define SERVICE_SERVICE 0x00000002
#define SERVICE_LOCAL 0x00000004

typedef struct _BLOB {
  ULONG cbSize;
  BYTE* pBlobData;
} BLOB, *LPBLOB;

typedef enum _WSAEcomparator { COMP_EQUAL = 0, COMP_NOTLESS } WSAECOMPARATOR, *PWSAECOMPARATOR;

typedef struct _WSAVersion {
  DWORD dwVersion;
  WSAECOMPARATOR ecHow;
} WSAVERSION, *PWSAVERSION, *LPWSAVERSION;

typedef struct _AFPROTOCOLS {
  INT iAddressFamily;
  INT iProtocol;
} AFPROTOCOLS, *PAFPROTOCOLS, *LPAFPROTOCOLS;

typedef struct _WSANAMESPACE_INFOA {
  GUID NSProviderId;
  DWORD dwNameSpace;
  BOOL fActive;
  DWORD dwVersion;
  LPSTR lpszIdentifier;
} WSANAMESPACE_INFOA, *PWSANAMESPACE_INFOA, *LPWSANAMESPACE_INFOA;

typedef struct _WSANAMESPACE_INFOW {
  GUID NSProviderId;
  DWORD dwNameSpace;
  BOOL fActive;
  DWORD dwVersion;
  LPWSTR lpszIdentifier;
} WSANAMESPACE_INFOW, *PWSANAMESPACE_INFOW, *LPWSANAMESPACE_INFOW;

#ifdef UNICODE
typedef WSANAMESPACE_INFOW WSANAMESPACE_INFO, *LPWSANAMESPACE_INFO;
#else
typedef WSANAMESPACE_INFOA WSANAMESPACE_INFO, *LPWSANAMESPACE_INFO;
#endif

#endif
