// tests/math/special_functions_test.cpp -- error functions, gamma functions and i0: errors in ulp, exact cases
// SPDX-License-Identifier: Apache-2.0
//
// f64 is compared with MPFR, f32 with the f64 functions, whose own error is below 2^-27 ulp of f32. Near the zeros of
// lgamma and digamma below 0 errors are measured in last places of 1/2. That every level gives the bits of scalar code
// is shown for every row of the table by tests/array and tests/recorded.
#include <gtest/gtest.h>
#include <mpfr.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "math/bessel.hpp"
#include "math/erf.hpp"
#include "math/gamma.hpp"
#include "math/measured.hpp"
#include "math/random_bits.hpp"
#include "math/reference.hpp"

namespace trireme::math_test {
namespace {

constexpr std::uint64_t kSeed = 17;

enum Function {
#define SPECIAL(name, bound_f32, bound_f64) name,
#include "math/special_functions.def"
#undef SPECIAL
  kFunctions
};
constexpr const char* kNames[] = {
#define SPECIAL(name, bound_f32, bound_f64) #name,
#include "math/special_functions.def"
#undef SPECIAL
};
constexpr double kBoundF32[] = {
#define SPECIAL(name, bound_f32, bound_f64) bound_f32,
#include "math/special_functions.def"
#undef SPECIAL
};
constexpr double kBoundF64[] = {
#define SPECIAL(name, bound_f32, bound_f64) bound_f64,
#include "math/special_functions.def"
#undef SPECIAL
};

template <class T>
T value_of(int function, T x) {
  const math::Scalar<T> v(x);
  switch (function) {
    case erf:
      return math::erf(v).value;
    case erfc:
      return math::erfc(v).value;
    case erfinv:
      return math::erfinv(v).value;
    case tgamma:
      return math::tgamma(v).value;
    case lgamma:
      return math::lgamma(v).value;
    case digamma:
      return math::digamma(v).value;
    default:
      return math::i0(v).value;
  }
}

/// The function to 120 bits or more.
class Reference {
 public:
  Reference() { mpfr_inits2(140, value_, x_, work_, term_, static_cast<mpfr_ptr>(nullptr)); }
  ~Reference() { mpfr_clears(value_, x_, work_, term_, static_cast<mpfr_ptr>(nullptr)); }
  Reference(const Reference&) = delete;
  Reference& operator=(const Reference&) = delete;

  /// x is no pole.
  void set(int function, double x) {
    int sign = 0;
    mpfr_set_d(x_, x, MPFR_RNDN);
    switch (function) {
      case erf:
        mpfr_erf(value_, x_, MPFR_RNDN);
        break;
      case erfc:
        mpfr_erfc(value_, x_, MPFR_RNDN);
        break;
      case erfinv:
        set_inverse(x);
        break;
      case tgamma:
        mpfr_gamma(value_, x_, MPFR_RNDN);
        break;
      case lgamma:
        mpfr_lgamma(value_, &sign, x_, MPFR_RNDN);
        break;
      case digamma:
        mpfr_digamma(value_, x_, MPFR_RNDN);
        break;
      default:
        set_bessel();
    }
  }
  double rounded() const { return mpfr_get_d(value_, MPFR_RNDN); }
  /// In units of 2^place.
  double error(double y, int place) {
    mpfr_sub_d(work_, value_, y, MPFR_RNDN);
    mpfr_mul_2si(work_, work_, -place, MPFR_RNDN);
    return std::fabs(mpfr_get_d(work_, MPFR_RNDN));
  }

