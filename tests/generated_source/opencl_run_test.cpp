// tests/generated_source/opencl_run_test.cpp -- generated OpenCL text gives the bits of the scalar reference
// SPDX-License-Identifier: Apache-2.0
#include "opencl_text.hpp"

namespace trireme::test {

namespace {

using program::Builder;
using program::Form;
using program::Opcode;
using program::Role;
using program::Value;

}  // namespace

TEST_F(OpenclText, every_row_and_cast_gives_reference_bits) {
  std::vector<Work> works;
  for (const program::Program& p : all_programs())
    if (p.form == Form::map) works.push_back(arrange(p, Arrangement::contiguous, {1999}, 1));
  // The other targets differ in what is around a row; compiling all rows for them takes minutes.
  expect_reference(std::move(works), std::span(kTargets, 1));
}

TEST_F(OpenclText, every_arrangement_of_a_map_gives_reference_bits) {
  std::vector<Work> works;
  for (const Arrangement a : kArrangements)
    for (const std::vector<std::int64_t>& extents : {std::vector<std::int64_t>{7, 5, 11}, {1, 1, 1}, {300}, {}})
      works.push_back(arrange(row_program(Opcode::subtract, f32), a, extents, 0));
  expect_reference(std::move(works));
}

TEST_F(OpenclText, outputs_that_are_spread_over_a_block_give_reference_bits) {
  std::vector<Work> works;
  for (const std::vector<std::int64_t>& extents : {std::vector<std::int64_t>{7, 5, 11}, {300}, {1, 9}})
    for (const program::Program& p : {row_program(Opcode::add, f32), cast_program(f32, f16), pair_program(), index_program()})
      for (const Arrangement a : {Arrangement::contiguous, Arrangement::wrapped, Arrangement::wide})
        works.push_back(spread_outputs(arrange(p, a, extents, 0)));
  expect_reference(std::move(works));
}

TEST_F(OpenclText, every_arrangement_of_indices_gives_reference_bits) {
  std::vector<Work> works;
  for (const Arrangement a : kArrangements) works.push_back(arrange(index_program(), a, {7, 5, 11}, 0));
  expect_reference(std::move(works));
}

TEST_F(OpenclText, every_reduction_gives_reference_bits) {
  std::vector<Work> works;
  for (const program::Program& p : all_programs())
    if (p.form != Form::map) works.push_back(arrange(p, Arrangement::strided, {3, 700}, 1));
  expect_reference(std::move(works));
}

TEST_F(OpenclText, sums_of_many_lengths_give_reference_bits) {
  std::vector<Work> works;
  for (const Form form : {Form::reduce_inner, Form::reduce_outer})
    for (const std::int64_t run : {0, 1, 2, 3, 15, 16, 17, 31, 255, 257, 511, 512, 513, 1023, 1025, 8191, 8193, 20000})
      for (const std::int64_t kept : {1, 37}) {
        if (run * kept > 400000) continue;
        Work work =
            arrange(reduce_program(form, Opcode::reduce_add, f32, f32), Arrangement::contiguous, {kept, run}, 1);
        // Sums of special values would all be NaN; here the order of the additions has to show.
        work.buffers[0] = sample(f32, work.buffers[0].size() + 25, static_cast<std::uint64_t>(run));
        work.buffers[0].erase(work.buffers[0].begin(), work.buffers[0].begin() + 25);
        works.push_back(std::move(work));
      }
  expect_reference(std::move(works));
}

TEST_F(OpenclText, every_arrangement_of_a_reduction_gives_reference_bits) {
  std::vector<Work> works;
  for (const Form form : {Form::reduce_inner, Form::reduce_outer})
    for (const Arrangement a : kArrangements)
      for (const int kept : {0, 1, 2}) {
        Work work = arrange(reduce_program(form, Opcode::reduce_add, i32, i64), a, {19, 23, 50}, kept);
        works.push_back(std::move(work));
      }
  expect_reference(std::move(works));
}

TEST_F(OpenclText, empty_domain_launches_nothing_and_empty_run_writes_identities) {
  std::vector<Work> works;
  works.push_back(arrange(row_program(Opcode::add, f32), Arrangement::strided, {4, 0, 3}, 0));
  for (const Form form : {Form::reduce_inner, Form::reduce_outer})
    for (const Opcode op : {Opcode::reduce_add, Opcode::reduce_multiply, Opcode::reduce_minimum, Opcode::reduce_maximum})
      for (const Dtype type : {i32, i64, u32, u64, f32, f64}) {
        works.push_back(arrange(reduce_program(form, op, type, type), Arrangement::strided, {5, 0}, 1));
        works.push_back(arrange(reduce_program(form, op, type, type), Arrangement::strided, {0, 5}, 1));
      }
  for (Work& w : works)
    for (std::size_t p = 0; p < w.buffers.size(); ++p)
      if (w.program.parameters[p].role == Role::output) w.buffers[p].assign(w.buffers[p].size(), 77);
  expect_reference(std::move(works));
}

TEST_F(OpenclText, scalars_of_every_dtype_reach_the_kernel) {
  std::vector<Work> works;
  for (const Dtype type : kMachineDtypes) {
    Builder builder;
    const auto first = builder.parameter(Role::scalar, Dtype::boolean), in = builder.parameter(Role::input, type);
    const auto other = builder.parameter(Role::scalar, type), out = builder.parameter(Role::output, type);
    const Value c = builder.scalar(first), a = builder.load(in), b = builder.scalar(other);
    const Value same = builder.emit(Opcode::equal, Dtype::boolean, a, b);
    const Value both = builder.emit(Opcode::logical_xor, Dtype::boolean, same, c);
    builder.store(out, builder.emit(Opcode::where, type, both, a, b));
    const program::Program select = builder.take();
    for (const bool flag : {false, true}) {
      works.push_back(arrange(select, Arrangement::contiguous, {600}, 0));
      works.back().scalars[0] = flag;
    }
  }
  expect_reference(std::move(works));
}

TEST_F(OpenclText, product_and_sum_are_rounded_separately) {
  std::vector<Work> works;
  for (const Dtype type : {f32, f64}) {
    Builder b;
    const auto x = b.parameter(Role::input, type), y = b.parameter(Role::input, type),
               out = b.parameter(Role::output, type);
    const Value vx = b.load(x), vy = b.load(y), product = b.emit(Opcode::multiply, type, vx, vy);
    const Value difference = b.emit(Opcode::subtract, type, product, vx);
    b.store(out, b.emit(Opcode::add, type, b.emit(Opcode::multiply, type, difference, vy), product));
    works.push_back(arrange(b.take(), Arrangement::contiguous, {4999}, 0));
  }
  expect_reference(std::move(works));
}

TEST_F(OpenclText, control_flow_and_positions_give_reference_bits) {
  // out = sum over j below x0 of in[j], but for odd x1 the number of halvings until zero; then the position is added.
  Builder b;
  const auto in = b.parameter(Role::input, i64), out = b.parameter(Role::output, i64);
  const auto constant = [&](std::uint64_t k) {
    return b.emit(Opcode::constant, i64, program::kNoValue, program::kNoValue, program::kNoValue, 0, k);
  };
  const auto position = [&](std::uint64_t axis) {
    return b.emit(Opcode::position, i64, program::kNoValue, program::kNoValue, program::kNoValue, 0, axis);
  };
  const Value zero = constant(0), one = constant(1), x0 = position(0), x1 = position(1), x2 = position(2);
  const Value total = b.emit(Opcode::local, i64, zero);
  const Value odd = b.emit(Opcode::bit_and, i64, x1, one);
  b.emit(Opcode::if_begin, Dtype::boolean, b.emit(Opcode::not_equal, Dtype::boolean, odd, zero));
  const Value rest = b.emit(Opcode::local, i64, x2);
  b.emit(Opcode::loop_begin, Dtype::boolean);
  const Value now = b.emit(Opcode::get, i64, rest);
  b.emit(Opcode::loop_while, Dtype::boolean, b.emit(Opcode::greater, Dtype::boolean, now, zero));
  b.emit(Opcode::set, i64, rest, b.emit(Opcode::shift_right, i64, now, program::kNoValue, program::kNoValue, 0, 1));
  const Value before = b.emit(Opcode::get, i64, total);
  b.emit(Opcode::set, i64, total, b.emit(Opcode::add, i64, before, one));
  b.emit(Opcode::loop_end, Dtype::boolean);
  b.emit(Opcode::if_else, Dtype::boolean);
  const Value j = b.emit(Opcode::for_begin, i64, zero, x0, one);
  const Value element = b.emit(Opcode::load_at, i64, j, program::kNoValue, program::kNoValue, in);
  const Value sum = b.emit(Opcode::get, i64, total);
  b.emit(Opcode::set, i64, total, b.emit(Opcode::add, i64, sum, element));
  b.emit(Opcode::for_end, Dtype::boolean);
  b.emit(Opcode::if_end, Dtype::boolean);
  const Value result = b.emit(Opcode::get, i64, total);
  b.store(out, b.emit(Opcode::add, i64, result, b.emit(Opcode::multiply, i64, x2, constant(1000))));
  std::vector<Work> works;
  works.push_back(arrange(b.take(), Arrangement::contiguous, {6, 4, 9}, 0));
  expect_reference(std::move(works));
}

}  // namespace trireme::test
