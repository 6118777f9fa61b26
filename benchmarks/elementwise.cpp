// benchmarks/elementwise.cpp -- sqrt(x*x+1)-exp(-x) and x+y in f32 against loops written by hand for the same level
// SPDX-License-Identifier: Apache-2.0
//
// One thread on both sides, then all of Trireme's. Trireme's side includes building the nodes, finding the plan and
// taking memory for the result; the hand-written loop writes to memory that is there already. The loop has the same
// exp, so the bits must be equal. The ratio is to the last side of a case, which is the hand-written loop.
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <exception>
#include <limits>
#include <vector>

#include "support/buffer.hpp"
#include "support/hand_loops.hpp"
#include "support/harness.hpp"
#include "trireme/trireme.hpp"

namespace trireme::bench {
namespace {

array expression(const array& x) { return sqrt(x * x + 1) - exp(-x); }

void require_equal(const array& result, const std::vector<float>& expected, const std::string& what) {
  const std::vector<float> got = result.to_vector<float>();
  require(got.size() == expected.size() && std::memcmp(got.data(), expected.data(), got.size() * sizeof(float)) == 0,
          what);
}

void run_size(Report& report, std::int64_t n) {
  const auto count = static_cast<std::size_t>(n);
  Buffer x(count), y(count), out(count);
  std::vector<float> expected(count), sums(count);
  for (std::size_t k = 0; k < count; ++k) {
    x[k] = static_cast<float>(k % 1000) * 0.02f - 10.0f;
    y[k] = static_cast<float>(k % 777) * 0.5f;
  }
  const array a = array::from(std::span<const float>(x.data(), count), {n}),
              b = array::from(std::span<const float>(y.data(), count), {n});
  const HandLoops hand = hand_loops();
  hand.expression(x.data(), expected.data(), count);
  hand.add(x.data(), y.data(), sums.data(), count);
  const int threads_before = threads();
  require_equal(expression(a), expected, "the expression");
  require_equal(a + b, sums, "the sum");

  array result;
  const auto poison = [&] { std::fill(out.begin(), out.end(), std::numeric_limits<float>::quiet_NaN()); };
  const auto check = [&](const std::vector<float>& right) {
    require(std::memcmp(out.data(), right.data(), count * sizeof(float)) == 0, "a hand-written loop");
  };
  const std::string size = " n=" + std::to_string(n);
  set_threads(1);
  poison();
  const bool expressed =
      !report
           .compare("sqrt(x*x+1)-exp(-x)" + size,
                    {{"trireme, 1 thread", [&] { result = expression(a).eval(); }},
                     {"by hand, xsimd::exp", [&] { hand.expression_xsimd(x.data(), out.data(), count); }},
                     {"by hand, the same exp", [&] { hand.expression(x.data(), out.data(), count); }}},
                    8 * n)
           .empty();
  if (expressed) {
    require_equal(result, expected, "trireme, 1 thread");
    check(expected);
  }
  poison();
  const bool added = !report
                          .compare("x+y" + size,
                                   {{"trireme, 1 thread", [&] { result = (a + b).eval(); }},
                                    {"by hand", [&] { hand.add(x.data(), y.data(), out.data(), count); }}},
                                   12 * n)
                          .empty();
  if (added) {
    require_equal(result, sums, "trireme's sum");
    check(sums);
  }
  set_threads(threads_before);
  if (expressed && threads_before > 1 && n >= 100'000) {
    report.compare("sqrt(x*x+1)-exp(-x)" + size + ", threads",
                   {{"trireme, " + std::to_string(threads_before) + " threads", [&] { result = expression(a).eval(); }},
                    {"by hand, 1 thread", [&] { hand.expression(x.data(), out.data(), count); }}},
                   8 * n);
    require_equal(result, expected, "trireme, all threads");
  }
}

}  // namespace
}  // namespace trireme::bench

int main(int argc, char** argv) try {
  using namespace trireme;
  bench::Report report(argc, argv, "elementwise");
  const DeviceScope scope{Device("cpu")};
  for (std::int64_t n : {1'000, 100'000, 1'000'000, 10'000'000})
    if (!report.quick() || n <= 100'000) bench::run_size(report, n);
  return 0;
} catch (const std::exception& e) {
  std::fprintf(stderr, "elementwise: %s\n", e.what());
  return 1;
}
