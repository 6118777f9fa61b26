// hull/dispatch/plan.cpp -- the plan cache (one table per thread, one for all) and the executable cache in memory
// SPDX-License-Identifier: Apache-2.0
#include "dispatch/plan.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <mutex>
#include <set>
#include <tuple>
#include <unordered_map>

#include "dispatch/compile_cached.hpp"
#include "dispatch/compile_cost.hpp"
#include "dispatch/registry.hpp"
#include "dispatch/storage.hpp"
#include "program/fork.hpp"
#include "program/thread_exit.hpp"

namespace trireme::dispatch {

namespace {

using program::Hash;
using program::Layout;

struct HashOfHash {
  std::size_t operator()(const Hash& h) const { return h.low; }
};

std::atomic<std::int64_t> built{0}, compiled{0}, loaded{0};

struct Plans {
  std::mutex mutex;
  std::unordered_map<Hash, std::unique_ptr<CompiledPlan>, HashOfHash> all;
};

Plans& plans() {
  // Leaked: threads may still evaluate while the process ends.
  static Plans* const instance = program::make_held<Plans>(program::LockRank::plans);
  return *instance;
}

// A thread finds its recent plans without a lock. The table is behind a pointer to keep thread storage small.
struct RecentPlans {
  static constexpr std::size_t kEntries = 256;
  struct Entry {
    Hash key;
    CompiledPlan* plan;
  } entry[kEntries] = {};
};

thread_local constinit RecentPlans* recent = nullptr;

void drop_recent() {
  delete recent;
  recent = nullptr;
}

void prepare_step(CompiledStep& out, const graph::Step& step, const graph::Snapshot* snapshot) {
  out.step = &step;
  program::verify(step.program);
  out.hash = program::hash(step.program);
  out.flat_layout.rank = 1;
  out.flat_layout.kept = step.program.form == program::Form::map;
  out.flat_layout.access.assign(step.program.parameters.size(), program::AccessKind::contiguous);
  if (!snapshot || !step.flat || step.program.form != program::Form::map) return;
  const Shape& domain = snapshot->node(step.root)->shape;
  for (std::size_t k = 0; k < step.inputs.size(); ++k) {
    if (graph::is_constant(step.inputs[k].slot)) continue;
    bool whole = snapshot->node(step.inputs[k].slot)->shape == domain && step.inputs[k].path.empty();
    if (!whole) out.flat_layout.access[k] = program::AccessKind::single;
  }
}

void find_short_way(CompiledPlan& plan, const graph::Snapshot& s) {
  if (plan.steps.size() != 1) return;
  const CompiledStep& compiled = *plan.steps[0];
  const graph::Step& step = *compiled.step;
  if (!step.flat || (step.program.form != program::Form::map && step.program.form != program::Form::reduce_inner)) return;
  ShortWay& way = plan.short_way;
  std::size_t wanted = 0;
  for (int k = 0; k < s.lazies; ++k) wanted += s.output[k];
  bool all = wanted == step.outputs.size();
  for (std::size_t k = 0; k < step.inputs.size(); ++k) {
    graph::Slot slot = step.inputs[k].slot;
    all &= graph::is_leaf(slot) || graph::is_constant(slot);
    all &= step.program.parameters[k].role != program::Role::index && step.inputs[k].part == 0;
    way.inputs.push_back({slot, graph::is_constant(slot), compiled.flat_layout.access[k] == program::AccessKind::single,
                          static_cast<std::uint8_t>(item_size(step.program.parameters[k].type))});
  }
  for (graph::Slot slot : step.outputs) {
    all &= s.output[slot];
    way.outputs.push_back({slot, false, false, static_cast<std::uint8_t>(item_size(s.lazy[slot]->dtype))});
  }
  way.root = step.root;
  way.reduces = step.program.form != program::Form::map;
  way.usable = all;
}

CompiledPlan& slow_find(const graph::Snapshot& snapshot) {
  Plans& all = plans();
  {
    std::lock_guard lock(all.mutex);
    auto found = all.all.find(snapshot.key);
    if (found != all.all.end()) return *found->second;
  }
  auto fresh = std::make_unique<CompiledPlan>();
  fresh->plan = graph::fuse(snapshot);
  for (const graph::Step& step : fresh->plan.steps) {
    fresh->steps.push_back(std::make_unique<CompiledStep>());
    prepare_step(*fresh->steps.back(), step, &snapshot);
  }
  find_short_way(*fresh, snapshot);
  std::lock_guard lock(all.mutex);
  auto [where, added] = all.all.try_emplace(snapshot.key, std::move(fresh));
  if (added) built.fetch_add(1, std::memory_order_relaxed);
  return *where->second;
}

// Executables of one process, by what they were compiled from.

using ExecutableKey = std::tuple<std::uint64_t, std::uint64_t, std::uint8_t, std::vector<std::uint8_t>>;

struct Executables {
  std::mutex mutex;
  std::map<ExecutableKey, std::unique_ptr<Executable>> all;
  std::set<std::tuple<std::uint64_t, std::uint64_t, std::uint8_t>> any;  // of which there is one, whatever the layout
};

Executables& executables() {
  static Executables* const instance = program::make_held<Executables>(program::LockRank::executables);
  return *instance;
}

ExecutableKey key_of(const CompiledStep& step, const Layout& layout, std::uint8_t device) {
  std::vector<std::uint8_t> shape;
  if (device != kCpu) {
    shape = {static_cast<std::uint8_t>(layout.rank), static_cast<std::uint8_t>(layout.kept), layout.wide};
    for (program::AccessKind kind : layout.access) shape.push_back(static_cast<std::uint8_t>(kind));
    if (layout.turned) {
      shape.push_back(layout.across);
      for (int byte = 0; byte < 8; ++byte) shape.push_back(static_cast<std::uint8_t>(layout.turned >> 8 * byte));
    }
  }
  return {step.hash.low, step.hash.high, device, std::move(shape)};
}

const Executable* known(const ExecutableKey& key) {
  Executables& all = executables();
  std::lock_guard lock(all.mutex);
  auto found = all.all.find(key);
  return found == all.all.end() ? nullptr : found->second.get();
}

/// Two threads may both remember it; either is found.
void remember(CompiledStep& step, const Layout& layout, std::uint8_t id, const Executable* executable) {
  auto* fresh = new KnownExecutable{id, layout, executable, step.known.load(std::memory_order_relaxed)};
  while (!step.known.compare_exchange_weak(fresh->next, fresh, std::memory_order_release, std::memory_order_relaxed)) {
  }
}

}  // namespace

CompiledPlan& find_plan(const graph::Snapshot& snapshot) {
  if (!recent) [[unlikely]] {
    if (program::ThreadExit::gone()) return slow_find(snapshot);
    program::ThreadExit::at_exit(&drop_recent);  // before there is anything to lose
    recent = new RecentPlans;
  }
  RecentPlans::Entry& entry = recent->entry[snapshot.key.low % RecentPlans::kEntries];
  if (entry.plan && entry.key == snapshot.key) [[likely]]
    return *entry.plan;
  CompiledPlan& plan = slow_find(snapshot);
  entry = {snapshot.key, &plan};
  return plan;
}

CompiledStep& combine_step(program::Form form, program::Opcode op, Dtype type) {
  struct Owned {
    graph::Step step;
    CompiledStep compiled;
  };
  struct Steps {
    std::mutex mutex;
    std::map<std::tuple<program::Form, program::Opcode, Dtype>, std::unique_ptr<Owned>> all;
  };
  static Steps* const steps = program::make_held<Steps>(program::LockRank::combining);
  std::lock_guard lock(steps->mutex);
  std::unique_ptr<Owned>& owned = steps->all[{form, op, type}];
  if (!owned) {
    auto fresh = std::make_unique<Owned>();
    program::Builder builder(form);
    std::uint16_t in = builder.parameter(program::Role::input, type);
    std::uint16_t out = builder.parameter(program::Role::output, type);
    program::Value v = builder.load(in);
    builder.emit(op, type, v, program::kNoValue, program::kNoValue, out);
    fresh->step.program = builder.take();
    fresh->step.operations = 1;
    prepare_step(fresh->compiled, fresh->step, nullptr);
    owned = std::move(fresh);
  }
  return owned->compiled;
}

bool compile_missing(std::vector<Wanted> wanted, std::uint8_t id) {
  std::vector<CompileRequest> requests;
  std::vector<ExecutableKey> keys;
  for (const Wanted& w : wanted) {
    ExecutableKey key = key_of(*w.step, w.layout, id);
    if (known(key) || std::find(keys.begin(), keys.end(), key) != keys.end()) continue;
    requests.push_back({&w.step->step->program, &w.layout});
    keys.push_back(std::move(key));
  }
  if (requests.empty()) return false;
  RegisteredDevice& where = device(id);
  CompiledUnit unit = compile_cached(*where.backend, requests, where.index);
  std::vector<std::unique_ptr<Executable>>& made = unit.executables;
  (unit.from_disk ? loaded : compiled).fetch_add(static_cast<std::int64_t>(made.size()), std::memory_order_relaxed);
  note_compiled(id, unit, made.size());
  Executables& all = executables();
  std::lock_guard lock(all.mutex);
  for (std::size_t k = 0; k < made.size(); ++k) {
    all.any.emplace(std::get<0>(keys[k]), std::get<1>(keys[k]), id);
    all.all.try_emplace(keys[k], std::move(made[k]));  // the first one stays
  }
  return unit.from_disk;
}

const Executable& find_executable(CompiledStep& step, const Layout& layout, std::uint8_t id, CompileCost* cost) {
  if (id == kCpu) {
    if (const Executable* e = step.cpu_executable.load(std::memory_order_acquire)) return *e;
  } else {
    for (const KnownExecutable* k = step.known.load(std::memory_order_acquire); k; k = k->next)
      if (k->device == id && k->layout == layout) return *k->executable;
  }
  ExecutableKey key = key_of(step, layout, id);
  const Executable* e = known(key);
  if (!e) {
    auto start = std::chrono::steady_clock::now();
    const bool from_disk = compile_missing({{&step, layout}}, id);
    if (cost) {
      cost->seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
      cost->from_disk = from_disk;
    }
    e = known(key);
  }
  if (id == kCpu) step.cpu_executable.store(e, std::memory_order_release);
  else remember(step, layout, id, e);
  return *e;
}

bool has_executable(const CompiledStep& step, std::uint8_t id) {
  Executables& all = executables();
  std::lock_guard lock(all.mutex);
  return all.any.contains({step.hash.low, step.hash.high, id});
}

std::int64_t plans_built() { return built.load(std::memory_order_relaxed); }
std::int64_t executables_compiled() { return compiled.load(std::memory_order_relaxed); }
std::int64_t executables_loaded() { return loaded.load(std::memory_order_relaxed); }

}  // namespace trireme::dispatch
