// tools/expression/reductions.hpp -- the reductions of the language, under NumPy's names
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "tools/expression/functions.hpp"

namespace trireme::tools {

struct ReductionFunction {
  std::string_view name;
  Value (*call)(std::vector<Argument>, std::size_t);
};

/// All of them but count_nonzero are methods of NumPy's arrays, too.
std::span<const ReductionFunction> reduction_functions();

}  // namespace trireme::tools
