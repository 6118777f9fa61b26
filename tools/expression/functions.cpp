// tools/expression/functions.cpp -- the functions of the language: the elementwise table and the public headers
// SPDX-License-Identifier: Apache-2.0
#include "tools/expression/functions.hpp"

#include <algorithm>
#include <utility>

#include "tools/expression/arguments.hpp"
#include "tools/expression/lexer.hpp"
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

using Reduction = array (*)(Operand, std::span<const int>, bool);

Value call_reduction(std::string_view name, Reduction reduce, std::vector<Argument> given, std::size_t position) {
  const Arguments a(name, std::move(given), {"x", "axis", "keepdims"}, 1, position);
  // An empty tuple of axes reduces nothing in NumPy and everything in the library.
  if (a.has(1) && a.axes(1).empty()) throw ExpressionError(position, std::string(name) + ": axis is an empty tuple");
  return {reduce(a.as_array(0), a.axes(1), a.flag(2))};
}

Value call_sum(std::vector<Argument> g, std::size_t p) { return call_reduction("sum", &trireme::sum, std::move(g), p); }
Value call_mean(std::vector<Argument> g, std::size_t p) {
  return call_reduction("mean", &trireme::mean, std::move(g), p);
}
Value call_min(std::vector<Argument> g, std::size_t p) { return call_reduction("min", &trireme::min, std::move(g), p); }
Value call_max(std::vector<Argument> g, std::size_t p) { return call_reduction("max", &trireme::max, std::move(g), p); }

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

/// NumPy's choice for Python numbers.
Dtype default_dtype(Kind kind) { return kind == Kind::boolean ? boolean : kind == Kind::integer ? i64 : f64; }

Value call_full(std::vector<Argument> given, std::size_t position) {
  const Arguments a("full", std::move(given), {"shape", "fill_value", "dtype"}, 2, position);
  const Scalar value = a.number(1);
  return {full(a.shape(0), value, a.dtype(2, default_dtype(value.kind)))};
}

Value call_arange(std::vector<Argument> given, std::size_t position) {
  const Arguments a("arange", std::move(given), {"start", "stop", "step", "dtype"}, 1, position);
  // With one number it is the stop.
  const Scalar start = a.has(1) ? a.number(0) : Scalar(0), stop = a.number(a.has(1) ? 1 : 0);
  const Scalar step = a.has(2) ? a.number(2) : Scalar(1);
  bool floating = false;
  for (const Scalar& s : {start, stop, step}) floating |= s.kind == Kind::floating;
  return {arange(start, stop, step, a.dtype(3, floating ? f64 : i64))};
}

Value call_linspace(std::vector<Argument> given, std::size_t position) {
  const Arguments a("linspace", std::move(given), {"start", "stop", "num", "dtype"}, 2, position);
  return {linspace(a.real(0), a.real(1), a.has(2) ? a.integer(2) : 50, a.dtype(3, f64))};
}

struct Function {
  std::string_view name;
  Value (*call)(std::vector<Argument>, std::size_t);
  bool method;  // NumPy's arrays have it as a method
};

constexpr Function kFunctions[] = {{"sum", call_sum, true},
                                   {"mean", call_mean, true},
                                   {"min", call_min, true},
                                   {"max", call_max, true},
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
                                   {"linspace", call_linspace, false}};

const TableRow* find_row(std::string_view name) {
  for (const TableRow& row : kTable)
    if (row.name == name) return &row;
  return nullptr;
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
  // A number is weak beside an array that it can take its dtype from. A condition is none.
  const std::size_t first = name == "where" ? 1 : 0;
  const bool weak = std::any_of(ready.begin() + static_cast<std::ptrdiff_t>(first), ready.end(),
                                [](const Value& v) { return v.as<array>() != nullptr; });
  for (std::size_t k = 0; k < ready.size(); ++k)
    if (!weak || k < first) ready[k] = {to_array(ready[k], position)};
  return row->call(ready);
}

Value call_function(std::string_view name, std::vector<Argument> arguments, std::size_t position) {
  const TableRow* row = find_row(name == "absolute" ? "abs" : name);
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
  for (const Function& function : kFunctions)
    if (function.name == name) return function.call(std::move(arguments), position);
  if (const auto dtype = find_dtype(name)) {
    const Arguments a(name, std::move(arguments), {"x"}, 1, position);
    return {astype(a.as_array(0), *dtype)};
  }
  std::string known;
  for (const std::string& each : function_names()) known += (known.empty() ? "" : " ") + each;
  throw ExpressionError(position, "no function is called " + quoted(name) + "; there are: " + known);
}

Value call_method(std::string_view name, std::vector<Argument> arguments, std::size_t position) {
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
  throw ExpressionError(position, "arrays have no method " + quoted(name) + " here" +
                                      (find_row(name) ? "; call it as " + std::string(name) + "(x)" : ""));
}

std::optional<Dtype> find_dtype(std::string_view name) {
#define DTYPE(dtype_name, type, kind, descriptor, text) \
  if (name == text) return Dtype::dtype_name;
#include "trireme/dtype.def"
#undef DTYPE
  if (name == "bool_") return boolean;
  if (name == "int") return i64;
  if (name == "float" || name == "double") return f64;
  return std::nullopt;
}

std::vector<std::string> function_names() {
  std::vector<std::string> names;
  for (const TableRow& row : kTable) names.emplace_back(row.name);
  for (const Function& function : kFunctions) names.emplace_back(function.name);
#define DTYPE(dtype_name, type, kind, descriptor, text) names.emplace_back(text);
#include "trireme/dtype.def"
#undef DTYPE
  return names;
}

}  // namespace trireme::tools
