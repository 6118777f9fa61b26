// hull/array/bits.hpp -- the hash behind bits(), fed with elements in host memory
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>

#include "trireme/dtype.hpp"
#include "trireme/shape.hpp"

namespace trireme::bits_hash {

/// XXH3-128 over the dtype's name and a 0 byte, the rank and the extents as little-endian i64, then the row-major
/// elements with every NaN, also in a part of a complex number, replaced by the positive quiet one without payload.
class Hasher {
 public:
  Hasher(Dtype dtype, const Shape& shape);
  ~Hasher();

  /// The next elements. Replaces NaNs in place.
  void add(std::span<std::byte> elements);
  /// 32 hexadecimal digits.
  std::string digits() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
  Dtype dtype_;
};

}  // namespace trireme::bits_hash
