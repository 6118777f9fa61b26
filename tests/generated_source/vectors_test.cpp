// tests/generated_source/vectors_test.cpp -- 16-byte accesses: where they begin, where they end, and every size of element
// SPDX-License-Identifier: Apache-2.0
#include "opencl_text.hpp"

namespace trireme::test {

namespace {

using program::AccessKind;
using program::Opcode;
using program::Program;
using program::Role;

// Only a GPU's text has vectors; 2048 positions of f32 make a group of the larger target.
constexpr std::span kGpus(kTargets + 1, 2);

/// Contiguous operands that begin at `inputs` and `outputs`.
Work begin_at(Program program, std::int64_t size, std::int64_t inputs, std::int64_t outputs) {
  Work work = arrange(std::move(program), Arrangement::contiguous, {size}, 0);
  for (std::size_t p = 0; p < work.accesses.size(); ++p)
    work.accesses[p].offset = work.program.parameters[p].role == Role::output ? outputs : inputs;
  return work;
}

/// Both inputs are parts of larger blocks whose rows are `gap` longer than the domain's.
Work padded(std::vector<std::int64_t> extents, std::int64_t gap, std::int64_t offset) {
  Work work = arrange(row_program(Opcode::subtract, f32), Arrangement::strided, std::move(extents), 0);
  for (const std::size_t p : {0u, 1u}) {
    std::int64_t step = 1;
    for (int axis = work.domain.rank - 1; axis >= 0; --axis) {
      work.accesses[p].stride[axis] = step;
      step *= work.domain.extent[axis] + gap;
    }
    work.accesses[p].offset = offset;
    work.buffers[p] = sample(f32, static_cast<std::size_t>(step + offset), p + 1);
  }

  work.accesses[2].offset = 0;
  return work;
}

}  // namespace

TEST_F(OpenclText, maps_that_begin_and_end_anywhere_give_reference_bits) {
  std::vector<Work> works;
  for (const std::int64_t size : {1, 3, 4, 5, 511, 512, 513, 2047, 2048, 2049, 4096, 6147})
    for (std::int64_t offset = 0; offset <= 4; ++offset) {
      works.push_back(begin_at(row_program(Opcode::subtract, f32), size, offset, 0));
      works.push_back(begin_at(row_program(Opcode::subtract, f32), size, 0, offset));
      works.push_back(begin_at(row_program(Opcode::subtract, f32), size, offset, offset));
    }
  expect_reference(std::move(works), kGpus);
}

TEST_F(OpenclText, vectors_of_every_dtype_give_reference_bits) {
  std::vector<Work> works;
  std::vector<Program> programs{pair_program(), index_program(), row_program(Opcode::less, f64), row_program(Opcode::where, f64),
                                row_program(Opcode::where, i32), row_program(Opcode::logical_xor, boolean)};
  for (const Dtype type : kMachineDtypes) programs.push_back(cast_program(type, type));
  for (const Dtype type : kStorageDtypes) {
    programs.push_back(cast_program(type, program::work_type(type)));
    programs.push_back(cast_program(program::work_type(type), type));
  }
  for (const Program& p : programs)
    for (const std::int64_t offset : {0, 1, 4}) works.push_back(begin_at(p, 8195, offset, 0));
  expect_reference(std::move(works), kGpus.first(1));
}

TEST_F(OpenclText, rows_of_larger_blocks_give_reference_bits) {
  std::vector<Work> works;
  for (const std::int64_t gap : {0, 1, 3, 4})
    for (const std::int64_t offset : {0, 1, 4}) {
      works.push_back(padded({70, 64}, gap, offset));
      works.push_back(padded({70, 63}, gap, offset));
      works.push_back(padded({5, 6, 7, 24}, gap, offset));
    }
  works.push_back(padded({2, 3, 2, 3, 2, 3, 2, 16}, 4, 0));
  works.push_back(padded({2, 3, 2, 3, 2, 3, 2, 15}, 1, 0));
  // A column and a row that are repeated.
  works.push_back(padded({70, 64}, 0, 0));
  works.back().accesses[0].stride[1] = 0;
  works.back().accesses[1].stride[0] = 0;
  // An axis that wraps, but not the last one.
  works.push_back(padded({70, 64}, 0, 0));
  works.back().layout.access[0] = AccessKind::wrapped;
  works.back().accesses[0].wrapped = true;
  works.back().accesses[0].start[0] = 30;
  works.back().accesses[0].modulus[0] = 70;
  expect_reference(works, kTargets);
  for (Work& w : works) w.layout.wide = true;
  expect_reference(std::move(works), kGpus.first(1));
}

}  // namespace trireme::test
