// What a probe costs when the engine drives the connection, beside the kernel's own keep-alive.
#pragma once

#include <chrono>
#include <string>

#include "engine/kernel_probe.hpp"
#include "engine/scene.hpp"
#include "support/report.hpp"

namespace wsalive::bench {

/// Who sends a driven probe: the kernel, whose timer the engine has set, or the engine's thread itself.
enum class Sender { kernel, engine };

/// Adds one line: the engine's thread is watched for a slice, in which each phase has its probes, between two bursts
/// of the kernel's own probes, by turns. Where the kernel sends, its own price is part of the engine's.
void report_probe_cost(Report& report, const std::string& group, Scene& scene,
                       const KernelProbe& kernel, Sender sender, std::chrono::milliseconds slice);

}  // namespace wsalive::bench
