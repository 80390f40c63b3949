#include "cli/live/selection.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/stat.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>
#include <string_view>

#include "attach/cgroup.hpp"
#include "base/utf8.hpp"
#include "cli/frame/messages.hpp"
#include "cli/frame/option_types.hpp"
#include "cli/live/connection_text.hpp"
#include "cli/live/live_socket.hpp"

namespace wsalive::cli {
namespace {

constexpr const char* kChoosing = "cannot choose connections";

CLI::Option* add_filter(CLI::App& parser, const std::string& name,
                        std::optional<EndpointFilter>& target, std::string& written,
                        const std::string& help) {
  const auto read_filter = [name, &target, &written](const std::string& text) {
    written = text;
    auto filter = EndpointFilter::parse(text);
    if (filter) {
      target = std::move(*filter);
    } else if (filter.error().code == ExitCode::usage) {
      throw CLI::ValidationError(name, filter.error().text);
    } else {
      throw Refusal{
          failure_of(std::move(filter.error()), "cannot tell which connections are meant by",
                     fmt::format("{} {}", name, text), "`wsalive ls` shows addresses and ports")};
    }
  };
  return parser.add_option_function<std::string>(name, read_filter, help)->type_name("HOST:PORT");
}

CLI::Option* add_states(CLI::App& parser, std::vector<std::string>& target) {
  const auto read = [](std::string& text) {
    const std::string_view state = state_named(text);
    if (state.empty()) {
      const std::vector<std::string> words{kStates.begin() + 1, kStates.end()};
      return fmt::format("'{}' is none of {}", text, fmt::join(words, ", "));
    }
    text = state;
    return std::string{};
  };
  return parser
      .add_option("--state", target,
                  "In this state: established, syn-sent, close-wait, listening and so on, as "
                  "ls --wide shows them or as ss and netstat write them; several with commas")
      ->delimiter(',')
      ->type_name("STATE")
      ->transform(CLI::Validator{read, ""});
}

/// A word quoted for a shell.
std::string for_shell(const std::string& word) {
  const bool is_plain = std::ranges::all_of(word, [](unsigned char letter) {
    return std::isalnum(letter) != 0 ||
           std::string_view{"-_.,:/@%+="}.find(static_cast<char>(letter)) != std::string_view::npos;
  });
  if (is_plain) return word;
  std::string quoted = "'";
  for (const char letter : printable(word)) {
    quoted += letter == '\'' ? std::string{"'\\''"} : std::string(1, letter);
  }
  return quoted + "'";
}

bool is_file(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0;
}

}  // namespace

CLI::Validator process_number() {
  const auto check = [](const std::string& text) {
    const std::optional<SocketTarget> target = SocketTarget::parse(text);
    if (target && !target->fd) return std::string{};
    return fmt::format("'{}' is no process number, like 4711; `wsalive ls` shows them", text);
  };
  return CLI::Validator{check, ""};
}

std::vector<CLI::Option*> Selection::declare(CLI::App& parser) {
  std::vector<CLI::Option*> all;
  all.push_back(parser.add_option("--pid", pid, "Connections of this process")
                    ->type_name("PID")
                    ->check(process_number()));
  all.push_back(parser.add_option("--program", program, "Connections of programs of this name")
                    ->type_name("NAME"));
  for (CLI::Option* const each : group.declare_parts(parser)) all.push_back(each);
  all.push_back(
      parser
          .add_option("--netns", netns,
                      "In this network namespace: a name of `ip netns`, a path, or a process in it")
          ->type_name("NAME"));
  all.push_back(add_states(parser, states));
  all.push_back(add_filter(parser, "--to", to, to_text,
                           "Connections to this address or network, port or both"));
  all.push_back(add_filter(parser, "--from", from, from_text,
                           "Connections of this local address or network, port or both"));
  for (CLI::Option* const each : all) each->group("which connections");
  return all;
}

bool Selection::is_given() const {
  return pid || to || from || !program.empty() || !netns.empty() || !states.empty() ||
         group.is_given() || made_in != 0;
}

std::string Selection::words() const {
  std::vector<std::string> words;
  const auto add = [&words](const char* option, const std::string& value) {
    if (!value.empty()) words.push_back(fmt::format("{} {}", option, for_shell(value)));
  };
  if (pid) words.push_back(fd ? fmt::format("{}:{}", *pid, *fd) : std::to_string(*pid));
  add("--program", program);
  if (const auto [option, value] = group.words(); option) add(option, value);
  add("--netns", netns);
  add("--state", fmt::format("{}", fmt::join(states, ",")));
  add("--to", to_text);
  add("--from", from_text);
  return fmt::format("{}", fmt::join(words, " "));
}

bool Selection::with_listeners() const {
  return listeners || std::ranges::find(states, name_of(os::TcpState::listen)) != states.end();
}

bool Selection::with_ended() const {
  return std::ranges::find(states, name_of(os::TcpState::time_wait)) != states.end();
}

bool Selection::takes(const attach::TcpSocket& socket) const {
  if (to && !to->matches(socket.remote)) return false;
  if (from && !from->matches(socket.local)) return false;
  if (made_in != 0 && socket.cgroup != made_in) return false;
  return states.empty() || std::ranges::find(states, name_of(socket.state)) != states.end();
}

bool Selection::takes(const attach::Owner& owner) const {
  if (fd && owner.fd != *fd) return false;
  if (program.empty()) return true;
  const std::string wanted = printable(program);
  if (owner.program == wanted) return true;
  return wanted.size() == attach::kKernelName && owner.program.starts_with(wanted);
}

bool Selection::takes_ownerless() const {
  return !pid && program.empty() && !group.is_given() && made_in == 0;
}

Fallible<Selection> Selection::by_sockets() const {
  if (!group.is_given()) return *this;
  const Fallible<Group> found = group.resolve(kChoosing, "of");
  if (!found) return tl::unexpected(found.error());
  if (!found->path.ends_with(".socket")) return *this;
  Selection narrowed = *this;
  narrowed.group = {};
  narrowed.made_in = found->number;
  return narrowed;
}

Fallible<attach::Owners> Selection::owners() const {
  if (!group.is_given()) return pid ? attach::socket_owners(*pid) : attach::socket_owners();
  const Fallible<Group> found = group.resolve(kChoosing, "of");
  if (!found) return tl::unexpected(found.error());
  std::vector<pid_t> members = attach::processes_in(found->path);
  if (pid) std::erase_if(members, [&](pid_t each) { return each != *pid; });
  return attach::socket_owners(members);
}

Fallible<std::string> network_file(const std::string& netns) {
  const bool is_number = netns.find_first_not_of("0123456789") == std::string::npos;
  std::string file = netns.find('/') == std::string::npos ? "/run/netns/" + netns : netns;
  if (is_number && !is_file(file)) file = fmt::format("/proc/{}/ns/net", netns);
  if (is_file(file)) return file;
  return tl::unexpected(failure_of(is_number ? Message::no_process : Message::no_network, kChoosing,
                                   "of network namespace " + netns));
}

}  // namespace wsalive::cli
