// The table of sub-commands, in the order in which the help lists them.
#pragma once

#include <memory>
#include <span>

#include "cli/frame/command.hpp"

namespace wsalive::cli {

[[nodiscard]] std::span<const CommandRow> commands() noexcept;

// One file each beside this one.
[[nodiscard]] std::unique_ptr<Command> make_attach();
[[nodiscard]] std::unique_ptr<Command> make_completion();
[[nodiscard]] std::unique_ptr<Command> make_demo();
[[nodiscard]] std::unique_ptr<Command> make_detach();
[[nodiscard]] std::unique_ptr<Command> make_doctor();
[[nodiscard]] std::unique_ptr<Command> make_explain();
[[nodiscard]] std::unique_ptr<Command> make_lint();
[[nodiscard]] std::unique_ptr<Command> make_ls();
[[nodiscard]] std::unique_ptr<Command> make_path();
[[nodiscard]] std::unique_ptr<Command> make_registry();
[[nodiscard]] std::unique_ptr<Command> make_releases();
[[nodiscard]] std::unique_ptr<Command> make_run();
[[nodiscard]] std::unique_ptr<Command> make_serve();
[[nodiscard]] std::unique_ptr<Command> make_set();
[[nodiscard]] std::unique_ptr<Command> make_watch();

}  // namespace wsalive::cli
