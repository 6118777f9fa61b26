// hull/array/decimal.hpp -- floats as decimal digits: the shortest that identify a value, or a given count of them
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "trireme/half.hpp"

namespace trireme::text {

/// |value| = d1.d2d3... * 10^exponent.
struct Decimal {
  bool negative = false;
  std::string digits;  // without trailing zeros, at least one
  int exponent = 0;
};

/// The fewest digits that only this value of its type rounds from, ties to even; of those the nearest to it. `value` is
/// finite.
Decimal shortest(float value);
Decimal shortest(double value);
Decimal shortest(float16 value);
Decimal shortest(bfloat16 value);

/// Correctly rounded to `count` digits after the first one.
Decimal rounded(double value, int count);

}  // namespace trireme::text
