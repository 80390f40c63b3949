#include "attach/seccomp/filter.hpp"

#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <vector>

#ifndef SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
#define SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV (1UL << 5)
#endif

namespace wsalive::attach {
namespace {

#if defined(__x86_64__)
constexpr std::uint32_t kArchitecture = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr std::uint32_t kArchitecture = AUDIT_ARCH_AARCH64;
#else
#error "wsalive: name this machine's AUDIT_ARCH here"
#endif

constexpr std::uint32_t kOffsetNumber = offsetof(seccomp_data, nr);
constexpr std::uint32_t kOffsetArch = offsetof(seccomp_data, arch);
constexpr std::uint32_t offset_argument(std::size_t index) {
  return static_cast<std::uint32_t>(offsetof(seccomp_data, args) + 8 * index);
}

using Program = std::vector<sock_filter>;

void add(Program& program, sock_filter instruction) { program.push_back(instruction); }

sock_filter load(std::uint32_t offset) { return BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offset); }
sock_filter answer(std::uint32_t verdict) { return BPF_STMT(BPF_RET | BPF_K, verdict); }
sock_filter skip_unless(std::uint32_t value, std::uint8_t instructions) {
  return BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, instructions);
}

/// Stops this system call; otherwise leaves the number loaded for the next comparison.
void stop_at(Program& program, std::uint32_t number) {
  add(program, skip_unless(number, 1));
  add(program, answer(SECCOMP_RET_USER_NOTIF));
}

/// Stops this system call if that argument has that bit. Leaves the number loaded for other calls.
void stop_at_bit(Program& program, std::uint32_t number, std::size_t argument, std::uint32_t bit) {
  add(program, skip_unless(number, 4));
  add(program, load(offset_argument(argument)));
  add(program, BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, bit, 0, 1));
  add(program, answer(SECCOMP_RET_USER_NOTIF));
  add(program, answer(SECCOMP_RET_ALLOW));
}

void stop_at_option(Program& program, std::uint32_t level, std::uint32_t name) {
  add(program, load(offset_argument(1)));
  add(program, skip_unless(level, 3));
  add(program, load(offset_argument(2)));
  add(program, skip_unless(name, 1));
  add(program, answer(SECCOMP_RET_USER_NOTIF));
}

Program make_program(const Stops& stops) {
  Program program;
  add(program, load(kOffsetArch));
  add(program, skip_unless(kArchitecture, 1));
  add(program, load(kOffsetNumber));
  // A 32-bit program on a 64-bit kernel falls through with its architecture loaded, which equals no call number.
  stop_at(program, SYS_connect);
  stop_at_bit(program, SYS_sendto, 3, MSG_FASTOPEN);  // A connection may begin with its first data.
  stop_at_bit(program, SYS_sendmsg, 2, MSG_FASTOPEN);
  if (stops.listen) stop_at(program, SYS_listen);
  if (stops.options) {
    struct Row {
      std::uint32_t level, name;
    };
    std::vector<Row> rows{{SOL_SOCKET, SO_KEEPALIVE},
                          {IPPROTO_TCP, TCP_KEEPIDLE},
                          {IPPROTO_TCP, TCP_KEEPINTVL},
                          {IPPROTO_TCP, TCP_KEEPCNT}};
    if (stops.user_timeout) rows.push_back({IPPROTO_TCP, TCP_USER_TIMEOUT});
    constexpr std::size_t kInstructions = 5;
    const auto behind = static_cast<std::uint8_t>(kInstructions * rows.size());
    add(program, skip_unless(SYS_setsockopt, behind));
    for (const Row& row : rows) stop_at_option(program, row.level, row.name);
  }
  add(program, answer(SECCOMP_RET_ALLOW));
  return program;
}

int install(const sock_fprog& filter, unsigned long flags) {
  return static_cast<int>(::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &filter));
}

/// With a wait that only a fatal signal interrupts (Linux 5.19). Otherwise Go's preemption signals would end the program's
/// connect with EINTR while it waits for the notifier.
int install_newest(const sock_fprog& filter) {
  constexpr unsigned long kListener = SECCOMP_FILTER_FLAG_NEW_LISTENER;
  const int listener = install(filter, kListener | SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV);
  return listener < 0 && errno == EINVAL ? install(filter, kListener) : listener;
}

}  // namespace

Result<Fd> install_filter(const Stops& stops) noexcept {
  Program program = make_program(stops);
  const sock_fprog filter{static_cast<unsigned short>(program.size()), program.data()};
  int listener = install_newest(filter);
  if (listener < 0 && errno == EACCES) {
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return failure(errno, "no_new_privs");
    listener = install_newest(filter);
  }
  if (listener < 0) return failure(errno, "seccomp user notification");
  return Fd{listener};
}

bool filter_takes_no_new_privs() noexcept {
  if (::prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1) return false;
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> sets{};
  if (::syscall(SYS_capget, &header, sets.data()) != 0) return true;
  return (sets[CAP_TO_INDEX(CAP_SYS_ADMIN)].effective & CAP_TO_MASK(CAP_SYS_ADMIN)) == 0;
}

}  // namespace wsalive::attach
