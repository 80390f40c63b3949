#include "attach/inspect/keepalive_of.hpp"

#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string_view>
#include <utility>

#include "attach/pidfd/foreign_socket.hpp"
#include "base/utf8.hpp"
#include "engine/published_table.hpp"
#include "os/clock.hpp"
#include "os/memory/published_memory.hpp"
#include "os/socket/int_option.hpp"
#include "os/tcp/tcp_info.hpp"
#include "policy/series.hpp"

namespace wsalive::attach {
namespace {

using policy::Source;

/// The table that wsalive's engine publishes in its process; empty if there is none.
class EngineTable {
 public:
  /// \param number  The table's descriptor as `Owners` has it; below 0: there is none.
  EngineTable(const Result<Process>& process, int number) {
    if (!process || number < 0) return;
    Result<Borrowed> held = process->borrow(number);
    if (!held) return;
    if (auto memory = os::ForeignMemory::of(std::move(held->descriptor())))
      memory_.emplace(std::move(*memory));
  }

  [[nodiscard]] std::optional<engine::PublishedRecord> record(int fd, std::uint64_t cookie) const {
    if (!memory_) return std::nullopt;
    const auto copy = [this](std::uint64_t at, void* into, std::size_t size) {
      return memory_->copy(at, into, size);
    };
    const auto record = engine::published_record(copy, static_cast<std::uint64_t>(fd));
    if (!record || record->cookie_low != static_cast<std::uint32_t>(cookie)) return std::nullopt;
    return record;
  }

  [[nodiscard]] std::uint32_t faces() const {
    engine::PublishedHeader header{};
    const bool is_table = memory_ && memory_->copy(0, &header, sizeof header) &&
                          header.magic == engine::kPublishedMagic &&
                          header.header_size >= sizeof header;
    return is_table ? header.faces : 0;
  }

