// tests/opencl/backend_test.cpp -- the OpenCL backend on whatever device there is (PoCL in CI), through the contract
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "dispatch/registry.hpp"
#include "support/child_process.hpp"
#include "support/map_program.hpp"
#include "trireme/error.hpp"

namespace trireme::test {
namespace {

dispatch::Backend& opencl() {
  static dispatch::Backend* const made = dispatch::make_opencl_backend().release();
  return *made;
}

class opencl_backend : public testing::Test {
 protected:
  void SetUp() override {
    if (backend.devices().empty()) GTEST_SKIP() << backend.unavailable_reason();
  }
  dispatch::Backend& backend = opencl();
};

#define CONTRACT_TEST(name) TEST_F(opencl_backend, name)
#include "support/backend_contract.inc"
#undef CONTRACT_TEST

TEST_F(opencl_backend, cpu_device_is_host) {
  for (const dispatch::DeviceInfo& info : backend.devices()) {
    const bool pocl_cpu = info.details.find("PoCL") != std::string::npos && info.description.starts_with("pthread");
    EXPECT_TRUE(info.is_host || !pocl_cpu) << info.description;
  }
}

}  // namespace
}  // namespace trireme::test
