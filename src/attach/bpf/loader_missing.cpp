// For a build without clang, bpftool or libbpf: every function answers ENOSYS.

#include <cerrno>

#include "attach/bpf/policy.hpp"

namespace wsalive::attach {

struct Attachment::Programs {};

Attachment::Attachment(std::unique_ptr<Programs> programs) noexcept
    : programs_(std::move(programs)) {}
Attachment::Attachment(Attachment&&) noexcept = default;
Attachment& Attachment::operator=(Attachment&&) noexcept = default;
Attachment::~Attachment() = default;

Result<Attachment> Attachment::attach(const std::string& /*cgroup*/, const BpfPolicy& /*policy*/) {
  return failure(ENOSYS, "use bpf (this build is without it)");
}
Status Attachment::leave_with(const std::string& /*cgroup*/, const BpfPolicy& /*policy*/) {
  return failure(ENOSYS, "use bpf (this build is without it)");
}
Status Attachment::pin(std::uint64_t /*group*/) { return failure(ENOSYS, "use bpf"); }
Result<std::vector<PinnedPolicy>> pinned_policies() { return std::vector<PinnedPolicy>{}; }
Status detach_pinned(std::uint64_t /*group*/) { return failure(ENOSYS, "use bpf"); }
Status pins_are_possible() { return failure(ENOSYS, "use bpf"); }
bool bpf_is_built() noexcept { return false; }

}  // namespace wsalive::attach
