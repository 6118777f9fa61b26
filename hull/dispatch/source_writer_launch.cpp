// hull/dispatch/source_writer_launch.cpp -- the arguments, geometry and group count of one launch
// SPDX-License-Identifier: Apache-2.0
#include "dispatch/source_writer.hpp"

#include <algorithm>
#include <bit>
#include <limits>

#include "dispatch/source_writer_division.hpp"
#include "dispatch/source_writer_geometry.hpp"
#include "dispatch/source_writer_plan.hpp"
#include "program/reduction_order.hpp"

namespace trireme::dispatch {

namespace {

using program::Access;
using program::Form;
using program::Role;

std::int64_t divide_up(std::int64_t a, std::int64_t b) { return a / b + (a % b != 0); }

// Kept positions that share the lanes of one chunk. Lanes at and beyond the run's length hold nothing but the identity,
// so the tree may start below them, and short runs leave room for others.
std::int64_t slots_of(const KernelPlan& plan, std::int64_t run) {
  if (plan.strategy == Strategy::chunks) return std::max<std::int64_t>(program::kInnerOrder.chunk / std::max<std::int64_t>(run, 8), 1);
  const auto lanes = std::min<std::uint64_t>(std::bit_ceil(static_cast<std::uint64_t>(std::max<std::int64_t>(run, 1))),
                                             static_cast<std::uint64_t>(program::kInnerOrder.lanes));
  return program::kInnerOrder.lanes / static_cast<std::int64_t>(lanes);
}

std::uint64_t groups_of(const KernelPlan& plan, const Launch& launch, std::int64_t size, std::int64_t chunks, std::int64_t slots) {
  // Parts of two axes, for every position of the others.
  const auto parts = [&](int across, int along) {
    const std::int64_t down = launch.domain->extent[launch.layout->across], right = launch.domain->extent[launch.domain->rank - 1];
    if (size == 0) return std::uint64_t{0};
    return static_cast<std::uint64_t>(size / (down * right) * divide_up(down, across) * divide_up(right, along));
  };
  const auto times = [&](std::int64_t parts) { return static_cast<std::uint64_t>(parts) * static_cast<std::uint64_t>(chunks); };
  switch (plan.strategy) {
    case Strategy::elements:
    case Strategy::tiles:
      return static_cast<std::uint64_t>(divide_up(size, plan.positions()));
    case Strategy::squares:
      return parts(kSide, kSide);
    case Strategy::bands:
      return parts(plan.rows, kBand);
    case Strategy::strips:
      return static_cast<std::uint64_t>(divide_up(size, kStrip));
    case Strategy::tree:
    case Strategy::chunks:
      return times(divide_up(size, slots));
    case Strategy::warps: {
      const auto warps = static_cast<std::uint64_t>(plan.group_size / kWarp);
      return (times(divide_up(size, slots)) + warps - 1) / warps;
    }
    case Strategy::columns:
      return times(divide_up(size, kColumns));
    case Strategy::blocks:
      return times(divide_up(size, kBlock));
  }
  return 0;
}

// Whether positions in a row, `vector` of them and none across the last axis's end, are a vector of every operand that
// begins at a multiple of the vector behind the operand's offset, or one element of it.
bool has_rows(const program::Program& program, const Launch& launch, int vector) {
  const program::Domain& domain = *launch.domain;
  const int last = domain.rank - 1;
  if (last < 0 || domain.extent[last] % vector != 0) return false;
  for (std::size_t p = 0; p < program.parameters.size(); ++p) {
    const Role role = program.parameters[p].role;
    const Access* access = launch.arguments[p].access;
    if (role == Role::scalar || !access || !is_indexed(launch.layout->access[p])) continue;
    if (access->wrapped && access->modulus[last]) return false;
    if (role == Role::index) continue;
    if (access->stride[last] == 0 && role == Role::input) continue;
    if (access->stride[last] != 1) return false;
    for (int axis = 0; axis < last; ++axis)
      if (access->stride[axis] % vector != 0) return false;
  }
  return true;
}

}  // namespace

void prepare_launch(const program::Program& program, const Launch& launch, const Language& language, const Target& target,
                    KernelLaunch& out) {
  out.arguments.clear();
  out.geometry.clear();
  const program::Domain& domain = *launch.domain;
  for (std::size_t p = 0; p < program.parameters.size(); ++p) {
    const Argument& argument = launch.arguments[p];
    if (program.parameters[p].role == Role::index) continue;
    if (program.parameters[p].role == Role::scalar) {
      // A bool travels as an i32: languages disagree about bool parameters.
      const Dtype type = program.parameters[p].type;
      out.arguments.push_back(
          {false, argument.scalar, type == Dtype::boolean ? sizeof(std::int32_t) : item_size(type)});
    } else {
      out.arguments.push_back({true, argument.memory.handle, sizeof(std::uint64_t)});
    }
  }

  const KernelPlan plan = plan_kernel(program, *launch.layout, language, target);
  const bool reduces = is_reduction(program.form);
  const std::int64_t size = reduces ? domain.kept_size() : domain.size();
  const std::int64_t run = reduces ? domain.run_size() : 1;
  const std::int64_t chunks =
      reduces ? program::chunks(program.form == Form::reduce_outer ? program::kOuterOrder : program::kInnerOrder, run) : 1;
  const std::int64_t slots = slots_of(plan, run);
  out.group_size = plan.group_size;
  out.groups = groups_of(plan, launch, size, chunks, slots);

  const auto division = [&](int axis) {
    // An empty domain divides nothing.
    return division_by(static_cast<std::uint64_t>(std::max<std::int64_t>(domain.extent[axis], 1)), launch.layout->wide ? 64 : 32);
  };
  each_geometry_word(program, *launch.layout, [&](Word word, int p, int axis) {
    const Access* access = launch.arguments[p].access;
    std::int64_t value = 0;
    switch (word) {
      case Word::size:
        value = size;
        break;
      case Word::run:
        value = run;
        break;
      case Word::chunks:
        value = chunks;
        break;
      case Word::slots:
        value = slots;
        break;
      case Word::rows:
        value = has_rows(program, launch, reduces ? 4 : plan.vector);
        break;
      case Word::extent:
        value = domain.extent[axis];
        break;
      case Word::magic:
        value = static_cast<std::int64_t>(division(axis).magic);
        break;
      case Word::shift:
        value = division(axis).shift;
        break;
      case Word::offset:
        value = access ? access->offset : 0;
        break;
      case Word::stride:
        value = access ? access->stride[axis] : 0;
        break;
      case Word::start:
        value = access && access->modulus[axis] ? access->start[axis] : 0;
        break;
      case Word::modulus:
        // An axis that does not wrap wraps at a place that no coordinate reaches, in 32 bits too.
        value = access && access->modulus[axis] ? access->modulus[axis] : std::numeric_limits<std::int64_t>::max();
        break;
    }
    out.geometry.push_back(value);
  });
}

}  // namespace trireme::dispatch
