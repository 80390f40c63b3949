// Import and export: .reg files as regedit makes them, and offline SYSTEM hives.
#pragma once

#include <string>
#include <vector>

#include "cli/frame/command.hpp"
#include "registry/registry.hpp"

namespace wsalive::cli {

/// The keep-alive values that a file has, as changes to make. Values that keep-alive does not read are
/// left out and counted.
struct Imported {
  std::vector<registry::Change> changes;
  std::size_t left_out = 0;
};

/// A .reg file, or a SYSTEM hive, told apart by their first bytes.
[[nodiscard]] Fallible<Imported> read_for_import(const std::string& path);

/// The stored values as a .reg file: UTF-16LE as regedit writes it, or UTF-8.
[[nodiscard]] std::string exported(registry::Registry& registry, registry::Encoding encoding);

}  // namespace wsalive::cli
