// tests/array/reduce_test.cpp -- every reduction against the fixed order and against the truth; roll
// SPDX-License-Identifier: Apache-2.0
#include "trireme/reduce.hpp"
#include "trireme/manipulate.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "support/compare.hpp"
#include "support/number.hpp"
#include "support/oracle.hpp"
#include "support/special_values.hpp"
#include "trireme/create.hpp"
#include "trireme/elementwise.hpp"

namespace trireme::test {
namespace {

constexpr std::uint64_t kSeed = 7;

bool takes(Reduction reduction, Dtype dtype) { return reduction_dtype(reduction, dtype).has_value(); }

/// argmin and argmax take one axis or all.
bool takes_axes(Reduction reduction, const std::vector<int>& axes) {
  return axes.size() <= 1 || (reduction != Reduction::argmin && reduction != Reduction::argmax);
}

void expect_reduction(Reduction reduction, const HostArray& x, const std::vector<int>& axes, bool keepdims,
                      Placing placing = Placing::contiguous, double correction = 0) {
  std::string what = std::string(name(reduction)) + " of " + std::string(trireme::name(x.dtype)) + " " +
                     x.shape.text() + " " + name(placing) + " over";
  for (int a : axes) what += " " + std::to_string(a);
  expect_everywhere([&] { return apply(reduction, to_array(x, placing), axes, keepdims, correction); },
                    expected(reduction, x, axes, keepdims, correction), what);
}

TEST(reduce, run_lengths_around_every_block_give_the_oracles_bits) {
  Random random(kSeed);
  for (Dtype d : kDtypes)
    for (std::int64_t n : {0, 1, 2, 7, 16, 17, 65, 255, 511, 512, 513, 1025, 8191, 8192, 8193, 16385, 40001})
      for (Reduction r : kReductions) {
        if (!takes(r, d) || (n == 0 && !takes_empty_runs(r)) || (n > 8193 && d != f32 && d != f16 && d != i32))
          continue;
        if (HasFailure()) return;
        expect_reduction(r, n % 2 ? random_array(d, {n}, random) : tame_array(d, {n}, random), {}, false);
      }
}

TEST(reduce, outer_runs_around_every_block_give_the_oracles_bits) {
  Random random(kSeed + 1);
  for (Dtype d : {f32, f64, i32, u8, bf16, complex64})
    for (std::int64_t n : {1, 2, 15, 16, 17, 33, 1023, 1024, 1025, 2049})
      for (std::int64_t kept : {1, 3, 16, 37})
        for (Reduction r : {Reduction::sum, Reduction::prod, Reduction::max, Reduction::var, Reduction::argmin}) {
          if (HasFailure()) return;
          if (takes(r, d)) expect_reduction(r, tame_array(d, {n, kept}, random), {0}, false);
        }
}

TEST(reduce, products_give_the_oracles_bits) {
  // Factors around 1, so that neither end of the range hides the others.
  Random random(kSeed + 9);
  for (Dtype d : {f16, bf16, f32, f64, complex64, complex128})
    for (const Shape& shape : {Shape{1}, Shape{2}, Shape{3}, Shape{7, 5}, Shape{600}, Shape{9001}, Shape{33, 65}}) {
      HostArray x{d, shape, {}};
      for (std::int64_t n = 0; n < shape.size(); ++n) {
        const Number number{1 + (random.unit() - 0.5) / 16, kind(d) == Kind::complex ? (random.unit() - 0.5) / 16 : 0};
        x.bits.push_back(encoded(d, number, false));
      }
      for (int axis = 0; axis < shape.rank(); ++axis) expect_reduction(Reduction::prod, x, {axis}, axis == 0);
      expect_reduction(Reduction::prod, x, {}, false, Placing::transposed);
    }
}

TEST(reduce, corrections_give_the_oracles_bits) {
  Random random(kSeed + 10);
  for (Dtype d : kDtypes)
    for (double correction : {1.0, 0.5, 3.0, 7.0})
      for (const Shape& shape : {Shape{1}, Shape{3}, Shape{5, 7}})
        for (Reduction r : {Reduction::var, Reduction::stddev}) {
          if (HasFailure()) return;
          expect_reduction(r, tame_array(d, shape, random), {0}, false, Placing::contiguous, correction);
        }
}

TEST(reduce, variances_are_those_of_pencil_and_paper) {
  const array x = array::from({2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0});
  EXPECT_EQ(var(x).item<double>(), 4.0);
  EXPECT_EQ(stddev(x).item<double>(), 2.0);
  EXPECT_EQ(var(x, {0}, 1).item<double>(), 32.0 / 7);
  EXPECT_EQ(var(array::from({1, 3})).item<double>(), 1.0);
  EXPECT_EQ(var(array::from({std::complex<double>(1, 0), std::complex<double>(-1, 4)})).item<double>(), 5.0);
  EXPECT_TRUE(std::isnan(var(array::from({3.0}), {0}, 1).item<double>()));
  EXPECT_TRUE(std::isnan(var(zeros({0})).item<double>()));
  // Large means cancel exactly.
  EXPECT_EQ(var(array::from({1e9f + 64, 1e9f, 1e9f - 64, 1e9f})).item<float>(), 2048.0f);
}

TEST(reduce, places_are_those_of_the_first) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  EXPECT_EQ(argmax(array::from({1.0f, 5.0f, 5.0f, 2.0f})).item<std::int64_t>(), 1);
  EXPECT_EQ(argmin(array::from({3, -1, 7, -1})).item<std::int64_t>(), 1);
  EXPECT_EQ(argmax(array::from({1.0f, nan, 9.0f, nan})).item<std::int64_t>(), 1);
  EXPECT_EQ(argmin(array::from({0.0, -0.0})).item<std::int64_t>(), 0) << "zeros of either sign are equal";
  EXPECT_EQ(argmax(array::from({-0.0, 0.0})).item<std::int64_t>(), 0);
  EXPECT_EQ(argmax(array::from({false, true, true})).item<std::int64_t>(), 1);
  const array x = array::from(std::vector<std::int32_t>{3, 1, 2, 0, 5, 4}, {2, 3});
  EXPECT_EQ(argmax(x).item<std::int64_t>(), 4) << "in the flattened array";
  EXPECT_EQ(argmax(x, 0).to_vector<std::int64_t>(), (std::vector<std::int64_t>{0, 1, 1}));
  EXPECT_EQ(argmin(x, -1).to_vector<std::int64_t>(), (std::vector<std::int64_t>{1, 0}));
  EXPECT_EQ(argmin(x, 1, true).shape(), (Shape{2, 1}));
  EXPECT_EQ(argmin(x.T()).item<std::int64_t>(), 1) << "places count in the array as it is, not as it lies in memory";
}

TEST(reduce, truth_values_of_every_dtype_count) {
  for (Dtype d : kDtypes) {
    const array x = astype(array::from({0, 1, 0}), d);
    EXPECT_TRUE(any(x).item<bool>()) << name(d);
    EXPECT_FALSE(all(x).item<bool>()) << name(d);
    EXPECT_EQ(count_nonzero(x).item<std::int64_t>(), 1) << name(d);
    EXPECT_FALSE(any(zeros({0}, d)).item<bool>()) << name(d);
    EXPECT_TRUE(all(zeros({0}, d)).item<bool>()) << name(d);
    EXPECT_EQ(any(x).dtype(), boolean);
  }
  EXPECT_TRUE(all(array::from({std::complex<float>(0, 1), std::complex<float>(1, 0)})).item<bool>());
  EXPECT_TRUE(all(array::from({std::numeric_limits<float>::quiet_NaN()})).item<bool>());
}

TEST(reduce, run_of_several_levels_of_partials_gives_the_oracles_bits) {
  Random random(kSeed + 2);
  // Outer chunks are of 1024: 1024 * 1024 + 1 elements make partials of partials of partials.
  expect_reduction(Reduction::sum, random_array(f32, {1024 * 1024 + 1, 2}, random), {0}, false);
  expect_reduction(Reduction::sum, random_array(f32, {3, 8192 * 130 + 5}, random), {1}, false);
}

TEST(reduce, every_choice_of_axes_gives_the_oracles_bits) {
  Random random(kSeed + 3);
  for (const Shape& shape : {Shape{}, Shape{1}, Shape{5, 7}, Shape{3, 1, 9}, Shape{4, 5, 6}, Shape{2, 3, 4, 5},
                             Shape{1, 6, 1}, Shape{2, 600, 3}})
    for (unsigned mask = 0; mask < 1u << shape.rank(); ++mask)
      for (Reduction r : kReductions)
        for (Placing placing : {Placing::contiguous, Placing::spread, Placing::transposed}) {
          if (HasFailure()) return;
          std::vector<int> axes;
          for (int k = 0; k < shape.rank(); ++k)
            if (mask >> k & 1) axes.push_back(mask % 3 == 0 ? k - shape.rank() : k);
          if (!takes_axes(r, axes)) continue;
          const Dtype d = mask % 3 == 0                                                      ? f32
                          : r < Reduction::any && r != Reduction::min && r != Reduction::max ? complex64
                                                                                             : f16;
          expect_reduction(r, tame_array(d, shape, random), axes, mask % 2 == 0, placing);
        }
}

TEST(reduce, order_of_the_axes_in_the_call_does_not_matter) {
  Random random(kSeed + 4);
  const array x = to_array(random_array(f32, {5, 40, 6}, random));
  EXPECT_TRUE(same_bits(sum(x, {2, 0}), to_host(sum(x, {0, 2}))));
}

TEST(reduce, empty_runs_give_the_identity_or_an_error) {
  EXPECT_EQ(std::signbit(sum(zeros({0}, f32)).item<float>()), false);
  EXPECT_EQ(sum(zeros({0}, f32)).item<float>(), 0.0f);
  EXPECT_EQ(sum(zeros({0}, i32)).item<std::int64_t>(), 0);
  EXPECT_TRUE(std::isnan(mean(zeros({0}, f64)).item<double>()));
  EXPECT_EQ(sum(zeros({3, 0}, f64), {1}).to_vector<double>(), (std::vector<double>{0, 0, 0}));
  EXPECT_EQ(sum(zeros({0, 3}, f64), {1}).shape(), Shape{0});
  EXPECT_TRUE(std::isnan(mean(zeros({2, 0}, f32), {-1}).to_vector<float>()[1]));
  EXPECT_EQ(min(zeros({0, 3}, f64), {1}).shape(), Shape{0}) << "no run is empty: there are none";
}

TEST(reduce, empty_runs_of_transposed_operands_give_the_identity) {
  for (const Shape& shape : {Shape{4, 0, 30}, Shape{4, 30, 0}, Shape{0, 20, 30}, Shape{30, 4, 0, 20}}) {
    const array x = ones(shape, f32).eval();
    Shape order;
    for (int k = 0; k < shape.rank(); ++k) order.push_back(k);
    std::vector<std::int64_t> axes(order.begin(), order.end());
    do {
      const array view = x.transpose(Shape(axes));
      for (int set = 1; set < 1 << shape.rank(); ++set) {
        std::vector<int> reduced;
        std::int64_t run = 1;
        for (int k = 0; k < shape.rank(); ++k)
          if (set >> k & 1) reduced.push_back(k), run *= view.shape()[k];
        const array sums = sum(view * 2, reduced).eval();
        for (const float s : sums.to_vector<float>()) ASSERT_EQ(s, 2.0f * static_cast<float>(run)) << view.shape().text() << " axes " << set;
      }
    } while (std::next_permutation(axes.begin(), axes.end()));
  }
}

TEST(reduce, sums_start_from_plus_zero) {
  const array x = array::from({-0.0, -0.0});
  EXPECT_FALSE(std::signbit(sum(x).item<double>()));
  EXPECT_FALSE(std::signbit(sum(array::from({-0.0f})).item<float>()));
  EXPECT_FALSE(std::signbit(sum(x.reshape({1, 2}), {0}).to_vector<double>()[0]))
      << "an axis of extent 1 is summed all the same";
}

TEST(reduce, integer_sums_wrap_in_i64) {
  const std::int64_t big = std::numeric_limits<std::int64_t>::max();
  EXPECT_EQ(sum(array::from({big, std::int64_t{1}})).item<std::int64_t>(), std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(sum(array::from({2147483647, 2147483647})).item<std::int64_t>(), 4294967294);
  EXPECT_EQ(sum(array::from({true, true, false})).item<std::int64_t>(), 2);
  EXPECT_EQ(sum(array::from({std::uint8_t{200}, std::uint8_t{200}})).item<std::uint64_t>(), 400u);
  EXPECT_EQ(sum(array::from({~std::uint64_t{0}, std::uint64_t{3}})).item<std::uint64_t>(), 2u);
  EXPECT_EQ(prod(array::from({std::int8_t{-100}, std::int8_t{100}})).item<std::int64_t>(), -10000);
}

TEST(reduce, nan_propagates_and_zeros_are_ordered) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  for (std::int64_t place : {0, 1, 300, 999}) {
    std::vector<float> values(1000, 1.0f);
    values[static_cast<std::size_t>(place)] = nan;
    EXPECT_TRUE(std::isnan(max(array::from(values, {1000})).item<float>())) << place;
    EXPECT_TRUE(
        std::isnan(min(array::from(values, {10, 100}), {0}).to_vector<float>()[static_cast<std::size_t>(place % 100)]))
        << place;
  }
  for (const array& zeros : {array::from({0.0, -0.0}), array::from({-0.0, 0.0})}) {
    EXPECT_TRUE(std::signbit(min(zeros).item<double>()));
    EXPECT_FALSE(std::signbit(max(zeros).item<double>()));
  }
  const float infinity = std::numeric_limits<float>::infinity();
  EXPECT_EQ(max(array::from({-infinity, -infinity})).item<float>(), -infinity);
  EXPECT_EQ(min(array::from({infinity})).item<float>(), infinity);
}

TEST(reduce, fused_producer_gives_the_bits_of_the_stored_one) {
  Random random(kSeed + 5);
  for (const Shape& shape : {Shape{20'000}, Shape{130, 70}, Shape{7, 9, 11}}) {
    const HostArray host = random_array(f32, shape, random);
    const auto producer = [&] { return to_array(host) * 2 + 1; };
    const HostArray stored = to_host(producer());
    for (int axis = 0; axis < shape.rank(); ++axis)
      for (Reduction r : kReductions)
        expect_everywhere([&] { return apply(r, producer(), {axis}, false); }, expected(r, stored, {axis}, false),
                          name(r));
  }
}

TEST(reduce, sums_are_close_to_the_truth) {
  Random random(kSeed + 6);
  for (const Shape& shape : {Shape{1'000'000}, Shape{3000, 11}}) {
    HostArray x{f32, shape, {}};
    for (std::int64_t n = 0; n < shape.size(); ++n) x.bits.push_back(to_bits(static_cast<float>(random.unit() - 0.3)));
    for (Reduction r : {Reduction::sum, Reduction::mean}) {
      const HostArray got = to_host(apply(r, to_array(x), {0}, false));
      // A chain has at most 64 additions in a chunk's lane, then about 9 per tree: each adds at most 2^-24 of the
      // magnitude.
      EXPECT_LE(relative_error(r, x, {0}, got), 100 * 0x1p-24) << name(r) << " " << shape.text();
    }
  }
}

TEST(reduce, large_array_gives_the_same_bits_on_every_level_and_thread_count) {
  Random random(kSeed + 7);
  const HostArray x = random_array(f32, {1'200'000}, random);
  for (Reduction r : {Reduction::sum, Reduction::max, Reduction::argmin}) expect_reduction(r, x, {}, false);
  expect_reduction(Reduction::var, tame_array(f16, {300'000}, random), {}, false);
}

TEST(reduce, wrong_axes_are_errors) {
  const array x = zeros({2, 3});
  const auto code_of = [](auto f) {
    try {
      f();
    } catch (const error& e) {
      return e.code();
    }
    return Code::internal;
  };
  EXPECT_EQ(code_of([&] { sum(x, {2}); }), Code::invalid_argument);
  EXPECT_EQ(code_of([&] { sum(x, {-3}); }), Code::invalid_argument);
  EXPECT_EQ(code_of([&] { mean(x, {0, -2}); }), Code::invalid_argument);
  EXPECT_EQ(code_of([&] { max(zeros({2, 0}), {1}); }), Code::invalid_argument);
  EXPECT_EQ(code_of([&] { min(zeros({0})); }), Code::invalid_argument);
  EXPECT_EQ(code_of([&] { max(zeros({2}, boolean)); }), Code::dtype_mismatch);
  EXPECT_EQ(code_of([&] { roll(x, 1, 2); }), Code::invalid_argument);
}

TEST(roll, every_shift_moves_the_elements) {
  const array x = arange(0, 5, 1, i32);
  for (std::int64_t shift = -11; shift <= 11; ++shift) {
    std::vector<std::int32_t> expected(5);
    for (std::int64_t k = 0; k < 5; ++k)
      expected[static_cast<std::size_t>(((k + shift) % 5 + 5) % 5)] = static_cast<std::int32_t>(k);
    EXPECT_EQ(roll(x, shift, 0).to_vector<std::int32_t>(), expected) << shift;
    EXPECT_EQ(roll(x + 0, shift).to_vector<std::int32_t>(), expected) << shift;
  }
}

TEST(roll, extreme_shifts_and_empty_arrays_work) {
  const array x = arange(0, 3, 1, i32);
  EXPECT_EQ(roll(x, std::numeric_limits<std::int64_t>::max(), 0).to_vector<std::int32_t>(),
            (std::vector<std::int32_t>{2, 0, 1}));
  EXPECT_EQ(roll(x, std::numeric_limits<std::int64_t>::min(), 0).to_vector<std::int32_t>(),
            (std::vector<std::int32_t>{2, 0, 1}));
  EXPECT_EQ(roll(zeros({0, 2}), 1, 0).shape(), (Shape{0, 2}));
  EXPECT_EQ(roll(zeros({}), 3).item<double>(), 0.0);
}

TEST(roll, stencil_of_rolls_gives_the_bits_of_the_loop) {
  Random random(kSeed + 8);
  const std::int64_t h = 33, w = 70;
  const HostArray host = random_array(f32, {h, w}, random);
  HostArray expected{f32, {h, w}, {}};
  const auto value = [&](std::int64_t i, std::int64_t j) {
    return from_bits<float>(host.bits[static_cast<std::size_t>((i + h) % h * w + (j + w) % w)]);
  };
  for (std::int64_t i = 0; i < h; ++i)
    for (std::int64_t j = 0; j < w; ++j) {
      volatile float s = value(i - 1, j) + value(i + 1, j);
      s = s + value(i, j - 1);
      s = s + value(i, j + 1);
      expected.bits.push_back(to_bits<float>(s - 4.0f * value(i, j)));
    }
  expect_everywhere(
      [&] {
        const array x = to_array(host);
        return roll(x, 1, 0) + roll(x, -1, 0) + roll(x, 1, 1) + roll(x, -1, 1) - 4 * x;
      },
      expected, "five-point stencil");
}

}  // namespace
}  // namespace trireme::test
