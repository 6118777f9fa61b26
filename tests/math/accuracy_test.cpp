// tests/math/accuracy_test.cpp -- the elementary functions: largest and mean error in ulp, equal bits on every level
// SPDX-License-Identifier: Apache-2.0
//
// f32 of one operand is compared with the f64 function, which this file measures too, and in every 64th block of values, as f32 of
// two operands is in all, with the C library in double, whose own error is below 2^-27 ulp of f32. f64 is compared with its long
// double, good to some 0.002 ulp, and what could be a new maximum with MPFR, as is every 1024th value, so that the long double is
// checked too. f32 takes one of 256 neighbours, and the others 10^6 values. TRIREME_LONG=1 takes all 2^32 f32 values of one
// operand and 10^8 of the others; see docs/numerics.md. Each measurement is
// also a line of accuracy/ in the build folder, out of which tests/math/accuracy_table.sh makes the table of the page.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <vector>

#include "math/half.hpp"
#include "math/measured.hpp"
#include "math/random_bits.hpp"
#include "math/reference.hpp"
#include "math/samples.hpp"

namespace trireme::math_test {
namespace {

constexpr std::uint64_t kSeed = 11;
constexpr std::size_t kBlock = 4096;
/// Doubles whose error by long double is this near to the largest one are computed by MPFR.
constexpr double kDoubt = 0.01;

template <class T>
auto of_level(const Functions& functions, int function) {
  if constexpr (sizeof(T) == 4)
    return functions.f32[function];
  else
    return functions.f64[function];
}

/// The double next to x towards zero.
double truncated(long double x) {
  const auto near = static_cast<double>(x);
  return std::fabs(near) > std::fabs(x) ? std::nextafter(near, 0.0) : near;
}

template <class T>
struct Measurement {
  int function;
  std::vector<Level> levels = usable_levels();
  std::vector<T> a = std::vector<T>(kBlock), b = std::vector<T>(kBlock), out = std::vector<T>(kBlock);
  double worst = 0, sum = 0;
  T worst_a = 0, worst_b = 0;
  std::uint64_t count = 0, misrounded = 0;
  Exact exact;

  explicit Measurement(int f) : function(f) {}

  std::string call(std::size_t i) const {
    char text[120];
    std::snprintf(text, sizeof text, function_info(function).arity == 1 ? "%s(%a)" : "%s(%a, %a)", function_info(function).name,
                  static_cast<double>(a[i]), static_cast<double>(b[i]));
    return text;
  }

  void compute() { of_level<T>(levels.back().functions, function)(out.data(), a.data(), b.data(), kBlock); }

  /// That the other levels and scalar code give the bits of the block.
  void compare_levels() {
    std::vector<T> other(kBlock);
    for (std::size_t k = 0; k + 1 < levels.size(); ++k) {
      of_level<T>(levels[k].functions, function)(other.data(), a.data(), b.data(), kBlock);
      for (std::size_t i = 0; i < kBlock; ++i)
        if (!same(out[i], other[i])) FAIL() << call(i) << " differs at " << levels[k].name;
    }
    for (std::size_t i = 0; i < kBlock; ++i)
      if (!same(out[i], scalar(function, a[i], b[i]))) FAIL() << call(i) << " differs in scalar code";
  }

  /// Of what the error is measured in last places: the result, but for logaddexp, whose sum cancels.
  double size_of(std::size_t i, double result) const {
    if (function != f_logaddexp) return result;
    return std::max({std::fabs(result), std::fabs(static_cast<double>(a[i])), std::fabs(static_cast<double>(b[i]))});
  }

