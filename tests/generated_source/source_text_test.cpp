// tests/generated_source/source_text_test.cpp -- golden text of small units, and what must not be in it
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <set>

#include "cases.hpp"
#include "cuda/language.hpp"
#include "dispatch/source_writer_spelling.hpp"
#include "opencl/language.hpp"

namespace trireme::test {

namespace {

using dispatch::CompileRequest;
using program::Builder;
using program::Form;
using program::Opcode;
using program::Role;
using program::Value;

constexpr dispatch::Target kCpu{dispatch::kGroupSize, true};

std::string write(std::vector<Work>& works, const dispatch::Language& language, const dispatch::Target& target = {}) {
  std::vector<CompileRequest> requests;
  for (const Work& w : works) requests.push_back({&w.program, &w.layout});
  return dispatch::write_source(requests, language, target);
}
std::string write(Work work, const dispatch::Language& language, const dispatch::Target& target = {}) {
  std::vector<Work> works{std::move(work)};
  return write(works, language, target);
}

/// The last kernel without its name.
std::string kernel(const std::string& source) {
  std::string text = source.substr(source.rfind("\n\n") + 2);
  const std::size_t at = text.find("trireme_");
  return text.replace(at, 8 + 32, "NAME");
}

int count(const std::string& text, const std::string& part) {
  int n = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++n;
  return n;
}

}  // namespace

TEST(SourceText, contiguous_map_on_a_cpu_is_one_loop_a_strip) {
  const Work work = arrange(row_program(Opcode::add, i32), Arrangement::contiguous, {4}, 0);
  EXPECT_EQ(
      kernel(write(work, opencl::language(), kCpu)),
      R"(__kernel __attribute__((reqd_work_group_size(1, 1, 1))) void NAME(__global const i32* restrict p0, __global const i32* restrict p1, __global i32* restrict p2, const Geometry_4 g) {
  i64 i = (i64)get_group_id(0) * 2048;
  const i64 end = i + 2048 < g.v[0] ? i + 2048 : g.v[0];
  while (i < end) {
    i64 length = end - i;
    const i64 o0 = g.v[1] + i;
    __global const i32* const a0 = (p0 + o0);
    const i64 o1 = g.v[2] + i;
    __global const i32* const a1 = (p1 + o1);
    const i64 o2 = g.v[3] + i;
    __global i32* const a2 = (p2 + o2);
    for (i64 e = 0; e < length; ++e) {
      const i32 v0 = a0[e];
      const i32 v1 = a1[e];
      const i32 v2 = (i32)((u32)v0 + (u32)v1);
      a2[e] = v2;
    }
    i += length;
  }
}
)");
}

TEST(SourceText, position_of_a_strided_map_is_divided_by_multiplying) {
  Builder b;
  const auto in = b.parameter(Role::input, i64), out = b.parameter(Role::output, i64);
  const Value place = b.emit(Opcode::position, i64, program::kNoValue, program::kNoValue, program::kNoValue, 0, 1);
  const Value element = b.load(in);
  b.store(out, b.emit(Opcode::add, i64, element, place));
  EXPECT_EQ(
      kernel(write(arrange(b.take(), Arrangement::strided, {4, 5}, 0), cuda::language())),
      R"(extern "C" __global__ __launch_bounds__(256) void NAME(const i64* __restrict__ p0, i64* __restrict__ p1, const Geometry_10 g) {
  const u32 i = (u32)blockIdx.x * 256 + (u32)threadIdx.x;
  if (i >= (u32)g.v[0]) return;
  const u32 q1 = (high_u32((u32)i, (u32)g.v[4]) + (u32)i) >> (u32)g.v[5];
  const u32 x1 = i - q1 * (u32)g.v[3];
  const u32 x0 = q1;
  const u32 o0 = (u32)g.v[6] + x0 * (u32)g.v[7] + x1 * (u32)g.v[8];
  const u32 o1 = (u32)g.v[9] + i;
  const i64 v0 = (i64)x1;
  const i64 v1 = p0[o0];
  const i64 v2 = (i64)((u64)v1 + (u64)v0);
  p1[o1] = v2;
}
)");
}

