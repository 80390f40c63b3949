// GUIDs: winsock names its extension functions and name spaces by them.
//
// DEFINE_GUID declares; a file that sets INITGUID before it includes a header gets the definitions.
#ifndef GUID_DEFINED
#define GUID_DEFINED

#include <string.h>

#include "minwindef.h"

typedef struct _GUID {
  DWORD Data1;
  WORD Data2;
  WORD Data3;
  BYTE Data4[8];
} GUID;

typedef GUID *LPGUID, IID, *LPIID, CLSID, *LPCLSID;
typedef const GUID* LPCGUID;

#ifdef __cplusplus
#define REFGUID const GUID&
#define REFIID const IID&
#define REFCLSID const CLSID&
#define WSALIVE_GUID_ADDRESS(guid) (&(guid))
#else
#define REFGUID const GUID*
#define REFIID const IID*
#define REFCLSID const CLSID*
#define WSALIVE_GUID_ADDRESS(guid) (guid)
#endif

#define IsEqualGUID(a, b) (!memcmp(WSALIVE_GUID_ADDRESS(a), WSALIVE_GUID_ADDRESS(b), sizeof(GUID)))
#define InlineIsEqualGUID(a, b) IsEqualGUID(a, b)
#define IsEqualIID(a, b) IsEqualGUID(a, b)
#define IsEqualCLSID(a, b) IsEqualGUID(a, b)

#ifdef __cplusplus
inline bool operator==(const GUID& a, const GUID& b) { return !memcmp(&a, &b, sizeof(GUID)); }
inline bool operator!=(const GUID& a, const GUID& b) { return memcmp(&a, &b, sizeof(GUID)) != 0; }
#define WSALIVE_EXTERN_DATA extern "C"
#else
#define WSALIVE_EXTERN_DATA extern
#endif

#endif

#undef DEFINE_GUID
#ifdef INITGUID
#define DEFINE_GUID(name, a, b, c, d0, d1, d2, d3, d4, d5, d6, d7) \
  WSALIVE_EXTERN_DATA const GUID name __attribute__((weak));       \
  const GUID name = {a, b, c, {d0, d1, d2, d3, d4, d5, d6, d7}}
#else
#define DEFINE_GUID(name, a, b, c, d0, d1, d2, d3, d4, d5, d6, d7) \
  WSALIVE_EXTERN_DATA const GUID name
#endif
