// hull/dispatch/run.hpp -- executes a plan for a snapshot; no locks, no publishing
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>

#include "dispatch/bind.hpp"
#include "dispatch/plan.hpp"
#include "dispatch/storage.hpp"

namespace trireme::dispatch {

/// The values that running a plan made, by lazy slot; released on destruction unless taken.
class Results {
 public:
  Results() = default;
  ~Results() {
    for (int k = 0; k < count_; ++k)
      if (storage_[made_[k]]) graph::release(storage_[made_[k]]);
  }
  Results(const Results&) = delete;
  Results& operator=(const Results&) = delete;

  void set(graph::Slot slot, Storage* storage) {
    storage_[slot] = storage;
    made_[count_++] = slot;
  }
  /// Takes back the last set() of all, if it was of this slot.
  void discard(graph::Slot slot) {
    if (count_ == 0 || made_[count_ - 1] != slot) return;
    graph::release(storage_[slot]);
    --count_;
  }
  Storage* get(graph::Slot slot) const { return storage_[slot]; }
  Storage* take(graph::Slot slot) { return std::exchange(storage_[slot], nullptr); }

 private:
  int count_ = 0;
  graph::Slot made_[graph::kMaxOperations];
  Storage* storage_[graph::kMaxOperations];  // only entries named by made_ are set
};

/// Runs every step and leaves the value of each materialised slot in `results`, but for the root if it has a region.
void run(const graph::Snapshot& snapshot, const Region* region, Results& results);

struct RunCounters {
  std::int64_t programs = 0, moved = 0, fallbacks = 0;
};
RunCounters run_counters();

}  // namespace trireme::dispatch
