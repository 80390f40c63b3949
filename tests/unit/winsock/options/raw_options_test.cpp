// labels: ns
// The options of raw sockets, and header options as a raw socket sees them arrive. Raw sockets need a right
// that the program has in a network of its own.

#include <winsock2.h>

#include <ws2tcpip.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <vector>

#include "support/option_calls.hpp"
#include "support/private_network.hpp"
#include "support/winsock_api.hpp"

namespace wsalive::test {
namespace {

// A protocol for experiments (RFC 3692): no other program uses it.
constexpr int kExperiment = 253;

class RawOptions : public PrivateNetwork {
 protected:
  void SetUp() override {
    PrivateNetwork::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    started_ = std::make_unique<Winsock>();
    sender_ = raw6();
    receiver_ = raw6();
    if (WSAGetLastError() == WSAEAFNOSUPPORT) GTEST_SKIP() << "no IPv6";
    ASSERT_NE(sender_, INVALID_SOCKET) << WSAGetLastError();
    ASSERT_NE(receiver_, INVALID_SOCKET) << WSAGetLastError();
    here_.sin6_family = AF_INET6;
    here_.sin6_addr.s6_addr[15] = 1;
    if (bind(receiver_, reinterpret_cast<sockaddr*>(&here_), sizeof here_) != 0) {
      GTEST_SKIP() << "no IPv6";
    }
    const DWORD wait = 5000;
    ASSERT_EQ(setsockopt(receiver_, SOL_SOCKET, SO_RCVTIMEO, reinterpret_cast<const char*>(&wait),
                         sizeof wait),
              0);
  }
  void TearDown() override {
    sender_.close();
    receiver_.close();
    started_.reset();
  }

  static Own raw6() { return Own{socket(AF_INET6, SOCK_RAW, kExperiment)}; }

  int tell(const std::vector<char>& bytes) {
    return sendto(sender_, bytes.data(), static_cast<int>(bytes.size()), 0,
                  reinterpret_cast<sockaddr*>(&here_), sizeof here_);
  }
  std::vector<char> receive() {
    std::vector<char> bytes(256);
    const int size = recv(receiver_, bytes.data(), static_cast<int>(bytes.size()), 0);
    EXPECT_GE(size, 0) << WSAGetLastError();
    bytes.resize(static_cast<std::size_t>(std::max(size, 0)));
    return bytes;
  }

