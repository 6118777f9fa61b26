// tests/generated_source/prepare_launch_test.cpp -- arguments, geometry and group counts of launches
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <limits>

#include "cases.hpp"
#include "cuda/language.hpp"
#include "opencl/language.hpp"

namespace trireme::test {

namespace {

using dispatch::KernelLaunch;
using program::Form;
using program::Opcode;

constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();

constexpr dispatch::Target kCpu{dispatch::kGroupSize, true};

KernelLaunch prepare(const Work& work, const dispatch::Target& target = {}, const dispatch::Language& language = opencl::language()) {
  std::vector<dispatch::Argument> arguments(work.program.parameters.size());
  for (std::size_t p = 0; p < arguments.size(); ++p)
    arguments[p] = {{100 + p, 0}, &work.accesses[p], work.scalars[p]};
  KernelLaunch out;
  out.geometry = {1, 2, 3};  // from an earlier launch
  out.arguments.resize(9);
  dispatch::prepare_launch(work.program, {&work.domain, &work.layout, arguments}, language, target, out);
  return out;
}

std::uint64_t groups(Form form, std::int64_t kept, std::int64_t run, const dispatch::Target& target = {},
                     const dispatch::Language& language = opencl::language()) {
  Work work = arrange(reduce_program(form, Opcode::reduce_add, f32, f32), Arrangement::contiguous, {1, 1}, 1);
  work.domain.extent[0] = kept;
  work.domain.extent[1] = run;
  return prepare(work, target, language).groups;
}

}  // namespace

TEST(PrepareLaunch, contiguous_map_gives_size_and_offsets) {
  const Work work = arrange(row_program(Opcode::add, f32), Arrangement::contiguous, {1000}, 0);
  const KernelLaunch launch = prepare(work);
  EXPECT_EQ(launch.geometry, (std::vector<std::int64_t>{1000, 5, 5, 2}));
  EXPECT_EQ(launch.groups, 1u);
  EXPECT_EQ(launch.group_size, 128);
  ASSERT_EQ(launch.arguments.size(), 3u);
  for (std::size_t p = 0; p < 3; ++p) {
    EXPECT_TRUE(launch.arguments[p].is_memory);
    EXPECT_EQ(launch.arguments[p].bits, 100 + p);
    EXPECT_EQ(launch.arguments[p].bytes, 8u);
  }
}

TEST(PrepareLaunch, scalars_go_by_value_in_their_size) {
  program::Builder b;
  for (const Dtype type : {boolean, i32, i64, f32, f64}) b.parameter(program::Role::scalar, type);
  const auto out = b.parameter(program::Role::output, f64);
  b.store(out, b.scalar(4));
  Work work = arrange(b.take(), Arrangement::contiguous, {1}, 0);
  work.scalars = {1, 2, 3, 4, 5, 0};
  const KernelLaunch launch = prepare(work);
  const std::size_t bytes[] = {4, 4, 8, 4, 8};
  for (std::size_t p = 0; p < 5; ++p) {
    EXPECT_FALSE(launch.arguments[p].is_memory);
    EXPECT_EQ(launch.arguments[p].bits, p + 1);
    EXPECT_EQ(launch.arguments[p].bytes, bytes[p]);
  }
  EXPECT_EQ(launch.geometry, (std::vector<std::int64_t>{1, 2}));
}

TEST(PrepareLaunch, wrapped_input_gives_strides_starts_and_moduli) {
  Work work = arrange(row_program(Opcode::negative, f32), Arrangement::wrapped, {4, 6}, 0);
  program::Access& access = work.accesses[0];
  access = {};
  access.offset = 9;
  access.stride[0] = -6, access.stride[1] = 1;
  access.wrapped = true;
  access.start[1] = 2, access.modulus[1] = 6;
  access.start[0] = 1;  // counts only where the modulus is not 0
  EXPECT_EQ(prepare(work).geometry, (std::vector<std::int64_t>{24, 0, 4, 6, 1431655766, 3, 9, -6, 1, 0, 2, kNever, 6, 2}));
}

TEST(PrepareLaunch, output_without_access_starts_at_0) {
  const Work work = arrange(row_program(Opcode::negative, f32), Arrangement::contiguous, {7}, 0);
  const dispatch::Argument arguments[] = {{{1, 0}, &work.accesses[0], 0}, {{2, 0}, nullptr, 0}};
  KernelLaunch out;
  dispatch::prepare_launch(work.program, {&work.domain, &work.layout, arguments}, opencl::language(), {}, out);
  EXPECT_EQ(out.geometry.back(), 0);
}

TEST(PrepareLaunch, map_groups_cover_the_domain) {
  for (const auto& [size, expected] : {std::pair{0, 0}, {1, 1}, {2047, 1}, {2048, 1}, {2049, 2}, {100000, 49}})
    EXPECT_EQ(prepare(arrange(row_program(Opcode::negative, f32), Arrangement::contiguous, {size}, 0)).groups,
              static_cast<std::uint64_t>(expected));
}

TEST(PrepareLaunch, inner_reductions_share_groups_when_runs_are_short) {
  EXPECT_EQ(groups(Form::reduce_inner, 100, 512), 100u);
  EXPECT_EQ(groups(Form::reduce_inner, 100, 257), 100u);
  EXPECT_EQ(groups(Form::reduce_inner, 100, 256), 50u);
  EXPECT_EQ(groups(Form::reduce_inner, 100, 8), 2u);
  EXPECT_EQ(groups(Form::reduce_inner, 100, 8192), 100u);
  EXPECT_EQ(groups(Form::reduce_inner, 100, 8193), 200u);
  EXPECT_EQ(groups(Form::reduce_inner, 513, 0), 2u);
  EXPECT_EQ(groups(Form::reduce_inner, 0, 5), 0u);
}

TEST(PrepareLaunch, outer_reductions_take_32_kept_positions_a_group) {
  EXPECT_EQ(groups(Form::reduce_outer, 32, 1024), 1u);
  EXPECT_EQ(groups(Form::reduce_outer, 33, 1024), 2u);
  EXPECT_EQ(groups(Form::reduce_outer, 33, 1025), 4u);
  EXPECT_EQ(groups(Form::reduce_outer, 1, 0), 1u);
  EXPECT_EQ(groups(Form::reduce_outer, 0, 9), 0u);
}

TEST(PrepareLaunch, warps_of_a_group_take_a_chunk_each) {
  const auto warps = [](std::int64_t kept, std::int64_t run) { return groups(Form::reduce_inner, kept, run, {}, cuda::language()); };
  EXPECT_EQ(warps(1, 8192), 1u);
  EXPECT_EQ(warps(1, 4 * 8192), 1u);
  EXPECT_EQ(warps(1, 4 * 8192 + 1), 2u);
  EXPECT_EQ(warps(8, 257), 2u);
  EXPECT_EQ(warps(8, 256), 1u);
  EXPECT_EQ(warps(4 * 512 + 1, 0), 2u);
}

TEST(PrepareLaunch, a_cpu_has_groups_of_one_that_take_strips_and_chunks) {
  const KernelLaunch map = prepare(arrange(row_program(Opcode::negative, f32), Arrangement::contiguous, {2049}, 0), kCpu);
  EXPECT_EQ(map.groups, 2u);
  EXPECT_EQ(map.group_size, 1);
  EXPECT_EQ(groups(Form::reduce_inner, 3, 8193, kCpu), 6u);
  EXPECT_EQ(groups(Form::reduce_inner, 9, 1024, kCpu), 2u);
  EXPECT_EQ(groups(Form::reduce_inner, 1025, 3, kCpu), 2u);
  EXPECT_EQ(groups(Form::reduce_outer, 257, 1025, kCpu), 4u);
}

TEST(PrepareLaunch, rows_are_vectors_only_where_every_operand_has_them) {
  const auto rows = [](std::int64_t extent, std::int64_t first_stride, std::int64_t last_stride) {
    Work work = arrange(row_program(Opcode::negative, f32), Arrangement::strided, {4, extent}, 0);
    work.accesses[0].stride[0] = first_stride;
    work.accesses[0].stride[1] = last_stride;
    return prepare(work).geometry[1];
  };
  EXPECT_EQ(rows(8, 12, 1), 1);
  EXPECT_EQ(rows(8, 13, 1), 0);
  EXPECT_EQ(rows(9, 12, 1), 0);
  EXPECT_EQ(rows(8, 12, 2), 0);
  EXPECT_EQ(rows(8, 13, 0), 1);
}

TEST(FitTarget, group_size_is_a_power_of_two_that_the_device_takes) {
  EXPECT_EQ(dispatch::fit_target(1024, false).group_size, 256);
  EXPECT_EQ(dispatch::fit_target(256, false).group_size, 256);
  EXPECT_EQ(dispatch::fit_target(255, false).group_size, 128);
  EXPECT_EQ(dispatch::fit_target(64, false).group_size, 64);
  EXPECT_TRUE(dispatch::fit_target(64, true).is_cpu);
}

TEST(ParameterBytes, geometry_and_pointers_count) {
  const Work work = arrange(row_program(Opcode::add, f32), Arrangement::contiguous, {4}, 0);
  EXPECT_EQ(dispatch::parameter_bytes({&work.program, &work.layout}), 3u * 8 + 4 * 8);
}

}  // namespace trireme::test