TEST(SourceText, contiguous_map_on_a_gpu_moves_16_bytes_at_a_time) {
  const auto accesses = [](program::Program program) {
    const std::string text = kernel(write(arrange(std::move(program), Arrangement::contiguous, {4}, 0), cuda::language()));
    return std::vector<int>{count(text, "const u32x4 q = "), count(text, "const u32x2 q = "), count(text, "const u32 q = "),
                            count(text, "(u32x4*)"), count(text, "j < 4;")};
  };
  EXPECT_EQ(accesses(row_program(Opcode::add, f32)), (std::vector<int>{2, 0, 0, 1, 2}));
  EXPECT_EQ(accesses(row_program(Opcode::add, f64)), (std::vector<int>{2, 0, 0, 1, 2}));
  EXPECT_EQ(accesses(row_program(Opcode::logical_xor, boolean)), (std::vector<int>{2, 0, 0, 1, 2}));
  EXPECT_EQ(accesses(cast_program(f16, f32)), (std::vector<int>{0, 1, 0, 1, 2}));
  EXPECT_EQ(accesses(cast_program(u8, i32)), (std::vector<int>{0, 0, 1, 1, 2}));
  EXPECT_EQ(accesses(pair_program()), (std::vector<int>{0, 2, 0, 1, 2}));
}

TEST(SourceText, inner_reduction_has_shuffles_where_the_language_has) {
  const Work work = arrange(reduce_program(Form::reduce_inner, Opcode::reduce_add, f32, f32), Arrangement::contiguous, {4, 4}, 1);
  const std::string cuda_text = kernel(write(work, cuda::language())), text = kernel(write(work, opencl::language()));
  EXPECT_EQ(count(cuda_text, "shuffle_down("), 2);
  EXPECT_EQ(count(cuda_text, "__syncthreads"), 0);
  EXPECT_EQ(count(text, "shuffle_down"), 0);
  EXPECT_EQ(count(text, "barrier("), 1);
}

TEST(SourceText, groups_have_the_size_that_the_target_takes) {
  const auto text = [](program::Program program, int size) {
    return write(arrange(std::move(program), Arrangement::contiguous, {4, 4}, 1), opencl::language(), {size, false});
  };
  for (const int size : {32, 64, 128, 256})
    for (const Form form : {Form::reduce_inner, Form::reduce_outer})
      EXPECT_EQ(count(text(reduce_program(form, Opcode::reduce_add, f32, f32), size), "(" + std::to_string(size) + ", 1, 1)"), 1);
  EXPECT_EQ(count(text(row_program(Opcode::add, f32), 64), "(64, 1, 1)"), 1);
}

TEST(SourceText, wide_layout_indexes_with_64_bits) {
  const std::string text =
      kernel(write(arrange(row_program(Opcode::negative, f32), Arrangement::wide, {4, 5}, 0), cuda::language()));
  EXPECT_EQ(count(text, "const u32 i = "), 0) << text;
  EXPECT_EQ(count(text, "const u32 o"), 0) << text;
  EXPECT_EQ(count(text, "high_u32"), 0) << text;
  EXPECT_NE(text.find("const i64 base = (i64)blockIdx.x * "), std::string::npos) << text;
}

TEST(SourceText, helpers_are_emitted_once_and_only_when_used) {
  std::vector<Work> works;
  works.push_back(arrange(row_program(Opcode::exp, f32), Arrangement::contiguous, {4}, 0));
  works.push_back(arrange(row_program(Opcode::exp, f32), Arrangement::strided, {4, 4}, 0));
  works.push_back(arrange(reduce_program(Form::reduce_inner, Opcode::reduce_minimum, f32, f32), Arrangement::contiguous,
                          {4, 4}, 1));
  const std::string text = write(works, opencl::language());
  EXPECT_EQ(count(text, "static f32 exp_f32("), 1);
  EXPECT_EQ(count(text, "static f32 minimum_f32("), 1);
  EXPECT_EQ(count(text, "static"), 2);
  EXPECT_EQ(count(text, "__kernel"), 3);
  EXPECT_EQ(count(text, "f64"), 0) << "a device without f64 runs f32 programs";
}

TEST(SourceText, equal_requests_share_a_kernel) {
  std::vector<Work> works(2, arrange(row_program(Opcode::exp, f32), Arrangement::contiguous, {4}, 0));
  EXPECT_EQ(count(write(works, opencl::language()), "__kernel"), 1);
}

TEST(SourceText, text_does_not_depend_on_the_size) {
  const auto text = [](std::vector<std::int64_t> extents) {
    return write(arrange(row_program(Opcode::add, f64), Arrangement::wrapped, extents, 0), cuda::language());
  };
  EXPECT_EQ(text({4, 5}), text({123, 45}));
}

