// opencl/memory.cpp -- buffers, cached by size class, and copies to and from the host
// SPDX-License-Identifier: Apache-2.0
#include "opencl/device.hpp"

#include "trireme/error.hpp"

namespace trireme::opencl {
namespace {

cl_mem buffer(dispatch::Memory memory) { return reinterpret_cast<cl_mem>(memory.handle); }

// Which codes of clCreateBuffer mean that there is no room.
bool is_memory_code(cl_int code) {
  return code == kAllocationFailure || code == kOutOfResources || code == kOutOfHostMemory ||
         code == kInvalidBufferSize;
}

}  // namespace

dispatch::Memory OpenclDevice::allocate(std::size_t bytes) {
  // A block may be a little larger than asked for; the device's limit is for what was asked.
  std::size_t block = dispatch::size_class(bytes);
  const bool fits = block != 0 && (max_allocation_ == 0 || bytes <= max_allocation_);
  if (max_allocation_ != 0 && block > max_allocation_) block = bytes;
  cl_mem made = nullptr;
  if (fits && !lost() && cache_->take(block, made)) return {reinterpret_cast<std::uintptr_t>(made), bytes};

  cl_int code = kInvalidBufferSize;
  if (fits) {
    ready();
    made = driver_.clCreateBuffer(context_, kMemReadWrite, block, nullptr, &code);
    if (is_memory_code(code)) {
      drain_cache();
      made = driver_.clCreateBuffer(context_, kMemReadWrite, block, nullptr, &code);
    }
  }
  if (is_memory_code(code))
    throw error(Code::out_of_memory, "allocate: " + name_ + " has no room for " + std::to_string(bytes) +
                                         " bytes; it has " + std::to_string(total_bytes_) +
                                         " bytes in all and takes at most " + std::to_string(max_allocation_) +
                                         " at once (clCreateBuffer: " + describe(code) + ")");
  check(code, "clCreateBuffer");
  return {reinterpret_cast<std::uintptr_t>(made), bytes};
}

void OpenclDevice::release(dispatch::Memory memory) noexcept {
  std::size_t block = dispatch::size_class(memory.bytes);
  if (max_allocation_ != 0 && block > max_allocation_) block = memory.bytes;
  // OpenCL itself keeps a buffer that an enqueued command still uses.
  if (memory.handle != 0 && !cache_->give(block, buffer(memory))) driver_.clReleaseMemObject(buffer(memory));
}

void OpenclDevice::drain_cache() {
  const std::vector<cl_mem> blocks = cache_->drain();
  if (blocks.empty()) return;
  for (const cl_mem block : blocks) driver_.clReleaseMemObject(block);
  wait();
}

void OpenclDevice::wait_and_release(cl_event event, const char* call) {
  const cl_int code = driver_.clWaitForEvents(1, &event);
  driver_.clReleaseEvent(event);
  check(code, call);
}

void OpenclDevice::copy_in(dispatch::Memory to, std::size_t offset, const void* from, std::size_t bytes) {
  if (bytes == 0) return;
  cl_event event = nullptr;
  {
    const Turn turn(*this);
    check(driver_.clEnqueueWriteBuffer(turn.queue(), buffer(to), 0, offset, bytes, from, 0, nullptr, &event),
          "clEnqueueWriteBuffer");
  }
  wait_and_release(event, "clEnqueueWriteBuffer");
}

void OpenclDevice::copy_out(void* to, dispatch::Memory from, std::size_t offset, std::size_t bytes) {
  if (bytes == 0) return;
  cl_event event = nullptr;
  {
    const Turn turn(*this);
    check(driver_.clEnqueueReadBuffer(turn.queue(), buffer(from), 0, offset, bytes, to, 0, nullptr, &event),
          "clEnqueueReadBuffer");
  }
  wait_and_release(event, "clEnqueueReadBuffer");
}

}  // namespace trireme::opencl
