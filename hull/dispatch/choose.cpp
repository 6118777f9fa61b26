// hull/dispatch/choose.cpp -- array, scope, environment, cost: in this order
// SPDX-License-Identifier: Apache-2.0
#include "dispatch/choose.hpp"

#include <algorithm>
#include <cstdio>

#include "dispatch/environment.hpp"
#include "dispatch/registry.hpp"
#include "dispatch/storage.hpp"

namespace trireme::dispatch {

std::uint8_t device_from_environment() {
  static const std::uint8_t id = [] {
    const std::string& wanted = environment().device;
    return wanted.empty() || wanted == "auto" ? std::uint8_t{0} : find_device(wanted);
  }();
  return id;
}

namespace {

std::int64_t traffic(const graph::Snapshot& s) {
  std::int64_t bytes = 0;
  for (int k = 0; k < s.leaves; ++k) bytes += s.leaf[k]->shape.size() * static_cast<std::int64_t>(item_size(s.leaf[k]->dtype));
  for (int k = 0; k < s.lazies; ++k)
    if (s.output[k]) bytes += s.lazy[k]->shape.size() * static_cast<std::int64_t>(item_size(s.lazy[k]->dtype));
  return bytes;
}

/// Bytes that would have to be copied before `id` could start.
std::int64_t to_move(const graph::Snapshot& s, std::uint8_t id) {
  std::int64_t bytes = 0;
  for (int k = 0; k < s.leaves; ++k) {
    const graph::Storage* storage = s.leaf[k]->storage;
    if (!storage || storage->device == id) continue;
    bool there = false;
    for (const graph::Storage* c = storage->copies.load(std::memory_order_acquire); c; c = c->next) there |= c->device == id;
    if (!there) bytes += static_cast<std::int64_t>(storage->bytes);
  }
  return bytes;
}

double estimate(const graph::Snapshot& s, const RegisteredDevice& d, std::uint8_t id, std::int64_t bytes) {
  return d.info.launch_seconds + static_cast<double>(bytes) / d.info.bytes_per_second +
         static_cast<double>(to_move(s, id)) / d.info.copy_bytes_per_second;
}

std::string microseconds(double seconds) {
  char text[32];
  std::snprintf(text, sizeof text, "%.0f us", seconds * 1e6);
  return text;
}

std::uint8_t cheapest(const graph::Snapshot& s, std::string* why) {
  bool elsewhere = false;  // data on another device means that its driver is open already
  for (int k = 0; k < s.leaves; ++k) elsewhere |= s.leaf[k]->storage && s.leaf[k]->storage->device != kCpu;
  std::int64_t bytes = traffic(s);
  if (bytes < kWorthAsking && !elsewhere) {
    if (why) *why = "auto: " + std::to_string(bytes) + " bytes of traffic are too few to repay another device";
    return kCpu;
  }
  std::uint8_t best = kCpu;
  double best_seconds = estimate(s, cpu_device(), kCpu, bytes);
  std::string text = "cpu " + microseconds(best_seconds);
  std::span<RegisteredDevice> all = listed_devices();
  for (std::size_t k = 1; k < all.size(); ++k) {
    auto id = static_cast<std::uint8_t>(k + 1);
    if (all[k].info.is_host) {  // before the probe, which would compile something
      text += ", " + all[k].name + " not: it shares this processor";
      continue;
    }
    const RegisteredDevice& d = device(id);
    if (const std::string* lost = why_lost(d)) {
      text += ", " + d.name + " not: " + *lost;
    } else if (!d.usable || !d.exact) {
      text += ", " + d.name + " not: " + d.reason;
    } else {
      double seconds = estimate(s, d, id, bytes);
      text += ", " + d.name + " " + microseconds(seconds);
      if (seconds < best_seconds) best = id, best_seconds = seconds;
    }
  }
  if (why) *why = "auto: estimated " + text;
  return best;
}

}  // namespace

std::uint8_t choose(const graph::Snapshot& snapshot, std::string* why) {
  const graph::Node* root = snapshot.lazy[0];
  if (root->device) {
    if (why) *why = root->pinned ? "an operand is pinned there" : "the device scope in force when it was built";
    return root->device;
  }
  if (std::uint8_t id = device_from_environment()) {
    if (why) *why = "TRIREME_DEVICE=" + environment().device;
    return id;
  }
  return cheapest(snapshot, why);
}

}  // namespace trireme::dispatch
