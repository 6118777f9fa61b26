// tools/expression/number.hpp -- arithmetic of Python numbers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string_view>

#include "tools/expression/value.hpp"

namespace trireme::tools {

/// `symbol` on Python numbers, as Python computes it: integers do not become floats, but a result outside int64 and
/// uint64 is an error, and so is what Python raises one for.
Value scalar_binary(std::string_view symbol, const Value& a, const Value& b, std::size_t position);
Value scalar_unary(std::string_view symbol, const Value& a, std::size_t position);

/// Whether a and b are in the order, or equal, as one of < <= > >= == != says.
template <class T>
bool compares(std::string_view symbol, T a, T b) {
  if (symbol == "<") return a < b;
  if (symbol == "<=") return a <= b;
  if (symbol == ">") return a > b;
  if (symbol == ">=") return a >= b;
  return symbol == "==" ? a == b : a != b;
}

}  // namespace trireme::tools
