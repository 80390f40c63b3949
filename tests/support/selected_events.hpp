// A socket with a selection of network events, as tests look at it.
#pragma once

#include <winsock2.h>

#include <string>

#include <gtest/gtest.h>

#include "support/port.hpp"

namespace wsalive::test {

/// What WSAEnumNetworkEvents tells, as "READ WRITE CLOSE=10054".
[[nodiscard]] inline std::string told(const WSANETWORKEVENTS& events) {
  struct Name {
    int bit;
    const char* text;
  };
  constexpr Name kNames[] = {{FD_READ_BIT, "READ"},       {FD_WRITE_BIT, "WRITE"},
                             {FD_OOB_BIT, "OOB"},         {FD_ACCEPT_BIT, "ACCEPT"},
                             {FD_CONNECT_BIT, "CONNECT"}, {FD_CLOSE_BIT, "CLOSE"}};
  std::string text;
  for (const Name& name : kNames) {
    if ((events.lNetworkEvents >> name.bit & 1) == 0) continue;
    if (!text.empty()) text += ' ';
    text += name.text;
    if (const int code = events.iErrorCode[name.bit]) text += '=' + std::to_string(code);
  }
  return text;
}

/// An event object that sockets are selected on.
class Events {
 public:
  int select(SOCKET s, long events) const { return WSAEventSelect(s, event_.get(), events); }

  /// What was recorded so far; the event object agrees with it and is reset.
  [[nodiscard]] std::string now(SOCKET s) const {
    const bool signaled = event_.is_set();
    WSANETWORKEVENTS events{};
    EXPECT_EQ(WSAEnumNetworkEvents(s, event_.get(), &events), 0) << WSAGetLastError();
    EXPECT_FALSE(event_.is_set());
    EXPECT_TRUE(signaled || events.lNetworkEvents == 0) << told(events) << " without a signal";
    return told(events);
  }
  /// Waits for the event object's signal first.
  [[nodiscard]] std::string next(SOCKET s, DWORD milliseconds = 10'000) const {
    if (!event_.is_set(milliseconds)) return "nothing";
    return now(s);
  }
  /// Waits until all of these have been told, in any number of steps.
  [[nodiscard]] std::string all(SOCKET s, long wanted, DWORD milliseconds = 10'000) const {
    WSANETWORKEVENTS sum{};
    while ((sum.lNetworkEvents & wanted) != wanted && event_.is_set(milliseconds)) {
      WSANETWORKEVENTS events{};
      EXPECT_EQ(WSAEnumNetworkEvents(s, event_.get(), &events), 0);
      sum.lNetworkEvents |= events.lNetworkEvents;
      for (int bit = 0; bit < FD_MAX_EVENTS; ++bit) sum.iErrorCode[bit] |= events.iErrorCode[bit];
    }
    return told(sum);
  }
  [[nodiscard]] HANDLE get() const { return event_.get(); }
  [[nodiscard]] bool is_set(DWORD milliseconds = 0) const { return event_.is_set(milliseconds); }

 private:
  OwnEvent event_;
};

}  // namespace wsalive::test
