// tools/expression/functions.hpp -- what can be called in an expression
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tools/expression/value.hpp"

namespace trireme::tools {

struct Argument {
  std::string keyword;  // "" when given by position
  Value value;
  std::size_t position;  // in the expression
};

/// Calls the function `name` (a row of the elementwise table, a reduction, a join, a creation function, a view, a dtype).
Value call_function(std::string_view name, std::vector<Argument> arguments, std::size_t position);

/// Calls the method `name`; `arguments` starts with the array.
Value call_method(std::string_view name, std::vector<Argument> arguments, std::size_t position);

/// The table's function for a pair or a single operand; weak scalars stay weak beside an array.
array call_table(std::string_view name, const std::vector<Value>& operands, std::size_t position);

/// NumPy's name of a dtype, or nothing.
std::optional<Dtype> find_dtype(std::string_view name);

/// The names of all dtypes, for messages.
std::string dtype_names();

/// Every name that call_function knows, with what it takes, one a line: for --help and for unknown names.
std::vector<std::string> function_names();

}  // namespace trireme::tools
