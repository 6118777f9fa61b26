// tools/expression/evaluate.cpp -- walks the tree and builds the graph
// SPDX-License-Identifier: Apache-2.0
#include "tools/expression/evaluate.hpp"

#include <complex>
#include <limits>
#include <numbers>
#include <utility>

#include "tools/expression/functions.hpp"
#include "tools/expression/lexer.hpp"
#include "tools/expression/number.hpp"
#include "tools/expression/subscript.hpp"
#include "tools/expression/value.hpp"

namespace trireme::tools {
namespace {

struct NamedFunction {
  std::string_view symbol, function;
};

constexpr NamedFunction kBinary[] = {{"+", "add"},
                                     {"-", "subtract"},
                                     {"*", "multiply"},
                                     {"/", "divide"},
                                     {"//", "floor_divide"},
                                     {"%", "remainder"},
                                     {"<", "less"},
                                     {"<=", "less_equal"},
                                     {">", "greater"},
                                     {">=", "greater_equal"},
                                     {"==", "equal"},
                                     {"!=", "not_equal"},
                                     {"&", "bitwise_and"},
                                     {"|", "bitwise_or"},
                                     {"^", "bitwise_xor"},
                                     {"<<", "bitwise_left_shift"},
                                     {">>", "bitwise_right_shift"}};

class Evaluator {
 public:
  explicit Evaluator(const std::map<std::string, array>& inputs) : inputs_(inputs) {}

  /// Errors of the library get the position of the operation that met them.
  Value walk(const Expression& e) const {
    try {
      return visit(e);
    } catch (const ExpressionError&) {
      throw;
    } catch (const error& failure) {
      throw ExpressionError(failure.code(), e.position, failure.what());
    }
  }

 private:
  Value visit(const Expression& e) const {
    switch (e.kind) {
      case Syntax::integer:
        if (e.integer > std::uint64_t{std::numeric_limits<std::int64_t>::max()}) return {e.integer};
        return {static_cast<std::int64_t>(e.integer)};
      case Syntax::floating:
        return {e.floating};
      case Syntax::imaginary:
        return {std::complex<double>(0, e.floating)};
      case Syntax::boolean:
        return {e.integer != 0};
      case Syntax::none:
        return {None{}};
      case Syntax::ellipsis:
        return {Ellipsis{}};
      case Syntax::name:
        return name(e);
      case Syntax::string:
        return {e.text};
      case Syntax::unary:
        return unary(e);
      case Syntax::binary:
        return binary(e);
      case Syntax::call:
        return call(e);
      case Syntax::subscript:
        return index(e);
      case Syntax::slice:
        return slice(e);
      case Syntax::attribute:
        return attribute(e);
      case Syntax::tuple:
        return tuple(e);
    }
    throw ExpressionError(Code::internal, e.position, "a part of the syntax tree is unknown");
  }

  Value name(const Expression& e) const {
    if (const auto found = inputs_.find(e.text); found != inputs_.end()) return {found->second};
    if (e.text == "pi") return {std::numbers::pi};
    if (e.text == "e") return {std::numbers::e};
    if (e.text == "inf") return {std::numeric_limits<double>::infinity()};
    if (e.text == "nan") return {std::numeric_limits<double>::quiet_NaN()};
    if (e.text == "newaxis") return {None{}};
    if (const auto dtype = find_dtype(e.text)) return {*dtype};
    for (const std::string& function : function_names())
      if (function == e.text)
        throw ExpressionError(e.position, "function '" + e.text + "' is not called: write " + e.text + "(...)");
    std::string known;
    for (const auto& [input, value] : inputs_) known += (known.empty() ? "" : ", ") + input;
    throw ExpressionError(
        e.position, "nothing is called " + quoted(e.text) + "; the inputs are " + (known.empty() ? "none" : known));
  }

  Value unary(const Expression& e) const {
    const Value a = walk(*e.children[0]);
    if (a.is_number()) return scalar_unary(e.text, a, e.position);
    if (e.text == "+") return {to_array(a, e.position)};
    return {call_table(e.text == "-" ? "negative" : "bitwise_invert", {a}, e.position)};
  }

  Value binary(const Expression& e) const {
    const Value a = walk(*e.children[0]), b = walk(*e.children[1]);
    if (a.is_number() && b.is_number()) return scalar_binary(e.text, a, b, e.position);
    if (e.text == "**") return power(a, b, e.position);
    for (const auto& [symbol, function] : kBinary)
      if (symbol == e.text) return {call_table(function, {a, b}, e.position)};
    throw ExpressionError(Code::internal, e.position, "operator " + e.text + " is unknown");
  }

