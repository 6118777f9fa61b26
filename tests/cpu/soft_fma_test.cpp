// tests/cpu/soft_fma_test.cpp -- the software fma against the C library and MPFR
// SPDX-License-Identifier: Apache-2.0

#include "cpu/soft_fma.hpp"

#include <gtest/gtest.h>
#include <mpfr.h>

#include <cmath>
#include <cstdio>
#include <limits>
#include <vector>

#include "math/random_bits.hpp"

namespace trireme::cpu {
namespace {

using math_test::long_run;
using math_test::Random;
using math_test::same;

constexpr std::uint64_t kSeed = 20240607;

template <class T>
using Bits = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;

template <class T>
T from_bits(std::uint64_t bits) {
  return __builtin_bit_cast(T, static_cast<Bits<T>>(bits));
}

template <class T>
struct Layout {
  static constexpr int kFraction = sizeof(T) == 4 ? 23 : 52;
  static constexpr int kBias = sizeof(T) == 4 ? 127 : 1023;
};

/// A random value with exponent in [low, high]; `coarse` keeps only a few leading bits, which makes ties frequent.
template <class T>
T random_value(Random& random, int low, int high, bool coarse) {
  using L = Layout<T>;
  std::uint64_t r = random.next();
  int exponent = low + static_cast<int>((r >> 53) % static_cast<unsigned>(high - low + 1)) + L::kBias;
  std::uint64_t fraction = random.next() & ((std::uint64_t{1} << L::kFraction) - 1);
  if (coarse) fraction &= ~std::uint64_t{0} << (r >> 8) % (L::kFraction + 1);
  exponent = exponent < 0 ? 0 : exponent > 2 * L::kBias ? 2 * L::kBias : exponent;
  std::uint64_t sign = (r & 1) << (8 * sizeof(T) - 1);
  return from_bits<T>(sign | static_cast<std::uint64_t>(exponent) << L::kFraction | fraction);
}

enum Class { any_bits, moderate, ties, cancelling, underflowing, overflowing, kClasses };
constexpr const char* kClassNames[] = {"any bits", "moderate", "ties", "cancelling", "underflowing", "overflowing"};

template <class T>
struct Triple {
  T a, b, c;
};

template <class T>
Triple<T> draw(Random& random, int kind) {
  constexpr int bias = Layout<T>::kBias, fraction = Layout<T>::kFraction;
  auto value = [&](int low, int high, bool coarse) { return random_value<T>(random, low, high, coarse); };
  Triple<T> t{};
  switch (kind) {
    case any_bits:
      return {from_bits<T>(random.next()), from_bits<T>(random.next()), from_bits<T>(random.next())};
    case moderate:
      return {value(-30, 30, false), value(-30, 30, false), value(-90, 90, false)};
    case ties:
      return {value(-3, 3, true), value(-3, 3, true), value(-fraction - 8, fraction + 8, true)};
    case cancelling: {
      t = {value(-bias / 2, bias / 2, random.next() & 1), value(-bias / 2, bias / 2, random.next() & 1), T{0}};
      t.c = -(t.a * t.b);
      std::uint64_t bits = __builtin_bit_cast(Bits<T>, t.c);
      t.c = from_bits<T>(bits + random.next() % 5 - 2);
      return t;
    }
    case underflowing: {
      int e = static_cast<int>(random.next() % static_cast<unsigned>(bias));
      t = {value(-e - 4, -e, random.next() & 1), value(e - bias - fraction - 4, e - bias + 4, random.next() & 1), T{0}};
      t.c = value(-bias - 4, -bias + fraction, random.next() & 1);
      return t;
    }
    default: {
      int e = static_cast<int>(random.next() % static_cast<unsigned>(bias));
      t = {value(e, e + 2, random.next() & 1), value(bias - e - 3, bias - e + 1, random.next() & 1), T{0}};
      t.c = value(bias - fraction - 4, bias, random.next() & 1);
      return t;
    }
  }
}

float vector_fma(float a, float b, float c, int lane) {
  float in[3][4] = {{1, 2, 3, 4}, {5, 6, 7, 8}, {9, 10, 11, 12}}, out[4];
  in[0][lane] = a, in[1][lane] = b, in[2][lane] = c;
  _mm_storeu_ps(out, soft::fma(_mm_loadu_ps(in[0]), _mm_loadu_ps(in[1]), _mm_loadu_ps(in[2])));
  return out[lane];
}

double vector_fma(double a, double b, double c, int lane) {
  double in[3][2] = {{1, 2}, {5, 6}, {9, 10}}, out[2];
  in[0][lane] = a, in[1][lane] = b, in[2][lane] = c;
  _mm_storeu_pd(out, soft::fma(_mm_loadu_pd(in[0]), _mm_loadu_pd(in[1]), _mm_loadu_pd(in[2])));
  return out[lane];
}

/// MPFR with the exponent range of T, so that subnormals and overflow round as in T.
template <class T>
T mpfr_reference(T a, T b, T c) {
  constexpr int precision = Layout<T>::kFraction + 1;
  mpfr_set_emin(-Layout<T>::kBias - precision + 3);
  mpfr_set_emax(Layout<T>::kBias + 1);
  mpfr_t x, y, z;
  mpfr_inits2(precision, x, y, z, static_cast<mpfr_ptr>(nullptr));
  mpfr_set_d(x, static_cast<double>(a), MPFR_RNDN);
  mpfr_set_d(y, static_cast<double>(b), MPFR_RNDN);
  mpfr_set_d(z, static_cast<double>(c), MPFR_RNDN);
  int ternary = mpfr_fma(x, x, y, z, MPFR_RNDN);
  mpfr_subnormalize(x, ternary, MPFR_RNDN);
  T result = static_cast<T>(mpfr_get_d(x, MPFR_RNDN));
  mpfr_clears(x, y, z, static_cast<mpfr_ptr>(nullptr));
  return result;
}

template <class T>
::testing::AssertionResult agrees(Triple<T> t, T expected, int lane) {
  T scalar = soft::fma(t.a, t.b, t.c), vector = vector_fma(t.a, t.b, t.c, lane);
  if (same(scalar, expected) && same(vector, expected)) return ::testing::AssertionSuccess();
  char text[256];
  std::snprintf(text, sizeof text, "fma(%a, %a, %a): expected %a, scalar %a, vector %a (lane %d), seed %llu",
                double(t.a), double(t.b), double(t.c), double(expected), double(scalar), double(vector), lane,
                static_cast<unsigned long long>(kSeed));
  return ::testing::AssertionFailure() << text;
}

template <class T>
class SoftFma : public ::testing::Test {};
using Types = ::testing::Types<float, double>;
TYPED_TEST_SUITE(SoftFma, Types);

TYPED_TEST(SoftFma, random_inputs_equal_the_library) {
  using T = TypeParam;
  const std::int64_t count = long_run() ? 100'000'000 : 1'000'000;
  constexpr int lanes = 16 / sizeof(T);
  for (int kind = 0; kind < kClasses; ++kind) {
    Random random{kSeed + static_cast<std::uint64_t>(kind)};
    for (std::int64_t i = 0; i < count; ++i) {
      Triple<T> t = draw<T>(random, kind);
      T expected = std::fma(t.a, t.b, t.c);
      int lane = static_cast<int>(i % lanes);
      // The fast comparison first: building an AssertionResult for each of 10^8 cases would take hours.
      if (same(soft::fma(t.a, t.b, t.c), expected) && same(vector_fma(t.a, t.b, t.c, lane), expected)) continue;
      ASSERT_TRUE(agrees(t, expected, lane)) << kClassNames[kind];
    }
    std::printf("%s: %lld cases, seed %llu\n", kClassNames[kind], static_cast<long long>(count),
                static_cast<unsigned long long>(kSeed));
  }
}

TYPED_TEST(SoftFma, random_inputs_equal_mpfr) {
  using T = TypeParam;
  const int count = long_run() ? 2'000'000 : 50'000;
  for (int kind = 0; kind < kClasses; ++kind) {
    Random random{kSeed + 1000 + static_cast<std::uint64_t>(kind)};
    for (int i = 0; i < count; ++i) {
      Triple<T> t = draw<T>(random, kind);
      ASSERT_TRUE(agrees(t, mpfr_reference(t.a, t.b, t.c), i & 1)) << kClassNames[kind];
    }
  }
}

template <class T>
std::vector<T> hard_values() {
  using Limits = std::numeric_limits<T>;
  constexpr int bias = Layout<T>::kBias, fraction = Layout<T>::kFraction;
  std::vector<T> values = {T{0},
                           Limits::denorm_min(),
                           2 * Limits::denorm_min(),
                           3 * Limits::denorm_min(),
                           Limits::min() - Limits::denorm_min(),
                           Limits::min(),
                           Limits::min() + Limits::denorm_min(),
                           Limits::max(),
                           Limits::infinity(),
                           Limits::quiet_NaN()};
  for (int e : {-bias - fraction / 2,
                -bias,
                1 - bias,
                2 - bias,
                -bias + fraction,
                -bias + fraction + 2,
                -bias / 2 - 1,
                -bias / 2,
                -fraction - 1,
                -fraction,
                -fraction / 2 - 1,
                -1,
                0,
                1,
                fraction / 2 + 1,
                fraction,
                fraction + 1,
                bias / 2,
                bias / 2 + 1,
                bias - fraction - 1,
                bias - fraction,
                bias - 1,
                bias}) {
    T power = std::ldexp(T{1}, e);
    values.insert(values.end(),
                  {power, std::nextafter(power, T{0}), std::nextafter(power, Limits::infinity()), power + power / 2});
  }
  std::size_t positive = values.size();
  for (std::size_t i = 0; i < positive; ++i) values.push_back(-values[i]);
  return values;
}

TYPED_TEST(SoftFma, hard_values_equal_the_library_in_full_cross_product) {
  using T = TypeParam;
  std::vector<T> values = hard_values<T>();
  int lane = 0;
  for (T a : values) {
    for (T b : values) {
      for (T c : values) {
        lane ^= 1;
        T expected = std::fma(a, b, c);
        if (same(soft::fma(a, b, c), expected) && same(vector_fma(a, b, c, lane), expected)) continue;
        ASSERT_TRUE(agrees(Triple<T>{a, b, c}, expected, lane));
      }
    }
  }
}

// The values where going through a wider type, or an unsticky shift, goes wrong.
TEST(SoftFmaCases, f32_double_rounding_is_avoided) {
  // The product is 1 + 2^-24, a tie in f32; c, too small to show in f64, decides it.
  float a = 24929.0f, b = 673.0f * 0x1p-24f, c = 0x1p-100f;
  for (int lane = 0; lane < 4; ++lane) {
    EXPECT_EQ(vector_fma(a, b, c, lane), 0x1.000002p0f);
    EXPECT_EQ(vector_fma(a, b, -c, lane), 1.0f);
  }
  EXPECT_EQ(soft::fma(a, b, c), 0x1.000002p0f);
  EXPECT_EQ(soft::fma(a, b, -c), 1.0f);
}

TEST(SoftFmaCases, f64_product_beyond_the_largest_meets_infinity) {
  double big = 0x1p1023, infinity = std::numeric_limits<double>::infinity();
  EXPECT_EQ(soft::fma(big, big, -infinity), -infinity);
  EXPECT_EQ(vector_fma(big, big, -infinity, 1), -infinity);
  EXPECT_EQ(soft::fma(big, 2.0, -big), big);
}

}  // namespace
}  // namespace trireme::cpu
