// tools/expression/value.hpp -- what a part of an expression may be: a Python number, an array, a dtype, a tuple
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "trireme/array.hpp"

namespace trireme::tools {

struct None {};
struct Ellipsis {};
struct Value;
using Tuple = std::vector<Value>;

struct Value {
  std::variant<None, Ellipsis, bool, std::int64_t, double, array, Dtype, Slice, Tuple> held;

  template <class T>
  const T* as() const {
    return std::get_if<T>(&held);
  }
  bool is_number() const { return as<bool>() || as<std::int64_t>() || as<double>(); }
};

/// "a tuple", "float64 array of shape (3,)": for messages.
std::string describe(const Value& value);

/// A number as the library's weak scalar. The value is a number.
Scalar to_scalar(const Value& number);
/// A bool or an integer as i64, as Python takes bools for 0 and 1; nothing for other values.
std::optional<std::int64_t> to_integer(const Value& value);
double to_double(const Value& number);

/// An array as it is, a number as a 0-d array of bool, int64 or float64. `position` is for the error otherwise.
array to_array(const Value& value, std::size_t position);

/// `symbol` on Python numbers, as Python computes it: integers do not become floats, but their overflow is an error.
Value scalar_binary(std::string_view symbol, const Value& a, const Value& b, std::size_t position);
Value scalar_unary(std::string_view symbol, const Value& a, std::size_t position);

}  // namespace trireme::tools
