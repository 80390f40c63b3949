#include "registry/registry.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <initializer_list>
#include <memory>
#include <utility>

#if WSALIVE_HAVE_HIVEX
#include <hivex.h>
#endif

namespace wsalive::registry {

#if WSALIVE_HAVE_HIVEX

namespace {

struct Closed {
  void operator()(hive_h* hive) const noexcept { ::hivex_close(hive); }
};
struct Freed {
  void operator()(void* memory) const noexcept { std::free(memory); }  // NOLINT: hivex allocates.
};

using Hive = std::unique_ptr<hive_h, Closed>;
template <typename T>
using Allocated = std::unique_ptr<T, Freed>;

tl::unexpected<Problem> unreadable(int code, const std::string& path, std::string text) {
  return tl::unexpected(Problem{code, path, 0, std::move(text)});
}

/// A key below `from`, name by name; 0 if there is none.
hive_node_h below(hive_h* hive, hive_node_h from, std::initializer_list<const char*> names) {
  for (const char* const name : names) {
    if (from == 0) break;
    from = ::hivex_node_get_child(hive, from, name);
  }
  return from;
}

/// Number and bytes of a value; hivex has them as the registry keeps them.
std::optional<Value> value_of(hive_h* hive, hive_value_h handle) {
  hive_type type{};
  std::size_t length = 0;
  const Allocated<char> bytes{::hivex_value_value(hive, handle, &type, &length)};
  if (!bytes) return std::nullopt;
  Value value{.type = static_cast<std::uint32_t>(type), .bytes = {}};
  for (std::size_t i = 0; i < length; ++i)
    value.bytes.push_back(static_cast<std::byte>(bytes.get()[i]));
  return value;
}

/// The number of the control set in use, from Select\Current; 0 if that value is missing.
std::uint32_t current_control_set(hive_h* hive, hive_node_h root) {
  const hive_node_h select = below(hive, root, {"Select"});
  const hive_value_h current = select == 0 ? 0 : ::hivex_node_get_value(hive, select, "Current");
  if (current == 0) return 0;
  const std::optional<Value> value = value_of(hive, current);
  return value ? as_dword(*value).value_or(0) : 0;
}

}  // namespace

bool can_read_hives() noexcept { return true; }

Outcome<std::vector<StoredValue>> read_system_hive(const std::string& path) {
  errno = 0;
  const Hive hive{::hivex_open(path.c_str(), 0)};
  if (!hive) {
    const int code = errno == 0 || errno == ENOTSUP ? EINVAL : errno;
    return unreadable(code, path,
                      code == EINVAL ? "this is no registry hive"
                                     : fmt::format("open: {}", ::strerrordesc_np(code)));
  }
  const hive_node_h root = ::hivex_root(hive.get());
  const std::uint32_t current = root == 0 ? 0 : current_control_set(hive.get(), root);
  if (current == 0)
    return unreadable(EINVAL, path, R"(Select\Current is missing: this is no SYSTEM hive)");

  const std::string control_set = fmt::format("ControlSet{:03}", current);
  const hive_node_h key =
      below(hive.get(), root, {control_set.c_str(), "Services", "Tcpip", "Parameters"});
  if (key == 0) {
    return unreadable(EINVAL, path, control_set + R"(\Services\Tcpip\Parameters is missing)");
  }
  const Allocated<hive_value_h> handles{::hivex_node_values(hive.get(), key)};
  if (!handles) return unreadable(EINVAL, path, control_set + ": the values cannot be read");
  std::vector<StoredValue> values;
  for (const hive_value_h* each = handles.get(); *each != 0; ++each) {
    const Allocated<char> name{::hivex_value_key(hive.get(), *each)};
    std::optional<Value> value = value_of(hive.get(), *each);
    if (!name || !value) return unreadable(EINVAL, path, control_set + ": a value cannot be read");
    values.push_back({name.get(), std::move(*value), Origin::user});
  }
  return values;
}

#else

bool can_read_hives() noexcept { return false; }

Outcome<std::vector<StoredValue>> read_system_hive(const std::string& path) {
  return tl::unexpected(
      Problem{ENOSYS, path, 0, "this build cannot read hives: libhivex was not there"});
}

#endif

}  // namespace wsalive::registry
