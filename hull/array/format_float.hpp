// hull/array/format_float.hpp -- a column of floats as NumPy prints it: one notation and one width for all of them
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>

namespace trireme::text {

/// Digits printed after the point at most, in arrays.
inline constexpr int kPrecision = 8;

/// Decides notation and padding from all the values that are shown, then formats each of them.
template <class T>
class FloatFormat {
 public:
  explicit FloatFormat(std::span<const T> values);
  std::string operator()(T value) const;

 private:
  void fit(T value);

  bool scientific_ = false;
  int left_ = 0;      // width up to the point
  int right_ = 0;     // width after it; with the exponent in scientific notation
  int fraction_ = 0;  // digits after the point, scientific notation only
  int exponent_ = 2;  // digits of the exponent
};

/// A single float as NumPy prints a scalar: the shortest digits that identify it.
template <class T>
std::string format_scalar(T value);

}  // namespace trireme::text
