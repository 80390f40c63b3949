#include "kernel/inheritance.hpp"

#include <cstdlib>
#include <cstring>
#include <map>
#include <mutex>
#include <new>
#include <utility>

#include "kernel/file.hpp"
#include "kernel/named.hpp"
#include "os/data_file.hpp"
#include "os/heritage_block.hpp"

namespace wsalive::kernel {
namespace {

constexpr const char* kVariable = "WSALIVE_HERITAGE";

/// One handle or socket, as the block has it. The identity tells a descriptor that was handed down from one that
/// got its number since.
struct Heir {
  std::uint64_t value = 0;  ///< 0: a socket.
  os::FileIdentity identity;
  std::int32_t descriptor = -1;
  std::uint32_t flags = 0;
  Kind kind = Kind::file;
  FileTraits file;
};

constinit std::mutex g_mutex;
constinit std::vector<int> g_sockets;

bool describe(int descriptor, Heir& heir) noexcept {
  const auto identity = os::identity_of(descriptor);
  if (descriptor <= 2 || !identity) return false;
  heir.descriptor = descriptor;
  heir.identity = *identity;
  return true;
}

bool is_there(const Heir& heir) noexcept {
  const auto identity = os::identity_of(heir.descriptor);
  return identity && *identity == heir.identity && os::keep_from_children(heir.descriptor);
}

Ref<Object> object_of(const Heir& heir) {
  Fd held{heir.descriptor};
  if (heir.kind == Kind::file) return make<File>(std::move(held), heir.file);
  return adopt_shared(std::move(held));
}

/// Opens the handles; several may lead to one object.
void open_all(std::span<const Heir> heirs) {
  std::map<std::int32_t, Ref<Object>> objects;
  for (const Heir& heir : heirs) {
    Ref<Object>& object = objects[heir.descriptor];
    if (!object && !is_there(heir)) continue;
    if (heir.value == 0) {
      g_sockets.push_back(heir.descriptor);
      continue;
    }
    if (!object) object = object_of(heir);
    if (object) static_cast<void>(handles().insert_at(heir.value, object, heir.flags));
  }
}

std::vector<Heir> heirs_in(const std::vector<std::byte>& block) {
  std::vector<Heir> heirs(block.size() / sizeof(Heir));
  if (!heirs.empty()) std::memcpy(heirs.data(), block.data(), heirs.size() * sizeof(Heir));
  return heirs;
}

}  // namespace

Result<Heritage> collect_heritage(std::span<const int> sockets) {
  Heritage heritage;
  std::vector<Heir> heirs;
  heritage.kept = handles().with_flags(kInherit);
  for (const auto& open : heritage.kept) {
    Heir heir;
    if (!describe(open.object->heirloom(), heir)) continue;
    heir.value = open.value;
    heir.flags = open.flags;
    heir.kind = open.object->kind();
    if (heir.kind == Kind::file) heir.file = static_cast<const File&>(*open.object).traits();
    heirs.push_back(heir);
  }
  for (const int socket : sockets) {
    Heir heir;
    if (describe(socket, heir)) heirs.push_back(heir);
  }
  if (heirs.empty()) return heritage;
  auto block = os::make_block(std::as_bytes(std::span{heirs}));
  if (!block) return tl::unexpected(block.error());
  heritage.block = std::move(*block);
  heritage.variable = std::string{kVariable} + '=' + std::to_string(heritage.block.get());
  for (const Heir& heir : heirs) heritage.descriptors.push_back(heir.descriptor);
  heritage.descriptors.push_back(heritage.block.get());
  return heritage;
}

void take_heritage() noexcept {
  if (!std::getenv(kVariable)) return;
  try {
    const std::string number = os::take_variable(kVariable);
    if (number.empty()) return;
    const std::lock_guard lock{g_mutex};
    open_all(heirs_in(os::take_block(std::atoi(number.c_str()))));
  } catch (const std::bad_alloc&) {  // The handles that are missing are no handles then.
  }
}

std::vector<int> take_inherited_sockets() {
  const std::lock_guard lock{g_mutex};
  return std::exchange(g_sockets, {});
}

}  // namespace wsalive::kernel
