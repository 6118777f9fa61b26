// hull/program/thread_exit.cpp -- the one thread-local object with a destructor
// SPDX-License-Identifier: Apache-2.0
#include "program/thread_exit.hpp"

#include <new>
#include <vector>

namespace trireme::program {

namespace {

thread_local constinit bool thread_gone = false;

struct Drains {
  std::vector<ThreadExit::Drain> all;
  ~Drains() {
    for (std::size_t k = 0; k < all.size(); ++k) all[k]();  // by index: a drain may register another
    thread_gone = true;
  }
};

}  // namespace

void ThreadExit::at_exit(Drain drain) {
  thread_local Drains drains;
  drains.all.push_back(drain);
}

bool ThreadExit::try_at_exit(Drain drain) noexcept {
  try {
    at_exit(drain);
    return true;
  } catch (const std::bad_alloc&) {
    return false;
  }
}

bool ThreadExit::gone() { return thread_gone; }

}  // namespace trireme::program
