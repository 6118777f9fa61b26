// tests/conformance/turned_test.cpp -- maps over transposed operands that are large enough to be staged, on every device
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "trireme/trireme.hpp"

namespace trireme::test {
namespace {

/// Computed on the CPU, so that only what is tested has to be compiled for a device.
array numbers(const Shape& shape, Dtype dtype) {
  const DeviceScope scope{Device("cpu")};
  const array x = arange(shape.size()).reshape(shape) * 7919 % 251 - 90;
  return (dtype == complex64 || dtype == complex128) ? astype(make_complex(astype(x, f64), astype(x * 3, f64)), dtype).eval()
                                                     : astype(x, dtype).eval();
}

struct Case {
  const char* name;
  std::function<array(Dtype)> build;
};

const Case kCases[] = {
    {"copy", [](Dtype d) { return numbers({70, 300}, d).T().contiguous(); }},
    {"with itself", [](Dtype d) { const array m = numbers({65, 65}, d); return m - m.T(); }},
    {"of a part, backwards", [](Dtype d) { return numbers({70, 90}, d).slice({{3, 60}, {80, 2, -2}}).T() - numbers({57}, d); }},
    {"a stack of them", [](Dtype d) { return numbers({3, 40, 35}, d).transpose({0, 2, 1}) - numbers({35, 40}, d); }},
    {"channels last", [](Dtype d) { return numbers({2, 20, 5, 7}, d).transpose({0, 2, 3, 1}) - numbers({20}, d); }},
    {"all axes", [](Dtype d) { const array c = numbers({33, 34, 35}, d); return c.transpose() - numbers({35, 34, 33}, d); }},
    {"rolled", [](Dtype d) { return roll(numbers({40, 50}, d).T(), 7, 0) - numbers({40}, d); }},
    {"many of them", [](Dtype d) {
       array sum = numbers({40}, d);
       for (std::int64_t k = 0; k < 9; ++k) sum = sum - numbers({40, 40 + k}, d).slice({{}, {k, 40 + k}}).T();
       return sum;
     }},
    {"into a joined block", [](Dtype d) { return concat({numbers({40, 33}, d).T(), numbers({50, 33}, d).T()}, 1); }},
};

TEST(turned, operands_have_the_cpus_bits_on_every_device) {
  int others = 0;
  for (const DeviceReport& device : devices()) {
    if (!device.usable || !device.exact || device.name == "cpu") continue;
    ++others;
    for (const Case& c : kCases)
      for (const Dtype dtype : {f32, u8, f16, f64, complex64, complex128}) {
        if (dtype != f32 && &c - kCases > 1) break;  // what the other cases ask is not about sizes
        const auto on = [&](const std::string& name) {
          const DeviceScope scope{Device(name)};
          return bits(c.build(dtype));
        };
        const std::int64_t fallbacks = counters().fallbacks;
        EXPECT_EQ(on(device.name), on("cpu")) << c.name << " of " << name(dtype) << " on " << device.name;
        EXPECT_EQ(counters().fallbacks, fallbacks) << c.name << " of " << name(dtype) << " on " << device.name;
      }
  }
  if (others == 0) GTEST_SKIP() << "no exact device but the cpu";
}

}  // namespace
}  // namespace trireme::test
