// sock_diag's answers as no kernel writes them: cut, overlong, with lengths of nothing. Reading ends, stays within what came, and
// says that the answer is none. The bytes end where the memory does, so that one octet too many is seen.

#include "attach/inspect/tcp_table.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <linux/sock_diag.h>
#include <linux/tcp.h>
#include <sys/mman.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <limits>
#include <random>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "os/netlink.hpp"

namespace wsalive::attach {
namespace {

constexpr std::uint32_t kSequence = AF_INET;

/// A copy of bytes with nothing behind it: the next page is not there.
class AtAnEdge {
 public:
  explicit AtAnEdge(const std::string& bytes)
      : base_(static_cast<char*>(::mmap(nullptr, 2 * kSize, PROT_READ | PROT_WRITE,
                                        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0))),
        begin_(base_ + kSize - bytes.size()),
        size_(bytes.size()) {
    ::munmap(base_ + kSize, kSize);
    std::memcpy(begin_, bytes.data(), size_);
  }
  ~AtAnEdge() { ::munmap(base_, kSize); }
  AtAnEdge(const AtAnEdge&) = delete;
  AtAnEdge& operator=(const AtAnEdge&) = delete;

  [[nodiscard]] std::span<const char> bytes() const { return {begin_, size_}; }

 private:
  static constexpr std::size_t kSize = 65536;
  char* base_;
  char* begin_;
  std::size_t size_;
};

template <typename T>
std::string octets(const T& value) {
  return {reinterpret_cast<const char*>(&value), sizeof value};
}

std::string padded(std::string bytes) {
  bytes.resize((bytes.size() + 3) & ~std::size_t{3});
  return bytes;
}

/// \param length  What the header says; 0: the truth.
std::string message(std::uint16_t type, const std::string& body, std::uint32_t length = 0) {
  nlmsghdr header{};
  const auto real = static_cast<std::uint32_t>(sizeof header + body.size());
  header.nlmsg_len = length != 0 ? length : real;
  header.nlmsg_type = type;
  header.nlmsg_seq = kSequence;
  return octets(header) + padded(body);
}

std::string attribute(std::uint16_t type, const std::string& value) {
  const nlattr head{static_cast<std::uint16_t>(sizeof(nlattr) + value.size()), type};
  return octets(head) + padded(value);
}

inet_diag_msg connection(std::uint32_t inode) {
  inet_diag_msg row{};
  row.idiag_family = AF_INET;
  row.idiag_state = 1;
  row.idiag_timer = 2;
  row.idiag_retrans = 3;
  row.idiag_expires = 4500;
  row.idiag_inode = inode;
  row.id.idiag_sport = htons(80);
  row.id.idiag_src[0] = htonl(INADDR_LOOPBACK);
  row.id.idiag_cookie[0] = 7;
  row.id.idiag_cookie[1] = 1;
  return row;
}

std::string info_of(std::uint32_t silent_ms) {
  tcp_info info{};
  info.tcpi_last_data_recv = silent_ms;
  info.tcpi_last_ack_recv = silent_ms + 1;
  return octets(info);
}

std::string socket_message(std::uint32_t inode, std::uint32_t silent_ms = 250) {
  return message(SOCK_DIAG_BY_FAMILY, octets(connection(inode)) + attribute(INET_DIAG_MARK, "m") +
                                          attribute(INET_DIAG_INFO, info_of(silent_ms)));
}

std::string done(int error = 0) { return message(NLMSG_DONE, octets(error)); }

std::string error_message(int error) {
  nlmsgerr body{};
  body.error = error;
  return message(NLMSG_ERROR, octets(body));
}

struct Read {
  Result<Answer> answer;
  std::vector<TcpSocket> sockets;
};

Read read(const std::string& bytes) {
  const AtAnEdge placed{bytes};
  std::vector<TcpSocket> sockets;
  auto answer = add_sockets(placed.bytes(), kSequence, sockets);
  return {answer, std::move(sockets)};
}

int refusal(const std::string& bytes) {
  const auto answer = read(bytes).answer;
  return answer ? 0 : answer.error().code;
}

TEST(TcpMessages, AreReadOneAfterAnother) {
  const Read got = read(socket_message(11) + message(NLMSG_NOOP, "abc") + socket_message(12, 90));
  ASSERT_TRUE(got.answer);
  EXPECT_EQ(*got.answer, Answer::goes_on);
  ASSERT_EQ(got.sockets.size(), 2U);
  const TcpSocket& first = got.sockets[0];
  EXPECT_EQ(first.inode, 11U);
  EXPECT_EQ(first.local.port, 80);
  EXPECT_EQ(first.cookie, (std::uint64_t{1} << 32) | 7);
  EXPECT_EQ(first.timer.kind, TimerKind::keep_alive);
  EXPECT_EQ(first.timer.tries, 3);
  EXPECT_EQ(first.heard, std::chrono::milliseconds{250});
  EXPECT_EQ(got.sockets[1].heard, std::chrono::milliseconds{90});
}

TEST(TcpMessages, BehindTheEndNothingIsRead) {
  const Read got = read(socket_message(11) + done() + "rubbish");
  ASSERT_TRUE(got.answer);
  EXPECT_EQ(*got.answer, Answer::complete);
  EXPECT_EQ(got.sockets.size(), 1U);
}

TEST(TcpMessages, AnEndSaysWhatTheKernelRefused) {
  EXPECT_EQ(refusal(error_message(-EPERM)), EPERM);
  EXPECT_EQ(refusal(done(-ENOENT)), ENOENT);  // inet_diag is there, tcp_diag is not.
  EXPECT_EQ(refusal(error_message(0)), 0);
  EXPECT_EQ(refusal(message(NLMSG_DONE, "")), 0);
}

TEST(TcpMessages, AnErrorThatIsNoErrnoIsNone) {
  constexpr int kLowest = std::numeric_limits<int>::min();
  for (const int error : {1, 5000, -5000, kLowest}) {
    EXPECT_EQ(refusal(error_message(error)), EPROTO) << error;
    EXPECT_EQ(refusal(done(error)), EPROTO) << error;
  }
  EXPECT_EQ(refusal(message(NLMSG_ERROR, octets(-EPERM))),
            EPROTO);  // Without the request's header.
}

TEST(TcpMessages, LengthsThatCannotBeAreRefused) {
  const std::string body = octets(connection(11));
  const auto real = static_cast<std::uint32_t>(sizeof(nlmsghdr) + body.size());
  for (const std::uint32_t length : {1U, 15U, real + 1, real + 4, 0x7fffffffU, 0xffffffffU}) {
    EXPECT_EQ(refusal(message(SOCK_DIAG_BY_FAMILY, body, length)), EPROTO) << length;
  }
  std::string nothing = socket_message(11);
  nothing.replace(0, 4, 4, '\0');  // A message of no length would be read for ever.
  EXPECT_EQ(refusal(nothing), EPROTO);
  EXPECT_EQ(refusal(""), EPROTO);
}

TEST(TcpMessages, ALastMessageWithoutItsPaddingIsWhole) {
  nlattr head{sizeof head + 1, INET_DIAG_SHUTDOWN};
  const std::string body = octets(connection(11)) + octets(head) + "s";
  const auto length = static_cast<std::uint32_t>(sizeof(nlmsghdr) + body.size());
  std::string bytes = message(SOCK_DIAG_BY_FAMILY, body);
  bytes.resize(length);
  const Read got = read(bytes);
  ASSERT_TRUE(got.answer);
  EXPECT_EQ(got.sockets.size(), 1U);
}

TEST(TcpMessages, AttributesThatCannotBeAreRefused) {
  for (const std::uint16_t length : std::array<std::uint16_t, 5>{0, 1, 3, 9, 0xffff}) {
    const nlattr head{length, INET_DIAG_INFO};
    const std::string body = octets(connection(11)) + octets(head) + "data";
    EXPECT_EQ(refusal(message(SOCK_DIAG_BY_FAMILY, body)), EPROTO) << length;
  }
  EXPECT_EQ(refusal(message(SOCK_DIAG_BY_FAMILY, octets(connection(11)) + "ab")), EPROTO);
}

TEST(TcpMessages, InfoOfAnyLengthIsTaken) {
  const std::string whole = info_of(250);
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{1}, whole.size(), whole.size() + 200}) {
    std::string value = whole;
    value.resize(size, 'x');  // An older kernel's is shorter, a later one's longer.
    const Read got = read(
        message(SOCK_DIAG_BY_FAMILY, octets(connection(11)) + attribute(INET_DIAG_INFO, value)));
    ASSERT_TRUE(got.answer) << size;
    ASSERT_EQ(got.sockets.size(), 1U);
    EXPECT_EQ(got.sockets[0].heard, std::chrono::milliseconds{size < whole.size() ? 0 : 250});
  }
}

