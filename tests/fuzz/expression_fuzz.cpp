// tests/fuzz/expression_fuzz.cpp -- any text as an expression: an ExpressionError, or the same bits in every way
// SPDX-License-Identifier: Apache-2.0
//
// An expression is computed twice: operation by operation at the baseline level, and as one graph at every level. Both
// give the same dtype, shape and bits, or the same error at the same place.
//
// Work is bounded by the first way: every part's shape is known before it is computed, and an expression with a part
// above kMaxElements is left alone. arange, linspace and pad write their elements at once, so they are counted
// beforehand; concatenate and stack, too, but have at most kMaxParts parts.
#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "fuzz/fuzz.hpp"
#include "tests/tools/expression_inputs.hpp"
#include "tools/expression/evaluate.hpp"
#include "tools/expression/functions.hpp"
#include "tools/expression/lexer.hpp"
#include "trireme/trireme.hpp"

namespace {

using namespace trireme;
using tools::Expression;
using tools::ExpressionError;
using tools::Syntax;
using Inputs = std::map<std::string, array>;

constexpr std::int64_t kMaxElements = 4096;
constexpr int kMaxParts = 512;
/// From here on no address space has room: creation must refuse.
constexpr double kBeyondMemory = 0x1p50;
/// From here on no array can be named, so that nothing is tried on the way to one, axis by axis.
constexpr double kBeyondSizes = 0x1p63;

struct TooLarge {};

const Inputs& inputs() {
  static const auto* made = [] {
    auto* all = new Inputs(tools::make_inputs());
    for (auto& [name, value] : *all) value.eval();
    return all;
  }();
  return *made;
}

struct Outcome {
  std::optional<array> value;
  Code code = Code::internal;
  std::size_t position = 0;
  std::string message;
};

/// Some messages list every function; none repeats more than a little of the text.
std::size_t longest_message() {
  static const std::size_t names = [] {
    std::size_t bytes = 0;
    for (const std::string& name : tools::function_names()) bytes += name.size() + 1;
    return bytes;
  }();
  return names + 500;
}

template <class Run>
Outcome outcome_of(std::size_t length, Run run) {
  try {
    return {run(), {}, {}, {}};
  } catch (const ExpressionError& failure) {
    fuzz::require(failure.code() != Code::internal, std::string("an internal error: ") + failure.what());
    fuzz::require(failure.position() <= length, std::string("an error outside the text: ") + failure.what());
    // The list of inputs that follows an unknown name holds what was computed on the way.
    std::string message = failure.what();
    message.resize(std::min(message.size(), message.find("; the inputs are ")));
    const auto control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
    fuzz::require(message.size() < longest_message() && std::none_of(message.begin(), message.end(), control),
                  "a message is one short line: " + message);
    return {std::nullopt, failure.code(), failure.position(), message};
  }
}

int count_parts(const Expression* e) {
  int parts = 1;
  if (!e) return 0;
  for (const auto& child : e->children) parts += count_parts(child.get());
  return parts;
}

/// Computes operation by operation: every array that is made becomes an input of the operations above it.
class Stepwise {
 public:
  array run(Expression& tree) {
    visit(tree);
    array result = tools::evaluate(tree, known_);
    check_size(result);
    return result.eval();
  }

 private:
  static void check_size(const array& x) {
    if (x.size() > kMaxElements) throw TooLarge();
  }

  void visit(Expression& e) {
    if (failed_) return;
    for (std::size_t k = 0; k < e.children.size(); ++k) {
      Expression* child = e.children[k].get();
      // What is called is no value; what a method belongs to is one.
      if (e.kind == Syntax::call && k == 0)
        child = child->kind == Syntax::attribute ? child->children[0].get() : nullptr;
      if (child) visit(*child);
    }
    if (failed_) return;
    switch (e.kind) {
      case Syntax::unary:
      case Syntax::binary:
      case Syntax::call:
      case Syntax::subscript:
      case Syntax::attribute:
        break;
      default:
        return;
    }
    if (e.kind == Syntax::call) {
      check_count(e);
      check_pad(e);
    }
    // What is no array (a number, a tuple) stays in the tree for the operation above it. After an error, all above
    // fail.
    try {
      array value = tools::evaluate(e, known_);
      check_size(value);
      if (!is_array(e)) return;
      value.eval();
      const std::string name = "@" + std::to_string(known_.size());
      known_.emplace(name, std::move(value));
      e.kind = Syntax::name;
      e.text = name;
      e.children.clear();
      e.keywords.clear();
    } catch (const ExpressionError&) {
      failed_ = !has_value(e);
    }
  }

  bool succeeds(const Expression& tree) const {
    try {
      tools::evaluate(tree, known_);
      return true;
    } catch (const ExpressionError&) {
      return false;
    }
  }

  /// Numbers have no attributes, arrays do: whether e.ndim succeeds.
  bool is_array(Expression& e) const {
    Expression outer{Syntax::attribute, e.position, "ndim"};
    outer.children.push_back(std::make_unique<Expression>(std::move(e)));
    const bool found = succeeds(outer);
    e = std::move(*outer.children[0]);
    return found;
  }

