// hull/dispatch/source_writer_plan.cpp -- the strategy of a kernel, by what its program holds and how operands lie
// SPDX-License-Identifier: Apache-2.0
#include "dispatch/source_writer_plan.hpp"

#include <algorithm>
#include <array>
#include <bit>

#include "dispatch/source_writer_geometry.hpp"
#include "dispatch/source_writer_spelling.hpp"
#include "program/opcode.hpp"
#include "program/trace.hpp"

namespace trireme::dispatch {

namespace {

using program::Group;
using program::Instruction;
using program::Opcode;
using program::Program;

// Instructions beyond which a loop body is not repeated: compiling would take long, and memory is not what it waits for.
constexpr int kMostUnrolled = 1024;
constexpr int kMostInWarp = 64;  // of one element of a reduction that is repeated 16 times and more
// Bytes of operands that a work-item holds in registers, of the 255 * 4 that it could have at the price of few warps.
constexpr int kTileBytes = 192;
constexpr int kTileGroup = 128;
constexpr int kRowBytes = 128;
// Of operands that lie turned: what a group has of shared memory, less than the 32 KiB that every device has and little
// enough for six groups on a multiprocessor; what a work-item has on its stack; and of each, what its rows take of a line.
constexpr int kSharedBytes = 30 << 10;
constexpr int kStackBytes = 64 << 10;
constexpr int kBandBytes = 64;

constexpr Dtype kTraced[] = {Dtype::f32, Dtype::i32, Dtype::u32, Dtype::boolean};

int size_of_row(Opcode row) {
  for (const Dtype type : kTraced)
    if (program::takes(row, type)) return static_cast<int>(program::expand(row, type).body.size());
  return 1;
}

// Of one position, in instructions; traced once, as this is asked at every launch.
int cost(const Program& program) {
  static const auto rows = [] {
    std::array<std::int16_t, program::kTableOps> sizes{};
    for (int k = 0; k < program::kTableOps; ++k) {
      const auto row = static_cast<Opcode>(k);
      sizes[static_cast<std::size_t>(k)] = static_cast<std::int16_t>(is_spelled(row) ? 1 : std::min(size_of_row(row), 9999));
    }
    return sizes;
  }();
  int sum = 0;
  for (const Instruction& i : program.body) {
    if (program::is_table_op(i.op)) sum += rows[static_cast<std::size_t>(i.op)];
    else sum += i.op == Opcode::cast ? 4 : 1;
  }
  return sum;
}

// Places that are known only while the program runs, or loops, which have no place in repeated text.
bool is_plain(const Program& program) {
  for (const Instruction& i : program.body) {
    const Group group = program::info(i.op).group;
    if (group == Group::control || group == Group::local || i.op == Opcode::load_at || i.op == Opcode::store_at ||
        i.op == Opcode::position)
      return false;
  }
  return true;
}

KernelPlan plan_map(const Program& program, const program::Layout& layout, const Target& target) {
  KernelPlan plan;
  plan.group_size = target.group_size;
  const int each = cost(program);
  if (program.form != program::Form::map || !is_plain(program)) return plan;
  int least = 16, most = 1, total = 0;
  for (const program::Parameter& p : program.parameters) {
    if (p.role == program::Role::scalar) continue;
    const int size = static_cast<int>(item_size(p.type));
    total += size;
    if (p.role == program::Role::index) continue;
    least = std::min(least, size);
    most = std::max(most, size);
  }
  const int vector = std::max(16 / most, least < 4 ? 4 / least : 1);
  if (each * vector > kMostUnrolled || total * vector > 2 * kTileBytes) return plan;
  plan.strategy = Strategy::tiles;
  plan.group_size = std::min(target.group_size, kTileGroup);
  plan.vector = vector;
  plan.unroll = uses_coordinates(program, layout) ? 2 : 4;
  while (plan.unroll > 1 && (total * vector * plan.unroll > kTileBytes || each * vector * plan.unroll > kMostUnrolled))
    plan.unroll /= 2;
  return plan;
}

// Of the operands that lie turned as many as `bytes` hold at `each` elements; 0 where that is not worth a strategy.
std::uint64_t stage(const Program& program, const program::Layout& layout, int each, int bytes) {
  std::uint64_t staged = 0;
  if (program.form != program::Form::map) return staged;
  for (std::size_t p = 0; p < std::min<std::size_t>(program.parameters.size(), 64); ++p) {
    if (!(layout.turned >> p & 1)) continue;
    bytes -= each * static_cast<int>(item_size(component(program.parameters[p].type)));
    if (bytes < 0) break;
    staged |= std::uint64_t{1} << p;
  }
  return staged;
}

bool plan_squares(const Program& program, const program::Layout& layout, const Target& target, KernelPlan& plan) {
  const std::uint64_t staged = stage(program, layout, kSide * (kSide + 1), kSharedBytes);
  if (staged == 0) return false;
  plan.strategy = Strategy::squares;
  plan.group_size = target.group_size;
  plan.staged = staged;
  plan.rows = plan.group_size / kSide;
  // Otherwise the positions of a work-item are a loop.
  plan.unroll = is_plain(program) && cost(program) * kSide / plan.rows <= kMostUnrolled ? kSide / plan.rows : 1;
  return true;
}

// Rows of one cache line of the largest staged operand. Where an operand wraps, segments have to end.
bool plan_bands(const Program& program, const program::Layout& layout, KernelPlan& plan) {
  for (const program::AccessKind kind : layout.access)
    if (kind == program::AccessKind::wrapped) return false;
  std::size_t most = 1;
  for (std::size_t p = 0; p < program.parameters.size(); ++p)
    if (p < 64 && (layout.turned >> p & 1)) most = std::max(most, item_size(component(program.parameters[p].type)));
  plan.rows = kBandBytes / static_cast<int>(most);
  plan.staged = stage(program, layout, plan.rows * kBand, kStackBytes);
  if (plan.staged == 0) return false;
  plan.strategy = Strategy::bands;
  return true;
}

KernelPlan plan_inner(const Program& program, const program::Layout& layout, const Language& language, const Target& target) {
  KernelPlan plan;
  plan.strategy = Strategy::tree;
  plan.group_size = target.group_size;
  if (language.shuffle_down.empty() || cost(program) > kMostInWarp || !is_plain(program)) return plan;
  plan.strategy = Strategy::warps;
  plan.group_size = std::min(target.group_size, kTileGroup);
  int bytes = 0;
  for (std::size_t p = 0; p < program.parameters.size(); ++p)
    if (program.parameters[p].role == program::Role::input && layout.access[p] != program::AccessKind::single)
      bytes += 16 * static_cast<int>(item_size(component(program.parameters[p].type)));
  if (uses_coordinates(program, layout)) return plan;
  plan.unroll = std::clamp(kRowBytes / std::max(bytes, 1), 1, 4);
  plan.unroll = static_cast<int>(std::bit_floor(static_cast<unsigned>(plan.unroll)));
  while (plan.unroll > 1 && 16 * plan.unroll * cost(program) > kMostUnrolled) plan.unroll /= 2;
  return plan;
}

}  // namespace

Target fit_target(std::size_t most, bool is_cpu) {
  Target target;
  target.is_cpu = is_cpu;
  while (target.group_size > kLeastGroupSize && static_cast<std::size_t>(target.group_size) > most) target.group_size /= 2;
  return target;
}

KernelPlan plan_kernel(const Program& program, const program::Layout& layout, const Language& language, const Target& target) {
  KernelPlan plan;
  switch (program.form) {
    case program::Form::map:
    case program::Form::kernel:
      if (!target.is_cpu) return plan_squares(program, layout, target, plan) ? plan : plan_map(program, layout, target);
      if (plan_bands(program, layout, plan)) return plan;
      plan.strategy = Strategy::strips;
      return plan;
    case program::Form::reduce_inner:
      if (!target.is_cpu) return plan_inner(program, layout, language, target);
      plan.strategy = Strategy::chunks;
      return plan;
    case program::Form::reduce_outer:
      plan.strategy = target.is_cpu ? Strategy::blocks : Strategy::columns;
      if (!target.is_cpu) {
        plan.group_size = target.group_size;
        plan.unroll = cost(program) > kMostInWarp ? 1 : 4;
      }
      return plan;
  }
  return plan;
}

}  // namespace trireme::dispatch
