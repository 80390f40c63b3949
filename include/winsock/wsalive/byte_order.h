// Byte order. Windows has the 64-bit and floating-point conversions as inline functions of its header,
// too; htons, htonl and their WSA forms are functions of the library. Part of winsock2.h.
#ifndef WSALIVE_BYTE_ORDER_H
#define WSALIVE_BYTE_ORDER_H

WSALIVE_EXTERN_C_BEGIN

// Need no start-up (K-100).
WSALIVE_API u_long WSAAPI htonl(u_long hostlong) WSALIVE_LABEL(htonl);
WSALIVE_API u_short WSAAPI htons(u_short hostshort) WSALIVE_LABEL(htons);
WSALIVE_API u_long WSAAPI ntohl(u_long netlong) WSALIVE_LABEL(ntohl);
WSALIVE_API u_short WSAAPI ntohs(u_short netshort) WSALIVE_LABEL(ntohs);

// WSAENOTSOCK unless `s` is a socket, WSAEFAULT if the result has no place.
WSALIVE_API int WSAAPI WSAHtonl(SOCKET s, u_long hostlong, u_long* lpnetlong);
WSALIVE_API int WSAAPI WSAHtons(SOCKET s, u_short hostshort, u_short* lpnetshort);
WSALIVE_API int WSAAPI WSANtohl(SOCKET s, u_long netlong, u_long* lphostlong);
WSALIVE_API int WSAAPI WSANtohs(SOCKET s, u_short netshort, u_short* lphostshort);

static __inline__ unsigned long long htonll(unsigned long long value) {
  return __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? value : __builtin_bswap64(value);
}

static __inline__ unsigned long long ntohll(unsigned long long value) { return htonll(value); }

static __inline__ unsigned int htonf(float value) {
  unsigned int bits;
  memcpy(&bits, &value, sizeof bits);
  return __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? bits : __builtin_bswap32(bits);
}

static __inline__ float ntohf(unsigned int value) {
  float result;
  const unsigned int bits =
      __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? value : __builtin_bswap32(value);
  memcpy(&result, &bits, sizeof result);
  return result;
}

static __inline__ unsigned long long htond(double value) {
  unsigned long long bits;
  memcpy(&bits, &value, sizeof bits);
  return htonll(bits);
}

static __inline__ double ntohd(unsigned long long value) {
  double result;
  const unsigned long long bits = ntohll(value);
  memcpy(&result, &bits, sizeof result);
  return result;
}

WSALIVE_EXTERN_C_END

#endif
