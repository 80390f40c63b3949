// Keep-alive by bpf for everything below a control group: new connections of any binary, made and
// accepted, at no cost per call.
//
// An Attachment lives as long as its object, or, pinned, until it is detached. Needs CAP_BPF (or
// CAP_SYS_ADMIN) and CAP_NET_ADMIN; without bpf in the build every function answers ENOSYS.
#pragma once

#include <cerrno>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "attach/bpf/sockops_shared.h"
#include "attach/kernel_socket.hpp"
#include "base/result.hpp"

namespace wsalive::attach {

enum class Direction : std::uint8_t {
  any = WSALIVE_ANY,
  made = WSALIVE_MADE,
  taken = WSALIVE_TAKEN
};

/// A choice of connections, and their values. The first matching rule decides.
struct BpfRule {
  Direction direction = Direction::any;
  std::string remote_prefix;      ///< "10.0.0.0/8", "fd00::/8", one address, or empty: any.
  std::uint16_t remote_port = 0;  ///< 0: any.
  std::uint16_t local_port = 0;
  bool skip = false;  ///< Left alone.
  policy::KernelFit fit;
};

inline constexpr std::size_t kLongestAbout = sizeof(wsalive_about::text) - 1;

struct BpfPolicy {
  std::vector<BpfRule> rules;  ///< 32 at most.
  Precedence whose = Precedence::program;
  std::string about;  ///< JSON for `pinned_policies`, kLongestAbout bytes at most.
};

/// The programs' read-only data for a policy.  EINVAL: a prefix that is none. E2BIG: too many rules.
[[nodiscard]] Result<wsalive_policy> encode(const BpfPolicy& policy);

class Attachment {
 public:
  /// Loads the programs and attaches them to a group, beside what others have attached there.
  /// Errors  EPERM: capabilities. ENOENT: no such group. EINVAL, ENOTSUP: the kernel lacks a part.
  [[nodiscard]] static Result<Attachment> attach(const std::string& cgroup,
                                                 const BpfPolicy& policy);

  /// Attaches to a group for as long as the group exists, beyond the end of this process.  Errors as above.
  [[nodiscard]] static Status leave_with(const std::string& cgroup, const BpfPolicy& policy);

  /// Keeps it in force beyond the end of this process, until `detach_pinned`: a control group has at most one pinned policy.
  /// EEXIST: it has one. ENODEV: no bpf file system is mounted on /sys/fs/bpf. kForeignPins. EPERM, EACCES.
  [[nodiscard]] Status pin(std::uint64_t group);

  Attachment(Attachment&&) noexcept;
  Attachment& operator=(Attachment&&) noexcept;
  ~Attachment();

 private:
  struct Programs;
  [[nodiscard]] static Result<std::unique_ptr<Programs>> prepare(const BpfPolicy& policy);
  explicit Attachment(std::unique_ptr<Programs> programs) noexcept;
  std::unique_ptr<Programs> programs_;
};

/// Whether a policy is still in force.
enum class Standing : std::uint8_t {
  in_force,
  ended,    ///< Its control group is gone, and only the pin is left.
  unknown,  ///< The right to look at it is missing.
};

struct PinnedPolicy {
  std::uint64_t group = 0;  ///< The control group's number: `cgroup_number`.
  std::string about;        ///< The description; empty where it cannot be read.
  Standing standing = Standing::unknown;
};

/// The folder of the pins belongs to another user, or others may change it: it is not used.
inline constexpr int kForeignPins = ENOTUNIQ;

/// Policies that are pinned on this machine.  EACCES: the folder may not be read. kForeignPins.
[[nodiscard]] Result<std::vector<PinnedPolicy>> pinned_policies();

/// Ends a pinned policy; connections keep their values.  ENOENT: that group has none. kForeignPins.
[[nodiscard]] Status detach_pinned(std::uint64_t group);

/// Whether policies can be pinned.  ENODEV: no bpf file system is mounted on /sys/fs/bpf. kForeignPins.
/// EACCES: one is mounted, and closed to this user. ENOSYS: this build is without bpf.
[[nodiscard]] Status pins_are_possible();

/// Whether this build has bpf at all.
[[nodiscard]] bool bpf_is_built() noexcept;

// The pins of a policy in the bpf file system: a folder per control group with the links and the description. Its name is the
// group's number, because names there cannot have dots, and a number is never reused.

inline constexpr const char* kConnectionsPin = "/connections";
inline constexpr const char* kHoldPin = "/hold";
inline constexpr const char* kAboutPin = "/about";

/// Calls `pin_all` with the path of a hidden folder, and renames the folder to the group's number on success, so that a folder of
/// that name is always complete. Replaces a policy that is no longer in force.
///
/// \param pin_all  Returns 0 or an error, positive or negative.
/// Errors  EEXIST: the group has a policy in force. EPERM, EACCES: no right to write there.
[[nodiscard]] Status pin_as_one(std::uint64_t group,
                                const std::function<int(const std::string& folder)>& pin_all);

}  // namespace wsalive::attach