  /// Tuples, dtypes and slices are values, too: whether (e, 1)[1] succeeds.
  bool has_value(Expression& e) const {
    Expression outer{Syntax::subscript, e.position};
    outer.children.push_back(std::make_unique<Expression>(Expression{Syntax::tuple, e.position}));
    outer.children.push_back(std::make_unique<Expression>(Expression{Syntax::integer, e.position, "", 1}));
    auto& pair = outer.children[0]->children;
    pair.push_back(std::make_unique<Expression>(std::move(e)));
    pair.push_back(std::make_unique<Expression>(Expression{Syntax::integer, 0, "", 1}));
    const bool found = succeeds(outer);
    e = std::move(*pair[0]);
    return found;
  }

  std::optional<double> number(const Expression& e) const {
    try {
      const array value = tools::evaluate(e, known_);
      if (value.rank() != 0) return std::nullopt;
      return kind(value.dtype()) == Kind::complex ? std::nullopt : std::optional(astype(value, f64).item<double>());
    } catch (const ExpressionError&) {
      return std::nullopt;
    }
  }

  void check_count(const Expression& e) const {
    const std::string& name = e.children[0]->text;
    if (name != "arange" && name != "linspace") return;
    std::map<std::string, double> given;
    const std::vector<std::string> order = {"start", "stop", name == "arange" ? "step" : "num"};
    for (std::size_t k = 1; k < e.children.size(); ++k) {
      const std::string& keyword = e.keywords[k - 1];
      if (const auto value = number(*e.children[k]); value && (!keyword.empty() || k <= order.size()))
        given[keyword.empty() ? order[k - 1] : keyword] = *value;
    }
    double count = given.count("num") ? given["num"] : 50;
    if (name == "arange") {
      const bool only_stop = !given.count("stop");
      const double start = only_stop ? 0 : given["start"], stop = only_stop ? given["start"] : given["stop"];
      count = (stop - start) / (given.count("step") ? given["step"] : 1);
    }
    if (count > static_cast<double>(kMaxElements) && count < kBeyondMemory) throw TooLarge();
  }

  /// The largest number in e, which is one or a tuple of them or of such tuples; 0 without any.
  double largest(Expression& e, int levels = 2) const {
    if (const auto value = number(e)) return std::max(*value, 0.0);
    double most = 0;
    for (std::uint64_t k = 0; levels > 0 && k < std::uint64_t{kMaxRank}; ++k) {
      Expression item{Syntax::subscript, e.position};
      item.children.push_back(std::make_unique<Expression>(std::move(e)));
      item.children.push_back(std::make_unique<Expression>(Expression{Syntax::integer, 0, "", k}));
      most = std::max(most, largest(item, levels - 1));
      e = std::move(*item.children[0]);
    }
    return most;
  }

  static Expression* argument(Expression& call, const std::string& name, std::size_t place) {
    for (std::size_t k = 1; k < call.children.size(); ++k)
      if (call.keywords[k - 1].empty() ? k == place : call.keywords[k - 1] == name) return call.children[k].get();
    return nullptr;
  }

  /// With the widest side on all: more than there is, unless the width is one number.
  void check_pad(Expression& e) const {
    if (e.children[0]->text != "pad") return;
    Expression* x = argument(e, "x", 1);
    Expression* width = argument(e, "pad_width", 2);
    if (!x || !width) return;
    const double widest = largest(*width);
    double count = 1;
    try {
      const array padded = tools::evaluate(*x, known_);
      for (const std::int64_t extent : padded.shape()) count *= static_cast<double>(extent) + 2 * widest;
    } catch (const ExpressionError&) {
      return;
    }
    const bool refused = count >= kBeyondSizes && number(*width);
    if (count > static_cast<double>(kMaxElements) && !refused) throw TooLarge();
  }

  Inputs known_ = inputs();
  bool failed_ = false;
};

void require_equal(const Outcome& a, const Outcome& b, const std::string& level) {
  fuzz::require(a.value.has_value() == b.value.has_value(),
                "one way failed, at " + level + ": '" + a.message + "' and '" + b.message + "'");
  if (!a.value) {
    fuzz::require(a.code == b.code && a.position == b.position && a.message == b.message,
                  "the ways fail differently: '" + a.message + "' and '" + b.message + "'");
    return;
  }
  fuzz::require(a.value->dtype() == b.value->dtype() && a.value->shape() == b.value->shape(),
                "dtype or shape differ at " + level);
  fuzz::require(bits(*a.value) == bits(*b.value),
                "bits differ at " + level + ": " + a.value->text() + " and " + b.value->text());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // A copy of exactly this size, so that a sanitizer sees a read beyond its end.
  const std::vector<char> copy(data, data + size);
  const std::string_view text(copy.data(), copy.size());
  std::unique_ptr<Expression> tree;
  const Outcome refused = outcome_of(size, [&] {
    tree = tools::parse(text);
    return array();
  });
  if (!refused.value || count_parts(tree.get()) > kMaxParts) return 0;

  try {
    const std::vector<std::string> levels = cpu_levels();
    set_cpu_level(levels.front());
    const Outcome stepwise = outcome_of(size, [&] { return Stepwise().run(*tree); });
    for (const std::string& level : levels) {
      set_cpu_level(level);
      require_equal(stepwise, outcome_of(size, [&] { return tools::evaluate(text, inputs()).eval(); }), level);
    }
  } catch (const TooLarge&) {
  }
  return 0;
}
