// tests/stand_in/fibers.hpp -- a stack that can be left and resumed: one per thread of a block that waits
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#if !defined(__x86_64__) && !defined(STAND_IN_UCONTEXT)
#define STAND_IN_UCONTEXT 1
#endif
#ifdef STAND_IN_UCONTEXT
#include <ucontext.h>
#endif

namespace stand_in {

class Fiber {
 public:
  Fiber();
  ~Fiber();
  Fiber(const Fiber&) = delete;
  Fiber& operator=(const Fiber&) = delete;

  // Makes the next resume() start `entry` on an empty stack, whatever the fiber was doing.
  void reset(void (*entry)());
  // Runs the fiber until it calls leave(). Called by the scheduler only.
  void resume();
  // Goes back to the scheduler. Called on the fiber only.
  void leave();

 private:
  static constexpr std::size_t kStackBytes = 256 * 1024;
  unsigned char* stack_ = nullptr;
  std::size_t usable_ = kStackBytes;
#ifdef STAND_IN_UCONTEXT
  ucontext_t here_{};
  ucontext_t scheduler_{};
#else
  void* here_ = nullptr;
  void* scheduler_ = nullptr;
#endif
};

}  // namespace stand_in
