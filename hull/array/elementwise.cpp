// hull/array/elementwise.cpp -- the public functions of the table's rows, and astype
// SPDX-License-Identifier: Apache-2.0
#include "trireme/elementwise.hpp"

#include <string>

#include "array/build.hpp"
#include "dispatch/choose.hpp"
#include "graph/infer.hpp"
#include "program/lower.hpp"
#include "program/out_of_memory.hpp"
#include "program/rule.hpp"
#include "trireme/create.hpp"

namespace trireme {

namespace {

using build::Owned;
using program::Opcode;
using program::Rule;

/// Rows that do nothing to some dtypes: integers are rounded already, real numbers have no imaginary part.
bool returns_operand(Opcode op, Dtype dtype, Owned& operand, array& out) {
  const Rule rule = program::info(op).rule;
  const bool whole = rule == Rule::rounding && kind(dtype) == Kind::integer;
  const bool real = (rule == Rule::component || rule == Rule::conjugate) && kind(dtype) != Kind::complex;
  if (!whole && !real) return false;
  out = op == Opcode::imag ? zeros(operand->shape, dtype) : array(operand.release());
  return true;
}

constexpr bool may_return_operand(Rule rule) {
  return rule == Rule::rounding || rule == Rule::component || rule == Rule::conjugate;
}

/// Everything but the common case: scalars, mixed dtypes, broadcasting, conditions.
[[gnu::noinline]] array general(Opcode op, Operand* const* operands, int count) {
  const program::OpcodeInfo& row = program::info(op);
  Owned node[3];
  bool choice = row.rule == Rule::choice;
  bool any_array = false;
  for (int k = choice; k < count; ++k) any_array |= !operands[k]->is_scalar();
  // Scalars are weak beside arrays; among themselves they act as 0-d arrays of their default dtypes.
  for (int k = choice; k < count; ++k)
    if (!operands[k]->is_scalar() || !any_array) node[k] = build::operand(row.name, *operands[k]);
  if (choice && operands[0]->is_scalar()) {  // any number is a condition, beyond i64 too
    Operand condition(graph::scalar_bits(row.name, operands[0]->scalar(), Dtype::boolean).first != 0);
    node[0] = build::operand(row.name, condition);
  } else if (choice) {
    node[0] = build::operand(row.name, *operands[0]);
  }

  Dtype promoted = Dtype::boolean;
  for (int k = choice; k < count; ++k)
    if (node[k].get()) promoted = promote(promoted, node[k]->dtype);
  for (int k = choice; k < count; ++k)
    if (!node[k].get()) promoted = graph::with_scalar(promoted, operands[k]->scalar().kind);
  graph::RowTypes types = graph::row_types(op, promoted);

  Shape shape;
  bool first = true;
  for (int k = 0; k < count; ++k) {
    if (!node[k].get()) continue;
    shape = first ? node[k]->shape : graph::broadcast(row.name, shape, node[k]->shape);
    first = false;
  }
  graph::checked_size(row.name, shape, types.result);
  for (int k = 0; k < count; ++k) {
    Dtype want = choice && k == 0 ? Dtype::boolean : types.operand;
    if (node[k].get()) node[k] = build::cast(std::move(node[k]), want);
    else node[k] = build::constant(row.name, operands[k]->scalar(), want);
  }
  if (array same; returns_operand(op, types.operand, node[0], same)) return same;
  return array(build::operation(graph::Kind::table, op, types.result, shape, node, count).release());
}

/// The common case where a row may return its operand, or inputs must be computed first.
[[gnu::noinline]] array unconverted(Opcode op, Dtype dtype, Dtype result, const Shape& shape, Operand* const* operands, int count) {
  Owned node[3];
  for (int k = 0; k < count; ++k) {
    if (operands[k]->node()) node[k].adopt(operands[k]->release());
    else node[k] = build::constant(program::info(op).name, operands[k]->scalar(), dtype);
  }
  if (array same; returns_operand(op, dtype, node[0], same)) return same;
  return array(build::operation(graph::Kind::table, op, result, shape, node, count).release());
}

/// The common case: arrays of one dtype and shape, and scalars, that need no conversion.
template <Rule rule, int count>
[[gnu::noinline]] array build_row(Opcode op, Operand* const* operands) {
  graph::Node* first = nullptr;
  for (int k = 0; k < count && !first; ++k) first = operands[k]->node();
  if (!first || rule == Rule::choice || !program::takes_unconverted(rule, first->dtype)) return general(op, operands, count);
  const Dtype dtype = first->dtype;
  const std::uint8_t scope = dispatch::current_scope();
  const Dtype result = program::row_result(rule, dtype);
  build::Reach reach{program::weight(op, program::is_complex(dtype) ? dtype : result)};
  for (int k = 0; k < count; ++k) {
    const graph::Node* n = operands[k]->node();
    if (!n) {
      if (!operands[k]->is_scalar() || operands[k]->scalar().kind > kind(dtype)) return general(op, operands, count);
      ++reach.leaves;
      continue;
    }
    if (n != first && (n->dtype != dtype || !(n->shape == first->shape))) return general(op, operands, count);
    reach.add(n, scope, n->shape.rank(), true);
  }
  if (may_return_operand(rule) || reach.unsettled || reach.exceeds_limits()) [[unlikely]]
    return unconverted(op, dtype, result, Shape(first->shape), operands, count);
  Owned made = build::bare(graph::Kind::table, op, result, first->shape, reach, scope);
  graph::Node* n = made.get();
  for (int k = 0; k < count; ++k) {
    n->input[k] = operands[k]->node() ? operands[k]->release() : build::constant(program::info(op).name, operands[k]->scalar(), dtype).release();
    n->inputs = static_cast<std::uint8_t>(k + 1);
  }
  return array(made.release());
}

}  // namespace

#define TRIREME_PARAMETERS_1 Operand a
#define TRIREME_PARAMETERS_2 Operand a, Operand b
#define TRIREME_PARAMETERS_3 Operand a, Operand b, Operand c
#define TRIREME_OPERANDS_1 &a
#define TRIREME_OPERANDS_2 &a, &b
#define TRIREME_OPERANDS_3 &a, &b, &c
#define OP(name, arity, rule, expression, doc)                \
  array name(TRIREME_PARAMETERS_##arity) try {                \
    Operand* const operands[] = {TRIREME_OPERANDS_##arity};   \
    return build_row<Rule::rule, arity>(Opcode::name, operands); \
  } catch (const std::bad_alloc&) {                           \
    program::throw_out_of_memory(#name);                      \
  }
#include "trireme/elementwise.def"
#undef OP

array astype(Operand x, Dtype to) try {
  Owned n = build::operand("astype", x);
  if (kind(n->dtype) == Kind::complex && kind(to) != Kind::complex && to != Dtype::boolean)
    throw error(Code::dtype_mismatch, "astype: " + std::string(name(n->dtype)) + " does not become " + std::string(name(to)) +
                                          ", which drops the imaginary part; use real() or abs()");
  return array(build::cast(std::move(n), to).release());
} catch (const std::bad_alloc&) {
  program::throw_out_of_memory("astype");
}

}  // namespace trireme
