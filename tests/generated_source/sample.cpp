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
  if (type == Dtype::complex64) return same_element(f32, a & 0xffffffff, b & 0xffffffff) && same_element(f32, a >> 32, b >> 32);
  const auto nan_half = [](Element v, Element infinity) { return (v & 0x7fff) > infinity; };
  if (type == Dtype::f16) return nan_half(a, 0x7c00) && nan_half(b, 0x7c00);
  if (type == Dtype::bf16) return nan_half(a, 0x7f80) && nan_half(b, 0x7f80);
  if (type == Dtype::f32) return std::isnan(from<float>(a)) && std::isnan(from<float>(b));
  return type == Dtype::f64 && std::isnan(from<double>(a)) && std::isnan(from<double>(b));
}

namespace {

template <class T>
std::vector<T> specials() {
  using L = std::numeric_limits<T>;
  if constexpr (std::is_same_v<T, bool>)
    return {false, true};
  else if constexpr (std::is_same_v<T, float16> || std::is_same_v<T, bfloat16>)
    return {T(0.0f),    T(-0.0f),   T(1.0f),       T(-2.5f),      T(HUGE_VALF),      T(-HUGE_VALF),   T(NAN),
            T(65504.f), T(1e-7f),   T(-6e-8f),     T(6.1e-5f),    T(6.0e-5f),        T(1.0e38f),      T(-1.2e-38f)};
  else if constexpr (std::is_integral_v<T>)
    return {0, 1, static_cast<T>(-1), 2, static_cast<T>(-7), L::max(), L::min(), static_cast<T>(L::max() - 1), static_cast<T>(L::min() + 1),
            static_cast<T>(255), static_cast<T>(1 << 24), static_cast<T>((1 << 24) + 1), static_cast<T>(31), static_cast<T>(64)};
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
            T(1e-5),
            T(65519.9990234375),  // around f16's largest number and smallest ones
            T(65520),
            T(5.9604645e-8),
            T(2.9802322e-8),
            T(3.0e-8),
            T(1.00048828125),
            T(1.0048828125)};
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
      else if constexpr (std::is_same_v<T, float16> || std::is_same_v<T, bfloat16>)
        out.push_back(random & 0xffff);
      else
        out.push_back(bits_of(
            static_cast<T>(std::ldexp(static_cast<double>(random) * 0x1p-52 - 1, static_cast<int>(seed % 13) - 5))));
      return Element{0};
    });
  }
  return out;
}

}  // namespace trireme::test
