// Questions about IPv6 addresses. Windows has them as inline functions of its header, too. Part of
// ws2ipdef.h.
#ifndef WSALIVE_IN6_TESTS_H
#define WSALIVE_IN6_TESTS_H

WSALIVE_EXTERN_C_BEGIN

// The C library's objects of the same names and bytes.
extern const IN6_ADDR in6addr_any;
extern const IN6_ADDR in6addr_loopback;
#define IN6ADDR_ANY_INIT \
  {                      \
    {                    \
      { 0 }              \
    }                    \
  }
#define IN6ADDR_LOOPBACK_INIT                            \
  {                                                      \
    {                                                    \
      { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1 } \
    }                                                    \
  }

static __inline__ BOOLEAN IN6_ADDR_EQUAL(const IN6_ADDR* a, const IN6_ADDR* b) {
  return (BOOLEAN)(memcmp(a, b, sizeof(IN6_ADDR)) == 0);
}
#define IN6_ARE_ADDR_EQUAL IN6_ADDR_EQUAL

static __inline__ BOOLEAN IN6_IS_ADDR_UNSPECIFIED(const IN6_ADDR* a) {
  return IN6_ADDR_EQUAL(a, &in6addr_any);
}

static __inline__ BOOLEAN IN6_IS_ADDR_LOOPBACK(const IN6_ADDR* a) {
  return IN6_ADDR_EQUAL(a, &in6addr_loopback);
}

static __inline__ BOOLEAN IN6_IS_ADDR_MULTICAST(const IN6_ADDR* a) {
  return (BOOLEAN)(a->s6_bytes[0] == 0xff);
}

static __inline__ BOOLEAN IN6_IS_ADDR_LINKLOCAL(const IN6_ADDR* a) {
  return (BOOLEAN)(a->s6_bytes[0] == 0xfe && (a->s6_bytes[1] & 0xc0) == 0x80);
}

static __inline__ BOOLEAN IN6_IS_ADDR_SITELOCAL(const IN6_ADDR* a) {
  return (BOOLEAN)(a->s6_bytes[0] == 0xfe && (a->s6_bytes[1] & 0xc0) == 0xc0);
}

static __inline__ BOOLEAN IN6_IS_ADDR_GLOBAL(const IN6_ADDR* a) {
  const int high = a->s6_bytes[0] & 0xe0;
  return (BOOLEAN)(high != 0 && high != 0xe0);
}

static __inline__ BOOLEAN IN6_IS_ADDR_V4MAPPED(const IN6_ADDR* a) {
  return (BOOLEAN)(memcmp(a, &in6addr_any, 10) == 0 && a->s6_words[5] == 0xffff);
}

static __inline__ BOOLEAN IN6_IS_ADDR_V4COMPAT(const IN6_ADDR* a) {
  return (BOOLEAN)(memcmp(a, &in6addr_any, 12) == 0 && (a->s6_words[6] | a->s6_words[7]) != 0 &&
                   !IN6_IS_ADDR_LOOPBACK(a));
}

static __inline__ BOOLEAN IN6_IS_ADDR_MC_NODELOCAL(const IN6_ADDR* a) {
  return (BOOLEAN)(IN6_IS_ADDR_MULTICAST(a) && (a->s6_bytes[1] & 0xf) == 1);
}

static __inline__ BOOLEAN IN6_IS_ADDR_MC_LINKLOCAL(const IN6_ADDR* a) {
  return (BOOLEAN)(IN6_IS_ADDR_MULTICAST(a) && (a->s6_bytes[1] & 0xf) == 2);
}

static __inline__ BOOLEAN IN6_IS_ADDR_MC_SITELOCAL(const IN6_ADDR* a) {
  return (BOOLEAN)(IN6_IS_ADDR_MULTICAST(a) && (a->s6_bytes[1] & 0xf) == 5);
}

static __inline__ BOOLEAN IN6_IS_ADDR_MC_ORGLOCAL(const IN6_ADDR* a) {
  return (BOOLEAN)(IN6_IS_ADDR_MULTICAST(a) && (a->s6_bytes[1] & 0xf) == 8);
}

static __inline__ BOOLEAN IN6_IS_ADDR_MC_GLOBAL(const IN6_ADDR* a) {
  return (BOOLEAN)(IN6_IS_ADDR_MULTICAST(a) && (a->s6_bytes[1] & 0xf) == 0xe);
}

WSALIVE_EXTERN_C_END

#endif
