// cuda/device.hpp -- one CUDA device: its primary context, its stream, its memory, what runs on it
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

namespace trireme::cuda {

/// Everything on a device goes through one in-order stream. Never destroyed. All functions may be called from any
/// thread; none holds a lock while the device works.
class CudaDevice {
 public:
  /// Asks for attributes; makes no context.
  CudaDevice(const Driver& driver, int ordinal);

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

  /// Makes the device's context current in this thread for a scope, and the former one again after it. The first
  /// one of a device retains its primary context and makes its stream.
  class Current {
   public:
    explicit Current(CudaDevice& device);
    ~Current();
    Current(const Current&) = delete;
    Current& operator=(const Current&) = delete;

   private:
    const Driver& driver_;
  };

  const Driver& driver() const { return driver_; }
  const std::string& name() const { return name_; }
  CUstream stream() const { return stream_; }

 private:
  void start();
  void drain_cache();

  const Driver& driver_;
  CUdevice handle_ = 0;
  std::string name_;    // for messages: "cuda:0 (NVIDIA H100)"
  int capability_ = 0;  // 90 for 9.0
  Target target_;
  dispatch::DeviceInfo info_;
  std::size_t total_bytes_ = 0;
  std::unique_ptr<dispatch::BlockCache<CUdeviceptr>> cache_;

  std::mutex start_mutex_;
  std::atomic<bool> started_{false};
  CUcontext context_ = nullptr;
  CUstream stream_ = nullptr;
};

}  // namespace trireme::cuda
