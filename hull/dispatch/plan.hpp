// hull/dispatch/plan.hpp -- plans in memory: found by the snapshot's key, with the executables of their steps
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "dispatch/backend.hpp"
#include "graph/fuse.hpp"

namespace trireme::dispatch {

/// An executable of a step for a device and a layout, which the step has found before. Never freed.
struct KnownExecutable {
  std::uint8_t device;
  program::Layout layout;
  const Executable* executable;
  KnownExecutable* next;
};

/// A graph::Step with what dispatch remembers about it. Never freed: structures are few, shapes are not part of them.
struct CompiledStep {
  const graph::Step* step = nullptr;
  program::Hash hash;
  program::Layout flat_layout;                         // used when step->flat
  std::atomic<const Executable*> cpu_executable{nullptr};  // CPU executables do not depend on the layout
  std::atomic<KnownExecutable*> known{nullptr};            // of other devices
  /// Whether the device has accepted the step's program before, so that it need not be asked again.
  bool is_accepted_by(std::uint8_t device) const {
    for (const KnownExecutable* k = known.load(std::memory_order_acquire); k; k = k->next)
      if (k->device == device) return true;
    return false;
  }
};

/// An input or output of the short way.
struct ShortOperand {
  graph::Slot slot;
  bool constant;
  bool single;
  std::uint8_t item;  // bytes of an element
};

/// A single flat map or whole reduction of leaves and constants, whose outputs are all that is wanted: on the CPU it goes
/// from the snapshot to the routines with nothing to bind.
struct ShortWay {
  bool usable = false;
  bool reduces = false;
  graph::Slot root = 0;
  std::vector<ShortOperand> inputs, outputs;
};

struct CompiledPlan {
  graph::Plan plan;
  std::vector<std::unique_ptr<CompiledStep>> steps;
  std::atomic<double> forgone{0};  // seconds that another device would have saved so far, had it not had to compile first
  ShortWay short_way;
};

/// The plan of this snapshot: from this thread's table, from the process's, or fused now.
CompiledPlan& find_plan(const graph::Snapshot& snapshot);

/// The program that combines the partials of a reduction once more.
CompiledStep& combine_step(program::Form form, program::Opcode op, Dtype type);

/// What getting an executable took.
struct CompileCost {
  double seconds = 0;
  bool from_disk = false;
};

/// The executable of (program, layout) on the device, compiled or loaded from disk when it is not in memory yet; `cost`,
/// if not null, is added to then.
const Executable& find_executable(CompiledStep& step, const program::Layout& layout, std::uint8_t device, CompileCost* cost);

/// Whether the device has one of the step, for any layout.
bool has_executable(const CompiledStep& step, std::uint8_t device);

/// Compiles all that are missing together. Whether they came from disk.
struct Wanted {
  CompiledStep* step;
  program::Layout layout;
};
bool compile_missing(std::vector<Wanted> wanted, std::uint8_t device);

std::int64_t plans_built();
std::int64_t executables_compiled();
std::int64_t executables_loaded();  // from disk

}  // namespace trireme::dispatch
