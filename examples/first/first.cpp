// examples/first/first.cpp -- the example of the README: one expression, every device, the same bits
// SPDX-License-Identifier: Apache-2.0
#include <iostream>

#include "trireme/trireme.hpp"

int main() {
  using namespace trireme;
  for (const DeviceReport& report : devices()) {
    if (!report.usable) {
      std::cout << report.name << ": " << report.reason << '\n';
      continue;
    }
    DeviceScope scope{Device(report.name)};  // what is built below runs on this device
    array x = linspace(-6, 6, 1'000'001, f32);
    // The normal distribution within one sigma. Lazy: this builds a graph and computes nothing.
    array within = sum(where(abs(x) < 1, exp(x * x * -0.5), 0.0)) * (12e-6 * 0.3989423);
    // Reading computes: one pass over x, with everything fused into the loads of the sum.
    std::cout << report.name << ": " << within.item<float>() << ", bits " << bits(within) << '\n';
  }
}
