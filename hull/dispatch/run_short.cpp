// hull/dispatch/run_short.cpp -- small work: most of its time is what happens around the launch
// SPDX-License-Identifier: Apache-2.0
#include "dispatch/run_short.hpp"

#include <utility>

#include "dispatch/choose.hpp"
#include "dispatch/profile.hpp"
#include "dispatch/registry.hpp"
#include "dispatch/tally.hpp"
#include "dispatch/value_block.hpp"
#include "trireme/explain.hpp"

namespace trireme::dispatch {

using graph::Node;
using graph::Slot;

bool run_short(CompiledPlan& plan, const graph::Snapshot& s, Results& results) {
  if (Explain::current() || profiling()) return false;
  CompiledStep& compiled = *plan.steps[0];
  const graph::Step& step = *compiled.step;
  const Node* root = s.lazy[step.root];
  const bool reduces = step.program.form != program::Form::map;
  const std::int64_t n = (reduces ? root->input[0] : root)->shape.size();
  std::uint8_t device = s.lazy[0]->device;
  if (!device) device = device_from_environment();
  // So few positions that their traffic is not worth asking for, whatever the number of operands.
  constexpr std::int64_t kFew = kWorthAsking / (8 * kMaxParameters);
  if (!device && n > kFew) device = choose(s, plan, nullptr);
  if (device && device != kCpu) return false;
  FlatArgument arguments[kMaxParameters];
  std::size_t count = 0;
  for (const ShortInput& input : plan.short_inputs) {
    const Node* leaf = s.node(input.slot);
    FlatArgument& argument = arguments[count++];
    argument.single = input.single;
    if (graph::is_constant(input.slot)) {
      argument.scalar = leaf->bits;
      continue;
    }
    if (!leaf->storage || leaf->storage->device != kCpu) return false;
    argument.address = leaf->storage->memory.handle + static_cast<std::uintptr_t>(leaf->offset * input.item);
  }
  const Executable* executable = compiled.cpu_executable.load(std::memory_order_acquire);
  if (!executable) [[unlikely]] executable = &find_executable(compiled, compiled.flat_layout, kCpu, nullptr);
  if (reduces) {
    Held made{allocate(kCpu, item_size(root->dtype))};
    arguments[count++] = {made.storage->memory.handle, 0, false};
    if (!cpu_device().backend->reduce_flat(*executable, n, {arguments, count})) return false;
    results.set(step.root, std::exchange(made.storage, nullptr));
    count_program();
    return true;
  }
  for (Slot slot : step.outputs) {
    Storage* storage = allocate(kCpu, bytes_of(n, item_size(s.lazy[slot]->dtype)));
    results.set(slot, storage);
    arguments[count++] = {storage->memory.handle, 0, false};
  }
  count_program();
  cpu_device().backend->launch_flat(*executable, n, {arguments, count});
  return true;
}

}  // namespace trireme::dispatch
