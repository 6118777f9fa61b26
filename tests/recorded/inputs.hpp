// tests/recorded/inputs.hpp -- the inputs of the recorded cases: special and pseudo-random values out of integers only
// SPDX-License-Identifier: Apache-2.0
//
// Recorded hashes are compared between machines and years, so nothing here may depend on a maths library, a compiler or
// on the generators of other tests. A change here changes hashes.txt.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "trireme/array.hpp"

namespace trireme::recorded {

inline constexpr std::int64_t kRandom = 100'000;

/// NaNs, infinities, zeros, subnormals, halves, limits: bit patterns in the low bytes; of complex dtypes of one part.
std::span<const std::uint64_t> special_values(Dtype dtype);

enum class Values {
  any,       // every bit pattern, NaN and infinity among them
  moderate,  // finite, from 2^-20 to 2^20, whole numbers and halves among them; integers up to a million
};

/// Pseudo-random values, a function of the arguments alone.
array random(Dtype dtype, const Shape& shape, std::uint64_t seed, Values values = Values::moderate);

/// Operand `index` of `arity`: all combinations of special values (a selection of them for three operands), then
/// kRandom values of any sort. All operands of one arity have the same length.
array operand(Dtype dtype, int arity, int index);

}  // namespace trireme::recorded
