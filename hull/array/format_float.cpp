// hull/array/format_float.cpp -- float columns: shortest digits, cut at 8, one notation for the whole array
// SPDX-License-Identifier: Apache-2.0
#include "array/format_float.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <string_view>
#include <type_traits>

#include "array/decimal.hpp"

namespace trireme::text {
namespace {

/// Exact: every type that is printed lies within double.
double wide(float value) { return value; }
double wide(double value) { return value; }
double wide(float16 value) { return static_cast<float>(value); }
double wide(bfloat16 value) { return static_cast<float>(value); }

/// a / b as NumPy divides numbers of the type; bfloat16 is printed as float.
float quotient(float a, float b) { return a / b; }
double quotient(double a, double b) { return a / b; }
float16 quotient(float16 a, float16 b) { return float16(static_cast<float>(a) / static_cast<float>(b)); }
float quotient(bfloat16 a, bfloat16 b) { return static_cast<float>(a) / static_cast<float>(b); }

/// `limit` as NumPy 2 compares numbers of type T with it: a number of that type.
template <class T>
double in_type(double limit) {
  if constexpr (std::is_same_v<T, bfloat16>)
    return static_cast<float>(limit);
  else if constexpr (std::is_same_v<T, float16>)
    return wide(float16(static_cast<float>(limit)));
  else
    return static_cast<T>(limit);
}

struct Parts {
  bool negative = false;
  std::string whole, fraction;
};

/// Digits before and after the point, in positional notation.
Parts positional(const Decimal& d) {
  Parts p{d.negative, "", ""};
  const int n = static_cast<int>(d.digits.size());
  for (int k = 0; k <= d.exponent; ++k) p.whole += k < n ? d.digits[k] : '0';
  if (d.exponent < 0) p.whole = "0";
  const bool zero = d.digits == "0";
  if (!zero) {
    for (int k = d.exponent + 1; k < 0; ++k) p.fraction += '0';
    for (int k = std::max(0, d.exponent + 1); k < n; ++k) p.fraction += d.digits[k];
  }
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
  const double exact = std::fabs(wide(value));
  char* end = std::to_chars(buffer, buffer + sizeof buffer, exact, std::chars_format::fixed, kPrecision).ptr;
  const std::string_view text(buffer, static_cast<std::size_t>(end - buffer));
  const std::size_t point = text.find('.');
  p = {d.negative, std::string(text.substr(0, point)), std::string(text.substr(point + 1))};
  while (!p.fraction.empty() && p.fraction.back() == '0') p.fraction.pop_back();
  return p;
}

/// As above for the digits of scientific notation; trailing zeros are not there.
template <class T>
Decimal column_scientific(T value) {
  Decimal d = shortest(value);
  return static_cast<int>(d.digits.size()) - 1 <= kPrecision ? d : rounded(wide(value), kPrecision);
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
FloatFormat<T>::FloatFormat(std::span<const T> values, Sign sign) : sign_(sign) {
  T largest{}, smallest{};
  bool all_finite = true, negative_infinity = sign == Sign::always, any = false;
  for (const T v : values) {
    const double x = wide(v), magnitude = std::fabs(x);
    if (!std::isfinite(x)) {
      all_finite = false;
      negative_infinity |= x < 0;
    } else if (x != 0) {
      if (!any || magnitude > std::fabs(wide(largest))) largest = v;
      if (!any || magnitude < std::fabs(wide(smallest))) smallest = v;
      any = true;
    }
  }
  // The limits of NumPy 2.0 to 2.2; later ones also print f32 from 1e6 and f16 from 1e3 on in scientific notation.
  scientific_ = any && (std::fabs(wide(largest)) >= in_type<T>(1e8) || std::fabs(wide(smallest)) < in_type<T>(1e-4) ||
                        std::fabs(wide(quotient(largest, smallest))) > 1000);
  for (const T v : values)
    if (std::isfinite(wide(v))) fit(v);
  if (scientific_) right_ = exponent_ + 2 + fraction_;
  if (!all_finite) left_ = std::max(left_, (negative_infinity ? 4 : 3) - (right_ + 1));
}

template <class T>
void FloatFormat<T>::fit(T value) {
  if (scientific_) {
    const Decimal d = column_scientific(value);
    left_ = std::max(left_, static_cast<int>(signed_text(d.negative, "").size()) + 1);
    fraction_ = std::max(fraction_, static_cast<int>(d.digits.size()) - 1);
    exponent_ = std::max(exponent_, static_cast<int>(exponent_digits(d.exponent).size()));
    return;
  }
  const Parts p = column_positional(value);
  left_ = std::max(left_, static_cast<int>(signed_text(p.negative, p.whole).size()));
  right_ = std::max(right_, static_cast<int>(p.fraction.size()));
}

template <class T>
std::string FloatFormat<T>::operator()(T value) const {
  if (const double x = wide(value); !std::isfinite(x))
    return pad(std::isnan(x) ? signed_text(false, "nan") : signed_text(x < 0, "inf"), left_ + right_ + 1);
  if (!scientific_) {
    const Parts p = column_positional(value);
    std::string text = pad(signed_text(p.negative, p.whole), left_) + '.' + p.fraction;
    return text.append(right_ - p.fraction.size(), ' ');
  }
  // Shorter digits are not padded with zeros but continued with those of the exact value, so that one column has
  // one resolution.
  Decimal d = column_scientific(value);
  if (static_cast<int>(d.digits.size()) - 1 != fraction_) d = rounded(wide(value), fraction_);
  std::string fraction = d.digits.substr(1);
  fraction.append(fraction_ - fraction.size(), '0');
  const std::string exponent = exponent_digits(d.exponent);
  std::string text = pad(signed_text(d.negative, d.digits.substr(0, 1)), left_) + '.' + fraction + 'e';
  text += d.exponent < 0 ? '-' : '+';
  return text.append(exponent_ - exponent.size(), '0') + exponent;
}

template <class T>
std::string FloatFormat<T>::signed_text(bool negative, const std::string& text) const {
  return (negative ? "-" : sign_ == Sign::always ? "+" : "") + text;
}

namespace {

/// Shortest digits; a whole number in positional notation ends with `after_whole`.
template <class T>
std::string scalar_text(T value, const char* after_whole) {
  const double x = wide(value), magnitude = std::fabs(x);
  if (std::isnan(x)) return "nan";
  if (std::isinf(x)) return x < 0 ? "-inf" : "inf";
  const Decimal d = shortest(value);
  const std::string sign = d.negative ? "-" : "";
  if (magnitude == 0 || (magnitude < 1e16 && magnitude >= 1e-4)) {
    const Parts p = positional(d);
    return sign + p.whole + (p.fraction.empty() ? after_whole : "." + p.fraction);
  }
  std::string text = sign + d.digits.substr(0, 1);
  if (d.digits.size() > 1) text += '.' + d.digits.substr(1);
  return text + (d.exponent < 0 ? "e-" : "e+") + exponent_digits(d.exponent);
}

}  // namespace

template <class T>
std::string format_scalar(T value) {
  return scalar_text(value, ".0");
}

template <class T>
std::string format_scalar(std::complex<T> value) {
  const std::string imaginary = scalar_text(value.imag(), "") + "j";
  if (value.real() == 0 && !std::signbit(value.real())) return imaginary;
  const bool sign = imaginary.front() == '-';
  return "(" + scalar_text(value.real(), "") + (sign ? "" : "+") + imaginary + ")";
}

template class FloatFormat<float>;
template class FloatFormat<double>;
template class FloatFormat<float16>;
template class FloatFormat<bfloat16>;
template std::string format_scalar(float);
template std::string format_scalar(double);
template std::string format_scalar(float16);
template std::string format_scalar(bfloat16);
template std::string format_scalar(std::complex<float>);
template std::string format_scalar(std::complex<double>);

}  // namespace trireme::text
