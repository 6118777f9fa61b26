// hull/program/lower_complex.cpp -- rows over complex numbers and neighbours of halves, traced into instructions
// SPDX-License-Identifier: Apache-2.0
#include "math/complex_inverses.hpp"  // before the rows, which call it
#include "math/half.hpp"
#include "program/lower.hpp"
#include "program/rule.hpp"
#include "program/trace_row.hpp"
#include "trireme/error.hpp"

namespace trireme::program {

namespace {

constexpr bool takes_complex(Rule rule) { return rule == Rule::pairing || takes_unconverted(rule, Dtype::complex64); }

template <class T>
using Pair = math::Complex<Traced<T>>;

/// The parts of a traced result, whatever kind of value it is.
template <class T>
ComplexParts emit(Trace& trace, Builder& builder, Pair<T> v) {
  const Value re = trace.emit(builder, v.re.node());
  return {re, trace.emit(builder, v.im.node())};
}
template <class T>
ComplexParts emit(Trace& trace, Builder& builder, Traced<T> v) {
  return {trace.emit(builder, v.node()), kNoValue};
}
ComplexParts emit(Trace& trace, Builder& builder, TracedMask v) { return {trace.emit(builder, v.node()), kNoValue}; }

template <Opcode row, Rule rule, class T>
ComplexParts trace_row(Builder& builder, std::span<const ComplexParts> operands) {
  Trace trace;
  const auto part = [&](Value v) { return Traced<T>::from(trace.given(dtype_of<T>, v)); };
  const auto pair = [&](std::size_t k) {
    return k < operands.size() ? Pair<T>{part(operands[k].re), part(operands[k].im)} : Pair<T>{};
  };
  if constexpr (rule == Rule::choice) {
    const TracedMask condition(trace.given(Dtype::boolean, operands[0].re));
    return emit(trace, builder, Row<row>::apply(condition, pair(1), pair(2)));
  } else if constexpr (rule == Rule::pairing) {
    return emit(trace, builder, Row<row>::apply(part(operands[0].re), part(operands[1].re), Traced<T>()));
  } else {
    return emit(trace, builder, Row<row>::apply(pair(0), pair(1), Pair<T>()));
  }
}

template <Opcode row, Rule rule>
ComplexParts trace_row(Builder& builder, Dtype component, std::span<const ComplexParts> operands) {
  if constexpr (takes_complex(rule)) {
    if (component == Dtype::f32) return trace_row<row, rule, float>(builder, operands);
    return trace_row<row, rule, double>(builder, operands);
  } else {
    throw error(Code::internal, std::string("lower: ") + info(row).name + " does not take complex numbers");
  }
}

}  // namespace

ComplexParts emit_complex_row(Builder& builder, Opcode row, Dtype component, std::span<const ComplexParts> operands) {
  switch (row) {
#define OP(name, arity, rule, expression, doc) \
  case Opcode::name:                           \
    return trace_row<Opcode::name, Rule::rule>(builder, component, operands);
#include "trireme/elementwise.def"
#undef OP
    default:
      throw error(Code::internal, "lower: not a row of the table");
  }
}

Value emit_half_neighbour(Builder& builder, Dtype half, Value a, Value b) {
  Trace trace;
  const auto x = Traced<float>::from(trace.given(Dtype::f32, a)), y = Traced<float>::from(trace.given(Dtype::f32, b));
  const auto next = half == Dtype::f16 ? math::next_half(x, y) : math::next_bfloat(x, y);
  return trace.emit(builder, next.node());
}

}  // namespace trireme::program
