// Option and control calls in one line each, as tests of them need.
#pragma once

#include <gtest/gtest.h>
#include <winsock2.h>

#include <mstcpip.h>

#include "support/started.hpp"

namespace wsalive::test {

/// setsockopt of a DWORD, or of what `size` says that it is.
inline int set_dword(SOCKET s, int level, int name, DWORD value, int size = sizeof(DWORD)) {
  return setsockopt(s, level, name, reinterpret_cast<const char*>(&value), size);
}

/// The error of a setsockopt of a DWORD; 0 for success.
inline int error_of_set(SOCKET s, int level, int name, DWORD value, int size = sizeof(DWORD)) {
  return set_dword(s, level, name, value, size) == 0 ? 0 : last_error();
}

/// The DWORD that getsockopt reads. A failure fails the test.
inline DWORD get_dword(SOCKET s, int level, int name) {
  DWORD value = 0;  // Wide enough for the one byte of K-16 as well.
  int size = sizeof value;
  EXPECT_EQ(getsockopt(s, level, name, reinterpret_cast<char*>(&value), &size), 0)
      << "level " << level << " option " << name << " error " << last_error();
  return value;
}

/// The same, and all four bytes of it must be the answer's.
inline DWORD get_whole_dword(SOCKET s, int level, int name) {
  DWORD value = 0xabababab;
  int size = sizeof value;
  EXPECT_EQ(getsockopt(s, level, name, reinterpret_cast<char*>(&value), &size), 0)
      << "level " << level << " option " << name << " error " << last_error();
  EXPECT_EQ(size, 4);
  return value;
}

/// The error of a getsockopt of a DWORD; 0 for success.
inline int error_of_get(SOCKET s, int level, int name) {
  DWORD value = 0;
  int size = sizeof value;
  const int result = getsockopt(s, level, name, reinterpret_cast<char*>(&value), &size);
  return result == 0 ? 0 : last_error();
}

/// The error of SIO_KEEPALIVE_VALS; 0 for success.
inline int error_of_vals(SOCKET s, DWORD on, DWORD time, DWORD interval) {
  tcp_keepalive values{on, time, interval};
  DWORD returned = 99;
  const int result = WSAIoctl(s, SIO_KEEPALIVE_VALS, &values, sizeof values, nullptr, 0, &returned,
                              nullptr, nullptr);
  return result == 0 ? 0 : last_error();
}

}  // namespace wsalive::test
