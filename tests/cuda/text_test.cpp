// tests/cuda/text_test.cpp -- CUDA text at the boundaries of vectors, warps and chunks gives the CPU's bits
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cstdint>
#include <string>

#include "trireme/trireme.hpp"

namespace trireme::test {
namespace {

/// f32 of many magnitudes, so that the order of additions shows.
array numbers(std::int64_t n) {
  const array k = arange(0, n, 1, i64);
  return (astype(k * 7919 % 1000, f32) - 499.5f) * exp(astype(k % 23, f32) - 11.0f);
}

class cuda_text : public testing::Test {
 protected:
  void SetUp() override {
    try {
      cuda_ = Device("cuda");
    } catch (const error& missing) {
      GTEST_SKIP() << missing.what();
    }
  }

  template <class F>
  void expect_cpu_bits(const array& x, const std::string& what, F f) {
    EXPECT_EQ(bits(f(x.to(cuda_))), bits(f(x.to(Device("cpu"))))) << what;
  }

  Device cuda_;
};

TEST_F(cuda_text, sums_of_any_length_and_beginning) {
  const array x = numbers(40'000).eval();
  for (const std::int64_t n : {1, 2, 3, 31, 33, 127, 129, 255, 256, 257, 300, 511, 512, 513, 1023, 1025, 1536, 8191, 8192, 8193, 24'577})
    for (const std::int64_t start : {0, 1, 2, 3, 4})
      expect_cpu_bits(x, std::to_string(n) + " from " + std::to_string(start),
                      [&](const array& all_of_it) { return sum(all_of_it.slice({{start, start + n}})); });
}

TEST_F(cuda_text, rows_of_any_length) {
  const array x = numbers(60'000).eval();
  for (const std::int64_t n : {1, 2, 3, 4, 5, 16, 17, 64, 65, 100, 128, 200, 256, 257, 400, 512, 516, 1000})
    expect_cpu_bits(x, std::to_string(n), [&](const array& v) {
      const std::int64_t rows = v.size() / n < 97 ? v.size() / n : 97;
      return sum(v.slice({{0, rows * n}}).reshape({rows, n}), {1});
    });
}

TEST_F(cuda_text, sums_over_parts_of_rows_and_over_leading_axes) {
  const array x = numbers(60'000).reshape({60, 1000}).eval();
  for (const std::int64_t start : {0, 1, 4})
    for (const std::int64_t n : {96, 512, 601}) {
      expect_cpu_bits(x, "rows", [&](const array& v) { return sum(v.slice({{}, {start, start + n}}), {1}); });
      expect_cpu_bits(x, "columns", [&](const array& v) { return sum(v.slice({{}, {start, start + n}}), {0}); });
      expect_cpu_bits(x, "squares", [&](const array& v) { return sum(square(v.slice({{}, {start, start + n}}) - v.slice({{}, {0, 1}})), {1}); });
    }
  expect_cpu_bits(x, "all axes but the middle one", [](const array& v) { return sum(v.reshape({20, 30, 100}), {0, 2}); });
}

TEST_F(cuda_text, reductions_of_every_dtype) {
  const array x = numbers(20'001).eval();
  for (const Dtype type : {f64, i32, i64, u8, i16, f16, bf16, boolean}) {
    const array v = astype(x, type).eval();
    expect_cpu_bits(v, std::string(name(type)), [](const array& a) { return sum(a); });
    if (type != boolean) expect_cpu_bits(v, std::string(name(type)), [](const array& a) { return max(a.slice({{1, 9000}})); });
  }
}

TEST_F(cuda_text, maps_of_parts_and_repeated_rows) {
  const array x = numbers(60'000).reshape({60, 1000}).eval();
  for (const std::int64_t start : {0, 1, 2, 4}) {
    expect_cpu_bits(x, "part", [&](const array& v) { return sqrt(abs(v.slice({{}, {start, start + 992}}))) + v.slice({{}, {0, 992}}); });
    expect_cpu_bits(x, "row and column", [&](const array& v) { return v - v.slice({{start, start + 1}}) * v.slice({{}, {0, 1}}); });
    expect_cpu_bits(x, "turned", [&](const array& v) { return v.transpose() + 1; });
    expect_cpu_bits(x, "rolled", [&](const array& v) { return v + roll(v, start, 0) - roll(v, start, 1); });
    expect_cpu_bits(x, "compared", [&](const array& v) { return astype(v.slice({{}, {start, start + 900}}) > 0, u8); });
  }
}

}  // namespace
}  // namespace trireme::test
