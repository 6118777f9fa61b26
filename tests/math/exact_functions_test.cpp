// tests/math/exact_functions_test.cpp -- functions of whole numbers, exact functions of floats: by the C library, plain code
// SPDX-License-Identifier: Apache-2.0

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numeric>
#include <type_traits>

#include "math/fmod.hpp"
#include "math/number_theory.hpp"
#include "math/random_bits.hpp"
#include "math/scaling.hpp"

namespace trireme::math {
namespace {

using math_test::Random;
using math_test::same;

constexpr std::uint64_t kSeed = 3;
int rounds() { return math_test::long_run() ? 20'000'000 : 200'000; }

/// Any bits, small whole quarters, and what breaks arithmetic.
template <class T>
T draw(Random& random) {
  using L = std::numeric_limits<T>;
  const T special[] = {T{0},     T(-0.0),   T{1},     T{-1},           T{3},          L::infinity(), -L::infinity(),
                       L::max(), -L::max(), L::min(), L::denorm_min(), L::quiet_NaN()};
  const std::uint64_t kind = random.next() % 8;
  if (kind == 0) return special[random.next() % std::size(special)];
  if (kind < 3) return static_cast<T>(std::floor(random.between(-1000, 1000))) / 4;
  return random.bits<T>();
}

template <class T>
class ExactFloats : public testing::Test {};
using Floats = testing::Types<float, double>;
TYPED_TEST_SUITE(ExactFloats, Floats);

TYPED_TEST(ExactFloats, fmod_is_the_c_librarys) {
  using T = TypeParam;
  Random random{kSeed};
  for (int k = 0; k < rounds(); ++k) {
    const T a = draw<T>(random), b = draw<T>(random);
    ASSERT_TRUE(same(fmod(Scalar<T>(a), Scalar<T>(b)).value, std::fmod(a, b))) << std::hexfloat << a << ' ' << b;
  }
}

/// As Python's divmod and NumPy's: what is exact is compared with exact arithmetic, where there is some.
TYPED_TEST(ExactFloats, whole_quotient_and_remainder_have_pythons_signs) {
  using T = TypeParam;
  Random random{kSeed};
  for (int k = 0; k < rounds(); ++k) {
    // Multiples of 2^-4 below 2^12: quotients, products and sums are exact in long double.
    const auto part = [&] { return static_cast<T>(std::floor(random.between(-65536, 65536))) / 16; };
    const T a = part(), b = part();
    if (b == 0) continue;
    const long double whole = std::floor(static_cast<long double>(a) / static_cast<long double>(b));
    const T quotient = floor_divide(Scalar<T>(a), Scalar<T>(b)).value,
            rest = remainder(Scalar<T>(a), Scalar<T>(b)).value;
    ASSERT_EQ(quotient, whole) << a << " // " << b;
    ASSERT_EQ(rest, static_cast<long double>(a) - whole * static_cast<long double>(b)) << a << " % " << b;
    ASSERT_TRUE(rest != 0 || std::signbit(rest) == std::signbit(b)) << a << " % " << b;
  }
}

TYPED_TEST(ExactFloats, ldexp_and_nextafter_are_the_c_librarys) {
  using T = TypeParam;
  Random random{kSeed};
  for (int k = 0; k < rounds(); ++k) {
    const T a = draw<T>(random), b = draw<T>(random);
    const auto n = static_cast<int>(random.next() % 5000) - 2500;
    ASSERT_TRUE(same(ldexp(Scalar<T>(a), Scalar<T>(static_cast<T>(n))).value, std::ldexp(a, n)))
        << std::hexfloat << a << ' ' << n;
    ASSERT_TRUE(same(nextafter(Scalar<T>(a), Scalar<T>(b)).value, std::nextafter(a, b)))
        << std::hexfloat << a << ' ' << b;
  }
}

template <class T>
class WholeNumbers : public testing::Test {
 protected:
  using U = std::make_unsigned_t<T>;
  static U size(T v) { return v < 0 ? U{0} - static_cast<U>(v) : static_cast<U>(v); }
  /// Of every length, powers of two, zeros, and, with a common factor, both.
  T draw(U factor) {
    const int bits = static_cast<int>(random_.next() % (8 * sizeof(T)));
    if (random_.next() % 8 == 0) return static_cast<T>(U{1} << bits);
    if (random_.next() % 16 == 0) return 0;
    auto v = static_cast<U>(random_.next() >> (64 - 8 * sizeof(T))) >> bits;
    if (random_.next() % 4 == 0) v = U{0} - v;
    return static_cast<T>(v * factor);
  }
  Random random_{kSeed};
};
using Integers = testing::Types<std::int32_t, std::int64_t, std::uint32_t, std::uint64_t>;
TYPED_TEST_SUITE(WholeNumbers, Integers);

TYPED_TEST(WholeNumbers, divisors_and_multiples_are_the_standard_librarys) {
  using T = TypeParam;
  using U = std::make_unsigned_t<T>;
  for (int k = 0; k < rounds(); ++k) {
    const U factor = k % 4 ? U{1} : static_cast<U>(this->random_.next() >> (64 - 4 * sizeof(T)));
    const T a = this->draw(factor), b = this->draw(factor);
    const U x = this->size(a), y = this->size(b), divisor = std::gcd(x, y);
    ASSERT_EQ(gcd(Scalar<T>(a), Scalar<T>(b)).value, static_cast<T>(divisor)) << a << ' ' << b;
    ASSERT_EQ(lcm(Scalar<T>(a), Scalar<T>(b)).value, x == 0 || y == 0 ? T{0} : static_cast<T>(x / divisor * y))
        << a << ' ' << b;
  }
}

TYPED_TEST(WholeNumbers, bits_are_counted) {
  using T = TypeParam;
  for (int k = 0; k < rounds(); ++k) {
    const T a = this->draw(1);
    T set = 0, zeros = static_cast<T>(8 * sizeof(T));
    for (auto rest = this->size(a); rest != 0; rest /= 2) set = static_cast<T>(set + static_cast<T>(rest % 2));
    for (auto rest = static_cast<std::make_unsigned_t<T>>(a); rest != 0; rest /= 2) zeros = static_cast<T>(zeros - 1);
    ASSERT_EQ(bitwise_count(Scalar<T>(a)).value, set) << a;
    ASSERT_EQ(clz(Scalar<T>(a)).value, zeros) << a;
  }
}

TYPED_TEST(WholeNumbers, power_wraps_and_takes_every_exponent) {
  using T = TypeParam;
  using U = std::make_unsigned_t<T>;
  for (int k = 0; k < rounds() / 10; ++k) {
    const T a = k % 8 ? this->draw(1) : static_cast<T>(k / 8 % 5 - 2);
    const T b = k % 2 ? this->draw(1) : static_cast<T>(this->random_.next() % 100);
    T expected = 0;
    if (b >= 0) {
      U product = 1;  // by a^b = (a^(b / n))^n a^(b mod n) with n = 16, other than the function does
      int digits = static_cast<int>(2 * sizeof(T));
      for (int d = digits - 1; d >= 0; --d) {
        U times = 1;
        for (int j = 0; j < 16; ++j) times *= product;
        product = times;
        for (U j = static_cast<U>(b) >> (4 * d) & 15; j > 0; --j) product *= static_cast<U>(a);
      }
      expected = static_cast<T>(product);
    } else if (a == 1) {
      expected = 1;
    } else if (a == static_cast<T>(-1)) {
      expected = static_cast<T>(b % 2 == 0 ? 1 : -1);
    }
    ASSERT_EQ(pow(Scalar<T>(a), Scalar<T>(b)).value, expected) << a << " ** " << b;
  }
}

}  // namespace
}  // namespace trireme::math
