// tests/memory/peak_test.cpp -- fused expressions hold their inputs and their output, and nothing in between
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "trireme/trireme.hpp"

namespace trireme::test {
namespace {

constexpr std::int64_t kMany = 1'000'000;

struct Peak : testing::Test {
  DeviceScope scope{Device("cpu")};
  array a = linspace(-1, 1, kMany, f32), b = linspace(2, 3, kMany, f32), x = linspace(0, 1, kMany), y = linspace(1, 5, kMany);

  /// The most that computing `build()` held beyond what lived before, with programs compiled and not.
  void expect_peak(const char* what, std::int64_t bytes, const std::function<array()>& build) { expect_peak(what, bytes, bytes, build); }
  void expect_peak(const char* what, std::int64_t least, std::int64_t most, const std::function<array()>& build) {
    for (int turn = 0; turn < 2; ++turn)
      for (int count : {1, 2}) {
        set_threads(count);
        reset_peak();
        const std::int64_t before = memory_use().live;
        const array result = build().eval();
        EXPECT_GE(memory_use().peak - before, least) << what << ", " << count << " threads";
        EXPECT_LE(memory_use().peak - before, most) << what << ", " << count << " threads";
        EXPECT_EQ(memory_use().live - before, static_cast<std::int64_t>(result.bytes())) << what;
      }
  }
};

TEST_F(Peak, elementwise_expressions_hold_their_output_only) {
  expect_peak("norm", 4 * kMany, [&] { return sqrt(a * a + b * b) * 0.5f + 1; });
  expect_peak("f64", 8 * kMany, [&] { return sqrt(x * x + 1) - exp(-x); });
  expect_peak("cast", 8 * kMany, [&] { return astype(a, f64) * x; });
  expect_peak("mixed dtypes", 8 * kMany, [&] { return a * x + where(b > 2.5f, y, 0); });
  expect_peak("comparison", kMany, [&] { return (a < 0) | (b * b > 6); });
  expect_peak("shared subexpression", 4 * kMany, [&] {
    const array s = a * b;
    return s * s + exp(s) - s;
  });
}

TEST_F(Peak, views_are_read_in_place) {
  const array m = a.reshape({1000, 1000}), n = b.reshape({1000, 1000});
  expect_peak("mixed views", 4 * kMany, [&] { return m.T() + n * 2 - roll(m, 7, 1); });
  expect_peak("slices", 4 * 500 * 333, [&] {
    return m.slice({{0, 500}, {1, std::nullopt, 3}}) * n.slice({{std::nullopt, std::nullopt, 2}, {0, 333}});
  });
  expect_peak("flip and broadcast", 4 * kMany, [&] { return m.flip(0) + n.at(3) - n.at(5, 1).expand_dims(1); });
  expect_peak("slice of a lazy expression", 4 * 1000, [&] { return (m * 2 + n).at(7); });
  expect_peak("reshape of an expression", 4 * kMany, [&] { return (m * n + 1).reshape({-1}); });
}

/// Partial results: one per 8192 elements, then one per 8192 of those. One thread may keep those of a whole reduction on
/// its stack.
TEST_F(Peak, reductions_hold_their_partial_results_only) {
  const std::int64_t partials = (kMany + 8191) / 8192;
  expect_peak("sum of squared differences", 8, 8 * partials + 8, [&] { return sum((x - y) * (x - y)); });
  expect_peak("maximum", 4, 4 * partials + 4, [&] { return max(abs(a)); });
  const array m = x.reshape({1000, 1000});
  expect_peak("rows", 8 * 1000, [&] { return sum(m * m, {1}); });
  expect_peak("columns", 8 * 1000, [&] { return sum(m * m, {0}); });
  expect_peak("mean of a transposed view", 8 * 1000, [&] { return sum(m.T() + 1, {1}); });
}

TEST_F(Peak, loop_holds_two_generations) {
  array state = (a + 0).eval();
  reset_peak();
  const std::int64_t before = memory_use().live;
  for (int k = 0; k < 20; ++k) state = (state * 0.5f + b).eval();
  EXPECT_EQ(memory_use().live, before);
  EXPECT_EQ(memory_use().peak - before, 4 * kMany) << "the new one while the old one is read";
}

}  // namespace
}  // namespace trireme::test
