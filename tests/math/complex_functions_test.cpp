// tests/math/complex_functions_test.cpp -- functions of complex numbers: errors, and the special cases of C23 Annex G
// SPDX-License-Identifier: Apache-2.0
//
// Compared with the C library's functions of complex long double, which have eleven digits more than double and Annex
// G's special cases. Errors are in last places of the larger part.
#include "math/complex_inverses.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <complex>
#include <cstdio>
#include <limits>

#include "math/random_bits.hpp"
#include "support/complex_functions.hpp"

namespace trireme::math_test {
namespace {

using Reference = test::complex::Number;
constexpr std::uint64_t kSeed = 23;

enum Function {
  square_root,
  exponential,
  expm1,
  logarithm,
  log2,
  log10,
  log1p,
  sinh,
  cosh,
  tanh,
  sin,
  cos,
  tan,
  asin,
  acos,
  atan,
  asinh,
  acosh,
  atanh,
  sign,
  kFunctions
};
constexpr const char* kNames[] = {"sqrt", "exp",  "expm1", "log", "log2", "log10", "log1p", "sinh", "cosh",  "tanh",  "sin",   "cos",
                                  "tan",  "asin", "acos", "atan", "asinh", "acosh", "atanh", "sign"};
// Above the largest errors measured with MPC (docs/numerics.md).
constexpr double kBound[] = {2.5, 3.0, 3.0, 2.5, 3.0, 3.0, 3.0, 3.0, 3.0, 5.0, 3.0, 3.0, 5.0, 4.0, 4.0, 4.0, 4.0, 4.0, 4.0, 2.6};

template <class T>
std::complex<T> value_of(int function, T x, T y) {
  const math::Complex<math::Scalar<T>> a{math::Scalar<T>(x), math::Scalar<T>(y)};
  const auto compute = [&] {
    switch (function) {
      case square_root:
        return math::sqrt(a);
      case exponential:
        return math::exp(a);
      case expm1:
        return math::expm1(a);
      case logarithm:
        return math::log(a);
      case log2:
        return math::log2(a);
      case log10:
        return math::log10(a);
      case log1p:
        return math::log1p(a);
      case sinh:
        return math::sinh(a);
      case cosh:
        return math::cosh(a);
      case tanh:
        return math::tanh(a);
      case sin:
        return math::sin(a);
      case cos:
        return math::cos(a);
      case tan:
        return math::tan(a);
      case asin:
        return math::asin(a);
      case acos:
        return math::acos(a);
      case atan:
        return math::atan(a);
      case asinh:
        return math::asinh(a);
      case acosh:
        return math::acosh(a);
      case atanh:
        return math::atanh(a);
      default:
        return math::sign(a);
    }
  };
  const auto out = compute();
  return {out.re.value, out.im.value};
}

Reference reference_of(int function, Reference a) {
  switch (function) {
    case square_root:
      return std::sqrt(a);
    case exponential:
      return std::exp(a);
    case expm1:
      return test::complex::expm1(a);
    case logarithm:
      return std::log(a);
    case log2:
      return test::complex::log2(a);
    case log10:
      return test::complex::log10(a);
    case log1p:
      return test::complex::log1p(a);
    case sinh:
      return std::sinh(a);
    case cosh:
      return std::cosh(a);
    case tanh:
      return std::tanh(a);
    case sin:
      return std::sin(a);
    case cos:
      return std::cos(a);
    case tan:
      return std::tan(a);
    case asin:
      return std::asin(a);
    case acos:
      return std::acos(a);
    case atan:
      return std::atan(a);
    case asinh:
      return std::asinh(a);
    case acosh:
      return std::acosh(a);
    case atanh:
      return std::atanh(a);
    default:
      return test::complex::sign(a);
  }
}

/// Moderate and small parts, those near the ends of exp's range, any finite bits.
template <class T>
T draw(Random& random) {
  constexpr double kEnd = sizeof(T) == 4 ? 90 : 712;
  switch (random.next() % 6) {
    case 0:
      return static_cast<T>(random.between(-4, 4));
    case 1:
      return static_cast<T>(std::ldexp(random.between(-2, 2), -static_cast<int>(random.next() % 40)));
    case 2:
      return static_cast<T>(random.between(-kEnd, kEnd));
    case 3:
      return static_cast<T>(std::ldexp(random.between(-1, 1), static_cast<int>(random.next() % 20)));
    case 4: {
      const T any = random.bits<T>();
      return std::isfinite(any) ? any : T{1};
    }
    default:
      return static_cast<T>(random.between(-1.2, 1.2));
  }
}

template <class T>
class ComplexFunctions : public testing::Test {};
using Floats = testing::Types<float, double>;
TYPED_TEST_SUITE(ComplexFunctions, Floats);

TYPED_TEST(ComplexFunctions, errors_are_below_the_bounds) {
  using T = TypeParam;
  using L = std::numeric_limits<T>;
  const int count = long_run() ? 3'000'000 : 30'000;
  for (int function = 0; function < kFunctions; ++function) {
    Random random{kSeed};
    double worst = 0;
    Reference at;
    for (int k = 0; k < count; ++k) {
      T x = draw<T>(random), y = draw<T>(random);
      if (k % 5 == 0) {  // near the unit circle
        const double angle = random.between(-3.2, 3.2),
                     size = 1 + std::ldexp(random.between(-1, 1), -static_cast<int>(random.next() % 50));
        x = static_cast<T>(size * std::cos(angle)), y = static_cast<T>(size * std::sin(angle));
      }
      if (x == 0 && y == 0) continue;
      const std::complex<T> got = value_of(function, x, y);
      const Reference expected = reference_of(function, Reference(x, y));
      const std::complex<T> rounded(static_cast<T>(expected.real()), static_cast<T>(expected.imag()));
      // Where a part overflows, it and the other one are compared each for itself.
      if (!std::isfinite(rounded.real()) || !std::isfinite(rounded.imag())) {
        const auto good = [](T a, T b) { return std::isfinite(b) ? std::isfinite(a) : a == b || (a != a && b != b); };
        ASSERT_TRUE(good(got.real(), rounded.real()) && good(got.imag(), rounded.imag()))
            << kNames[function] << "(" << x << ", " << y << ") is " << got << ", not " << rounded;
        continue;
      }
      int exponent = 0;
      std::frexp(std::max(std::fabs(expected.real()), std::fabs(expected.imag())), &exponent);
      const int place = std::max(exponent, L::min_exponent) - L::digits;
      const Reference off = Reference(got.real(), got.imag()) - expected;
      const auto error =
          static_cast<double>(std::ldexp(std::max(std::fabs(off.real()), std::fabs(off.imag())), -place));
      ASSERT_FALSE(std::isnan(error)) << kNames[function] << "(" << x << ", " << y << ") is " << got;
      if (error > worst) worst = error, at = Reference(x, y);
    }
    std::printf("complex %s f%d: %.3f ulp at (%La, %La), seed %llu\n", kNames[function],
                static_cast<int>(8 * sizeof(T)), worst, at.real(), at.imag(), static_cast<unsigned long long>(kSeed));
    EXPECT_LE(worst, kBound[function]) << kNames[function] << " at " << at;
  }
}

/// Annex G leaves signs of zeros and infinities open where the operand is an infinity or NaN; elsewhere they must be
/// right.
TYPED_TEST(ComplexFunctions, special_cases_are_those_of_annex_g) {
  using T = TypeParam;
  const T inf = std::numeric_limits<T>::infinity(), nan = std::numeric_limits<T>::quiet_NaN();
  const T parts[] = {0, T(-0.0), 1, -1, inf, -inf, nan};
  for (int function = 0; function < sign; ++function)
    for (const T x : parts)
      for (const T y : parts) {
        const std::complex<T> got = value_of(function, x, y);
        const Reference expected = reference_of(function, Reference(x, y));
        const bool open = !std::isfinite(x) && !std::isfinite(y);
        const auto good = [&](T a, long double b) {
          if (std::isnan(b)) return std::isnan(a);
          if (std::isinf(b)) return std::isinf(a) && (open || (a > 0) == (b > 0));
          if (b == 0) return a == 0 && (open || std::isnan(x) || std::isnan(y) || std::signbit(a) == std::signbit(b));
          return std::fabs(a - b) < 1e-5L;
        };
        EXPECT_TRUE(good(got.real(), expected.real()) && good(got.imag(), expected.imag()))
            << kNames[function] << "(" << x << ", " << y << ") is " << got << ", not " << expected;
      }
}

TYPED_TEST(ComplexFunctions, powers_are_exp_of_b_log_a) {
  using T = TypeParam;
  Random random{kSeed};
  const auto value = [](std::complex<T> a, std::complex<T> b) {
    using V = math::Scalar<T>;
    const auto out = math::pow(math::Complex<V>{V(a.real()), V(a.imag())}, math::Complex<V>{V(b.real()), V(b.imag())});
    return std::complex<T>(out.re.value, out.im.value);
  };
  for (int k = 0; k < 20'000; ++k) {
    const auto part = [&] { return static_cast<T>(random.between(-4, 4)); };
    const std::complex<T> a(part(), part()), b(part(), part()), got = value(a, b);
    const Reference power = std::pow(Reference(a), Reference(b)), logarithm = Reference(b) * std::log(Reference(a));
    // The error of b log a is that of the power, relative to it: 4 last places for each factor.
    const long double bound = 4 * std::numeric_limits<T>::epsilon() * (2 + std::abs(logarithm)) * std::abs(power);
    ASSERT_LE(std::abs(Reference(got) - power), bound) << a << " ** " << b;
  }
  EXPECT_EQ(value({0, 0}, {0, 0}), std::complex<T>(1, 0));
  EXPECT_EQ(value({0, 0}, {2, 1}), std::complex<T>(0, 0));
  EXPECT_EQ(value({3, 4}, {0, 0}), std::complex<T>(1, 0));
}

TYPED_TEST(ComplexFunctions, sign_of_zero_is_zero) {
  using T = TypeParam;
  EXPECT_EQ(value_of(sign, T{0}, T(-0.0)), std::complex<T>(0, 0));
  EXPECT_TRUE(std::isnan(value_of(sign, std::numeric_limits<T>::quiet_NaN(), T{1}).real()));
}

}  // namespace
}  // namespace trireme::math_test
