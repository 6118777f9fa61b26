// tools/expression/arguments.cpp -- binding by position and by keyword, and conversion of each argument
// SPDX-License-Identifier: Apache-2.0
#include "tools/expression/arguments.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "tools/expression/lexer.hpp"

namespace trireme::tools {

Arguments::Arguments(std::string_view function, std::vector<Argument> given,
                     std::initializer_list<std::string_view> parameters, std::size_t required, std::size_t position)
    : function_(function), parameters_(parameters), bound_(parameters.size()) {
  std::size_t next = 0;
  for (Argument& argument : given) {
    std::size_t k = next;
    if (argument.keyword.empty()) {
      if (k >= parameters_.size())
        throw ExpressionError(argument.position, function_ + ": at most " + std::to_string(parameters_.size()) +
                                                     " arguments were expected, " + std::to_string(given.size()) +
                                                     " came");
      ++next;
    } else {
      const auto found = std::find(parameters_.begin(), parameters_.end(), argument.keyword);
      if (found == parameters_.end())
        throw ExpressionError(argument.position, function_ + ": there is no argument " + quoted(argument.keyword));
      k = static_cast<std::size_t>(found - parameters_.begin());
    }
    if (bound_[k])
      throw ExpressionError(argument.position,
                            function_ + ": argument '" + std::string(parameters_[k]) + "' came twice");
    bound_[k] = std::move(argument);
  }
  for (std::size_t k = 0; k < required; ++k)
    if (!bound_[k])
      throw ExpressionError(position, function_ + ": argument '" + std::string(parameters_[k]) + "' is missing");
}

void Arguments::fail(std::size_t k, std::string_view expected) const {
  throw ExpressionError(bound_[k]->position, function_ + ": " + std::string(parameters_[k]) + " is " +
                                                 std::string(expected) + ", " + describe(value(k)) + " came");
}

Scalar Arguments::number(std::size_t k) const {
  if (!value(k).is_number()) fail(k, "a number");
  return to_scalar(value(k));
}

Scalar Arguments::real_number(std::size_t k) const {
  if (!value(k).is_real()) fail(k, "a real number");
  return to_scalar(value(k));
}

double Arguments::real(std::size_t k) const {
  if (!value(k).is_real()) fail(k, "a real number");
  return to_double(value(k));
}

std::int64_t Arguments::integer(std::size_t k) const {
  const auto integer = to_integer(value(k));
  if (!integer) fail(k, "an integer");
  return *integer;
}

int Arguments::axis(std::size_t k) const {
  const std::int64_t axis = integer(k);
  // The library checks against the rank; here only that no axis turns into another.
  if (axis < std::numeric_limits<int>::min() || axis > std::numeric_limits<int>::max()) fail(k, "an axis");
  return static_cast<int>(axis);
}

bool Arguments::flag(std::size_t k) const {
  if (!has(k)) return false;
  const auto integer = to_integer(value(k));
  if (!integer) fail(k, "True or False");
  return *integer != 0;
}

Dtype Arguments::dtype(std::size_t k, Dtype otherwise) const {
  if (!has(k)) return otherwise;
  if (const auto* text = value(k).as<std::string>()) {
    if (const auto named = find_dtype(*text)) return *named;
    throw ExpressionError(bound_[k]->position, quoted(*text) + " names no dtype; there are: " + dtype_names());
  }
  const Dtype* dtype = value(k).as<Dtype>();
  if (!dtype) fail(k, "a dtype such as float32");
  return *dtype;
}

std::vector<array> Arguments::arrays(std::size_t k, bool numbers) const {
  const Tuple* tuple = value(k).as<Tuple>();
  if (!tuple) fail(k, "a tuple of arrays, (a, b) or (a,)");
  std::vector<array> arrays;
  for (std::size_t item = 0; item < tuple->size(); ++item) {
    const Value& each = (*tuple)[item];
    if (!each.as<array>() && !(numbers && each.is_number()))
      throw ExpressionError(bound_[k]->position, function_ + ": " + std::string(parameters_[k]) +
                                                     " is a tuple of arrays, but item " + std::to_string(item) +
                                                     " is " + describe(each));
    arrays.push_back(to_array(each, bound_[k]->position));
  }
  return arrays;
}

Shape Arguments::shape(std::size_t k) const {
  if (const auto extent = to_integer(value(k))) return {*extent};
  const Tuple* tuple = value(k).as<Tuple>();
  if (!tuple) fail(k, "an integer or a tuple of integers");
  if (tuple->size() > std::size_t{kMaxRank}) fail(k, "a tuple of at most 8 integers");
  Shape shape;
  for (const Value& item : *tuple) {
    const auto extent = to_integer(item);
    if (!extent) fail(k, "an integer or a tuple of integers");
    shape.push_back(*extent);
  }
  return shape;
}

std::vector<int> Arguments::axes(std::size_t k) const {
  std::vector<int> axes;
  if (!has(k)) return axes;
  for (const std::int64_t axis : shape(k)) {
    if (axis < -kMaxRank || axis >= kMaxRank) fail(k, "an axis or a tuple of axes below 8");
    axes.push_back(static_cast<int>(axis));
  }
  return axes;
}

}  // namespace trireme::tools
