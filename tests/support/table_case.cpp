// tests/support/table_case.cpp -- one call of a row: operands, the dtypes it works in, and what must come out
// SPDX-License-Identifier: Apache-2.0
#include "support/table_case.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "support/compare.hpp"

namespace trireme::test {

namespace {

/// Whether scalars alone, which become 0-d arrays first, hold an integer beyond i64.
bool has_no_default(Row row, const std::vector<Argument>& arguments) {
  bool beyond = false;
  for (std::size_t k = row == Row::where; k < arguments.size(); ++k) {
    const auto* scalar = std::get_if<Scalar>(&arguments[k]);
    if (!scalar) return false;
    beyond |= scalar->above_i64;
  }
  return beyond;
}

std::string operands_text(const Expectation& expectation, std::size_t n) {
  std::string out;
  for (const HostArray& x : expectation.operands) out += " " + element_text(x.dtype, x.bits[n]);
  return out;
}

}  // namespace

OperandType type_of(const Argument& argument) {
  if (const auto* values = std::get_if<HostArray>(&argument)) return {false, values->dtype, kind(values->dtype)};
  return {true, f64, std::get<Scalar>(argument).kind};
}

std::string call_text(Row row, const std::vector<Argument>& arguments) {
  std::string out = std::string(info(row).name) + "(";
  for (std::size_t k = 0; k < arguments.size(); ++k) {
    if (k) out += ", ";
    if (const auto* values = std::get_if<HostArray>(&arguments[k])) {
      out += std::string(trireme::name(values->dtype)) + " " + values->shape.text();
    } else {
      const Scalar s = std::get<Scalar>(arguments[k]);
      out += scalar_text(s);
    }
  }
  return out + ")";
}

std::optional<Expectation> expectation(Row row, const std::vector<Argument>& arguments, Code* refused) {
  const auto refuse = [refused](Code code) {
    if (refused) *refused = code;
    return std::nullopt;
  };
  std::vector<OperandType> types;
  for (const Argument& argument : arguments) types.push_back(type_of(argument));
  const auto rule = row_types(row, types);
  if (!rule) return refuse(has_no_default(row, arguments) ? Code::out_of_range : Code::dtype_mismatch);
  Shape shape;
  for (const Argument& argument : arguments)
    if (const auto* values = std::get_if<HostArray>(&argument)) {
      const auto wider = broadcast_shape(shape, values->shape);
      if (!wider) return refuse(Code::shape_mismatch);
      shape = *wider;
    }
  Expectation out;
  out.work = rule->operands.back();
  const auto size = static_cast<std::size_t>(shape.size());
  for (std::size_t k = 0; k < arguments.size(); ++k) {
    HostArray operand{rule->operands[k], shape, std::vector<Bits>(size)};
    if (const auto* values = std::get_if<HostArray>(&arguments[k])) {
      for (std::size_t n = 0; n < size; ++n) {
        const std::int64_t at = broadcast_index(values->shape, shape, static_cast<std::int64_t>(n));
        operand.bits[n] = *expected_cast(values->dtype, operand.dtype, values->bits[static_cast<std::size_t>(at)]);
      }
    } else {
      const auto bits = expected_scalar(row, *rule, k, std::get<Scalar>(arguments[k]));
      if (!bits) return refuse(Code::out_of_range);
      std::fill(operand.bits.begin(), operand.bits.end(), *bits);
    }
    out.operands.push_back(std::move(operand));
  }
  out.result = {rule->result, shape, std::vector<Bits>(size)};
  if (!is_exact(row, out.work)) return out;
  for (std::size_t n = 0; n < size; ++n) {
    Bits operands[3] = {};
    for (std::size_t k = 0; k < arguments.size(); ++k) operands[k] = out.operands[k].bits[n];
    out.result.bits[n] = expected(row, out.work, operands);
  }
  return out;
}

WorstError worst_error(Row row, const Expectation& expectation, const HostArray& got) {
  WorstError worst;
  for (std::size_t n = 0; n < got.bits.size(); ++n) {
    Bits operands[3] = {};
    for (std::size_t k = 0; k < expectation.operands.size(); ++k) operands[k] = expectation.operands[k].bits[n];
    const double ulp = error_in_ulp(row, expectation.work, operands, got.bits[n]);
    if (ulp > worst.ulp) worst = {ulp, static_cast<std::int64_t>(n)};
  }
  return worst;
}

array call(Row row, const std::vector<Argument>& arguments, const std::vector<Placing>& placings) {
  std::vector<Operand> operands;
  for (std::size_t k = 0; k < arguments.size(); ++k) {
    if (const auto* values = std::get_if<HostArray>(&arguments[k]))
      operands.emplace_back(to_array(*values, placings.empty() ? Placing::contiguous : placings[k]));
    else
      operands.emplace_back(std::get<Scalar>(arguments[k]));
  }
  return apply(row, std::move(operands));
}

void expect_row(Row row, const std::vector<Argument>& arguments, const std::vector<Placing>& placings) {
  std::string what = call_text(row, arguments);
  for (Placing placing : placings) what += std::string(" ") + name(placing);
  Code refused{};
  auto expectation = test::expectation(row, arguments, &refused);
  if (!expectation) {
    try {
      call(row, arguments, placings);
      ADD_FAILURE() << what << " gave no error";
    } catch (const error& e) {
      EXPECT_EQ(e.code(), refused) << what << ": " << e.what();
    }
    return;
  }
  KeepSettings keep;
  bool first = true;
  for (const Setting& setting : settings()) {
    use(setting);
    HostArray got;
    try {
      got = to_host(call(row, arguments, placings));
    } catch (const error& e) {
      ADD_FAILURE() << what << " on " << text(setting) << ": " << e.what();
      return;
    }
    if (first && !is_exact(row, expectation->work) && got.bits.size() == expectation->result.bits.size()) {
      const WorstError worst = worst_error(row, *expectation, got);
      if (worst.ulp > ulp_bound(row, expectation->work)) {
        const auto at = static_cast<std::size_t>(worst.index);
        ADD_FAILURE() << what << " on " << text(setting) << ": off by " << worst.ulp << " ulp at"
                      << operands_text(*expectation, at) << ": " << element_text(got.dtype, got.bits[at]);
        return;
      }
      expectation->result.bits = got.bits;  // the other levels must give the same
    }
    first = false;
    const std::string text = difference(got, expectation->result);
    if (text.empty()) continue;
    std::string operands;
    if (got.bits.size() == expectation->result.bits.size())
      for (std::size_t n = 0; n < got.bits.size(); ++n)
        if (!same(got.dtype, got.bits[n], expectation->result.bits[n])) {
          operands = operands_text(*expectation, n);
          break;
        }
    ADD_FAILURE() << what << " on " << test::text(setting) << ": " << text << "; operands there:" << operands;
    return;
  }
}

}  // namespace trireme::test
