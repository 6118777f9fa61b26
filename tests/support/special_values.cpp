// tests/support/special_values.cpp -- the values that break arithmetic, per dtype, and random ones
// SPDX-License-Identifier: Apache-2.0
#include "support/special_values.hpp"

#include <array>
#include <cmath>
#include <limits>

#include "support/number.hpp"

namespace trireme::test {
namespace {

/// Both signs of the numbers, as elements of a floating dtype.
std::vector<Bits> both_signs(Dtype dtype, const std::vector<long double>& values) {
  std::vector<Bits> out;
  for (long double v : values) {
    out.push_back(rounded(dtype, v));
    out.push_back(rounded(dtype, -v));
  }
  return out;
}

std::vector<Bits> special_floats(Dtype dtype) {
  const Format f = format(dtype);
  const long double tiny = std::ldexp(1.0L, f.least_exponent - f.digits);  // the smallest subnormal
  const long double least = std::ldexp(1.0L, f.least_exponent - 1), ulp = std::ldexp(1.0L, 1 - f.digits);
  const long double digits = std::ldexp(1.0L, f.digits - 1);  // from here on there are no halves
  auto out = both_signs(dtype, {0,
                                tiny,
                                3 * tiny,
                                least / 2,
                                least - tiny,
                                least,
                                least + tiny,
                                std::sqrt(least),
                                1e-10L,
                                0.1L,
                                0.5L,
                                0.5L - ulp / 4,
                                0.75L,
                                1 - ulp / 2,
                                1,
                                1 + ulp,
                                1.5L,
                                2,
                                2.5L,
                                3,
                                10,
                                88.5L,
                                127,
                                255.5L,
                                1000,
                                digits - 0.5L,
                                digits,
                                digits + 1,
                                32767.5L,
                                0x1p31L,
                                0x1p31L - 0.5L,
                                0x1p32L,
                                0x1p63L,
                                0x1p63L * (1 - ulp / 2),
                                0x1p64L,
                                std::sqrt(f.largest),
                                f.largest / 2,
                                f.largest,
                                std::numeric_limits<long double>::infinity()});
  out.push_back(rounded(dtype, std::numeric_limits<long double>::quiet_NaN()));
  return out;
}

std::vector<Bits> few_special_floats(Dtype dtype) {
  const Format f = format(dtype);
  auto out = both_signs(
      dtype, {0, std::ldexp(1.0L, f.least_exponent - f.digits), std::ldexp(1.0L, f.least_exponent - 1), 1,
              1 + std::ldexp(1.0L, 1 - f.digits), 1.5L, f.largest, std::numeric_limits<long double>::infinity()});
  out.push_back(rounded(dtype, std::numeric_limits<long double>::quiet_NaN()));
  out.push_back(rounded(dtype, 0.1L));
  return out;
}

/// The first nineteen are of every size; those that a dtype does not hold are wrapped.
std::vector<Bits> special_integers(Dtype dtype) {
  const int width = static_cast<int>(8 * item_size(dtype));
  const Bits mask = (Bits{1} << width) - 1, sign = Bits{1} << (width - 1);
  std::vector<Bits> out = {0,
                           1,
                           mask,
                           2,
                           mask - 1,
                           3,
                           7,
                           mask - 9,
                           sign >> 1,
                           sign - 1,
                           sign - 2,
                           sign,
                           sign + 1,
                           static_cast<Bits>(width),
                           static_cast<Bits>(width - 1),
                           46340,
                           46341,
                           65535,
                           65536};
  for (Bits v : {Bits{1} << 24, (Bits{1} << 24) + 1, Bits{0x7fffffbf}, Bits{0x7fffffc0}, Bits{1} << 31, Bits{1} << 32,
                 (Bits{1} << 53) + 1, (Bits{1} << 62) + 1, Bits{0x7fffff4000000001}, Bits{0x0100000100000000},
                 Bits{0x0100000300000001}, Bits{0xfffffffffffff400}, Bits{0xffffff8000000001}}) {
    out.push_back(v);
    out.push_back(~v + 1);
  }
  std::vector<Bits> unique;
  for (std::size_t k = 0; k < out.size(); ++k) {
    const Bits b = out[k] & mask;
    bool seen = false;
    for (Bits other : unique) seen |= other == b;
    if (!seen) unique.push_back(b);
  }
  return unique;
}

/// Every pair of a dozen parts.
std::vector<Bits> special_complex(Dtype dtype, bool few) {
  const Dtype part = component(dtype);
  const Format f = format(part);
  const long double tiny = std::ldexp(1.0L, f.least_exponent - f.digits),
                    infinity = std::numeric_limits<long double>::infinity();
  const long double nan = std::numeric_limits<long double>::quiet_NaN();
  const std::vector<long double> parts =
      few ? std::vector<long double>{0.0L, 1.5L, -f.largest, infinity, nan}
          : std::vector<long double>{
                0.0L,          -0.0L,      tiny,     -3 * tiny, std::ldexp(1.0L, f.least_exponent - 1),
                0.1L,          1,          -1.5L,    -10,       std::sqrt(f.largest),
                f.largest / 2, -f.largest, infinity, nan};
  std::vector<Bits> out;
  for (long double re : parts)
    for (long double im : parts) out.push_back(complex_bits(dtype, rounded(part, re), rounded(part, im)));
  return out;
}

std::vector<Bits> make(Dtype dtype, bool few) {
  switch (kind(dtype)) {
    case Kind::boolean:
      return {0, 1};
    case Kind::integer: {
      auto out = special_integers(dtype);
      if (few && out.size() > 15) out.resize(15);
      return out;
    }
    case Kind::floating:
      return few ? few_special_floats(dtype) : special_floats(dtype);
    case Kind::complex:
      return special_complex(dtype, few);
  }
  return {};
}

const std::vector<Bits>& made(Dtype dtype, bool few) {
  static const auto values = [] {
    std::array<std::vector<Bits>, 2 * kDtypeCount> out;
    for (Dtype d : kDtypes)
      for (bool f : {false, true}) out[static_cast<std::size_t>(2 * static_cast<int>(d) + f)] = make(d, f);
    return out;
  }();
  return values[static_cast<std::size_t>(2 * static_cast<int>(dtype) + few)];
}

Bits random_part(Dtype dtype, Random& random, std::int64_t sort) {
  const int width = static_cast<int>(8 * item_size(dtype));
  const Bits raw = random.next() >> (64 - width);
  if (sort < 10 && !is_nan(dtype, raw)) return raw;
  if (sort < 20) return rounded(dtype, static_cast<long double>(random.between(-9, 9)));
  const double wide = random.unit() - 0.5;
  const int range = dtype == f16 ? 8 : 20;
  return rounded(dtype, sort < 60 ? wide * 4 : std::ldexp(wide, static_cast<int>(random.between(-range, range))));
}

}  // namespace

const std::vector<Bits>& special_values(Dtype dtype) { return made(dtype, false); }
const std::vector<Bits>& few_special_values(Dtype dtype) { return made(dtype, true); }

Bits poison(Dtype dtype) {
  const Dtype part = component(dtype);
  const Bits nan = kind(dtype) < Kind::floating ? 0 : rounded(part, std::numeric_limits<long double>::quiet_NaN());
  switch (kind(dtype)) {
    case Kind::boolean:
      return 1;
    case Kind::integer:
      return (Bits{1} << (8 * item_size(dtype) - 1)) + 57;
    case Kind::floating:
      return nan;
    case Kind::complex:
      return complex_bits(dtype, nan, nan);
  }
  return 0;
}

Bits random_value(Dtype dtype, Random& random) {
  if (dtype == boolean) return random.next() & 1;
  const std::int64_t sort = random.below(100);
  if (sort < 6) {
    const auto& values = special_values(dtype);
    return values[static_cast<std::size_t>(random.below(static_cast<std::int64_t>(values.size())))];
  }
  if (kind(dtype) == Kind::floating) return random_part(dtype, random, sort);
  if (kind(dtype) == Kind::complex) {
    const Bits re = random_part(component(dtype), random, sort);
    return complex_bits(dtype, re, random_part(component(dtype), random, sort));
  }
  const int width = static_cast<int>(8 * item_size(dtype));
  if (sort < 20) return random.next() >> (64 - width);
  return encoded(dtype, {static_cast<long double>(random.between(is_signed(dtype) ? -100 : 0, 100)), 0}, true);
}

HostArray random_array(Dtype dtype, const Shape& shape, Random& random) {
  HostArray out{dtype, shape, std::vector<Bits>(static_cast<std::size_t>(shape.size()))};
  for (Bits& b : out.bits) b = random_value(dtype, random);
  return out;
}

HostArray tame_array(Dtype dtype, const Shape& shape, Random& random) {
  const auto part = [&] { return static_cast<long double>(random.unit() * 3 - 0.5); };
  HostArray out{dtype, shape, std::vector<Bits>(static_cast<std::size_t>(shape.size()))};
  for (Bits& b : out.bits) {
    switch (kind(dtype)) {
      case Kind::boolean:
        b = random.next() & 1;
        break;
      case Kind::integer:
        b = encoded(dtype, {static_cast<long double>(random.between(is_signed(dtype) ? -100 : 0, 100)), 0}, true);
        break;
      case Kind::floating:
        b = rounded(dtype, part());
        break;
      case Kind::complex: {
        const Bits re = rounded(component(dtype), part());
        b = complex_bits(dtype, re, rounded(component(dtype), part()));
        break;
      }
    }
  }
  return out;
}

}  // namespace trireme::test
