// tools/expression/evaluate.hpp -- the value of an expression in NumPy's language
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "tools/expression/parser.hpp"
#include "trireme/array.hpp"

namespace trireme::tools {

/// The lazy array that `text` stands for, with the names of `inputs` as variables. A number gives a 0-d array.
/// Throws ExpressionError, which knows the position, for everything that is wrong with the text or that the library
/// refuses while the graph is built.
array evaluate(std::string_view text, const std::map<std::string, array>& inputs);

/// The same for an expression that is already parsed.
array evaluate(const Expression& tree, const std::map<std::string, array>& inputs);

}  // namespace trireme::tools