 private:
  /// Newton's method on 1 - erf, from the tested value, which need only be near.
  void set_inverse(double x) {
    mpfr_set_d(value_, value_of(erfinv, std::fabs(x)), MPFR_RNDN);
    mpfr_abs(x_, x_, MPFR_RNDN);
    mpfr_ui_sub(x_, 1, x_, MPFR_RNDN);
    for (int k = 0; k < 4; ++k) {
      mpfr_erfc(work_, value_, MPFR_RNDN);
      mpfr_sub(work_, work_, x_, MPFR_RNDN);
      mpfr_sqr(term_, value_, MPFR_RNDN);
      mpfr_exp(term_, term_, MPFR_RNDN);
      mpfr_mul(work_, work_, term_, MPFR_RNDN);
      mpfr_const_pi(term_, MPFR_RNDN);
      mpfr_sqrt(term_, term_, MPFR_RNDN);
      mpfr_mul(work_, work_, term_, MPFR_RNDN);
      mpfr_div_2ui(work_, work_, 1, MPFR_RNDN);
      mpfr_add(value_, value_, work_, MPFR_RNDN);
    }
    if (x < 0) mpfr_neg(value_, value_, MPFR_RNDN);
  }
  void set_bessel() {  // the power series, whose terms are all positive
    mpfr_sqr(work_, x_, MPFR_RNDN);
    mpfr_div_2ui(work_, work_, 2, MPFR_RNDN);
    mpfr_set_ui(value_, 1, MPFR_RNDN);
    mpfr_set_ui(term_, 1, MPFR_RNDN);
    for (unsigned long k = 1; !mpfr_zero_p(term_) && mpfr_get_exp(term_) > mpfr_get_exp(value_) - 140; ++k) {
      mpfr_mul(term_, term_, work_, MPFR_RNDN);
      mpfr_div_ui(term_, term_, k * k, MPFR_RNDN);
      mpfr_add(value_, value_, term_, MPFR_RNDN);
    }
  }
  mpfr_t value_, x_, work_, term_;
};

/// The exponent of one last place of T at y; of functions with zeros below 0 there at least that of 1/2.
template <class T>
int place_of(int function, double x, double y) {
  using L = std::numeric_limits<T>;
  int exponent = 0;
  std::frexp(y, &exponent);
  if (x < 0 && (function == lgamma || function == digamma)) exponent = std::max(exponent, 0);
  return std::max(exponent, L::min_exponent) - L::digits;
}

struct Worst {
  double ulp = 0, at = 0, sum = 0;
  std::uint64_t count = 0, misrounded = 0;
  void add(double error, double x) {
    sum += error, ++count, misrounded += error > 0.5;
    if (error > ulp) ulp = error, at = x;
  }
  void keep(int function, const char* type) const { keep_measured(kNames[function], type, ulp, at, at, sum, misrounded, count); }
};

class SpecialFunctions : public testing::TestWithParam<int> {};

TEST_P(SpecialFunctions, f32_error_is_below_the_bound) {
  constexpr std::size_t kBlock = 4096;
  const int function = GetParam(), shift = long_run() ? 0 : 8;  // one of so many neighbours
  const Functions level = usable_levels().back().functions;
  Random random{kSeed};
  Worst worst;
  std::vector<float> x(kBlock), y(kBlock);
  std::vector<double> expected(kBlock);
  for (std::uint64_t first = 0; first < std::uint64_t{1} << (32 - shift); first += kBlock) {
    for (std::uint64_t i = 0; i < kBlock; ++i) {
      const std::uint64_t bits = (first + i) << shift | (random.next() & ((std::uint64_t{1} << shift) - 1));
      x[i] = __builtin_bit_cast(float, static_cast<std::uint32_t>(bits));
    }
    const std::vector<double> wide(x.begin(), x.end());
    level.special_f32[function](y.data(), x.data(), x.data(), kBlock);
    level.special_f64[function](expected.data(), wide.data(), wide.data(), kBlock);
    const bool zeros = x[0] < 0 && (function == lgamma || function == digamma);  // the block's values have one sign
    const Judgement block = level.judge(y.data(), expected.data(), zeros ? -1 : -126, kBlock);
    if (block.edges)
      for (std::size_t i = 0; i < kBlock; ++i) {
        const auto rounded = static_cast<float>(expected[i]);
        if (std::isfinite(y[i]) && std::isfinite(rounded) && y[i] != 0) continue;
        ASSERT_TRUE(same(rounded, y[i])) << kNames[function] << "(" << x[i] << ") is " << y[i] << ", not " << rounded;
      }
    worst.count += kBlock;
    worst.sum += block.sum;
    worst.misrounded += block.misrounded;
    if (block.error > worst.ulp) worst.ulp = block.error, worst.at = x[block.worst];
  }
  worst.keep(function, "f32");
  EXPECT_LE(worst.ulp, kBoundF32[function]) << "at " << worst.at;
}

/// Where something happens: small, everywhere in the range, near ends, zeros and poles.
double draw(Random& random, int function, std::uint64_t k) {
  const double sign = random.next() & 1 ? 1 : -1;
  const double small = sign * std::ldexp(random.between(1, 2), -1 - static_cast<int>(random.next() % 70));
  switch (function) {
    case erf:
      return k % 3 == 0 ? small : random.between(-6, 6);
    case erfc:
      return k % 3 == 0 ? small : k % 3 == 1 ? random.between(-6, 6) : random.between(0, 27.2);
    case erfinv:
      return k % 3 == 0 ? small : k % 3 == 1 ? random.between(-1, 1) : sign * (1 - std::fabs(small));
    case i0:
      return k % 3 == 0 ? small : k % 3 == 1 ? random.between(-9, 9) : random.between(0, 713.9);
    default:
      if (k % 6 == 0) return small;
      if (k % 6 == 1) return random.between(0, 171.6);
      if (k % 6 == 2) return random.between(-4, 4);
      if (k % 6 == 3) return random.between(-180, 0);
      if (k % 6 == 4) return std::floor(random.between(-30, 30)) + small;
      return function == lgamma && k % 4 == 1 ? std::ldexp(random.between(1, 2), static_cast<int>(random.next() % 1000))
                                              : random.between(1, 3);
  }
}

TEST_P(SpecialFunctions, f64_error_is_below_the_bound) {
  const int function = GetParam();
  const std::uint64_t count = long_run() ? 10'000'000 : 20'000;
  Random random{kSeed};
  Reference reference;
  Worst worst;
  for (std::uint64_t k = 0; k < count; ++k) {
    const double x = draw(random, function, k);
    if (function == erfinv ? std::fabs(x) >= 1
                           : function >= tgamma && function <= digamma && x <= 0 && x == std::floor(x))
      continue;
    const double y = value_of(function, x);
    reference.set(function, x);
    const double rounded = reference.rounded();
    if (std::isfinite(rounded) && std::isfinite(y))
      worst.add(reference.error(y, place_of<double>(function, x, rounded)), x);
    else
      ASSERT_TRUE(same(rounded, y)) << kNames[function] << "(" << x << ") is " << y << ", not " << rounded;
  }
  worst.keep(function, "f64");
  EXPECT_LE(worst.ulp, kBoundF64[function]) << "at " << worst.at;
}

INSTANTIATE_TEST_SUITE_P(Functions, SpecialFunctions, testing::Range(0, static_cast<int>(kFunctions)),
                         [](const auto& info) { return std::string(kNames[info.param]); });

template <class T>
class SpecialCases : public testing::Test {};
using Floats = testing::Types<float, double>;
TYPED_TEST_SUITE(SpecialCases, Floats);

/// C23, F.10.5 and F.10.8; SciPy where C has no such function.
TYPED_TEST(SpecialCases, are_those_of_c_and_scipy) {
  using T = TypeParam;
  using L = std::numeric_limits<T>;
  const T inf = L::infinity(), nan = L::quiet_NaN(), least = L::denorm_min(), huge = L::max();
  const struct {
    Function function;
    T x, y;
  } table[] = {{erf, 0, 0},
               {erf, T(-0.0), T(-0.0)},
               {erf, inf, 1},
               {erf, -inf, -1},
               {erf, nan, nan},
               {erf, huge, 1},
               {erf, -huge, -1},
               {erf, least, least},
               {erfc, 0, 1},
               {erfc, T(-0.0), 1},
               {erfc, inf, 0},
               {erfc, -inf, 2},
               {erfc, nan, nan},
               {erfc, huge, 0},
               {erfc, -huge, 2},
               {erfc, least, 1},
               {erfinv, 0, 0},
               {erfinv, T(-0.0), T(-0.0)},
               {erfinv, 1, inf},
               {erfinv, -1, -inf},
               {erfinv, 2, nan},
               {erfinv, -inf, nan},
               {erfinv, inf, nan},
               {erfinv, nan, nan},
               {tgamma, 0, inf},
               {tgamma, T(-0.0), -inf},
               {tgamma, -1, nan},
               {tgamma, -2, nan},
               {tgamma, -huge, nan},
               {tgamma, inf, inf},
               {tgamma, -inf, nan},
               {tgamma, nan, nan},
               {tgamma, 1, 1},
               {tgamma, 2, 1},
               {tgamma, 3, 2},
               {tgamma, 5, 24},
               {tgamma, huge, inf},
               {tgamma, least, inf},
               {tgamma, -least, -inf},
               {tgamma, T(-200.5), T(-0.0)},
               {tgamma, T(-201.5), 0},
               {lgamma, 0, inf},
               {lgamma, T(-0.0), inf},
               {lgamma, -1, inf},
               {lgamma, -huge, inf},
               {lgamma, inf, inf},
               {lgamma, -inf, inf},
               {lgamma, nan, nan},
               {lgamma, 1, 0},
               {lgamma, 2, 0},
               {lgamma, huge, inf},
               {digamma, 0, -inf},
               {digamma, T(-0.0), inf},
               {digamma, -1, nan},
               {digamma, -2, nan},
               {digamma, inf, inf},
               {digamma, -inf, nan},
               {digamma, nan, nan},
               {digamma, least, -inf},
               {digamma, -least, inf},
               {i0, 0, 1},
               {i0, T(-0.0), 1},
               {i0, inf, inf},
               {i0, -inf, inf},
               {i0, nan, nan},
               {i0, huge, inf},
               {i0, least, 1}};
  for (const auto& row : table) {
    const T y = value_of(row.function, row.x);
    EXPECT_TRUE(same(y, row.y)) << kNames[row.function] << "(" << row.x << ") is " << y << ", not " << row.y;
  }
}

}  // namespace
}  // namespace trireme::math_test
