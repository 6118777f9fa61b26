// tools/expression/joins.cpp -- concatenate, stack, repeat, tile and pad: NumPy's parameters to those of the library
// SPDX-License-Identifier: Apache-2.0
#include "tools/expression/joins.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "tools/expression/arguments.hpp"
#include "tools/expression/lexer.hpp"
#include "trireme/manipulate.hpp"

namespace trireme::tools {
namespace {

Value join(std::string_view name, std::vector<Argument> given, std::size_t position) {
  const Arguments a(name, std::move(given), {"arrays", "axis"}, 1, position);
  // NumPy takes numbers without an axis only, and there as weak; in stack they are 0-d arrays.
  const std::vector<array> arrays = a.arrays(0, false);
  if (!a.given(1)) return {concat(arrays)};
  return {concat(arrays, a.has(1) ? std::optional<int>(a.axis(1)) : std::nullopt)};
}

using Width = std::pair<std::int64_t, std::int64_t>;

constexpr std::string_view kWidths = "an integer, (before, behind), or such a pair for every axis in a tuple";

/// One integer for both sides, alone or in a tuple, or two.
std::optional<Width> pair_of(const Value& value) {
  if (const auto both = to_integer(value)) return Width(*both, *both);
  const Tuple* tuple = value.as<Tuple>();
  if (!tuple || tuple->empty() || tuple->size() > 2) return std::nullopt;
  const auto before = to_integer(tuple->front()), behind = to_integer(tuple->back());
  if (!before || !behind) return std::nullopt;
  return Width(*before, *behind);
}

std::vector<Width> widths(const Arguments& a, std::size_t k) {
  if (const auto all = pair_of(a.value(k))) return {*all};
  const Tuple* tuple = a.value(k).as<Tuple>();
  if (!tuple || tuple->empty()) a.fail(k, kWidths);
  std::vector<Width> widths;
  for (const Value& item : *tuple) {
    const auto width = pair_of(item);
    if (!width || !item.as<Tuple>()) a.fail(k, kWidths);
    widths.push_back(*width);
  }
  return widths;
}

constexpr std::pair<std::string_view, PadMode> kModes[] = {{"constant", PadMode::constant},
                                                           {"edge", PadMode::edge},
                                                           {"reflect", PadMode::reflect},
                                                           {"symmetric", PadMode::symmetric},
                                                           {"wrap", PadMode::wrap}};

PadMode mode(const Arguments& a, std::size_t k) {
  if (!a.given(k)) return PadMode::constant;
  if (const auto* text = a.value(k).as<std::string>())
    for (const auto& [name, mode] : kModes)
      if (name == *text) return mode;
  a.fail(k, "'constant', 'edge', 'reflect', 'symmetric' or 'wrap'");
}

}  // namespace

Value call_concat(std::vector<Argument> given, std::size_t position) {
  return join("concat", std::move(given), position);
}

Value call_concatenate(std::vector<Argument> given, std::size_t position) {
  return join("concatenate", std::move(given), position);
}

Value call_stack(std::vector<Argument> given, std::size_t position) {
  const Arguments a("stack", std::move(given), {"arrays", "axis"}, 1, position);
  return {stack(a.arrays(0, true), a.given(1) ? a.axis(1) : 0)};
}

Value call_repeat(std::vector<Argument> given, std::size_t position) {
  const Arguments a("repeat", std::move(given), {"x", "repeats", "axis"}, 2, position);
  return {repeat(a.as_array(0), a.integer(1), a.has(2) ? std::optional<int>(a.axis(2)) : std::nullopt)};
}

Value call_tile(std::vector<Argument> given, std::size_t position) {
  const Arguments a("tile", std::move(given), {"x", "reps"}, 2, position);
  return {tile(a.as_array(0), a.shape(1))};
}

Value call_pad(std::vector<Argument> given, std::size_t position) {
  const Arguments a("pad", std::move(given), {"x", "pad_width", "mode", "constant_values"}, 2, position);
  const PadMode how = mode(a, 2);
  if (a.given(3) && how != PadMode::constant)
    throw ExpressionError(position, "pad: constant_values is for mode 'constant'");
  return {pad(a.as_array(0), widths(a, 1), how, a.given(3) ? a.number(3) : Scalar(0))};
}

}  // namespace trireme::tools
