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
#include "dispatch/device_backend.hpp"
#include "dispatch/source_writer.hpp"
#include "opencl/driver.hpp"

namespace trireme::opencl {

/// Everything on a device has one order. It goes through one in-order queue of ours or, in the threads that say so, through
/// a queue of the user's: whenever the queue changes, the next one waits for the last. Never destroyed. All functions
/// may be called from any thread; none holds a lock while the device works.
class OpenclDevice final : public dispatch::Interop {
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
  const std::string* lost() const { return lost_.reason(); }
  std::int64_t reserved_bytes() { return 0; }

  // interop.cpp
  Native native() override;
  dispatch::Memory adopt(std::uintptr_t pointer, std::size_t bytes) override;
  void disown(dispatch::Memory memory) noexcept override;
  std::uintptr_t handle_at(dispatch::Memory memory, std::size_t& offset) override;
  void check_stream(std::uintptr_t stream) override;
  void stream_after_order(std::uintptr_t stream) override;
  void order_after_stream(std::uintptr_t stream) override;
  void leave_stream(std::uintptr_t stream) noexcept override;
  std::uintptr_t record_event() override;
  void wait_event(std::uintptr_t event) override;
  bool is_complete(std::uintptr_t event) override;
  void stream_after_event(std::uintptr_t stream, std::uintptr_t event) override;
  double seconds_between(std::uintptr_t start, std::uintptr_t end) override;
  void destroy_event(std::uintptr_t event) noexcept override;

  /// The right to enqueue what comes next in the device's order. Short: nothing that waits. The first one of a device
  /// makes its context and queue. Throws when the device is lost.
  class Turn {
   public:
    explicit Turn(OpenclDevice& device);
    cl_command_queue queue() const { return queue_; }

   private:
    const std::unique_lock<std::mutex> lock_;
    cl_command_queue queue_;
  };

  /// Throws as opencl::check does; a code that ends the context also marks the device as lost.
  void check(cl_int code, const char* call) {
    if (code != kSuccess) [[unlikely]] fail(code, call);
  }

  const Driver& driver() const { return driver_; }
  const std::string& name() const { return name_; }

 private:
  /// Throws when the device is lost; else makes sure that it is started.
  void ready();
  void start();
  std::string build_options() const;
  [[noreturn]] void fail(cl_int code, const char* call);
  void follow(cl_command_queue later, cl_command_queue earlier);
  void drain_cache();
  void list_lacks();
  void wait_and_release(cl_event event, const char* call);

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
  dispatch::LostMark lost_;
  std::mutex order_mutex_;
  cl_command_queue last_ = nullptr;  // where the order's last work went
  std::mutex build_mutex_;  // several implementations do not build from two threads
};

}  // namespace trireme::opencl
