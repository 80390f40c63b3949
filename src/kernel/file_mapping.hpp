// Memory that processes share: a file mapping backed by no file, with or without a name.
#pragma once

#include <utility>

#include "kernel/named.hpp"
#include "kernel/object.hpp"

namespace wsalive::kernel {

class FileMapping final : public Object {
 public:
  static constexpr Kind kKind = Kind::file_mapping;

  explicit FileMapping(NamedState&& memory) noexcept : Object(kKind), memory_(std::move(memory)) {}

  [[nodiscard]] int inheritable_descriptor() const noexcept override {
    return memory_.memory.hand_down();
  }
  [[nodiscard]] const os::NamedMemory& memory() const noexcept { return memory_.memory; }

 private:
  NamedState memory_;
};

/// \param name   Empty: nobody else can open it.
/// \param bytes  Size of a new one; an existing one keeps its own.
[[nodiscard]] NamedObject create_mapping(std::string_view name, std::size_t bytes);

}  // namespace wsalive::kernel
