// include/trireme/elementwise.hpp -- one public function per row of the table, and the operators
// SPDX-License-Identifier: Apache-2.0
//
// Operands broadcast as in NumPy. They are arrays or C++ scalars; a scalar is weak: it takes the dtype of the
// arrays beside it, and an integer scalar outside that dtype's range is an error. Each call builds a lazy node.
// Errors: shape_mismatch when shapes do not broadcast, dtype_mismatch when the rule does not take the dtypes,
// out_of_range for a scalar that does not fit. Bits are the same on every device.
#pragma once

#include "trireme/array.hpp"

namespace trireme {

#define TRIREME_PARAMETERS_1 Operand a
#define TRIREME_PARAMETERS_2 Operand a, Operand b
#define TRIREME_PARAMETERS_3 Operand a, Operand b, Operand c
#define OP(name, arity, rule, expression, doc) TRIREME_API array name(TRIREME_PARAMETERS_##arity);
#include "trireme/elementwise.def"
#undef OP
#undef TRIREME_PARAMETERS_1
#undef TRIREME_PARAMETERS_2
#undef TRIREME_PARAMETERS_3

/// `x` converted to `to`. Float to integer truncates and saturates, NaN gives 0; a number is true when it is
/// not 0; integers wrap; everything else rounds to nearest even, once. Throws Code::dtype_mismatch for complex to real.
TRIREME_API array astype(Operand x, Dtype to);

// Three overloads, not one on Operand: C++20 also tries == with its operands exchanged, which would be ambiguous.
#define TRIREME_OPERATOR(symbol, function)                                                                         \
  inline array operator symbol(array a, array b) { return function(std::move(a), std::move(b)); }                  \
  inline array operator symbol(array a, Scalar b) { return function(std::move(a), b); }                            \
  inline array operator symbol(Scalar a, array b) { return function(a, std::move(b)); }
TRIREME_OPERATOR(+, add)
TRIREME_OPERATOR(-, subtract)
TRIREME_OPERATOR(*, multiply)
TRIREME_OPERATOR(/, divide)
TRIREME_OPERATOR(==, equal)
TRIREME_OPERATOR(!=, not_equal)
TRIREME_OPERATOR(<, less)
TRIREME_OPERATOR(<=, less_equal)
TRIREME_OPERATOR(>, greater)
TRIREME_OPERATOR(>=, greater_equal)
TRIREME_OPERATOR(%, remainder)
TRIREME_OPERATOR(&, bitwise_and)
TRIREME_OPERATOR(|, bitwise_or)
TRIREME_OPERATOR(^, bitwise_xor)
TRIREME_OPERATOR(<<, bitwise_left_shift)
TRIREME_OPERATOR(>>, bitwise_right_shift)
TRIREME_OPERATOR(&&, logical_and)  // both sides are always evaluated: they are arrays
TRIREME_OPERATOR(||, logical_or)
#undef TRIREME_OPERATOR

inline array operator-(array a) { return negative(std::move(a)); }
inline array operator~(array a) { return bitwise_invert(std::move(a)); }
inline array operator!(array a) { return logical_not(std::move(a)); }

}  // namespace trireme
