// tools/expression/joins.hpp -- the functions that join, repeat and pad arrays, with NumPy's parameters
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

#include "tools/expression/functions.hpp"

namespace trireme::tools {

Value call_concat(std::vector<Argument> given, std::size_t position);
Value call_concatenate(std::vector<Argument> given, std::size_t position);
Value call_stack(std::vector<Argument> given, std::size_t position);
Value call_repeat(std::vector<Argument> given, std::size_t position);
Value call_tile(std::vector<Argument> given, std::size_t position);
Value call_pad(std::vector<Argument> given, std::size_t position);

}  // namespace trireme::tools
