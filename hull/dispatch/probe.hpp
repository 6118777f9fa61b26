// hull/dispatch/probe.hpp -- whether a device really computes, and computes the bits that exact numerics promises
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "dispatch/backend.hpp"

namespace trireme::dispatch {

struct ProbeResult {
  bool usable = false;
  bool exact = false;
  std::string reason;   // when not
  double error = 0;     // largest error met, in ulp of the right result
  double compile_seconds = 0;  // of a program, if one was compiled
  std::shared_ptr<const Executable> copy;  // of copy_program(), for measure()
};

/// Compiles and runs small programs with fma, divide, sqrt, subnormals and a product followed by a sum (which must not
/// contract) in f32 and, where the device has it, f64, and compares every bit with the host's arithmetic.
ProbeResult probe(Backend& backend, int device);

}  // namespace trireme::dispatch
