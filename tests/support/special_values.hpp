// tests/support/special_values.hpp -- the values that break arithmetic, per dtype, and random ones
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "support/host_array.hpp"

namespace trireme::test {

/// NaN, infinities, zeros, subnormals, extremes, halves, integers around every power that matters.
const std::vector<Bits>& special_values(Dtype dtype);
/// About a dozen of them, for products of three.
const std::vector<Bits>& few_special_values(Dtype dtype);

/// A value that spoils a result which it gets into: NaN, or an extreme integer.
Bits poison(Dtype dtype);

/// SplitMix64 (Steele, Lea, Flood 2014): small, and the same sequence on every platform.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next() {
    std::uint64_t z = state_ += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }
  /// In [0, count).
  std::int64_t below(std::int64_t count) {
    return static_cast<std::int64_t>(next() % static_cast<std::uint64_t>(count));
  }
  /// In [first, last].
  std::int64_t between(std::int64_t first, std::int64_t last) { return first + below(last - first + 1); }
  bool chance(int percent) { return below(100) < percent; }
  double unit() { return static_cast<double>(next() >> 11) * 0x1p-53; }

 private:
  std::uint64_t state_;
};

/// Moderate values mostly, with any bit pattern and special values among them.
Bits random_value(Dtype dtype, Random& random);
HostArray random_array(Dtype dtype, const Shape& shape, Random& random);

/// Numbers around 1 with full mantissas only: nothing that swallows the others in a sum.
HostArray tame_array(Dtype dtype, const Shape& shape, Random& random);

}  // namespace trireme::test
