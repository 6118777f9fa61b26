// hull/program/fork_count.hpp -- whether a process is still the one that did something, without a call of the system
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>

namespace trireme::program {

/// Differs from what it was before in every child of fork(). getpid() would tell the same by a call of the system, of
/// which a small evaluation on a device would make five.
inline std::atomic<std::uint32_t> forks{1};

/// From now on forks() are counted. Throws std::bad_alloc.
void count_forks();

/// Whether something was begun, by a process of which this one is a child.
class Owner {
 public:
  /// This process begins it, unless one did already. Throws std::bad_alloc.
  void claim() {
    count_forks();
    std::uint32_t nobody = 0;
    owner_.compare_exchange_strong(nobody, forks.load(std::memory_order_relaxed));
  }
  bool is_a_parent() const {
    const std::uint32_t owner = owner_.load(std::memory_order_acquire);
    return owner != 0 && owner != forks.load(std::memory_order_relaxed);
  }

 private:
  std::atomic<std::uint32_t> owner_{0};
};

}  // namespace trireme::program
