// tests/generated_source/sample.cpp -- elements to compute with, and when two are the same
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>

#include "reference.hpp"

namespace trireme::test {

bool same_element(Dtype type, Element a, Element b) {
  if (a == b) return true;
  if (type == Dtype::f32) return std::isnan(from<float>(a)) && std::isnan(from<float>(b));
  return type == Dtype::f64 && std::isnan(from<double>(a)) && std::isnan(from<double>(b));
}

namespace {

template <class T>
std::vector<T> specials() {
  using L = std::numeric_limits<T>;
  if constexpr (std::is_same_v<T, bool>)
    return {false, true};
  else if constexpr (std::is_integral_v<T>)
    return {0, 1, -1, 2, -7, L::max(), L::min(), L::max() - 1, L::min() + 1, 255, 1 << 24, (1 << 24) + 1};
  else
    return {T(0),
            -T(0),
            T(1),
            T(-1),
            T(0.5),
            T(-2.5),
            L::infinity(),
            -L::infinity(),
            L::quiet_NaN(),
            L::max(),
            L::lowest(),
            L::min(),
            L::denorm_min(),
            -L::denorm_min(),
            L::epsilon(),
            T(2147483648.0),
            T(-2147483648.0),
            T(-2147483649.0),
            T(2147483647.0),
            T(9223372036854775808.0),
            T(-9223372036854775808.0),
            T(88.5),
            T(-104),
            T(710),
            T(1e-5)};
}

}  // namespace

std::vector<Element> sample(Dtype type, std::size_t count, std::uint64_t seed) {
  std::vector<Element> out;
  with_type(type, [&](auto t) {
    for (const auto v : specials<decltype(t)>()) out.push_back(bits_of<decltype(t)>(v));
    return Element{0};
  });
  out.resize(std::min(out.size(), count));
  while (out.size() < count) {
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    const std::uint64_t random = seed >> 11;
    with_type(type, [&](auto t) {
      using T = decltype(t);
      if constexpr (std::is_same_v<T, bool>)
        out.push_back(random & 1);
      else if constexpr (std::is_integral_v<T>)
        out.push_back(bits_of(static_cast<T>(random * 0x9e3779b97f4a7c15u >> (random & 31))));
      else
        out.push_back(bits_of(
            static_cast<T>(std::ldexp(static_cast<double>(random) * 0x1p-52 - 1, static_cast<int>(seed % 13) - 5))));
      return Element{0};
    });
  }
  return out;
}

}  // namespace trireme::test
