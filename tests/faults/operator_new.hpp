// tests/faults/operator_new.hpp -- every operator new of the process, which can be made to fail at the n-th call
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace trireme::test {

/// While one of these lives, calls of operator new are counted and the wanted ones fail, on every thread.
class CountNew {
 public:
  CountNew();
  ~CountNew();
  CountNew(const CountNew&) = delete;
  CountNew& operator=(const CountNew&) = delete;
};

/// From now on the n-th counted call fails, and with `all_after` every later one too, until fail_new(0).
void fail_new(std::int64_t n, bool all_after = false);

/// Calls counted so far, and blocks that exist now, counted or not.
std::int64_t new_calls();
std::int64_t blocks_alive();

}  // namespace trireme::test
