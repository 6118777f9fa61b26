// tools/expression/reductions.cpp -- reductions: NumPy's parameters to those of the library
// SPDX-License-Identifier: Apache-2.0
#include "tools/expression/reductions.hpp"

#include <optional>
#include <string>
#include <utility>

#include "tools/expression/arguments.hpp"
#include "tools/expression/lexer.hpp"
#include "trireme/reduce.hpp"

namespace trireme::tools {
namespace {

/// Parameter 1 as axes; none stands for all.
std::vector<int> given_axes(std::string_view name, const Arguments& a, std::size_t position) {
  std::vector<int> axes = a.axes(1);
  // An empty tuple of axes reduces nothing in NumPy and everything in the library.
  if (a.has(1) && axes.empty()) throw ExpressionError(position, std::string(name) + ": axis is an empty tuple");
  return axes;
}

using Reduction = array (*)(Operand, std::span<const int>, bool);

Value call_reduction(std::string_view name, Reduction reduce, std::vector<Argument> given, std::size_t position) {
  const Arguments a(name, std::move(given), {"x", "axis", "keepdims"}, 1, position);
  return {reduce(a.as_array(0), given_axes(name, a, position), a.flag(2))};
}

using Spread = array (*)(Operand, std::span<const int>, double, bool);

/// var and std: the correction has two names in NumPy 2.
Value call_spread(std::string_view name, Spread spread, std::vector<Argument> given, std::size_t position) {
  const Arguments a(name, std::move(given), {"x", "axis", "keepdims", "ddof", "correction"}, 1, position);
  if (a.has(3) && a.has(4)) throw ExpressionError(position, std::string(name) + ": ddof and correction are the same");
  const double correction = a.has(3) ? a.real(3) : a.has(4) ? a.real(4) : 0;
  return {spread(a.as_array(0), given_axes(name, a, position), correction, a.flag(2))};
}

using Place = array (*)(Operand, std::optional<int>, bool);

Value call_place(std::string_view name, Place place, std::vector<Argument> given, std::size_t position) {
  const Arguments a(name, std::move(given), {"x", "axis", "keepdims"}, 1, position);
  return {place(a.as_array(0), a.has(1) ? std::optional<int>(a.axis(1)) : std::nullopt, a.flag(2))};
}

#define ENTRY(name, call, function)                               \
  {                                                               \
    name, [](std::vector<Argument> given, std::size_t position) { \
      return call(name, function, std::move(given), position);    \
    }                                                             \
  }

constexpr ReductionFunction kReductions[] = {
    ENTRY("sum", call_reduction, &trireme::sum),   ENTRY("prod", call_reduction, &trireme::prod),
    ENTRY("mean", call_reduction, &trireme::mean), ENTRY("min", call_reduction, &trireme::min),
    ENTRY("max", call_reduction, &trireme::max),   ENTRY("any", call_reduction, &trireme::any),
    ENTRY("all", call_reduction, &trireme::all),   ENTRY("count_nonzero", call_reduction, &trireme::count_nonzero),
    ENTRY("var", call_spread, &trireme::var),      ENTRY("std", call_spread, &trireme::stddev),
    ENTRY("argmin", call_place, &trireme::argmin), ENTRY("argmax", call_place, &trireme::argmax),
};
#undef ENTRY

}  // namespace

std::span<const ReductionFunction> reduction_functions() { return kReductions; }

}  // namespace trireme::tools
