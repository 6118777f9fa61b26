// tools/expression/functions.cpp -- the functions of the language: the elementwise table and the public headers
// SPDX-License-Identifier: Apache-2.0
#include "tools/expression/functions.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "tools/expression/arguments.hpp"
#include "tools/expression/joins.hpp"
#include "tools/expression/lexer.hpp"
#include "tools/expression/number.hpp"
#include "tools/expression/reductions.hpp"
#include "trireme/create.hpp"
#include "trireme/elementwise.hpp"
#include "trireme/manipulate.hpp"
#include "trireme/reduce.hpp"

namespace trireme::tools {
namespace {

using Operands = std::vector<Value>;

/// By value: Operand is not copyable, so each is made where it is passed.
Operand operand(const Value& value) {
  if (const array* a = value.as<array>()) return Operand(*a);
  return Operand(to_scalar(value));
}

array apply(array (*function)(Operand), const Operands& v) { return function(operand(v[0])); }
array apply(array (*function)(Operand, Operand), const Operands& v) { return function(operand(v[0]), operand(v[1])); }
array apply(array (*function)(Operand, Operand, Operand), const Operands& v) {
  return function(operand(v[0]), operand(v[1]), operand(v[2]));
}

struct TableRow {
  std::string_view name;
  std::size_t arity;
  array (*call)(const Operands&);
};

constexpr TableRow kTable[] = {
#define OP(name, arity, rule, expression, doc) \
  {#name, arity, [](const Operands& v) { return apply(&trireme::name, v); }},
#include "trireme/elementwise.def"
#undef OP
};

Value call_roll(std::vector<Argument> given, std::size_t position) {
  const Arguments a("roll", std::move(given), {"x", "shift", "axis"}, 2, position);
  return {a.has(2) ? roll(a.as_array(0), a.integer(1), a.axis(2)) : roll(a.as_array(0), a.integer(1))};
}

Value call_astype(std::vector<Argument> given, std::size_t position) {
  const Arguments a("astype", std::move(given), {"x", "dtype"}, 2, position);
  return {astype(a.as_array(0), a.dtype(1, f64))};
}

Value call_transpose(std::vector<Argument> given, std::size_t position) {
  const Arguments a("transpose", std::move(given), {"x", "axes"}, 1, position);
  return {a.has(1) ? a.as_array(0).transpose(a.shape(1)) : a.as_array(0).transpose()};
}

Value call_reshape(std::vector<Argument> given, std::size_t position) {
  const Arguments a("reshape", std::move(given), {"x", "shape"}, 2, position);
  return {a.as_array(0).reshape(a.shape(1))};
}

Value call_broadcast_to(std::vector<Argument> given, std::size_t position) {
  const Arguments a("broadcast_to", std::move(given), {"x", "shape"}, 2, position);
  return {a.as_array(0).broadcast_to(a.shape(1))};
}

Value call_expand_dims(std::vector<Argument> given, std::size_t position) {
  const Arguments a("expand_dims", std::move(given), {"x", "axis"}, 2, position);
  return {a.as_array(0).expand_dims(a.axis(1))};
}

Value call_squeeze(std::vector<Argument> given, std::size_t position) {
  const Arguments a("squeeze", std::move(given), {"x", "axis"}, 1, position);
  return {a.has(1) ? a.as_array(0).squeeze(a.axis(1)) : a.as_array(0).squeeze()};
}

Value call_flip(std::vector<Argument> given, std::size_t position) {
  const Arguments a("flip", std::move(given), {"x", "axis"}, 1, position);
  array x = a.as_array(0);
  if (a.has(1)) return {x.flip(a.axis(1))};
  for (int axis = x.rank() - 1; axis >= 0; --axis) x = x.flip(axis);
  return {x};
}

Value call_zeros(std::vector<Argument> given, std::size_t position) {
  const Arguments a("zeros", std::move(given), {"shape", "dtype"}, 1, position);
  return {zeros(a.shape(0), a.dtype(1, f64))};
}

Value call_ones(std::vector<Argument> given, std::size_t position) {
  const Arguments a("ones", std::move(given), {"shape", "dtype"}, 1, position);
  return {ones(a.shape(0), a.dtype(1, f64))};
}

Value call_full(std::vector<Argument> given, std::size_t position) {
  const Arguments a("full", std::move(given), {"shape", "fill_value", "dtype"}, 2, position);
  const Scalar value = a.number(1);
  return {full(a.shape(0), value, a.dtype(2, default_dtype(a.value(1))))};
}

Value call_arange(std::vector<Argument> given, std::size_t position) {
  const Arguments a("arange", std::move(given), {"start", "stop", "step", "dtype"}, 1, position);
  // With one number it is the stop.
  const Scalar start = a.has(1) ? a.real_number(0) : Scalar(0), stop = a.real_number(a.has(1) ? 1 : 0);
  const Scalar step = a.has(2) ? a.real_number(2) : Scalar(1);
  Dtype dtype = i64;
  for (const Scalar& s : {start, stop, step})
    dtype = s.kind == Kind::floating ? f64 : s.above_i64 && dtype == i64 ? u64 : dtype;
  return {arange(start, stop, step, a.dtype(3, dtype))};
}

Value call_linspace(std::vector<Argument> given, std::size_t position) {
  const Arguments a("linspace", std::move(given), {"start", "stop", "num", "dtype"}, 2, position);
  return {linspace(a.real(0), a.real(1), a.has(2) ? a.integer(2) : 50, a.dtype(3, f64))};
}

Value call_eye(std::vector<Argument> given, std::size_t position) {
  const Arguments a("eye", std::move(given), {"N", "M", "k", "dtype"}, 1, position);
  const std::int64_t rows = a.integer(0);
  return {eye(rows, a.has(1) ? a.integer(1) : rows, a.given(2) ? a.integer(2) : 0, a.dtype(3, f64))};
}

struct Function {
  std::string_view name;
  Value (*call)(std::vector<Argument>, std::size_t);
  bool method;  // NumPy's arrays have it as a method
};

constexpr Function kFunctions[] = {{"concat", call_concat, false},
                                   {"concatenate", call_concatenate, false},
                                   {"stack", call_stack, false},
                                   {"repeat", call_repeat, true},
                                   {"tile", call_tile, false},
                                   {"pad", call_pad, false},
                                   {"roll", call_roll, false},
                                   {"astype", call_astype, true},
                                   {"transpose", call_transpose, true},
                                   {"reshape", call_reshape, true},
                                   {"broadcast_to", call_broadcast_to, false},
                                   {"expand_dims", call_expand_dims, false},
                                   {"squeeze", call_squeeze, true},
                                   {"flip", call_flip, false},
                                   {"zeros", call_zeros, false},
                                   {"ones", call_ones, false},
                                   {"full", call_full, false},
                                   {"arange", call_arange, false},
                                   {"linspace", call_linspace, false},
                                   {"eye", call_eye, false}};

/// NumPy's other names of rows.
constexpr std::pair<std::string_view, std::string_view> kAliases[] = {{"absolute", "abs"},
                                                                      {"conjugate", "conj"},
                                                                      {"invert", "bitwise_invert"},
                                                                      {"bitwise_not", "bitwise_invert"},
                                                                      {"left_shift", "bitwise_left_shift"},
                                                                      {"right_shift", "bitwise_right_shift"},
                                                                      {"mod", "remainder"},
                                                                      {"power", "pow"},
                                                                      {"arcsin", "asin"},
                                                                      {"arccos", "acos"},
                                                                      {"arctan", "atan"},
                                                                      {"arctan2", "atan2"},
                                                                      {"arcsinh", "asinh"},
                                                                      {"arccosh", "acosh"},
                                                                      {"arctanh", "atanh"},
                                                                      {"deg2rad", "radians"},
                                                                      {"rad2deg", "degrees"},
                                                                      {"true_divide", "divide"}};

/// Rows that NumPy's arrays have as methods.
constexpr std::string_view kRowMethods[] = {"clip", "conj", "conjugate", "round"};

const TableRow* find_row(std::string_view name) {
  for (const auto& [alias, row] : kAliases)
    if (alias == name) name = row;
  for (const TableRow& row : kTable)
    if (row.name == name) return &row;
  return nullptr;
}

/// Comparisons of integer arrays with an integer that their dtype does not hold: every element gives the same.
std::optional<array> compared_outside(std::string_view name, const Operands& operands) {
  constexpr std::pair<std::string_view, std::string_view> kComparisons[] = {{"less", "<"},    {"less_equal", "<="},
                                                                            {"greater", ">"}, {"greater_equal", ">="},
                                                                            {"equal", "=="},  {"not_equal", "!="}};
  for (const auto& [row, symbol] : kComparisons) {
    if (row != name) continue;
    const bool array_first = operands[0].as<array>() != nullptr;
    const array* a = operands[array_first ? 0 : 1].as<array>();
    const auto number = to_wide(operands[array_first ? 1 : 0]);
    if (!a || !number || kind(a->dtype()) != Kind::integer) return std::nullopt;
    const Wide top = Wide{1} << (8 * item_size(a->dtype()) - (is_signed(a->dtype()) ? 1 : 0));
    const Wide lowest = is_signed(a->dtype()) ? -top : 0;
    if (*number >= lowest && *number < top) return std::nullopt;
    const int side = *number < lowest ? -1 : 1;  // of the number, from the elements at 0
    return full(a->shape(), array_first ? compares(symbol, 0, side) : compares(symbol, side, 0), boolean);
  }
  return std::nullopt;
}

}  // namespace

array call_table(std::string_view name, const std::vector<Value>& operands, std::size_t position) {
  const TableRow* row = find_row(name);
  Operands ready = operands;
  for (const Value& v : ready) {
    if (!v.as<array>() && !v.is_number())
      throw ExpressionError(position,
                            std::string(name) + ": an array or a number was expected, " + describe(v) + " came");
  }
  if (auto known = compared_outside(row->name, ready)) return std::move(*known);
  // A number is weak beside an array that it can take its dtype from. A condition is none.
  const std::size_t first = name == "where" ? 1 : 0;
  const bool weak = std::any_of(ready.begin() + static_cast<std::ptrdiff_t>(first), ready.end(),
                                [](const Value& v) { return v.as<array>() != nullptr; });
  for (std::size_t k = 0; k < ready.size(); ++k)
    if (!weak || k < first) ready[k] = {to_array(ready[k], position)};
  return row->call(ready);
}

Value call_function(std::string_view name, std::vector<Argument> arguments, std::size_t position) {
  const TableRow* row = find_row(name);
  if (row) {
    std::vector<Value> operands;
    for (Argument& argument : arguments) {
      if (!argument.keyword.empty())
        throw ExpressionError(argument.position,
                              std::string(name) + ": arguments are given by position, without a name");
      operands.push_back(std::move(argument.value));
    }
    if (operands.size() != row->arity)
      throw ExpressionError(position, std::string(name) + ": " + std::to_string(row->arity) +
                                          (row->arity == 1 ? " argument was" : " arguments were") + " expected, " +
                                          std::to_string(operands.size()) + " came");
    return {call_table(row->name, operands, position)};
  }
  for (const ReductionFunction& function : reduction_functions())
    if (function.name == name) return function.call(std::move(arguments), position);
  for (const Function& function : kFunctions)
    if (function.name == name) return function.call(std::move(arguments), position);
  if (const auto dtype = find_dtype(name)) {
    const Arguments a(name, std::move(arguments), {"x"}, 1, position);
    // An integer that does not fit is an error, as in NumPy; an array's elements wrap.
    return {to_wide(a.value(0)) ? full({}, a.number(0), *dtype) : astype(a.as_array(0), *dtype)};
  }
  std::string known;
  for (const std::string& each : function_names()) known += (known.empty() ? "" : " ") + each;
  throw ExpressionError(position, "no function is called " + quoted(name) + "; there are: " + known);
}

Value call_method(std::string_view name, std::vector<Argument> arguments, std::size_t position) {
  for (const ReductionFunction& function : reduction_functions())
    if (function.name == name && name != "count_nonzero") return function.call(std::move(arguments), position);
  for (const std::string_view method : kRowMethods)
    if (method == name) return call_function(name, std::move(arguments), position);
  for (const Function& function : kFunctions) {
    if (function.name != name || !function.method) continue;
    // x.reshape(2, 3) and x.transpose(1, 0) take their tuple apart.
    const bool spread = (name == "reshape" || name == "transpose") && arguments.size() > 2;
    if (spread) {
      Tuple tuple;
      for (std::size_t k = 1; k < arguments.size(); ++k) {
        if (!arguments[k].keyword.empty() || !to_integer(arguments[k].value))
          throw ExpressionError(arguments[k].position,
                                std::string(name) + ": integers were expected, or one tuple of them");
        tuple.push_back(arguments[k].value);
      }
      arguments.resize(1);
      arguments.push_back({"", {std::move(tuple)}, position});
    }
    return function.call(std::move(arguments), position);
  }
  const bool function = find_row(name) || name == "count_nonzero";
  throw ExpressionError(position, "arrays have no method " + quoted(name) + " here" +
                                      (function ? "; call it as " + std::string(name) + "(x)" : ""));
}

std::optional<Dtype> find_dtype(std::string_view name) {
#define DTYPE(dtype_name, type, kind, descriptor, text) \
  if (name == text) return Dtype::dtype_name;
#include "trireme/dtype.def"
#undef DTYPE
  if (name == "bool_") return boolean;
  if (name == "int") return i64;
  if (name == "float" || name == "double") return f64;
  if (name == "half") return f16;
  if (name == "single") return f32;
  if (name == "complex") return complex128;
  return std::nullopt;
}

std::string dtype_names() {
  std::string names;
#define DTYPE(dtype_name, type, kind, descriptor, text) names += names.empty() ? text : " " text;
#include "trireme/dtype.def"
#undef DTYPE
  return names;
}

std::vector<std::string> function_names() {
  std::vector<std::string> names;
  for (const TableRow& row : kTable) names.emplace_back(row.name);
  for (const auto& alias : kAliases) names.emplace_back(alias.first);
  for (const ReductionFunction& function : reduction_functions()) names.emplace_back(function.name);
  for (const Function& function : kFunctions) names.emplace_back(function.name);
#define DTYPE(dtype_name, type, kind, descriptor, text) names.emplace_back(text);
#include "trireme/dtype.def"
#undef DTYPE
  return names;
}

}  // namespace trireme::tools