  /// Adds the block's errors. Where the result is no number or 0, it must be the reference rounded, sign included.
  void judge() {
    using Wide = std::conditional_t<sizeof(T) == 4, double, long double>;
    for (std::size_t i = 0; i < kBlock; ++i) {
      const Wide expected = reference(function, static_cast<Wide>(a[i]), static_cast<Wide>(b[i]));
      const T rounded = static_cast<T>(expected);
      ++count;
      if (!std::isfinite(rounded) || !std::isfinite(out[i])) {
        if (same(rounded, out[i])) continue;
        if constexpr (sizeof(T) == 8) {  // the long double may be on the wrong side of the last finite number
          exact.set(function, a[i], b[i]);
          if (same(exact.rounded(), out[i])) continue;
        }
        FAIL() << call(i) << " is " << out[i] << ", not " << rounded;
      }
      if (rounded == 0 && out[i] == 0) {
        ASSERT_EQ(std::signbit(rounded), std::signbit(out[i])) << call(i);
        continue;
      }
      double error = static_cast<double>(std::fabs(out[i] - expected) / ulp_at<T>(size_of(i, truncated(expected))));
      if constexpr (sizeof(T) == 8) {
        if (error > worst - kDoubt || count % 1024 == 0) {
          exact.set(function, a[i], b[i]);
          const double true_error = exact.error(out[i], size_of(i, exact.truncated()));
          ASSERT_NEAR(error, true_error, kDoubt) << call(i) << ": the reference is off";
          error = true_error;
        }
      }
      sum += error;
      misrounded += rounded != out[i];
      if (error > worst) worst = error, worst_a = a[i], worst_b = b[i];
    }
  }

  /// The same for f32 of one operand by lanes, against the f64 function, whose own error is below 2^-28 ulp of f32.
  void judge_by_f64() {
    const std::vector<double> wide(a.begin(), a.end());
    std::vector<double> expected(kBlock);
    levels.back().functions.f64[function](expected.data(), wide.data(), wide.data(), kBlock);
    Judgement block = levels.back().functions.judge(out.data(), expected.data(), -126, kBlock);
    if (block.edges)
      for (std::size_t i = 0; i < kBlock; ++i) {
        const auto rounded = static_cast<float>(expected[i]);
        if (std::isfinite(out[i]) && std::isfinite(rounded) && out[i] != 0) continue;
        ASSERT_TRUE(same(rounded, static_cast<float>(out[i]))) << call(i) << " is " << out[i] << ", not " << rounded;
      }
    count += kBlock;
    sum += block.sum;
    misrounded += block.misrounded;
    if (block.error > worst) worst = block.error, worst_a = worst_b = a[block.worst];
  }

  /// Prints the line, keeps it for accuracy_table.sh, and holds the largest error to its bound.
  void report() const {
    const FunctionInfo& f = function_info(function);
    keep_measured(f.name, sizeof(T) == 4 ? "f32" : "f64", worst, worst_a, worst_b, sum, misrounded, count);
    EXPECT_LE(worst, sizeof(T) == 4 ? f.bound_f32 : f.bound_f64) << "at " << worst_a << ", " << worst_b;
  }

