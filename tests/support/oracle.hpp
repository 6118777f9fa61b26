// tests/support/oracle.hpp -- what every operation must give, in plain scalar code that shares nothing with the library
// SPDX-License-Identifier: Apache-2.0
//
// Nothing here uses a row's expression or hull/math. Rows that IEEE-754 determines are computed in a wider type or in
// integers and must agree bit for bit. Elementary functions, and the quotient and the magnitude of complex numbers, have
// a reference of more digits and a bound instead.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "support/host_array.hpp"
#include "trireme/elementwise.hpp"

namespace trireme::test {

enum class Row {
#define OP(name, arity, rule, expression, doc) name,
#include "trireme/elementwise.def"
#undef OP
};

struct RowInfo {
  const char* name;
  int arity;
  const char* rule;
};
inline constexpr RowInfo kRows[] = {
#define OP(name, arity, rule, expression, doc) {#name, arity, #rule},
#include "trireme/elementwise.def"
#undef OP
};
inline constexpr int kRowCount = static_cast<int>(std::size(kRows));
inline const RowInfo& info(Row row) { return kRows[static_cast<int>(row)]; }

/// The library's function of that row.
array apply(Row row, std::vector<Operand> operands);

/// What an operand brings to inference: a dtype, or the kind of a weak scalar.
struct OperandType {
  bool weak = false;
  Dtype dtype = f64;
  Kind kind = Kind::floating;
};

/// The dtypes that operands are converted to, and the result's; nothing when the row does not take them.
struct RowTypes {
  std::vector<Dtype> operands;
  Dtype result = f64;
  bool alone = false;  // no array takes part in promotion: scalars become 0-d arrays of their default dtypes first
};
std::optional<RowTypes> row_types(Row row, const std::vector<OperandType>& operands);
Dtype promoted(Dtype a, Dtype b);

/// Whether the row has a bit-exact oracle on operands of `work`, the dtype of the last one.
bool is_exact(Row row, Dtype work);
/// The result of an exact row; operands are of the dtypes that row_types() gave, `work` is that of the last one.
Bits expected(Row row, Dtype work, const Bits* operands);
/// How far `got` is from the true value of an inexact row, in units in the last place of that value; of a complex
/// result in those of its larger part. 0 for a NaN or an infinity that is right, infinite for one that is wrong.
double error_in_ulp(Row row, Dtype work, const Bits* operands, Bits got);
/// What error_in_ulp() may be.
double ulp_bound(Row row, Dtype work);

/// As astype(); nothing from complex to a real dtype other than bool.
std::optional<Bits> expected_cast(Dtype from, Dtype to, Bits bits);
/// A weak scalar as operand `k` of a row; nothing for an integer that does not fit.
std::optional<Bits> expected_scalar(Row row, const RowTypes& types, std::size_t k, Scalar scalar);

std::string scalar_text(Scalar scalar);

/// Broadcasting; nothing when the shapes do not fit.
std::optional<Shape> broadcast_shape(const Shape& a, const Shape& b);
/// The flat index in `from` of the element that broadcasts to flat index `flat` of `to`.
std::int64_t broadcast_index(const Shape& from, const Shape& to, std::int64_t flat);

enum class Reduction { sum, prod, mean, min, max, any, all, count_nonzero, var, stddev, argmin, argmax };
inline constexpr Reduction kReductions[] = {
    Reduction::sum, Reduction::prod,          Reduction::mean, Reduction::min,    Reduction::max,    Reduction::any,
    Reduction::all, Reduction::count_nonzero, Reduction::var,  Reduction::stddev, Reduction::argmin, Reduction::argmax};
const char* name(Reduction reduction);
/// `axes` empty: all. argmin and argmax take one axis or none. `correction` is for var and stddev.
array apply(Reduction reduction, const array& x, const std::vector<int>& axes, bool keepdims, double correction = 0);
/// Nothing for a dtype that the reduction does not take.
std::optional<Dtype> reduction_dtype(Reduction reduction, Dtype input);
/// Whether a run of no elements has a result.
bool takes_empty_runs(Reduction reduction);

/// The result bit for bit, in the order of hull/program/reduction_order.hpp.
HostArray expected(Reduction reduction, const HostArray& x, const std::vector<int>& axes, bool keepdims,
                   double correction = 0);
/// The largest error of sums or means against long double, relative to the sum of magnitudes. Real dtypes.
double relative_error(Reduction reduction, const HostArray& x, const std::vector<int>& axes, const HostArray& got);

}  // namespace trireme::test
