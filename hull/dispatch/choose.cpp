// hull/dispatch/choose.cpp -- array, scope, environment, cost: in this order
// SPDX-License-Identifier: Apache-2.0
#include "dispatch/choose.hpp"

#include <algorithm>

#include "dispatch/compile_cost.hpp"
#include "dispatch/environment.hpp"
#include "dispatch/registry.hpp"
#include "dispatch/storage.hpp"
#include "program/float_environment.hpp"

namespace trireme::dispatch {

std::uint8_t device_from_environment() {
  static const std::uint8_t id = [] {
    const std::string& wanted = environment().device;
    return wanted.empty() || wanted == "auto" ? std::uint8_t{0} : find_device(wanted);
  }();
  return id;
}

namespace {

std::int64_t bytes_of_node(const graph::Node& n) { return n.shape.size() * static_cast<std::int64_t>(item_size(n.dtype)); }

std::int64_t traffic(const graph::Snapshot& s) {
  std::int64_t bytes = 0;
  for (int k = 0; k < s.leaves; ++k) bytes += bytes_of_node(*s.leaf[k]);
  for (int k = 0; k < s.lazies; ++k)
    if (s.output[k]) bytes += bytes_of_node(*s.lazy[k]);
  return bytes;
}

bool is_at(const graph::Storage& block, std::uint8_t id) {
  if (block.device == id) return true;
  for (const graph::Storage* c = block.copies.load(std::memory_order_acquire); c; c = c->next)
    if (c->device == id) return true;
  return false;
}

/// From one device to another, by way of the CPU; each copy waits for its device once.
double move_seconds(const graph::Storage& block, std::uint8_t to) {
  double seconds = 0;
  const auto copy = [&](std::uint8_t end) {
    const DeviceInfo& info = measured(end);
    seconds += info.launch_seconds + static_cast<double>(block.bytes) / info.copy_bytes_per_second;
  };
  if (!is_at(block, kCpu)) copy(block.device);
  if (to != kCpu) copy(to);
  return seconds;
}

double estimate(const graph::Snapshot& s, std::int64_t bytes, const DeviceInfo& info, std::uint8_t id, std::size_t launches) {
  double seconds = info.launch_seconds * static_cast<double>(launches) + static_cast<double>(bytes) / info.bytes_per_second;
  for (int k = 0; k < s.leaves; ++k)
    if (const graph::Storage* block = s.leaf[k]->storage; block && !is_at(*block, id)) seconds += move_seconds(*block, id);
  return seconds;
}

struct Candidate {
  std::uint8_t id;
  double seconds, compile_seconds;
  double all() const { return seconds + compile_seconds; }
};

/// Why a device cannot take the whole plan; "" when it can.
std::string refusal(const RegisteredDevice& d, const CompiledPlan& plan) {
  if (const std::string* lost = why_lost(d)) return *lost;
  if (!d.usable || !d.exact) return d.reason;
  for (const auto& step : plan.steps)
    if (Support support = d.backend->supports(step->step->program, d.index); !support.yes) return support.reason;
  return {};
}

/// The devices that are worth an estimate; the others get a sentence.
std::vector<std::uint8_t> find_candidates(const CompiledPlan& plan, Choice* choice) {
  std::vector<std::uint8_t> out;
  const auto rule_out = [choice](const std::string& name, const std::string& reason) {
    if (choice) choice->candidates.push_back({name, 0, 0, reason});
  };
  std::span<RegisteredDevice> all = listed_devices();
  for (std::size_t k = 1; k < all.size(); ++k) {
    auto id = static_cast<std::uint8_t>(k + 1);
    if (all[k].info.is_host) {  // before the probe, which would compile something
      rule_out(all[k].name, "it shares this processor");
      continue;
    }
    const RegisteredDevice& d = device(id);
    if (const std::string reason = refusal(d, plan); reason.empty()) out.push_back(id);
    else rule_out(d.name, reason);
  }
  if (choice)
    for (const DeviceReport& missing : unavailable_backends()) rule_out(missing.name, missing.reason);
  return out;
}

/// Compiling counts as far as its saving has not paid for it yet: a device that would have saved more by now than
/// its compilation takes gets it compiled. So a loop ends up on the device that is fastest for it, and work that is done once
/// does not wait for a compiler.
std::uint8_t cheapest(const graph::Snapshot& s, std::int64_t bytes, CompiledPlan& plan, Choice* choice) {
  const program::FloatEnvironment environment;
  const std::size_t launches = plan.steps.size();
  const std::vector<std::uint8_t> others = find_candidates(plan, choice);
  if (others.empty()) {
    if (choice) choice->why = "auto: no other device can take it";
    return kCpu;
  }
  const double forgone = plan.forgone.load(std::memory_order_relaxed);
  std::vector<Candidate> candidates{{kCpu, estimate(s, bytes, measured(kCpu), kCpu, launches), 0}};
  for (const std::uint8_t id : others)
    candidates.push_back({id, estimate(s, bytes, measured(id), id, launches),
                          std::max(seconds_to_compile(plan, s, id) - forgone, 0.0)});
  const auto by_all = [](const Candidate& a, const Candidate& b) { return a.all() < b.all(); };
  const auto by_seconds = [](const Candidate& a, const Candidate& b) { return a.seconds < b.seconds; };
  const Candidate best = *std::min_element(candidates.begin(), candidates.end(), by_all);
  const Candidate fastest = *std::min_element(candidates.begin(), candidates.end(), by_seconds);
  if (fastest.id != best.id)
    plan.forgone.store(forgone + best.seconds - fastest.seconds, std::memory_order_relaxed);
  if (choice) {
    choice->why = "auto: the least of the estimates";
    std::vector<CandidateReport> estimated;
    for (const Candidate& c : candidates) estimated.push_back({device(c.id).name, c.all(), c.compile_seconds, ""});
    choice->candidates.insert(choice->candidates.begin(), estimated.begin(), estimated.end());
  }
  return best.id;
}

}  // namespace

std::uint8_t choose(const graph::Snapshot& s, CompiledPlan& plan, Choice* choice) {
  const graph::Node* root = s.lazy[0];
  if (root->device) {
    if (choice) choice->why = root->pinned ? "an operand is pinned there" : "the device scope in force when it was built";
    return root->device;
  }
  if (std::uint8_t id = device_from_environment()) {
    if (choice) choice->why = "TRIREME_DEVICE=" + environment().device;
    return id;
  }
  bool elsewhere = false;  // data on another device means that its driver is open already
  for (int k = 0; k < s.leaves; ++k) elsewhere |= s.leaf[k]->storage && s.leaf[k]->storage->device != kCpu;
  const std::int64_t bytes = traffic(s);
  if (bytes < kWorthAsking && !elsewhere) {
    if (choice) choice->why = "auto: " + std::to_string(bytes) + " bytes of traffic are too few to repay another device";
    return kCpu;
  }
  return cheapest(s, bytes, plan, choice);
}

}  // namespace trireme::dispatch
