// hull/dispatch/value_block.hpp -- blocks for values: sizes checked, released unless handed on
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "dispatch/storage.hpp"
#include "trireme/error.hpp"

namespace trireme::dispatch {

/// Bytes of `elements` items; shapes were checked when nodes were built, and this is the last line.
inline std::size_t bytes_of(std::int64_t elements, std::size_t item) {
  std::size_t bytes = 0;
  if (elements < 0 || __builtin_mul_overflow(static_cast<std::size_t>(elements), item, &bytes))
    throw error(Code::out_of_memory, std::to_string(elements) + " elements of " + std::to_string(item) + " bytes are beyond any memory");
  return bytes;
}

/// A storage that is released unless handed on.
struct Held {
  Storage* storage = nullptr;
  ~Held() {
    if (storage) graph::release(storage);
  }
};

}  // namespace trireme::dispatch
