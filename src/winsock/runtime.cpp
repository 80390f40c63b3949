#include "winsock/runtime.hpp"

#include "engine/make_engine.hpp"

namespace wsalive::winsock {
namespace {

// Constructed by the compiler and never destroyed: a program's own destructors may still call us.
union Storage {
  constexpr Storage() : runtime{} {}
  ~Storage() {}  // NOLINT(modernize-use-equals-default): nothing is destroyed.
  Storage(const Storage&) = delete;
  Storage& operator=(const Storage&) = delete;
  Runtime runtime;
};
constinit Storage g_storage;

}  // namespace

constinit thread_local int Runtime::calls_in_progress_ = 0;

// NOLINTNEXTLINE(readability-convert-member-functions-to-static): a part of the object to its users.
engine::Engine& Runtime::engine() noexcept { return engine::process_engine(); }

Runtime& runtime() noexcept { return g_storage.runtime; }

}  // namespace wsalive::winsock
