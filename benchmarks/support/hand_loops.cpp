// benchmarks/support/hand_loops.cpp -- chooses the hand-written loops of the library's level
// SPDX-License-Identifier: Apache-2.0
#include "support/hand_loops.hpp"

#include <stdexcept>
#include <string>

#include "trireme/device.hpp"

namespace trireme::bench {

HandLoops hand_loops() {
  const std::string level = cpu_level();
#if defined(__x86_64__)
  if (level == "baseline") return hand_loops_baseline();
  if (level == "avx2") return hand_loops_avx2();
  if (level == "avx512") return hand_loops_avx512();
#elif defined(__aarch64__)
  if (level == "neon") return hand_loops_neon();
#endif
  throw std::runtime_error("no hand-written loops for level " + level);
}

}  // namespace trireme::bench
