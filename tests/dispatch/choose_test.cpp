// tests/dispatch/choose_test.cpp -- what auto weighs: measured constants, compiling, and where the data lie
// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "cache/cache_folder.hpp"
#include "dispatch/registry.hpp"
#include "dispatch/storage.hpp"
#include "support/child_process.hpp"
#include "trireme/trireme.hpp"

namespace trireme::test {
namespace {

std::string place(const array& a) { return dispatch::device(a.node()->storage->device).name; }

TEST(measured, usable_devices_have_constants) {
  for (const DeviceReport& d : devices()) {
    if (!d.usable || !d.exact) continue;
    EXPECT_TRUE(d.measured) << d.name;
    // Between the least that physics allows today and far slower than an emulated device on a busy machine.
    EXPECT_GT(d.launch_seconds, 1e-9) << d.name;
    EXPECT_LT(d.launch_seconds, 1) << d.name;
    for (const double rate : {d.bytes_per_second, d.copy_bytes_per_second}) {
      EXPECT_GT(rate, 1e5) << d.name;
      EXPECT_LT(rate, 1e14) << d.name;
    }
  }
}

// A GPU that costs nothing but compiling: the constants of the stand-in are replaced, in a process of its own.

constexpr std::int64_t kElements = 6'000'000;  // 48 MB of traffic: more than auto leaves to the CPU unasked

/// The device of each of 12 evaluations of one expression over data on the CPU, as one letter, and the last report.
TEST(choose_child, DISABLED_repeats) {
  try {
    Device{"cuda"};
  } catch (const error& missing) {
    return report(std::string("missing ") + missing.what());
  }
  auto& cuda = const_cast<dispatch::DeviceInfo&>(dispatch::measured(dispatch::find_device("cuda")));
  const double cpu_seconds = 8.0 * kElements / dispatch::measured(dispatch::kCpu).bytes_per_second;
  cuda.launch_seconds = 1e-9;
  cuda.bytes_per_second = cuda.copy_bytes_per_second = 1e18;
  cuda.compile_seconds = 4.5 * cpu_seconds;
  const array x = linspace(0, 1, kElements, f32).eval();
  std::string text;
  Explain explain;
  std::vector<double> compile;
  for (int k = 0; k < 12; ++k) {
    explain.clear();
    const array y = (x * 2 + 1).eval();
    const ProgramReport& r = explain.programs().at(0);
    text += r.device[1];
    for (const CandidateReport& c : r.candidates)
      if (c.device == "cuda:0") compile.push_back(c.compile_seconds);
  }
  bool falls = compile.size() == 12;
  for (std::size_t k = 1; k < compile.size(); ++k) falls &= compile[k] < compile[k - 1] || compile[k] == 0;
  const auto first_us = static_cast<int>(compile.empty() ? -1 : compile.front() * 1e6 + 0.5);
  report(text + (falls ? " falls" : " does not fall") + "|" + explain.text() + "|" + std::to_string(first_us));
}

std::string repeated(const std::string& folder) {
  return run_child("choose_child.DISABLED_repeats", {{"TRIREME_DEVICE", nullptr}, {"TRIREME_CACHE_DIR", folder.c_str()}, {"TRIREME_CACHE", nullptr}});
}

TEST(choose, compiling_is_paid_once_the_device_would_have_saved_as_much) {
  const ScratchFolder folder;
  const std::string text = repeated(folder.cache());
  if (text.starts_with("missing")) GTEST_SKIP() << text;
  // It takes as long as 4.5 evaluations on the CPU. After four of them ("p") less is left to pay than the fifth would take,
  // so that is on CUDA ("u").
  EXPECT_TRUE(text.starts_with("ppppuuuuuuuu falls|program 1 of 1 on cuda:0: auto: the least of the estimates\n  cpu estimated ")) << text;
  EXPECT_NE(text.find(" us\n  cuda:0 estimated 0.0 us\n"), std::string::npos) << text;
  EXPECT_NE(text.find("  opencl"), std::string::npos) << text;
  EXPECT_FALSE(text.ends_with("|2000")) << "in a new directory";
  EXPECT_TRUE(repeated(folder.cache()).ends_with("|2000")) << "what is on disk is reckoned with two milliseconds";
}

TEST(choose_child, DISABLED_small) {
  Explain explain;
  const array y = (arange(100) + 1).eval();
  report(explain.programs().at(0).why + "|" + std::to_string(explain.programs().at(0).candidates.size()));
}

TEST(choose, little_work_asks_nobody) {
  EXPECT_EQ(run_child("choose_child.DISABLED_small", {{"TRIREME_DEVICE", nullptr}}),
            "auto: 1600 bytes of traffic are too few to repay another device|0");
}

// Joins of what lies on a device, lazy or not, without a scope.

array counted() { return astype(arange(12), f32).reshape({3, 4}); }

class joins : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    unsetenv("TRIREME_DEVICE");
    try {
      device_ = Device(GetParam());
    } catch (const error& missing) {
      GTEST_SKIP() << missing.what();
    }
  }
  /// An array that was computed on the device and is not pinned there.
  array there(int k) const {
    const DeviceScope scope{device_};
    return (astype(arange(12), f32).reshape({3, 4}) * k).eval();
  }
  Device device_;
};

