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

/// Of connections that this host's kernel keeps alone, as other people's programs' are.
[[nodiscard]] policy::Accuracy kernel_alone();

/// Of connections in a program with our library in it: the engine drives, unless the kernel alone was chosen.  K-121
[[nodiscard]] policy::Accuracy with_our_library(policy::Precision precision);

/// What comes of values that the kernel keeps, in a sentence with both ends of each time.
/// \param user_timeout  0: none.
[[nodiscard]] std::string kernel_words(const policy::Timing& timing,
                                       const policy::Accuracy& accuracy,
                                       policy::Millis user_timeout);

/// What a user time-out does, to data and, where the kernel keeps the connection, to keep-alive's series, in a sentence or
/// two. \param timeout  Not 0.
[[nodiscard]] std::string user_timeout_words(policy::Millis timeout, const policy::Timing& timing,
                                             const policy::Accuracy& accuracy);

/// Where the kernel keeps them and I is above T: how seldom a living peer is probed, in a sentence; else empty.
[[nodiscard]] std::string interval_words(const policy::Timing& timing,
                                         const policy::Accuracy& accuracy);

/// What a path that forgets after a known time makes of the first probe and its repetition, in a sentence or two.
/// \param behind  So much later than T the kernel's timer stands. \param user_timeout  0: none.
[[nodiscard]] std::string path_words(policy::Millis forgets, const policy::Timing& timing,
                                     const policy::Accuracy& accuracy, policy::Millis behind = {},
                                     policy::Millis user_timeout = {});

/// Of a connection that has been silent for longer than its path remembers.
[[nodiscard]] std::string lost_words(policy::Millis forgets, policy::Millis heard);

/// "45s +5s x5"
[[nodiscard]] std::string in_short(const policy::Timing& timing);

/// The same of a kernel's socket, or "off".
[[nodiscard]] std::string in_short(const os::KernelKeepAlive& values);

/// With its user time-out: "45s +5s x5, data 30s".
[[nodiscard]] std::string in_short(const attach::KernelValues& values);

/// "the kernel keeps whole seconds; wanted after 45.5s of silence, ...", or empty where nothing that was named is kept
/// otherwise. Where not all is named: "the kernel keeps 127 probes at most; wanted N 200".
[[nodiscard]] std::string rounding_note(const policy::Timing& wanted, const policy::KernelFit& fit,
                                        Named named = {});

}  // namespace wsalive::cli
