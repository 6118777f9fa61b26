// benchmarks/device.cpp -- memory bandwidth of a device through the public interface, with its results checked
// SPDX-License-Identifier: Apache-2.0
//
// device_benchmark [--device NAME] [--elements N] [--rounds N]: one line of a Markdown table per expression. Each
// evaluation differs from the one before in a scalar or in its input, so that a result left in reused memory is wrong
// and is noticed. Exit status: 0 all right, 1 a wrong result or a failure, 2 a wrong command line.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <iterator>
#include <string>
#include <vector>

#include "trireme/trireme.hpp"

namespace {

using namespace trireme;

struct Options {
  std::string device = "cpu";
  std::int64_t elements = std::int64_t{1} << 28;  // 1 GiB of f32
  int rounds = 7;
};

struct Benchmark {
  const char* name;
  int bytes_per_element;  // read and written by the algorithm
  std::function<array(const array& x, int k)> build;
};

const Benchmark kBenchmarks[] = {
    {"x + k", 8, [](const array& x, int k) { return x + k; }},
    {"sqrt(x * x + k) - exp(-x)", 8, [](const array& x, int k) { return sqrt(x * x + k) - exp(-x); }},
    {"sum(x)", 4, [](const array& x, int) { return sum(x); }},
};

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// Waits for `result` by reading its last element.
void wait_for(const array& result) {
  if (result.rank() == 0) result.item<float>();
  else result.at(-1).item<float>();
}

/// Values between -2 and 2, so that no sum is dominated by a few.
array make_input(std::int64_t elements, std::uint32_t seed) {
  std::vector<float> values(static_cast<std::size_t>(elements));
  for (float& value : values) {
    seed = seed * 1664525u + 1013904223u;
    value = static_cast<float>(static_cast<std::int32_t>(seed >> 8) - (1 << 23)) * 0x1p-22f;
  }
  return array::from(values, {elements});
}

/// Whether `result` has the CPU's bits: all of a sum, the ends and the middle of a vector.
bool is_right(const Benchmark& benchmark, const array& x, int k, const array& result) {
  const DeviceScope scope{Device("cpu")};
  if (result.rank() == 0) return bits(result.to(Device("cpu"))) == bits(benchmark.build(x, k));
  const std::int64_t n = x.size(), part = std::min<std::int64_t>(n, 65536);
  for (const std::int64_t first : {std::int64_t{0}, (n - part) / 2, n - part}) {
    const Slice slice{first, first + part};
    if (bits(result.slice({slice})) != bits(benchmark.build(x.slice({slice}), k))) return false;
  }
  return true;
}

bool run(const Benchmark& benchmark, const array (&inputs)[2], const Options& options) {
  const DeviceScope scope{Device(options.device)};
  int k = 0;
  array last;
  const auto once = [&] {
    ++k;
    last = benchmark.build(inputs[k % 2], k % 100).eval();
  };
  bool right = true;
  double single = 0;
  for (int warm = 0; warm < 3; ++warm) {  // copies the inputs there, compiles, fills the pool
    const auto start = std::chrono::steady_clock::now();
    once();
    wait_for(last);
    single = seconds_since(start);
    right &= is_right(benchmark, inputs[k % 2], k % 100, last);
  }
  const int repeat = std::clamp(static_cast<int>(0.02 / single), 1, 50);
  std::vector<double> seconds;
  for (int round = 0; round < options.rounds; ++round) {
    const auto start = std::chrono::steady_clock::now();
    for (int r = 0; r < repeat; ++r) once();
    wait_for(last);
    seconds.push_back(seconds_since(start) / repeat);
    right &= is_right(benchmark, inputs[k % 2], k % 100, last);
  }
  std::sort(seconds.begin(), seconds.end());
  const double median = seconds[seconds.size() / 2];
  std::printf("| trireme %s | `%s` | %lld | %.4f | %.4f | %.0f | %s |\n", options.device.c_str(), benchmark.name,
              static_cast<long long>(options.elements), seconds.front() * 1e3, median * 1e3,
              static_cast<double>(options.elements) * benchmark.bytes_per_element / median * 1e-9, right ? "yes" : "NO");
  std::fflush(stdout);
  return right;
}

Options parse(int argc, char** argv) {
  Options options;
  for (int k = 1; k < argc; k += 2) {
    const std::string word = argv[k];
    if (k + 1 == argc) throw error(Code::invalid_argument, word + " needs a value");
    if (word == "--device") options.device = argv[k + 1];
    else if (word == "--elements") options.elements = std::atoll(argv[k + 1]);
    else if (word == "--rounds") options.rounds = std::atoi(argv[k + 1]);
    else throw error(Code::invalid_argument, "unknown option " + word);
  }
  if (options.elements < 1 || options.rounds < 1) throw error(Code::invalid_argument, "numbers above 0 are expected");
  return options;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  try {
    options = parse(argc, argv);
  } catch (const error& e) {
    std::cerr << "device_benchmark: " << e.what() << "\n";
    return 2;
  }
  try {
    options.device = Device(options.device).name();
    const array inputs[2] = {make_input(options.elements, 1), make_input(options.elements, 2)};
    bool right = true;
    for (const Benchmark& benchmark : kBenchmarks) right &= run(benchmark, inputs, options);
    const std::int64_t fallbacks = counters().fallbacks;
    std::cout << options.device << ": " << std::size(kBenchmarks) << " expressions, "
              << (right ? "all right" : "not all right");
    if (fallbacks > 0) std::cout << ", but " << fallbacks << " programs ran on the cpu instead";
    std::cout << std::endl;
    return right && fallbacks == 0 ? 0 : 1;
  } catch (const std::exception& e) {
    std::cerr << "device_benchmark: " << e.what() << "\n";
    return 1;
  }
}
