// Memory that a process hands down to a child: a block that lists what the child inherits, and a page in which the child
// notes its exit code. The child inherits the descriptor, and the environment names its number.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/owned.hpp"
#include "base/result.hpp"

namespace wsalive::os {

/// Sealed memory with this content.
[[nodiscard]] Result<Fd> make_block(std::span<const std::byte> content) noexcept;

/// Reads such a block and closes it. Empty, with the descriptor left open, if it is no such block. Throws std::bad_alloc.
[[nodiscard]] std::vector<std::byte> take_block(int fd);

/// Marks a descriptor close-on-exec. \return false if it is not open.
[[nodiscard]] bool keep_from_children(int fd) noexcept;

/// Takes a variable out of the environment. \return what it was, "" if there was none or it is not to be trusted.
[[nodiscard]] std::string take_variable(const char* name);

// The exit note: the whole exit code of a child process, of which Linux tells the parent only the low eight bits.
//
// The parent hands down a page of shared memory. A child that has this library writes its code there when it exits. The parent
// takes that code if the child itself has written it and its low eight bits match what the system tells.

/// The parent's end, for one child.
class ExitNote {
 public:
  [[nodiscard]] static Result<ExitNote> create() noexcept;
  ExitNote(ExitNote&& other) noexcept;
  ExitNote& operator=(ExitNote&&) = delete;
  ExitNote(const ExitNote&) = delete;
  ExitNote& operator=(const ExitNote&) = delete;
  ~ExitNote();

  /// For the child to inherit under its number, until `handed_down`.
  [[nodiscard]] int descriptor() const noexcept { return block_.get(); }
  /// NAME=VALUE for the child's environment.
  [[nodiscard]] std::string variable() const;
  void handed_down() noexcept { block_ = Fd{}; }

  /// What the child has written, if it ended with that status; else nullopt.
  [[nodiscard]] std::optional<std::uint32_t> code(std::int32_t child,
                                                  std::uint32_t status) const noexcept;

 private:
  struct Page;
  ExitNote(Fd block, Page* page) noexcept;

  Fd block_;
  Page* page_;

  friend void take_exit_note() noexcept;
  friend void note_exit_code(std::uint32_t code) noexcept;
};

/// At a program's start: if its parent has handed down a note, exit() writes the exit code there.
void take_exit_note() noexcept;

/// Writes the code before an end that is no exit().
void note_exit_code(std::uint32_t code) noexcept;

}  // namespace wsalive::os
