// benchmarks/main.cpp -- all benchmarks of the CPU as one Google Benchmark program
// SPDX-License-Identifier: Apache-2.0
//
// benchmarks/run.py runs it in turns with the peers in Python. Alone: trireme_benchmark --benchmark_filter='^sum/'
// --benchmark_repetitions=9 --benchmark_enable_random_interleaving=true --benchmark_out=sum.json
#include <cstdio>
#include <exception>

#include "support/cases.hpp"

int main(int argc, char** argv) try {
  using namespace trireme;
  const DeviceScope scope{Device("cpu")};
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::AddCustomContext("trireme", version());
  benchmark::AddCustomContext("level", cpu_level());
  bench::add_overhead();
  bench::add_elementwise();
  bench::add_reductions();
  bench::add_streams();
  bench::add_transposes();
  benchmark::RunSpecifiedBenchmarks();
  return 0;
} catch (const std::exception& e) {
  std::fprintf(stderr, "trireme_benchmark: %s\n", e.what());
  return 1;
}
