#include "kernel/inheritance.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <map>
#include <mutex>
#include <new>
#include <utility>

#include "kernel/file.hpp"
#include "kernel/named.hpp"
#include "os/file/data_file.hpp"
#include "os/process/inherited_block.hpp"

namespace wsalive::kernel {
namespace {

constexpr const char* kVariable = "WSALIVE_HERITAGE";

/// What the block begins with; then come the heirs, and behind them the sockets' notes in the same order.
struct Header {
  /// Counts up with the layout: processes may have different versions of the library.
  static constexpr std::uint32_t kVersion = 2;

  std::uint32_t version = kVersion;
  std::uint32_t heirs = 0;
};

/// One handle or socket, as the block has it. The identity tells a descriptor that was handed down from one that
/// got its number since.
struct Heir {
  std::uint64_t value = 0;  ///< 0: a socket.
  os::FileIdentity identity;
  std::int32_t descriptor = -1;
  std::uint32_t flags = 0;
  Kind kind = Kind::file;
  FileTraits file;
  std::int32_t attached_descriptor = -1;
  std::uint32_t note_size = 0;
};

constinit std::mutex g_mutex;
constinit std::vector<InheritedSocket> g_sockets;

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

/// Reads a block from its beginning to its end.
class Reader {
 public:
  explicit Reader(std::span<const std::byte> block) noexcept : rest_(block) {}

  template <typename T>
  [[nodiscard]] bool read(T& value) noexcept {
    if (rest_.size() < sizeof value) return false;
    std::memcpy(&value, rest_.data(), sizeof value);
    rest_ = rest_.subspan(sizeof value);
    return true;
  }
  [[nodiscard]] std::vector<std::byte> read_note(std::size_t size) {
    const auto note = rest_.first(std::min(size, rest_.size()));
    rest_ = rest_.subspan(note.size());
    return {note.begin(), note.end()};
  }

 private:
  std::span<const std::byte> rest_;
};

/// Opens the handles; several may lead to one object.
void open_all(std::span<const std::byte> block) {
  Reader reader{block};
  Header header;
  if (!reader.read(header) || header.version != Header::kVersion) return;
  std::vector<Heir> heirs;
  for (Heir heir; heirs.size() < header.heirs && reader.read(heir);) heirs.push_back(heir);
  std::map<std::int32_t, Ref<Object>> objects;
  for (const Heir& heir : heirs) {
    std::vector<std::byte> note = reader.read_note(heir.note_size);
    Ref<Object>& object = objects[heir.descriptor];
    if (!object && !is_there(heir)) continue;
    if (heir.value == 0) {
      const bool together =
          heir.attached_descriptor >= 0 && os::keep_from_children(heir.attached_descriptor);
      g_sockets.push_back(
          {heir.descriptor, together ? heir.attached_descriptor : -1, std::move(note)});
      continue;
    }
    if (!object) object = object_of(heir);
    if (object) static_cast<void>(handles().insert_at(heir.value, object, heir.flags));
  }
}

void append(std::vector<std::byte>& block, std::span<const std::byte> bytes) {
  block.insert(block.end(), bytes.begin(), bytes.end());
}

/// What the handles lead to, and which descriptors go down with them.
std::vector<Heir> heirs_by_handle(const std::vector<HandleTable::OpenHandle>& open) {
  std::vector<Heir> heirs;
  for (const auto& each : open) {
    Heir heir;
    if (!describe(each.object->inheritable_descriptor(), heir)) continue;
    heir.value = each.value;
    heir.flags = each.flags;
    heir.kind = each.object->kind();
    if (heir.kind == Kind::file) heir.file = static_cast<const File&>(*each.object).traits();
    heirs.push_back(heir);
  }
  return heirs;
}

std::vector<std::byte> block_of(std::span<const Heir> heirs, std::span<const std::byte> notes) {
  const Header header{.heirs = static_cast<std::uint32_t>(heirs.size())};
  std::vector<std::byte> block;
  append(block, std::as_bytes(std::span{&header, 1}));
  append(block, std::as_bytes(heirs));
  append(block, notes);
  return block;
}

}  // namespace

Result<Inheritance> collect_inheritance(std::span<const InheritedSocket> sockets) {
  Inheritance inheritance;
  inheritance.kept = handles().with_flags(kInherit);
  std::vector<Heir> heirs = heirs_by_handle(inheritance.kept);
  std::vector<std::byte> notes;
  for (const InheritedSocket& socket : sockets) {
    Heir heir;
    if (!describe(socket.descriptor, heir)) continue;
    heir.attached_descriptor = socket.attached_descriptor;
    heir.note_size = static_cast<std::uint32_t>(socket.note.size());
    append(notes, socket.note);
    heirs.push_back(heir);
  }
  if (heirs.empty()) return inheritance;
  auto block = os::make_block(block_of(heirs, notes));
  if (!block) return tl::unexpected(block.error());
  inheritance.block = std::move(*block);
  inheritance.variable = std::string{kVariable} + '=' + std::to_string(inheritance.block.get());
  for (const Heir& heir : heirs) {
    inheritance.descriptors.push_back(heir.descriptor);
    if (heir.attached_descriptor >= 0) inheritance.descriptors.push_back(heir.attached_descriptor);
  }
  inheritance.descriptors.push_back(inheritance.block.get());
  return inheritance;
}

void take_inheritance() noexcept {
  if (!std::getenv(kVariable)) return;
  try {
    const std::string number = os::take_variable(kVariable);
    if (number.empty()) return;
    const std::lock_guard lock{g_mutex};
    open_all(os::take_block(std::atoi(number.c_str())));
  } catch (const std::bad_alloc&) {  // The handles that are missing are no handles then.
  }
}

std::vector<InheritedSocket> take_inherited_sockets() {
  const std::lock_guard lock{g_mutex};
  return std::exchange(g_sockets, {});
}

}  // namespace wsalive::kernel