TEST_P(joins, of_lazy_arrays_are_made_where_their_data_lie) {
  const array a = there(1), b = there(2);
  ASSERT_EQ(place(a), device_.name());
  const std::int64_t moved = counters().bytes_moved;
  EXPECT_EQ(place(concat({a, b}, 0)), device_.name()) << "ready";
  EXPECT_EQ(place(concat({a * 2, b + 1}, 0)), device_.name()) << "lazy";
  EXPECT_EQ(place(stack({a * 2, b}, 1)), device_.name()) << "lazy and ready";
  EXPECT_EQ(place(concat({a.T() + b.T(), exp(a.T())}, 1)), device_.name()) << "views, shared";
  EXPECT_EQ(counters().bytes_moved, moved);
  EXPECT_EQ(place(pad(a * 3, {{1, 1}})), device_.name());
  EXPECT_EQ(counters().bytes_moved, moved + 4) << "the value that it is filled with";
}

TEST_P(joins, of_arrays_on_the_cpu_stay_there) {
  const DeviceScope scope{Device("cpu")};
  const array a = counted(), b = counted();
  EXPECT_EQ(place(concat({a * 2, b + 1}, 0)), "cpu");
}

TEST_P(joins, of_lazy_arrays_built_for_a_device_are_made_there) {
  array lazy;
  {
    const DeviceScope scope{device_};
    lazy = astype(arange(12), f32) * 2;
  }
  EXPECT_EQ(place(concat({lazy, lazy + 1}, 0)), device_.name());
}

TEST_P(joins, of_arrays_in_several_places_have_the_right_elements) {
  const array a = there(1);
  array b;
  {
    const DeviceScope scope{Device("cpu")};
    b = counted().eval();
  }
  const array mixed = concat({a * 2, b + 1}, 0);
  const DeviceScope scope{Device("cpu")};
  EXPECT_EQ(bits(mixed), bits(concat({counted() * 2, counted() + 1}, 0)));
}

TEST_P(joins, pins_and_scopes_win) {
  const array a = there(1), b = there(2);
  {
    const DeviceScope scope{Device("cpu")};
    EXPECT_EQ(place(concat({a * 2, b}, 0)), "cpu");
  }
  EXPECT_EQ(place(concat({a.to(Device("cpu")) * 2, b}, 0)), "cpu");
}

INSTANTIATE_TEST_SUITE_P(devices, joins, testing::Values("opencl", "cuda"), [](const auto& about) { return std::string(about.param); });

}  // namespace
}  // namespace trireme::test
