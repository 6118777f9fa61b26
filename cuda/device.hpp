// cuda/device.hpp -- one CUDA device: its primary context, its order of work, its memory, what runs on it
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "cuda/driver.hpp"
#include "dispatch/backend.hpp"
#include "dispatch/block_cache.hpp"
#include "dispatch/device_backend.hpp"

namespace trireme::cuda {

class Staging;

/// Everything on a device has one order. It goes through one stream of ours or, in the threads that say so, through a
/// stream of the user's: whenever the stream changes, the next one waits for the last. Never destroyed. All functions
/// may be called from any thread; none holds a lock while the device works.
class CudaDevice final : public dispatch::Interop {
 public:
  /// Asks for attributes; makes no context.
  CudaDevice(const Driver& driver, int ordinal);
  ~CudaDevice() override;

  const dispatch::DeviceInfo& info() const { return info_; }
  dispatch::Support supports(const program::Program& program) const;
  const std::string* lost() const { return lost_.reason(); }

  // memory.cpp
  dispatch::Memory allocate(std::size_t bytes);
  void release(dispatch::Memory memory) noexcept;
  std::int64_t reserved_bytes();

  // copy.cpp
  void copy_in(dispatch::Memory to, std::size_t offset, const void* from, std::size_t bytes);
  void copy_out(void* to, dispatch::Memory from, std::size_t offset, std::size_t bytes);

  // compile.cpp
  std::vector<std::unique_ptr<dispatch::Executable>> compile(std::span<const dispatch::CompileRequest> requests,
                                                            dispatch::Image* image);
  std::string image_key(std::span<const dispatch::CompileRequest> requests) const;
  void launch(const dispatch::Executable& executable, const dispatch::Launch& launch);

  void wait();

  // interop.cpp
  Native native() override;
  dispatch::Memory adopt(std::uintptr_t pointer, std::size_t bytes) override;
  void disown(dispatch::Memory) noexcept override {}
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

  /// Makes the device's context current in this thread for a scope, and the former one again after it. The first
  /// one of a device retains its primary context and makes its stream. Throws when the device is lost.
  class Current {
   public:
    explicit Current(CudaDevice& device);
    ~Current();
    Current(const Current&) = delete;
    Current& operator=(const Current&) = delete;

   private:
    const Driver& driver_;
  };

  /// The context, and the right to enqueue what comes next in the device's order. Short: nothing that waits.
  class Turn {
   public:
    explicit Turn(CudaDevice& device);
    CUstream stream() const { return stream_; }

   private:
    const Current current_;
    const std::lock_guard<std::mutex> lock_;
    CUstream stream_;
  };

  const Driver& driver() const { return driver_; }
  const std::string& name() const { return name_; }

  /// Throws as cuda::check does; a code that ends the context also marks the device as lost.
  void check(CUresult code, const char* call) {
    if (code != kSuccess) [[unlikely]] fail(code, call);
  }
  /// With the context current: an event behind everything that the order holds now, in `event`.
  void record(const Turn& turn, CUevent event) { check(driver_.cuEventRecord(event, turn.stream()), "cuEventRecord"); }
  CUevent make_event(unsigned flags);

 private:
  void start();
  void make_pool();
  [[noreturn]] void fail(CUresult code, const char* call);
  void move_order(CUstream stream);
  CUresult take_from_driver(CUdeviceptr& address, std::size_t bytes);
  void give_to_driver(CUdeviceptr address, CUstream stream) noexcept;
  void give_all_back();
  void copy_in_directly(CUdeviceptr to, const void* from, std::size_t bytes);
  void copy_out_directly(void* to, CUdeviceptr from, std::size_t bytes);
  bool is_pinned(const void* host);

  const Driver& driver_;
  CUdevice handle_ = 0;
  std::string name_;    // for messages: "cuda:0 (NVIDIA H100)"
  int capability_ = 0;  // 90 for 9.0
  bool has_pools_ = false;
  Target target_;
  dispatch::DeviceInfo info_;
  std::size_t total_bytes_ = 0;
  std::unique_ptr<dispatch::BlockCache<CUdeviceptr>> cache_;
  std::size_t largest_cached_ = 0;

  std::mutex start_mutex_;
  std::atomic<bool> started_{false};
  dispatch::LostMark lost_;
  CUcontext context_ = nullptr;
  CUstream stream_ = nullptr;
  CUmemoryPool pool_ = nullptr;
  std::unique_ptr<Staging> staging_;

  std::mutex order_mutex_;
  CUstream last_ = nullptr;  // where the order's last work went
  CUevent handover_ = nullptr;
};

}  // namespace trireme::cuda
