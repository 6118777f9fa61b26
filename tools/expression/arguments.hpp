// tools/expression/arguments.hpp -- the arguments of one call, matched with the names of its parameters
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tools/expression/functions.hpp"

namespace trireme::tools {

/// Arguments bound to parameters. Getters throw ExpressionError that names function and parameter.
class Arguments {
 public:
  /// `required` of the `parameters` must be given.
  Arguments(std::string_view function, std::vector<Argument> given, std::initializer_list<std::string_view> parameters,
            std::size_t required, std::size_t position);

  /// Given, maybe as None.
  bool given(std::size_t k) const { return bound_[k].has_value(); }
  /// Given and not None.
  bool has(std::size_t k) const { return bound_[k] && !bound_[k]->value.as<None>(); }
  const Value& value(std::size_t k) const { return bound_[k]->value; }

  array as_array(std::size_t k) const { return to_array(value(k), bound_[k]->position); }
  Scalar number(std::size_t k) const;
  Scalar real_number(std::size_t k) const;
  double real(std::size_t k) const;
  std::int64_t integer(std::size_t k) const;
  int axis(std::size_t k) const;
  bool flag(std::size_t k) const;  // false when absent
  /// A dtype or the name of one in quotes.
  Dtype dtype(std::size_t k, Dtype otherwise) const;
  /// A tuple of arrays, which with `numbers` may be Python's, as 0-d arrays.
  std::vector<array> arrays(std::size_t k, bool numbers) const;
  /// One integer or a tuple of integers.
  Shape shape(std::size_t k) const;
  std::vector<int> axes(std::size_t k) const;  // empty when absent

  /// Throws that parameter k is `expected`, and what came.
  [[noreturn]] void fail(std::size_t k, std::string_view expected) const;

 private:
  std::string function_;
  std::vector<std::string_view> parameters_;
  std::vector<std::optional<Argument>> bound_;
};

}  // namespace trireme::tools
