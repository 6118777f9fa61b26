// hull/dispatch/probe.hpp -- whether a device really computes, and computes the bits that exact numerics promises
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "dispatch/backend.hpp"

namespace trireme::dispatch {

struct ProbeResult {
  bool usable = false;
  bool exact = false;
  std::string reason;   // when not
  double error = 0;     // largest error met, in ulp of the right result
  DeviceInfo info;      // of a usable device: as it was given, with what was measured
};

/// Compiles and runs small programs with fma, divide, sqrt, subnormals and a product followed by a sum (which must not
/// contract) in f32 and, where the device has it, f64, and compares every bit with the host's arithmetic. Then measures the
/// constants of the cost model.
ProbeResult probe(Backend& backend, int device, const DeviceInfo& info);

}  // namespace trireme::dispatch