  std::unique_ptr<Winsock> started_;
  Own sender_;
  Own receiver_;
  sockaddr_in6 here_{};
};

constexpr std::array kRaw6{IPV6_CHECKSUM, IPV6_HDRINCL};

TEST_F(RawOptions, FaultOnAShortValueAndKeepTheirOwn) {  // K-26
  for (const int option : kRaw6) {
    const DWORD before = get_whole_dword(sender_, IPPROTO_IPV6, option);
    for (const int size : {-1, 0, 1, 3}) {
      EXPECT_EQ(error_of_set(sender_, IPPROTO_IPV6, option, 2, size), WSAEFAULT)
          << option << ' ' << size;
    }
    EXPECT_TRUE(fails_with(setsockopt(sender_, IPPROTO_IPV6, option, nullptr, 4), WSAEFAULT));
    DWORD value = 0xabababab;
    int size = 3;
    EXPECT_TRUE(fails_with(
        getsockopt(sender_, IPPROTO_IPV6, option, reinterpret_cast<char*>(&value), &size),
        WSAEFAULT));
    EXPECT_EQ(value, 0xabababab);
    EXPECT_EQ(size, 3);
    EXPECT_EQ(get_whole_dword(sender_, IPPROTO_IPV6, option), before);
  }
}

TEST_F(RawOptions, AreOfRawIpv6SocketsAlone) {  // K-25
  const Own messages{socket(AF_INET6, SOCK_DGRAM, 0)};
  const Own stream{socket(AF_INET6, SOCK_STREAM, 0)};
  const Own four{socket(AF_INET, SOCK_RAW, kExperiment)};
  for (const SOCKET each : {messages.get(), stream.get(), four.get()}) {
    for (const int option : kRaw6) {
      EXPECT_EQ(error_of_set(each, IPPROTO_IPV6, option, 0), WSAENOPROTOOPT) << option;
      DWORD value = 0;
      int size = sizeof value;
      EXPECT_TRUE(
          fails_with(getsockopt(each, IPPROTO_IPV6, option, reinterpret_cast<char*>(&value), &size),
                     WSAENOPROTOOPT));
    }
  }
}

TEST_F(RawOptions, ARawSocketSpeaksIpv6Alone) {  // K-113
  EXPECT_EQ(get_whole_dword(sender_, IPPROTO_IPV6, IPV6_V6ONLY), 1U);
  EXPECT_EQ(error_of_set(sender_, IPPROTO_IPV6, IPV6_V6ONLY, 1), 0);
  EXPECT_EQ(error_of_set(sender_, IPPROTO_IPV6, IPV6_V6ONLY, 0), WSAEINVAL);
  EXPECT_EQ(error_of_set(sender_, IPPROTO_IPV6, IPV6_V6ONLY, 1, 3), WSAEFAULT);
  EXPECT_EQ(get_whole_dword(sender_, IPPROTO_IPV6, IPV6_V6ONLY), 1U);
}

TEST_F(RawOptions, AChecksumIsFilledInWhereItWasAskedFor) {
  const std::vector<char> plain{1, 2, 3, 4, 5, 6, 0, 0};
  EXPECT_EQ(get_whole_dword(sender_, IPPROTO_IPV6, IPV6_CHECKSUM), 0xffffffff);  // None.
  ASSERT_EQ(tell(plain), 8);
  EXPECT_EQ(receive(), plain);
  ASSERT_EQ(error_of_set(sender_, IPPROTO_IPV6, IPV6_CHECKSUM, 6), 0);
  EXPECT_EQ(get_whole_dword(sender_, IPPROTO_IPV6, IPV6_CHECKSUM), 6U);
  ASSERT_EQ(tell(plain), 8);
  std::vector<char> summed = receive();
  ASSERT_EQ(summed.size(), 8U);
  EXPECT_FALSE(summed[6] == 0 && summed[7] == 0);
  summed[6] = summed[7] = 0;
  EXPECT_EQ(summed, plain);
  ASSERT_EQ(error_of_set(sender_, IPPROTO_IPV6, IPV6_CHECKSUM, 0xffffffff), 0);
  ASSERT_EQ(tell(plain), 8);
  EXPECT_EQ(receive(), plain);
}

TEST_F(RawOptions, AReceiverThatChecksHearsOnlyWhatIsRight) {
  const std::vector<char> unsummed{1, 2, 3, 4, 5, 6, 0, 0};
  const std::vector<char> other{9, 8, 7, 6, 5, 4, 0, 0};
  ASSERT_EQ(error_of_set(receiver_, IPPROTO_IPV6, IPV6_CHECKSUM, 6), 0);
  ASSERT_EQ(tell(unsummed), 8);
  ASSERT_EQ(error_of_set(sender_, IPPROTO_IPV6, IPV6_CHECKSUM, 6), 0);
  ASSERT_EQ(tell(other), 8);
  EXPECT_EQ(receive().at(0), 9);
}

TEST_F(RawOptions, AChecksumAtAnOddPlaceIsRefused) {
  ASSERT_EQ(error_of_set(sender_, IPPROTO_IPV6, IPV6_CHECKSUM, 2), 0);
  EXPECT_EQ(error_of_set(sender_, IPPROTO_IPV6, IPV6_CHECKSUM, 3), WSAEINVAL);
  EXPECT_EQ(get_whole_dword(sender_, IPPROTO_IPV6, IPV6_CHECKSUM), 2U);
}

TEST_F(RawOptions, AHeaderThatIsIncludedIsTheProgramsOwn) {
  EXPECT_EQ(get_whole_dword(sender_, IPPROTO_IPV6, IPV6_HDRINCL), 0U);
  ASSERT_EQ(error_of_set(sender_, IPPROTO_IPV6, IPV6_HDRINCL, 7), 0);
  EXPECT_EQ(get_whole_dword(sender_, IPPROTO_IPV6, IPV6_HDRINCL), 1U);
  std::vector<char> packet(44);
  packet[0] = 0x60;
  packet[5] = 4;  // What follows the header.
  packet[6] = static_cast<char>(kExperiment);
  packet[7] = 64;
  packet[23] = packet[39] = 1;  // From ::1 to ::1.
  std::memcpy(&packet[40], "data", 4);
  ASSERT_EQ(tell(packet), 44) << WSAGetLastError();
  EXPECT_EQ(receive(), (std::vector<char>{'d', 'a', 't', 'a'}));
  ASSERT_EQ(error_of_set(sender_, IPPROTO_IPV6, IPV6_HDRINCL, 0), 0);
  EXPECT_EQ(get_whole_dword(sender_, IPPROTO_IPV6, IPV6_HDRINCL), 0U);
  ASSERT_EQ(tell(packet), 44);
  EXPECT_EQ(receive(), packet);
}

TEST_F(RawOptions, HeaderOptionsAreInEveryPacket) {
  const Own sender{socket(AF_INET, SOCK_RAW, kExperiment)};
  const Own receiver{socket(AF_INET, SOCK_RAW, kExperiment)};
  ASSERT_EQ(bind_to(receiver, loopback()), 0);
  const std::array<char, 4> asked{1, 1, 1, 0};
  ASSERT_EQ(setsockopt(sender, IPPROTO_IP, IP_OPTIONS, asked.data(), asked.size()), 0);
  ASSERT_EQ(connect_to(sender, loopback()), 0);
  std::array<char, 64> packet{};
  for (const int header : {24, 20}) {
    ASSERT_EQ(send(sender, "data", 4, 0), 4) << WSAGetLastError();
    ASSERT_EQ(recv(receiver, packet.data(), packet.size(), 0), header + 4);
    EXPECT_EQ(packet[0], 0x40 | header / 4);
    if (header == 24) {
      EXPECT_EQ(std::memcmp(&packet[20], asked.data(), asked.size()), 0);
    }
    ASSERT_EQ(setsockopt(sender, IPPROTO_IP, IP_OPTIONS, asked.data(), 0), 0);
  }
}

}  // namespace
}  // namespace wsalive::test
