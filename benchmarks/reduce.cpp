// benchmarks/reduce.cpp -- sums in f32 against the speed of reading the same memory, and along each axis of a matrix
// SPDX-License-Identifier: Apache-2.0
//
// The yardstick is the best simple loop: 8 vector accumulators, one thread, in no fixed order, with and without
// prefetch, on huge pages. Data are small integers, so that every order gives the same sum and all sides can be
// checked.
#include <cmath>
#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include "support/buffer.hpp"
#include "support/hand_loops.hpp"
#include "support/harness.hpp"
#include "trireme/trireme.hpp"

namespace trireme::bench {
namespace {

void fill(Buffer& x) {
  for (std::size_t k = 0; k < x.size(); ++k) x[k] = k % 2 ? -1.0f : static_cast<float>(k % 3);
}

array array_of(Buffer& x, const Shape& shape) { return array::from(std::span<const float>(x.data(), x.size()), shape); }

void run_sum(Report& report, std::int64_t n) {
  Buffer x(static_cast<std::size_t>(n));
  fill(x);
  const array a = array_of(x, {n});
  const HandLoops hand = hand_loops();
  double exact = 0;
  for (float v : x) exact += v;
  float got = 0, read = 0;
  const auto check = [&](float value) { require(value == static_cast<float>(exact), "sum of " + std::to_string(n)); };
  const int all = threads();
  set_threads(1);
  const std::string name = "sum n=" + std::to_string(n);
  report.compare(name,
                 {{"trireme, 1 thread", [&] { got = sum(a).item<float>(); }},
                  {"by hand with prefetch", [&] { keep(read = hand.read_ahead(x.data(), x.size())); }},
                  {"by hand", [&] { keep(read = hand.read(x.data(), x.size())); }}},
                 4 * n);
  if (report.wants(name)) {
    check(got);
    check(read);
  }
  set_threads(all);
  if (all > 1 && n >= 1'000'000) {
    report.compare(name + ", threads",
                   {{"trireme, " + std::to_string(all) + " threads", [&] { got = sum(a).item<float>(); }},
                    {"by hand, 1 thread", [&] { keep(read = hand.read(x.data(), x.size())); }}},
                   4 * n);
    if (report.wants(name + ", threads")) check(got);
  }
}

void run_axes(Report& report, std::int64_t side) {
  Buffer x(static_cast<std::size_t>(side * side));
  fill(x);
  const array a = array_of(x, {side, side});
  const array turned = a.T();
  const HandLoops hand = hand_loops();
  const int all = threads();
  set_threads(1);
  array columns, rows, other;
  float read = 0;
  const std::string name = "axes of " + Shape{side, side}.text();
  report.compare(name,
                 {{"sum over axis 0 (columns)", [&] { columns = sum(a, {0}).eval(); }},
                  {"sum over axis 1 (rows)", [&] { rows = sum(a, {1}).eval(); }},
                  {"axis 1 of a transposed array", [&] { other = sum(turned, {1}).eval(); }},
                  {"by hand, all of it", [&] { keep(read = hand.read(x.data(), x.size())); }}},
                 4 * side * side);
  set_threads(all);
  if (!report.wants(name)) return;
  double exact = 0, of_columns = 0, of_rows = 0, of_other = 0;
  for (float v : x) exact += v;
  for (float v : columns.to_vector<float>()) of_columns += v;
  for (float v : rows.to_vector<float>()) of_rows += v;
  for (float v : other.to_vector<float>()) of_other += v;
  require(of_columns == exact && of_rows == exact && of_other == exact && read == static_cast<float>(exact),
          "sums along axes");
}

}  // namespace
}  // namespace trireme::bench

int main(int argc, char** argv) try {
  using namespace trireme;
  bench::Report report(argc, argv, "reduce");
  const DeviceScope scope{Device("cpu")};
  for (std::int64_t n : {10'000, 1'000'000, 10'000'000, 100'000'000})
    if (!report.quick() || n <= 1'000'000) bench::run_sum(report, n);
  bench::run_axes(report, report.quick() ? 512 : 4096);
  return 0;
} catch (const std::exception& e) {
  std::fprintf(stderr, "reduce: %s\n", e.what());
  return 1;
}
