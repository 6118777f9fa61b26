// benchmarks/overhead.cpp -- what small work costs: a node, a view, an evaluation of ten elements
// SPDX-License-Identifier: Apache-2.0
//
// Nothing here depends on the memory's speed, so the figures are in nanoseconds and the yardstick beside each is a heap
// allocation of 64 bytes, measured in the same turns.
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <vector>

#include "support/harness.hpp"
#include "trireme/trireme.hpp"

namespace trireme::bench {
namespace {

void allocate_and_free() {
  void* p = std::malloc(64);
  keep(p);
  std::free(p);
}

void run(Report& report) {
  const array x = arange(0, 10, 1, f32).eval(), y = (x + 1).eval();
  const array matrix = (zeros({100, 100}, f32) + 0).eval();
  const Side yardstick{"malloc and free of 64 bytes", allocate_and_free};
  array kept;
  report.compare("copy of a handle", {{"array copy",
                                       [&] {
                                         const array copy = x;
                                         keep(copy);
                                       }},
                                      yardstick});
  report.compare("node, built and dropped", {{"a + b",
                                              [&] {
                                                const array z = x + y;
                                                keep(z);
                                              }},
                                             yardstick});
  report.compare("node with a scalar", {{"a + 1",
                                         [&] {
                                           const array z = x + 1;
                                           keep(z);
                                         }},
                                        yardstick});
  report.compare("6 nodes", {{"sqrt(x*x+1)-exp(-x)",
                              [&] {
                                const array z = sqrt(x * x + 1) - exp(-x);
                                keep(z);
                              }},
                             yardstick});
  report.compare("view of a computed array", {{"x.slice 1:9",
                                               [&] {
                                                 const array z = x.slice({{1, 9}});
                                                 keep(z);
                                               }},
                                              yardstick});
  report.compare("transposed view", {{"m.T()",
                                      [&] {
                                        const array z = matrix.T();
                                        keep(z);
                                      }},
                                     yardstick});
  report.compare("n=10, a + b, eval", {{"eager", [&] { kept = (x + y).eval(); }}, yardstick});
  require(kept.to_vector<float>()[9] == 19.0f, "a + b");
  report.compare("n=10, 6 operations, eval",
                 {{"sqrt(x*x+1)-exp(-x)", [&] { kept = (sqrt(x * x + 1) - exp(-x)).eval(); }}, yardstick});
  report.compare("n=10, sum, item", {{"sum(x)", [&] { keep(sum(x).item<float>()); }}, yardstick});
  report.compare("n=10, from values", {{"array::from",
                                        [] {
                                          const array z = array::from({1.0f, 2.0f, 3.0f});
                                          keep(z);
                                        }},
                                       yardstick});
  report.compare("n=1000, a + b, eval",
                 {{"eager", [&, a = zeros({1000}, f32).eval() + 1] { kept = (a + a).eval(); }}, yardstick});
}

}  // namespace
}  // namespace trireme::bench

int main(int argc, char** argv) try {
  using namespace trireme;
  bench::Report report(argc, argv, "overhead");
  const DeviceScope scope{Device("cpu")};
  bench::run(report);
  return 0;
} catch (const std::exception& e) {
  std::fprintf(stderr, "overhead: %s\n", e.what());
  return 1;
}
