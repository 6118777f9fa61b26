// tests/support/compare.hpp -- assertions on bits, in which one NaN is as good as another
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "support/host_array.hpp"
#include "trireme/device.hpp"

namespace trireme::test {

/// Equal bits, or both NaN.
bool same(Dtype dtype, Bits a, Bits b);

/// The first difference as text; "" when dtype, shape and every element agree.
std::string difference(const HostArray& actual, const HostArray& expected);

inline ::testing::AssertionResult same_bits(const HostArray& actual, const HostArray& expected) {
  const std::string text = difference(actual, expected);
  return text.empty() ? ::testing::AssertionSuccess() : ::testing::AssertionFailure() << text;
}
inline ::testing::AssertionResult same_bits(const array& actual, const HostArray& expected) {
  return same_bits(to_host(actual), expected);
}

/// One way to run: an instruction-set level of the CPU and a number of threads.
struct Setting {
  std::string level;
  int threads;
};
/// Every usable level with 1 and 2 threads.
std::vector<Setting> settings();
std::string text(const Setting& setting);
void use(const Setting& setting);

/// Builds for the CPU, whatever other devices there are, and puts level and thread count back at the end.
class KeepSettings {
 public:
  KeepSettings();
  ~KeepSettings();
  KeepSettings(const KeepSettings&) = delete;
  KeepSettings& operator=(const KeepSettings&) = delete;

 private:
  Setting before_;
  DeviceScope scope_{Device("cpu")};
};

/// Builds and evaluates on every level and thread count and expects these bits.
void expect_everywhere(const std::function<array()>& build, const HostArray& expected, const std::string& what);

}  // namespace trireme::test
