// hull/program/thread_exit.hpp -- what a thread gives back when it ends
// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace trireme::program {

/// Thread-local state in Trireme has no destructors of its own, since arrays may be evaluated and dropped by the
/// destructors of the user's thread-local objects, in any order. What must be given back is registered here.
class ThreadExit {
 public:
  using Drain = void (*)();
  /// Runs `drain` when this thread ends; after that, gone() is true on it.
  /// Throws std::bad_alloc when it cannot remember that.
  static void at_exit(Drain drain);
  /// The same where nothing may be thrown: false when it cannot.
  static bool try_at_exit(Drain drain) noexcept;
  static bool gone();
};

}  // namespace trireme::program
