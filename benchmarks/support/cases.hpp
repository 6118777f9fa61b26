// benchmarks/support/cases.hpp -- registering the sides of a case with Google Benchmark, their inputs and their checks
// SPDX-License-Identifier: Apache-2.0
//
// A benchmark is named case/n/threads/side. Sides of one case do the same work; benchmarks/run.py compares them. Every
// side is checked after it was timed: a wrong result is an error of the run, not a fast one.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "support/buffer.hpp"
#include "trireme/trireme.hpp"

namespace trireme::bench {

struct Case {
  std::string name;
  std::int64_t n;
  int threads;
  std::int64_t bytes = 0;  // what the algorithm must read and write at least; 0: not counted
};

/// What is timed, and whether its last result was right.
template <class Run, class Check>
struct Timed {
  Run run;
  Check check;
};
template <class Run, class Check>
Timed(Run, Check) -> Timed<Run, Check>;

/// Registers one side. `prepare` is called when its turn comes and returns a Timed.
template <class Prepare>
void add(const Case& c, const std::string& side, Prepare prepare) {
  const std::string name = c.name + "/" + std::to_string(c.n) + "/" + std::to_string(c.threads) + "/" + side;
  benchmark::RegisterBenchmark(name.c_str(), [c, prepare](benchmark::State& state) {
    if (threads() != c.threads) set_threads(c.threads);
    auto timed = prepare();
    for (int warm = 0; warm < 2; ++warm) timed.run();  // compiles, touches memory
    for (auto _ : state) timed.run();
    if (!timed.check()) state.SkipWithError("wrong result");
    if (c.bytes) state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) * c.bytes);
  })->UseRealTime();
}

/// Input number `which` of n elements, made once: 0 to 3 are fractions in [-10, 10), 4 and 5 small integers whose sums,
/// and whose sum of squared differences, are exact in every order.
Buffer& input(int which, std::int64_t n);
/// The same as an array.
const array& input_array(int which, std::int64_t n);
/// Memory for results, filled with NaN: one block a number and size.
Buffer& output(int which, std::int64_t n);

/// Whether the bits of both are equal.
bool equal(std::span<const float> a, std::span<const float> b);
bool equal(const array& a, std::span<const float> b);

/// Sizes that every kind of case is run for.
inline constexpr std::int64_t kSizes[] = {1'000, 10'000, 100'000, 1'000'000, 10'000'000};

// What the files of this folder register.
void add_overhead();
void add_elementwise();
void add_reductions();
void add_streams();
void add_transposes();

}  // namespace trireme::bench
