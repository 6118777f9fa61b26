// tools/expression/subscript.cpp -- basic indexing as slices, then picked positions, then new axes
// SPDX-License-Identifier: Apache-2.0
#include "tools/expression/subscript.hpp"

#include <string>

#include "tools/expression/lexer.hpp"

namespace trireme::tools {
namespace {

Value tuple_item(const Tuple& tuple, const Tuple& items, std::size_t position) {
  const auto index = items.size() == 1 ? to_integer(items[0]) : std::nullopt;
  if (!index) throw ExpressionError(position, "a tuple is indexed by one integer");
  const auto size = static_cast<std::int64_t>(tuple.size());
  const std::int64_t at = *index < 0 ? *index + size : *index;
  if (at < 0 || at >= size)
    throw ExpressionError(Code::out_of_range, position,
                          "index " + std::to_string(*index) + " is outside a tuple of " + std::to_string(size));
  return tuple[static_cast<std::size_t>(at)];
}

/// `items` with the Ellipsis, or the end, replaced by as many whole slices as there are axes left.
Tuple expand(const Tuple& items, int rank, std::size_t position) {
  int axes = 0, ellipses = 0;
  for (const Value& item : items) {
    if (item.as<array>() || item.as<bool>())
      throw ExpressionError(Code::unsupported, position,
                            "indexing by arrays or bools is not there yet; where(condition, a, b) chooses elements");
    if (item.as<Ellipsis>()) {
      ++ellipses;
    } else if (item.as<Slice>() || item.as<std::int64_t>()) {
      ++axes;
    } else if (!item.as<None>()) {
      throw ExpressionError(position, "a subscript is an integer, a slice, None or '...', " + describe(item) + " came");
    }
  }
  if (ellipses > 1) throw ExpressionError(position, "'...' may stand once in a subscript");
  if (axes > rank)
    throw ExpressionError(Code::out_of_range, position,
                          std::to_string(axes) + " subscripts for an array of " + std::to_string(rank) + " dimensions");
  Tuple out;
  const auto fill = [&] { out.insert(out.end(), static_cast<std::size_t>(rank - axes), Value{Slice{}}); };
  for (const Value& item : items) {
    if (item.as<Ellipsis>())
      fill();
    else
      out.push_back(item);
  }
  if (ellipses == 0) fill();
  return out;
}

}  // namespace

Value subscript(const Value& value, const Tuple& items, std::size_t position) {
  if (const Tuple* tuple = value.as<Tuple>()) return tuple_item(*tuple, items, position);
  const array* x = value.as<array>();
  if (!x) throw ExpressionError(position, "only arrays can be indexed, this is " + describe(value));

  const Tuple expanded = expand(items, x->rank(), position);
  std::vector<Slice> slices;
  for (const Value& item : expanded) {
    if (const Slice* slice = item.as<Slice>()) slices.push_back(*slice);
    if (item.as<std::int64_t>()) slices.push_back({});
  }
  array result = slices.empty() ? *x : x->slice(slices);
  int axis = 0;
  for (const Value& item : expanded)
    if (const auto* index = item.as<std::int64_t>())
      result = result.at(*index, axis);
    else if (!item.as<None>())
      ++axis;
  axis = 0;
  for (const Value& item : expanded) {
    if (item.as<None>()) result = result.expand_dims(axis);
    if (!item.as<std::int64_t>()) ++axis;
  }
  return {result};
}

}  // namespace trireme::tools
