// Interlocked operations: each is one atomic instruction with full order, as the compiler builds it in.
// Part of winnt.h.
#ifndef WSALIVE_INTERLOCKED_H
#define WSALIVE_INTERLOCKED_H

#include "../minwindef.h"

// One set of operations per width: <suffix> "" is 32 bits, 64 is 64 bits, 16 and 8 as they say.
#define WSALIVE_INTERLOCKED(suffix, type)                                                        \
  FORCEINLINE type InterlockedIncrement##suffix(type volatile* Addend) {                         \
    return __atomic_add_fetch(Addend, 1, __ATOMIC_SEQ_CST);                                      \
  }                                                                                              \
  FORCEINLINE type InterlockedDecrement##suffix(type volatile* Addend) {                         \
    return __atomic_sub_fetch(Addend, 1, __ATOMIC_SEQ_CST);                                      \
  }                                                                                              \
  FORCEINLINE type InterlockedExchange##suffix(type volatile* Target, type Value) {              \
    return __atomic_exchange_n(Target, Value, __ATOMIC_SEQ_CST);                                 \
  }                                                                                              \
  FORCEINLINE type InterlockedExchangeAdd##suffix(type volatile* Addend, type Value) {           \
    return __atomic_fetch_add(Addend, Value, __ATOMIC_SEQ_CST);                                  \
  }                                                                                              \
  FORCEINLINE type InterlockedAnd##suffix(type volatile* Destination, type Value) {              \
    return __atomic_fetch_and(Destination, Value, __ATOMIC_SEQ_CST);                             \
  }                                                                                              \
  FORCEINLINE type InterlockedOr##suffix(type volatile* Destination, type Value) {               \
    return __atomic_fetch_or(Destination, Value, __ATOMIC_SEQ_CST);                              \
  }                                                                                              \
  FORCEINLINE type InterlockedXor##suffix(type volatile* Destination, type Value) {              \
    return __atomic_fetch_xor(Destination, Value, __ATOMIC_SEQ_CST);                             \
  }                                                                                              \
  FORCEINLINE type InterlockedCompareExchange##suffix(type volatile* Destination, type Exchange, \
                                                      type Comparand) {                          \
    __atomic_compare_exchange_n(Destination, &Comparand, Exchange, 0, __ATOMIC_SEQ_CST,          \
                                __ATOMIC_SEQ_CST);                                               \
    return Comparand;                                                                            \
  }

WSALIVE_INTERLOCKED(, LONG)
WSALIVE_INTERLOCKED(64, LONG64)
WSALIVE_INTERLOCKED(16, SHORT)
WSALIVE_INTERLOCKED(8, CHAR)

#undef WSALIVE_INTERLOCKED

FORCEINLINE LONG InterlockedAdd(LONG volatile* Addend, LONG Value) {
  return __atomic_add_fetch(Addend, Value, __ATOMIC_SEQ_CST);
}
FORCEINLINE LONG64 InterlockedAdd64(LONG64 volatile* Addend, LONG64 Value) {
  return __atomic_add_fetch(Addend, Value, __ATOMIC_SEQ_CST);
}
FORCEINLINE PVOID InterlockedExchangePointer(PVOID volatile* Target, PVOID Value) {
  return __atomic_exchange_n(Target, Value, __ATOMIC_SEQ_CST);
}
FORCEINLINE PVOID InterlockedCompareExchangePointer(PVOID volatile* Destination, PVOID Exchange,
                                                    PVOID Comparand) {
  __atomic_compare_exchange_n(Destination, &Comparand, Exchange, 0, __ATOMIC_SEQ_CST,
                              __ATOMIC_SEQ_CST);
  return Comparand;
}

#define MemoryBarrier() __atomic_thread_fence(__ATOMIC_SEQ_CST)
#if defined(__x86_64__) || defined(__i386__)
#define YieldProcessor() __builtin_ia32_pause()
#elif defined(__aarch64__)
#define YieldProcessor() __asm__ volatile("yield")
#else
#define YieldProcessor() ((void)0)
#endif

#endif