  /// The powers that NumPy, too, computes without pow, and those of pow.
  static Value power(const Value& a, const Value& b, std::size_t position) {
    const array* base = a.as<array>();
    if (base && b.is_real() && !b.as<bool>()) {
      const double exponent = to_double(b);
      if (exponent == 2) {
        // A float exponent makes a float result, as in NumPy.
        if (b.as<double>() && kind(base->dtype()) < Kind::floating)
          return power({call_function("astype", {{"", a, position}, {"", {f64}, position}}, position)}, b, position);
        return {call_table("multiply", {a, a}, position)};
      }
      if (exponent == 0.5) return {call_table("sqrt", {a}, position)};
      if (exponent == -1 && kind(base->dtype()) >= Kind::floating)
        return {call_table("divide", {Value{1.0}, a}, position)};
    }
    return {call_table("pow", {a, b}, position)};
  }

  Value call(const Expression& e) const {
    const Expression& callee = *e.children[0];
    std::vector<Argument> arguments;
    const bool method = callee.kind == Syntax::attribute;
    if (!method && callee.kind != Syntax::name) throw ExpressionError(callee.position, "this cannot be called");
    if (method) {
      Value self = walk(*callee.children[0]);
      if (!self.as<array>())
        throw ExpressionError(callee.position, "methods belong to arrays, this is " + describe(self));
      arguments.push_back({"", std::move(self), callee.position});
    }
    for (std::size_t k = 1; k < e.children.size(); ++k)
      arguments.push_back({e.keywords[k - 1], walk(*e.children[k]), e.children[k]->position});
    return method ? call_method(callee.text, std::move(arguments), callee.position)
                  : call_function(callee.text, std::move(arguments), callee.position);
  }

  Value index(const Expression& e) const {
    const Value value = walk(*e.children[0]);
    Tuple items;
    for (std::size_t k = 1; k < e.children.size(); ++k) {
      Value item = walk(*e.children[k]);
      if (const Tuple* inner = item.as<Tuple>()) {
        items.insert(items.end(), inner->begin(), inner->end());
      } else {
        items.push_back(std::move(item));
      }
    }
    return subscript(value, items, e.position);
  }

  Value slice(const Expression& e) const {
    std::optional<std::int64_t> part[3];
    for (std::size_t k = 0; k < 3; ++k) {
      const Expression* child = e.children[k].get();
      if (!child) continue;
      const Value value = walk(*child);
      if (value.as<None>()) continue;
      part[k] = to_integer(value);
      if (!part[k]) throw ExpressionError(child->position, "slices are made of integers, this is " + describe(value));
    }
    return {Slice{part[0], part[1], part[2].value_or(1)}};
  }

  Value attribute(const Expression& e) const {
    const Value value = walk(*e.children[0]);
    if (value.is_number() && (e.text == "real" || e.text == "imag")) return part(value, e.text == "real");
    const array* x = value.as<array>();
    if (!x) throw ExpressionError(e.position, "attributes belong to arrays, this is " + describe(value));
    if (e.text == "T") return {x->transpose()};
    if (e.text == "real" || e.text == "imag") return {call_table(e.text, {value}, e.position)};
    if (e.text == "size") return {x->size()};
    if (e.text == "ndim") return {std::int64_t{x->rank()}};
    if (e.text == "dtype") return {x->dtype()};
    if (e.text == "shape") {
      Tuple extents;
      for (const std::int64_t extent : x->shape()) extents.push_back({extent});
      return {std::move(extents)};
    }
    throw ExpressionError(
        e.position, "arrays have the attributes T, real, imag, shape, size, ndim and dtype, not " + quoted(e.text));
  }

  /// Of a Python number: parts of complex ones are floats, the imaginary part of any other is a 0 of its type.
  static Value part(const Value& number, bool real) {
    if (number.is_complex()) return {real ? to_complex(number).real() : to_complex(number).imag()};
    if (number.as<double>()) return real ? number : Value{0.0};
    return real ? scalar_unary("+", number, 0) : Value{std::int64_t{0}};
  }

  Value tuple(const Expression& e) const {
    Tuple items;
    for (const auto& child : e.children) items.push_back(walk(*child));
    return {std::move(items)};
  }

  const std::map<std::string, array>& inputs_;
};

}  // namespace

array evaluate(const Expression& tree, const std::map<std::string, array>& inputs) {
  try {
    return to_array(Evaluator(inputs).walk(tree), tree.position);
  } catch (const ExpressionError&) {
    throw;
  } catch (const error& failure) {
    throw ExpressionError(failure.code(), tree.position, failure.what());
  }
}

array evaluate(std::string_view text, const std::map<std::string, array>& inputs) {
  return evaluate(*parse(text), inputs);
}

}  // namespace trireme::tools
