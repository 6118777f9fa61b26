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
    DeviceScope scope{Device(report.name)};           // what is built below runs on this device
    array x = linspace(-6, 6, 1'000'001, f32);        // lazy: nothing has been computed yet
    array bell = 0.3989423 * exp(x * x * -0.5);       // the density of the normal distribution
    array within = sum(where(abs(x) < 1, bell, 0.0)) * 12e-6;  // fused into the loads of the sum: one program
    std::cout << report.name << ": " << within.item<float>() << " of it lies within 1 sigma, bits " << bits(within)
              << '\n';
  }
}
