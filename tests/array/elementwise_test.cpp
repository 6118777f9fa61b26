// tests/array/elementwise_test.cpp -- every row of the table, on every dtype, level and layout, against its oracle
// SPDX-License-Identifier: Apache-2.0
#include "trireme/elementwise.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <iostream>
#include <limits>

#include "support/compare.hpp"
#include "support/number.hpp"
#include "support/special_values.hpp"
#include "support/table_case.hpp"

namespace trireme::test {
namespace {

constexpr std::uint64_t kSeed = 20240607;

class TableRow : public ::testing::TestWithParam<int> {
 protected:
  Row row() const { return static_cast<Row>(GetParam()); }
  int arity() const { return info(row()).arity; }

  // Calls f with every choice of one dtype per operand; of three operands at least two are of one dtype.
  template <class F>
  void for_each_dtypes(F f) const {
    int choices = 1;
    for (int k = 0; k < arity(); ++k) choices *= kDtypeCount;
    for (int choice = 0; choice < choices && !HasFailure(); ++choice) {
      std::vector<Dtype> dtypes;
      for (int k = 0, rest = choice; k < arity(); ++k, rest /= kDtypeCount)
        dtypes.push_back(kDtypes[rest % kDtypeCount]);
      if (arity() == 3 && dtypes[0] != dtypes[1] && dtypes[1] != dtypes[2] && dtypes[0] != dtypes[2]) continue;
      f(dtypes);
    }
  }

  // One dtype per operand that the row takes without a conversion: for the tests that are about layout.
  std::vector<std::vector<Dtype>> plain_dtypes() const {
    std::vector<std::vector<Dtype>> out;
    for (Dtype d : kDtypes) {
      std::vector<Dtype> dtypes(static_cast<std::size_t>(arity()), d);
      if (std::string(info(row()).rule) == "choice") dtypes[0] = boolean;
      std::vector<OperandType> types;
      for (Dtype t : dtypes) types.push_back({false, t, kind(t)});
      const auto rule = row_types(row(), types);
      if (rule && rule->operands == dtypes) out.push_back(dtypes);
    }
    return out;
  }

