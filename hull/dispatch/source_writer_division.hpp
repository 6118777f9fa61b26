// hull/dispatch/source_writer_division.hpp -- division by an extent as a multiplication and a shift
// SPDX-License-Identifier: Apache-2.0
//
// T. Granlund and P. Montgomery, "Division by invariant integers using multiplication", PLDI 1994, figure 4.1, for dividends
// below half the range, so that the sum needs no carry: with l = ceil(log2 d) and m = floor(2^N (2^l - d) / d) + 1,
// n / d = (high(m n) + n) >> l, where high() is the upper half of a product of N-bit numbers.
#pragma once

#include <bit>
#include <cstdint>

namespace trireme::dispatch {

struct Division {
  std::uint64_t magic;
  int shift;
};

/// For dividends below 2^(bits-1); bits is 32 or 64, the divisor from 1 to 2^(bits-1).
inline Division division_by(std::uint64_t divisor, int bits) {
  const int shift = std::bit_width(divisor - 1);
  // Long division of 2^bits (2^shift - divisor), one bit at a time.
  std::uint64_t quotient = 0, rest = (std::uint64_t{1} << shift) - divisor;
  for (int k = 0; k < bits; ++k) {
    rest *= 2;  // the rest is below the divisor, so this is below 2^64
    quotient *= 2;
    if (rest >= divisor) {
      rest -= divisor;
      ++quotient;
    }
  }
  return {quotient + 1, shift};
}

}  // namespace trireme::dispatch
