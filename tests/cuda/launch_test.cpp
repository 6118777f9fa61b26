// tests/cuda/launch_test.cpp -- what an evaluation of a cached program asks of the driver
// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>
#include <string>

#include <gtest/gtest.h>

#include "cuda/driver_session.hpp"

namespace trireme::test {
namespace {

TEST(cuda_launch, cached_program_costs_one_call_of_the_driver_and_its_context) {
  const auto calls = reinterpret_cast<unsigned long long (*)()>(stand_in_symbol("stand_in_call_count"));
  if (!calls) GTEST_SKIP() << "the stand-in libcuda.so.1 is not first on LD_LIBRARY_PATH";
  const Device cuda("cuda");
  array b = ones({100}, f32).to(cuda);
  const array c = ones({100}, f32).to(cuda);
  for (int k = 0; k < 3; ++k) b = (b + c).eval();  // compiles; two blocks take turns
  const unsigned long long before = calls();
  for (int k = 0; k < 100; ++k) b = (b + c).eval();
  EXPECT_EQ(calls() - before, 100u) << "cuLaunchKernel; pushing and popping the context is not counted";
  EXPECT_EQ(b.to_vector<float>().back(), 104.0f);
}

TEST(cuda_launch, copies_to_the_device_wait_for_nothing) {
  if (!stand_in_symbol("stand_in_reset")) GTEST_SKIP() << "the stand-in libcuda.so.1 is not first on LD_LIBRARY_PATH";
  const Device cuda("cuda");
  const array x = ones({100}, f32).to(cuda);
  const Event before = Event::record(cuda);
  before.wait();
  const char* set = std::getenv("STAND_IN_ASYNC");
  const std::string former = set ? set : "0";
  setenv("STAND_IN_ASYNC", "1", 1);
  const array y = (x + 1).eval();
  const Event launched = Event::record(y);
  const array small = ones({100}, f32).contiguous().to(cuda), large = ones({100'000}, f32).contiguous().to(cuda);
  EXPECT_FALSE(launched.is_complete()) << "a copy has waited for the launch before it";
  EXPECT_EQ(sum(large).item<float>() + sum(small).item<float>() + sum(y).item<float>(), 100'300.0f);
  EXPECT_TRUE(launched.is_complete());
  setenv("STAND_IN_ASYNC", former.c_str(), 1);
}

}  // namespace
}  // namespace trireme::test
