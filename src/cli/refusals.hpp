// Why a way of reaching programs cannot be had here, in a few words for a person.
#pragma once

#include <string>

#include "base/result.hpp"

namespace wsalive::cli {

[[nodiscard]] std::string bpf_refusal(const SysError& error);
[[nodiscard]] std::string seccomp_refusal(const SysError& error);

}  // namespace wsalive::cli