TEST(TcpMessages, AnAnswerToAnotherRequestIsNone) {
  std::string bytes = socket_message(11);
  bytes[8] = static_cast<char>(kSequence + 1);
  EXPECT_EQ(refusal(bytes), EPROTO);
}

TEST(TcpMessages, WhatIsNoSocketOfIpIsNone) {
  inet_diag_msg row = connection(11);
  row.idiag_family = AF_UNIX;
  EXPECT_EQ(refusal(message(SOCK_DIAG_BY_FAMILY, octets(row))), EPROTO);
  row = connection(11);
  row.idiag_timer = 200;  // A timer that we do not know is none that we could name.
  const Read got = read(message(SOCK_DIAG_BY_FAMILY, octets(row)));
  ASSERT_EQ(got.sockets.size(), 1U);
  EXPECT_EQ(got.sockets[0].timer.kind, TimerKind::none);
}

TEST(TcpMessages, CutAnywhereTheyAreRefusedAndWhatStandsBeforeIsKept) {
  const std::string one = socket_message(11);
  const std::string whole = one + socket_message(12) + done();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const bool at_an_edge = size == one.size() || size == 2 * one.size();
    const Read got = read(whole.substr(0, size));
    ASSERT_EQ(got.answer.has_value(), at_an_edge) << size;
    EXPECT_EQ(got.sockets.size(), size / one.size()) << size;
  }
}

