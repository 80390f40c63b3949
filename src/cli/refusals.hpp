// Why a way of reaching programs cannot be had here, in a few words for a person.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "cli/failure.hpp"

namespace wsalive::cli {

[[nodiscard]] std::string bpf_refusal(const SysError& error);
[[nodiscard]] std::string seccomp_refusal(const SysError& error);

/// The exit status where a file could not be read or written: a right is missing, the name is wrong, or failed.
[[nodiscard]] ExitCode code_for_file(int error);
/// A file that the user has named could not be written.
[[nodiscard]] Failure not_written(std::string attempt, const std::string& file, int error);

/// What to do where a right is missing. To whom is root already it says that these rights are missing all the same.
/// \param otherwise  What helps as well: ", or as the user of that process".
[[nodiscard]] std::string as_root(std::string_view rights, std::string_view otherwise = {});

}  // namespace wsalive::cli
