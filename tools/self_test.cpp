// tools/self_test.cpp -- compares bits(), not values: the promise is the same bits
// SPDX-License-Identifier: Apache-2.0
#include "tools/self_test.hpp"

#include <cstdint>
#include <map>
#include <optional>

#include "tools/expression/evaluate.hpp"
#include "trireme/trireme.hpp"

namespace trireme::tools {
namespace {

/// Every dtype, rounding that differs without care (fma, division, exp, long sums), casts at their limits, views.
constexpr const char* kExpressions[] = {
    "x * y + 1.5",
    "fma(x, y, x)",
    "sqrt(abs(x)) / (y + 3)",
    "exp(x)",
    "exp(d)",
    "log(abs(d))",
    "tanh(d * x)",
    "sum(x)",
    "sum(d)",
    "sum(x.reshape(250, 400) * 1.1, axis=0)",
    "mean(d.reshape(50, 20, 100), axis=(0, 2))",
    "max(minimum(x, y))",
    "sum(i)",
    "where(x > y, x, -y)",
    "where((i > 0) & ~(x < 0), d, i)",
    "(d * 1e12).astype(int32) + i",
    "d.astype(float32) * x",
    "roll(x, 7)[::-3] - y[:33334]",
    "x.astype(float16) * y.astype(float16) + 0.1",
    "sum(x.astype(bfloat16) / 3)",
    "i.astype(int8) * 3 - i.astype(int16) // 7",
    "(i.astype(uint8) << 2) ^ i.astype(uint16) % 1000",
    "prod(i.astype(uint32) | 1, axis=0) + (i.astype(uint64) >> 3)",
    "sum((x + 1j * y) * (y - 2j) / (x + 3j))",
    "abs(d * (0.5 - 1j))",
    "std(x, correction=1) + argmax(y)",
};

/// Numbers of widely spread magnitude, the same on every machine.
template <class T>
std::vector<T> numbers(std::size_t count, std::uint64_t seed) {
  std::vector<T> out(count);
  for (T& value : out) {
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    const auto mantissa = static_cast<double>(static_cast<std::int64_t>(seed) >> 11) / static_cast<double>(1LL << 52);
    const double scale = static_cast<double>(1 << (seed >> 8 & 7)) / 16;
    value = static_cast<T>(std::is_integral_v<T> ? mantissa * 1e9 : mantissa * scale);
  }
  return out;
}

std::map<std::string, array> make_inputs() {
  constexpr std::int64_t kCount = 100000;
  return {{"x", array::from(numbers<float>(kCount, 1), {kCount})},
          {"y", array::from(numbers<float>(kCount, 2), {kCount})},
          {"d", array::from(numbers<double>(kCount, 3), {kCount})},
          {"i", array::from(numbers<std::int32_t>(kCount, 4), {kCount})}};
}

class SelfTest {
 public:
  SelfTest() : inputs_(make_inputs()) {}

  /// The bits of every expression on `device`; the first call's are what the others are compared with.
  void run(const DeviceReport& device, const std::string& level) {
    Agreement agreement{device.name, level, device.exact, {}, {}, 0};
    const std::int64_t fallbacks = counters().fallbacks;
    try {
      if (!level.empty()) set_cpu_level(level);
      const DeviceScope scope{Device(device.name)};
      for (const char* expression : kExpressions) {
        const std::string hash = bits(evaluate(expression, inputs_).eval());
        const auto [expected, first] = expected_.emplace(expression, hash);
        if (!first && expected->second != hash) agreement.disagreements.emplace_back(expression);
      }
    } catch (const std::exception& failure) {
      agreement.failure = failure.what();
    }
    agreement.fallbacks = static_cast<long>(counters().fallbacks - fallbacks);
    results_.push_back(std::move(agreement));
  }

  std::vector<Agreement> take() { return std::move(results_); }

 private:
  std::map<std::string, array> inputs_;
  std::map<std::string, std::string> expected_;
  std::vector<Agreement> results_;
};

}  // namespace

std::vector<Agreement> self_test(std::span<const DeviceReport> devices) {
  SelfTest test;
  const std::string level = cpu_level();
  for (const DeviceReport& device : devices) {  // the CPU comes first in the list, its slowest level first
    if (!device.usable) continue;
    if (device.name == "cpu") {
      for (const std::string& each : cpu_levels()) test.run(device, each);
      set_cpu_level(level);
    } else {
      test.run(device, "");
    }
  }
  return test.take();
}

}  // namespace trireme::tools
