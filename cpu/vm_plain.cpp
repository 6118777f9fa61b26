// cpu/vm_plain.cpp -- maps of few elements over contiguous operands: what the VM does with least around the routines
// SPDX-License-Identifier: Apache-2.0
//
// Of a small evaluation the work on elements is a tenth, so what happens per register and per launch counts. Here
// registers are sorted by how their pointers are found when the program is compiled, and a launch is four short loops.
#include <algorithm>
#include <iterator>

#include "cpu/vm.hpp"
#include "cpu/vm_worker.hpp"
#include "program/float_environment.hpp"

namespace trireme::cpu {

namespace {

constexpr std::size_t kMostPlain = 64;

}  // namespace

void VmExecutable::list_plain() {
  if (form != program::Form::map || registers.size() > kMostPlain) return;
  for (const Register& r : registers)
    if (r.place == Place::splat || r.place == Place::index) return;
  const auto list = [&](auto wanted, auto bytes) {
    const std::size_t before = plain.size();
    for (std::size_t k = 0; k < registers.size(); ++k)
      if (wanted(registers[k])) plain.push_back({static_cast<std::uint16_t>(k), registers[k].index, static_cast<std::uint32_t>(bytes(registers[k]))});
    return static_cast<std::uint16_t>(plain.size() - before);
  };
  const auto nothing = [](const Register&) { return 0; };
  plain_scratch = list([](const Register& r) { return r.place == Place::scratch; }, [](const Register& r) { return r.index * kSlotBytes; });
  plain_buffers = list([](const Register& r) { return r.place == Place::input || r.place == Place::output; },
                       [](const Register& r) { return item_size(r.type); });
  plain_scalars = list([](const Register& r) { return r.place == Place::broadcast && !r.from_literal; }, nothing);
  list([](const Register& r) { return r.place == Place::broadcast && r.from_literal; }, nothing);
}

bool vm_run_plain(const VmExecutable& exe, std::int64_t n, const dispatch::FlatArgument* arguments) {
  char* pointer[kMostPlain];
  const PlainRegister* p = exe.plain.data();
  const PlainRegister* const all = p + exe.plain.size();
  std::unique_ptr<char[]> late;
  if (exe.plain_scratch > 0) {
    char* memory = worker_memory(static_cast<std::size_t>(exe.slots), late);
    for (const PlainRegister* end = p + exe.plain_scratch; p != end; ++p) pointer[p->reg] = memory + p->bytes;
  }
  const PlainRegister* const buffers = p;
  for (const PlainRegister* end = p + exe.plain_buffers; p != end; ++p) {
    if (arguments[p->parameter].single) return false;
    pointer[p->reg] = reinterpret_cast<char*>(arguments[p->parameter].address);
  }
  // Little-endian: the low bytes come first.
  for (const PlainRegister* end = p + exe.plain_scalars; p != end; ++p)
    pointer[p->reg] = const_cast<char*>(reinterpret_cast<const char*>(&arguments[p->parameter].scalar));
  for (; p != all; ++p) pointer[p->reg] = const_cast<char*>(reinterpret_cast<const char*>(&exe.registers[p->reg].literal));

  program::FloatEnvironment environment;
  const Routine* const routine = current_level().routines.routine;
  const VmStep* const steps = exe.steps.data();
  const VmStep* const end = steps + exe.steps.size();
  for (std::int64_t left = n;;) {
    const auto tile = static_cast<std::size_t>(std::min<std::int64_t>(left, kTile));
    for (const VmStep* s = steps; s != end; ++s) routine[s->routine](pointer[s->out], pointer[s->a], pointer[s->b], pointer[s->c], tile);
    left -= static_cast<std::int64_t>(tile);
    if (left == 0) return true;
    for (const PlainRegister* b = buffers; b != buffers + exe.plain_buffers; ++b) pointer[b->reg] += kTile * b->bytes;
  }
}

}  // namespace trireme::cpu
