// tests/support/number.hpp -- elements of every dtype as numbers and back, rounded once: the oracles' own conversions
// SPDX-License-Identifier: Apache-2.0
//
// A long double has 64 significant bits or more, so that it holds every element of every dtype but complex, which takes
// two. Nothing here is shared with the library: f16 and bf16 are rounded by arithmetic, not by shifting bits.
#pragma once

#include <limits>

#include "support/host_array.hpp"

namespace trireme::test {

static_assert(std::numeric_limits<long double>::digits >= 64);

struct Number {
  long double re = 0, im = 0;
};

/// A binary floating-point format: significant bits, the least exponent of a normal number as C++ counts it (with a
/// fraction in [0.5, 1)), the largest number.
struct Format {
  int digits;
  int least_exponent;
  long double largest;
};
/// Of a floating dtype, or of the parts of a complex one.
Format format(Dtype dtype);

/// The number that the bits stand for.
Number decoded(Dtype dtype, Bits bits);

/// `value` as an element of a floating dtype: to nearest, ties to even, once.
Bits rounded(Dtype dtype, long double value);

/// `number` as an element of `to`, as astype() has it; `whole` says that it came from an integer, which wraps where a
/// float saturates. Real dtypes but bool take no imaginary part.
Bits encoded(Dtype to, Number number, bool whole);

/// Whether the bits are a NaN, or a complex number with one.
bool is_nan(Dtype dtype, Bits bits);

}  // namespace trireme::test
