// tests/array/host_gather.hpp -- arrays whose elements are those of others at computed places, and expected errors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "support/host_array.hpp"
#include "trireme/error.hpp"

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

/// Expects f to throw `code` with a message that begins with `function` and contains every word.
inline void expect_error(const std::function<void()>& f, Code code, const std::string& function,
                         const std::vector<std::string>& words = {}) {
  try {
    f();
  } catch (const error& e) {
    const std::string text = e.what();
    EXPECT_EQ(e.code(), code) << text;
    EXPECT_EQ(text.rfind(function + ":", 0), 0u) << text;
    for (const std::string& word : words) EXPECT_NE(text.find(word), std::string::npos) << text << " lacks " << word;
    return;
  }
  ADD_FAILURE() << function << " gave no error";
}

}  // namespace trireme::test
