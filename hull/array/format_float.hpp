// hull/array/format_float.hpp -- a column of floats as NumPy prints it: one notation and one width for all of them
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <complex>
#include <span>
#include <string>

#include "trireme/half.hpp"

namespace trireme::text {

/// Digits printed after the point at most, in arrays.
inline constexpr int kPrecision = 8;

/// Whether positive numbers, and NaN, get a plus sign.
enum class Sign { negative_only, always };

/// Decides notation and padding from all the values that are shown, then formats each of them.
template <class T>
class FloatFormat {
 public:
  explicit FloatFormat(std::span<const T> values, Sign sign = Sign::negative_only);
  std::string operator()(T value) const;

 private:
  void fit(T value);
  std::string signed_text(bool negative, const std::string& text) const;

  Sign sign_;
  bool scientific_ = false;
  int left_ = 0;      // width up to the point
  int right_ = 0;     // width after it; with the exponent in scientific notation
  int fraction_ = 0;  // digits after the point, scientific notation only
  int exponent_ = 2;  // digits of the exponent
};

/// A single float as NumPy prints a scalar: the shortest digits that identify it.
template <class T>
std::string format_scalar(T value);

/// A single complex number as NumPy prints a scalar: (1+2j), or 2j where the real part is +0.
template <class T>
std::string format_scalar(std::complex<T> value);

}  // namespace trireme::text
