// include/trireme/error.hpp -- the one exception type, with a code to switch on and a sentence to read
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdexcept>
#include <string>

#include "trireme/export.hpp"

namespace trireme {

enum class Code {
  invalid_argument,    // a value outside what the function takes
  shape_mismatch,      // shapes that do not broadcast or do not fit
  dtype_mismatch,      // an element type the function does not take
  out_of_range,        // an index or a scalar outside its range
  out_of_memory,       // the device has no room; existing arrays stay valid
  device_unavailable,  // the device asked for is not usable here; the message says why
  unsupported,         // the device cannot do this operation
  device_failure,      // a driver call failed
  io,                  // a file could not be read or written
  internal,            // a bug in Trireme
};

/// Thrown by every function of Trireme that fails. The message names the function, what was expected
/// and what came. Arrays that existed before the failing call stay valid.
class TRIREME_API error : public std::runtime_error {
 public:
  error(Code code, const std::string& message) : std::runtime_error(message), code_(code) {}
  Code code() const noexcept { return code_; }

 private:
  Code code_;
};

}  // namespace trireme
