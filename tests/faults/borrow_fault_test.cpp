// tests/faults/borrow_fault_test.cpp -- a borrow that fails releases nothing, and one that succeeds does so once
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <vector>

#include "faults/operator_new.hpp"
#include "trireme/trireme.hpp"

namespace trireme::test {
namespace {

TEST(borrow_faults, failing_borrow_calls_no_release) {
  const float value = 1;
  const std::span<const float> values(&value, 1);
  std::vector<array> held;  // so that the lists of free nodes and headers run dry at some of these calls
  int failures = 0;
  for (int k = 0; k < 3000; ++k) {
    int releases = 0, expected = 0;
    fail_new(1 + k % 3);
    try {
      CountNew counted;
      const array x = array::borrow(values, {}, [&releases] { ++releases; });
      expected = 1;
    } catch (const error& e) {
      EXPECT_EQ(e.code(), Code::out_of_memory) << e.what();
      ++failures;
    }
    fail_new(0);
    ASSERT_EQ(releases, expected) << "borrow " << k;
    held.push_back(array::borrow(values, {}));
  }
  EXPECT_GT(failures, 500);
}

}  // namespace
}  // namespace trireme::test
