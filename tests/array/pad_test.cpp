// tests/array/pad_test.cpp -- pad against what numpy.pad puts where, of every mode, dtype and placing
// SPDX-License-Identifier: Apache-2.0
#include <limits>

#include "support/compare.hpp"
#include "support/oracle.hpp"
#include "support/special_values.hpp"
#include "tests/array/host_gather.hpp"
#include "trireme/trireme.hpp"

namespace trireme::test {
namespace {

using Widths = std::vector<std::pair<std::int64_t, std::int64_t>>;

struct Golden {
  PadMode mode;
  std::vector<std::int64_t> shape;
  Widths widths;
  std::vector<std::int64_t> padded;
  std::vector<std::int64_t> from;  // flat index of the element at each place, -1 for the constant
};

const std::vector<Golden>& golden() {
  static const std::vector<Golden> rows = {
#include "tests/array/pad_golden.inc"
  };
  return rows;
}

constexpr PadMode kModes[] = {PadMode::constant, PadMode::edge, PadMode::reflect, PadMode::symmetric, PadMode::wrap};

std::string text(const Golden& row) {
  std::string out = "mode " + std::to_string(static_cast<int>(row.mode)) + " of " + Shape(row.shape).text() + " by";
  for (const auto& [before, behind] : row.widths) out += " " + std::to_string(before) + "," + std::to_string(behind);
  return out;
}

HostArray expected_pad(const Golden& row, const HostArray& x, Bits constant) {
  HostArray out{x.dtype, Shape(row.padded), {}};
  for (const std::int64_t k : row.from) out.bits.push_back(k < 0 ? constant : x.bits[static_cast<std::size_t>(k)]);
  return out;
}

TEST(pad, every_mode_and_dtype_puts_the_elements_where_numpy_does) {
  ASSERT_GT(golden().size(), 130u);
  Random random(21);
  std::int64_t number = 0;
  for (const Golden& row : golden())
    for (Dtype d : kDtypes) {
      const HostArray x = random_array(d, Shape(row.shape), random);
      const HostArray expected = expected_pad(row, x, *expected_cast(boolean, d, 1));
      const Placing lies = placing(number++, x.shape.rank());
      expect_everywhere([&] { return pad(to_array(x, lies), row.widths, row.mode, 1); }, expected,
                        text(row) + ", " + name(lies));
    }
}

TEST(pad, lazy_arrays_are_padded_as_computed_ones) {
  Random random(22);
  for (const Golden& row : golden()) {
    const HostArray x = random_array(i32, Shape(row.shape), random);
    HostArray plus = x;
    for (Bits& b : plus.bits) b = (b + 5) & 0xffffffffu;
    EXPECT_TRUE(same_bits(pad(to_array(x) + 5, row.widths, row.mode, -2), expected_pad(row, plus, 0xfffffffeu))) << text(row);
    EXPECT_TRUE(same_bits(pad(to_array(x), row.widths, row.mode, -7) + 5, expected_pad(row, plus, 0xfffffffeu))) << text(row);
  }
}

TEST(pad, constants_take_the_dtype) {
  EXPECT_EQ(pad(zeros({1}, f32), {{1, 0}}, PadMode::constant, 0.1).to_vector<float>(), (std::vector<float>{0.1f, 0}));
  EXPECT_EQ(pad(zeros({1}, complex64), {{0, 1}}, PadMode::constant, std::complex<double>(1, -2)).to_vector<std::complex<float>>()[1],
            std::complex<float>(1, -2));
  EXPECT_EQ(pad(zeros({1}, u64), {{0, 1}}, PadMode::constant, ~std::uint64_t{0}).to_vector<std::uint64_t>()[1], ~std::uint64_t{0});
  EXPECT_EQ(pad(zeros({1}, boolean), {{0, 1}}, PadMode::constant, true).to_vector<bool>(), (std::vector<bool>{false, true}));
  EXPECT_EQ(pad(zeros({1}, f64), {{0, 1}}).to_vector<double>(), (std::vector<double>{0, 0}));
}

TEST(pad, one_pair_counts_for_all_axes) {
  const array x = arange(6).reshape({2, 3});
  for (PadMode mode : kModes)
    EXPECT_EQ(bits(pad(x, {{1, 4}}, mode)), bits(pad(x, {{1, 4}, {1, 4}}, mode)));
}

TEST(pad, array_without_axes_stays_as_it_is) {
  for (PadMode mode : kModes) EXPECT_EQ(pad(full({}, 7, i64), Widths{}, mode).item<std::int64_t>(), 7);
  EXPECT_EQ(pad(7, {{1, 2}}).shape(), Shape{});
}

TEST(pad, large_arrays_with_threads_are_padded_alike) {
  Random random(23);
  const HostArray x = random_array(f32, {700, 900}, random);
  for (PadMode mode : kModes)
    for (Placing placing : {Placing::contiguous, Placing::transposed})
      expect_everywhere([&] { return pad(to_array(x, placing), {{30, 1}, {2, 40}}, mode, 1); },
                        host_from(f32, {731, 942},
                                  [&](Coordinates at) {
                                    const std::int64_t extent[] = {700, 900}, before[] = {30, 2};
                                    for (std::size_t k = 0; k < 2; ++k) {
                                      const std::int64_t n = extent[k];
                                      std::int64_t& p = at[k];
                                      p -= before[k];
                                      if (p >= 0 && p < n) continue;
                                      switch (mode) {  // no width here is beyond the axis
                                        case PadMode::constant: return to_bits(1.0f);
                                        case PadMode::edge: p = p < 0 ? 0 : n - 1; break;
                                        case PadMode::reflect: p = p < 0 ? -p : 2 * n - 2 - p; break;
                                        case PadMode::symmetric: p = p < 0 ? -1 - p : 2 * n - 1 - p; break;
                                        case PadMode::wrap: p = p < 0 ? p + n : p - n; break;
                                      }
                                    }
                                    return element(x, at);
                                  }),
                        "large pad");
}

TEST(pad, impossible_requests_are_refused_and_named) {
  const array x = zeros({2, 3}, i8), none = zeros({0, 3});
  const std::int64_t big = std::numeric_limits<std::int64_t>::max();
  expect_error([&] { pad(x, {{1, 1}, {1, 1}, {1, 1}}); }, Code::invalid_argument, "pad", {"3 pairs", "(2, 3)"});
  expect_error([&] { pad(x, Widths{}); }, Code::invalid_argument, "pad", {"0 pairs", "(2, 3)"});
  expect_error([&] { pad(x, {{1, 1}, {1, -1}}); }, Code::invalid_argument, "pad", {"negative", "axis 1", "-1"});
  expect_error([&] { pad(x, {{big, 1}}); }, Code::invalid_argument, "pad");
  expect_error([&] { pad(x, {{big / 4, big / 4}}); }, Code::invalid_argument, "pad", {"larger than any memory"});
  for (PadMode mode : {PadMode::edge, PadMode::reflect, PadMode::symmetric, PadMode::wrap}) {
    expect_error([&] { pad(none, {{0, 1}, {0, 0}}, mode); }, Code::invalid_argument, "pad", {"axis 0", "(0, 3)"});
    expect_error([&] { pad(x, {{1, 1}, {-1, 1}}, mode); }, Code::invalid_argument, "pad", {"negative"});
  }
  expect_error([&] { pad(x, {{1, 1}}, PadMode::constant, 128); }, Code::out_of_range, "pad", {"128", "int8"});
  expect_error([&] { pad(x, {{1, 1}}, PadMode::constant, 0.5); }, Code::out_of_range, "pad", {"0.5", "int8"});
  EXPECT_EQ(x.to_vector<std::int8_t>(), std::vector<std::int8_t>(6, 0));
}

TEST(pad, of_huge_width_takes_no_more_memory_than_the_result) {
  KeepSettings keep;
  const array x = arange(1000);
  for (PadMode mode : kModes) {
    reset_peak();
    const std::int64_t before = memory_use().live;
    const array padded = pad(x, {{1'000'000, 1'000'000}}, mode);
    // A continuation of x on either side is made first, but for the modes that need none; 8 bytes are the constant.
    const std::int64_t most = mode == PadMode::constant || mode == PadMode::edge ? 1 : 3;
    EXPECT_LE(memory_use().peak - before, most * static_cast<std::int64_t>(padded.bytes()) + 8) << static_cast<int>(mode);
  }
}

TEST(pad, of_many_periods_runs_few_programs) {
  KeepSettings keep;
  for (PadMode mode : {PadMode::reflect, PadMode::symmetric, PadMode::wrap}) {
    const array x = arange(2).eval();
    const std::int64_t before = counters().programs_run;
    const array padded = pad(x, {{100'000, 100'000}}, mode).eval();
    EXPECT_LE(counters().programs_run - before, 16) << static_cast<int>(mode);
    EXPECT_EQ(padded.size(), 200'002);
  }
}

}  // namespace
}  // namespace trireme::test