TEST(SourceText, fma_is_written_for_the_fma_row_only) {
  Builder b;
  const auto in = b.parameter(Role::input, f32), out = b.parameter(Role::output, f32);
  const Value x = b.load(in), product = b.emit(Opcode::multiply, f32, x, x);
  b.store(out, b.emit(Opcode::add, f32, product, x));
  const std::string text = kernel(write(arrange(b.take(), Arrangement::contiguous, {4}, 0), cuda::language()));
  EXPECT_EQ(count(text, "fma"), 0) << text;
  const std::string fused =
      kernel(write(arrange(row_program(Opcode::fma, f32), Arrangement::contiguous, {4}, 0), cuda::language()));
  EXPECT_EQ(count(fused, "fma_f32(v0, v1, v2)"), 1) << fused;
  EXPECT_NE(std::string(opencl::language().prelude).find("FP_CONTRACT OFF"), std::string::npos);
}

TEST(SourceText, constants_have_exactly_their_bits) {
  const auto spell = dispatch::spell_constant;
  EXPECT_EQ(spell(f32, 0x3fc00000), "0x1.8p+0f");
  EXPECT_EQ(spell(f32, 0x80000000), "-0x0p+0f");
  EXPECT_EQ(spell(f32, 0x00000001), "0x0.000002p-126f");
  EXPECT_EQ(spell(f32, 0xff800000), "as_float_i32((i32)0xff800000)");
  EXPECT_EQ(spell(f64, 0x7ff8000000000000), "as_float_i64((i64)0x7ff8000000000000)");
  EXPECT_EQ(spell(f64, 0x3fb999999999999a), "0x1.999999999999ap-4");
  EXPECT_EQ(spell(i32, 0xffffffff), "(i32)-1");
  EXPECT_EQ(spell(i32, 0x80000000), "(i32)0x80000000");
  EXPECT_EQ(spell(i64, std::uint64_t{1} << 63), "(i64)0x8000000000000000");
  EXPECT_EQ(spell(boolean, 1), "1");
}

TEST(SourceText, bool_scalar_is_an_integer_parameter) {
  Builder b;
  const auto s = b.parameter(Role::scalar, boolean), out = b.parameter(Role::output, boolean);
  b.store(out, b.scalar(s));
  const std::string text = kernel(write(arrange(b.take(), Arrangement::contiguous, {4}, 0), opencl::language()));
  EXPECT_NE(text.find("const i32 p0, __global u8* restrict p1"), std::string::npos) << text;
}

TEST(EntryName, differs_for_every_program_and_layout_field) {
  const Work base = arrange(row_program(Opcode::add, f32), Arrangement::contiguous, {4}, 0);
  std::set<std::string> names{dispatch::entry_name({&base.program, &base.layout})};
  const auto with = [&](auto change) {
    Work work = base;
    change(work);
    names.insert(dispatch::entry_name({&work.program, &work.layout}));
  };
  with([](Work& w) { w.program.body[2].op = Opcode::subtract; });
  with([](Work& w) { w.layout.rank = 2; });
  with([](Work& w) { w.layout.kept = 2; });
  with([](Work& w) { w.layout.wide = true; });
  with([](Work& w) { w.layout.access[0] = program::AccessKind::single; });
  with([](Work& w) { w.layout.access[1] = program::AccessKind::single; });
  EXPECT_EQ(names.size(), 7u);
  EXPECT_EQ(names.begin()->size(), std::string("trireme_").size() + 32);
}

TEST(Writable, groups_are_refused_with_a_reason) {
  Builder b(Form::kernel);
  b.emit(Opcode::barrier, boolean);
  const dispatch::Support support = dispatch::writable(b.take());
  EXPECT_FALSE(support.yes);
  EXPECT_NE(support.reason.find("barrier"), std::string::npos);
  EXPECT_TRUE(dispatch::writable(row_program(Opcode::tanh, f64)).yes);
}

TEST(UsesF64, parameter_or_value_counts) {
  EXPECT_TRUE(dispatch::uses_f64(cast_program(f64, i32)));
  EXPECT_FALSE(dispatch::uses_f64(cast_program(i64, f32)));
  Builder b;
  const auto in = b.parameter(Role::input, f32), out = b.parameter(Role::output, f32);
  const Value wide = b.emit(Opcode::cast, f64, b.load(in));
  b.store(out, b.emit(Opcode::cast, f32, wide));
  EXPECT_TRUE(dispatch::uses_f64(b.take()));
}

}  // namespace trireme::test
