// Keep-alive values in the words that every command uses.
#pragma once

#include <string>

#include "attach/kernel_socket.hpp"
#include "cli/frame/timing_options.hpp"
#include "os/tcp/keepalive_values.hpp"
#include "policy/kernel_fit.hpp"
#include "policy/kernel_timer.hpp"

namespace wsalive::cli {

/// "after 45s of silence, every 5s, 5 times"
[[nodiscard]] std::string in_words(const policy::Timing& timing);

/// The same with both ends of each time: "after 45s to 47.05s of silence, ...", "..., 5 times, each at most 9ms later while a processor is free"
[[nodiscard]] std::string in_words(const policy::Timing& timing, const policy::Accuracy& accuracy);

/// Of connections that this host's kernel alone keeps alive, as in other programs.
[[nodiscard]] policy::Accuracy kernel_alone();

/// Of connections in a program with our library: the engine drives, unless the kernel alone was chosen.  K-121
[[nodiscard]] policy::Accuracy with_our_library(policy::Precision precision);

/// The effect of values that the kernel keeps, in a sentence with both ends of each time.
/// \param user_timeout  0: none.
[[nodiscard]] std::string kernel_words(const policy::Timing& timing,
                                       const policy::Accuracy& accuracy,
                                       policy::Millis user_timeout);

/// The effect of a user time-out on data and, if the kernel keeps the connection, on the series of probes, in a sentence or two.
/// \param timeout  Not 0.
[[nodiscard]] std::string user_timeout_words(policy::Millis timeout, const policy::Timing& timing,
                                             const policy::Accuracy& accuracy);

/// If the kernel keeps them and I is above T: how rarely a living peer is probed, in a sentence; else empty.
[[nodiscard]] std::string interval_words(const policy::Timing& timing,
                                         const policy::Accuracy& accuracy);

/// Whether the first probe and its repetition come before a path with a known time-out forgets, in a sentence or two.
/// \param behind  How much later than T the kernel's timer is set. \param user_timeout  0: none.
[[nodiscard]] std::string path_words(policy::Millis forgets, const policy::Timing& timing,
                                     const policy::Accuracy& accuracy, policy::Millis behind = {},
                                     policy::Millis user_timeout = {});

/// For a connection that has been silent for longer than its path remembers.
[[nodiscard]] std::string lost_words(policy::Millis forgets, policy::Millis heard);

/// "45s +5s x5"
[[nodiscard]] std::string in_short(const policy::Timing& timing);

/// The same of a kernel's socket, or "off".
[[nodiscard]] std::string in_short(const os::KernelKeepAlive& values);

/// With its user time-out: "45s +5s x5, data 30s".
[[nodiscard]] std::string in_short(const attach::KernelValues& values);

/// "the kernel keeps whole seconds; wanted after 45.5s of silence, ...", or empty if the kernel keeps all named values exactly. If
/// not all are named: "the kernel keeps 127 probes at most; wanted N 200".
[[nodiscard]] std::string rounding_note(const policy::Timing& wanted, const policy::KernelFit& fit,
                                        Named named = {});

}  // namespace wsalive::cli
