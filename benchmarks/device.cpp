// benchmarks/device.cpp -- memory bandwidth of a device through the public interface, with its results checked
// SPDX-License-Identifier: Apache-2.0
//
// device_benchmark [--device NAME] [--elements N] [--rounds N]: one line of a Markdown table per expression, and one for
// what a small program costs. Each evaluation differs from the one before in a scalar or in its input, so that a result left in reused memory is wrong
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

/// x and y have the same elements in `vector` form; a matrix is x again, of about as many rows as columns; a
/// square has as many, and turned is its transposed view.
struct Inputs {
  array x, y, matrix, square, turned;
};

/// How a result is compared with the CPU's bits.
enum class Compare {
  parts,      // the ends and the middle of a vector
  whole,      // all of it: there is little
  transposed  // some rows, which are columns of one operand
};

struct Benchmark {
  const char* name;
  double bytes_per_element;  // read and written by the algorithm
  Compare compare;
  std::function<array(const Inputs& in, int k)> build;
};

const Benchmark kBenchmarks[] = {
    {"x + k", 8, Compare::parts, [](const Inputs& in, int k) { return in.x + k; }},
    {"sqrt(x * x + k) - exp(-x)", 8, Compare::parts, [](const Inputs& in, int k) { return sqrt(in.x * in.x + k) - exp(-in.x); }},
    {"sqrt(x * x + y * y) * 0.5 + k", 12, Compare::parts,
     [](const Inputs& in, int k) { return sqrt(in.x * in.x + in.y * in.y) * 0.5 + k; }},
    {"sum(x)", 4, Compare::whole, [](const Inputs& in, int) { return sum(in.x); }},
    {"sum((x - y)**2)", 8, Compare::whole, [](const Inputs& in, int) { return sum(square(in.x - in.y)); }},
    {"sum of rows", 4, Compare::whole, [](const Inputs& in, int) { return sum(in.matrix, {1}); }},
    {"sum of columns", 4, Compare::whole, [](const Inputs& in, int) { return sum(in.matrix, {0}); }},
    {"transposed copy", 8, Compare::transposed, [](const Inputs& in, int) { return in.matrix.transpose().contiguous(); }},
    {"m + m.T + k", 12, Compare::transposed, [](const Inputs& in, int k) { return in.square + in.turned + k; }},
};

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
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

array part_of(const array& x, const Slice& slice) { return x.slice({slice}); }

/// Whether `result` has the CPU's bits, as far as `compare` looks.
bool is_right(const Benchmark& benchmark, const Inputs& in, int k, const array& result) {
  const DeviceScope scope{Device("cpu")};
  if (benchmark.compare == Compare::whole) return bits(result.to(Device("cpu"))) == bits(benchmark.build(in, k));
  const bool rows = benchmark.compare == Compare::transposed;
  const std::int64_t n = result.shape()[0], part = std::min<std::int64_t>(n, rows ? 16 : 65536);
  for (const std::int64_t first : {std::int64_t{0}, (n - part) / 2, n - part}) {
    const Slice slice{first, first + part};
    const Inputs few =
        rows ? Inputs{{}, {}, in.matrix.slice({Slice{}, slice}), part_of(in.square, slice), part_of(in.turned, slice)}
             : Inputs{part_of(in.x, slice), part_of(in.y, slice), {}, {}, {}};
    if (bits(part_of(result, slice).to(Device("cpu"))) != bits(benchmark.build(few, k))) return false;
  }
  return true;
}

void print(const Options& options, const char* name, std::int64_t elements, std::vector<double> seconds, double bytes, bool right) {
  std::sort(seconds.begin(), seconds.end());
  const double median = seconds[seconds.size() / 2];
  std::printf("| trireme %s | `%s` | %lld | %.4f | %.4f | %.0f | %s |\n", options.device.c_str(), name,
              static_cast<long long>(elements), seconds.front() * 1e3, median * 1e3, bytes / median * 1e-9, right ? "yes" : "NO");
  std::fflush(stdout);
}

bool run(const Benchmark& benchmark, const Inputs (&inputs)[2], const Options& options) {
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
    synchronize(Device(options.device));
    single = seconds_since(start);
    right &= is_right(benchmark, inputs[k % 2], k % 100, last);
  }
  const int repeat = std::clamp(static_cast<int>(0.02 / single), 1, 50);
  std::vector<double> seconds;
  for (int round = 0; round < options.rounds; ++round) {
    const auto start = std::chrono::steady_clock::now();
    for (int r = 0; r < repeat; ++r) once();
    synchronize(Device(options.device));
    seconds.push_back(seconds_since(start) / repeat);
    right &= is_right(benchmark, inputs[k % 2], k % 100, last);
  }
  print(options, benchmark.name, options.elements, seconds, static_cast<double>(options.elements) * benchmark.bytes_per_element, right);
  return right;
}

/// What a cached program costs beside its work: of 1000 elements, one after the other, without waiting in between; and
/// that a loop which carries its value neither compiles nor grows.
bool run_small(const Options& options) {
  constexpr int kIterations = 10000, kElements = 1000;
  const DeviceScope scope{Device(options.device)};
  const array c = ones({kElements}, f32).eval();
  array b = zeros({kElements}, f32).eval();
  for (int warm = 0; warm < 3; ++warm) b = (b + c).eval();
  synchronize(Device(options.device));
  const std::int64_t compiled = counters().executables_compiled, live = memory_use(Device(options.device)).live;
  std::vector<double> seconds;
  for (int round = 0; round < options.rounds; ++round) {
    const auto start = std::chrono::steady_clock::now();
    for (int k = 0; k < kIterations; ++k) b = (b + c).eval();
    synchronize(Device(options.device));
    seconds.push_back(seconds_since(start) / kIterations);
  }
  const bool right = b.at(0).item<float>() == 3.0f + static_cast<float>(options.rounds * kIterations) &&
                     counters().executables_compiled == compiled && memory_use(Device(options.device)).live == live;
  print(options, "b = b + c", kElements, seconds, 12.0 * kElements, right);
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
    const array x = make_input(options.elements, 1), y = make_input(options.elements, 2);
    // About square, in rows that a kernel can read 16 bytes at a time.
    std::int64_t columns = 1;
    while (columns * columns < options.elements) columns *= 2;
    std::int64_t side = 1;
    while ((side + 1) * (side + 1) <= options.elements) ++side;
    const auto as = [](const array& v, const Shape& shape) { return v.slice({Slice{0, shape.size()}}).reshape(shape); };
    const auto from = [&](const array& a, const array& b) {
      const array square = as(a, {side, side});
      return Inputs{a, b, as(a, {options.elements / columns, columns}), square, square.transpose()};
    };
    const Inputs inputs[2] = {from(x, y), from(y, x)};
    bool right = run_small(options);
    for (const Benchmark& benchmark : kBenchmarks) right &= run(benchmark, inputs, options);
    const std::int64_t fallbacks = counters().fallbacks;
    std::cout << options.device << ": " << std::size(kBenchmarks) + 1 << " expressions, "
              << (right ? "all right" : "not all right");
    if (fallbacks > 0) std::cout << ", but " << fallbacks << " programs ran on the cpu instead";
    std::cout << std::endl;
    return right && fallbacks == 0 ? 0 : 1;
  } catch (const std::exception& e) {
    std::cerr << "device_benchmark: " << e.what() << "\n";
    return 1;
  }
}
