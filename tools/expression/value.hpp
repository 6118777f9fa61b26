// tools/expression/value.hpp -- what a part of an expression may be: a number, array, dtype, string, slice or tuple
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <complex>
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
  // std::uint64_t holds integers that std::int64_t does not; a string is the name of a dtype or of a mode.
  std::variant<None, Ellipsis, bool, std::int64_t, std::uint64_t, double, std::complex<double>, array, Dtype, Slice,
               std::string, Tuple>
      held;

  template <class T>
  const T* as() const {
    return std::get_if<T>(&held);
  }
  bool is_complex() const { return as<std::complex<double>>() != nullptr; }
  bool is_real() const { return as<bool>() || as<std::int64_t>() || as<std::uint64_t>() || as<double>(); }
  bool is_number() const { return is_real() || is_complex(); }
};

/// Holds every integer of a Value.
using Wide = __int128;

/// "a tuple", "float64 array of shape (3,)": for messages.
std::string describe(const Value& value);

/// A number as the library's weak scalar. The value is a number.
Scalar to_scalar(const Value& number);
/// A bool or an integer that i64 holds, as Python takes bools for 0 and 1; nothing for other values.
std::optional<std::int64_t> to_integer(const Value& value);
/// The same for every integer.
std::optional<Wide> to_wide(const Value& value);
/// Of a real number.
double to_double(const Value& number);
std::complex<double> to_complex(const Value& number);

/// What NumPy makes of a number alone: bool, int64 or else uint64, float64, complex128.
Dtype default_dtype(const Value& number);

/// An array as it is, a number as a 0-d array of its default dtype. `position` is for the error otherwise.
array to_array(const Value& value, std::size_t position);

}  // namespace trireme::tools