TEST(TcpMessages, WhateverTheBytesAreReadingEndsWithinThem) {
  const std::string whole =
      socket_message(11) + socket_message(12) + error_message(-EPERM) + done();
  std::mt19937 random{15};  // Damage that is always the same.
  std::size_t refused = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string bytes = whole.substr(0, random() % (whole.size() + 1));
    for (std::size_t times = random() % 4; times > 0 && !bytes.empty(); --times) {
      bytes[random() % bytes.size()] = static_cast<char>(random());
    }
    const Read got = read(bytes);
    EXPECT_LE(got.sockets.size(), bytes.size() / (sizeof(nlmsghdr) + sizeof(inet_diag_msg)));
    if (!got.answer) ++refused;
  }
  EXPECT_GT(refused, 10'000U);
  EXPECT_LT(refused, 20'000U);
}

TEST(DiagRequest, SaysItsLengthAndWhatItAsks) {
  const os::DiagRequest request = os::diag_request(SOCK_DESTROY, NLM_F_ACK, AF_INET6);
  EXPECT_EQ(request.header.nlmsg_len, sizeof request);
  EXPECT_EQ(request.header.nlmsg_type, SOCK_DESTROY);
  EXPECT_EQ(request.header.nlmsg_flags, NLM_F_REQUEST | NLM_F_ACK);
  EXPECT_EQ(request.body.sdiag_family, AF_INET6);
  EXPECT_EQ(request.body.sdiag_protocol, IPPROTO_TCP);
}

}  // namespace
}  // namespace wsalive::attach