 private:
  std::optional<os::ForeignMemory> memory_;
};

policy::DwordMillis from_seconds(int seconds) {
  return policy::DwordMillis{static_cast<std::uint32_t>(seconds) * 1000U};
}

Source source_of(int value, int untouched) {
  return value == untouched ? Source::release : Source::socket;
}

/// Changes that the engine has not noticed yet. The engine keeps a driven connection's values in the kernel, too, where it can;
/// if they differ now, the kernel's are in force.
bool has_changed(const engine::PublishedRecord& record, const KeepAliveOf& kernel) {
  const policy::Timing driven = engine::timing_of(record).timing;
  if (record.driver != static_cast<std::uint8_t>(policy::DriverKind::rearm) ||
      driven.probes >= policy::kLargestKernelCount ||
      !policy::detail::kernel_has_values(driven, {},
                                         {.user_timeout = kernel.user_timeout.count() != 0})) {
    return false;
  }
  return kernel.kernel.on == os::Switch::off || kernel.timing.idle != driven.idle ||
         kernel.timing.interval != driven.interval;
}

KeepAliveOf from_kernel(const os::KernelKeepAlive& kernel, const Defaults& defaults) {
  KeepAliveOf result;
  result.kernel = kernel;
  result.driver =
      kernel.on == os::Switch::on ? policy::DriverKind::native : policy::DriverKind::off;
  result.timing = {from_seconds(kernel.idle_s), from_seconds(kernel.interval_s),
                   static_cast<std::uint8_t>(kernel.probes)};
  result.sourced = {result.timing, source_of(kernel.idle_s, defaults.idle_s),
                    source_of(kernel.interval_s, defaults.interval_s),
                    source_of(kernel.probes, defaults.probes)};
  return result;
}

/// An engine that cannot send probes itself keeps neither a time below a second nor an interval below two ticks; an engine
/// without a thread does not handle times beyond the kernel's range, and then there is no probe.  K-57
policy::Timing in_effect(policy::DriverKind driver, const policy::Timing& wanted) {
  if (driver != policy::DriverKind::late) return wanted;
  const auto tick = std::chrono::ceil<std::chrono::microseconds>(os::tick_length());
  policy::Timing later = policy::detail::nearest_later_rearm(wanted, {.tick = tick});
  if (later == wanted) later.probes = 0;
  return later;
}

/// Values read from a connection that has ended since it was listed are valid for neither state.
bool has_ended(int fd, const TcpSocket& seen) {
  const Result<os::TcpFacts> facts = os::tcp_facts(fd);
  return seen.state != os::TcpState::close && facts && facts->state == os::TcpState::close;
}

/// Other values that affect how the kernel treats the socket.
void add_mode(int fd, KeepAliveOf& result) {
  constexpr int kRtoMaxMs = 44;  // TCP_RTO_MAX_MS, Linux 6.15.
  const auto number = [fd](int name) {
    return os::int_option(fd, IPPROTO_TCP, name, "getsockopt").value_or(0);
  };
  result.is_mptcp = is_mptcp(fd);
  result.is_in_repair = number(TCP_REPAIR) != 0;
  if (const int requests = number(TCP_SYNCNT); requests > 0)
    result.requests = static_cast<std::uint32_t>(requests);
  if (const int longest = number(kRtoMaxMs); longest > 0)
    result.longest_wait = std::chrono::milliseconds{longest};
}

}  // namespace

struct KeepAliveReader::Known {
  Known(pid_t pid, int table_number) : process(Process::open(pid)), table(process, table_number) {}
  Result<Process> process;
  EngineTable table;
};

KeepAliveReader::KeepAliveReader(const Owners& owners) : owners_(owners) {}
KeepAliveReader::~KeepAliveReader() = default;

KeepAliveReader::Known& KeepAliveReader::known(pid_t pid) {
  std::unique_ptr<Known>& place = processes_[pid];
  if (!place) {
    const auto table = owners_.tables.find(pid);
    place = std::make_unique<Known>(pid, table == owners_.tables.end() ? -1 : table->second);
  }
  return *place;
}

Result<KeepAliveOf> KeepAliveReader::read(const TcpSocket& socket, const Owner& owner,
                                          const Defaults& defaults) {
  const Known& process = known(owner.pid);
  if (!process.process) return tl::unexpected(process.process.error());
  const Result<Borrowed> copy =
      process.process->borrow_socket(owner.fd, socket.cookie, socket.inode);
  if (!copy) return tl::unexpected(copy.error());
  const Result<os::KernelKeepAlive> kernel = os::keep_alive_values(copy->get());
  if (!kernel) return tl::unexpected(kernel.error());

  KeepAliveOf result = from_kernel(*kernel, defaults);
  result.unanswered = socket.timer.kind == TimerKind::keep_alive ? socket.timer.tries : 0;
  if (const Result<int> timeout = os::user_timeout(copy->get())) {
    result.user_timeout = std::chrono::milliseconds{*timeout};
  }
  add_mode(copy->get(), result);
  const auto record = process.table.record(owner.fd, socket.cookie);
  if (record && !has_changed(*record, result)) {
    result.driver = static_cast<policy::DriverKind>(record->driver);
    result.faces = process.table.faces();
    result.sourced = engine::timing_of(*record);
    result.timing = in_effect(result.driver, result.sourced.timing);
    if (result.driver ==
        policy::DriverKind::repair) {  // The engine notices an answer only at its next look.
      result.unanswered = policy::Series{result.timing}.unanswered(record->unanswered, socket.heard,
                                                                   2 * os::tick_length());
    }
  }
  if (has_ended(copy->get(), socket)) return failure(ESTALE, "read the connection");
  return result;
}

namespace {

constexpr int kAny = -1;

struct KindRow {
  int domain, type, protocol;
  std::string_view words;
};

constexpr int kVsock = 40;  // AF_VSOCK and AF_XDP, whose headers are their own.
constexpr int kXdp = 44;

// The first that fits.
constexpr std::array kKinds{
    // clang-format off
    KindRow{AF_UNIX,    kAny,           kAny,            "a Unix socket: both ends are on this machine, and the kernel tells at once when one is gone"},
    KindRow{AF_NETLINK, kAny,           kAny,            "a netlink socket: it talks to the kernel"},
    KindRow{AF_PACKET,  kAny,           kAny,            "a packet socket: it has no connection"},
    KindRow{kVsock,     kAny,           kAny,            "a vsock socket: it joins a guest and its host, and has no keep-alive"},
    KindRow{kXdp,       kAny,           kAny,            "an XDP socket: it has no connection"},
    KindRow{kAny,       SOCK_RAW,       kAny,            "a raw socket: it has no connection"},
    KindRow{kAny,       kAny,           IPPROTO_UDP,     "a UDP socket: it has no connection, and only datagrams of the program keep a path open"},
    KindRow{kAny,       kAny,           IPPROTO_UDPLITE, "a UDP-Lite socket: it has no connection, and only datagrams of the program keep a path open"},
    KindRow{kAny,       kAny,           IPPROTO_SCTP,    "an SCTP socket: it has heartbeats of its own (SCTP_PEER_ADDR_PARAMS)"},
    KindRow{kAny,       SOCK_DGRAM,     IPPROTO_ICMP,    "an ICMP socket: it has no connection"},
    KindRow{kAny,       SOCK_DGRAM,     IPPROTO_ICMPV6,  "an ICMP socket: it has no connection"},
    // clang-format on
};

bool fits(int asked, int value) { return asked == kAny || asked == value; }

/// A TCP socket that sock_diag does not list.
std::string ended_words(int fd) {
  const Result<os::TcpFacts> facts = os::tcp_facts(fd);
  if (!facts || facts->state != os::TcpState::close)
    return "a TCP socket without a connection that fits";
  if (facts->segments_out == 0)
    return "a TCP socket that is not connected: keep-alive begins with the connection";
  if (facts->probes != 0 && os::unacknowledged_bytes(fd).value_or(1) == 0) {
    return "a TCP socket whose connection has ended: " + std::to_string(facts->probes) +
           (facts->probes == 1 ? " keep-alive probe" : " keep-alive probes") + " went unanswered";
  }
  return "a TCP socket whose connection has ended: the program has got the error, or gets it at "
         "its "
         "next call";
}

/// For anything but a socket: "a pipe", "the file /etc/hosts", "an eventpoll of the kernel's".
std::string other_words(int fd) {
  std::array<char, 256> text{};
  const std::string link = "/proc/self/fd/" + std::to_string(fd);
  const ssize_t size = ::readlink(link.c_str(), text.data(), text.size());
  struct stat status {};
  if (size <= 0 || ::fstat(fd, &status) != 0) return "something else than a socket";
  const std::string name = printable({text.data(), static_cast<std::size_t>(size)});
  constexpr std::string_view kNameless = "anon_inode:";
  if (name.starts_with(kNameless))
    return "an object of the kernel's: " + name.substr(kNameless.size());
  switch (status.st_mode & S_IFMT) {
    case S_IFIFO:
      return name.starts_with('/') ? "the pipe " + name : "a pipe";
    case S_IFCHR:
    case S_IFBLK:
      return "the device " + name;
    case S_IFDIR:
      return "the folder " + name;
    default:
      return "the file " + name;
  }
}

}  // namespace

std::string kind_words(int fd) {
  const auto number = [fd](int name) { return os::int_option(fd, SOL_SOCKET, name, "getsockopt"); };
  const Result<int> domain = number(SO_DOMAIN);
  const Result<int> type = number(SO_TYPE);
  const Result<int> protocol = number(SO_PROTOCOL);
  if (!domain || !type || !protocol) return other_words(fd);
  if (*protocol == IPPROTO_TCP && *type == SOCK_STREAM) return ended_words(fd);
  for (const KindRow& row : kKinds) {
    if (fits(row.domain, *domain) && fits(row.type, *type) && fits(row.protocol, *protocol))
      return std::string{row.words};
  }
  return "a socket of another protocol than TCP";
}

}  // namespace wsalive::attach
