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
#include "os/process/inherited_memory.hpp"

namespace wsalive::kernel {
namespace {

constexpr const char* kVariable = "WSALIVE_HERITAGE";

/// The block's beginning. The entries follow, and then the sockets' notes in the same order.
struct Header {
  /// Counts up with the layout: processes may have different versions of the library.
  static constexpr std::uint32_t kVersion = 2;

  std::uint32_t version = kVersion;
  std::uint32_t entries = 0;
};

/// One handle or socket in the block. The identity tells an inherited descriptor from another one that got its number since.
struct InheritedEntry {
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

bool describe(int descriptor, InheritedEntry& entry) noexcept {
  const auto identity = os::identity_of(descriptor);
  if (descriptor <= 2 || !identity) return false;
  entry.descriptor = descriptor;
  entry.identity = *identity;
  return true;
}

bool is_there(const InheritedEntry& entry) noexcept {
  const auto identity = os::identity_of(entry.descriptor);
  return identity && *identity == entry.identity && os::keep_from_children(entry.descriptor);
}

Ref<Object> object_of(const InheritedEntry& entry) {
  Fd held{entry.descriptor};
  if (entry.kind == Kind::file) return make<File>(std::move(held), entry.file);
  return open_inherited(std::move(held));
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
  std::vector<InheritedEntry> entries;
  for (InheritedEntry entry; entries.size() < header.entries && reader.read(entry);)
    entries.push_back(entry);
  std::map<std::int32_t, Ref<Object>> objects;
  for (const InheritedEntry& entry : entries) {
    std::vector<std::byte> note = reader.read_note(entry.note_size);
    Ref<Object>& object = objects[entry.descriptor];
    if (!object && !is_there(entry)) continue;
    if (entry.value == 0) {
      const bool together =
          entry.attached_descriptor >= 0 && os::keep_from_children(entry.attached_descriptor);
      g_sockets.push_back(
          {entry.descriptor, together ? entry.attached_descriptor : -1, std::move(note)});
      continue;
    }
    if (!object) object = object_of(entry);
    if (object) static_cast<void>(handles().insert_at(entry.value, object, entry.flags));
  }
}

void append(std::vector<std::byte>& block, std::span<const std::byte> bytes) {
  block.insert(block.end(), bytes.begin(), bytes.end());
}

/// An entry for each handle whose object has a descriptor.
std::vector<InheritedEntry> entries_by_handle(const std::vector<HandleTable::OpenHandle>& open) {
  std::vector<InheritedEntry> entries;
  for (const auto& each : open) {
    InheritedEntry entry;
    if (!describe(each.object->inheritable_descriptor(), entry)) continue;
    entry.value = each.value;
    entry.flags = each.flags;
    entry.kind = each.object->kind();
    if (entry.kind == Kind::file) entry.file = static_cast<const File&>(*each.object).traits();
    entries.push_back(entry);
  }
  return entries;
}

std::vector<std::byte> block_of(std::span<const InheritedEntry> entries,
                                std::span<const std::byte> notes) {
  const Header header{.entries = static_cast<std::uint32_t>(entries.size())};
  std::vector<std::byte> block;
  append(block, std::as_bytes(std::span{&header, 1}));
  append(block, std::as_bytes(entries));
  append(block, notes);
  return block;
}

}  // namespace

Result<Inheritance> collect_inheritance(std::span<const InheritedSocket> sockets) {
  Inheritance inheritance;
  inheritance.kept = handles().with_flags(kInherit);
  std::vector<InheritedEntry> entries = entries_by_handle(inheritance.kept);
  std::vector<std::byte> notes;
  for (const InheritedSocket& socket : sockets) {
    InheritedEntry entry;
    if (!describe(socket.descriptor, entry)) continue;
    entry.attached_descriptor = socket.attached_descriptor;
    entry.note_size = static_cast<std::uint32_t>(socket.note.size());
    append(notes, socket.note);
    entries.push_back(entry);
  }
  if (entries.empty()) return inheritance;
  auto block = os::make_block(block_of(entries, notes));
  if (!block) return tl::unexpected(block.error());
  inheritance.block = std::move(*block);
  inheritance.variable = std::string{kVariable} + '=' + std::to_string(inheritance.block.get());
  for (const InheritedEntry& entry : entries) {
    inheritance.descriptors.push_back(entry.descriptor);
    if (entry.attached_descriptor >= 0)
      inheritance.descriptors.push_back(entry.attached_descriptor);
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
  } catch (const std::bad_alloc&) {  // The handles that were not opened are invalid.
  }
}

std::vector<InheritedSocket> take_inherited_sockets() {
  const std::lock_guard lock{g_mutex};
  return std::exchange(g_sockets, {});
}

}  // namespace wsalive::kernel
