// Why the last WSAStartup answered WSASYSNOTREADY: the sentence behind the code (K-122).
#pragma once

#include <string_view>

namespace wsalive::winsock {

/// Keeps the sentence, cut to 511 bytes; empty: the start-up found nothing wrong. Called by WSAStartup
/// alone, inside Runtime::start_up, which lets one thread in.
void keep_startup_problem(std::string_view problem) noexcept;

/// The sentence kept; "" where there is none. Good until the next start-up.
[[nodiscard]] const char* startup_problem() noexcept;

}  // namespace wsalive::winsock
