// tests/dispatch/time_limit_test.cpp -- asking in a thread that is left behind when it does not answer
// SPDX-License-Identifier: Apache-2.0
#include <atomic>
#include <memory>
#include <stdexcept>
#include <string>

#include <gtest/gtest.h>

#include "dispatch/time_limit.hpp"

namespace trireme::test {
namespace {

using dispatch::within;
using std::chrono::seconds;

/// For seconds that nothing waits for: far more than any of this takes.
constexpr seconds kAmple{60};

TEST(time_limit, answer_in_time_is_returned) {
  EXPECT_EQ(within(kAmple, [] { return std::string("answer"); }), "answer");
}

TEST(time_limit, what_is_thrown_comes_out) {
  EXPECT_THROW(within(kAmple, []() -> int { throw std::runtime_error("no"); }), std::runtime_error);
}

TEST(time_limit, late_answer_is_none_and_its_thread_goes_on_and_lets_go) {
  struct Gate {
    std::atomic<bool> open{false}, passed{false};
  };
  const auto gate = std::make_shared<Gate>();
  const auto start = std::chrono::steady_clock::now();
  EXPECT_FALSE(within(seconds(1), [gate] {
                 while (!gate->open) std::this_thread::sleep_for(std::chrono::milliseconds(1));
                 gate->passed = true;
                 return 1;
               }).has_value());
  EXPECT_GE(std::chrono::steady_clock::now() - start, seconds(1));
  EXPECT_FALSE(gate->passed);
  gate->open = true;
  const auto deadline = std::chrono::steady_clock::now() + kAmple;
  while (gate.use_count() > 1 && std::chrono::steady_clock::now() < deadline)
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  EXPECT_TRUE(gate->passed);
  EXPECT_EQ(gate.use_count(), 1) << "the thread's copy is gone";
}

}  // namespace
}  // namespace trireme::test
