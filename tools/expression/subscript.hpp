// tools/expression/subscript.hpp -- x[1:, ..., None, -1]: basic indexing
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tools/expression/value.hpp"

namespace trireme::tools {

/// `value` at `items`, which are integers, slices, None and at most one Ellipsis. A tuple takes one integer.
Value subscript(const Value& value, const Tuple& items, std::size_t position);

}  // namespace trireme::tools
