// What other code needs of the start-up: the program's choice by wsalive_choose(), and what was wrong with the last
// start-up (K-121, K-122).
#pragma once

#include <string_view>
#include <vector>

#include "registry/settings.hpp"

namespace wsalive::winsock {

// Why the last WSAStartup answered WSASYSNOTREADY: the sentence for the code (K-122).

/// Keeps the sentence, cut to 511 bytes; empty: the start-up found nothing wrong. Only WSAStartup calls this,
/// inside Runtime::start_up, which runs in one thread at a time.
void keep_startup_problem(std::string_view problem) noexcept;

/// The kept sentence; "" where there is none. Good until the next start-up.
[[nodiscard]] const char* startup_problem() noexcept;

/// The program's choice for the next start-up.
[[nodiscard]] registry::CallChoice chosen_by_call();

/// Keeps the sentences that wsalive_startup_problem gives.
void note_problems(const std::vector<registry::ChoiceProblem>& problems);

}  // namespace wsalive::winsock
