// hull/array/decimal.cpp -- shortest digits: the standard library's for float and double, a search for two-byte floats
// SPDX-License-Identifier: Apache-2.0
#include "array/decimal.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <string_view>

namespace trireme::text {
namespace {

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
Decimal shortest_of_library(T value) {
  char buffer[64] = {};
  std::to_chars(buffer, buffer + sizeof buffer - 1, value, std::chars_format::scientific);
  return split(buffer);
}

/// The double nearest to the magnitude of `d`.
double magnitude(const Decimal& d) {
  const std::string text = d.digits + "e" + std::to_string(d.exponent - static_cast<int>(d.digits.size()) + 1);
  double value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

/// The next number of `count` digits above the magnitude of `d`.
Decimal next_above(Decimal d, std::size_t count) {
  d.digits.resize(count, '0');
  std::size_t k = count;
  while (k > 0 && d.digits[k - 1] == '9') d.digits[--k] = '0';
  if (k > 0) {
    ++d.digits[k - 1];
  } else {
    d.digits.insert(0, 1, '1');
    ++d.exponent;
  }
  while (d.digits.size() > 1 && d.digits.back() == '0') d.digits.pop_back();
  return d;
}

/// Digits are added until what they say rounds to `value`, whose type has `precision` significant bits and subnormals
/// that are multiples of 2^lowest. Bounds are exact in double, and no number of so few digits lies so close to one that
/// reading it as a double could carry it there (all values of both types were compared with exact fractions).
Decimal shortest_of_half(double value, int precision, int lowest) {
  const double v = std::fabs(value);
  if (v == 0) return {std::signbit(value), "0", 0};
  int exponent = 0;
  const double fraction = std::frexp(v, &exponent);
  const double unit = std::ldexp(1.0, std::max(exponent - precision, lowest));
  const bool even = std::fmod(v / unit, 2) == 0;
  // Below a power of two the neighbours lie twice as close.
  const bool narrow = fraction == 0.5 && exponent - precision > lowest;
  const double low = v - unit / (narrow ? 4 : 2), high = v + unit / 2;
  const auto within = [&](double x) { return even ? x >= low && x <= high : x > low && x < high; };
  for (int more = 0;; ++more) {
    const Decimal nearest = rounded(value, more);
    if (within(magnitude(nearest))) return nearest;
    // Where the interval is longer above the value, the second nearest number may lie in it.
    const Decimal above = next_above(nearest, static_cast<std::size_t>(more) + 1);
    if (narrow && magnitude(nearest) < v && within(magnitude(above))) return above;
  }
}

}  // namespace

Decimal shortest(float value) { return shortest_of_library(value); }
Decimal shortest(double value) { return shortest_of_library(value); }
Decimal shortest(float16 value) { return shortest_of_half(static_cast<float>(value), 11, -24); }
Decimal shortest(bfloat16 value) { return shortest_of_half(static_cast<float>(value), 8, -133); }

Decimal rounded(double value, int count) {
  char buffer[128] = {};
  std::to_chars(buffer, buffer + sizeof buffer - 1, value, std::chars_format::scientific, count);
  return split(buffer);
}

}  // namespace trireme::text