  /// `draw(i)` fills the block's operands from the i-th on. One of `blocks_per_reference` blocks is compared with the C
  /// library, the others by judge_by_f64.
  template <class Draw>
  void run(std::uint64_t blocks, std::uint64_t blocks_per_comparison, std::uint64_t blocks_per_reference, Draw draw) {
    for (std::uint64_t block = 0; block < blocks; ++block) {
      for (std::size_t i = 0; i < kBlock; ++i) draw(block * kBlock + i, a[i], b[i]);
      compute();
      if (block % blocks_per_comparison == 0) compare_levels();
      if (testing::Test::HasFatalFailure()) return;
      if (block % blocks_per_reference == 0) judge();
      else if constexpr (sizeof(T) == 4) judge_by_f64();
      if (testing::Test::HasFatalFailure()) return;
    }
    report();
  }
};

class Accuracy : public testing::TestWithParam<int> {};

TEST_P(Accuracy, f32_error_and_equal_bits) {
  Measurement<float> measurement(GetParam());
  Random random{kSeed};
  const bool all = long_run();
  if (function_info(GetParam()).arity == 2) {
    measurement.run(all ? 25000 : 256, all ? 64 : 8, 1,
                    [&](std::uint64_t i, float& a, float& b) { draw_two(random, i, a, b); });
  } else {
    const int shift = all ? 0 : 8;  // one of so many neighbours
    measurement.run(std::uint64_t{1} << (20 - shift), all ? 1024 : 128, 64, [&](std::uint64_t i, float& a, float& b) {
      const std::uint64_t bits = i << shift | (random.next() & ((std::uint64_t{1} << shift) - 1));
      a = b = __builtin_bit_cast(float, static_cast<std::uint32_t>(bits));
    });
  }
}

TEST_P(Accuracy, f64_error_and_equal_bits) {
  Measurement<double> measurement(GetParam());
  Random random{kSeed};
  const FunctionInfo& function = function_info(GetParam());
  measurement.run(long_run() ? 25000 : 256, long_run() ? 256 : 8, 1, [&](std::uint64_t i, double& a, double& b) {
    if (function.arity == 2) draw_two(random, i, a, b);
    else a = b = draw_one(random, function, i);
  });
}

/// f16 and bf16, all inputs: computed in f32 and rounded once more, which spoils next to nothing.
TEST_P(Accuracy, f16_and_bf16_are_rounded_once_more) {
  using F = math::Scalar<float>;
  using I = math::Scalar<std::int32_t>;
  const int function = GetParam();
  if (function_info(function).arity == 2) GTEST_SKIP() << "of one operand only";
  const Functions functions = usable_levels().back().functions;
  for (const bool half : {true, false}) {
    const int digits = half ? 11 : 8, least = half ? -14 : -126;
    double worst = 0;
    std::uint32_t at = 0;
    for (std::uint32_t first = 0; first < 65536; first += 16) {
      float x[16], y[16];
      for (std::uint32_t k = 0; k < 16; ++k) {
        const I bits(static_cast<std::int32_t>(first + k));
        x[k] = (half ? math::from_half(bits) : math::from_bfloat(bits)).value;
      }
      functions.f32[function](y, x, x, 16);
      for (std::uint32_t k = 0; k < 16; ++k) {
        const F result(y[k]);
        const double got = (half ? math::from_half(math::to_half(result)) : math::from_bfloat(math::to_bfloat(result))).value;
        const double expected = reference(function, static_cast<double>(x[k]), static_cast<double>(x[k]));
        if (!std::isfinite(got) || !std::isfinite(expected)) continue;  // what f32 has, above
        const double last = std::ldexp(1.0, std::max(std::ilogb(expected == 0 ? 1e-300 : expected), least) - digits + 1);
        if (std::fabs(got - expected) / last > worst) worst = std::fabs(got - expected) / last, at = first + k;
      }
    }
    EXPECT_LE(worst, 0.501) << function_info(function).name << (half ? " f16" : " bf16") << " at bits " << at;
  }
}

INSTANTIATE_TEST_SUITE_P(Functions, Accuracy, testing::Range(0, static_cast<int>(kFunctions)),
                         [](const auto& instance) { return std::string(function_info(instance.param).name); });

/// The neighbours of the largest x with a finite power and of the smallest with one that is not zero.
TEST(ElementaryFunctions, exp_f64_ends_where_the_range_does) {
  Exact exact;
  for (double edge : {std::log(std::numeric_limits<double>::max()), -745.13321910194110842}) {
    double x = edge;
    for (int i = 0; i < 8; ++i) x = std::nextafter(x, -1000);
    for (int i = 0; i < 16; ++i, x = std::nextafter(x, 1000)) {
      exact.set(f_exp, x, 0);
      double y = scalar(f_exp, x, 0);
      EXPECT_EQ(std::isinf(y), std::isinf(exact.rounded())) << x;
      EXPECT_EQ(y == 0, exact.rounded() == 0) << x;
    }
  }
}

}  // namespace
}  // namespace trireme::math_test
