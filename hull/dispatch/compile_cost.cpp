// hull/dispatch/compile_cost.cpp -- averages per device, and which programs are on disk
// SPDX-License-Identifier: Apache-2.0
#include "dispatch/compile_cost.hpp"

#include <array>
#include <atomic>
#include <map>
#include <mutex>
#include <tuple>

#include "dispatch/bind.hpp"
#include "dispatch/registry.hpp"
#include "program/float_environment.hpp"
#include "program/fork.hpp"

namespace trireme::dispatch {

namespace {

constexpr double kLoadSeconds = 2e-3;     // before one was loaded
constexpr double kCompileSeconds = 0.1;   // where neither backend nor probe know better

/// Of a program on one device, moving averages; 0 until there was one.
struct Learned {
  std::atomic<double> compile{0}, load{0};
};
std::array<Learned, 256> learned;

/// Whether a program's image is on disk, by program and device. Asked once: it takes generating the text.
struct OnDisk {
  std::mutex mutex;
  std::map<std::tuple<std::uint64_t, std::uint64_t, std::uint8_t>, bool> known;
};

OnDisk& on_disk() {
  static OnDisk* const instance = program::make_held<OnDisk>(program::LockRank::compile_costs);
  return *instance;
}

bool is_step_on_disk(const CompiledStep& compiled, const graph::Snapshot& snapshot, std::uint8_t id) {
  const std::tuple key{compiled.hash.low, compiled.hash.high, id};
  OnDisk& all = on_disk();
  {
    std::lock_guard lock(all.mutex);
    if (auto found = all.known.find(key); found != all.known.end()) return found->second;
  }
  Binding binding;
  if (!compiled.step->flat) bind(*compiled.step, snapshot, nullptr, binding);
  const CompileRequest request{&compiled.step->program, compiled.step->flat ? &compiled.flat_layout : &binding.layout};
  RegisteredDevice& where = device(id);
  const bool there = is_on_disk(*where.backend, std::span(&request, 1), where.index);
  std::lock_guard lock(all.mutex);
  all.known.try_emplace(key, there);
  return there;
}

double or_default(double value, double fallback) { return value > 0 ? value : fallback; }

}  // namespace

void note_compiled(std::uint8_t id, const CompiledUnit& unit, std::size_t programs) {
  if (programs == 0) return;
  const program::FloatEnvironment environment;
  const double seconds = std::chrono::duration<double>(unit.time).count() / static_cast<double>(programs);
  std::atomic<double>& average = unit.from_disk ? learned[id].load : learned[id].compile;
  const double before = average.load(std::memory_order_relaxed);
  average.store(before > 0 ? 0.75 * before + 0.25 * seconds : seconds, std::memory_order_relaxed);
}

double seconds_to_compile(const CompiledPlan& plan, const graph::Snapshot& snapshot, std::uint8_t id) {
  if (id == kCpu) return 0;
  const double load = or_default(learned[id].load.load(std::memory_order_relaxed), kLoadSeconds);
  const double compile = or_default(learned[id].compile.load(std::memory_order_relaxed),
                                    or_default(measured(id).compile_seconds, kCompileSeconds));
  double seconds = 0;
  for (const auto& step : plan.steps)
    if (!has_executable(*step, id)) seconds += is_step_on_disk(*step, snapshot, id) ? load : compile;
  return seconds;
}

}  // namespace trireme::dispatch
