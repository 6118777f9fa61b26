// tests/math/random_bits.hpp -- reproducible random values, and equality of bits, for the tests of cpu/ and hull/math/
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstdlib>
#include <cstring>

namespace trireme::math_test {

/// Whether the exhaustive variants were asked for.
inline bool long_run() {
  const char* value = std::getenv("TRIREME_LONG");
  return value != nullptr && std::strcmp(value, "1") == 0;
}

/// SplitMix64 (G. Steele, D. Lea and C. Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014).
struct Random {
  std::uint64_t state;

  std::uint64_t next() {
    std::uint64_t z = state += 0x9E3779B97F4A7C15;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9;
    z = (z ^ z >> 27) * 0x94D049BB133111EB;
    return z ^ z >> 31;
  }
  double between(double low, double high) { return low + (high - low) * (static_cast<double>(next() >> 11) * 0x1p-53); }
  template <class T>
  T bits() {
    std::uint64_t r = next();
    T value;
    std::memcpy(&value, &r, sizeof(T));
    return value;
  }
};

/// Equal bits, or both NaN: no result promises a NaN's sign or payload.
template <class T>
bool same(T a, T b) {
  return (a != a && b != b) || std::memcmp(&a, &b, sizeof(T)) == 0;
}

}  // namespace trireme::math_test