  std::vector<Argument> random_arguments(const std::vector<Dtype>& dtypes, const std::vector<Shape>& shapes,
                                         Random& random) const {
    std::vector<Argument> out;
    for (std::size_t k = 0; k < dtypes.size(); ++k) out.push_back(random_array(dtypes[k], shapes[k], random));
    return out;
  }
};

TEST_P(TableRow, special_values_of_every_dtype_give_the_oracles_bits) {
  for_each_dtypes([this](const std::vector<Dtype>& dtypes) {
    // The product of the special values, as 1-d arrays of equal length, so that nothing is broadcast here. Fewer of
    // three operands, and of those that are converted first.
    const bool few = arity() == 3 || (arity() == 2 && dtypes[0] != dtypes[1]);
    std::vector<const std::vector<Bits>*> values;
    std::size_t size = 1;
    for (Dtype d : dtypes) {
      values.push_back(few ? &few_special_values(d) : &special_values(d));
      size *= values.back()->size();
    }
    std::vector<Argument> arguments;
    std::size_t period = 1;
    for (std::size_t k = 0; k < dtypes.size(); ++k) {
      std::vector<Bits> bits(size);
      for (std::size_t n = 0; n < size; ++n) bits[n] = (*values[k])[n / period % values[k]->size()];
      period *= values[k]->size();
      arguments.push_back(make_host(dtypes[k], {static_cast<std::int64_t>(size)}, std::move(bits)));
    }
    expect_row(row(), arguments);
  });
}

TEST_P(TableRow, weak_scalar_on_either_side_gives_the_oracles_bits) {
  if (arity() == 1) GTEST_SKIP() << "one operand has no other side";
  const Scalar scalars[] = {true,
                            false,
                            0,
                            1,
                            -7,
                            2147483647,
                            std::numeric_limits<std::uint64_t>::max(),
                            -0.0,
                            0.1,
                            -2.5,
                            1e300,
                            std::numeric_limits<double>::quiet_NaN(),
                            float16(1.5f),
                            bfloat16(-3.0f),
                            std::complex<float>(0.1f, -2.0f),
                            std::complex<double>(0.0, 1e-3)};
  for (Dtype d : kDtypes)
    for (const Scalar& s : scalars)
      for (int place = 0; place < arity() && !HasFailure(); ++place) {
        const HostArray x = make_host(d, {static_cast<std::int64_t>(special_values(d).size())}, special_values(d));
        std::vector<Argument> arguments(static_cast<std::size_t>(arity()), x);
        arguments[static_cast<std::size_t>(place)] = s;
        expect_row(row(), arguments);
        if (arity() < 3) continue;
        std::vector<Argument> mostly_scalars(3, s);
        mostly_scalars[static_cast<std::size_t>(place)] = x;
        expect_row(row(), mostly_scalars);
      }
}

TEST_P(TableRow, scalars_alone_act_as_0d_arrays) {
  const Scalar scalars[] = {true, 3, std::uint64_t{1} << 63, -1.5, std::complex<double>(2, -0.5)};
  for (const Scalar& a : scalars)
    for (const Scalar& b : scalars) {
      std::vector<Argument> arguments(static_cast<std::size_t>(arity()), a);
      arguments.back() = b;
      expect_row(row(), arguments);
    }
}

TEST_P(TableRow, sizes_around_every_block_give_the_oracles_bits) {
  Random random(kSeed);
  for (const auto& dtypes : plain_dtypes())
    for (std::int64_t n : {0,   1,   2,   7,   8,   15,  16,  17,  31,  32,   33,   63,   64,  65,
                           127, 128, 129, 255, 256, 257, 511, 512, 513, 1023, 1024, 1025, 4097}) {
      if (HasFailure()) return;
      expect_row(row(), random_arguments(dtypes, std::vector<Shape>(dtypes.size(), Shape{n}), random));
    }
}

TEST_P(TableRow, size_that_threads_share_gives_the_oracles_bits) {
  Random random(kSeed + 1);
  for (const auto& dtypes : plain_dtypes())
    if (const Dtype d = dtypes.back(); d == i32 || d == f16 || d == f64 || d == complex64 || plain_dtypes().size() == 1)
      expect_row(row(), random_arguments(dtypes, std::vector<Shape>(dtypes.size(), Shape{100'007}), random));
}

TEST_P(TableRow, broadcast_operands_give_the_oracles_bits) {
  const std::vector<std::vector<Shape>> shapes = {{{}, {}, {}},
                                                  {{5}, {}, {5}},
                                                  {{}, {9}, {1}},
                                                  {{3, 1}, {1, 17}, {17}},
                                                  {{4, 1, 6}, {5, 1}, {6}},
                                                  {{0}, {1}, {}},
                                                  {{3, 0}, {3, 1}, {1, 1}},
                                                  {{1, 300}, {2, 1}, {}},
                                                  {{2, 3, 4, 5}, {3, 1, 5}, {1, 4, 1}},
                                                  {{257}, {3, 1}, {3, 257}},
                                                  {{2, 1, 2, 1, 2, 1, 2, 3}, {1, 2, 1, 2, 1, 2, 1, 3}, {3}}};
  Random random(kSeed + 2);
  for (const auto& dtypes : plain_dtypes())
    for (const auto& shape : shapes) {
      if (HasFailure()) return;
      expect_row(row(), random_arguments(dtypes, shape, random));
    }
}

TEST_P(TableRow, views_of_every_layout_give_the_oracles_bits) {
  Random random(kSeed + 3);
  for (const auto& dtypes : plain_dtypes())
    for (const Shape& shape : {Shape{7}, Shape{1000}, Shape{13, 37}, Shape{3, 1, 70}, Shape{2, 3, 5, 7}})
      for (std::size_t first = 0; first < std::size(kPlacings); ++first) {
        if (HasFailure()) return;
        std::vector<Placing> placings;
        for (std::size_t k = 0; k < dtypes.size(); ++k)
          placings.push_back(kPlacings[(first + 2 * k) % std::size(kPlacings)]);
        expect_row(row(), random_arguments(dtypes, std::vector<Shape>(dtypes.size(), shape), random), placings);
      }
}

TEST_P(TableRow, one_array_as_every_operand_gives_the_oracles_bits) {
  Random random(kSeed + 4);
  for (Dtype d : kDtypes) {
    const HostArray x = random_array(d, {77}, random);
    const std::vector<Argument> arguments(static_cast<std::size_t>(arity()), x);
    const auto expected = expectation(row(), arguments);
    if (!expected || !is_exact(row(), expected->work)) continue;
    const array a = to_array(x);
    std::vector<Operand> operands;
    for (int k = 0; k < arity(); ++k) operands.emplace_back(a);
    EXPECT_TRUE(same_bits(apply(row(), std::move(operands)), expected->result)) << call_text(row(), arguments);
  }
}

TEST_P(TableRow, result_within_an_expression_is_what_it_is_in_memory) {
  // A narrow result that were not wrapped or rounded before it goes on would differ from the stored one.
  Random random(kSeed + 6);
  for (const auto& dtypes : plain_dtypes()) {
    const auto arguments = random_arguments(dtypes, std::vector<Shape>(dtypes.size(), Shape{500}), random);
    const HostArray stored = to_host(call(row(), arguments));
    HostArray same{boolean, {500}, {}};
    for (Bits b : stored.bits) same.bits.push_back(!is_nan(stored.dtype, b));
    expect_everywhere([&] { return equal(call(row(), arguments), to_array(stored)); }, same,
                      call_text(row(), arguments));
  }
}

std::string row_name(const ::testing::TestParamInfo<int>& parameter) { return kRows[parameter.param].name; }
INSTANTIATE_TEST_SUITE_P(elementwise, TableRow, ::testing::Range(0, kRowCount), row_name);

TEST(elementwise, operators_are_the_named_functions) {
  const array a = array::from({1.0, 2.0, 3.0}), b = array::from({3.0, 2.0, 1.0});
  const array i = array::from({-5, 6, 7}), j = array::from({1, 2, -3});
  const std::vector<std::pair<array, array>> pairs = {{a + b, add(a, b)},
                                                      {a - 1, subtract(a, 1)},
                                                      {2.0 * a, multiply(2.0, a)},
                                                      {1 / a, divide(1, a)},
                                                      {-a, negative(a)},
                                                      {a == b, equal(a, b)},
                                                      {a != 2, not_equal(a, 2)},
                                                      {2 < a, less(2, a)},
                                                      {a <= b, less_equal(a, b)},
                                                      {a > b, greater(a, b)},
                                                      {a >= b, greater_equal(a, b)},
                                                      {(a > 1) & (b > 1), bitwise_and(a > 1, b > 1)},
                                                      {(a > 2) | (b > 2), bitwise_or(a > 2, b > 2)},
                                                      {(a > 1) ^ (b > 1), bitwise_xor(a > 1, b > 1)},
                                                      {a && (b > 1), logical_and(a, b > 1)},
                                                      {(a > 2) || b, logical_or(a > 2, b)},
                                                      {i % j, remainder(i, j)},
                                                      {7 % i, remainder(7, i)},
                                                      {i & 6, bitwise_and(i, 6)},
                                                      {i | j, bitwise_or(i, j)},
                                                      {i ^ j, bitwise_xor(i, j)},
                                                      {i << j, bitwise_left_shift(i, j)},
                                                      {i >> 1, bitwise_right_shift(i, 1)},
                                                      {~i, bitwise_invert(i)},
                                                      {!(a > 1), logical_not(a > 1)}};
  for (std::size_t k = 0; k < pairs.size(); ++k)
    EXPECT_TRUE(same_bits(pairs[k].first, to_host(pairs[k].second))) << "pair " << k;
}

TEST(elementwise, promotion_is_the_oracles_table) {
  for (Dtype a : kDtypes)
    for (Dtype b : kDtypes) EXPECT_EQ(promote(a, b), promoted(a, b)) << name(a) << " with " << name(b);
}

/// A number of any magnitude that the dtype has, subnormals among them.
Bits of_any_magnitude(Dtype dtype, Random& random) {
  const Format f = format(dtype);
  const int first = f.least_exponent - f.digits, last = f.digits == 24 ? 128 : 1024;
  const double fraction = 0.5 + random.unit() / 2;
  const long double value =
      std::ldexp(static_cast<long double>(fraction), static_cast<int>(random.between(first, last)));
  return rounded(dtype, std::min(value, f.largest) * (random.chance(50) ? 1 : -1));
}

TEST(elementwise, complex_quotients_and_magnitudes_of_any_magnitudes_stay_within_the_bound) {
  Random random(kSeed + 5);
  for (Dtype d : {complex64, complex128}) {
    const Dtype part = component(d);
    std::vector<Argument> operands;
    for (int k = 0; k < 2; ++k) {
      HostArray x{d, {100'000}, {}};
      for (int n = 0; n < 100'000; ++n) {
        const Bits re = of_any_magnitude(part, random);
        // Half of the numbers have parts of one magnitude, whose products cancel or carry.
        const Bits im = random.chance(50) ? of_any_magnitude(part, random)
                                          : rounded(part, decoded(part, re).re * (random.unit() * 4 - 2));
        x.bits.push_back(complex_bits(d, re, im));
      }
      operands.push_back(std::move(x));
    }
    for (Row row : {Row::divide, Row::abs}) {
      if (row == Row::abs) operands.pop_back();
      expect_row(row, operands);
      const WorstError worst = worst_error(row, *expectation(row, operands), to_host(call(row, operands)));
      RecordProperty(std::string(info(row).name) + "_" + std::string(name(d)), std::to_string(worst.ulp));
      std::cout << info(row).name << " of " << name(d) << ": " << worst.ulp << " ulp at most" << std::endl;
    }
  }
}

TEST(elementwise, default_array_is_an_empty_f64_operand) {
  const array sum = array() + array();
  EXPECT_EQ(sum.dtype(), f64);
  EXPECT_EQ(sum.shape(), Shape{0});
  EXPECT_TRUE(sum.to_vector<double>().empty());
}

}  // namespace
}  // namespace trireme::test
