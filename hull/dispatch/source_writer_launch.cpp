// hull/dispatch/source_writer_launch.cpp -- the arguments, geometry and group count of one launch
// SPDX-License-Identifier: Apache-2.0
#include "dispatch/source_writer.hpp"

#include <algorithm>
#include <bit>
#include <limits>

#include "dispatch/source_writer_geometry.hpp"
#include "program/reduction_order.hpp"

namespace trireme::dispatch {

namespace {

using program::Form;
using program::Role;

std::int64_t divide_up(std::int64_t a, std::int64_t b) { return a / b + (a % b != 0); }

// Kept positions that one group of kGroupSize work-items reduces. Short runs share a group: lanes at and beyond the
// run's length hold nothing but the identity, so the tree may start below them.
std::int64_t slots_per_group(Form form, std::int64_t run) {
  if (form == Form::reduce_outer) return kGroupSize / program::kOuterOrder.lanes;
  const auto lanes = std::min<std::uint64_t>(std::bit_ceil(static_cast<std::uint64_t>(std::max<std::int64_t>(run, 1))),
                                             static_cast<std::uint64_t>(program::kInnerOrder.lanes));
  return program::kInnerOrder.lanes / static_cast<std::int64_t>(lanes);
}

}  // namespace

void prepare_launch(const program::Program& program, const Launch& launch, KernelLaunch& out) {
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

  const bool reduces = is_reduction(program.form);
  const std::int64_t size = reduces ? domain.kept_size() : domain.size();
  const std::int64_t run = reduces ? domain.run_size() : 1;
  const std::int64_t chunks =
      program::chunks(program.form == Form::reduce_outer ? program::kOuterOrder : program::kInnerOrder, run);
  const std::int64_t slots = reduces ? slots_per_group(program.form, run) : kGroupSize;
  out.groups = static_cast<std::uint64_t>(divide_up(size, slots)) * static_cast<std::uint64_t>(reduces ? chunks : 1);

  each_geometry_word(program, *launch.layout, [&](Word word, int p, int axis) {
    const program::Access* access = launch.arguments[p].access;
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
      case Word::extent:
        value = domain.extent[axis];
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
