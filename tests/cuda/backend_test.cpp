// tests/cuda/backend_test.cpp -- the CUDA backend on a GPU or on the stand-in driver, through the contract
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

dispatch::Backend& cuda() {
  static dispatch::Backend* const made = dispatch::make_cuda_backend().release();
  return *made;
}

class cuda_backend : public testing::Test {
 protected:
  void SetUp() override {
    if (backend.devices().empty()) GTEST_SKIP() << backend.unavailable_reason();
  }
  dispatch::Backend& backend = cuda();
};

#define CONTRACT_TEST(name) TEST_F(cuda_backend, name)
#include "support/backend_contract.inc"
#undef CONTRACT_TEST

}  // namespace
}  // namespace trireme::test
