// TransmitFile and TransmitPackets: what they send, how they complete, and what they refuse.
// labels: net

#include <winsock2.h>

#include <mswsock.h>

#include <array>
#include <cstring>
#include <string>
#include <thread>

#include <gtest/gtest.h>

#include "support/handle_count.hpp"
#include "support/port.hpp"
#include "support/temp_folder.hpp"
#include "support/winsock_api.hpp"

namespace wsalive::test {
namespace {

constexpr ULONG_PTR kKey = 3;

class Transmit : public testing::Test {
 protected:
  Transmit() { folder_.write("file", "0123456789"); }
  ~Transmit() override { CloseHandle(file_); }

  /// What comes until the peer's end, or until `size` octets are there.
  static std::string receive(SOCKET from, std::size_t size = ~std::size_t{0}) {
    std::string all;
    std::array<char, 65'536> room;
    while (all.size() < size) {
      const int got = recv(from, room.data(), room.size(), 0);
      if (got <= 0) break;
      all.append(room.data(), static_cast<std::size_t>(got));
    }
    return all;
  }
  HANDLE open(const char* name, DWORD access = GENERIC_READ) const {
    return CreateFileA(folder_.file(name).c_str(), access, FILE_SHARE_READ | FILE_SHARE_WRITE,
                       nullptr, OPEN_EXISTING, 0, nullptr);
  }
  static TRANSMIT_FILE_BUFFERS around() {
    static char head[] = "<", tail[] = ">";
    return {head, 1, tail, 1};
  }

  HandleCount count_;
  Winsock started_;
  TempFolder folder_;
  HANDLE file_ = open_file();
  Pair pair_ = connected_pair();
  OVERLAPPED overlapped_{};

