#include "cli/path/state_file.hpp"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <nlohmann/json.hpp>

#include "cli/frame/messages.hpp"
#include "cli/path/path_words.hpp"

namespace wsalive::cli::path_command {
namespace {

using path::PathObservation;
using path::PathSight;
using policy::Millis;

constexpr int kVersion = 1;
constexpr std::chrono::hours kFresh{24};

/// Empty: nobody says where.
std::string folder() {
  if (const auto home = os::trusted_environment("XDG_STATE_HOME"); home && home->starts_with('/')) {
    return *home + "/wsalive";
  }
  if (const auto home = os::trusted_environment("HOME")) return *home + "/.local/state/wsalive";
  return {};
}

std::int64_t wall_seconds() {
  using std::chrono::system_clock;
  return std::chrono::floor<std::chrono::seconds>(system_clock::now()).time_since_epoch().count();
}

std::string plain(std::string name) {
  const auto is_plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '-';
  };
  std::ranges::replace_if(
      name, [&](char c) { return !is_plain(c); }, '_');
  return name;
}

/// \throw nlohmann's, where a field is of another kind.
std::vector<PathObservation> parsed(const std::string& text) {
  const auto json = nlohmann::json::parse(text);
  if (!json.is_object() || json.value("version", 0) != kVersion) return {};
  if (wall_seconds() - json.value("saved", std::int64_t{0}) >
      std::chrono::seconds{kFresh}.count()) {
    return {};
  }
  std::vector<PathObservation> observations;
  const auto list = json.find("observations");
  if (list == json.end() || !list->is_array()) return {};
  for (const auto& each : *list) {
    if (!each.is_object()) return {};
    const auto* const name = std::ranges::find(kSights, each.value("sight", std::string{}));
    const Millis idle{each.value("idle_ms", std::int64_t{-1})};
    if (name == kSights.end() || idle < Millis{0}) return {};
    observations.push_back({idle, static_cast<PathSight>(name - kSights.begin())});
  }
  return observations;
}

}  // namespace

tl::expected<StateFile, Failure> StateFile::open(const std::string& name) {
  const std::string path = folder() + "/path-" + plain(name) + ".json";
  const auto refuse = [&](Message message, const char* why) {
    return tl::unexpected(failure_of(message, "cannot keep the state of the search", path, {why}));
  };
  constexpr auto kNone = Message::no_state_file;
  if (folder().empty()) return refuse(kNone, "neither XDG_STATE_HOME nor HOME is set");
  if (const Status made = os::make_folders(folder(), 0700); !made) {
    return refuse(kNone, ::strerrordesc_np(made.error().code));
  }
  auto lock = os::FileLock::take(path, std::chrono::milliseconds{100});
  if (!lock && lock.error().code == EWOULDBLOCK) return refuse(Message::state_in_use, "");
  if (!lock) return refuse(kNone, ::strerrordesc_np(lock.error().code));
  return StateFile{path, std::move(*lock)};
}

std::vector<PathObservation> StateFile::load() const {
  const auto text = os::read_file(path_);
  if (!text) return {};
  try {
    return parsed(*text);
  } catch (const nlohmann::json::exception&) {
    return {};
  }
}

Status StateFile::save(const std::vector<PathObservation>& observations) const {
  auto list = nlohmann::ordered_json::array();
  for (const PathObservation& each : observations) {
    list.push_back({{"idle_ms", each.idle.count()}, {"sight", name_of(each.sight)}});
  }
  const nlohmann::ordered_json json{
      {"version", kVersion}, {"saved", wall_seconds()}, {"observations", list}};
  return os::replace_file(path_, json.dump(1) + '\n', 0600);
}

void StateFile::remove() const noexcept { ::unlink(path_.c_str()); }

}  // namespace wsalive::cli::path_command
