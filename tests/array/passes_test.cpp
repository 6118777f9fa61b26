// tests/array/passes_test.cpp -- expressions that the CPU computes in fewer passes, against one operation at a time
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <functional>

#include "support/compare.hpp"
#include "support/special_values.hpp"
#include "trireme/create.hpp"
#include "trireme/elementwise.hpp"
#include "trireme/explain.hpp"
#include "trireme/io.hpp"
#include "trireme/reduce.hpp"

namespace trireme::test {
namespace {

using Step = std::function<array(const array&)>;

/// The same expression over arrays a, b, c; `step` stands around every operation.
struct Expression {
  const char* text;
  array (*build)(const array& a, const array& b, const array& c, const Step& step);
};

const Expression kExpressions[] = {
    {"a*a+b*b", [](auto& a, auto& b, auto&, auto& s) { return s(s(a * a) + s(b * b)); }},
    {"a*a+b*b+c*c", [](auto& a, auto& b, auto& c, auto& s) { return s(s(s(a * a) + s(b * b)) + s(c * c)); }},
    {"c*c+(a*a+b*b)", [](auto& a, auto& b, auto& c, auto& s) { return s(s(c * c) + s(s(a * a) + s(b * b))); }},
    {"sqrt(a*a+b*b)", [](auto& a, auto& b, auto&, auto& s) { return s(sqrt(s(s(a * a) + s(b * b)))); }},
    {"sqrt(a*a+b*b+c*c)*0.5+1",
     [](auto& a, auto& b, auto& c, auto& s) {
       return s(s(s(sqrt(s(s(s(a * a) + s(b * b)) + s(c * c)))) * 0.5) + 1);
     }},
    {"sqrt(a*a+a*a)", [](auto& a, auto&, auto&, auto& s) { return s(sqrt(s(s(a * a) + s(a * a)))); }},
    {"sqrt(a*b+c)*c", [](auto& a, auto& b, auto& c, auto& s) { return s(s(sqrt(s(s(a * b) + c))) * c); }},
    {"sqrt(c-a*b)", [](auto& a, auto& b, auto& c, auto& s) { return s(sqrt(s(c - s(a * b)))); }},
    {"sqrt((a-b)*2)/c", [](auto& a, auto& b, auto& c, auto& s) { return s(s(sqrt(s(s(a - b) * 2))) / c); }},
    {"sqrt(a*2+b)-1", [](auto& a, auto& b, auto&, auto& s) { return s(s(sqrt(s(s(a * 2) + b))) - 1); }},
    {"sqrt(a*a+1)-exp(-b)",
     [](auto& a, auto& b, auto&, auto& s) { return s(s(sqrt(s(s(a * a) + 1))) - s(exp(s(-b)))); }},
    {"sqrt(a*a+b)-exp(c)", [](auto& a, auto& b, auto& c, auto& s) { return s(s(sqrt(s(s(a * a) + b))) - s(exp(c))); }},
    {"a*b+c*c-a", [](auto& a, auto& b, auto& c, auto& s) { return s(s(s(a * b) + s(c * c)) - a); }},
    {"squares with a second user", [](auto& a, auto& b, auto&, auto& s) {
       const array square = s(a * a);
       return s(s(square + s(b * b)) - square);
     }},
};

/// Special values and ordinary ones, in an order of their own.
array operand(Dtype dtype, std::uint32_t seed) {
  std::vector<double> values = {0.0, -0.0, 1.0, -1.0, 1e300, -1e300, 1e-300, 5e-324, 1.0 / 0.0, -1.0 / 0.0, 0.0 / 0.0, 1e20, 1e-40};
  for (int k = 0; k < 1187; ++k) {
    seed = seed * 1664525u + 1013904223u;
    values.push_back(static_cast<double>(seed >> 8) * 0x1p-21 - 4);
  }
  std::vector<double> mixed(values.size());
  for (std::size_t k = 0; k < values.size(); ++k) mixed[k] = values[(k * 7 + seed % 13) % values.size()];
  return astype(array::from(mixed, {static_cast<std::int64_t>(mixed.size())}), dtype).eval();
}

TEST(passes, fused_bits_are_those_of_single_operations) {
  const KeepSettings keep;
  for (const Setting& setting : settings()) {
    use(setting);
    for (Dtype dtype : {f32, f64}) {
      const array a = operand(dtype, 1), b = operand(dtype, 2), c = operand(dtype, 3);
      for (const Expression& e : kExpressions) {
        const array fused = e.build(a, b, c, [](const array& x) { return x; });
        const array single = e.build(a, b, c, [](const array& x) {
          array y = x;
          return y.eval();
        });
        EXPECT_EQ(bits(fused), bits(single)) << e.text << " " << name(dtype) << " " << text(setting);
      }
    }
  }
}

TEST(passes, sums_of_everything_have_the_order_of_single_operations) {
  const KeepSettings keep;
  for (const Setting& setting : settings()) {
    use(setting);
    for (std::int64_t n : {1, 10, 511, 512, 513, 1000, 8191, 8192, 8193, 9000, 16384, 100000, 524288, 524289, 600000}) {
      const array x = (arange(n) * 0.37 - 1000).eval(), y = astype(x, f32).eval();
      for (const array& v : {x, y}) {
        const array column = v.reshape({n, 1}), copied = v.reshape({1, n});
        array square = v * v;
        const array apart = (v * v).eval();
        EXPECT_EQ(bits(sum(std::move(square))), bits(sum(apart))) << n << " " << text(setting);
        EXPECT_EQ(bits(max(v * 2 - v)), bits(max((v * 2 - v).eval()))) << n;
        EXPECT_EQ(bits(sum(v)), bits(sum(copied, {1}).reshape({}))) << n << " " << text(setting);
        EXPECT_EQ(bits(sum(v)), bits(sum(column, {0}).reshape({}))) << n << " " << text(setting);
      }
    }
  }
}

TEST(passes, loops_find_their_programs_again) {
  const KeepSettings keep;
  const array c = (arange(10) + 1).eval();
  array b = (c * 3).eval();
  const Counters before = counters();
  for (int k = 0; k < 10'000; ++k) b = b + c;
  EXPECT_EQ(b.at(9).item<std::int64_t>(), 30 + 10 * 10'000);
  // The chain between two evaluations, what is left of it at the end, and the element that is read.
  EXPECT_LE(counters().plans_built - before.plans_built, 2 + 1);
  EXPECT_EQ(counters().bytes_live, before.bytes_live);
}

TEST(passes, results_beyond_every_cache_have_the_bits_of_their_parts) {
  const KeepSettings keep;
  const std::int64_t n = (std::int64_t{64} << 18) + 4099;  // just above 64 MiB of f32
  const array x = (arange(0, n, 1, f32) * 0.001 - 5000).eval();
  const auto build = [](const array& v) { return v * v + 0.5; };
  for (const Setting& setting : settings()) {
    use(setting);
    const array whole = build(x).eval(), test = (x > 0).eval();
    for (std::int64_t first : {std::int64_t{0}, n / 2 - 77, n - 5000}) {
      const Slice part{first, first + 5000};
      EXPECT_EQ(bits(whole.slice({part})), bits(build(x.slice({part})))) << first << " " << text(setting);
      EXPECT_EQ(bits(test.slice({part})), bits(x.slice({part}) > 0)) << first << " " << text(setting);
    }
  }
}

}  // namespace
}  // namespace trireme::test
