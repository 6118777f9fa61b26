// hull/program/trace.cpp -- nodes of traced expressions, and the expansion of table rows
// SPDX-License-Identifier: Apache-2.0
#include "program/trace.hpp"

#include <string>

#include "math/half.hpp"
#include "program/opcode.hpp"
#include "program/rule.hpp"
#include "program/trace_row.hpp"
#include "trireme/error.hpp"

namespace trireme::program {

namespace {
thread_local Trace* current_trace = nullptr;
}

Trace::Trace() : previous_(current_trace) { current_trace = this; }
Trace::~Trace() { current_trace = previous_; }

Trace& Trace::current() {
  if (!current_trace) throw error(Code::internal, "trace: an operation on traced values outside of a trace");
  return *current_trace;
}

Trace::Node Trace::node(Opcode op, Dtype type, Node a, Node b, Node c, std::uint64_t literal) {
  // Expressions have tens of nodes, and the repeated ones are mostly recent.
  for (std::size_t k = nodes_.size(); k-- > 0;) {
    const Entry& e = nodes_[k];
    if (e.op == op && e.type == type && e.operand[0] == a && e.operand[1] == b && e.operand[2] == c &&
        e.literal == literal && e.op != Opcode::scalar)
      return static_cast<Node>(k);
  }
  bool varies = false;
  for (const Node o : {a, b, c}) varies |= o != kNone && nodes_[o].varies;
  nodes_.push_back({op, type, {a, b, c}, literal, kNoValue, varies});
  return static_cast<Node>(nodes_.size() - 1);
}

Trace::Node Trace::given(Dtype type, Value value) {
  nodes_.push_back({Opcode::scalar, type, {kNone, kNone, kNone}, 0, value});
  return static_cast<Node>(nodes_.size() - 1);
}

std::vector<Trace::Node> Trace::begin_loop(int count, std::vector<Node> values, const std::vector<Dtype>& types) {
  if (in_loop_) throw error(Code::internal, "trace: a loop within a loop");
  in_loop_ = true;
  Loop loop{count, std::move(values), {}, {}, {}};
  for (const Dtype type : types) {
    nodes_.push_back({Opcode::get, type, {kNone, kNone, kNone}, 0, kNoValue, true});
    loop.variables.push_back(static_cast<Node>(nodes_.size() - 1));
  }
  loops_.push_back(std::move(loop));
  return loops_.back().variables;
}

std::vector<Trace::Node> Trace::end_loop(std::vector<Node> next) {
  Loop& loop = loops_.back();
  for (const Node variable : loop.variables) {
    nodes_.push_back({Opcode::get, nodes_[variable].type, {kNone, kNone, kNone}, 0, kNoValue, false,
                      static_cast<std::int32_t>(loops_.size() - 1)});
    loop.last.push_back(static_cast<Node>(nodes_.size() - 1));
  }
  loop.next = std::move(next);
  in_loop_ = false;
  return loop.last;
}

void Trace::emit_invariant(Builder& builder, Node node, std::vector<bool>& seen) {
  if (seen[node]) return;
  seen[node] = true;
  if (!nodes_[node].varies) {
    emit(builder, node);
    return;
  }
  for (const Node o : nodes_[node].operand)
    if (o != kNone) emit_invariant(builder, o, seen);
}

void Trace::emit_loop(Builder& builder, std::size_t index) {
  const Loop loop = loops_[index];
  std::vector<Value> variable;
  for (const Node first : loop.first) emit(builder, first);
  std::vector<bool> seen(nodes_.size());
  for (const Node next : loop.next) emit_invariant(builder, next, seen);
  for (const Node first : loop.first)
    variable.push_back(builder.emit(Opcode::local, nodes_[first].type, nodes_[first].value));
  const auto number = [&](int n) {
    return builder.emit(Opcode::constant, Dtype::i64, kNoValue, kNoValue, kNoValue, 0, static_cast<std::uint64_t>(n));
  };
  const Value zero = number(0), end = number(loop.count), one = number(1);
  builder.emit(Opcode::for_begin, Dtype::i64, zero, end, one);
  const auto get = [&](const std::vector<Node>& nodes) {
    for (std::size_t k = 0; k < nodes.size(); ++k)
      nodes_[nodes[k]].value = builder.emit(Opcode::get, nodes_[nodes[k]].type, variable[k]);
  };
  get(loop.variables);
  std::vector<Value> next;
  for (const Node n : loop.next) next.push_back(emit(builder, n));
  for (std::size_t k = 0; k < next.size(); ++k)
    builder.emit(Opcode::set, nodes_[loop.next[k]].type, variable[k], next[k]);
  builder.emit(Opcode::for_end, Dtype::i64);
  get(loop.last);
}

Value Trace::emit(Builder& builder, Node root) {
  if (root == kNone) throw error(Code::internal, "trace: a value that was never assigned");
  if (nodes_[root].value == kNoValue && nodes_[root].loop >= 0)
    emit_loop(builder, static_cast<std::size_t>(nodes_[root].loop));
  if (nodes_[root].value != kNoValue) return nodes_[root].value;
  Value operand[3] = {kNoValue, kNoValue, kNoValue};
  for (int o = 0; o < info(nodes_[root].op).operands; ++o) operand[o] = emit(builder, nodes_[root].operand[o]);
  Entry& e = nodes_[root];
  e.value = builder.emit(e.op, e.type, operand[0], operand[1], operand[2], 0, e.literal);
  return e.value;
}

namespace {

template <class T>
struct TracedOf {
  using type = Traced<T>;
};
template <>
struct TracedOf<bool> {
  using type = TracedMask;
};

template <class V>
V given_as(Trace& trace, Builder& builder, std::uint16_t parameter, Dtype type) {
  const Trace::Node node = trace.given(type, builder.scalar(parameter));
  if constexpr (std::is_same_v<V, TracedMask>)
    return TracedMask(node);
  else
    return V::from(node);
}

template <Opcode row, Rule rule, int arity, class T>
void expand_as(Builder& builder, std::uint16_t output) {
  using V = typename TracedOf<T>::type;
  using First = std::conditional_t<rule == Rule::choice, TracedMask, V>;
  Trace trace;
  const First a = given_as<First>(trace, builder, 0, rule == Rule::choice ? Dtype::boolean : dtype_of<T>);
  const V b = arity > 1 ? given_as<V>(trace, builder, 1, dtype_of<T>) : V();
  const V c = arity > 2 ? given_as<V>(trace, builder, 2, dtype_of<T>) : V();
  builder.store(output, trace.emit(builder, Row<row>::apply(a, b, c).node()));
}

template <Opcode row, Rule rule, int arity>
void expand_row(Builder& builder, Dtype type, std::uint16_t output) {
  switch (type) {
#define DTYPE(name, ctype, kind, descriptor, text)                                                   \
  case Dtype::name:                                                                                  \
    if constexpr (is_instruction(rule, Dtype::name)) \
      expand_as<row, rule, arity, ctype>(builder, output); \
    break;
#include "trireme/dtype.def"
#undef DTYPE
  }
}

}  // namespace

bool takes(Opcode row, Dtype type) { return is_table_op(row) && is_instruction(info(row).rule, type); }

Dtype result_type(Opcode row, Dtype type) { return row_result(info(row).rule, type); }

Program expand(Opcode row, Dtype type) {
  if (!takes(row, type))
    throw error(Code::internal, std::string("expand: ") + info(row).name + " does not take " + short_name(type));
  Builder builder;
  for (int o = 0; o < info(row).operands; ++o)
    builder.parameter(Role::scalar, o == 0 && info(row).rule == Rule::choice ? Dtype::boolean : type);
  const std::uint16_t output = builder.parameter(Role::output, result_type(row, type));
  switch (row) {
#define OP(name, arity, rule, expression, doc)                          \
  case Opcode::name:                                                    \
    expand_row<Opcode::name, Rule::rule, arity>(builder, type, output); \
    break;
#include "trireme/elementwise.def"
#undef OP
    default:
      break;
  }
  return builder.take();
}

namespace {

template <class From>
Trace::Node halved(Dtype to, Traced<From> v) {
  return to == Dtype::f16 ? math::to_half_from(v).node() : math::to_bfloat_from(v).node();
}

Trace::Node converted(Dtype from, Dtype to, Trace::Node v) {
  const auto bits = Traced<std::int32_t>::from(v);
  switch (from) {
    case Dtype::f16:
      return math::from_half(bits).node();
    case Dtype::bf16:
      return math::from_bfloat(bits).node();
    case Dtype::i64:
      return halved(to, Traced<std::int64_t>::from(v));
    case Dtype::u32:
      return halved(to, Traced<std::uint32_t>::from(v));
    case Dtype::u64:
      return halved(to, Traced<std::uint64_t>::from(v));
    case Dtype::f32:
      return halved(to, Traced<float>::from(v));
    case Dtype::f64:
      return halved(to, Traced<double>::from(v));
    default:  // bool too, which registers hold as an i32
      return halved(to, bits);
  }
}

}  // namespace

Program expand_cast(Dtype from, Dtype to) {
  Builder builder;
  const Dtype taken = is_machine(from) && from != Dtype::boolean ? from : Dtype::i32;
  builder.parameter(Role::scalar, taken);
  const std::uint16_t output = builder.parameter(Role::output, is_machine(to) ? to : Dtype::i32);
  Trace trace;
  builder.store(output, trace.emit(builder, converted(from, to, trace.given(taken, builder.scalar(0)))));
  return builder.take();
}

}  // namespace trireme::program
