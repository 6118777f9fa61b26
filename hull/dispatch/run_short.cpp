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
  if (Explain::current() || profiling()) [[unlikely]] return false;
  const ShortWay& way = plan.short_way;
  CompiledStep& compiled = *plan.steps[0];
  const Node* root = s.lazy[way.root];
  const std::int64_t n = (way.reduces ? root->input[0] : root)->shape.size();
  std::uint8_t device = s.lazy[0]->device;
  if (!device) device = device_from_environment();
  // So few positions that their traffic is not worth asking for, whatever the number of operands.
  constexpr std::int64_t kFew = kWorthAsking / (8 * kMaxParameters);
  if (!device && n > kFew) device = choose(s, plan, nullptr);
  if (device && device != kCpu) return false;
  FlatArgument arguments[kMaxParameters];
  FlatArgument* next = arguments;
  for (const ShortOperand& input : way.inputs) {
    FlatArgument& argument = *next++;
    argument.single = input.single;
    if (input.constant) {
      argument.scalar = s.constant[input.slot & 0x3f]->bits;
      continue;
    }
    const Node* leaf = s.leaf[input.slot & 0x3f];
    if (!leaf->storage || leaf->storage->device != kCpu) [[unlikely]] return false;
    argument.address = leaf->storage->memory.handle + static_cast<std::uintptr_t>(leaf->offset * input.item);
  }
  const Executable* executable = compiled.cpu_executable.load(std::memory_order_acquire);
  if (!executable) [[unlikely]] executable = &find_executable(compiled, compiled.flat_layout, kCpu, nullptr);
  static Backend* const cpu = cpu_device().backend;
  if (way.reduces) {
    Held made{allocate(kCpu, item_size(root->dtype))};
    *next++ = {made.storage->memory.handle, 0, false};
    if (!cpu->reduce_flat(*executable, n, {arguments, next})) return false;
    results.set(way.root, std::exchange(made.storage, nullptr));
    count_program();
    return true;
  }
  for (const ShortOperand& output : way.outputs) {
    Storage* storage = allocate(kCpu, bytes_of(n, output.item));
    results.set(output.slot, storage);
    *next++ = {storage->memory.handle, 0, false};
  }
  count_program();
  cpu->launch_flat(*executable, n, {arguments, next});
  return true;
}

}  // namespace trireme::dispatch
