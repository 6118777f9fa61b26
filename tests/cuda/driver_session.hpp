// tests/cuda/driver_session.hpp -- the part of a program that drives the GPU itself, beside Trireme
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>
#include <vector>

#include <dlfcn.h>
#include <gtest/gtest.h>

#include "cuda/driver.hpp"
#include "trireme/trireme.hpp"

namespace trireme::test {

inline void* stand_in_symbol(const char* name) {
  void* const library = dlopen("libcuda.so.1", RTLD_NOW | RTLD_LOCAL);
  return library ? dlsym(library, name) : nullptr;
}

/// Uses of memory that the stand-in found unordered; 0 with a real driver, which does not look.
inline unsigned long long races() {
  const auto count = reinterpret_cast<unsigned long long (*)()>(stand_in_symbol("stand_in_race_count"));
  return count ? count() : 0;
}

/// The primary context of a device, current in this thread.
class Context {
 public:
  explicit Context(const char* device = "cuda:0") : driver(cuda::driver()), device_(device) {
    native = native_device(device_);
    EXPECT_EQ(driver.cuCtxPushCurrent_v2(reinterpret_cast<cuda::CUcontext>(native.context)), 0);
  }
  ~Context() {
    cuda::CUcontext popped = nullptr;
    EXPECT_EQ(driver.cuCtxPopCurrent_v2(&popped), 0);
  }
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  const Device& device() const { return device_; }

  const cuda::Driver& driver;
  NativeDevice native;

 private:
  Device device_;
};

/// A stream of the program's own.
class UserStream {
 public:
  explicit UserStream(const Context& context) : context_(context) {
    EXPECT_EQ(context.driver.cuStreamCreate(&stream_, 1), 0);
  }
  ~UserStream() { destroy(); }
  UserStream(const UserStream&) = delete;
  UserStream& operator=(const UserStream&) = delete;
  void destroy() {
    const auto end = reinterpret_cast<int (*)(cuda::CUstream)>(stand_in_symbol("cuStreamDestroy_v2"));
    if (!stream_) return;
    EXPECT_EQ(end(std::exchange(stream_, nullptr)), 0);
  }
  void wait() const { EXPECT_EQ(context_.driver.cuStreamSynchronize(stream_), 0); }
  cuda::CUstream get() const { return stream_; }
  DriverHandle handle() const { return reinterpret_cast<DriverHandle>(stream_); }

 private:
  const Context& context_;
  cuda::CUstream stream_ = nullptr;
};

/// Memory of the program's own.
class UserMemory {
 public:
  UserMemory(const Context& context, std::size_t count) : context_(context), bytes_(count * sizeof(float)) {
    EXPECT_EQ(context.driver.cuMemAlloc_v2(&address_, bytes_), 0);
  }
  ~UserMemory() { EXPECT_EQ(context_.driver.cuMemFree_v2(address_), 0); }
  UserMemory(const UserMemory&) = delete;
  UserMemory& operator=(const UserMemory&) = delete;

  void write(const std::vector<float>& values, const UserStream& stream) const {
    EXPECT_EQ(
        context_.driver.cuMemcpyHtoDAsync_v2(address_, values.data(), values.size() * sizeof(float), stream.get()), 0);
  }
  std::vector<float> read(const UserStream& stream) const {
    return read_from(context_, address_, bytes_ / sizeof(float), stream);
  }
  static std::vector<float> read_from(const Context& context, DriverHandle address, std::size_t count,
                                      const UserStream& stream) {
    std::vector<float> values(count);
    EXPECT_EQ(context.driver.cuMemcpyDtoHAsync_v2(values.data(), address, count * sizeof(float), stream.get()), 0);
    stream.wait();
    return values;
  }
  DriverHandle address() const { return address_; }

 private:
  const Context& context_;
  cuda::CUdeviceptr address_ = 0;
  std::size_t bytes_;
};

}  // namespace trireme::test
