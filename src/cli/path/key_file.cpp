#include "cli/path/key_file.hpp"

#include <fmt/format.h>

#include <cstring>
#include <utility>

#include "cli/frame/messages.hpp"
#include "os/file/file.hpp"

namespace wsalive::cli::path_command {

Fallible<path::SharedKey> read_key(const std::string& file) {
  const auto refuse = [&](std::string reason) {
    return tl::unexpected(
        failure_of(Message::bad_key, "cannot read the key", file, {std::move(reason)}));
  };
  const auto content = os::read_file(file);
  if (!content) {
    return refuse(::strerrordesc_np(content.error().code));
  }
  constexpr std::string_view kBlanks = " \t\r\n";
  const std::size_t first = content->find_first_not_of(kBlanks);
  const std::size_t last = content->find_last_not_of(kBlanks);
  std::string secret =
      first == std::string::npos ? std::string{} : content->substr(first, last - first + 1);
  if (secret.size() < path::SharedKey::kShortest) {
    return refuse(fmt::format("shorter than {} characters", path::SharedKey::kShortest));
  }
  return path::SharedKey::of(std::move(secret));
}

}  // namespace wsalive::cli::path_command