 private:
  HANDLE open_file() const {
    folder_.write("file", "0123456789");
    return open("file");
  }
};

TEST_F(Transmit, SendsHeadFileAndTailFromTheFilesPointer) {
  ASSERT_EQ(SetFilePointer(file_, 2, nullptr, FILE_BEGIN), 2U);
  TRANSMIT_FILE_BUFFERS buffers = around();
  ASSERT_TRUE(TransmitFile(pair_.client, file_, 3, 0, nullptr, &buffers, 0)) << WSAGetLastError();
  EXPECT_EQ(receive(pair_.server, 5), "<234>");
  ASSERT_TRUE(TransmitFile(pair_.client, file_, 0, 2, nullptr, nullptr, 0));
  EXPECT_EQ(receive(pair_.server, 5), "56789");
  ASSERT_TRUE(TransmitFile(pair_.client, nullptr, 0, 0, nullptr, &buffers, TF_WRITE_BEHIND));
  EXPECT_EQ(receive(pair_.server, 2), "<>");
  ASSERT_TRUE(TransmitFile(pair_.client, nullptr, 0, 0, nullptr, nullptr, TF_DISCONNECT));
  EXPECT_EQ(receive(pair_.server), "");
  EXPECT_TRUE(refuses(TransmitFile(pair_.client, file_, 0, 0, nullptr, nullptr, 0), WSAESHUTDOWN));
}

TEST_F(Transmit, AnOverlappedOnesOffsetCountsAndThePortHears) {
  const Port port;
  port.add(pair_.client, kKey);
  overlapped_.Offset = 4;
  TRANSMIT_FILE_BUFFERS buffers = around();
  const BOOL at_once = TransmitFile(pair_.client, file_, 0, 0, &overlapped_, &buffers, 0);
  EXPECT_TRUE(at_once || WSAGetLastError() == WSA_IO_PENDING);
  EXPECT_EQ(port.take(), (Taken{0, 8, kKey, &overlapped_}));
  EXPECT_EQ(receive(pair_.server, 8), "<456789>");
  EXPECT_EQ(SetFilePointer(file_, 0, nullptr, FILE_CURRENT), 0U);
}

TEST_F(Transmit, MoreThanTheConnectionHoldsIsSentAsThePeerTakesIt) {
  std::string much(std::size_t{48} << 20, 'x');
  for (std::size_t at = 0; at < much.size(); at += 4096) much[at] = static_cast<char>(at >> 12);
  folder_.write("much", much);
  const HANDLE file = open("much");
  const OwnEvent event;
  overlapped_.hEvent = event.get();
  TRANSMIT_FILE_BUFFERS buffers = around();
  EXPECT_TRUE(refuses(TransmitFile(pair_.client, file, 0, 0, &overlapped_, &buffers, TF_DISCONNECT),
                      WSA_IO_PENDING));
  EXPECT_TRUE(CloseHandle(file));  // The operation keeps it.
  EXPECT_FALSE(event.is_set());
  // A blocking call beside it waits as ever.
  std::thread reader{[&] {
    char octet = 0;
    EXPECT_EQ(recv(pair_.client, &octet, 1, 0), 1);
  }};
  const std::string got = receive(pair_.server);
  EXPECT_TRUE(got == "<" + much + ">") << got.size();
  EXPECT_TRUE(event.is_set(10'000));
  DWORD bytes = 0;
  EXPECT_EQ(result_of(pair_.client, overlapped_, bytes), 0);
  EXPECT_EQ(bytes, much.size() + 2);
  EXPECT_EQ(send(pair_.server, "x", 1, 0), 1);
  reader.join();
}

TEST_F(Transmit, AWaitingCallSendsEverythingToo) {
  const std::string much(std::size_t{16} << 20, 'y');
  folder_.write("much", much);
  const HANDLE file = open("much");
  std::thread sender{[&] {
    EXPECT_TRUE(TransmitFile(pair_.client, file, 0, 0, nullptr, nullptr, TF_DISCONNECT));
  }};
  EXPECT_EQ(receive(pair_.server).size(), much.size());
  sender.join();
  EXPECT_TRUE(CloseHandle(file));
}

TEST_F(Transmit, AReusedSocketIsConnectedAgain) {
  const OwnEvent event;
  overlapped_.hEvent = event.get();
  EXPECT_TRUE(refuses(TransmitFile(pair_.client, file_, 0, 0, &overlapped_, nullptr,
                                   TF_DISCONNECT | TF_REUSE_SOCKET),
                      WSA_IO_PENDING));
  EXPECT_EQ(receive(pair_.server), "0123456789");
  EXPECT_EQ(send(pair_.server, "unwanted", 8, 0), 8);
  EXPECT_FALSE(event.is_set(50));
  pair_.server.close();
  EXPECT_TRUE(event.is_set(10'000));
  DWORD bytes = 0;
  EXPECT_EQ(result_of(pair_.client, overlapped_, bytes), 0);
  EXPECT_EQ(bytes, 10U);
  const Own from = listener();
  EXPECT_EQ(connect_to(pair_.client, name_of(from)), 0) << WSAGetLastError();
  const Own again = accept_one(from);
  EXPECT_TRUE(TransmitFile(pair_.client, file_, 4, 0, nullptr, nullptr, 0));
  EXPECT_EQ(receive(again, 4), "0123");
}

TEST_F(Transmit, AClosedSocketAbortsIt) {
  folder_.write("much", std::string(std::size_t{48} << 20, 'z'));
  const HANDLE file = open("much");
  const Port port;
  port.add(pair_.client, kKey);
  EXPECT_TRUE(
      refuses(TransmitFile(pair_.client, file, 0, 0, &overlapped_, nullptr, 0), WSA_IO_PENDING));
  pair_.client.close();
  EXPECT_EQ(port.take(), (Taken{ERROR_OPERATION_ABORTED, 0, kKey, &overlapped_}));
  EXPECT_TRUE(CloseHandle(file));
}

TEST_F(Transmit, APeersResetEndsItWithoutASignal) {
  reset_by_server(pair_);
  EXPECT_TRUE(refuses(TransmitFile(pair_.client, file_, 0, 0, nullptr, nullptr, 0), WSAECONNRESET));
  EXPECT_TRUE(refuses(TransmitFile(pair_.client, file_, 0, 0, nullptr, nullptr, 0), WSAECONNRESET));
}

TEST_F(Transmit, PacketsArePiecesOfMemoryAndOfFiles) {
  char word[] = "word";
  std::array<TRANSMIT_PACKETS_ELEMENT, 4> elements{};
  elements[0].dwElFlags = TP_ELEMENT_MEMORY;
  elements[0].pBuffer = word;
  elements[0].cLength = 4;
  elements[1].dwElFlags = TP_ELEMENT_FILE;
  elements[1].hFile = file_;
  elements[1].nFileOffset.QuadPart = 7;
  elements[2] = elements[0];
  elements[2].dwElFlags |= TP_ELEMENT_EOP;
  elements[3].dwElFlags = TP_ELEMENT_FILE;
  elements[3].hFile = file_;
  elements[3].nFileOffset.QuadPart = -1;
  elements[3].cLength = 2;
  const auto send_all = [&](OVERLAPPED* overlapped) {
    return TransmitPackets(pair_.client, elements.data(), 4, 0, overlapped, 0);
  };
  EXPECT_TRUE(send_all(nullptr));
  EXPECT_EQ(receive(pair_.server, 13), "word789word01");
  EXPECT_TRUE(refuses(send_all(&overlapped_), WSA_IO_PENDING));  // K-131
  EXPECT_EQ(receive(pair_.server, 13), "word789word23");
  elements[2].dwElFlags = TP_ELEMENT_MEMORY | TP_ELEMENT_FILE;
  EXPECT_TRUE(refuses(send_all(nullptr), WSAEINVAL));
  elements[2].dwElFlags = TP_ELEMENT_MEMORY;
  elements[2].pBuffer = nullptr;
  EXPECT_TRUE(refuses(send_all(nullptr), WSAEFAULT));
  EXPECT_TRUE(refuses(TransmitPackets(pair_.client, nullptr, 1, 0, nullptr, 0), WSAEFAULT));
  WSASetLastError(0);
  EXPECT_TRUE(TransmitPackets(pair_.client, nullptr, 0, 0, nullptr, TP_DISCONNECT));
  EXPECT_EQ(receive(pair_.server), "");  // Refused calls sent nothing.
}

TEST_F(Transmit, WhatCannotBeSentIsRefusedBeforeAnythingIs) {
  const HANDLE writer = open("file", GENERIC_WRITE);
  HANDLE from = nullptr, into = nullptr;
  ASSERT_TRUE(CreatePipe(&from, &into, nullptr, 0));
  TRANSMIT_FILE_BUFFERS buffers = around();
  const auto call = [&](SOCKET s, HANDLE file, DWORD flags = 0) {
    return TransmitFile(s, file, 0, 0, nullptr, &buffers, flags);
  };
  const Own apart = tcp();
  const Own datagrams = udp();
  EXPECT_TRUE(refuses(call(0x3fffffff, file_), WSAENOTSOCK));
  EXPECT_TRUE(refuses(call(apart, file_), WSAENOTCONN));
  EXPECT_TRUE(refuses(call(datagrams, file_), WSAEOPNOTSUPP));
  EXPECT_TRUE(refuses(call(pair_.client, file_, 0x100), WSAEINVAL));
  EXPECT_TRUE(refuses(call(pair_.client, file_, TF_REUSE_SOCKET), WSAEINVAL));
  EXPECT_TRUE(refuses(call(pair_.client, from), WSAEINVAL));
  EXPECT_TRUE(refuses(call(pair_.client, writer), ERROR_ACCESS_DENIED));
  EXPECT_TRUE(refuses(call(pair_.client, INVALID_HANDLE_VALUE), ERROR_INVALID_HANDLE));
  buffers.Tail = nullptr;
  EXPECT_TRUE(refuses(call(pair_.client, file_), WSAEFAULT));
  EXPECT_TRUE(
      refuses(TransmitFile(pair_.client, file_, 0, 0, reinterpret_cast<OVERLAPPED*>(8), nullptr, 0),
              WSAEFAULT));
  buffers = {};
  buffers.Head = &buffers;
  buffers.HeadLength = 0x7fffffff;
  EXPECT_TRUE(refuses(call(pair_.client, file_), WSAEINVAL));
  overlapped_.hEvent = file_;
  EXPECT_TRUE(refuses(TransmitFile(pair_.client, file_, 0, 0, &overlapped_, nullptr, 0),
                      ERROR_INVALID_HANDLE));
  EXPECT_EQ(shutdown(pair_.client, SD_SEND), 0);
  EXPECT_EQ(receive(pair_.server), "");
  for (const HANDLE each : {writer, from, into}) EXPECT_TRUE(CloseHandle(each));
}

/// A pair of datagram sockets that are connected to each other.
class TransmitMessages : public Transmit {
 protected:
  TransmitMessages() {
    EXPECT_EQ(bind_to(here_, loopback()), 0);
    EXPECT_EQ(bind_to(there_, loopback()), 0);
    EXPECT_EQ(connect_to(here_, name_of(there_)), 0);
  }
  static TRANSMIT_PACKETS_ELEMENT memory(const char* text, ULONG flags = 0) {
    TRANSMIT_PACKETS_ELEMENT element{};
    element.dwElFlags = TP_ELEMENT_MEMORY | flags;
    element.cLength = static_cast<ULONG>(std::strlen(text));
    element.pBuffer = const_cast<char*>(text);
    return element;
  }
  TRANSMIT_PACKETS_ELEMENT part(LONGLONG place, ULONG size, ULONG flags = 0) const {
    TRANSMIT_PACKETS_ELEMENT element{};
    element.dwElFlags = TP_ELEMENT_FILE | flags;
    element.cLength = size;
    element.nFileOffset.QuadPart = place;
    element.hFile = file_;
    return element;
  }
  template <std::size_t kCount>
  BOOL send_all(std::array<TRANSMIT_PACKETS_ELEMENT, kCount> elements, DWORD size = 0,
                OVERLAPPED* overlapped = nullptr, DWORD flags = 0) {
    return TransmitPackets(here_, elements.data(), kCount, size, overlapped, flags);
  }
  /// The next message.
  [[nodiscard]] std::string next() const {
    std::array<char, 64> room{};
    const DWORD limit = 5000;
    EXPECT_EQ(setsockopt(there_, SOL_SOCKET, SO_RCVTIMEO, reinterpret_cast<const char*>(&limit),
                         sizeof limit),
              0);
    const int got = recv(there_, room.data(), room.size(), 0);
    return got >= 0 ? std::string(room.data(), static_cast<std::size_t>(got)) : "none";
  }
  [[nodiscard]] bool is_empty() const {
    WSAPOLLFD item{there_, POLLRDNORM, 0};
    return WSAPoll(&item, 1, 0) == 0;
  }

  Own here_ = udp();
  Own there_ = udp();
};

TEST_F(TransmitMessages, PiecesUpToAnEndAreOneMessage) {
  const std::array elements{memory("head "),
                            part(2, 3, TP_ELEMENT_EOP),
                            memory("alone"),
                            memory("", TP_ELEMENT_EOP),
                            memory("", TP_ELEMENT_EOP),
                            part(-1, 2),
                            memory(" tail")};
  EXPECT_TRUE(send_all(elements));
  for (const char* const wanted : {"head 234", "alone", "", "01 tail"}) EXPECT_EQ(next(), wanted);
  EXPECT_TRUE(send_all(elements, 0xFFFFFFFF));
  for (const char* const wanted : {"head 234", "alone", "", "23 tail"}) EXPECT_EQ(next(), wanted);
  EXPECT_TRUE(is_empty());
}

TEST_F(TransmitMessages, ASizeCutsThem) {
  EXPECT_TRUE(
      send_all(std::array{memory("abcdefg"), part(0, 4, TP_ELEMENT_EOP), memory("xyz")}, 4));
  for (const char* const wanted : {"abcd", "efg0", "123", "xyz"}) EXPECT_EQ(next(), wanted);
  EXPECT_TRUE(is_empty());
}

TEST_F(TransmitMessages, AnOverlappedOneIsToldThroughThePort) {
  const Port port;
  port.add(here_, kKey);
  const BOOL at_once =
      send_all(std::array{memory("one", TP_ELEMENT_EOP), memory("three")}, 0, &overlapped_);
  EXPECT_TRUE(at_once || WSAGetLastError() == WSA_IO_PENDING);
  EXPECT_EQ(port.take(), (Taken{0, 8, kKey, &overlapped_}));
  EXPECT_EQ(next(), "one");
  EXPECT_EQ(next(), "three");
}

TEST_F(TransmitMessages, RefusesWhatIsNoMessage) {
  const std::array word{memory("word")};
  EXPECT_TRUE(refuses(send_all(word, 0, nullptr, TP_DISCONNECT), WSAEOPNOTSUPP));
  EXPECT_TRUE(refuses(send_all(word, 0, nullptr, TP_REUSE_SOCKET), WSAEINVAL));
  EXPECT_TRUE(refuses(TransmitFile(here_, file_, 0, 0, nullptr, nullptr, 0), WSAEOPNOTSUPP));
  const Own apart = udp();
  TRANSMIT_PACKETS_ELEMENT element = word[0];
  EXPECT_TRUE(refuses(TransmitPackets(apart, &element, 1, 0, nullptr, 0), WSAENOTCONN));
  const std::string much(70'000, 'm');
  EXPECT_TRUE(refuses(send_all(std::array{memory("before", TP_ELEMENT_EOP), memory(much.c_str())}),
                      WSAEMSGSIZE));
  EXPECT_EQ(next(), "before");
  element.pBuffer = reinterpret_cast<PVOID>(8);  // NOLINT(performance-no-int-to-ptr)
  EXPECT_TRUE(refuses(TransmitPackets(here_, &element, 1, 0, nullptr, 0), WSAEFAULT));
  EXPECT_TRUE(is_empty());
}

TEST_F(Transmit, IsAnExtensionFunction) {
  const GUID ids[] = {WSAID_TRANSMITFILE, WSAID_TRANSMITPACKETS};
  using Function = void (*)();
  const Function plain[] = {reinterpret_cast<Function>(TransmitFile),
                            reinterpret_cast<Function>(TransmitPackets)};
  for (std::size_t at = 0; at < 2; ++at) {
    GUID id = ids[at];
    Function function = nullptr;
    DWORD bytes = 0;
    ASSERT_EQ(WSAIoctl(pair_.client, SIO_GET_EXTENSION_FUNCTION_POINTER, &id, sizeof id, &function,
                       sizeof function, &bytes, nullptr, nullptr),
              0);
    EXPECT_EQ(function, plain[at]);
  }
}

}  // namespace
}  // namespace wsalive::test
