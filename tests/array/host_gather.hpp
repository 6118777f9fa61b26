// tests/array/host_gather.hpp -- arrays whose elements are those of others at computed places
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "support/expect_error.hpp"
#include "support/host_array.hpp"

namespace trireme::test {

using Coordinates = std::vector<std::int64_t>;

inline std::size_t flat_index(const Shape& shape, const Coordinates& at) {
  std::int64_t flat = 0;
  for (int k = 0; k < shape.rank(); ++k) flat = flat * shape[k] + at[static_cast<std::size_t>(k)];
  return static_cast<std::size_t>(flat);
}

inline Bits element(const HostArray& x, const Coordinates& at) { return x.bits[flat_index(x.shape, at)]; }

/// The array of this shape whose element at c is of(c).
inline HostArray host_from(Dtype dtype, const Shape& shape, const std::function<Bits(const Coordinates&)>& of) {
  HostArray out{dtype, shape, {}};
  for (std::int64_t n = 0, size = shape.size(); n < size; ++n) out.bits.push_back(of(coordinates(shape, n)));
  return out;
}

/// One placing after the other; of many axes none that makes the surrounding memory huge.
inline Placing placing(std::int64_t k, int rank) {
  const Placing chosen = kPlacings[static_cast<std::size_t>(k) % std::size(kPlacings)];
  return rank > 4 && chosen == Placing::spread ? Placing::offset : chosen;
}

}  // namespace trireme::test
