#include "cli/path/key_file.hpp"

#include <fmt/format.h>

#include <cstring>
#include <utility>

#include "os/file/file.hpp"

namespace wsalive::cli::path_command {

Fallible<path::SharedKey> read_key(const std::string& file) {
  const auto refuse = [&](std::string reason, const char* remedy) {
    return tl::unexpected(Failure{.code = ExitCode::bad_input,
                                  .attempt = "cannot read the key",
                                  .subject = file,
                                  .reason = std::move(reason),
                                  .remedy = remedy});
  };
  const auto content = os::read_file(file);
  if (!content) {
    return refuse(::strerrordesc_np(content.error().code),
                  "make one with `head -c 32 /dev/urandom | base64 >FILE`");
  }
  constexpr std::string_view kBlanks = " \t\r\n";
  const std::size_t first = content->find_first_not_of(kBlanks);
  const std::size_t last = content->find_last_not_of(kBlanks);
  std::string secret =
      first == std::string::npos ? std::string{} : content->substr(first, last - first + 1);
  if (secret.size() < path::SharedKey::kShortest) {
    return refuse(fmt::format("shorter than {} characters", path::SharedKey::kShortest),
                  "make one with `head -c 32 /dev/urandom | base64 >FILE`");
  }
  return path::SharedKey::of(std::move(secret));
}

}  // namespace wsalive::cli::path_command
