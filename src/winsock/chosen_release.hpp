// What the program chose by a call of ours, and what was wrong with the last start-up (K-121, K-122).
#pragma once

#include <vector>

#include "registry/settings.hpp"

namespace wsalive::winsock {

/// For the next start-up.
[[nodiscard]] registry::CallChoice chosen_by_call();

/// Keeps the sentences that wsalive_startup_problem gives.
void note_problems(const std::vector<registry::ChoiceProblem>& problems);

}  // namespace wsalive::winsock
