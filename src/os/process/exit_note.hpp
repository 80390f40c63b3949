// The whole exit code of a child process: Linux tells a parent its low eight bits.
//
// The parent hands down a page of shared memory, which the environment names. A child that has this library writes its
// code there when it exits; the parent believes it where its writer is the child itself and the low eight bits are those
// that the system tells.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/fd.hpp"
#include "base/result.hpp"

namespace wsalive::os {

/// The parent's end, for one child.
class ExitNote {
 public:
  [[nodiscard]] static Result<ExitNote> create() noexcept;
  ExitNote(ExitNote&& other) noexcept;
  ExitNote& operator=(ExitNote&&) = delete;
  ExitNote(const ExitNote&) = delete;
  ExitNote& operator=(const ExitNote&) = delete;
  ~ExitNote();

  /// To be handed down under its number, until `handed_down`.
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

/// At a program's start: from now on its exit code is noted, where its parent wants to know.
void take_exit_note() noexcept;

/// Before an end that is no exit().
void note_exit_code(std::uint32_t code) noexcept;

}  // namespace wsalive::os
