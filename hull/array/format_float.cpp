// hull/array/format_float.cpp -- float columns: shortest digits, cut at 8, one notation for the whole array
// SPDX-License-Identifier: Apache-2.0
#include "array/format_float.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <string_view>

namespace trireme::text {
namespace {

/// |value| = 0.d1 d2 d3 ... * 10^(exponent + 1), in other words d1.d2d3... * 10^exponent.
struct Decimal {
  bool negative = false;
  std::string digits;  // without trailing zeros, at least one
  int exponent = 0;
};

Decimal split(std::string_view scientific) {
  Decimal d;
  d.negative = scientific.front() == '-';
  if (d.negative) scientific.remove_prefix(1);
  const std::size_t e = scientific.find('e');
  for (const char c : scientific.substr(0, e))
    if (c != '.') d.digits += c;
  while (d.digits.size() > 1 && d.digits.back() == '0') d.digits.pop_back();
  d.exponent = std::atoi(scientific.data() + e + 1);  // the buffers below are terminated
  return d;
}

template <class T>
Decimal shortest(T value) {
  char buffer[64] = {};
  std::to_chars(buffer, buffer + sizeof buffer - 1, value, std::chars_format::scientific);
  return split(buffer);
}

/// Correctly rounded to `count` digits after the first one.
template <class T>
Decimal rounded(T value, int count) {
  char buffer[128] = {};
  std::to_chars(buffer, buffer + sizeof buffer - 1, value, std::chars_format::scientific, count);
  return split(buffer);
}

struct Parts {
  std::string whole, fraction;
};

/// Digits before and after the point, in positional notation.
Parts positional(const Decimal& d) {
  Parts p;
  const int n = static_cast<int>(d.digits.size());
  for (int k = 0; k <= d.exponent; ++k) p.whole += k < n ? d.digits[k] : '0';
  if (d.exponent < 0) p.whole = "0";
  const bool zero = d.digits == "0";
  if (!zero) {
    for (int k = d.exponent + 1; k < 0; ++k) p.fraction += '0';
    for (int k = std::max(0, d.exponent + 1); k < n; ++k) p.fraction += d.digits[k];
  }
  if (d.negative) p.whole.insert(0, 1, '-');
  return p;
}

/// The shortest digits, unless they go on after kPrecision places: then the exact value rounded there. Every digit
/// before the point is the exact value's.
template <class T>
Parts column_positional(T value) {
  const Decimal d = shortest(value);
  Parts p = positional(d);
  const bool ends_before_point = static_cast<int>(d.digits.size()) <= d.exponent;
  if (p.fraction.size() <= kPrecision && !ends_before_point) return p;
  char buffer[512] = {};  // positional columns hold values below 1e8 only
  char* end = std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::fixed, kPrecision).ptr;
  const std::string_view text(buffer, static_cast<std::size_t>(end - buffer));
  const std::size_t point = text.find('.');
  p = {std::string(text.substr(0, point)), std::string(text.substr(point + 1))};
  while (!p.fraction.empty() && p.fraction.back() == '0') p.fraction.pop_back();
  return p;
}

/// As above for the digits of scientific notation; trailing zeros are not there.
template <class T>
Decimal column_scientific(T value) {
  Decimal d = shortest(value);
  return static_cast<int>(d.digits.size()) - 1 <= kPrecision ? d : rounded(value, kPrecision);
}

std::string exponent_digits(int exponent) {
  const std::string digits = std::to_string(std::abs(exponent));
  return digits.size() < 2 ? "0" + digits : digits;
}

std::string pad(std::string text, int width) {
  if (static_cast<int>(text.size()) < width) text.insert(0, width - text.size(), ' ');
  return text;
}

}  // namespace

template <class T>
FloatFormat<T>::FloatFormat(std::span<const T> values) {
  T largest = 0, smallest = 0;
  bool all_finite = true, negative_infinity = false, any = false;
  for (const T v : values) {
    if (!std::isfinite(v)) {
      all_finite = false;
      negative_infinity |= v < 0;
    } else if (v != 0) {
      const T magnitude = std::fabs(v);
      largest = any ? std::max(largest, magnitude) : magnitude;
      smallest = any ? std::min(smallest, magnitude) : magnitude;
      any = true;
    }
  }
  // The limits of NumPy 1.2x to 2.2 (later ones also print f32 from 1e6 in scientific notation), compared in double.
  scientific_ = any && (largest >= T(1e8) || double{smallest} < 1e-4 || largest / smallest > T(1000));
  for (const T v : values)
    if (std::isfinite(v)) fit(v);
  if (scientific_) right_ = exponent_ + 2 + fraction_;
  if (!all_finite) left_ = std::max(left_, (negative_infinity ? 4 : 3) - (right_ + 1));
}

template <class T>
void FloatFormat<T>::fit(T value) {
  if (scientific_) {
    const Decimal d = column_scientific(value);
    left_ = std::max(left_, d.negative ? 2 : 1);
    fraction_ = std::max(fraction_, static_cast<int>(d.digits.size()) - 1);
    exponent_ = std::max(exponent_, static_cast<int>(exponent_digits(d.exponent).size()));
    return;
  }
  const Parts p = column_positional(value);
  left_ = std::max(left_, static_cast<int>(p.whole.size()));
  right_ = std::max(right_, static_cast<int>(p.fraction.size()));
}

template <class T>
std::string FloatFormat<T>::operator()(T value) const {
  if (!std::isfinite(value)) return pad(std::isnan(value) ? "nan" : value < 0 ? "-inf" : "inf", left_ + right_ + 1);
  if (!scientific_) {
    const Parts p = column_positional(value);
    std::string text = pad(p.whole, left_) + '.' + p.fraction;
    return text.append(right_ - p.fraction.size(), ' ');
  }
  // Shorter digits are not padded with zeros but continued with those of the exact value, so that one column has
  // one resolution.
  Decimal d = column_scientific(value);
  if (static_cast<int>(d.digits.size()) - 1 != fraction_) d = rounded(value, fraction_);
  std::string fraction = d.digits.substr(1);
  fraction.append(fraction_ - fraction.size(), '0');
  const std::string exponent = exponent_digits(d.exponent);
  std::string text = pad((d.negative ? "-" : "") + d.digits.substr(0, 1), left_) + '.' + fraction + 'e';
  text += d.exponent < 0 ? '-' : '+';
  return text.append(exponent_ - exponent.size(), '0') + exponent;
}

template <class T>
std::string format_scalar(T value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value < 0 ? "-inf" : "inf";
  const Decimal d = shortest(value);
  const double magnitude = std::fabs(value);
  if (magnitude == 0 || (magnitude < 1e16 && magnitude >= 1e-4)) {
    const Parts p = positional(d);
    return p.whole + '.' + (p.fraction.empty() ? "0" : p.fraction);
  }
  std::string text = (d.negative ? "-" : "") + d.digits.substr(0, 1);
  if (d.digits.size() > 1) text += '.' + d.digits.substr(1);
  return text + (d.exponent < 0 ? "e-" : "e+") + exponent_digits(d.exponent);
}

template class FloatFormat<float>;
template class FloatFormat<double>;
template std::string format_scalar(float);
template std::string format_scalar(double);

}  // namespace trireme::text
