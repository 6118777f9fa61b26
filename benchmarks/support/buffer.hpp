// benchmarks/support/buffer.hpp -- memory for hand-written loops, on huge pages where the system has them
// SPDX-License-Identifier: Apache-2.0
//
// Large arrays of the library are on huge pages; a loop by hand must not lose to address translation.
#pragma once

#include <sys/mman.h>

#include <cstddef>
#include <cstdlib>
#include <new>

namespace trireme::bench {

class Buffer {
 public:
  explicit Buffer(std::size_t count) : count_(count) {
    const std::size_t page = std::size_t{2} << 20;
    const std::size_t bytes = (count * sizeof(float) + page - 1) / page * page;
    data_ = static_cast<float*>(std::aligned_alloc(page, bytes));
    if (!data_) throw std::bad_alloc();
#ifdef MADV_HUGEPAGE
    madvise(data_, bytes, MADV_HUGEPAGE);
#endif
  }
  ~Buffer() { std::free(data_); }
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;

  float* data() { return data_; }
  const float* data() const { return data_; }
  std::size_t size() const { return count_; }
  float& operator[](std::size_t k) { return data_[k]; }
  float* begin() { return data_; }
  float* end() { return data_ + count_; }

 private:
  std::size_t count_;
  float* data_ = nullptr;
};

}  // namespace trireme::bench
