// hull/program/fork.hpp -- the library's mutexes are free in a forked child, whatever other threads were doing
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <mutex>

namespace trireme::program {

/// The order in which mutexes may be taken while others are held, and in which fork takes them all.
enum class LockRank { claims, plans, executables, compile_costs, combining, threads, profile, tallies, large_blocks, free_blocks };

/// From now on fork() waits until `mutex`, which is never destroyed, can be taken, and leaves it free on both sides.
/// Throws std::bad_alloc, and may then be called again.
void hold_across_fork(std::mutex& mutex, LockRank rank);

/// A T that is never destroyed, with its `mutex` held across forks.
template <class T>
T* make_held(LockRank rank) {
  auto made = std::make_unique<T>();
  hold_across_fork(made->mutex, rank);
  return made.release();
}

}  // namespace trireme::program
