// hull/dispatch/evaluate.cpp -- who may compute a graph, and how its values become visible to other threads
// SPDX-License-Identifier: Apache-2.0
//
// A graph that this thread owns alone is computed without a lock. Any other is claimed: under one mutex either every
// lazy node of it becomes ours or, if another thread has claimed one, we wait holding nothing. Values are published
// under the same mutex, because publishing lets inputs go that another thread's walk might be reading.
#include "dispatch/evaluate.hpp"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <new>
#include <string>

#include "dispatch/bind.hpp"
#include "dispatch/choose.hpp"
#include "dispatch/run.hpp"
#include "graph/snapshot.hpp"
#include "program/fork.hpp"
#include "program/out_of_memory.hpp"
#include "trireme/error.hpp"

namespace trireme::dispatch {

namespace {

using graph::Kind;
using graph::Node;
using graph::Slot;
using graph::Snapshot;
using graph::State;

struct Claims {
  std::mutex mutex;
  std::condition_variable released;
};

Claims& claims() {
  static Claims* const instance = program::make_held<Claims>(program::LockRank::claims);
  return *instance;
}

/// Inputs to let go once no lock is held.
struct Dropped {
  int count = 0;
  Node* node[3 * graph::kMaxOperations];
};

/// What a node becomes, whose inputs somebody else has taken over.
void become_ready(Node* node, Storage* storage) {
  node->storage = storage;
  node->offset = 0;
  graph::set_contiguous_strides(node->shape, node->strides);
  node->contiguous = true;
  node->inputs = 0;
  node->state.store(State::ready, std::memory_order_release);
}

void publish(Node* node, Storage* storage, Dropped& dropped) {
  for (int k = 0; k < node->inputs; ++k) dropped.node[dropped.count++] = node->input[k];
  become_ready(node, storage);
}

/// The root of a graph that this thread owns, where nothing else has a value of its own. The rest of the graph goes.
void publish_owned(Node* root, Storage* storage) {
  Node* const input[3] = {root->input[0], root->input[1], root->input[2]};
  const int inputs = root->inputs;
  become_ready(root, storage);
  for (int k = 0; k < inputs; ++k) graph::release(input[k]);
}

/// Where a root's value goes instead of a block of its own, and who behind it stays lazy.
struct Target {
  const Region* region = nullptr;
  const Node* unkept = nullptr;
};

/// With a region the root has no value of its own.
void publish_outputs(const Snapshot& s, const Target& target, Results& results, Dropped& dropped) {
  for (int k = target.region ? 1 : 0; k < s.lazies; ++k)
    if (s.output[k]) publish(s.lazy[k], results.take(static_cast<Slot>(k)), dropped);
}

void let_go(const Dropped& dropped) {
  for (int k = 0; k < dropped.count; ++k) graph::release(dropped.node[k]);
}

std::string describe(const Node* root) {
  if (root->kind == Kind::view) return "view";
  if (root->kind == Kind::reshape) return "reshape";
  if (root->kind == Kind::cast) return "astype";
  return program::info(root->op).name;
}

[[noreturn]] void rethrow_named(const Node* root, const error& e) {
  std::string message;
  try {
    message = "eval of " + describe(root) + " of shape " + root->shape.text() + ": " + e.what();
  } catch (const std::bad_alloc&) {
  } catch (const error&) {  // the shape's text found no memory
  }
  if (message.empty()) throw e;
  throw error(e.code(), message);
}

void set_states(const Snapshot& s, State state) {
  for (int k = 0; k < s.lazies; ++k) s.lazy[k]->state.store(state, std::memory_order_release);
}

void evaluate_shared(Node* root, const Target& target) {
  Claims& all = claims();
  Snapshot s;
  {
    std::unique_lock lock(all.mutex);
    for (;;) {
      State state = root->state.load(std::memory_order_acquire);
      if (state == State::ready) return;
      if (state == State::lazy && graph::snapshot_shared(root, s, target.unkept)) break;
      all.released.wait(lock);
    }
    set_states(s, State::claimed);
  }
  Dropped dropped;
  try {
    Results results;
    run(s, target.region, results);
    std::lock_guard lock(all.mutex);
    publish_outputs(s, target, results, dropped);
    if (target.unkept)  // with what only it needs
      for (int k = 1; k < s.lazies; ++k)
        if (!s.output[k]) s.lazy[k]->state.store(State::lazy, std::memory_order_release);
  } catch (...) {
    {
      std::lock_guard lock(all.mutex);
      set_states(s, State::lazy);
    }
    all.released.notify_all();
    throw;
  }
  all.released.notify_all();
  let_go(dropped);
}

void evaluate_any(Node* root, bool sole_handle, const Target& target) {
  try {
    Snapshot s;
    if (sole_handle && graph::snapshot_owned(root, s)) {
      Results results;
      run(s, target.region, results);
      if (!target.region) publish_owned(root, results.take(0));
      return;
    }
    evaluate_shared(root, target);
  } catch (const error& e) {
    rethrow_named(root, e);
  } catch (const std::bad_alloc&) {
    try {
      program::throw_out_of_memory("plan");
    } catch (const error& e) {
      rethrow_named(root, e);
    }
  }
}

}  // namespace

void evaluate(Node* root, bool sole_handle) {
  if (!root->is_ready()) evaluate_any(root, sole_handle, {});
}

void evaluate_into(Node* root, const Region& region, const Node* unkept) {
  evaluate_any(root, true, {&region, unkept});
}

std::uint8_t place_of(std::span<const array> inputs) {
  std::int64_t bytes[256] = {};  // by device
  std::vector<const graph::Storage*> seen;
  const auto count = [&](const Node& ready) {
    if (!ready.storage || std::find(seen.begin(), seen.end(), ready.storage) != seen.end()) return;
    seen.push_back(ready.storage);
    bytes[ready.storage->device] += static_cast<std::int64_t>(ready.storage->bytes);
  };
  std::lock_guard lock(claims().mutex);
  for (const array& a : inputs) {
    Node* n = a.node();
    if (!n) continue;
    const State state = n->state.load(std::memory_order_acquire);
    if (state == State::ready) {
      count(*n);
    } else if (n->device != 0) {  // its value will be there
      bytes[n->device] += n->shape.size() * static_cast<std::int64_t>(item_size(n->dtype));
    } else if (Snapshot s; state == State::lazy && graph::snapshot_shared(n, s)) {
      for (int k = 0; k < s.leaves; ++k) count(*s.leaf[k]);
    }  // else another thread is computing it, and where is not known yet
  }
  return static_cast<std::uint8_t>(std::max_element(bytes + kCpu, bytes + 256) - bytes);  // the first one of equals
}

void prepare(std::span<const array> roots) {
  std::vector<std::pair<std::uint8_t, std::vector<Wanted>>> by_device;
  for (const array& a : roots) {
    if (!a.node() || a.node()->is_ready()) continue;
    Snapshot s;
    CompiledPlan* plan;
    std::uint8_t device;
    std::vector<Wanted> wanted;
    {
      std::lock_guard lock(claims().mutex);
      // Another thread may be computing it already, or may have done so before we had the mutex.
      if (a.node()->state.load(std::memory_order_acquire) != State::lazy || !graph::snapshot_shared(a.node(), s)) continue;
      plan = &find_plan(s);
      device = choose(s, *plan, nullptr);
      for (auto& step : plan->steps) {
        Binding binding;
        bind(*step->step, s, nullptr, binding);
        wanted.push_back({step.get(), step->step->flat ? step->flat_layout : binding.layout});
        program::Form form = step->step->program.form;
        if (form == program::Form::map) continue;
        const Node* root = s.node(step->step->root);
        std::int64_t kept = binding.domain.kept_size();
        for (std::int64_t m = chunk_count(form, binding.domain); m > 1; m = chunk_count(form, binding.domain)) {
          bind_partials(form, kept, m, binding);
          wanted.push_back({&combine_step(form, root->op, root->dtype), binding.layout});
        }
      }
    }
    auto group = std::find_if(by_device.begin(), by_device.end(), [&](auto& g) { return g.first == device; });
    if (group == by_device.end()) group = by_device.insert(by_device.end(), {device, {}});
    group->second.insert(group->second.end(), wanted.begin(), wanted.end());
  }
  for (auto& [device, wanted] : by_device) compile_missing(std::move(wanted), device);
}

}  // namespace trireme::dispatch
