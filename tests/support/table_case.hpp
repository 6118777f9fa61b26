// tests/support/table_case.hpp -- one call of a row: operands, the dtypes it works in, and what must come out
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "support/oracle.hpp"

namespace trireme::test {

/// An operand of a row: values, or a weak scalar.
using Argument = std::variant<HostArray, Scalar>;

/// The operands' dtypes and shapes, such as "fma(float32 (3, 1), 2.5, int32 (4,))".
std::string call_text(Row row, const std::vector<Argument>& arguments);

OperandType type_of(const Argument& argument);

/// What the row must give, by the oracle. Of an inexact row the bits are not filled in: see error_of().
/// Nothing when it must throw `*refused`: the row does not take the dtypes, a scalar does not fit, or the shapes do not
/// broadcast.
struct Expectation {
  HostArray result;
  std::vector<HostArray> operands;  // converted and broadcast to the result's shape
  Dtype work = f64;
};
std::optional<Expectation> expectation(Row row, const std::vector<Argument>& arguments, Code* refused = nullptr);

/// The largest error of an inexact row's result in ulp, and where.
struct WorstError {
  double ulp = 0;
  std::int64_t index = -1;
};
WorstError worst_error(Row row, const Expectation& expectation, const HostArray& got);

/// The lazy library call. `placings`, when not empty, says how each array lies in memory.
array call(Row row, const std::vector<Argument>& arguments, const std::vector<Placing>& placings = {});

/// Runs the call everywhere and expects the oracle's bits, or of an inexact row the bound and equal bits everywhere.
void expect_row(Row row, const std::vector<Argument>& arguments, const std::vector<Placing>& placings = {});

}  // namespace trireme::test
