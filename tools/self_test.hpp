// tools/self_test.hpp -- the same expressions on every device and level, and whether their bits agree
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <vector>

#include "trireme/device.hpp"

namespace trireme::tools {

struct Agreement {
  std::string device;
  std::string level;                       // on the CPU
  bool counts = true;                      // false for a device that is known not to be exact
  std::vector<std::string> disagreements;  // expressions whose bits differ from the CPU's at its slowest level
  std::string failure;                     // what went wrong, if anything
  long fallbacks = 0;                      // programs that the CPU ran in the device's place
  bool agrees() const { return disagreements.empty() && failure.empty(); }
};

/// Runs the self-test on the usable ones of `devices`; the CPU once per level. Leaves the level as it was.
std::vector<Agreement> self_test(std::span<const DeviceReport> devices);

}  // namespace trireme::tools
