// tests/generated_source/turned_test.cpp -- maps whose operands lie along another axis: what is staged, and the bits
// SPDX-License-Identifier: Apache-2.0
#include "cuda/language.hpp"
#include "dispatch/source_writer_plan.hpp"
#include "opencl_text.hpp"
#include "turned.hpp"

namespace trireme::test {

namespace {

using dispatch::Strategy;
using program::Builder;
using program::Opcode;
using program::Role;
using program::Value;

dispatch::KernelPlan plan_of(const Work& work, const dispatch::Target& target) {
  return dispatch::plan_kernel(work.program, work.layout, cuda::language(), target);
}

/// The sum of `count` inputs.
program::Program sum_program(int count, Dtype type) {
  Builder b;
  for (int k = 0; k < count; ++k) b.parameter(Role::input, type);
  const auto out = b.parameter(Role::output, type);
  Value sum = b.load(0);
  for (int k = 1; k < count; ++k) sum = b.emit(Opcode::add, type, sum, b.load(static_cast<std::uint16_t>(k)));
  b.store(out, sum);
  return b.take();
}

const std::vector<std::vector<std::int64_t>> kExtents = {{16, 16},    {33, 300},      {64, 64},       {100, 31},
                                                         {3, 40, 50}, {35, 2, 3, 37}, {2, 2, 17, 260}};

}  // namespace

TEST(Turned, operands_across_both_long_axes_are_staged) {
  const auto staged = [](std::vector<std::int64_t> extents) {
    const Work work = turned(row_program(Opcode::subtract, f32), std::move(extents));
    const dispatch::KernelPlan gpu = plan_of(work, kTargets[1]), cpu = plan_of(work, kTargets[0]);
    EXPECT_EQ(gpu.staged, cpu.staged);
    EXPECT_EQ(gpu.strategy == Strategy::squares, gpu.staged != 0);
    EXPECT_EQ(cpu.strategy == Strategy::bands, cpu.staged != 0);
    return gpu.staged;
  };
  EXPECT_EQ(staged({16, 16}), 1u);  // of the two inputs the first one is turned
  EXPECT_EQ(staged({16, 5, 16}), 1u);
  EXPECT_EQ(staged({15, 16}), 0u);
  EXPECT_EQ(staged({16, 15}), 0u);
}

TEST(Turned, operands_are_staged_up_to_a_limit) {
  Work work = turned(sum_program(10, f64), {40, 40});
  for (std::size_t p = 1; p < 10; ++p) work.accesses[p] = work.accesses[0];
  for (std::size_t p = 1; p < 10; ++p) work.layout.access[p] = work.layout.access[0];
  mark(work);
  EXPECT_EQ(plan_of(work, kTargets[1]).staged, 0b111u);
  EXPECT_EQ(plan_of(work, kTargets[0]).staged, 0b1111u);
}

TEST(Turned, layouts_that_differ_in_it_have_names_that_differ) {
  const Work work = turned(row_program(Opcode::subtract, f32), {40, 40});
  Work direct = work;
  direct.layout.turned = direct.layout.across = 0;
  EXPECT_NE(dispatch::entry_name({&work.program, &work.layout}), dispatch::entry_name({&direct.program, &direct.layout}));
}

TEST_F(OpenclText, turned_operands_of_every_size_give_reference_bits) {
  std::vector<Work> works;
  for (const Dtype type : kStorageDtypes) works.push_back(turned(cast_program(type, program::work_type(type)), {35, 300}));
  for (const Dtype type : {boolean, i32, u32, i64, u64, f32, f64}) {
    const Opcode row = type == boolean ? Opcode::logical_xor : Opcode::add;
    works.push_back(turned(row_program(row, type), {67, 300}));
  }
  works.push_back(turned(pair_program(), {40, 50}));
  works.push_back(turned(cast_program(f32, f16), {40, 50}));
  expect_reference(std::move(works));
}

TEST_F(OpenclText, turned_operands_of_every_shape_give_reference_bits) {
  std::vector<Work> works;
  for (const auto& extents : kExtents) {
    works.push_back(turned(row_program(Opcode::subtract, f32), extents));
    EXPECT_EQ(works.back().layout.turned, 1u);
    works.push_back(spread_outputs(works.back()));
    works.push_back(turned(row_program(Opcode::subtract, f32), extents));
    works.back().layout.wide = true;
    // Reversed axes with gaps, the last one backwards: both inputs.
    for (const Arrangement a : {Arrangement::strided, Arrangement::wrapped}) {
      works.push_back(arrange(row_program(Opcode::subtract, f32), a, extents, 0));
      mark(works.back());
    }
  }
  expect_reference(std::move(works));
}

TEST_F(OpenclText, turned_operands_beside_others_give_reference_bits) {
  // Turned, contiguous, single, repeated along either axis, and with a place.
  Builder b;
  for (int k = 0; k < 5; ++k) b.parameter(Role::input, i64);
  const auto index = b.parameter(Role::index, i64), out = b.parameter(Role::output, i64);
  Value sum = b.load(index);
  for (std::uint16_t k = 0; k < 5; ++k)
    sum = b.emit(Opcode::add, i64, b.emit(Opcode::multiply, i64, sum, b.load(k)), b.load(k));
  const Value column = b.emit(Opcode::position, i64, program::kNoValue, program::kNoValue, program::kNoValue, 0, 1);
  b.store(out, b.emit(Opcode::bit_xor, i64, sum, column));
  Work work = turned(b.take(), {45, 70});
  work.layout.access[2] = program::AccessKind::single;
  for (const std::size_t p : {3u, 4u, 5u}) work.layout.access[p] = program::AccessKind::strided;
  work.accesses[3].stride[0] = 1;
  work.accesses[4].stride[1] = 1;
  work.accesses[5].offset = 500;  // a place is not below 0
  work.accesses[5].stride[0] = -3, work.accesses[5].stride[1] = 1000;
  mark(work);
  EXPECT_EQ(work.layout.turned, 1u);
  Work many = turned(sum_program(12, i64), {40, 40});
  for (std::size_t p = 1; p < 12; p += 2) {
    many.accesses[p] = many.accesses[0];
    many.layout.access[p] = many.layout.access[0];
  }
  mark(many);
  expect_reference({work, many});
}

}  // namespace trireme::test
