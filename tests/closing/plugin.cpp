// tests/closing/plugin.cpp -- a shared object that uses the library, and is closed while its arrays are on a device
// SPDX-License-Identifier: Apache-2.0
#include "trireme/trireme.hpp"

using namespace trireme;

namespace {

array kept;  // destroyed when this object is closed

}  // namespace

/// 0 when the device computes what it should; leaves an array there, and work that nobody has waited for.
extern "C" __attribute__((visibility("default"))) int compute_on(const char* name) try {
  const Device device(name);
  kept = (linspace(0, 999, 1000, f32).to(device) * 2).eval();
  const float sum_of_all = sum(kept).item<float>();
  for (int k = 0; k < 5; ++k) kept = (kept + 1).eval();
  return sum_of_all == 999000.0f ? 0 : 1;
} catch (const error&) {
  return 2;
}
