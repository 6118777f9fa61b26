// tests/generated_source/cases.hpp -- programs and layouts that the tests of generated text share
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "dispatch/source_writer.hpp"
#include "reference.hpp"

namespace trireme::test {

/// What programs compute in, and what they only load, store and convert.
inline constexpr Dtype kMachineDtypes[] = {Dtype::boolean, Dtype::i32, Dtype::i64, Dtype::u32,
                                           Dtype::u64,     Dtype::f32, Dtype::f64};
inline constexpr Dtype kStorageDtypes[] = {Dtype::i8, Dtype::i16, Dtype::u8, Dtype::u16, Dtype::f16, Dtype::bf16};

/// A map that applies `row` to inputs of `type`.
program::Program row_program(program::Opcode row, Dtype type);
program::Program cast_program(Dtype from, Dtype to);
/// Reduces one input, converted to `type` if it is not of it.
program::Program reduce_program(program::Form form, program::Opcode reduce, Dtype input, Dtype type);

/// Writes two f32 inputs as a complex64, and the places of an index parameter as an i64.
program::Program pair_program();
program::Program index_program();

/// Every row with every dtype it takes, every cast, every reduction in both orders.
std::vector<program::Program> all_programs();

enum class Arrangement { contiguous, single, strided, wrapped, wide };
inline constexpr Arrangement kArrangements[] = {Arrangement::contiguous, Arrangement::single, Arrangement::strided,
                                                Arrangement::wrapped, Arrangement::wide};
const char* name(Arrangement arrangement);

/// With the outputs of maps spread over their buffer too.
Work spread_outputs(Work work);

/// A launch over a domain of rank 3 (rank 1 where that is enough), with inputs of sample values that lie as
/// `arrangement` says and start at an offset; outputs start at an offset too. Wide is strided with 64-bit indices.
/// Reductions run over the last axes of `extents`, from `kept` on.
Work arrange(program::Program program, Arrangement arrangement, std::vector<std::int64_t> extents, int kept);

}  // namespace trireme::test
