// tests/generated_source/opencl_device.hpp -- the few OpenCL calls that build and run generated text
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "dispatch/source_writer.hpp"
#include "reference.hpp"

namespace trireme::test {

/// The first OpenCL device, opened with dlopen. Build and run failures throw std::runtime_error with the log.
class OpenclDevice {
 public:
  /// nullptr, and why in `reason`, when there is none.
  static std::unique_ptr<OpenclDevice> open(std::string& reason);
  virtual ~OpenclDevice() = default;
  /// A program handle that lives as long as the device.
  virtual void* build(const std::string& source) = 0;
  /// Runs the kernel that the writer names for `work`, of a text for `target`, and reads the outputs back into its buffers.
  virtual void run(void* built, Work& work, const dispatch::Target& target) = 0;
};

}  // namespace trireme::test
