// tests/conformance/regions_test.cpp -- what is written into parts of blocks, and what is its own place, on every device
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "trireme/trireme.hpp"

namespace trireme::test {
namespace {

/// Values that differ everywhere, of any dtype.
array counted(const Shape& shape, Dtype dtype) {
  array x = arange(shape.size()).reshape(shape) % 101 - 17;
  return dtype == complex64 ? make_complex(astype(x, f32), astype(x * 3, f32)) : astype(std::move(x), dtype);
}

struct Case {
  const char* name;
  std::function<array(Dtype)> build;
};

const std::vector<Case>& cases() {
  static const std::vector<Case> all = {
      {"concat of rows", [](Dtype d) { return concat({counted({3, 7}, d) * counted({7}, d), counted({2, 7}, d)}, 0); }},
      {"concat of columns", [](Dtype d) { return concat({counted({5, 3}, d), counted({4, 5}, d).T() + counted({1}, d)}, 1); }},
      {"stack in the middle", [](Dtype d) { return stack({counted({4, 6}, d), counted({4, 6}, d).flip(0)}, 1); }},
      {"pad with a value", [](Dtype d) { return pad(counted({3, 5}, d) + counted({5}, d), {{1, 2}, {0, 3}}, PadMode::constant, 7); }},
      {"pad by reflection", [](Dtype d) { return pad(roll(counted({3, 5}, d), 2, 1), {{4, 1}}, PadMode::reflect); }},
      {"repeat and tile", [](Dtype d) { return tile(repeat(counted({2, 3}, d), 2, 1), {2, 1}) + counted({1}, d); }},
      {"update of steps", [](Dtype d) { return update(counted({6, 9}, d), {{5, 0, -2}, {1, {}, 3}}, counted({3}, d)); }},
      {"update in place", [](Dtype d) { return update(counted({700}, d).eval(), {{3, 650}}, counted({647}, d)); }},
  };
  return all;
}

std::vector<std::string> other_devices() {
  std::vector<std::string> out;
  for (const DeviceReport& report : devices())
    if (report.usable && report.exact && report.name != "cpu") out.push_back(report.name);
  return out;
}

/// As a result on `device`; without fallbacks, unless the device lacks f64.
std::string bits_on(const std::string& device, const std::function<array()>& build) {
  const DeviceScope scope{Device(device)};
  return bits(build());
}

TEST(regions, joins_paddings_and_updates_have_the_cpus_bits) {
  if (other_devices().empty()) GTEST_SKIP() << "no exact device but the cpu";
  for (const std::string& device : other_devices())
    for (const Case& c : cases())
      for (const Dtype dtype : {boolean, u8, i16, f32, i64, complex64}) {
        if (dtype == boolean && std::string(c.name).starts_with("pad with")) continue;  // 7 is no bool; bools do not add
        const auto build = [&] { return dtype == boolean ? astype(c.build(i16) % 3, boolean) : c.build(dtype); };
        const std::int64_t fallbacks = counters().fallbacks;
        EXPECT_EQ(bits_on(device, build), bits_on("cpu", build)) << c.name << " of " << name(dtype) << " on " << device;
        EXPECT_EQ(counters().fallbacks, fallbacks) << c.name << " on " << device;
      }
}

TEST(regions, places_have_the_cpus_bits) {
  if (other_devices().empty()) GTEST_SKIP() << "no exact device but the cpu";
  const std::vector<std::function<array()>> builds = {
      [] { return eye(5, 9, 2, i16); },
      [] { return eye(40, 40, -3).T().slice({{1, {}, 2}, {{}, {}, -1}}) * 2; },
      [] { return argmin(counted({30, 41}, f32).T(), 1); },
      [] { return argmax(roll(counted({7, 3, 11}, u8), 5, 2), 2, true); },
      [] { return argmax(counted({9000}, i64)); },
  };
  for (const std::string& device : other_devices())
    for (std::size_t k = 0; k < builds.size(); ++k)
      EXPECT_EQ(bits_on(device, builds[k]), bits_on("cpu", builds[k])) << "case " << k << " on " << device;
}

TEST(regions, borrowed_memory_is_copied_to_devices_and_results_come_back_to_host_memory) {
  if (other_devices().empty()) GTEST_SKIP() << "no exact device but the cpu";
  std::vector<float> mine(1000, 1.5f), out(1000);
  for (const std::string& device : other_devices()) {
    int released = 0;
    {
      const DeviceScope scope{Device(device)};
      const array x = array::borrow<float>(mine, {10, 100}, [&] { ++released; });
      (x * 2 + 1).T().eval_into(std::span<float>(out));
      EXPECT_EQ(released, 0) << device;
    }
    EXPECT_EQ(released, 1) << device;
    EXPECT_EQ(out, std::vector<float>(1000, 4.0f)) << device;
  }
}

}  // namespace
}  // namespace trireme::test
