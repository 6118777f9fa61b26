// tests/tools/expression_inputs.hpp -- the arrays that expressions of tests and fuzzing are about
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <complex>
#include <cstdint>
#include <limits>
#include <map>
#include <string>

#include "trireme/trireme.hpp"

namespace trireme::tools {

/// The names and values of make_expressions.py.
inline std::map<std::string, array> make_inputs() {
  const double infinity = std::numeric_limits<double>::infinity(), nan = std::numeric_limits<double>::quiet_NaN();
  return {
      {"x", array::from({-1.0f, -0.5f, 0.0f, 0.5f, 1.0f, 1.5f}).reshape({2, 3})},
      {"y", array::from({0.25, -2.0, 3.5})},
      {"n", (arange(12) - 3).reshape({3, 4})},
      {"i", array::from<std::int32_t>({7, -3, 0, 2147483647})},
      {"m", array::from({1, 0, 1, 0, 0, 1}).reshape({2, 3}) != 0},
      {"s", full({}, 1.5, f64)},
      {"t", astype(arange(24), f32).reshape({2, 3, 4})},
      {"z", zeros({0, 3})},
      {"w", array::from({nan, infinity, -infinity, -0.0, 1e-5, 123456.789})},
      {"b", array::from<std::int8_t>({-128, -7, 0, 5, 100, 127}).reshape({2, 3})},
      {"k", array::from<std::int16_t>({-32768, 12, 32767})},
      {"j", array::from<std::int32_t>({std::numeric_limits<std::int32_t>::min(), 3, 1000})},
      {"l", array::from<std::int64_t>({std::numeric_limits<std::int64_t>::min(), 2, 77})},
      {"u", array::from<std::uint8_t>({0, 1, 7, 100, 200, 255}).reshape({2, 3})},
      {"v", array::from<std::uint16_t>({9, 500, 65535})},
      {"q", array::from<std::uint32_t>({1, 7, 4294967295})},
      {"p", array::from<std::uint64_t>({3, 9223372036854775808u, 18446744073709551615u})},
      {"h", array::from({float16(-1.5f), float16(0.1f), float16(2), float16(60000), float16(-0.0f), float16(0.001f)})
                .reshape({2, 3})},
      {"c",
       array::from<std::complex<float>>({{1, 2}, {-0.0f, -0.5f}, {3, -4}, 0, -2, {0.25f, 0.125f}}).reshape({2, 3})},
      {"d", array::from<std::complex<double>>({{3, 4}, {0, 1}, {-2.5, -1.5}})},
      {"o", array::from<std::complex<double>>({{nan, 1}, {1, infinity}, {-0.0, -0.0}, {1, -1}})},
  };
}

}  // namespace trireme::tools
