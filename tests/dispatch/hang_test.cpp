// tests/dispatch/hang_test.cpp -- drivers that hang while they are opened or probed do not hang the process
// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include <dlfcn.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/child_process.hpp"
#include "trireme/trireme.hpp"

namespace trireme::test {
namespace {

namespace fs = std::filesystem;

using Clock = std::chrono::steady_clock;

bool has_stand_in() {
  void* const library = dlopen("libcuda.so.1", RTLD_NOW | RTLD_LOCAL);
  return library && dlsym(library, "stand_in_reset");
}

/// The devices, why TRIREME_TEST_DEVICE is none, what Device() says of it, and whether the CPU still computes. The thread
/// that hangs is there until the process ends, which it must do by itself.
TEST(hang_child, DISABLED_uses_what_is_left) {
  const std::string name = std::getenv("TRIREME_TEST_DEVICE");
  std::string text;
  for (const DeviceReport& d : devices())
    if (d.name.starts_with(name)) text += d.name + (d.usable ? " usable" : ": " + d.reason);
  try {
    Device device(name);
  } catch (const error& failure) {
    text += "|" + std::to_string(failure.code() == Code::device_unavailable) + " " + failure.what();
  }
  for (const BackendReport& b : backends())
    if (b.name == name) text += b.usable ? "|usable" : "|not usable";
  const DeviceScope scope{Device("cpu")};
  text += "|" + std::to_string(sum(arange(1000)).item<std::int64_t>());
  report(text);
}

/// What the child reports, and that it is done within a time that is far from the hang's end.
std::string used(const char* device, std::initializer_list<std::pair<const char*, const char*>> more) {
  setenv("TRIREME_TEST_DEVICE", device, 1);
  setenv("TRIREME_PROBE_TIMEOUT", "2", 1);  // what answers at all does so in milliseconds
  setenv("TRIREME_CACHE", "0", 1);
  const auto start = Clock::now();
  const std::string text = run_child("hang_child.DISABLED_uses_what_is_left", more);
  EXPECT_LT(std::chrono::duration<double>(Clock::now() - start).count(), 30) << "the hangs last at least 60 s";
  unsetenv("TRIREME_CACHE");
  setenv("TRIREME_PROBE_TIMEOUT", "120", 1);
  return text;
}

TEST(hang, driver_that_does_not_start_is_left_alone) {
  if (!has_stand_in()) GTEST_SKIP() << "the stand-in is not first on LD_LIBRARY_PATH";
  const std::string text = used("cuda", {{"STAND_IN_INIT_DELAY_MS", "60000"}});
  EXPECT_TRUE(text.starts_with("cuda: It did not answer within 2 s while its driver was opened, and is left alone in this process. "))
      << text;
  EXPECT_NE(text.find("|1 device: there is no 'cuda' here; available: cpu"), std::string::npos) << text;
  EXPECT_NE(text.find("; cuda: It did not answer within 2 s"), std::string::npos) << text;
  EXPECT_TRUE(text.ends_with("|not usable|499500")) << text;
}

TEST(hang, driver_that_is_slow_within_the_limit_is_used) {
  if (!has_stand_in()) GTEST_SKIP() << "the stand-in is not first on LD_LIBRARY_PATH";
  setenv("TRIREME_TEST_DEVICE", "cuda", 1);
  EXPECT_EQ(run_child("hang_child.DISABLED_uses_what_is_left", {{"STAND_IN_INIT_DELAY_MS", "1500"}, {"TRIREME_PROBE_TIMEOUT", "120"}}),
            "cuda:0 usable|usable|499500");
}

TEST(hang, probe_that_hangs_makes_the_device_unusable) {
  if (!has_stand_in()) GTEST_SKIP() << "the stand-in is not first on LD_LIBRARY_PATH";
  const std::string script = (fs::temp_directory_path() / ("trireme_sleeper_" + std::to_string(getpid()))).string();
  std::ofstream(script) << "#!/bin/sh\nexec sleep 60\n";
  chmod(script.c_str(), 0700);
  const std::string text = used("cuda", {{"STAND_IN_COMPILER", script.c_str()}});
  fs::remove(script);
  EXPECT_TRUE(text.starts_with("cuda:0: It did not answer within 2 s while the probe ran, and is left alone")) << text;
  EXPECT_NE(text.find("|1 device: cuda:0 is not usable: It did not answer"), std::string::npos) << text;
  EXPECT_TRUE(text.ends_with("|499500")) << text;
}

TEST(hang, platform_that_hangs_is_left_alone) {
  const fs::path folder = fs::temp_directory_path() / ("trireme_hanging_" + std::to_string(getpid()));
  fs::create_directories(folder);
  std::ofstream(folder / "hanging.icd") << TRIREME_HANGING_DRIVER << "\n";
  const std::string text = used("opencl", {{"OCL_ICD_VENDORS", (folder.string() + "/").c_str()}});
  fs::remove_all(folder);
  if (text.find("loader was not found") != std::string::npos) GTEST_SKIP() << text;
  EXPECT_TRUE(text.starts_with("opencl: It did not answer within 2 s while its driver was opened")) << text;
  EXPECT_TRUE(text.ends_with("|not usable|499500")) << text;
}

TEST(hang_child, DISABLED_asks_for_devices) {
  try {
    devices();
    report("none");
  } catch (const error& failure) {
    report(failure.what());
  }
}

TEST(hang, limit_that_is_no_number_is_an_error) {
  for (const char* wrong : {"0", "-1", "1.5", "soon", "99999999999"})
    EXPECT_EQ(run_child("hang_child.DISABLED_asks_for_devices", {{"TRIREME_PROBE_TIMEOUT", wrong}}),
              std::string("TRIREME_PROBE_TIMEOUT: expected a whole number of seconds, at least 1, got '") + wrong + "'");
}

}  // namespace
}  // namespace trireme::test
