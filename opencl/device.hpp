// opencl/device.hpp -- one OpenCL device: its context, its queue, its memory, what runs on it
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "dispatch/backend.hpp"
#include "dispatch/block_cache.hpp"
#include "dispatch/source_writer.hpp"
#include "opencl/driver.hpp"

namespace trireme::opencl {

/// Everything on a device goes through one in-order queue. Never destroyed. All functions may be called from any
/// thread; none holds a lock while the device works.
class OpenclDevice {
 public:
  /// Asks for attributes; makes no context.
  OpenclDevice(const Driver& driver, const FoundDevice& found, int ordinal);

  /// Why Trireme cannot use the device at all, in a sentence; "" when it can.
  static std::string refusal(const Driver& driver, const FoundDevice& found);

  const dispatch::DeviceInfo& info() const { return info_; }
  dispatch::Support supports(const program::Program& program) const;

  // memory.cpp
  dispatch::Memory allocate(std::size_t bytes);
  void release(dispatch::Memory memory) noexcept;
  void copy_in(dispatch::Memory to, std::size_t offset, const void* from, std::size_t bytes);
  void copy_out(void* to, dispatch::Memory from, std::size_t offset, std::size_t bytes);

  // compile.cpp
  std::vector<std::unique_ptr<dispatch::Executable>> compile(std::span<const dispatch::CompileRequest> requests,
                                                            dispatch::Image* image);
  std::string image_key(std::span<const dispatch::CompileRequest> requests) const;
  void launch(const dispatch::Executable& executable, const dispatch::Launch& launch);

  void wait();

  const Driver& driver() const { return driver_; }
  const std::string& name() const { return name_; }

 private:
  void start();
  std::string build_options() const;
  void drain_cache();

  const Driver& driver_;
  const FoundDevice found_;
  std::string name_;  // for messages: "opencl:0 (Tesla T4)"
  dispatch::Target target_;
  bool has_f64_ = false;
  cl_bitfield f32_ = 0;  // what f32 arithmetic keeps
  std::size_t max_allocation_ = 0;
  std::size_t max_parameter_bytes_ = 0;
  std::size_t total_bytes_ = 0;
  dispatch::DeviceInfo info_;
  std::unique_ptr<dispatch::BlockCache<cl_mem>> cache_;

  std::mutex start_mutex_;
  std::atomic<bool> started_{false};
  cl_context context_ = nullptr;
  cl_command_queue queue_ = nullptr;
  std::mutex build_mutex_;  // several implementations do not build from two threads
};

}  // namespace trireme::opencl
